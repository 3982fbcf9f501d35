"""A mailbox on any mail server, by IMAP and SMTP: both ports (read and send).

Why it is safe. Reading: a mail is named by folder, UIDVALIDITY and UID, which never come twice; folders are opened
read-only. When the UIDVALIDITY changes everything is given again, and the store recognises what it has by content.
Sending: SMTP has no drafts, so nothing is staged; a copy in Sent, which we put there after the server took the mail,
is the proof. Without it nobody knows.
"""

from __future__ import annotations

import imaplib
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.model import Problem
from bot.errors import Refused, Unavailable
from bot.ports import Place, Probe, RawMail, StagedMail
from bot.transports import tls
from bot.transports.headers import MAX_BYTES, checked_address, value_of, wire_lines
from bot.transports.imap_folders import ImapFolders
from bot.transports.imap_session import ImapSession, SaidNo, capable
from bot.transports.limits import Pace
from bot.transports.oauth import AppTokens, OauthSettings
from bot.transports.pending import UNREADABLE_AFTER, unreadable
from bot.transports.quiet import quieten
from bot.transports.report import CheckLine
from bot.transports.smtp_session import FINAL_WAIT, ServerSettings, SmtpSession
from bot.transports.statefile import StateFile

if TYPE_CHECKING:
    from imapclient import IMAPClient

log = logging.getLogger(__name__)

INBOX = "INBOX"
SENT_ALREADY = "sent"  # the ref of a mail that stands in Sent already: after a backup was restored
MOST_UNSAVED = 200  # copies for Sent that wait in memory while the IMAP server is away
EXCHANGE_SCOPE = "https://outlook.office365.com/.default"
_REF = re.compile(r"(inbox|junk)\.(\d{1,10})\.(\d{1,10})")


@dataclass(frozen=True)
class ImapSmtpSettings:
    """A mailbox on any server. ``sent_copy`` "append" = we put a copy into Sent; "server" = the server does so itself
    (Gmail, Exchange). With ``oauth`` both servers are logged in to by XOAUTH2. ``not_before`` leaves older mails alone.
    """

    imap: ServerSettings
    smtp: ServerSettings
    oauth: OauthSettings | None = None
    ca_file: Path | None = None
    timeout_seconds: float = 60
    final_wait_seconds: float = FINAL_WAIT
    processed_folder: str = "Processed"
    held_folder: str = "Held"
    junk_folder: str = ""
    sent_folder: str = ""
    sent_copy: str = "append"
    helo_name: str | None = None
    per_minute: int = 0
    not_before: date | None = None


