"""From the configuration of a mailbox to its adapter: one function a kind, one row in ADAPTERS.

A heavy library (exchangelib, msal) loads only when its transport is configured. Secrets are read from the environment
or from files here and handed on as values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from bot.config import BulletinConfig, Config
from bot.config.settings import EwsSettings, FolderSettings, GraphSettings, ImapSettings, OauthSettings, ServerSettings
from bot.errors import ConfigError


class Place(NamedTuple):
    """What an adapter is made from: the configuration, the bulletin it serves, secrets, the name the store knows."""

    config: Config
    bulletin: BulletinConfig
    environ: Mapping[str, str]
    name: str


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _state(place: Place) -> Any:
    """Where a transport remembers its place in the mailbox (a link, a sync state); losing it is survived."""
    from bot.transports.statefile import ENDING, StateFile

    safe = "".join(c if c.isalnum() else "-" for c in place.name)
    return StateFile(place.config.data_directory / f"{safe}{ENDING}")


def _oauth(settings: OauthSettings | None, environ: Mapping[str, str]) -> Any:
    from bot.transports.oauth import OauthSettings as Values

    if settings is None:
        return None
    return Values(
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        client_secret=_plain(settings.client_secret(environ)),
        certificate=_text(settings.certificate_file),
        certificate_password=_plain(settings.certificate_password(environ)),
        authority=settings.authority,
        scope=settings.scope or "",
    )


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"{file.name} cannot be read: {error.strerror}.", "Check oauth.certificate_file.") from error


def _folder(settings: FolderSettings, place: Place) -> Any:
    from bot.transports.folder import FolderMailbox

    path = place.config.folder_path(place.bulletin)
    if path is None:
        raise ConfigError("The folder mailbox has no path.", "Give [mailbox] path in bot.toml.")
    return FolderMailbox(path, settle_seconds=settings.settle_seconds, name=place.name)


def _server(settings: ServerSettings, environ: Mapping[str, str]) -> Any:
    from bot.transports.smtp_session import ServerSettings as Values

    return Values(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        username=settings.username,
        password=_plain(settings.password(environ)),
    )


def _imap(settings: ImapSettings, place: Place) -> Any:
    from bot.transports.imap_smtp import ImapSmtpMailbox, ImapSmtpSettings

    values = ImapSmtpSettings(
        imap=_server(settings.imap, place.environ),
        smtp=_server(settings.smtp, place.environ),
        oauth=_oauth(settings.oauth, place.environ),
        ca_file=settings.ca_file,
        timeout_seconds=settings.timeout_seconds,
        processed_folder=settings.processed_folder,
        held_folder=settings.held_folder,
        junk_folder=settings.junk_folder or "",
        sent_folder=settings.sent_folder or "",
        sent_copy=settings.sent_copy,
        helo_name=settings.helo_name,
        per_minute=settings.send_per_minute,
    )
    return ImapSmtpMailbox(values, _state(place), name=place.name)


def _ews(settings: EwsSettings, place: Place) -> Any:
    from bot.transports.ews import EwsMailbox
    from bot.transports.ews import EwsSettings as Values

    values = Values(
        mailbox=settings.address,
        username=settings.username,
        password=_plain(settings.password(place.environ)),
        endpoint=settings.endpoint or "",
        server=settings.server or "",
        auth=settings.auth,
        access=settings.access,
        oauth=_oauth(settings.oauth, place.environ),
        server_build=settings.server_build or "",
        ca_file=settings.ca_file,
        timeout_seconds=settings.timeout_seconds,
        processed_folder=settings.processed_folder,
        held_folder=settings.held_folder,
        per_minute=settings.send_per_minute,
    )
    return EwsMailbox(values, _state(place), name=place.name)


def _graph(settings: GraphSettings, place: Place) -> Any:
    from bot.transports.graph import GraphMailbox
    from bot.transports.graph import GraphSettings as Values

    values = Values(
        mailbox=settings.address,
        oauth=_oauth(settings.oauth, place.environ),
        endpoint=settings.endpoint,
        ca_file=settings.ca_file,
        timeout_seconds=settings.timeout_seconds,
        processed_folder=settings.processed_folder,
        held_folder=settings.held_folder,
        per_minute=settings.send_per_minute,
        max_mime_bytes=settings.max_mime_bytes,
    )
    return GraphMailbox(values, _state(place), name=place.name)


ADAPTERS: dict[str, Callable[[Any, Place], Any]] = {
    "folder": _folder,
    "imap": _imap,
    "ews": _ews,
    "graph": _graph,
}


def mailbox_for(config: Config, bulletin: BulletinConfig, environ: Mapping[str, str]) -> Any:
    """The adapter of a bulletin's mailbox: both read side and send side."""
    settings = config.mailbox_of(bulletin)
    return ADAPTERS[settings.kind](settings, Place(config, bulletin, environ, mailbox_name(config, bulletin)))


def mailbox_name(config: Config, bulletin: BulletinConfig) -> str:
    """The name by which the store knows a bulletin's mailbox."""
    settings = config.mailbox_of(bulletin)
    unnamed = bulletin.key if bulletin.mailbox is not None else "local"
    return f"{settings.kind}:{settings.address or unnamed}"
