"""Findings as questions, and what yes and no mean for each."""

from __future__ import annotations

import pytest

from bot.core.model import Finding
from bot.core.questions import no_takes_out, takes_suggestion, to_ask, with_meaning, yes_keeps


def finding(code: str, **more: str) -> Finding:
    return Finding(code=code, message="“x” is odd.", **more)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            finding("spelling", suggestion="y", exact="x"),
            "“x” is odd; should it be “y”? (Yes: it is changed. No: it stays as it is.)",
        ),
        (
            finding("note-to-editor", exact="x"),
            "“x” is odd; should it be printed? (Yes: it stays. No: it is taken out.)",
        ),
        (finding("stale-text"), "“x” is odd; is it still right? (Yes: it stays as it is.)"),
        (finding("address-unknown", exact="x"), "“x” is odd; is it right? (Yes: it stays as it is.)"),
        (finding("missing-link", exact="here"), "“x” is odd; what is its web address?"),
    ],
)
def test_each_question_says_what_yes_and_no_would_do(found: Finding, said: str) -> None:
    assert with_meaning(found) == said


def test_yes_changes_only_where_the_words_and_the_suggestion_are_known() -> None:
    assert not takes_suggestion(finding("spelling", exact="x"))
    assert not yes_keeps(finding("impossible-date", exact="x"))
    assert not no_takes_out(finding("protective-marking"))


def test_last_months_text_that_is_printed_again_is_no_question_and_a_doubt_is() -> None:
    assert to_ask([finding("as-last-month")]) == ()
    assert to_ask([finding("as-last-month", exact="x")] * 2) == (finding("as-last-month", exact="x"),)
