"""The editor's desk: an editor who is away, a stopped month, what is remembered, an eventful month, a whole year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model import DeliveryState, EditionState
from bot.service import Service
from tests.conversations import wordfiles
from tests.conversations.test_corrections import stopped, version
from tests.conversations.test_figures_year import newest
from tests.conversations.world import BULLETIN, COUNCIL, Person, World

pytestmark = pytest.mark.slow

AWAY = {"Auto-Submitted": "auto-replied"}


def deputy_editor(world: World) -> Person:
    """The editor's deputy."""
    person = world.config.bulletin(BULLETIN).editor_deputies[0]
    return Person(world, person.address, person.name)


def goes_away(world: World, words: str = "I am on leave until Monday 1 September 2025.") -> None:
    """The editor's mail program answers the newest mail by itself."""
    original = newest(world, world.editor, "draft").message["Message-ID"]
    headers = {**AWAY, "In-Reply-To": str(original)}
    world.editor.writes(words, subject="Automatic reply: Draft", headers=headers)


# ------------------------------------------------------------------------------------------ an editor who is away


def test_when_the_editor_is_away_the_deputy_gets_the_draft_and_may_approve_it(world: World) -> None:
    world.in_review()
    deputy = deputy_editor(world)
    assert not deputy.mails("draft")
    goes_away(world)
    draft = deputy.received("draft")
    assert "You get this draft as a deputy" in draft.text
    assert "is away until Monday 1 September 2025" in draft.text
    deputy.replies("APPROVE", to=draft)
    assert world.state is EditionState.APPROVED
    world.at("2025-08-18 09:30")
    assert world.state is EditionState.DISTRIBUTED


def test_a_draft_that_is_made_while_the_editor_is_away_goes_to_both_and_the_absence_ends_with_a_word(
    world: World,
) -> None:
    world.in_review()
    goes_away(world, "I am out of the office.")
    late = world.lead("hate-crime")
    late.replies("One more thing about the hotline.", to=late.received("request"), quoting=False)
    world.at("2025-08-12 12:30")
    assert len(deputy_editor(world).mails("draft")) == 2
    world.editor.replies("STATUS", to=world.editor.received("draft"))
    late.replies("And a last one.", to=late.received("request"), quoting=False)
    world.at("2025-08-12 13:00")
    assert len(world.editor.mails("draft")) == 3
    assert len(deputy_editor(world).mails("draft")) == 2


# ---------------------------------------------------------------------------------- stopped half-way, and told so


