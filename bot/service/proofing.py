"""What the proof-reader knows about an edition: directory, glossary, earlier editions."""

from __future__ import annotations

from bot.core.model import Finding
from bot.core.proof import Printed, ProofContext
from bot.core.records import EditionView
from bot.core.timetable import LONDON, shifted_period
from bot.service.desk import Desk

REMEMBERED = 36  # editions back in which an "accept" is looked for


def proof_context(desk: Desk, view: EditionView, received: tuple[Finding, ...] = ()) -> ProofContext:
    """The context of one edition's proof-reading; it is read on its distribution day."""
    edition = view.edition
    config = desk.bulletins[edition.bulletin]
    editions = desk.store.editions(edition.bulletin)[-REMEMBERED:]
    of_period = {before.period: before for before in editions}
    previous: list[Printed] = []
    for back in (1, 2, 3):
        before = of_period.get(shifted_period(edition.period, -back))
        draft = desk.store.draft(before.id, before.approved_draft) if before and before.approved_draft else None
        if before is not None and draft is not None:
            previous.append(Printed(period=before.period, sections=draft.bulletin.sections))
    return ProofContext(
        period=edition.period,
        today=edition.timetable.distribution_at.astimezone(LONDON).date(),
        directory=config.directory,
        glossary=config.acronyms,
        known_words=frozenset(config.words),
        previous=tuple(previous),
        received=received,
        accepted=frozenset(key for one in (*editions, edition) for key in one.accepted),
        marking=config.marking,
        dictionary=desk.dictionary,
    )
