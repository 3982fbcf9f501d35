"""What a lead's mail says beside what it brings for print: answers, wishes, notes to the editor, "as last month".

What is understood leaves the text and is told in the receipt; what is not certain stays text and is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bot.core import keys
from bot.core.assemble import of_theme, section_now, standing_items
from bot.core.mending import words_pattern
from bot.core.model import (
    Finding,
    Item,
    Leftover,
    ListItem,
    Mend,
    Person,
    PlacedBlock,
    Reading,
    Section,
    Severity,
    Submission,
    Theme,
    block_text,
)
from bot.core.planner.passing import Passed
from bot.core.records import EditionView
from bot.core.timetable import month_title, shifted_period
from bot.sections.answers import Asked, Heard, hear
from bot.sections.asides import Aside, aside_of, questions_inside, sentences
from bot.sections.nil import says_as_last_month
from bot.service.desk import Desk
from bot.service.opening import Opened

DOUBTS_MAX = 100  # notes inside a text that a lead may be asked about; a receipt asks five questions
LOOK_BACK = 3  # months in which "as last month" looks for a section, when a month was left out
_MONTHS = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE
)
_CUT_AT = re.compile(r"[,:;–—]|\s-\s|\b(?:but|except|apart from|plus|with|and)\b", re.IGNORECASE)
HOW_TO_ANSWER = (
    "Nothing was changed for that. Please answer with the number of the question (“1 yes, 2 no”), or send the words "
    "as they should be printed."
)
HOW_TO_CORRECT = (
    "Nothing was changed for that. Please send the whole text as it should be printed, and write “this replaces my "
    "earlier reply” above it."
)


@dataclass
class Said:
    """A reply taken apart: the ``reading`` of what is left as text, and what the rest of the mail says."""

    reading: Reading
    heard: Heard = field(default_factory=Heard)
    leftovers: list[Leftover] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)  # printed again from an earlier edition
    mends: list[Mend] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    passed: Passed | None = None
    nil: bool = False
    printed_again: str = ""

    @property
    def changes(self) -> tuple[Mend, ...]:
        """Everything that it changes of what stands."""
        return (*self.heard.mends, *self.mends)

    def take(self, goes: Callable[[PlacedBlock], bool], reason: str) -> list[PlacedBlock]:
        """Blocks of the mail's own text that are no text for print: set aside with the reason."""
        gone = [placed for placed in self.reading.blocks if not placed.source and goes(placed)]
        taken = {id(placed) for placed in gone}
        left = tuple(placed for placed in self.reading.blocks if id(placed) not in taken)
        self.reading = self.reading.model_copy(update={"blocks": left})
        self.leftovers += [Leftover(text=block_text(p.block), reason=reason) for p in gone if block_text(p.block)]
        return gone


def said_in(desk: Desk, view: EditionView, theme: Theme, person: Person, opened: Opened) -> Said:
    """What a reply says, in this order: answers to a receipt, notes to the editor, wishes, "as last month"."""
    said = Said(reading=opened.reading)
    _answers(desk, view, theme, person, opened, said)
    _whole(view, theme, person, said)
    again = Again(desk, view, theme, person, opened)
    _as_last_month(again, said)
    _fields(again, said)
    _inside(said, theme)
    if not said.reading.blocks and said.reading.nil:
        said.reading = said.reading.model_copy(update={"nil": False})
    return said


def own_text(reading: Reading) -> str:
    """The mail's own text, blocks below each other."""
    return "\n".join(block_text(placed.block) for placed in reading.blocks if not placed.source)


# -------------------------------------------------------------------------------------------------- answers


def _answers(desk: Desk, view: EditionView, theme: Theme, person: Person, opened: Opened, said: Said) -> None:
    """Answers to the questions of a receipt, and "drop the second item"."""
    reading = opened.reading
    if any(placed.field for placed in reading.blocks) or reading.forwarded_by:
        return
    delivery = opened.thread_delivery
    asked, open_ = asked_in(desk, view, theme, person, delivery.key if delivery else "")
    receipt = delivery is not None and (delivery.kind == "receipt" or keys.is_digest(delivery.key))
    thread = receipt if delivery else bool(opened.thread and open_ and opened.message)
    lines = [line for line in reading.new_text.splitlines() if line.strip()]
    if not lines:
        return
    heard = hear(lines, asked, thread=thread)
    if heard.complete:
        said.take(lambda placed: True, "answer")
    else:
        texts = {_as_typed(placed): placed for placed in reading.blocks if not placed.source}
        heard = hear(list(texts), asked, thread=thread, guess=False)
        said.take(lambda placed: _as_typed(placed) in heard.lines, "answer")
    said.heard = heard
    said.told += heard.done
    if heard.unclear:
        said.told += [*heard.unclear, HOW_TO_ANSWER if asked.questions else HOW_TO_CORRECT]


