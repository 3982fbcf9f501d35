"""Small questions to the XML of a Word file: the text of a run, which branch is shown, where a cell belongs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from bot.core.model import Run
from bot.mail.links import safe_url
from bot.sections.wordstyles import w

ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HYPERLINK = re.compile(r'HYPERLINK\s+"([^"]+)"', re.IGNORECASE)


def choice(alternate: etree._Element) -> etree._Element:
    """Of an AlternateContent one branch is shown, never both."""
    if alternate.tag != f"{ALTERNATE}AlternateContent":
        return alternate
    choice = alternate.find(f"{ALTERNATE}Choice")
    fallback = alternate.find(f"{ALTERNATE}Fallback")
    return choice if choice is not None else fallback if fallback is not None else alternate


def simple_field(element: etree._Element) -> str | None:
    """The address of a simple HYPERLINK field, or None."""
    if element.tag != w("fldSimple"):
        return None
    match = _HYPERLINK.search(element.get(w("instr")) or "")
    return safe_url(match[1]) if match else None


def run_text(element: etree._Element, fields: list[str | None]) -> str:
    """The visible text of a run; field codes open and close ``fields`` on the way."""
    parts: list[str] = []
    for child in element:
        tag = child.tag
        if tag == w("t"):
            parts.append(child.text or "")
        elif tag == w("tab"):
            parts.append(" ")
        elif tag in (w("br"), w("cr")):
            parts.append("" if child.get(w("type")) in ("page", "column") else "\n")
        elif tag == w("noBreakHyphen"):
            parts.append("-")
        elif tag == w("fldChar"):
            kind = child.get(w("fldCharType"))
            if kind == "begin":
                fields.append(None)
            elif kind == "end" and fields:
                fields.pop()
        elif tag == w("instrText") and fields and (match := _HYPERLINK.search(child.text or "")):
            fields[-1] = safe_url(match[1])
    return "".join(parts)


def alt_text(element: etree._Element) -> str:
    """The alternative text of the first drawing below an element, or ""."""
    for found in element.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"):
        return found.get("descr") or ""
    return ""


def table_of(element: etree._Element) -> etree._Element | None:
    """The nearest table round an element."""
    parent = element.getparent()
    while parent is not None and parent.tag != w("tbl"):
        parent = parent.getparent()
    return parent


def row_of(element: etree._Element) -> etree._Element | None:
    """The nearest table row round an element."""
    parent = element.getparent()
    while parent is not None and parent.tag != w("tr"):
        parent = parent.getparent()
    return parent


def span_of(properties: etree._Element | None, name: str, top: int) -> int:
    """A span property of a cell, at least 1 and at most ``top``."""
    found = properties.find(w(name)) if properties is not None else None
    value = (found.get(w("val")) or "1") if found is not None else "1"
    return max(1, min(int(value), top)) if re.fullmatch(r"\d{1,12}", value) else 1


def trimmed(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Neighbours of one look joined, outer white space dropped."""
    out: list[Run] = []
    for run in runs:
        if out and (out[-1].bold, out[-1].italic, out[-1].url) == (run.bold, run.italic, run.url):
            out[-1] = out[-1].model_copy(update={"text": out[-1].text + run.text})
        elif run.text:
            out.append(run)
    while out and not out[0].text.strip():
        out.pop(0)
    while out and not out[-1].text.strip():
        out.pop()
    if out:
        out[0] = out[0].model_copy(update={"text": out[0].text.lstrip()})
        out[-1] = out[-1].model_copy(update={"text": out[-1].text.rstrip()})
    return tuple(out)


def unbold(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs without bold, for a heading that is bold by nature."""
    return tuple(run.model_copy(update={"bold": False}) for run in runs)
