"""What the store keeps, as frozen values, and the changes that one transaction may write.

A planner reads an :class:`EditionView` and answers with changes; the store writes all of them or none.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from bot.core.model import Count as Count  # written and read here, defined with the other values
from bot.core.model import (
    DeliveryState,
    Draft,
    EditionState,
    InboundState,
    Person,
    Problem,
    Submission,
    Timetable,
    Value,
    Verdict,
)


class Question(Value):
    """A YES/NO question that waits for the editor; ``subject`` says what YES would do."""

    code: str
    subject: str
    asked_at: AwareDatetime
    inbound: int = 0  # the mail that raised it, read again on YES
    draft: int | None = None  # the draft that it is about


class Owed(Value):
    """A receipt that was not sent at once, because its reader had got many that day: it joins one digest mail."""

    to: Person
    theme: str
    revision: int
    since: AwareDatetime


class Asked(Value):
    """A reader's question that was passed on, and whether it is answered; ``digest`` is that of its mail, and names it
    in the key of the notice, ``theme`` the section that it is about ("": it went to the editors)."""

    inbound: int
    digest: str
    by: str
    theme: str = ""
    since: AwareDatetime
    answered: bool = False


class PendingCode(Value):
    """A decision that waits for its one-time code, kept as a hash; ``inbound`` is the mail that it would confirm."""

    hash: str
    person: str  # address
    word: str
    inbound: int
    draft: int | None
    until: AwareDatetime
    tries: int = 0


class Edition(Value):
    """One month of a bulletin. ``version`` is the compare-and-set counter of the row, ``issue_version`` what readers
    see as v1, v2. ``readers`` is the list frozen at approval; ``changed_at`` the last change that no draft holds."""

    id: int = 0
    bulletin: str
    period: str
    state: EditionState = EditionState.PLANNED
    version: int = 0
    timetable: Timetable
    extended: bool = False  # the editor moved the deadline: the calendar no longer does
    issue_version: int = 1
    draft: int | None = None
    approved_draft: int | None = None
    approved_by: str = ""
    approved_at: AwareDatetime | None = None
    release_at: AwareDatetime | None = None
    changed_at: AwareDatetime | None = None
    readers: tuple[Person, ...] = ()
    skipped_themes: tuple[str, ...] = ()
    enclosed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: Question | None = None
    sent_draft: int | None = None  # the draft that readers have, or began to get
    whole_version: int = 0  # the newest version that has left to everybody
    edited_draft: int | None = None  # the draft that the editor's own Word file became; later ones keep its words
    edited_themes: tuple[str, ...] = ()  # the themes whose words are the editor's
    edited_seen_at: AwareDatetime | None = None  # when the draft was made that the editor had before them
    people: Question | None = None  # a list of people that came back: asked, or what became of it
    accepted: tuple[str, ...] = ()  # keys of findings that a person accepted in this edition
    asked: tuple[Asked, ...] = ()  # readers' questions, the newest
    owed: tuple[Owed, ...] = ()  # receipts that wait for the next digest
    codes: tuple[PendingCode, ...] = ()  # decisions that wait for a one-time code
    objected_by: str = ""  # the editor who last wrote HOLD, or something worrying, about what may be approved
    strays_listed: int = 0  # the id of the last stray inbound that a summary has listed
    cause: str = ""  # why it is in this state, in words: "HOLD by editor", ...


class Inbound(Value):
    """A mail we received: its row without its bytes."""

    id: int
    mailbox: str
    ref: str
    state: InboundState
    attempts: int = 0
    junk: bool = False
    received_at: AwareDatetime
    digest: str = ""
    blob: str = ""
    verdict: Verdict | None = None
    edition_id: int | None = None
    note: str = ""


class Delivery(Value):
    """One mail to one envelope. The mail's bytes are ``header`` blob + ``body`` blob (body "" = header holds all)."""

    key: str
    message_id: str
    edition_id: int | None = None
    kind: str
    sender: str
    recipient: str
    header: str  # blob digest
    body: str = ""  # blob digest, shared by all readers of an edition
    state: DeliveryState = DeliveryState.QUEUED
    ref: str | None = None
    reason: str = ""
    queued_at: AwareDatetime
    not_before: AwareDatetime
    changed_at: AwareDatetime
    leased_until: AwareDatetime | None = None
    attempts: int = 0


