"""All that a person sees of a mail, by the standard library alone: shares no code with the reader.

And the check itself: the sender's own text and the leftovers of a Reading are that text, character for character after
white space; list signs and quote signs stay, since both sides keep the lines as they stood.
"""

from __future__ import annotations

import email
import email.policy
import quopri
import re
from collections import Counter
from contextlib import suppress
from email.message import Message
from html.parser import HTMLParser

from bot.core.model import Picture, Reading, Table, block_text, plain

_VOID = {"br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "embed", "source", "track", "param"}
_UNSEEN = {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "math"}
_BREAKS = {
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "hr",
    "pre",
}
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px|pt)?(?:;|$)")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_ASIDE = {"hidden", "plain_text_copy"}


_WHITE = re.compile(r"(?<![\w-])color:(?:#fff(?:fff)?|white)(?:;|$)")


def _hiding_classes(html: str) -> set[str]:
    """The classes that the mail's style sheet hides by a rule of their own."""
    sheets = " ".join(re.findall(r"<style[^>]*>(.*?)</style", html, re.DOTALL | re.IGNORECASE))
    rules = re.findall(r"([^{}]*)\{([^{}]*)\}", re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheets))
    hiding = [front for front, look in rules if re.search(r"display\s*:\s*none", look)]
    return {name for front in hiding for name in re.findall(r"(?:^|,)\s*\.([\w-]+)\s*(?=,|$)", front)}


class _Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.hiding = _hiding_classes(html)
        self.unseen = {tag for tag in _UNSEEN if html.lower().count(f"<{tag}") <= html.lower().count(f"</{tag}")}
        self.parts: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")
        if tag in _VOID:
            return
        look = re.sub(r"\s", "", dict(attrs).get("style") or "").lower()
        names = (dict(attrs).get("class") or "").split()
        hidden = (
            tag in self.unseen or bool(_HIDDEN.search(look)) or "hidden" in dict(attrs) or bool(_WHITE.search(look))
        )
        hidden = hidden or any(name in self.hiding for name in names)
        self.open.append((tag, hidden or (bool(self.open) and self.open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")
        if any(name == tag for name, _ in self.open):
            while self.open and self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.parts.append(data)


def html_text(html: str) -> str:
    """The visible text of HTML."""
    seen = _Seen(html)
    seen.feed(html)
    seen.close()
    return "".join(seen.parts)


def bodies(message: Message) -> list[str]:
    """The readable bodies of a mail, HTML before text in an alternative."""
    kind = message.get_content_type()
    if kind == "multipart/alternative":
        found = [(part.get_content_type(), bodies(part)) for part in message.iter_parts()]  # type: ignore[attr-defined]
        html = [text for name, texts in found if name != "text/plain" for text in texts]
        return html if "".join(html).strip() else [text for _, texts in found for text in texts]
    if message.is_multipart() and (kind.startswith("multipart/") or kind == "message/rfc822"):
        if kind == "multipart/report":
            return [text for part in message.iter_parts() if not part.is_multipart() for text in bodies(part)]  # type: ignore[attr-defined]
        return [text for part in message.get_payload() for text in bodies(part)]  # type: ignore[arg-type]
    if kind not in ("text/plain", "text/html") or message.get_content_disposition() == "attachment":
        return []
    text = message.get_content()  # type: ignore[attr-defined]
    with suppress(UnicodeDecodeError):  # labelled as something else, but UTF-8
        text = message.get_payload(decode=True).decode("utf-8")  # type: ignore[union-attr]
    if (
        kind == "text/plain"
        and len(re.findall(r"[\w.,;>]=\n", text)) >= 2
        and re.search(r"=[CDE][0-9A-F]=[89AB]|=3D|=20", text)
    ):
        text = quopri.decodestring(text.encode()).decode("utf-8", "replace")  # a gateway dropped the header
    return [html_text(text) if kind == "text/html" else text]


def visible_text(raw: bytes) -> str:
    """All that is seen of a mail's bodies."""
    return "\n".join(bodies(email.message_from_bytes(raw, policy=email.policy.default)))


def squeezed(text: str) -> str:
    """Without white space, invisible marks and ">": a mail program's quote signs cannot be told from a person's."""
    return re.sub(r"[\s>]+", "", _INVISIBLE.sub("", _CONTROLS.sub("", text)))


def missing(raw: bytes, reading: Reading) -> tuple[str, list[str]]:
    """(visible characters that are nowhere in the reading, lines or characters of it that the mail does not have).

    Every line of the reading must stand in the mail as it is, and each character must be there as often as in the mail.
    """
    seen = squeezed(visible_text(raw))
    texts = [reading.new_text, *(leftover.text for leftover in reading.leftovers if leftover.reason not in _ASIDE)]
    pieces = [piece for text in texts for line in text.split("\n") if (piece := squeezed(line))]
    visible, read = Counter(seen), Counter("".join(pieces))
    invented = [piece for piece in dict.fromkeys(pieces) if piece not in seen]
    return "".join((visible - read).elements()), invented + sorted((read - visible).elements())


_MARKUP = re.compile(
    r"<(?:https?:|mailto:|cid:)[^<>\s]*>|\]\((?:https?:|mailto:)[^\s)]*\)|\[cid:[^\]\s]*\]|\[(?=[^\]\n]*\]\(https?:)"
)
_SIGN = re.compile(r"^[\s>]*(?:[-*•·▪◦○●§‣–—➢✓\uf0b7]|\(?\w{1,4}[.)]|o)\s+")


def unprinted(reading: Reading) -> tuple[Counter[str], Counter[str]]:
    """(characters of the sender's own text that no block has, characters of blocks that the text does not have).

    Link addresses in angle brackets, stars round bold words and list signs are markup; unrolled cells repeat.
    """
    own = "\n".join(_SIGN.sub("", line) for line in reading.new_text.split("\n"))
    text = Counter(squeezed(_MARKUP.sub("", own)).replace("*", ""))
    blocks, tables = Counter[str](), Counter[str]()
    for placed in reading.blocks:
        if placed.source or isinstance(placed.block, Picture):
            continue
        if isinstance(placed.block, Table):
            tables.update(squeezed("".join(plain(cell) for row in placed.block.rows for cell in row)))
        else:
            blocks.update(squeezed(block_text(placed.block)).replace("*", ""))
    return text - blocks - tables, blocks - Counter(squeezed(reading.new_text))
