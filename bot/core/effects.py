"""What a plan asks for beyond rows: mails to be written, drafts to be made, editions to be sent.

A plan is pure data. The service turns each effect into changes (it renders, composes and issues tokens) and writes all
of them in one transaction together with the plan's own changes.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.core.edits import Edited
from bot.core.model import Person, Value
from bot.core.records import Change, Edition, Owed


class AskLead(Value):
    """The request for one theme to one lead; ``key`` is the delivery key."""

    effect: Literal["ask_lead"] = "ask_lead"
    key: str
    theme: str
    to: Person


class AskDeputy(Value):
    """The question to a deputy whose lead is away (or whose lead's request bounced)."""

    effect: Literal["ask_deputy"] = "ask_deputy"
    key: str
    theme: str
    to: Person
    lead: Person
    back_on: date | None = None
    bounced: bool = False


class Remind(Value):
    """One reminder to a person, however many ``themes`` of theirs are not in."""

    effect: Literal["remind"] = "remind"
    key: str
    to: Person
    themes: tuple[str, ...]
    last: bool = False


class SendReceipt(Value):
    """The section as it will be printed, to somebody who wrote for it (or who must know that another did)."""

    effect: Literal["send_receipt"] = "send_receipt"
    key: str
    to: Person
    theme: str
    revision: int
    inbound: int
    notes: tuple[str, ...] = ()
    thread: bool = True  # False for somebody who did not write the mail


class SendDigest(Value):
    """All receipts that a person was not sent one by one, because they had got many that day."""

    effect: Literal["send_digest"] = "send_digest"
    key: str
    to: Person
    owed: tuple[Owed, ...]


class Answer(Value):
    """A plain answer to a mail. ``editor_draft`` gives an editor a token for this draft (None: no token)."""

    effect: Literal["answer"] = "answer"
    key: str
    to: Person
    about: str
    sentences: tuple[str, ...]
    lines: tuple[str, ...] = ()
    may_say: tuple[tuple[str, str], ...] = ()
    quoted: str = ""
    inbound: int | None = None
    editor_draft: int | None = None
    token_about: str = ""  # what the editor's token is bound to besides
    theme: str = ""  # a lead's answer carries the theme's token, so that a reply to it counts


class SendPeople(Value):
    """The lists of leads, deputies and readers to an editor, as a spreadsheet."""

    effect: Literal["send_people"] = "send_people"
    key: str
    to: Person
    inbound: int
    notes: tuple[str, ...] = ()


class MakeDraft(Value):
    """Assemble, proof-read, render and freeze draft ``number``, and mail it to the editors; ``notes`` are for them.

    ``why`` goes into the log, with the draft's digest, which is known only when it is made. ``edited`` is the editor's
    own Word file, which is this draft; ``also_to`` are others who get the draft mail."""

    effect: Literal["make_draft"] = "make_draft"
    number: int
    version: int
    why: str = ""
    notes: tuple[str, ...] = ()
    edited: Edited | None = None
    also_to: tuple[Person, ...] = ()


class SendDraft(Value):
    """The draft that waits, to a deputy of the editors who stands in; ``notes`` say why."""

    effect: Literal["send_draft"] = "send_draft"
    to: Person
    notes: tuple[str, ...]


class ChaseEditor(Value):
    """The draft waits for a decision."""

    effect: Literal["chase_editor"] = "chase_editor"
    key: str
    to: Person
    overdue: bool


class Confirm(Value):
    """Approved: it leaves at the release time."""

    effect: Literal["confirm"] = "confirm"
    key: str
    to: Person
    inbound: int
    approved_by: str


class Distribute(Value):
    """Queue the approved draft to every frozen reader."""

    effect: Literal["distribute"] = "distribute"


class SendCopy(Value):
    """The version that the readers have, to one late reader."""

    effect: Literal["send_copy"] = "send_copy"
    to: Person


class ReportOutcome(Value):
    """How the distribution ended, to an editor."""

    effect: Literal["report_outcome"] = "report_outcome"
    key: str
    to: Person


class Notify(Value):
    """Something that an editor should know."""

    effect: Literal["notify"] = "notify"
    key: str
    to: Person
    about: str
    sentences: tuple[str, ...]
    mails: tuple[int, ...] = ()  # inbound ids, shown with sender and subject
    reader: str = ""  # the address of a reader who asks: their words are shown, and a reply goes to them as well
    waits: bool = False  # the mails wait in the holding pen, and are shown with the numbers that FILE takes
    may_say: tuple[tuple[str, str], ...] = ()
    editor_draft: int | None = None
    token_about: str = ""  # what the editor's token is bound to besides: the themes that it offers by number


class FileHeld(Value):
    """The editor filed a mail from the holding pen under a theme: read it again as that theme's reply."""

    effect: Literal["file_held"] = "file_held"
    inbound: int
    theme: str


Effect = Annotated[
    AskLead
    | AskDeputy
    | Remind
    | SendReceipt
    | SendDigest
    | Answer
    | SendPeople
    | MakeDraft
    | SendDraft
    | ChaseEditor
    | Confirm
    | Distribute
    | SendCopy
    | ReportOutcome
    | Notify
    | FileHeld,
    Field(discriminator="effect"),
]


class Plan(Value):
    """What happens next: the edition's new value (None: untouched), rows to write and effects to carry out."""

    edition: Edition | None = None
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.edition is None and not self.changes and not self.effects


class PlanBuilder:
    """Collects one plan in the order in which things happen. Local to a planner function; never stored."""

    def __init__(self, edition: Edition) -> None:
        self._was = edition
        self.edition = edition
        self.done = ""  # what a decision did, in words, where the edition's cause does not say it
        self._changes: list[Change] = []
        self._effects: list[Effect] = []

    def set(self, **fields: object) -> None:
        """Give the edition new values."""
        self.edition = self.edition.model_copy(update=fields)

    def write(self, *changes: Change) -> None:
        """Rows to write."""
        self._changes.extend(changes)

    def do(self, *effects: Effect) -> None:
        """Effects to carry out."""
        self._effects.extend(effects)

    def plan(self) -> Plan:
        """The plan so far."""
        changed = self.edition if self.edition != self._was else None
        return Plan(edition=changed, changes=tuple(self._changes), effects=tuple(self._effects))
