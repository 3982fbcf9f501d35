"""A lead's reply has been read: what is kept, what it replaces, who is told."""

from __future__ import annotations

from datetime import datetime

from bot.core import keys
from bot.core.assemble import first_difference, newer_version, of_theme, standing_items
from bot.core.effects import Answer, Notify, Plan, PlanBuilder, SendReceipt
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState, Item, Person, Submission, Value
from bot.core.planner.answering import may_answer, owe
from bot.core.planner.passing import Passed, pass_on
from bot.core.planner.rules import Rules
from bot.core.planner.said import Offer
from bot.core.records import AbsenceEnded, EditionView, Logged, SubmissionAdded

CLOSED = (
    EditionState.DISTRIBUTING,
    EditionState.DISTRIBUTED,
    EditionState.CANCELLED,
    EditionState.SKIPPED,
)
NEEDS_A_DRAFT = (  # approved or stopped: the draft is made once the editor says CHANGES
    EditionState.COLLECTING,
    EditionState.IN_REVIEW,
    EditionState.APPROVED,
    EditionState.STOPPED,
    EditionState.CORRECTING,
)


class Reply(Value):
    """One reply, read: ``submission`` (its revision is set here), whose words it brings, the mail's digest for keys.

    ``sent_by`` is who sent it for them (an assistant); ``told`` are sentences for the receipt, ``passed`` is what was
    written to the editor and not for print."""

    submission: Submission
    person: Person
    digest: str
    read_as: str = ""  # how sure we are, for the editor: "" = fully placed
    sent_by: Person | None = None
    told: tuple[str, ...] = ()
    passed: Passed | None = None


def takes_replies(state: EditionState) -> bool:
    """Whether an edition in this state still takes a reply in."""
    return state not in CLOSED


def plan_reply(view: EditionView, rules: Rules, reply: Reply, now: datetime) -> Plan:
    """Keep the submission, send the receipt, tell the others whom it concerns."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    theme = reply.submission.theme
    before = of_theme(theme, view.submissions)
    says = _what_it_replaces(before, reply.submission, rules)
    revision = before[-1].revision + 1 if before else 1
    submission = reply.submission.model_copy(update={"revision": revision, "replaces": says})
    build.write(
        SubmissionAdded(edition_id=edition.id, submission=submission),
        AbsenceEnded(address=reply.person.address),
        Logged(
            edition_id=edition.id,
            what="submission",
            data={"theme": theme, "revision": revision, "mail": reply.digest},
        ),
    )
    if edition.state in NEEDS_A_DRAFT and _brings(before, submission, rules):
        build.set(changed_at=now)
    if submission.accepted:
        build.set(accepted=tuple(dict.fromkeys((*build.edition.accepted, *submission.accepted))))
    about = rules.theme(theme)
    if reply.passed is not None and about is not None:
        pass_on(build, rules, about, reply.person, reply.passed, submission.inbound, reply.digest, now)
    notes = [*reply.told, *([says] if says else [])]
    if now >= edition.timetable.deadline_at or edition.state is not EditionState.COLLECTING:
        notes.append(edition_cell(edition.state, EditionEvent.REPLY).says)
    authors = _authors(before, reply.person, rules, theme)
    if authors:
        names = ", ".join(p.name or p.address for p in authors)
        notes.append(f"Others have written for this theme too: {names}.")
    _receipts(build, view, rules, reply, revision, tuple(notes), authors, now)
    _tell_editors(build, view, rules, reply, authors if submission.items or submission.statistics else ())
    return build.plan()


def _brings(before: tuple[Submission, ...], new: Submission, rules: Rules) -> bool:
    """Does it change the draft or what the editor is told with it? "Thanks, looks good" does not, nor does the same
    text once more: a new draft for it would void the editor's answer to the one in hand."""
    if new.items and not new.statistics and _same_as_before(before, new, rules.titles().get(new.theme, "")):
        return False
    return bool(new.items or new.nil or new.statistics or new.findings or new.mends)


def _same_as_before(before: tuple[Submission, ...], new: Submission, title: str) -> bool:
    return standing_items(before, title) == standing_items((*before, new), title)


def _nil_after_text(mine: bool, others: bool, mode: str) -> str:
    """In words: "nothing this month" from somebody when text stands already, theirs (``mine``) or of ``others``."""
    if not mine:
        return "You wrote that there is nothing this month, but somebody else has sent text. It is still there."
    if mode != "all":
        return (
            "You wrote that there is nothing this month, but you had sent text before. It is still there; "
            "write “this replaces my earlier reply” if it should go."
        )
    rest = "what others sent stays" if others else "the section is a nil return now"
    return f"Your earlier text is taken out; {rest}."


def _what_it_replaces(before: tuple[Submission, ...], new: Submission, rules: Rules) -> str:
    """In words: what of the earlier replies this one replaces, adds to, or leaves."""
    title = rules.titles().get(new.theme, "")
    items, nil = standing_items(before, title)
    mine = [item for item in items if item.person == new.person]
    if new.nil and not new.items and items:
        return _nil_after_text(bool(mine), len(mine) < len(items), new.mode)
    if nil and new.items:
        return "This takes the place of the “nothing this month” that was sent before."
    if new.items and _same_as_before(before, new, title):
        return "This is the same text as before; nothing changed."
    if not mine or not new.items:
        return ""
    versions = tuple(_version(old, new, title) for old in mine) if new.mode in ("unsaid", "fields") else ()
    if any(versions):
        return " ".join(filter(None, versions))
    if new.mode == "all":
        return "This replaces everything that you had sent before."
    if new.mode == "adds":
        return "This is added to what you had sent before."
    after, _ = standing_items((*before, new), title)
    replaced = [item.heading for item in mine if item not in after]
    said = f"This replaces what you had sent under: {', '.join(replaced)}. The rest stays." if replaced else ""
    if any(item.field is None for item in new.items) and not replaced:
        said = (
            "You had written before, and this did not say what it replaces; both will be printed. "
            "Write “this replaces my earlier reply” if only the new text should stay."
        )
    return said


