"""Small worlds for tests of the pure core: the August 2025 edition of an invented bulletin, and what happens to it.

Everything is made from literals and passed in: no clock, no store, no mail. Names are roles; addresses are invented.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from bot.core import keys
from bot.core.decision import Command, Word
from bot.core.effects import Plan
from bot.core.model import (
    Bulletin,
    CountRow,
    DeliveryState,
    Draft,
    EditionState,
    FormField,
    InboundState,
    Item,
    Paragraph,
    Person,
    Run,
    StatisticsTable,
    Submission,
    Theme,
)
from bot.core.planner.decisions import Said
from bot.core.planner.replies import Reply
from bot.core.planner.rules import Rules
from bot.core.records import Absence, Change, Delivery, Edition, EditionView, Inbound
from bot.core.timetable import LONDON, TimetableRules, closed_days, timetable_for

BULLETIN, PERIOD = "ccsu-rag", "2025-08"
CLOSED = closed_days(PERIOD)
TIMETABLE = timetable_for(PERIOD, TimetableRules(), CLOSED)
REQUEST, DEADLINE, DISTRIBUTION = TIMETABLE.request_at, TIMETABLE.deadline_at, TIMETABLE.distribution_at
IN_THE_WEEK = datetime(2025, 8, 5, 10, 0, tzinfo=LONDON)  # collecting, no reminder due yet
AFTER_DEADLINE = datetime(2025, 8, 13, 10, 0, tzinfo=LONDON)  # a day after the deadline, before the first chaser
MINUTE = timedelta(minutes=1)


def person(role: str, name: str = "") -> Person:
    """Somebody with this role."""
    return Person(name=name or role.replace(".", " ").title(), address=f"{role}@council.example.org")


HATE_LEAD, HATE_DEPUTY, HATE_SECOND = person("hate.lead"), person("hate.deputy"), person("hate.second")
DRUGS_LEAD, DRUGS_DEPUTY = person("drugs.lead"), person("drugs.deputy")
PREVENT_LEAD = person("prevent.lead")
EDITOR, EDITOR_DEPUTY, OPERATOR = person("editor"), person("editor.deputy"), person("operator")
READERS = tuple(
    Person(name=f"Reader {n}", address=f"reader{n}@district.example", csp=f"District {n}") for n in range(1, 4)
)
HATE = Theme(
    key="hate-crime",
    title="Hate Crime",
    order=1,
    leads=(HATE_LEAD,),
    deputies=(HATE_DEPUTY, HATE_SECOND),
    fields=(FormField(key="F1", title="Third party reporting"), FormField(key="F2", title="Awareness week")),
)
DRUGS = Theme(
    key="drugs",
    title="Drugs and Alcohol",
    order=2,
    leads=(DRUGS_LEAD,),
    deputies=(DRUGS_DEPUTY,),
    series="custody",
)
PREVENT = Theme(key="prevent", title="Prevent", order=3, leads=(PREVENT_LEAD,))
THEMES = (HATE, DRUGS, PREVENT)


def rules(**changed: Any) -> Rules:
    """The bulletin's configuration, with something changed."""
    values: dict[str, Any] = {
        "bulletin": BULLETIN,
        "title": "CCSU RAG Update",
        "themes": THEMES,
        "editors": (EDITOR,),
        "editor_deputies": (EDITOR_DEPUTY,),
        "readers": READERS,
        "operator": OPERATOR,
        "timetable": TimetableRules(),
        "closed": CLOSED,
    }
    return Rules(**{**values, **changed})


RULES = rules()


def edition(state: str | EditionState = "collecting", **changed: Any) -> Edition:
    """The edition in a state, as it usually is there: from the first draft on it has draft 1."""
    state = EditionState(state)
    values: dict[str, Any] = {"id": 7, "bulletin": BULLETIN, "period": PERIOD, "state": state, "timetable": TIMETABLE}
    if state not in (EditionState.PLANNED, EditionState.COLLECTING, EditionState.SKIPPED):
        values["draft"] = 1
    if state in (EditionState.APPROVED, EditionState.DISTRIBUTING, EditionState.STOPPED, EditionState.DISTRIBUTED):
        values |= {
            "approved_draft": 1,
            "approved_by": EDITOR.address,
            "approved_at": AFTER_DEADLINE,
            "release_at": DISTRIBUTION,
            "readers": READERS,
        }
    return Edition(**{**values, **changed})


def view(state: str | EditionState | Edition = "collecting", **changed: Any) -> EditionView:
    """What the planner sees of the edition; a draft is there when the edition names one."""
    seen = state if isinstance(state, Edition) else edition(state)
    values: dict[str, Any] = {"edition": seen, "done": frozenset({"request", "reminder/1", "reminder/2"})}
    if seen.state is EditionState.PLANNED:
        values["done"] = frozenset()
    if seen.draft is not None:
        values["draft"] = draft(seen.draft)
    return EditionView(**{**values, **changed})


def runs(text: str, **look: Any) -> tuple[Run, ...]:
    """Text as one run."""
    return (Run(text=text, **look),)


def item(
    heading: str, text: str = "Some text.", *, field: str | None = None, of: Person = HATE_LEAD, inbound: int = 1
) -> Item:
    """One story of one paragraph, written by somebody."""
    return Item(heading=heading, blocks=(Paragraph(runs=runs(text)),), field=field, person=of.address, inbound=inbound)


