"""The British dictionary: there where pyenchant and its words are, and said where it is not."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace

import pytest

from bot.dictionary import OFF, british_dictionary


@pytest.fixture(autouse=True)
def asked_anew() -> object:
    """The dictionary is looked for once in a process; here, in each test."""
    british_dictionary.cache_clear()
    yield
    british_dictionary.cache_clear()


def test_without_pyenchant_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "enchant", None)
    assert british_dictionary() is None
    assert "no British dictionary is installed" in OFF


def test_without_british_words_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "enchant", SimpleNamespace(dict_exists=lambda language: False))
    assert british_dictionary() is None


def test_with_pyenchant_its_british_words_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"en_GB": {"colour"}}
    stand_in = SimpleNamespace(
        dict_exists=lambda language: language in words,
        Dict=lambda language: SimpleNamespace(check=lambda word: word in words[language]),
    )
    monkeypatch.setitem(sys.modules, "enchant", stand_in)
    has = british_dictionary()
    assert has is not None
    assert (has("colour"), has("color")) == (True, False)


def test_the_real_one_knows_british_english_where_it_is_installed() -> None:
    try:
        importlib.import_module("enchant")
    except ImportError:
        pytest.skip("pyenchant is not installed here")
    has = british_dictionary()
    if has is None:
        pytest.skip("pyenchant has no British words here")
    assert has("neighbourhood")
    assert not has("neighborhood")
