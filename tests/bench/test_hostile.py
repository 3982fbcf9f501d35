"""The development half of the hostile corpus: every file gets the right verdict, and nothing hostile is published."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.bench.judging import judge

CORPUS = Path(__file__).parents[3] / "shared" / "bench" / "hostile"
MANIFEST = json.loads((CORPUS / "manifest.json").read_text()) if CORPUS.is_dir() else {"files": [], "world": {}}
NEVER = re.compile(
    r"SECRET|COMMENT-SECRET|A Person|javascript:|vbscript:|>\s*49\s*<|\b49 and\b|root:x:|QQ 12", re.IGNORECASE
)

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("entry", MANIFEST["files"], ids=lambda entry: entry["file"])
def test_each_file_gets_the_right_verdict(entry):
    for before in entry.get("after", ()):
        judge(CORPUS / before, MANIFEST["world"])
    judged = judge(CORPUS / entry["file"], MANIFEST["world"])
    assert judged["verdict"] == entry["must"], judged["reason"]
    assert judged["reason"]
    for path in judged["outputs"]:
        assert not NEVER.search(text_of(Path(path))), path


def text_of(path):
    """Everything readable in an output, packages unzipped."""
    if path.suffix != ".docx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as package:
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())
