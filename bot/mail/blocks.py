"""Blocks as they are shown in our mails: HTML with inline styles for the HTML part, plain lines for the text part.

Only text, links with a harmless scheme and pictures that the mail carries get through; everything is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup, escape

from bot.core.model import (
    Block,
    CountRow,
    Heading,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    StatisticsTable,
    Table,
    plain,
)
from bot.mail.look import STYLES

_SAFE_URL = re.compile(r"(?:https?://[^\s/?#@\\]+(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+)", re.IGNORECASE)
_NUMBER = re.compile(r"[-–+]?[£]?\d[\d,.]*%?|[-–]|")


def safe_url(url: str | None) -> str | None:
    """The link target when it is a plain http, https or mailto address; None otherwise."""
    return url if url and _SAFE_URL.fullmatch(url) else None


def _run_html(run: Run) -> Markup:
    out = Markup("<br>").join(escape(line) for line in run.text.split("\n"))
    if run.bold:
        out = Markup("<strong>{}</strong>").format(out)
    if run.italic:
        out = Markup("<em>{}</em>").format(out)
    url = safe_url(run.url)
    return Markup('<a class="a" href="{}" style="{}">{}</a>').format(url, STYLES["a"], out) if url else out


def runs_html(runs: Iterable[Run]) -> Markup:
    """Some runs as inline HTML."""
    return Markup("").join(_run_html(run) for run in runs)


def runs_text(runs: Iterable[Run]) -> str:
    """Some runs as text; a link's target follows its words unless they show it already."""
    out = []
    for run in runs:
        url = safe_url(run.url)
        target = url.removeprefix("mailto:") if url else ""
        shown = run.text.strip().removeprefix("https://").removeprefix("http://").rstrip("/.")
        told = target.removeprefix("https://").removeprefix("http://").rstrip("/")
        out.append(f"{run.text} ({target})" if target and shown != told else run.text)
    return "".join(out)


def _element(tag: str, style: str, inner: Markup) -> Markup:
    return Markup('<{0} class="{1}" style="{2}">{3}</{0}>').format(tag, style, STYLES[style], inner)


def _list_html(items: Sequence[ListItem], level: int = 1) -> Markup:
    """A run of list items as nested lists; a jump in level nests as deep as it says."""
    out, at = [], 0
    while at < len(items):
        if items[at].level > level:
            deeper = at
            while deeper < len(items) and items[deeper].level > level:
                deeper += 1
            out.append(_list_html(items[at:deeper], level + 1))
            at = deeper
            continue
        ordered, first, entries = items[at].ordered, items[at].number, []
        while at < len(items) and items[at].level <= level and items[at].ordered == ordered:
            inner, at = runs_html(items[at].runs), at + 1
            deeper = at
            while deeper < len(items) and items[deeper].level > level:
                deeper += 1
            entries.append(_element("li", "li", inner + _list_html(items[at:deeper], level + 1)))
            at = deeper
            if at < len(items) and items[at].number is not None:
                break
        start = Markup(' start="{}"').format(first) if ordered and first and first != 1 else Markup("")
        out.append(
            Markup('<{0}{1} class="list" style="{2}">{3}</{0}>').format(
                "ol" if ordered else "ul", start, STYLES["list"], Markup("").join(entries)
            )
        )
    return Markup("").join(out)


def _table_html(table: Table) -> Markup:
    rows = []
    for index, row in enumerate(table.rows):
        head = index < table.header_rows
        cells = []
        for column, cell in enumerate(row):
            number = column > 0 and bool(_NUMBER.fullmatch(plain(cell).strip())) and not head
            style = STYLES["th" if head else "td"] + (STYLES["number"] if number else "")
            tag = "th" if head else "td"
            scope = Markup(' scope="col"') if head else Markup("")
            cells.append(Markup('<{0}{1} class="{0}" style="{2}">{3}</{0}>').format(tag, scope, style, runs_html(cell)))
        rows.append(Markup("<tr>{}</tr>").format(Markup("").join(cells)))
    caption = (
        Markup('<caption style="{}">{}</caption>').format(STYLES["small"] + "text-align:left;", table.caption)
        if table.caption
        else Markup("")
    )
    return Markup('<table class="table" cellspacing="0" cellpadding="0" style="{}">{}{}</table>').format(
        STYLES["table"], caption, Markup("").join(rows)
    )


def _picture_html(picture: Picture, cids: Mapping[str, str]) -> Markup:
    cid = cids.get(picture.digest)
    if cid is None:
        return _element("p", "small", Markup("[Picture: {}]").format(picture.alt or picture.name or "no description"))
    width = min(picture.width or 560, 560)
    return Markup(
        '<p class="p" style="{}"><img src="cid:{}" alt="{}" width="{}" '
        'style="max-width:100%;height:auto;border:0;"></p>'
    ).format(STYLES["p"], cid, picture.alt, width)


