"""The words of the domain as frozen values: what a mail holds, what a section is, what is printed, what was found.

Everything here is immutable and made of plain data, so it can be stored as JSON (``model_dump_json``) and read back
(``model_validate_json``) without loss. Datetimes are always aware; the store keeps UTC, people read Europe/London.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Base of all values: frozen, and a field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --------------------------------------------------------------------------------------------------- content


class Run(Value):
    """A stretch of text with one look. ``url`` makes it a link (http, https or mailto only)."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str | None = None


class Heading(Value):
    """A heading inside a section; ``level`` 1 is an item's heading, 2 and 3 lie below it."""

    kind: Literal["heading"] = "heading"
    runs: tuple[Run, ...]
    level: int = 1


class Paragraph(Value):
    """A paragraph. ``contact`` marks the "please contact ..." line, which is set apart in print."""

    kind: Literal["paragraph"] = "paragraph"
    runs: tuple[Run, ...]
    contact: bool = False


class ListItem(Value):
    """One bullet or number; ``level`` starts at 1; ``number`` is given where a numbered list (re)starts, else None."""

    kind: Literal["list_item"] = "list_item"
    runs: tuple[Run, ...]
    level: int = 1
    ordered: bool = False
    number: int | None = None


class Table(Value):
    """A rectangular table, merged cells unrolled; each cell is runs; the first ``header_rows`` rows are headings."""

    kind: Literal["table"] = "table"
    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    header_rows: int = 1
    caption: str = ""


class Picture(Value):
    """A picture, already re-encoded and without metadata; ``digest`` (sha256 hex) names its bytes in the blob table."""

    kind: Literal["picture"] = "picture"
    digest: str
    media_type: str = "image/png"
    width: int = 0  # pixels
    height: int = 0  # pixels
    alt: str = ""
    name: str = ""


Block = Annotated[Heading | Paragraph | ListItem | Table | Picture, Field(discriminator="kind")]


def plain(runs: tuple[Run, ...]) -> str:
    """The text of some runs, without look or links."""
    return "".join(run.text for run in runs)


def block_text(block: Heading | Paragraph | ListItem | Table | Picture) -> str:
    """The visible text of a block; cells of a table are joined by tabs, rows by line ends; a picture gives its alt."""
    if isinstance(block, Table):
        return "\n".join("\t".join(plain(cell) for cell in row) for row in block.rows)
    if isinstance(block, Picture):
        return block.alt
    return plain(block.runs)


class Item(Value):
    """One story of a section: a heading and its blocks. ``field`` is the form field it answers ("F1"), if any.

    ``inbound`` is the id of the mail it came from, which `trace` shows; ``person`` the address of who wrote it.
    """

    heading: str
    blocks: tuple[Block, ...]
    field: str | None = None
    inbound: int | None = None
    person: str = ""


class Leftover(Value):
    """Text of a reply that is not printed, with the reason: signature, disclaimer, banner, quoted, cover_note ..."""

    text: str
    reason: str


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # stops what it concerns
    WARNING = "warning"  # asks
    NOTE = "note"  # informs


class Finding(Value):
    """What proof-reading or the statistics rules noticed. ``message`` is one plain sentence for a person."""

    code: str
    severity: Severity = Severity.WARNING
    where: str = ""
    text: str = ""
    message: str = ""
    suggestion: str = ""
    exact: str = ""  # the very words that the suggestion would replace
    number: int = 0  # in a draft: what ACCEPT names it by, frozen with the draft; 0 = has none


class AttachmentUse(Value):
    """What became of an attachment: ``use`` is section, statistics, picture or set_aside, with the reason."""

    name: str
    use: Literal["section", "statistics", "picture", "set_aside"]
    reason: str = ""


class FormField(Value):
    """One field of the request form: ``key`` ("F1"), its ``title`` and what was printed ``last_month`` (may be "")."""

    key: str
    title: str
    last_month: str = ""


class PlacedBlock(Value):
    """A block of a reply together with the form field it answers (None: placed by nobody yet).

    ``source`` is the name of the attachment that it came from, "" for the mail's own text.
    """

    block: Block
    field: str | None = None
    source: str = ""


