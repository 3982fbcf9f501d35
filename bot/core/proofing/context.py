"""What the proof-reader knows besides the text, and the text cut into passages with a place each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property

from pydantic import ConfigDict, Field

from bot.core.model import (
    Block,
    Finding,
    Heading,
    ListItem,
    Paragraph,
    Person,
    Picture,
    Run,
    Section,
    Severity,
    Table,
    Value,
    plain,
)


class Printed(Value):
    """An earlier edition, for "unchanged since": its period ("2025-07") and its sections."""

    period: str
    sections: tuple[Section, ...] = ()


class ProofContext(Value):
    """What is known besides the text.

    ``period`` is the edition's month; ``today`` the day it will be read (the distribution, or the day of the check);
    ``directory`` the people and contacts that may be printed; ``known_domains`` domains whose every printed address
    must be in the directory (those of the directory's own addresses count too); ``glossary`` acronym -> expansion;
    ``known_words`` words that are right whatever the spelling list says (names, local terms); ``previous`` earlier
    editions, newest first; ``received`` findings made elsewhere (statistics), passed on; ``accepted`` the keys
    (:func:`finding_key`) that a person accepted; ``marking`` the protective marking that the bulletin itself carries;
    ``dictionary`` whether a word stands in a British dictionary (None: there is none here, and its check is off).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    period: str
    today: date
    directory: tuple[Person, ...] = ()
    known_domains: tuple[str, ...] = ()
    glossary: dict[str, str] = Field(default_factory=dict)
    known_words: frozenset[str] = frozenset()
    previous: tuple[Printed, ...] = ()
    received: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()
    marking: str = ""
    dictionary: Callable[[str], bool] | None = None

    @cached_property
    def addresses(self) -> dict[str, Person]:
        """The directory by address, lower case."""
        return {person.address.strip().lower(): person for person in self.directory if "@" in person.address}

    @cached_property
    def domains(self) -> frozenset[str]:
        """Domains that the directory speaks for, lower case."""
        own = {address.rsplit("@", 1)[1] for address in self.addresses}
        return frozenset(own | {domain.strip().lower().lstrip("@") for domain in self.known_domains})

    @property
    def year(self) -> int:
        """The edition's year."""
        return int(self.period[:4])

    @property
    def month(self) -> int:
        """The edition's month, 1 to 12."""
        return int(self.period[5:7])


class Passage(Value):
    """A stretch of text with its place: one paragraph, bullet, heading or table cell.

    ``part`` is heading, paragraph, bullet, cell or note (the words around a statistics table); ``section`` and ``item``
    are indexes (item -1: the section itself).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    where: str
    runs: tuple[Run, ...]
    part: str
    section: int
    item: int

    @cached_property
    def text(self) -> str:
        """The visible text, with soft hyphens and invisible characters gone and hard spaces made plain."""
        return tidy(plain(self.runs))


PIECE_MAX = 4_000  # characters that the checks meet at once; no paragraph that people write is as long
SECTION_MAX = 60_000  # characters of one section that are proof-read: some ten thousand words
PLACE = 8  # what a passage counts besides its characters: many empty cells take their time too
WORD_MAX = 2_000  # characters of a word that an excerpt shows in full
_PIECE = re.compile(rf".{{1,{PIECE_MAX - 1}}}(?:\s|\Z)|.{{1,{PIECE_MAX}}}", re.DOTALL)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


def tidy(text: str) -> str:
    """Text as a person sees it: no invisible characters, every kind of space a plain one (line breaks stay)."""
    return re.sub(r"[^\S\n]", " ", _INVISIBLE.sub("", text))


def _block_passages(block: Block, place: str, label: str, at: tuple[int, int]) -> Iterator[Passage]:
    if isinstance(block, Table):
        if block.caption:
            runs = (Run(text=block.caption),)
            yield Passage(where=f"{place} / {label}, caption", runs=runs, part="heading", section=at[0], item=at[1])
        for r, row in enumerate(block.rows, 1):
            for c, cell in enumerate(row, 1):
                where = f"{place} / {label}, row {r}, column {c}"
                yield Passage(where=where, runs=cell, part="cell", section=at[0], item=at[1])
    elif not isinstance(block, Picture):
        part = {"heading": "heading", "list_item": "bullet"}.get(block.kind, "paragraph")
        yield Passage(where=f"{place} / {label}", runs=block.runs, part=part, section=at[0], item=at[1])


_LABELS = {Heading: "heading", Paragraph: "paragraph", ListItem: "bullet", Table: "table", Picture: "picture"}


def labelled(blocks: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    """Each block with its name in its item: "paragraph 2", "bullet 3", "table 1"."""
    counts: dict[str, int] = {}
    for block in blocks:
        name = _LABELS[type(block)]
        counts[name] = counts.get(name, 0) + 1
        yield block, f"{name} {counts[name]}"


def item_place(section: Section, index: int) -> str:
    """ "Section / Item", or "Section / item 2" when the item has no heading."""
    heading = section.items[index].heading.strip()
    return f"{section.title} / {heading or f'item {index + 1}'}"


def passages(sections: Sequence[Section]) -> tuple[Passage, ...]:
    """All text of the sections, in print order."""
    out: list[Passage] = []
    for s, section in enumerate(sections):
        for i, item in enumerate(section.items):
            place = item_place(section, i)
            if item.heading.strip():
                runs = (Run(text=item.heading),)
                out.append(Passage(where=f"{place} / heading", runs=runs, part="heading", section=s, item=i))
            for block, label in labelled(item.blocks):
                out.extend(_block_passages(block, place, label, (s, i)))
        if section.statistics is not None:
            table = section.statistics
            for label, text in (("introduction", table.intro), ("sentence", table.sentence)):
                if text.strip():
                    where = f"{section.title} / {table.title or 'Statistics'} / {label}"
                    out.append(Passage(where=where, runs=(Run(text=text),), part="note", section=s, item=-1))
    return tuple(piece for passage in out for piece in _pieces(passage))


def _pieces(passage: Passage) -> Iterator[Passage]:
    """A passage that is longer than any paragraph in pieces, which end between words where they can."""
    if len(passage.text) <= PIECE_MAX:
        yield passage
        return
    runs: list[Run] = []
    size = 0
    for run in passage.runs:
        for words in _PIECE.findall(run.text):
            if size + len(words) > PIECE_MAX:
                yield _with_runs(passage, runs)
                runs, size = [], 0
            runs.append(run.model_copy(update={"text": words}))
            size += len(words)
    yield _with_runs(passage, runs)


def _with_runs(passage: Passage, runs: Sequence[Run]) -> Passage:
    """Other runs at the same place; no copy, which would keep the text that was worked out before."""
    place = {"where": passage.where, "part": passage.part, "section": passage.section, "item": passage.item}
    return Passage.model_validate({**place, "runs": tuple(runs)})


class Text(Value):
    """What every check gets: the sections and their passages, cut once. ``unread`` holds, of each section that is too
    long, the first passage that no check gets."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    unread: tuple[Passage, ...] = ()

    @classmethod
    def of(cls, sections: Sequence[Section]) -> Text:
        """The text of some sections."""
        size: Counter[int] = Counter()
        read: list[Passage] = []
        unread: dict[int, Passage] = {}
        for passage in passages(sections):
            size[passage.section] += len(passage.text) + PLACE
            if size[passage.section] <= SECTION_MAX:
                read.append(passage)
            else:
                unread.setdefault(passage.section, passage)
        return cls(sections=tuple(sections), passages=tuple(read), unread=tuple(unread.values()))


_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[A-Z0-9])|\n")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|Mr|Mrs|Ms|Dr|St|No|Cllr|Insp|Sgt|Supt|approx|tel|ext|vs)\.)$", re.I)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text with their start; abbreviations do not end one."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()].rstrip('"”’)')
        if text[match.start()] != "\n" and _ABBREVIATION.search(before):
            continue
        if text[start : match.start()].strip():
            yield start, text[start : match.start() + 1]
        start = match.end()
    if text[start:].strip():
        yield start, text[start:]


def excerpt(text: str, start: int, end: int, around: int = 40) -> str:
    """The words at start..end in their context, cut at word boundaries, on one line."""
    left, right = max(0, start - around), min(len(text), end + around)
    before, after = text[max(0, left - WORD_MAX) : left], text[right : right + WORD_MAX]
    left -= len(f" {before}|".split()[-1]) - 1  # as far as the word goes on
    right += len(f"|{after}".split(maxsplit=1)[0]) - 1
    cut = " ".join(text[left:right].split())
    return f"{'… ' if left > 0 else ''}{cut}{' …' if right < len(text) else ''}"


def found(
    code: str,
    severity: Severity,
    passage: Passage,
    span: tuple[int, int],
    message: str,
    suggestion: str = "",
    exact: str | None = None,
) -> Finding:
    """A finding about some words of a passage; ``exact`` are those that a suggestion would replace, if not all."""
    return Finding(
        code=code,
        severity=severity,
        where=passage.where,
        text=excerpt(passage.text, *span),
        message=message,
        suggestion=suggestion,
        exact=passage.text[slice(*span)].strip() if exact is None else exact,
    )
