"""No bytes make the reader raise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.model import Reading
from bot.mail.parse import parse_message
from bot.sections.form import request_from_mail
from bot.sections.reading import read_reply, reading_json

DATA = Path(__file__).parents[1] / "data" / "mail"
REQUEST = request_from_mail((DATA / "request.eml").read_bytes())
SEEDS = [path.read_bytes() for path in sorted(DATA.glob("*.eml"))]
PIECES = st.sampled_from(
    [
        b"\r\n", b"\n\n", b"--", b"Content-Type: text/html; charset=utf-16\n\n",
            b"Content-Type: multipart/mixed; boundary=a\n\n--a\n",
        b"Content-Transfer-Encoding: base64\n", b"=?utf-8?b?w?=",
            b"<p style='mso-list:l0 level99'>", b"<table><td colspan=999>", b"\x00",
        b"\xff\xfe", b"[F1]", b"[/F99]", b"(write here)", b"From: \xe9 <a@b>\n", b"begin 644 x\n",
        b"\x78\x9f\x3e\x22", b"> > >",
        b"Content-Type: message/rfc822\n\n", b"filename*0*=utf-8''%ff", b"On 1 Jan 2020 a@b wrote:",
        b"{\\rtf1\\fromhtml", b"\xed\xa0\x80",
    ]
)  # fmt: skip


def _survives(raw: bytes) -> Reading:
    reading = read_reply(parse_message(raw), REQUEST)
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
    assert isinstance(reading_json(reading), dict)
    return reading


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=40)), max_size=30).map(b"".join))
@example(b"")
@example(b"\n")
@example(b"Content-Type: text/plain; charset=zip\n\nx")
def test_any_bytes_are_read(raw: bytes) -> None:
    assert _survives(raw)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_mails_are_read(raw: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 60))
        raw = raw[:place] + data.draw(st.one_of(PIECES, st.binary(max_size=8))) + raw[place + length :]
    assert _survives(raw)


_HTML = b"From: a@police.example.org\nContent-Type: text/html; charset=utf-8\n\n"
_TEXT = b"From: a@police.example.org\nContent-Type: text/plain; charset=utf-8\n\n"


@pytest.mark.parametrize(
    "raw",
    [
        _HTML + b"<div>" * 60_000 + b"hello",
        _HTML + b"<b>" * 60_000 + b"hello",
        _HTML + b"<table><tr><td>" * 20_000 + b"hello",
        _HTML + b"<blockquote type=cite>" * 60_000 + b"hello",
        _HTML + b"<ul><li>" * 30_000 + b"hello",
    ],
    ids=["div", "b", "table", "blockquote", "list"],
)
def test_sixty_thousand_nested_tags_keep_their_text(raw: bytes) -> None:
    reading = _survives(raw)
    assert "hello" in reading.new_text + "".join(leftover.text for leftover in reading.leftovers)


@pytest.mark.parametrize(
    "body",
    [
        b"a" * 1_000_000,
        b"a@" * 300_000,
        b"<" * 500_000,
        b"-- \n" * 50_000,
        b">" * 100_000,
        b"From: a@b.c\nTo: x\n" * 30_000,
        b"[" * 300_000,
    ],
    ids=["one word", "at signs", "brackets", "delimiters", "quote signs", "header lines", "square brackets"],
)
def test_long_monotony_is_read(body: bytes) -> None:
    assert _survives(_TEXT + body).mail_class
