"""The order of print: what stands where, as a stream that Word, HTML and text all follow.

Because each format walks this one stream, they carry the same words, links and figures in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.model import Block, Bulletin, ListItem, Run, Section, StatisticsTable
from bot.render.clean import safe_url
from bot.render.contents import figures_anchor, is_printed, item_anchor, section_anchor
from bot.render.figures import Figures, figures

ASK_WORDS = "Email a question about"
CONTACT_MARK = "bulletin_contact"  # the bookmark by which the bulletin's own contact line is known again


@dataclass(frozen=True, slots=True)
class Band:
    """The heading of a theme."""

    title: str
    anchor: str
    kind: str = "band"


@dataclass(frozen=True, slots=True)
class Story:
    """The heading of an item."""

    heading: str
    anchor: str
    kind: str = "story"


@dataclass(frozen=True, slots=True)
class Nil:
    """The sentence of a nil return."""

    sentence: str
    kind: str = "nil"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The statistics of a section; ``anchor`` names its heading."""

    figures: Figures
    anchor: str
    kind: str = "numbers"


@dataclass(frozen=True, slots=True)
class Ask:
    """The line with a section's own mail link."""

    runs: tuple[Run, ...]
    anchor: str
    kind: str = "ask"


Piece = Band | Story | Nil | Numbers | Ask | Block


def flow(bulletin: Bulletin, *, statistics: bool = True) -> Iterator[Piece]:
    """The pieces of a tidy bulletin's sections in print order; ``statistics`` False leaves the figures out."""
    for index, section in enumerate(bulletin.sections):
        if is_printed(section):
            yield from section_flow(section, index, bulletin.nil_sentence, statistics=statistics)


def section_flow(section: Section, index: int, nil_sentence: str, *, statistics: bool = True) -> Iterator[Piece]:
    """The pieces of one section."""
    yield Band(section.title, section_anchor(index, section))
    if section.nil:
        yield Nil(nil_sentence)
    for item_index, item in enumerate(section.items):
        if item.heading:
            yield Story(item.heading, item_anchor(index, item_index))
        yield from item.blocks
    if statistics and section.statistics is not None:
        yield numbers(section.statistics, index)
    if section.mail_link:
        yield ask(section, index)


def numbers(table: StatisticsTable, index: int) -> Numbers:
    """The statistics of the section at ``index``."""
    return Numbers(figures(table), figures_anchor(index))


def ask(section: Section, index: int) -> Ask:
    """The line that a reader uses to ask about a section."""
    words = f"{ASK_WORDS} {section.title}"
    return Ask((Run(text=words, url=safe_url(section.mail_link)), Run(text=".")), f"t{index + 1}_ask")


def numbered(blocks: Iterable[Piece]) -> Iterator[tuple[Piece, int | None, bool]]:
    """Each piece with the number it shows and whether a numbered list (re)starts there.

    A list restarts where the author gave a number, where none is running at that level, and, below the first
    level, after each item above it. A new heading ends all lists.
    """
    running: dict[int, int] = {}
    for piece in blocks:
        if not isinstance(piece, ListItem):
            if getattr(piece, "kind", "") in ("band", "story", "heading"):
                running.clear()
            yield piece, None, False
            continue
        for deeper in [level for level in running if level > piece.level]:
            del running[deeper]
        if not piece.ordered:
            if piece.level > 1:  # a bullet among numbers of the first level interrupts, it does not end them
                running.pop(piece.level, None)
            yield piece, None, False
            continue
        restarts = piece.number is not None or piece.level not in running
        first = 1 if piece.number is None else piece.number
        running[piece.level] = first if restarts else running[piece.level] + 1
        yield piece, running[piece.level], restarts
