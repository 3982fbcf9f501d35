"""The block writer: pieces of the bulletin as WordprocessingML, written as text and parsed once.

python-docx's own ``add_paragraph`` and ``table.cell`` look styles and cells up afresh each time and become quadratic;
here a style is an id that is known before, a relationship is made once for each address, a table is one loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from bot.core.model import Block, Heading, ListItem, Paragraph, Picture, Run, Table
from bot.render.flow import Ask, Band, Nil, Numbers, Piece, Story, numbered
from bot.render.shape import typed_number
from bot.render.wordparts import Parts

_SPACE = ' xml:space="preserve"'
_LINK_LOOK = '<w:rStyle w:val="{}"/>'
_UNDERLINE = '<w:u w:val="single"/>'
_KEEP = "<w:keepNext/>"  # the statistics stay together on one page, as far as they fit on one
_NUMBERED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'
_SPACE_AFTER_TABLE = '<w:spacing w:before="240"/>'
_QUOTE = {'"': "&quot;", "\n": " ", "\t": " "}
_COLOUR_AND_STYLE = re.compile(r"<w:(?:rStyle|color|u)\b[^>]*/>")
_PROPERTIES = re.compile(r"^(<w:p><w:pPr>(?:<w:pStyle [^>]*/>)?)")
_NUMERIC = frozenset("0123456789,.%£+-–−()[x] ")


def attribute(text: str) -> str:
    """``text`` for use between double quotes."""
    return escape(text, _QUOTE)


class BlockWriter:
    """Writes pieces; ``out`` collects body-level XML.

    ``ids`` are the template's style ids by our names; ``part`` keeps the links (None: the document; else a header).
    """

    def __init__(self, ids: dict[str, str], parts: Parts, part: Any = None) -> None:
        self.part = part
        self.ids = ids
        self.parts = parts
        self.out: list[str] = []
        self._lists: dict[int, int] = {}
        self._after_table = False
        self._link_look = _LINK_LOOK.format(attribute(ids["Hyperlink"]))
        self._styles = {name: f'<w:pStyle w:val="{attribute(value)}"/>' if value else "" for name, value in ids.items()}

    def pieces(self, pieces: Iterable[Piece], *, figures_heading: str = "Heading 2") -> None:
        """Write a stream of pieces in order."""
        for piece, shown, restarts in numbered(pieces):
            if isinstance(piece, ListItem):
                self._list_item(piece, shown, restarts)
            elif isinstance(piece, Numbers):
                self._numbers(piece, figures_heading)
            else:
                self._piece(piece)

    def _piece(self, piece: Band | Story | Nil | Ask | Block) -> None:
        if isinstance(piece, Paragraph):
            self.paragraph("Contact" if piece.contact else "Body Text", self.runs(piece.runs))
        elif isinstance(piece, Heading):
            self.paragraph(f"Heading {piece.level + 1}", self.runs(piece.runs, bold=False))
        elif isinstance(piece, Table):
            self.table(piece)
        elif isinstance(piece, Picture):
            self._picture(piece)
        elif isinstance(piece, Band):
            self._anchored("Heading 1", piece.title, piece.anchor)
        elif isinstance(piece, Story):
            self._anchored("Heading 2", piece.heading, piece.anchor)
        elif isinstance(piece, Nil):
            self.paragraph("Nil Return", text_run(piece.sentence))
        elif isinstance(piece, Ask):
            self._keep_last()
            self.paragraph("Contact", self.marked(self.runs(piece.runs), piece.anchor))

    def _keep_last(self) -> None:
        """Keep the paragraph before on the page of the next one: a lone line on a new page belongs to nothing."""
        last = self.out[-1] if self.out else ""
        if last.startswith("<w:p><w:pPr>") and _KEEP not in last[:200]:
            self.out[-1] = _PROPERTIES.sub(rf"\1{_KEEP}", last, count=1)

    def marked(self, content: str, anchor: str) -> str:
        """``content`` with a bookmark round it."""
        number = self.parts.bookmark()
        start = f'<w:bookmarkStart w:id="{number}" w:name="{attribute(anchor)}"/>'
        return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'

    def paragraph(self, style: str, content: str, properties: str = "") -> None:
        """One paragraph in the style of that name; ``properties`` follow the style in its pPr."""
        if self._after_table:
            self._after_table = False
            if not style.startswith("Heading"):  # a table has no space below it, and headings bring their own
                properties += _SPACE_AFTER_TABLE
        self.out.append(f"<w:p><w:pPr>{self._styles[style]}{properties}</w:pPr>{content}</w:p>")

    def _anchored(self, style: str, text: str, anchor: str) -> None:
        self.paragraph(style, self.marked(text_run(text), anchor))

    def contents_line(self, level: int, text: str, anchor: str) -> None:
        """One line of the contents, a link inside the document."""
        look = f"<w:rPr>{self._link_look}</w:rPr>"
        link = f'<w:hyperlink w:anchor="{attribute(anchor)}" w:history="1">{text_run(text, look)}</w:hyperlink>'
        self.paragraph(f"TOC {min(level, 2)}", link)

    def runs(self, runs: Iterable[Run], *, bold: bool = True, in_header: bool = False, look: str = "") -> str:
        """Runs as XML. ``bold`` False leaves bold to the style; ``in_header`` keeps links in the header's colour.

        ``look`` are run properties of the template's own run, kept in front of ours.
        """
        out: list[str] = []
        open_url: str | None = None
        link_look = _UNDERLINE if in_header else self._link_look
        for run in runs:
            if run.url != open_url:
                if open_url is not None:
                    out.append("</w:hyperlink>")
                if run.url is not None:
                    out.append(f'<w:hyperlink r:id="{self.parts.link(run.url, self.part)}" w:history="1">')
                open_url = run.url
            if look:  # the template's own look, in the schema's order already
                inner = link_look + _COLOUR_AND_STYLE.sub("", look) if run.url else look
            else:
                inner = (link_look if run.url and not in_header else "") + ("<w:b/>" if run.bold and bold else "")
                inner += ("<w:i/>" if run.italic else "") + (link_look if run.url and in_header else "")
            out.append(text_run(run.text, f"<w:rPr>{inner}</w:rPr>" if inner else ""))
        if open_url is not None:
            out.append("</w:hyperlink>")
        return "".join(out)

    def _list_item(self, item: ListItem, shown: int | None, restarts: bool) -> None:
        kind = "Number" if item.ordered else "Bullet"
        style = f"List {kind}" + (f" {item.level}" if item.level > 1 else "")
        level = item.level - 1
        if not item.ordered:
            properties = "" if self.parts.has_own_numbering(self.ids[style], level) else self.parts.bullet(level)
        else:
            if restarts:
                self._lists[item.level] = self.parts.new_list(level, 1 if shown is None else shown)
            properties = _NUMBERED.format(level, self._lists[item.level])
        self.paragraph(style, self.runs(item.runs), properties)

    def _picture(self, picture: Picture) -> None:
        drawing = self.parts.picture(picture)
        if drawing is None:
            self.paragraph("Picture", text_run(f"[Picture: {picture.alt}]"))
        else:
            self.paragraph("Picture", f"<w:r>{drawing}</w:r>")

    def table(self, table: Table, *, statistics: bool = False) -> None:
        """A table with its caption above; the rows of statistics stay on one page, the last one is the total."""
        if self._after_table and not table.caption:
            self.paragraph("Table Note", "")  # Word joins tables that touch
        if table.caption:
            self.paragraph("Caption", text_run(table.caption), _KEEP)
        columns = len(table.rows[0])
        numeric = [_is_numeric(table, column) for column in range(columns)]
        widths = column_widths(table, self.parts.text_width)
        out = self.out
        out.append(self._table_head(table.caption or "Table", widths, statistics))
        for index, row in enumerate(table.rows):
            header = index < table.header_rows
            keep = _KEEP if statistics or header else ""
            out.append(_row_start(header, statistics))
            for column, cell in enumerate(row):
                style = ("Statistics " if statistics else "Table ") + ("Number" if numeric[column] else "Text")
                listed, cell = self._numbered_cell(cell)
                content = self.runs(cell, in_header=header, bold=not header)
                out.append(
                    f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/></w:tcPr>'
                    f"<w:p><w:pPr>{self._styles[style]}{keep}{listed}</w:pPr>{content}</w:p></w:tc>"
                )
            out.append("</w:tr>")
        out.append("</w:tbl>")
        self._after_table = True

    def _numbered_cell(self, cell: tuple[Run, ...]) -> tuple[str, tuple[Run, ...]]:
        """A number typed in a cell becomes a real one: its numPr and the words behind it."""
        typed = typed_number(cell)
        if typed is None:
            return "", cell
        level, number, words = typed
        return _NUMBERED.format(level - 1, self.parts.new_list(level - 1, number)), words

    def _table_head(self, caption: str, widths: list[int], statistics: bool) -> str:
        words = attribute(caption[:250])
        first, last = "1" if statistics else "0", "1" if statistics else "0"
        value = 0x0020 | 0x0400 | (0x0040 | 0x0080 if statistics else 0)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{attribute(self.ids["Bulletin Table"])}"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            f'<w:tblLook w:val="{value:04X}" w:firstRow="1" w:lastRow="{last}" w:firstColumn="{first}" '
            f'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
            f'<w:tblCaption w:val="{words}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        )

    def _numbers(self, numbers: Numbers, heading: str) -> None:
        printed = numbers.figures
        self._anchored(heading, printed.heading, numbers.anchor)
        if printed.intro:
            self.paragraph("Body Text", text_run(printed.intro), _KEEP)
        for table in printed.tables:
            self.table(table, statistics=True)
        if printed.sentence:
            self.paragraph("Body Text", text_run(printed.sentence), _KEEP)
        for note in printed.notes:
            self.paragraph("Table Note", text_run(note), _KEEP)
        if printed.chart.categories and printed.chart.series:
            self.paragraph("Picture", f"<w:r>{self.parts.chart(printed.chart)}</w:r>")


def text_run(text: str, properties: str = "") -> str:
    """One run; line ends become line breaks."""
    body = text
    if "&" in body or "<" in body or ">" in body:
        body = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\n" in body:
        body = body.replace("\n", f"</w:t><w:br/><w:t{_SPACE}>")
    return f"<w:r>{properties}<w:t{_SPACE}>{body}</w:t></w:r>"


def _row_start(header: bool, statistics: bool) -> str:
    height = '<w:trHeight w:val="400" w:hRule="atLeast"/>' if statistics else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if header else ''}</w:trPr>"


def _is_numeric(table: Table, column: int) -> bool:
    seen = False
    for row in table.rows[table.header_rows :]:
        text = "".join(run.text for run in row[column]).strip()
        if not _NUMERIC.issuperset(text):
            return False
        seen = seen or any(char.isdigit() for char in text)
    return seen


def column_widths(table: Table, total: int) -> list[int]:
    """Widths in twentieths of a point that add up to ``total``: by the longest words and the amount of text."""
    weights = []
    for column in range(len(table.rows[0])):
        cells = ["".join(run.text for run in row[column]) for row in table.rows]
        word = max((len(word) for cell in cells for word in cell.split()), default=1)
        average = sum(map(len, cells)) / len(cells)
        weights.append(max(min(word, 18), min(average, 40), 5) + 2)
    widths = [int(total * weight / sum(weights)) for weight in weights]
    widths[-1] += total - sum(widths)
    return widths
