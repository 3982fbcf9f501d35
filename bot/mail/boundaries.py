"""Where what is quoted begins: attribution lines, header blocks, "Original message" lines, clients' own containers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail import phrases
from bot.mail.lines import Line, Mark

_VERB_END = re.compile(
    rf"(?:(?:^|[\s>)\"'，,：])(?:{phrases.words(phrases.WROTE)})|写道|寫道|작성)\s*[:：]?\s*$", re.IGNORECASE
)
_VERBS = tuple(verb.replace("\\", "") for verb in (*phrases.WROTE.split("|"), "写道", "寫道", "작성"))
_VERB_INSIDE = re.compile(
    r"(?:^|[\s>)])(?:schreef|schrieb|skrev|escribió|escreveu|a écrit|ha scritto|heeft|napisał|написал|пишет|kirjoitti"
    r"|va escriure|scrisse|rašė|пользователь|użytkownik|ezt írta|tarihinde|odesílatel)\s",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"^[\s*\"'>-]*(?:(?:{phrases.words(phrases.FIRST_WORDS)})[\s.,]|\d{{1,4}}(?:[./:\s-]|년|年)|在|於|W dniu)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"[^\s<>\"@]{1,200}@[^\s<>\"@]{1,200}")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|[上下]午")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BARE_DATE = re.compile(r"\d{4}/\d{1,2}/\d{1,2} [^<>@]{0,80}<[^\s<>@]{1,64}@[^\s<>@]{1,200}>:?")  # Gmail, long ago
_WROTE_ON = re.compile(
    r"(?:\S{1,40} ){1,4}(?:wrote|schrieb) (?:on|am) \d{1,4}[./-]\d{1,2}[./-]\d{1,4},? [\d:.]{4,8}(?: [AP]M)?:$"
)
_END = re.compile(r">\s{0,3}[:：]\s*$")
_WEEKDAY = (
    "mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so|pon|wto|śro|czw|pią|sob|nie"
    "|пн|вт|ср|чт|пт|сб|вс"
)
_WEEKDAY_FIRST = re.compile(rf"(?:(?:{_WEEKDAY})\w*[,.]{{0,2}}\s.{{0,12}})\d", re.IGNORECASE)
_SHORT_FIRST = re.compile(r"\w{2,4}[.,]{0,2}\s\d{1,2}[. ]")  # a weekday or preposition of a language not listed
_SHARED = re.compile(
    rf"^(.*?\S)\s*(-{{2,}}\s*On\s.{{5,200}}\swrote:|(?<=[.!?\s])On (?:{_WEEKDAY})\w*[,.]? .{{5,200}}\swrote:)\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"^[\s*>]*[-_=—]{2,}\s*(\S.{1,60}?)\s*[-_=—]{2,}[\s*]*:?\s*$")
_MESSAGE = re.compile(phrases.words(phrases.MESSAGE_WORDS), re.IGNORECASE)
_RULE_LINE = re.compile(r"^[\s*]*(?:[-_=*—–]\s?){5,}$")
_FORWARD_WORDS = re.compile(
    r"forward|weitergeleitet|transf|réexp|doorgestuurd|vidarebefordra|videresen|inoltrat|reenviad|encaminhad"
    r"|ymlaen|转发|轉寄",
    re.IGNORECASE,
)

_TABLES = (
    ("from", phrases.FROM_LABELS),
    ("date", phrases.DATE_LABELS),
    ("to", phrases.TO_LABELS),
    ("subject", phrases.SUBJECT_LABELS),
    ("other", phrases.OTHER_LABELS),
)
_LABELS: dict[str, set[str]] = {}
for _category, _table in _TABLES:
    for _label in _table.split("|"):
        _LABELS.setdefault(_label.replace("\\", ""), set()).add(_category)
_LABEL = re.compile(r"^[\s*_>]*([^\W\d_][^:：<>@*]{0,24}?)\s*(?:[*_]+\s*)?[:：][*_]*\s*(.*)$", re.DOTALL)


LONG = 2_000  # characters of a line from which it is no boundary, whatever it says
RULE_MAX = 500  # characters of a line of dashes


@dataclass(frozen=True, slots=True)
class Boundary:
    """Lines ``start`` to ``end`` (exclusive) announce a quotation; ``sender`` is who wrote what follows, if it says.

    ``kind``: attribution, header, original, forward or container.
    """

    start: int
    end: int
    kind: str
    sender: str = ""
    recipients: str = ""
    subject: str = ""

    @property
    def forwards(self) -> bool:
        """Does it announce a forwarded mail rather than one that is answered?"""
        return self.kind == "forward"


def split_shared(lines: list[Line]) -> list[Line]:
    """Part lines where somebody's text and the "On ... wrote:" stand on one line."""
    out: list[Line] = []
    for line in lines:
        if (
            line.kind == "text"
            and line.text.endswith("wrote:")
            and (match := _SHARED.match(line.text[-LONG:]))
            and not _FIRST.match(line.text)
        ):
            before = len(line.text[:-LONG])
            cut, said = before + match.start(2), line.text[: before + match.end(1)]
            first = Line(said, said, depth=line.depth, soft=line.soft, blank_before=line.blank_before, marks=line.marks)
            rest = Line(line.text[cut:], line.text[cut:], depth=line.depth, blank_before=True)
            first.reason = rest.reason = line.reason
            out += [first, rest]
        else:
            out.append(line)
    return out


