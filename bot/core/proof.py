"""Proof-reading: a table of named checks, each a function from the text and what is known to findings.

A new check is one row in ``CHECKS`` (and a test with a text that has the mistake and one that has not). The same checks
serve receipts, drafts and the command ``proof``. Everything here is offline, reads no clock and guesses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.core.mending import squeezed
from bot.core.model import Finding, Section
from bot.core.proofing import addresses, dates, figures, links, safety, shape, spelling, words
from bot.core.proofing.context import Printed, ProofContext, Text
from bot.core.questions import questions_for_lead

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
    ("spelling", spelling.spelling),
    ("personal-data", safety.personal_data),
    ("protective-marking", safety.protective_marking),
    ("long-section", shape.long_section),
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


# These say the same wherever they stand ("“here” promises a link"), so they are accepted with the words around them.
_ACCEPTED_IN_PLACE = frozenset(
    ("missing-link", "personal-data", "protective-marking", "empty-section", "heading-order", "alt-text")
)


def finding_key(finding: Finding) -> str:
    """What an "accept" remembers, whatever the month: code, message and the words in question ("spelling|“adress” looks
    misspelt.|adress")."""
    words = finding.text if finding.code in _ACCEPTED_IN_PLACE else finding.exact
    return f"{finding.code}|{squeezed(finding.message)}|{squeezed(words)}"


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
