"""tick(): receive, understand, advance, deliver, each in bounded chunks, so that HOLD is never stuck behind 300 mails.

The scheduler has no memory: what is due is worked out from store and clock. An unexpected error on one mail or edition
parks that row (after three attempts), tells the operator once, and the tick goes on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from bot.core.lifecycle import IN_HAND
from bot.core.model import Problem
from bot.core.planner.due import plan_due
from bot.core.records import Edition, Logged, ProblemCleared, ProblemNoted
from bot.core.timetable import months_missed, period_of
from bot.errors import BotError, Conflict, EditionUnreadable, StoreError, TransportError
from bot.service import absent, clocks, joined, outbox, trouble, unreadable
from bot.service.daily import besides
from bot.service.desk import Desk, log
from bot.service.operator import tell_operator
from bot.service.restored import restored_from
from bot.service.trouble import Side

CHUNK = 20
CHUNK_SECONDS = 5.0
LOOK_SECONDS = 20.0  # in a tick that goes on and on, every edition is looked at so often
LOOKED_AT = 20  # editions that are read at once ...
MAILS_LOOKED_AT = 3000  # ... while they have no more readers than this together
MOST_RECEIVED = 500  # mails of one mailbox in a round, if the seconds allow it
MOST_ROUNDS = 200
HEAD_BYTES = 16_384
_ANSWERS_US = re.compile(rb"<bul\.[0-9a-f]{40}@")  # a Message-ID as core/keys.py makes it


@dataclass
class TickReport:
    """What one tick did, in numbers, and the problems it met."""

    received: int = 0
    handled: int = 0
    planned: int = 0
    left: int = 0
    settled: int = 0  # mails in silence of which the mailbox said what became of them
    problems: list[str] = field(default_factory=list)
    again_in: float | None = None  # seconds until a mailbox that takes only so many mails a minute takes more

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.received or self.handled or self.planned or self.left or self.settled)


class Service:
    """The loop. ``stop`` makes it finish the step in hand and return."""

    def __init__(
        self,
        desk: Desk,
        monotonic: Callable[[], float] = time.monotonic,
        moved: Callable[[datetime], timedelta] = clocks.still,
    ) -> None:
        self.desk = desk
        self._monotonic = monotonic
        self._moved = moved  # how far the machine's clock was moved since it was asked last
        self._resting = False  # the clock was moved: nothing by the calendar for a while
        self._stopping = False
        self._everything = True  # look at every edition in hand, not at those alone that something happened to
        self._touched: set[int | None] = set()
        self._opened: set[tuple[str, str]] = set()  # bulletins and months whose edition was seen
        self._started = False
        self._backup: datetime | None = None  # the time of a backup that was put back, while that matters
        self._catching_up = False  # after that: what was filed since is not read yet, so nothing may leave
        self._worked: set[tuple[str, Side]] = set()  # sides of mailboxes that worked to the end of this pass
        self._first: list[int] = []  # mails that name a mail of ours: in a flood they are read before the rest

    def stop(self) -> None:
        """Finish the step in hand, then return."""
        self._stopping = True

    def tick(self) -> TickReport:
        """One pass: rounds of receive, understand, advance, deliver until nothing moves."""
        total = TickReport()
        self.desk.store.check_schema()
        absent.all_are_known(self.desk)
        if not self._started:
            absent.note_absent(self.desk)
            self._started = True
        self._backup = restored_from(self.desk)
        looked = self._monotonic()
        self._everything = True
        self._worked.clear()
        for _ in range(MOST_ROUNDS):
            done = self._round()
            total.received += done.received
            total.handled += done.handled
            total.planned += done.planned
            total.left += done.left
            total.settled += done.settled
            total.problems += [p for p in done.problems if p not in total.problems]
            if self._stopping or (done.idle and self._everything):
                break
            self._everything = done.idle or self._monotonic() - looked > LOOK_SECONDS
            looked = self._monotonic() if self._everything else looked
        trouble.note_works(self.desk, self._worked)
        if self._stopping or self._catching_up:
            return total
        queued = not self._resting and besides(self.desk)
        if (tell_operator(self.desk) or queued) and not trouble.troubled(self.desk):
            self._deliver(total)
        total.again_in = outbox.again_in(self.desk)
        return total

    def _round(self) -> TickReport:
        report = TickReport()
        joined.refresh(self.desk)
        self._do(report, self._receive, self._understand)
        self._catching_up = self._backup is not None and self._unread(report)
        self._do(report, *((self._file,) if self._catching_up else (self._advance, self._file, self._deliver)))
        return report

    def _do(self, report: TickReport, *steps: Callable[[TickReport], None]) -> None:
        for step in steps:
            if self._stopping:
                return
            step(report)

    def _unread(self, report: TickReport) -> bool:
        """Whether mails may be left that nobody has read: some came just now, or another bot has them in hand. One that
        waits for an absent bulletin, or is parked, is not waited for."""
        desk = self.desk
        boxes, waiting = absent.mailboxes(desk), absent.waiting(desk)
        return bool(report.received or report.handled or desk.store.unhandled(1, mailboxes=boxes, waiting=waiting))

    def _budget(self) -> Callable[[], bool]:
        """Whether a chunk may go on: not stopped, not over its seconds."""
        end = self._monotonic() + CHUNK_SECONDS
        return lambda: not self._stopping and self._monotonic() < end

    def _receive(self, report: TickReport) -> None:
        """Remember every new mail, raw, before anything else happens to it."""
        store = self.desk.store
        backup = self._backup
        for account in self.desk.accounts:
            box = account.mailbox
            known = partial(store.known, box.name)
            go_on = self._budget()
            filed = box.fetch_filed(known, MOST_RECEIVED, backup) if backup is not None else ()
            given, cut = 0, backup is not None  # then its problems are those of the filed mails
            try:
                for mail in chain(box.fetch_new(known, MOST_RECEIVED), filed):
                    given += 1
                    new = store.remember(box.name, mail, self.desk.clock.now())
                    report.received += new is not None
                    if new is not None and _ANSWERS_US.search(mail.raw[:HEAD_BYTES]):
                        self._first.append(new)
                    if not go_on():
                        cut = True  # what is remembered is read before more is fetched
                        break
            except TransportError as error:
                trouble.note_trouble(self.desk, account, error, Side.READING)
                report.problems.append(error.message)
            except BotError:
                raise
            except Exception as error:  # noqa: BLE001 - a library below a mailbox; the other mailboxes go on
                report.problems.append(trouble.note_unexpected(self.desk, account, error, Side.READING))
            else:
                read_all = not cut and given < MOST_RECEIVED and getattr(box, "read_all", False)
                trouble.note_read(self.desk, account, read_all=read_all)

    def _understand(self, report: TickReport) -> None:
        go_on = self._budget()
        first, self._first = self._first[:CHUNK], self._first[CHUNK:]
        desk = self.desk
        boxes, waiting = absent.mailboxes(desk), absent.waiting(desk)
        for inbound in desk.store.unhandled(CHUNK, now=desk.clock.now(), first=first, mailboxes=boxes, waiting=waiting):
            from bot.service.understand import understand  # the readers of mail load when there is one

            if not go_on():
                return
            report.handled += understand(desk, inbound)
            found = desk.store.inbound(inbound.id)
            self._touched.add(found.edition_id if found else None)

    def _file(self, report: TickReport) -> None:
        """Tell the mailboxes about mails that are handled; a repeat is harmless. One that fails holds up no other."""
        accounts = {account.mailbox.name: account for account in self.desk.accounts}
        failed: set[str] = set()
        again = True
        while again and len(failed) < len(accounts):
            again = False
            names = tuple(accounts.keys() - failed) if failed else absent.mailboxes(self.desk)
            for filing in self.desk.store.unfiled(CHUNK * 5, names):
                account = accounts.get(filing.mailbox)
                if account is None or filing.mailbox in failed:
                    continue
                try:
                    account.mailbox.acknowledge(filing.ref, filing.place)
                except TransportError as error:
                    trouble.note_trouble(self.desk, account, error, Side.FILING)
                    self._worked.discard((filing.mailbox, Side.FILING))
                    failed.add(filing.mailbox)
                    again = True
                    continue
                self.desk.store.filed(filing.inbound)
                self._worked.add((filing.mailbox, Side.FILING))

    def _advance(self, report: TickReport) -> None:
        """What the calendar asks of each open edition."""
        now = self.desk.clock.now()  # asked once: a clock that is moved from here on is met in the next round
        self._resting = clocks.rests(self.desk, self._moved(now), now)
        if self._resting:
            return
        self._open_editions(now, report)
        touched, self._touched = self._touched, set()
        for edition in self._due(touched, now):
            if self._stopping:
                return
            if self._advance_one(edition, report, now):
                report.planned += 1
                self._touched.add(edition.id)

    def _open_editions(self, now: datetime, report: TickReport) -> None:
        """The editions of this month, where there is none yet."""
        period = period_of(now)
        unseen = {bulletin for bulletin in self.desk.bulletins if (bulletin, period) not in self._opened}
        if not unseen:
            return
        self._opened |= {(bulletin, period) for bulletin in self.desk.store.opened(unseen, period)}
        for bulletin in sorted(unseen):
            try:
                if (bulletin, period) not in self._opened:
                    self._open_edition(bulletin, period)
            except StoreError as error:
                report.problems.append(error.message)

    def _open_edition(self, bulletin: str, period: str) -> None:
        """The edition of this month, and those of the months since the last one that an outage left out.

        One whose deadline has passed is opened all the same: planning tells operator and editors, who may EXTEND it."""
        store, config = self.desk.store, self.desk.bulletins[bulletin]
        before = [edition for edition in store.editions(bulletin) if edition.period < period]
        listed = max((edition.strays_listed for edition in before), default=0)  # its drafts go on from there
        for missing in months_missed(max((edition.period for edition in before), default=None), period):
            dates = config.timetable(missing)
            store.add_edition(Edition(bulletin=bulletin, period=missing, timetable=dates, strays_listed=listed))
        self._opened.add((bulletin, period))

    def _due(self, touched: Collection[int | None], now: datetime) -> Iterator[Edition]:
        """The editions that something may be due for: of those that something happened to, or of all of them.

        Many are read at once, as there is nothing to do for most; whoever is given is read again by itself."""
        read, unread = self.desk.store.readable(IN_HAND)
        if self._everything:
            unreadable.look_again(self.desk)
        for error in unread:
            if error.bulletin in self.desk.bulletins:
                unreadable.stop(self.desk, error)
        editions = [
            edition
            for edition in read
            if edition.bulletin in self.desk.bulletins and (self._everything or edition.id in touched)
        ]
        for some in _together(editions):
            if self._stopping:
                return
            yield from (some if len(some) == 1 else self._asking(some, now))

    def _asking(self, editions: Sequence[Edition], now: datetime) -> Iterator[Edition]:
        """Those of the editions for which the calendar asks something."""
        try:
            views = self.desk.store.views([edition.id for edition in editions])
        except Exception:  # noqa: BLE001 - one of them cannot be read: each by itself says so
            yield from editions
            return
        for edition, view in zip(editions, views, strict=True):
            try:
                asks = not plan_due(view, self.desk.rules(edition.bulletin, edition.period), now).empty
            except Exception:  # noqa: BLE001 - said when it is advanced
                asks = True
            if asks:
                yield edition

    def _advance_one(self, edition: Edition, report: TickReport, now: datetime) -> bool:
        """Plan and apply for one edition; a lost race plans afresh in the next round."""
        desk = self.desk
        where = f"{edition.bulletin} {edition.period}"
        try:
            view = desk.store.view(edition.id)
            plan = plan_due(view, desk.rules(edition.bulletin, edition.period), now)
            if plan.empty:
                return False
            from bot.service.carry_out import changes_of  # the renderers load when there is something to do

            unstuck = ProblemCleared(code="edition-stuck", where=where)
            desk.store.apply([*changes_of(desk, view, plan, now), unstuck], now)
        except Conflict:
            return True
        except EditionUnreadable as error:
            unreadable.stop(desk, error)
            report.problems.append(error.message)
            return False
        except BotError as error:
            self._stuck(edition, where, error.message, error.hint, report)
            return False
        except Exception as error:  # noqa: BLE001 - whatever one edition does, the others go on
            log.exception("edition %s", where)
            self._stuck(edition, where, f"An unexpected error ({type(error).__name__}).", "See the log.", report)
            return False
        return True

    def _stuck(self, edition: Edition, where: str, sentence: str, todo: str, report: TickReport) -> None:
        """This edition could not go on: said once, tried again next tick, and the tick goes on."""
        report.problems.append(f"{where}: {sentence}")
        problem = Problem(code="edition-stuck", sentence=sentence, where=where, todo=todo)
        try:
            self.desk.store.apply(
                [ProblemNoted(problem=problem, edition_id=edition.id), Logged(edition_id=edition.id, what="stuck")],
                self.desk.clock.now(),
            )
        except StoreError:
            log.error("the store cannot be written: %s", where)

    def _deliver(self, report: TickReport) -> None:
        report.settled += outbox.probe_silent(self.desk, self._budget(), self._worked)
        look_first = self._backup is not None
        report.left += outbox.deliver(self.desk, self._budget(), self._worked, look_first=look_first)


def _together(editions: Sequence[Edition]) -> Iterator[list[Edition]]:
    """The editions by portions that may be read at once."""
    some: list[Edition] = []
    readers = 0
    for edition in editions:
        if some and (len(some) == LOOKED_AT or readers + len(edition.readers) > MAILS_LOOKED_AT):
            yield some
            some, readers = [], 0
        some.append(edition)
        readers += len(edition.readers)
    if some:
        yield some
