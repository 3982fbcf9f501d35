"""What leads write to the editor and not for print, and answers in words; news that only sounds like it."""

from __future__ import annotations

import pytest

from bot.core.model import Finding, Item, Paragraph, Run
from bot.sections.answers import Asked, Heard, hear
from bot.sections.asides import Aside, aside_of, questions_inside
from bot.sections.nil import says_as_last_month

SAID = {
    Aside.EXTENSION: (
        "Can I have until Friday?",
        "Hi Sam, could I have a few more days please? I'm waiting for police data.",
        "Any chance of an extension?",
        "I'll send ours on Friday.",
        "We need a bit more time.",
        "Running late, will send by Thursday",
        "To follow",
    ),
    Aside.QUESTION: ("Do you want the figures by district?", "What is the deadline?", "Should we include the hotline?"),
    Aside.TOO_EARLY: ("Sent too early, please ignore, more to come", "Sorry, sent by mistake. Please ignore."),
    Aside.WITHDRAW: ("Please remove my text", "Please don't print my text.", "Could you remove what I sent?"),
    Aside.WITHDRAW_ALL: ("Take our section out", "Please take our section out of the bulletin."),
    None: (
        "Do you need help with your drinking?",
        "Have you been a victim of hate crime? Report it.",
        "We will send officers to schools on Monday.",
        "We can extend the scheme until March.",
        "Residents can apply until Friday.",
        "The deadline for bids is Friday.",
        "Please remove the second item",
        "Please take it out.",
        "Could you be a volunteer?",
        "The centre is open. Can I have until Friday?",
    ),
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_a_note_to_the_editor_is_told_from_news(kind: Aside | None, text: str) -> None:
    assert aside_of(text) is kind


def test_a_question_inside_a_text_is_found() -> None:
    text = "The centre is open. Do you want the figures by district? It closes at five."
    assert questions_inside(text) == ["Do you want the figures by district?"]


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("no change from last month", True),
        ("as per last month", True),
        ("please reuse last month's", True),
        ("same again", True),
        ("Same as July please", True),
        ("can you rerun last month's text?", True),
        ("Nothing new, please use last month's text", True),
        ("please roll over from last month", True),
        ("Same as last month: three incidents.", False),
        ("No change in the number of incidents since last month.", False),
        ("Last month's conference was a success.", False),
    ],
)
def test_as_last_month_in_the_ways_people_say_it(text: str, is_it: bool) -> None:
    assert says_as_last_month(text) is is_it


RIGHT = "vicki.smith@council.example.org"
ADDRESS = Finding(code="address-unknown", message="a", exact="wicki.smith@council.example.org", suggestion=RIGHT)
WORDS = Finding(code="repeated-words", message="b", exact="would like would like", suggestion="would like")
LINK = Finding(code="missing-link", message="c", exact="here")
ACRONYM = Finding(code="unexpanded-acronym", message="d", exact="MARAC")
DATE = Finding(code="impossible-date", message="e", exact="31 June 2025")
ITEMS = tuple(Item(heading=name, blocks=(Paragraph(runs=(Run(text="x"),)),)) for name in ("Centres", "Awareness week"))


def heard(text: str, *questions: Finding, thread: bool = True, guess: bool = True) -> Heard:
    asked = Asked(questions, ITEMS, (7,) * len(questions))
    return hear(text.splitlines(), asked, thread=thread, guess=guess)


def changes(text: str, *questions: Finding) -> list[tuple[str, str]]:
    return [(mend.old, mend.new) for mend in heard(text, *questions).mends]


FIXED = (ADDRESS.exact, RIGHT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", [FIXED, (WORDS.exact, "would like")]),
        ("1 yes, 2 no", [FIXED]),
        ("1. Yes\n2. No", [FIXED]),
        ("yes\nno", [FIXED]),
        ("Q1: leave it as it is. Q2: yes please", [(WORDS.exact, "would like")]),
        ("use vicki", [FIXED]),
        (f"Sorry, it should be {RIGHT}", [FIXED]),
        ("1) use other@council.example.org", [(ADDRESS.exact, "other@council.example.org")]),
        ("no to both", []),
    ],
)
def test_answers_are_bound_to_their_questions(text: str, expected: list[tuple[str, str]]) -> None:
    found = heard(text, ADDRESS, WORDS)
    assert [(mend.old, mend.new) for mend in found.mends] == expected
    assert found.complete
    assert not found.unclear


def test_an_answer_may_bring_what_was_asked_for() -> None:
    (link,) = heard("https://x.example/plan", LINK).mends
    assert (link.kind, link.new) == ("link", "https://x.example/plan")
    assert changes("2: it stands for Risk Conference", LINK, ACRONYM) == [("MARAC", "Risk Conference (MARAC)")]
    assert changes("1. 30 June 2025", DATE) == [("31 June 2025", "30 June 2025")]


@pytest.mark.parametrize(
    "text", ["yes", "use the other one", "not sure, ask Hazel", "7 yes", "drop item 9", "1 use vicki"]
)
def test_what_cannot_be_understood_is_asked_back(text: str) -> None:
    found = heard(text, LINK)
    assert found.complete
    assert found.unclear
    assert not found.mends


@pytest.mark.parametrize(
    "text",
    [
        "No new incidents were recorded in July.",
        "1. The hotline has moved.",
        "Use of the hotline has doubled since it began in the spring.",
        "Both partnerships met in July.",
        "The new strategy replaces the previous strategy of 2021.",
        "Use 101 to report it.",
        "1. It is now open from nine to five.",
        "Keep your bag closed.",
        "Thanks",
        "Nothing this month",
        "Please remove my text",
    ],
)
def test_news_is_no_answer(text: str) -> None:
    assert not heard(text, ADDRESS).lines


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("drop the second item", "Awareness week"),
        ("Please remove item 1", "Centres"),
        ("delete the last one please", "Awareness week"),
        ("Take out the item on Awareness week", "Awareness week"),
    ],
)
def test_an_item_is_named_by_place_or_heading(text: str, heading: str) -> None:
    (mend,) = heard(text, thread=False).mends
    assert (mend.kind, mend.heading) == ("drop", heading)


def test_beside_new_text_only_plain_answers_count() -> None:
    assert heard("use the other one", ADDRESS, guess=False).lines == set()
