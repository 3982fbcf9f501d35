"""Reading a configuration directory: all faults of all files in one report, or one checked Config."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, SecretStr

from bot.config.bulletin import BulletinConfig
from bot.config.complaints import parse
from bot.config.faults import Fault, nearest, shown
from bot.config.fields import Settings
from bot.config.join import read_bulletin
from bot.config.settings import (
    BotSettings,
    EwsSettings,
    FolderSettings,
    GraphSettings,
    HeartbeatSettings,
    ImapSettings,
    LogSettings,
    MailboxSettings,
    StoreSettings,
    TrustSettings,
    missing_secrets,
    unencrypted,
)
from bot.config.text import read_toml
from bot.core.model import Person
from bot.errors import ConfigError, InputError

AnyModel = TypeVar("AnyModel", bound=BaseModel)

BOT_FILE, BULLETIN_FILE = "bot.toml", "bulletin.toml"
_BULLETIN_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TRUST_FITS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "folder": (FolderSettings,),
    "exchange-online": (EwsSettings, GraphSettings),
    "exchange-onprem": (EwsSettings,),
    "authserv": (FolderSettings, ImapSettings, EwsSettings, GraphSettings),
    "none": (FolderSettings, ImapSettings, EwsSettings, GraphSettings),
}


class BrokenBulletin(Settings):
    """A bulletin whose directory has faults: it stops, and the others go on."""

    key: str
    problems: tuple[str, ...]  # one sentence a fault, with file and line
    shares_mailbox: bool  # False: it is known to have a mailbox of its own


class Config(Settings):
    """The whole configuration; all paths are absolute."""

    directory: Path  # of the files
    data_directory: Path
    poll_seconds: int
    operator: Person
    daily_summary: time | None = None  # when the operator gets one, London time
    store: StoreSettings
    mailbox: MailboxSettings
    trust: TrustSettings
    heartbeat: HeartbeatSettings
    log: LogSettings
    bulletins: tuple[BulletinConfig, ...]
    broken: tuple[BrokenBulletin, ...] = ()  # never any where `load_config` read it

    def bulletin(self, key: str) -> BulletinConfig:
        """A bulletin by its key; InputError with the nearest one when there is none."""
        for bulletin in self.bulletins:
            if bulletin.key == key:
                return bulletin
        keys = [bulletin.key for bulletin in self.bulletins]
        near = nearest(key, keys)
        hint = f'Did you mean "{near}"?' if near else f"There are: {', '.join(keys)}."
        raise InputError(f'There is no bulletin "{key}".', hint, "unknown-bulletin")

    def store_url(self, environ: Mapping[str, str]) -> SecretStr:
        """The store's URL with its password; ConfigError when a secret is not there."""
        return self.store.resolved(self.data_directory, environ)

    def folder_path(self, bulletin: BulletinConfig | None = None) -> Path | None:
        """Where the mailbox folder lies, for a bulletin with its own or for the deployment; None for another kind."""
        own = bulletin.mailbox if bulletin and bulletin.mailbox else None
        mailbox = own or self.mailbox
        if not isinstance(mailbox, FolderSettings):
            return None
        return mailbox.path or self.data_directory / (f"mailbox-{bulletin.key}" if own and bulletin else "mailbox")

    def mailbox_of(self, bulletin: BulletinConfig) -> MailboxSettings:
        """The mailbox that a bulletin uses."""
        return bulletin.mailbox or self.mailbox

    def trust_of(self, bulletin: BulletinConfig) -> TrustSettings:
        """The trust rules that a bulletin uses."""
        return bulletin.trust or self.trust

    def with_data_directory(self, path: Path) -> Config:
        """The same on other data: SQLite and one folder mailbox lie in ``path``, as for the demo and for rehearsals."""
        return self.model_copy(
            update={
                "data_directory": path.resolve(),
                "store": StoreSettings(),
                "mailbox": FolderSettings(kind="folder", address=self.mailbox.address),
                "trust": self.trust.model_copy(update={"profile": "folder"}),
                "heartbeat": HeartbeatSettings(),
                "log": LogSettings(),
                "bulletins": tuple(
                    bulletin.model_copy(update={"mailbox": None, "trust": None}) for bulletin in self.bulletins
                ),
            }
        )

    def summary(self) -> tuple[str, ...]:
        """What the files say, in lines for `check`; no secrets."""
        where = self.folder_path()
        mailbox = f"folder {where}" if where else f"{self.mailbox.kind} {self.mailbox.address}"
        store = shown("url", self.store.url or "SQLite in the data directory").strip('"')
        lines = [
            f"configuration: {self.directory}",
            f"data directory: {self.data_directory}",
            f"store: {'from the environment' if self.store.url_env else store}",
            f"mailbox: {mailbox}, asked every {self.poll_seconds} s",
            f"trust: {self.trust.profile}" + (", codes by mail" if self.trust.confirm_by_code else ""),
            f"operator: {self.operator.address}",
        ]
        return (*lines, *(line for bulletin in self.bulletins for line in bulletin.summary()))