def test_a_distribution_that_was_stopped_half_way_and_made_anew_is_told_to_the_operator_as_of_its_own_month(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0 < len(stopped(world, monkeypatch)) < 30
    world.editor.replies("CHANGES\n\nPlease check the figures.", to=world.editor.received("answer"))
    world.at("2025-09-02 09:00")
    alerts = [mail for mail in world.operator.mails("alert") if "has not left in full" in mail.text]
    assert len(alerts) == 1
    assert "August 2025" in alerts[0].subject
    assert "September" not in alerts[0].subject


# --------------------------------------------------------------------------------------------- said as it is


def test_a_mail_of_which_nothing_is_known_suggests_no_theme_and_is_filed_by_naming_one(world: World) -> None:
    world.in_review()
    sentence = "It answers a mail to the editors, but its sender is not an editor."
    world.lead("prevent").replies("A word from Prevent.", to=world.editor.received("draft"), quoting=False)
    notice = world.editor.received("notice")
    assert sentence in notice.text
    stranger = world.somebody("temp@elsewhere.example")
    stranger.replies("Words of a stranger.", to=world.editor.received("draft"), quoting=False)
    notice = world.editor.received("notice")
    number = world.view().held[-1].id
    assert f"FILE {number} Hate Crime" not in notice.text
    assert "with a theme behind it" in notice.text
    assert "Serious Violence" in notice.text
    world.editor.replies(f"FILE {number} Serious Violence", to=notice, quoting=False)
    assert "Words of a stranger." in "\n".join(world.items("serious-violence").values())


def test_what_a_lead_leaves_as_it_is_is_not_asked_again_next_month(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    words = "They sang row row row your boat on the quay."
    lead.replies(words)
    assert "printed twice" in lead.received("receipt").text
    lead.replies("No", to=lead.received("receipt"))
    assert "printed twice" not in lead.received("receipt").text
    world.at("2025-08-12 12:00")
    world.at("2025-08-13 09:00")
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:30")
    world.at("2025-09-01 09:00")
    lead.replies(words, to=lead.received("request"), quoting=False)
    assert words in lead.received("receipt").text
    assert "printed twice" not in lead.received("receipt").text


# ------------------------------------------------------------------------------------------ the whole of a month


def test_the_whole_of_an_eventful_month(world: World) -> None:
    world.at("2025-08-01 09:00")
    hate, prevent, violence = world.lead("hate-crime"), world.lead("prevent"), world.lead("serious-violence")
    # A reply with a slip, mended in one word.
    world.clock.at = world.clock.at.replace(hour=10)
    hate.replies("We would like would like your views on the hotline.")
    hate.replies("Yes", to=hate.received("receipt"))
    assert "We would like your views" in hate.received("receipt").text
    # A nil return, an absence, a deputy who answers, and a stray.
    violence.replies("Nothing this month.")
    away = {**AWAY, "In-Reply-To": str(prevent.received("request").message["Message-ID"])}
    prevent.writes("Back on 1 September 2025.", subject="Automatic reply", headers=away)
    deputy = world.deputy("prevent")
    deputy.replies("The Prevent board met.", to=deputy.received("deputy_question"))
    world.somebody("sales@elsewhere.example").writes("Buy our chairs.", subject="An offer")
    # The deadline: three of five are in; one is chased and comes late.
    world.at("2025-08-12 12:00")
    draft = world.editor.received("draft")
    assert "NOT IN YET" in draft.text
    assert "An offer" in draft.text
    world.clock.at = world.clock.at.replace(minute=10)
    world.editor.replies("CHASE Community Safety & ASB", to=draft)
    safety = world.lead("community-safety-asb")
    assert safety.mails("reminder")
    safety.replies("Four new cameras were put up.", to=safety.received("request"), quoting=False)
    world.at("2025-08-12 12:30")
    assert "CAME LATE" in world.editor.received("draft").text
    # The editor changes it in Word; the file that comes back needs an APPROVE of its own.
    file = wordfiles.altered(
        wordfiles.attached(world.editor.received("draft")), {"Four new cameras": "Four new street cameras"}
    )
    world.editor.replies("", to=world.editor.received("draft"), files={"draft.docx": file}, quoting=False)
    assert "Four new street cameras" in world.editor.received("draft").text
    world.editor.replies("APPROVE", to=draft)
    assert world.state is EditionState.IN_REVIEW  # an old draft is not approved
    world.editor.replies("SKIP Drugs, Alcohol and Criminal Justice", to=world.editor.received("draft"))
    world.at("2025-08-12 13:00")
    # Approved, held, approved again; out it goes.
    world.clock.at = world.clock.at.replace(day=13)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    assert world.state is EditionState.APPROVED
    world.editor.writes("HOLD", subject="wait")
    assert world.state is EditionState.IN_REVIEW
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:00")
    assert world.state is EditionState.DISTRIBUTED
    assert len(version(world, 1)) == 30
    # A reader asks, a late reader is served, a correction goes to everybody who has the first version.
    world.reader().replies("Thank you. Who pays for the cameras?", to=world.reader().received("bulletin"))
    assert "Who pays for the cameras?" in world.editor.received("notice").text
    world.editor.replies(f"SEND TO late.reader@{COUNCIL}", to=world.editor.received("outcome"))
    assert world.somebody(f"late.reader@{COUNCIL}").received("late_copy")
    right = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {"Four new": "Five new"})
    world.editor.replies("CORRECT", to=world.editor.received("outcome"), files={"b.docx": right}, quoting=False)
    correction = world.editor.received("draft")
    assert correction.subject.startswith("Correction")
    assert not {"CHASE", "EXTEND", "SKIP"} & set(correction.text.split())
    assert "Who pays for the cameras?" in correction.text
    world.editor.replies("APPROVE", to=correction)
    world.at("2025-08-19 09:30")
    assert world.state is EditionState.DISTRIBUTED
    assert {d.state for d in version(world, 2)} == {DeliveryState.SENT}
    assert len(version(world, 2)) == 31


def test_a_year_with_an_editor_who_is_away_in_august(world: World) -> None:
    few = world.desk.bulletins[BULLETIN]
    world.desk = replace(world.desk, bulletins={BULLETIN: few.model_copy(update={"readers": few.readers[:2]})})
    world.service = Service(world.desk)
    months = [*(f"2025-{month:02d}" for month in range(8, 13)), *(f"2026-{month:02d}" for month in range(1, 8))]
    for period in months:
        world.at(f"{period}-01 09:00")
        if world.desk.store.edition(BULLETIN, period) is None or not world.view(period).deliveries:
            world.at(f"{period}-05 09:00")
        lead = world.lead("hate-crime")
        lead.replies(f"News of {period}.", to=newest(world, lead, "request"), quoting=False)
        timetable = world.edition(period).timetable
        world.at(f"{timetable.deadline_at:%Y-%m-%d %H:%M}")
        decides = world.editor
        if period == "2025-08":
            goes_away(world)
            decides = deputy_editor(world)
        world.clock.at = timetable.deadline_at + timedelta(hours=3)
        decides.replies("APPROVE", to=newest(world, decides, "draft"))
        world.at(f"{timetable.distribution_at:%Y-%m-%d %H:%M}")
        assert world.edition(period).state is EditionState.DISTRIBUTED, period
        assert len(world.desk.store.deliveries(world.edition(period).id, "bulletin")) == 2
    drafts = [d for d in world.desk.store.deliveries() if d.kind == "draft"]
    assert [d.recipient for d in drafts].count(deputy_editor(world).address) == 1
    assert not world.desk.store.problems()
