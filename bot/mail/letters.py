"""What each of our mails needs to know: one frozen model per kind, filled by the service, printed by a template.

``kind`` names the pair of templates (``templates/mail/<kind>.html.j2`` and ``.txt.j2``). Every letter shares the fields
of :class:`Letter`; texts written by people outside arrive here as plain values and are escaped where they are printed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from bot.core.model import AttachmentUse, Finding, FormField, Leftover, Person, Problem, Section, Value

ANYTHING_ELSE = "Anything else"


def with_anything_else(fields: tuple[FormField, ...], theme: str) -> tuple[FormField, ...]:
    """The form's fields as they are mailed: none configured gives one with the theme's title; the last is always
    "Anything else", under the next free key."""
    shown = fields or (FormField(key="F1", title=theme),)
    if shown[-1].title.casefold() == ANYTHING_ELSE.casefold():
        return shown
    taken = {field.key for field in shown}
    key = next(key for n in range(len(shown) + 1, len(shown) + 1000) if (key := f"F{n}") not in taken)
    return (*shown, FormField(key=key, title=ANYTHING_ELSE))


class Letter(Value):
    """What every mail carries. ``bulletin`` and ``month`` as people say them ("CCSU RAG update", "August 2025");
    ``name`` is whom we greet (empty: a plain "Hello,"); ``token`` the reference for replies (empty: none);
    ``team`` signs the mail; ``marking`` is printed at the top where the organisation marks its mail."""

    kind: str
    bulletin: str
    month: str
    name: str = ""
    token: str = ""
    team: str = ""
    marking: str = ""


class RequestLetter(Letter):
    """To a lead: please send your section. ``statistics_to`` ("the end of July 2025") asks for the figures too."""

    kind: Literal["request"] = "request"
    theme: str
    deadline: AwareDatetime
    fields: tuple[FormField, ...] = ()
    statistics_to: str = ""
    note: str = ""  # a sentence from the editor, if any


class ReminderLetter(Letter):
    """To a lead whose section is not in yet; ``also`` names their other themes that are not in either."""

    kind: Literal["reminder"] = "reminder"
    theme: str
    deadline: AwareDatetime
    fields: tuple[FormField, ...] = ()
    also: tuple[str, ...] = ()
    last: bool = False
    ask_owner: bool = False  # two months of nothing: is this still the right person?


class DeputyLetter(Letter):
    """To the deputy: the lead is away, could you send the section? ``back_on`` in words ("Monday 18 August 2025")."""

    kind: Literal["deputy_question"] = "deputy_question"
    theme: str
    lead: str
    deadline: AwareDatetime
    fields: tuple[FormField, ...] = ()
    back_on: str = ""
    bounced: bool = False  # the request could not be delivered, rather than an absence
    statistics_to: str = ""


class ReceiptLetter(Letter):
    """To a lead: your section as it will be printed, what was set aside and why, and our questions.

    ``section`` holds the items (and the statistics, printed as a table); ``findings`` are the statistics findings with
    their cells; ``questions`` at most five are printed; ``notes`` are sentences such as what this reply replaced or who
    else was told; ``late`` says that it came after the deadline.
    """

    kind: Literal["receipt"] = "receipt"
    theme: str
    section: Section
    deadline: AwareDatetime
    leftovers: tuple[Leftover, ...] = ()
    attachments: tuple[AttachmentUse, ...] = ()
    questions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    late: bool = False


class Shown(Value):
    """One section in the digest of receipts: as it will be printed, and what is still asked about it; ``news`` says
    what this mail stands for."""

    section: Section
    news: str
    questions: tuple[str, ...] = ()


class AnswerLetter(Letter):
    """A plain answer: something was unclear, late, not placed, or asked. ``about`` heads the subject ("Your reply");
    ``sentences`` say what was understood and what happened; ``may_say`` lists what can be replied, word and meaning;
    ``quoted`` shows the line of theirs that it is about; ``shown`` are sections as they will be printed."""

    kind: Literal["answer"] = "answer"
    about: str
    sentences: tuple[str, ...]
    may_say: tuple[tuple[str, str], ...] = ()
    quoted: str = ""
    lines: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


class PeopleLetter(Letter):
    """To an editor: the lists of leads, deputies and readers, attached as ``file``, with how many there are."""

    kind: Literal["people"] = "people"
    leads: int
    deputies: int
    readers: int
    file: str
    notes: tuple[str, ...] = ()


class Standing(Value):
    """Where one theme stands, as a line of the editor's summary."""

    title: str
    status: Literal["in", "nil", "late", "missing", "skipped"]
    person: str = ""
    note: str = ""  # "replied Tuesday 12 August at 09:40", "out of office until 18 August"


