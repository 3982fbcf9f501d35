"""How fast the bulletin is printed, as ratios within one run (machines differ; ratios hardly do).

The baselines print the same edition with the same chart: a raw lxml + zip writer, docxtpl with one Subdoc a section
(measured when it is installed), and the bare jinja2 render of the same HTML layout.
"""

from __future__ import annotations

import io
import resource
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.core.model import Bulletin, ListItem, Paragraph, Run, Section, Table
from bot.render.figures import chart
from bot.render.flow import Band, Numbers, Story, flow
from bot.render.html import LAYOUT, render_html
from bot.render.html_view import edition_view
from bot.render.native_chart import chart_xml, workbook
from bot.render.resources import environment, templates_folder
from bot.render.tidy import tidy
from bot.render.word import render_word
from tests.render.sample import bullet, bulletin, custody, item, para

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PEAK_MB = 150.0
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def edition(times: int = 1) -> Bulletin:
    """8 sections, 60 paragraphs, 30 bullets, 20 links, a 14x5 table and a chart, ``times`` times as much."""
    sections = []
    words = "with as many words as fill two lines of a page, which is what leads write when they have something to say"
    for index in range(8 * times):
        items = []
        for story in range(2):
            blocks: list[Any] = [para(f"Paragraph {index}.{story}.{n} {words}.") for n in range(3 if story else 2)]
            blocks += [bullet(f"Point {index}.{story}.{n} in a few words") for n in range(2)]
            link = Run(text=f"guide {index}.{story}", url=f"https://www.council.example.org/{index}/{story}")
            blocks.append(para(f"For more {words}, see the ", link, "."))
            items.append(item(f"Story {index}.{story}", *blocks))
        contact = Run(text=f"lead{index}@council.example.org", url=f"mailto:lead{index}@council.example.org")
        if index % 2:
            items.append(item(f"Contact {index}", para("Please email ", contact, ".", contact=True)))
        figures = custody() if index % 8 == 0 else None
        sections.append(Section(theme=f"theme{index}", title=f"Theme {index}", items=tuple(items), statistics=figures))
    return bulletin(sections=tuple(sections))


class Raw:
    """The floor: the same parts written with lxml and zipfile, nothing looked up, nothing checked."""

    def __init__(self, printed: Bulletin, template: bytes) -> None:
        self.printed = printed
        self.template = template

    def write(self) -> bytes:
        from lxml import etree

        body = etree.Element(f"{{{W}}}body", nsmap={"w": W, "r": R})
        document = etree.Element(f"{{{W}}}document", nsmap={"w": W, "r": R})
        document.append(body)
        charts, links = [], {}
        for piece in flow(self.printed):
            if isinstance(piece, Numbers):
                charts.append((chart_xml(piece.figures.chart), workbook(piece.figures.chart)))
                for table in piece.figures.tables:
                    self._table(body, table)
            elif isinstance(piece, Table):
                self._table(body, piece)
            elif isinstance(piece, Band | Story):
                text = piece.title if isinstance(piece, Band) else piece.heading
                self._paragraph(body, "Heading1" if isinstance(piece, Band) else "Heading2", (Run(text=text),), links)
            elif isinstance(piece, Paragraph | ListItem):
                style = "ListBullet" if isinstance(piece, ListItem) else "BodyText"
                self._paragraph(body, style, piece.runs, links)
        out = io.BytesIO()
        packed = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        with zipfile.ZipFile(io.BytesIO(self.template)) as source, packed as target:
            for name in source.namelist():
                target.writestr(name, etree.tostring(document) if name == "word/document.xml" else source.read(name))
            for index, (xml, book) in enumerate(charts):
                target.writestr(f"word/charts/chart{index}.xml", xml)
                target.writestr(f"word/embeddings/data{index}.xlsx", book)
            targets = "".join(f'<Relationship Id="{name}" Target="{url}"/>' for url, name in links.items())
            target.writestr("word/links.rels", targets)
        return out.getvalue()

    def _paragraph(self, parent: Any, style: str, runs: tuple[Run, ...], links: dict[str, str]) -> None:
        from lxml import etree

        paragraph = etree.SubElement(parent, f"{{{W}}}p")
        properties = etree.SubElement(paragraph, f"{{{W}}}pPr")
        etree.SubElement(properties, f"{{{W}}}pStyle").set(f"{{{W}}}val", style)
        for run in runs:
            holder = paragraph
            if run.url:
                holder = etree.SubElement(paragraph, f"{{{W}}}hyperlink")
                holder.set(f"{{{R}}}id", links.setdefault(run.url, f"rId{len(links) + 100}"))
            element = etree.SubElement(holder, f"{{{W}}}r")
            if run.bold or run.italic or run.url:
                look = etree.SubElement(element, f"{{{W}}}rPr")
                if run.bold:
                    etree.SubElement(look, f"{{{W}}}b")
            text = etree.SubElement(element, f"{{{W}}}t")
            text.text = run.text

    def _table(self, parent: Any, table: Table) -> None:
        from lxml import etree

        element = etree.SubElement(parent, f"{{{W}}}tbl")
        etree.SubElement(element, f"{{{W}}}tblPr")
        for row in table.rows:
            line = etree.SubElement(element, f"{{{W}}}tr")
            for cell in row:
                self._paragraph(etree.SubElement(line, f"{{{W}}}tc"), "TableText", cell, {})


