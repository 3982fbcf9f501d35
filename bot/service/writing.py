"""Our letters: each effect that is a mail becomes a letter with its values, and that becomes outbox rows."""

from __future__ import annotations

from bot.core.assemble import status_of
from bot.core.effects import (
    Answer,
    AskDeputy,
    AskLead,
    ChaseEditor,
    Confirm,
    Notify,
    Remind,
    ReportOutcome,
)
from bot.core.model import DeliveryState, Draft, FormField, Person, SectionStatus, Theme, block_text
from bot.core.records import Change, Delivery, Inbound
from bot.core.timetable import month_title, shifted_period
from bot.errors import StoreError
from bot.mail import letters
from bot.mail.parse import parse_message
from bot.mail.prescan import prescan
from bot.mail.templates import in_words
from bot.service.opening import BYTES_GONE
from bot.service.readers import words_of
from bot.service.work import Work

LONGEST_LAST_MONTH = 240  # characters of last month's text that a request shows


def heading_values(work: Work, to: Person, token: str = "") -> dict[str, str]:
    """The values that every letter carries."""
    config = work.desk.bulletins[work.bulletin]
    return {
        "bulletin": config.title,
        "month": month_title(work.view.edition.period),
        "name": to.name,
        "token": token,
        "team": config.author or config.title,
        "marking": config.marking,
    }


def theme_of(work: Work, key: str) -> Theme:
    """A theme of the edition's bulletin."""
    theme = work.desk.bulletins[work.bulletin].theme(key)
    if theme is None:
        raise LookupError(f"no theme {key}")
    return theme


def last_draft(work: Work) -> Draft | None:
    """What was published the month before, if anything."""
    edition = work.desk.store.edition(work.bulletin, shifted_period(work.view.edition.period, -1))
    if edition is None or edition.approved_draft is None:
        return None
    return work.desk.store.draft(edition.id, edition.approved_draft)


def fields_of(work: Work, theme: Theme) -> tuple[FormField, ...]:
    """The theme's form fields with what was printed last month under the same heading."""
    draft = last_draft(work)
    sections = draft.bulletin.sections if draft else ()
    printed = {
        item.heading.casefold(): " ".join(block_text(block) for block in item.blocks)
        for section in sections
        if section.theme == theme.key
        for item in section.items
    }

    def shown(field: FormField) -> FormField:
        text = " ".join(printed.get(field.title.casefold(), "").split())
        short = text if len(text) <= LONGEST_LAST_MONTH else text[:LONGEST_LAST_MONTH].rsplit(" ", 1)[0] + " ..."
        return field.model_copy(update={"last_month": short})

    return tuple(shown(field) for field in theme.fields or (FormField(key="F1", title=theme.title),))


def nil_months(work: Work, theme: Theme, months: int) -> bool:
    """Whether a theme's last months, as printed, were all nil returns."""
    for back in range(1, months + 1):
        edition = work.desk.store.edition(work.bulletin, shifted_period(work.view.edition.period, -back))
        number = edition.approved_draft if edition else None
        draft = work.desk.store.draft(edition.id, number) if edition and number else None
        if draft is None or not any(s.theme == theme.key and s.nil for s in draft.bulletin.sections):
            return False
    return True


OWNER = "There was nothing to report in the last two months. If somebody else looks after this theme now, tell us who."


def _statistics_to(work: Work, theme: Theme) -> str:
    """ "the end of July 2025" where the theme brings figures."""
    return f"the end of {month_title(work.view.edition.timetable.statistics_to)}" if theme.series else ""


def ask_lead(work: Work, effect: AskLead) -> tuple[Change, ...]:
    """The request."""
    theme = theme_of(work, effect.theme)
    token, issued = work.token("lead", effect.to, theme=theme.key)
    letter = letters.RequestLetter(
        **heading_values(work, effect.to, token),
        theme=theme.title,
        deadline=work.view.edition.timetable.deadline_at,
        fields=fields_of(work, theme),
        statistics_to=_statistics_to(work, theme),
        note=OWNER if nil_months(work, theme, 2) else "",
    )
    return (issued, *work.queue(letter, effect.key, effect.to))