def find_boundaries(lines: list[Line]) -> list[Boundary]:
    """All boundaries in order, none overlapping another."""
    found: list[Boundary] = []
    index, count = 0, len(lines)
    while index < count:
        boundary = _at(lines, index, found[-1].end if found else 0)
        if boundary is None:
            index += 1
            continue
        boundary = _with_rule(lines, boundary, found)
        found.append(boundary)
        index = max(boundary.end, index + 1)
    return found


def _at(lines: list[Line], index: int, floor: int) -> Boundary | None:
    line = lines[index]
    text = line.text
    if line.kind not in ("text", "heading") or not text or len(text) > LONG:
        return _container(lines, index) if line.marks & Mark.BOUNDARY else None
    if ":" in text[:40] or "：" in text[:40]:
        header = _header_block(lines, index)
        if header is not None:
            return header
    if text[-1] in ":：>" or text[-24:].casefold().endswith(_VERBS):
        attribution = _attribution(lines, index, floor)
        if attribution is not None:
            return attribution
    special = _special_line(lines, index)
    if special is not None:
        return special
    return _container(lines, index) if line.marks & Mark.BOUNDARY else None


def _special_line(lines: list[Line], index: int) -> Boundary | None:
    text = lines[index].text
    if len(text) > 160:
        return None
    original = _ORIGINAL.match(text)
    forward = phrases.FORWARD_LINE.match(text)
    if not forward and not (original and _MESSAGE.search(original[1])):
        return None
    kind = "forward" if (forward and not original) or _FORWARD_WORDS.search(text) else "original"
    following = _header_block(lines, index + 1) if index + 1 < len(lines) else None
    if following is not None:
        return Boundary(index, following.end, kind, following.sender, following.recipients, following.subject)
    return Boundary(index, index + 1, kind)


def _container(lines: list[Line], index: int) -> Boundary:
    """A client's quote container: with the header block or attribution it opens with, else on its own."""
    return Boundary(index, index, "container")


def _is_rule(text: str) -> bool:
    """A line of dashes; one of thousands is nobody's rule, and the pattern would go over it again and again."""
    return len(text) <= RULE_MAX and _RULE_LINE.match(text) is not None


def _with_rule(lines: list[Line], boundary: Boundary, found: list[Boundary]) -> Boundary:
    """A line of dashes right above belongs to the boundary."""
    start = boundary.start
    floor = found[-1].end if found else 0
    while start - 1 >= floor and lines[start - 1].kind == "text" and _is_rule(lines[start - 1].text):
        start -= 1
    if start == boundary.start:
        return boundary
    return Boundary(start, boundary.end, boundary.kind, boundary.sender, boundary.recipients, boundary.subject)


# --------------------------------------------------------------------------------------------- attribution


def _attribution(lines: list[Line], index: int, floor: int) -> Boundary | None:
    """The attribution that ends with line ``index``; up to five lines long."""
    joined = ""
    depth = lines[index].depth
    for start in range(index, max(floor, index - 5) - 1, -1):
        line = lines[start]
        if line.kind not in ("text", "item", "heading") or abs(line.depth - depth) > 1:
            break
        joined = f"{line.text} {joined}".strip()
        if len(joined) > 400:
            break
        if is_attribution(joined):
            sender = _ADDRESS.search(joined)
            return Boundary(start, index + 1, "attribution", sender[0].strip("<>()[],;:").lower() if sender else "")
    return None


def is_attribution(text: str) -> bool:
    """Is this "On 3 June 2026 at 10:00, Somebody <a@b> wrote:" in any language?"""
    stripped = text.strip().lstrip("- ")
    if not stripped or not _DIGIT.search(stripped):
        return False
    colon = stripped[-1] in ":："
    address = "@" in stripped and bool(_ADDRESS.search(stripped))
    if not (_starts_with_date(stripped) or (address and _SHORT_FIRST.match(stripped))):
        return colon and _name_first(stripped, address)
    if (colon or address) and _VERB_END.search(stripped[-60:]):
        return True
    if colon and _VERB_INSIDE.search(stripped):
        return True
    if _BARE_DATE.fullmatch(stripped):
        return True
    return address and bool(_END.search(stripped[-300:]) and _TIME.search(stripped))


