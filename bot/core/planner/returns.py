"""What comes back by itself: absences, bounces, readers' replies, and mails that wait for a person."""

from __future__ import annotations

from datetime import date, datetime

from bot.core import keys
from bot.core.effects import Alert, Answer, Notify, Plan, PlanBuilder
from bot.core.model import Person, Problem
from bot.core.planner.answering import may_answer, may_tell
from bot.core.planner.due import ask_deputies
from bot.core.planner.replies import takes_replies
from bot.core.planner.rules import Rules, london_day, missing_themes, present, to_ask
from bot.core.records import (
    Absence,
    AbsenceNoted,
    Delivery,
    DeliveryBounced,
    EditionView,
    Logged,
    ProblemNoted,
)

ASKED = ("request", "reminder", "deputy_question")


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def plan_absence(view: EditionView, rules: Rules, absence: Absence, digest: str, now: datetime) -> Plan:
    """Somebody is away: remember it, ask the deputies of what is not in, tell the editors once."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    known = any(
        a.address == absence.address and a.until == absence.until and a.why == absence.why for a in view.absences
    )
    if known:
        build.write(Logged(edition_id=edition.id, what="absence known already"))
        return build.plan()
    build.write(
        AbsenceNoted(absence=absence),
        Logged(edition_id=edition.id, what="absence", data={"why": absence.why}),
    )
    if not takes_replies(edition.state):
        return build.plan()  # this edition is over: nobody is asked for it any more
    seen = view.model_copy(update={"absences": (*view.absences, absence)})
    concerned: list[str] = []
    asked: list[str] = []
    for theme in missing_themes(rules, view):
        lead = next((p for p in theme.leads if p.address == absence.address), None)
        if lead is None and all(p.address != absence.address for p in theme.deputies):
            continue
        concerned.append(theme.title)
        if lead is not None:
            ask_deputies(build, seen, rules, theme.key, lead, now)
        asked += [p.name or p.address for p in present(to_ask(theme, seen, now), seen, now)]
    if concerned:
        _tell(build, view, rules, f"absence/{digest}", _absence_words(absence, rules, concerned, asked))
    return build.plan()


def _name(address: str, rules: Rules) -> str:
    people = (p for theme in rules.themes for p in (*theme.leads, *theme.deputies))
    return next((p.name for p in people if p.address == address and p.name), address)


def _absence_words(
    absence: Absence, rules: Rules, concerned: list[str], asked: list[str]
) -> tuple[str, tuple[str, ...]]:
    who = _name(absence.address, rules)
    why = "is out of office" if absence.why == "out_of_office" else "could not be reached: the mail came back"
    until = f" until {_day(absence.until)}" if absence.until else ""
    sentences = [f"{who} {why}{until}. Not in yet: {', '.join(concerned)}."]
    if asked:
        sentences.append(f"Asked instead: {', '.join(dict.fromkeys(asked))}.")
    else:
        sentences.append("There is nobody else to ask; please find somebody, or reply SKIP and the theme.")
    return f"{who} {why}", tuple(sentences)


def _tell(
    build: PlanBuilder,
    view: EditionView,
    rules: Rules,
    subject: str,
    words: tuple[str, tuple[str, ...]],
    mails: tuple[int, ...] = (),
    may_say: tuple[tuple[str, str], ...] = (),
) -> None:
    edition = view.edition
    for editor in rules.editors:
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, subject, editor.address),
                to=editor,
                about=words[0],
                sentences=words[1],
                mails=mails,
                waits=bool(mails),
                may_say=may_say,
                editor_draft=edition.draft,
            )
        )


def plan_bounce(
    view: EditionView, rules: Rules, delivery: Delivery, absence: Absence, reason: str, now: datetime
) -> Plan:
    """A mail of ours came back. A request that bounced is treated like an absence; a reader's is listed."""
    edition = view.edition
    if delivery.kind in ASKED:
        plan = plan_absence(view, rules, absence, delivery.message_id, now)
        return plan.model_copy(update={"changes": (DeliveryBounced(key=delivery.key, reason=reason), *plan.changes)})
    build = PlanBuilder(edition)
    build.write(
        DeliveryBounced(key=delivery.key, reason=reason),
        Logged(edition_id=edition.id, what="bounce", data={"kind": delivery.kind}),
    )
    if any(person.address == delivery.recipient for person in rules.all_editors()):
        problem = Problem(
            code="editor-unreachable",
            sentence="A mail to an editor came back.",
            where=f"{edition.bulletin} {edition.period}",
            todo="Check the editors' addresses in bulletin.toml; nothing is sent to readers without an APPROVE.",
        )
        build.write(ProblemNoted(problem=problem, edition_id=edition.id))
        build.do(Alert(problem=problem))
    elif delivery.kind == "bulletin" and edition.state == "distributing":
        return build.plan()  # the outcome lists it
    else:
        reader = next((p for p in edition.readers if p.address == delivery.recipient), None)
        who = f"{reader.name} ({reader.csp})" if reader and reader.csp else delivery.recipient
        what = "bulletin" if delivery.kind == "bulletin" else delivery.kind.replace("_", " ")
        sentences = (f"The {what} to {who} came back: {reason or 'no reason was given'}.",)
        _tell(build, view, rules, f"bounce/{delivery.message_id}", (f"The {what} to {who} came back", sentences))
    return build.plan()


