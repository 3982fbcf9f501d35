"""One mail, one transaction: parse, classify, plan, apply. The attempt is counted before the mail is opened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.classify import Facts, Kind, classify
from bot.core.effects import Plan
from bot.core.lifecycle import OVER
from bot.core.model import EditionState, InboundState, Problem, Verdict
from bot.core.planner.replies import plan_late_reply, plan_reply, takes_replies
from bot.core.planner.returns import plan_absence, plan_bounce, plan_held, plan_reader_answer, plan_reader_reply
from bot.core.planner.rules import Rules
from bot.core.records import (
    Absence,
    Asked,
    Change,
    Edition,
    EditionView,
    Inbound,
    InboundClosed,
    Logged,
    ProblemNoted,
)
from bot.errors import Conflict, EditionUnreadable, StoreError
from bot.service import absent, filing, joined, submitting, unreadable
from bot.service.carry_out import changes_of
from bot.service.commanding import plan_command
from bot.service.desk import Desk, log
from bot.service.facts import gather, person_of
from bot.service.opening import BYTES_GONE, Opened, open_mail, themes_of

MOST_ATTEMPTS = 3
MOST_RACES = 5
ABOUT_ONE_MAIL = (
    *BYTES_GONE,
    "no-such-mail",
    "row-unreadable",
    "refused",
)  # what the store says of rows, not of itself


@dataclass(frozen=True)
class Case:
    """One mail with its verdict and the edition that it belongs to."""

    desk: Desk
    opened: Opened
    facts: Facts
    verdict: Verdict
    view: EditionView | None


def understand(desk: Desk, inbound: Inbound) -> int:
    """Deal with one remembered mail; 1 when that is done, 0 when it waits for the next tick."""
    attempt = desk.store.begin_attempt(inbound.id)
    if attempt > MOST_ATTEMPTS:
        park(desk, inbound, "Reading it ended the program each time.")
        return 1
    try:
        return _handle_through_races(desk, inbound)
    except EditionUnreadable as error:  # no fault of the mail's: a newer program will read it
        unreadable.stop(desk, error)
        desk.store.wait(inbound.id, absent.waiting(desk))
        return 0
    except StoreError as error:
        if error.code not in ABOUT_ONE_MAIL:
            with suppress(StoreError):  # that was no fault of the mail's: it does not count
                desk.store.wait(inbound.id, inbound.note)
            raise  # the disk, a lock, the server: no mail can be dealt with now
        log.error("inbound %s: %s", inbound.id, error.code)
        park(desk, inbound, error.message)
        return 1
    except Exception as error:  # noqa: BLE001 - whatever one mail does, the others go on
        log.exception("inbound %s", inbound.id)
        if attempt >= MOST_ATTEMPTS:
            park(desk, inbound, f"An unexpected error ({type(error).__name__}).")
            return 1
        return 0


def _handle_through_races(desk: Desk, inbound: Inbound) -> int:
    """Plan afresh when somebody else was faster, a few times."""
    for _ in range(MOST_RACES):
        try:
            handle(desk, inbound)
            return 1
        except Conflict:
            continue
    return 0


def park(desk: Desk, inbound: Inbound, why: str) -> None:
    """This mail cannot be dealt with: out of the way, and the operator is told."""
    problem = Problem(
        code="parked",
        sentence=f"A mail could not be read and is parked. {why}",
        where=f"inbound {inbound.id}",
        todo=f"It lies untouched in the mailbox. After an update: run_bot.py unpark {inbound.id}",
    )
    verdict = Verdict(kind="parked", rule="crashed", reasons=(why,))
    desk.store.apply(
        [
            InboundClosed(
                inbound=inbound.id, state=InboundState.PARKED, place="left", verdict=verdict, digest=inbound.digest
            ),
            ProblemNoted(problem=problem),
            Logged(what="parked", data={"inbound": inbound.id}),
        ],
        desk.clock.now(),
    )


def handle(desk: Desk, inbound: Inbound) -> None:
    """Read, classify, plan and write, all in one transaction."""
    account = filing.account_of(desk, inbound)
    opened = open_mail(desk, account, inbound)
    facts = gather(desk, account, opened)
    verdict = classify(facts)
    if absent.must_wait(desk, account, opened, verdict):
        desk.store.wait(inbound.id, absent.waiting(desk))
        return
    view = _view(desk, verdict)
    if view is None and verdict.kind in NEEDS_EDITION:
        verdict = verdict.model_copy(update={"kind": str(Kind.STRAY), "reasons": (*verdict.reasons, NO_EDITION)})
    if view is not None and verdict.kind == Kind.COMMAND and filing.says_file(desk, opened):
        view = filing.where_to_file(desk, view)
    case = Case(desk, opened, facts, verdict, view)
    now = desk.clock.now()
    plan, state, place = HANDLERS[Kind(verdict.kind)](case)
    changes: list[Change] = []
    if view is not None:
        changes = changes_of(desk, view, plan, now, filing.incoming(opened))
        changes.extend(filing.filed(desk, plan, view))
    changes.append(
        InboundClosed(
            inbound=inbound.id,
            state=state,
            place=place,
            verdict=verdict,
            digest=opened.digest,
            edition_id=view.edition.id if view else None,
        )
    )
    desk.store.apply(changes, now)
    if any(change.change == "people_changed" for change in plan.changes):
        joined.refresh(desk)


NO_EDITION = "The edition that it belongs to is not here."
NEEDS_EDITION = (
    Kind.SUBMISSION,
    Kind.COMMAND,
    Kind.ABSENCE,
    Kind.BOUNCE,
    Kind.READER_REPLY,
    Kind.READER_ANSWER,
    Kind.HELD,
)


def _view(desk: Desk, verdict: Verdict) -> EditionView | None:
    """The edition that a mail belongs to: the one it names, else the bulletin's open one."""
    edition = None
    if verdict.bulletin and verdict.period:
        edition = desk.store.edition(verdict.bulletin, verdict.period)
    elif verdict.bulletin:
        edition = open_edition(desk, verdict.bulletin)
    return desk.store.view(edition.id) if edition else None


