"""ACCEPT: findings that may stay. And a digit alone: where a mail of the holding pen belongs."""

from __future__ import annotations

import re

import pytest

from bot.core.model import EditionState, InboundState
from tests.conversations.test_codes_and_doubt import code_in, unprovable
from tests.conversations.test_desk import deputy_editor, goes_away
from tests.conversations.world import Received, World

SLIPS = "They sang row row row your boat.\n\nThey recieve a prize in June 20265 from the the mayor."


def draft_with_slips(world: World) -> Received:
    """The second draft, whose first finding is an error."""
    world.in_review()
    lead = world.lead("hate-crime")
    lead.replies(SLIPS, to=lead.received("request"), quoting=False)
    world.at("2025-08-12 12:30")
    return world.editor.received("draft")


def number_of(draft: Received, words: str) -> int:
    """The number before some words, which the formatted part of the mail gives them too."""
    found = re.search(rf" (\d+)\. (?:To mend: )?{words}", draft.text)
    assert found is not None, draft.text
    page = draft.message.get_body(("html",))
    assert page is not None
    shown = " ".join(re.sub(r"<[^>]+>", " ", page.get_content()).split())
    assert re.search(rf" {found[1]}\. (?:To mend: )?{words}", shown), shown
    return int(found[1])


def held_notice(world: World) -> tuple[int, Received]:
    """A stranger has answered Hate Crime's request: the mail's number in the holding pen, and what the editor got."""
    stranger = world.somebody("assistant@elsewhere.example")
    stranger.replies("Words of a stranger.", to=world.lead("hate-crime").received("request"), quoting=False)
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    return held.id, world.editor.received("notice")


def printed(world: World) -> str:
    """What would be printed for Hate Crime."""
    return "\n".join(world.items("hate-crime").values())


# ------------------------------------------------------------------------------------------------------- ACCEPT


@pytest.mark.slow
def test_the_editor_accepts_findings_by_number_and_the_next_draft_does_not_show_them(world: World) -> None:
    draft = draft_with_slips(world)
    misspelt, twice = number_of(draft, "“recieve” looks misspelt"), number_of(draft, "The word “row” is printed twice")
    assert number_of(draft, "“20265” is not a year") == 1
    assert f"ACCEPT {twice}: finding {twice} may stay" in draft.text
    world.editor.replies(f"ACCEPT {misspelt} and {twice}", to=draft)
    answer = world.editor.received("answer")
    assert "Accepted in draft 2" in answer.text
    assert "“recieve” looks misspelt" in answer.text
    assert world.state is EditionState.IN_REVIEW
    # The same draft, mailed to the deputy: what was accepted is not in it, and the numbers are the same.
    goes_away(world)
    again = deputy_editor(world).received("draft")
    assert "Draft 2" in again.text
    assert not re.search("recieve|“row”", again.text)
    assert number_of(again, "“20265” is not a year") == 1
    # A number that is not there: nothing is accepted, and the editor hears which there are.
    world.editor.replies("ACCEPT 99", to=draft)
    assert "Draft 2 has no finding 99" in world.editor.received("answer").text
    # A late reply makes the next draft; only what was not accepted is in it, with numbers of its own.
    late = world.lead("prevent")
    late.replies("Volunteers will be be thanked.", to=late.received("request"), quoting=False)
    world.at("2025-08-12 13:00")
    newest = world.editor.received("draft")
    assert "Draft 3" in newest.text
    assert not re.search("recieve|“row”", newest.text)
    assert number_of(newest, "“20265” is not a year") == 1
    # The older draft's mail keeps its numbers: the editor answers that one, and means what stands in it.
    third = number_of(draft, "The word “the” is printed twice")
    world.editor.replies(f"accept {third}", to=draft)
    assert "Accepted in draft 2" in world.editor.received("answer").text
    assert "The word “the” is printed twice" in world.editor.received("answer").text
    # All that is left but errors; and the draft itself is approved as it always was.
    world.editor.replies("ACCEPT ALL", to=newest)
    assert "errors are not accepted together: 1" in world.editor.received("answer").text
    world.editor.replies("APPROVE", to=newest)
    assert world.state is EditionState.APPROVED


