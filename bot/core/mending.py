"""What a lead asked for in words, done to the items that stand: other words, a link, an item or a section taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from bot.core.model import Block, Heading, Item, ListItem, Mend, Paragraph, Run, Table, plain

Runs = tuple[Run, ...]


def mended(items: Iterable[Item], mends: Iterable[Mend]) -> list[Item]:
    """The items after some mends, in order. A mend that finds nothing changes nothing."""
    standing = list(items)
    for mend in mends:
        if mend.kind in ("drop", "withdraw"):
            standing = [item for item in standing if not _goes(item, mend)]
        else:
            pen = _Pen(mend)
            standing = [pen.item(item) if item.inbound == mend.inbound else item for item in standing]
            standing = [item for item in standing if item.blocks]
    return standing


def _goes(item: Item, mend: Mend) -> bool:
    """Whether an item is taken out."""
    theirs = mend.person in ("", item.person)
    return theirs and (mend.kind == "withdraw" or squeezed(item.heading) == squeezed(mend.heading))


def squeezed(text: str) -> str:
    """A text for comparing: one space between words, no regard to case."""
    return " ".join(text.split()).casefold()


def words_pattern(words: str) -> re.Pattern[str]:
    """Some words where they stand as words of their own, however they are spaced."""
    spaced = r"\s+".join(re.escape(word) for word in words.split())
    front = r"(?<![\w.@])" if words[:1].isalnum() else ""
    behind = r"(?!\w)" if words[-1:].isalnum() else ""
    return re.compile(f"{front}{spaced}{behind}", re.IGNORECASE)


class _Pen:
    """One mend on its way through the items: ``once`` is spent by the first place. Lives for one mend only."""

    def __init__(self, mend: Mend) -> None:
        self.mend = mend
        self.pattern = words_pattern(mend.old)
        self.spent = False

    def item(self, item: Item) -> Item:
        """An item with other words; a paragraph of which nothing is left goes."""
        heading = plain(self.runs((Run(text=item.heading),))) if self.mend.kind == "words" else item.heading
        blocks = tuple(block for block in map(self.block, item.blocks) if block is not None)
        return item.model_copy(update={"heading": heading, "blocks": blocks})

    def block(self, block: Block) -> Block | None:
        """A block with other words, or None when the mend emptied it."""
        if isinstance(block, Table):
            rows = tuple(tuple(self.runs(cell) for cell in row) for row in block.rows)
            return block.model_copy(update={"rows": rows})
        if isinstance(block, Heading | Paragraph | ListItem):
            runs = self.runs(block.runs)
            emptied = plain(block.runs).strip() and not plain(runs).strip()
            return None if emptied else block.model_copy(update={"runs": runs})
        return block

    def runs(self, runs: Runs) -> Runs:
        """The same runs with the words replaced (looks and links stay), or with a link behind them."""
        spans = [] if self.spent else [match.span() for match in self.pattern.finditer(plain(runs))]
        if self.mend.once and spans:
            spans, self.spent = spans[:1], True
        return _linked(runs, spans, self.mend.new) if self.mend.kind == "link" else self._worded(runs, spans)

    def _worded(self, runs: Runs, spans: list[tuple[int, int]]) -> Runs:
        out: list[Run] = []
        at = 0
        for run in runs:
            text = _replaced(run.text, at, spans, self.mend.new)
            url = self.pattern.sub(lambda _: self.mend.new, run.url) if run.url else run.url
            at += len(run.text)
            if text or not run.text:
                out.append(run.model_copy(update={"text": text, "url": url}))
        return tuple(out)


def _replaced(text: str, at: int, spans: list[tuple[int, int]], new: str) -> str:
    """One run's text, which begins at ``at`` of the whole: the new words stand in the run where the old began."""
    for start, end in reversed(spans):
        first, last = max(start - at, 0), min(end - at, len(text))
        if first < last:
            text = text[:first] + (new if start >= at else "") + text[last:]
    return text


def _linked(runs: Runs, spans: list[tuple[int, int]], url: str) -> Runs:
    out: list[Run] = []
    at = 0
    for run in runs:
        edges = {0, len(run.text), *(min(max(edge - at, 0), len(run.text)) for span in spans for edge in span)}
        for start, end in pairwise(sorted(edges)):
            inside = any(a <= at + start and at + end <= b for a, b in spans)
            piece: dict[str, object] = {"text": run.text[start:end], **({"url": url} if inside else {})}
            out.append(run.model_copy(update=piece))
        at += len(run.text)
    return tuple(out)