class Token(Value):
    """What a token names. ``hash`` only: the token itself is in the mail that carries it and nowhere else.

    ``about`` binds an editor's token to one question: the digest of a change of the lists of people."""

    hash: str
    purpose: Literal["lead", "editor"]
    bulletin: str
    period: str
    theme: str = ""
    draft: int | None = None
    person: str  # address
    dead: bool = False
    about: str = ""


class Absence(Value):
    """A person is away: told by an out-of-office (or a bounce, ``until`` None). It belongs to the person."""

    address: str
    since: AwareDatetime
    until: date | None
    why: Literal["out_of_office", "bounce"]
    inbound: int


class PeopleOver(Value):
    """A list of leads, deputies and readers that an editor confirmed: it lies over the configuration's files.

    ``number`` counts a bulletin's lists from 1; ``digest`` names the bytes of the list (``core.people.KeptPeople``)."""

    bulletin: str
    number: int
    digest: str
    edition_id: int
    inbound: int  # the mail that confirmed it
    person: str  # address
    at: AwareDatetime


class Decided(Value):
    """What an editor decided, when, about which draft, and what was done."""

    at: AwareDatetime
    person: str  # address
    word: str
    argument: str
    draft: int | None
    done: str


class Event(Value):
    """One line of the append-only log; ``hash`` chains it to the line before of the same edition (0 = no edition)."""

    number: int
    edition_id: int
    at: AwareDatetime
    what: str
    data: str  # canonical JSON
    hash: str


class LogHead(Value):
    """Where the log of an edition stands: its last line's number and hash, which stands for all lines before."""

    number: int
    hash: str


# ------------------------------------------------------------------------------------------------- changes


class EditionSaved(Value):
    """Write the edition's new value; refused with Conflict unless the row still has ``edition.version``."""

    change: Literal["edition_saved"] = "edition_saved"
    edition: Edition


class InboundClosed(Value):
    """This mail has been dealt with: its new state, why, and where the mailbox should file it."""

    change: Literal["inbound_closed"] = "inbound_closed"
    inbound: int
    state: InboundState
    place: Literal["processed", "held", "left"]
    verdict: Verdict
    digest: str
    edition_id: int | None = None


class SubmissionAdded(Value):
    """One more submission; (edition, theme, revision) is unique."""

    change: Literal["submission_added"] = "submission_added"
    edition_id: int
    submission: Submission


class BlobAdded(Value):
    """Bytes by digest; repeating it is harmless."""

    change: Literal["blob_added"] = "blob_added"
    digest: str
    data: bytes


class DraftAdded(Value):
    """One more frozen draft; (edition, number) is unique. Its parts' bytes come as BlobAdded before it."""

    change: Literal["draft_added"] = "draft_added"
    edition_id: int
    draft: Draft


class DecisionAdded(Value):
    """What the editor decided, by which mail (unique), about which draft."""

    change: Literal["decision_added"] = "decision_added"
    edition_id: int
    inbound: int
    draft: int | None
    word: str
    argument: str = ""
    person: str
    done: str = ""  # what was done, in words


class DeliveryQueued(Value):
    """Put one mail in the outbox. A key that is there already wins: nothing is written, nothing is sent twice."""

    change: Literal["delivery_queued"] = "delivery_queued"
    delivery: Delivery


class DeliveriesWithdrawn(Value):
    """Withdraw what is still queued of an edition: of these kinds (empty = all kinds), for this reason."""

    change: Literal["deliveries_withdrawn"] = "deliveries_withdrawn"
    edition_id: int
    kinds: tuple[str, ...] = ()
    reason: str


