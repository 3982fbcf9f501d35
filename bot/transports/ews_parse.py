"""Answers of Exchange read while they arrive: the MIME of a mail without a second copy of it in memory."""

from __future__ import annotations

import binascii
import io
from typing import Any, cast

from lxml import etree

from bot.transports.headers import field_line, fields, split, with_transport_headers

T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
_TRANSPORT_HEADERS = "0x7d"
_HEADER_ROOM = 1_000_000  # bytes of MIME looked at for the end of its header block


class OddAnswer(ValueError):
    """The answer broke off or is not what was asked for."""


def header_record(item: Any) -> list[tuple[bytes, bytes]]:
    """The header fields of a mail as they came over the wire, from the XML of an item; [] when Exchange has none.

    The raw block (PidTagTransportMessageHeaders) is exact; without it the list of InternetMessageHeaders.
    """
    for prop in item.iter(f"{T}ExtendedProperty"):
        uri, value = prop.find(f"{T}ExtendedFieldURI"), prop.find(f"{T}Value")
        if uri is not None and str(uri.get("PropertyTag", "")).lower() in (_TRANSPORT_HEADERS, "0x007d"):
            text = (value.text or "") if value is not None else ""
            found = fields(text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8"))
            if found:
                return found
    record = []
    for line in item.iter(f"{T}InternetMessageHeader"):
        name = line.get("HeaderName") or ""
        record.append((name.lower().encode("ascii", "replace"), field_line(name, line.text or "")))
    return record


class _Target:
    """lxml's events: the text of MimeContent is decoded on the way, the rest of the answer is dropped."""

    def __init__(self, sink: MimeSink) -> None:
        self._sink = sink
        self._where = ""
        self._code: list[str] = []

    def start(self, tag: str, attributes: Any) -> None:
        """An element begins."""
        self._where = tag.rpartition("}")[2]

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition("}")[2]
        if name == "MimeContent":
            self._sink.flush()
        if name in ("ResponseCode", "faultcode"):
            self._sink.code = "".join(self._code).strip().rpartition(":")[2]
        self._sink.whole = name == "Envelope"
        self._where = ""

    def data(self, text: str) -> None:
        """Some text inside an element."""
        if self._where == "MimeContent":
            self._sink.text(text)
        elif self._where in ("ResponseCode", "faultcode"):
            self._code.append(text)

    def close(self) -> None:
        """Nothing is kept here."""


class MimeSink:
    """Takes a GetItem answer in pieces; ``mail()`` gives the mail. ``code`` is Exchange's response code."""

    def __init__(self, record: list[tuple[bytes, bytes]], limit: int) -> None:
        self.code = ""
        self.whole = False
        self._record = record
        self._limit = limit
        self._parser = etree.XMLParser(
            target=cast(Any, _Target(self)), recover=True, huge_tree=True, resolve_entities=False, no_network=True
        )
        self._waiting: list[str] = []
        self._length = 0
        self._head: bytes | None = b""  # what came before the end of the header block; None once that is written
        self._out = io.BytesIO()
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """A piece of the answer."""
        self._tail = (self._tail + chunk)[-200:]
        self._parser.feed(chunk)

    def text(self, text: str) -> None:
        """A piece of the base64."""
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= 262_144:
            self._decode(final=False)

    def flush(self) -> None:
        """The base64 is complete."""
        self._decode(final=True)

    def mail(self) -> bytes:
        """The mail, when the answer has come to its end. Raises OddAnswer when it has not."""
        if not self._tail.rstrip().endswith(b"Envelope>"):
            raise OddAnswer("the answer broke off")
        self._parser.close()
        if self._head is not None:
            self._write_head(self._head)
        if not self._out.tell():
            raise OddAnswer("the answer holds no mail")
        return self._out.getvalue()

    def _decode(self, final: bool) -> None:
        text = "".join(self._waiting).translate({9: None, 10: None, 13: None, 32: None})
        cut = len(text) if final else len(text) - len(text) % 4
        self._waiting = [text[cut:]] if cut < len(text) else []
        self._length = len(text) - cut
        try:
            self._write(binascii.a2b_base64(text[:cut]))
        except (binascii.Error, ValueError) as error:
            raise OddAnswer("the mail is not in base64") from error

    def _write(self, piece: bytes) -> None:
        if self._head is not None:
            self._head += piece
            ends = b"\r\n\r\n" in self._head or b"\n\n" in self._head
            if not ends and len(self._head) < _HEADER_ROOM:
                return
            piece, self._head = self._head, None
            self._write_head(piece)
            return
        room = self._limit - self._out.tell()
        self._out.write(piece if len(piece) <= room else piece[: max(room, 0)])

    def _write_head(self, piece: bytes) -> None:
        self._head = None
        block, _ = split(piece)
        self._out.write(with_transport_headers(piece, self._record) if block != piece else piece)
