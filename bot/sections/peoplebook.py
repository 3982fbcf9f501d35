"""The list of people as a workbook: written for an editor, and what came back read in a cage.

Text that a spreadsheet would take for a formula gets an apostrophe in front, and loses it again when it is read. The
same list, moment and mark give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.core.model import Severity
from bot.core.people import People
from bot.core.peoplerows import LEAD_COLUMNS, LEADS, READER_COLUMNS, READERS, Book, SheetRows
from bot.errors import InputError
from bot.sections.files import judge_file
from bot.sections.kinds import Kind, kind_of
from bot.stats.export import neutral

BYTES_MAX = 2_000_000
ROWS_MAX = 3_000  # of one sheet
CELL_MAX = 2_000  # characters of one cell that are looked at
COLUMNS_MAX = 50
SPARE_ROWS = 500  # below the list, with the same choices
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK = "people-"  # in the file's keywords, before the digest of the list that it was made from
SEND = "Please send back the .xlsx file that I mailed, changed and saved as an ordinary Excel workbook."
_CHOICES_MAX = 250  # characters that Excel takes for a list of choices
_REFUSED = {
    "macros": "It holds macros.",
    "hidden-content": "",  # hidden sheets are named one by one; a row that a filter hides is still a person
    "formula": "It holds a formula that reaches outside the file.",
    "bad-link": "It holds a link that is no ordinary web or mail address.",
    "remote-content": "It takes in something that lies on another computer.",
    "embedded-file": "Another file is embedded in it.",
}


def write_people(people: People, titles: Mapping[str, str], csps: Sequence[str], mark: str, at: datetime) -> bytes:
    """The two sheets, with choices for theme, role and partnership. ``mark`` says from which list it was made."""
    import xlsxwriter

    data = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(data, {"in_memory": True, **plain})
    book.set_properties({"title": "People", "keywords": f"{MARK}{mark}", "created": at.astimezone(UTC)})
    looks = (book.add_format({"bold": True, "bottom": 1}), book.add_format(), book.add_format({"quote_prefix": True}))
    leads = [(titles.get(row.theme, row.theme), row.role, row.name, row.address) for row in people.leads]
    choices = {0: list(titles.values()), 1: ["lead", "deputy"]}
    _sheet(book.add_worksheet(LEADS), LEAD_COLUMNS, leads, (38, 10, 38, 44), choices, looks)
    readers = [(row.name, row.address, row.csp) for row in people.readers]
    _sheet(book.add_worksheet(READERS), READER_COLUMNS, readers, (44, 44, 26), {2: list(csps)}, looks)
    book.close()
    return data.getvalue()


def _sheet(
    sheet: Any,
    head: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    widths: Sequence[int],
    choices: Mapping[int, list[str]],
    looks: tuple[Any, Any, Any],
) -> None:
    heading, usual, quoted = looks
    for at, (title, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, heading)
    for number, row in enumerate(rows, 1):
        for at, text in enumerate(row):
            shown = neutral(text)
            sheet.write_string(number, at, shown, quoted if shown != text and shown.startswith("'") else usual)
    for at, words in choices.items():
        if words and len(",".join(words)) <= _CHOICES_MAX and not any("," in word for word in words):
            sheet.data_validation(1, at, len(rows) + SPARE_ROWS, at, {"validate": "list", "source": words})
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)


def read_in_cage(data: bytes, name: str = "") -> Book:
    """What an editor sent back. Raises InputError with a sentence where it is no file that may be read."""
    from bot.sections.cage import NO_LIMITS, run_caged

    if len(data) > BYTES_MAX:
        raise InputError(f"It is larger than {BYTES_MAX // 1_000_000} MB.", SEND, "too-big")
    if (kind := kind_of(data)) is not Kind.EXCEL:
        raise InputError(f"It is no Excel workbook (.xlsx): {kind.value}.", SEND, "not-a-workbook")
    try:
        return Book.model_validate(run_caged("bot.sections.peoplebook:read_book", data, name=name))
    except InputError as error:
        hint = "" if error.code == NO_LIMITS else SEND  # the same file again would help nobody
        raise InputError(error.message, hint, error.code) from error


def read_book(data: bytes, name: str = "") -> Book:
    """The sheets of a workbook, judged first. Called in the cage: it may be given anything."""
    _judge(data, name)
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    formulas: list[str] = []
    sheets = tuple(_read_sheet(sheet, formulas) for sheet in book.worksheets)
    mark = str(book.properties.keywords or "")
    made_from = mark.removeprefix(MARK)[:64] if mark.startswith(MARK) else ""
    return Book(sheets=sheets, formulas=tuple(formulas), made_from=made_from)


def _judge(data: bytes, name: str) -> None:
    """Raise InputError for what no list of people needs."""
    for finding in judge_file(name, data).findings:
        if finding.severity is Severity.ERROR:
            raise InputError(finding.message, SEND, finding.code)
        if _REFUSED.get(finding.code):
            raise InputError(_REFUSED[finding.code], SEND, finding.code)


def _read_sheet(sheet: Any, formulas: list[str]) -> SheetRows:
    """The rows that hold something. A heading's place is the file's own, so that a sentence names the row as shown."""
    sheet.reset_dimensions()
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=COLUMNS_MAX), 1):
        cells = tuple(_text(cell.value) for cell in row)
        if any(cells):
            formulas += _formulas(sheet.title, row)
            found.append((number, cells))
        if len(found) > ROWS_MAX:
            raise InputError(f"The sheet “{sheet.title[:40]}” has more than {ROWS_MAX:,} rows.", SEND, "too-big")
    return SheetRows(name=sheet.title, hidden=sheet.sheet_state != "visible", rows=tuple(found))


def _formulas(title: str, row: Iterable[Any]) -> list[str]:
    return [f"{title}!{cell.coordinate}" for cell in row if cell.data_type == "f"]


def _text(value: Any) -> str:
    """A cell as text, without the apostrophe that was put before what looks like a formula."""
    text = "" if value is None else str(value)[:CELL_MAX]
    bare = text.removeprefix("'")
    return bare if bare != text and neutral(bare) == text else text
