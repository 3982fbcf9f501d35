"""What an HTML body holds besides its words: nesting beyond reason, active content, bad links, hidden text.

A linear look at the source, before any parser builds a tree. The words are read by html.py, which leaves all of this
out anyway; the screen says that it was there.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.mail.links import safe_url, unwrap

DEPTH_MAX = 256
TAGS_MAX = 200_000
ATTRIBUTES_MAX = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>?")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>`]+))?""")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "option",
    ]
)
_ACTIVE = frozenset(
    [
        "script",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "form",
        "input",
        "button",
        "select",
        "textarea",
        "svg",
        "math",
        "base",
        "link",
        "audio",
        "video",
        "template",
        "portal",
    ]
)
_QUIET = frozenset(("link",))  # Outlook writes <link rel=File-List ...> into every mail
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|$)|font-size\s*:\s*0(?![.\d])"
    r"|mso-hide\s*:\s*all"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,}|(?:max-)?height\s*:\s*0[^.\d][^;]{0,200};.{0,200}overflow\s*:\s*hidden"
    r"|clip\s*:\s*rect\(\s*0|(?:^|[;\s])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b)",
    re.IGNORECASE | re.DOTALL,
)
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[124-9]|2\\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));",
    re.IGNORECASE,
)
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]|&#(?:x0*20(?:2[a-e]|6[6-9])|0*(?:823[4-8]|829[4-7]));", re.IGNORECASE)
_HOST_SHOWN = re.compile(r"^\s*(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,24})(?:[/?#]\S*)?\s*$", re.IGNORECASE)


class HtmlNotes(NamedTuple):
    """``refused``: sentences why the body is not read at all; ``dropped``: (code, sentence) of what is left out."""

    refused: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]


_SAYS = {
    "active-content": "Programs, forms or frames in the mail were left out.",
    "bad-link": "A link that is not an ordinary web or mail address was left out; its text stays.",
    "remote-content": "Pictures that lie on another computer were left out.",
    "hidden-text": "Text that the mail hides from its reader was left out.",
    "link-mismatch": "A link leads to another place than its text says.",
    "control-characters": "Characters that no text holds were left out.",
    "bidi-controls": "Characters that turn the direction of reading were left out.",
}


def screen_html(html: str) -> HtmlNotes:
    """Look at the source of an HTML body. Linear; never raises."""
    seen: set[str] = set()
    depth = deepest = 0
    for number, match in enumerate(_TAG.finditer(html)):
        closing, tag, rest = match.group(1), match.group(2).lower(), match.group(3)
        if number > TAGS_MAX:
            return HtmlNotes(("The mail's formatting is far larger than a section needs.",), ())
        if closing:
            depth = max(0, depth - (tag not in _VOID))
            continue
        if tag not in _VOID and not rest.endswith("/"):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEPTH_MAX:
                return HtmlNotes((f"The mail's formatting is nested too deeply (limit {DEPTH_MAX}).",), ())
        if not _screen_tag(tag, rest, html, match.end(), seen):
            return HtmlNotes(("A part of the mail's formatting has an absurd number of attributes.",), ())
    _screen_text(html, seen)
    return HtmlNotes((), tuple((code, _SAYS[code]) for code in _SAYS if code in seen))


def _screen_text(html: str, seen: set[str]) -> None:
    if _ILLEGAL.search(html):
        seen.add("control-characters")
    if BIDI.search(html):
        seen.add("bidi-controls")


def _screen_tag(tag: str, rest: str, html: str, end: int, seen: set[str]) -> bool:
    """Note what one opening tag brings; False where it has too many attributes to be meant."""
    if tag in _ACTIVE and tag not in _QUIET:
        seen.add("active-content")
    if "=" not in rest and "hidden" not in rest.lower():
        return True
    pairs = _ATTRIBUTE.findall(rest)
    if len(pairs) > ATTRIBUTES_MAX:
        return False
    attributes = {name.lower(): unescape(value.strip("\"'")) for name, value in pairs}
    if any(name.startswith("on") and len(name) > 3 for name in attributes):
        seen.add("active-content")
    if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
        seen.add("active-content")
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")):
        seen.add("hidden-text")
    if tag in ("a", "area") and attributes.get("href", "").strip():
        _screen_link(attributes["href"], html[end : end + 400], seen)
    source = attributes.get("src") or attributes.get("background") or attributes.get("srcset") or ""
    if re.match(r"\s*(?:https?:|ftp:|file:|\\\\|//)", source, re.IGNORECASE) or re.search(
        r"url\(\s*(?:['\"]\s*)?(?:https?:|//|\\\\)", attributes.get("style", ""), re.IGNORECASE
    ):
        seen.add("remote-content")
    return True


def _screen_link(href: str, after: str, seen: set[str]) -> None:
    if href.strip().startswith("#"):
        return
    target = safe_url(href)
    if target is None:
        if not re.match(r"\s*(?:tel|sms|cid|callto|sip|im):", href, re.IGNORECASE):
            seen.add("bad-link")
        return
    shown = _HOST_SHOWN.match(unescape(re.sub(r"<[^>]*>", "", after.split("</a", 1)[0])))
    if shown is None or target.lower().startswith("mailto:"):
        return
    host = (urlsplit(unwrap(target)).hostname or "").lower().removeprefix("www.")
    if host != shown.group(1).lower().removeprefix("www."):
        seen.add("link-mismatch")
