"""Findings as questions that a lead can answer in words, and what "yes" and "no" mean for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.model import Finding, Severity

MOST_QUESTIONS = 5

# code -> (rank, the question with a suggestion, the question without one); what is not here is never asked of a lead
_QUESTIONS: dict[str, tuple[int, str, str]] = {
    "note-to-editor": (0, "should it be printed?", "should it be printed?"),
    "as-last-month": (0, "should it be printed as it stands?", "should it be printed as it stands?"),
    "personal-data": (0, "may it be printed?", "may it be printed?"),
    "protective-marking": (0, "may it be printed?", "may it be printed?"),
    "quoted-mail": (1, "if it should be, please send its text", "if it should be, please send its text"),
    "forwarded-text": (1, "is that right?", "is that right?"),
    "receipt-remark": (1, "what should the text say?", "what should the text say?"),
    "edited-request-text": (4, "is it meant to be printed?", "is it meant to be printed?"),
    "address-incomplete": (1, "should it be {s}?", "what is the whole address?"),
    "address-unknown": (2, "did you mean {s}?", "is it right?"),
    "impossible-date": (3, "should it be “{s}”?", "what should it be?"),
    "weekday-mismatch": (3, "should it be {s}, or is the day right and the date wrong?", "which is right?"),
    "missing-link": (4, "what is its web address?", "what is its web address?"),
    "bad-link": (4, "should it be {s}?", "what is the right address?"),
    "total-mismatch": (5, "we would print {s}; which figure is wrong?", "which figure is wrong?"),
    "figure-changed": (5, "is {s} right?", "which is right?"),
    "past-event": (6, "is the date right?", "is the date right?"),
    "wrong-month": (6, "should it be {s}?", "is it right?"),
    "repeated-words": (7, "should it be “{s}” once?", "is that meant?"),
    "long-section": (8, "is all of it meant to be printed?", "is all of it meant to be printed?"),
    "empty-section": (8, "what should stand there?", "what should stand there?"),
    "stale-text": (9, "is it still right?", "is it still right?"),
    "spelling": (10, "should it be “{s}”?", "is it right?"),
    "alt-text": (11, "what does it show?", "what does it show?"),
    "unexpanded-acronym": (12, "does it stand for {s}?", "what does it stand for?"),
}
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 0, Severity.NOTE: 20}
_TAKES_SUGGESTION = frozenset(
    (
        "address-incomplete",
        "address-unknown",
        "impossible-date",
        "weekday-mismatch",
        "figure-changed",
        "wrong-month",
        "repeated-words",
        "spelling",
    )
)
_TAKEN_OUT = frozenset(("note-to-editor", "as-last-month", "protective-marking"))
_YES_KEEPS = frozenset(
    ("personal-data", "past-event", "long-section", "stale-text", "forwarded-text", "edited-request-text", *_TAKEN_OUT)
)
_YES_KEEPS_BARE = frozenset(("address-unknown", "wrong-month", "repeated-words", "spelling"))


def to_ask(findings: Sequence[Finding], limit: int = MOST_QUESTIONS) -> tuple[Finding, ...]:
    """The findings that a lead can settle, the most important first, no question twice."""
    ranked = sorted(
        (f for f in findings if f.code in _QUESTIONS and (f.exact or f.code != "as-last-month")),
        key=lambda f: _QUESTIONS[f.code][0] + _WEIGHT[f.severity],
    )
    asked: dict[str, Finding] = {}
    for finding in ranked:
        asked.setdefault(question(finding), finding)
    return tuple(asked.values())[:limit]


def questions_for_lead(findings: Sequence[Finding], limit: int = MOST_QUESTIONS) -> tuple[str, ...]:
    """The same as questions in words."""
    return tuple(question(finding) for finding in to_ask(findings, limit))


def question(finding: Finding) -> str:
    """ "The address wicki.x@... is not in the directory; did you mean vicki.x@...?" """
    _, with_suggestion, without = _QUESTIONS[finding.code]
    ask = with_suggestion.replace("{s}", finding.suggestion) if finding.suggestion else without
    message = re.sub(r"[.;:!?\s]+$", "", finding.message)
    return f"{message}; {ask}"


def takes_suggestion(finding: Finding) -> bool:
    """Whether "yes" changes the words to the suggestion, and "no" leaves them."""
    return bool(finding.code in _TAKES_SUGGESTION and finding.suggestion and finding.exact)


def yes_keeps(finding: Finding) -> bool:
    """Whether "yes" leaves the words as they are."""
    bare = finding.code in _YES_KEEPS_BARE and not finding.suggestion
    return finding.code in _YES_KEEPS or bare


def no_takes_out(finding: Finding) -> bool:
    """Whether "no" takes the words out."""
    return finding.code in _TAKEN_OUT and bool(finding.exact)


def with_meaning(finding: Finding) -> str:
    """The question with what "yes" and "no" would do."""
    if takes_suggestion(finding):
        return f"{question(finding)} (Yes: it is changed. No: it stays as it is.)"
    if no_takes_out(finding):
        return f"{question(finding)} (Yes: it stays. No: it is taken out.)"
    if yes_keeps(finding):
        return f"{question(finding)} (Yes: it stays as it is.)"
    return question(finding)