def blocks_html(blocks: Iterable[Block], cids: Mapping[str, str] | None = None) -> Markup:
    """Blocks as HTML; ``cids`` gives the Content-ID of each picture by digest (none: its description is shown)."""
    out = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        if kind == "list_item":
            out.append(_list_html([block for block in group if isinstance(block, ListItem)]))
            continue
        for block in group:
            match block:
                case Heading():
                    level = min(max(block.level, 1), 2)
                    out.append(_element(f"h{level + 2}", f"h{level + 2}", runs_html(block.runs)))
                case Paragraph():
                    out.append(_element("p", "p", runs_html(block.runs)))
                case Table():
                    out.append(_table_html(block))
                case Picture():
                    out.append(_picture_html(block, cids or {}))
    return Markup("").join(out)


def _table_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns: words to the left, numbers to the right."""
    width = max((len(row) for row in rows), default=0)
    full = [[*(" ".join(cell.split()) for cell in row), *[""] * (width - len(row))] for row in rows]
    sizes = [max(len(row[column]) for row in full) for column in range(width)]
    lines = []
    for row in full:
        cells = [
            cell.rjust(size) if column and _NUMBER.fullmatch(cell) else cell.ljust(size)
            for column, (cell, size) in enumerate(zip(row, sizes, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _block_text(block: Block) -> str:
    match block:
        case Heading():
            text = runs_text(block.runs)
            return f"{text}\n{'-' * min(len(text), 60)}"
        case ListItem():
            mark = f"{block.number}." if block.ordered and block.number else ("#" if block.ordered else "*")
            return f"{'   ' * (max(block.level, 1) - 1)} {mark} {runs_text(block.runs)}"
        case Table():
            rows = [[runs_text(cell) for cell in row] for row in block.rows]
            return "\n".join(filter(None, (block.caption, _table_text(rows))))
        case Picture():
            return f"[Picture: {block.alt or block.name or 'no description'}]"
        case Paragraph():
            return runs_text(block.runs)


def numbered(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with every numbered list item carrying its number, as text has no list of its own."""
    out: list[Block] = []
    counts: dict[int, int] = {}
    for block in blocks:
        if not isinstance(block, ListItem):
            counts.clear()
        elif block.ordered:
            counts = {level: n for level, n in counts.items() if level <= block.level}
            number = block.number if block.number is not None else counts.get(block.level, 0) + 1
            counts[block.level] = number
            block = block.model_copy(update={"number": number})
        out.append(block)
    return out


def blocks_text(blocks: Iterable[Block]) -> str:
    """Blocks as plain text: a blank line between blocks, none inside a list."""
    out: list[str] = []
    before = ""
    for block in numbered(blocks):
        gap = "" if not out else ("\n" if before == block.kind == "list_item" else "\n\n")
        out.append(gap + _block_text(block))
        before = block.kind
    return "".join(out)


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def statistics_rows(table: StatisticsTable) -> list[list[str]]:
    """The statistics as printed: a heading row, one row a district, and the totals, which come from the rows."""

    def line(row: CountRow) -> list[str]:
        return [row.district, *(_count(row.values.get(key)) for key, _ in table.measures), _count(row.total)]

    head = ["CSP", *(title for _, title in table.measures), "Total"]
    total = ["Total", *(_count(table.totals.get(key)) for key, _ in table.measures), _count(table.totals.get("total"))]
    return [head, *(line(row) for row in table.rows), total]


def statistics_html(table: StatisticsTable) -> Markup:
    """The statistics table with its introduction and footnotes."""
    rows = tuple(tuple((Run(text=cell),) for cell in row) for row in statistics_rows(table))
    out = [_element("h3", "h3", escape(table.title))] if table.title else []
    out += [_element("p", "p", escape(text)) for text in (table.intro,) if text]
    out.append(_table_html(Table(rows=rows)))
    out += [_element("p", "p", escape(text)) for text in (table.sentence,) if text]
    out += [_element("p", "small", escape(text)) for text in table.footnotes]
    return Markup("").join(out)


def statistics_text(table: StatisticsTable) -> str:
    """The statistics as text."""
    parts = (table.title, table.intro, _table_text(statistics_rows(table)), table.sentence, *table.footnotes)
    return "\n\n".join(part for part in parts if part)


def section_html(section: Section, cids: Mapping[str, str] | None = None) -> Markup:
    """A section as it will be printed: item headings, blocks and the statistics."""
    out = []
    for item in section.items:
        if item.heading:
            out.append(_element("h3", "h3", escape(item.heading)))
        out.append(blocks_html(item.blocks, cids))
    if section.statistics is not None:
        out.append(statistics_html(section.statistics))
    return Markup("").join(out)


def section_text(section: Section) -> str:
    """A section as text."""
    parts: list[str] = []
    for item in section.items:
        if item.heading:
            parts.append(f"{item.heading}\n{'=' * min(len(item.heading), 60)}")
        if text := blocks_text(item.blocks):
            parts.append(text)
    if section.statistics is not None:
        parts.append(statistics_text(section.statistics))
    return "\n\n".join(parts)
