"""Sending one mail by SMTP, in steps of our own: only so can it be said what a failure means.

Until the final dot is handed over the server cannot have taken the mail, so every failure before it is certain. After
the dot only an answer is certain: no answer means that nobody knows. ``smtplib`` sends the dot together with the text
and tries several log-ins one after the other; both are done here instead.
"""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.ports import StagedMail
from bot.transports import tls
from bot.transports.headers import checked_address, wire_lines
from bot.transports.limits import DEFAULT_WAIT, LoginGuard, Throttled, Waiting
from bot.transports.oauth import AppTokens
from bot.transports.statefile import StateFile

IDLE = 20.0  # seconds after which a connection is asked whether it still lives
FINAL_WAIT = (
    300.0  # seconds for the answer to the final dot; servers scan the mail before they answer (RFC 5321: 10 min)
)
_GREETED_AT = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:[12]?\d|3[01]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d "
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-](?:0\d|1[0-4])[0-5]\d\b"
)
_LINE = (smtplib.SMTPServerDisconnected, OSError)  # the line broke; OSError holds timeouts and TLS


@dataclass(frozen=True)
class ServerSettings:
    """One IMAP or SMTP server. ``security`` is tls, starttls or plain; without a user name nobody logs in."""

    host: str
    port: int
    security: str = "tls"
    username: str = ""
    password: str = ""


