"""An editor's files: the draft's Word file sent back changed, read and judged before anything is planned.

Nothing is guessed: what is unclear becomes a sentence (``Edited.problem``) that the planner answers with. The file
itself is never rebuilt; only names of people are taken out of its properties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core import keys
from bot.core.assemble import changes_between
from bot.core.decision import Command, Word
from bot.core.edits import Edited, theme_edits, warnings_between
from bot.core.model import Bulletin, Draft, Picture, Section, Severity, Table
from bot.core.planner.editing import EDITED_FILE
from bot.core.planner.said import Said
from bot.core.records import BlobAdded, Change, EditionView
from bot.core.timetable import MONTHS, month_title
from bot.errors import InputError, StoreError
from bot.mail.parse import Message, Part, parse_message
from bot.render.caged import returned_from
from bot.render.edited import apply_to
from bot.render.figures import figures
from bot.render.metadata import created_at, without_names
from bot.render.returned import Returned
from bot.render.tidy import tidy
from bot.sections.cage import run_caged
from bot.sections.files import judge_in_cage
from bot.sections.kinds import Kind, kind_of
from bot.sections.pictures import safe_picture
from bot.service.desk import Desk
from bot.service.enclosing import enclosures_of

_SILENT = ("application/pkcs7-signature", "application/x-pkcs7-signature", "text/x-vcard", "text/vcard")
_WORD_NAMES = (".docx", ".docm", ".dotx", ".dotm", ".doc", ".odt", ".rtf")
_LOGO_BYTES = 20_000  # a small picture with a Content-ID belongs to a signature
_SEND_AGAIN = "Please reply with the draft's Word file (.docx), changed in Word."
# What the readers' file may not hold although a lead's text may: there it is left out, here the file itself is sent.
_NOT_SENT_ON = {
    "remote-content": "It takes in something that lies on another computer.",
    "bad-link": "It holds a link that is no ordinary web or mail address.",
    "embedded-file": "Another file is embedded in it.",
    "hidden-text": "It holds hidden text, which readers could still find.",
    "active-field": "It holds a field that takes in another file.",
    "no-text": "It holds no text.",
}


@dataclass(frozen=True)
class Files:
    """The files of an editor's mail: their own, and the names of those that are a draft of ours, unchanged."""

    own: tuple[Part, ...] = ()
    unchanged: tuple[str, ...] = ()


def files_of(desk: Desk, view: EditionView, message: Message | None) -> Files:
    """What came along, without signatures, logos and the parts of the drafts themselves."""
    sent = [part for part in (message.attachments if message else ()) if not _is_trimming(part)]
    ours = _known_parts(desk, view) if sent else frozenset()
    return Files(
        own=tuple(part for part in sent if keys.digest(part.data) not in ours),
        unchanged=tuple(part.name for part in sent if keys.digest(part.data) in ours),
    )


def _is_trimming(part: Part) -> bool:
    small = part.media_type.startswith("image/") and bool(part.content_id) and len(part.data) < _LOGO_BYTES
    return part.inline or small or part.media_type in _SILENT


def _drafts(desk: Desk, view: EditionView) -> list[Draft]:
    """All drafts of the edition, newest first."""
    newest = view.edition.draft or 0
    found = (desk.store.draft(view.edition.id, number) for number in range(newest, 0, -1))
    return [draft for draft in found if draft is not None]


def _known_parts(desk: Desk, view: EditionView) -> frozenset[str]:
    return frozenset(part.digest for draft in _drafts(desk, view) for part in draft.parts)


def understood(command: Command, files: Files) -> Command:
    """The command; a mail that brings nothing but our own draft gets a friendlier sentence."""
    if command.word is not None or command.rest or files.own or not files.unchanged:
        return command
    sentence = (
        "The Word file in your mail is the draft itself, unchanged, so nothing was changed. If you altered it, "
        "please save it in Word and reply with the saved file; APPROVE alone on the first line approves the draft."
    )
    return command.model_copy(update={"problem": sentence}) if "no new text" in command.problem else command


def with_files(desk: Desk, view: EditionView, said: Said, files: Files) -> tuple[Said, list[Change]]:
    """What the command needs of the mail's files, and the bytes to keep if it is done."""
    word, question = said.command.word, view.edition.question
    if said.command.problem or not said.has_token:
        return said, []
    if word in (Word.EDITED, Word.CORRECT):
        edited, blobs = read_edited(desk, view, files, said.draft)
        return said.model_copy(update={"edited": edited}), blobs
    if word is Word.YES and question is not None and question.code == EDITED_FILE:
        edited, blobs = _asked_about(desk, view, question.inbound, question.draft)
        return said.model_copy(update={"edited": edited}), blobs
    if word is Word.ACCEPT and said.draft is not None:
        draft = desk.store.draft(view.edition.id, said.draft)
        return said.model_copy(update={"findings": draft.findings if draft else ()}), []
    if word is Word.ENCLOSE:
        offered = tuple(one for one, _ in enclosures_of(desk, view))
        return said.model_copy(update={"enclosures": offered}), []
    return said, []


