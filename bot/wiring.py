"""The composition root: with mailboxes.py the only place that names an adapter; it owns clock and randomness."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.config import BulletinConfig, Config, load_config
from bot.core.timetable import LONDON
from bot.errors import TemplateError
from bot.mail.templates import MailTemplates
from bot.mailboxes import mailbox_for
from bot.ports import Clock
from bot.render.resources import templates_folder
from bot.render.template import check_template
from bot.service.desk import Account, Desk, Looks, log


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

    return Looks(mails=MailTemplates(load), word=good_template(word_template(config), good))


def word_template(config: BulletinConfig) -> Path:
    """The Word template that a bulletin's configuration names, else the one that came along."""
    own = config.templates / "bulletin.docx" if config.templates else None
    return own if own and own.is_file() else templates_folder() / "bulletin.docx"


def good_template(file: Path, good: Path) -> bytes:
    """The Word template, checked; while it is broken, the last one that passed (kept at ``good``) serves."""
    data = file.read_bytes()
    try:
        check_template(data)
    except TemplateError as error:
        if not good.is_file():
            raise TemplateError(f"{file.name}: {error.message}", error.hint, error.code) from error
        log.error("the template %s cannot be used (%s); the last good one serves", file.name, error.code)
        return good.read_bytes()
    if not good.is_file() or good.read_bytes() != data:
        part = good.with_suffix(".part")
        good.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(good)
    return data


def accounts_of(config: Config, environ: Mapping[str, str]) -> tuple[Account, ...]:
    """One account for each different mailbox, with the bulletins that use it."""
    groups: dict[str, list[BulletinConfig]] = {}
    for bulletin in config.bulletins:
        own = bulletin.key if bulletin.mailbox is not None else ""
        groups.setdefault(own, []).append(bulletin)
    return tuple(_account(config, bulletins, environ) for bulletins in groups.values())


def _account(config: Config, bulletins: list[BulletinConfig], environ: Mapping[str, str]) -> Account:
    box = mailbox_for(config, bulletins[0], environ)
    return Account(
        mailbox=box,
        sender=box,
        trust=config.trust_of(bulletins[0]).as_profile(),
        bulletins=frozenset(bulletin.key for bulletin in bulletins),
        codes=config.trust_of(bulletins[0]).codes,
    )


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
    accounts = accounts_of(config, environ)
    try:
        yield Desk(
            bulletins={bulletin.key: bulletin for bulletin in config.bulletins},
            looks={b.key: looks_of(b, config.data_directory / f"{b.key}.good.docx") for b in config.bulletins},
            accounts=accounts,
            store=store,
            clock=clock or SystemClock(),
            operator=config.operator,
            random_bytes=random_bytes,
            instance=socket.gethostname(),
            daily_summary=config.daily_summary,
            say=say or (lambda sentence: None),
        )
    finally:
        for account in accounts:
            getattr(account.mailbox, "close", lambda: None)()
        store.close()


def load(directory: Path) -> Config:
    """The configuration in a directory, with secrets from this process's environment."""
    return load_config(directory, os.environ)