def _as_typed(placed: PlacedBlock) -> str:
    """A block's text with the number that its author typed."""
    block = placed.block
    number = f"{block.number}. " if isinstance(block, ListItem) and block.ordered and block.number else ""
    return number + block_text(block)


def asked_in(desk: Desk, view: EditionView, theme: Theme, person: Person, receipt: str) -> tuple[Asked, bool]:
    """The questions of the receipt with this delivery key, else of the newest one of the theme; whether any is open."""
    before = of_theme(theme.key, view.submissions)
    about = next((s for s in reversed(before) if receipt and _receipt_key(desk, view, s, person) == receipt), None)
    about = about or next(iter(reversed(before)), None)
    if about is None:
        return Asked((), ()), False
    until = tuple(s for s in before if s.revision <= about.revision)
    items = section_now(theme, until).items
    standing, _ = standing_items(before, theme.title)  # each with its own mail, not yet joined under one heading
    sources = tuple(_source(finding, standing) for finding in about.questions)
    return Asked(about.questions, items, sources), bool(about.questions)


def _receipt_key(desk: Desk, view: EditionView, submission: Submission, person: Person) -> str:
    inbound = desk.store.inbound(submission.inbound)
    digest = inbound.digest if inbound else ""
    return keys.receipt_key(view.edition.bulletin, view.edition.period, digest, person.address)


def _source(finding: Finding, items: tuple[Item, ...]) -> int | None:
    """The mail whose words a finding is about: an item that has them, best the one that it names."""
    if not finding.exact:
        return None
    pattern = words_pattern(finding.exact)
    with_words = [
        item
        for item in items
        if any(
            pattern.search(f"{block_text(b)} {' '.join(r.url or '' for r in getattr(b, 'runs', ()))}")
            for b in item.blocks
        )
        or pattern.search(item.heading)
    ]
    named = [item for item in with_words if item.heading and f" / {item.heading}" in finding.where]
    return next((item.inbound for item in (*named, *with_words)), None)


# --------------------------------------------------------------------------------- notes to the editor, wishes


def _whole(view: EditionView, theme: Theme, person: Person, said: Said) -> None:
    """A mail that as a whole is a note to the editor or takes a text out again."""
    text = own_text(said.reading)
    if any(placed.field for placed in said.reading.blocks) or said.reading.nil:
        return
    kind = aside_of(text)
    if kind is None:
        return
    mine = any(item.person == person.address for item in section_now(theme, view.submissions).items)
    if kind in (Aside.WITHDRAW, Aside.WITHDRAW_ALL):
        said.take(lambda placed: True, "taken out")
        _withdraw(said, theme, "" if kind is Aside.WITHDRAW_ALL else person.address)
        return
    said.take(lambda placed: True, "passed to the editor")
    said.passed = Passed(kind=str(kind), text=" ".join(sentences(text)), urgent=kind is not Aside.TOO_EARLY)
    said.told.append("This was passed to the editor, not printed: “" + said.passed.shown + "”")
    if kind is Aside.TOO_EARLY and mine:
        said.mends.append(Mend(kind="withdraw", person=person.address))
        said.told.append("The text that you had sent is taken out until the rest comes. It is kept.")


def _withdraw(said: Said, theme: Theme, person: str) -> None:
    said.mends.append(Mend(kind="withdraw", person=person))
    said.told.append(
        f"{'Your text' if person else 'The text'} for {theme.title} is taken out. Nothing is lost: it is kept."
    )
    said.told.append(
        "Is it meant as “nothing this month”? Then please reply with these words, and the bulletin says so."
    )


# ------------------------------------------------------------------------------------------- as last month


@dataclass(frozen=True)
class Again:
    """Where "as last month" finds what was printed."""

    desk: Desk
    view: EditionView
    theme: Theme
    person: Person
    opened: Opened

    def section(self) -> tuple[Section, str] | None:
        """The theme's section as it was last printed, and its month."""
        edition = self.view.edition
        for back in range(1, LOOK_BACK + 1):
            period = shifted_period(edition.period, -back)
            before = self.desk.store.edition(edition.bulletin, period)
            number = (before.sent_draft or before.approved_draft) if before else None
            draft = self.desk.store.draft(before.id, number) if before and number else None
            if draft is not None:
                mine = (s for s in draft.bulletin.sections if s.theme == self.theme.key)
                found = next((s for s in mine if s.items or s.nil), None)
                return (found, period) if found else None
        return None

    def item(self, item: Item) -> Item:
        """An item of then as this mail's."""
        key = next((f.key for f in self.theme.fields if f.title.casefold() == item.heading.casefold()), None)
        return item.model_copy(update={"field": key, "inbound": self.opened.inbound.id, "person": self.person.address})


