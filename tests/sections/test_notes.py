"""Notes to us: what only leads to a mail that is passed on, and what a reply says of an earlier one."""

from __future__ import annotations

import pytest

from bot.sections.notes import note_kind, sentences_say

COVERS = [
    "FYI", "Please see below from Sam", "Here's ours", "Here is our update.", "below", "Gweler isod", "Siehe unten",
    "Voir ci-dessous", "Forwarding this on behalf of Alex Reed.", "Passing this on for Sam, who is on leave.",
    "Hi both,\nAlex's text for the bulletin is below.\nThanks", "From Alex", "Text from our analyst",
    "See attached and below",
]  # fmt: skip
NEWS = [
    "We launch the new centre on 4 October.",
    "Burglary is below target in every district for the first time this year.",
    "Forty officers were trained.", "Residents can now report online and forty have.", "HOLD", "Approve",
    "Theft fell by 12 per cent, see the table below.",
]  # fmt: skip


@pytest.mark.parametrize("text", COVERS)
def test_a_cover_line_is_one_whatever_the_subject_says(text: str) -> None:
    assert note_kind(text.split("\n"), passed_on=False) == "cover"
    assert note_kind(text.split("\n"), passed_on=True) == "cover"


@pytest.mark.parametrize("text", NEWS)
def test_news_is_never_a_cover_line(text: str) -> None:
    assert note_kind([text], passed_on=False) == "own"
    assert note_kind([text], passed_on=True) == "own"


def test_a_greeting_says_nothing_and_nil_is_an_answer() -> None:
    assert note_kind(["Hi both,", "Thanks"], passed_on=True) == "none"
    assert note_kind(["Nothing from us this month, see below."], passed_on=True) in ("nil", "own")
    assert note_kind(["We launch on 4 October.", "Also see below from Alex."], passed_on=True) == "mixed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("This replaces my earlier reply: the new text", "all"),
        ("Please ignore my previous email.\nNew text.", "all"),
        ("Please add this to my earlier reply: the line is open.", "adds"),
        ("One more item:\nThe line is open.", "adds"),
        ("In addition to our earlier work with schools, two stalls open.", "unsaid"),
        ("Please add these dates to your diary: 4 and 5 October.", "unsaid"),
        ("The new strategy replaces the previous strategy of 2020.", "unsaid"),
        ("Residents should please also include their postcode.", "unsaid"),
    ],
)
def test_only_a_note_to_us_says_what_a_reply_does_to_an_earlier_one(text: str, said: str) -> None:
    assert sentences_say(text) == said
