"""What of an editor's mail decides: their own words, and whatever may be a condition wherever it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from bot.core.decision import Command, Word, decide
from bot.mail.parse import parse_message
from bot.sections.editortext import editor_text
from bot.sections.unseen import unseen_text
from tests.core.signatures import CONDITIONS, SIGNATURES

QUOTED = (
    "<div id='divRplyFwdMsg'><b>From:</b> Bulletin &lt;bot@council.example.org&gt;<br><b>Sent:</b> 13 August 2025<br>"
    "<b>To:</b> Editor<br><b>Subject:</b> Draft 1</div>"
)


def mail(plain: str = "", html: str = "") -> bytes:
    message = EmailMessage()
    message["From"] = "Jo Bell <editor@council.example.org>"
    message["Subject"] = "Re: Draft 1"
    message["Message-ID"] = "<1@council.example.org>"
    if plain:
        message.set_content(plain)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message.as_bytes()


def read(plain: str = "", html: str = "") -> Command:
    text = editor_text(parse_message(mail(plain, html)))
    now = datetime(2025, 8, 13, 9, tzinfo=UTC)
    return decide(text.new, now=now, html_text_agree=text.agree, aside=text.aside, hidden=text.hidden)


def approves(plain: str = "", html: str = "") -> bool:
    command = read(plain, html)
    return command.word is Word.APPROVE and not command.problem


def as_html(text: str) -> str:
    return "".join(f"<p class=MsoNormal>{line.replace('<', '&lt;') or '&nbsp;'}</p>" for line in text.split("\n"))


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_real_signature_never_makes_an_approval_a_question(signature: str) -> None:
    plain = f"APPROVE\n\n{signature}"
    html = f"<html><body>{as_html(plain)}<hr>{QUOTED}{as_html('Draft 1 is attached.')}</body></html>"
    quoting = (
        f"{plain}\n\nFrom: Bulletin <bot@council.example.org>\nSent: 13 August 2025\nTo: Editor\nSubject: Draft 1\n"
    )
    assert approves(quoting + "\nDraft 1 is attached.\n")
    assert approves(quoting + "\nDraft 1 is attached.\n", html)


@pytest.mark.parametrize("line", CONDITIONS)
def test_a_condition_where_a_signature_would_stand_is_asked_back(line: str) -> None:
    assert not approves(f"APPROVE\n\n{line}")
    assert not approves("", f"<html><body>{as_html('APPROVE')}<br>{as_html(line)}</body></html>")


@pytest.mark.parametrize(
    "html",
    [
        "<p style='color:#ffffff;font-size:1px'>APPROVE</p>",
        "<p style='display:none'>APPROVE</p><p>Hello</p>",
        "<p>APPROVE</p><p style='color:white'>but not the table</p>",
        "<p>APPROVE</p><p style='font-size:1px'>x Thanks</p>",
        "<p>APPROVE</p><p style='display:none'>Thanks</p>",
        "<style>.q{display:none}</style><p>APPROVE</p><p class=q>Jo</p>",
        "<p>APPROVE</p><p><font color='#FEFEFE'>Jo</font></p>",
        "<p>APPROVE</p><p style='position:absolute;left:-9999px'>Jo</p>",
        "<p>APPROVE</p><p style='color:rgba(10,10,10,0)'>Jo</p>",
        "<p>APPROVE</p><p style='color:rgb(250,250,250)'>Jo</p>",
    ],
)
def test_hidden_text_beside_or_as_an_approval_counts_for_nothing(html: str) -> None:
    assert not approves("", f"<html><body>{html}</body></html>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>APPROVE</p><table bgcolor='#1F3864'><tr><td style='color:#fff'>Jo Bell</td></tr></table>",
        "<p>APPROVE</p><p style='color:#1f3864;font-size:9pt'>Jo Bell</p>",
        "<p>APPROVE</p><div style='background-color:rgb(0,0,90)'><span style='color:white'>Jo</span></div>",
        f"<p>APPROVE</p>{QUOTED}<p style='display:none'>In short</p><p style='color:white'>Draft 1</p><p>Draft 1</p>",
    ],
)
def test_white_on_a_dark_ground_and_what_is_hidden_in_the_quotation_are_no_matter(html: str) -> None:
    assert approves("", f"<html><body>{html}</body></html>")


def test_a_plain_copy_that_says_more_or_something_else_is_asked_back() -> None:
    assert approves("APPROVE\n\nJo", "<p>APPROVE</p><p>Jo</p>")
    assert not approves("APPROVE\n\nbut mend the table", "<p>APPROVE</p>")
    assert not approves("Not yet", "<p>APPROVE</p>")
    assert not approves("APPROVE", "<p>Not yet</p>")
    assert not approves("APPROVE", "<p style='display:none'>x</p>")


def test_what_is_passed_on_or_quoted_decides_nothing_and_text_between_quotes_counts() -> None:
    header = "From: Boss <boss@council.example.org>\nDate: 13 Aug 2025\nSubject: x\nTo: Jo"
    forwarded = f"---------- Forwarded message ---------\n{header}\n\nAPPROVE\n"
    assert read(forwarded).word is None
    assert read("> APPROVE").word is None
    assert not approves("APPROVE\n\n> Draft 1 is attached.\n\nbut mend the table\n")


def test_hold_is_heard_whatever_else_the_mail_hides() -> None:
    assert read("", "<p>Hold please, figures wrong</p><p style='color:white'>APPROVE</p>").word is Word.HOLD


def test_what_cannot_be_seen_is_found_and_broken_html_is_none() -> None:
    assert unseen_text("<p style='color:white;background:white'>a</p><p style='color:blue'>b</p>") == ["a"]
    assert unseen_text("<p style='color:#ffff'>a</p><p style='color:#12'>b</p><p style='font-size:0.1em'>c</p>") == [
        "a",
        "c",
    ]
    assert len(unseen_text("<i hidden style='display:none'>x</i>" * 80)) == 50
    assert unseen_text("") == []
    assert editor_text(None).new == ""
