"""Whole pages of a bulletin for the proof-reader: twenty clean ones, and sixty mistakes planted in them one at a time.

The pages stand in ``tests/data/proof/pages`` in a plain notation: ``#`` a theme, ``##`` an item, ``###`` and more a
heading inside it, ``-`` and ``1.`` list items, ``|`` rows of a table, ``[words](target)`` links, ``![alt](name)``
pictures, all else paragraphs. ``planted.toml`` says what is changed, and what a finding must then show.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.core.model import Block, Finding, Heading, Item, ListItem, Paragraph, Person, Picture, Run, Section, Table
from bot.core.proof import Printed, ProofContext, proofread
from tests.core.proof_cases import runs

DATA = Path(__file__).resolve().parents[1] / "data" / "proof"
KEPT_BACK = frozenset({3, 6, 9, 12, 15, 18, 20})  # not looked at while the checks were tuned


class Planted(NamedTuple):
    """One mistake: on ``page``, ``was`` becomes ``becomes``; a finding with ``code`` shows ``shows``."""

    page: int
    code: str
    was: str
    becomes: str
    shows: str

    @property
    def text(self) -> str:
        """The page with the mistake in it."""
        clean = page(self.page)
        assert clean.count(self.was) == 1, self
        return clean.replace(self.was, self.becomes)

    def found_in(self, findings: Sequence[Finding]) -> bool:
        """Whether one of the findings tells of it."""
        told = (f"{f.text} {f.message} {f.suggestion}".lower() for f in findings if f.code == self.code)
        return any(self.shows.lower() in words for words in told)


@cache
def page(number: int) -> str:
    """A clean page as written."""
    return (DATA / "pages" / f"{number:02}.txt").read_text(encoding="utf-8")


PAGES = tuple(range(1, 21))


@cache
def planted(name: str = "planted.toml") -> tuple[Planted, ...]:
    """All mistakes of a file."""
    return tuple(Planted(**one) for one in tomllib.loads((DATA / name).read_text(encoding="utf-8"))["planted"])


def _key(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def sections_from(text: str) -> tuple[Section, ...]:
    """The sections of a page."""
    sections: list[Section] = []
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        items = [_item(item) for item in re.split(r"^## ", rest, flags=re.MULTILINE)[1:]]
        sections.append(Section(theme=_key(title), title=title.strip(), items=tuple(items)))
    return tuple(sections)


def _item(text: str) -> Item:
    heading, _, rest = text.partition("\n")
    blocks: list[Block] = []
    rows: list[tuple[tuple[Run, ...], ...]] = []
    for line in [*rest.split("\n"), ""]:
        if line.startswith("|"):
            rows.append(tuple(runs(cell.strip()) for cell in line.strip("| ").split("|")))
            continue
        if rows:
            blocks.append(Table(rows=tuple(rows), header_rows=1))
            rows = []
        if line.strip():
            blocks.append(_block(line))
    return Item(heading=heading.strip(), blocks=tuple(blocks))


def _block(line: str) -> Block:
    if match := re.fullmatch(r"(#{3,})\s+(.*)", line):
        return Heading(runs=runs(match[2]), level=len(match[1]) - 1)
    if match := re.fullmatch(r"!\[(.*)\]\((.*)\)", line):
        return Picture(digest="0" * 64, alt=match[1], name=match[2])
    if match := re.fullmatch(r"(-|\d+\.)\s+(.*)", line):
        return ListItem(runs=runs(match[2]), level=1, ordered=match[1] != "-")
    return Paragraph(runs=runs(line))


@cache
def page_context() -> ProofContext:
    """The world of the pages: March 2026, read on Thursday the 12th."""
    with (DATA / "directory.csv").open(encoding="utf-8", newline="") as file:
        people = tuple(Person(name=row["name"], address=row["address"]) for row in csv.DictReader(file))
    glossary = tomllib.loads((DATA / "glossary.toml").read_text(encoding="utf-8"))["acronyms"]
    earlier = (
        Printed(period=file.stem, sections=sections_from(file.read_text(encoding="utf-8")))
        for file in sorted((DATA / "earlier").glob("*.txt"), reverse=True)
    )
    return ProofContext(
        period="2026-03", today=date(2026, 3, 12), directory=people, glossary=glossary, previous=tuple(earlier)
    )


def read(text: str) -> tuple[Finding, ...]:
    """What the proof-reader says of a page."""
    return proofread(sections_from(text), page_context())
