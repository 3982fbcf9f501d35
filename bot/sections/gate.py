"""The gate that every Office package passes before a parser sees it: a zip that is what it says, and not a bomb.

Office files are zips of XML. The limits answer known attacks: number of members, size and ratio counted
while inflating (the sizes in the directory may lie), names that differ between the two directories, overlaps,
document type declarations (entity bombs and file disclosure need one). Nothing is written to disk here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from bot.errors import InputError

MEMBERS_MAX = 2_000
PART_BYTES_MAX = 20_000_000
ALL_BYTES_MAX = 50_000_000
RATIO_MAX = 100
RATIO_FROM_BYTES = 1_000_000  # small parts of repeated XML compress well and harm nobody
CHUNK = 1 << 16
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .doc/.xls, and .docx/.xlsx with a password

_LOCAL_HEADER = struct.Struct("<4sHHHHHLLLHH")
_SEND_COPY = "Please save it again as an ordinary .docx or .xlsx file without a password and send that."


def check_package(data: bytes) -> None:
    """Raise InputError unless ``data`` is a zip package that may safely be parsed (docx, xlsx, pptx, ods, odt).

    The error's code says which rule: ``protected-file``, ``not-a-package``, ``too-big``, ``unsafe-package``.
    """
    if data[:8] == OLE_MAGIC:
        raise InputError("The file is protected by a password or is of an old format.", _SEND_COPY, "protected-file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            _check_directory(data, members, package.start_dir)
            _check_contents(package, members)
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise InputError("The file is damaged and cannot be opened.", _SEND_COPY, "not-a-package") from error
    except MemoryError as error:
        raise InputError("Opening the file needs more memory than it may have.", _SEND_COPY, "too-big") from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise InputError("The file is protected and cannot be opened.", _SEND_COPY, "protected-file") from error


def _unsafe(why: str) -> InputError:
    return InputError(f"The file was not opened because {why}.", _SEND_COPY, "unsafe-package")


def _check_directory(data: bytes, members: list[zipfile.ZipInfo], directory_start: int) -> None:
    """Names, number and places of the members, without inflating anything."""
    if not members:
        raise InputError("The file is empty.", _SEND_COPY, "not-a-package")
    if len(members) > MEMBERS_MAX:
        raise InputError("The file has too many parts to be opened safely.", _SEND_COPY, "too-big")
    names = {info.filename.casefold() for info in members}
    if len(names) != len(members):
        raise _unsafe("it holds two parts of the same name")
    end = 0
    for info in sorted(members, key=lambda member: member.header_offset):
        _check_name(info.filename)
        if info.flag_bits & 0x1:
            raise InputError("The file is protected by a password.", _SEND_COPY, "protected-file")
        if info.header_offset < end:
            raise _unsafe("its parts overlap")
        end = _end_of_member(data, info)
    if end > directory_start:
        raise _unsafe("its parts overlap its own directory")


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name:
        raise _unsafe("a part of it has an unsafe name")


def _end_of_member(data: bytes, info: zipfile.ZipInfo) -> int:
    """Where the member's bytes end; its local header must name the same member as the directory."""
    header = data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
    fields = _LOCAL_HEADER.unpack(header)
    if fields[0] != b"PK\x03\x04":
        raise _unsafe("its directory is wrong")
    name_length, extra_length = fields[9], fields[10]
    start = info.header_offset + _LOCAL_HEADER.size
    local_name = data[start : start + name_length]
    encoding = "utf-8" if fields[2] & 0x800 else "cp437"
    if local_name.decode(encoding, "replace") != info.orig_filename:
        raise _unsafe("its two directories disagree")
    return int(start + name_length + extra_length + info.compress_size)


def _check_contents(package: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Inflate every member, counting; refuse bombs and document type declarations."""
    total = 0
    for info in members:
        if info.is_dir():
            continue
        is_xml = info.filename.lower().endswith((".xml", ".rels", ".vml"))
        size = _count(package, info, is_xml, ALL_BYTES_MAX - total)
        total += size


def _count(package: zipfile.ZipFile, info: zipfile.ZipInfo, is_xml: bool, left: int) -> int:
    size, tail = 0, b""
    with package.open(info) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > PART_BYTES_MAX or size > left:
                raise InputError("The file is too big once unpacked.", _SEND_COPY, "too-big")
            if size > RATIO_FROM_BYTES and size > RATIO_MAX * max(info.compress_size, 1):
                raise InputError("The file unpacks to far more than it should.", _SEND_COPY, "too-big")
            if is_xml:
                window = (tail + chunk).replace(b"\x00", b"")  # UTF-16 hides nothing
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise _unsafe("it declares a document type, which Office never does")
                tail = chunk[-32:]
    return size
