"""What would be published of a judged reply, written to files: the section as Word, HTML and text by the product's own
readers and renderers, so that a scorer can look for what must and must not be in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.core.model import Block, Bulletin, Item, Run, Section, Table
from bot.errors import InputError
from bot.mail.parse import Part, parse_message
from bot.render.html import render_html
from bot.render.resources import templates_folder
from bot.render.text import render_text
from bot.render.word import render_word
from bot.sections.form import items_from
from bot.sections.reading import read_reply
from bot.stats.workbook import read_workbook

SHEETS = (".xlsx", ".csv", ".xls", ".ods", ".tsv")


def published(raw: bytes, theme: str, period: str) -> list[str]:
    """The paths of the files that would leave the house."""
    message = parse_message(raw)
    blobs: dict[str, bytes] = {}
    reading = read_reply(message, None, blobs)
    items = [*items_from(reading, None, theme), *_sheets(message.attachments)]
    bulletin = Bulletin(
        key="bench",
        period=period,
        title="Bulletin",
        month="November 2026",
        sections=(Section(theme=theme.lower(), title=theme, items=tuple(items), nil=not items),),
    )
    folder = Path(tempfile.mkdtemp(prefix="bulletin-bench-"))
    (folder / "bulletin.txt").write_text(render_text(bulletin), encoding="utf-8")
    (folder / "bulletin.html").write_text(render_html(bulletin, blobs, standalone=True), encoding="utf-8")
    template = (templates_folder() / "bulletin.docx").read_bytes()
    (folder / "bulletin.docx").write_bytes(render_word(bulletin, template, blobs))
    return [str(path) for path in sorted(folder.iterdir())]


def _sheets(parts: tuple[Part, ...]) -> Iterator[Item]:
    """The visible cells of attached tables, as the statistics reader sees them."""
    for part in parts:
        if not part.name.lower().endswith(SHEETS):
            continue
        try:
            workbook = read_workbook(part.name, part.data)
        except InputError:
            continue
        for sheet in workbook.visible:
            rows = []
            for row, cells in enumerate(sheet.rows[:2_000]):
                values = [sheet.value(row, column) for column in range(min(len(cells), 50))]
                if row not in sheet.hidden_rows:
                    rows.append(tuple((Run(text=_shown(value)),) for value in values))
            width = max((len(row) for row in rows), default=0)
            padded = tuple((*row, *((Run(text=""),),) * (width - len(row))) for row in rows)
            blocks: tuple[Block, ...] = (Table(rows=padded),) if padded else ()
            yield Item(heading=sheet.name, blocks=blocks)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
