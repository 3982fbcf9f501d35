"""Words: printed twice, or an acronym that nobody explained."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from bot.core.model import Finding, Severity
from bot.core.proofing.addresses import ADDRESS
from bot.core.proofing.context import Passage, ProofContext, Text, found
from bot.core.proofing.wordlists import EVERYDAY_ACRONYMS, ONCE_IS_FINE, REDUPLICATIONS, SHOUTED

WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d+(?:[.,]\d+)*")
URL_WORDS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
LONGEST_PHRASE = 12
WITH_A_COMMA = 2  # from this many words on, a phrase counts as printed twice with a comma between, too
ACRONYMS_MAX = 400  # different ones of one text that are looked for all through it
WHOLE_PARAGRAPH = 5  # words from which a paragraph printed twice in a row is told
_WORD_FOR_WORD = frozenset({"word for", "like for", "pound for", "day by", "side by", "step by", "one by", "year on"})
_CONNECTING = frozenset({"and", "by", "on", "to", "or", "after"})


def repeated_words(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A word or a phrase of up to twelve words printed twice in a row, or a whole paragraph."""
    before: Passage | None = None
    for passage in text.passages:
        yield from _repeats(passage)
        if before is not None and _same_again(before, passage):
            span = (0, len(passage.text))
            yield found("repeated-words", Severity.WARNING, passage, span, "This paragraph is printed twice in a row.")
        before = passage


def _same_again(before: Passage, passage: Passage) -> bool:
    """A paragraph of some length with the words of the one before it in the item."""
    if passage.part != "paragraph" or (before.section, before.item) != (passage.section, passage.item):
        return False
    words = WORD.findall(passage.text)
    return len(words) >= WHOLE_PARAGRAPH and words == WORD.findall(before.text)


def _repeats(passage: Passage) -> Iterator[Finding]:
    line = passage.text
    words = list(WORD.finditer(line))
    lower = [word.group().lower() for word in words]
    times = Counter(lower)
    at = 0
    while at < len(words):
        if times[lower[at]] == 1:
            at += 1
            continue
        size = next((n for n in range(LONGEST_PHRASE, 0, -1) if _twice(line, words, lower, at, n)), 0)
        if not size:
            at += 1
            continue
        span = (words[at].start(), words[at + 2 * size - 1].end())
        phrase = " ".join(line[words[at].start() : words[at + size - 1].end()].split())
        doubtful = size == 1 and phrase.lower() in ONCE_IS_FINE
        severity = Severity.NOTE if doubtful else Severity.WARNING
        noun = "word" if size == 1 else "words"
        verb = "is" if size == 1 else "are"
        message = f"The {noun} “{phrase}” {verb} printed twice in a row."
        yield found("repeated-words", severity, passage, span, message, phrase)
        at += 2 * size


def _twice(line: str, words: list[re.Match[str]], lower: list[str], at: int, size: int) -> bool:
    """The ``size`` words at ``at`` come again at once, with nothing but spaces between, and it is no idiom."""
    if at + 2 * size > len(lower) or lower[at] != lower[at + size]:
        return False  # nearly always, and cheap
    first = lower[at : at + size]
    if first != lower[at + size : at + 2 * size]:
        return False
    if all(word[0].isdigit() for word in first):
        return False
    for n, (a, b) in enumerate(pairwise(words[at : at + 2 * size]), 1):
        between = line[a.end() : b.start()].strip()
        if between.strip(",.;") if n == size > WITH_A_COMMA else between:
            return False
    if size == 1:
        return first[0] not in REDUPLICATIONS and (len(first[0]) > 1 or first[0] in "ai")
    if " ".join(first) in _WORD_FOR_WORD:
        return False
    # "over and over and over": read from its first word, or from its first "and"
    from_word = first[-1] in _CONNECTING and lower[at + 4 : at + 5] == first[:1]
    from_connection = first[0] in _CONNECTING and at > 0 and lower[at - 1] == first[-1]
    return size != 2 or not (from_word or from_connection)


_ACRONYM = re.compile(
    r"(?<![\w@.&-])(?<![^A-Z\s]/)([A-Z][A-Z&]{0,4}[A-Z])(s|’s|'s)?(?![\w@&]|[-.](?=\w)|/(?![A-Z]{2}))"
)


def unexpanded_acronym(text: Text, context: ProofContext) -> Iterator[Finding]:
    """An acronym that is in no glossary and is nowhere written out; told once, where it is first used."""
    glossary = {key.upper() for key in context.glossary} | {word.upper() for word in context.known_words}
    whole = "\n".join(passage.text for passage in text.passages)
    told: set[str] = set()
    looked_up: dict[str, bool] = {}
    for passage in text.passages:
        line = passage.text
        if sum(c.isupper() for c in line) > 0.7 * max(1, sum(c.isalpha() for c in line)) and len(line.split()) > 1:
            continue  # a line all in capitals holds no acronyms to speak of
        skip = [m.span() for pattern in (URL_WORDS, ADDRESS) for m in pattern.finditer(line)]
        for match in _ACRONYM.finditer(line):
            word = match.group(1)
            if word in told or word in glossary or word in EVERYDAY_ACRONYMS or word in SHOUTED:
                continue
            inside = any(a <= match.start() < b for a, b in skip)
            if inside or _shouting(line, match) or re.match(r"\s?\d", line[match.end() : match.end() + 2]):
                continue
            if word not in looked_up:
                looked_up[word] = len(looked_up) >= ACRONYMS_MAX or _explained(word, whole)
            if looked_up[word]:
                continue
            told.add(word)
            message = f"The acronym {word} is not written out and is not in the glossary."
            yield found("unexpanded-acronym", Severity.NOTE, passage, match.span(), message)


def _shouting(line: str, match: re.Match[str]) -> bool:
    """The neighbours are in capitals too and are longer than an acronym: emphasis, not an acronym; or a numeral."""
    if re.fullmatch(r"[IVXLC]+", match.group(1)):
        return True
    around = re.findall(r"[A-Z]{2,}", line[max(0, match.start() - 14) : match.end() + 14])
    return any(len(word) > 6 for word in around)


def _explained(word: str, whole: str) -> bool:
    """Written out somewhere: "Violence Against Women and Girls (VAWG)" or "VAWG (Violence Against ...)"."""
    letters = [c for c in word if c != "&"]
    name = re.escape(word)
    for match in re.finditer(rf"\(\s*[“\"‘']?{name}s?[”\"’']?\s*[),;]", whole):
        before = re.split(r"[\n.;:]", whole[max(0, match.start() - 120) : match.start()])[-1]
        if _initials_fit(letters, before):
            return True
    written_out = rf"\b{name}s?\s*(?:\(|,? (?:or|meaning|stands for|short for) |[–—:-] )([^\n)]{{3,80}})"
    return any(_initials_fit(letters, match.group(1)) for match in re.finditer(written_out, whole))


def _initials_fit(letters: list[str], words: str) -> bool:
    """Most letters come in this order among the initials of the words beside the acronym, or inside one long word."""
    parts = re.findall(r"[A-Za-z]+", words)
    initials = "".join(part[0] for part in parts).upper()
    hits, at = 0, 0
    for letter in letters:
        place = initials.find(letter, at)
        if place >= 0:
            hits, at = hits + 1, place + 1
    if hits >= max(2, len(letters) - 1):
        return True
    inside = iter((parts[-1] if parts else "").upper())
    return all(letter in inside for letter in letters)
