"""A mail that was passed on: the note on top is a cover note, the text is what was passed on, its sender the author.

Whatever is not taken stays where it was: the forwarder's note is set aside as ``cover_note``, the header block as
``quoted``, the inner signature as ``signature``. A quoted mail of somebody else under a text of the sender's own is not
printed, and asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.model import Finding, Severity
from bot.mail.boundaries import Boundary
from bot.mail.lines import Line, key
from bot.mail.signature import mark_surroundings
from bot.sections.form import BEGIN
from bot.sections.nil import is_greeting
from bot.sections.notes import is_cover_line, note_kind

FORWARD_SUBJECT = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|vs|parthed|ateb)\s*:\s*)*(?:fwd?|fw|wg|tr|vl|rv|i|doorst|pd|vb|enc|yml|ymlaen|ml|vidb|vs\sfw)\s*:",
    re.IGNORECASE,
)
FOR_US = re.compile(
    r"\b(?:for|in|into) (?:the|this|your|next|our)\b(?: \w+){0,4}? (?:bulletin|rag|rag update|edition|newsletter)\b",
    re.IGNORECASE,
)
ASK_WORDS = 6  # a quoted mail of fewer words is not asked about
ASKED_TEXT = 200  # characters of it that a finding shows
_KINDS = ("header", "forward", "original")


@dataclass(frozen=True, slots=True)
class Who:
    """The mail itself: its sender's display name and address, its subject, our own address, whom we had
    asked, our display name, the subject of our request."""

    name: str
    address: str
    subject: str = ""
    ours: str = ""
    asked: str = ""
    our_name: str = ""
    our_subject: str = ""


@dataclass(slots=True)
class Passed:
    """What came of it: whose text it is as the header block says, whether that is another person's, what to ask, and
    whether it was a guess."""

    author: str = ""
    passed_on: bool = False
    findings: list[Finding] = field(default_factory=list)
    unsure: bool = False


@dataclass(slots=True)
class Segment:
    """One quoted mail: the boundary that announces it and the indexes of its lines."""

    boundary: Boundary
    rows: list[int]


def same_person(sender: str, address: str, name: str = "") -> bool:
    """Do a header block's sender and a person agree, by address or else by name?"""
    if not sender:
        return False
    if address and address.lower() in sender.lower():
        return True
    words = set(key(re.sub(r"<[^<>]*>|\[[^\[\]]*\]", "", sender)).split())
    own = set(key(name).split())
    return "@" not in sender and bool(own) and own <= words


def name_of(sender: str) -> str:
    """The display name in a header block's sender."""
    return re.split(r"[<\[(]", sender, maxsplit=1)[0].strip(" \"'")


def segments_of(
    lines: list[Line], boundaries: Sequence[Boundary], stop: int, ours: set[int], who: Who
) -> list[Segment]:
    """The quoted mails of other people that stand above ``stop``, each up to the next boundary; ``ours`` are lines of
    the request. From a mail of our own downwards nothing is anybody's news."""
    real = [b for b in boundaries if b.kind != "container"]
    found: list[Segment] = []
    for number, boundary in enumerate(real):
        if boundary.start >= stop or _is_ours(boundary, who):
            break
        if boundary.kind not in _KINDS and not (boundary.sender and _passed_on(who, real)):
            continue
        end = min(real[number + 1].start if number + 1 < len(real) else len(lines), stop)
        rows = [i for i in range(boundary.end, end) if i not in ours and _quoted(lines[i])]
        if any(BEGIN.match(lines[i].text) for i in rows):
            break  # a form of ours, whoever sent it on
        if boundary.sender or boundary.kind == "forward":
            found.append(Segment(boundary, _at_its_depth(lines, boundary, rows)))
    return found


def _is_ours(boundary: Boundary, who: Who) -> bool:
    """Our own mail, by its sender or, under whatever name it was shown, by its very subject (without RE: or FW:)."""
    if same_person(boundary.sender, who.ours, who.our_name):
        return True
    subject, domain = key(boundary.subject), who.ours.rpartition("@")[2]
    colleague = "@" in boundary.sender and not (domain and domain in boundary.sender.lower())
    return bool(subject) and subject == key(who.our_subject) and not colleague


def _at_its_depth(lines: list[Line], boundary: Boundary, rows: list[int]) -> list[int]:
    """The lines of the quoted mail itself: not what it quotes, nor what the forwarder wrote below it."""
    depth = lines[boundary.end - 1].depth + (boundary.kind == "attribution")
    depths = {lines[index].depth for index in rows}
    if depth not in depths:
        depth = min((other for other in depths if other > depth), default=min(depths, default=0))
    return [index for index in rows if lines[index].depth == depth]


def _quoted(line: Line) -> bool:
    return bool(line.text or line.kind == "picture") and line.reason in ("", "quoted")


def _passed_on(who: Who, boundaries: Sequence[Boundary]) -> bool:
    return bool(FORWARD_SUBJECT.match(who.subject)) or any(b.forwards for b in boundaries[:1])