def ask_deputy(work: Work, effect: AskDeputy) -> tuple[Change, ...]:
    """The question to a deputy."""
    theme = theme_of(work, effect.theme)
    token, issued = work.token("lead", effect.to, theme=theme.key)
    letter = letters.DeputyLetter(
        **heading_values(work, effect.to, token),
        theme=theme.title,
        lead=effect.lead.name or effect.lead.address,
        deadline=work.view.edition.timetable.deadline_at,
        fields=fields_of(work, theme),
        back_on=in_words(effect.back_on) if effect.back_on else "",
        bounced=effect.bounced,
        statistics_to=_statistics_to(work, theme),
    )
    return (issued, *work.queue(letter, effect.key, effect.to))


def remind(work: Work, effect: Remind) -> tuple[Change, ...]:
    """One reminder; its token and form are those of the first theme, the others are named."""
    theme, *more = (theme_of(work, key) for key in effect.themes)
    token, issued = work.token("lead", effect.to, theme=theme.key)
    letter = letters.ReminderLetter(
        **heading_values(work, effect.to, token),
        theme=theme.title,
        deadline=work.view.edition.timetable.deadline_at,
        fields=fields_of(work, theme),
        also=tuple(other.title for other in more),
        last=effect.last,
        ask_owner=nil_months(work, theme, 2),
    )
    return (issued, *work.queue(letter, effect.key, effect.to))


def pictures_of(work: Work, *sections: object) -> dict[str, tuple[str, bytes]]:
    """The bytes of every picture that some sections print, by digest."""
    found: dict[str, tuple[str, bytes]] = {}
    for section in sections:
        for item in getattr(section, "items", ()):
            for block in item.blocks:
                if block.kind == "picture" and block.digest not in found:
                    found[block.digest] = (block.media_type, work.blob(block.digest))
    return found


def answer(work: Work, effect: Answer) -> tuple[Change, ...]:
    """A plain answer; to an editor with a token for the draft."""
    token, rows = editor_token(work, effect.to, effect.editor_draft, effect.token_about)
    if effect.theme and not token:
        token, issued = work.token("lead", effect.to, theme=effect.theme)
        rows = (issued,)
    letter = letters.AnswerLetter(
        **heading_values(work, effect.to, token),
        about=effect.about,
        sentences=effect.sentences,
        lines=effect.lines,
        may_say=effect.may_say,
        quoted=effect.quoted,
    )
    return (*rows, *work.queue(letter, effect.key, effect.to, reply=effect.inbound is not None))


def editor_token(work: Work, to: Person, draft: int | None, about: str = "") -> tuple[str, tuple[Change, ...]]:
    """A token bound to a draft, and to what else it is ``about``, for an editor's mail; none for others."""
    if not work.desk.bulletins[work.bulletin].is_editor(to.address):
        return "", ()
    token, issued = work.token("editor", to, draft=draft, about=about)
    return token, (issued,)


def current_draft(work: Work) -> Draft:
    """The edition's newest draft, from the view or the store."""
    edition = work.view.edition
    draft = work.view.draft
    if draft is None or draft.number != edition.draft:
        draft = work.desk.store.draft(edition.id, edition.draft or 0)
    if draft is None:
        raise LookupError(f"no draft {edition.draft}")
    return draft


def fingerprint(digest: str, groups: int = 3) -> str:
    """The short form of a digest that people can compare by eye: so many groups of four."""
    return " ".join(digest[at : at + 4] for at in range(0, 4 * groups, 4))


def head_of_log(work: Work) -> str:
    """Where the edition's log stood when this mail was planned, "line 12, 3f2a 9c1b 77d0 e4a5"; "" before a line.

    `verify --head` takes it as it is printed."""
    head = work.view.log_head
    return f"line {head.number}, {fingerprint(head.hash, 4)}" if head is not None else ""


def chase_editor(work: Work, effect: ChaseEditor) -> tuple[Change, ...]:
    """A draft waits for a decision."""
    draft = current_draft(work)
    token, rows = editor_token(work, effect.to, draft.number)
    config = work.desk.bulletins[work.bulletin]
    edition = work.view.edition
    letter = letters.ChaserLetter(
        **heading_values(work, effect.to, token),
        number=draft.number,
        fingerprint=fingerprint(draft.digest),
        made_at=draft.made_at,
        distribution_at=edition.timetable.distribution_at,
        overdue=effect.overdue,
        correction=edition.sent_draft is not None,
        not_in=tuple(
            theme.title
            for theme in config.themes
            if status_of(theme, work.view.submissions, edition.skipped_themes) is SectionStatus.MISSING
        ),
    )
    return (*rows, *work.queue(letter, effect.key, effect.to))


