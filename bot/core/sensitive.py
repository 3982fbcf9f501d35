"""Text that must not be printed before a person has looked: protective markings and personal identifiers.

Only what is unmistakable; gentler hints are proof-reading's business. What was found is never quoted back or logged.
"""

from __future__ import annotations

import re
from typing import Final

_MARKING: Final = re.compile(
    r"\bOFFICIAL\s*(?:[-–—:]\s*)?SENSITIVE\b|^[^\w\n]*(?:TOP\s+SECRET|SECRET|RESTRICTED|PROTECT)[^\w\n]*$", re.MULTILINE
)
_NI_NUMBER: Final = re.compile(r"\b[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b")
_NHS_NUMBER: Final = re.compile(r"\bNHS\s+(?:no\.?|number)\W{0,3}\d{3}[ -]?\d{3}[ -]?\d{4}\b", re.IGNORECASE)
_BIRTH: Final = re.compile(
    r"\b(?:d\.?o\.?b\.?|born(?: on)?|date of birth)\W{0,3}\d{1,2}(?:st|nd|rd|th)?[ ./-]"
    r"(?:\d{1,2}|[A-Za-z]{3,9})[ ./-]\d{2,4}",
    re.IGNORECASE,
)
_CARD: Final = re.compile(r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b")
_KINDS: Final = (
    ("protective-marking", _MARKING, "It carries a protective marking above OFFICIAL."),
    ("personal-data", _NI_NUMBER, "It holds what looks like a National Insurance number."),
    ("personal-data", _NHS_NUMBER, "It holds an NHS number."),
    ("personal-data", _BIRTH, "It holds a date of birth."),
    ("personal-data", _CARD, "It holds what looks like the number of a payment card."),
)


def sensitive_reasons(text: str) -> tuple[tuple[str, str], ...]:
    """(code, sentence) for each kind of sensitive text found; the sentence never repeats the text."""
    return tuple((code, sentence) for code, pattern, sentence in _KINDS if pattern.search(text))
