"""A lead's reply has been read: what is kept, what it replaces, who is told."""

from __future__ import annotations

from datetime import datetime

from bot.core import keys
from bot.core.assemble import of_theme, standing_items
from bot.core.effects import Answer, Notify, Plan, PlanBuilder, SendReceipt
from bot.core.lifecycle import EditionEvent, edition_cell
from bot.core.model import EditionState, Person, Submission, Value
from bot.core.planner.rules import Rules
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
    """One reply, read: ``submission`` (its revision is set here), who wrote it, the mail's digest for keys."""

    submission: Submission
    person: Person
    digest: str
    read_as: str = ""  # how sure we are, for the editor: "" = fully placed


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
        Logged(edition_id=edition.id, what="submission", data={"theme": theme, "revision": revision}),
    )
    if edition.state in NEEDS_A_DRAFT and _brings(submission):
        build.set(changed_at=now)
    notes = [says] if says else []
    if now >= edition.timetable.deadline_at or edition.state is not EditionState.COLLECTING:
        notes.append(edition_cell(edition.state, EditionEvent.REPLY).says)
    others = _others(before, reply.person, rules, theme)
    if others:
        notes.append("Others have written for this theme too: " + ", ".join(p.name or p.address for p in others) + ".")
    _receipts(build, view, reply, revision, tuple(notes), others)
    _tell_editors(build, view, rules, reply, others)
    return build.plan()


def _brings(submission: Submission) -> bool:
    """Does it change the draft or what the editor is told with it? "Thanks, looks good" does not: a new draft for it
    would void the editor's answer to the one in hand."""
    return bool(submission.items or submission.nil or submission.statistics or submission.findings)


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
    if not mine or not new.items:
        return ""
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


def _others(before: tuple[Submission, ...], person: Person, rules: Rules, theme_key: str) -> tuple[Person, ...]:
    """The other people who have written for this theme."""
    theme = rules.theme(theme_key)
    known = {p.address: p for p in (*theme.leads, *theme.deputies)} if theme else {}
    addresses = dict.fromkeys(s.person for s in before if s.person != person.address and (s.items or s.statistics))
    return tuple(known.get(address, Person(name=address, address=address)) for address in addresses)


def _receipts(
    build: PlanBuilder,
    view: EditionView,
    reply: Reply,
    revision: int,
    notes: tuple[str, ...],
    others: tuple[Person, ...],
) -> None:
    edition, theme = view.edition, reply.submission.theme
    for person in (reply.person, *others):
        own = person == reply.person
        told = notes if own else (f"{reply.person.name or reply.person.address} has written for this theme too.",)
        build.do(
            SendReceipt(
                key=keys.receipt_key(edition.bulletin, edition.period, reply.digest, person.address),
                to=person,
                theme=theme,
                revision=revision,
                inbound=reply.submission.inbound,
                notes=told,
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


def plan_late_reply(view: EditionView, rules: Rules, person: Person, theme_key: str, inbound: int, digest: str) -> Plan:
    """A reply to an edition that no longer takes any: kept in the holding pen, its author and the editors are told."""
    build = PlanBuilder(view.edition)
    edition = view.edition
    theme = rules.theme(theme_key)
    title = theme.title if theme else theme_key
    says = edition_cell(edition.state, EditionEvent.REPLY).says
    build.write(Logged(edition_id=edition.id, what="late reply", data={"theme": theme_key}))
    build.do(
        Answer(
            key=keys.answer_key(edition.bulletin, edition.period, digest, person.address),
            to=person,
            about=f"{title}: your reply came after the edition",
            sentences=(says, "Nothing of it is lost: the editor has been told and can file it for the next edition."),
            inbound=inbound,
            theme=theme_key,
        )
    )
    for editor in rules.editors:
        build.do(
            Notify(
                key=keys.notice_key(edition.bulletin, edition.period, f"late/{digest}", editor.address),
                to=editor,
                about=f"{title}: a reply after the edition",
                sentences=(f"{person.name or person.address} has replied for {title}. {says}",),
                mails=(inbound,),
                may_say=((f"FILE {inbound} {title}", "file it under that theme of the open edition"),),
                editor_draft=edition.draft,
            )
        )
    return build.plan()
