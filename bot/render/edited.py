"""The editor's altered Word file made the next bulletin: what was read takes the place of what was printed.

Words, headings, order and themes come from the file; who sent what, the statistics and the mail links come from the
bulletin that was printed, because a Word file cannot change where a figure came from. What cannot be taken over is
given back in words, so that nothing the editor wrote is lost unsaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.core.model import Block, Bulletin, Item, Picture, Section, Table, block_text, plain
from bot.render.contents import section_anchor
from bot.render.figures import figures
from bot.render.returned import Returned
from bot.render.tidy import tidy

ALIKE = 0.55  # how much of its text an item must keep to be known as the same story


@dataclass(frozen=True, slots=True)
class Applied:
    """The next bulletin, the sentences about what was not taken over, and the pictures that came with the file."""

    bulletin: Bulletin
    not_taken: tuple[str, ...]
    pictures: dict[str, bytes]


def apply_to(original: Bulletin, returned: Returned) -> Applied:
    """``original`` with the words of the returned file. Themes that the editor took out are gone from it."""
    printed = tidy(original)
    anchors = {section_anchor(index, section): index for index, section in enumerate(printed.sections)}
    titles = {section.title.lower(): index for index, section in enumerate(printed.sections)}
    stories = _Stories(printed)
    sections: list[Section] = []
    not_taken: list[str] = []
    used: set[int] = set()
    for position, read in enumerate(returned.sections):
        index = anchors.get(read.theme, titles.get(read.title.lower()))
        if index in used:
            index = None
        used |= {index} if index is not None else set()
        before = printed.sections[index] if index is not None else None
        sections.append(_with_first_heading(_section(read, before, stories), original, index))
        not_taken += _figures_changed(returned.figures.get(position, ()), before)
    changes: dict[str, object] = {"sections": tuple(sections)}
    changes |= {name: value for name in ("title", "month", "intro") if (value := getattr(returned, name))}
    if returned.contact:
        changes["contact"] = returned.contact
    not_taken += [f"Comment by {one.author or 'somebody'}: “{one.text}”" for one in returned.comments]
    blocks = [block for section in sections for item in section.items for block in item.blocks]
    new = {block.digest for block in blocks if isinstance(block, Picture)} - set(stories.pictures)
    pictures = {digest: data for digest, data in returned.pictures.items() if digest in new}
    return Applied(original.model_copy(update=changes), tuple(not_taken), pictures)


def _section(read: Section, before: Section | None, stories: _Stories) -> Section:
    items = tuple(stories.known(item) for item in read.items)
    if before is None:
        return read.model_copy(update={"items": items})
    return before.model_copy(update={"title": read.title, "items": items, "nil": read.nil})


def _with_first_heading(section: Section, original: Bulletin, index: int | None) -> Section:
    """The heading of a first story that is not printed, because the theme's own reads the same, given back to it."""
    if index is None or not section.items or section.items[0].heading:
        return section
    before = original.sections[index]
    heading = before.items[0].heading if before.items else ""
    if " ".join(heading.split()).casefold() != " ".join(before.title.split()).casefold():
        return section
    first = section.items[0].model_copy(update={"heading": heading})
    return section.model_copy(update={"items": (first, *section.items[1:])})


class _Stories:
    """The printed items, to be known again in any order."""

    def __init__(self, printed: Bulletin) -> None:
        self.items = [item for section in printed.sections for item in section.items]
        self.texts = [_text(item) for item in self.items]
        blocks = [block for item in self.items for block in item.blocks if isinstance(block, Picture)]
        self.pictures = {block.digest: block for block in blocks}
        self.by_alt = {block.alt: block for block in blocks}

    def known(self, item: Item) -> Item:
        """``item`` with the origin of the printed item that it comes from, and its pictures as they were sent."""
        origin = self._origin(item)
        blocks = tuple(self._picture(block) for block in item.blocks)
        update: dict[str, object] = {"blocks": blocks}
        if origin is not None:
            update |= {"field": origin.field, "inbound": origin.inbound, "person": origin.person}
        return item.model_copy(update=update)

    def _origin(self, item: Item) -> Item | None:
        text = _text(item)
        exact = next((one for one, known in zip(self.items, self.texts, strict=True) if known == text), None)
        if exact is not None:
            return exact
        same_heading = [one for one in self.items if item.heading and one.heading.lower() == item.heading.lower()]
        if len(same_heading) == 1:
            return same_heading[0]
        scored = [(_likeness(text, known), number) for number, known in enumerate(self.texts)]
        best = max(scored, default=(0.0, 0))
        return self.items[best[1]] if best[0] >= ALIKE else None

    def _picture(self, block: Block) -> Block:
        if not isinstance(block, Picture):
            return block
        return self.pictures.get(block.digest) or self.by_alt.get(block.alt) or block


def _text(item: Item) -> str:
    return "\n".join([item.heading, *(block_text(block) for block in item.blocks)])


def _likeness(new: str, old: str) -> float:
    """How much of the shorter text stands in the longer one, by words: a split or joined item is still known."""
    one, other = new.split()[:2_000], old.split()[:2_000]
    if not one or not other:
        return 0.0
    matched = sum(match.size for match in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
    return matched / min(len(one), len(other))


def _figures_changed(read: tuple[Item, ...], before: Section | None) -> list[str]:
    """What the editor altered in the statistics: figures come from the provider, so it is told, not taken over."""
    if not read:
        return []
    if before is None or before.statistics is None:
        return [f"Statistics under “{item.heading}” were found where none were printed." for item in read]
    expected = figures(before.statistics)
    rows = {_row(row) for table in expected.tables for row in table.rows}
    lines = {expected.heading, expected.intro, expected.sentence, *expected.notes}
    lines |= {table.caption for table in expected.tables}
    out: list[str] = []
    for item in read:
        found = [item.heading] if item.heading else []
        for block in item.blocks:
            if isinstance(block, Table):
                out += [
                    f"Figures of {before.title} are not changed in Word: “{text}” is not taken over."
                    for text in map(_row, block.rows)
                    if text not in rows
                ]
            elif not isinstance(block, Picture):
                found.append(plain(block.runs))
        out += [
            f"Text beside the figures of {before.title} is not taken over: “{one}”."
            for one in found
            if one not in lines
        ]
    return out


def _row(row: tuple[tuple[object, ...], ...]) -> str:
    return " | ".join("".join(getattr(run, "text", "") for run in cell) for cell in row)
