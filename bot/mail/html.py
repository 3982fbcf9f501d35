"""HTML bodies to lines: lxml's tree, walked once and without recursion, whatever the nesting.

Nothing is cut here: containers that clients put round quotes, signatures and what is hidden are only marked. Word's
fake lists (MsoListParagraph), layout tables and tracking pixels are seen through.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import islice

from lxml import etree

from bot.mail.htmlhidden import HiddenBy
from bot.mail.htmlstyle import BLOCKS, Style, inherit, list_start
from bot.mail.htmltable import TableBuilder, data_tables
from bot.mail.linebuilder import LineBuilder
from bot.mail.lines import Line, Mark, PictureRef
from bot.mail.text import text_lines

HTML_MAX = 4_000_000  # characters that are read as structure; what is beyond is kept as plain text
TAGS_MAX = 60_000  # the same of tags: long threads have some ten thousand
_CONDITIONAL = re.compile(r"<!\[(?:if[^\[\]>]*|endif)\]>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SCRIPT = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_PLAIN = frozenset(("div", "span", "br", "tr", "tbody", "table", "ul", "ol", "li", "body", "html"))
_SKIPPED = frozenset({"script", "style", "head", "title"})
_UNSEEN = frozenset({"template", "noscript", "object", "iframe", "svg", "math"})  # set aside as hidden
_OPENED = re.compile(r"<(/?)(template|noscript|object|iframe|svg|math|script|style|title)\b", re.IGNORECASE)


def html_lines(html: str) -> list[Line]:
    """The lines of an HTML body in reading order; never raises on content."""
    open_ended = unclosed(html)
    if transparent := open_ended & _UNSEEN:
        html = re.sub(rf"<(?:{'|'.join(sorted(transparent))})\b[^<>]*>", "", html, flags=re.IGNORECASE)
    end = _structured(html)
    root = _tree(html[:end])
    if root is None:
        return text_lines(without_tags(html))
    walker = _Walker(data_tables(root) if root.find(".//table") is not None else {}, HiddenBy(root), open_ended)
    walker.walk(root)
    lines = walker.builder.lines
    _hide_pale(lines)
    if len(html) > end and (rest := without_tags(html[end:]).strip()):
        lines.append(Line(rest, rest, reason="too_long"))
    return lines


def _structured(html: str) -> int:
    """Up to where HTML is read as structure."""
    if html.count("<", 0, HTML_MAX) <= TAGS_MAX:
        return HTML_MAX
    return next(islice(re.finditer("<", html), TAGS_MAX, None)).start()


def unclosed(html: str) -> frozenset[str]:
    """The elements whose words no reader shows, of which one is never closed: a parser puts all that follows inside."""
    if "<" not in html:
        return frozenset()
    count: Counter[str] = Counter()
    for match in _OPENED.finditer(html):
        count[match[2].lower()] += -1 if match[1] else 1
    return frozenset(tag for tag, left in count.items() if left > 0)


def _hide_pale(lines: list[Line]) -> None:
    """White words on white are hidden where the mail also has others; a mail all in white is for a dark screen."""
    pale = [line for line in lines if line.marks & Mark.PALE]
    if pale and any(line.text and not line.marks & (Mark.PALE | Mark.HIDDEN) for line in lines):
        for line in pale:
            line.marks |= Mark.HIDDEN


def without_tags(html: str) -> str:
    """What is left of HTML that no parser can read: its text, tags taken out."""
    import html as entities

    body = _SCRIPT.sub(" ", html)
    body = re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", "\n", body, flags=re.IGNORECASE)
    return entities.unescape(_TAG.sub("", body))


def _tree(html: str) -> etree._Element | None:
    html = _CONDITIONAL.sub("", html)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    if any("xcessive depth" in (entry.message or "") for entry in list(parser.error_log)[-20:]):
        return None  # the parser gave up in the middle: everything below would be lost
    return root


class _Walker:
    """Goes through the tree once; ``styles`` is the stack of inherited looks."""

    def __init__(self, tables: dict[etree._Element, bool], hidden_by: HiddenBy, unclosed: frozenset[str]) -> None:
        self.builder = LineBuilder()
        self.hidden_by = hidden_by if hidden_by else None
        self.unclosed = unclosed
        self.tables = tables
        self.styles: list[Style] = [Style()]
        self.known: dict[tuple[object, ...], Style] = {}  # mails repeat the same few looks a thousand times
        self.kept: list[Style] = []  # keeps every style alive whose identity is a key
        self.table: TableBuilder | None = None
        self.skip: etree._Element | None = None

    def walk(self, root: etree._Element) -> None:
        """Depth first over all elements."""
        for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "comment":
                if self.skip is None and element.tail:
                    self._text(element.tail)
            elif event == "start":
                if self.skip is None:
                    self._start(element)
            else:
                self._end(element)
        self.builder.flush()

    def _start(self, element: etree._Element) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            return
        if tag in _SKIPPED and tag not in self.unclosed:
            self.skip = element
            return
        outer = self.styles[-1]
        style = self._inherit(outer, tag, element)
        if tag in _UNSEEN or tag in _SKIPPED:
            style = replace(style, hidden=True)
            self.kept.append(style)
        self.styles.append(style)
        if self.table is not None:
            self._start_in_table(tag, element)
        elif tag == "br":
            self.builder.line_break()
        elif tag == "hr":
            self.builder.flush()
            self.builder.pending |= Mark.RULE | (Mark.BOUNDARY if style.boundary else Mark.NONE)
        elif tag == "img":
            self._picture(element, style)
        elif tag == "table" and self.tables.get(element):
            self.builder.flush()
            self.table = TableBuilder(element)
        elif tag in BLOCKS:
            self._open_block(tag, element, style, outer)
        if element.text:
            self._text(element.text)

    def _inherit(self, outer: Style, tag: str, element: etree._Element) -> Style:
        attributes = element.attrib
        if tag == "a" or (not attributes and tag in _PLAIN and self.hidden_by is None):
            return inherit(outer, tag, element, self.hidden_by) if tag == "a" else outer
        key = (id(outer), tag, *attributes.items()) if len(attributes) < 6 else None
        style = self.known.get(key) if key else None
        if style is None:
            style = inherit(outer, tag, element, self.hidden_by)
            if key and len(self.known) < 5_000:
                self.known[key] = style
                self.kept.append(outer)
        return style

    def _open_block(self, tag: str, element: etree._Element, style: Style, outer: Style) -> None:
        self.builder.flush()
        if style.boundary and not outer.boundary:
            self.builder.pending |= Mark.BOUNDARY
        if style.rule and not outer.rule:
            self.builder.pending |= Mark.RULE
        if tag in ("ol", "ul"):
            self.builder.open_list(list_start(element) if tag == "ol" else None)
        elif tag == "li":
            self.builder.open_item(style, element)
        elif tag == "p" and style.fake_level:
            self.builder.open_fake_item(style)
        elif style.heading and tag[0] == "h":
            self.builder.open_heading(style.heading)

    def _start_in_table(self, tag: str, element: etree._Element) -> None:
        if tag == "img":
            self._picture(element, self.styles[-1])
        elif self.table is not None:
            self.table.start(tag, element)

    def _end(self, element: etree._Element) -> None:
        if self.skip is not None:
            if element is not self.skip:
                return
            self.skip = None
        else:
            style = self.styles.pop() if len(self.styles) > 1 else self.styles[0]
            self._close(element, style)
        if element.tail:
            self._text(element.tail)

    def _close(self, element: etree._Element, style: Style) -> None:
        tag = element.tag
        if self.table is not None:
            if element is self.table.element:
                self.builder.add_table(self.table, style)
                self.table = None
            else:
                self.table.end(str(tag))
            return
        if tag in BLOCKS:
            self.builder.flush()
            if tag in ("ol", "ul"):
                self.builder.close_list()
            elif tag == "li" or style.fake_level or (isinstance(tag, str) and tag[0] == "h"):
                self.builder.close_item()

    def _text(self, text: str) -> None:
        style = self.styles[-1]
        if self.table is not None:
            self.table.text(text, style)
        else:
            self.builder.text(text, style)

    def _picture(self, element: etree._Element, style: Style) -> None:
        width, height = _pixels(element.get("width")), _pixels(element.get("height"))
        if style.hidden or (0 < width <= 2 or 0 < height <= 2):
            return
        source = (element.get("src") or "").strip()[:2_000_000]
        if source:
            self.builder.picture(PictureRef(source, (element.get("alt") or "").strip(), width, height), style)


def _pixels(value: str | None) -> int:
    match = re.match(r"\s*(\d{1,5})", value or "")
    return int(match[1]) if match else 0
