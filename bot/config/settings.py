"""The models of bot.toml: store, mailbox, whom to trust, the operator, heartbeat, polling and log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, model_validator

from bot.config.fields import Address, ClockTime, Domain, FilePath, Settings, secret
from bot.errors import ConfigError
from bot.mail.authenticity import TrustProfile

ENV = "the name of an environment variable"
FILE = "a path, relative to the configuration's parent directory, or absolute"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class StoreSettings(Settings):
    """Where the bot remembers. Without a URL it is SQLite in the data directory."""

    url: str | None = Field(default=None, description="sqlite:///path or postgresql+psycopg://user@host/database")
    url_env: str | None = Field(default=None, description=ENV)
    password_env: str | None = Field(default=None, description=ENV)
    password_file: FilePath | None = Field(default=None, description=FILE)

    @model_validator(mode="after")
    def _no_secret_inside(self) -> StoreSettings:
        if self.url and "://" not in self.url:
            raise ValueError("url is not a database URL")
        if self.url and urlsplit(self.url).password:
            raise ValueError("url holds a password: leave it out and name password_env or password_file")
        return self

    def resolved(self, data_directory: Path, environ: Mapping[str, str]) -> SecretStr:
        """The full URL, password included, as SQLAlchemy takes it. ConfigError when a secret is not there."""
        given = secret(self.url_env, None, environ, "store.url_env")
        if given:
            return given
        url = self.url or f"sqlite:///{(data_directory / 'bulletin.db').as_posix()}"
        password = secret(self.password_env, self.password_file, environ, "store.password")
        if not password:
            return SecretStr(url)
        parts = urlsplit(url)
        user, _, host = parts.netloc.rpartition("@")
        return SecretStr(
            urlunsplit(parts._replace(netloc=f"{user}:{quote(password.get_secret_value(), safe='')}@{host}"))
        )


class _Mailbox(Settings):
    """What all mailboxes have in common."""

    address: Address | None = Field(default=None, description="the shared mailbox's own address")
    processed_folder: str = Field(default="Processed", min_length=1, description="a folder name")
    held_folder: str = Field(default="Held", min_length=1, description="a folder name")
    send_per_minute: int = Field(default=0, ge=0, le=10_000, description="how many mails a minute; 0 is no limit")


class _Remote(_Mailbox):
    """A mailbox on a server: an address is needed, and how long to wait and whom to believe."""

    address: Address = Field(description="the shared mailbox's own address")
    timeout_seconds: int = Field(default=60, ge=5, le=600, description="5 to 600")
    ca_file: FilePath | None = Field(default=None, description=f"the council's own certificate authority: {FILE}")


class FolderSettings(_Mailbox):
    """A Maildir++ on disk (the embedded default)."""

    kind: Literal["folder"]
    path: FilePath | None = Field(default=None, description=f"{FILE}; mailbox/ in the data directory when left out")
    settle_seconds: float = Field(default=5, ge=0, le=600, description="0 to 600")


class OauthSettings(Settings):
    """An app registration for OAuth: a client secret or a certificate."""

    tenant_id: str = Field(min_length=1, description="the directory (tenant) id")
    client_id: str = Field(min_length=1, description="the application (client) id")
    client_secret_env: str | None = Field(default=None, description=ENV)
    client_secret_file: FilePath | None = Field(default=None, description=FILE)
    certificate_file: FilePath | None = Field(default=None, description=f"a .pem with key and certificate: {FILE}")
    certificate_password_env: str | None = Field(default=None, description=ENV)
    authority: str = Field(
        default="https://login.microsoftonline.com",
        pattern=r"^https://",
        description="an https address; another one for a sovereign cloud",
    )
    scope: str | None = Field(default=None, description="an OAuth scope, when the usual one does not fit")

    @model_validator(mode="after")
    def _one_credential(self) -> OauthSettings:
        if sum(map(bool, (self.client_secret_env, self.client_secret_file, self.certificate_file))) != 1:
            raise ValueError("needs exactly one of client_secret_env, client_secret_file, certificate_file")
        return self

    def client_secret(self, environ: Mapping[str, str]) -> SecretStr | None:
        """The client secret, or None when a certificate is used."""
        return secret(self.client_secret_env, self.client_secret_file, environ, "oauth.client_secret")

    def certificate_password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """The certificate's passphrase, or None when it has none."""
        return secret(self.certificate_password_env, None, environ, "oauth.certificate_password")


