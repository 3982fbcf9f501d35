"""The world of IMAP + SMTP: a mailbox on a real Dovecot, an SMTP server (aiosmtpd), lines that can be cut."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from imapclient import IMAPClient

from bot.ports import Place
from bot.transports.imap_smtp import ImapSmtpMailbox, ImapSmtpSettings
from bot.transports.smtp_session import ServerSettings
from bot.transports.statefile import StateFile
from tests.transports import dovecot, smtpd
from tests.transports.certs import Authority
from tests.transports.dovecot import Dovecot, Proxy
from tests.transports.line_script import ScriptedLine
from tests.transports.smtpd import Smtpd

users = itertools.count(1)


class Servers:
    """Dovecot with and without MOVE, and one SMTP server, for the whole module."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.modern = Dovecot(authority)
        self.old = Dovecot(authority, "IMAP4rev1 UIDPLUS NAMESPACE LITERAL+ SPECIAL-USE")
        self.smtpd = Smtpd(authority.server())

    def stop(self) -> None:
        self.smtpd.stop()
        self.modern.stop()
        self.old.stop()


class ImapWorld:
    """A mailbox of a user of its own on Dovecot, behind lines that can be cut."""

    exact = True

    def __init__(self, servers: Servers, folder: Path, imap: Dovecot) -> None:
        self.servers = servers
        self.authority = servers.authority
        self.user = f"user{next(users)}@council.example.org"
        self.dovecot = imap
        self.state = folder / "imap.state"
        self.imap_line: Proxy | ScriptedLine = Proxy(imap.tls_port)
        self.smtp_line = Proxy(servers.smtpd.port)
        servers.smtpd.accepted.clear()
        servers.smtpd.faults.clear()
        self.settings = ImapSmtpSettings(
            imap=ServerSettings("localhost", self.imap_line.port, "tls", self.user, dovecot.PASSWORD),
            smtp=ServerSettings("localhost", self.smtp_line.port, "tls", smtpd.USER, smtpd.PASSWORD),
            ca_file=servers.authority.ca_file,
            timeout_seconds=10,
            final_wait_seconds=10,
            helo_name="bot.example.org",
        )
        self.client = IMAPClient("127.0.0.1", imap.port, ssl=False)
        self.client.login(self.user, dovecot.PASSWORD)
        self.open: list[ImapSmtpMailbox] = []
        self.reopen()

    def reopen(self) -> None:
        self.mailbox = self.sender = ImapSmtpMailbox(self.settings, StateFile(self.state))
        self.open.append(self.mailbox)

    def close(self) -> None:
        for one in self.open:
            one.close()
        self.client.logout()
        self.imap_line.stop()
        self.smtp_line.stop()

    def arrive(self, raw: bytes, junk: bool = False) -> None:
        self.client.append("Junk" if junk else "INBOX", raw)

    def in_folder(self, name: str) -> list[bytes]:
        if not self.client.folder_exists(name):
            return []
        self.client.select_folder(name, readonly=True)
        found = self.client.search("UNDELETED")
        return [parts[b"BODY[]"] for parts in self.client.fetch(found, ["BODY.PEEK[]"]).values()] if found else []

    def inbox(self) -> list[bytes]:
        return self.in_folder("INBOX")

    def filed(self, place: Place) -> list[bytes]:
        return self.in_folder(place.value.title())

    def sent(self) -> list[bytes]:
        return [raw for _, _, raw in self.servers.smtpd.accepted]

    def drafts(self) -> list[bytes]:
        return self.in_folder("Drafts")

    def people_read_everything(self) -> None:
        self.client.select_folder("INBOX")
        self.client.add_flags(self.client.search("ALL"), [b"\\Seen", b"\\Flagged"])

    def a_person_removes_one(self) -> None:
        self.client.select_folder("INBOX")
        self.client.delete_messages(self.client.search("ALL")[:1])
        self.client.expunge()

    def a_person_removes_the_drafts(self) -> None:
        self.client.select_folder("Drafts")
        self.client.delete_messages(self.client.search("ALL"))

    def a_person_deletes_our_folder(self) -> None:
        self.client.delete_folder("Processed")

    @contextmanager
    def away(self) -> Iterator[None]:
        with self.imap_line.away(), self.smtp_line.away():
            yield


class ScriptedImapWorld(ImapWorld):
    """The same with IMAP in the clear, so that a script can answer in the server's place."""

    def __init__(self, servers: Servers, folder: Path, imap: Dovecot) -> None:
        super().__init__(servers, folder, imap)
        self.imap_line.stop()
        self.imap_line = ScriptedLine(imap.port)
        line = replace(self.settings.imap, port=self.imap_line.port, security="plain")
        self.settings = replace(self.settings, imap=line)
        self.reopen()
