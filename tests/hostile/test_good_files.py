"""Two hundred good files of every kind that people send: none is refused or held, and what is readable is accepted."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

import docx
import pytest
from docx.shared import Inches
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from PIL import Image, ImageDraw

from bot.sections.files import judge_file

EACH = 25
NAMES = (
    "Report",
    "Custody figures Aug",
    "Bericht äöü",
    "rag_update (final)",
    "Hate Crime - September",
    "2025-08 Zahlen",
)
SAID = (
    "The police and council met to plan the autumn campaign, café and all.",
    "It costs £1,200 – that is 18 % less & a “good” sign <soon>.",
    "Please write to parks@council.example.org before 9am = the first hour.",
    "Change since July: +3 in the north, -2 in the south.",
)


def words(chance: random.Random, number: int) -> str:
    """So many words of an ordinary text, from the beginning of a sentence."""
    text = " ".join(chance.sample(SAID, len(SAID)) * 2).split()
    return " ".join(text[:number])


def picture(chance: random.Random, kind: str = "PNG") -> bytes:
    image = Image.new(chance.choice(("RGB", "L", "P")), (chance.randint(20, 400), chance.randint(20, 300)), 200)
    ImageDraw.Draw(image).line((0, 0, 19, 19), fill=3)
    out = io.BytesIO()
    image.convert("RGB").save(out, kind)
    return out.getvalue()


def word_file(chance: random.Random) -> bytes:
    """As Word saves it: headings, lists, a table, a picture, a header, a link, properties."""
    document = docx.Document()
    document.core_properties.author = "A. Person"
    document.sections[0].header.paragraphs[0].text = words(chance, 4)
    for _ in range(chance.randint(1, 6)):
        document.add_heading(words(chance, 4), level=chance.randint(1, 3))
        paragraph = document.add_paragraph(words(chance, 30))
        paragraph.add_run(words(chance, 3)).bold = True
        document.add_paragraph(words(chance, 8), style=chance.choice(("List Bullet", "List Number", "Quote")))
    if chance.random() < 0.6:
        table = document.add_table(rows=3, cols=4, style="Table Grid")
        table.cell(0, 0).merge(table.cell(0, 1)).text = words(chance, 2)
    if chance.random() < 0.6:
        document.add_picture(io.BytesIO(picture(chance)), width=Inches(2))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def excel_file(chance: random.Random) -> bytes:
    """Numbers, formulas of the usual kind, several sheets, a chart, merged cells, a frozen row."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Custody"
    sheet.append(["CSP", "Positive", "Negative", "Refused", "Total"])
    for number in range(chance.randint(2, 30)):
        sheet.append(
            [f"District {number}", *(chance.randint(0, 900) for _ in range(3)), f"=SUM(B{number + 2}:D{number + 2})"]
        )
    sheet.freeze_panes = "A2"
    if chance.random() < 0.5:
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart, "H2")
    if chance.random() < 0.5:
        notes = book.create_sheet("Notes")
        notes["A1"] = words(chance, 10)
        notes.merge_cells("A1:C1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods_file(chance: random.Random) -> bytes:
    """As LibreOffice saves it, in small."""
    rows = "".join(
        f"<table:table-row><table:table-cell office:value-type='float' office:value='{chance.randint(0, 99)}'>"
        "<text:p>1</text:p></table:table-cell></table:table-row>"
        for _ in range(chance.randint(1, 20))
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {spaces} office:version='1.3'><office:body>"
        f"<office:spreadsheet><table:table table:name='Sheet1'>{rows}</table:table></office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def csv_file(chance: random.Random) -> bytes:
    """As Excel saves it: commas or semicolons, with or without a mark at the start, in three encodings."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=chance.choice(",;\t"))
    writer.writerow(["CSP", "Change", "Note"])
    for _ in range(chance.randint(1, 40)):
        writer.writerow([words(chance, 2), chance.choice(("-3", "+4", "0", "1,204")), words(chance, 5)])
    return out.getvalue().encode(chance.choice(("utf-8", "utf-8-sig", "cp1252")), "replace")


def text_file(chance: random.Random) -> bytes:
    return "\r\n".join(words(chance, 12) for _ in range(9)).encode(chance.choice(("utf-8", "cp1252")), "replace")


def pdf_file(chance: random.Random) -> bytes:
    """A page of text; it is never printed, and says so."""
    stream = f"BT /F1 12 Tf 72 720 Td ({chance.randint(1, 999)} visits) Tj ET".encode()
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n4 0 obj<<>>stream\n"
        + stream
        + b"\nendstream endobj\n%%EOF"
    )


def mail_file(chance: random.Random) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "lead@council.example.org", "bulletin@council.example.org"
    message["Subject"], message["Message-ID"] = words(chance, 4), f"<{chance.random()}@council.example.org>"
    message.set_content(words(chance, 30))
    return message.as_bytes()


KINDS: dict[str, tuple[Callable[[random.Random], bytes], set[str]]] = {
    "docx": (word_file, {"accept", "sanitize metadata"}),  # who wrote it is not carried on
    "xlsx": (excel_file, {"accept"}),
    "ods": (ods_file, {"accept"}),
    "csv": (csv_file, {"accept"}),
    "txt": (text_file, {"accept"}),
    "png": (picture, {"accept"}),
    "pdf": (pdf_file, {"sanitize set-aside"}),  # named in the receipt: it is not printed
    "eml": (mail_file, {"accept", "sanitize formula-text"}),  # a line that was wrapped before "+3" is noted
}


@pytest.mark.parametrize("ending", [pytest.param(one, marks=[pytest.mark.slow] * (one == "docx")) for one in KINDS])
def test_good_files_raise_no_alarm(ending: str) -> None:
    make, wanted = KINDS[ending]
    chance = random.Random(ending)
    made = [make(chance) for _ in range(EACH)]
    assert len(set(made)) == EACH
    alarms: Counter[str] = Counter()
    for number, data in enumerate(made):
        judged = judge_file(f"{NAMES[number % len(NAMES)]}.{ending}", data)
        said = " ".join([judged.verdict, *(finding.code for finding in judged.findings)])
        alarms[said] += said not in wanted
    assert alarms.total() == 0, alarms


def test_they_are_two_hundred() -> None:
    assert EACH * len(KINDS) == 200