def open_edition(desk: Desk, bulletin: str) -> Edition | None:
    """The bulletin's edition in hand: the oldest that is not over, else the newest."""
    editions = desk.store.editions(bulletin)
    going = [e for e in editions if e.state not in (*OVER, EditionState.PLANNED)]
    if going:
        return going[0]
    return editions[-1] if editions else None


FilingPlace = Literal["processed", "held", "left"]
Handled = tuple[Plan, InboundState, FilingPlace]
DONE: tuple[InboundState, FilingPlace] = (InboundState.HANDLED, "processed")
LEFT: tuple[InboundState, FilingPlace] = (InboundState.HANDLED, "left")
HOLD: tuple[InboundState, FilingPlace] = (InboundState.HELD, "held")


def _nothing(case: Case) -> Handled:
    return Plan(), *DONE


def _stray(case: Case) -> Handled:
    return Plan(), *LEFT


def _rules(case: Case) -> Rules:
    view = _edition(case)
    return case.desk.rules(view.edition.bulletin, view.edition.period)


def _edition(case: Case) -> EditionView:
    """The view of the case's edition; handlers that need one are only reached with one."""
    if case.view is None:
        raise LookupError("no edition")
    return case.view


def _bounce(case: Case) -> Handled:
    opened, now = case.opened, case.desk.clock.now()
    delivery = opened.bounced
    if delivery is None:
        return Plan(), *LEFT
    edition = case.desk.store.edition_by_id(delivery.edition_id) if delivery.edition_id else None
    view = case.desk.store.view(edition.id) if edition else _edition(case)
    absence = Absence(address=delivery.recipient, since=now, until=None, why="bounce", inbound=opened.inbound.id)
    rules = case.desk.rules(view.edition.bulletin, view.edition.period)
    return plan_bounce(view, rules, delivery, absence, opened.bounce_reason, now), *DONE


def _absence(case: Case) -> Handled:
    now = case.desk.clock.now()
    absence = Absence(
        address=case.opened.author,
        since=now,
        until=case.opened.reading.back_on,
        why="out_of_office",
        inbound=case.opened.inbound.id,
    )
    return plan_absence(_edition(case), _rules(case), absence, case.opened.digest, now), *DONE


def _submission(case: Case) -> Handled:
    view, rules = _edition(case), _rules(case)
    theme = rules.theme(case.verdict.theme or "")
    if theme is None:
        return _held(case)
    config = case.desk.bulletins[view.edition.bulletin]
    person = person_of(config, _written_by(case, config))
    if not takes_replies(view.edition.state):
        plan = plan_late_reply(
            view, rules, person, theme.key, case.opened.inbound.id, case.opened.digest, case.desk.clock.now()
        )
        return plan, *HOLD
    reply, blobs = submitting.reply_of(case.desk, view, theme, person, case.opened)
    plan = plan_reply(view, rules, reply, case.desk.clock.now())
    return plan.model_copy(update={"changes": (*blobs, *plan.changes)}), *DONE


def _written_by(case: Case, config: BulletinConfig) -> str:
    """Whose reply it is: the lead's whose assistant passed it on; of anybody else's text the one who sent it in."""
    reading = case.opened.reading
    known = reading.forwarded_by and themes_of(config, reading.author)
    return reading.author if known else case.opened.author


def _command(case: Case) -> Handled:
    account = filing.account_of(case.desk, case.opened.inbound)
    return plan_command(case.desk, account, _edition(case), case.opened, case.desk.clock.now()), *DONE


def _reader_reply(case: Case) -> Handled:
    view, rules = _edition(case), _rules(case)
    person = person_of(case.desk.bulletins[view.edition.bulletin], case.opened.author)
    asked = Asked(
        inbound=case.opened.inbound.id,
        digest=case.opened.digest,
        by=person.name or person.address or "A reader",
        theme=case.verdict.theme or "",  # of the section's own link, or of the question that was passed on: no guess
        since=case.desk.clock.now(),
    )
    return plan_reader_reply(view, rules, asked, person.address), *DONE


def _reader_answer(case: Case) -> Handled:
    delivery = case.opened.thread_delivery
    digest = keys.readers_question(delivery.key) if delivery else ""
    return plan_reader_answer(_edition(case), digest, case.opened.inbound.id), *DONE


def _held(case: Case) -> Handled:
    view, rules = _edition(case), _rules(case)
    known = case.facts.lead_of or case.facts.editor_of
    proven = case.facts.authentic != "fail" and case.facts.author is not None
    config = case.desk.bulletins[view.edition.bulletin]
    person = person_of(config, case.opened.author) if known and proven else None
    plan = plan_held(
        view,
        rules,
        case.opened.inbound.id,
        case.opened.digest,
        case.verdict.reasons,
        case.verdict.candidates,
        person,
        now=case.desk.clock.now(),
    )
    return plan, *HOLD


HANDLERS: dict[Kind, Callable[[Case], Handled]] = {
    Kind.OWN: _nothing,
    Kind.REPEAT: _nothing,
    Kind.FILED: _nothing,
    Kind.STRAY: _stray,
    Kind.BOUNCE: _bounce,
    Kind.ABSENCE: _absence,
    Kind.SUBMISSION: _submission,
    Kind.COMMAND: _command,
    Kind.READER_REPLY: _reader_reply,
    Kind.READER_ANSWER: _reader_answer,
    Kind.HELD: _held,
}
