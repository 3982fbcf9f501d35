"""Deliver: stage, record, release, settle; and after a silence, ask. A mail leaves through here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from bot.core.lifecycle import DeliveryEvent
from bot.core.model import DeliveryState, Problem
from bot.core.records import Delivery, Logged, ProblemNoted
from bot.errors import BotError, LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.ports import Probe, StagedMail
from bot.service.desk import Account, Desk
from bot.service.restored import left_before
from bot.service.trouble import Side, note_trouble, note_unexpected

LEASE_SECONDS = 120
BATCH = 10  # few, so that what a stopped or slow tick leaves leased is soon free again


def staged(desk: Desk, delivery: Delivery) -> StagedMail:
    """The mail as a transport takes it; its bytes are checked against their digests by the store."""
    return StagedMail(
        key=delivery.key,
        message_id=delivery.message_id,
        sender=delivery.sender,
        recipient=delivery.recipient,
        mail=desk.store.mail_bytes(delivery),
        ref=delivery.ref,
    )


def bulletin_of(delivery: Delivery) -> str:
    """The bulletin that a mail's key names; a mail to the operator names none."""
    return delivery.key.split("/", 1)[0]


def account_for(desk: Desk, delivery: Delivery) -> Account | None:
    """The mailbox that a mail leaves from: its bulletin's, or the first for a mail to the operator. None where this bot
    does not know the bulletin: another one does, and this one would use a wrong mailbox."""
    bulletin = bulletin_of(delivery)
    first = desk.accounts[0] if delivery.edition_id is None else None
    return next((account for account in desk.accounts if bulletin in account.bulletins), first)


def deliver(
    desk: Desk, may_go_on: Callable[[], bool], worked: set[tuple[str, Side]], *, look_first: bool = False
) -> int:
    """Let queued mails leave, a bounded number of them; gives how many left. ``look_first``: a backup was put back, so
    each is looked up in the mailbox before it leaves. A mailbox that fails rests until the next call, and those of
    other bulletins go on; ``worked`` is told which have worked."""
    left = 0
    tried: set[str] = set()
    outgoing = _Outgoing(desk, worked)
    while may_go_on() and (room := outgoing.room()) > 0:
        found = desk.store.lease_deliverable(
            desk.clock.now(), min(BATCH, room), LEASE_SECONDS, absent=outgoing.passed_over()
        )
        leased = [delivery for delivery in found if delivery.key not in tried]  # the others wait for their lease
        tried.update(delivery.key for delivery in leased)
        for number, delivery in enumerate(leased):
            if not may_go_on():  # SIGTERM, or mail must be read
                desk.store.give_back(leased[number:])
                return left
            with outgoing.account_of(delivery) as account:
                if account is None or (
                    look_first and left_before(desk, account.sender, delivery, staged(desk, delivery))
                ):
                    continue
                left += _send(desk, account, delivery)
        if kept_back := outgoing.kept_back(leased):
            desk.store.give_back(kept_back)
        if not leased:
            break
    return left


class _Outgoing:
    """The mailboxes of one pass of sending or probing: which have failed, and which have worked."""

    def __init__(self, desk: Desk, worked: set[tuple[str, Side]]) -> None:
        self.desk = desk
        self._failed: set[str] = set()
        self._worked = worked
        self._unknown: set[str] = set()

    def room(self) -> int:
        """How many mails the mailboxes' limits a minute leave room for: what cannot leave is not leased."""
        return max((_room(account) for account in self.desk.accounts if self._is_well(account)), default=0)

    def passed_over(self) -> tuple[str, ...]:
        """The bulletins whose mails wait: those that are absent, and those whose mailbox failed or is at its limit."""
        away = [account for account in self.desk.accounts if not self._is_well(account) or _room(account) <= 0]
        return tuple(sorted({*self.desk.absent, *self._unknown}.union(*(account.bulletins for account in away))))

    @contextmanager
    def account_of(self, delivery: Delivery) -> Iterator[Account | None]:
        """The mailbox that a mail leaves from, or None where it must wait; its trouble is noted, and it rests then."""
        account = account_for(self.desk, delivery)
        if account is None:
            self._unknown.add(bulletin_of(delivery))
        if account is None or not self._is_well(account):
            yield None
            return
        name = account.mailbox.name
        try:
            yield account
        except TransportError as error:
            note_trouble(self.desk, account, error, Side.SENDING)
            self._rests(name)
        except BotError:
            raise
        except Exception as error:  # noqa: BLE001 - a library below a mailbox; what was in hand is asked about
            note_unexpected(self.desk, account, error, Side.SENDING)
            self._rests(name)
        else:
            self._worked.add((name, Side.SENDING))

    def kept_back(self, leased: Sequence[Delivery]) -> list[Delivery]:
        """Those that need no lease, as nothing else of their bulletin is looked at in this pass. A mail to the operator
        keeps its lease, or it would be met again and again."""
        passed_over = self.passed_over()
        return [mail for mail in leased if mail.edition_id is not None and bulletin_of(mail) in passed_over]

    @property
    def failed(self) -> int:
        """How many mailboxes rest."""
        return len(self._failed)

    def _rests(self, name: str) -> None:
        self._failed.add(name)
        self._worked.discard((name, Side.SENDING))

    def _is_well(self, account: Account) -> bool:
        return account.mailbox.name not in self._failed


