"""The British dictionary: there where pyenchant and its words are, and said where it is not."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.dictionary import OFF, british_dictionary

ROOT = Path(__file__).resolve().parents[1]


def library() -> bool:
    """Whether Debian's libenchant and the British words are here."""
    return bool(ctypes.util.find_library("enchant-2")) and Path("/usr/share/hunspell/en_GB.aff").exists()


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


REAL = """
from bot.core.proof import proofread
from bot.dictionary import british_dictionary
from tests.core.proof_pages import PAGES, page, page_context, sections_from

has = british_dictionary()
assert has is not None, "no British words"
assert has("neighbourhood") and not has("neighborhood")
context = page_context().model_copy(update={"dictionary": has})
found = [finding.message for number in PAGES for finding in proofread(sections_from(page(number)), context)]
print(len(found), sum(len(page(number).split()) for number in PAGES), found)
"""


@pytest.mark.slow
@pytest.mark.skipif(not library(), reason="the Debian packages libenchant-2-2 and hunspell-en-gb are not installed")
def test_with_the_real_words_twenty_clean_pages_give_at_most_one_false_finding_in_five_hundred(tmp_path: Path) -> None:
    """pyenchant is no dependency (the operator may install it), so it is fetched for this test alone."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps")
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "--target", tmp_path, "pyenchant"], check=True)
    paths = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", REAL],
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found, words = map(int, done.stdout.split()[:2])
    assert words > 6_000
    assert found <= words // 500, done.stdout