def _version(old: Item, new: Submission, title: str) -> str:
    """In words: which item of a reply is a newer version of one that stands, and the first difference."""
    newer = next((item for item in new.items if newer_version(old, item, title)), None)
    if newer is None or newer in (old, old.model_copy(update={"inbound": newer.inbound})):
        return ""
    return (
        f"This is taken as a newer version of “{old.heading}”, which it replaces.{first_difference(old, newer)} "
        "If both should be printed, send the new text under a heading of its own."
    )


def _authors(before: tuple[Submission, ...], person: Person, rules: Rules, theme_key: str) -> tuple[Person, ...]:
    """The other people who have written for this theme."""
    theme = rules.theme(theme_key)
    known = {p.address: p for p in (*theme.leads, *theme.deputies)} if theme else {}
    addresses = dict.fromkeys(s.person for s in before if s.person != person.address and (s.items or s.statistics))
    return tuple(known.get(address, Person(name=address, address=address)) for address in addresses)


def _receipts(
    build: PlanBuilder,
    view: EditionView,
    rules: Rules,
    reply: Reply,
    revision: int,
    notes: tuple[str, ...],
    authors: tuple[Person, ...],
    now: datetime,
) -> None:
    """Whoever sent it gets the receipt, and so do the lead whose section it is and the others who have written."""
    edition, theme = view.edition, rules.theme(reply.submission.theme)
    writer = reply.sent_by or reply.person
    for_them = f" for {reply.person.name or reply.person.address}" if reply.sent_by else ""
    heard = f"{writer.name or writer.address} has written{for_them} for this theme"
    leads = theme.leads if theme and all(p.address != reply.person.address for p in theme.leads) else ()
    unreachable = {absence.address for absence in view.absences if absence.why == "bounce"}
    leads = tuple(lead for lead in leads if lead.address not in unreachable)
    people = {p.address: p for p in (writer, reply.person, *leads, *authors)}
    for person in people.values():
        own = person == writer
        too = " too" if person in authors else ""
        if not may_answer(view, person.address, now):
            owe(build, person, reply.submission.theme, revision, now)
            continue
        build.do(
            SendReceipt(
                key=keys.receipt_key(edition.bulletin, edition.period, reply.digest, person.address),
                to=person,
                theme=reply.submission.theme,
                revision=revision,
                inbound=reply.submission.inbound,
                notes=notes if own else (f"{heard}{too}.", *(reply.told if person == reply.person else ())),
                thread=own,
            )
        )


def _tell_editors(
    build: PlanBuilder, view: EditionView, rules: Rules, reply: Reply, others: tuple[Person, ...]
) -> None:
    """The editors hear of what may need them: a second author, an approved draft, text that has no place."""
    edition = view.edition
    theme = rules.theme(reply.submission.theme)
    title = theme.title if theme else reply.submission.theme
    who = reply.person.name or reply.person.address
    sentences: list[str] = []
    if others:
        sentences.append(f"{who} has written for {title}, as others had before; both are kept.")
    if edition.state in (EditionState.APPROVED, EditionState.STOPPED):
        sentences.append(
            f"{who} has sent a reply for {title} after draft {edition.approved_draft} was approved. "
            "The approved draft stays as it is. Reply CHANGES if the reply should go in; a new draft follows."
        )
    if reply.read_as:
        sentences.append(f"{title}: {reply.read_as}")
    for editor in rules.editors if sentences else ():
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"reply/{reply.digest}", editor.address),
                to=editor,
                about=f"{title}: a reply that you should know of",
                sentences=tuple(sentences),
                mails=(reply.submission.inbound,),
                editor_draft=edition.draft,
            )
        )


def plan_late_reply(
    view: EditionView, rules: Rules, person: Person, theme_key: str, inbound: int, digest: str, now: datetime
) -> Plan:
    """A reply to an edition that no longer takes any: kept in the holding pen, its author and the editors are told."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    theme = rules.theme(theme_key)
    title = theme.title if theme else theme_key
    says = edition_cell(edition.state, EditionEvent.REPLY).says
    build.write(Logged(edition_id=edition.id, what="late reply", data={"theme": theme_key, "mail": digest}))
    lost = "Nothing of it is lost: the editor has been told and can file it for the next edition."
    if may_answer(view, person.address, now):
        build.do(
            Answer(
                key=keys.answer_key(edition.bulletin, edition.period, digest, person.address),
                to=person,
                about=f"{title}: your reply came after the edition",
                sentences=(says, lost),
                inbound=inbound,
                theme=theme_key,
            )
        )
    offer = Offer(number=inbound, themes=(theme_key,))
    for editor in rules.editors:
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"late/{digest}", editor.address),
                to=editor,
                about=f"{title}: a reply after the edition",
                sentences=(f"{person.name or person.address} has replied for {title}. {says}",),
                mails=(inbound,),
                waits=True,
                may_say=offer.may_say({theme_key: title}, " in the open edition"),
                editor_draft=edition.draft,
                token_about=offer.about,
            )
        )
    return build.plan()
