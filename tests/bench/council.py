"""Invented councils of any size for measurements: configuration, people who reply, and a month to play with them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from bot.core.records import Delivery
from bot.core.timetable import LONDON
from bot.service.desk import Desk
from bot.transports.folder import FolderMailbox

ROOT = Path(__file__).resolve().parents[2]
PERIOD = "2025-08"
COUNCIL = "council.example.org"
TEXT = (
    "The partnership met twice this month. The new referral pathway is in place and the first {count} referrals have "
    "been made.\n\n- Training for front line staff continues; please book early.\n- The next meeting is in October.\n\n"
    "Questions: please contact {lead}.\n"
)


def london(text: str) -> datetime:
    """ "2025-08-01 09:00" in London."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


REQUESTS = london("2025-08-01 09:00")
REPLIES = london("2025-08-05 10:00")
DRAFTS = london("2025-08-12 12:15")
APPROVALS = london("2025-08-13 09:00")
DISTRIBUTION = london("2025-08-18 09:30")


def configuration(folder: Path, *, bulletins: int, themes: int, readers: int, store_url: str = "") -> Path:
    """A configuration directory with so many bulletins, without statistics; its path."""
    directory = folder / "config"
    directory.mkdir(parents=True)
    store = f'[store]\nurl = "{store_url}"\n' if store_url else ""
    (directory / "bot.toml").write_text(
        f'data_directory = "var"\n[operator]\nname = "Desk"\naddress = "desk@{COUNCIL}"\n{store}'
        f'[mailbox]\nkind = "folder"\naddress = "bulletins@{COUNCIL}"\nsettle_seconds = 0\n'
        f'[trust]\nprofile = "folder"\ninternal_domains = ["{COUNCIL}"]\n',
        "utf-8",
    )
    for number in range(bulletins):
        _bulletin(directory, f"bulletin-{number:03}", themes, readers)
    return directory


def _bulletin(directory: Path, key: str, themes: int, readers: int) -> None:
    """One bulletin, on the timetable and template of the example."""
    place = directory / key
    place.mkdir()
    example = (ROOT / "config" / "ccsu-rag" / "bulletin.toml").read_text("utf-8")
    settings = {
        "title": f"Update {key}",
        "contact": f"Questions: team.{key}@{COUNCIL}.",
    }
    for name, value in settings.items():
        example = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', example)
    example = re.sub(r"(?m)^editors = .*$", f'editors = ["editor.{key}@{COUNCIL}"]', example)
    example = re.sub(r"(?m)^editor_deputies = .*$", "editor_deputies = []", example)
    example = example.replace(f"rag.update@{COUNCIL}", f"bulletins@{COUNCIL}")
    (place / "bulletin.toml").write_text(example, "utf-8")
    leads = [lead(key, number) for number in range(themes)]
    listed = [
        f'[[themes]]\nkey = "theme-{n:02}"\ntitle = "Theme {n:02}"\norder = {n + 1}\nleads = ["{leads[n]}"]\n'
        for n in range(themes)
    ]
    (place / "themes.toml").write_text("\n".join(listed), "utf-8")
    people = [f"Lead {key} {n},{address},Lead" for n, address in enumerate(leads)]
    people += [f"Editor {key},editor.{key}@{COUNCIL},Editor", f"Team {key},team.{key}@{COUNCIL},Team"]
    (place / "directory.csv").write_text("name,address,role\n" + "\n".join(people) + "\n", "utf-8")
    listed = [f"Reader {n},reader{n}.{key}@reader.example,District {n}" for n in range(readers)]
    (place / "csm_list.csv").write_text("name,address,csp\n" + "\n".join(listed) + "\n", "utf-8")
    shutil.copy(ROOT / "config" / "ccsu-rag" / "glossary.toml", place / "glossary.toml")


def lead(key: str, theme: int) -> str:
    """The address of a theme's lead."""
    return f"lead{theme}.{key}@{COUNCIL}"


def box_of(desk: Desk) -> FolderMailbox:
    """The shared mailbox."""
    box = desk.accounts[0].mailbox
    assert isinstance(box, FolderMailbox)
    return box


def reply(desk: Desk, delivery: Delivery, text: str, at: datetime) -> EmailMessage:
    """An answer to one of our mails, quoting it as Outlook's text mode does."""
    original = message_from_bytes(desk.store.mail_bytes(delivery), policy=policy.default)
    assert isinstance(original, EmailMessage)
    plain = original.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in plain.get_content().splitlines()) if plain else ""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = delivery.recipient, str(original["From"])
    message["Subject"] = f"Re: {original['Subject']}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<re.{delivery.message_id[1:]}"
    message["In-Reply-To"] = message["References"] = str(original["Message-ID"])
    message.set_content(f"{text}\n\nOn 01/08/2025 09:00, the bulletin wrote:\n{quoted}\n")
    return message


def replies(desk: Desk, at: datetime) -> Iterator[bytes]:
    """What every lead sends: one in twelve has nothing to report."""
    for number, delivery in enumerate(desk.store.deliveries(kind="request")):
        text = "Nil return this month." if number % 12 == 5 else TEXT.format(count=number, lead=delivery.recipient)
        yield reply(desk, delivery, text, at).as_bytes()


def approvals(desk: Desk, at: datetime) -> Iterator[bytes]:
    """What every editor says to the newest draft."""
    newest = {delivery.edition_id: delivery for delivery in desk.store.deliveries(kind="draft")}
    for delivery in newest.values():
        yield reply(desk, delivery, "APPROVE", at).as_bytes()


def arrive(desk: Desk, mails: Iterable[bytes], name: str | None = None) -> int:
    """Put mails into the shared mailbox; how many. With a name each is looked for first, among all that lie there."""
    box, count = box_of(desk), 0
    for raw in mails:
        box.deliver(raw, f"{name}-{count:06}" if name else None)
        count += 1
    return count
