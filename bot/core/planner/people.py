"""PEOPLE: the lists of leads, deputies and readers by mail; a list that comes back, and the YES or NO to what it would
change.

Nothing changes before a YES, and a YES is bound to one change of one list: what it was shown for is worked out again,
and where the lists or the file are no longer the same nothing is done.
"""

from __future__ import annotations

from datetime import datetime

from bot.core import keys
from bot.core.effects import Notify, PlanBuilder, SendPeople
from bot.core.model import EditionState
from bot.core.people import Difference, canonical, difference, kept, kept_bytes, proposal_digest
from bot.core.planner.rules import Rules
from bot.core.planner.said import PEOPLE_MAIL, Listed, Said, answer
from bot.core.records import BlobAdded, EditionView, Logged, PeopleChanged, Question
from bot.core.timetable import month_title

ASKED, APPLIED, DROPPED = "people", "people-applied", "people-dropped"
MOST_LINES = 200
_YES_NO = (("YES", "change the lists exactly so"), ("NO", "leave them as they are"))
_AS_IT_IS = "Nothing was changed."
_FROZEN = (EditionState.APPROVED, EditionState.DISTRIBUTING, EditionState.STOPPED, EditionState.DISTRIBUTED)
_COLLECTS = (EditionState.COLLECTING, EditionState.IN_REVIEW)


