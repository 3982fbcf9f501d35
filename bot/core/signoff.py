"""Is what stands below a command only a sign-off? A name, thanks, a signature; anything that could be an instruction
is not. Wrong guesses must fall on the side of asking: an approval is never read over somebody's "but first ..."."""

from __future__ import annotations

import re
from collections.abc import Iterable

_THANKS = (
    r"(?:many |very many |with )?thanks(?: very much| a lot| so much| all| again| everyone)?"
    r"|thank you(?: all| very much)?"
    r"|ta|cheers|thx|tia"
)
_CLOSER = (
    r"(?:(?:kind(?:est)?|best|warm(?:est)?|many|with(?: kind| best)?)\s+)?(?:regards|wishes)|best|all the best"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely|br|kr|rgds|bw|bfn"
)
_NAME = r"(?:[A-Z][\w'’.-]*|[A-Z]{1,3})(?:\s+(?:[A-Z][\w'’.-]*|de|van|von|of|and|the|for|&)){0,5}"
_CLOSING = re.compile(rf"(?:(?:{_THANKS})(?:\s+and\s+(?:{_CLOSER}))?|{_CLOSER})[\s,.!]*", re.IGNORECASE)
_CLOSING_NAMED = re.compile(rf"(?i:{_THANKS}|{_CLOSER})[\s,.!–-]+{_NAME}[.!]?")
_NAME_LINE = re.compile(rf"{_NAME}[.,]?")
_INITIALS = re.compile(r"[A-Za-z]{1,2}\.?x*")
_DEVICE = re.compile(
    r"(?:sent|get|verzonden)\s+(?:from|via|by|using)?\s*(?:my |a |the )?"
    r"[\w .]*(?:iphone|ipad|android|samsung|galaxy|mobile|phone|outlook|blackberry|tablet|mail|windows|device)"
    r"[\w .()<>:/-]*",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:(?:tel|telephone|phone|mobile|mob|m|t|e|w|ext|email|e-mail|web|dd)\b[\s.:]*)?"
    r"(?:[+()\d][\d ()+./x-]{5,}(?:ext\.? ?\d+)?|[^\s@]+@[^\s@]+|(?:https?://|www\.)\S+)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:this (?:e-?mail|message|communication)\b|please (?:consider|think of) the environment\b"
    r"|the information (?:contained )?in this (?:e-?mail|message)\b|official(?:[ -]sensitive)?$|\W+$)",
    re.IGNORECASE,
)
# A word that could change what was said turns any line into text.
_INSTRUCTION = re.compile(
    r"\b(?:not|never|no|don['’]?t|hold|wait|stop|cancel|chang\w*|but|except|unless|until|till|after|before|once|when|if"
    r"|please|pls|remov\w*|delet\w*|add(?:s|ed|ing)?|fix\w*|correct\w*|amend\w*|edit(?:s|ed|ing)?|instead|subject|provided|however|although"
    r"|only|also|can|could|should|must|will|would|need\w*|check\w*|send\w*|approv\w*|replac\w*|mov\w*|updat\w*"
    r"|wrong|mistake|typo|missing|delay\w*|skip\w*|extend\w*|draft|section|table|figure\w*|item|tomorrow|later"
    r"|spell\w*|drop\w*|omit\w*|put|swap\w*|insert\w*|remember|forg[eo]t\w*|see|is|are|was|has|have)\b",
    re.IGNORECASE,
)
_QUOTE_STARTS = re.compile(
    r"\s*>|-{2,}\s*(?:original|forwarded) message|_{10,}\s*$|on .{6,200}\bwrote:\s*$|from:\s.*@", re.IGNORECASE
)
_LONGEST = 200
_MOST_LINES = 25


def without_quote(text: str) -> str:
    """The text above the first line that looks quoted, for callers whose text was not cut yet. Line ends become \\n."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = next((at for at, line in enumerate(lines) if _QUOTE_STARTS.match(line[:_LONGEST])), len(lines))
    return "\n".join(lines[:cut])


def only_sign_off(lines: Iterable[str]) -> bool:
    """Do these lines hold nothing but a sign-off? Before a closing line or "--" only a name, thanks and the phone's
    own line may stand; after it also a job title and how to reach the person."""
    kept = [line.strip() for line in lines if line.strip()]
    if len(kept) > _MOST_LINES:
        return False
    closed = False
    for line in kept:
        if len(line) > _LONGEST and not (closed and _NOTICE.match(line)):
            return False
        if line in ("--", "—", "––", "__") or _CLOSING.fullmatch(line) or _is_named_closing(line):
            closed = True
            continue
        if not (_is_small(line) or (closed and _is_signature_line(line))):
            return False
    return True


def _is_named_closing(line: str) -> bool:
    return bool(_CLOSING_NAMED.fullmatch(line)) and not _INSTRUCTION.search(line)


def _is_small(line: str) -> bool:
    """A name, initials or the phone's own line."""
    if _DEVICE.fullmatch(line):
        return True
    name = _NAME_LINE.fullmatch(line) or _INITIALS.fullmatch(line)
    return bool(name) and len(line.split()) <= 4 and not _INSTRUCTION.search(line)


def _is_signature_line(line: str) -> bool:
    """A line of a signature below a closing: a title, a unit, a number, a notice; never an instruction."""
    if _NOTICE.match(line) or all(
        _CONTACT.fullmatch(piece.strip()) for piece in re.split(r"[|•]", line) if piece.strip()
    ):
        return True
    return len(line.split()) <= 10 and not _INSTRUCTION.search(line)