def _asked_about(desk: Desk, view: EditionView, inbound: int, draft: int | None) -> tuple[Edited, list[Change]]:
    """The file of an earlier mail, which the editor now wants taken as it is."""
    try:
        message = parse_message(desk.store.raw(inbound))
    except StoreError as error:
        return Edited(problem=f"The mail with your file is no longer here. {error.message}"), []
    return read_edited(desk, view, files_of(desk, view, message), draft, accept=True)


def read_edited(
    desk: Desk, view: EditionView, files: Files, draft: int | None, *, accept: bool = False
) -> tuple[Edited, list[Change]]:
    """The edited file as the next bulletin, or why not; and the bytes that belong to it.

    ``draft`` is the draft that the mail answers; ``accept``: the editor has said YES to what was asked about it."""
    words = [part for part in files.own if kind_of(part.data) is Kind.WORD or part.name.lower().endswith(_WORD_NAMES)]
    if not words:
        only = "It is the draft itself, unchanged." if files.unchanged else "There is no Word file in your mail."
        return Edited(problem=f"{only} {_SEND_AGAIN}"), []
    if len(words) > 1:
        names = ", ".join(part.name or "unnamed" for part in words)
        return Edited(problem=f"There are {len(words)} Word files in your mail ({names}); please send one."), []
    part = words[0]
    name = part.name or "the file"
    try:
        return _read(desk, view, part, draft, accept)
    except InputError as error:
        return Edited(name=name, problem=f"“{name}” could not be taken: {error}"), []


def _read(desk: Desk, view: EditionView, part: Part, draft: int | None, accept: bool) -> tuple[Edited, list[Change]]:
    name = part.name or "the file"
    asked = _judged(name, part.data)
    base = _base(desk, view, part.data, draft)
    if base is None:
        return Edited(name=name, problem="There is no draft yet that your file could change."), []
    plain = run_caged("bot.render.caged:read_plain", part.data, nil_sentence=base.bulletin.nil_sentence)
    returned = returned_from(plain)
    _same_edition(returned, base)
    before = tidy(base.bulletin)
    applied = apply_to(base.bulletin, returned)
    concerns = _concerns(asked, returned, applied.not_taken, before)
    if concerns and not accept:
        details = tuple(one for one in applied.not_taken if _is_comment(one))
        problem = f"“{name}” does not say all by itself: {' '.join(concerns)}"
        return Edited(name=name, problem=problem, askable=True, warnings=details), []
    pictures, bulletin = _safe_pictures(applied.bulletin, applied.pictures)
    if concerns:
        bulletin = _with_figures(before, bulletin)
    after = tidy(bulletin)  # both as they are printed: what looks the same is no change
    author = desk.bulletins[view.edition.bulletin].author
    word = b"" if concerns else without_names(part.data, author, desk.clock.now())
    blobs: list[Change] = [BlobAdded(digest=keys.digest(data), data=data) for data in (*pictures, word) if data]
    edited = Edited(
        name=name,
        bulletin=bulletin,
        word=keys.digest(word) if word else "",
        altered=changes_between(before, after),
        warnings=warnings_between(before, after),
        themes=theme_edits(before, after),
        base=base.number,
        seen_at=base.made_at,
    )
    return edited, blobs


def _concerns(asked: list[str], returned: Returned, not_taken: tuple[str, ...], before: Bulletin) -> list[str]:
    """What the file leaves open, in sentences: tracked changes, comments, figures that were altered or lost."""
    concerns = list(asked)
    if not concerns and (returned.insertions or returned.deletions):
        concerns.append("It holds tracked changes.")
    figures_changed = [*_lost_tables(before, returned), *(one for one in not_taken if not _is_comment(one))]
    return [*concerns, *figures_changed, *([_FIGURES] if figures_changed else [])]


_FIGURES = "Figures come from their provider and are not changed in Word."


def _is_comment(sentence: str) -> bool:
    return sentence.startswith("Comment by ")


def _base(desk: Desk, view: EditionView, data: bytes, draft: int | None) -> Draft | None:
    """The draft that the file is a change of: by the moment it was made, which Word keeps, else the mail's own."""
    drafts = _drafts(desk, view)
    made = created_at(data)
    same = [one for one in drafts if made is not None and abs((one.made_at - made).total_seconds()) < 1]
    if same:
        return next((one for one in same if one.number == draft), same[0])
    return next((one for one in drafts if one.number == draft), drafts[0] if drafts else None)


