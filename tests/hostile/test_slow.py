"""Mails made to take long are read like any other: no loop or pattern that meets a stranger's text is quadratic.

Each took more than five seconds, most of them minutes, before the pattern or the loop that it aims at was mended.
"""

from __future__ import annotations

import base64
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.decision import decide
from bot.core.edits import warnings_between
from bot.core.model import Bulletin, Item, Paragraph, Person, Run, Section
from bot.core.proof import ProofContext, proofread
from bot.mail.authenticity import TrustProfile, authenticate
from bot.mail.bounce import bounces
from bot.mail.parse import addresses, parse_message
from bot.mail.prescan import prescan
from bot.mail.text import unflow
from bot.sections.asides import questions_inside
from bot.sections.editortext import editor_text
from bot.sections.intake import judge_mail
from bot.sections.mailtext import visible_text
from bot.sections.reading import read_reply
from tests.bench.judging import circle_of, own_id
from tests.conversations.world import World
from tests.hostile.mails import WORLD, lead

pytestmark = pytest.mark.slow  # under the measurement of coverage each takes three times as long
SECONDS = 5.0  # of this process: what the product promises for any mail
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
FLOWED = "text/plain; charset=utf-8; format=flowed"
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def filled(unit: str, size: int = 1_000_000) -> str:
    return unit * (size // len(unit))


def both(text: str) -> tuple[str, bytes]:
    """The kind and the body of a mail with a plain copy and a short formatted text."""
    parts = (("text/plain; charset=utf-8", text), (HTML, "<p>Our text for the bulletin.</p>"))
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{said}\r\n" for kind, said in parts)
    return "multipart/alternative; boundary=b", f"{body}--b--\r\n".encode()


MAILS = {
    "conditional comments that never close": (HTML, filled("<![if ")),
    "tags in a table of one long row and many short ones": (
        HTML, f"<table><tr>{'<td>a</td>' * 8_000}</tr>{'<tr><td>a</td><td>b</td></tr>' * 6_000}</table>",
    ),
    "more paragraphs than anybody writes": (HTML, filled("<p>a")),
    "hidden by a thousand rules": (
        HTML, "<style>" + "".join(f".a.b{n}{{display:none}}" for n in range(3_000)) + "</style>"
        + "".join(f"<p class=a id=x{n}>x" for n in range(15_000)),
    ),
    "a background of blanks": (HTML, f"<p style='background:{filled(' ', 60_000)}'>a</p>" * 4),
    "pictures that never close": both(filled("[image: ", 400_000)),
    "lines of dashes": (TEXT, filled("==\n")),
    "a heading in a line of blanks": (TEXT, f"OFFICIAL{filled(' ', 200_000)}x"),
    "rules of stars": (TEXT, filled("*" * 15_000 + "x\nFrom: Jo <jo@partner.example>\nTo: a\nSubject: b\n\n", 500_000)),
    "lines that flow on": (FLOWED, filled("a \n", 2_000_000)),
    "quote signs": (FLOWED, filled(">")),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_read_in_time(name: str) -> None:
    kind, body = MAILS[name]
    raw = lead(body, kind=kind)
    begun = time.process_time()
    assert prescan(raw) == ()
    message = parse_message(raw)
    read_reply(message)
    visible_text(message)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_judged_in_time(name: str) -> None:
    kind, body = MAILS[name]
    raw = lead(body, kind=kind)
    begun = time.process_time()
    judge_mail(raw, circle_of(WORLD), own_id(WORLD))
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", MAILS)
def test_an_editors_mail_is_understood_in_time(name: str) -> None:
    kind, body = MAILS[name]
    message = parse_message(lead(body, kind=kind))
    begun = time.process_time()
    text = editor_text(message)
    decide(text.new, now=NOW, html_text_agree=text.agree, aside=text.aside, hidden=text.hidden)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("field", ["From", "To"])
def test_quotes_in_an_address_field(field: str) -> None:
    value = '"' + '\\"' * 49_000
    raw = f"{field}: {value}\r\nSubject: x\r\n\r\ntext\r\n".encode()
    begun = time.process_time()
    assert prescan(raw) == ()
    assert parse_message(raw).from_addresses == ()
    assert authenticate(raw, TrustProfile(kind="folder")).address is None
    assert time.process_time() - begun < SECONDS


def test_a_quote_that_is_not_closed_hides_no_address() -> None:
    assert addresses('Jo "Sam" Green <jo@partner.example>') == ["jo@partner.example"]
    assert addresses('"a@partner.example" <b@partner.example>') == ["b@partner.example"]
    assert addresses('Jo "Sam <jo@partner.example>') == ["jo@partner.example"]
    assert addresses('"Sam\\" <a@partner.example>" <b@partner.example>') == ["b@partner.example"]


def test_lines_that_flow_are_joined_as_they_stand() -> None:
    assert unflow("one \ntwo\n>> three \n>> four\n-- \nSam ") == "one two\n>> three four\n-- \nSam "
    assert unflow("one \ntwo", delsp=True) == "onetwo"


def test_many_attached_mails_with_long_headers_are_not_read() -> None:
    """Each within the limits, together far beyond: every header is decoded, and searched for addresses."""
    part = f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: {'a@' * 45_000}\r\n\r\nx\r\n"
    raw = f"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{part * 90}--b--\r\n".encode()
    assert [problem.code for problem in prescan(raw)] == ["headers-too-long"]


def test_an_attached_mail_that_came_packed_meets_the_same_limits() -> None:
    inner = "From: " + '"\\' * 400_000 + "\r\n\r\nx\r\n"
    packed = base64.encodebytes(inner.encode()).decode()
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="old.eml"\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}\r\n'
        "--b--\r\n"
    )
    message = parse_message(lead(body, kind="multipart/mixed; boundary=b"))
    assert message.nested == ()
    assert [part.name for part in message.attachments] == ["old.eml"]