def _as_last_month(again: Again, said: Said) -> None:
    """The whole mail, or a paragraph of it, asks to print last month's text again."""
    free = [p for p in said.reading.blocks if not p.source and p.field is None]
    whole = own_text(said.reading)
    if says_as_last_month(whole):
        words, gone = whole, said.take(lambda placed: placed.field is None, "as last month")
    else:
        words = next((block_text(p.block) for p in free if says_as_last_month(block_text(p.block))), "")
        gone = said.take(lambda p: p.field is None and bool(words) and block_text(p.block) == words, "as last month")
    if gone:
        said.reading = said.reading.model_copy(
            update={"nil": False, "findings": tuple(f for f in said.reading.findings if f.code != "as-last-month")}
        )
        _print_again(again, said, words, lambda item: True)


def _print_again(again: Again, said: Said, words: str, wanted: Callable[[Item], bool]) -> None:
    """Put what was printed then into the reply, marked; or ask."""
    found = again.section()
    month = month_title(found[1]) if found else ""
    named = _MONTHS.search(words)
    if found is None or (named and named[0].casefold() not in month.casefold()):
        message = f"You asked for an earlier text (“{words.strip()}”), but none is there to print again."
        if found:
            message = f"You asked for an earlier text (“{words.strip()}”); the last printed is of {month}."
        said.findings.append(_last(again, message, Severity.WARNING))
        said.told.append(f"{message} Please send the text, or reply “nothing this month”.")
        return
    section, period = found
    items = [again.item(item) for item in section.items if wanted(item)]
    if section.nil and not items:
        said.nil = True
        said.told.append(f"In {month} there was nothing to report; the same is noted for this month.")
    elif items:
        said.items += items
        said.printed_again = period
        said.findings.append(_last(again, f"This is the text of {month}, printed again.", Severity.NOTE))
        headings = ", ".join(f"“{item.heading}”" for item in items)
        said.told.append(f"As you asked, the text of {month} is printed again: {headings}.")
    else:
        said.told.append(f"Under that heading nothing was printed in {month}; please send the text.")


def _last(again: Again, message: str, severity: Severity) -> Finding:
    return Finding(code="as-last-month", severity=severity, where=again.theme.title, message=message)


def _fields(again: Again, said: Said) -> None:
    """Single answers of the form: "as last month" is printed again, "to follow on Friday" is passed to the editor."""
    request = again.opened.request
    for name in dict.fromkeys(p.field for p in said.reading.blocks if p.field and not p.source):
        text = "\n".join(block_text(p.block) for p in said.reading.blocks if p.field == name and not p.source)
        title = (request.title(name) if request else "") or again.theme.title
        if says_as_last_month(text):
            said.take(_in_field(name), "as last month")
            _print_again(again, said, text, _headed(title))
        elif (kind := aside_of(text)) in (Aside.EXTENSION, Aside.QUESTION):
            said.take(_in_field(name), "passed to the editor")
            before = f"{said.passed.text} " if said.passed else ""
            said.passed = Passed(kind=str(kind), text=f"{before}{title}: {' '.join(sentences(text))}", urgent=True)
            said.told.append(f"This was passed to the editor, not printed: “{' '.join(sentences(text))}” ({title}).")


def _in_field(name: str | None) -> Callable[[PlacedBlock], bool]:
    return lambda placed: placed.field == name


def _headed(title: str) -> Callable[[Item], bool]:
    return lambda item: item.heading.casefold() == title.casefold()


# --------------------------------------------------------------------------------- not certain: kept and asked


def _inside(said: Said, theme: Theme) -> None:
    """Sentences in a text that may be meant for the editor: they stay, and the lead is asked."""
    if not said.reading.nil:
        said.findings += islice(_doubts(said.reading.blocks, theme), DOUBTS_MAX)


def _doubts(blocks: Iterable[PlacedBlock], theme: Theme) -> Iterator[Finding]:
    for placed in blocks:
        if placed.source or placed.block.kind in ("table", "picture"):
            continue
        for sentence in questions_inside(block_text(placed.block)):
            message = f"“{sentence}” reads like a note to the editor, and it would be printed."
            yield _doubt("note-to-editor", theme, sentence, message)
        for sentence in sentences(block_text(placed.block)):
            head = _CUT_AT.split(sentence, maxsplit=1)[0]
            if head != sentence and says_as_last_month(head):
                message = f"“{sentence}” points to last month's text; that is not printed again, these words would be"
                yield _doubt("as-last-month", theme, sentence, message)


def _doubt(code: str, theme: Theme, sentence: str, message: str) -> Finding:
    return Finding(
        code=code, severity=Severity.WARNING, where=theme.title, text=sentence, message=message, exact=sentence
    )
