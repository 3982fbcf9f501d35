"""Outlook's compressed RTF to HTML or text: the only body that some winmail.dat and .msg files carry.

LZFu (MS-OXRTFCP) is undone by hand; HTML that Outlook wrapped into RTF (``\\fromhtml``) is taken out again.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

OUT_MAX = 20_000_000
_PRELOAD = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    r"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+"
)
_SKIPPED = frozenset(
    (
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "themedata",
        "datastore",
        "latentstyles",
        "listtable",
        "listoverridetable",
        "generator",
        "xmlnstbl",
        "rsidtbl",
    )
)


def decompress(data: bytes) -> bytes:
    """Plain RTF from PR_RTF_COMPRESSED; empty when it is broken."""
    if len(data) < 16:
        return b""
    _, size, kind = struct.unpack_from("<LL4s", data)
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    window = bytearray(_PRELOAD) + bytearray(4096 - len(_PRELOAD))
    write, out, position = len(_PRELOAD), bytearray(), 16
    while position < len(data) and len(out) < min(size, OUT_MAX):
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                return bytes(out)
            if control >> bit & 1:
                token = int.from_bytes(data[position : position + 2], "big")
                position += 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(out)
                chunk = bytearray()
                for step in range(length):
                    byte = window[(offset + step) % 4096]
                    chunk.append(byte)
                    window[write] = byte
                    write = (write + 1) % 4096
                out += chunk
            else:
                byte = data[position]
                position += 1
                out.append(byte)
                window[write] = byte
                write = (write + 1) % 4096
    return bytes(out[:size])


@dataclass(slots=True)
class _State:
    skip: bool = False
    html_tag: bool = False
    rtf_only: bool = False  # between \htmlrtf and \htmlrtf0: for RTF readers only
    unicode_skip: int = 1
    first: bool = True


@dataclass(slots=True)
class _Rtf:
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    codepage: str = "cp1252"
    html: bool = False
    drop: int = 0


def rtf_body(data: bytes) -> tuple[str | None, str | None]:
    """(text, html) of RTF: exactly one of them is given, both None when nothing can be read."""
    source = data.decode("latin-1")
    if not source.lstrip().startswith("{\\rtf"):
        return None, None
    rtf = _Rtf(html="\\fromhtml" in source[:2_000])
    stack = [_State()]
    for match in _TOKEN.finditer(source):
        _token(rtf, stack, match)
    _flush(rtf)
    text = "".join(rtf.out)
    return (None, text) if rtf.html else (text, None)


def _token(rtf: _Rtf, stack: list[_State], match: re.Match[str]) -> None:
    state = stack[-1]
    coded, word, number, symbol, brace, plain = match.groups()
    if brace == "{":
        stack.append(_State(state.skip, state.html_tag, state.rtf_only, state.unicode_skip))
        return
    if brace == "}":
        _flush(rtf)
        if len(stack) > 1:
            stack.pop()
        return
    if word is not None:
        _flush(rtf)
        _word(rtf, state, word, int(number) if number else None)
    elif coded is not None:
        if rtf.drop:
            rtf.drop -= 1
        elif _shown(rtf, state):
            rtf.pending.append(int(coded, 16))
    elif symbol is not None:
        _symbol(rtf, state, symbol)
    elif plain is not None and _shown(rtf, state):
        plain = plain[rtf.drop :]
        rtf.drop = 0
        _flush(rtf)
        rtf.out.append(plain)
    if brace is None:
        state.first = False


def _shown(rtf: _Rtf, state: _State) -> bool:
    return not state.skip and not (rtf.html and state.rtf_only)


def _symbol(rtf: _Rtf, state: _State, symbol: str) -> None:
    _flush(rtf)
    if symbol == "*" and state.first:
        state.skip = True  # an optional destination, unless its word turns out to be one of ours
    elif _shown(rtf, state):
        rtf.out.append({"~": "\u00a0", "_": "-", "-": ""}.get(symbol, symbol if symbol in "\\{}" else ""))


def _word(rtf: _Rtf, state: _State, word: str, number: int | None) -> None:
    if word == "htmltag":
        state.skip, state.html_tag = not rtf.html, True
    elif word == "htmlrtf":
        state.rtf_only = number != 0
    elif word in _SKIPPED:
        state.skip = True
    elif word == "ansicpg" and number:
        rtf.codepage = f"cp{number}"
    elif word == "uc" and number is not None:
        state.unicode_skip = max(0, min(number, 8))
    elif word == "u" and number is not None and _shown(rtf, state):
        rtf.out.append(chr(number % 65_536) if not 0xD800 <= number % 65_536 < 0xE000 else "?")
        rtf.drop = state.unicode_skip
    elif _shown(rtf, state):
        breaks = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n"}
        named = {
            "bullet": "•",
            "endash": "–",
            "emdash": "—",
            "lquote": "‘",
            "rquote": "’",
            "ldblquote": "“",
            "rdblquote": "”",
        }
        if word in named or (word in breaks and not state.html_tag):
            rtf.out.append(named.get(word) or breaks.get(word, ""))


def _flush(rtf: _Rtf) -> None:
    if rtf.pending:
        try:
            rtf.out.append(rtf.pending.decode(rtf.codepage, "replace"))
        except LookupError:
            rtf.out.append(rtf.pending.decode("cp1252", "replace"))
        rtf.pending.clear()