def people(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """PEOPLE alone: the lists go to the editor's configured address. With a file: it is judged, and asked about."""
    listed, editor = said.people, rules.editor(said.person.address)
    if editor is None:
        answer(build, said, view, "PEOPLE was not done", ("Only the editors get the lists of people.", _AS_IT_IS))
    elif listed is None or not said.has_token:
        unread = "Your file was not read: please reply to this mail with it." if listed else ""
        key = keys.answer_key(view.edition.bulletin, view.edition.period, said.digest, editor.address)
        build.do(SendPeople(key=key, to=editor, inbound=said.inbound, notes=(unread,) if unread else ()))
    elif listed.wanted is None:
        _faulty(build, view, said, listed)
    else:
        _ask(build, view, rules, said, listed, now)


def _faulty(build: PlanBuilder, view: EditionView, said: Said, listed: Listed) -> None:
    count = f"{len(listed.faults)} things are" if len(listed.faults) > 1 else "one thing is"
    sentences = (
        f"In “{listed.name}” {count} to be mended. {_AS_IT_IS}",
        "Please mend the file, save it, and reply to this mail with it.",
    )
    about = "your list of people was not taken"
    answer(build, said, view, about, sentences, lines=listed.faults, token_about=PEOPLE_MAIL)


def _ask(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, listed: Listed, now: datetime) -> None:
    """Show what the file would change, and bind the YES to it."""
    change, wanted = _change(rules, listed), listed.wanted
    if wanted is None or not change.lines:
        sentence = f"“{listed.name}” says the same as the lists that hold, so there is nothing to change."
        answer(build, said, view, "your list changes nothing", (sentence, *listed.notes), token_about=PEOPLE_MAIL)
        return
    digest = proposal_digest(listed.now, wanted)
    build.set(people=Question(code=ASKED, subject=digest, asked_at=now, inbound=said.inbound))
    sentences = (
        *change.warnings,
        *listed.notes,
        f"Your list would change this: {change.in_short()}.",
        "Nothing has been changed yet. Reply YES to this mail, and it holds from then on.",
        *_effect(view, change),
    )
    lines = change.lines
    if len(lines) > MOST_LINES:
        lines = (*lines[:MOST_LINES], f"And {len(lines) - MOST_LINES} more, as your file has them.")
    answer(build, said, view, "change the lists so?", sentences, lines=lines, may_say=_YES_NO, token_about=digest)


def _change(rules: Rules, listed: Listed) -> Difference:
    return difference(listed.now, listed.wanted or listed.now, rules.titles())


def _effect(view: EditionView, change: Difference) -> tuple[str, ...]:
    """From when it counts, for the edition in hand."""
    edition, said = view.edition, []
    month = month_title(edition.period)
    readers = any(name.startswith("reader") for name in change.counts)
    if readers and edition.state is EditionState.APPROVED:
        said.append(
            f"{month} is approved and goes to the {len(edition.readers)} readers who were on the list then. "
            "HOLD and a new APPROVE would take the new list."
        )
    elif readers and edition.state in _FROZEN:
        said.append(f"{month} keeps the readers who were on the list at its approval; SEND TO adds one.")
    if any(name in change.counts for name in ("lead added", "lead moved")) and edition.state in _COLLECTS:
        said.append("Who is new gets the next reminder for this month; CHASE asks them at once.")
    return tuple(said)


def yes(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """YES: the list holds from now on, if it is still the change that was shown."""
    listed = _open_question(build, view, said, now)
    if listed is None:
        return
    change, wanted = _change(rules, listed), listed.wanted
    if wanted is None or proposal_digest(listed.now, wanted) != said.about:
        why = listed.faults or ("The lists have changed since I showed you that difference.",)
        again = "Please send your file again, or PEOPLE for the lists as they are now, and look at the new difference."
        _refuse(build, view, said, (*why, _AS_IT_IS, again))
        return
    edition = view.edition
    data = kept_bytes(kept(wanted, listed.files))
    digest, number = keys.digest(data), listed.number + 1
    build.set(people=Question(code=APPLIED, subject=said.about, asked_at=now, inbound=said.inbound))
    build.done = f"list of people {number}: {change.in_short()}"
    build.write(
        BlobAdded(digest=digest, data=data),
        PeopleChanged(
            bulletin=edition.bulletin,
            number=number,
            digest=digest,
            edition_id=edition.id,
            inbound=said.inbound,
            person=said.person.address,
        ),
        Logged(
            edition_id=edition.id,
            what="people changed",
            data={
                **change.counts,
                "inbound": said.inbound,
                "number": number,
                "list": digest,
                "before": keys.people_digest(canonical(listed.now)),
                "by": keys.people_digest(keys.address_key(said.person.address)),
            },
        ),
    )
    sentences = (f"Done: {change.in_short()}. It holds for every mail that is made from now on.",)
    answer(build, said, view, "the lists are changed", (*sentences, *_effect(view, change)), token_about=PEOPLE_MAIL)
    _tell_others(build, rules, said, number, change)


def _tell_others(build: PlanBuilder, rules: Rules, said: Said, number: int, change: Difference) -> None:
    edition = build.edition
    for other in rules.all_editors():
        if other.address == said.person.address:
            continue
        sentences = (
            f"{said.person.name or said.person.address} has changed the lists of people: {change.in_short()}.",
            *change.warnings,
            "Reply PEOPLE to see them.",
        )
        key = keys.notice_key(edition.bulletin, edition.period, f"people/{number}", other.address)
        about = "the lists of people are changed"
        build.do(Notify(key=key, to=other, about=about, sentences=sentences, editor_draft=edition.draft))


def no(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """NO: the lists stay as they are, and it is not asked again."""
    if _open_question(build, view, said, now) is not None:
        build.set(people=Question(code=DROPPED, subject=said.about, asked_at=now, inbound=said.inbound))
        build.done = "the lists of people stay as they were"
        answer(build, said, view, "the lists stay as they are", (_AS_IT_IS,), token_about=PEOPLE_MAIL)


_DECIDED = {
    APPLIED: "That change was made already; it is not made twice.",
    DROPPED: "That change was dropped on a NO. To make it after all, send the file again.",
}


def _open_question(build: PlanBuilder, view: EditionView, said: Said, now: datetime) -> Listed | None:
    """The change that this mail decides on; None, and an answer, where there is none or it is decided."""
    question = view.edition.people
    if question is None or said.about == PEOPLE_MAIL:
        _refuse(build, view, said, ("No question about the lists is open in that mail.", _AS_IT_IS))
    elif question.subject != said.about:
        newer = "A newer list came in after that mail, so it no longer counts. Please answer the newest one."
        _refuse(build, view, said, (newer, _AS_IT_IS))
    elif question.code != ASKED:
        _refuse(build, view, said, (_DECIDED[question.code], _AS_IT_IS))
    elif said.people is None:
        _refuse(
            build, view, said, ("Your mail brings a file beside the word, so I do not know which you mean.", _AS_IT_IS)
        )
    else:
        return said.people
    return None


def _refuse(build: PlanBuilder, view: EditionView, said: Said, sentences: tuple[str, ...]) -> None:
    about = f"{said.command.word}: nothing was changed"
    answer(build, said, view, about, sentences, token_about=PEOPLE_MAIL)
