"""What an HTML mail hides from its reader: by inline style, by the classes of its style sheet, by white on white.

Hidden text is never printed and never dropped: its lines carry ``Mark.HIDDEN`` and are shown as set aside. Rules inside
``@media`` say nothing about the mail as it is read on a desk, so they are not looked at.
"""

from __future__ import annotations

import re

from lxml import etree

STYLE_MAX = 400_000  # characters of style sheets that are read
RULES_MAX = 4_000
LOOKS_MAX = 2_000_000  # comparisons of an element with a rule; a long thread needs some hundred thousand
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_AT_BLOCK = re.compile(r"@[^{};@]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\}?)")
_SIMPLE = re.compile(r"^([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
_PART = re.compile(r"([.#])([\w-]+)")
HIDING = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!}]|$)|opacity\s*:\s*(?:0(?:\.0+)?|\.0+)\s*(?:[;!}]|$)"
    r"|max-height\s*:\s*0(?:px|pt)?\s*(?:[;!}]|$)|text-indent\s*:\s*-\d{4,}|(?:left|top|margin-left)\s*:\s*-\d{4,}"
    r"|clip\s*:\s*rect\(\s*0|height\s*:\s*0(?:px|pt)?\s*;[^{}]{0,200}overflow\s*:\s*hidden"
    r"|overflow\s*:\s*hidden\s*;[^{}]{0,200}(?<!-)height\s*:\s*0(?:px|pt)?\s*(?:[;!}]|$))",
    re.IGNORECASE,
)
_SHOWING = re.compile(r"(?<![\w-])display\s*:\s*(?!none)[a-z]|(?<![\w-])visibility\s*:\s*visible", re.IGNORECASE)
WHITE = re.compile(r"(?<![\w-])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b)", re.IGNORECASE)
BACKED = re.compile(
    r"(?<![\w-])background(?:-color)?\s*:\s*+(?!(?:#fff(?:fff)?\b|white\b|none\b|transparent\b|inherit\b|initial\b|;|$))",
    re.IGNORECASE,
)


class HiddenBy:
    """The simple selectors (``p``, ``.note``, ``p.note``, ``#x``) that a mail's own style sheet hides."""

    def __init__(self, root: etree._Element) -> None:
        self._rules: dict[tuple[str, frozenset[tuple[str, str]]], bool] = {}
        self._left = LOOKS_MAX
        sheets = "\n".join(element.text or "" for element in root.iter("style"))[:STYLE_MAX]
        if sheets and HIDING.search(sheets):
            self._read(sheets)

    def __bool__(self) -> bool:
        return any(self._rules.values())

    def _read(self, sheets: str) -> None:
        sheets = _AT_BLOCK.sub(" ", _COMMENT.sub(" ", sheets))
        for rule in sheets.split("}", RULES_MAX)[:RULES_MAX]:
            front, _, look = rule.rpartition("{")
            hides = HIDING.search(look)
            if not hides and not _SHOWING.search(look):
                continue
            for selector in front.split(",", RULES_MAX)[:RULES_MAX]:
                simple = _SIMPLE.match(selector.strip())
                if simple and (simple[1] or simple[2]):
                    parts = frozenset((sign, name) for sign, name in _PART.findall(simple[2]))
                    self._rules[(simple[1] or "").lower(), parts] = bool(hides)

    def hides(self, tag: str, names: str, identity: str) -> bool:
        """Is an element of this tag, with these classes and this id, hidden? A rule with more parts wins. Of a mail
        with more rules and elements than can be compared everything further counts as hidden: it is set aside."""
        self._left -= len(self._rules)
        if self._left < 0:
            return True
        own = {(".", name) for name in names.split()} | ({("#", identity)} if identity else set())
        fitting = [
            (len(parts) + bool(wanted), hidden)
            for (wanted, parts), hidden in self._rules.items()
            if wanted in ("", tag) and parts <= own
        ]
        return bool(fitting) and max(fitting, key=lambda pair: pair[0])[1]
