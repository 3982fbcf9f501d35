"""A Word file that holds our form with the answers in it: the answers get their field, what is ours is left out."""

from __future__ import annotations

from bot.core.model import Heading, ListItem, Paragraph, PlacedBlock, Run, block_text
from bot.mail.lines import Line, key
from bot.sections.align import Aligner, expand
from bot.sections.form import BEGIN, END, PLACEHOLDER, Request, field_key
from bot.sections.prose import placed_blocks

_Written = Paragraph | ListItem | Heading


def answers_in_form(blocks: list[PlacedBlock], request: Request | None) -> list[PlacedBlock]:
    """The blocks of attached files without what is our form; unchanged when no marker of ours is in them."""
    keys = {entry.key for entry in request.fields} if request else set()
    if request is None or not any(_begins(block_text(placed.block)) in keys for placed in blocks):
        return blocks
    aligner = Aligner(request)
    out: list[PlacedBlock] = []
    current: str | None = None
    for placed in blocks:
        if not isinstance(placed.block, _Written):
            out.append(placed.model_copy(update={"field": current}))
            continue
        lines = expand(_lines(placed.block), aligner, "")
        for line in lines:
            current = _mark(line, aligner, current)
        if any(line.reason for line in lines) or len({line.field for line in lines}) > 1:
            again = placed_blocks(lines)
            out += [new.model_copy(update={"source": placed.source}) for new in again]
        else:
            out.append(placed.model_copy(update={"field": lines[0].field if lines else current}))
    return out


def _begins(text: str) -> str:
    """The key of the field whose marker stands in front, or ""."""
    begin = BEGIN.match(text)
    return field_key(begin[1]) if begin else ""


def _mark(line: Line, aligner: Aligner, current: str | None) -> str | None:
    """Give the line its reason or its field; which field the next line belongs to."""
    words = key(line.text)
    if begin := BEGIN.match(line.text):
        line.reason = "quoted"
        return field_key(begin[1])
    if words in aligner.titles:
        line.reason = "quoted"
        return aligner.titles[words]
    if END.match(line.text):
        line.reason = "quoted"
        return None
    if PLACEHOLDER.fullmatch(line.text.strip()) or aligner.is_ours(words):
        line.reason = "quoted"
    else:
        line.field = current
    return current


def _lines(block: _Written) -> list[Line]:
    """A block as lines, parted at its line breaks."""
    kind = "item" if isinstance(block, ListItem) else "heading" if isinstance(block, Heading) else "text"
    lines: list[Line] = []
    for number, runs in enumerate(_parted(block.runs)):
        text = "".join(run.text for run in runs)
        line = Line(text, text, kind if not number else "text", runs, soft=number > 0)
        if not isinstance(block, Paragraph):
            line.level = block.level
        if isinstance(block, ListItem):
            line.ordered, line.number = block.ordered, block.number
        lines.append(line)
    return lines


def _parted(runs: tuple[Run, ...]) -> list[tuple[Run, ...]]:
    parts: list[list[Run]] = [[]]
    for run in runs:
        for number, text in enumerate(run.text.split("\n")):
            if number:
                parts.append([])
            if text:
                parts[-1].append(run.model_copy(update={"text": text}))
    return [tuple(part) for part in parts if part]
