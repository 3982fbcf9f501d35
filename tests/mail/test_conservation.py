"""Whatever somebody writes: every visible character is in the reading, and none that they did not write."""

from __future__ import annotations

from email.message import EmailMessage
from html import escape
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mail.parse import parse_message
from bot.sections.form import request_from_mail
from bot.sections.reading import read_reply

from .visible_text import missing, unprinted

REQUEST_RAW = (Path(__file__).parents[1] / "data" / "mail" / "request.eml").read_bytes()
REQUEST = request_from_mail(REQUEST_RAW)
FORM = (parse_message(REQUEST_RAW).text or "").split("\n")

WORDS = st.sampled_from(
    [
        "the",
        "stall",
        "opens",
        "on",
        "Saturday",
        "11",
        "October",
        "at",
        "10am",
        "please",
        "bring",
        "a",
        "friend",
        "café",
        "£5",
        "–",
        "thanks",
        "nothing",
        "not",
        "2026",
        "No.",
        "(see)",
        "team@police.example.org",
        "https://example.org/x",
        "[F1]",
        "[/F2]",
        "(write",
        "here)",
        "Regards",
        "Sam",
        "From:",
        "Sent:",
        "wrote:",
        "--",
        "*",
        "-",
        "1.",
        "•",
        ">",
        "OFFICIAL",
        "confidential",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
FIXED = st.sampled_from(
    [
        "", "Kind regards", "Thanks,", "Sam Green", "--", "-- ", "____________________", "Sent from my iPhone",
        "PS one more thing",
        "On 1 Aug 2025, at 09:00, CCSU bulletin <bulletin@council.example.org> wrote:", "-----Original Message-----",
        "From: CCSU bulletin <bulletin@council.example.org>", "Sent: 01 August 2025 09:00", "To: Sam Green",
        "Subject: Hate Crime",
        "[EXTERNAL EMAIL]", "- a bullet", "  - a deeper bullet", "1. first", "T: 01632 960482",
        "Begin forwarded message:",
        "This email and any attachments are confidential and intended solely for the addressee named above only.",
    ]
)  # fmt: skip
LINES = st.lists(
    st.one_of(SENTENCES, FIXED, st.sampled_from(FORM), st.sampled_from(FORM).map(lambda line: f"> {line}")), max_size=25
)
BITS = st.one_of(SENTENCES, FIXED, st.sampled_from(FORM)).map(escape)
WRAPS = st.sampled_from(
    [
        "<p>{}</p>", "<div>{}</div>", "<b>{}</b><br>", "{}<br>", "<ul><li>{}</li></ul>", "<ol start=4><li>{}</li></ol>",
        "<h3>{}</h3>",
        "<blockquote type=cite><p>{}</p></blockquote>",
            "<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'>{}</p>",
        "<table><tr><td>{}</td><td>x</td></tr><tr><td>y</td><td>{}</td></tr></table>",
            "<table><tr><td>{}</td></tr></table>",
        "<div class=gmail_quote>{}</div>", "<div id=Signature>{}</div>",
            "<p><span style='color:red'>{}</span> and <i>{}</i></p>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> {}</p></div>",
            "<span style='display:none'>{}</span>",
        "<p>{} <a href='https://example.org/a'>{}</a></p>", "<pre>{}</pre>",
    ]
)  # fmt: skip


@st.composite
def html_bodies(draw: st.DrawFn) -> str:
    """HTML made of what mail programs write."""
    parts = []
    for wrap in draw(st.lists(WRAPS, max_size=14)):
        parts.append(wrap.format(*(draw(BITS) for _ in range(wrap.count("{}")))))
    return "".join(parts)


def _mail(text: str | None, html: str | None) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Sam Green <sam.green@police.example.org>"
    mail["Subject"] = "RE: Hate Crime"
    if text is not None:
        mail.set_content(text)
    if html is not None:
        mail.set_content(f"<html><body>{html}</body></html>", subtype="html")
    return mail.as_bytes()


def _lost(raw: bytes) -> list[object]:
    """What is neither printed nor set aside, with and without a known request."""
    lost: list[object] = []
    for request in (None, REQUEST):
        reading = read_reply(parse_message(raw), request)
        gone = missing(raw, reading)
        lost += [gone] * (gone != ("", []))
        lost += [one for one in unprinted(reading) if one]
    return lost


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_plain_text_is_conserved(lines: list[str]) -> None:
    assert _lost(_mail("\n".join(lines), None)) == []


@settings(max_examples=60, deadline=None)
@given(html_bodies())
def test_html_is_conserved(html: str) -> None:
    assert _lost(_mail(None, html)) == []
