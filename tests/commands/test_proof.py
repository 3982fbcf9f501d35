"""`proof FILE`: whole pages of a bulletin as Word files, clean and with mistakes planted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli import Options
from bot.commands import checking, reading
from bot.core.model import Finding
from bot.errors import InputError
from tests.core.proof_pages import DATA, PAGES, page, planted
from tests.core.proof_word import word_file

ROOT = Path(__file__).resolve().parents[2]
Proof = Callable[[bytes], list[Finding]]


@pytest.fixture
def proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Proof:
    """The command itself on a Word file, in a deployment with the directory and the glossary of the pages."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    bulletin = tmp_path / "config" / "ccsu-rag"
    rows = (DATA / "directory.csv").read_text(encoding="utf-8").partition("\n")[2]
    with (bulletin / "directory.csv").open("a", encoding="utf-8") as directory:
        directory.write(rows)
    shutil.copy(DATA / "glossary.toml", bulletin / "glossary.toml")
    earlier = []
    for file, month in (("2026-01.txt", "January 2026"), ("2026-02.txt", "February 2026")):
        earlier.append(tmp_path / f"{month}.docx")
        earlier[-1].write_bytes(word_file([(DATA / "earlier" / file).read_text(encoding="utf-8")], month))

    def read(data: bytes) -> list[Finding]:
        (tmp_path / "edition.docx").write_bytes(data)
        options = Options(config=tmp_path / "config", verbose=False, log_json=False)
        reading.proof(options, tmp_path / "edition.docx", as_json=True, earlier=earlier)
        return [Finding.model_validate(one) for one in json.loads(capsys.readouterr().out)["findings"]]

    return read


def test_twenty_clean_pages_give_at_most_one_false_finding_in_five_hundred_words(proof: Proof) -> None:
    words = sum(len(page(number).split()) for number in PAGES)
    assert words >= 20 * 250
    findings = proof(word_file(map(page, PAGES)))
    assert len(findings) <= words / 500, findings


def test_of_sixty_mistakes_planted_in_them_together_fifty_seven_are_found(proof: Proof) -> None:
    texts = {number: page(number) for number in PAGES}
    for one in planted():
        texts[one.page] = texts[one.page].replace(one.was, one.becomes)
    findings = proof(word_file(texts.values()))
    missed = [one for one in planted() if not one.found_in(findings)]
    assert len(planted()) == 60
    assert len(missed) <= 3, missed


@pytest.fixture
def one_page(tmp_path: Path) -> Path:
    """A Word file with one page, in a place without a configuration."""
    file = tmp_path / "page.docx"
    file.write_bytes(word_file(["# Theme\n## Update\nThe offendor was charged."]))
    return file


@pytest.mark.parametrize("there", [True, False])
def test_a_dictionary_is_used_where_there_is_one_and_its_absence_is_said(
    one_page: Path, there: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"the", "offender", "was", "charged", "theme", "update"}
    has = (lambda word: word.lower() in words) if there else None
    monkeypatch.setattr("bot.dictionary.british_dictionary", lambda: has)
    options = Options(config=one_page.parent / "none", verbose=False, log_json=False)
    reading.proof(options, one_page, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["dictionary"] is there
    assert [f["text"] for f in document["findings"]] == (["The offendor was charged."] if there else [])
    reading.proof(options, one_page, as_json=False)
    assert ("no British dictionary is installed" in " ".join(capsys.readouterr().out.split())) is not there
    (line,) = checking._spelling(SimpleNamespace(dictionary=has), [])  # type: ignore[arg-type]
    assert ("no British dictionary" in line.text) is not there


def test_an_earlier_edition_without_its_month_is_refused(one_page: Path) -> None:
    nameless = one_page.parent / "old.docx"
    nameless.write_bytes(word_file(["# Theme\n## Update\nText."], month="Some month"))
    options = Options(config=one_page.parent / "none", verbose=False, log_json=False)
    with pytest.raises(InputError, match="does not say which month it is"):
        reading.proof(options, one_page, as_json=True, earlier=[nameless])