_MANY = (
    "So many mails wait that no more of them are told one by one today. The next draft lists those that came first. "
    "If this is a flood of unwanted mail, tell the people who run the mail system."
)


def plan_held(
    view: EditionView,
    rules: Rules,
    inbound: int,
    digest: str,
    reasons: tuple[str, ...],
    candidates: tuple[str, ...],
    author: Person | None = None,
    *,
    now: datetime,
) -> Plan:
    """A mail needs a person: it waits in the holding pen and the editors get a numbered question.

    ``author`` is somebody we know and whose address is not in doubt: they hear why, in plain words."""
    build = PlanBuilder(view.edition)
    known = author is not None and rules.editor(author.address) is None
    if author is not None and known and may_answer(view, author.address, now) and may_tell(view, "answer", now):
        build.do(
            Answer(
                key=keys.answer_key(view.edition.bulletin, view.edition.period, digest, author.address),
                to=author,
                about="your mail waits for the editor",
                sentences=(*reasons, "Nothing of it is lost: the editor has been told."),
                inbound=inbound,
            )
        )
    build.write(Logged(edition_id=view.edition.id, what="held", data={"inbound": inbound}))
    titles = rules.titles()
    offered = [titles[c] for c in candidates if c in titles] or [theme.title for theme in rules.themes[:1]]
    words = ("a mail waits in the holding pen", reasons)
    may_say = tuple((f"FILE {inbound} {title}", f"read it as a reply for {title}") for title in offered[:3])
    if may_tell(view, "notice", now):
        _tell(build, view, rules, f"held/{digest}", words, (inbound,), may_say)
    else:  # a flood: one more mail that day, and the next draft lists them all
        _tell(build, view, rules, f"held-more/{london_day(now)}", ("many mails wait in the holding pen", (_MANY,)))
    return build.plan()


def plan_reader_reply(
    view: EditionView, rules: Rules, inbound: int, digest: str, person: str, theme: str | None
) -> Plan:
    """A reader wrote: to the lead when the section's own link was used, else to the editors."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    build.write(Logged(edition_id=edition.id, what="reader reply", data={"inbound": inbound}))
    found = rules.theme(theme) if theme else None
    people: tuple[Person, ...] = found.leads if found else rules.editors
    title = f"{found.title}: a question from a reader" if found else "a reader has replied"
    for to in people:
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"reader/{digest}", to.address),
                to=to,
                about=title,
                sentences=(f"{person} has written. Please answer them directly; the bot does not.",),
                mails=(inbound,),
            )
        )
    return build.plan()
