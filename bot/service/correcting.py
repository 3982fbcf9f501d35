"""What a draft holds when the editor had a hand in it: their own Word file, edits that stand, a correction's mark."""

from __future__ import annotations

from bot.core.assemble import changes_between
from bot.core.edits import notes_about_edits
from bot.core.effects import MakeDraft
from bot.core.model import Bulletin
from bot.core.planner.editing import readers_for, version_deliveries
from bot.render.tidy import tidy
from bot.service.enclosing import enclosures_of
from bot.service.sections import bulletin_of, edited_draft
from bot.service.work import Work

WORD_PART = "bulletin.docx"
MOST_NAMED = 12  # changes that a correction's first lines name; the rest is counted


def content(work: Work, effect: MakeDraft) -> tuple[Bulletin, bytes | None]:
    """The bulletin of a draft, and the Word file where it is the editor's own; else that is made from the bulletin.

    A later draft with the same words keeps the editor's file."""
    edited = effect.edited
    if edited is not None and edited.bulletin is not None:
        return edited.bulletin, work.blob(edited.word) if edited.word else None
    bulletin = bulletin_of(work.desk, work.view)
    before = edited_draft(work.desk, work.view)
    if before is not None and tidy(before.bulletin) == tidy(bulletin):
        word = next(part.digest for part in before.parts if part.name == WORD_PART)
        return before.bulletin, work.desk.store.blob(word)
    return bulletin, None


def notes(work: Work, effect: MakeDraft) -> tuple[str, ...]:
    """What the draft mail says of edits that stand, and of readers whom a correction leaves out."""
    edition = work.view.edition
    left_out = _left_out(work, effect.version)
    if effect.edited is not None or edition.edited_draft is None:
        return left_out
    titles = {theme.key: theme.title for theme in work.desk.bulletins[work.bulletin].themes}
    kept = f"The words that were edited in Word (draft {edition.edited_draft}) are kept."
    return (kept, *notes_about_edits(edition, work.view.submissions, titles), *left_out)


def _left_out(work: Work, version: int) -> tuple[str, ...]:
    """Who had the version before sent to them and does not get the correction, by name and reason."""
    if version < 2:
        return ()
    there = version_deliveries(work.view, version - 1)
    gets = {
        person.address for person in readers_for(work.view, work.desk.rules(work.bulletin, work.view.edition.period))
    }
    out = [f"{address} ({state.value.replace('_', ' ')})" for address, state in there.items() if address not in gets]
    return (f"The correction does not go to: {', '.join(out)}.",) if out else ()


def marked(work: Work, bulletin: Bulletin, version: int) -> Bulletin:
    """The bulletin as readers see it in the mail: a correction says so first, and what changed since they got it."""
    edition = work.view.edition
    sent = work.desk.store.draft(edition.id, edition.sent_draft) if edition.sent_draft is not None else None
    if version < 2 or sent is None:
        return bulletin
    changes = changes_between(tidy(sent.bulletin), tidy(bulletin))
    more = f" And {len(changes) - MOST_NAMED} more." if len(changes) > MOST_NAMED else ""
    what = f" What changed: {' '.join(changes[:MOST_NAMED])}{more}" if changes else ""
    mark = f"Correction: this takes the place of the update that was sent before.{what}"
    return bulletin.model_copy(update={"intro": f"{mark} {bulletin.intro}".strip()})


def enclosure_lines(work: Work) -> tuple[str, ...]:
    """The files that leads sent, as lines of the draft mail."""
    chosen = work.view.edition.enclosed
    lines: list[str] = []
    for one, _ in enclosures_of(work.desk, work.view):
        state = " - enclosed" if one.key in chosen else f" - {one.problem}" if one.problem else ""
        lines.append(f"{one.in_words()}{state}")
    if lines and len(chosen) < len(lines):
        lines.append("ENCLOSE and a number, alone on the first line, sends that file with the bulletin.")
    return tuple(lines)
