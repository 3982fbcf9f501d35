"""How a month ended: what must be the same whatever happened on the way, and what a kill may have spoilt.

Times differ when a month was interrupted and tokens are random, so both are left out; everything else is compared:
the edition, every submission, the texts of every draft, decisions, the log, every mail with its state, and the
mailbox's folders by name.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from bot.core.model import DeliveryState, InboundState
from bot.core.records import Delivery, EditionView
from bot.demo import play
from bot.service.desk import Desk
from bot.service.drafting import HTML_PART, PAGE_PART, TEXT_PART, WORD_PART
from bot.store.sql import SqlStore
from bot.transports.folder import HELD, PROCESSED, FolderMailbox
from bot.wiring import FixedClock, open_desk

LEFT = (DeliveryState.SENT, DeliveryState.BOUNCED)
TIMES = {"at", "made_at", "changed_at", "approved_at", "release_at", "queued_at", "not_before", "received_at"}
TROUBLE = (
    "in-doubt",
    "refused",
    "operator",
    "stuck",
    "parked",
    "clock-moved",
)  # log lines of trouble that a month may or may not meet
_TOKEN = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}\b")
_DIGEST = re.compile(r"[0-9a-f]{40,64}")
_HEAD = re.compile(r"\bline\s\d+,\s[0-9a-f]{4}(?:\s[0-9a-f]{4}){3}\b")
_CLOCK = re.compile(r"\b\d\d?:\d\d\b|\b\d{4}-\d\d-\d\dT[\d:.+]+Z?")


def without_chance(text: str) -> str:
    """The text without tokens, digests, the head of the log and clock times."""
    digests = _HEAD.sub("(line of the log)", _DIGEST.sub("(digest)", _TOKEN.sub("(token)", text)))
    return _CLOCK.sub("(time)", digests)


def _same(value: Any) -> Any:
    """A dumped value without what differs between two runs of the same month."""
    if isinstance(value, dict):
        return {key: _same(inner) for key, inner in value.items() if key not in TIMES and key != "digest"}
    if isinstance(value, list | tuple):
        return [_same(inner) for inner in value]
    return without_chance(value) if isinstance(value, str) else value


@dataclass
class Ending:
    """The facts of a month, and its faults in words (none = as it should be)."""

    facts: dict[str, Any]
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    spoilt: list[str] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)  # Message-IDs that the outside took
    answered: int = 0  # how often a mail was in doubt on the way, and found or answered for since

    def faults(self, reference: Ending) -> list[str]:
        """Everything that is wrong with this month, compared with the one that nobody interrupted."""
        wrong = [f"lost: {key}" for key in self.lost]
        wrong += [f"duplicated: {key}" for key in self.duplicated]
        wrong += [f"in doubt: {key}" for key in self.in_doubt]
        wrong += [f"spoilt: {what}" for what in self.spoilt]
        for name, expected in reference.facts.items():
            if self.facts.get(name) != expected:
                wrong.append(f"another end: {name}: {difference(expected, self.facts.get(name))}")
        return wrong


def difference(expected: Any, found: Any) -> str:
    """Where two facts differ, short enough to read."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = [key for key in {**expected, **found} if expected.get(key) != found.get(key)]
        return "; ".join(f"{key}: {difference(expected.get(key), found.get(key))}" for key in keys[:4])
    if isinstance(expected, list) and isinstance(found, list):
        missing = [one for one in expected if one not in found]
        extra = [one for one in found if one not in expected]
        if not missing and not extra and len(expected) == len(found):
            return "another order"
        return f"missing {str(missing)[:300]}, too many {str(extra)[:300]} ({len(expected)} and {len(found)})"
    return f"{str(expected)[:200]} and {str(found)[:200]}"


