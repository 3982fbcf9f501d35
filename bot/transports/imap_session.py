"""A connection to an IMAP server: made when needed, kept between ticks, and what its errors mean for us."""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from bot.errors import LoginFailed, TransportError, Unavailable
from bot.transports import tls
from bot.transports.limits import LoginGuard
from bot.transports.oauth import AppTokens
from bot.transports.smtp_session import ServerSettings
from bot.transports.statefile import StateFile

if TYPE_CHECKING:
    from imapclient import IMAPClient

Answer = TypeVar("Answer")
IDLE = 20.0  # seconds after which a connection is asked whether it still lives
_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]")  # RFC 5530


# What a NO means where the server says so (RFC 5530, RFC 9208): the end of the sentence, what to do, and our code
_REASONS = {
    "[OVERQUOTA]": ("the mailbox is full", "Make room in the shared mailbox; the bot goes on.", "mailbox-full"),
    "[NOPERM]": (
        "the bot has no right to do that",
        "Ask its administrator: \"Please give the bot's account all rights in the shared mailbox (to look up, read, "
        'insert, create, delete and expunge)."',
        "no-rights",
    ),
    "[NONEXISTENT]": (
        "the folder is not there",
        "Check the names of the folders under [mailbox] in bot.toml; the bot tries again.",
        "no-folder",
    ),
    "[LIMIT]": ("the mail server's limit is reached", "The bot tries again.", "imap-limit"),
    "[INUSE]": ("the mailbox is in use", "The bot tries again.", "imap-in-use"),
    "[SERVERBUG]": (
        "the mail server has a fault of its own",
        "Tell its administrator; the bot tries again.",
        "imap-bug",
    ),
    "[UNAVAILABLE]": ("the mail server cannot do that now", "The bot tries again.", "imap-later"),
}
_NO_REASON = ("the mail server said no", "Look at the mailbox; the bot tries again.", "imap-no")


class SaidNo(Unavailable):
    """The server understood and said no; ``text`` is what it said."""

    def __init__(self, what: str, text: str) -> None:
        said = text.upper()
        why, hint, code = next((told for mark, told in _REASONS.items() if mark in said), _NO_REASON)
        super().__init__(f"{what}: {why}.", hint, code)
        self.text = text


class ImapSession:
    """One mailbox on one server. ``run`` does a piece of work with the library's client."""

    def __init__(
        self,
        server: ServerSettings,
        trust: ssl.SSLContext,
        state: StateFile,
        timeout: float = 60,
        tokens: AppTokens | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.server = server
        self.trust = trust
        self._timeout = timeout
        self._tokens = tokens
        self._guard = LoginGuard(state, "imap", f"{server.username}\n{server.password}", clock)
        self._client: IMAPClient | None = None
        self._selected: tuple[str, bool] = ("", False)
        self._validity = 0
        self._used = 0.0

    def run(self, what: str, work: Callable[[IMAPClient], Answer], *, again: bool = True) -> Answer:
        """Do some work; ``what`` begins the sentence if it fails. A line that was open before and turns out dead is
        opened once more, unless ``again`` is False (the work must not be done twice)."""
        while True:
            client, kept = self._ready()
            try:
                answer = work(client)
                self._used = time.monotonic()
                return answer
            except imaplib.IMAP4.abort as error:
                lost: Exception = error
            except imaplib.IMAP4.error as error:
                self.drop()  # a server that changed something under an open folder says no until one comes anew
                raise SaidNo(what, str(error)) from error
            except (OSError, ValueError, LookupError, TypeError) as error:  # the last three: an odd answer
                lost = error
            self.drop()
            if not (kept and again):
                raise self._no_answer(what, lost) from lost
            again = False

    def select(self, client: IMAPClient, folder: str, *, readonly: bool) -> int:
        """Open a folder and give its UIDVALIDITY. Reading opens it read-only, so that nothing can change."""
        if self._selected != (folder, readonly):
            self._selected = ("", False)
            opened = client.select_folder(folder, readonly=readonly)
            self._selected = (folder, readonly)
            self._validity = int(opened.get(b"UIDVALIDITY", 0))
        return self._validity

    def refresh(self) -> None:
        """The next ``select`` asks the server again."""
        self._selected = ("", False)

    def drop(self) -> None:
        """Close the connection without ceremony."""
        if self._client is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._client.shutdown()
        self._client = None
        self.refresh()

    def close(self) -> None:
        """Say goodbye."""
        if self._client is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._client.logout()
        self._client = None
        self.refresh()

    # ------------------------------------------------------------------------------------------- connecting

    def _ready(self) -> tuple[IMAPClient, bool]:
        """The client, and whether it was open before."""
        if self._client is not None and time.monotonic() - self._used > IDLE:
            try:
                self._client.noop()
            except (imaplib.IMAP4.error, OSError):
                self.drop()
        if self._client is not None:
            return self._client, True
        self._guard.check()
        self._client = self._connect()
        self._used = time.monotonic()
        return self._client, False

    def _connect(self) -> IMAPClient:
        client: IMAPClient | None = None
        try:
            client = self._open()
            self._login(client)
        except TransportError:
            if client is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    client.shutdown()
            raise
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            raise self._no_answer(f"{self.server.host} could not be opened", error) from error
        return client

    def _open(self) -> IMAPClient:
        from imapclient import IMAPClient, SocketTimeout

        server = self.server
        client = IMAPClient(
            server.host,
            server.port,
            use_uid=True,
            ssl=server.security == "tls",
            ssl_context=self.trust if server.security == "tls" else None,
            timeout=SocketTimeout(connect=min(self._timeout, 30), read=self._timeout),
        )
        # A command leaves in several small writes; without this each waits for the answer to the one before (40 ms).
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.security == "starttls":
            if not client.has_capability("STARTTLS"):
                client.shutdown()
                raise Unavailable(
                    f"The mail server {server.host} offers no STARTTLS.",
                    'No password is sent unprotected. Use security = "tls" with the server\'s TLS port, or ask its '
                    "administrator.",
                    "no-starttls",
                )
            client.starttls(self.trust)
        return client

    def _login(self, client: IMAPClient) -> None:
        from imapclient.exceptions import LoginError

        server = self.server
        try:
            if self._tokens is not None:
                client.oauth2_login(server.username, self._tokens.token())
            elif server.password.isascii():
                client.login(server.username, server.password)
            else:
                client.plain_login(server.username, server.password)
        except LoginError as error:
            if any(mark in str(error).upper() for mark in _NOT_NOW):
                raise Unavailable(
                    "The mail server takes no log-in now.", "The bot tries again.", "login-later"
                ) from error
            self._guard.refused()
            if self._tokens is not None:
                self._tokens.forget()
            raise LoginFailed(
                "The mail server refused the user name or password.",
                "Check imap.username and its password in bot.toml, and whether IMAP is switched on for the mailbox. "
                "The bot tries three times, then only every half hour.",
                "login-refused",
            ) from error
        self._guard.accepted()

    def _no_answer(self, what: str, error: Exception) -> Unavailable:
        broken = tls.tls_error(error)
        if broken is not None:
            return tls.untrusted(self.server.host, broken)
        if isinstance(error, OSError):
            return Unavailable(
                f"The mail server {self.server.host} does not answer.",
                "Check host, port, security and firewall.",
                "no-answer",
            )
        return Unavailable(f"{what}: the mail server broke off.", "The bot tries again.", "broken-off")


def capable(client: IMAPClient, name: str) -> bool:
    """Whether the server offers a capability."""
    return bool(client.has_capability(name))
