"""Form mended, words kept: typed bullets, numbers and letters become list items, a bold line alone a heading.

Works on clean runs, before links get their words (see tidy.py, which calls it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.model import Block, Heading, ListItem, Paragraph, Picture, Run, Table, plain
from bot.render.clean import clean_text
from bot.render.links import joined, linked

HEADING_LINE_MAX = 90  # characters; a longer bold line is emphasis, not a heading
LEVELS_MAX = 3  # of lists
NUMBER_MAX = 30_000  # what Word counts to

_BULLET = re.compile(r"(?:\s*(?:[•●▪◦‣·∙*–—»►✓✔\uf0b7\uf0a7-]\s+(?=\S)|o\s+(?=\S)))+")
_NUMBER = re.compile(r"\s*\(?(\d{1,2})[.)]\s+(?=\S)")
# Points marked by a letter or a small Roman number print on the level of lists that counts so.
_MARK = re.compile(r"\s*\(?([a-z]|[ivx]{2,5})[.)]\s+(?=\S)")
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_COUNTED = {2: _LETTERS, 3: _ROMAN}  # level of lists -> what it counts with


def shaped(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks as what they stand for, their runs clean and their bare addresses made into links."""
    number_before = False
    for block in _lettered(list(_in_lines(_without_layout_tables(map(_cleaned, blocks))))):
        one = _shape(block, number_before) if isinstance(block, Paragraph) else block
        number_before = isinstance(one, ListItem) and one.ordered
        yield _levelled(one) if isinstance(one, ListItem) else one


