"""What `check` looks at in a mailbox by IMAP and SMTP."""

from __future__ import annotations

import smtplib
import time
from datetime import datetime
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


NEEDED = "lrite"  # look up, read, insert, delete, expunge (RFC 4314)


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
        found += [_rights(imap), report.looked_at("room", partial(_room, imap))]
    found.append(report.looked_at("outgoing", partial(_outgoing, smtp)))
    for server in {settings.imap.host: settings.imap, settings.smtp.host: settings.smtp}.values():
        if server.security == "tls":
            found.append(_certificate(server, imap.trust, settings.timeout_seconds))
    found.append(report.clock_line(smtp.clock_difference))
    found.append(report.pace_line(settings.per_minute))
    return tuple(found)


def _inbox(settings: ImapSmtpSettings, imap: ImapSession) -> str:
    def ask(client: IMAPClient) -> int:
        return int(client.folder_status("INBOX", ["MESSAGES"]).get(b"MESSAGES", 0))

    number = imap.run("The inbox could not be read", ask)
    return f"{settings.imap.username}: {report.mails(number)} in the inbox."


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


def _rights(imap: ImapSession) -> CheckLine:
    """The rights in the inbox, where the server says them (RFC 4314): look up, read, insert, delete, expunge."""

    def ask(client: IMAPClient) -> str:
        if not capable(client, "ACL"):
            return NEEDED
        said = client.my_rights("INBOX")
        return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)

    try:
        rights = imap.run("The rights could not be asked for", ask)
    except BotError as error:
        return report.failed_line("rights", error)
    missing = "".join(right for right in NEEDED if right not in rights)
    return CheckLine(
        topic="rights",
        ok=not missing,
        says="The bot may read and move mails." if not missing else f"The bot lacks rights in the inbox: {missing}.",
        todo=f'Ask the administrator: "Please give {imap.server.username} the rights {NEEDED} in the shared mailbox."'
        if missing
        else "",
    )


def _room(imap: ImapSession) -> str:
    """How full the mailbox is, where the server says it."""

    def ask(client: IMAPClient) -> str:
        if not capable(client, "QUOTA"):
            return "The server does not say how full the mailbox is."
        for quota in client.get_quota("INBOX"):
            if quota.resource == "STORAGE" and quota.limit:
                return f"{quota.usage / 1000:.0f} of {quota.limit / 1000:.0f} MB are used."
        return "The mailbox has no limit."

    return imap.run("The room in the mailbox could not be asked for", ask)


def _newest(imap: ImapSession) -> str:
    def ask(client: IMAPClient) -> str:
        imap.select(client, "INBOX", readonly=True)
        uids = client.search(["ALL"])
        if not uids:
            return "The inbox is empty."
        at = client.fetch([max(uids)], ["INTERNALDATE"]).get(max(uids), {}).get(b"INTERNALDATE")
        return report.newest_mail(at.astimezone() if isinstance(at, datetime) else None, time.time())

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