class MailClass(StrEnum):
    """What kind of mail it is, before we know whose business."""

    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELAY_NOTICE = "delay_notice"
    READ_RECEIPT = "read_receipt"
    RECALL = "recall"
    CALENDAR_RESPONSE = "calendar_response"
    COMMAND = "command"
    OWN = "own"
    UNKNOWN = "unknown"


class Bounced(Value):
    """What a bounce names: the failed ``recipient``, RFC 3463 ``status``, and the Message-ID of our mail."""

    recipient: str
    status: str = ""
    permanent: bool = True
    original_message_id: str = ""


class Reading(Value):
    """Everything that reading a mail gave: the sender's own blocks, what was set aside, and what the mail is.

    ``tokens`` are all reference tokens seen in subject and body, normalised; ``new_text`` is the sender's new text as
    plain lines (for the editor's words); ``pictures`` and ``files`` give bytes by digest for what is printed or kept.
    """

    mail_class: MailClass
    author: str = ""
    forwarded_by: str | None = None
    request_token: str | None = None
    tokens: tuple[str, ...] = ()
    blocks: tuple[PlacedBlock, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    attachments: tuple[AttachmentUse, ...] = ()
    nil: bool = False
    back_on: date | None = None
    alternate_contact: tuple[str, ...] = ()
    bounced: tuple[Bounced, ...] = ()
    confidence: Literal["high", "low"] = "high"
    findings: tuple[Finding, ...] = ()
    new_text: str = ""
    replaces: Literal["fields", "all", "adds", "unsaid"] = "unsaid"


# ------------------------------------------------------------------------------------------------ statistics


class CountRow(Value):
    """One printed row of the statistics: a district and its measures, with the cells they came from."""

    district: str
    values: dict[str, int | None]  # measure key -> count; None = suppressed or not given
    total: int | None
    place: bool = True  # False for "No fixed abode", "Out of County"
    source: str = ""


class StatisticsTable(Value):
    """The statistics as they will be printed. Totals are computed from the rows, never taken from a file.

    ``measures`` are (key, title) pairs in print order; ``month_rows`` are this month's counts where known;
    ``period`` is the last month the figures include ("2025-07"); ``stale`` = the last published table, kept.
    """

    series: str
    title: str
    intro: str = ""
    period: str | None
    measures: tuple[tuple[str, str], ...]
    rows: tuple[CountRow, ...]
    totals: dict[str, int]
    month_rows: tuple[CountRow, ...] = ()
    month_totals: dict[str, int] = Field(default_factory=dict)
    sentence: str = ""
    footnotes: tuple[str, ...] = ()
    stale: bool = False
    month: str = ""  # what ``month_rows`` cover, in words: "August 2025", "July and August 2025"
    rate_title: str = ""  # "Positive rate"
    rates: dict[str, float] = Field(default_factory=dict)  # district or "total" -> per cent of the printed row
    changes: dict[str, int] = Field(
        default_factory=dict
    )  # district or "total" -> month's total less the month before's


# -------------------------------------------------------------------------------------------- the bulletin


class SectionStatus(StrEnum):
    """Where a theme stands in an edition."""

    IN = "in"
    NIL = "nil"
    MISSING = "missing"
    SKIPPED = "skipped"


class Section(Value):
    """One theme's part of the bulletin as it will be printed; ``statistics`` follows its items."""

    theme: str
    title: str
    items: tuple[Item, ...] = ()
    nil: bool = False
    statistics: StatisticsTable | None = None
    mail_link: str = ""  # mailto: for readers' questions about this section


class Bulletin(Value):
    """The format-neutral bulletin: every output (Word, HTML, text, PDF) is made from this and nothing else."""

    key: str  # "ccsu-rag"
    period: str  # "2025-08"
    title: str
    month: str  # "August 2025"
    marking: str = ""  # "OFFICIAL"
    intro: str = ""
    sections: tuple[Section, ...] = ()
    contact: tuple[Run, ...] = ()
    author: str = ""
    nil_sentence: str = "Nothing to report this month."


class Part(Value):
    """One part of a frozen draft, its bytes named by digest."""

    name: str  # "bulletin.docx"
    media_type: str
    digest: str  # sha256 hex


class Draft(Value):
    """One numbered, frozen rendering of every part; ``digest`` covers all of them and the bulletin itself."""

    number: int
    version: int  # v1, v2: what readers got or will get
    digest: str
    parts: tuple[Part, ...]
    bulletin: Bulletin
    findings: tuple[Finding, ...] = ()
    changes: tuple[str, ...] = ()  # plain sentences: what changed since the draft before
    made_at: AwareDatetime


# ------------------------------------------------------------------------------------------ people and dates


class Person(Value):
    """Someone named in the configuration or the directory."""

    name: str
    address: str
    role: str = ""
    csp: str = ""


class Theme(Value):
    """A standing rubric with lead, deputies and form fields."""

    key: str
    title: str
    order: int
    leads: tuple[Person, ...]
    deputies: tuple[Person, ...] = ()
    fields: tuple[FormField, ...] = ()
    series: str | None = None


class Timetable(Value):
    """The dates of an edition, all aware (Europe/London)."""

    period: str
    request_at: AwareDatetime
    reminders_at: tuple[AwareDatetime, ...]
    deadline_at: AwareDatetime
    distribution_at: AwareDatetime
    chase_editor_at: tuple[AwareDatetime, ...] = ()
    statistics_to: str = ""  # the month the statistics run to, "2025-07"


class EditionState(StrEnum):
    """States of an edition."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    DISTRIBUTING = "distributing"
    DISTRIBUTED = "distributed"
    STOPPED = "stopped"
    CORRECTING = "correcting"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class InboundState(StrEnum):
    """States of a mail we received."""

    REMEMBERED = "remembered"
    HANDLED = "handled"
    HELD = "held"
    PARKED = "parked"


class DeliveryState(StrEnum):
    """States of one mail to one envelope."""

    QUEUED = "queued"
    RELEASING = "releasing"
    SENT = "sent"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


class Verdict(Value):
    """What classification says of an inbound, the rule that hit, and the reasons in plain words."""

    kind: str  # submission, command, absence, bounce, own, stray, reader_reply, late, hold ...
    bulletin: str | None = None
    period: str | None = None
    theme: str | None = None
    person: str = ""
    rule: str = ""
    reasons: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class Problem(Value):
    """Something that needs a person: a stable code, one plain sentence, where, and what to do now.

    ``noted_at`` is filled in by the store: the same trouble, when it comes again, is another one."""

    code: str
    sentence: str
    where: str = ""
    todo: str = ""
    noted_at: AwareDatetime | None = None


class Count(Value):
    """One published number: how many, of which measure, in which district, to the end of which month."""

    series: str
    period: str
    district: str
    measure: str
    revision: int = 1
    value: int
    cumulative: int | None = None
    source: str = ""  # "Sheet1!B4"
    inbound: int | None = None


class Mend(Value):
    """A change that somebody asked for in words, made to what stands: other ``words``, a ``link`` behind words, an item
    taken out (``drop``), everything of a person's taken out (``withdraw``).

    ``old`` and ``new`` are words (or the address behind a link) in items of the mail ``inbound``; ``heading`` names the
    item to drop; ``person`` whose items are meant ("" = everybody's).
    """

    kind: Literal["words", "link", "drop", "withdraw"]
    old: str = ""
    new: str = ""
    once: bool = False  # only where the words stand first
    inbound: int | None = None
    heading: str = ""
    person: str = ""


class Submission(Value):
    """One accepted reply for (edition, theme), numbered r1, r2 ...; ``replaces`` says in words what it replaced.

    ``questions`` are the findings that its receipt asked about, in that order; ``mends`` and ``accepted`` (keys of
    findings) what it answered to earlier ones; ``printed_again`` the month whose text it asked for again."""

    theme: str
    revision: int
    inbound: int
    person: str
    items: tuple[Item, ...] = ()
    nil: bool = False
    statistics: StatisticsTable | None = None
    counts: tuple[Count, ...] = ()  # what joins the series when the edition is distributed
    leftovers: tuple[Leftover, ...] = ()
    attachments: tuple[AttachmentUse, ...] = ()
    findings: tuple[Finding, ...] = ()
    replaces: str = ""
    mode: Literal["fields", "all", "adds", "unsaid"] = "unsaid"
    questions: tuple[Finding, ...] = ()
    mends: tuple[Mend, ...] = ()
    accepted: tuple[str, ...] = ()
    printed_again: str = ""
    at: datetime