def test_nothing_of_a_long_mail_is_lost() -> None:
    said = "\n".join(f"line {number}" for number in range(30_000))
    reading = read_reply(parse_message(lead(said)))
    kept = " ".join([reading.new_text, *(left.text for left in reading.leftovers)]).split()
    assert {left.reason for left in reading.leftovers} == {"too_long"}
    assert kept.count("line") == 30_000
    assert "29999" in kept


def test_a_bounce_of_dashes_and_blanks() -> None:
    message = parse_message(b"From: mailer-daemon@b.example\r\nSubject: Undelivered\r\n\r\nx\r\n")
    begun = time.process_time()
    bounces(message, filled("-", 100_000))
    bounces(message, filled(" \n", 20_000))
    bounces(message, filled("\u00a0\n", 20_000))
    assert time.process_time() - begun < SECONDS


def test_a_question_of_nothing_but_fillers() -> None:
    begun = time.process_time()
    assert questions_inside(filled("if so ", 400) + "x" * 70) == []
    assert time.process_time() - begun < SECONDS


def section_of(*texts: str) -> Section:
    blocks = tuple(Paragraph(runs=(Run(text=text),)) for text in texts)
    return Section(theme="parks", title="Parks", items=(Item(heading="Update", blocks=blocks),))


SECTIONS = {
    "addresses, each another one": (filled("".join(f"a{n:06}x@c.example " for n in range(5_000)), 100_000),) * 10,
    "dates in one sentence": (filled("1 May 2020 ", 100_000),) * 10,
    "an aside of at signs": (f"please book ({filled('@', 2_000)}{filled(' 1 May 2020', 100_000)}",),
    "acronyms, each another one": tuple(
        "some lower words here " + " lower ".join(f"Q{chr(65 + a)}{chr(65 + b)}{chr(65 + c)}" for c in range(26))
        for a in range(26) for b in range(26)
    ),
    "placeholders in one word": (filled("XXX???", 100_000),) * 10,
    "numbers": (filled("1 ", 1_000_000),),
    "letters and signs": (filled("a@", 1_000_000),),
}  # fmt: skip


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_is_proof_read_in_time(name: str) -> None:
    people = tuple(Person(name=f"Officer {n}", address=f"officer.{n}@c.example") for n in range(100))
    context = ProofContext(period="2026-11", today=date(2026, 11, 23), directory=people)
    begun = time.process_time()
    proofread([section_of(*SECTIONS[name])], context)
    assert time.process_time() - begun < SECONDS


def test_a_hold_over_empty_lines() -> None:
    begun = time.process_time()
    decide("HOLD" + filled("\n", 200_000) + "x", now=NOW)
    assert time.process_time() - begun < SECONDS


def test_an_edit_of_one_long_word() -> None:
    old, new = (
        Bulletin(key="b", title="B", month="November 2026", period="2026-11", sections=(section_of(text),))
        for text in ("x", filled("1", 100_000))
    )
    begun = time.process_time()
    warnings_between(old, new)
    assert time.process_time() - begun < SECONDS


def test_a_reply_of_nothing_but_questions_to_the_editor(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.at("2025-08-01 09:00")
    text = "\n\n".join(f"Could you please tell me whether item {n} is printed?" for n in range(5_000))
    begun = time.process_time()
    world.lead("hate-crime").replies(text)
    assert time.process_time() - begun < 2 * SECONDS  # read, proof-read, answered and stored
    assert world.view().submissions
    world.close()
