"""British dates as editors write them; what cannot be is a sentence, never a guess."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.dates import read_deadline

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2025, 9, 3, 10, 0, tzinfo=LONDON)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("15 September", (2025, 9, 15, 12, 0)),
        ("15th Sept 2025", (2025, 9, 15, 12, 0)),
        ("the 15th of September", (2025, 9, 15, 12, 0)),
        ("Monday 15 September 2025, 17:30", (2025, 9, 15, 17, 30)),
        ("September 15, 2025", (2025, 9, 15, 12, 0)),
        ("15/9", (2025, 9, 15, 12, 0)),
        ("15/09/25 at 5pm", (2025, 9, 15, 17, 0)),
        ("15.09.2025 9.15am", (2025, 9, 15, 9, 15)),
        ("15.09", (2025, 9, 15, 12, 0)),
        ("2025-09-15", (2025, 9, 15, 12, 0)),
        ("the 15th", (2025, 9, 15, 12, 0)),
        ("2nd", (2025, 10, 2, 12, 0)),
        ("to Friday", (2025, 9, 5, 12, 0)),
        ("until this Fri noon", (2025, 9, 5, 12, 0)),
        ("Wednesday", (2025, 9, 10, 12, 0)),
        ("tomorrow 12:00", (2025, 9, 4, 12, 0)),
        ("today 5pm", (2025, 9, 3, 17, 0)),
        ("today at 12am", None),
        ("5pm", (2025, 9, 3, 17, 0)),
        ("12 pm", (2025, 9, 3, 12, 0)),
        ("by 2 days", (2025, 9, 5, 12, 0)),
        ("a week", (2025, 9, 10, 12, 0)),
        ("by one week", (2025, 9, 10, 12, 0)),
        ("deadline to 15 Sep.", (2025, 9, 15, 12, 0)),
    ],
)
def test_is_read_as_it_is_meant(text, wanted):
    read = read_deadline(text, NOW)
    assert read == datetime(*wanted, tzinfo=LONDON) if wanted else "has passed" in read


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "needs a date"),
        ("31 September", "no such day"),
        ("30/2", "no such day"),
        ("15/13", "no such day"),
        ("1 September", "has passed"),
        ("3 September 9:00", "has passed"),
        ("15 December", "more than two months"),
        ("15 September 2026", "more than two months"),
        ("Friday 15 September", "is a Monday"),
        ("next Friday", "no date that can be read"),
        ("soon", "no date that can be read"),
        ("15 September 25:00", "no time of day"),
        ("15 September 13pm", "no time of day"),
        ("99 days", "more than two months"),
        ("31st", "has passed|no such day|October"),
    ],
)
def test_that_cannot_be_says_why(text, why):
    read = read_deadline(text, NOW)
    shown = read if isinstance(read, str) else f"{read:%B}"
    assert any(part in shown for part in why.split("|"))


def test_a_month_of_next_year_is_found_in_december():
    december = datetime(2025, 12, 20, 9, 0, tzinfo=LONDON)
    assert read_deadline("8 January", december) == datetime(2026, 1, 8, 12, tzinfo=LONDON)
    assert read_deadline("the 5th", december) == datetime(2026, 1, 5, 12, tzinfo=LONDON)


def test_29_february_is_found_only_in_a_leap_year():
    assert read_deadline("29 February", datetime(2028, 2, 1, tzinfo=LONDON)) == datetime(2028, 2, 29, 12, tzinfo=LONDON)
    assert read_deadline("29 February", datetime(2025, 2, 1, tzinfo=LONDON)) == "There is no such day."


def test_the_usual_time_is_the_callers():
    assert read_deadline("Friday", NOW, time(9)) == datetime(2025, 9, 5, 9, tzinfo=LONDON)


@settings(max_examples=200)
@given(st.text(), st.integers(min_value=946_684_800, max_value=3_786_912_000))
def test_no_text_makes_it_raise(text, at):
    now = datetime.fromtimestamp(at, LONDON)
    read = read_deadline(text, now)
    assert isinstance(read, str) or read > now


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "15",
                "31",
                "0",
                "99",
                "sep",
                "feb",
                "/",
                ".",
                "-",
                " ",
                "at",
                "5pm",
                "12:00",
                "friday",
                "2025",
                "the",
                "th",
                "week",
            ]
        )
    ).map("".join)
)
def test_no_date_like_text_makes_it_raise(text):
    read = read_deadline(text, NOW)
    assert isinstance(read, str) or read > NOW
