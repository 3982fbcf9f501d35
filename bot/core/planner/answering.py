"""How often a person is answered: at most five times a day; a lead's further receipts join one digest mail."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.core import keys
from bot.core.effects import PlanBuilder, SendDigest
from bot.core.model import EditionState, Person
from bot.core.planner.rules import london_day
from bot.core.records import EditionView, Logged, Owed
from bot.core.timetable import LONDON

MOST_ANSWERS = 5  # receipts and answers to one person in a day; drafts, answers to commands and alerts do not count
MOST_TOLD = 20  # mails of one kind that mails which only wait in the holding pen bring about in a day
DIGEST_AT = time(8, 0)  # London time, the morning after
ANSWERS = ("receipt", "answer")
GATHERING = (
    EditionState.COLLECTING,
    EditionState.IN_REVIEW,
    EditionState.CORRECTING,
)  # else at once, before it is over


def may_answer(view: EditionView, address: str, now: datetime) -> bool:
    """Whether a person may get one more receipt or answer today: nobody who writes all day is answered all day."""
    since = now - timedelta(days=1)
    sent = [
        d
        for d in view.deliveries
        if d.recipient == address
        and d.kind in ANSWERS
        and d.queued_at > since
        and london_day(d.queued_at) == london_day(now)
    ]
    return len(sent) < MOST_ANSWERS


def may_tell(view: EditionView, kind: str, now: datetime) -> bool:
    """Whether one more mail of this kind may be made because of mails that only wait: a flood is not answered."""
    today = [d for d in view.deliveries if d.kind == kind and london_day(d.queued_at) == london_day(now)]
    return len(today) < MOST_TOLD


def owe(build: PlanBuilder, person: Person, theme: str, revision: int, now: datetime) -> None:
    """Keep a receipt for the next digest."""
    one = Owed(to=person, theme=theme, revision=revision, since=now)
    build.set(owed=(*build.edition.owed, one))
    build.write(Logged(edition_id=build.edition.id, what="receipt joins the digest", data={"theme": theme}))


def digests_due(build: PlanBuilder, now: datetime) -> None:
    """The morning after: one mail to each person for all receipts that they were not sent."""
    edition = build.edition
    waiting: dict[str, list[Owed]] = {}
    for one in edition.owed:
        waiting.setdefault(one.to.address, []).append(one)
    sent: set[str] = set()
    for address, owed in waiting.items():
        day = london_day(owed[0].since) + timedelta(days=1)
        if edition.state in GATHERING and now < datetime.combine(day, DIGEST_AT, LONDON):
            continue
        sent.add(address)
        key = keys.digest_key(edition.bulletin, edition.period, day, address)
        build.do(SendDigest(key=key, to=owed[0].to, owed=tuple(owed)))
    if sent:
        build.set(owed=tuple(one for one in edition.owed if one.to.address not in sent))
