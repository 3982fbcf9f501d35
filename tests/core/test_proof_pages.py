"""Whole pages: what is planted in them is found, what is clean is left alone; each class of mistake in many shapes."""

from __future__ import annotations

import tomllib

import pytest

from bot.core.proof import CODES
from tests.core.proof_pages import DATA, KEPT_BACK, PAGES, page, planted, read

FEWEST_FOUND = 0.95


def sentence(words: str) -> str:
    """A page with one sentence."""
    return f"# Theme\n## Update\n{words}"


def cases(name: str) -> list[tuple[str, ...]]:
    """The rows of a file of sentences."""
    (rows,) = tomllib.loads((DATA / name).read_text(encoding="utf-8")).values()
    return [tuple(row) for row in rows]


def test_of_sixty_planted_mistakes_fifty_seven_are_found_and_as_many_of_those_kept_back() -> None:
    missed = [one for one in planted() if not one.found_in(read(one.text))]
    assert len(planted()) == 60
    assert len(missed) <= 3, missed
    kept = [one for one in planted() if one.page in KEPT_BACK]
    assert 1 - sum(one in missed for one in kept) / len(kept) >= FEWEST_FOUND


def test_the_planted_mistakes_cover_every_check() -> None:
    assert {one.code for one in planted()} == set(CODES)


def test_twenty_clean_pages_give_at_most_one_false_finding_in_five_hundred_words() -> None:
    false = [(number, finding) for number in PAGES for finding in read(page(number))]
    assert all(len(page(number).split()) >= 250 for number in PAGES)
    assert len(false) <= sum(len(page(number).split()) for number in PAGES) / 500, false


def test_mistakes_written_afterwards_are_found() -> None:
    rows = cases("fresh.toml")
    missed = [
        (code, words)
        for code, words, shows in rows
        if not any(
            f.code == code and shows.lower() in f"{f.text} {f.message} {f.suggestion}".lower()
            for f in read(sentence(words))
        )
    ]
    assert len(rows) >= 70
    assert len(missed) <= (1 - FEWEST_FOUND) * len(rows), missed


@pytest.mark.parametrize("code", sorted({code for code, _ in cases("variants.toml")}))
def test_a_class_of_mistake_is_found_in_many_shapes(code: str) -> None:
    missed = [w for c, w in cases("variants.toml") if c == code and code not in [f.code for f in read(sentence(w))]]
    assert not missed


@pytest.mark.parametrize(
    "words",
    [
        "Ring 0800 555 111, 101, 0300 123 4040 or 01632 960 118; text 61016.",
        "The net zero plan runs to 2050, and the lease until 2045.",
        "The budget rose from 1,804 to 2205 in a year, and 2206 people came.",
        "The plan for 2025/26 follows those of 2024-25 and 2023–24; see also 2025-08 in the file.",
        "Repeat it word for word for the minutes, day by day, over and over.",
        "The World Health Organization and the Rockefeller Center sent observers.",
        "They wrote a computer program, and a programme of walks.",
        "Each prize was resized to the size of a bite-sized biscuit; drivers must seize the day and capsize nothing.",
        "The practice nurse's advice is to license the premises; a licence costs £20.",
        "They know where to go, then came back; more than that, its own staff were led by her.",
        "On 1 May 2026 applications open, and the form closes on 29 May 2026.",
        "He is available from 9:30am to 12:30pm and from 13:30 to 24:00.",
        "The pond is at https://www.marlshire.example.org and see www.marlshire.example.org.",
        "For more information see our site, marlshire.example.org.",
        "Passwords must not be shared, and images should never be sent on.",
        "The hub of 22 partners is at 14 Acacia Avenue.",
        "IDVA/MARAC leads and the PCC met.",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_mistake_is_left_alone(words: str) -> None:
    told = [f for f in read(sentence(words)) if f.code != "bare-url"]
    assert told == []
