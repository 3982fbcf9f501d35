"""One attached file, judged: what it really is, and whether it is read, asked about, left out or refused.

The judgement comes from our own rules on the bytes, never from whether some parser complains: most hostile files parse
without complaint.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Literal

from bot.core.model import Finding, Severity, Value
from bot.errors import InputError
from bot.mail.charset import decode_text
from bot.mail.htmlscreen import BIDI, screen_html
from bot.sections.kinds import Kind, expected_kind, kind_of
from bot.sections.screen import Screening, screen_package
from bot.sections.screen_parts import looks_like_formula

Verdict = Literal["reject", "quarantine", "sanitize", "accept", "ignore"]
GRAVITY: tuple[Verdict, ...] = ("reject", "quarantine", "sanitize", "accept")  # the gravest first

# Refusals of an honest file: the mail round it is still read where it says something of its own.
HONEST: frozenset[str] = frozenset(("not-read", "protected-file", "not-a-package", "damaged", "empty-file"))
_CAGED = (Kind.WORD, Kind.EXCEL)
_RISKY = (*_CAGED, Kind.OPEN_TEXT, Kind.OPEN_SHEET, Kind.OLD_OFFICE)  # and old .xls, .msg
CSV_BYTES_MAX = 5_000_000
CSV_CELLS_MAX = 200_000
CELL_MAX = 32_767  # characters: Excel's own limit
PIXELS_MAX = 50_000_000
_PROGRAM_NAME = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msp|jar|lnk|cpl|dll|iso|img|vhd|chm|reg|url|one|svg)"
    r"[\s.]*$",
    re.IGNORECASE,
)
_AGAIN = "Please save it as an ordinary .docx, .xlsx or .csv file and send that."


class FileJudgement(Value):
    """What becomes of a file, what it is, and why, in findings (code and plain sentence)."""

    name: str
    kind: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


def judge_file(name: str, data: bytes) -> FileJudgement:
    """Judge one attachment by its bytes and its name. Never raises."""
    kind = kind_of(data)
    try:
        screening = _screen(name, data, kind)
    except InputError as error:
        refusal = Finding(
            code=error.code, severity=Severity.ERROR, where=name, message=error.message, suggestion=error.hint
        )
        screening = Screening(refused=(refusal,))
    findings = screening.findings()
    return FileJudgement(name=name, kind=kind.value, verdict=_verdict(screening), findings=findings)


def _verdict(screening: Screening) -> Verdict:
    return next(verdict for verdict in GRAVITY if verdict == screening.verdict)


def _screen(name: str, data: bytes, kind: Kind) -> Screening:
    """What the file holds. Raises InputError where it is refused."""
    if kind is Kind.EMPTY:
        raise InputError("The file is empty.", _AGAIN, "empty-file")
    if kind is Kind.PROGRAM or _PROGRAM_NAME.search(name):
        raise InputError(
            "The file is a program, or pretends to be one; such files are never opened.", _AGAIN, "program"
        )
    if kind is Kind.DAMAGED:
        raise InputError("The file is damaged or was cut off.", _AGAIN, "damaged")
    expected = expected_kind(name)
    if expected is not None and expected is not kind and not _near_enough(expected, kind, data):
        text = f"The file is called {_ending(name)} but is a {kind}."
        raise InputError(text, _AGAIN, "wrong-kind")
    if kind in (Kind.WORD, Kind.EXCEL):
        return screen_package(data, name)
    return _screen_other(name, data, kind)


def _ending(name: str) -> str:
    return "." + re.sub(r"[^A-Za-z0-9]", "", name.rpartition(".")[2])[:10]


def _near_enough(expected: Kind, kind: Kind, data: bytes) -> bool:
    """Names that honestly differ from the content: a .csv may quote HTML, an .html page may lack a known tag."""
    if expected is Kind.TEXT:
        return kind is Kind.HTML and not re.match(rb"\s*<(?:!doctype|html|table)", data[:500], re.IGNORECASE)
    return expected is Kind.HTML and kind is Kind.TEXT


def _screen_other(name: str, data: bytes, kind: Kind) -> Screening:
    if kind is Kind.TEXT or kind is Kind.OTHER:
        if kind is Kind.OTHER and expected_kind(name) is None and not name.lower().endswith((".csv", ".tsv", ".txt")):
            raise InputError("The file is of a kind that is not read.", _AGAIN, "not-read")
        return _screen_text(name, data)
    if kind is Kind.HTML:
        return screen_markup(decode_text(data)[0], name)
    if kind is Kind.PICTURE:
        return _screen_picture(name, data)
    if kind is Kind.PDF:
        note = "A PDF cannot be printed in the bulletin; the editor may enclose it."
        return Screening(dropped=(_note("set-aside", note, name),))
    if kind in (Kind.OPEN_TEXT, Kind.OPEN_SHEET):
        from bot.sections.gate import check_package

        check_package(data)
        return Screening()
    if kind is Kind.OLD_OFFICE and name.lower().endswith(".xls"):
        return _screen_old_workbook(data)
    raise InputError(f"A {kind} is not read.", _AGAIN, "protected-file" if kind is Kind.OLD_OFFICE else "not-read")


_OLE_NAMES = {name: name.encode("utf-16-le") for name in ("_VBA_PROJECT", "EncryptedPackage", "Workbook", "Book")}


def _screen_old_workbook(data: bytes) -> Screening:
    """An old .xls: its streams are named in its directory; only a plain workbook without macros goes on."""
    if _OLE_NAMES["_VBA_PROJECT"] in data:
        raise InputError("Files with macros are not accepted.", _AGAIN, "macros")
    if _OLE_NAMES["EncryptedPackage"] in data:
        raise InputError("The file is protected by a password.", _AGAIN, "protected-file")
    if _OLE_NAMES["Workbook"] not in data and _OLE_NAMES["Book"] not in data:
        raise InputError("The file is damaged or is no workbook.", _AGAIN, "damaged")
    return Screening()


def _note(code: str, message: str, name: str, severity: Severity = Severity.NOTE) -> Finding:
    return Finding(code=code, severity=severity, where=name, message=message)


def screen_markup(html: str, name: str = "") -> Screening:
    """An HTML file or body as a screening."""
    notes = screen_html(html)
    refused = tuple(_note("too-deep", sentence, name, Severity.ERROR) for sentence in notes.refused)
    return Screening(refused=refused, dropped=tuple(_note(code, sentence, name) for code, sentence in notes.dropped))


def _screen_text(name: str, data: bytes) -> Screening:
    """Text and CSV: size, cells, text that looks like a formula, controls of direction."""
    if len(data) > CSV_BYTES_MAX:
        raise InputError("The file is far larger than a section needs to be.", _AGAIN, "too-big")
    text = decode_text(data)[0]
    dropped: list[Finding] = []
    if data.count(b"\0") and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        dropped.append(_note("control-characters", "Characters that no text holds were left out.", name))
    if BIDI.search(text):
        dropped.append(_note("bidi-controls", "Characters that turn the direction of reading were left out.", name))
    if any(looks_like_formula(cell) for cell in _cells(text)):
        dropped.append(_note("formula-text", "Text that looks like a formula is kept as text.", name))
    return Screening(dropped=tuple(dropped))


def _cells(text: str) -> list[str]:
    """The cells of a CSV text, bounded. Raises InputError beyond the bounds."""
    head = text[:20_000]
    separator = max(",;\t", key=head.count)
    csv.field_size_limit(CELL_MAX)
    cells: list[str] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            cells.extend(row)
            if len(cells) > CSV_CELLS_MAX:
                raise InputError("The table has far more cells than a section needs.", _AGAIN, "too-big")
    except csv.Error as error:
        raise InputError("A cell of the table is absurdly long, or its quotes never end.", _AGAIN, "too-big") from error
    return cells


def _screen_picture(name: str, data: bytes) -> Screening:
    """A picture's size is known from its head; a bomb is refused before it is unpacked."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit below, without the library's warning
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        raise InputError("The picture is damaged.", _AGAIN, "damaged") from error
    if width * height > PIXELS_MAX:
        raise InputError("The picture is absurdly large.", _AGAIN, "too-big")
    return Screening()


def judge_bytes(data: bytes, name: str = "") -> FileJudgement:
    """The same, with the bytes first: what the cage calls."""
    return judge_file(name, data)


def judge_in_cage(name: str, data: bytes, timeout: float = 30.0) -> FileJudgement:
    """Judge a file; what needs a real parser (Word, Excel) is looked at in a child that may be killed. A machine that
    cannot limit that child opens none of the risky kinds."""
    from bot.sections.cage import LIMITED, run_caged

    kind = kind_of(data)
    if kind not in (_CAGED if LIMITED else _RISKY):
        return judge_file(name, data)
    try:
        answer = run_caged("bot.sections.files:judge_bytes", data, timeout=timeout, name=name)
    except InputError as error:
        finding = Finding(
            code=error.code, severity=Severity.ERROR, where=name, message=error.message, suggestion=error.hint
        )
        return FileJudgement(name=name, kind=kind.value, verdict="reject", findings=(finding,))
    return FileJudgement.model_validate(answer)
