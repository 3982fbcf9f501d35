"""What comes back by itself: absences, bounces, readers' replies, and mails that wait for a person."""

from __future__ import annotations

from datetime import date, datetime

from bot.core import keys
from bot.core.effects import Answer, Notify, Plan, PlanBuilder, SendDraft
from bot.core.model import EditionState, Person, Problem
from bot.core.planner.answering import may_answer, may_tell
from bot.core.planner.due import ask_deputies
from bot.core.planner.replies import takes_replies
from bot.core.planner.rules import EDITOR_UNREACHABLE, Rules, london_day, missing_themes, present, standing_in, to_ask
from bot.core.planner.said import Offer
from bot.core.records import (
    Absence,
    AbsenceNoted,
    Asked,
    Delivery,
    DeliveryBounced,
    EditionView,
    Logged,
    ProblemNoted,
)

MOST_ASKED = 50  # questions of readers that an edition keeps; the oldest make room
MOST_OFFERED = 3  # themes for a mail of the holding pen
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
    seen = view.model_copy(update={"absences": (*view.absences, absence)})
    if rules.editor(absence.address) and edition.state is EditionState.IN_REVIEW:
        _hand_over(build, seen, rules, absence, now)
    if not takes_replies(edition.state):
        return build.plan()  # this edition is over: nobody is asked for it any more
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
    if concerned and may_tell(view, "notice", now):
        _tell(build, view, rules, f"absence/{digest}", _absence_words(absence, rules, concerned, asked))
    elif concerned:
        _tell(build, view, rules, f"absences-more/{london_day(now)}", ("many people are away", (_MANY_AWAY,)))
    return build.plan()


_MANY_AWAY = (
    "So many absences were told today that the rest are not told one by one. Deputies are asked all the same; reply "
    "STATUS for what is not in yet. The next draft says who is away."
)


def _hand_over(build: PlanBuilder, seen: EditionView, rules: Rules, absence: Absence, now: datetime) -> None:
    """No editor is here while a draft waits: their deputies get it, once."""
    edition = seen.edition
    until = f" until {_day(absence.until)}" if absence.until else ""
    note = f"{_name(absence.address, rules)} is away{until}. You get this draft as a deputy, and may decide."
    there = {delivery.key for delivery in seen.deliveries}
    for deputy in standing_in(rules, seen, now):
        if keys.draft_key(edition.bulletin, edition.period, edition.draft or 0, deputy.address) not in there:
            build.do(SendDraft(to=deputy, notes=(note,)))


def _name(address: str, rules: Rules) -> str:
    leads = (p for theme in rules.themes for p in (*theme.leads, *theme.deputies))
    people = (*rules.all_editors(), *leads)
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
    token_about: str = "",
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
                token_about=token_about,
            )
        )


def editor_place(bulletin: str, address: str) -> str:
    """Where an editor's trouble is, whatever the month: "ccsu-rag editor@council.example.org"."""
    return f"{bulletin} {address}"


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
            code=EDITOR_UNREACHABLE,
            sentence="A mail to an editor came back.",
            where=editor_place(edition.bulletin, delivery.recipient),
            todo="Check the editors' addresses in bulletin.toml; nothing is sent to readers without an APPROVE.",
        )
        build.write(ProblemNoted(problem=problem, edition_id=edition.id))
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
    offer = Offer(number=inbound, themes=tuple(c for c in candidates if c in titles)[:MOST_OFFERED])
    words = ("a mail waits in the holding pen", reasons)
    may_say = offer.may_say(titles)
    if not may_say:  # nothing says where it belongs, so nothing is suggested
        every = ", ".join(titles.values())
        may_say = ((f"FILE {inbound}", f"with a theme behind it: read it as a reply for that theme ({every})"),)
    if may_tell(view, "notice", now):
        _tell(build, view, rules, f"held/{digest}", words, (inbound,), may_say, offer.about)
    else:  # a flood: one more mail that day, and the next draft lists them all
        _tell(build, view, rules, f"held-more/{london_day(now)}", ("many mails wait in the holding pen", (_MANY,)))
    return build.plan()


_MANY_READERS = "Their mails are in the shared mailbox, and the next draft mail lists the newest."


def plan_reader_reply(view: EditionView, rules: Rules, asked: Asked, reader: str) -> Plan:
    """A reader wrote: to the lead when the section's own link was used, else to the editors. It is open until one of
    them answers; a flood of such mails is passed on in few, and the next draft mail lists the newest."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    build.write(Logged(edition_id=edition.id, what="reader reply", data={"inbound": asked.inbound}))
    found = rules.theme(asked.theme)
    build.set(asked=(*edition.asked, asked if found else asked.model_copy(update={"theme": ""}))[-MOST_ASKED:])
    people: tuple[Person, ...] = found.leads if found else rules.editors
    if not may_tell(view, "notice", asked.since):
        words = ("many readers have written", (_MANY_READERS,))
        _tell(build, view, rules, f"readers-more/{london_day(asked.since)}", words)
        return build.plan()
    title = f"{found.title}: a question from a reader" if found else "a reader has replied"
    for to in people:
        build.do(
            Notify(
                key=keys.reader_notice_key(edition.bulletin, edition.period, asked.digest, to.address),
                to=to,
                about=title,
                sentences=(
                    f"{asked.by} has written. Please answer: your reply to this mail goes to them and, as a copy, to "
                    "the bot, which then knows that it is answered.",
                ),
                mails=(asked.inbound,),
                reader=reader,
            )
        )
    return build.plan()


def plan_reader_answer(view: EditionView, digest: str, inbound: int) -> Plan:
    """A lead or an editor has answered a reader's question (the one whose mail has this digest): it is open no more."""
    build = PlanBuilder(view.edition)
    build.write(Logged(edition_id=view.edition.id, what="reader answered", data={"inbound": inbound}))
    asked = (one.model_copy(update={"answered": True}) if one.digest == digest else one for one in view.edition.asked)
    build.set(asked=tuple(asked))
    return build.plan()
