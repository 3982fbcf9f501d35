"""What an HTML element means for a line: look, quote depth, containers that clients mark, lists that Word fakes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from bot.mail.htmlhidden import BACKED, HIDING, WHITE, HiddenBy
from bot.mail.links import safe_url

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BOLD_TAGS = frozenset(("b", "strong", "th"))
_ITALIC_TAGS = frozenset(("i", "em", "cite", "dfn"))
_COLOUR = re.compile(r"(?<![\w-])color\s*:", re.IGNORECASE)
_WHITE_NAME = re.compile(r"#?fff(?:fff)?|white", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|bolder|[6-9]00|normal|lighter|[1-4]00)", re.IGNORECASE)
_SLANT = re.compile(r"font-style\s*:\s*(italic|oblique|normal)", re.IGNORECASE)
_MSO_LIST = re.compile(r"mso-list\s*:\s*(?:(ignore)|(?:l\d+\s+)?level(\d+))", re.IGNORECASE)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_TOP_RULE = re.compile(r"border(?:-top)?\s*:\s*solid\s+#?\w+\s+1\.0pt", re.IGNORECASE)
_QUOTE_ID = re.compile(
    r"(?:^|x_|\s)(?:divrplyfwdmsg|appendonsend|mail-editor-reference-message-container|olk_src_body_section"
    r"|isforwardcontent|stopspelling|reply-?intro|originalmessage|ms-outlook-mobile-body-separator-line|lastreply)",
    re.IGNORECASE,
)
_QUOTE_CLASS = re.compile(
    r"(?:^|[\s_])(?:gmail_quote|gmail_quote_container|gmail_attr|yahoo_quoted|yahoo-quoted|moz-cite-prefix|zmail_extra"
    r"|protonmail_quote|tutanota_quote|ms-outlook-mobile-reference-message|mail-quote|wordsection-quote|qt)(?:\s|$)",
    re.IGNORECASE,
)
_CITE_CLASS = re.compile(r"(?:^|[\s_])(?:gmail_quote|protonmail_quote|tutanota_quote|cite)(?:\s|$)", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?:^|[\s_])(?:gmail_signature|moz-signature|signature|ms-outlook-mobile-signature|applemailsignature"
    r"|protonmail_signature_block(?:-user)?|hoenzb)(?:\s|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Style:
    """The inherited look of an element. ``ignored``: a list marker that Word drew for clients without lists."""

    bold: bool = False
    italic: bool = False
    url: str | None = None
    hidden: bool = False
    depth: int = 0
    boundary: bool = False
    rule: bool = False  # under a line that clients draw above what is quoted
    signature: bool = False
    quote_box: bool = False
    pre: bool = False
    heading: int = 0
    fake_level: int = 0
    fake_listed: bool = False  # the paragraph says mso-list itself, not only its class
    ignored: bool = False
    in_cell: bool = False
    backed: bool = False  # on a coloured ground
    pale: bool = False  # white on white


def inherit(outer: Style, tag: str, element: etree._Element, hidden_by: HiddenBy | None = None) -> Style:
    """The style inside ``element``; the same object when it changes nothing (the usual case, and fast).

    ``hidden_by``: what the mail's own style sheet hides."""
    changes = _by_tag(outer, tag, element)
    if element.attrib:
        _by_attributes(outer, tag, element, changes)
    if hidden_by and hidden_by.hides(tag, element.get("class") or "", element.get("id") or ""):
        changes["hidden"] = True
    return replace(outer, **changes) if changes else outer  # type: ignore[arg-type]


def _by_tag(outer: Style, tag: str, element: etree._Element) -> dict[str, object]:
    if tag in _BOLD_TAGS:
        return {"bold": True}
    if tag in _ITALIC_TAGS:
        return {"italic": True}
    if tag == "a":
        target = element.get("originalsrc") or element.get("href") or ""
        return {"url": safe_url(target.strip())} if target.strip() and not target.startswith("#") else {}
    if tag == "p" and outer.fake_level:
        return {"fake_level": 0, "fake_listed": False}
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return {"heading": int(tag[1])}
    if tag == "blockquote":
        return {"quote_box": True}
    if tag == "pre":
        return {"pre": True}
    if tag in ("td", "th") and not outer.in_cell:
        return {"in_cell": True}
    return {}


def _by_attributes(outer: Style, tag: str, element: etree._Element, changes: dict[str, object]) -> None:
    look = element.get("style")
    if look:
        _by_css(tag, look, changes)
        if "color" in look or "background" in look:
            _by_colour(outer, look, changes)
    if element.get("bgcolor") is not None and not _WHITE_NAME.fullmatch(element.get("bgcolor") or ""):
        changes["backed"] = True
    if tag == "font" and element.get("color"):
        ground = outer.backed or "backed" in changes
        changes["pale"] = bool(_WHITE_NAME.fullmatch(element.get("color") or "")) and not ground
    names = element.get("class") or ""
    identity = element.get("id") or ""
    if names or identity:
        _by_names(outer, tag, names, identity, changes)
    if tag == "blockquote" and (element.get("type") == "cite" or element.get("cite") is not None):
        changes.update(depth=outer.depth + 1, quote_box=False)
    if element.get("hidden") is not None:
        changes["hidden"] = True


def _by_css(tag: str, look: str, changes: dict[str, object]) -> None:
    if HIDING.search(look):
        changes["hidden"] = True
    if match := _WEIGHT.search(look):
        changes["bold"] = match[1].lower() not in ("normal", "lighter", "100", "200", "300", "400")
    if match := _SLANT.search(look):
        changes["italic"] = match[1].lower() != "normal"
    if "mso-list" in look and (match := _MSO_LIST.search(look)):
        if match[1]:
            changes["ignored"] = True
        elif tag != "li":
            changes.update(fake_level=min(int(match[2]), 9), fake_listed=True)
    if "white-space" in look and _PRE.search(look):
        changes["pre"] = True
    if tag == "div" and _TOP_RULE.search(look) and "border:none" in look.replace(" ", ""):
        changes["rule"] = True


def _by_colour(outer: Style, look: str, changes: dict[str, object]) -> None:
    """White words on a white ground: nobody sees them, unless the whole mail is written so (a dark screen)."""
    if BACKED.search(look):
        changes.update(backed=True, pale=False)
    elif _COLOUR.search(look):
        changes["pale"] = bool(WHITE.search(look)) and not outer.backed


def _by_names(outer: Style, tag: str, names: str, identity: str, changes: dict[str, object]) -> None:
    if tag == "p" and "msolistparagraph" in names.lower() and "fake_level" not in changes:
        changes["fake_level"] = 1
    both = f"{identity} {names}"
    if _QUOTE_ID.search(identity) or _QUOTE_CLASS.search(names):
        changes["boundary"] = True
    if tag == "blockquote" and _CITE_CLASS.search(names):
        changes.update(depth=outer.depth + 1, quote_box=False)
    if _SIGNATURE.search(both):
        changes["signature"] = True


def list_start(element: etree._Element) -> int:
    """The number an ordered list begins with."""
    value = element.get("start") or ""
    return int(value) if re.fullmatch(r"-?\d{1,6}", value) else 1