def _name_first(text: str, address: bool) -> bool:
    """ "Somebody <a@b> schrieb am 3. Juni um 10:00:", and the same in the languages that put the name first."""
    if address and ("<" in text or "(" in text):
        return bool(
            (_VERB_INSIDE.search(text) or _VERB_END.search(text[-60:])) and (_TIME.search(text) or _YEAR.search(text))
        )
    return bool(_WROTE_ON.match(text))


def _starts_with_date(text: str) -> bool:
    return bool(_FIRST.match(text) or _WEEKDAY_FIRST.match(text))


# ------------------------------------------------------------------------------------------- header blocks


def label_of(text: str) -> tuple[set[str], str]:
    """The categories of a header label at a line's beginning (empty: none) and its value."""
    match = _LABEL.match(text)
    if match is None:
        return set(), ""
    label = " ".join(match[1].lower().split()).strip("* ")
    return _LABELS.get(label, set()), match[2].strip(" *")


def _header_block(lines: list[Line], start: int) -> Boundary | None:
    """From/Sent/To/Subject lines that begin at ``start``."""
    seen: dict[str, str] = {}
    index, end, loose, labels = start, start, 0, 0
    depth = lines[start].depth
    while index < len(lines) and index - start < 24:
        line = lines[index]
        if (
            line.kind not in ("text", "heading")
            or abs(line.depth - depth) > 1
            or (index > start and line.marks & Mark.BOUNDARY and labels > 2)
        ):
            break
        categories, value = label_of(line.text) if line.text else (set(), "")
        if categories:
            category = _choose(categories, seen)
            seen.setdefault(category, value)
            labels += 1
            loose, end = 0, index + 1
        elif line.text:
            loose += 1
            if not seen or loose > 2 or (line.blank_before and not line.soft and "subject" in seen):
                break
            if line.blank_before and (len(seen) >= 3 or (not line.soft and "from" not in seen)):
                break
        index += 1
    if not _is_header(seen, labels):
        return _unknown_language(lines, start)
    end = _wrapped_end(lines, end, seen)
    return Boundary(start, end, "header", seen.get("from", ""), seen.get("to", ""), seen.get("subject", ""))


def _wrapped_end(lines: list[Line], end: int, seen: dict[str, str]) -> int:
    """A long last value goes on in the next line (soft, no blank line between)."""
    last = lines[end - 1]
    while (
        end < len(lines)
        and lines[end].soft
        and not lines[end].blank_before
        and len(last.raw) > 55
        and lines[end].depth == last.depth
    ):
        last = lines[end]
        end += 1
        if end - len(seen) > 40 or len(last.raw) < 55:
            break
    return end


def _choose(categories: set[str], seen: dict[str, str]) -> str:
    """A label that means different things in different languages takes what is still missing."""
    for category in ("from", "date", "to", "subject", "other"):
        if category in categories and category not in seen:
            return category
    return next(iter(categories))


def _is_header(seen: dict[str, str], labels: int) -> bool:
    kinds = {"from", "date", "to", "subject"} & seen.keys()
    sender = seen.get("from", "")
    if "from" not in kinds or not sender or sender[0].isdigit() or len(sender) > 300:
        return False
    if len(kinds) >= 3:
        sent = list(seen)[:2] == ["from", "date"] and bool(_TIME.search(seen["date"]))
        return sent or "subject" in kinds or "@" in sender or "@" in seen.get("to", "")
    return len(kinds) == 2 and "@" in sender


def _unknown_language(lines: list[Line], start: int) -> Boundary | None:
    """Three or more "Label: value" lines under a client's rule, the first with an address, one with a date."""
    first = lines[start]
    ruled = first.marks & (Mark.RULE | Mark.BOUNDARY) or (start > 0 and _is_rule(lines[start - 1].text))
    if not ruled or "@" not in first.text:
        return None
    index = start
    while (
        index < len(lines)
        and index - start < 8
        and _LABEL.match(lines[index].text or "")
        and lines[index].depth == first.depth
    ):
        if (
            index > start
            and not lines[index].soft
            and lines[index].blank_before
            and not lines[index].marks & Mark.LABEL
        ):
            break
        index += 1
    dated = any(re.search(r"\b(?:19|20)\d\d\b|\d{1,2}:\d\d", line.text) for line in lines[start:index])
    if index - start < 3 or not dated:
        return None
    return Boundary(start, index, "header", label_of(first.text)[1] or first.text)