def _room(account: Account) -> int:
    """How many mails may leave from a mailbox now."""
    pace = getattr(account.sender, "pace", None)
    return pace.room() if pace else BATCH


def again_in(desk: Desk) -> float | None:
    """Seconds until a mailbox at its limit takes mails again; None when none is at it."""
    paces = [pace for account in desk.accounts if (pace := getattr(account.sender, "pace", None))]
    return min((pace.wait() for pace in paces if pace.room() <= 0), default=None)


def _send(desk: Desk, account: Account, delivery: Delivery) -> int:
    """One mail through the four steps; 1 when it left."""
    mail = staged(desk, delivery)
    try:
        ref = account.sender.stage(mail)
    except Refused as error:
        return _refuse_unstaged(desk, delivery, error)
    except MaybeSent as error:
        raise Unavailable(error.message, error.hint, error.code) from error
    at = desk.clock.now()
    if not desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at, ref=ref):
        return 0  # withdrawn meanwhile, or HOLD: it stays a draft that nobody releases
    return _release(desk, account, delivery, mail.model_copy(update={"ref": ref}))


def _refuse_unstaged(desk: Desk, delivery: Delivery, error: Refused) -> int:
    at = desk.clock.now()
    if desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at):
        _tell(desk, delivery, "refused", error.message)
        desk.store.move_delivery(delivery.key, DeliveryEvent.REFUSED, at, reason=error.message)
    return 0


def _release(desk: Desk, account: Account, delivery: Delivery, mail: StagedMail) -> int:
    """Let it leave and settle what is known."""
    store, key = desk.store, delivery.key
    try:
        account.sender.release(mail)
    except MaybeSent as error:
        store.move_delivery(key, DeliveryEvent.SILENT, desk.clock.now(), reason=error.message)
        return 0
    except Refused as error:
        _tell(desk, delivery, "refused", error.message)  # first: a kill between the two must not silence it
        store.move_delivery(key, DeliveryEvent.REFUSED, desk.clock.now(), reason=error.message)
        return 0
    except (NotSent, Unavailable, LoginFailed) as error:
        store.move_delivery(key, DeliveryEvent.NOT_ACCEPTED, desk.clock.now(), reason=error.message)
        if isinstance(error, NotSent):
            return 0
        raise
    store.move_delivery(key, DeliveryEvent.ACCEPTED, desk.clock.now())
    return 1


def probe_silent(desk: Desk, may_go_on: Callable[[], bool], worked: set[tuple[str, Side]]) -> int:
    """Mails of which nobody knows whether they left: ask the mailbox. What stays unknown goes to a person.

    Gives how many were settled: an edition may have waited for one of them, so the round was not idle."""
    settled = 0
    outgoing = _Outgoing(desk, worked)
    failed = -1
    while outgoing.failed > failed:  # the mailboxes of others are asked although one has failed
        failed = outgoing.failed
        silent = desk.store.silent(desk.clock.now(), BATCH, LEASE_SECONDS, absent=outgoing.passed_over())
        for delivery in silent:
            if not may_go_on():
                return settled
            with outgoing.account_of(delivery) as account:
                if account is not None:
                    settled += _settle(desk, delivery, account.sender.probe(staged(desk, delivery)), desk.clock.now())
    return settled


def _settle(desk: Desk, delivery: Delivery, answer: Probe, at: datetime) -> bool:
    """Write down what the mailbox said; whether that settles it."""
    store, key = desk.store, delivery.key
    if answer is Probe.SENT:
        store.move_delivery(key, DeliveryEvent.FOUND, at, reason="found in the mailbox after a silence")
    elif answer is Probe.NOT_ACCEPTED and delivery.state is DeliveryState.RELEASING:
        store.move_delivery(key, DeliveryEvent.NOT_ACCEPTED, at, reason="the mailbox says that it was not accepted")
    else:
        store.move_delivery(key, DeliveryEvent.SILENT, at, reason="no proof that it left, none that it did not")
        _tell(desk, delivery, "in-doubt", "Nobody knows whether it left; it is not sent again by itself.")
        return False
    return True


def _tell(desk: Desk, delivery: Delivery, code: str, sentence: str) -> None:
    """A delivery that needs the operator, said once; `status` shows it with the two answers."""
    if any((problem.code, problem.where) == (code, delivery.key) for problem in desk.store.problems()):
        return  # asked again and still unknown: the log would grow with every tick
    problem = Problem(
        code=code,
        sentence=f"A {delivery.kind.replace('_', ' ')} mail: {sentence}",
        where=delivery.key,
        todo=f"run_bot.py resolve {delivery.key} sent, or: run_bot.py resolve {delivery.key} retry",
    )
    desk.store.apply(
        [
            ProblemNoted(problem=problem, edition_id=delivery.edition_id),
            Logged(edition_id=delivery.edition_id, what=code, data={"kind": delivery.kind}),
        ],
        desk.clock.now(),
    )
