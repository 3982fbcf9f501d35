"""The three tables that hold every transition: edition, inbound, delivery. What is not in them does not happen.

Each table has a cell for every state and event. A cell either names the next state or says, in a plain sentence, why
nothing happens; ``step`` gives the cell, ``move`` the next state or IllegalTransition. docs/lifecycle.md is made from
these tables, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bot.core.model import DeliveryState, EditionState, InboundState
from bot.errors import IllegalTransition


class EditionEvent(StrEnum):
    """What can happen to an edition."""

    REQUESTS_DUE = "requests due"
    SKIP_MONTH = "month skipped in config"
    REPLY = "reply arrives"
    DRAFT_MADE = "draft made"
    APPROVE = "APPROVE"
    HOLD = "HOLD"
    CHANGES = "CHANGES"
    EXTEND = "EXTEND"
    CANCEL = "CANCEL"
    CORRECT = "CORRECT"
    RELEASE_DUE = "cooling-off over"
    ALL_LEFT = "nothing queued or releasing"


class InboundEvent(StrEnum):
    """What can happen to a mail we received."""

    HANDLE = "handled"
    HOLD = "held for a person"
    PARK = "crashed three times"
    PLACE = "placed by the editor"
    UNPARK = "unparked by the operator"


class DeliveryEvent(StrEnum):
    """What can happen to one mail to one envelope."""

    RELEASE = "release"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "certainly not accepted"
    REFUSED = "refused"
    SILENT = "nobody knows"
    FOUND = "found as sent"
    BOUNCE = "bounce"
    WITHDRAW = "withdraw"
    REQUEUE = "approved anew"
    OPERATOR_SENT = "operator says sent"
    OPERATOR_RETRY = "operator says retry"


OVER = (EditionState.DISTRIBUTED, EditionState.CANCELLED, EditionState.SKIPPED)  # nothing is due any more
IN_HAND = tuple(state for state in EditionState if state not in OVER)


class Cell(NamedTuple):
    """One answer: ``to`` is the next state (as text) or None; ``says`` is the sentence for the person who asked."""

    to: str | None
    says: str


def _row(**cells: str | tuple[str, str]) -> dict[str, Cell]:
    """Cells by state name: a tuple (next state, sentence) moves, a plain sentence stays."""
    return {state: Cell(*cell) if isinstance(cell, tuple) else Cell(None, cell) for state, cell in cells.items()}


_OVER = "This edition is over; nothing was changed."
_CANCELLED = "This edition was cancelled; nothing was changed."
_SKIPPED = "This month is skipped in the configuration; nothing was changed."
_END = {"cancelled": _CANCELLED, "skipped": _SKIPPED}

EDITION: Mapping[EditionEvent, Mapping[str, Cell]] = {
    EditionEvent.REQUESTS_DUE: _row(
        planned=("collecting", "The requests go out."),
        collecting="The requests have gone out already.",
        in_review="The requests have gone out already.",
        approved="The requests have gone out already.",
        distributing="The requests have gone out already.",
        distributed=_OVER,
        stopped="The requests have gone out already.",
        correcting="The requests have gone out already.",
        **_END,
    ),
    EditionEvent.SKIP_MONTH: _row(
        planned=("skipped", "This month is skipped."),
        collecting="The requests are out; use CANCEL to stop this edition.",
        in_review="The requests are out; use CANCEL to stop this edition.",
        approved="The requests are out; use CANCEL to stop this edition.",
        distributing="This edition is on its way; use HOLD to stop it.",
        distributed=_OVER,
        stopped="This edition is stopped already.",
        correcting="A correction is being prepared; use HOLD to stop it.",
        **_END,
    ),
    EditionEvent.REPLY: _row(
        planned="The reply is kept for this edition.",
        collecting="The reply is taken in.",
        in_review="The reply is taken in; a new draft follows after the quiet time.",
        approved="The reply is kept; the approved draft stays as it is unless the editor says CHANGES.",
        distributing="This edition is on its way to the readers; the reply is offered for the next one.",
        distributed="This edition has gone to the readers; the reply is offered for the next one.",
        stopped="The reply is kept; this edition is stopped and the editor decides.",
        correcting="The reply is taken in for the correction.",
        cancelled="This edition was cancelled; the reply is offered for the next one.",
        skipped="This month is skipped; the reply is offered for the next edition.",
    ),
    EditionEvent.DRAFT_MADE: _row(
        planned="No draft before the requests have gone out.",
        collecting=("in_review", "The draft goes to the editor."),
        in_review=("in_review", "A new draft goes to the editor; the one before is out of date."),
        approved="The approved draft stays as it is.",
        distributing="The approved draft is on its way.",
        distributed="This edition has gone to the readers; CORRECT makes a correction.",
        stopped=("in_review", "A new draft goes to the editor; what was stopped is withdrawn."),
        correcting=("in_review", "The corrected draft goes to the editor."),
        **_END,
    ),
    EditionEvent.APPROVE: _row(
        planned="There is no draft to approve yet.",
        collecting="There is no current draft to approve; the next one comes at the deadline.",
        in_review=("approved", "Approved."),
        approved="This draft is approved already.",
        distributing="This edition is approved and on its way already.",
        distributed="This edition has gone to the readers already.",
        stopped=("distributing", "Approved anew: what was stopped goes on its way."),
        correcting="There is no corrected draft to approve yet.",
        **_END,
    ),
    EditionEvent.HOLD: _row(
        planned="Nothing is on its way; nothing will leave without an APPROVE.",
        collecting="Nothing is on its way; nothing will leave without an APPROVE.",
        in_review="Nothing is on its way; nothing will leave without an APPROVE.",
        approved=("in_review", "The approval is void. The same draft may be approved anew."),
        distributing=("stopped", "Stopped: what had not left stays here."),
        distributed="Everything has left already; CORRECT sends a correction.",
        stopped="This edition is stopped already.",
        correcting="Nothing is on its way; nothing will leave without an APPROVE.",
        **_END,
    ),
    EditionEvent.CHANGES: _row(
        planned="There is no draft yet.",
        collecting="Noted; there is no current draft yet.",
        in_review=("collecting", "Back to collecting; the next draft follows what comes in."),
        approved=("collecting", "The approval is void. Back to collecting; the next draft follows what comes in."),
        distributing="This edition is on its way to the readers; HOLD stops what has not left.",
        distributed="This edition has gone to the readers; CORRECT makes a correction.",
        stopped=("collecting", "Back to collecting; what was stopped is withdrawn."),
        correcting="Noted for the correction.",
        **_END,
    ),
    EditionEvent.EXTEND: _row(
        planned=("planned", "The deadline is moved."),
        collecting=("collecting", "The deadline is moved."),
        in_review=("collecting", "The deadline is moved; the next draft follows at the new deadline."),
        approved="This draft is approved; HOLD it first, then EXTEND.",
        distributing="This edition is on its way to the readers; HOLD stops what has not left.",
        distributed=_OVER,
        stopped="This edition is stopped; nothing was changed.",
        correcting="A correction has no deadline; nothing was changed.",
        **_END,
    ),
    EditionEvent.CANCEL: _row(
        planned=("cancelled", "This edition is cancelled."),
        collecting=("cancelled", "This edition is cancelled; the leads are not asked again."),
        in_review=("cancelled", "This edition is cancelled; nothing goes to the readers."),
        approved=("cancelled", "This edition is cancelled; nothing goes to the readers."),
        distributing="This edition is on its way to the readers; HOLD stops what has not left.",
        distributed=_OVER,
        stopped=("cancelled", "This edition is cancelled; what has not left never will."),
        correcting="A correction is being prepared; nothing leaves without an APPROVE.",
        **_END,
    ),
    EditionEvent.CORRECT: _row(
        planned="Nothing has gone to the readers yet, so there is nothing to correct.",
        collecting="Nothing has gone to the readers yet, so there is nothing to correct.",
        in_review="Nothing has gone to the readers yet; send CHANGES or the edited Word file instead.",
        approved="Nothing has gone to the readers yet; HOLD it first, then send the edited Word file.",
        distributing="This edition is on its way; HOLD stops what has not left.",
        distributed=("correcting", "A correction is being prepared."),
        stopped="This edition is stopped; send the edited Word file instead.",
        correcting="A correction is being prepared already.",
        **_END,
    ),
    EditionEvent.RELEASE_DUE: _row(
        planned="Nothing is approved.",
        collecting="Nothing is approved.",
        in_review="Nothing is approved.",
        approved=("distributing", "The approved bulletin goes to the readers."),
        distributing="It is on its way already.",
        distributed=_OVER,
        stopped="This edition is stopped.",
        correcting="Nothing is approved.",
        **_END,
    ),
    EditionEvent.ALL_LEFT: _row(
        planned="Nothing was on its way.",
        collecting="Nothing was on its way.",
        in_review="Nothing was on its way.",
        approved="The cooling-off is not over.",
        distributing=("distributed", "Everything has left."),
        distributed="Everything had left already.",
        stopped="This edition is stopped.",
        correcting="Nothing was on its way.",
        **_END,
    ),
}

INBOUND: Mapping[InboundEvent, Mapping[str, Cell]] = {
    InboundEvent.HANDLE: _row(
        remembered=("handled", "Dealt with."),
        handled="Dealt with already.",
        held="It waits in the holding pen for the editor.",
        parked="It is parked; the operator can unpark it.",
    ),
    InboundEvent.HOLD: _row(
        remembered=("held", "It waits in the holding pen."),
        handled="Dealt with already.",
        held="It waits in the holding pen already.",
        parked="It is parked; the operator can unpark it.",
    ),
    InboundEvent.PARK: _row(
        remembered=("parked", "Reading it failed three times; it is parked."),
        handled="Dealt with already.",
        held="It waits in the holding pen for the editor.",
        parked="It is parked already.",
    ),
    InboundEvent.PLACE: _row(
        remembered="It has not been read yet.",
        handled="Dealt with already.",
        held=("handled", "Filed where the editor said."),
        parked="It is parked; the operator can unpark it.",
    ),
    InboundEvent.UNPARK: _row(
        remembered="It is waiting to be read.",
        handled="Dealt with already.",
        held="It waits in the holding pen for the editor.",
        parked=("remembered", "It will be read again."),
    ),
}

_LEFT = "It has left."
DELIVERY: Mapping[DeliveryEvent, Mapping[str, Cell]] = {
    DeliveryEvent.RELEASE: _row(
        queued=("releasing", "It is being released."),
        releasing="It is being released already.",
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused; the operator can retry it.",
        in_doubt="Nobody knows whether it left; the operator decides.",
    ),
    DeliveryEvent.ACCEPTED: _row(
        queued="It was not being released.",
        releasing=("sent", "Accepted."),
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused.",
        in_doubt=("sent", "The answer came late: accepted."),
    ),
    DeliveryEvent.NOT_ACCEPTED: _row(
        queued="It is queued.",
        releasing=("queued", "Certainly not accepted: it may be tried again."),
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused.",
        in_doubt="Only a person may queue it again.",
    ),
    DeliveryEvent.REFUSED: _row(
        queued="It was not being released.",
        releasing=("failed", "Refused by the server."),
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused already.",
        in_doubt="Nobody knows whether it left; the operator decides.",
    ),
    DeliveryEvent.SILENT: _row(
        queued="It was not being released.",
        releasing=("in_doubt", "Nobody knows whether it left."),
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused.",
        in_doubt="It is in doubt already.",
    ),
    DeliveryEvent.FOUND: _row(
        queued="It was not being released.",
        releasing=("sent", "Found: it had left."),
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused.",
        in_doubt=("sent", "Found: it had left."),
    ),
    DeliveryEvent.BOUNCE: _row(
        queued="It has not left, so it cannot have bounced.",
        releasing=("bounced", "It left and came back."),
        sent=("bounced", "It came back."),
        bounced="It came back already.",
        withdrawn="It has not left, so it cannot have bounced.",
        failed="It has not left, so it cannot have bounced.",
        in_doubt=("bounced", "It left and came back."),
    ),
    DeliveryEvent.WITHDRAW: _row(
        queued=("withdrawn", "Withdrawn before it left."),
        releasing="It is being released and can no longer be withdrawn.",
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn="It was withdrawn already.",
        failed="It was refused; it stays here.",
        in_doubt="Nobody knows whether it left.",
    ),
    DeliveryEvent.REQUEUE: _row(
        queued="It is queued already.",
        releasing="It is being released.",
        sent=_LEFT,
        bounced=_LEFT,
        withdrawn=("queued", "Queued again: it had never left."),
        failed="It was refused; the operator can retry it.",
        in_doubt="Only a person may queue it again.",
    ),
    DeliveryEvent.OPERATOR_SENT: _row(
        queued="It has not left.",
        releasing="It is being released.",
        sent="It has left already.",
        bounced=_LEFT,
        withdrawn="It was withdrawn.",
        failed="It was refused; only retry is possible.",
        in_doubt=("sent", "Marked as sent."),
    ),
    DeliveryEvent.OPERATOR_RETRY: _row(
        queued="It is queued already.",
        releasing="It is being released.",
        sent="It has left; sending it again would make two.",
        bounced="It has left and came back; correct the address instead.",
        withdrawn="It was withdrawn.",
        failed=("queued", "Queued again."),
        in_doubt=("queued", "Queued again; the reader may get it twice."),
    ),
}


def edition_cell(state: EditionState, event: EditionEvent) -> Cell:
    """The answer of the edition table."""
    return EDITION[event][state.value]


def inbound_cell(state: InboundState, event: InboundEvent) -> Cell:
    """The answer of the inbound table."""
    return INBOUND[event][state.value]


def delivery_cell(state: DeliveryState, event: DeliveryEvent) -> Cell:
    """The answer of the delivery table."""
    return DELIVERY[event][state.value]


def move_edition(state: EditionState, event: EditionEvent) -> EditionState:
    """The next state of an edition. Raises IllegalTransition where the table stays."""
    cell = edition_cell(state, event)
    if cell.to is None:
        raise IllegalTransition(f"An edition that is {state.value} cannot take the event “{event.value}”.", cell.says)
    return EditionState(cell.to)


def move_inbound(state: InboundState, event: InboundEvent) -> InboundState:
    """The next state of an inbound. Raises IllegalTransition where the table stays."""
    cell = inbound_cell(state, event)
    if cell.to is None:
        raise IllegalTransition(f"A mail that is {state.value} cannot take the event “{event.value}”.", cell.says)
    return InboundState(cell.to)


def sources(event: DeliveryEvent) -> tuple[DeliveryState, ...]:
    """The states from which this event moves a delivery: what a compare-and-set allows."""
    return tuple(state for state in DeliveryState if delivery_cell(state, event).to is not None)
