"""Is what stands below a command only a sign-off? A name, thanks, a signature, a disclaimer; anything that could be an
instruction is not.

Every line must be of a known form (signatures.py has the forms), and none may hold a word that could change what was
said. Wrong guesses must fall on the side of asking: an approval is never read over somebody's "but first ...".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.signatures import (
    CLOSING,
    CLOSING_NAMED,
    DEVICE,
    INITIALS,
    INSTRUCTION,
    NAME_LINE,
    is_delimiter,
    is_signature_line,
)

_QUOTE_STARTS = re.compile(
    r"-{2,}\s*(?:original|forwarded) message|_{10,}\s*$|on .{6,200}\bwrote:\s*$|from:\s.*@", re.IGNORECASE
)
_LONGEST = 4_000
SIGN_OFF_MAX = 60  # lines; more is text
_MOST_OPENING = 5  # small lines before any closing


def without_quote(text: str) -> str:
    """The text above the first line that begins a quoted mail, without lines that carry a quote sign; for callers
    whose text was not cut yet. What is written below or between lines with quote signs stays. Line ends become \\n."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = next((at for at, line in enumerate(lines) if _QUOTE_STARTS.match(line[:200])), len(lines))
    return "\n".join(line for line in lines[:cut] if not line[:200].lstrip().startswith(">"))


def only_sign_off(lines: Iterable[str]) -> bool:
    """Do these lines hold nothing but a sign-off? Before a closing line or "--" only a name, thanks and the phone's
    own line may stand; after it also a job title, how to reach the person, when they work, and a disclaimer."""
    kept = [squeezed for line in lines if (squeezed := " ".join(line.split()))]
    if len(kept) > SIGN_OFF_MAX:
        return False
    closed, opening = False, 0
    for line in kept:
        if len(line) > _LONGEST:
            return False
        if is_delimiter(line) or CLOSING.fullmatch(line) or _is_named_closing(line):
            closed = True
        elif not (_is_small(line) or (closed and is_signature_line(line))):
            return False
        opening += not closed
    return opening <= _MOST_OPENING


def _is_named_closing(line: str) -> bool:
    return bool(CLOSING_NAMED.fullmatch(line)) and not INSTRUCTION.search(line)


def _is_small(line: str) -> bool:
    """A name, initials or the phone's own line."""
    if DEVICE.fullmatch(line):
        return True
    name = NAME_LINE.fullmatch(line) or INITIALS.fullmatch(line)
    return bool(name) and len(line.split()) <= 4 and not INSTRUCTION.search(line)
