"""A Word package opened and written: templates of both kinds come in, the same bytes go out for the same content.

python-docx stamps the time into the zip and refuses ``.dotx``; here the zip carries one fixed date and the order of
the parts is that of their names, so a draft's digest depends on what is printed and on nothing else.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from bot.errors import TemplateError

if TYPE_CHECKING:
    from docx.document import Document

TEMPLATE_BYTES_MAX = 20_000_000
UNPACKED_MAX = 80_000_000
MAIN_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MAIN_DOTX = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "[Content_Types].xml"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_BY_EXTENSION = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SAVE_AGAIN = "Open it in Word and save it again as a Word document (.docx) or template (.dotx)."


def open_template(data: bytes) -> Document:
    """The template as python-docx sees it; ``.dotx`` is read like ``.docx``.

    Raises TemplateError for what is no Word document, or carries macros.
    """
    import docx

    data = _as_document(data)
    try:
        return docx.Document(io.BytesIO(data))
    except (KeyError, ValueError, SyntaxError, OSError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise TemplateError("The Word template is damaged and cannot be opened.", _SAVE_AGAIN, "template") from error


def _as_document(data: bytes) -> bytes:
    """The package with a main part of the ordinary kind, everything that is no Word document refused."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise TemplateError("The Word template is protected or of the old .doc kind.", _SAVE_AGAIN, "template")
    if len(data) > TEMPLATE_BYTES_MAX:
        raise TemplateError("The Word template is larger than 20 MB.", "Make its pictures smaller.", "template")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            if sum(info.file_size for info in infos) > UNPACKED_MAX or len(infos) > 2_000:
                raise TemplateError("The Word template unpacks to more than 80 MB.", _SAVE_AGAIN, "template")
            names = {info.filename for info in infos}
            types = package.read(_TYPES) if _TYPES in names else b""
            if any("vbaproject" in name.lower() for name in names) or b"macroEnabled" in types:
                hint = "Save it without macros, as .docx or .dotx."
                raise TemplateError(
                    "The Word template holds macros (.docm); they are never run or sent.", hint, "macros"
                )
            if b"wordprocessingml" not in types:
                raise TemplateError("The Word template is not a Word document.", _SAVE_AGAIN, "template")
            if MAIN_DOTX.encode() not in types:
                return data
            changed = types.replace(MAIN_DOTX.encode(), MAIN_DOCX.encode())
            return _rezipped(package, infos, changed)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, KeyError) as error:
        raise TemplateError("The Word template is not a Word document.", _SAVE_AGAIN, "template") from error


def _rezipped(package: zipfile.ZipFile, infos: list[zipfile.ZipInfo], types: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in infos:
            copy.writestr(info.filename, types if info.filename == _TYPES else package.read(info))
    return out.getvalue()


def package_bytes(package: Any) -> bytes:
    """A python-docx package as .docx bytes, the same for the same parts."""
    parts = sorted(package.iter_parts(), key=lambda part: str(part.partname))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        write_member(target, _TYPES, _content_types(parts).encode())
        write_member(target, "_rels/.rels", _relations(package.rels))
        for part in parts:
            name = str(part.partname).lstrip("/")
            write_member(target, name, part.blob)
            if part.rels:
                folder, _, base = name.rpartition("/")
                write_member(target, f"{folder}/_rels/{base}.rels", _relations(part.rels))
    return out.getvalue()


def write_member(target: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    """One member of a package, with the one fixed date."""
    info = zipfile.ZipInfo(name, _ZIP_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    target.writestr(info, data)


def _relations(relations: Any) -> str:
    """The relationships of a part, each target and kind as it is."""
    lines = []
    for one in relations.values():
        outside = ' TargetMode="External"' if one.is_external else ""
        target = quoteattr(one.target_ref)
        lines.append(f"<Relationship Id={quoteattr(one.rId)} Type={quoteattr(one.reltype)} Target={target}{outside}/>")
    return _HEAD + f'<Relationships xmlns="{_PACKAGE}/relationships">' + "".join(lines) + "</Relationships>"


def _content_types(parts: list[Any]) -> str:
    defaults = {"rels": _BY_EXTENSION["rels"], "xml": _BY_EXTENSION["xml"]}
    overrides = []
    for part in parts:
        extension = part.partname.ext.lower()
        if extension != "xml" and _BY_EXTENSION.get(extension) == part.content_type:
            defaults[extension] = part.content_type
        else:
            overrides.append((str(part.partname), part.content_type))
    lines = [f"<Default Extension={quoteattr(ext)} ContentType={quoteattr(kind)}/>" for ext, kind in defaults.items()]
    lines += [f"<Override PartName={quoteattr(name)} ContentType={quoteattr(kind)}/>" for name, kind in overrides]
    return _HEAD + f'<Types xmlns="{_PACKAGE}/content-types">' + "".join(lines) + "</Types>"
