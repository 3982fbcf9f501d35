"""Text that a person must see before it is printed."""

from __future__ import annotations

import pytest

from bot.core.sensitive import sensitive_reasons


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("OFFICIAL - SENSITIVE", "protective-marking"),
        ("Notes\n** SECRET **\nmore", "protective-marking"),
        ("His number is QQ 12 34 56 C.", "personal-data"),
        ("NHS number: 943 476 5919", "personal-data"),
        ("DOB 3/4/1985", "personal-data"),
        ("born on 3rd April 1985", "personal-data"),
        ("paid with 4929 1234 5678 9012", "personal-data"),
    ],
)
def test_what_is_unmistakable_is_named_by_its_kind_and_never_quoted_back(text: str, code: str) -> None:
    ((found, sentence),) = sensitive_reasons(text)
    assert found == code
    assert text not in sentence
    assert not any(character.isdigit() for character in sentence)


@pytest.mark.parametrize(
    "text",
    [
        "OFFICIAL",
        "It is no secret that the scheme works.",
        "Call 01992 555 123 between 9 and 5.",
        "4,898 tests since October 2020",
        "The centre opened on 3 April 1985.",
        "",
    ],
)
def test_ordinary_words_and_figures_are_left_alone(text: str) -> None:
    assert sensitive_reasons(text) == ()


def test_each_kind_that_is_there_is_named_once() -> None:
    text = "OFFICIAL-SENSITIVE: QQ123456C and QQ654321A, born 3.4.85"
    assert [code for code, _ in sensitive_reasons(text)] == ["protective-marking", "personal-data", "personal-data"]
