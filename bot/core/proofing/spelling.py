"""Spelling: lists and rules of our own, always; a British dictionary beside them where one is at hand.

Names do not cry wolf: what stands in the directory, the glossary, the bulletin's own words or an earlier edition is
right, and so is a word that this text has three times. A capital inside a sentence is a name, and is not looked up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.model import Finding, Severity
from bot.core.proofing.addresses import ADDRESS
from bot.core.proofing.context import Passage, ProofContext, Text, found, passages
from bot.core.proofing.everyday import everyday_word_meant
from bot.core.proofing.links import HOSTED
from bot.core.proofing.slips import CONFUSED, british
from bot.core.proofing.vocabulary import common_forms, common_word_meant
from bot.core.proofing.wordlists import AMERICAN, MISSPELT, MISSPELT_PHRASES
from bot.core.proofing.words import URL_WORDS, WORD

MEANT_OFTEN = 3  # a word that a text has so many times is meant
SHORTEST_LOOKED_UP = 4
FURTHEST = 2  # letters between a word that no dictionary has and the one that is suggested


def spelling(text: Text, context: ProofContext) -> Iterator[Finding]:
    """Misspellings, American forms, a right word in the wrong place; and what the dictionary does not have."""
    known = {word.lower() for word in context.known_words}
    lookup = _Lookup(text, context, known) if context.dictionary else None
    for passage in text.passages:
        skip = [m.span() for pattern in (URL_WORDS, ADDRESS, HOSTED) for m in pattern.finditer(passage.text)]
        words: set[str] = set()
        for match in WORD.finditer(passage.text):
            word = match.group().replace("’", "'")
            words.add(word.lower())
            if not any(a <= match.start() < b for a, b in skip) and word.lower() not in known:
                yield from _word(passage, match, word, lookup)
        for pattern, right in MISSPELT_PHRASES:
            for match in pattern.finditer(passage.text):
                message = f"“{match.group()}” looks like a slip."
                yield found("spelling", Severity.WARNING, passage, match.span(), message, right)
        for wrong in words & CONFUSED.keys():
            pattern, right = CONFUSED[wrong]
            for match in pattern.finditer(passage.text):
                message = f"“{match.group()}” looks like a slip: “{match.group(1)}” for “{right}”."
                yield found("spelling", Severity.WARNING, passage, match.span(1), message, _like(match.group(1), right))
        yield from _ordinals(passage)


def _word(passage: Passage, match: re.Match[str], word: str, lookup: _Lookup | None) -> Iterator[Finding]:
    right, of_ours = _judged(word)
    if right:
        message = f"“{word}” looks misspelt."
        yield found("spelling", Severity.WARNING, passage, match.span(), message, _like(word, right))
        return
    if of_ours and not _part_of_a_name(passage.text, match) and not _for_computers(passage.text, match):
        message = f"“{word}” is not the British spelling."
        yield found("spelling", Severity.NOTE, passage, match.span(), message, _like(word, of_ours))
    elif not of_ours and lookup and (unknown := lookup.unknown(passage.text, match, word)):
        right = lookup.nearest(unknown)
        message = f"“{unknown}” is not in the dictionary."
        severity = Severity.WARNING if right else Severity.NOTE
        yield found("spelling", severity, passage, match.span(), message, right)


@lru_cache(maxsize=20_000)
def _judged(word: str) -> tuple[str | None, str | None]:
    """What a word should be when it is misspelt, and when it is American."""
    lower = word.lower()
    right = MISSPELT.get(lower) or MISSPELT.get(lower.removesuffix("'s")) or _slip(word)
    bare = lower.removesuffix("'s")
    of_ours = AMERICAN.get(bare) or british(bare)
    return right, of_ours and of_ours + lower[len(bare) :]


def _slip(word: str) -> str | None:
    """The common word meant, for a word in lower case or with a capital (not an acronym)."""
    lower = word.lower()
    return (common_word_meant(lower) or everyday_word_meant(lower)) if word[1:].islower() else None


def _like(word: str, right: str) -> str:
    """The right word with the capitals of the wrong one."""
    if word.isupper() and len(word) > 1:
        return right.upper()
    return right[:1].upper() + right[1:] if word[:1].isupper() else right


def _part_of_a_name(line: str, match: re.Match[str]) -> bool:
    """A word with a capital that has another one beside it ("World Health Organization"), or is all capitals."""
    word = match.group()
    if word.islower():
        return False
    before = re.search(r"([\w’'-]+) $", line[: match.start()])
    after = re.match(r" ([A-Z])", line[match.end() :])
    return (
        word.isupper()
        or bool(after)
        or bool(before and before.group(1)[0].isupper() and before.group(1) not in _STARTS)
    )


_STARTS = frozenset(["The", "A", "An", "Our", "This", "That", "Their", "Its", "In", "At"])


def _for_computers(line: str, match: re.Match[str]) -> bool:
    """ "a computer program" is British."""
    return match.group().lower() == "program" and bool(re.search(r"\b(?:computer|software)\s$", line[: match.start()]))


def _ordinals(passage: Passage) -> Iterator[Finding]:
    """ "22th": the wrong ending of an ordinal."""
    for match in re.finditer(r"(?<![\w.])(\d{1,3})(st|nd|rd|th)\b", passage.text):
        number = int(match.group(1))
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        if match.group(2) != ending:
            message = f"“{match.group()}” has the wrong ending."
            yield found("spelling", Severity.WARNING, passage, match.span(), message, f"{number}{ending}")


class _Lookup:
    """The dictionary with what else is right in this bulletin."""

    def __init__(self, text: Text, context: ProofContext, known: set[str]) -> None:
        assert context.dictionary is not None
        self.has = context.dictionary
        names = " ".join((*context.glossary, *context.glossary.values(), *(p.name for p in context.directory)))
        earlier = (p.text for edition in context.previous for p in passages(edition.sections))
        counts = Counter(word for p in text.passages for word in _plain_words(p.text))
        often = {word for word, times in counts.items() if times >= MEANT_OFTEN}
        self.right = known.union(_plain_words(names), often, *map(_plain_words, earlier))
        self.choices = sorted({word for word in (*self.right, *counts, *common_forms()) if self._good(word)})

    def _good(self, word: str) -> bool:
        return word in self.right or self.has(word)

    def unknown(self, line: str, match: re.Match[str], word: str) -> str:
        """The word, or the part between hyphens, that nothing knows; "" when all is well."""
        if word[0].isupper() and not _begins(line, match.start()):
            return ""
        for part in word.split("-"):
            bare = part.removesuffix("'s").removesuffix("s'").strip("'")
            forms = (bare, bare.lower(), bare.capitalize())
            if len(bare) < SHORTEST_LOOKED_UP or not bare[1:].islower() or any(map(self._good, forms)):
                continue
            if part[0].isupper() and not self.nearest(bare):
                continue  # a name that begins a sentence
            return bare
        return ""

    def nearest(self, word: str) -> str:
        """The nearest word that is right; "" when none is near."""
        best = process.extractOne(word.lower(), self.choices, scorer=OSA.distance, score_cutoff=FURTHEST)
        return _like(word, best[0]) if best and best[1] < len(word) / 3 else ""


def _plain_words(words: str) -> list[str]:
    return [
        word.replace("’", "'").removesuffix("'s") for word in re.findall(r"[^\W\d_]+(?:[’'][^\W\d_]+)*", words.lower())
    ]


def _begins(line: str, at: int) -> bool:
    """Whether a sentence begins here."""
    return not line[:at].strip("\"“‘'( ") or bool(re.search(r"[.!?:]\s+[\"“‘(]?$", line[:at]))
