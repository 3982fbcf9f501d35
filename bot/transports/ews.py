"""A mailbox in Exchange on the council's own servers, by EWS (exchangelib): both ports (read and send).

Why it is safe. Reading: SyncFolderItems with a state that moves on disk only when everything before it is remembered;
ids change when a mail is moved, so an id that is gone was filed or taken by a person. Sending: a draft with our key is
saved first and then sent by its id and change key, once; a draft that is still in Drafts proves nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bot.core.model import Problem
from bot.errors import LoginFailed, NotSent, Refused, Unavailable
from bot.ports import Place, Probe, RawMail, StagedMail
from bot.transports.ews_session import EwsSession, Gone, NoFolder
from bot.transports.headers import for_header_senders, suppressed_replies
from bot.transports.limits import Pace, Throttled
from bot.transports.oauth import OauthSettings
from bot.transports.pending import Pending, moment
from bot.transports.quiet import quieten
from bot.transports.report import CheckLine
from bot.transports.statefile import StateFile

log = logging.getLogger(__name__)

FOLDERS = {"inbox": False, "junk": True}  # the library's names -> is it Junk?
BATCH = 20  # mails whose header records are asked for at once
FOLDER_KNOWN_FOR = 300.0  # seconds; a person may delete one, and Exchange then keeps its id under Deleted Items
DRAFTS_KNOWN_FOR = 60.0  # seconds
TIDY_AFTER = 60.0  # seconds after which a draft that was sent should have left Drafts
SENT_ALREADY = "sent"  # the ref of a mail that stands in Sent Items already: after a backup was restored
FILED = "filed"


@dataclass(frozen=True)
class EwsSettings:
    """How to reach a mailbox in Exchange. Either ``endpoint`` or ``server``; the service user's rights are either
    Full Access + Send As on the mailbox (``delegate``) or the role ApplicationImpersonation (``impersonation``).

    ``server_build`` ("15.2") saves a question at the start. ``auth`` is ntlm, basic or oauth. ``not_before``
    ("2026-11-01T00:00:00Z") leaves older mails alone.
    """

    mailbox: str
    username: str = ""
    password: str = ""
    endpoint: str = ""
    server: str = ""
    auth: str = "ntlm"
    access: str = "delegate"
    oauth: OauthSettings | None = None
    server_build: str = ""
    ca_file: Path | None = None
    timeout_seconds: float = 60
    processed_folder: str = "Processed"
    held_folder: str = "Held"
    per_minute: int = 30
    not_before: str = ""


class EwsMailbox:
    """The ports Mailbox and Sender on one mailbox; one worker owns it. ``problems``, ``read_all``: as in graph.py."""

    def __init__(
        self,
        settings: EwsSettings,
        state: StateFile | None = None,
        name: str = "ews",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.settings = settings
        self.problems: tuple[Problem, ...] = ()
        self.read_all = False
        self.pace = Pace(settings.per_minute)
        state = state or StateFile()
        quieten()
        self._session = EwsSession(settings, state, clock)
        self._clock = clock
        self._pending = {folder: Pending(state, folder, clock) for folder in FOLDERS}
        self._folders: dict[str, tuple[Any, float]] = {}
        self._drafts: dict[str, list[tuple[str, str]]] = {}  # key -> ids and change keys of drafts that bear it
        self._drafts_at = 0.0
        self._released: dict[str, float] = {}  # key -> when; until the draft is seen to have left Drafts
        self._header_fields: tuple[str, ...] = ("headers", "transport_headers")

    # ------------------------------------------------------------------------------------------- read side

    def fetch_new(self, known: Callable[[str], bool], limit: int) -> Iterator[RawMail]:
        """Mails of inbox and Junk whose ref is not ``known``, oldest first, at most ``limit``; nothing changes."""
        problems: list[Problem] = []
        given = 0
        for folder, junk in FOLDERS.items():
            pending = self._pending[folder]
            try:
                self._ask(folder, pending)
            except NoFolder:
                if junk:
                    continue
                raise
            for mail in self._unread(pending, known, limit - given, problems):
                given += 1
                yield mail.model_copy(update={"junk": junk})
        self.problems, self.read_all = tuple(problems), all(p.whole is not False for p in self._pending.values())
        self._tidy()

    def fetch_filed(self, known: Callable[[str], bool], limit: int, since: datetime) -> Iterator[RawMail]:
        """The same of our own folders, from ``since`` on: what a store that was restored has forgotten."""
        problems: list[Problem] = []
        given = 0
        for name in (self.settings.processed_folder, self.settings.held_folder):
            pending = Pending(StateFile(), name, self._clock)
            self._ask(name, pending, self._own_folder(name), moment(since))
            for mail in self._unread(pending, known, limit - given, problems):
                given += 1
                yield mail
        self.problems = tuple(problems)

    def _unread(
        self, pending: Pending, known: Callable[[str], bool], limit: int, problems: list[Problem]
    ) -> Iterator[RawMail]:
        refs, given = pending.unknown(known), 0
        while batch := list(islice(refs, max(0, min(BATCH, limit - given)))):
            for ref, record in self._records(batch, pending).items():
                raw = self._mime(ref, record, pending, problems)
                if raw is not None:
                    given += 1
                    yield RawMail(ref=ref, raw=raw)

    def _ask(self, folder: str, pending: Pending, place: Any = None, since: str = "") -> None:
        """Ask what changed and note it; a state that Exchange no longer knows means the whole list."""
        from bot.transports.ews_library import ListChanges

        cursor = pending.due_cursor()
        with self._session.reading("The mailbox could not be read"):
            account = self._session.account
            place = place or getattr(account, folder)
            service = ListChanges(account=account)
            try:
                changes = list(service.changes(place, cursor))
            except _lost_state() as error:
                log.info("Exchange no longer knows where reading stopped: %s", type(error).__name__)
                pending.lost()
                cursor = ""
                service = ListChanges(account=account)
                changes = list(service.changes(place, ""))
        since = since or self.settings.not_before
        wanted = [change for change in changes if change.gone or not since or not change.received < since]
        pending.add(wanted, service.sync_state or "", whole=not cursor)

    def _records(self, refs: list[str], pending: Pending) -> dict[str, list[tuple[bytes, bytes]]]:
        """What came over the wire for some mails; those that are gone are left out.

        A record goes to the mail whose id stands beside it. Where an answer does not fit (an error has no id) the mail
        is asked for alone: one person's header must never come to stand above another's text.
        """
        answers = self._headers_of(refs)
        by_id = {answer[0]: answer[1] for answer in answers if not isinstance(answer, Exception)}
        records: dict[str, list[tuple[bytes, bytes]]] = {}
        for ref in refs:
            if ref in by_id:
                records[ref] = by_id[ref]
                continue
            alone = self._headers_of([ref])
            if len(alone) == 1 and type(alone[0]).__name__ == "ErrorItemNotFound":
                pending.missing(ref)
            else:
                fits = len(alone) == 1 and not isinstance(alone[0], Exception)
                records[ref] = alone[0][1] if fits else []
        return records

    def _headers_of(self, refs: list[str]) -> list[Any]:
        from bot.transports.ews_library import ReadHeaders

        with self._session.reading("The header of a mail could not be read"):
            service = ReadHeaders(account=self._session.account)
            try:
                return service.of(refs, self._header_fields)
            except _odd_property():
                self._header_fields = ("headers",)  # a server that does not know the raw block
                return service.of(refs, self._header_fields)

    def _mime(
        self, ref: str, record: list[tuple[bytes, bytes]], pending: Pending, problems: list[Problem]
    ) -> bytes | None:
        from bot.transports.ews_library import ReadMime

        try:
            with self._session.reading("A mail could not be read", one_mail=True):
                return ReadMime(account=self._session.account).mime(ref, record)
        except Gone:
            pending.missing(ref)
        except (Throttled, LoginFailed):
            raise
        except (Refused, Unavailable) as error:
            problems.append(pending.failed(ref, error))
        return None

    def acknowledge(self, ref: str, place: Place) -> None:
        """Mark the mail as ours and move it out of the inbox; one that is gone is no error."""
        wanted = {Place.PROCESSED: self.settings.processed_folder, Place.HELD: self.settings.held_folder}.get(place)
        if wanted is None:
            return
        for pending in self._pending.values():
            pending.drop(ref)
        try:
            self._mark(ref)
        except Gone:
            return
        for again in (True, False):
            try:
                self._move(ref, self._own_folder(wanted))
                return
            except (NoFolder, Gone) as error:  # Exchange says "item not found" of a folder's id, too
                self._folders.clear()  # perhaps a person deleted the folder
                if not again and isinstance(error, NoFolder):
                    raise

    def _mark(self, ref: str) -> None:
        """Our property on the mail: whoever looks later sees that the bot has handled it. Only a help, so an item
        that takes no property is moved all the same."""
        from exchangelib import Message
        from exchangelib.errors import ErrorItemNotFound, ErrorServerBusy, ResponseMessageError

        with self._session.reading("The mail could not be marked"):
            account = self._session.account
            item = Message(account=account, id=ref, bot_key=FILED)
            try:
                for answer in account.bulk_update(items=[(item, ["bot_key"])], conflict_resolution="AlwaysOverwrite"):
                    if isinstance(answer, Exception):
                        raise answer
            except (ErrorItemNotFound, ErrorServerBusy):
                raise
            except ResponseMessageError as error:
                log.info("a mail could not be marked: %s", type(error).__name__)

    def _move(self, ref: str, target: Any) -> None:
        with self._session.reading("The mail could not be filed"):
            for answer in self._session.account.bulk_move(ids=[(ref, None)], to_folder=target):
                if isinstance(answer, Exception):
                    raise answer

    def _own_folder(self, name: str) -> Any:
        """One of our folders (beside the inbox), made when it is not there."""
        found, at = self._folders.get(name, (None, 0.0))
        if found is not None and 0 <= self._clock() - at < FOLDER_KNOWN_FOR:
            return found
        from bot.transports.ews_library import folder_beside_inbox

        try:
            with self._session.reading(f"The folder {name} could not be made"):
                found = folder_beside_inbox(self._session.account, name)
        except Gone as error:
            self._session.reset()  # what the library keeps of the mailbox's folders is no longer true
            raise NoFolder(error.message, "The bot tries again.", "no-folder") from error
        self._folders[name] = (found, self._clock())
        return found

    # ------------------------------------------------------------------------------------------- send side

    def stage(self, mail: StagedMail) -> str | None:
        """Save the draft with our key; the ref is its id and change key. A draft of the same key is made anew, so that
        what leaves are the bytes that were approved; one that stands in Sent Items is left alone."""
        raw = for_header_senders(mail)
        self.pace.check()
        if self._is_sent(mail):
            return SENT_ALREADY
        self._forget_drafts(mail.key)
        listed, self._drafts_at = self._drafts_at, 0.0  # a draft whose answer is lost is found by the next look
        from exchangelib import Message

        extra = {"reply_suppression": bits} if (bits := suppressed_replies(raw)) else {}
        with self._session.reading("The draft could not be saved", one_mail=True):
            account = self._session.account
            draft = Message(
                account=account, folder=account.drafts, mime_content=raw, is_read=True, bot_key=mail.key, **extra
            )
            draft.save()
        if not draft.id:
            raise Unavailable("Exchange saved a draft and gave no id for it.", "The bot tries again.", "odd-answer")
        self._drafts.setdefault(mail.key, []).append((draft.id, draft.changekey or ""))
        self._drafts_at = listed
        return f"{draft.id} {draft.changekey or ''}".strip()

    def release(self, mail: StagedMail) -> None:
        """Send the draft by its id, once. The errors say what is certain (ports.Sender)."""
        if mail.ref == SENT_ALREADY:
            return
        if not mail.ref:
            raise NotSent("The mail has no draft yet.", "The bot makes one.", "no-draft")
        self.pace.check()
        from exchangelib.properties import ItemId
        from exchangelib.services import SendItem

        with self._session.reading("The mail was not sent"):
            account = self._session.account
            sent = account.sent  # asked for before the send, so that its failure cannot be taken for one of the send
        item, _, change_key = mail.ref.partition(" ")
        self.pace.count()
        with self._session.sending():
            SendItem(account=account).get(items=[ItemId(id=item, changekey=change_key or None)], saved_item_folder=sent)
        self._drafts.pop(mail.key, None)
        self._released[mail.key] = self._clock()

    def probe(self, mail: StagedMail) -> Probe:
        """A mail of that Message-ID or key in Sent Items proves it; nothing else proves anything."""
        return Probe.SENT if self._is_sent(mail) else Probe.UNKNOWN

    def _is_sent(self, mail: StagedMail) -> bool:
        with self._session.reading("Sent Items could not be searched"):
            sent = self._session.account.sent
            for wanted in ({"message_id": mail.message_id}, {"bot_key": mail.key}):
                with suppress(*_no_such_search()):
                    found = sent.filter(**wanted).only("message_id", "bot_key")
                    if any(_matches(item, mail) for item in found):
                        return True
        return False

    def _forget_drafts(self, key: str) -> None:
        """Delete drafts that bear this key: what an earlier, interrupted attempt left. They were never released, for
        a mail that may have been is not staged again without a person's word."""
        self._list_drafts()
        old = self._drafts.pop(key, [])
        if old:
            with self._session.reading("An old draft could not be deleted"):
                list(self._session.account.bulk_delete(ids=old, delete_type="HardDelete"))

    def _list_drafts(self) -> None:
        if 0 <= self._clock() - self._drafts_at < DRAFTS_KNOWN_FOR:
            return
        with self._session.reading("Drafts could not be searched"):
            listed: dict[str, list[tuple[str, str]]] = {}
            with suppress(*_no_such_search()):
                for item in self._session.account.drafts.filter(bot_key__exists=True).only("bot_key"):
                    if not isinstance(item, Exception) and item.bot_key:
                        listed.setdefault(item.bot_key, []).append((item.id, item.changekey))
        self._drafts, self._drafts_at = listed, self._clock()

    def _tidy(self) -> None:
        """A server may leave a sent mail in Drafts, where a person could send it again: it is put into Sent Items."""
        due = [key for key, at in self._released.items() if self._clock() - at >= TIDY_AFTER]
        if not due:
            return
        self._drafts_at = 0.0
        self._list_drafts()
        for key in due:
            left = self._drafts.pop(key, [])
            if left:
                with self._session.reading("A sent mail could not be put into Sent Items"):
                    account = self._session.account
                    account.bulk_move(ids=left, to_folder=account.sent)
            del self._released[key]

    # ----------------------------------------------------------------------------------------------- check

    def check(self) -> tuple[CheckLine, ...]:
        """What `run_bot.py check` shows; nothing is changed but that missing folders are made."""
        from bot.transports.ews_check import lines

        return lines(self._session, self._own_folder)

    def close(self) -> None:
        """Close the connection."""
        self._session.reset()


def _matches(item: Any, mail: StagedMail) -> bool:
    """Looked at once more here: a server that ignores a filter must prove nothing."""
    if isinstance(item, Exception):
        return False
    return bool(item.message_id == mail.message_id or item.bot_key == mail.key)


def _lost_state() -> tuple[type[Exception], ...]:
    from exchangelib import errors

    return (errors.ErrorInvalidSyncStateData, errors.ErrorSyncFolderNotFound)


def _no_such_search() -> tuple[type[Exception], ...]:
    """What servers say that cannot search by a property: then there is no proof, which is an answer too."""
    from exchangelib import errors

    return (errors.ErrorUnsupportedPathForQuery, errors.ErrorInvalidRestriction, errors.ErrorInvalidPropertyRequest,
            errors.ErrorUnsupportedPropertyDefinition, errors.ErrorInvalidExtendedProperty)  # fmt: skip


def _odd_property() -> tuple[type[Exception], ...]:
    from exchangelib import errors

    return (errors.ErrorInvalidPropertyRequest, errors.ErrorInvalidExtendedProperty, errors.ErrorSchemaValidation,
            errors.ErrorInvalidRequest)  # fmt: skip
