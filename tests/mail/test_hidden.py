"""What an HTML mail hides from its reader is set aside, and nothing behind a tag that was never closed is swallowed."""

from __future__ import annotations

import pytest

from bot.mail.html import html_lines
from bot.mail.lines import Mark

SEEN, UNSEEN = "<p>Seen by everybody.</p>", "Not seen by anybody."


def _texts(html: str) -> tuple[list[str], list[str]]:
    """(visible lines, hidden lines) of a body."""
    lines = [line for line in html_lines(f"<html><body>{html}</body></html>") if line.text]
    hidden = [line.text for line in lines if line.marks & Mark.HIDDEN]
    return [line.text for line in lines if not line.marks & Mark.HIDDEN], hidden


@pytest.mark.parametrize(
    "html",
    [
        f"<style>.x{{display:none}}</style><p class='a x'>{UNSEEN}</p>",
        f"<style>/* p{{}} */ p.x, .y {{ display : none !important; }}</style><p class=x>{UNSEEN}</p>",
        f"<style>#z{{visibility:hidden}}</style><div id=z><p>{UNSEEN}</p></div>",
        f"<style>.x{{color:red}}.x{{font-size:0}}</style><span class=x>{UNSEEN}</span>",
        f"<p style='color:#FFFFFF'>{UNSEEN}</p>",
        f"<p><font color=white>{UNSEEN}</font></p>",
        f"<p style='overflow:hidden;height:0'>{UNSEEN}</p>",
        f"<p style='position:absolute;left:-9999px'>{UNSEEN}</p>",
        f"<svg><text>{UNSEEN}</text></svg>",
        f"<template>{UNSEEN}</template>",
        f"<table><tr><td>a</td><td style='display:none'>{UNSEEN}</td></tr><tr><td>b</td><td></td></tr></table>",
    ],
)
def test_hidden_words_are_kept_apart(html: str) -> None:
    seen, hidden = _texts(SEEN + html)
    assert seen[0] == "Seen by everybody."
    assert UNSEEN not in " ".join(seen)
    assert hidden == [UNSEEN]


@pytest.mark.parametrize(
    "html",
    [
        "<style>.x{display:none}</style><p class=y>It is shown.</p>",
        "<style>@media print{.x{display:none}}</style><p class=x>It is shown.</p>",
        "<style>.x{display:none} p.x{display:block}</style><p class=x>It is shown.</p>",
        "<div style='background-color:#123456'><p style='color:white'>It is shown.</p></div>",
        "<table bgcolor='#000000'><tr><td><p style='color:#fff'>It is shown.</p></td></tr></table>",
    ],
)
def test_words_that_are_shown_are_not_hidden(html: str) -> None:
    assert _texts(SEEN + html) == (["Seen by everybody.", "It is shown."], [])


def test_a_mail_all_in_white_was_written_on_a_dark_screen() -> None:
    assert _texts("<div style='color:#ffffff'>We trained forty officers.</div>") == (["We trained forty officers."], [])


@pytest.mark.parametrize("tag", ["svg", "object", "iframe", "template", "noscript", "math"])
def test_nothing_is_swallowed_by_a_tag_that_is_never_closed(tag: str) -> None:
    assert _texts(f"{SEEN}<div><{tag} width=1></div><p>After it.</p>") == (["Seen by everybody.", "After it."], [])


@pytest.mark.parametrize("tag", ["style", "script", "title"])
def test_the_rest_after_an_open_style_sheet_is_set_aside(tag: str) -> None:
    seen, hidden = _texts(f"{SEEN}<{tag}><p>After it.</p>")
    assert seen == ["Seen by everybody."]
    assert "After it." in " ".join(hidden)


def test_a_huge_style_sheet_takes_no_time_to_speak_of() -> None:
    sheet = "a" * 100_000 + "@" * 100_000 + "{" * 50_000 + ".x{display:none}"
    assert _texts(f"<style>{sheet}</style>{SEEN}")[0] == ["Seen by everybody."]