def ending_of(out: Path, accepted: Iterable[str] | None = None) -> Ending:
    """Read the end of the month in ``out``. ``accepted``: the Message-IDs that the outside took, with repeats;
    the Sent folder where it is not given."""
    with open_desk(play.prepare(out), os.environ, clock=FixedClock(play.STEPS[-1].at)) as desk:
        store, box = desk.store, desk.accounts[0].mailbox
        assert isinstance(store, SqlStore)
        assert isinstance(box, FolderMailbox)
        edition = store.edition(play.BULLETIN, play.PERIOD)
        deliveries = store.deliveries()
        ended = Ending(_folders(box) | {"mails": _mails(deliveries)})
        if edition is not None:
            ended.facts |= _edition_facts(desk, store.view(edition.id))
        in_sent = _sent(box)
        taken = Counter(accepted if accepted is not None else in_sent)
        ended.accepted = taken
        ended.duplicated = [mail for mail, copies in taken.items() if copies > 1]
        ended.lost = [d.key for d in deliveries if d.state in LEFT and not taken[d.message_id]]
        ended.answered = sum(1 for event in store.events() if event.what == "in-doubt")
        ended.in_doubt = [d.key for d in deliveries if d.state is DeliveryState.IN_DOUBT]
        known = {d.message_id for d in deliveries if d.state is not DeliveryState.QUEUED}
        ended.spoilt = [f"{mail} left, and the store does not know it" for mail in taken if mail not in known]
        ended.spoilt += [f"log line {number} is broken" for number in store.broken_events()]
        ended.spoilt += [f"{p.code}: {p.sentence} {p.where}" for p in store.problems()]
        if accepted is None:
            ended.spoilt += _changed(desk, deliveries, in_sent)
        return ended


def _mails(deliveries: Iterable[Delivery]) -> list[str]:
    """Every mail by what it is, to whom, and its state. Alerts tell of trouble, which a month may or may not meet."""
    return sorted(f"{without_chance(d.key)} {d.state.value}" for d in deliveries if d.kind != "alert")


def _folders(box: FolderMailbox) -> dict[str, Any]:
    """What lies in the mailbox: people's mails by their names, wherever they were filed."""
    found = {}
    for folder in ("", PROCESSED, HELD):
        found[f"folder {folder or 'inbox'}"] = sorted(path.name.split(".", 1)[1] for path in box._files(folder))
    return found


def _sent(box: FolderMailbox) -> dict[str, bytes] | Counter[str]:
    """Message-IDs of the Sent folder, with repeats counted."""
    return Counter(_message_id(path.read_bytes()) for path in box._files(".Sent"))


def _message_id(raw: bytes) -> str:
    return str(BytesHeaderParser().parsebytes(raw.partition(b"\r\n\r\n")[0])["Message-ID"]).strip()


def _changed(desk: Desk, deliveries: Iterable[Delivery], in_sent: Any) -> list[str]:
    """Mails in Sent that are not, byte for byte, what was queued."""
    box = desk.accounts[0].mailbox
    assert isinstance(box, FolderMailbox)
    by_id = {d.message_id: d for d in deliveries}
    wrong = []
    for path in box._files(".Sent"):
        raw = path.read_bytes()
        delivery = by_id.get(_message_id(raw))
        if delivery is not None and desk.store.mail_bytes(delivery) != raw:
            wrong.append(f"{delivery.key} left with other bytes than were queued")
    return wrong


def _edition_facts(desk: Desk, view: EditionView) -> dict[str, Any]:
    store = desk.store
    edition = view.edition
    inbounds = store.inbounds(tuple(InboundState))
    drafts = [draft for number in range(1, (edition.draft or 0) + 1) if (draft := store.draft(edition.id, number))]
    return {
        "edition": _same(edition.model_dump(mode="json", exclude={"version", "question"})),
        "submissions": {f"{s.theme} r{s.revision}": _same(s.model_dump(mode="json")) for s in view.submissions},
        "due": sorted(name for name in view.done if not name.startswith("reminder")),  # who got one is in the mails
        "absences": _same([a.model_dump(mode="json", exclude={"since"}) for a in store.absences()]),
        "drafts": {str(d.number): _same(d.model_dump(mode="json", exclude={"parts"})) for d in drafts},
        "texts": {f"{d.number} {p.name}": _text(desk, p.name, p.digest) for d in drafts for p in d.parts},
        "log": [event.what for event in store.events(edition.id) if event.what not in TROUBLE],
        "received": [
            [i.state.value, i.verdict.kind if i.verdict else "", i.verdict.rule if i.verdict else "", i.junk]
            for i in inbounds
        ],
        "counts": sorted(str(_same(c.model_dump(mode="json"))) for c in store.counts("ccsu-rag/custody")),
    }


def _text(desk: Desk, name: str, digest: str) -> str:
    """A part as text: those that readers see; of the Word file its size in paragraphs is enough."""
    data = desk.store.blob(digest)
    if name in (HTML_PART, PAGE_PART, TEXT_PART):
        return without_chance(data.decode("utf-8"))
    return _word_text(data) if name == WORD_PART else ""


def _word_text(data: bytes) -> str:
    """The words of a Word file."""
    import io
    import zipfile

    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode("utf-8")
    return without_chance(re.sub(r"<[^>]+>", " ", xml))
