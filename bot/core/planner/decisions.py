"""The editor's words: what each does to an edition. One small function a word, in one table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core import keys, lifecycle
from bot.core.assemble import status_of
from bot.core.decision import Word
from bot.core.effects import Confirm, Notify, Plan, PlanBuilder
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState, Person
from bot.core.planner import accepting, codes, editing, filing, holding, people, wanted
from bot.core.planner.due import NO_READERS, remind
from bot.core.planner.overdue import REQUESTS_MISSED, place_of
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said as Said
from bot.core.planner.said import answer as _answer
from bot.core.planner.said import stays as _stays
from bot.core.records import (
    AbsenceEnded,
    DecisionAdded,
    DeliveriesRequeued,
    DeliveriesWithdrawn,
    EditionView,
    Logged,
    ProblemCleared,
    TokensKilled,
)
from bot.core.timetable import LONDON, extended
from bot.errors import InputError

COLLECTS = (EditionState.COLLECTING, EditionState.IN_REVIEW, EditionState.CORRECTING)


def plan_decision(view: EditionView, rules: Rules, said: Said, now: datetime) -> Plan:
    """What an editor's words do. Unclear, out of date or not allowed: nothing changes and the editor hears why; where
    it is not proven who wrote, a code is mailed and nothing is done before it comes back."""
    plan = _decided(view, rules, said, now)
    return codes.ask_code(view, said, now) if codes.needs_code(plan, said) else plan


def plan_code(view: EditionView, rules: Rules, said: Said, earlier: Said | None, now: datetime) -> Plan:
    """What a mailed code does when it comes back: the decision of ``earlier``, the mail that it confirms."""
    code = codes.find_code(view, said, now)
    if code is None or earlier is None:
        return codes.plan_wrong_code(view, said)
    return codes.plan_confirmed(view, earlier, code, lambda seen, meant: _decided(seen, rules, meant, now))


def _decided(view: EditionView, rules: Rules, said: Said, now: datetime) -> Plan:
    build = PlanBuilder(view.edition)
    if any(absence.address == said.person.address for absence in view.absences):
        build.write(AbsenceEnded(address=said.person.address))  # who decides is back
    word = said.command.word
    if said.command.problem or word is None:
        holding.unclear(build, view, rules, said)
    elif word not in ACTIONS:
        _answer(build, said, view, f"{word} is not possible here", (f"{word} does nothing in this bot.",))
    elif word not in WITHOUT_TOKEN and not (_answers_lists(said) if said.about else said.has_token):
        if word is Word.APPROVE and _stays(build, view, said, EditionEvent.APPROVE):
            return build.plan()  # another editor has approved it, perhaps
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
                done=build.done or (build.edition.cause if build.edition != view.edition else ""),
            ),
            _log_line(build, view, said),
        )
    return build.plan()


def _log_line(build: PlanBuilder, view: EditionView, said: Said) -> Logged:
    """The decision for the log: its word, the digest of the mail that said it, and of the draft that it approved."""
    data: dict[str, str | int | None] = {
        "word": str(said.command.word),
        "inbound": said.inbound,
        "mail": said.digest,
    }
    edition = build.edition
    if said.command.word is Word.APPROVE and edition.state is not view.edition.state:
        data["draft"] = view.model_copy(update={"edition": edition}).approved_digest
    return Logged(edition_id=edition.id, what="decision", data=data)


def _answers_lists(said: Said) -> bool:
    """Whether a word fits a mail about the lists of people: "cancel" there must not cancel the month."""
    return said.command.word in (Word.YES, Word.NO)


def _approve(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    edition = view.edition
    if said.draft != edition.draft and edition.draft is not None:
        _not_the_newest(build, view, said)
        return
    if _stays(build, view, said, EditionEvent.APPROVE):
        return
    objection = holding.objection(view, said)
    if objection:
        sentences = (objection, "If it may go out all the same, reply APPROVE to this mail.")
        _answer(build, said, view, "APPROVE was not done", sentences, may_say=holding.SEND_AGAIN)
        return
    if edition.state is EditionState.STOPPED:
        _approve_stopped(build, view, said, now)
        return
    readers = editing.readers_for(view, rules)
    if not readers:
        sentences = (NO_READERS, "Nothing was approved. Reply APPROVE again once somebody is on the list.")
        _answer(build, said, view, "APPROVE was not done", sentences)
        return
    release_at = max(now + rules.cooling_off, edition.timetable.distribution_at)
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.APPROVE),
        approved_draft=edition.draft,
        approved_by=said.person.address,
        approved_at=now,
        release_at=release_at,
        readers=readers,
        objected_by="",
        cause=f"approved by {said.person.address}",
    )
    build.write(TokensKilled(bulletin=edition.bulletin, period=edition.period))
    for editor in _both(rules, said.person):
        key = keys.confirmation_key(edition.bulletin, edition.period, said.digest, editor.address)
        build.do(Confirm(key=key, to=editor, inbound=said.inbound, approved_by=said.person.name or said.person.address))
    if edition.changed_at is not None:
        _tell_what_is_not_in(build, view, rules, said)


def _not_the_newest(build: PlanBuilder, view: EditionView, said: Said) -> None:
    """APPROVE for a draft that is no longer the newest: nothing is approved, and what changed since is said."""
    newest = view.edition.draft
    which = f"draft {said.draft}" if said.draft is not None else "no draft"
    sentences = (
        f"Your APPROVE was for {which}; the newest is draft {newest}, so nothing was approved.",
        "Please read the newest draft and reply APPROVE to its own mail.",
    )
    changed = view.draft.changes if view.draft else ()
    _answer(build, said, view, f"APPROVE was not for the newest draft ({newest})", sentences, lines=changed)


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
        objected_by="",
    )
    build.write(
        DeliveriesRequeued(
            edition_id=edition.id, kinds=keys.READER_KINDS, not_before=now, version=edition.issue_version
        )
    )
    sentences = ("What had been stopped goes on its way now. Nobody who has it gets it again.",)
    _answer(build, said, view, "approved anew", sentences)


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
    """Leave one theme out; without a theme the whole month, as long as nobody has been asked."""
    edition, theme = view.edition, rules.theme(said.command.theme or "")
    if theme is None and not said.command.argument:
        _skip_month(build, view, said)
        return
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


def _skip_month(build: PlanBuilder, view: EditionView, said: Said) -> None:
    """No bulletin for a month whose requests have not gone out."""
    edition = view.edition
    if _stays(build, view, said, EditionEvent.SKIP_MONTH):
        return
    state = lifecycle.move_edition(edition.state, EditionEvent.SKIP_MONTH)
    build.set(state=state, cause=f"SKIP by {said.person.address}")
    build.write(ProblemCleared(code=REQUESTS_MISSED, where=place_of(edition)))
    _answer(build, said, view, "the month is left out", ("There is no bulletin for this month. Nobody is asked.",))


def _cancel(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    if _stays(build, view, said, EditionEvent.CANCEL):
        return
    edition = view.edition
    build.set(
        state=lifecycle.move_edition(edition.state, EditionEvent.CANCEL), cause=f"CANCEL by {said.person.address}"
    )
    build.write(
        DeliveriesWithdrawn(
            edition_id=edition.id,
            kinds=("request", "reminder", "deputy_question", *keys.READER_KINDS),
            reason="CANCEL",
        ),
        TokensKilled(bulletin=edition.bulletin, period=edition.period),
        ProblemCleared(code=REQUESTS_MISSED, where=place_of(edition)),
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


Action = Callable[[PlanBuilder, EditionView, Rules, Said, datetime], None]
ACTIONS: dict[Word, Action] = {
    Word.APPROVE: _approve,
    Word.HOLD: holding.hold,
    Word.CHANGES: wanted.changes,
    Word.EXTEND: _extend,
    Word.CHASE: _chase,
    Word.SKIP: _skip,
    Word.CANCEL: _cancel,
    Word.STATUS: _status,
    Word.FILE: filing.file,
    Word.ACCEPT: accepting.accept,
    Word.EDITED: editing.edited,
    Word.CORRECT: editing.correct,
    Word.SEND_TO: editing.send_to,
    Word.ENCLOSE: editing.enclose,
    Word.PEOPLE: people.people,
    Word.YES: editing.yes,
    Word.NO: editing.no,
}
WITHOUT_TOKEN = (Word.HOLD, Word.STATUS, Word.PEOPLE)
