"""One-time codes: where the mail system cannot prove who wrote, a decision is carried out only when a code comes back
that was mailed to the editor's configured address.

A code is short-lived, used once, kept as a hash, and bound to the mail that it confirms, the person and the draft.
HOLD and STATUS never need one, nor does a mail that would only be answered; PEOPLE brings addresses, and needs one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core import keys
from bot.core.decision import Word
from bot.core.effects import Answer, Plan, PlanBuilder
from bot.core.planner.said import Said, answer
from bot.core.records import EditionView, Logged, PendingCode
from bot.core.timetable import LONDON

LASTS = timedelta(minutes=30)
MOST_TRIES = 5
MOST_OPEN = 5  # codes of one person at a time: nobody's mailbox is filled by somebody who uses their name

Decide = Callable[[EditionView, Said], Plan]


def needs_code(plan: Plan, said: Said) -> bool:
    """Whether what a mail would do waits for a code: it comes unproven, it does something, and it is no HOLD."""
    if not said.fresh_code or said.command.problem or said.command.word in (None, Word.HOLD, Word.STATUS):
        return False
    return plan.edition is not None or any(not isinstance(effect, Answer) for effect in plan.effects)


def ask_code(view: EditionView, said: Said, now: datetime) -> Plan:
    """Nothing is done yet: the code goes to the editor's configured address, whoever wrote."""
    build = PlanBuilder(view.edition)
    edition, person = view.edition, said.person
    waiting = tuple(code for code in edition.codes if now < code.until)
    what = " ".join(filter(None, (str(said.command.word), said.command.argument)))
    if sum(1 for code in waiting if code.person == person.address) >= MOST_OPEN:
        sentence = f"{MOST_OPEN} codes wait to be used already. Nothing was done; please use one, or write again later."
        answer(build, said, view, f"{what} waits for a code", (sentence,))
        return build.plan()
    pending = PendingCode(
        hash=_hash(said.fresh_code, edition.bulletin, edition.period, person.address, said.inbound),
        person=person.address,
        word=str(said.command.word),
        inbound=said.inbound,
        draft=edition.draft,
        until=now + LASTS,
    )
    build.set(codes=(*waiting, pending))
    build.write(Logged(edition_id=edition.id, what="code asked", data={"word": pending.word, "inbound": said.inbound}))
    until = pending.until.astimezone(LONDON)
    build.do(
        Answer(
            key=keys.notice_key(edition.bulletin, edition.period, f"code/{said.digest}", person.address),
            to=person,
            about=f"is it you? {what} waits for a code",
            sentences=(
                f"A mail in your name says {what}. The mail system does not prove that you wrote it.",
                f"If you did: reply to this mail with the code alone on the first line, before {until:%H:%M}.",
                "If you did not: do nothing; nothing happens without the code. Please tell your IT.",
            ),
            lines=(said.fresh_code,),
            inbound=said.inbound,
            editor_draft=edition.draft,
        )
    )
    return build.plan()


def find_code(view: EditionView, said: Said, now: datetime) -> PendingCode | None:
    """The waiting decision that the code in a mail confirms: that person's, in time; None where there is none."""
    edition, typed = view.edition, said.command.argument.upper()
    for code in edition.codes:
        wanted = _hash(typed, edition.bulletin, edition.period, said.person.address, code.inbound)
        if code.person == said.person.address and now < code.until and code.hash == wanted:
            return code
    return None


def plan_wrong_code(view: EditionView, said: Said) -> Plan:
    """A code that is none: nothing is done, and after a few tries the person's codes are void."""
    build = PlanBuilder(view.edition)
    tried = [
        code.model_copy(update={"tries": code.tries + 1}) if code.person == said.person.address else code
        for code in view.edition.codes
    ]
    build.set(codes=tuple(code for code in tried if code.tries < MOST_TRIES))
    minutes = int(LASTS.total_seconds() // 60)
    sentences = (
        f"That code is wrong, older than {minutes} minutes, used already, or somebody else's. Nothing was done.",
        "Please send your decision again: you get a new code.",
    )
    answer(build, said, view, "the code was not taken", sentences)
    build.write(Logged(edition_id=view.edition.id, what="wrong code", data={"inbound": said.inbound}))
    return build.plan()


def plan_confirmed(view: EditionView, said: Said, code: PendingCode, decide: Decide) -> Plan:
    """The decision of the mail that the code confirms, as that mail stands; the code is used up whatever comes of it.

    ``said`` is that earlier mail, read again."""
    rest = tuple(other for other in view.edition.codes if other != code)
    used = view.model_copy(update={"edition": view.edition.model_copy(update={"codes": rest})})
    if code.draft == view.edition.draft:
        plan = decide(used, said.model_copy(update={"fresh_code": ""}))
    else:
        build = PlanBuilder(used.edition)
        sentences = (
            f"Draft {view.edition.draft} is newer than your {code.word}.",
            "Nothing was done; please look at it.",
        )
        answer(build, said, used, f"{code.word} was not done", sentences)
        plan = build.plan()
    return plan.model_copy(update={"edition": plan.edition or used.edition})


def _hash(code: str, bulletin: str, period: str, person: str, inbound: int) -> str:
    return keys.code_hash(code, bulletin, period, person, inbound)
