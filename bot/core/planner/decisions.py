"""The editor's words: what each does to an edition. One small function a word, in one table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core import keys, lifecycle
from bot.core.assemble import status_of
from bot.core.decision import Word, find_theme
from bot.core.effects import Answer, Confirm, FileHeld, Notify, Plan, PlanBuilder
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState, Person
from bot.core.planner import editing
from bot.core.planner.due import remind
from bot.core.planner.replies import takes_replies
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said as Said
from bot.core.planner.said import answer as _answer
from bot.core.planner.said import stays as _stays
from bot.core.records import (
    DecisionAdded,
    DeliveriesRequeued,
    DeliveriesWithdrawn,
    EditionView,
    Logged,
    TokensKilled,
)
from bot.core.timetable import LONDON, extended
from bot.errors import InputError

COLLECTS = (EditionState.COLLECTING, EditionState.IN_REVIEW, EditionState.CORRECTING)
SEND_AGAIN = (("APPROVE", "approve this same draft anew"), ("CHANGES", "what you write underneath goes to the leads"))


def plan_decision(view: EditionView, rules: Rules, said: Said, now: datetime) -> Plan:
    """What an editor's words do. Unclear, out of date or not allowed: nothing changes and the editor hears why."""
    build = PlanBuilder(view.edition)
    word = said.command.word
    if said.command.problem or word is None:
        sentences = [said.command.problem or "I could not read that as one of the words I know; nothing was changed."]
        if said.command.worried and view.edition.state is EditionState.APPROVED:
            sentences.append(
                "It is approved and leaves after the cooling-off; HOLD, alone on the first line, stops it."
            )
        _answer(build, said, view, "your reply needs one clear word", sentences, quoted=True)
    elif word not in ACTIONS:
        _answer(build, said, view, f"{word} is not possible here", (f"{word} does nothing in this bot.",))
    elif word not in WITHOUT_TOKEN and not said.has_token:
        again = f"Please reply to the newest draft mail itself, so that its reference comes along: {word} needs it."
        _answer(build, said, view, f"{word} was not done", (again, "Nothing was changed."))
    else:
        ACTIONS[word](build, view, rules, said, now)
        build.write(
            DecisionAdded(
                edition_id=view.edition.id,
                inbound=said.inbound,
                draft=said.draft,
                word=str(word),
                argument=said.command.argument,
                person=said.person.address,
                done=build.edition.cause if build.edition != view.edition else "",
            ),
            Logged(edition_id=view.edition.id, what="decision", data={"word": str(word), "inbound": said.inbound}),
        )
    return build.plan()


def _approve(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    edition = view.edition
    if said.draft != edition.draft and edition.draft is not None:
        changed = view.draft.changes if view.draft else ()
        which = f"draft {said.draft}" if said.draft is not None else "no draft"
        sentences = (
            f"Your APPROVE was for {which}; the newest is draft {edition.draft}, so nothing was approved.",
            "Please read the newest draft and reply APPROVE to its own mail.",
        )
        _answer(build, said, view, f"APPROVE was not for the newest draft ({edition.draft})", sentences, lines=changed)
        return
    if _stays(build, view, said, EditionEvent.APPROVE):
        return
    if edition.state is EditionState.STOPPED:
        _approve_stopped(build, view, said, now)
        return
    release_at = max(now + rules.cooling_off, edition.timetable.distribution_at)
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.APPROVE),
        approved_draft=edition.draft,
        approved_by=said.person.address,
        approved_at=now,
        release_at=release_at,
        readers=editing.readers_for(view, rules),
        cause=f"approved by {said.person.address}",
    )
    build.write(TokensKilled(bulletin=edition.bulletin, period=edition.period))
    for editor in _both(rules, said.person):
        key = keys.confirmation_key(edition.bulletin, edition.period, said.digest, editor.address)
        build.do(Confirm(key=key, to=editor, inbound=said.inbound, approved_by=said.person.name or said.person.address))
    if edition.changed_at is not None:
        _tell_what_is_not_in(build, view, rules, said)


def _tell_what_is_not_in(build: PlanBuilder, view: EditionView, rules: Rules, said: Said) -> None:
    """What came after the approved draft is not lost in silence: the editors hear of it and may say CHANGES."""
    edition = view.edition
    made = view.draft.made_at if view.draft else None
    late = {s.theme for s in view.submissions if made is None or s.at > made}
    titles = [theme.title for theme in rules.themes if theme.key in {*late, *edition.skipped_themes}]
    named = f" ({', '.join(titles)})" if titles else ""
    sentence = f"Something changed after draft {edition.draft} was made{named}; the approved draft does not hold it."
    for editor in _both(rules, said.person):
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"not-in/{said.digest}", editor.address),
                to=editor,
                about="the approved draft is older than the last change",
                sentences=(sentence, "It goes out as it is, unless you reply CHANGES: then a new draft follows."),
                may_say=(("CHANGES", "void the approval and make a new draft"), ("HOLD", "stop it")),
                editor_draft=edition.draft,
            )
        )


