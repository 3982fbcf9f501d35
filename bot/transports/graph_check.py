"""What `check` looks at in a mailbox of Exchange Online."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.transports import report, tls
from bot.transports.graph_client import Gone, GraphClient, rows
from bot.transports.oauth import AppTokens, certificate_days_left
from bot.transports.report import CheckLine

if TYPE_CHECKING:
    from bot.transports.graph import GraphSettings


def lines(
    settings: GraphSettings,
    graph: GraphClient,
    tokens: AppTokens,
    trust: ssl.SSLContext,
    own_folder: Callable[[str], str],
) -> tuple[CheckLine, ...]:
    """One line for each thing; what cannot be asked after a failure is left out."""
    first = report.looked_at("log-in", lambda: _logged_in(settings, tokens))
    if not first.ok:
        return (first,)
    inbox = report.looked_at("mailbox", lambda: _inbox(settings, graph))
    if not inbox.ok:
        return (first, inbox)
    folders = tuple(
        report.looked_at("folder", partial(_folder, name, own_folder))
        for name in (settings.processed_folder, settings.held_folder)
    )
    limits = report.pace_line(settings.per_minute, f"Mails up to {settings.max_mime_bytes / 1e6:.1f} MB.")
    rights = CheckLine(
        topic="rights",
        ok=True,
        says="Whether the bot may send as the mailbox shows only when it sends.",
        todo="Use check --send-to with your own address. If it may not, ask the Exchange administrator: "
        f'"Please give the app {settings.oauth.client_id} the roles Application Mail.ReadWrite and Application '
        f'Mail.Send for the mailbox {settings.mailbox}, by RBAC for Applications." See docs/mailboxes.md.',
    )
    newest = report.looked_at("newest mail", lambda: _newest(graph))
    clock = report.clock_line(graph.clock_difference)
    mine = (first, *_app_certificate(settings), inbox)
    return (*mine, *folders, newest, limits, rights, clock, _certificate(settings, trust))


def _logged_in(settings: GraphSettings, tokens: AppTokens) -> str:
    tokens.forget()
    tokens.token()
    return f"The app {settings.oauth.client_id} is logged in."


def _inbox(settings: GraphSettings, graph: GraphClient) -> str:
    try:
        found = graph.get("/mailFolders/inbox", {"$select": "id,totalItemCount"})
    except Gone as error:
        raise BotError(
            "Exchange Online does not find the mailbox.",
            "Check mailbox.address, and whether the mailbox is in the scope of the app's roles.",
            "no-mailbox",
        ) from error
    return f"{settings.mailbox}: {report.mails(found.get('totalItemCount'))} in the inbox."


def _folder(name: str, own_folder: Callable[[str], str]) -> str:
    own_folder(name)
    return f"The folder {name} is there."


def _newest(graph: GraphClient) -> str:
    page = graph.get(
        "/mailFolders/inbox/messages",
        {"$select": "receivedDateTime", "$orderby": "receivedDateTime desc", "$top": "1"},
    )
    found = rows(page)
    return report.newest_mail(found[0].get("receivedDateTime"), time.time()) if found else "The inbox is empty."


def _app_certificate(settings: GraphSettings) -> tuple[CheckLine, ...]:
    """How long the certificate with which the app logs in lasts; the service has no other way to tell in time."""
    if not settings.oauth.certificate:
        return ()
    line = report.certificate_line("the app", certificate_days_left(settings.oauth))
    todo = "Make a new one, upload it to the app registration, and name it as certificate_file."
    return (line if line.ok else line.model_copy(update={"todo": todo}),)


def _certificate(settings: GraphSettings, trust: ssl.SSLContext) -> CheckLine:
    import httpx

    url = httpx.URL(settings.endpoint)
    if settings.proxy:
        return CheckLine(topic="certificate", ok=True, says="Not looked at: there is a proxy in between.")
    try:
        days = tls.server_days_left(url.host, url.port or 443, trust, settings.timeout_seconds)
    except BotError as error:
        return report.failed_line("certificate", error)
    return report.certificate_line(url.host, days)