TO_A_CORRECTION = (
    ("APPROVE", "send exactly this draft to the readers below"),
    ("HOLD", "stop everything that has not left, at any time"),
    ("CHANGES", "what you write underneath goes to the leads"),
)


TO_A_DRAFT = (
    *TO_A_CORRECTION,
    ("CHASE", "remind those who are not in; add a theme to remind one"),
    ("EXTEND 15 September", "give the leads until that day"),
    ("SKIP Hate Crime", "leave that theme out this month"),
)


class DraftLetter(Letter):
    """To the editor: a draft to approve. ``fingerprint`` is the short digest; ``log_head`` says where the edition's
    log stood ("line 12, 3f2a 9c1b 77d0 e4a5"); ``changes`` are plain sentences;
    ``open_mails`` are the mails that wait for a person (holding pen, strays), one line each."""

    kind: Literal["draft"] = "draft"
    number: int
    version: int = 1
    fingerprint: str
    log_head: str = ""
    made_at: AwareDatetime
    distribution_at: AwareDatetime
    cooling_off: str = ""  # "15 minutes"
    standings: tuple[Standing, ...] = ()
    findings: tuple[Finding, ...] = ()
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    readers: tuple[Person, ...] = ()
    open_mails: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()  # what readers asked and nobody has answered yet, one line each
    enclosures: tuple[str, ...] = ()  # files that leads sent, one line each, with the number that ENCLOSE names
    may_say: tuple[tuple[str, str], ...] = TO_A_DRAFT


class ChaserLetter(Letter):
    """To the editor: a draft waits for a decision."""

    kind: Literal["chaser"] = "chaser"
    number: int
    fingerprint: str
    made_at: AwareDatetime
    distribution_at: AwareDatetime
    overdue: bool = False
    correction: bool = False  # the readers have an earlier version
    not_in: tuple[str, ...] = ()  # themes that are not in yet
    open_questions: int = 0


class ConfirmationLetter(Letter):
    """To the editor: approved; it leaves at ``goes_at`` unless HOLD comes first."""

    kind: Literal["confirmation"] = "confirmation"
    number: int
    version: int = 1
    fingerprint: str
    approved_by: str
    goes_at: AwareDatetime
    readers: int


class Undelivered(Value):
    """One reader who did not get the bulletin, or may not have."""

    name: str
    address: str
    reason: str = ""


class OutcomeLetter(Letter):
    """To the editor: how the distribution ended. ``in_doubt``: nobody can vouch for it; never sent again unasked."""

    kind: Literal["outcome"] = "outcome"
    number: int
    version: int = 1
    sent: int
    total: int
    finished_at: AwareDatetime
    bounced: tuple[Undelivered, ...] = ()
    failed: tuple[Undelivered, ...] = ()
    in_doubt: tuple[Undelivered, ...] = ()
    withdrawn: int = 0


class BulletinLetter(Letter):
    """To a reader: the edition itself. ``body_html`` and ``body_text`` come ready made from render and are printed as
    they are; the mail holds no salutation, so all readers share one body."""

    kind: Literal["bulletin"] = "bulletin"
    body_html: str
    body_text: str
    version: int = 1


class AlertLetter(Letter):
    """To the operator: something needs a person. ``instance`` names the machine or the deployment."""

    kind: Literal["alert"] = "alert"
    problems: tuple[Problem, ...]
    instance: str = ""
    seen_at: AwareDatetime
    cleared: bool = False


class StrayMail(Value):
    """A mail that waits for a person; ``number`` is what ``FILE 3 ...`` names (0: only listed)."""

    number: int = 0
    sender: str
    at: AwareDatetime
    subject: str
    reason: str = ""
    candidates: tuple[str, ...] = ()


class NoticeLetter(Letter):
    """To the editor: something happened that may need a decision (absence, bounce, stray mails, late reply).

    ``words``: what a reader asks, a paragraph each, when it passes that on."""

    kind: Literal["notice"] = "notice"
    about: str
    sentences: tuple[str, ...]
    mails: tuple[StrayMail, ...] = ()
    words: tuple[str, ...] = ()
    may_say: tuple[tuple[str, str], ...] = Field(default=())


AnyLetter = (
    RequestLetter
    | ReminderLetter
    | DeputyLetter
    | ReceiptLetter
    | AnswerLetter
    | PeopleLetter
    | DraftLetter
    | ChaserLetter
    | ConfirmationLetter
    | OutcomeLetter
    | BulletinLetter
    | AlertLetter
    | NoticeLetter
)
