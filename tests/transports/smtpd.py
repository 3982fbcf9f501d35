"""An SMTP server on loopback (aiosmtpd) that can refuse, drop and delay at every step."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.transports.relay import free_port

USER = "svc-bulletin"
PASSWORD = "smtp-test-password"


@dataclass
class Step:
    """What goes wrong: at ``step`` (ehlo, auth, mail, rcpt, data, body, before, after), with that ``reply``; None =
    the line is dropped. "before" and "after" are before and after the mail is accepted at the final dot."""

    step: str
    reply: str | None = None
    times: int = 1


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library's name
        """The line may break while the text travels."""
        if self.event_handler.fault("body") is not None:
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


class Smtpd:
    """Accepted mails are in ``accepted`` as (sender, recipients, bytes); ``faults`` is the script."""

    def __init__(self, context: ssl.SSLContext | None, *, starttls: bool = False, size: int = 33_554_432) -> None:
        self.accepted: list[tuple[str, list[str], bytes]] = []
        self.faults: list[Step] = []
        self.logins = 0
        self.token_ok: str | None = None
        self.port = free_port()
        kwargs: dict[str, Any] = {"data_size_limit": size, "authenticator": self._check, "auth_require_tls": False}
        if starttls:
            kwargs |= {"tls_context": context, "require_starttls": True}
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=self.port, ssl_context=None if starttls else context, ready_timeout=20,
            auth_required=True, **kwargs,
        )  # fmt: skip
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def fault(self, step: str) -> Step | None:
        for fault in self.faults:
            if fault.times and fault.step == step:
                fault.times -= 1
                return fault
        return None

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        fault = self.fault("auth")
        if fault is not None:
            if fault.reply is None:
                server.transport.abort()
            return AuthResult(success=False, handled=False, message=fault.reply)
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the library's name
        text = base64.b64decode(args[1]).decode()
        if self.token_ok and f"auth=Bearer {self.token_ok}\1" in text:
            return AuthResult(success=True, auth_data=text)
        await server.challenge_auth(base64.b64encode(b'{"status":"401"}'), encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    async def _step(self, server: SMTP, step: str) -> str | None:
        fault = self.fault(step)
        if fault is None:
            return None
        if fault.reply is None:
            server.transport.abort()
            return "451 never seen"
        return fault.reply

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        answer = await self._step(server, "ehlo")
        return [answer] if answer else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._step(server, "mail")
        if answer:
            return answer
        envelope.mail_from = address
        return "250 2.1.0 fine"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._step(server, "rcpt")
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._step(server, "before")
        if answer:
            return answer
        self.accepted.append(
            (envelope.mail_from or "", list(envelope.rcpt_tos), bytes(envelope.original_content or b""))
        )
        return await self._step(server, "after") or "250 2.0.0 queued"