def confirm(work: Work, effect: Confirm) -> tuple[Change, ...]:
    """Approved, and when it leaves."""
    draft = current_draft(work)
    edition = work.view.edition
    token, rows = editor_token(work, effect.to, draft.number)
    letter = letters.ConfirmationLetter(
        **heading_values(work, effect.to, token),
        number=draft.number,
        version=draft.version,
        fingerprint=fingerprint(draft.digest),
        approved_by=effect.approved_by,
        goes_at=edition.release_at or work.now,
        readers=len(edition.readers),
    )
    return (*rows, *work.queue(letter, effect.key, effect.to, reply=True))


def report_outcome(work: Work, effect: ReportOutcome) -> tuple[Change, ...]:
    """How the distribution ended."""
    edition = work.view.edition
    draft = work.view.approved or current_draft(work)
    mails = [d for d in work.view.deliveries if f"/bulletin/v{edition.issue_version}/" in d.key]
    names = {person.address: person.name for person in edition.readers}

    def those(state: DeliveryState) -> tuple[letters.Undelivered, ...]:
        return tuple(_undelivered(d, names) for d in mails if d.state is state)

    token, rows = editor_token(work, effect.to, draft.number)
    letter = letters.OutcomeLetter(
        **heading_values(work, effect.to, token),
        number=draft.number,
        version=draft.version,
        sent=sum(1 for d in mails if d.state is DeliveryState.SENT),
        total=len(mails),
        finished_at=work.now,
        bounced=those(DeliveryState.BOUNCED),
        failed=those(DeliveryState.FAILED),
        in_doubt=those(DeliveryState.IN_DOUBT),
        withdrawn=sum(1 for d in mails if d.state is DeliveryState.WITHDRAWN),
    )
    return (*rows, *work.queue(letter, effect.key, effect.to))


def _undelivered(delivery: Delivery, names: dict[str, str]) -> letters.Undelivered:
    return letters.Undelivered(
        name=names.get(delivery.recipient, ""), address=delivery.recipient, reason=delivery.reason
    )


def stray_mail(work: Work, inbound: Inbound, *, numbered: bool = False) -> letters.StrayMail:
    """One line about a mail that waits for a person: sender and subject as they stand in it. Of a mail that is not
    safe to parse, or whose bytes are gone, only what its row says."""
    verdict = inbound.verdict
    sender, subject, gone = _heading_of(work, inbound)
    titles = {theme.key: theme.title for theme in work.desk.bulletins[work.bulletin].themes}
    return letters.StrayMail(
        number=inbound.id if numbered else 0,
        sender=sender or (verdict.person if verdict else "") or "an unreadable sender",
        at=inbound.received_at,
        subject=subject,
        reason=" ".join(filter(None, (*(verdict.reasons[:1] if verdict else ()), gone))),
        candidates=tuple(titles[c] for c in verdict.candidates if c in titles) if verdict else (),
    )


def _heading_of(work: Work, inbound: Inbound) -> tuple[str, str, str]:
    """A mail's sender and subject, where they may be read, and a sentence when its bytes are gone."""
    try:
        raw = work.desk.store.raw(inbound.id)
    except StoreError as error:
        if error.code not in BYTES_GONE:
            raise
        return "", "subject not kept", error.message
    if prescan(raw):
        return "", "subject not read", ""
    message = parse_message(raw)
    return next(iter(message.from_addresses), ""), message.subject, ""


def notify(work: Work, effect: Notify) -> tuple[Change, ...]:
    """Something that an editor should know, or what a reader asks: that carries no token, since a reply to it goes to
    the reader as well."""
    token, rows = ("", ()) if effect.reader else editor_token(work, effect.to, effect.editor_draft, effect.token_about)
    inbounds = [found for number in effect.mails if (found := work.desk.store.inbound(number))]
    letter = letters.NoticeLetter(
        **heading_values(work, effect.to, token),
        about=effect.about,
        sentences=effect.sentences,
        mails=tuple(stray_mail(work, inbound, numbered=effect.waits) for inbound in inbounds),
        words=words_of(work, effect.mails[0]) if effect.reader else (),
        may_say=effect.may_say,
    )
    both = (effect.reader, work.desk.bulletins[work.bulletin].sender.address) if effect.reader else ()
    return (*rows, *work.queue(letter, effect.key, effect.to, reply_to=both))
