"""Readers' questions: each section's mail link, which section a mail with such a subject is about, what is open."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import quote

from bot.config import BulletinConfig
from bot.core.classify import About
from bot.core.model import Theme
from bot.core.timetable import month_title, shifted_period
from bot.errors import StoreError
from bot.mail.parse import parse_message
from bot.mail.templates import in_words
from bot.sections.editortext import editor_text
from bot.service.work import Work

SHOWN_FOR = 3  # editions whose draft mails list an open question: its own and the two after it
MOST_WORDS = 400  # of a question that is passed on
ASKS = ": a question about "  # between the section's title and the bulletin's
LOOK_BACK = 24  # months whose bulletins readers may still ask about


def link_subject(config: BulletinConfig, theme: Theme, period: str) -> str:
    """The subject that a section's mail link writes."""
    return f"{theme.title}{ASKS}{config.title}, {month_title(period)}"


def mail_link(config: BulletinConfig, theme: Theme, period: str) -> str:
    """The link by which readers ask about a section; its subject leads the answer to that lead."""
    return f"mailto:{config.sender.address}?subject={quote(link_subject(config, theme, period))}"


def asked_about(config: BulletinConfig, subject: str, newest: str) -> About | None:
    """The section whose mail link wrote this subject ("Re:" and what gateways put in front aside), or None: anything
    less than the whole subject is a guess. ``newest`` is the newest edition's month."""
    said = " ".join(subject.split()).casefold()
    if f"{ASKS}{' '.join(config.title.split())}".casefold() not in said:
        return None  # spares every other mail the months of every section
    for theme in sorted(config.themes, key=lambda theme: -len(theme.title)):
        for back in range(LOOK_BACK):
            period = shifted_period(newest, -back)
            if said.endswith(link_subject(config, theme, period).casefold()):
                return About(bulletin=config.key, period=period, theme=theme.key)
    return None


def words_of(work: Work, inbound: int) -> tuple[str, ...]:
    """What a reader writes, a paragraph each: new text only, cut when it is long."""
    try:
        new = editor_text(parse_message(work.desk.store.raw(inbound))).new
    except StoreError:
        return ("(The mail itself is not kept any more.)",)
    words = new.split()
    if len(words) > MOST_WORDS:
        return (" ".join(words[:MOST_WORDS]), "(It is longer; the whole mail is in the shared mailbox.)")
    return tuple(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", new) if paragraph.strip())


def open_questions(work: Work) -> tuple[str, ...]:
    """For the draft mail: what readers of this edition and of the two before it asked, and nobody has answered."""
    config, edition = work.desk.bulletins[work.bulletin], work.view.edition
    oldest = shifted_period(edition.period, 1 - SHOWN_FOR)
    lines = []
    for one in work.desk.store.editions(work.bulletin):
        if not oldest <= one.period <= edition.period:
            continue
        for asked in edition.asked if one.id == edition.id else one.asked:
            if asked.answered:
                continue
            theme = config.theme(asked.theme)
            to = ", ".join(lead.name for lead in theme.leads) if theme else "you"
            said = " ".join(islice((word for part in words_of(work, asked.inbound) for word in part.split()), 20))
            about = f" about {theme.title}" if theme else ""
            lines.append(
                f"{asked.by} on {in_words(asked.since)}{about} ({month_title(one.period)}), passed on to {to}: “{said}”"
            )
    return tuple(lines)
