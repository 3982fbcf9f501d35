"""The shape of a section: headings in order, pictures described, nothing empty, nothing left from last month."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from bot.core.model import Finding, Heading, Item, Picture, Section, Severity, block_text, plain
from bot.core.proofing.context import ProofContext, Text, excerpt, found, item_place, labelled, tidy

_FILE_NAME = re.compile(
    r"[\w() -]+\.(?:png|jpe?g|gif|bmp|tiff?|svg|webp|emf|wmf)|(?:img|dsc|image|picture|screenshot|photo)[ _-]?\d*", re.I
)
_EMPTY_ALT = re.compile(
    r"(?:image|picture|photo|photograph|graphic|logo|chart|graph|diagram|icon|untitled|null|alt text|n/?a)",
    re.IGNORECASE,
)
_MACHINE_ALT = re.compile(r"description automatically generated|AI-generated content may be incorrect", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\(write here\)|\blorem ipsum\b|[\[<{](?:insert|add|enter|your|name|date|text|tbc|xx+|to be added)\b"
    r"[^\]>}]{0,40}[\]>}]|\b[Xx]{3,}\b|"
    r"\bXX\b(?= [a-z])|\?{3,}|\bclick or tap here to enter text\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\W*(?:tbc|tba|(?:more |details |information )?to (?:be )?(?:confirm(?:ed)?|follow|added|announced)|"
    r"(?:text|details) to (?:follow|come))\W*",
    re.IGNORECASE,
)
MIN_STALE = 80  # characters: shorter text (contact lines, "No change") may well be the same each month


def heading_order(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A heading that skips a level, is empty, or has nothing under it."""
    for section in text.sections:
        for index, item in enumerate(section.items):
            at = 1
            named = list(labelled(item.blocks))
            for n, (block, label) in enumerate(named):
                if not isinstance(block, Heading):
                    continue
                where = f"{item_place(section, index)} / {label}"
                words = plain(block.runs).strip()
                if not words:
                    yield _shape("heading-order", where, "", "There is a heading without words.")
                elif block.level > at + 1:
                    message = f"The heading “{words}” skips a level (from {at} to {block.level})."
                    yield _shape("heading-order", where, words, message)
                after = named[n + 1][0] if n + 1 < len(named) else None
                bare = after is None or (isinstance(after, Heading) and after.level <= block.level)
                if words and bare:
                    yield _shape("empty-section", where, words, f"There is nothing under the heading “{words}”.")
                at = block.level


