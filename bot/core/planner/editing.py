"""The edited Word file, corrections, late readers and enclosures: what EDITED, CORRECT, SEND TO, ENCLOSE, YES do."""

from __future__ import annotations

from datetime import datetime

from bot.core import keys, lifecycle
from bot.core.edits import Edited, ThemeEdit
from bot.core.effects import Answer, PlanBuilder, SendCopy
from bot.core.enclosures import BYTES_MAX, Enclosure, size_in_words
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import DeliveryState, EditionState, Person, Theme
from bot.core.planner import people
from bot.core.planner.due import bulletin_deliveries, make_draft
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said, answer, stays
from bot.core.records import DeliveriesRequeued, EditionView, Logged, Question

EDITED_FILE = "edited-file"  # the question: take the file although it does not say all by itself?
_WHAT_NOW = {
    EditionState.APPROVED: "If your file should go out instead, reply HOLD first and then send it again.",
    EditionState.DISTRIBUTING: "HOLD stops what has not left; then send your file again.",
}


def edited(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """The draft's Word file came back changed: it becomes the next draft, which needs its own APPROVE."""
    edition = view.edition
    cell = edition_cell(edition.state, EditionEvent.DRAFT_MADE)
    if cell.to is None or edition.draft is None:
        says = cell.says if cell.to is None else "There is no draft yet that your file could change."
        more = (_WHAT_NOW[edition.state],) if edition.state in _WHAT_NOW else ()
        _not_taken(build, view, said, (says, *more, "Nothing was changed."))
        return
    file = _usable(build, view, said, now)
    if file is not None and _overtaken(view, file):
        sentence = f"Draft {edition.edited_draft} is an edited file already, and yours is a changed draft {file.base}."
        _not_taken(build, view, said, (sentence, "Please make your changes in the newest draft. Nothing was changed."))
    elif file is not None:
        _take(build, view, rules, said, file, now)


def correct(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """CORRECT: version n+1 out of the edited file, for everybody who has version n; it needs its own APPROVE."""
    edition = view.edition
    if edition.state is EditionState.IN_REVIEW and edition.issue_version > 1:
        edited(build, view, rules, said, now)  # one more change to a correction that is being reviewed
        return
    if stays(build, view, said, EditionEvent.CORRECT):
        return
    file = _usable(build, view, said, now)
    if file is None:
        return
    if not file.altered:
        sentences = ("I found no altered word in your file, so there is nothing to correct.", "Nothing was changed.")
        _not_taken(build, view, said, sentences)
        return
    build.set(state=lifecycle.move_edition(edition.state, EditionEvent.CORRECT), cause=f"CORRECT by {_by(said)}")
    _take(build, view, rules, said, file, now)


def _by(said: Said) -> str:
    return said.person.address


def _overtaken(view: EditionView, file: Edited) -> bool:
    """Whether another edited file was taken since the draft that this one changes."""
    newest = view.edition.edited_draft
    return newest is not None and file.base is not None and file.base < newest


def _not_taken(build: PlanBuilder, view: EditionView, said: Said, sentences: tuple[str, ...]) -> None:
    """An answer without the note that the file was taken."""
    bare = said.model_copy(update={"command": said.command.model_copy(update={"note": ""})})
    answer(build, bare, view, "your Word file was not taken", sentences)


def _usable(build: PlanBuilder, view: EditionView, said: Said, now: datetime) -> Edited | None:
    """The file if it can be taken; else the editor hears why, or is asked."""
    file = said.edited
    if file is None or (file.bulletin is None and not file.problem):
        _not_taken(build, view, said, ("I found no Word file in your mail.", "Nothing was changed."))
        return None
    if not file.problem:
        return file
    bare = said.model_copy(update={"command": said.command.model_copy(update={"note": ""})})
    if not file.askable:
        sentences = (file.problem, "Nothing was changed. Please mend it and reply to this mail with the file.")
        answer(build, bare, view, "your Word file was not taken", sentences, lines=file.warnings)
        return None
    question = Question(
        code=EDITED_FILE,
        subject=str(said.command.word),
        asked_at=now,
        inbound=said.inbound,
        draft=view.edition.draft,
    )
    build.set(question=question)
    sentences = (file.problem, "Nothing was changed yet.")
    answer(build, bare, view, "a question about your Word file", sentences, lines=file.warnings, may_say=_YES_NO)
    return None


_YES_NO = (
    ("YES", "take your words all the same; the Word file is made anew from them"),
    ("NO", "leave everything as it is; or mend the file and reply with it"),
)


def _take(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, file: Edited, now: datetime) -> None:
    """The file is the next draft; each lead whose text was changed hears of it at once, while they can still object."""
    edition = build.edition
    notes = [f"This draft is the Word file of {said.person.name or _by(said)}; it needs its own APPROVE."]
    if said.command.note:
        notes.append(said.command.note)
    notes += file.warnings
    waiting = edition.changed_at
    if not file.word:
        notes.append("The Word file is made anew from your words; layout that was changed by hand is not in it.")
    if file.base is not None and edition.draft is not None and file.base < edition.draft:
        waiting = waiting or now
        notes.append(
            f"Your file is a changed draft {file.base}. What draft {edition.draft} brought is not in it; "
            "a draft with both follows after the quiet time."
        )
    elif waiting is not None:
        notes.append("A reply came in meanwhile and is not in it; a draft with both follows after the quiet time.")
    make_draft(build, view, "edited Word file", edited=file, notes=tuple(notes), also_to=_more_editors(rules, said))
    changed = (theme.theme for theme in file.themes)
    build.set(
        changed_at=waiting,
        approved_draft=None,
        approved_by="",
        approved_at=None,
        release_at=None,
        edited_draft=build.edition.draft,
        edited_themes=tuple(dict.fromkeys((*edition.edited_themes, *changed))),
        edited_seen_at=file.seen_at or now,
        question=None,
    )
    for edit in file.themes:
        theme = rules.theme(edit.theme)
        if theme is not None:
            _tell_authors(build, view, said, theme, edit)


def _more_editors(rules: Rules, said: Said) -> tuple[Person, ...]:
    """Who sent the file gets the draft too, when they are a deputy of the editors."""
    return () if any(editor.address == _by(said) for editor in rules.editors) else (said.person,)


def _tell_authors(build: PlanBuilder, view: EditionView, said: Said, theme: Theme, edit: ThemeEdit) -> None:
    edition = build.edition
    wrote = {submission.person for submission in view.submissions if submission.theme == theme.key}
    people = [person for person in (*theme.leads, *theme.deputies) if person.address in wrote] or list(theme.leads)
    for person in people:
        if person.address == _by(said):
            continue
        subject = f"edited/{edition.draft}/{theme.key}"
        sentences = (
            f"{said.person.name or _by(said)} has changed your text in the draft. It is not sent to the readers yet.",
            "If that is right, you need do nothing. If not, just reply to this mail.",
        )
        build.do(
            Answer(
                key=keys.notice_key(edition.bulletin, edition.period, subject, person.address),
                to=person,
                about=f"{theme.title}: the editor has changed your text",
                sentences=sentences,
                lines=edit.sentences,
                theme=theme.key,
            )
        )


# ------------------------------------------------------------------------------------------------ YES and NO


def yes(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """YES to the open question."""
    question = view.edition.question
    if said.about:
        people.yes(build, view, rules, said, now)
        return
    if question is None or question.code != EDITED_FILE:
        _asked_nothing(build, view, said)
        return
    if question.draft != view.edition.draft:
        build.set(question=None)
        sentences = ("There is a newer draft since I asked, so your file was not taken.", "Please change the newest.")
        _not_taken(build, view, said, (*sentences, "Nothing was changed."))
        return
    build.set(question=None)
    action = correct if question.subject == "CORRECT" else edited
    action(build, view, rules, said, now)


def no(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """NO to the open question: nothing happens, and it is not asked again."""
    if said.about:
        people.no(build, view, rules, said, now)
        return
    if view.edition.question is None or view.edition.question.code != EDITED_FILE:
        _asked_nothing(build, view, said)
        return
    build.set(question=None)
    answer(build, said, view, "your Word file was not taken", ("Left as it is; nothing was changed.",))


def _asked_nothing(build: PlanBuilder, view: EditionView, said: Said) -> None:
    sentence = "No question of mine is open, so there was nothing to answer; nothing was changed."
    answer(build, said, view, "nothing was asked", (sentence,))


# ------------------------------------------------------------------------------------------ readers' versions


def version_deliveries(view: EditionView, version: int) -> dict[str, DeliveryState]:
    """Who was to get a version, and how that stands: address -> state, late copies included."""
    return {d.recipient: d.state for d in view.deliveries if f"/bulletin/v{version}/" in d.key}


_NOT_LEFT = (DeliveryState.WITHDRAWN, DeliveryState.QUEUED)


def readers_for(view: EditionView, rules: Rules) -> tuple[Person, ...]:
    """Whom the next approval sends to. First version: the list as it is now. A correction: everybody who has the
    version before, or a late copy of it on its way. After a stop, when some have it and some got nothing: everybody on
    the list that was frozen."""
    before = max((_version(d.key) for d in view.deliveries if _version(d.key) < view.edition.issue_version), default=0)
    there = version_deliveries(view, before)
    if not there:
        return rules.readers
    stopped = any(d.state in _NOT_LEFT for d in bulletin_deliveries(view, before))
    known = {person.address: person for person in (*rules.readers, *view.edition.readers)}
    return tuple(
        known.get(address, Person(name="", address=address))
        for address, state in there.items()
        if stopped or state in (DeliveryState.SENT, DeliveryState.QUEUED)
    )


def _version(key: str) -> int:
    """The version that a reader's mail carries, by its key; a very high number for any other mail."""
    _, found, rest = key.partition("/bulletin/v")
    number = rest.partition("/")[0]
    return int(number) if found and number.isdigit() else 1_000_000


def send_to(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """SEND TO: the version that readers have, to one more; never twice to the same address."""
    edition, address = view.edition, said.command.address or ""
    if not address or edition.state not in (EditionState.DISTRIBUTING, EditionState.DISTRIBUTED):
        sentences = ("Nothing has gone to the readers, or a correction is being prepared.", "Nothing was sent.")
        answer(build, said, view, "SEND TO was not done", sentences)
        return
    version = edition.issue_version
    state = version_deliveries(view, version).get(address)
    if state in _HOW_IT_STANDS:
        answer(build, said, view, "SEND TO was not done", (f"{address} {_HOW_IT_STANDS[state]}.", _NOT_AGAIN))
        return
    if state is None:
        known = {person.address: person for person in (*edition.readers, *rules.readers)}
        build.do(SendCopy(to=known.get(address, Person(name="", address=address))))
    else:  # HOLD stopped it before it left: the same mail goes on its way
        key = keys.bulletin_key(edition.bulletin, edition.period, version, address)
        build.write(DeliveriesRequeued(edition_id=edition.id, kinds=keys.READER_KINDS, not_before=now, key=key))
    build.write(Logged(edition_id=edition.id, what="late copy", data={"version": version}))
    sentence = f"Draft {edition.approved_draft}, as the readers have it, goes to {address} now."
    answer(build, said, view, f"the bulletin goes to {address}", (sentence,))


_NOT_AGAIN = "Nothing was sent again."
_HOW_IT_STANDS = {
    DeliveryState.SENT: "has it already",
    DeliveryState.QUEUED: "gets it with the others",
    DeliveryState.RELEASING: "is being sent it right now",
    DeliveryState.BOUNCED: "was sent it, and it came back; please check the address",
    DeliveryState.FAILED: "was refused it by the mail server; the operator can try again",
    DeliveryState.IN_DOUBT: "may have it: nobody knows, and the operator decides",
}


# ------------------------------------------------------------------------------------------------- enclosures


def enclose(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """ENCLOSE: files that leads sent go out with the bulletin; that is a new draft."""
    edition = view.edition
    cell = edition_cell(edition.state, EditionEvent.DRAFT_MADE)
    sentence = cell.says if cell.to is None else _why_not(view, said)
    if sentence:
        lines = tuple(one.in_words() for one in said.enclosures)
        more = (_HOLD_FIRST,) if edition.state is EditionState.APPROVED else ()
        sentences = (sentence, *more, "Nothing was changed.")
        answer(build, said, view, "ENCLOSE was not done", sentences, lines=lines)
        return
    wanted = [one for one in said.enclosures if one.number in said.command.numbers]
    build.set(approved_draft=None, approved_by="", approved_at=None, release_at=None)  # of a stopped edition
    build.set(enclosed=tuple(dict.fromkeys((*edition.enclosed, *(one.key for one in wanted)))))
    if edition.draft is None or edition.state is EditionState.COLLECTING:
        names = ", ".join(one.name for one in wanted)
        answer(build, said, view, "it will be enclosed", (f"The next draft encloses {names}.",))
        return
    note = f"Enclosed now: {', '.join(one.in_words() for one in wanted)}."
    make_draft(build, view, "ENCLOSE", notes=(note,), also_to=_more_editors(rules, said))
    build.set(cause=f"ENCLOSE by {_by(said)}")


_HOLD_FIRST = "HOLD it first, then ENCLOSE."


def _why_not(view: EditionView, said: Said) -> str:
    """Why the enclosures that the editor names cannot be taken, or ""."""
    there = {one.number: one for one in said.enclosures}
    wanted: list[Enclosure] = []
    for number in said.command.numbers:
        if number not in there:
            return f"There is no enclosure {number}." if there else "Nobody has sent a PDF or a picture."
        if there[number].problem:
            return f"{there[number].name} cannot be enclosed: {there[number].problem}"
        wanted.append(there[number])
    chosen = {one.key: one for one in said.enclosures if one.key in view.edition.enclosed}
    if all(one.key in chosen for one in wanted):
        return "That is enclosed already."
    total = sum(one.size for one in {**chosen, **{one.key: one for one in wanted}}.values())
    if total > BYTES_MAX:
        return f"Together that would be {size_in_words(total)}; at most {size_in_words(BYTES_MAX)} may be enclosed."
    return ""
