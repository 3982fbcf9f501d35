"""People in CSV files: directory.csv (who may be printed) and csm_list.csv (the readers), as Excel saves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.config.faults import Fault, nearest, shown
from bot.config.text import CsvRow, read_csv, read_text
from bot.core.model import Person
from bot.mail.authenticity import plain_address

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full name", "contact", "reader", "csm"),
    "address": ("address", "email", "e-mail", "email address", "e-mail address", "mail"),
    "role": ("role", "job title", "title", "post"),
    "csp": ("csp", "district", "partnership", "community safety partnership"),
}


class PeopleFile:
    """A list of people: ``people`` in file order, ``lines`` by address, and every fault of the file."""

    def __init__(self, name: str, bulletin: str) -> None:
        self.name = name
        self.bulletin = bulletin
        self.people: list[Person] = []
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def fault(self, message: str, line: int | None = None, **more: str) -> None:
        """Note a fault of this file."""
        self.faults.append(Fault(file=self.name, line=line, message=message, bulletin=self.bulletin, **more))

    def add(self, row: CsvRow, places: Mapping[str, str]) -> None:
        """One line: a person, or what is wrong with it."""
        cells = {key: row.cells.get(column, "") for key, column in places.items()}
        written = cells.get("address", "")
        address = plain_address(written)
        if not written:
            self.fault("has no address", row.line, value=shown("name", cells.get("name", "")))
            return
        if address is None:
            tidied = written.removeprefix("mailto:").strip(" <>.,;'\"").replace(" ", "")
            self.fault(
                "is not an email address",
                row.line,
                key="address",
                value=shown("address", written),
                allowed="one address such as name@council.example.org",
                nearest=tidied if plain_address(tidied) else nearest(written, self.lines, cutoff=0.8),
            )
            return
        if address in self.lines:
            message = f"is there already, in line {self.lines[address]}"
            self.fault(message, row.line, key="address", value=shown("address", address))
            return
        if not cells.get("name"):
            self.fault("has no name", row.line, key="address", value=shown("address", address))
            return
        self.lines[address] = row.line
        self.people.append(
            Person(name=cells["name"], address=address, role=cells.get("role", ""), csp=cells.get("csp", ""))
        )


def read_people(path: Path, name: str, bulletin: str, needed: tuple[str, ...] = ("name", "address")) -> PeopleFile:
    """Read a list of people; nothing is raised, all is in ``faults``."""
    file = PeopleFile(name, bulletin)
    try:
        columns, rows, bad = read_csv(read_text(path))
    except OSError:
        file.fault("the file cannot be opened")
        return file
    for line in bad:
        file.fault("cannot be read", line, value="the line", allowed='quotation marks in pairs: "Reed, Mallow",address')
    if not columns:
        file.fault("the file is empty", allowed=f"a first line {','.join(needed)} and a line for each person")
        return file
    places = {key: column for column in reversed(columns) for key, names in COLUMNS.items() if column in names}
    missing = [key for key in needed if key not in places]
    for key in missing:
        others = [column for column in columns if column not in places.values()]
        file.fault(
            f'has no column "{key}"',
            1,
            value="the first line",
            allowed=f"columns {', '.join(needed)}",
            nearest=nearest(key, others),
        )
    if missing:
        return file
    for row in rows:
        file.add(row, places)
    return file
