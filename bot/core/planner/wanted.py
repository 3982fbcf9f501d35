"""CHANGES: what the editor wants changed goes to the leads whom it names, the rest into the notes of the next draft."""

from __future__ import annotations

from datetime import datetime

from bot.core import keys
from bot.core.arguments import find_theme
from bot.core.effects import Answer, PlanBuilder
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState, Theme
from bot.core.planner.replies import takes_replies
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said, answer
from bot.core.records import DeliveriesWithdrawn, EditionView


def changes(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """Back to collecting. A line that begins with a theme's name goes to that lead, the rest into the notes."""
    edition = view.edition
    cell = edition_cell(edition.state, EditionEvent.CHANGES)
    if not takes_replies(edition.state):
        answer(build, said, view, "CHANGES: nothing was changed", (cell.says,))
        return
    if cell.to is not None:
        _back_to_collecting(build, EditionState(cell.to), said)
    told: list[str] = []
    notes: list[str] = []
    for line in filter(None, (line.strip() for line in f"{said.command.argument}\n{said.command.rest}".split("\n"))):
        name, colon, text = line.partition(":")
        theme = rules.theme(find_theme(name, rules.titles()) or "") if colon else None
        if theme is None:
            notes.append(line)
        else:
            told.append(theme.title)
            _tell_leads(build, theme, text.strip(), said)
    build.set(notes=(*build.edition.notes, *notes), edited_draft=None, edited_themes=(), edited_seen_at=None)
    sentences = [cell.says]
    if edition.edited_draft is not None:
        sentences.append(
            f"The next draft starts from the leads’ own text; what draft {edition.edited_draft} had is kept."
        )
    if told:
        sentences.append(f"Passed on to the leads of: {', '.join(told)}.")
    if notes:
        sentences.append("Kept as notes for the next draft mail; a line such as “Hate Crime: ...” goes to that lead.")
    answer(build, said, view, "changes wanted", sentences, lines=tuple(notes))


def _back_to_collecting(build: PlanBuilder, state: EditionState, said: Said) -> None:
    if build.edition.state is EditionState.STOPPED:
        build.write(DeliveriesWithdrawn(edition_id=build.edition.id, kinds=keys.READER_KINDS, reason="CHANGES"))
    build.set(
        state=state,
        cause=f"CHANGES by {said.person.address}",
        approved_draft=None,
        approved_by="",
        approved_at=None,
        release_at=None,
    )


def _tell_leads(build: PlanBuilder, theme: Theme, wish: str, said: Said) -> None:
    edition = build.edition
    for lead in theme.leads:
        subject = f"changes/{theme.key}/{said.digest}"
        build.do(
            Answer(
                key=keys.notice_key(edition.bulletin, edition.period, subject, lead.address),
                to=lead,
                about=f"{theme.title}: the editor asks for a change",
                sentences=(wish, "Just reply to this mail with the changed text."),
                theme=theme.key,
            )
        )