class DeliveriesRequeued(Value):
    """Put withdrawn mails of an edition back in the outbox (the editor approved anew). Never those sent.

    ``version`` names the one version that may leave again ("/v2/" in the key); None = any. ``key``: only this mail."""

    change: Literal["deliveries_requeued"] = "deliveries_requeued"
    edition_id: int
    kinds: tuple[str, ...]
    not_before: AwareDatetime
    version: int | None = None
    key: str = ""


class DeliveryBounced(Value):
    """A bounce came back for a mail of ours."""

    change: Literal["delivery_bounced"] = "delivery_bounced"
    key: str
    reason: str


class DueDone(Value):
    """Something due was done ("request", "reminder/1", "draft" ...): (edition, name) is unique."""

    change: Literal["due_done"] = "due_done"
    edition_id: int
    name: str


class TokenIssued(Value):
    """A token lives from now on."""

    change: Literal["token_issued"] = "token_issued"
    token: Token


class TokensKilled(Value):
    """Editor tokens of an edition are dead (of one draft, or of all when ``draft`` is None)."""

    change: Literal["tokens_killed"] = "tokens_killed"
    bulletin: str
    period: str
    draft: int | None = None


class AbsenceNoted(Value):
    """Somebody is away."""

    change: Literal["absence_noted"] = "absence_noted"
    absence: Absence


class AbsenceEnded(Value):
    """Somebody wrote again: the absence is over."""

    change: Literal["absence_ended"] = "absence_ended"
    address: str


class CountsAdded(Value):
    """New figures of a series; (series, period, district, measure, revision) is unique."""

    change: Literal["counts_added"] = "counts_added"
    counts: tuple[Count, ...]


class Logged(Value):
    """One line for the append-only log. ``data`` holds ids, codes and digests, never message text."""

    change: Literal["logged"] = "logged"
    edition_id: int | None = None
    what: str
    data: dict[str, str | int | None] = Field(default_factory=dict)


class PeopleChanged(Value):
    """One more list of people was confirmed; (bulletin, number) is unique, so of two at once one has lost the race.

    The bytes that ``digest`` names come as BlobAdded before it."""

    change: Literal["people_changed"] = "people_changed"
    bulletin: str
    number: int
    digest: str
    edition_id: int
    inbound: int
    person: str


class ProblemNoted(Value):
    """Something needs a person; (code, where) is unique while it is open, so it is told once."""

    change: Literal["problem_noted"] = "problem_noted"
    problem: Problem
    edition_id: int | None = None


class ProblemCleared(Value):
    """It needs nobody any more."""

    change: Literal["problem_cleared"] = "problem_cleared"
    code: str
    where: str


Change = Annotated[
    EditionSaved
    | InboundClosed
    | SubmissionAdded
    | BlobAdded
    | DraftAdded
    | DecisionAdded
    | DeliveryQueued
    | DeliveriesWithdrawn
    | DeliveriesRequeued
    | DeliveryBounced
    | DueDone
    | TokenIssued
    | TokensKilled
    | AbsenceNoted
    | AbsenceEnded
    | CountsAdded
    | Logged
    | PeopleChanged
    | ProblemNoted
    | ProblemCleared,
    Field(discriminator="change"),
]


class EditionView(Value):
    """Everything a planner needs to know about one edition, read in one transaction."""

    edition: Edition
    submissions: tuple[Submission, ...] = ()
    done: frozenset[str] = frozenset()
    draft: Draft | None = None  # the newest
    approved: Draft | None = None  # the one that was approved
    absences: tuple[Absence, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    held: tuple[Inbound, ...] = ()  # the holding pen: of this edition or of none
    strays: tuple[Inbound, ...] = ()  # left in the inbox and not yet listed
    log_head: LogHead | None = None  # None: no line yet, or the view was not read for a mail that prints it

    @property
    def approved_digest(self) -> str:
        """The digest of the draft that is approved as the edition stands; "" when none is, or it is not here."""
        drafts = (draft for draft in (self.approved, self.draft) if draft is not None)
        return next((draft.digest for draft in drafts if draft.number == self.edition.approved_draft), "")