class _Login(Settings):
    """A user name and where its password is."""

    username: str = Field(min_length=1, description="a user name")
    password_env: str | None = Field(default=None, description=ENV)
    password_file: FilePath | None = Field(default=None, description=FILE)

    def password(self, environ: Mapping[str, str]) -> SecretStr | None:
        """The password; None when none is named (OAuth). ConfigError when it is named and not there."""
        return secret(self.password_env, self.password_file, environ, "password")


class ServerSettings(_Login):
    """One IMAP or SMTP server."""

    username: str = Field(default="", description="a user name; empty for a relay that asks for none")
    host: str = Field(min_length=1, description="a host name")
    port: int = Field(ge=1, le=65535, description="1 to 65535")
    security: Literal["tls", "starttls", "plain"] = "tls"


class ImapSettings(_Remote):
    """IMAP for reading, SMTP for sending."""

    kind: Literal["imap"]
    imap: ServerSettings
    smtp: ServerSettings
    oauth: OauthSettings | None = None  # XOAUTH2 in place of passwords
    sent_copy: Literal["append", "server"] = "append"
    sent_folder: str | None = Field(default=None, description="a folder name; the server's own Sent when left out")
    drafts_folder: str | None = Field(default=None, description="a folder name; the server's own Drafts when left out")
    junk_folder: str | None = Field(default=None, description="a folder name; the server's own Junk when left out")
    helo_name: str | None = Field(default=None, description="the host name that we give to the SMTP server")

    @model_validator(mode="after")
    def _credentials(self) -> ImapSettings:
        for name, server in (("imap", self.imap), ("smtp", self.smtp)):
            named = server.password_env or server.password_file
            if name == "imap" and not server.username:
                raise ValueError("needs imap.username")
            if server.username and not (named or self.oauth):
                raise ValueError(f"needs {name}.password_env, {name}.password_file or oauth")
        return self


class EwsSettings(_Remote, _Login):
    """Exchange on the council's own servers, by EWS."""

    kind: Literal["ews"]
    username: str = Field(default="", description="DOMAIN\\user or user@domain; not needed with oauth")
    endpoint: str | None = Field(
        default=None, pattern=r"^https://", description='such as "https://mail.council.example/EWS/Exchange.asmx"'
    )
    server: str | None = Field(default=None, description="a host name, when there is no endpoint")
    auth: Literal["ntlm", "basic", "oauth"] = "ntlm"
    access: Literal["delegate", "impersonation"] = "delegate"
    oauth: OauthSettings | None = None
    server_build: str | None = Field(
        default=None, pattern=r"^\d+\.\d+$", description='such as "15.2"; saves a question'
    )
    send_per_minute: int = Field(default=30, ge=0, le=10_000, description="how many mails a minute; 0 is no limit")

    @model_validator(mode="after")
    def _whole(self) -> EwsSettings:
        if bool(self.endpoint) == bool(self.server):
            raise ValueError("needs exactly one of endpoint, server")
        if self.auth == "oauth" and not self.oauth:
            raise ValueError("needs an [mailbox.oauth] table with auth = oauth")
        if self.auth != "oauth" and not (self.username and (self.password_env or self.password_file)):
            raise ValueError("needs username and password_env or password_file")
        return self


class GraphSettings(_Remote):
    """Exchange Online, by Microsoft Graph."""

    kind: Literal["graph"]
    oauth: OauthSettings
    endpoint: str = Field(
        default="https://graph.microsoft.com/v1.0",
        pattern=r"^https://",
        description="an https address; another one for a sovereign cloud",
    )
    send_per_minute: int = Field(default=30, ge=0, le=10_000, description="how many mails a minute; 0 is no limit")
    max_mime_bytes: int = Field(default=3_000_000, ge=100_000, le=4_000_000, description="100000 to 4000000")


MailboxSettings = Annotated[
    FolderSettings | ImapSettings | EwsSettings | GraphSettings,
    Field(discriminator="kind"),
]


