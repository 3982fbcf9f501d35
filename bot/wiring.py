"""The composition root: with mailboxes.py the only place that names an adapter; it owns clock and randomness."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.config import BulletinConfig, Config, load_usable
from bot.core.lifecycle import IN_HAND
from bot.core.model import EditionState
from bot.core.timetable import LONDON
from bot.dictionary import british_dictionary
from bot.errors import BotError, ConfigError, TemplateError
from bot.mail.templates import MailTemplates
from bot.mailboxes import mailbox_for
from bot.ports import Clock, Store
from bot.render.resources import templates_folder
from bot.service.absent import broken, missing
from bot.service.desk import Account, Desk, Looks, log
from bot.service.joined import JoinedBulletins

Made = TypeVar("Made")


class SystemClock:
    """The machine's clock, in Europe/London."""

    def now(self) -> datetime:
        """The time now."""
        return datetime.now(UTC).astimezone(LONDON)


class FixedClock:
    """A clock that stands where it was set: `--now`, the demo, tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at.astimezone(LONDON)


def looks_of(config: BulletinConfig, good: Path) -> Looks:
    """A bulletin's templates: its own folder where one is configured, file by file, else those that came along.

    ``good`` is where the last good Word template is kept."""
    own = config.templates
    ours = templates_folder()

    def load(name: str) -> str | None:
        for folder in filter(None, (own and own / "mail", ours / "mail")):
            path = folder / name
            if "/" not in name and "\\" not in name and path.is_file():
                return path.read_text("utf-8")
        return None

    mails = MailTemplates(load)
    for file in sorted((own / "mail").glob("*.j2")) if own else ():
        mails.compile(file.name)
    return Looks(mails=mails, word=good_template(word_template(config), good))


def word_template(config: BulletinConfig) -> Path:
    """The Word template that a bulletin's configuration names, else the one that came along."""
    own = config.templates / "bulletin.docx" if config.templates else None
    return own if own and own.is_file() else templates_folder() / "bulletin.docx"


def good_template(file: Path, good: Path) -> bytes:
    """The Word template, checked; while it is broken, the last one that passed (kept at ``good``) serves."""
    data = file.read_bytes()
    if good.is_file() and good.read_bytes() == data:
        return data  # it passed before
    from bot.render.template import check_template

    try:
        check_template(data)
    except TemplateError as error:
        if not good.is_file():
            raise TemplateError(f"{file.name}: {error.message}", error.hint, error.code) from error
        log.error("the template %s cannot be used (%s); the last good one serves", file.name, error.code)
        return good.read_bytes()
    part = good.with_suffix(".part")
    good.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(data)
    part.replace(good)
    return data


def _account(
    config: Config, bulletins: list[BulletinConfig], environ: Mapping[str, str], absent: frozenset[str]
) -> Account:
    """The mailbox that these bulletins use: one that is their own, or the deployment's."""
    box = mailbox_for(config, bulletins[0], environ)
    return Account(
        mailbox=box,
        sender=box,
        trust=config.trust_of(bulletins[0]).as_profile(),
        bulletins=frozenset(bulletin.key for bulletin in bulletins),
        codes=config.trust_of(bulletins[0]).codes,
        absent=absent if bulletins[0].mailbox is None else frozenset(),
    )


class _Opening:
    """What can be opened of a configuration, bulletin by bulletin: one that cannot stops alone."""

    def __init__(self, config: Config, environ: Mapping[str, str], store: Store) -> None:
        self.config = config
        self.absent = {one.key: broken(one.key, one.problems) for one in config.broken}
        self._sharing = {one.key for one in config.broken if one.shares_mailbox}
        self._first: BotError | None = None
        self.looks: dict[str, Looks] = {}
        for bulletin in config.bulletins:
            good = config.data_directory / f"{bulletin.key}.good.docx"
            if looks := self._tried(bulletin, partial(looks_of, bulletin, good)):
                self.looks[bulletin.key] = looks
        self._not_there(store)
        self.accounts = tuple(self._accounts(environ, self._may_write_to(store)))
        here = {key for account in self.accounts for key in account.bulletins}
        self.bulletins = {bulletin.key: bulletin for bulletin in config.bulletins if bulletin.key in here}
        if not self.bulletins and self._first is not None:
            raise self._first

    def _tried(self, bulletin: BulletinConfig, act: Callable[[], Made]) -> Made | None:
        """What ``act`` makes for a bulletin; None when that stops it."""
        try:
            return act()
        except (TemplateError, ConfigError) as error:
            fault: BotError = error
        except (OSError, UnicodeDecodeError) as error:
            fault = TemplateError(f"A template cannot be read: {error}.", "Check its file.", "no-file")
        self._first = self._first or fault
        self.absent[bulletin.key] = broken(bulletin.key, (str(fault),))
        if bulletin.mailbox is None:
            self._sharing.add(bulletin.key)
        return None

    def _not_there(self, store: Store) -> None:
        """Bulletins without a directory that have open editions: somebody took it away too early."""
        known = {*self.absent, *(bulletin.key for bulletin in self.config.bulletins)}
        periods: dict[str, list[str]] = {}
        read, unreadable = store.readable(IN_HAND)
        named = [(edition.bulletin, edition.period) for edition in read]
        named += [(error.bulletin, error.period) for error in unreadable]
        for bulletin, period in sorted(named, key=lambda name: name[1]):
            if bulletin not in known:
                periods.setdefault(bulletin, []).append(period)
        self.absent |= {key: missing(key, tuple(found)) for key, found in periods.items()}
        self._sharing |= periods.keys()

    def _may_write_to(self, store: Store) -> frozenset[str]:
        """The absent bulletins whose people may write to the deployment's mailbox: they have been asked once."""
        return store.bulletins_in(tuple(EditionState)) & self.absent.keys() & self._sharing

    def _accounts(self, environ: Mapping[str, str], absent: frozenset[str]) -> Iterator[Account]:
        """One account for each different mailbox, with the bulletins that use it."""
        groups: dict[str, list[BulletinConfig]] = {}
        for bulletin in self.config.bulletins:
            if bulletin.key in self.looks:
                own = bulletin.key if bulletin.mailbox is not None else ""
                groups.setdefault(own, []).append(bulletin)
        for own, bulletins in groups.items():
            make = partial(_account, self.config, bulletins, environ, absent)
            if account := self._tried(bulletins[0], make) if own else make():
                yield account


@contextmanager
def open_desk(
    config: Config,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    say: Callable[[str], None] | None = None,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Iterator[Desk]:
    """Everything that the service needs, opened; closed again at the end."""
    from bot.store.sql import SqlStore

    store = SqlStore.open(config.store_url(environ).get_secret_value())
    accounts: tuple[Account, ...] = ()
    try:
        opened = _Opening(config, environ, store)
        accounts = opened.accounts
        yield Desk(
            bulletins=JoinedBulletins(opened.bulletins, store, frozenset(filter(None, [config.mailbox.address]))),
            absent=opened.absent,
            looks=opened.looks,
            accounts=accounts,
            store=store,
            clock=clock or SystemClock(),
            operator=config.operator,
            random_bytes=random_bytes,
            instance=socket.gethostname(),
            daily_summary=config.daily_summary,
            dictionary=british_dictionary(),
            say=say or (lambda sentence: None),
        )
    finally:
        for account in accounts:
            getattr(account.mailbox, "close", lambda: None)()
        store.close()


def load(directory: Path) -> Config:
    """The configuration in a directory, with secrets from this process's environment; a bulletin with faults is left
    out and named in ``broken``."""
    return load_usable(directory, os.environ)
