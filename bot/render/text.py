"""The bulletin as plain text: the same words in the same order, for readers and programs that show no HTML."""

from __future__ import annotations

import textwrap
import unicodedata

from bot.core.model import Block, Bulletin, Heading, ListItem, Paragraph, Picture, Run, Table
from bot.render.contents import contents
from bot.render.flow import Ask, Band, Nil, Numbers, Piece, Story, flow, numbered
from bot.render.shape import counted
from bot.render.tidy import tidy

WIDTH = 76
_APART = "    "  # contact lines stand apart; ">" would make mail programs take them for a quotation
_GAP = 2  # spaces between the columns of a table


def render_text(bulletin: Bulletin) -> str:
    """The bulletin as text, no line longer than 76 characters but for addresses, ending with a line end."""
    bulletin = tidy(bulletin)
    lines = _masthead(bulletin)
    before: Piece | None = None
    for piece, shown, _ in numbered(flow(bulletin)):
        written = _piece(piece, shown)
        if not (isinstance(before, ListItem) and isinstance(piece, ListItem)) and not isinstance(
            before, Story | Heading
        ):
            lines.append("")
        lines.extend(written)
        before = piece
    if bulletin.contact:
        lines += ["", "-" * WIDTH, *_wrapped(runs_text(bulletin.contact))]
    return "\n".join(lines).strip("\n") + "\n"


def _masthead(bulletin: Bulletin) -> list[str]:
    lines = [bulletin.marking, ""] if bulletin.marking else []
    lines += [*_wrapped(bulletin.title), *([bulletin.month] if bulletin.month else []), "=" * WIDTH]
    if bulletin.intro:
        lines += ["", *_wrapped(bulletin.intro)]
    entries = contents(bulletin)
    if entries:
        lines += ["", "In this edition", ""]
        for entry in entries:
            lines += _wrapped(entry.text, "* " if entry.level == 1 else "    - ")
    return lines


def _piece(piece: Piece, shown: int | None) -> list[str]:
    if isinstance(piece, Band):
        return ["", *_wrapped(piece.title), "=" * min(max(len(piece.title), 8), WIDTH)]
    if isinstance(piece, Story):
        return [*_wrapped(piece.heading), "-" * min(max(len(piece.heading), 4), WIDTH)]
    if isinstance(piece, Nil):
        return _wrapped(piece.sentence)
    if isinstance(piece, Ask):
        return _wrapped(runs_text(piece.runs), _APART)
    if isinstance(piece, Numbers):
        return _numbers(piece)
    return _block(piece, shown)


def _block(block: Block, shown: int | None) -> list[str]:
    if isinstance(block, Paragraph):
        return _wrapped(runs_text(block.runs), _APART if block.contact else "")
    if isinstance(block, Heading):
        return [*_wrapped(runs_text(block.runs)), ""]
    if isinstance(block, ListItem):
        mark = f"{counted(shown, block.level)}. " if shown is not None else ("* " if block.level % 2 else "- ")
        return _wrapped(runs_text(block.runs), "    " * (block.level - 1) + "  " + mark)
    if isinstance(block, Picture):
        return _wrapped(f"[Picture: {block.alt}]")
    return _table(block)


def _numbers(piece: Numbers) -> list[str]:
    printed = piece.figures
    lines = [*_wrapped(printed.heading), "-" * min(max(len(printed.heading), 4), WIDTH)]
    if printed.intro:
        lines += [*_wrapped(printed.intro), ""]
    for table in printed.tables:
        lines += [*_table(table), ""]
    if printed.sentence:
        lines += [*_wrapped(printed.sentence), ""]
    for note in printed.notes:
        lines += _wrapped(note)
    return lines if lines[-1] else lines[:-1]


def runs_text(runs: tuple[Run, ...]) -> str:
    """Runs as text; a link whose words do not show its address is followed by the address in angle brackets."""
    out: list[str] = []
    for index, run in enumerate(runs):
        out.append(run.text)
        ends = run.url is not None and (index + 1 == len(runs) or runs[index + 1].url != run.url)
        if ends and run.url is not None:
            words = "".join(one.text for one in runs[: index + 1] if one.url == run.url)
            target = run.url.removeprefix("mailto:")
            if target.lower() not in words.lower():
                out.append(f" <{target}>")
    return "".join(out)


def _wrapped(text: str, mark: str = "") -> list[str]:
    """Lines of at most WIDTH characters; ``mark`` stands before the first, as much space before the others."""
    later = " " * len(mark)
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=later if lines else mark,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return lines


def _columns(text: str) -> int:
    """Columns that a text takes in a fixed-width font."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _table(table: Table) -> list[str]:
    lines = [*_wrapped(table.caption), ""] if table.caption else []
    rows = [[runs_text(cell).replace("\n", " ") for cell in row] for row in table.rows]
    widths = [max(_columns(row[column]) for row in rows) for column in range(len(rows[0]))]
    if sum(widths) + _GAP * (len(widths) - 1) > WIDTH:
        return lines + _as_records(rows, table.header_rows)
    numeric = [_is_numeric([row[column] for row in rows[table.header_rows :]]) for column in range(len(widths))]
    for index, row in enumerate(rows):
        cells = []
        for cell, width, right in zip(row, widths, numeric, strict=True):
            space = " " * (width - _columns(cell))
            cells.append(space + cell if right else cell + space)
        lines.append((" " * _GAP).join(cells).rstrip())
        if index == table.header_rows - 1:
            lines.append((" " * _GAP).join("-" * width for width in widths))
    return lines


def _as_records(rows: list[list[str]], header_rows: int) -> list[str]:
    """A table too wide for the page: its heading, then one short list a row."""
    lines: list[str] = []
    for header in rows[:header_rows]:
        lines += _wrapped(" | ".join(header))
    for row in rows[header_rows:]:
        lines += ["", *_wrapped(row[0])]
        for cell in row[1:]:
            lines += _wrapped(cell, "  - ")
    return lines


def _is_numeric(cells: list[str]) -> bool:
    return any(char.isdigit() for cell in cells for char in cell) and all(
        set(cell) <= set("0123456789,.%£+-–−()[x] ") for cell in cells
    )
