"""A mailbox in Exchange Online, by Microsoft Graph: both ports (read and send).

Why it is safe. Reading: the delta link on disk moves only when everything before it is remembered. Ids are immutable
ones, so an id stays the same when people move a mail. Sending: a MIME draft is made first and then sent by its id; the
Message-ID, which is derived from the delivery key, finds it again. A draft that is still in Drafts proves nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.core.model import Problem
from bot.errors import NotSent, Refused, Unavailable
from bot.ports import Place, Probe, RawMail, StagedMail
from bot.transports import tls
from bot.transports.graph_client import Gone, GraphClient, Lost, Odd, rows
from bot.transports.headers import (
    field_line,
    fields,
    for_header_senders,
    split,
    suppressed_replies,
    with_transport_headers,
)
from bot.transports.limits import Pace, Throttled
from bot.transports.oauth import AppTokens, OauthSettings
from bot.transports.pending import Change, Pending, moment
from bot.transports.quiet import quieten
from bot.transports.report import CheckLine
from bot.transports.statefile import StateFile

log = logging.getLogger(__name__)

FOLDERS = {"inbox": False, "junkemail": True}  # Graph's well-known names -> is it Junk?
PAGE = ("odata.maxpagesize=100",)
SENT_ALREADY = "sent"  # the ref of a mail that stands in Sent Items already: after a backup was restored
FOLDER_KNOWN_FOR = 300.0  # seconds; a person may delete one, and Exchange then keeps its id under Deleted Items
MOST_PAGES = 2_000  # a list of 200,000 mails; beyond that a server walks us in circles


@dataclass(frozen=True)
class GraphSettings:
    """How to reach a mailbox in Exchange Online.

    ``endpoint`` and ``oauth.authority`` name another cloud or a test server; ``max_mime_bytes``: Graph takes requests
    up to about 4 MB, in base64; ``not_before`` ("2026-11-01T00:00:00Z") leaves older mails alone.
    """

    mailbox: str
    oauth: OauthSettings
    endpoint: str = "https://graph.microsoft.com/v1.0"
    ca_file: Path | None = None
    proxy: str | None = None
    timeout_seconds: float = 60
    processed_folder: str = "Processed"
    held_folder: str = "Held"
    per_minute: int = 30
    max_mime_bytes: int = 3_000_000
    not_before: str = ""


class GraphMailbox:
    """The ports Mailbox and Sender on one mailbox; ``problems`` holds what the last fetch could not read, and
    ``read_all`` says that it tried every mail (once a day), so that what is not among them is no trouble any more."""

    read_all = False

    def __init__(
        self,
        settings: GraphSettings,
        state: StateFile | None = None,
        name: str = "graph",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.settings = settings
        self.problems: tuple[Problem, ...] = ()
        self.pace = Pace(settings.per_minute)
        state = state or StateFile()
        trust = tls.context(settings.ca_file)
        host = settings.endpoint.split("//", 1)[-1].split("/", 1)[0]
        tokens = AppTokens(
            settings.oauth, f"https://{host}/.default", trust, state, settings.timeout_seconds, settings.proxy, clock
        )
        self._graph = GraphClient(
            settings.endpoint, settings.mailbox, tokens, trust, settings.timeout_seconds, settings.proxy, clock
        )
        self._tokens = tokens
        self._trust = trust
        self._pending = {folder: Pending(state, folder, clock) for folder in FOLDERS}
        self._clock = clock
        self._ids: dict[str, tuple[str, float]] = {}  # folder's name -> its id, and when it was looked up
        quieten()

    # ------------------------------------------------------------------------------------------- read side

    def fetch_new(self, known: Callable[[str], bool], limit: int) -> Iterator[RawMail]:
        """Mails of inbox and Junk whose ref is not ``known``, oldest first, at most ``limit``; nothing changes."""
        problems: list[Problem] = []
        given = 0
        for folder, junk in FOLDERS.items():
            pending = self._pending[folder]
            try:
                self._ask(folder, pending)
            except Gone:
                if junk:
                    continue
                raise
            for mail in self._unread(pending, known, limit - given, problems):
                given += 1
                yield mail.model_copy(update={"junk": junk})
        self.problems = tuple(problems)
        self.read_all = all(pending.whole is not False for pending in self._pending.values())

    def fetch_filed(self, known: Callable[[str], bool], limit: int, since: datetime) -> Iterator[RawMail]:
        """The same of our own folders, from ``since`` on: what a store that was restored has forgotten."""
        problems: list[Problem] = []
        given = 0
        for name in (self.settings.processed_folder, self.settings.held_folder):
            pending = Pending(StateFile(), name, self._clock)
            self._walk(self._own_folder(name), pending, "", since=moment(since))
            for mail in self._unread(pending, known, limit - given, problems):
                given += 1
                yield mail
        self.problems = tuple(problems)

    def _unread(
        self, pending: Pending, known: Callable[[str], bool], limit: int, problems: list[Problem]
    ) -> Iterator[RawMail]:
        given = 0
        for ref in pending.unknown(known):
            if given >= limit:
                break
            try:
                raw = self._mime(ref)
            except Gone:
                pending.missing(ref)
                continue
            except Throttled:
                raise
            except (Refused, Unavailable) as error:
                problems.append(pending.failed(ref, error))
                continue
            given += 1
            yield RawMail(ref=ref, raw=raw)

    def acknowledge(self, ref: str, place: Place) -> None:
        """Move the mail out of the inbox; one that a person moved or deleted is left where it is."""
        wanted = {Place.PROCESSED: self.settings.processed_folder, Place.HELD: self.settings.held_folder}.get(place)
        if wanted is None:
            return
        for pending in self._pending.values():
            pending.drop(ref)
        try:
            now = self._graph.get(f"/messages/{_path(ref)}", {"$select": "id,parentFolderId"})
        except Gone:
            return
        place_now = now.get("parentFolderId")
        if not place_now or place_now == self._folder("inbox") or place_now == self._junk():
            self._move(ref, wanted)

    def _junk(self) -> str:
        """The id of Junk, or "" where the mailbox has none."""
        try:
            return self._folder("junkemail")
        except Gone:
            return ""

    def _move(self, ref: str, folder: str) -> None:
        for again in (True, False):
            target = self._own_folder(folder)  # not finding a folder must not be taken for not finding the mail
            try:
                self._graph.write("POST", f"/messages/{_path(ref)}/move", json={"destinationId": target})
                return
            except (Gone, Odd) as error:
                if again:
                    self._ids.pop(folder, None)  # perhaps a person deleted the folder
                elif isinstance(error, Odd):
                    raise

    def _ask(self, folder: str, pending: Pending) -> None:
        """Ask what changed in a folder and note it; a lost link means the whole list."""
        try:
            self._walk(folder, pending, pending.due_cursor())
        except (Lost, Odd):
            if not pending.cursor:
                raise
            pending.lost()
            self._walk(folder, pending, "")

    def _walk(self, folder: str, pending: Pending, cursor: str, since: str = "") -> None:
        params = {"$select": "id,receivedDateTime"}
        if since := since or self.settings.not_before:
            params["$filter"] = f"receivedDateTime ge {since}"
        link, changes = cursor or f"/mailFolders/{folder}/messages/delta", []
        for _ in range(MOST_PAGES):
            page = self._graph.get(link, None if link.startswith("http") else params, PAGE)
            changes += [change for entry in rows(page) if (change := _change(entry))]
            if "@odata.nextLink" not in page:
                break
            link = str(page["@odata.nextLink"])
        pending.add(changes, str(page.get("@odata.deltaLink") or ""), whole=not cursor)

    def _mime(self, ref: str) -> bytes:
        raw = self._graph.stream(f"/messages/{_path(ref)}/$value")
        names = {name for name, _ in fields(split(raw)[0])}
        if names & {b"received", b"authentication-results", b"x-ms-exchange-organization-authas"}:
            return raw
        # A rebuilt MIME without trace fields: Exchange keeps what came over the wire beside it.
        record = self._graph.get(f"/messages/{_path(ref)}", {"$select": "internetMessageHeaders"})
        lines = record.get("internetMessageHeaders") or []
        return with_transport_headers(raw, [_header(line) for line in lines if isinstance(line, dict)])

    # ------------------------------------------------------------------------------------------- folders

    def _folder(self, well_known: str) -> str:
        return self._kept(well_known, self._well_known_id)

    def _well_known_id(self, name: str) -> str:
        return _id_of(self._graph.get(f"/mailFolders/{name}", {"$select": "id"}))

    def _kept(self, name: str, look_up: Callable[[str], str]) -> str:
        found, at = self._ids.get(name, ("", 0.0))
        if not found or not 0 <= self._clock() - at < FOLDER_KNOWN_FOR:
            found = look_up(name)
            self._ids[name] = (found, self._clock())
        return found

    def _own_folder(self, name: str) -> str:
        """The id of one of our folders (beside the inbox), made when it is not there."""
        return self._kept(name, lambda wanted: self._find_folder(wanted) or self._make_folder(wanted))

    def _find_folder(self, name: str) -> str:
        link, params = "/mailFolders", {"$select": "id,displayName", "$top": "100"}
        for _ in range(MOST_PAGES):
            page = self._graph.get(link, None if link.startswith("http") else params)
            for entry in rows(page):
                if str(entry.get("displayName", "")).casefold() == name.casefold():
                    return str(entry.get("id", ""))
            if "@odata.nextLink" not in page:
                break
            link = str(page["@odata.nextLink"])
        return ""

    def _make_folder(self, name: str) -> str:
        try:
            return _id_of(self._graph.write("POST", "/mailFolders", json={"displayName": name}))
        except Unavailable:
            found = self._find_folder(name)  # somebody else may just have made it
            if not found:
                raise
            return found

    # ------------------------------------------------------------------------------------------- send side

    def stage(self, mail: StagedMail) -> str | None:
        """Make the draft and return its id. A draft of the same Message-ID that is there already is made anew, so that
        what leaves are the bytes that were approved; one that stands in Sent Items is left alone.

        Raises Refused for a mail that Graph cannot take."""
        raw = for_header_senders(mail)
        if len(raw) > self.settings.max_mime_bytes:
            raise Refused(
                f"The mail is {len(raw) / 1e6:.1f} MB; Microsoft Graph takes "
                f"{self.settings.max_mime_bytes / 1e6:.1f} MB.",
                "Shrink its pictures or enclosures (or send with ENCLOSE fewer files); nothing was sent.",
                "too-large",
            )
        self.pace.check()
        found = self._same_id(mail.message_id)
        if self._sent(found):
            return SENT_ALREADY
        for entry in found:
            if entry.get("isDraft") is True:
                self._forget_draft(str(entry["id"]))
        made = self._graph.draft(raw)
        ref = str(made.get("id", ""))
        if not ref:
            raise Unavailable(
                "Microsoft Graph made a draft and gave no id for it.", "The bot tries again.", "odd-answer"
            )
        self._suppress(ref, raw)
        return ref

    def release(self, mail: StagedMail) -> None:
        """Send the draft by its id, once. The errors say what is certain (ports.Sender)."""
        if mail.ref == SENT_ALREADY:
            return
        if not mail.ref:
            raise NotSent("The mail has no draft yet.", "The bot makes one.", "no-draft")
        self.pace.check()
        self.pace.count()
        self._graph.send(f"/messages/{_path(mail.ref)}/send")

    def probe(self, mail: StagedMail) -> Probe:
        """A mail of that Message-ID in Sent Items that is no draft proves it; nothing else proves anything."""
        return Probe.SENT if self._sent(self._same_id(mail.message_id)) else Probe.UNKNOWN

    def _sent(self, found: list[dict[str, Any]]) -> bool:
        """Sent Items only: a stranger can mail us anything under our Message-ID, but not into that folder."""
        proof = [entry.get("parentFolderId") for entry in found if entry.get("isDraft") is False]
        return bool(proof) and self._folder("sentitems") in proof

    def _same_id(self, message_id: str) -> list[dict[str, Any]]:
        wanted = message_id.replace("'", "''")
        page = self._graph.get(
            "/messages",
            {
                "$filter": f"internetMessageId eq '{wanted}'",
                "$select": "id,isDraft,parentFolderId,internetMessageId",
                "$top": "20",
            },
        )
        # looked at once more here: a server that ignores $filter must prove nothing
        return [entry for entry in rows(page) if entry.get("internetMessageId") == message_id]

    def _forget_draft(self, ref: str) -> None:
        try:
            self._graph.write("DELETE", f"/messages/{_path(ref)}")
        except Gone:
            return

    def _suppress(self, ref: str, raw: bytes) -> None:
        """Outlook's own property against automatic replies: Exchange drops unknown X- fields of a MIME."""
        bits = suppressed_replies(raw)
        if not bits:
            return
        try:
            prop = {"id": "Integer 0x3FDF", "value": str(bits)}
            self._graph.write("PATCH", f"/messages/{_path(ref)}", json={"singleValueExtendedProperties": [prop]})
        except Odd as error:
            log.warning("the property against automatic replies was not taken: %s", error.code)

    # ----------------------------------------------------------------------------------------------- check

    def check(self) -> tuple[CheckLine, ...]:
        """What `run_bot.py check` shows; nothing is changed but that missing folders are made."""
        from bot.transports.graph_check import lines

        return lines(self.settings, self._graph, self._tokens, self._trust, self._own_folder)

    def close(self) -> None:
        """Close the connections."""
        self._graph.close()


def _path(ref: str) -> str:
    """An id as one segment of a path."""
    return quote(ref, safe="")


def _id_of(answer: dict[str, Any]) -> str:
    found = answer.get("id")
    if not found or not isinstance(found, str):
        raise Unavailable("Microsoft Graph gave no id for a folder.", "The bot tries again.", "odd-answer")
    return found


def _change(entry: Any) -> Change | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return None
    return Change(entry["id"], str(entry.get("receivedDateTime") or ""), "@removed" in entry)


def _header(line: dict[str, Any]) -> tuple[bytes, bytes]:
    name = str(line.get("name", ""))
    return name.lower().encode("ascii", "replace"), field_line(name, str(line.get("value", "")))
