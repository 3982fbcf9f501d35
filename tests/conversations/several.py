"""Two small bulletins in one deployment, whose files a test breaks, takes away and mends; each change is a restart."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

from bot.config import load_usable
from bot.core.model import InboundState
from bot.core.records import Delivery, Edition, Inbound
from bot.service import Service
from bot.service.desk import Desk
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock, open_desk
from tests.bench import council

NORTH, SOUTH = "bulletin-000", "bulletin-001"


class Several:
    """The deployment: ``at`` moves the clock and ticks, ``restart`` reads the files again."""

    def __init__(self, folder: Path, readers: int = 2) -> None:
        self.folder = folder
        self.directory = council.configuration(folder, bulletins=2, themes=2, readers=readers)
        self.clock = FixedClock(council.REQUESTS)
        self._opened = None
        self._number = 0
        self.restart()

    def restart(self) -> None:
        """Stop the service and start it on the files as they are now."""
        self.close()
        self._opened = open_desk(load_usable(self.directory, {}), {}, clock=self.clock)
        self.desk: Desk = self._opened.__enter__()
        self.service = Service(self.desk)

    def close(self) -> None:
        """Give the store back."""
        if self._opened is not None:
            self._opened.__exit__(None, None, None)
            self._opened = None

    def at(self, moment: datetime) -> None:
        """Move the clock and tick."""
        self.clock.at = moment
        self.service.tick()

    def ticks(self, number: int) -> None:
        """So many more ticks, three minutes apart: longer than a lease."""
        for _ in range(number):
            self.at(self.clock.at + timedelta(minutes=3))

    # ------------------------------------------------------------------------------------------------ the files

    def approved(self) -> None:
        """The month until every bulletin is approved."""
        self.at(council.REQUESTS)
        self._everybody_writes(council.replies, council.REPLIES)
        self.at(council.DRAFTS)
        self._everybody_writes(council.approvals, council.APPROVALS)

    def _everybody_writes(self, mails: Callable[[Desk, datetime], Iterable[bytes]], moment: datetime) -> None:
        self.clock.at = moment
        for mail in [*mails(self.desk, moment)]:
            self.box().deliver(mail)
        self.at(moment)

    def file(self, bulletin: str, name: str) -> Path:
        """A file of a bulletin's directory."""
        return self.directory / bulletin / name

    def change(self, bulletin: str, name: str, old: str, new: str) -> None:
        """Write something else into a file."""
        file = self.file(bulletin, name)
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")

    def own_mailbox(self, bulletin: str) -> None:
        """Give a bulletin a mailbox of its own."""
        with self.file(bulletin, "bulletin.toml").open("a", encoding="utf-8") as stream:
            stream.write(f'\n[mailbox]\nkind = "folder"\naddress = "{bulletin}@own.example"\nsettle_seconds = 0\n')

    def taken_away(self, bulletin: str) -> Callable[[], None]:
        """Take a bulletin's directory away; call what this gives to put it back."""
        aside = self.folder / "aside"
        shutil.move(self.directory / bulletin, aside)
        return lambda: shutil.move(aside, self.directory / bulletin) and None

    # ------------------------------------------------------------------------------------------------ the mails

    def box(self, bulletin: str = NORTH) -> FolderMailbox:
        """The mailbox of a bulletin."""
        box = self.desk.account_of(bulletin).mailbox
        assert isinstance(box, FolderMailbox)
        return box

    def arrives(self, mail: EmailMessage, bulletin: str = NORTH) -> str:
        """A mail arrives in a bulletin's mailbox; its Message-ID."""
        self._number += 1
        self.box(bulletin).deliver(mail.as_bytes(), f"mail-{self._number:04}")
        return str(mail["Message-ID"]).strip()

    def new_mail(self, sender: str, subject: str, text: str) -> EmailMessage:
        """A mail that answers none of ours."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, f"bulletins@{council.COUNCIL}", subject
        mail["Message-ID"] = f"<{re.sub('[^a-z]', '', subject.lower())}@elsewhere.example>"
        mail.set_content(text)
        return mail

    def reply(self, mail: Delivery, text: str) -> EmailMessage:
        """A reply to one of our mails."""
        return council.reply(self.desk, mail, text, self.clock.at)

    # ------------------------------------------------------------------------------------------------ the store

    def edition(self, bulletin: str) -> Edition:
        """The bulletin's edition of August 2025."""
        found = self.desk.store.edition(bulletin, "2025-08")
        assert found is not None
        return found

    def mails(self, bulletin: str, kind: str) -> list[Delivery]:
        """Mails of ours of one kind, of that edition."""
        return list(self.desk.store.deliveries(self.edition(bulletin).id, kind))

    def told(self) -> list[str]:
        """What the operator was told, oldest first."""
        found = self.desk.store.deliveries(kind="alert")
        assert all(mail.state == "sent" for mail in found)
        return [self.desk.store.mail_bytes(mail).decode("utf-8", "replace") for mail in found]

    def inbound(self, message_id: str) -> Inbound:
        """The row of a mail that arrived."""
        rows = {_message_id(self.desk.store.raw(row.id)): row for row in self.desk.store.inbounds(tuple(InboundState))}
        return rows[message_id]


def _message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"]).strip()
