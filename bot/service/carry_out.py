"""Turns a plan into changes: every effect becomes rows (mails composed, drafts frozen); nothing leaves here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.effects import (
    Answer,
    AskDeputy,
    AskLead,
    ChaseEditor,
    Confirm,
    Distribute,
    MakeDraft,
    Notify,
    Plan,
    Remind,
    ReportOutcome,
    SendCopy,
    SendDigest,
    SendDraft,
    SendPeople,
    SendReceipt,
)
from bot.core.model import Submission
from bot.core.records import Change, EditionSaved, EditionView
from bot.service import drafting, people, receipts, writing
from bot.service.desk import Desk
from bot.service.work import Incoming, Work

NOBODY = Incoming()


def changes_of(desk: Desk, view: EditionView, plan: Plan, now: datetime, incoming: Incoming = NOBODY) -> list[Change]:
    """All rows of a plan, in the order in which they must be written: the edition first, so that a lost race shows.

    FileHeld is no row: the caller reads that mail again."""
    edition = plan.edition or view.edition
    seen = view.model_copy(update={"edition": edition, "submissions": (*view.submissions, *_added(plan))})
    fresh = {change.digest: change.data for change in plan.changes if change.change == "blob_added"}
    work = Work(desk, seen, now, incoming, fresh)
    changes: list[Change] = []
    if plan.edition is not None:
        changes.append(EditionSaved(edition=plan.edition))
    changes.extend(plan.changes)
    for effect in plan.effects:
        if type(effect) in CARRY_OUT:
            changes.extend(CARRY_OUT[type(effect)](work, effect))
    return changes


def _added(plan: Plan) -> tuple[Submission, ...]:
    """The submissions that the plan itself adds: receipts and drafts show them."""
    return tuple(change.submission for change in plan.changes if change.change == "submission_added")


CARRY_OUT: dict[type[Any], Callable[[Work, Any], tuple[Change, ...]]] = {
    AskLead: writing.ask_lead,
    AskDeputy: writing.ask_deputy,
    Remind: writing.remind,
    SendReceipt: receipts.send_receipt,
    SendDigest: receipts.send_digest,
    SendPeople: people.send_people,
    Answer: writing.answer,
    ChaseEditor: writing.chase_editor,
    Confirm: writing.confirm,
    ReportOutcome: writing.report_outcome,
    Notify: writing.notify,
    MakeDraft: drafting.make_draft,
    SendDraft: drafting.send_draft,
    Distribute: drafting.distribute,
    SendCopy: drafting.send_copy,
}
