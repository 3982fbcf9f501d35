"""What a file really is, by its bytes: neither its name nor the type that the mail gives is believed."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of file that matter here; each value is what a person would call it."""

    WORD = "Word document"
    EXCEL = "Excel workbook"
    POWERPOINT = "PowerPoint file"
    OPEN_TEXT = "OpenDocument text"
    OPEN_SHEET = "OpenDocument spreadsheet"
    OLD_OFFICE = "file of an old Office format, or protected by a password"
    ZIP = "zip file"
    DAMAGED = "damaged Office file"
    PDF = "PDF"
    PICTURE = "picture"
    PROGRAM = "program"
    COMPRESSED = "compressed file"
    RTF = "RTF document"
    HTML = "web page"
    TEXT = "text file"
    EMPTY = "empty file"
    OTHER = "file of an unknown kind"


_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLD_OFFICE),
    (b"%PDF-", Kind.PDF),
    (b"\x89PNG\r\n\x1a\n", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.PICTURE),
    (b"GIF8", Kind.PICTURE),
    (b"BM", Kind.PICTURE),
    (b"II*\x00", Kind.PICTURE),
    (b"MM\x00*", Kind.PICTURE),
    (b"RIFF", Kind.PICTURE),  # WebP, and sound or video that no picture reader opens
    (b"MZ", Kind.PROGRAM),
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
    (b"#!", Kind.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Kind.PROGRAM),
    (b"\x1f\x8b", Kind.COMPRESSED),
    (b"BZh", Kind.COMPRESSED),
    (b"\xfd7zXZ\x00", Kind.COMPRESSED),
    (b"7z\xbc\xaf\x27\x1c", Kind.COMPRESSED),
    (b"Rar!", Kind.COMPRESSED),
    (b"\x28\xb5\x2f\xfd", Kind.COMPRESSED),
    (b"MSCF", Kind.COMPRESSED),
    (b"{\\rtf", Kind.RTF),
)
_MAIN_PART = (
    ("word/", Kind.WORD),
    ("xl/", Kind.EXCEL),
    ("ppt/", Kind.POWERPOINT),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|script|meta|style|svg|xml)\b", re.IGNORECASE)
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"


def kind_of(data: bytes) -> Kind:
    """The kind of a file by its content. Never raises and inflates nothing."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.strip(b"\0 \t\r\n"):
        return Kind.EMPTY
    if _EICAR in data[:4096]:
        return Kind.PROGRAM
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if _HTML.match(head) or _HTML.search(head[:512]):
        return Kind.HTML
    return Kind.TEXT if _is_text(data) else Kind.OTHER


def _kind_of_zip(data: bytes) -> Kind:
    """Which package a zip is, by the names in its directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = [info.filename for info in package.infolist()[:5_000]]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return Kind.DAMAGED
    lower = [name.casefold() for name in names]
    if "[content_types].xml" in lower:
        return next((kind for folder, kind in _MAIN_PART if any(name.startswith(folder) for name in lower)), Kind.ZIP)
    if "content.xml" in lower and "mimetype" in lower:
        start = data[30:200]
        return Kind.OPEN_SHEET if b"spreadsheet" in start else Kind.OPEN_TEXT if b"text" in start else Kind.ZIP
    return Kind.ZIP


def _is_text(data: bytes) -> bool:
    """Text in UTF-8, UTF-16 with a mark, or a Windows code page: hardly any control characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = data[:65_536]
    odd = sum(sample.count(code) for code in (*range(9), 11, *range(14, 27), *range(28, 32)))
    return odd <= max(2, len(sample) // 200)


EXPECTED = {
    "docx": Kind.WORD, "docm": Kind.WORD, "dotx": Kind.WORD, "xlsx": Kind.EXCEL, "xlsm": Kind.EXCEL,
    "pptx": Kind.POWERPOINT, "odt": Kind.OPEN_TEXT, "ods": Kind.OPEN_SHEET, "doc": Kind.OLD_OFFICE,
    "xls": Kind.OLD_OFFICE, "ppt": Kind.OLD_OFFICE, "pdf": Kind.PDF, "csv": Kind.TEXT, "tsv": Kind.TEXT,
    "txt": Kind.TEXT, "htm": Kind.HTML, "html": Kind.HTML, "png": Kind.PICTURE, "jpg": Kind.PICTURE,
    "jpeg": Kind.PICTURE, "gif": Kind.PICTURE, "bmp": Kind.PICTURE, "tif": Kind.PICTURE, "rtf": Kind.RTF,
}  # fmt: skip


def expected_kind(name: str) -> Kind | None:
    """The kind that a file's name promises, or None for a name that promises nothing we know."""
    return EXPECTED.get(name.rpartition(".")[2].strip().lower())
