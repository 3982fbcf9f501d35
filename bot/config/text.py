"""Configuration files as people save them: any usual encoding, TOML with the line of every key, CSV from Excel."""

from __future__ import annotations

import csv
import re
import tomllib
from functools import cached_property
from pathlib import Path

from bot.config.faults import Fault

Key = tuple[str | int, ...]  # ("themes", 0, "leads", 1)

_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MANY_FAULTS = 20
_MANY_LINES = 5  # a cell with more line ends than that is a quotation mark that was not closed


def read_text(path: Path) -> str:
    """A text file as Notepad, Excel or any editor saved it: UTF-8 with or without BOM, UTF-16, else Windows-1252."""
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves open become the replacement character, which no key or address allows.
        return raw.decode("cp1252", "replace")


class TomlFile:
    """A TOML file that was read: its ``data``, its syntax ``faults``, and ``line(key)``.

    A line with a syntax error is reported and left out, so that all other faults of the file are found in the same
    run; ``broken`` then says that what is missing may only be unread.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.data: dict[str, object] = {}
        self.faults: list[Fault] = []
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        while len(self.faults) < _MANY_FAULTS:
            try:
                self.data = tomllib.loads("\n".join(lines))
                break
            except tomllib.TOMLDecodeError as error:
                number = self._note(error, lines)
                if not number or not lines[number - 1].strip():
                    break  # no line to leave out: what follows would be guesses
                lines[number - 1] = ""
        self._text = "\n".join(lines)

    @cached_property
    def _lines(self) -> dict[Key, int]:
        """Where each key stands; looked for when somebody asks, as most files have nothing wrong."""
        return lines_of_keys(self._text) if self.data else {}

    @property
    def broken(self) -> bool:
        """Whether some of the file could not be read."""
        return bool(self.faults)

    def line(self, key: Key) -> int | None:
        """The line of a key, else of the nearest table or list around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self._lines:
                return self._lines[key[:length]]
        return None

    def _note(self, error: tomllib.TOMLDecodeError, lines: list[str]) -> int:
        found = _AT.search(str(error))
        number = int(found[1]) if found and found[1] else len(lines)
        reason = _AT.sub("", str(error)).strip().rstrip(".")
        line = lines[number - 1] if number <= len(lines) else ""
        hint = ""
        if "\\" in line and '"' in line:
            hint = "a Windows path in single quotes ('C:\\bot\\var') or with forward slashes"
        message = f"cannot be read as TOML: {reason[:1].lower()}{reason[1:]}"
        self.faults.append(Fault(file=self.name, line=number, message=message, allowed=hint))
        return number if found and found[1] else 0


def read_toml(path: Path, name: str) -> TomlFile:
    """Read a TOML file; a file that is missing or cannot be opened is a fault, not an exception."""
    try:
        return TomlFile(name, read_text(path))
    except OSError as error:
        file = TomlFile(name, "")
        message = "the file is missing" if isinstance(error, FileNotFoundError) else "the file cannot be opened"
        file.faults.append(Fault(file=name, message=message))
        return file


class CsvRow:
    """One line of a CSV file: its number and its cells by column name."""

    def __init__(self, line: int, cells: dict[str, str]) -> None:
        self.line = line
        self.cells = cells


def read_csv(text: str) -> tuple[list[str], list[CsvRow], list[int]]:
    """Columns, rows, and the lines that cannot be read, of a CSV text with commas, semicolons or tabs.

    Empty lines and lines that begin with # are passed over; cells are stripped; column names are in lower case with
    single spaces. A quotation mark that is never closed spoils its own line only, not all that follow.
    """
    lines = [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    delimiter = max(",;\t", key=first.count)
    columns: list[str] = []
    rows: list[CsvRow] = []
    bad: list[int] = []
    at = 0
    while at < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(at, len(lines))), delimiter=delimiter, strict=True)
        try:
            cells = [" ".join(cell.split()) for cell in next(reader)]
            taken = reader.line_num
        except csv.Error:
            cells, taken = [], _MANY_LINES + 1
        if taken > _MANY_LINES:
            bad.append(at + 1)
            at += 1
            continue
        line, at = at + 1, at + taken
        if not any(cells) or cells[0].startswith("#"):
            continue
        if columns:
            rows.append(CsvRow(line, dict(zip(columns, cells, strict=False))))
        else:
            columns = [cell.casefold() for cell in cells]
    return columns, rows, bad


# -------------------------------------------------------------------------------------------- lines of keys


def lines_of_keys(text: str) -> dict[Key, int]:
    """The line (from 1) on which each key, table and list element of a valid TOML text stands."""
    return _LineFinder(text).run()


class _LineFinder:
    """Walks over a TOML text that tomllib has accepted; keeps no values, only where keys are."""

    def __init__(self, text: str) -> None:
        self.text = text + "\n"
        self.at = 0
        self.found: dict[Key, int] = {}
        self.counts: dict[Key, int] = {}  # how often each [[table]] has come

    def run(self) -> dict[Key, int]:
        """The lines by key."""
        table: Key = ()
        self._skip_space()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip_space()
        return self.found

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _skip_space(self) -> None:
        """Over white space, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at].isspace():
                self.at += 1
            elif self.text[self.at] == "#":
                self.at = self.text.index("\n", self.at)
            else:
                return

    def _header(self) -> Key:
        """[a.b] or [[a.b]]: the table that follows, with the place in each list of tables on the way."""
        line = self._line()
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        parts = self._key()
        self.at += 2 if double else 1
        path: Key = ()
        for number, part in enumerate(parts, 1):
            path = (*path, part)
            if double and number == len(parts):
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                self.found.setdefault(path, line)
                path = (*path, self.counts[path] - 1)
        self.found.setdefault(path, line)
        return path

    def _key(self) -> list[str]:
        """A dotted key up to what ends it."""
        parts: list[str] = []
        while True:
            self._skip_space()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                parts.append(self.text[start + 1 : self.at - 1])
            else:
                bare = _BARE.match(self.text, self.at)
                parts.append(bare[0] if bare else "")
                self.at = bare.end() if bare else self.at + 1
            self._skip_space()
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def _pair(self, table: Key) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self.found.setdefault(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Key) -> None:
        self._skip_space()
        self.found.setdefault(path, self._line())
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._sequence(path, "]")
        elif first == "{":
            self._sequence(path, "}")
        else:
            while self.text[self.at] not in ",]}#\n":
                self.at += 1

    def _sequence(self, path: Key, end: str) -> None:
        """The elements of a list, or the pairs of an inline table."""
        self.at += 1
        number = 0
        self._skip_space()
        while self.text[self.at] != end:
            if end == "]":
                self._value((*path, number))
            else:
                self._pair(path)
            number += 1
            self._skip_space()
            if self.text[self.at] == ",":
                self.at += 1
            self._skip_space()
        self.at += 1

    def _string(self) -> None:
        """Over a string of any of the four kinds."""
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(mark)
        while not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(mark)
        while len(mark) == 3 and self.text[self.at] == quote:  # up to two quotes may stand before the closing three
            self.at += 1
