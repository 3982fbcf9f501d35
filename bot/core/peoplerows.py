"""The rows of a list of people that came back, read and judged: the lists, or every fault as one plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from bot.core.arguments import find_theme
from bot.core.model import Value
from bot.core.people import LeadRow, People, ReaderRow, Role

LEADS, READERS = "Leads", "Readers"
LEAD_COLUMNS = ("Theme", "Role", "Name", "Address")
READER_COLUMNS = ("Name", "Address", "CSP")
MOST_FAULTS = 30  # sentences in one answer
_LONGEST = 200
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "Theme": ("theme", "section", "topic"),
    "Role": ("role",),
    "Name": ("name", "full name", "reader"),
    "Address": ("address", "email", "e-mail", "email address", "e-mail address", "mail"),
    "CSP": ("csp", "district", "partnership", "community safety partnership"),
}
_ROLES: Mapping[str, Role] = {
    "lead": "lead",
    "leads": "lead",
    "theme lead": "lead",
    "deputy": "deputy",
    "deputies": "deputy",
    "theme deputy": "deputy",
}
_NO_NAME = re.compile(r"[<>\"\x00-\x1f\x7f]")


class SheetRows(Value):
    """One sheet: its rows that hold something, each with its number as Excel shows it. The first is the heading."""

    name: str
    hidden: bool = False
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()


class Book(Value):
    """A workbook as read. ``formulas``: cells that hold one ("Leads!B3"); ``made_from``: the mark that our own file
    carries, "" where there is none."""

    sheets: tuple[SheetRows, ...]
    formulas: tuple[str, ...] = ()
    made_from: str = ""


class Terms(NamedTuple):
    """What a list is judged by. ``themes``: key -> title; ``address`` gives an address in its one spelling, or None;
    ``in_district`` whether a CSP is one (any is where ``districts`` is empty); ``own`` are the bot's own addresses,
    ``names`` known people's names by address; ``group``: the bulletin goes to a group, so it needs no readers."""

    themes: Mapping[str, str]
    address: Callable[[str], str | None]
    in_district: Callable[[str], bool]
    districts: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    names: Mapping[str, str] = MappingProxyType({})
    group: bool = False


class ReadPeople(Value):
    """The lists (None where there are ``faults``), and ``notes`` on what was not read."""

    people: People | None = None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Row(NamedTuple):
    where: str  # "Readers, row 4"
    cells: Mapping[str, str]


def read_people(book: Book, terms: Terms) -> ReadPeople:
    """The lists of a workbook, judged as a whole: with one fault nothing of it is taken."""
    sheets = {sheet.name.strip().casefold(): sheet for sheet in book.sheets}
    leads, readers = (sheets.get(name.casefold()) for name in (LEADS, READERS))
    if leads is None and readers is None:
        found = ", ".join(f"“{_short(sheet.name)}”" for sheet in book.sheets)
        return ReadPeople(
            faults=(f"This is not the list that I sent: it has no sheet {LEADS} and none {READERS}, only {found}.",)
        )
    faults = [*_strange_sheets(book), *_formulas(book)]
    notes: list[str] = []
    told = frozenset(re.sub(r"!\D+", ", row ", cell) for cell in book.formulas)  # of these rows enough is said
    lead_rows = [r for r in _table(leads, LEADS, LEAD_COLUMNS, faults, notes) if r.where not in told]
    all_readers = _table(readers, READERS, READER_COLUMNS, faults, notes, may_be_empty=terms.group)
    reader_rows = [r for r in all_readers if r.where not in told]
    people = People(leads=tuple(_leads(lead_rows, terms, faults)), readers=tuple(_readers(reader_rows, terms, faults)))
    if lead_rows and not faults:
        faults += _without_lead(people, terms)
    if len(faults) > MOST_FAULTS:
        faults[MOST_FAULTS:] = [f"And {len(faults) - MOST_FAULTS} more like these."]
    return ReadPeople(people=None if faults else people, faults=tuple(faults), notes=tuple(notes))


