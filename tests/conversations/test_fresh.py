"""A month seen with fresh eyes: what each person is told must be plain and true."""

from __future__ import annotations

import pytest

from bot.commands.report import _show, status_document
from bot.core.model import EditionState
from tests.conversations.test_corrections import corrects, distributed
from tests.conversations.world import BULLETIN, World

pytestmark = pytest.mark.slow

DEPUTY_EDITOR = "rag.deputy.editor@council.example.org"


def _poster(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies("The group met on 4 August and agreed a poster campaign.", to=lead.received("request"))


def test_a_lead_says_in_words_what_should_change_and_it_is_changed_not_printed(world: World) -> None:
    _poster(world)
    lead = world.lead("hate-crime")
    lead.replies("Please change poster to leaflet, thanks")
    assert list(world.items("hate-crime").values()) == ["The group met on 4 August and agreed a leaflet campaign."]
    assert "“poster” is “leaflet” now." in lead.received("receipt").text


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("Could you change 5 pm to 6 pm please?", "I found no “5 pm” in your section"),
        ("Please delete the paragraph about the poster", "I could not tell which words"),
    ],
)
def test_a_wish_that_cannot_be_done_is_asked_back_and_never_printed(world: World, wish: str, told: str) -> None:
    _poster(world)
    lead = world.lead("hate-crime")
    lead.replies(wish)
    receipt = lead.received("receipt").text
    assert told in receipt
    assert "Please send the whole text as it should be printed" in receipt
    assert list(world.items("hate-crime").values()) == ["The group met on 4 August and agreed a poster campaign."]


@pytest.mark.parametrize("words", ["Thanks, all fine", "yes"])
def test_a_thank_you_for_a_receipt_is_no_business_of_the_editor(world: World, words: str) -> None:
    _poster(world)
    world.lead("hate-crime").replies(words)
    assert not world.editor.mails("notice")
    assert list(world.items("hate-crime").values()) == ["The group met on 4 August and agreed a poster campaign."]


def test_a_mail_with_nothing_to_print_says_so_to_its_author_and_asks_nothing_of_the_editor(world: World) -> None:
    _poster(world)
    lead = world.lead("hate-crime")
    lead.replies("", quoting=False)
    assert "There was nothing to print in this mail, so nothing was changed." in lead.received("receipt").text
    assert "waits for you to say where it belongs" not in world.editor.received("notice").text


def test_a_reader_s_reply_is_not_offered_for_filing(world: World) -> None:
    distributed(world)
    reader = world.reader(3)
    reader.replies("Could you send me the appendix?", to=reader.received("bulletin"))
    told = world.editor.received("notice").text
    assert "your reply to this mail goes to them" in told
    assert "waits for you to say where it belongs" not in told


def test_a_correction_is_never_said_to_be_a_bulletin_that_has_not_gone_out(world: World) -> None:
    distributed(world)
    told = len(world.operator.mails("alert"))
    world.at("2025-08-19 10:00")
    corrects(world)
    assert "15 minutes after your APPROVE" in world.editor.received("draft").text
    assert not world.editor.mails("chaser")
    world.at("2025-08-20 10:30")
    assert "a correction, waits for your approval" in world.editor.received("chaser").text
    assert "should have gone out" not in world.editor.received("chaser").text
    assert len(world.operator.mails("alert")) == told


def test_an_editor_who_writes_approve_in_a_mail_of_its_own_is_told_how(world: World) -> None:
    world.in_review()
    editor = world.editor
    editor.writes("APPROVE\n\nKind regards\nRobin", subject="RAG update")
    assert "reply to the newest draft mail" in editor.received("answer").text
    assert world.state is EditionState.IN_REVIEW
    told = len(editor.mails("answer"))
    editor.writes("Approve the minutes, please", subject="Meeting")
    assert len(editor.mails("answer")) == told


def test_a_second_editor_who_approves_what_is_approved_hears_just_that(world: World) -> None:
    world.approved()
    deputy = world.somebody(DEPUTY_EDITOR)
    deputy.replies("APPROVE", to=world.editor.received("draft"))
    assert "This draft is approved already." in deputy.received("answer").text
    assert world.state is EditionState.APPROVED


def test_an_extension_that_was_a_slip_can_be_taken_back(world: World) -> None:
    world.in_review()
    editor = world.editor
    editor.replies("EXTEND 5 September", to=editor.received("draft"))
    assert "distribution is Thursday 11 September 2025" in editor.received("answer").text
    editor.replies("EXTEND 15 August", to=editor.received("draft"))
    assert "distribution is Monday 18 August 2025" in editor.received("answer").text


PASSED_ON = (
    "For the bulletin please\n\n-----Original Message-----\nFrom: Marlow Finch <prevent.lead@council.example.org>\n"
    "Sent: 05 August 2025 10:00\nTo: RAG update editor\nSubject: Prevent\n\nPrevent training is on 12 September 2025.\n"
)


def test_what_an_editor_passes_on_for_the_bulletin_counts(world: World) -> None:
    world.at("2025-08-06 10:00")
    world.editor.writes(PASSED_ON, subject="FW: Prevent")
    assert list(world.items("prevent").values()) == ["Prevent training is on 12 September 2025."]


def test_replies_to_a_theme_that_was_taken_out_are_named_in_the_draft_mail(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.everybody_is_in()
    config = world.desk.bulletins[BULLETIN]
    fewer = tuple(theme for theme in config.themes if theme.key != "prevent")
    world.configured(themes=fewer)
    world.at("2025-08-12 12:00")
    assert "Replies came for “prevent”, which is no longer a theme" in world.editor.received("draft").text


def test_status_does_not_say_that_nothing_is_needed_below_a_mail_that_is_held(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.at("2025-08-01 09:00")
    world.lead("serious-violence").writes("The knife bin is open.", subject="One more thing")
    _show(status_document(world.desk))
    said = capsys.readouterr().out
    assert "is held" in said
    assert "Nothing needs a person" not in said