@pytest.mark.slow
def test_what_the_editor_accepted_is_shown_in_no_later_month_and_asked_of_no_lead(world: World) -> None:
    draft = draft_with_slips(world)
    world.editor.replies(f"ACCEPT {number_of(draft, 'The word “row” is printed twice')}", to=draft)
    world.editor.replies("APPROVE", to=draft)
    world.at("2025-08-18 09:30")
    world.at("2025-09-01 09:00")
    lead = world.lead("hate-crime")
    lead.replies(SLIPS, to=lead.received("request"), quoting=False)
    assert "“row”" not in lead.received("receipt").text
    world.at("2025-09-10 12:30")
    september = world.editor.received("draft")
    assert "September 2025" in september.subject
    assert "“recieve” looks misspelt" in september.text
    assert "“row”" not in september.text


def test_accept_without_the_drafts_mail_or_as_a_bare_word_accepts_nothing(world: World) -> None:
    world.in_review()
    world.editor.writes("ACCEPT 1", subject="the draft")
    assert "reply to the newest draft mail itself" in world.editor.received("answer").text
    world.editor.replies("Accept", to=world.editor.received("draft"))
    assert "approved by APPROVE alone" in world.editor.received("answer").text
    assert world.edition().accepted == ()
    assert world.state is EditionState.IN_REVIEW


# ------------------------------------------------------------------------------------------------- a digit alone


def test_a_digit_in_reply_to_the_notice_files_the_mail_into_that_theme(world: World) -> None:
    world.in_review()
    number, notice = held_notice(world)
    assert f"1, or FILE {number} Hate Crime: read it as a reply for Hate Crime" in notice.text
    world.editor.replies("1", to=notice)
    assert f"number {number} is filed" in world.editor.received("answer").subject
    assert "Words of a stranger." in printed(world)
    assert not world.desk.store.inbounds((InboundState.HELD,))


def test_a_digit_that_names_no_theme_is_answered_with_the_themes_and_the_answer_takes_a_digit_too(
    world: World,
) -> None:
    world.in_review()
    number, notice = held_notice(world)
    world.editor.replies("4", to=notice)
    answer = world.editor.received("answer")
    assert "You wrote “4”, which is none of the themes that I offered (1)." in answer.text
    assert f"1, or FILE {number} Hate Crime" in answer.text
    assert "Words of a stranger." not in printed(world)
    world.editor.replies("1.\n\nThanks\nJo", to=answer)
    assert "Words of a stranger." in printed(world)


def test_a_digit_in_reply_to_anything_else_changes_nothing_and_stops_nothing(world: World) -> None:
    world.approved()
    before = world.edition()
    for kind in ("draft", "confirmation"):
        world.editor.replies("1", to=world.editor.received(kind))
        assert "A number alone answers only a mail of mine" in world.editor.received("answer").text
    assert world.edition() == before


def test_a_digit_files_nothing_where_no_theme_was_offered_or_by_somebody_else(world: World) -> None:
    world.in_review()
    stranger = world.somebody("temp@elsewhere.example")
    stranger.replies("Words of nobody.", to=world.editor.received("draft"), quoting=False)
    notice = world.editor.received("notice")
    assert "1, or FILE" not in notice.text
    world.editor.replies("1", to=notice)
    assert "A number alone answers only" in world.editor.received("answer").text
    offered = world.somebody("assistant@elsewhere.example")
    offered.replies("Words of a stranger.", to=world.lead("hate-crime").received("request"), quoting=False)
    world.lead("prevent").replies("1", to=world.editor.received("notice"))  # a lead who got hold of the notice
    assert "Words" not in printed(world)
    assert len(world.desk.store.inbounds((InboundState.HELD,))) == 3


def test_a_digit_needs_a_code_where_nothing_proves_who_wrote(world: World) -> None:
    world.in_review()
    number, notice = held_notice(world)
    unprovable(world)
    world.editor.replies("1", to=notice)
    asked = world.editor.received("answer")
    assert f"FILE {number} Hate Crime waits for a code" in asked.subject
    assert "Words of a stranger." not in printed(world)
    world.editor.replies(code_in(asked), to=asked)
    assert "Words of a stranger." in printed(world)


@pytest.mark.slow
def test_a_late_reply_is_filed_into_the_next_edition_by_a_digit(world: World) -> None:
    world.approved()
    lead = world.lead("hate-crime")
    request = lead.received("request")
    world.at("2025-08-18 09:00")
    lead.replies("Words that came too late.", to=request, quoting=False)
    notice = next(mail for mail in world.editor.mails("notice") if "1, or FILE" in mail.text)
    assert "in the open edition" in notice.text
    world.at("2025-09-01 09:00")
    world.editor.replies("1", to=notice)
    assert "Hate Crime in September 2025" in world.editor.received("answer").text
    assert len(world.view("2025-09").submissions) == 1