def _short(text: str) -> str:
    """A cell for quoting back: one line, not long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:300]).split())
    return line if len(line) <= 60 else f"{line[:59].rstrip()}…"


def _strange_sheets(book: Book) -> Iterator[str]:
    """Sheets that nobody sees, or that nobody would read."""
    for sheet in book.sheets:
        if sheet.hidden:
            yield f"The sheet “{_short(sheet.name)}” is hidden; please unhide it and look at it, or delete it."
        elif sheet.name.strip().casefold() not in (LEADS.casefold(), READERS.casefold()) and sheet.rows:
            yield f"I do not read the sheet “{_short(sheet.name)}”; please move its rows to {LEADS} or {READERS}."


def _formulas(book: Book) -> Iterator[str]:
    for cell in book.formulas:
        sheet, _, place = cell.partition("!")
        yield f"{_short(sheet)}, cell {place} holds a formula; please type the text itself."


def _table(
    sheet: SheetRows | None,
    name: str,
    columns: tuple[str, ...],
    faults: list[str],
    notes: list[str],
    *,
    may_be_empty: bool = False,
) -> Iterator[_Row]:
    """The rows of one sheet by the names of its columns."""
    if sheet is None:
        faults.append(f"The sheet {name} is missing; please send the whole file back, with both sheets.")
        return
    if not sheet.rows:
        faults.append(f"The sheet {name} is empty; its first row must be {', '.join(columns)}.")
        return
    head = [" ".join(cell.casefold().split()) for cell in sheet.rows[0][1]]
    places = {column: _place(head, column) for column in columns}
    missing = [column for column, place in places.items() if place is None]
    if missing:
        faults.append(f"{name} has no column {' and none '.join(missing)}; its first row must be {', '.join(columns)}.")
        return
    others = [_short(sheet.rows[0][1][at]) for at, cell in enumerate(head) if cell and at not in places.values()]
    if others:
        notes.append(f"{name}: I did not read the column {', '.join(f'“{other}”' for other in others)}.")
    if len(sheet.rows) == 1 and not may_be_empty:
        faults.append(f"The sheet {name} has no row below its heading, so nobody would be left; nothing was taken.")
    for number, cells in sheet.rows[1:]:
        found = {c: _cell(cells, at) for c, at in places.items() if at is not None}
        if any(found.values()):
            yield _Row(f"{name}, row {number}", found)


def _place(head: list[str], column: str) -> int | None:
    return next((at for at, cell in enumerate(head) if cell in _SPELLINGS[column]), None)


def _cell(cells: tuple[str, ...], at: int) -> str:
    """A cell's text; long runs of space, and the no-break spaces that pasting leaves, are one space."""
    return " ".join(cells[at].split()) if at < len(cells) else ""


def _person(row: _Row, terms: Terms, faults: list[str]) -> tuple[str, str] | None:
    """Name and address of a row, or None with what is wrong."""
    written, name = row.cells["Address"], row.cells["Name"]
    address = terms.address(written.removeprefix("mailto:"))
    if not written:
        faults.append(f"{row.where}: {_short(name) or 'somebody'} has no address; please add it, or delete the row.")
    elif address is None:
        faults.append(f"{row.where}: “{_short(written)}” is not an email address{_mended(written, terms)}")
    elif address in terms.own:
        faults.append(f"{row.where}: {address} is the bulletin's own address; please delete the row.")
    elif not (name or terms.names.get(address)):
        faults.append(f"{row.where}: {address} has no name; please add it.")
    elif _NO_NAME.search(name) or len(name) > _LONGEST:
        faults.append(f"{row.where}: “{_short(name)}” is not a name; please write one without < > and quotation marks.")
    else:
        return name or terms.names[address], address
    return None


def _mended(written: str, terms: Terms) -> str:
    tidied = re.sub(r"\s", "", written.removeprefix("mailto:")).strip("<>.,;:'\"")
    near = tidied if terms.address(tidied) else next(iter(get_close_matches(written.lower(), terms.names, 1, 0.8)), "")
    return f". Did you mean {near}?" if near else "; please write one such as name@council.example.org."


def _leads(rows: list[_Row], terms: Terms, faults: list[str]) -> Iterator[LeadRow]:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        theme = _theme(row, terms, faults)
        role = _ROLES.get(row.cells["Role"].casefold())
        if role is None:
            faults.append(f"{row.where}: the role “{_short(row.cells['Role'])}” must be lead or deputy.")
        person = _person(row, terms, faults)
        if theme is None or role is None or person is None:
            continue
        name, address = person
        first = seen.setdefault((theme, address), row.where)
        if first != row.where:
            where = first.partition(", ")[2]
            faults.append(
                f"{row.where}: {address} is in {where} for {terms.themes[theme]} already; delete one of them."
            )
            continue
        yield LeadRow(theme=theme, role=role, name=name, address=address)


def _theme(row: _Row, terms: Terms, faults: list[str]) -> str | None:
    written = row.cells["Theme"]
    theme = find_theme(written, terms.themes)
    if theme is None:
        titles = list(terms.themes.values())
        near = get_close_matches(written, titles, 1)
        meant = f" Did you mean “{near[0]}”?" if near else ""
        faults.append(f"{row.where}: “{_short(written)}” is no theme.{meant} The themes are: {', '.join(titles)}.")
    return theme


def _readers(rows: list[_Row], terms: Terms, faults: list[str]) -> Iterator[ReaderRow]:
    seen: dict[str, str] = {}
    for row in rows:
        csp, person = row.cells["CSP"], _person(row, terms, faults)
        if terms.districts and not terms.in_district(csp):
            near = get_close_matches(csp, terms.districts, 1)
            meant = f" Did you mean “{near[0]}”?" if near else f" They are: {', '.join(terms.districts)}."
            faults.append(f"{row.where}: “{_short(csp)}” is no partnership.{meant}")
        if person is None:
            continue
        name, address = person
        first = seen.setdefault(address, row.where)
        if first != row.where:
            faults.append(
                f"{row.where}: {address} is in {first.partition(', ')[2]} already; please delete one of them."
            )
            continue
        yield ReaderRow(name=name, address=address, csp=csp)


def _without_lead(people: People, terms: Terms) -> Iterator[str]:
    led = {row.theme for row in people.leads if row.role == "lead"}
    for key, title in terms.themes.items():
        if key not in led:
            yield f"{LEADS}: {title} has no lead; please add a row with the role lead."
