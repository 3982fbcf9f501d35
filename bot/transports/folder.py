"""A mailbox that is a folder: a Maildir++ on disk, one message a file, both ports (read and send).

``new/ cur/ tmp/`` are the shared inbox, ``.Junk/`` is read too; ``.Processed/ .Held/ .Sent/ .Drafts/`` stand beside it.
Any mail client that reads Maildir may open it meanwhile, and a person may drop a saved .eml or .msg into ``new/``.

Why it is safe: a rename inside one file system happens or does not, so a mail is in Drafts or in Sent, never in both.
A file's identity is its base name without the flags that mail clients append (``:2,S``, on Windows ``!2,S``). Files
that people drop come again under old names, so their identity holds a digest of the content as well.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import socket
import time
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot.core.model import Problem
from bot.errors import MaybeSent, NotSent
from bot.ports import Place, Probe, RawMail, StagedMail
from bot.transports.maildir import (
    DISK_FULL,
    Found,
    base_name,
    draft_name,
    flags_of,
    plain,
    reason,
    stamp,
    sync_folder,
    unavailable,
    write_whole,
)

log = logging.getLogger(__name__)

INBOX = ""
JUNK, PROCESSED, HELD, SENT, DRAFTS = ".Junk", ".Processed", ".Held", ".Sent", ".Drafts"
FOLDERS = (INBOX, JUNK, PROCESSED, HELD, SENT, DRAFTS)
FILED = {Place.PROCESSED: PROCESSED, Place.HELD: HELD}

MAX_BYTES = 64 * 1024 * 1024  # what is longer is cut here, so that the size limit of reading refuses it, not memory
LIST_SECONDS = 60.0  # how old the list of Sent may be. Less than a lease: who was frozen while holding one lists anew
STALE_TMP_SECONDS = 36 * 3600  # what Maildir itself says of files left in tmp/

_SAFE = re.compile(r"[^A-Za-z0-9_-]+")


class FolderMailbox:
    """The ports Mailbox and Sender on a Maildir++ at ``root``, which is made when it is not there.

    ``settle_seconds``: how long a dropped file must have been unchanged before it is read. ``clock`` gives seconds
    since 1970. ``problems`` holds what the last fetch could not read, for the operator.
    """

    read_all = True  # every fetch tries all of them again: what is not among the problems is none any more

    def __init__(
        self,
        root: Path,
        settle_seconds: float = 5,
        clock: Callable[[], float] = time.time,
        name: str = "folder",
    ) -> None:
        self.root = Path(root)
        self.name = name
        self.problems: tuple[Problem, ...] = ()
        self._settle = settle_seconds
        self._clock = clock
        self._paths: dict[str, Path] = {}  # ref -> where the last fetch saw it
        self._digests: dict[tuple[str, int, int, int], str] = {}  # a dropped file's stamp -> digest of its content
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}  # a file from the future: its stamp, since when
        self._logged: set[str] = set()
        self._known: set[str] = set()  # refs that the store has
        self._sent: tuple[int, set[str]] = (-1, set())  # Sent's change time and the base names in it
        self._sent_listed = 0.0  # when they were listed
        self._counter = 0
        self._parts = tuple(os.path.join(root, folder, part) for folder in FOLDERS for part in ("cur", "new", "tmp"))
        self._prepare()
        self._sweep()

    # ------------------------------------------------------------------------------------------- read side

    def fetch_new(self, known: Callable[[str], bool], limit: int) -> Iterator[RawMail]:
        """Mails of the inbox and Junk whose ref is not ``known``, oldest first, at most ``limit``; nothing changes."""
        return self._fetched(known, limit, (INBOX, JUNK))

    def fetch_filed(self, known: Callable[[str], bool], limit: int, since: datetime) -> Iterator[RawMail]:
        """The same of Processed and Held. A ref stays what it was, so ``since`` is not needed here."""
        return self._fetched(known, limit, (PROCESSED, HELD))

    def _fetched(self, known: Callable[[str], bool], limit: int, folders: tuple[str, ...]) -> Iterator[RawMail]:
        self._prepare()
        problems: list[Problem] = []
        self.problems = ()
        given: set[str] = set()
        known = self._asked_once(known)
        for found in self._listed(folders, self._known):
            if len(given) >= limit:
                break
            try:
                mail = self._read(found, known, given)
            except FileNotFoundError:
                continue  # a person moved it meanwhile
            except OSError as error:
                problems.append(self._unreadable(found, error))
                self.problems = tuple(problems)
                continue
            if mail is not None:
                given.add(mail.ref)
                yield mail
        self.problems = tuple(problems)

    def _asked_once(self, known: Callable[[str], bool]) -> Callable[[str], bool]:
        """The same answer; what is known stays so, and what people leave in the inbox is not asked about for ever."""

        def is_known(ref: str) -> bool:
            if ref not in self._known and known(ref):
                self._known.add(ref)
            return ref in self._known

        return is_known

    def acknowledge(self, ref: str, place: Place) -> None:
        """Move the mail to Processed or Held, keeping its ref; LEFT does nothing; one that is gone is no error."""
        folder = FILED.get(place)
        if folder is None:
            return
        self._prepare()
        with plain("The mail could not be filed"):
            path = self._paths.pop(ref, None)
            if path is not None and self._file(path, ref, folder):
                return
            for found in self._listed():
                if self._ref_of(found) == ref and self._file(found.path, ref, folder):
                    return

    def deliver(self, raw: bytes, name: str | None = None) -> str:
        """Put a mail into ``new/`` as a delivery agent does (tmp, fsync, rename) and return its ref.

        With a ``name`` it is delivered once for all time: when a mail of that name lies anywhere in the mailbox,
        nothing happens. Used by the demo and by tests.
        """
        self._prepare()
        with plain("The mail could not be delivered"):
            tail = f".N{_SAFE.sub('-', name)}.local" if name else f".{self._unique()}"
            if name:
                for folder in FOLDERS:
                    for path in self._files(folder):
                        if base_name(path.name).endswith(tail):
                            return base_name(path.name)
            ref = f"{int(self._clock()):010d}{tail}"
            write_whole(self.root / "tmp" / ref, raw)
            os.rename(self.root / "tmp" / ref, self.root / "new" / ref)
            sync_folder(self.root / "new")
            return ref

    # ------------------------------------------------------------------------------------------- send side

    def stage(self, mail: StagedMail) -> str | None:
        """Write the mail into Drafts under a name made of its key; one that was sent already is left alone."""
        self._prepare()
        name = draft_name(mail.key)
        if mail.ref is not None:  # it was let go before: whoever did that may have been slow, and be done since
            self._sent = (-1, set())
        with plain("The draft could not be saved"):
            if not self._is_sent(name):
                self._stage(name, mail.mail)
        return name

    def release(self, mail: StagedMail) -> None:
        """Rename the draft into Sent, which is all that sending is here; a repeat does nothing.

        A draft that somebody changed is written anew: what was approved is what is sent. Raises Unavailable (disk full
        and the like, nothing left), NotSent (still a draft), MaybeSent (neither draft nor sent, or not yet on disk).
        """
        self._prepare()
        name = draft_name(mail.key)
        with plain("The mail could not be sent"):
            if self._is_sent(name):
                return
            draft = self._draft(name)
            if draft is None:
                raise MaybeSent(
                    "The draft is no longer in the Drafts folder and not in Sent.",
                    "Look whether somebody deleted or moved it.",
                    "draft-gone",
                )
            if draft.name != name or draft.read_bytes() != mail.mail:
                self._stage(name, mail.mail)
        self._move_to_sent(name)

    def probe(self, mail: StagedMail) -> Probe:
        """In Sent: sent. In Drafts: certainly not, because a rename happens or does not. Neither proves nothing."""
        self._prepare()
        name = draft_name(mail.key)
        self._sent = (-1, set())
        with plain("The Sent folder could not be read"):
            if self._is_sent(name):
                return Probe.SENT
            return Probe.UNKNOWN if self._draft(name) is None else Probe.NOT_ACCEPTED

    # ----------------------------------------------------------------------------------------------- inside

    def _prepare(self) -> None:
        """Make what is missing of the folders; a person may delete one at any time."""
        if all(map(os.path.isdir, self._parts)):
            return
        with plain("The mailbox folder cannot be used"):
            for folder in FOLDERS:
                base = self.root / folder
                for part in (base, base / "cur", base / "new", base / "tmp"):
                    part.mkdir(mode=0o700, parents=True, exist_ok=True)
                if folder:
                    (base / "maildirfolder").touch()

    def _sweep(self) -> None:
        """Take away what crashed writers left in tmp/ days ago."""
        for folder in (INBOX, DRAFTS):
            for entry in os.scandir(self.root / folder / "tmp"):
                with suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE_TMP_SECONDS:
                        os.unlink(entry.path)

    def _files(self, folder: str, but: Container[str] = ()) -> Iterator[Path]:
        """The plain files of a folder, in new/ before cur/: what moves between the two meanwhile is not missed. Names
        in ``but`` are passed over at once: after a flood ten thousand may lie here that are known."""
        for part in ("new", "cur"):
            with os.scandir(self.root / folder / part) as entries:
                for entry in entries:
                    if entry.name in but or entry.name.startswith("."):
                        continue
                    if entry.is_file(follow_symlinks=False):
                        yield Path(entry.path)

    def _listed(self, folders: tuple[str, ...] = (INBOX, JUNK), but: Container[str] = ()) -> list[Found]:
        """The files of inbox and Junk (or others), oldest first, without the names in ``but``."""
        rows: list[Found] = []
        with plain("The mailbox folder could not be read"):
            for folder in folders:
                rows += [Found(path, junk=folder == JUNK) for path in self._files(folder, but)]
        for row in rows:
            if not row.order:
                with suppress(OSError):
                    row.order = row.path.stat().st_mtime
        return sorted(rows, key=lambda row: (row.order, row.base))

    def _read(self, found: Found, known: Callable[[str], bool], given: set[str]) -> RawMail | None:
        """The mail in a file, or None when it is known, given already, or not whole yet."""
        if not found.readable():
            raise OSError(errno.EINVAL, "it is neither an .eml nor an .msg file")
        if found.delivered and (found.base in given or known(found.base)):
            return None
        before = found.path.stat()
        if not found.delivered and not self._settled(found.path, before):
            return None
        if before.st_size == 0:
            raise OSError(errno.ENODATA, "it is empty")
        ref = self._ref_of(found)
        if not found.delivered and (ref in given or known(ref)):
            return None
        with found.path.open("rb") as file:
            raw = file.read(MAX_BYTES)
            after = os.fstat(file.fileno())
        if not found.delivered and stamp(after) != stamp(before):
            return None  # somebody is still writing; the next tick looks again
        self._paths[ref] = found.path
        return RawMail(ref=ref, raw=raw, junk=found.junk)

    def _settled(self, path: Path, stat: os.stat_result) -> bool:
        """Whether a dropped file has not changed for the settling time. A copy may carry an old modification time, so
        the later of the two stamps counts; on a stamp from the future (a share with another clock) we watch it."""
        now = self._clock()
        changed = max(stat.st_mtime, stat.st_ctime)
        if changed <= now:
            return now - changed >= self._settle
        current = stamp(stat)
        was, since = self._seen.get(str(path), (current, now))
        if was != current:
            since = now
        self._seen[str(path)] = (current, since)
        return now - since >= self._settle

    def _ref_of(self, found: Found) -> str:
        """The ref of a file: its base name; for a dropped one the digest of its content stands before the ending."""
        if found.delivered:
            return found.base
        stat = found.path.stat()
        key = (str(found.path), *stamp(stat))
        digest = self._digests.get(key)
        if digest is None:
            with found.path.open("rb") as file:
                digest = self._digests[key] = hashlib.sha256(file.read(MAX_BYTES)).hexdigest()[:16]
        stem, dot, ending = found.base.rpartition(".")
        return f"{stem}.{digest}{dot}{ending}"

    def _file(self, path: Path, ref: str, folder: str) -> bool:
        """Move one file into cur/ of ``folder``; False when it is no longer there."""
        target = self.root / folder / "cur" / (ref + flags_of(path.name))
        try:
            os.replace(path, target)
        except FileNotFoundError:
            return False
        sync_folder(target.parent)
        sync_folder(path.parent)
        return True

    def _unreadable(self, found: Found, error: OSError) -> Problem:
        """A file that cannot be read: a problem for the operator; the log names no file, as its name is a subject."""
        where = f"{found.path.parent.relative_to(self.root).as_posix()}/{found.path.name}"
        why = (error.strerror or "it cannot be read").lower()
        if where not in self._logged:
            self._logged.add(where)
            mark = hashlib.sha256(where.encode("utf-8", "surrogateescape")).hexdigest()[:8]
            log.warning("a file in the mailbox folder was left alone: %s (file %s)", why, mark)
        return Problem(
            code="mail-unreadable",
            sentence=f"A file in the mailbox folder was left alone: {why}.",
            where=where.encode("utf-8", "replace").decode("utf-8"),
            todo="Look at the file; save it again as .eml, or move it away.",
        )

    def _unique(self) -> str:
        """The middle and the end of a Maildir name: process, a counter and the host."""
        self._counter += 1
        host = _SAFE.sub("-", socket.gethostname()) or "local"
        return f"M{time.time_ns() % 10**9:09d}P{os.getpid()}Q{self._counter}.{host}"

    def _stage(self, name: str, raw: bytes) -> None:
        """tmp, fsync, rename: a draft is whole or not there."""
        tmp = self.root / DRAFTS / "tmp" / f"{name}.{os.getpid()}"
        write_whole(tmp, raw)
        os.replace(tmp, self.root / DRAFTS / "cur" / name)
        for path in self._files(DRAFTS):
            if path.name != name and base_name(path.name) == name:
                path.unlink()  # the same draft, as a mail client flagged it
        sync_folder(self.root / DRAFTS / "cur")

    def _draft(self, name: str) -> Path | None:
        """The draft of that base name, also when a mail client has put flags on it."""
        path = self.root / DRAFTS / "cur" / name
        if path.is_file():
            return path
        return next((path for path in self._files(DRAFTS) if base_name(path.name) == name), None)

    def _is_sent(self, name: str) -> bool:
        """Whether Sent holds that base name.

        The name as we gave it is looked up each time. The list finds what a mail client has put flags on since: all
        that we sent ourselves, and what others sent. It is made anew when somebody changed the folder, but not with
        every mail, as each mail of each bot is such a change.
        """
        if (self.root / SENT / "cur" / name).is_file():
            return True
        changed = (self.root / SENT / "cur").stat().st_mtime_ns
        if changed != self._sent[0] and (self._sent[0] < 0 or time.monotonic() - self._sent_listed >= LIST_SECONDS):
            self._sent = (changed, {base_name(path.name) for path in self._files(SENT)})
            self._sent_listed = time.monotonic()
        return name in self._sent[1]

    def _move_to_sent(self, name: str) -> None:
        """The rename that is the sending, and what each way of failing means."""
        draft, sent = self.root / DRAFTS / "cur" / name, self.root / SENT / "cur" / name
        try:
            os.rename(draft, sent)
        except OSError as error:
            if not sent.exists():  # on a network share a rename may succeed and still answer with an error
                if not draft.exists():
                    raise MaybeSent("The draft vanished while it was sent.", "Look into Sent.", "draft-gone") from error
                if error.errno in DISK_FULL:
                    raise unavailable("The mail could not be sent", error) from error
                raise NotSent("The draft could not be moved to Sent.", reason(error), "not-moved") from error
        try:
            sync_folder(sent.parent)
            sync_folder(draft.parent)
        except OSError as error:
            raise MaybeSent("The sent mail may not be on disk yet.", reason(error), "not-synced") from error
        self._sent[1].add(name)
