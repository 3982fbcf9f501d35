"""What an Office package holds besides its words: what is refused, what is asked about, and what is left out.

Runs behind the zip gate and before any reader. The bulletin is rebuilt from an allow-list, so nothing here could be
printed anyway; the screen decides whether the file is read at all, and tells the sender and the editor in words.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from bot.core.model import Finding, Severity, Value
from bot.errors import InputError
from bot.mail.links import safe_url
from bot.sections.gate import check_package
from bot.sections.kinds import Kind, kind_of

ELEMENTS_MAX = 400_000
SPAN_MAX = 63
_COPY = "Please save it as an ordinary .docx or .xlsx file and send that."


class Screening(Value):
    """``refused``: the file is not read. ``asked``: a person must say what is meant. ``dropped``: left out and told."""

    refused: tuple[Finding, ...] = ()
    asked: tuple[Finding, ...] = ()
    dropped: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> str:
        """reject, quarantine, sanitize or accept: the first that has a finding."""
        return "reject" if self.refused else "quarantine" if self.asked else "sanitize" if self.dropped else "accept"

    def findings(self) -> tuple[Finding, ...]:
        """All findings, the gravest first."""
        return (*self.refused, *self.asked, *self.dropped)


def screen_package(data: bytes, name: str = "") -> Screening:
    """Screen a .docx or .xlsx (by content). Raises InputError where the zip gate refuses; else never raises."""
    kind = kind_of(data)
    if kind not in (Kind.WORD, Kind.EXCEL):
        raise InputError(f"The file is a {kind}, not a Word document or an Excel workbook.", _COPY, "wrong-kind")
    check_package(data)
    notes = _Notes(name)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {info.filename: package.read(info) for info in package.infolist() if not info.is_dir()}
    _screen_names(parts, notes)
    if not notes.refused:
        _screen_size(parts, notes)
    if not notes.refused:
        _screen_relations(parts, notes)
        _screen_properties(parts, notes)
        from bot.sections.screen_parts import screen_sheets, screen_words

        (screen_words if kind is Kind.WORD else screen_sheets)(parts, notes)
    return Screening(refused=tuple(notes.refused), asked=tuple(notes.asked), dropped=tuple(notes.dropped))


class _Notes:
    """Collects findings; each code once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.refused: list[Finding] = []
        self.asked: list[Finding] = []
        self.dropped: list[Finding] = []

    def refuse(self, code: str, message: str, suggestion: str = _COPY) -> None:
        """The file is not read."""
        self._add(self.refused, code, Severity.ERROR, message, suggestion)

    def ask(self, code: str, message: str, suggestion: str) -> None:
        """A person must say what is meant."""
        self._add(self.asked, code, Severity.WARNING, message, suggestion)

    def drop(self, code: str, message: str) -> None:
        """Left out, and told."""
        self._add(self.dropped, code, Severity.NOTE, message, "")

    def _add(self, to: list[Finding], code: str, severity: Severity, message: str, suggestion: str) -> None:
        if all(finding.code != code for finding in to):
            finding = Finding(code=code, severity=severity, where=self.name, message=message, suggestion=suggestion)
            to.append(finding)


Notes = _Notes


def _screen_names(parts: dict[str, bytes], notes: _Notes) -> None:
    """Macros, controls and embedded programs show in the names and types of the parts."""
    types = next((data for name, data in parts.items() if name.casefold() == "[content_types].xml"), b"")
    lower = [name.casefold() for name in parts]
    macro_types = re.search(rb"macroEnabled|vbaProject|vbaData|macrosheet|\.intlmacro", types, re.IGNORECASE)
    if macro_types or any(re.search(r"vba(?:project|data)|macrosheets/|attachedtoolbars", name) for name in lower):
        notes.refuse("macros", "Files with macros are not accepted.")
    if any(re.search(r"(?:^|/)(?:activex|ctrlprops)/", name) for name in lower):
        notes.refuse("controls", "Files with ActiveX controls are not accepted.")
    for name, data in parts.items():
        if "embeddings/" in name.casefold() and (name.casefold().endswith(".bin") or data[:4] == b"\xd0\xcf\x11\xe0"):
            notes.refuse("embedded-object", "Files with embedded objects (OLE) are not accepted.")
        elif data.startswith((b"MZ", b"\x7fELF")) and not name.casefold().endswith((".xml", ".rels")):
            notes.refuse("program", "The file holds a program.")


