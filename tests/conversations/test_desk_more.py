"""The editor's desk, the rest: a cut-off, more than five questions, one reminder, hidden words, the trace."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import report
from bot.core.model import EditionState
from bot.service import Service
from tests.conversations.world import BULLETIN, World

pytestmark = pytest.mark.slow


def test_at_the_cut_off_the_draft_mail_offers_to_go_with_those_who_are_in(world: World) -> None:
    world.at("2025-08-01 09:00")
    for theme in ("hate-crime", "prevent", "serious-violence"):
        world.lead(theme).replies(f"The {theme} partnership met.")
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft")
    assert "You can go with 3 of 5" in draft.text
    assert "NOT IN YET" in draft.text
    assert "missing" not in draft.text.lower()
    world.editor.replies("APPROVE", to=draft)
    assert world.state is EditionState.APPROVED


def test_of_more_than_five_questions_the_lead_gets_five_and_the_editor_the_rest(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    slips = ("of of us", "to to them", "in in town", "by by night", "for for free", "with with care", "at at noon")
    lead.replies("\n\n".join(f"They work {words}." for words in slips))
    receipt = lead.received("receipt").text
    assert "Please answer these 5 questions" in receipt
    assert "6. The word" not in receipt
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft").text
    assert all(f"“{words.split()[0]}” is printed twice" in draft for words in slips)


def test_a_lead_of_two_themes_gets_one_reminder_that_names_both(world: World) -> None:
    config = world.desk.bulletins[BULLETIN]
    one = config.theme("hate-crime")
    assert one is not None
    themes = tuple(t.model_copy(update={"leads": one.leads}) if t.key == "prevent" else t for t in config.themes)
    world.desk = replace(world.desk, bulletins={BULLETIN: config.model_copy(update={"themes": themes})})
    world.service = Service(world.desk)
    world.at("2025-08-01 09:00")
    world.clock.at = world.edition().timetable.reminders_at[0]
    world.tick()
    (reminder,) = world.lead("hate-crime").mails("reminder")
    assert "Hate Crime" in reminder.text
    assert "Prevent" in reminder.text
    assert "missing" not in reminder.text.lower()


def test_an_approval_in_hidden_text_or_by_a_lead_with_the_reference_approves_nothing(world: World) -> None:
    world.in_review()
    draft = world.editor.received("draft")
    hidden = EmailMessage()
    hidden["From"], hidden["Message-ID"] = world.editor.address, "<hidden@council.example.org>"
    hidden["Subject"], hidden["In-Reply-To"] = f"Re: {draft.subject}", str(draft.message["Message-ID"])
    hidden.set_content('<p style="display:none">APPROVE</p><p>I will look at it tomorrow.</p>', subtype="html")
    world.delivers(hidden.as_bytes())
    assert world.state is EditionState.IN_REVIEW
    assert world.editor.received("answer")
    lead = world.lead("hate-crime")
    lead.writes("APPROVE", subject=f"Re: {draft.subject}")
    assert world.state is EditionState.IN_REVIEW
    assert world.view().held


def test_every_paragraph_is_traced_to_its_mail_and_the_page_of_the_month_stands_alone(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.approved()
    world.at("2025-08-18 09:30")
    options = Options(config=world.folder / "config", verbose=False, log_json=False)
    assert report.trace(options, "2025-08", "hate-crime partnership") == 0
    told = capsys.readouterr().out
    assert world.lead("hate-crime").address in told
    assert world.lead("prevent").address not in told
    assert report.trace(options, "2025-08", None) == 0
    whole = capsys.readouterr().out
    assert f"{world.editor.address} said APPROVE (draft 1)" in whole
    report.status(options, as_json=False, html=tmp_path / "month.html", now="2025-08-18T10:00")
    page = (tmp_path / "month.html").read_text("utf-8")
    assert "Hate Crime" in page
    assert "http" not in page.replace("http://www.w3.org", "")