Mode = Literal["fields", "all", "adds", "unsaid"]


def submission(
    *items: Item, theme: Theme = HATE, of: Person = HATE_LEAD, mode: Mode = "unsaid", **changed: Any
) -> Submission:
    """A reply for a theme, not yet numbered."""
    values: dict[str, Any] = {"theme": theme.key, "revision": 0, "inbound": 11, "person": of.address, "at": IN_THE_WEEK}
    return Submission(**{**values, "items": items, "mode": mode, **changed})


def nil_return(*, theme: Theme = HATE, of: Person = HATE_LEAD, mode: Mode = "unsaid", **changed: Any) -> Submission:
    """Somebody says that there is nothing this month."""
    return submission(theme=theme, of=of, mode=mode, nil=True, **changed)


def in_order(*submissions: Submission) -> tuple[Submission, ...]:
    """The same replies, numbered r1, r2, ..."""
    return tuple(one.model_copy(update={"revision": at}) for at, one in enumerate(submissions, 1))


def everybody_in() -> tuple[Submission, ...]:
    """One reply for each theme."""
    return tuple(
        submission(item(theme.title, of=theme.leads[0]), theme=theme, of=theme.leads[0], revision=1) for theme in THEMES
    )


def reply(new: Submission, of: Person = HATE_LEAD, **changed: Any) -> Reply:
    """A reply as the planner takes it."""
    return Reply(**{"submission": new, "person": of, "digest": "d1", **changed})


def statistics(positive: int = 196, negative: int = 188, **changed: Any) -> StatisticsTable:
    """A small custody table."""
    row = CountRow(
        district="Broxbourne", values={"positive": positive, "negative": negative}, total=positive + negative
    )
    values: dict[str, Any] = {
        "series": "custody",
        "title": "Drug tests on arrest",
        "period": "2025-07",
        "measures": (("positive", "Positive"), ("negative", "Negative")),
        "rows": (row,),
        "totals": {"positive": positive, "negative": negative},
    }
    return StatisticsTable(**{**values, **changed})


def bulletin(*sections: Any, **changed: Any) -> Bulletin:
    """A bulletin of some sections."""
    values: dict[str, Any] = {"key": BULLETIN, "period": PERIOD, "title": "CCSU RAG Update", "month": "August 2025"}
    return Bulletin(**{**values, "sections": sections, **changed})


def draft(number: int = 1, **changed: Any) -> Draft:
    """A frozen draft, made at the deadline."""
    values: dict[str, Any] = {
        "number": number,
        "version": 1,
        "digest": "0" * 64,
        "parts": (),
        "bulletin": bulletin(),
        "made_at": DEADLINE,
    }
    return Draft(**{**values, **changed})


def delivery(kind: str, to: Person, state: str = "sent", *, version: int = 1, **changed: Any) -> Delivery:
    """One mail of ours to somebody."""
    key = (
        keys.bulletin_key(BULLETIN, PERIOD, version, to.address)
        if kind == "bulletin"
        else f"{BULLETIN}/{PERIOD}/{kind}/x/{to.address}"
    )
    values: dict[str, Any] = {
        "key": key,
        "message_id": keys.message_id_for(key, "council.example.org"),
        "edition_id": 7,
        "kind": kind,
        "sender": "rag.update@council.example.org",
        "recipient": to.address,
        "header": "h",
        "state": DeliveryState(state),
        "queued_at": REQUEST,
        "not_before": REQUEST,
        "changed_at": REQUEST,
    }
    return Delivery(**{**values, **changed})


def away(who: Person, until: date | None = None, why: Literal["out_of_office", "bounce"] = "out_of_office") -> Absence:
    """Somebody is away."""
    return Absence(address=who.address, since=REQUEST, until=until, why=why, inbound=21)


def held(number: int) -> Inbound:
    """A mail in the holding pen."""
    return Inbound(id=number, mailbox="m", ref=f"r{number}", state=InboundState.HELD, received_at=IN_THE_WEEK)


def said(
    word: Word | None,
    *,
    about: int | None = 1,
    token: bool = True,
    stale: bool = False,
    of: Person = EDITOR,
    **command: Any,
) -> Said:
    """An editor's mail with one word in it, answering the mail about draft ``about``."""
    return Said(
        command=Command(word=word, **command),
        person=of,
        inbound=31,
        digest="d31",
        draft=about if token else None,
        has_token=token,
        stale=stale,
    )


T = TypeVar("T")


def effects(plan: Plan, kind: type[T]) -> list[T]:
    """The plan's effects of one kind."""
    return [effect for effect in plan.effects if isinstance(effect, kind)]


def changes(plan: Plan, kind: type[T]) -> list[T]:
    """The plan's rows of one kind."""
    return [change for change in plan.changes if isinstance(change, kind)]


def only(plan: Plan, kind: type[T]) -> T:
    """The plan's one effect of a kind."""
    (effect,) = effects(plan, kind)
    return effect


def becomes(plan: Plan) -> Edition:
    """The edition's new value, which must be there."""
    assert plan.edition is not None, "the plan leaves the edition as it is"
    return plan.edition


def rows(plan: Plan) -> list[Change]:
    """The plan's rows but the log's lines."""
    return [change for change in plan.changes if change.change != "logged"]