class _Greeted(smtplib.SMTP):
    """Keeps the server's greeting, which the library drops."""

    greeting = b""

    def connect(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """As the library does."""
        code, self.greeting = super().connect(*args, **named)
        return code, self.greeting


class _GreetedTls(smtplib.SMTP_SSL):
    """The same over TLS."""

    greeting = b""

    def connect(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """As the library does."""
        code, self.greeting = super().connect(*args, **named)
        return code, self.greeting


class SmtpSession:
    """A connection to the outgoing server, made when needed and used for several mails."""

    def __init__(
        self,
        server: ServerSettings,
        trust: ssl.SSLContext,
        state: StateFile,
        timeout: float = 60,
        tokens: AppTokens | None = None,
        helo_name: str | None = None,
        final_wait: float = FINAL_WAIT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.server = server
        self.trust = trust
        self.clock_difference: float | None = None  # the server's clock minus ours, where its greeting says the time
        self._timeout = timeout
        self._tokens = tokens
        self._helo = helo_name
        self._final_wait = max(final_wait, timeout)
        self._waiting = Waiting()
        self._guard = LoginGuard(state, "smtp", f"{server.username}\n{server.password}", clock)
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0

    def send(self, mail: StagedMail) -> None:
        """Let one mail leave, to its one recipient. Returning means accepted; the errors are those of ports.Sender."""
        raw = wire_lines(mail.mail)
        sender, recipient = checked_address(mail.sender, "sender's"), checked_address(mail.recipient, "recipient's")
        smtp = self.connected()
        self._fits(smtp, raw)
        try:
            self._envelope(smtp, sender, recipient, raw)
            smtp.send(_dotted(raw))
        except _LINE as error:
            self.drop()
            raise NotSent(
                "The connection to the outgoing server broke before the mail was complete.",
                "The bot tries again.",
                "not-sent",
            ) from error
        self._final_dot(smtp)
        self._used = time.monotonic()

    def connected(self) -> smtplib.SMTP:
        """A connection that is logged in. Raises Unavailable or LoginFailed: nothing has been tried."""
        self._waiting.check()
        if self._smtp is not None and time.monotonic() - self._used > IDLE:
            try:
                alive = self._smtp.noop()[0] == 250
            except _LINE:
                alive = False
            if not alive:
                self.drop()
        if self._smtp is None:
            self._guard.check()
            self._smtp = self._connect()
        self._used = time.monotonic()
        return self._smtp

    def drop(self) -> None:
        """Close the connection without ceremony."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def close(self) -> None:
        """Say goodbye."""
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self.drop()

    # ------------------------------------------------------------------------------------------- connecting

    def _connect(self) -> smtplib.SMTP:
        host = self.server.host
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._open()
            self._login(smtp)
        except ssl.SSLError as error:
            raise tls.untrusted(host, error) from error
        except smtplib.SMTPResponseException as error:
            raise Unavailable(
                f"The outgoing server {host} takes no mail now ({error.smtp_code}).",
                "The bot tries again.",
                "smtp-closed",
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(
                f"The outgoing server {host} does not answer.", "Check host, port, security and firewall.", "no-answer"
            ) from error
        except TransportError:
            if smtp is not None:
                smtp.close()
            raise
        return smtp

    def _open(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "tls":
            smtp: _Greeted | _GreetedTls = _GreetedTls(
                server.host, server.port, self._helo, timeout=self._timeout, context=self.trust
            )
        else:
            smtp = _Greeted(server.host, server.port, self._helo, timeout=self._timeout)
        self.clock_difference = clock_difference(smtp.greeting)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not smtp.has_extn("starttls"):
                smtp.close()
                raise Unavailable(
                    f"The outgoing server {server.host} offers no STARTTLS.",
                    'Nothing is sent unprotected. Use security = "tls" with the server\'s TLS port, or ask its '
                    "administrator.",
                    "no-starttls",
                )
            smtp.starttls(context=self.trust)
            smtp.ehlo()
        return smtp

    def _login(self, smtp: smtplib.SMTP) -> None:
        """One attempt with one mechanism: each refused attempt counts towards a lock-out."""
        user = self.server.username
        if not user:
            return
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if self._tokens is not None:
            text = f"user={user}\1auth=Bearer {self._tokens.token()}\1\1"
            code, _ = smtp.docmd("AUTH", f"XOAUTH2 {_b64(text)}")
            if code == 334:
                code, _ = smtp.docmd("")  # the server's reason; an empty line asks for the answer
        elif "PLAIN" in offered or "LOGIN" not in offered:
            code, _ = smtp.docmd("AUTH", f"PLAIN {_b64(f'{chr(0)}{user}{chr(0)}{self.server.password}')}")
        else:
            code, _ = smtp.docmd("AUTH", f"LOGIN {_b64(user)}")
            if code == 334:
                code, _ = smtp.docmd(_b64(self.server.password))
        if code == 235:
            self._guard.accepted()
            return
        if 400 <= code < 500:
            raise Unavailable("The outgoing server cannot check the log-in now.", "The bot tries again.", "login-later")
        self._guard.refused()
        if self._tokens is not None:
            self._tokens.forget()
        raise LoginFailed(
            "The outgoing server refused the user name or password.",
            "Check smtp.username and its password in bot.toml, and whether the account may use SMTP (in Exchange "
            "Online: Set-CASMailbox -SmtpClientAuthenticationDisabled $false, and XOAUTH2 in place of a password).",
            "login-refused",
        )

    # ---------------------------------------------------------------------------------------------- sending

    def _fits(self, smtp: smtplib.SMTP, raw: bytes) -> None:
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(raw):
            raise Refused(
                f"The mail is {len(raw) / 1e6:.1f} MB; the outgoing server takes {int(limit) / 1e6:.1f} MB.",
                "Shrink its pictures or enclosures; nothing was sent.",
                "too-large",
            )

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> None:
        """MAIL, RCPT and DATA, up to the server's "go on"."""
        options = f" SIZE={len(raw)}" if smtp.has_extn("size") else ""
        if smtp.has_extn("8bitmime") and not raw.isascii():
            options += " BODY=8BITMIME"
        code, text = smtp.docmd("MAIL", f"FROM:<{sender}>{options}")
        if code != 250:
            self._rset()
            raise self._sender_refused(code, text)
        code, text = smtp.docmd("RCPT", f"TO:<{recipient}>")
        if not 250 <= code < 260:
            self._rset()
            raise _refused(code, text, "the recipient")
        code, text = smtp.docmd("DATA")
        if code != 354:
            self._rset()
            raise _refused(code, text, "the mail")

    def _sender_refused(self, code: int, text: bytes) -> TransportError:
        if 400 <= code < 500:
            self._waiting.ask(DEFAULT_WAIT)
            return Throttled(f"The outgoing server takes no mail for the moment ({_codes(code, text)}).", DEFAULT_WAIT)
        if code == 552:
            return _refused(code, text, "the mail's size")
        return _no_right_to_send(code, text)

    def _final_dot(self, smtp: smtplib.SMTP) -> None:
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._final_wait)
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._timeout)
        except (*_LINE, smtplib.SMTPException) as error:
            self.drop()
            raise MaybeSent(
                "The outgoing server gave no answer after it had the whole mail.",
                "The bot looks for it in Sent and does not send it again by itself.",
                "no-answer-after-dot",
            ) from error
        if 200 <= code < 300:
            return
        if 400 <= code < 600:
            if code == 421:
                self.drop()
            if b"5.7.60" in text:  # Exchange: no permission to send as this sender
                raise _no_right_to_send(code, text)
            raise _refused(code, text, "the mail")
        self.drop()
        raise MaybeSent(
            f"The outgoing server gave an odd answer ({code}) to a whole mail.",
            "The bot looks for it in Sent and does not send it again by itself.",
            "odd-answer-after-dot",
        )

    def _rset(self) -> None:
        if self._smtp is None:
            return
        try:
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.drop()


def clock_difference(greeting: bytes) -> float | None:
    """The server's clock minus ours in seconds, where its greeting says the time (Exchange, sendmail), else None."""
    found = _GREETED_AT.search(greeting.decode("ascii", "replace"))
    try:
        return parsedate_to_datetime(found[0]).timestamp() - time.time() if found else None
    except ValueError:  # 31 February
        return None


def _dotted(raw: bytes) -> bytes:
    """The text as it travels: lines that begin with a dot get a second one, and the last line has its end."""
    text = re.sub(rb"(?m)^\.", b"..", raw)
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _codes(code: int, text: bytes) -> str:
    """The reply code with the enhanced code, without the server's own words, which may hold addresses."""
    found = re.match(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b", text)
    return f"{code} {found[1].decode('ascii')}" if found else str(code)


def _refused(code: int, text: bytes, what: str) -> TransportError:
    codes = _codes(code, text)
    if code < 500:
        return NotSent(f"The outgoing server does not take {what} now ({codes}).", "The bot tries again.", "not-now")
    if code == 552:
        return Refused(
            f"The mail is too large for the outgoing server ({codes}).", "Shrink its enclosures.", "too-large"
        )
    return Refused(f"The outgoing server refused {what} ({codes}).", "Check the address with the reader.", "refused")


def _no_right_to_send(code: int, text: bytes) -> LoginFailed:
    return LoginFailed(
        f"The outgoing server does not let the bot send in the name of the sender ({_codes(code, text)}).",
        "Ask its administrator for the right Send As for that address, or correct the sender in bulletin.toml.",
        "send-as-denied",
    )