def _judged(name: str, data: bytes) -> list[str]:
    """What must be asked about the file. Raises InputError where it is refused."""
    judged = judge_in_cage(name if "." in name else "", data)
    for finding in judged.findings:
        if finding.severity is Severity.ERROR:
            raise InputError(finding.message, finding.suggestion, finding.code)
        if finding.code in _NOT_SENT_ON:
            raise InputError(_NOT_SENT_ON[finding.code], _SEND_AGAIN, finding.code)
    if judged.kind != Kind.WORD.value:
        raise InputError(f"It is a {judged.kind}, not a Word document.", _SEND_AGAIN, "not-word")
    return [f"{one.message} {one.suggestion}".strip() for one in judged.findings if one.severity is Severity.WARNING]


_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})\s+(20\d\d)\b", re.IGNORECASE)


def _same_edition(returned: Returned, base: Draft) -> None:
    """Raise InputError when the file is another month's, or no bulletin of ours at all."""
    if not returned.sections:
        raise InputError("It is empty: nothing of the draft's text is left in it.", _SEND_AGAIN, "empty-file")
    month = month_title(base.bulletin.period)
    named = {" ".join(found).casefold() for found in _MONTH.findall(f"{returned.title} {returned.month}")}
    if named and month.casefold() not in named:
        other = _MONTH.search(f"{returned.title} {returned.month}")
        raise InputError(f"It is the file of {other.group() if other else 'another month'}, not of {month}.", "")
    titles = {section.title.casefold() for section in base.bulletin.sections}
    anchors = {re.sub(r"[^A-Za-z0-9]+", "_", section.theme)[:30].rstrip("_") for section in base.bulletin.sections}
    known = [
        section
        for section in returned.sections
        if section.title.casefold() in titles or section.theme.partition("_")[2] in anchors
    ]
    if not known:
        raise InputError("I know none of the draft's sections in it.", _SEND_AGAIN, "not-the-draft")


def _lost_tables(before: Bulletin, returned: Returned) -> list[str]:
    """Sentences about statistics tables, or rows of them, that are no longer in the file."""
    found = {
        _cells(row)
        for items in returned.figures.values()
        for item in items
        for block in item.blocks
        if isinstance(block, Table)
        for row in block.rows
    }
    lost: list[str] = []
    for section in before.sections:
        if section.statistics is None:
            continue
        rows = [_cells(row) for table in figures(section.statistics).tables for row in table.rows]
        missing = [row for row in dict.fromkeys(rows) if row not in found]
        if len(missing) == len(dict.fromkeys(rows)):
            lost.append(f"The statistics table of {section.title} is gone.")
        elif missing:
            lost.append(f"The statistics table of {section.title} no longer has: {'; '.join(missing[:5])}.")
    return lost


def _cells(row: tuple[tuple[object, ...], ...]) -> str:
    return " | ".join("".join(getattr(run, "text", "") for run in cell) for cell in row)


def _with_figures(before: Bulletin, bulletin: Bulletin) -> Bulletin:
    """The bulletin with every statistics table that was printed: a Word file cannot take one out."""
    there = {section.theme for section in bulletin.sections}
    lost = [s for s in before.sections if s.statistics is not None and s.theme not in there]
    order = [section.theme for section in before.sections]
    sections: list[Section] = list(bulletin.sections)
    for section in lost:
        after = set(order[order.index(section.theme) + 1 :])
        at = next((n for n, one in enumerate(sections) if one.theme in after), len(sections))
        sections.insert(at, section.model_copy(update={"items": ()}))
    return bulletin.model_copy(update={"sections": tuple(sections)})


def _safe_pictures(bulletin: Bulletin, pictures: dict[str, bytes]) -> tuple[list[bytes], Bulletin]:
    """Pictures that the editor put in, written anew without metadata, and the bulletin that names the new ones."""
    known: dict[str, Picture] = {}
    new: list[bytes] = []
    for digest, data in pictures.items():
        picture, safe = safe_picture(data)
        known[digest] = picture
        new.append(safe)

    def renamed(section: Section) -> Section:
        items = tuple(
            item.model_copy(
                update={
                    "blocks": tuple(
                        known[block.digest].model_copy(update={"alt": block.alt, "name": block.name})
                        if isinstance(block, Picture) and block.digest in known
                        else block
                        for block in item.blocks
                    )
                }
            )
            for item in section.items
        )
        return section.model_copy(update={"items": items})

    return new, bulletin.model_copy(update={"sections": tuple(renamed(section) for section in bulletin.sections)})
