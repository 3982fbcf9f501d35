"""A council in a folder: the real service on the real store and folder mailbox, people who reply, a simulated clock."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from bot.config import BulletinConfig, load_config
from bot.config.settings import StoreSettings
from bot.core.model import EditionState
from bot.core.records import Delivery, Edition, EditionView
from bot.core.timetable import LONDON
from bot.service import Service, TickReport
from bot.service.desk import Desk
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock, open_desk

ROOT = Path(__file__).resolve().parents[2]
BULLETIN, PERIOD = "ccsu-rag", "2025-08"
COUNCIL = "council.example.org"


def moment(text: str) -> datetime:
    """ "2025-08-12 12:00", London time."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


START = moment("2025-08-01 08:00")
_PLACE = tempfile.TemporaryDirectory(prefix="worlds-")  # removed when the process ends
_KEPT: dict[str, tuple[Path, datetime, int]] = {}  # a world's name -> its data, its time, mails written in it


@dataclass
class Received:
    """A mail of ours that somebody got."""

    delivery: Delivery
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return " ".join(part.get_content().split())


class Person:
    """Somebody with an address who reads our mails and replies."""

    def __init__(self, world: World, address: str, name: str = "") -> None:
        self.world = world
        self.address = address
        self.name = name or address

    def mails(self, kind: str = "") -> list[Received]:
        """What has left for them, oldest first."""
        desk = self.world.desk
        found = [
            delivery
            for delivery in desk.store.deliveries()
            if delivery.recipient == self.address
            and delivery.state in ("sent", "bounced")
            and kind in ("", delivery.kind)
        ]
        return [Received(delivery, desk.store.mail_bytes(delivery)) for delivery in found]

    def received(self, kind: str) -> Received:
        """The newest mail of a kind that they got; fails when there is none."""
        mails = self.mails(kind)
        assert mails, f"{self.address} received no {kind}; only {[m.delivery.kind for m in self.mails()]}"
        return mails[-1]

    def replies(
        self,
        text: str,
        to: Received | None = None,
        *,
        files: dict[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
        quoting: bool = True,
    ) -> None:
        """Reply to one of our mails (default: the newest), as a mail program does, and let the service tick."""
        original = to or self.mails()[-1]
        quoted = original.message.get_body(("plain",))
        body = text
        if quoting and quoted is not None:
            lines = "\n".join(f"> {line}" for line in quoted.get_content().strip().splitlines())
            body = f"{text}\n\nOn 01/08/2025 09:00, CCSU RAG Update wrote:\n{lines}\n"
        answer = {"In-Reply-To": str(original.message["Message-ID"]), "References": str(original.message["Message-ID"])}
        self.writes(body, subject=f"Re: {original.subject}", files=files, headers={**answer, **(headers or {})})

    def writes(
        self,
        text: str,
        *,
        subject: str,
        files: dict[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """A mail into the shared mailbox."""
        world = self.world
        world.written += 1
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = f"{self.name} <{self.address}>" if self.name != self.address else self.address
        message["To"] = f"rag.update@{COUNCIL}"
        message["Subject"] = subject
        message["Date"] = format_datetime(world.clock.now())
        message["Message-ID"] = f"<{world.written}.{self.address}>"
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        for name, data in (files or {}).items():
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        world.delivers(message.as_bytes())


class World:
    """The whole: ``at`` moves the clock and ticks; people are found by theme or role."""

    def __init__(self, folder: Path, store_url: str | None = None) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        self.config = load_config(folder / "config", {})
        if store_url is not None:
            self.config = self.config.model_copy(update={"store": StoreSettings(url=store_url)})
        self.clock = FixedClock(START)
        self.written = 0
        self._open()
        self._changed = store_url is not None

    def _open(self) -> None:
        self._opened = open_desk(self.config, {}, clock=self.clock)
        self.desk: Desk = self._opened.__enter__()
        self.service = Service(self.desk)

    def close(self) -> None:
        """Give the store back."""
        self._opened.__exit__(None, None, None)

    def configured(self, **values: object) -> BulletinConfig:
        """From now on the bulletin's files say something else."""
        changed = self.desk.bulletins[BULLETIN].model_copy(update=values)
        self.desk = replace(self.desk, bulletins={**self.desk.bulletins, BULLETIN: changed})
        self.service = Service(self.desk)
        return changed

    @property
    def box(self) -> FolderMailbox:
        """The shared mailbox."""
        box = self.desk.accounts[0].mailbox
        assert isinstance(box, FolderMailbox)
        return box

    def delivers(self, raw: bytes, name: str | None = None) -> TickReport:
        """Somebody's mail arrives, and the service ticks."""
        self.box.deliver(raw, name)
        return self.tick()

    def tick(self) -> TickReport:
        """One tick."""
        return self.service.tick()

    def at(self, text: str) -> TickReport:
        """Move the clock and tick."""
        self.clock.at = moment(text)
        return self.tick()

    def lead(self, theme: str) -> Person:
        """A theme's lead."""
        found = self.config.bulletin(BULLETIN).theme(theme)
        assert found is not None
        return Person(self, found.leads[0].address, found.leads[0].name)

    def deputy(self, theme: str) -> Person:
        """A theme's deputy."""
        found = self.config.bulletin(BULLETIN).theme(theme)
        assert found is not None
        return Person(self, found.deputies[0].address, found.deputies[0].name)

    @property
    def editor(self) -> Person:
        """The editor."""
        person = self.config.bulletin(BULLETIN).editors[0]
        return Person(self, person.address, person.name)

    @property
    def operator(self) -> Person:
        """The operator."""
        return Person(self, self.config.operator.address, self.config.operator.name)

    def reader(self, number: int = 0) -> Person:
        """One of the readers."""
        person = self.config.bulletin(BULLETIN).readers[number]
        return Person(self, person.address, person.name)

    def somebody(self, address: str) -> Person:
        """Anybody else."""
        return Person(self, address)

    def edition(self, period: str = PERIOD) -> Edition:
        """The edition."""
        edition = self.desk.store.edition(BULLETIN, period)
        assert edition is not None
        return edition

    def view(self, period: str = PERIOD) -> EditionView:
        """Everything about it."""
        return self.desk.store.view(self.edition(period).id)

    @property
    def state(self) -> EditionState:
        """Its state."""
        return self.edition().state

    def items(self, theme: str) -> dict[str, str]:
        """What would be printed for a theme now: text by heading."""
        from bot.core.assemble import of_theme, standing_items
        from bot.core.model import block_text

        found = self.config.bulletin(BULLETIN).theme(theme)
        assert found is not None
        items, _ = standing_items(of_theme(theme, self.view().submissions), found.title)
        texts: dict[str, str] = {}
        for item in items:
            text = "\n".join(block_text(block) for block in item.blocks)
            texts[item.heading] = f"{texts[item.heading]}\n{text}" if item.heading in texts else text
        return texts

    def bulletins(self) -> list[Delivery]:
        """The readers' mails."""
        return list(self.desk.store.deliveries(self.edition().id, "bulletin"))

    def everybody_is_in(self) -> None:
        """All leads reply with a sentence."""
        for theme in ("community-safety-asb", "drugs-alcohol-cj", "hate-crime", "serious-violence", "prevent"):
            self.lead(theme).replies(f"The {theme} partnership met and agreed its plan.")

    @property
    def _fresh(self) -> bool:
        """Whether nobody has touched this world: neither its mailbox, its clock, nor its configuration."""
        given = {bulletin.key: bulletin for bulletin in self.config.bulletins}
        same = dict(self.desk.bulletins) == given and self.desk.daily_summary is None
        return same and not self._changed and self.clock.at == START and not self.written

    def _goes_on_from(self, name: str) -> bool:
        """Whether a world of this process was there before: this one goes on from a copy of it. Only a world that
        nobody has touched does."""
        if name not in _KEPT or not self._fresh:
            return False
        kept, at, written = _KEPT[name]
        self.close()
        shutil.rmtree(self.folder / "var")
        shutil.copytree(kept, self.folder / "var")
        self.clock.at, self.written = at, written
        self._open()
        return True

    def _keep(self, name: str, fresh: bool) -> None:
        """Keep a copy of this world for those that come after it."""
        if fresh and name not in _KEPT:
            self.close()
            kept = Path(_PLACE.name) / name
            shutil.copytree(self.folder / "var", kept)
            _KEPT[name] = (kept, self.clock.at, self.written)
            self._open()

    def in_review(self) -> None:
        """From the start to a draft with the editor."""
        if self._goes_on_from("in review"):
            return
        fresh = self._fresh
        self.at("2025-08-01 09:00")
        self.clock.at = moment("2025-08-05 10:00")
        self.everybody_is_in()
        self.at("2025-08-12 12:00")
        assert self.state is EditionState.IN_REVIEW
        self._keep("in review", fresh)

    def approved(self) -> None:
        """From the start to an approval."""
        if self._goes_on_from("approved"):
            return
        fresh = self._fresh
        self.in_review()
        self.clock.at = moment("2025-08-13 09:00")
        self.editor.replies("APPROVE", to=self.editor.received("draft"))
        assert self.state is EditionState.APPROVED
        self._keep("approved", fresh)