def _both(rules: Rules, person: Person) -> tuple[Person, ...]:
    """The editors and whoever just decided, each once."""
    return tuple({editor.address: editor for editor in (*rules.editors, person)}.values())


def _approve_stopped(build: PlanBuilder, view: EditionView, said: Said, now: datetime) -> None:
    """The stopped draft is approved anew: what was withdrawn is queued again, what has left is not."""
    edition = view.edition
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.APPROVE),
        approved_by=said.person.address,
        approved_at=now,
        cause=f"approved anew by {said.person.address}",
    )
    build.write(
        DeliveriesRequeued(edition_id=edition.id, kinds=("bulletin",), not_before=now, version=edition.issue_version)
    )
    sentences = ("What had been stopped goes on its way now. Nobody who has it gets it again.",)
    _answer(build, said, view, "approved anew", sentences)


def _hold(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    edition = view.edition
    if _stays(build, view, said, EditionEvent.HOLD):
        return
    state = lifecycle.move_edition(edition.state, EditionEvent.HOLD)
    cause = f"HOLD by {said.person.address}"
    says = edition_cell(edition.state, EditionEvent.HOLD).says
    if state is EditionState.STOPPED:
        build.set(state=state, cause=cause)
        build.write(DeliveriesWithdrawn(edition_id=edition.id, kinds=("bulletin",), reason=cause))
        queued = sum(1 for d in view.deliveries if d.kind == "bulletin" and d.state == "queued")
        says = f"Stopped: {queued} mail{'s' if queued != 1 else ''} that had not left stay{'s' * (queued == 1)} here."
    else:
        build.set(
            state=state, cause=cause, approved_draft=None, approved_by="", approved_at=None, release_at=None, readers=()
        )
    _answer(build, said, view, "held", (says,), may_say=SEND_AGAIN)


def _changes(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """Back to collecting. A line that begins with a theme's name goes to that lead, the rest into the notes."""
    edition = view.edition
    says = edition_cell(edition.state, EditionEvent.CHANGES).says
    state = edition_cell(edition.state, EditionEvent.CHANGES).to
    if not takes_replies(edition.state):
        _answer(build, said, view, "CHANGES: nothing was changed", (says,))
        return
    if state is not None:
        build.set(
            state=EditionState(state),
            cause=f"CHANGES by {said.person.address}",
            approved_draft=None,
            approved_by="",
            approved_at=None,
            release_at=None,
        )
        if edition.state is EditionState.STOPPED:
            build.write(DeliveriesWithdrawn(edition_id=edition.id, kinds=("bulletin",), reason="CHANGES"))
    told: list[str] = []
    notes: list[str] = []
    for line in filter(None, (line.strip() for line in f"{said.command.argument}\n{said.command.rest}".split("\n"))):
        name, colon, text = line.partition(":")
        theme = rules.theme(find_theme(name, rules.titles()) or "") if colon else None
        if theme is None:
            notes.append(line)
            continue
        told.append(theme.title)
        for lead in theme.leads:
            build.do(
                Answer(
                    key=keys.notice_key(
                        edition.bulletin, edition.period, f"changes/{theme.key}/{said.digest}", lead.address
                    ),
                    to=lead,
                    about=f"{theme.title}: the editor asks for a change",
                    sentences=(text.strip(), "Just reply to this mail with the changed text."),
                    theme=theme.key,
                )
            )
    build.set(notes=(*build.edition.notes, *notes), edited_draft=None, edited_themes=(), edited_seen_at=None)
    sentences = [says]
    if edition.edited_draft is not None:
        sentences.append(
            f"The next draft starts from the leads’ own text; what draft {edition.edited_draft} had is kept."
        )
    if told:
        sentences.append(f"Passed on to the leads of: {', '.join(told)}.")
    if notes:
        sentences.append("Kept as notes for the next draft mail; a line such as “Hate Crime: ...” goes to that lead.")
    _answer(build, said, view, "changes wanted", sentences, lines=tuple(notes))


def _extend(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    edition = view.edition
    if _stays(build, view, said, EditionEvent.EXTEND):
        return
    if said.command.until is None:
        _answer(build, said, view, "EXTEND was not done", ("EXTEND needs a day.", "Nothing was changed."))
        return
    try:
        timetable = extended(edition.timetable, said.command.until, now, rules.timetable, rules.closed)
    except InputError as error:
        _answer(build, said, view, "EXTEND was not done", (str(error), "Nothing was changed."))
        return
    build.set(
        timetable=timetable,
        extended=True,
        state=lifecycle.move_edition(edition.state, EditionEvent.EXTEND),
        cause=f"EXTEND by {said.person.address}",
    )
    deadline, leaves = (_when(m) for m in (timetable.deadline_at, timetable.distribution_at))
    sentences = (f"The new deadline is {deadline}; distribution is {leaves}.",)
    _answer(build, said, view, "the deadline is moved", sentences)


def _when(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M}"


def _chase(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """Remind whoever is not in, now; the mail's own number makes the reminder's key unique."""
    if view.edition.state not in COLLECTS:
        sentence = "Replies are not being collected now, so nobody was reminded; nothing was changed."
        _answer(build, said, view, "CHASE was not done", (sentence,))
        return
    people = remind(build, view, rules, now, 1000 + said.inbound, only=said.command.theme)
    if people:
        names = ", ".join(person.name or person.address for person in people)
        _answer(build, said, view, "reminders sent", (f"Reminded: {names}.",))
    else:
        _answer(build, said, view, "nobody to remind", ("Everybody whom that concerns is in.",))


def _skip(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    edition, theme = view.edition, rules.theme(said.command.theme or "")
    open_states = (EditionState.COLLECTING, EditionState.IN_REVIEW, EditionState.CORRECTING, EditionState.PLANNED)
    if theme is None or edition.state not in open_states:
        sentence = "The draft is approved or gone; HOLD it first, then SKIP. Nothing was changed."
        _answer(build, said, view, "SKIP was not done", (sentence,))
        return
    build.set(
        skipped_themes=tuple(dict.fromkeys((*edition.skipped_themes, theme.key))),
        changed_at=now,
        cause=f"SKIP by {said.person.address}",
    )
    sentences = (f"{theme.title} is left out of this edition. What its lead sent is kept.",)
    _answer(build, said, view, f"{theme.title} is left out", sentences)


def _cancel(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    if _stays(build, view, said, EditionEvent.CANCEL):
        return
    edition = view.edition
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.CANCEL), cause=f"CANCEL by {said.person.address}"
    )
    build.write(
        DeliveriesWithdrawn(
            edition_id=edition.id, kinds=("request", "reminder", "deputy_question", "bulletin"), reason="CANCEL"
        ),
        TokensKilled(bulletin=edition.bulletin, period=edition.period),
    )
    _answer(build, said, view, "cancelled", (edition_cell(edition.state, EditionEvent.CANCEL).says,))


def _status(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """Who is in, what is due: changes nothing."""
    edition = view.edition
    lines = tuple(
        f"{theme.title}: {status_of(theme, view.submissions, edition.skipped_themes).value}" for theme in rules.themes
    )
    sentences = [
        f"This edition is {edition.state.value.replace('_', ' ')}.",
        f"Deadline {_when(edition.timetable.deadline_at)}; distribution {_when(edition.timetable.distribution_at)}.",
    ]
    if edition.draft is not None:
        sentences.append(f"The newest draft is number {edition.draft}.")
    _answer(build, said, view, "where the edition stands", sentences, lines=lines)


def _file(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """File a mail of the holding pen under a theme."""
    number = said.command.numbers[0]
    theme = rules.theme(said.command.theme or "")
    held = next((mail for mail in view.held if mail.id == number), None)
    if held is None or theme is None:
        known = ", ".join(str(mail.id) for mail in view.held) or "none"
        _answer(build, said, view, f"FILE {number} was not done", (f"Numbers in the holding pen: {known}.",))
        return
    if not takes_replies(view.edition.state):
        says = edition_cell(view.edition.state, EditionEvent.CHANGES).says
        sentences = (says, "The mail stays in the holding pen.")
        _answer(build, said, view, f"FILE {number} was not done", sentences)
        return
    build.do(FileHeld(inbound=held.id, theme=theme.key))
    _answer(build, said, view, f"number {number} is filed", (f"It is read as a reply for {theme.title}.",))


Action = Callable[[PlanBuilder, EditionView, Rules, Said, datetime], None]
ACTIONS: dict[Word, Action] = {
    Word.APPROVE: _approve,
    Word.HOLD: _hold,
    Word.CHANGES: _changes,
    Word.EXTEND: _extend,
    Word.CHASE: _chase,
    Word.SKIP: _skip,
    Word.CANCEL: _cancel,
    Word.STATUS: _status,
    Word.FILE: _file,
    Word.EDITED: editing.edited,
    Word.CORRECT: editing.correct,
    Word.SEND_TO: editing.send_to,
    Word.ENCLOSE: editing.enclose,
    Word.YES: editing.yes,
    Word.NO: editing.no,
}
WITHOUT_TOKEN = (Word.HOLD, Word.STATUS)