def load_config(directory: Path, environ: Mapping[str, str]) -> Config:
    """The configuration of a directory (bot.toml and a directory for each bulletin).

    ``environ`` is where secrets are looked up; none is kept. Relative paths are taken from the directory's parent.
    Raises ConfigError with every fault of every file in ``problems``, one sentence each.
    """
    config, faults = examine(directory, environ)
    if config is None or faults:
        raise _refused(directory, faults)
    return config


def load_usable(directory: Path, environ: Mapping[str, str]) -> Config:
    """The same, without the bulletins that have faults: ``broken`` names those, each with its sentences.

    Raises ConfigError when a fault concerns them all (bot.toml), or when no good bulletin is left."""
    config, faults = examine(directory, environ)
    if config is None or not config.bulletins or any(not fault.bulletin for fault in faults):
        raise _refused(directory, faults)
    return config


def _refused(directory: Path, faults: tuple[Fault, ...]) -> ConfigError:
    problems = tuple(fault.sentence() for fault in faults)
    count, them = ("one fault", "it") if len(problems) == 1 else (f"{len(problems)} faults", "them")
    return ConfigError(
        f"The configuration in {directory} has {count}.", f"Mend {them} and run check again.", "config", problems
    )


def examine(directory: Path, environ: Mapping[str, str]) -> tuple[Config | None, tuple[Fault, ...]]:
    """The configuration (None when bot.toml cannot be used) with its good bulletins, and every fault.

    A fault with a ``bulletin`` stops that one only; the Config then holds the others.
    """
    directory = Path(directory).resolve()
    base = directory.parent
    if not directory.is_dir():
        if directory.exists():
            allowed = f"the directory that holds {BOT_FILE}"
            return None, (Fault(file=str(directory), message="this is a file", allowed=allowed),)
        return None, (Fault(file=str(directory), message="the configuration directory is missing"),)
    file = read_toml(directory / BOT_FILE, _name(directory, BOT_FILE))
    settings, faults = parse(BotSettings, file) if not file.broken or file.data else (None, [])
    faults = [*file.faults, *faults]
    if settings is not None:
        settings = anchored(settings, base)
        faults += [fault.model_copy(update={"file": file.name}) for fault in _mailbox_faults(settings, environ)]
        faults = [fault.model_copy(update={"line": fault.line or file.line((fault.key,))}) for fault in faults]
    own = settings.mailbox.address if settings is not None else None
    bulletins: list[BulletinConfig] = []
    sharing: set[str] = set()
    taken = {own.casefold(): BOT_FILE} if own else {}
    for path in _bulletin_directories(directory, faults):
        bulletin, found = read_bulletin(path, _name(directory, path.name), own)
        if bulletin is None or bulletin.mailbox is None:
            sharing.add(path.name)
        if bulletin is not None:
            bulletin = anchored(bulletin, base)
            more = _own_mailbox_faults(bulletin, settings, environ)
            more += _twice_read(bulletin, taken)
            found += [
                fault.model_copy(update={"file": f"{_name(directory, path.name)}/{BULLETIN_FILE}"}) for fault in more
            ]
        if bulletin is not None and not found:
            bulletins.append(bulletin)
        faults += found
    if settings is None:
        return None, tuple(faults)
    return _config(directory, settings, bulletins, _broken(faults, sharing)), tuple(faults)


def _broken(faults: Sequence[Fault], sharing: set[str]) -> tuple[BrokenBulletin, ...]:
    """The bulletins that faults stop, in the order of their names."""
    sentences: dict[str, list[str]] = {}
    for fault in faults:
        if fault.bulletin:
            sentences.setdefault(fault.bulletin, []).append(fault.sentence())
    return tuple(
        BrokenBulletin(key=key, problems=tuple(found), shares_mailbox=key in sharing)
        for key, found in sorted(sentences.items())
    )


def _config(
    directory: Path, settings: BotSettings, bulletins: list[BulletinConfig], broken: tuple[BrokenBulletin, ...]
) -> Config:
    store = settings.store
    if store.url and store.url.startswith("sqlite:///"):
        path = Path(store.url.removeprefix("sqlite:///"))
        store = store.model_copy(update={"url": f"sqlite:///{(directory.parent / path).as_posix()}"})
    return Config(
        directory=directory,
        data_directory=settings.data_directory,
        poll_seconds=settings.poll_seconds,
        operator=Person(name=settings.operator.name, address=settings.operator.address, role="operator"),
        daily_summary=settings.operator.daily_summary,
        store=store,
        mailbox=settings.mailbox,
        trust=settings.trust,
        heartbeat=settings.heartbeat,
        log=settings.log,
        bulletins=tuple(bulletins),
        broken=broken,
    )


