"""What `check` looks at in a mailbox by IMAP and SMTP."""

from __future__ import annotations

import smtplib
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.transports import report, tls
from bot.transports.imap_folders import ImapFolders
from bot.transports.imap_session import ImapSession, capable
from bot.transports.report import CheckLine
from bot.transports.smtp_session import ServerSettings, SmtpSession

if TYPE_CHECKING:
    import ssl

    from imapclient import IMAPClient

    from bot.transports.imap_smtp import ImapSmtpSettings


def lines(
    settings: ImapSmtpSettings, imap: ImapSession, smtp: SmtpSession, folders: ImapFolders
) -> tuple[CheckLine, ...]:
    """One line for each thing; what cannot be asked after a failure is left out."""
    found = [report.looked_at("mailbox", partial(_inbox, settings, imap))]
    if found[0].ok:
        found += [
            report.looked_at("folder", partial(_folder, imap, folders, name))
            for name in (settings.processed_folder, settings.held_folder)
        ]
        found.append(report.looked_at("folder", partial(_sent, imap, folders)))
        found.append(report.looked_at("server", partial(_abilities, imap)))
        found.append(report.looked_at("newest mail", partial(_newest, imap)))
    found.append(report.looked_at("outgoing", partial(_outgoing, smtp)))
    for server in {settings.imap.host: settings.imap, settings.smtp.host: settings.smtp}.values():
        if server.security == "tls":
            found.append(_certificate(server, imap.trust, settings.timeout_seconds))
    pace = settings.per_minute or "any number of"
    found.append(CheckLine(topic="limits", ok=True, says=f"The bot sends {pace} mails a minute."))
    return tuple(found)


def _inbox(settings: ImapSmtpSettings, imap: ImapSession) -> str:
    def ask(client: IMAPClient) -> int:
        return int(client.folder_status("INBOX", ["MESSAGES"]).get(b"MESSAGES", 0))

    return f"{settings.imap.username}: {imap.run('The inbox could not be read', ask)} mails in the inbox."


def _folder(imap: ImapSession, folders: ImapFolders, name: str) -> str:
    full = imap.run(f"The folder {name} could not be made", lambda client: folders.own(client, name))
    return f"The folder {full} is there."


def _sent(imap: ImapSession, folders: ImapFolders) -> str:
    return f"Sent mails go to {imap.run('The folder for sent mails could not be found', folders.sent)}."


def _abilities(imap: ImapSession) -> str:
    def ask(client: IMAPClient) -> str:
        return "MOVE" if capable(client, "MOVE") else "UIDPLUS" if capable(client, "UIDPLUS") else ""

    how = imap.run("The server does not say what it can do", ask)
    return f"Mails are filed by {how}." if how else "Mails are copied and marked as deleted: the server has no MOVE."


def _newest(imap: ImapSession) -> str:
    def ask(client: IMAPClient) -> str:
        imap.select(client, "INBOX", readonly=True)
        uids = client.search(["ALL"])
        if not uids:
            return "The inbox is empty."
        at = client.fetch([max(uids)], ["INTERNALDATE"]).get(max(uids), {}).get(b"INTERNALDATE")
        return f"The newest mail came at {at}."

    return imap.run("The newest mail could not be read", ask)


def _outgoing(smtp: SmtpSession) -> str:
    connection = smtp.connected()
    limit = connection.esmtp_features.get("size", "") if isinstance(connection, smtplib.SMTP) else ""
    size = f"mails up to {int(limit) / 1e6:.1f} MB" if limit.isdigit() and int(limit) else "mails of any size"
    return f"{smtp.server.host} takes {size}."


def _certificate(server: ServerSettings, trust: ssl.SSLContext, timeout: float) -> CheckLine:
    try:
        return report.certificate_line(server.host, tls.server_days_left(server.host, server.port, trust, timeout))
    except BotError as error:
        return report.failed_line("certificate", error)