def _shape(code: str, where: str, text: str, message: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(code=code, severity=severity, where=where, text=text, message=message)


def alt_text(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A picture that a screen reader cannot tell about: no description, a file name, or a machine's guess."""
    for section in text.sections:
        for index, item in enumerate(section.items):
            for block, label in labelled(item.blocks):
                if isinstance(block, Picture) and (fault := _alt_fault(block.alt.strip(), block.name)):
                    where = f"{item_place(section, index)} / {label}"
                    yield _shape("alt-text", where, block.alt or block.name, fault)


def _alt_fault(alt: str, name: str) -> str:
    label = f"The picture{f' {name}' if name else ''}"
    if not alt:
        return f"{label} has no description for people who cannot see it."
    if _FILE_NAME.fullmatch(alt) or alt.casefold() == name.casefold() or _EMPTY_ALT.fullmatch(alt):
        return f"{label} is described only as “{alt}”."
    if _MACHINE_ALT.search(alt):
        return f"{label} has a description made by a machine."
    return ""


def empty_section(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A section, item or placeholder with nothing in it."""
    for section in text.sections:
        if not section.nil and not section.items and section.statistics is None:
            message = f"The section “{section.title}” is empty."
            yield _shape("empty-section", section.title, section.title, message)
        for index, item in enumerate(section.items):
            if not any(_has_content(block_text(block)) or isinstance(block, Picture) for block in item.blocks):
                if section.statistics is not None and index == len(section.items) - 1:
                    continue  # the heading of the statistics that follow
                name = item.heading or f"item {index + 1}"
                message = f"There is nothing under the heading “{name}”."
                yield _shape("empty-section", item_place(section, index), name, message)
    for passage in text.passages:
        for match in _PLACEHOLDER.finditer(passage.text):
            if re.search(r"link|url", match.group(), re.IGNORECASE):
                continue  # missing-link tells that
            message = f"“{match.group()}” is a placeholder that was never filled in."
            yield found("empty-section", Severity.WARNING, passage, match.span(), message)
        if passage.part in ("paragraph", "bullet") and _TO_COME.fullmatch(passage.text):
            message = f"“{passage.text.strip()}” stands where text was to come."
            yield found("empty-section", Severity.WARNING, passage, (0, len(passage.text)), message)


def _has_content(words: str) -> bool:
    return bool(re.search(r"\w", _PLACEHOLDER.sub("", words)))


def _body(item: Item) -> str:
    return re.sub(r"\W+", " ", tidy(" ".join(block_text(block) for block in item.blocks))).casefold().strip()


def stale_text(text: Text, context: ProofContext) -> Iterator[Finding]:
    """An item printed word for word (or nearly) in earlier editions."""
    if not context.previous:
        return
    bodies: dict[int, str] = {}  # of the earlier items, each worked out once
    for section in text.sections:
        for index, item in enumerate(section.items):
            body = _body(item)
            if len(body) < MIN_STALE:
                continue
            since = _unchanged_since(section, body, context, bodies)
            if since:
                first = tidy(" ".join(block_text(block) for block in item.blocks))
                yield Finding(
                    code="stale-text",
                    severity=Severity.WARNING if len(since) > 1 else Severity.NOTE,
                    where=item_place(section, index),
                    text=excerpt(first, 0, min(60, len(first)), 0),
                    message=f"“{item.heading or section.title}” is unchanged since {_month(since[-1])}.",
                    suggestion="Is it still right?",
                )


def _unchanged_since(section: Section, body: str, context: ProofContext, bodies: dict[int, str]) -> list[str]:
    """The periods, newest first without a gap, in which the section had this item."""
    since: list[str] = []
    for edition in context.previous:
        theirs = (
            bodies.get(id(item)) or bodies.setdefault(id(item), _body(item)) for other in edition.sections
            if other.theme == section.theme or other.title == section.title for item in other.items
        )  # fmt: skip
        if not any(_same(body, their) for their in theirs):
            break
        since.append(edition.period)
    return since


LONG_TIMES = 3  # this many times its usual length, and this many words more than that, is far longer than usual
LONG_WORDS = 250


def long_section(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A section far longer than it was in earlier editions (the middle one of them), or than can be read to its end."""
    for passage in text.unread:
        message = (
            f"The section “{text.sections[passage.section].title}” is too long: from here on it was not proof-read."
        )
        yield found("long-section", Severity.WARNING, passage, (0, min(60, len(passage.text))), message)
    for section in text.sections:
        usual = sorted(
            _words(other)
            for edition in context.previous
            for other in edition.sections
            if other.theme == section.theme and not other.nil
        )
        now = _words(section)
        middle = usual[len(usual) // 2] if usual else now
        if now > max(LONG_TIMES * middle, middle + LONG_WORDS):
            message = f"The section “{section.title}” has {now} words; it usually has about {middle}."
            yield _shape("long-section", section.title, section.title, message)


def _words(section: Section) -> int:
    """The words of a section's items."""
    return sum(len(block_text(block).split()) for item in section.items for block in item.blocks)


def _same(one: str, other: str) -> bool:
    """The same words; a changed figure or month makes it a new text, a mended letter does not."""
    if one == other:
        return True
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    return abs(len(one) - len(other)) < 10 and fuzz.ratio(one, other) >= 98


def _month(period: str) -> str:
    names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{names[int(period[5:7]) - 1]} {period[:4]}"
