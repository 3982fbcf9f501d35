"""Two bulletins in one deployment through a month, each with its own mailbox, people, figures and templates."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import docx
import pytest

from bot.config import load_config
from bot.core import keys
from bot.core.model import EditionState, InboundState, StatisticsTable
from bot.core.records import Delivery
from bot.service import Service
from bot.service.desk import Desk
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.conversations.test_figures import workbook

ROOT = Path(__file__).resolve().parents[2]
NORTH, SOUTH = "north-rag", "south-rag"
POSITIVE = {NORTH: 10, SOUTH: 20}  # what each one's provider sends of every district
PERIOD = "2025-08"

pytestmark = pytest.mark.slow


def bulletin(folder: Path, key: str) -> None:
    """The example as a bulletin of another council, with a mailbox of its own."""
    place = folder / "config" / key
    shutil.copytree(ROOT / "config" / "ccsu-rag", place)
    for file in place.iterdir():
        text = file.read_text("utf-8").replace("council.example.org", f"{key}.example.org")
        file.write_text(text, "utf-8")
    with (place / "bulletin.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'\n[mailbox]\nkind = "folder"\naddress = "rag@{key}.example.org"\nsettle_seconds = 0\n')


def own_templates(folder: Path) -> None:
    """The south prints on paper of its own and asks in words of its own."""
    own = folder / "south"
    (own / "mail").mkdir(parents=True)
    paper = docx.Document(str(ROOT / "templates" / "bulletin.docx"))
    paper.sections[0].footer.paragraphs[0].text = "Printed in the south"
    paper.save(str(own / "bulletin.docx"))
    request = (ROOT / "templates" / "mail" / "request.txt.j2").read_text("utf-8")
    (own / "mail" / "request.txt.j2").write_text(f"{request}\nThe south says thank you.\n", "utf-8")
    file = folder / "config" / SOUTH / "bulletin.toml"
    file.write_text(f'templates = "south"\n{file.read_text("utf-8")}', "utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "bot.toml", tmp_path / "config")
    for key in (NORTH, SOUTH):
        bulletin(tmp_path, key)
    own_templates(tmp_path)
    with open_desk(load_config(tmp_path / "config", {}), {}, clock=FixedClock(council.REQUESTS)) as opened:
        yield opened


def box(desk: Desk, key: str) -> FolderMailbox:
    found = desk.account_of(key).mailbox
    assert isinstance(found, FolderMailbox)
    return found


def mails(desk: Desk, key: str, kind: str) -> list[Delivery]:
    edition = desk.store.edition(key, PERIOD)
    assert edition is not None
    return list(desk.store.deliveries(edition.id, kind))


def text_of(desk: Desk, mail: Delivery) -> str:
    part = message_from_bytes(desk.store.mail_bytes(mail), policy=policy.default).get_body(("plain",))  # type: ignore[attr-defined]
    return str(part.get_content())


def at(desk: Desk, moment: object) -> None:
    desk.clock.at = moment  # type: ignore[attr-defined]
    while not Service(desk).tick().idle:
        pass


def replies(desk: Desk, key: str) -> None:
    """Every lead of one bulletin replies; the provider of its figures attaches them."""
    for request in mails(desk, key, "request"):
        reply = council.reply(desk, request, f"News of {key} for its own readers.", council.REPLIES)
        if request.recipient.startswith("drugs"):
            data = workbook(POSITIVE[key])
            reply.add_attachment(data, maintype="application", subtype="octet-stream", filename="july.xlsx")
        box(desk, key).deliver(reply.as_bytes())


def test_a_month_of_two_bulletins_that_share_nothing_but_the_program(desk: Desk) -> None:
    at(desk, council.REQUESTS)
    asked = {key: [text_of(desk, mail) for mail in mails(desk, key, "request")] for key in (NORTH, SOUTH)}
    assert all("The south says thank you." in text for text in asked[SOUTH])
    assert not any("The south says thank you." in text for text in asked[NORTH])

    desk.clock.at = council.REPLIES  # type: ignore[attr-defined]
    for key in (NORTH, SOUTH):
        replies(desk, key)
    at(desk, council.REPLIES)
    at(desk, council.DRAFTS)
    drafts = {key: mails(desk, key, "draft")[0] for key in (NORTH, SOUTH)}

    # The north's editor can approve nothing of the south: neither in the south's mailbox nor in their own.
    desk.clock.at = council.APPROVALS  # type: ignore[attr-defined]
    for place in (NORTH, SOUTH):
        wrong = council.reply(desk, drafts[SOUTH], "APPROVE", council.APPROVALS)
        wrong.replace_header("From", drafts[NORTH].recipient)
        wrong.replace_header("Message-ID", f"<wrong.{place}@elsewhere.example>")
        box(desk, place).deliver(wrong.as_bytes())
    box(desk, NORTH).deliver(council.reply(desk, drafts[NORTH], "APPROVE", council.APPROVALS).as_bytes())
    at(desk, council.APPROVALS)
    assert len(desk.store.inbounds((InboundState.HELD,))) == 2
    states = {key: desk.store.edition(key, PERIOD).state for key in (NORTH, SOUTH)}  # type: ignore[union-attr]
    assert states == {NORTH: EditionState.APPROVED, SOUTH: EditionState.IN_REVIEW}
    box(desk, SOUTH).deliver(council.reply(desk, drafts[SOUTH], "APPROVE", council.APPROVALS).as_bytes())
    at(desk, council.APPROVALS)
    at(desk, council.DISTRIBUTION)

    for key in (NORTH, SOUTH):
        edition = desk.store.edition(key, PERIOD)
        assert edition is not None
        assert edition.state is EditionState.DISTRIBUTED
        readers = sorted(mail.recipient for mail in mails(desk, key, "bulletin"))
        assert readers == sorted(person.address for person in desk.bulletins[key].readers)
        other = SOUTH if key == NORTH else NORTH
        in_sent = [message_from_bytes(path.read_bytes())["Message-ID"] for path in box(desk, key)._files(".Sent")]
        ours = [mail.message_id for mail in desk.store.deliveries(edition.id)]
        assert sorted(str(one).strip() for one in in_sent) == sorted(ours)
        assert _totals(desk, key) == {"positive": 12 * POSITIVE[key], "negative": 60, "refused": 12}
        kept = desk.store.counts(keys.series_name(key, "custody"))  # both call their series so
        assert sum(count.value for count in kept if count.measure == "positive") == 12 * POSITIVE[key]
        footer = _word_file(desk, key).sections[0].footer.paragraphs[0].text
        assert (footer == "Printed in the south") == (key == SOUTH)
        body = text_of(desk, mails(desk, key, "bulletin")[0])
        assert f"News of {key}" in body
        assert f"News of {other}" not in body
    assert desk.store.problems() == ()


def _totals(desk: Desk, key: str) -> dict[str, int]:
    """The figures that the approved draft prints, by measure."""
    edition = desk.store.edition(key, PERIOD)
    assert edition is not None
    draft = desk.store.view(edition.id).approved
    assert draft is not None
    (table,) = [s.statistics for s in draft.bulletin.sections if isinstance(s.statistics, StatisticsTable)]
    return {name: value or 0 for name, value in table.totals.items() if name != "total"}


def _word_file(desk: Desk, key: str) -> docx.document.Document:
    edition = desk.store.edition(key, PERIOD)
    assert edition is not None
    draft = desk.store.view(edition.id).approved
    assert draft is not None
    (digest,) = [part.digest for part in draft.parts if part.name.endswith(".docx")]
    return docx.Document(io.BytesIO(desk.store.blob(digest)))