def docxtpl_subdocs(printed: Bulletin, template: Path) -> Callable[[], bytes] | None:
    """docxtpl with one Subdoc a section, or None when it is not installed."""
    try:
        from docxtpl import DocxTemplate
    except ImportError:
        return None

    def render() -> bytes:
        document = DocxTemplate(str(template))
        sections = []
        for section in printed.sections:
            part = document.new_subdoc()
            part.add_paragraph(section.title, style="heading 1")
            for story in section.items:
                part.add_paragraph(story.heading, style="heading 2")
                for block in story.blocks:
                    if isinstance(block, Paragraph | ListItem):
                        text = "".join(run.text for run in block.runs)
                        part.add_paragraph(text, style="List Bullet" if isinstance(block, ListItem) else "Body Text")
            if section.statistics is not None:
                shown = chart(section.statistics)
                chart_xml(shown), workbook(shown)
                table = part.add_table(rows=0, cols=5)
                for row in section.statistics.rows:
                    texts = (row.district, *row.values.values(), row.total)
                    for cell, text in zip(table.add_row().cells, texts, strict=True):
                        cell.text = str(text)
            sections.append(part)
        document.render({"sections": sections}, autoescape=True)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return render


def docxtpl_template(path: Path, source: bytes) -> Path:
    """Our template with docxtpl's loop in the place of the sections."""
    with zipfile.ZipFile(io.BytesIO(source)) as package, zipfile.ZipFile(path, "w") as target:
        for name in package.namelist():
            data = package.read(name)
            if name == "word/document.xml":
                loop = b"{%p for s in sections %}</w:t></w:r></w:p><w:p><w:r><w:t>{{p s }}</w:t></w:r></w:p>"
                data = data.replace(b"{{ sections }}", loop + b"<w:p><w:r><w:t>{%p endfor %}")
            target.writestr(name, data)
    return path


def cpu(*works: Callable[[], object], rounds: int = 15) -> list[float]:
    """CPU milliseconds of each, median after warming up; taken in turns, so that a busy machine slows all alike."""
    for work in works * 3:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = time.process_time()
            work()
            taken.append((time.process_time() - start) * 1000)
    return [statistics.median(taken) for taken in times]


def rows() -> Iterator[tuple[str, float, str, float, float | None]]:
    """The renderers beside bare libraries, a hundred editions in one beside one, memory beside its limit."""
    template = (templates_folder() / "bulletin.docx").read_bytes()
    once = edition()
    printed = tidy(once)
    ours, floor = cpu(lambda: render_word(once, template), Raw(printed, template).write)
    yield "an edition as Word, ms", ours, "raw lxml and zip", floor, 2.5
    path = Path("bench-docxtpl.docx").absolute()
    subdocs = docxtpl_subdocs(printed, path)
    if subdocs is not None:  # where somebody has installed it: it is no dependency of ours
        docxtpl_template(path, template)
        (theirs,) = cpu(subdocs, rounds=5)
        path.unlink()
        yield "... beside docxtpl, ms", ours, "docxtpl with subdocs", theirs, 0.2
    view = edition_view(printed, lambda _piece: "cid:x")
    layout = environment().get_template(LAYOUT)
    html, bare = cpu(lambda: render_html(once), lambda: layout.render(view=view, standalone=False))
    yield "an edition as HTML, ms", html, "bare jinja2", bare, 4.0
    large = edition(100)
    start = time.process_time()
    render_word(large, template)
    yield "100 times the content as Word, ms", (time.process_time() - start) * 1000, "once the content", ours, 110.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield "... peak memory, MB", peak, "its limit", PEAK_MB, 1.0
