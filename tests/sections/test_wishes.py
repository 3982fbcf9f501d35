"""What a lead asks to have changed in the words that stand, and what only looks like it."""

from __future__ import annotations

import pytest

from bot.core.model import Item, Paragraph, Run
from bot.sections.wishes import wish_in


def _items(*texts: str) -> tuple[Item, ...]:
    return tuple(
        Item(heading="A stall", blocks=(Paragraph(runs=(Run(text=text),)),), inbound=number)
        for number, text in enumerate(texts, 1)
    )


ITEMS = _items("A stall opens on 3 June at 5 pm.", "Bring a friend. A friend is welcome.")


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("please change 5 pm to 6 pm", "5 pm", "6 pm"),
        ("Please replace “3 June” with “4 June”, thanks!", "3 June", "4 June"),
        ("change stall to stand", "stall", "stand"),
        ("Could you please amend opens to read closes?", "opens", "closes"),
    ],
)
def test_words_that_stand_once_are_changed_in_the_mail_that_brought_them(line: str, old: str, new: str) -> None:
    wish = wish_in(line, ITEMS)
    assert wish is not None
    assert wish.mend is not None
    assert (wish.mend.old, wish.mend.new, wish.mend.inbound) == (old, new, 1)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Please change friend to neighbour", "2 times"),
        ("Please change 7 pm to 6 pm", "no “7 pm”"),
        ("Can you remove the last sentence", "could not tell which words"),
    ],
)
def test_what_cannot_be_found_is_asked_back(line: str, told: str) -> None:
    wish = wish_in(line, ITEMS)
    assert wish is not None
    assert wish.mend is None
    assert told in wish.told


@pytest.mark.parametrize(
    "line",
    [
        "Please change your password to something long.",
        "Please remove valuables from your car.",
        "Remove the first snow with care.",
        "Change the batteries with the clocks.",
        "The centre will change its name to The Hub.",
        "please change " + "a very long line of many words " * 6 + "to another",
    ],
)
def test_news_that_begins_like_a_wish_stays_text(line: str) -> None:
    assert wish_in(line, ITEMS) is None
