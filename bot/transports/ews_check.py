"""What `check` looks at in a mailbox of Exchange."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BotError
from bot.transports import report, tls
from bot.transports.ews_session import EwsSession
from bot.transports.report import CheckLine


def lines(session: EwsSession, own_folder: Callable[[str], Any]) -> tuple[CheckLine, ...]:
    """One line for each thing; what cannot be asked after a failure is left out."""
    certificate = _certificate(session)
    inbox = report.looked_at("mailbox", partial(_inbox, session))
    if not inbox.ok:
        return (certificate, inbox)
    settings = session.settings
    folders = (
        report.looked_at("folder", partial(_folder, name, own_folder))
        for name in (settings.processed_folder, settings.held_folder)
    )
    return (
        certificate,
        inbox,
        report.looked_at("server", partial(_server, session)),
        *folders,
        report.looked_at("newest mail", partial(_newest, session)),
        report.clock_line(_clock_difference(session)),
        report.pace_line(settings.per_minute),
        _rights(session),
    )


def _certificate(session: EwsSession) -> CheckLine:
    url = urlsplit(session.settings.endpoint)
    host, port = str(session.host), url.port or 443
    try:
        days = tls.server_days_left(host, port, session.trust, session.settings.timeout_seconds)
    except BotError as error:
        return report.failed_line("certificate", error)
    return report.certificate_line(host, days)


def _clock_difference(session: EwsSession) -> float | None:
    """The server's clock minus ours, from the Date of an answer that needs no log-in."""
    import httpx

    try:
        with httpx.Client(verify=session.trust, trust_env=False, timeout=session.settings.timeout_seconds) as client:
            answer = client.get(session.settings.endpoint or f"https://{session.host}/EWS/Exchange.asmx")
        return parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
    except (httpx.HTTPError, KeyError, ValueError, TypeError):
        return None


def _rights(session: EwsSession) -> CheckLine:
    """What the service user may do in the inbox, where the server says so, and what to ask for when it is too little.

    The right to send as the mailbox is in no answer; it shows only when a mail is sent."""
    settings = session.settings
    user, box = settings.username or "the app", settings.mailbox
    ask = f'"Please give {user} Full Access to {box} and the right Send As on it."'
    if settings.access == "impersonation":
        ask = f'"Please give {user} the role ApplicationImpersonation for {box}."'
    try:
        with session.reading("The rights could not be asked for"):
            rights = session.account.inbox.effective_rights
    except BotError as error:
        return report.failed_line("rights", error)
    missing = [name for name in ("read", "modify", "delete") if rights is not None and getattr(rights, name) is False]
    if missing:
        says = f"In the inbox the bot has no right to {' and '.join(missing)}."
        return CheckLine(topic="rights", ok=False, says=says, todo=f"Ask the Exchange administrator: {ask}")
    return CheckLine(
        topic="rights",
        ok=True,
        says="Whether the bot may send as the mailbox shows only when it sends.",
        todo=f"Use check --send-to with your own address. If it may not, ask the Exchange administrator: {ask}",
    )


def _inbox(session: EwsSession) -> str:
    with session.reading("The inbox could not be read"):
        total = session.account.inbox.total_count
    return f"{session.settings.mailbox}: {report.mails(total)} in the inbox."


def _server(session: EwsSession) -> str:
    with session.reading("The server does not say its version"):
        return f"The server is {session.account.version.fullname}."


def _folder(name: str, own_folder: Callable[[str], Any]) -> str:
    own_folder(name)
    return f"The folder {name} is there."


def _newest(session: EwsSession) -> str:
    with session.reading("The newest mail could not be asked for"):
        found = list(session.account.inbox.all().only("datetime_received").order_by("-datetime_received")[:1])
    if not found or isinstance(found[0], Exception):
        return "The inbox is empty."
    return report.newest_mail(found[0].datetime_received, time.time())