class ImapSmtpMailbox:
    """The ports Mailbox and Sender. ``problems`` holds what the last fetch could not read, for the operator."""

    read_all = True  # every fetch tries all of them again: what is not among the problems is none any more

    def __init__(
        self,
        settings: ImapSmtpSettings,
        state: StateFile | None = None,
        name: str = "imap",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.settings = settings
        self.problems: tuple[Problem, ...] = ()
        self.pace = Pace(settings.per_minute)
        state = state or StateFile()
        quieten()
        trust = tls.context(settings.ca_file)
        timeout = settings.timeout_seconds
        tokens = None
        if settings.oauth is not None:
            tokens = AppTokens(settings.oauth, EXCHANGE_SCOPE, trust, state, timeout, clock=clock)
        self._imap = ImapSession(settings.imap, trust, state, timeout, tokens, clock)
        self._smtp = SmtpSession(
            settings.smtp, trust, state, timeout, tokens if settings.smtp.username else None, settings.helo_name,
            settings.final_wait_seconds, clock,
        )  # fmt: skip
        self._folders = ImapFolders(settings.junk_folder, settings.sent_folder)
        self._low: dict[tuple[str, int], int] = {}  # (folder, UIDVALIDITY) -> every UID up to it is known
        self._failures: dict[str, int] = {}
        self._unsaved: list[bytes] = []

    # ------------------------------------------------------------------------------------------- read side

    def fetch_new(self, known: Callable[[str], bool], limit: int) -> Iterator[RawMail]:
        """Mails of inbox and Junk whose ref is not ``known``, oldest first, at most ``limit``; nothing changes."""
        problems: list[Problem] = []
        self._folders.forget()
        given = 0
        for tag, junk in (("inbox", False), ("junk", True)):
            folder = self._name_of(tag)
            if not folder:
                continue
            validity, uids = self._new_uids(tag, folder, known, limit - given)
            for uid in uids:
                if given >= limit:
                    break
                ref = f"{tag}.{validity}.{uid}"
                raw = self._raw(folder, validity, uid, ref, problems)
                if raw is not None:
                    given += 1
                    yield RawMail(ref=ref, raw=raw, junk=junk)
        self.problems = tuple(problems)
        self._save_copies()

    def fetch_filed(self, known: Callable[[str], bool], limit: int, since: datetime) -> Iterator[RawMail]:
        """The same of our own folders, from the day of ``since`` on: what a store that was restored has forgotten."""
        problems: list[Problem] = []
        given = 0
        for tag, name in (("processed", self.settings.processed_folder), ("held", self.settings.held_folder)):
            folder = self._imap.run("The folder could not be found", partial(self._folders.own, name=name))
            validity, uids = self._imap.run("The folder could not be read", partial(self._filed, folder, since.date()))
            for uid in uids:
                ref = f"{tag}.{validity}.{uid}"
                if given >= limit or known(ref):
                    continue
                raw = self._raw(folder, validity, uid, ref, problems)
                if raw is not None:
                    given += 1
                    yield RawMail(ref=ref, raw=raw)
        self.problems = tuple(problems)

    def _filed(self, folder: str, since: date, client: IMAPClient) -> tuple[int, list[int]]:
        self._imap.refresh()
        validity = self._imap.select(client, folder, readonly=True)
        return validity, sorted(client.search(["UNDELETED", "SINCE", since]))

    def _name_of(self, tag: str) -> str:
        return INBOX if tag == "inbox" else self._imap.run("The list of folders could not be read", self._folders.junk)

    def _new_uids(self, tag: str, folder: str, known: Callable[[str], bool], limit: int) -> tuple[int, list[int]]:
        """UIDVALIDITY, and some UIDs that the store does not know, oldest first; at least ``limit`` where there are so
        many that have not failed before; those that have come last. The store is asked about no more than that needs.
        """

        def ask(client: IMAPClient) -> tuple[int, list[int]]:
            self._imap.refresh()
            validity = self._imap.select(client, folder, readonly=True)
            low = self._low.get((folder, validity), 0)
            criteria: list[object] = ["UID", f"{low + 1}:*", "UNDELETED"]
            if self.settings.not_before:
                criteria += ["SINCE", self.settings.not_before]
            return validity, sorted(uid for uid in client.search(criteria) if uid > low)

        validity, found = self._imap.run("The inbox could not be read", ask)
        fresh: list[int] = []
        failed: list[int] = []
        seen = self._low.get((folder, validity), 0)
        for uid in found:
            if len(fresh) >= limit:
                break
            ref, seen = f"{tag}.{validity}.{uid}", uid
            if not known(ref):
                (failed if ref in self._failures else fresh).append(uid)
        self._low[folder, validity] = min(fresh + failed) - 1 if fresh or failed else seen
        return validity, fresh + failed

    def _raw(self, folder: str, validity: int, uid: int, ref: str, problems: list[Problem]) -> bytes | None:
        """The bytes of one mail, None when it is gone or cannot be read."""
        part = f"BODY.PEEK[]<0.{MAX_BYTES}>"

        def ask(client: IMAPClient) -> bytes | None:
            if self._imap.select(client, folder, readonly=True) != validity:
                return None
            size = client.fetch([uid], ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE", 0)
            parts = client.fetch([uid], [part if size > MAX_BYTES else "BODY.PEEK[]"]).get(uid, {})
            return next((value for name, value in parts.items() if name.startswith(b"BODY[]")), None)

        try:
            raw = self._imap.run("A mail could not be read", ask)
        except Unavailable as error:
            self._failures[ref] = self._failures.get(ref, 0) + 1
            if self._failures[ref] < UNREADABLE_AFTER and not isinstance(error, SaidNo):
                raise
            problems.append(unreadable(error))
            return None
        self._failures.pop(ref, None)
        return raw

    def acknowledge(self, ref: str, place: Place) -> None:
        """Move the mail out of the inbox; LEFT does nothing; one that is gone is no error."""
        wanted = {Place.PROCESSED: self.settings.processed_folder, Place.HELD: self.settings.held_folder}.get(place)
        named = _REF.fullmatch(ref)
        if wanted is None or named is None:
            return
        folder = self._name_of(named[1])
        if not folder:
            return

        def work(client: IMAPClient) -> None:
            if self._imap.select(client, folder, readonly=False) != int(named[2]):
                return
            uid = int(named[3])
            if client.search(["UID", f"{uid}:{uid}", "UNDELETED"]) == [uid]:
                self._move(client, uid, self._folders.own(client, wanted))

        try:
            self._imap.run("The mail could not be filed", work)
        except SaidNo:
            self._folders.forget()  # perhaps a person deleted the folder
            self._imap.refresh()
            self._imap.run("The mail could not be filed", work)

    def _move(self, client: IMAPClient, uid: int, target: str) -> None:
        """MOVE, or copy and take away. Only our own UID is expunged: what people have marked as deleted is theirs."""
        if capable(client, "MOVE"):
            client.move([uid], target)
            return
        if not self._is_there(client, uid, target):
            client.copy([uid], target)
        client.add_flags([uid], [b"\\Deleted"], silent=True)
        if capable(client, "UIDPLUS"):
            client.uid_expunge([uid])

    def _is_there(self, client: IMAPClient, uid: int, target: str) -> bool:
        """Whether an interrupted attempt has copied the mail already: same Message-ID and size in the target."""
        folder, _ = self._imap._selected
        head = client.fetch([uid], ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]", "RFC822.SIZE"]).get(uid, {})
        raw = next((value for name, value in head.items() if name.startswith(b"BODY[")), b"")
        message_id = value_of(raw, "Message-ID")
        if not message_id:
            return False
        self._imap.select(client, target, readonly=True)
        found = client.search(["HEADER", "Message-ID", message_id])
        sizes = client.fetch(found, ["RFC822.SIZE"]) if found else {}
        self._imap.select(client, folder, readonly=False)
        return any(parts.get(b"RFC822.SIZE") == head.get(b"RFC822.SIZE") for parts in sizes.values())

    # ------------------------------------------------------------------------------------------- send side

    def stage(self, mail: StagedMail) -> str | None:
        """Nothing to put anywhere (SMTP has no drafts): only whether this mail has left before is looked up."""
        checked_address(mail.recipient, "recipient's")
        self.pace.check()
        return SENT_ALREADY if self.probe(mail) is Probe.SENT else None

    def release(self, mail: StagedMail) -> None:
        """Send it by SMTP, once, and put a copy into Sent. The errors say what is certain (ports.Sender)."""
        if mail.ref == SENT_ALREADY:
            return
        self.pace.check()
        self.pace.count()
        self._smtp.send(mail)
        if self.settings.sent_copy == "append" and len(self._unsaved) < MOST_UNSAVED:
            self._unsaved.append(wire_lines(mail.mail))
        self._save_copies()

    def _save_copies(self) -> None:
        """Put what has left into Sent. That the IMAP server is away changes nothing about the sending: later, then."""
        try:
            while self._unsaved:
                append = partial(self._append, raw=self._unsaved[0])
                self._imap.run("A copy could not be put into Sent", append, again=False)
                self._unsaved.pop(0)
        except (Unavailable, Refused) as error:
            log.warning("a sent mail is not in Sent yet: %s", error.code)

    def _append(self, client: IMAPClient, raw: bytes) -> None:
        for again in (True, False):
            try:
                client.append(self._folders.sent(client), raw, flags=[b"\\Seen"])
                return
            except imaplib.IMAP4.error:
                if not again:
                    raise
                self._folders.forget()

    def probe(self, mail: StagedMail) -> Probe:
        """A copy with that Message-ID in Sent proves it; nothing else proves anything."""

        def ask(client: IMAPClient) -> bool:
            self._imap.refresh()
            self._imap.select(client, self._folders.sent(client), readonly=True)
            return bool(client.search(["HEADER", "Message-ID", mail.message_id]))

        return Probe.SENT if self._imap.run("Sent could not be searched", ask) else Probe.UNKNOWN

    # ----------------------------------------------------------------------------------------------- check

    def check(self) -> tuple[CheckLine, ...]:
        """What `run_bot.py check` shows; nothing is changed but that missing folders are made."""
        from bot.transports.imap_check import lines

        return lines(self.settings, self._imap, self._smtp, self._folders)

    def close(self) -> None:
        """Close both connections."""
        with suppress(Unavailable):
            self._save_copies()
        self._imap.close()
        self._smtp.close()
