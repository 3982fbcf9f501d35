"""Readers' questions: each section's mail link, and which section a mail with such a subject is about."""

from __future__ import annotations

from urllib.parse import quote

from bot.config import BulletinConfig
from bot.core.classify import About
from bot.core.model import Theme
from bot.core.timetable import month_title, shifted_period

LOOK_BACK = 24  # months whose bulletins readers may still ask about


def link_subject(config: BulletinConfig, theme: Theme, period: str) -> str:
    """The subject that a section's mail link writes."""
    return f"{theme.title}: a question about {config.title}, {month_title(period)}"


def mail_link(config: BulletinConfig, theme: Theme, period: str) -> str:
    """The link by which readers ask about a section; its subject leads the answer to that lead."""
    return f"mailto:{config.sender.address}?subject={quote(link_subject(config, theme, period))}"


def asked_about(config: BulletinConfig, subject: str, newest: str) -> About | None:
    """The section whose mail link wrote this subject ("Re:" and what gateways put in front aside), or None: anything
    less than the whole subject is a guess. ``newest`` is the newest edition's month."""
    said = " ".join(subject.split()).casefold()
    for theme in sorted(config.themes, key=lambda theme: -len(theme.title)):
        for back in range(LOOK_BACK):
            period = shifted_period(newest, -back)
            if said.endswith(link_subject(config, theme, period).casefold()):
                return About(bulletin=config.key, period=period, theme=theme.key)
    return None