def _screen_size(parts: dict[str, bytes], notes: _Notes) -> None:
    """Number of XML elements: memory and time of every reader grow with it."""
    elements = sum(
        data.count(b"<") for name, data in parts.items() if name.casefold().endswith((".xml", ".rels", ".vml"))
    )
    if elements > 2 * ELEMENTS_MAX:  # opening and closing tags
        notes.refuse("too-complex", "The file is far larger than a section needs to be.")


_RELATION = re.compile(rb"<(?:[\w.-]+:)?Relationship\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Relation(Value):
    """One relationship of a package: ``type`` is the last step of its URI in lower case."""

    part: str
    id: str
    type: str
    target: str
    external: bool


def relations(parts: dict[str, bytes]) -> Iterator[Relation]:
    """Every relationship of every part. Read by pattern, so that a broken part hides nothing."""
    from html import unescape

    for name, data in parts.items():
        if not name.casefold().endswith(".rels"):
            continue
        for match in _RELATION.finditer(_utf8(data)):
            pairs = {key.lower(): value or other for key, value, other in _ATTRIBUTE.findall(match.group())}
            found = {key: unescape(value.decode("utf-8", "replace")) for key, value in pairs.items()}
            kind = found.get(b"type", "").rstrip("/").rpartition("/")[2].lower()
            external = found.get(b"targetmode", "").lower() == "external"
            yield Relation(
                part=name, id=found.get(b"id", ""), type=kind, target=found.get(b"target", ""), external=external
            )


def _utf8(data: bytes) -> bytes:
    """XML in UTF-16 as UTF-8, so that patterns see it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").encode()
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", "replace").encode()
    return data


def _is_remote(target: str) -> bool:
    """Does opening the target leave this computer? C:\\... and file:///C:/... do not."""
    plain = target.strip().replace("\\", "/").lower()
    if re.match(r"(?:file:/{0,3})?[a-z]:/|[^/:]+$", plain):
        return False
    return bool(re.match(r"[a-z][a-z0-9+.-]*:|//", plain))


def _screen_relations(parts: dict[str, bytes], notes: _Notes) -> None:
    """What the package points to, inside and outside."""
    for relation in relations(parts):
        if relation.type in ("afchunk", "subdocument"):
            notes.refuse("foreign-part", "The file takes in another document (altChunk), which is not accepted.")
        elif relation.type in ("oleobject", "control", "vbaproject", "attachedtoolbars"):
            notes.refuse("embedded-object", "Files with embedded objects (OLE) are not accepted.")
        elif relation.type == "attachedtemplate":
            if _is_remote(relation.target):
                notes.refuse("remote-template", "The file loads its template from another computer.")
        elif relation.type == "hyperlink":
            if relation.external and safe_url(relation.target) is None:
                notes.drop(
                    "bad-link", "A link that is not an ordinary web or mail address was left out; its text stays."
                )
        elif relation.external:
            what = "A picture" if relation.type == "image" else "Something"
            notes.drop("remote-content", f"{what} that lies on another computer was left out.")
        elif relation.type == "package" and "document.xml" in relation.part:
            notes.drop("embedded-file", "A file embedded in the document was left out.")


def _screen_properties(parts: dict[str, bytes], notes: _Notes) -> None:
    """Names of authors and the like never reach the bulletin; said only where there are some."""
    for name, data in parts.items():
        lower = name.casefold()
        if lower == "docprops/custom.xml" or (lower == "docprops/core.xml" and _PERSONAL.search(_utf8(data))):
            notes.drop("metadata", "Names and properties stored in the file were left out.")


_PERSONAL = re.compile(
    rb"<(?:dc:creator|cp:lastModifiedBy|dc:description|cp:keywords)\b[^>]*>(?!python-docx<|openpyxl<)[^<]+<"
)