def _name(directory: Path, *parts: str) -> str:
    """A file as reports name it: config/ccsu-rag/themes.toml."""
    return str(PurePosixPath(directory.name, *parts))


def _bulletin_directories(directory: Path, faults: list[Fault]) -> list[Path]:
    """The directories that hold a bulletin, in the order of their names."""
    found = []
    for path in sorted(directory.iterdir()):
        if path.name.startswith((".", "_", "~")):
            continue
        if path.is_file():
            near = nearest(path.name, [BOT_FILE], cutoff=0.8)
            if near and path.name != BOT_FILE and not (directory / BOT_FILE).exists():
                faults.append(Fault(file=_name(directory, path.name), message="is not read", nearest=near))
        elif not _BULLETIN_KEY.fullmatch(path.name):
            faults.append(
                Fault(
                    file=_name(directory, path.name),
                    message="is no name for a bulletin",
                    allowed="small letters, digits and single hyphens",
                    bulletin=path.name,
                )
            )
        else:
            found.append(path)
    if not found:
        faults.append(Fault(file=directory.name, message="holds no bulletin", allowed="a directory such as ccsu-rag/"))
    return found


def anchored(model: AnyModel, base: Path) -> AnyModel:
    """The same model with every path in it made absolute, relative ones from ``base``."""
    changed: dict[str, object] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Path):
            changed[name] = base / value.expanduser()
        elif isinstance(value, BaseModel):
            changed[name] = anchored(value, base)
    return model.model_copy(update=changed)


def _mailbox_faults(settings: BotSettings, environ: Mapping[str, str]) -> list[Fault]:
    """What the single keys of bot.toml cannot know of each other."""
    faults = _fits(settings.mailbox, settings.trust, environ, "")
    try:
        settings.store.resolved(settings.data_directory, environ)
        if settings.heartbeat.url_env and not environ.get(settings.heartbeat.url_env):
            raise ConfigError(f"heartbeat.url_env: the environment has no {settings.heartbeat.url_env}.")
    except ConfigError as error:
        faults.append(Fault(file="", message=error.message))
    return faults


def _own_mailbox_faults(
    bulletin: BulletinConfig, settings: BotSettings | None, environ: Mapping[str, str]
) -> list[Fault]:
    """The same for a bulletin with a mailbox or trust rules of its own."""
    mailbox = bulletin.mailbox or (settings.mailbox if settings else None)
    trust = bulletin.trust or (settings.trust if settings else None)
    if mailbox is None or trust is None or not (bulletin.mailbox or bulletin.trust):
        return []
    return _fits(mailbox, trust, environ, bulletin.key)


def _twice_read(bulletin: BulletinConfig, taken: dict[str, str]) -> list[Fault]:
    """A mailbox of a bulletin's own that another has already: each would judge the other's mails a stranger's."""
    address = bulletin.mailbox.address if bulletin.mailbox is not None else None
    owner = taken.setdefault(address.casefold(), bulletin.key) if address else bulletin.key
    if owner == bulletin.key:
        return []
    return [
        Fault(
            file="",
            key="mailbox.address",
            value=shown("address", address),
            message=f"is the mailbox of {owner} already",
            allowed=f"a mailbox of its own, or no [mailbox] here: then the one of {BOT_FILE} is shared",
            bulletin=bulletin.key,
        )
    ]


def _fits(mailbox: MailboxSettings, trust: TrustSettings, environ: Mapping[str, str], bulletin: str) -> list[Fault]:
    """Whether trust rules fit a mailbox, its servers are spoken to safely, and its secrets are there."""
    faults = []
    if not isinstance(mailbox, _TRUST_FITS[trust.profile]):
        fitting = [profile for profile, kinds in _TRUST_FITS.items() if isinstance(mailbox, kinds)]
        faults.append(
            Fault(
                file="",
                key="trust",
                value=f'profile "{trust.profile}"',
                message=f"does not fit a mailbox of kind {mailbox.kind}",
                allowed=", ".join(fitting),
                bulletin=bulletin,
            )
        )
    if trust.require_tls:
        faults += [
            Fault(
                file="",
                key="mailbox",
                value=shown("host", host),
                message="would be spoken to without encryption",
                allowed='security = "tls" or "starttls"',
                bulletin=bulletin,
            )
            for host in unencrypted(mailbox)
        ]
    faults += [
        Fault(file="", key="mailbox", message=f"lacks a secret. {sentence}", bulletin=bulletin)
        for sentence in missing_secrets(mailbox, environ)
    ]
    return faults