def clean_runs(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Runs that any format can take, with safe links; empty ones are gone."""
    cleaned = []
    for run in runs:
        text = clean_text(run.text)
        cleaned.append(run if text == run.text else run.model_copy(update={"text": text}))
    return tuple(linked(tuple(cleaned)))


def without_bullet(text: str) -> str:
    """A heading or a cell without the bullet typed before it."""
    match = _BULLET.match(text)
    return text[match.end() :] if match else text


def counted(number: int, level: int) -> str:
    """A list's number as its level shows it: 1, a, i, as the delivered template counts too."""
    marks = _COUNTED.get(level, ())
    return marks[number - 1] if 0 < number <= len(marks) else str(number)


def without_number(text: str) -> str:
    """A single line without the number typed before it; several lines may be a list, which keeps its numbers."""
    match = _NUMBER.match(text) or _MARK.match(text)
    return text[match.end() :] if match and "\n" not in text else text


def unnumbered(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Runs of a single line without the number typed before it."""
    text = plain(runs)
    return _without_start(runs, len(text) - len(without_number(text)))


def typed_number(runs: tuple[Run, ...]) -> tuple[int, int, tuple[Run, ...]] | None:
    """The level and number typed at the start of a cell and the runs behind it; None when there is none."""
    text = plain(runs)
    number = _NUMBER.match(text)
    if number is not None:
        return 1, int(number.group(1)), _without_start(runs, number.end())
    match = _MARK.match(text)
    place = _place([match.group(1)], 0) if match else None
    return (*place, _without_start(runs, match.end())) if match and place else None


def _cleaned(block: Block) -> Block:
    if isinstance(block, Picture):
        return block
    if isinstance(block, Table):
        rows = tuple(tuple(unbulleted(clean_runs(cell)) for cell in row) for row in block.rows)
        return block.model_copy(update={"rows": rows})
    runs = clean_runs(block.runs)
    if not isinstance(block, Paragraph):
        runs = unbulleted(runs)
    return block if runs == block.runs else block.model_copy(update={"runs": runs})


def unbulleted(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Runs without the bullets typed at the start of their lines."""
    text = plain(runs)
    if not any(_BULLET.match(line) for line in text.split("\n")):
        return runs
    out: list[Run] = []
    for line in _split(runs):
        match = _BULLET.match(plain(line))
        if out:
            out.append(Run(text="\n"))
        out.extend(_without_start(line, match.end()) if match else line)
    return tuple(joined(out))


def _without_layout_tables(blocks: Iterable[Block]) -> Iterator[Block]:
    """One row or one column of words is no table: a screen reader should read it as text."""
    for block in blocks:
        if not isinstance(block, Table):
            yield block
            continue
        filled = [[bool(plain(cell).strip()) for cell in row] for row in block.rows]
        columns = {column for row in filled for column, full in enumerate(row) if full}
        if sum(map(any, filled)) >= 2 and len(columns) >= 2:
            yield block
        else:
            yield from (Paragraph(runs=cell) for row in block.rows for cell in row)


def _levelled(item: ListItem) -> ListItem:
    level = min(max(item.level, 1), LEVELS_MAX)
    number = item.number if item.number is None or 0 <= item.number <= NUMBER_MAX else 1
    if (level, number) == (item.level, item.number):
        return item
    return item.model_copy(update={"level": level, "number": number})


def _in_lines(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield from _lines(block) if isinstance(block, Paragraph) else (block,)


def _lettered(blocks: list[Block]) -> Iterator[Block]:
    """Paragraphs marked a), b) ... or i., ii. ... as list items that show the same mark."""
    marks = [_mark(block) for block in blocks]
    before: tuple[int, int] | None = None
    for index, block in enumerate(blocks):
        place = _place(marks, index)
        if place is None or not isinstance(block, Paragraph):
            yield block
        else:
            level, number = place
            follows = before == (level, number - 1)
            match = _MARK.match(plain(block.runs))
            runs = unbulleted(_without_start(block.runs, match.end() if match else 0))
            yield ListItem(runs=runs, level=level, ordered=True, number=None if follows else number)
        before = place


def _mark(block: Block) -> str:
    match = _MARK.match(plain(block.runs)) if isinstance(block, Paragraph) else None
    return match.group(1) if match else ""


def _place(marks: list[str], index: int) -> tuple[int, int] | None:
    """(level, number) of a mark; "i", "v" and "x" are Roman unless their neighbours count in letters."""
    mark = marks[index]
    around = {marks[index - 1] if index else "", marks[index + 1] if index + 1 < len(marks) else ""}
    if mark in _ROMAN:
        letter = ord(mark[0])
        in_letters = len(mark) == 1 and bool(around & {chr(letter - 1), chr(letter + 1)})
        if not in_letters:
            return 3, _ROMAN.index(mark) + 1
    return (2, _LETTERS.index(mark) + 1) if mark in _LETTERS else None


def _lines(paragraph: Paragraph) -> Iterable[Paragraph]:
    """The paragraph, cut at its line ends when one of its lines is a typed bullet or two begin with a number."""
    text = plain(paragraph.runs)
    if "\n" not in text:
        return (paragraph,)
    lines = text.split("\n")
    marked = sum(_NUMBER.match(line) is not None or _MARK.match(line) is not None for line in lines)
    if marked < 2 and not any(_BULLET.match(line) for line in lines):
        return (paragraph,)
    return [paragraph.model_copy(update={"runs": line}) for line in _split(paragraph.runs)]


def _split(runs: tuple[Run, ...]) -> list[tuple[Run, ...]]:
    """Runs cut at their line ends."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        lines[-1].append(run.model_copy(update={"text": first}))
        lines.extend([run.model_copy(update={"text": other})] for other in others)
    return [tuple(run for run in line if run.text) for line in lines]


def _shape(paragraph: Paragraph, number_before: bool) -> Block:
    text = plain(paragraph.runs)
    bullet = _BULLET.match(text)
    if bullet is not None:
        return ListItem(runs=_without_start(paragraph.runs, bullet.end()))
    number = _NUMBER.match(text)
    if number is not None:
        start = int(number.group(1))
        runs = unbulleted(_without_start(paragraph.runs, number.end()))
        return ListItem(runs=runs, ordered=True, number=None if number_before and start != 1 else start)
    if not paragraph.contact and _is_bold_line(paragraph.runs, text.strip()):
        runs = tuple(run.model_copy(update={"bold": False}) for run in paragraph.runs)
        if any(run.url for run in runs) or "\n" in text.strip():
            return paragraph.model_copy(update={"runs": runs})  # an address in bold is no heading
        return Heading(runs=runs, level=2)
    return paragraph


def _is_bold_line(runs: tuple[Run, ...], text: str) -> bool:
    if not text or len(text) > HEADING_LINE_MAX or text[-1] in ".,;?!":
        return False
    return all(run.bold for run in runs if run.text.strip())


def _without_start(runs: tuple[Run, ...], length: int) -> tuple[Run, ...]:
    out = []
    for run in runs:
        cut = min(length, len(run.text))
        length -= cut
        if len(run.text) > cut:
            out.append(run.model_copy(update={"text": run.text[cut:]}) if cut else run)
    return tuple(out)
