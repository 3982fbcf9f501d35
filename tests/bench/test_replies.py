"""The public corpora, when they lie beside the project: how much of the sender's text is kept, and nothing else."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bot.mail.parse import parse_message
from bot.sections.form import request_from_mail
from bot.sections.reading import read_reply
from tests.bench.adapters import mail_bytes, newly_written, read
from tests.mail.visible_text import missing, unprinted

CORPUS = Path(__file__).parents[3] / "shared" / "bench" / "replies"
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the reply corpora (../shared/bench/replies) are not here"),
]


def _scorer(name: str) -> ModuleType:
    sys.path.insert(0, str(CORPUS))
    try:
        spec = importlib.util.spec_from_file_location(name, CORPUS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(CORPUS))


def test_new_text_of_public_replies_is_kept_and_nothing_else() -> None:
    scorer = _scorer("score")
    cases = json.loads((CORPUS / "manifest.json").read_text("utf-8"))["cases"]
    rows = []
    for case in cases:
        wanted = (CORPUS / case["expected"]).read_text("utf-8")
        optional = (CORPUS / case["optional"]).read_text("utf-8") if case["optional"] else ""
        rows.append(scorer.score_one(wanted, newly_written(str(CORPUS / case["file"])), optional))
    assert sum(row["exactl"] for row in rows) / len(rows) >= 0.94
    assert sum(row["r"] < 1 for row in rows) / len(rows) <= 0.01


def test_every_outlook_reply_is_read_perfectly() -> None:
    scorer = _scorer("score_outlook")
    request = json.loads((CORPUS / "outlook" / "request.json").read_text("utf-8"))
    faults = []
    for path in sorted((CORPUS / "outlook").glob("*.expected.json")):
        wanted = json.loads(path.read_text("utf-8"))
        got = read(str(CORPUS / "outlook" / wanted["file"]), request)
        optional = {scorer.norm(block["text"]) for block in wanted.get("optional_blocks", [])}
        blocks = [block for block in got["blocks"] if scorer.norm(scorer.btext(block)) not in optional]
        text = "\n".join(scorer.btext(block) for block in blocks)
        if got["class"] != wanted["class"]:
            faults.append((wanted["case"], "class", got["class"]))
        if sorted(map(str, map(scorer.key, blocks))) != sorted(map(str, map(scorer.key, wanted["blocks"]))):
            faults.append((wanted["case"], "blocks", text))
        faults += [(wanted["case"], "leak", leak) for leak in wanted["must_not_contain"] if leak in text]
    assert faults == []


def test_nothing_of_any_mail_in_the_corpora_is_lost() -> None:
    request = request_from_mail((CORPUS / "outlook" / "request.eml").read_bytes())
    files = [*CORPUS.glob("outlook/*.eml"), *CORPUS.glob("cases/*/*")]
    violations = []
    for path in sorted(files):
        if path.name.split(".")[-2:-1] in (["expected"], ["optional"]):
            continue
        raw = mail_bytes(path)
        for known in (None, request):
            reading = read_reply(parse_message(raw), known)
            if missing(raw, reading) != ("", []) or any(unprinted(reading)):
                violations.append((path.name, known is not None))
    assert violations == []
