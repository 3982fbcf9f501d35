"""Forty mails that the project wrote, each a kind of its own, with what a person would expect of the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Reading, block_text
from bot.mail.parse import parse_message
from bot.sections.form import items_from, request_from_mail
from bot.sections.reading import read_reply, reading_json

from .visible_text import missing, unprinted

DATA = Path(__file__).parents[1] / "data" / "mail"
CASES = sorted(DATA.glob("[0-9]*.eml"))
REQUEST = request_from_mail((DATA / "request.eml").read_bytes())


def _expected(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    return loaded


def _read(path: Path) -> Reading:
    return read_reply(parse_message(path.read_bytes()), REQUEST)


def _shape(block: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The block's values for what the expectation names; links as [text, url] pairs, white space collapsed."""
    got = {name: block.get(name) for name in wanted}
    if "links" in wanted:
        got["links"] = [[link["text"], link["url"]] for link in block["links"]]
    if isinstance(got.get("text"), str):
        got["text"] = " ".join(got["text"].split())
    return got | {"field": block.get("field")}


def _compare(blocks: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [block["type"] for block in blocks] == [block["type"] for block in wanted]
    for block, want in zip(blocks, wanted, strict=True):
        assert _shape(block, want) == {"field": None} | want


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_reads_the_mail_as_a_person_would(path: Path) -> None:
    expected, reading = _expected(path), _read(path)
    document = reading_json(reading)
    assert document["class"] == expected["class"]
    if "blocks" in expected:
        _compare(document["blocks"], expected["blocks"])
    if "attached" in expected:
        _compare([block for use in document["attachments"] for block in use["blocks"]], expected["attached"])
    for name in ("author", "forwarded_by", "nil", "replaces", "back_on", "alternate_contact", "confidence"):
        if name in expected:
            assert document[name] == expected[name], name
    codes = {finding.code for finding in reading.findings}
    assert set(expected.get("findings", ())) <= codes
    if "bounced" in expected:
        got = [[b.recipient, b.status, b.permanent, b.original_message_id] for b in reading.bounced]
        assert got == expected["bounced"]
    if "attachments" in expected:
        assert [[use.name, use.use] for use in reading.attachments] == expected["attachments"]
        assert all(use.reason for use in reading.attachments if use.use == "set_aside")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_says_why_text_was_set_aside(path: Path) -> None:
    expected, reading = _expected(path), _read(path)
    for text, reason in expected.get("leftovers", {}).items():
        assert reason in {leftover.reason for leftover in reading.leftovers if text in leftover.text}, text
    for text in expected.get("not_in_text", ()):
        assert text not in reading.new_text
    assert all(leftover.reason for leftover in reading.leftovers)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nothing_visible_is_lost_and_nothing_invented(path: Path) -> None:
    raw = path.read_bytes()
    for request in (None, REQUEST):
        reading = read_reply(parse_message(raw), request)
        assert missing(raw, reading) == ("", [])
        if not parse_message(raw).nested:  # new_text is the outer mail's own
            assert not any(unprinted(reading))


@pytest.mark.parametrize("path", [p for p in CASES if "items" in _expected(p)], ids=lambda path: path.stem)
def test_it_makes_items_of_the_blocks(path: Path) -> None:
    items = items_from(_read(path), REQUEST, "Hate Crime")
    got = [[item.heading, "\n".join(block_text(block) for block in item.blocks)] for item in items]
    assert got == _expected(path)["items"]


def test_there_are_at_least_forty_mails_each_with_an_expectation() -> None:
    assert len(CASES) >= 40
    assert all(path.with_suffix(".expected.json").exists() for path in CASES)
