"""Does an editor's line ask to stop? Read generously, because stopping is always safe; and is an unclear mail a worry?

``stop_in`` finds the line that stops ("Hold please, figures wrong", "Stop, don't send", "Wait!"); what merely begins
like one ("Hold Christmas market on 3 December", "Stop and search") is doubtful: it is asked about, and stops only what
is already on its way. Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|all|team|morning"
    r"|afternoon)\b[^.?!:;]{0,40}[,.!:–-]?",
    re.IGNORECASE,
)
_SENDING = r"(?:send|release|publish|distribute|issue|circulate|mail|email|forward|share)"
_NEVER = r"(?:do not|don['’]?t|must not|mustn['’]?t|should not|shouldn['’]?t|can(?:no|['’]?)t|never)"
_LEAD = (
    r"(?:(?:no[,.!;:]|oh|sorry|urgent(?:ly)?|actually|hi|hello|hey|all|ok(?:ay)?|please|pls|can (?:you|we)"
    r"|could (?:you|we)"
    r"|would you|(?:we|you|i) (?:need|have|want)(?: you)? to|(?:we|you) must|just|quick(?:ly)?|everyone"
    r"|team)[ ,:;!.–—-]*){0,5}"
)
_GOES_ON = (  # what may follow the word without a mark of punctuation
    r"(?:it|this|that|them|on|off|fire|everything|everyone|everybody|all|please|pls|now|immediately|asap|until"
    r"|till|for"
    r"|because|as|since|while|before|back|there|sending|publication|distribution|release|mailing|wrong|we|i|not|do"
    r"|don['’]?t|the|a|your|my|our|figures?|numbers?|totals?|table|draft|bulletin|edition|sign|error|mistake)"
)
_STOP = re.compile(
    rf"\W{{0,3}}{_LEAD}(?:"
    r"(?P<word>hold|stop|pause|halt|wait)"
    rf"(?P<clear>\W*$|\s*[,.!;:?–—…]|\s+-|\s*-\s|\s+{_GOES_ON}\b)?(?![\w'’])(?!-(?:up|over|gap|start|all|press"
    rf"|loss|motion))"
    rf"|{_NEVER} {_SENDING}\b|(?:put|place|keep) (?:it|this|that|everything|the \w+) on hold\b|on hold\b"
    r")",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:[\s,.!;:?–—…-]+|\b(?:please|pls|it|this|that|on|off|now|everything|sending|yet)\b|\b(?:the "
    r"|this )?(?:bulletin|draft"
    r"|edition|mail|mailing|send)\b)*",
    re.IGNORECASE,
)
_ONLY_WAIT = re.compile(r"wait\W*", re.IGNORECASE)
_LONGEST = 500


class Stop(NamedTuple):
    """A line that asks to stop: surely or perhaps (``clear``), and what else it says (``note``, may be empty)."""

    clear: bool
    note: str
    at: int  # the number of the line


def stop_in(lines: list[str]) -> Stop | None:
    """The stop in the first line that is not empty, or in the one below a greeting; None where there is none."""
    for at, line in enumerate(lines):
        said = " ".join(UNSEEN.sub("", line[:_LONGEST]).split())
        if not said:
            continue
        match = _STOP.match(said)
        if match is not None:
            clear = match["word"] is None or match["clear"] is not None
            if (match["word"] or "").casefold() == "wait" and not _ONLY_WAIT.fullmatch(said):
                clear = False  # "Please wait, the date is wrong": more a question than an order
            return Stop(clear, _note(said, match) + line[_LONGEST:], at)
        if not _GREETING.fullmatch(said):
            return None
    return None


def _note(said: str, match: re.Match[str]) -> str:
    """What the line says beside the stopping: nothing for "hold it please" and "don't send the bulletin!"."""
    after = said[match.end("word" if match["word"] else 0) :]
    filler = _FILLER.match(after)
    end = filler.end() if filler else 0
    if end == len(after):
        return ""
    if not match["word"]:
        return said
    return after[end:] if after[:end].rstrip()[-1:] in tuple(",.!;:?–—-") else after.lstrip(" ,.!;:?–—…-")


_WORRY = re.compile(
    r"\b(?:wait|hold|stop|halt|pause|not|never|no|cannot|can['’]?t|won['’]?t|don['’]?t|isn['’]?t|doesn['’]?t|wrong"
    r"|mistakes?|errors?|cancel|if|once|when|after|unless|until|till|before|but|except|subject|provided|however"
    r"|although"
    r"|should|must|need\w*|please|chang\w*|fix\w*|correct\w*|amend\w*|remov\w*|add|missing|typo\w*|instead"
    r"|figures?)\b",
    re.IGNORECASE,
)


def worries(text: str) -> bool:
    """Could this be about something that is not right? Then nothing leaves before a person has been asked."""
    return bool(_WORRY.search(UNSEEN.sub("", text)[:20_000]))
