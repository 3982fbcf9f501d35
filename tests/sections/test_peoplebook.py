"""The list of people as a workbook: it comes back as it went, and a hostile one is refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from bot.core.people import LeadRow, People, ReaderRow
from bot.core.peoplerows import Book, Terms, read_people
from bot.core.timetable import LONDON
from bot.errors import InputError
from bot.mail.authenticity import plain_address
from bot.sections import peoplebook
from bot.sections.peoplebook import BYTES_MAX, read_book, read_in_cage, write_people

SLOW = pytest.mark.slow
AT = datetime(2025, 8, 5, 10, 0, tzinfo=LONDON)
TITLES = {"hate-crime": "Hate Crime", "prevent": "Prevent, and more"}
PEOPLE = People(
    leads=(
        LeadRow(theme="hate-crime", role="lead", name="Ann", address="ann@council.example.org"),
        LeadRow(theme="prevent", role="lead", name="=HYPERLINK(1)", address="pat@council.example.org"),
    ),
    readers=(
        ReaderRow(name="+44 desk", address="rob@district.example", csp="Dacorum"),
        ReaderRow(name="'quoted", address="sue@district.example", csp="Dacorum"),
    ),
)
TERMS = Terms(themes=TITLES, address=plain_address, in_district=lambda csp: True)


def written(people: People = PEOPLE, at: datetime = AT) -> bytes:
    return write_people(people, TITLES, ["Dacorum", "Stevenage"], "abc", at)


def altered(change: Callable[[Any], None]) -> bytes:
    """The workbook, opened, changed and saved."""
    book = openpyxl.load_workbook(io.BytesIO(written()))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """The workbook with one more part in its package."""
    out = io.BytesIO(written())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, data)
    return out.getvalue()


def test_what_goes_out_comes_back_the_same_and_says_from_which_list_it_was_made() -> None:
    book = read_book(written())
    assert book.made_from == "abc"
    found = read_people(book, TERMS)
    assert found.people == PEOPLE
    assert found.notes == ()


def test_the_same_list_gives_the_same_bytes() -> None:
    assert written() == written()
    assert written() != written(at=datetime(2025, 8, 6, 10, 0, tzinfo=LONDON))


def test_text_that_looks_like_a_formula_is_text_with_an_apostrophe() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written()))
    cell = book["Leads"]["C3"]
    assert (cell.value, cell.data_type) == ("'=HYPERLINK(1)", "s")
    assert [rule.formula1 for rule in book["Readers"].data_validations.dataValidation] == ['"Dacorum,Stevenage"']
    assert len(book["Leads"].data_validations.dataValidation) == 1  # a title with a comma would be two choices


def put(place: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Readers"][place] = value

    return change


def hide(book: Any) -> None:
    book.create_sheet("Old")["A1"] = "x"
    book["Old"].sheet_state = "veryHidden"


def filtered(book: Any) -> None:
    book["Readers"].row_dimensions[2].hidden = True
    book["Readers"].column_dimensions["A"].hidden = True


def test_formulas_are_named_by_their_cells_and_hidden_sheets_by_their_names() -> None:
    book = read_book(altered(put("A2", "=A3")))
    assert book.formulas == ("Readers!A2",)
    book = read_book(altered(hide))
    assert [sheet.name for sheet in book.sheets if sheet.hidden] == ["Old"]


def test_a_row_that_a_filter_hides_is_still_a_person() -> None:
    assert read_people(read_book(altered(filtered)), TERMS).people == PEOPLE


def test_numbers_and_far_cells_are_read_as_text_within_bounds() -> None:
    book = read_book(altered(put("C2", 12)))
    assert book.sheets[1].rows[1][1][2] == "12"
    book = read_book(altered(put("ZZ9", "far out")))
    assert all(len(cells) <= peoplebook.COLUMNS_MAX for sheet in book.sheets for _, cells in sheet.rows)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "It is no Excel workbook (.xlsx): empty file."),
        (b"Theme,Role,Name,Address\n", "It is no Excel workbook (.xlsx): text file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office format, or protected by a password."),
        (b"x" * (BYTES_MAX + 1), "It is larger than 2 MB."),
    ],
)
def test_what_is_no_workbook_is_refused_before_anything_reads_it(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_in_cage(data, "people.xlsx")
    assert says in caught.value.message
    assert "Please send back the .xlsx file that I mailed" in caught.value.hint


def rows(number: int) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        for at in range(number):
            book["Readers"].append([f"R{at}"])

    return change


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: with_part("xl/vbaProject.bin", b"x"), "macros"),
        (lambda: with_part("xl/embeddings/oleObject1.bin", b"x"), "embedded objects"),
        pytest.param(lambda: with_part("xl/worksheets/bomb.xml", b" " * 30_000_000), "unpacks to", marks=SLOW),
        (lambda: with_part("xl/extra.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "document type"),
        (lambda: altered(put("A2", '=WEBSERVICE("http://x.example/")')), "reaches outside the file"),
        pytest.param(lambda: altered(rows(peoplebook.ROWS_MAX + 1)), "more than 3,000 rows", marks=SLOW),
    ],
)
def test_a_hostile_workbook_is_refused_in_words(data: Callable[[], bytes], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_book(data(), "people.xlsx")


@pytest.mark.slow
def test_the_cage_gives_the_same_and_says_what_to_send_instead() -> None:
    assert read_in_cage(written(), "people.xlsx") == read_book(written())
    with pytest.raises(InputError) as caught:
        read_in_cage(with_part("xl/vbaProject.bin", b"x"), "people.xlsx")
    assert "macros" in caught.value.message
    assert caught.value.hint == peoplebook.SEND
    assert isinstance(read_in_cage(altered(hide)), Book)
