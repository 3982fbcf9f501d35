"""Everything that the service works with, handed in by wiring: configuration, store, mailboxes, clock, templates."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from bot.config import BulletinConfig
from bot.core.model import Person, Problem
from bot.core.planner.rules import Rules
from bot.mail.authenticity import TrustProfile
from bot.mail.templates import MailTemplates
from bot.ports import Clock, Mailbox, Sender, Store

log = logging.getLogger("bot")


@dataclass(frozen=True)
class Account:
    """One mailbox with its send side, the rules by which it knows senders, and the bulletins that use it.

    ``codes``: when an editor's decision is confirmed by a mailed code. ``absent``: bulletins that have editions, may
    get mails here, and are not here themselves."""

    mailbox: Mailbox
    sender: Sender
    trust: TrustProfile
    bulletins: frozenset[str]
    codes: Literal["never", "unproven", "always"] = "unproven"
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Looks:
    """The templates of one bulletin: its mails, its Word file (bytes of a template that passed the check)."""

    mails: MailTemplates
    word: bytes


@dataclass(frozen=True)
class Desk:
    """What the service works with. ``random_bytes`` is the only source of randomness (for tokens). ``absent``: the
    bulletins that have stopped, each with what the operator is told (absent.py, unreadable.py)."""

    bulletins: Mapping[str, BulletinConfig]
    looks: Mapping[str, Looks]
    accounts: tuple[Account, ...]
    store: Store
    clock: Clock
    operator: Person
    random_bytes: Callable[[int], bytes]
    instance: str = ""
    daily_summary: time | None = None  # when the operator gets the day's summary, London time; None: never
    dictionary: Callable[[str], bool] | None = None  # whether a word is in a British dictionary; None: there is none
    say: Callable[[str], None] = field(default=lambda sentence: None)  # progress for a terminal
    absent: dict[str, Problem] = field(default_factory=dict)

    def account_of(self, bulletin: str) -> Account:
        """The mailbox that a bulletin uses."""
        return next(account for account in self.accounts if bulletin in account.bulletins)

    def rules(self, bulletin: str, period: str) -> Rules:
        """A bulletin's configuration as the planner needs it."""
        config = self.bulletins[bulletin]
        return Rules(
            bulletin=bulletin,
            title=config.title,
            themes=config.themes,
            editors=config.editors,
            editor_deputies=config.editor_deputies,
            readers=readers_of(config),
            operator=self.operator,
            timetable=config.rules,
            closed=config.closed_days(period),
            skip=config.skip,
            cooling_off=config.cooling_off,
            quiet=config.quiet,
        )


def readers_of(config: BulletinConfig) -> tuple[Person, ...]:
    """Whom the bulletin goes to: the readers, or the one group address."""
    if config.group_address:
        return (Person(name=config.title, address=config.group_address, role="group"),)
    return config.readers


def known_people(config: BulletinConfig) -> dict[str, Person]:
    """Everybody whom one bulletin's configuration names, by address; who is named twice keeps the first name."""
    people: dict[str, Person] = {}
    themes = [p for theme in config.themes for p in (*theme.leads, *theme.deputies)]
    for person in (*config.editors, *config.editor_deputies, *themes, *config.readers):
        people.setdefault(person.address, person)
    return people
