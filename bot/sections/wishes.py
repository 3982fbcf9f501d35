"""What a lead asks to have changed in the words that stand: "please change poster to leaflet".

Done where the words stand once in the section; where they do not, and the line can be nothing but a wish, it is asked
back. All other text is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.core.mending import words_pattern
from bot.core.model import Item, Mend, block_text

LONGEST = 30  # words of a line that may be a wish
LONGEST_LINE = 1_000  # characters of it
_POLITE = r"(?:(?:please|pls|(?:can|could|would) (?:you|we)(?: please)?|sorry|hi|just|and|also)[\s,]+)*"
_ASKED = re.compile(
    r"^(?:(?:sorry|hi|just|and|also)[\s,]+)*(?:please|pls|(?:can|could|would) (?:you|we))\b", re.IGNORECASE
)
_CHANGE = re.compile(
    rf"^{_POLITE}(?:change|replace|amend|correct|alter|swap)\s+(?P<old>.+?)\s+(?:to(?: read| say)?|with|by|for)\s+"
    r"(?P<new>.+?)(?:[\s,]+(?:please|thanks|thank you))?[\s.!?]*$",
    re.IGNORECASE,
)
_TAKE_OUT = re.compile(
    rf"^{_POLITE}(?:drop|remove|delete|take out|cut|leave out|omit|strike)\s+(?P<what>.+)$", re.IGNORECASE
)
_PART = re.compile(
    r"^(?:(?:the|my|our|that|this|first|second|third|last|whole|one|duplicate|wrong|other)\s+)*"
    r"(?:paragraphs?|sentences?|lines?|bullets?(?: points?)?|bits?|parts?|sections?|items?|headings?|entr(?:y|ies)"
    r"|words?|mentions?|references?)\b",
    re.IGNORECASE,
)
_QUOTES = "“”\"‘’'«»"
_NEWS = re.compile(r"^(?:your|their|his|her|how|the way)\b", re.IGNORECASE)  # "Please change your password to ..."


class Wish(NamedTuple):
    """A line that asks for a change: the ``mend`` that does it, or None; what to tell its author."""

    mend: Mend | None
    told: str


def wish_in(line: str, items: Sequence[Item]) -> Wish | None:
    """The wish that a line of a reply to a receipt is, or None where it is text."""
    if len(line) > LONGEST_LINE or len(line.split()) > LONGEST:
        return None
    if found := _CHANGE.match(line.strip()):
        return _change(line, found["old"].strip(_QUOTES), found["new"].strip(_QUOTES), items)
    found = _TAKE_OUT.match(line.strip())
    if found and _ASKED.match(line.strip()) and _PART.match(found["what"]):
        return Wish(None, f"I could not tell which words “{line.strip()}” means.")
    return None


def _change(line: str, old: str, new: str, items: Sequence[Item]) -> Wish | None:
    """Other words for those that stand once; asked back where they stand more than once or not at all."""
    pattern = words_pattern(old)
    places = [item for item in items for block in item.blocks for _ in pattern.finditer(block_text(block))]
    if len(places) == 1 and old and new:
        mend = Mend(kind="words", old=old, new=new, once=True, inbound=places[0].inbound)
        return Wish(mend, f"“{old}” is “{new}” now.")
    if places:
        return Wish(None, f"“{old}” stands in your section {len(places)} times, so I could not tell which you mean.")
    if not _ASKED.match(line.strip()) or _NEWS.match(old):
        return None
    return Wish(None, f"You wrote “{line.strip()}”, but I found no “{old}” in your section.")
