"""Names of people taken out of a Word file without rebuilding it: text, styles and layout stay byte for byte.

Word writes who created and saved a file, the company, the path of the template, marks of editing sessions (rsid) and
the people who commented. None of that is for the readers. The bytes must have passed the gate for Office packages.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from bot.render.package import write_member

_CORE, _APP, _CUSTOM = "docprops/core.xml", "docprops/app.xml", "docprops/custom.xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CREATED = re.compile(rb"<dcterms:created\b[^>]*>\s*([0-9T:.+Z-]{19,35})\s*<")
_KEPT = ("title", "subject", "language")
_APP_NAMES = re.compile(rb"<(Company|Manager|HyperlinkBase|Template)>[^<]*</\1>|<(?:Company|Manager|Template)/>")
_SETTINGS = re.compile(
    rb"<(?P<p>(?:\w+:)?)(?P<n>rsids|attachedTemplate|docVars|mailMerge)\b[^>]*?"
    rb"(?:/>|(?<!/)>.*?</(?P=p)(?P=n)>)",
    re.DOTALL,
)
_LINK = re.compile(rb"<Relationship\b[^>]*/(?:attachedTemplate|mailMergeSource|mailMergeHeaderSource)\"[^>]*?/>")
_TAG = re.compile(rb"<[A-Za-z][^<>]*>")
_RSID = re.compile(rb"\s(?:\w+:)?rsid\w*=(?:\"[0-9A-Fa-f]{1,8}\"|'[0-9A-Fa-f]{1,8}')")
_WITHIN = re.compile(rb"(<(?:\w+:)?(?:people|Properties)\b[^>]*?)(?:/>|>.*)", re.DOTALL)


def created_at(data: bytes) -> datetime | None:
    """When the file says it was made: Word keeps that over every save, so it tells which draft was edited."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            if info.filename.lower() == _CORE:
                found = _CREATED.search(package.read(info))
                return _moment(found.group(1).decode()) if found else None
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def without_names(data: bytes, author: str, made_at: datetime) -> bytes:
    """The same Word file with ``author`` and ``made_at`` for whoever made it, and no other names in its properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in package.infolist():
            if not info.is_dir():
                write_member(target, info.filename, _cleaned(info.filename, package.read(info), author, made_at))
    return out.getvalue()


def _cleaned(name: str, data: bytes, author: str, made_at: datetime) -> bytes:
    lower = name.lower()
    if lower == _CORE:
        return _core(data, author, made_at)
    if lower == _APP:
        return _APP_NAMES.sub(b"", data)
    if lower in (_CUSTOM, "word/people.xml"):
        return _emptied(data)
    if lower == "word/_rels/settings.xml.rels":
        return _LINK.sub(b"", data)
    if lower.startswith("word/") and lower.endswith(".xml"):
        data = _SETTINGS.sub(b"", data) if lower == "word/settings.xml" else data
        return _TAG.sub(lambda tag: _RSID.sub(b"", tag.group()), data)
    return data


def _core(data: bytes, author: str, made_at: datetime) -> bytes:
    """Core properties with title, subject and language kept."""
    kept = ""
    for name in _KEPT:
        found = re.search(rb"<dc:" + name.encode() + rb">[^<]*</dc:" + name.encode() + rb">", data)
        kept += found.group().decode("utf-8", "replace") if found else ""
    when = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    who = escape(author)
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_CP}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{kept}<dc:creator>{who}</dc:creator><cp:lastModifiedBy>{who}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{when}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{when}</dcterms:modified></cp:coreProperties>'
    ).encode()


def _emptied(data: bytes) -> bytes:
    """A part with its root alone."""
    start = max(data.find(b"?>") + 2, 0) if data.startswith(b"<?xml") else 0
    return data[:start] + _WITHIN.sub(rb"\1/>", data[start:].lstrip(), count=1)
