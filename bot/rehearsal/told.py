"""What a store tells of one edition, in the words that people would compare."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from xml.etree import ElementTree  # for the Word files that this program made

from bot.core.assemble import of_theme, status_of
from bot.core.model import DeliveryState, Draft, InboundState, Section, SectionStatus, block_text
from bot.core.records import Delivery, EditionView, Inbound
from bot.errors import StoreError
from bot.service.desk import Desk
from bot.service.drafting import PAGE_PART, WORD_PART

OPERATORS = ("alert", "all_clear")  # mails about trouble of that time, which a rehearsal does not meet
_CHANCE = (
    (re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2,}\b"), "(token)"),
    (re.compile(r"\bline\s\d+,\s[0-9a-f]{4}(?:\s[0-9a-f]{4}){3}\b"), "(line of the log)"),
    (re.compile(r"\b[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}\b|\b[0-9a-f]{16,64}\b"), "(digest)"),
)
_WORD_PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


@dataclass(frozen=True)
class Mail:
    """One mail of ours: ``text`` is None when its bytes were purged; ``left``: whether it was not withdrawn."""

    kind: str
    recipient: str
    text: str | None
    left: bool


@dataclass(frozen=True)
class Received:
    """What became of a mail that came in: as what it was taken, for which theme, and why."""

    became: str
    theme: str
    reasons: tuple[str, ...]


@dataclass
class Told:
    """One edition as a store tells it. Keys are those of configuration and store, so that two can be compared."""

    state: str
    approved_by: str
    standings: dict[str, str]  # theme key -> in, in (late), nil, missing, skipped
    submissions: dict[tuple[int, str], str]  # (mail, theme) -> what it was: "nil", "text", with figures
    received: dict[int, Received]
    mails: dict[str, Mail]
    titles: dict[str, str] = field(default_factory=dict)
    sections: dict[str, tuple[str, ...]] = field(default_factory=dict)  # theme key -> lines as printed
    figures: dict[tuple[str, str, str], str] = field(default_factory=dict)  # (theme, district, measure) -> number
    findings: dict[tuple[str, str, str], str] = field(default_factory=dict)
    word: tuple[str, ...] = ()  # paragraphs of the Word file
    package: dict[str, bytes] = field(default_factory=dict)  # its other members
    page: bytes = b""


def without_chance(text: str) -> str:
    """The text without tokens, codes, digests and the head of the log, which are others each time."""
    for pattern, name in _CHANCE:
        text = pattern.sub(name, text)
    return text


def tell(
    desk: Desk, bulletin: str, period: str, mails: frozenset[int], texts: Mapping[str, str | None] | None = None
) -> Told | None:
    """What the store behind ``desk`` tells of an edition and of these mails; None when the edition is not there.

    ``texts``: those of our own mails by key, where they are not what the store holds."""
    edition = desk.store.edition(bulletin, period)
    if edition is None:
        return None
    view = desk.store.view(edition.id)
    told = Told(
        state=edition.state.value,
        approved_by=edition.approved_by,
        standings=_standings(desk, view),
        submissions={
            (one.inbound, one.theme): _what(one.nil, bool(one.items), one.statistics is not None)
            for one in view.submissions
        },
        received={one.id: _received(one) for one in desk.store.inbounds(tuple(InboundState)) if one.id in mails},
        mails={one.key: mail for one, mail in _mails(desk, view, texts or {}) if one.kind not in OPERATORS},
    )
    number = edition.sent_draft or edition.approved_draft or edition.draft
    draft = desk.store.draft(edition.id, number) if number else None
    if draft is not None:
        _printed(desk, draft, told)
    return told


def _what(nil: bool, text: bool, figures: bool) -> str:
    parts = [word for word, there in (("nothing this month", nil), ("text", text), ("figures", figures)) if there]
    return " and ".join(parts) or "nothing that is printed"


def _standings(desk: Desk, view: EditionView) -> dict[str, str]:
    """Who is in, by theme; late when the first reply came after the deadline."""
    found = {}
    for theme in desk.bulletins[view.edition.bulletin].themes:
        status = status_of(theme, view.submissions, view.edition.skipped_themes)
        mine = of_theme(theme.key, view.submissions)
        late = status is SectionStatus.IN and mine[0].at > view.edition.timetable.deadline_at
        found[theme.key] = status.value + (", late" if late else "")
    return found


def _received(inbound: Inbound) -> Received:
    verdict = inbound.verdict
    kind = (verdict.kind if verdict else inbound.state.value).replace("_", " ")
    held = " and held" if inbound.state is InboundState.HELD and kind != "held" else ""
    return Received(kind + held, (verdict.theme if verdict else "") or "", verdict.reasons if verdict else ())


def _mails(desk: Desk, view: EditionView, known: Mapping[str, str | None]) -> Iterator[tuple[Delivery, Mail]]:
    """Our own mails of this edition. Readers share one text, which is read once."""
    texts: dict[str, str | None] = {}
    for one in view.deliveries:
        shared = one.body or one.header
        if shared not in texts:
            texts[shared] = known[one.key] if one.key in known else mail_text(desk, one)
        text = texts[shared]
        said = text if text is None else without_chance(text)
        yield one, Mail(one.kind, one.recipient, said, one.state is not DeliveryState.WITHDRAWN)


def mail_text(desk: Desk, delivery: Delivery) -> str | None:
    """Subject and text of a mail of ours as a person reads them; None when the bytes were purged."""
    try:
        message = message_from_bytes(desk.store.mail_bytes(delivery), policy=policy.default)
    except StoreError:
        return None
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return f"{message['Subject']}\n{body.get_content() if body is not None else ''}"


def _printed(desk: Desk, draft: Draft, told: Told) -> None:
    """The draft that readers got, or would have got next."""
    for section in draft.bulletin.sections:
        told.titles[section.theme] = section.title
        told.sections[section.theme] = tuple(_lines(section, draft.bulletin.nil_sentence))
        if section.statistics is not None:
            for row in section.statistics.rows:
                for measure, value in row.values.items():
                    told.figures[section.theme, row.district, measure] = "none" if value is None else f"{value:,}"
            for measure, total in section.statistics.totals.items():
                told.figures[section.theme, "total", measure] = f"{total:,}"
    told.findings = {(one.code, _place(told, one.where), one.text): one.message for one in draft.findings}
    parts = {part.name: part.digest for part in draft.parts}
    told.page = desk.store.blob(parts[PAGE_PART]) if PAGE_PART in parts else b""
    told.word, told.package = _word(desk.store.blob(parts[WORD_PART])) if WORD_PART in parts else ((), {})


def _place(told: Told, where: str) -> str:
    """Where a finding is, with the theme's key in place of its title: a theme that was renamed keeps its findings."""
    keys = {title: theme for theme, title in told.titles.items()}
    return " / ".join(keys.get(step, step) for step in where.split(" / "))


def _lines(section: Section, nil_sentence: str) -> Iterator[str]:
    """A section line by line, figures left out."""
    if section.nil and not section.items:
        yield nil_sentence
    for item in section.items:
        if item.heading:
            yield item.heading
        yield from (line for block in item.blocks for line in block_text(block).splitlines())


def _word(data: bytes) -> tuple[tuple[str, ...], dict[str, bytes]]:
    """The paragraphs of a Word file, and its members but the text itself and the properties (which hold a time)."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        root = ElementTree.fromstring(packed.read("word/document.xml"))  # noqa: S314 - our own file
        kept = (name for name in packed.namelist() if name != "word/document.xml" and not name.startswith("docProps/"))
        members = {name: packed.read(name) for name in kept}
    paragraphs = ("".join(t.text or "" for t in p.iter(_WORD_TEXT)) for p in root.iter(_WORD_PARAGRAPH))
    return tuple(text for text in paragraphs if text), members
