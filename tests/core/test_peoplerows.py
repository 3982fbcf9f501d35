"""A list of people that came back: every bad row in a plain sentence, and with one of them nothing is taken."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.people import LeadRow, ReaderRow
from bot.core.peoplerows import MOST_FAULTS, Book, ReadPeople, SheetRows, Terms, read_people
from bot.mail.authenticity import plain_address

LEADS = (
    ("Theme", "Role", "Name", "Address"),
    ("Hate Crime", "lead", "Ann", "ann@council.example.org"),
    ("Prevent", "lead", "Pat", "pat@council.example.org"),
)
READERS = (("Name", "Address", "CSP"), ("Rob", "rob@district.example", "Dacorum"))
TERMS = Terms(
    themes={"hate-crime": "Hate Crime", "prevent": "Prevent"},
    address=plain_address,
    in_district=lambda csp: csp in ("Dacorum", "Stevenage"),
    districts=("Dacorum", "Stevenage"),
    own=frozenset({"rag.update@council.example.org"}),
    names={"eve@council.example.org": "Eve"},
)
Rows = tuple[tuple[str, ...], ...]


def sheet(name: str, rows: Rows, **more: Any) -> SheetRows:
    return SheetRows(name=name, rows=tuple(enumerate(rows, 1)), **more)


def read(
    leads: Rows = LEADS, readers: Rows = READERS, *more: SheetRows, terms: Terms = TERMS, **book: Any
) -> ReadPeople:
    sheets = (sheet("Leads", leads), sheet("Readers", readers), *more)
    return read_people(Book(sheets=sheets, **book), terms)


def fault(found: ReadPeople) -> str:
    assert found.people is None
    (sentence,) = found.faults
    return sentence


def test_a_good_list_is_read_whatever_its_order_of_columns_and_its_spelling() -> None:
    found = read(
        (
            ("E-mail", "Notes", "Theme", "Name", "Role"),
            ("ANN@council.example.org", "on leave in May", "hate crime", "  Ann\u00a0 Reed ", "Theme lead"),
            ("", "", "", "", ""),
            ("mailto:eve@council.example.org", "", "prevent", "", "Lead"),
        ),
        (("District", "Reader", "Email address"), ("Dacorum", "Rob", "rob@district.example")),
    )
    assert found.faults == ()
    assert found.people is not None
    assert found.people.leads == (
        LeadRow(theme="hate-crime", role="lead", name="Ann Reed", address="ann@council.example.org"),
        LeadRow(theme="prevent", role="lead", name="Eve", address="eve@council.example.org"),
    )
    assert found.people.readers == (ReaderRow(name="Rob", address="rob@district.example", csp="Dacorum"),)
    assert found.notes == ("Leads: I did not read the column “Notes”.",)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("Rob", "", "Dacorum"), "Readers, row 3: Rob has no address; please add it, or delete the row."),
        (("", "", "Dacorum"), "Readers, row 3: somebody has no address; please add it, or delete the row."),
        (
            ("Sue", "sue at district", "Dacorum"),
            "Readers, row 3: “sue at district” is not an email address; "
            "please write one such as name@council.example.org.",
        ),
        (
            ("Sue", "sue@district .example;", "Dacorum"),
            "Readers, row 3: “sue@district .example;” is not an email address. Did you mean sue@district.example?",
        ),
        (
            ("Eve", "eve@@council.example.org", "Dacorum"),
            "Readers, row 3: “eve@@council.example.org” is not an email address. Did you mean eve@council.example.org?",
        ),
        (
            ("Bot", "rag.update@council.example.org", "Dacorum"),
            "Readers, row 3: rag.update@council.example.org is the bulletin's own address; please delete the row.",
        ),
        (("", "sue@district.example", "Dacorum"), "Readers, row 3: sue@district.example has no name; please add it."),
        (
            ('Sue "<x>"', "sue@district.example", "Dacorum"),
            'Readers, row 3: “Sue "<x>"” is not a name; please write one without < > and quotation marks.',
        ),
        (
            ("Sue", "sue@district.example", "Stevenag"),
            "Readers, row 3: “Stevenag” is no partnership. Did you mean “Stevenage”?",
        ),
        (
            ("Sue", "sue@district.example"),
            "Readers, row 3: “” is no partnership. They are: Dacorum, Stevenage.",
        ),
        (
            ("Rob again", "ROB@district.example", "Dacorum"),
            "Readers, row 3: rob@district.example is in row 2 already; please delete one of them.",
        ),
    ],
)
def test_a_bad_reader_is_told_with_sheet_and_row(row: tuple[str, ...], says: str) -> None:
    assert fault(read(readers=(*READERS, row))) == says


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            ("Hat Crime", "lead", "Eve", "eve@council.example.org"),
            "Leads, row 4: “Hat Crime” is no theme. Did you mean “Hate Crime”? The themes are: Hate Crime, Prevent.",
        ),
        (
            ("", "lead", "Eve", "eve@council.example.org"),
            "Leads, row 4: “” is no theme. The themes are: Hate Crime, Prevent.",
        ),
        (
            ("Prevent", "boss", "Eve", "eve@council.example.org"),
            "Leads, row 4: the role “boss” must be lead or deputy.",
        ),
        (("Prevent", "deputy", "Eve", "eve"), "Leads, row 4: “eve” is not an email address"),
        (
            ("Hate Crime", "deputy", "Ann", "ann@council.example.org"),
            "Leads, row 4: ann@council.example.org is in row 2 for Hate Crime already; delete one of them.",
        ),
    ],
)
def test_a_bad_lead_is_told_with_sheet_and_row(row: tuple[str, ...], says: str) -> None:
    assert fault(read(leads=(*LEADS, row))).startswith(says)


def test_a_theme_without_a_lead_is_not_taken() -> None:
    rows = (*LEADS[:2], ("Prevent", "deputy", "Pat", "pat@council.example.org"))
    assert fault(read(leads=rows)) == "Leads: Prevent has no lead; please add a row with the role lead."


def test_a_file_that_is_not_ours_is_told_so() -> None:
    found = read_people(Book(sheets=(sheet("Custody", (("CSP", "Positive"),)),)), TERMS)
    assert fault(found) == ("This is not the list that I sent: it has no sheet Leads and none Readers, only “Custody”.")


@pytest.mark.parametrize(
    ("leads", "readers", "says"),
    [
        ((), READERS, "The sheet Leads is empty; its first row must be Theme, Role, Name, Address."),
        (LEADS, (("Name", "CSP"),), "Readers has no column Address; its first row must be Name, Address, CSP."),
        (
            LEADS,
            (("Rob", "rob@district.example", "Dacorum"),),
            "Readers has no column Name and none Address and none CSP; its first row must be Name, Address, CSP.",
        ),
        (
            LEADS,
            READERS[:1],
            "The sheet Readers has no row below its heading, so nobody would be left; nothing was taken.",
        ),
    ],
)
def test_an_empty_sheet_or_a_missing_column_is_told(leads: Rows, readers: Rows, says: str) -> None:
    assert fault(read(leads, readers)) == says


def test_a_missing_sheet_is_told_and_a_bulletin_for_a_group_needs_no_readers() -> None:
    alone = read_people(Book(sheets=(sheet(" leads ", LEADS),)), TERMS)
    assert fault(alone) == "The sheet Readers is missing; please send the whole file back, with both sheets."
    found = read(readers=READERS[:1], terms=TERMS._replace(group=True))
    assert found.people is not None
    assert found.people.readers == ()


def test_without_districts_any_partnership_is_taken() -> None:
    found = read(readers=(READERS[0], ("Rob", "rob@district.example", "")), terms=TERMS._replace(districts=()))
    assert found.people is not None


def test_hidden_sheets_other_sheets_and_formulas_are_told() -> None:
    hidden = sheet("Old", (("x",),), hidden=True)
    assert "“Old” is hidden" in fault(read(LEADS, READERS, hidden))
    other = sheet("New people", (("Eve",),))
    assert fault(read(LEADS, READERS, other)) == (
        "I do not read the sheet “New people”; please move its rows to Leads or Readers."
    )
    assert read(LEADS, READERS, sheet("Sheet3", ())).faults == ()
    formula = (READERS[0], ("Rob", "=A1", "=B1"))
    assert (
        fault(read(readers=formula, formulas=("Readers!B2",)))
        == "Readers, cell B2 holds a formula; please type the text itself."
    )


def test_many_faults_are_cut_and_counted() -> None:
    rows = (READERS[0], *((f"R{n}", "x" * 80, "Dacorum") for n in range(MOST_FAULTS + 5)))
    found = read(readers=rows)
    assert len(found.faults) == MOST_FAULTS + 1
    assert found.faults[-1] == "And 5 more like these."
    assert "…" in found.faults[0]
