"""FILE: a mail of the holding pen is read as a theme's reply, in the edition that takes replies now."""

from __future__ import annotations

from bot.core.classify import Kind
from bot.core.decision import Word, decide
from bot.core.effects import FileHeld, Plan
from bot.core.model import EditionState, InboundState, Verdict
from bot.core.planner.replies import plan_reply, takes_replies
from bot.core.planner.said import Filing, Offer
from bot.core.records import Change, EditionView, Inbound, InboundClosed
from bot.errors import StoreError
from bot.sections.editortext import editor_text
from bot.sections.mailtext import visible_text
from bot.service import submitting
from bot.service.carry_out import changes_of
from bot.service.desk import Account, Desk
from bot.service.facts import person_of
from bot.service.opening import BYTES_GONE, Opened, bracketed, open_mail
from bot.service.work import Incoming


def account_of(desk: Desk, inbound: Inbound) -> Account:
    """The account whose mailbox a mail came from."""
    return next((a for a in desk.accounts if a.mailbox.name == inbound.mailbox), desk.accounts[0])


def incoming(opened: Opened) -> Incoming:
    """What our answer to a mail refers to."""
    message = opened.message
    if message is None:
        return Incoming()
    references = tuple(bracketed(r) for r in (*message.references, message.message_id) if r)
    return Incoming(message_id=bracketed(message.message_id), references=references, subject=message.subject)


def offer_of(opened: Opened) -> Offer | None:
    """The themes that the mail which an editor answers offers by number."""
    mine = (t for t in opened.tokens if t.purpose == "editor" and t.person == opened.author)
    return next((offer for token in mine if (offer := Offer.of(token.about)) is not None), None)


def says_file(desk: Desk, opened: Opened) -> bool:
    """Whether an editor's mail begins with FILE, or with a number that stands for it. What follows is read later."""
    first = editor_text(opened.message).new.lstrip().split("\n")[0]
    if first[:4].upper() == str(Word.FILE):
        return True
    return offer_of(opened) is not None and decide(first, now=desk.clock.now()).word is Word.CHOICE


def where_to_file(desk: Desk, view: EditionView) -> EditionView:
    """The edition that FILE files into: this one while it takes replies, else the bulletin's open one, which then shows
    the holding pen of both. This one again when none is open: the planner says so."""
    if takes_replies(view.edition.state):
        return view
    open_now = [edition for edition in desk.store.editions(view.edition.bulletin) if takes_replies(edition.state)]
    if not open_now:
        return view
    into = min(open_now, key=lambda edition: (edition.state is EditionState.PLANNED, edition.period))
    target = desk.store.view(into.id)
    held = {mail.id: mail for mail in (*view.held, *target.held)}
    return target.model_copy(update={"held": tuple(held[number] for number in sorted(held))})


def look_at(desk: Desk, view: EditionView, number: int) -> Filing | None:
    """What filing this mail of the holding pen would give, for the answer; None when it is not there."""
    inbound = next((mail for mail in view.held if mail.id == number), None)
    if inbound is None:
        return None
    try:
        opened = open_mail(desk, account_of(desk, inbound), inbound, filed=True)
    except StoreError as error:
        if error.code not in BYTES_GONE:
            raise
        return Filing(refused=("Its text has been deleted after the time that mails are kept.",))
    if opened.unsafe:
        return Filing(refused=opened.unsafe)
    reading = opened.reading
    read = [f"{use.name} is read." for use in reading.attachments if use.use != "set_aside"]
    blocks = sum(1 for placed in reading.blocks if not placed.source)
    if blocks:
        read.insert(0, "The text of the mail is read.")
    if reading.nil:
        read.insert(0, "It says that there is nothing this month.")
    if not read and not (opened.message and visible_text(opened.message).strip()):
        read.append("It holds no text of its own.")
    aside = tuple(f"{use.name} is not read. {use.reason}" for use in reading.attachments if use.use == "set_aside")
    return Filing(read=tuple(read), aside=aside)


def filed(desk: Desk, plan: Plan, view: EditionView) -> list[Change]:
    """Mails of the holding pen that the plan files under a theme: read again as replies of that theme's lead.

    They go on from the edition as the plan has written it (a one-time code may have been used up by it)."""
    changes: list[Change] = []
    if plan.edition is not None:
        written = plan.edition.model_copy(update={"version": plan.edition.version + 1})
        view = view.model_copy(update={"edition": written})
    for effect in plan.effects:
        if isinstance(effect, FileHeld):
            changes.extend(file_held(desk, view, effect))
    return changes


def file_held(desk: Desk, view: EditionView, effect: FileHeld) -> list[Change]:
    """One held mail becomes a submission of a theme."""
    inbound = desk.store.inbound(effect.inbound)
    rules = desk.rules(view.edition.bulletin, view.edition.period)
    theme = rules.theme(effect.theme)
    if inbound is None or theme is None:
        return []
    opened = open_mail(desk, account_of(desk, inbound), inbound, filed=True)
    if opened.unsafe:
        return []  # it stays in the holding pen, and the answer names the reasons
    config = desk.bulletins[view.edition.bulletin]
    person = person_of(config, opened.author) if opened.author else theme.leads[0]
    reply, blobs = submitting.reply_of(desk, view, theme, person, opened)
    plan = plan_reply(view, rules, reply, desk.clock.now())
    verdict = Verdict(
        kind=str(Kind.SUBMISSION),
        bulletin=view.edition.bulletin,
        period=view.edition.period,
        theme=theme.key,
        person=person.address,
        rule="filed-by-editor",
        reasons=("An editor filed it from the holding pen.",),
    )
    closed = InboundClosed(
        inbound=inbound.id,
        state=InboundState.HANDLED,
        place="processed",
        verdict=verdict,
        digest=opened.digest,
        edition_id=view.edition.id,
    )
    return [*blobs, *changes_of(desk, view, plan, desk.clock.now(), incoming(opened)), closed]
