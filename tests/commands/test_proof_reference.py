"""The one real edition through `proof`: every mistake that is known in it is found. Skips where it is not at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import reading
from tests.core.proof_word import word_file

EDITION = Path(__file__).resolve().parents[3] / "shared" / "reference" / "august-2025-bulletin.txt"
KNOWN = (
    ("address-unknown", "wicki."),
    ("repeated-words", "would like"),
    ("impossible-date", "20265"),
    ("address-incomplete", "no mailbox name"),
    ("missing-link", "here"),
    ("total-mismatch", "4,898"),
    ("total-mismatch", "5,101"),
    ("total-mismatch", "10,062"),
)


def as_pages(text: str) -> str:
    """The printed text in the notation of the pages: tabbed lines are rows of the table."""
    lines = []
    for line in text.splitlines():
        words = line.replace("<u>", "").replace("</u>", "").strip()
        table = len(words.split("\t")) == 5 and bool(re.search(r"\t\S+\t\S+\t\S+\t\S+$", words))
        lines.append("| " + " | ".join(words.split("\t")) + " |" if table else words.replace("\t", " "))
    return "# CCSU Monthly RAG Update\n## Items\n" + "\n".join(line.lstrip("#- ") for line in lines if line.strip("# "))


@pytest.mark.skipif(not EDITION.is_file(), reason="the reference edition is not here")
def test_every_known_mistake_of_the_reference_edition_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "edition.docx"
    file.write_bytes(word_file([as_pages(EDITION.read_text(encoding="utf-8"))], "August 2025"))
    options = Options(config=tmp_path / "none", verbose=False, log_json=False)
    assert reading.proof(options, file, as_json=True) == 3
    findings = json.loads(capsys.readouterr().out)["findings"]
    for code, shows in KNOWN:
        told = [f for f in findings if f["code"] == code and shows in f"{f['text']} {f['message']} {f['suggestion']}"]
        assert told, (code, shows, [f for f in findings if f["code"] == code])
