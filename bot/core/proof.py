"""Proof-reading: a table of named checks, each a function from the text and what is known to findings.

A new check is one row in ``CHECKS`` (and a test with a text that has the mistake and one that has not). The same checks
serve receipts, drafts and the command ``proof``. Everything here is offline, reads no clock and guesses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from bot.core.model import Finding, Section, Severity
from bot.core.proofing import addresses, dates, figures, links, safety, shape, words
from bot.core.proofing.context import Printed, ProofContext, Text

__all__ = [
    "CHECKS",
    "CODES",
    "Printed",
    "ProofContext",
    "finding_key",
    "proof_json",
    "proofread",
    "questions_for_lead",
]

Check = Callable[[Text, ProofContext], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("address-unknown", addresses.address_unknown),
    ("address-incomplete", addresses.address_incomplete),
    ("repeated-words", words.repeated_words),
    ("impossible-date", dates.impossible_date),
    ("weekday-mismatch", dates.weekday_mismatch),
    ("past-event", dates.past_event),
    ("wrong-month", dates.wrong_month),
    ("missing-link", links.missing_link),
    ("bad-link", links.bad_link),
    ("bare-url", links.bare_url),
    ("stale-text", shape.stale_text),
    ("total-mismatch", figures.total_mismatch),
    ("figure-changed", figures.figure_changed),
    ("unexpanded-acronym", words.unexpanded_acronym),
    ("spelling", words.spelling),
    ("personal-data", safety.personal_data),
    ("protective-marking", safety.protective_marking),
    ("heading-order", shape.heading_order),
    ("alt-text", shape.alt_text),
    ("empty-section", shape.empty_section),
)
CODES: tuple[str, ...] = tuple(name for name, _ in CHECKS)


def proofread(sections: Sequence[Section], context: ProofContext) -> tuple[Finding, ...]:
    """All findings of some sections, in the order of the text; those a person accepted are left out.

    Findings that came from elsewhere (``context.received``) stand first and are never doubled.
    """
    text = Text.of(sections)
    order = {passage.where: index for index, passage in enumerate(text.passages)}
    seen = {(f.code, f.where, f.message) for f in context.received}
    ours: list[Finding] = []
    for _, check in CHECKS:
        for finding in check(text, context):
            identity = (finding.code, finding.where, finding.message)
            if identity not in seen:
                seen.add(identity)
                ours.append(finding)
    last = len(order)
    ours.sort(key=lambda finding: order.get(finding.where, last))
    return tuple(f for f in (*context.received, *ours) if finding_key(f) not in context.accepted)


def finding_key(finding: Finding) -> str:
    """What an "accept" remembers: code and message, whatever the place ("spelling|“adress” looks misspelt.")."""
    return f"{finding.code}|{' '.join(finding.message.casefold().split())}"


def proof_json(findings: Sequence[Finding]) -> dict[str, object]:
    """The document of ``proof --json``."""
    return {
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "where": finding.where,
                "text": finding.text,
                "message": finding.message,
                "suggestion": finding.suggestion,
            }
            for finding in findings
        ]
    }


# code -> (rank, the question with a suggestion, the question without one); what is not here is never asked of a lead
_QUESTIONS: dict[str, tuple[int, str, str]] = {
    "personal-data": (0, "may it be printed?", "may it be printed?"),
    "protective-marking": (0, "may it be printed?", "may it be printed?"),
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
    "empty-section": (8, "what should stand there?", "what should stand there?"),
    "stale-text": (9, "is it still right?", "is it still right?"),
    "spelling": (10, "should it be “{s}”?", "is it right?"),
    "alt-text": (11, "what does it show?", "what does it show?"),
    "unexpanded-acronym": (12, "does it stand for {s}?", "what does it stand for?"),
}
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 0, Severity.NOTE: 20}


def questions_for_lead(findings: Sequence[Finding], limit: int = 5) -> tuple[str, ...]:
    """The findings that a lead can settle, as questions, the most important first, none twice."""
    ranked = sorted(
        (f for f in findings if f.code in _QUESTIONS),
        key=lambda f: _QUESTIONS[f.code][0] + _WEIGHT[f.severity],
    )
    asked = dict.fromkeys(_question(finding) for finding in ranked)
    return tuple(asked)[:limit]


def _question(finding: Finding) -> str:
    """ "The address wicki.x@... is not in the directory; did you mean vicki.x@...?" """
    _, with_suggestion, without = _QUESTIONS[finding.code]
    ask = with_suggestion.replace("{s}", finding.suggestion) if finding.suggestion else without
    message = re.sub(r"[.;:!?\s]+$", "", finding.message)
    return f"{message}; {ask}"