def take(
    lines: list[Line], note: list[int], segments: list[Segment], who: Who, *, answered: bool, known: bool
) -> Passed:
    """Decide, for the mail with its own lines ``note`` on top of ``segments``, whether it was passed on.

    ``answered``: somebody's answers stand in our form below. ``known``: we know what the mail answers, so there is
    somebody to ask.
    """
    passed_on = _passed_on(who, [segment.boundary for segment in segments])
    note = [index for index in note if not lines[index].reason and lines[index].kind != "picture"]
    texts = [lines[index].text for index in note]
    meant = known or any(FOR_US.search(text) for text in texts)  # it says itself what it is passed on for
    kind = note_kind(texts, passed_on=passed_on and meant)
    others = [s for s in segments if not same_person(s.boundary.sender, who.address, who.name)]
    if not others and not (passed_on and segments):
        return Passed()
    if kind == "own" and passed_on and answered and not same_person(who.asked, who.address) and _brief(lines, note):
        kind = "cover"  # somebody's assistant
    if kind == "nil" or (kind == "own" and (not passed_on or not known or answered)):
        return _set_aside(lines, others, known)
    if not known and (not passed_on or kind == "mixed" or (kind == "none" and note)):
        return Passed()
    return _taken(lines, note, others or segments, who, kind, answered=answered)


def _brief(lines: list[Line], note: list[int]) -> bool:
    return sum(len(lines[index].text.split()) for index in note) <= 40


def _taken(
    lines: list[Line], note: list[int], segments: list[Segment], who: Who, kind: str, *, answered: bool
) -> Passed:
    chosen = _content(lines, segments, answered=answered)
    if chosen is None:
        return Passed()
    for index in note:
        if kind != "own" and is_cover_line(lines[index].text):
            lines[index].reason = "cover_note"
    sender = chosen.boundary.sender
    passed = Passed(sender, passed_on=not same_person(sender, who.address, who.name))
    if kind in ("own", "mixed"):
        passed.unsure = True
        text = " ".join(lines[i].text for i in chosen.rows if not lines[i].reason)
        name = name_of(sender) or "somebody"
        message = (
            f"Your mail has text of your own and, below it, a mail that you passed on from {name}; both were taken"
        )
        passed.findings.append(_finding("forwarded-text", message, text))
    return passed


def _content(lines: list[Line], segments: list[Segment], *, answered: bool) -> Segment | None:
    """The mail that holds what is passed on: the first that says something; those above it are cover notes too."""
    for number, segment in enumerate(segments):
        was = [(index, lines[index].reason) for index in segment.rows]
        said = _open_up(lines, segment)
        if _greets(lines, said):
            lines[said[0]].reason = "cover_note"
        texts = [lines[index].text for index in said if lines[index].text]
        kind = note_kind([text for text in texts if not text.rstrip().endswith("?")], passed_on=True)
        pictures = any(lines[index].kind == "picture" for index in said)
        last = number + 1 == len(segments)
        if kind not in ("none", "cover") or pictures or (last and not answered):
            if not said:
                _undone(lines, was)
            return segment if said else None
        for index in said:
            lines[index].reason = "cover_note"
    return segments[-1]


def _open_up(lines: list[Line], segment: Segment) -> list[int]:
    """The lines of a quoted mail that are neither banner nor signature; the others get their reason."""
    for index in segment.rows:
        lines[index].reason = ""
    mark_surroundings(lines, segment.rows, name_of(segment.boundary.sender), final=True)
    return [index for index in segment.rows if not lines[index].reason]


def _greets(lines: list[Line], said: list[int]) -> bool:
    return len(said) > 1 and is_greeting(lines[said[0]].text)


def _undone(lines: list[Line], was: list[tuple[int, str]]) -> None:
    for index, reason in was:
        lines[index].reason = reason or "quoted"


def _set_aside(lines: list[Line], segments: list[Segment], known: bool) -> Passed:
    """Quoted mails of others under the sender's own text: not printed, and asked about when they say something."""
    passed = Passed()
    for segment in segments:
        texts = [lines[index].text for index in _open_up(lines, segment) if lines[index].text]
        for index in segment.rows:
            lines[index].reason = "quoted"
        if known and not passed.findings and _says_news(texts):
            sender = name_of(segment.boundary.sender) or "somebody"
            message = f"Below your own text stands a mail from {sender}, which is not printed"
            passed.findings.append(_finding("quoted-mail", message, " ".join(texts)))
    return passed


def _says_news(texts: list[str]) -> bool:
    """Would somebody miss it? Not a question ("can you send me something?"), a note or a few words."""
    told = [text for text in texts if not text.rstrip().endswith("?") and not is_cover_line(text)]
    return sum(len(text.split()) for text in told) >= ASK_WORDS


def _finding(code: str, message: str, text: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, text=text[:ASKED_TEXT], message=f"{message}.")
