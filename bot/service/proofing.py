"""What the proof-reader knows about an edition: directory, glossary, earlier editions."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.model import Finding
from bot.core.proof import Printed, ProofContext
from bot.core.records import EditionView
from bot.core.timetable import LONDON, shifted_period
from bot.service.desk import Desk

REMEMBERED = 36  # editions back in which an "accept" is looked for


def proof_context(
    desk: Desk, view: EditionView, received: tuple[Finding, ...] = (), accepted: Iterable[str] = ()
) -> ProofContext:
    """The context of one edition's proof-reading; it is read on its distribution day. ``accepted`` are keys of findings
    that are accepted just now, beside those that were before."""
    edition = view.edition
    config = desk.bulletins[edition.bulletin]
    previous: list[Printed] = []
    for back in (1, 2, 3):
        period = shifted_period(edition.period, -back)
        before = desk.store.edition(edition.bulletin, period)
        draft = desk.store.draft(before.id, before.approved_draft) if before and before.approved_draft else None
        if draft is not None:
            previous.append(Printed(period=period, sections=draft.bulletin.sections))
    return ProofContext(
        period=edition.period,
        today=edition.timetable.distribution_at.astimezone(LONDON).date(),
        directory=config.directory,
        glossary=config.acronyms,
        known_words=frozenset(config.words),
        previous=tuple(previous),
        received=received,
        accepted=accepted_in(desk, view).union(accepted),
        marking=config.marking,
    )


def accepted_in(desk: Desk, view: EditionView) -> frozenset[str]:
    """The findings that were accepted for this bulletin, this month or earlier."""
    editions = desk.store.editions(view.edition.bulletin)[-REMEMBERED:]
    return frozenset(key for edition in (*editions, view.edition) for key in edition.accepted)
