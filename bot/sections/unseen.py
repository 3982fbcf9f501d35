"""Text of an HTML mail that nobody can see although no client hides it: white on white, a letter of one pixel, far off
the page, hidden by a style sheet. For decisions only: in a lead's text a white table heading on blue is usual.
"""

from __future__ import annotations

import re

from lxml import etree

_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|opacity\s*:\s*0?(?:\.0\d*)?\s*(?:;|$|!)"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|$|!)|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|margin-left|right)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0|transform\s*:\s*scale\(0",
    re.IGNORECASE,
)
_SIZE = re.compile(r"font(?:-size)?\s*:\s*[^;]*?(?<![\w.])(\d{0,4}(?:\.\d{1,4})?)(px|pt|em|rem|%)", re.IGNORECASE)
_SMALLEST = {"px": 3.0, "pt": 2.0, "em": 0.2, "rem": 0.2, "%": 20.0}
_HEX = re.compile(r"#([0-9a-f]{3,8})\b", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]{1,5}))?")
_RULE = re.compile(r"(?:^|[}\s,>])([\w-]*)([.#][\w-]+)\s*\{([^}]{0,2000})\}")
_LIGHT = 235  # of 255: what is lighter cannot be read on white
_MOST = 50
_LONGEST_LOOK = 2_000
_LONGEST_SHEET = 50_000


def unseen_text(html: str) -> list[str]:
    """The pieces of text that cannot be seen, in order; at most fifty. Never raises on content."""
    try:
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_pis=True, remove_comments=True)
        root = etree.fromstring(html[:2_000_000].encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return []
    if root is None:
        return []
    sheet = _style_sheet(root)
    found: list[str] = []
    for element in root.iter(etree.Element):
        look = _look(element, sheet)
        if not (look and _hides(element, look, sheet)):
            continue
        text = " ".join(" ".join(str(piece) for piece in element.itertext()).split())
        if text and element.tag not in ("style", "script", "head", "title"):
            found.append(text)
        if len(found) >= _MOST:
            break
    return found


def _style_sheet(root: etree._Element) -> dict[str, str]:
    """Declarations by ".class" and "#id" of the mail's own style sheets, those for other media left out."""
    rules: dict[str, str] = {}
    for style in root.iter("style"):
        css = re.sub(
            r"@media[^{]{0,200}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|/\*.*?\*/|<!--|-->",
            " ",
            (style.text or "")[:_LONGEST_SHEET],
            flags=re.S,
        )
        for _, selector, declarations in _RULE.findall(css):
            rules[selector] = f"{rules.get(selector, '')};{declarations}"
    return rules


def _look(element: etree._Element, sheet: dict[str, str]) -> str:
    """All that is said of the element's look, its own style last."""
    names = [f".{name}" for name in (element.get("class") or "").split()] + [f"#{element.get('id') or ''}"]
    parts = [sheet[name] for name in names if name in sheet]
    if element.tag == "font" and element.get("color"):
        parts.append(f"color:{element.get('color')}")
    if element.get("bgcolor"):
        parts.append(f"background:{element.get('bgcolor')}")
    return ";".join([*parts, element.get("style") or ""]).strip(";")[-_LONGEST_LOOK:]


def _hides(element: etree._Element, look: str, sheet: dict[str, str]) -> bool:
    if _HIDING.search(look):
        return True
    size = _SIZE.search(look)
    if size and size[1] and float(size[1]) <= _SMALLEST[size[2].lower()]:
        return True
    colour = _COLOUR.findall(look)
    return bool(colour) and _is_light(colour[-1]) and not _on_dark(element, sheet)


def _on_dark(element: etree._Element | None, sheet: dict[str, str]) -> bool:
    """Does it, or what stands round it, have a ground of its own that is not light?"""
    while element is not None:
        look = _look(element, sheet)
        grounds = [ground for ground in _GROUND.findall(look) if "transparent" not in ground]
        if grounds:
            return not _is_light(grounds[-1])
        element = element.getparent()
    return False


def _is_light(colour: str) -> bool:
    """White, nearly white, or see-through."""
    text = colour.strip().lower()
    if text.split()[0:1] in (
        ["white"],
        ["snow"],
        ["ivory"],
        ["ghostwhite"],
        ["floralwhite"],
        ["whitesmoke"],
        ["transparent"],
    ):
        return True
    found = _HEX.search(text)
    if found:
        digits = found[1] if len(found[1]) >= 6 else "".join(2 * digit for digit in found[1])
        return all(int(digits[at : at + 2], 16) >= _LIGHT for at in (0, 2, 4))
    rgb = _RGB.search(text)
    if rgb is None:
        return False
    return (rgb[4] is not None and rgb[4].strip("0.") == "") or all(int(rgb[at]) >= _LIGHT for at in (1, 2, 3))