class TrustSettings(Settings):
    """How we know who really sent a mail; see :class:`bot.mail.authenticity.TrustProfile` for the profiles."""

    profile: Literal["authserv", "exchange-online", "exchange-onprem", "folder", "none"] = "none"
    authserv_id: str = Field(default="", description="the name that the council's own border server writes")
    internal_domains: tuple[Domain, ...] = Field(default=(), description="domain names, such as council.example.org")
    auth_sources: tuple[str, ...] = Field(default=(), description="host names of the council's Exchange servers")
    confirm_by_code: bool | Literal["always"] = Field(
        default=True,
        description='true, false or "always": an editor gets a code by mail where nothing proves the sender, or always',
    )
    require_tls: bool = Field(default=True, description="true or false: refuse servers without TLS except this machine")

    @model_validator(mode="after")
    def _whole(self) -> TrustSettings:
        if self.profile == "authserv" and not self.authserv_id:
            raise ValueError("needs authserv_id with profile = authserv")
        return self

    @property
    def codes(self) -> Literal["never", "unproven", "always"]:
        """When an editor's decision is confirmed by a mailed code."""
        if self.confirm_by_code == "always":
            return "always"
        return "unproven" if self.confirm_by_code else "never"

    def as_profile(self) -> TrustProfile:
        """The same as the mail reader takes it."""
        return TrustProfile(
            kind=self.profile,
            authserv_id=self.authserv_id,
            internal_domains=self.internal_domains,
            auth_sources=self.auth_sources,
        )


class HeartbeatSettings(Settings):
    """A sign of life for the council's monitoring: a file that is touched, an address that is asked, or neither."""

    file: FilePath | None = Field(default=None, description=FILE)
    url_env: str | None = Field(default=None, description=ENV)  # such addresses hold a secret
    every_minutes: int = Field(default=10, ge=1, le=1440, description="1 to 1440")


class LogSettings(Settings):
    """The log: without addresses and texts, whatever the level."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    file: FilePath | None = Field(default=None, description=FILE)
    json_lines: bool = Field(default=False, description="true or false")
    keep_days: int = Field(default=30, ge=1, le=3650, description="1 to 3650")


class OperatorSettings(Settings):
    """Who is told when the bot needs a person."""

    address: Address = Field(description="an email address")
    name: str = Field(default="Operator", min_length=1, description="a name")
    daily_summary: ClockTime | None = Field(default=None, description='a time such as "08:00"; none when left out')


class BotSettings(Settings):
    """bot.toml: what all bulletins of a deployment share."""

    data_directory: FilePath = Field(default=Path("var"), description=FILE)
    poll_seconds: int = Field(default=60, ge=5, le=3600, description="5 to 3600")
    operator: OperatorSettings
    store: StoreSettings = StoreSettings()
    mailbox: MailboxSettings
    trust: TrustSettings = TrustSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    log: LogSettings = LogSettings()


def unencrypted(mailbox: FolderSettings | ImapSettings | EwsSettings | GraphSettings) -> tuple[str, ...]:
    """The hosts of a mailbox that are spoken to without TLS and are not this machine."""
    if not isinstance(mailbox, ImapSettings):
        return ()
    servers = (mailbox.imap, mailbox.smtp)
    return tuple(server.host for server in servers if server.security == "plain" and server.host not in LOOPBACK)


def missing_secrets(
    mailbox: FolderSettings | ImapSettings | EwsSettings | GraphSettings, environ: Mapping[str, str]
) -> tuple[str, ...]:
    """One sentence for every secret that a mailbox names and that is not there."""
    asks = []
    if isinstance(mailbox, ImapSettings):
        asks += [mailbox.imap.password, mailbox.smtp.password]
    if isinstance(mailbox, EwsSettings):
        asks += [mailbox.password]
    if not isinstance(mailbox, FolderSettings) and mailbox.oauth:
        asks += [mailbox.oauth.client_secret, mailbox.oauth.certificate_password]
    sentences = []
    for ask in asks:
        try:
            ask(environ)
        except ConfigError as error:
            sentences.append(error.message)
    return tuple(dict.fromkeys(sentences))
