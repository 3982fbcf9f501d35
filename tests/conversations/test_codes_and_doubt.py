"""Doubt stops what is on its way, and where nobody can prove who wrote, a code does."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage

import pytest

from bot.core.model import DeliveryState, EditionState
from bot.mail.authenticity import TrustProfile
from bot.service import Service
from tests.conversations.world import BULLETIN, Person, Received, World, moment
from tests.core.signatures import SIGNATURES


def deputy_editor(world: World) -> Person:
    person = world.config.bulletin(BULLETIN).editor_deputies[0]
    return Person(world, person.address, person.name)


def unprovable(world: World, codes: str = "unproven", kind: str = "none") -> None:
    """From now on the mail system says nothing about who wrote."""
    account = replace(world.desk.accounts[0], trust=TrustProfile(kind=kind), codes=codes)  # type: ignore[arg-type]
    world.desk = replace(world.desk, accounts=(account,))
    world.service = Service(world.desk)


def code_in(mail: Received) -> str:
    found = re.search(r"(?<![A-Z0-9-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![A-Z0-9-])", mail.text)
    assert found is not None, mail.text
    return found[0]


# --------------------------------------------------------------------------------------------- stopping


@pytest.mark.slow
@pytest.mark.parametrize("words", ["Hold please, figures wrong", "Stop, don't send"])
def test_an_editor_who_asks_to_stop_in_any_words_stops_it_without_a_reference(world: World, words: str) -> None:
    world.approved()
    deputy_editor(world).writes(words, subject="urgent")
    assert world.state is EditionState.IN_REVIEW
    assert "stopped by" in world.editor.received("notice").subject
    world.at("2025-08-18 12:00")
    assert world.bulletins() == []


@pytest.mark.slow
def test_what_a_hold_says_stands_in_the_next_draft_mail(world: World) -> None:
    world.approved()
    world.editor.writes("Hold please, the Prevent figures look wrong", subject="urgent")
    assert "the Prevent figures look wrong" in world.editor.received("answer").text
    world.clock.at = moment("2025-08-13 10:00")
    world.lead("prevent").replies("This replaces my earlier reply.\n\nTwo sessions were held.", quoting=False)
    world.at("2025-08-13 10:15")
    assert "the Prevent figures look wrong" in world.editor.received("draft").text


@pytest.mark.parametrize(
    "words",
    ["The hold-up is fixed, approve", pytest.param("APPROVE\n\nbut the date is wrong", marks=pytest.mark.slow)],
)
def test_an_unclear_mail_in_the_cooling_off_stops_it_and_asks(world: World, words: str) -> None:
    world.approved()
    world.editor.replies(words, to=world.editor.received("confirmation"))
    assert world.state is EditionState.IN_REVIEW
    answer = world.editor.received("answer")
    assert "I stopped it to be safe" in answer.text
    world.at("2025-08-18 12:00")
    assert world.bulletins() == []
    world.editor.replies("APPROVE", to=answer)
    world.at("2025-08-18 12:15")
    assert {mail.state for mail in world.bulletins()} == {DeliveryState.SENT}


@pytest.mark.slow
def test_thanks_after_the_approval_stop_nothing(world: World) -> None:
    world.approved()
    world.editor.replies("Many thanks\nJo", to=world.editor.received("confirmation"))
    assert world.state is EditionState.APPROVED


@pytest.mark.slow
def test_what_only_begins_like_a_hold_stops_what_is_on_its_way_and_else_is_left_alone(world: World) -> None:
    world.in_review()
    before = len(world.editor.mails())
    world.editor.writes("Stop and search leaflets are at the printer", subject="leaflets")
    assert len(world.editor.mails()) == before
    world.clock.at = moment("2025-08-13 09:00")
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.editor.writes("Stop and search figures are last month's", subject="figures")
    assert world.state is EditionState.IN_REVIEW


def test_two_editors_disagree_and_nothing_leaves_until_one_has_been_told(world: World) -> None:
    world.in_review()
    draft = world.editor.received("draft")
    world.clock.at = moment("2025-08-13 09:00")
    deputy_editor(world).writes("HOLD\n\nSam has not seen it.", subject="draft 1")
    world.editor.replies("APPROVE", to=draft)
    assert world.state is EditionState.IN_REVIEW
    answer = world.editor.received("answer")
    assert f"{deputy_editor(world).address} wrote HOLD" in answer.text
    world.editor.replies("APPROVE", to=answer)
    assert world.state is EditionState.APPROVED


@pytest.mark.slow
def test_an_approval_that_a_boss_gave_and_the_editor_passed_on_approves_nothing(world: World) -> None:
    world.in_review()
    header = "From: Boss <boss@council.example.org>\nDate: 13 Aug 2025\nSubject: Draft\nTo: Editor"
    passed_on = f"---------- Forwarded message ---------\n{header}\n\nAPPROVE\n"
    world.editor.replies(passed_on, to=world.editor.received("draft"), quoting=False)
    assert world.state is EditionState.IN_REVIEW


def outlook_reply(world: World, words: str) -> bytes:
    """A reply to the draft as Outlook writes it: formatted text over the whole quoted draft mail, and a plain copy."""
    draft = world.editor.received("draft").message
    html, plain = draft.get_body(("html",)), draft.get_body(("plain",))
    assert html is not None
    assert plain is not None
    sender = "From: RAG Update <rag.update@council.example.org>"
    head = f"{sender}\nSent: 12 August 2025 12:00\nTo: Jo\nSubject: {draft['Subject']}"
    shown = "".join(f"<p class=MsoNormal>{line or '&nbsp;'}</p>" for line in words.split("\n"))
    quoted = head.replace("<", "&lt;").replace("\n", "<br>")
    answer = EmailMessage()
    answer["From"] = f"Jo <{world.editor.address}>"
    answer["Subject"] = f"RE: {draft['Subject']}"
    answer["Message-ID"] = "<outlook@council.example.org>"
    answer["In-Reply-To"] = str(draft["Message-ID"])
    answer.set_content(f"{words}\n\n{head}\n\n{plain.get_content()}")
    bar = "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
    answer.add_alternative(
        f"<html><body>{shown}{bar}{quoted}</p></div>{html.get_content()}</body></html>", subtype="html"
    )
    return answer.as_bytes()


@pytest.mark.slow
def test_a_formatted_reply_over_the_whole_draft_mail_approves_it(world: World) -> None:
    world.in_review()
    world.delivers(outlook_reply(world, f"APPROVE\n\n{SIGNATURES[0]}"))
    assert world.state is EditionState.APPROVED


def test_a_condition_in_the_signature_of_a_formatted_reply_is_asked_back(world: World) -> None:
    world.in_review()
    world.delivers(outlook_reply(world, "APPROVE\n\nSent from my iPhone but please change the figures"))
    assert world.state is EditionState.IN_REVIEW
    assert "please change the figures" in world.editor.received("answer").text


# ------------------------------------------------------------------------------------------- one-time codes


def test_where_nothing_proves_the_sender_an_approval_waits_for_the_code_that_was_mailed(world: World) -> None:
    world.in_review()
    unprovable(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    assert world.state is EditionState.IN_REVIEW
    asked = world.editor.received("answer")
    assert "is it you?" in asked.subject
    world.editor.replies(code_in(asked), to=asked)
    assert world.state is EditionState.APPROVED
    assert code_in(asked) not in world.edition().model_dump_json()
    world.editor.replies(code_in(asked), to=asked, headers={"X-Again": "1"})
    assert "the code was not taken" in world.editor.received("answer").subject
    world.at("2025-08-18 09:00")
    assert len(world.bulletins()) == 30


@pytest.mark.slow
def test_a_code_that_is_wrong_late_or_somebody_elses_approves_nothing(world: World) -> None:
    world.in_review()
    unprovable(world)
    world.clock.at = moment("2025-08-13 09:00")
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    asked = world.editor.received("answer")
    world.editor.replies("0000-0000-0000", to=asked)
    assert "not taken" in world.editor.received("answer").subject
    deputy_editor(world).replies(code_in(asked), to=asked)
    assert "not taken" in deputy_editor(world).received("answer").subject
    world.clock.at = moment("2025-08-13 09:31")
    world.editor.replies(code_in(asked), to=asked)
    assert "older than 30 minutes" in world.editor.received("answer").text
    assert world.state is EditionState.IN_REVIEW


@pytest.mark.slow
def test_hold_needs_no_code_and_a_forged_sender_gets_none(world: World) -> None:
    world.approved()
    unprovable(world)
    world.editor.writes("HOLD", subject="stop")
    assert world.state is EditionState.IN_REVIEW
    unprovable(world, "never")
    world.editor.replies("APPROVE", to=world.editor.received("answer"))
    assert world.state is EditionState.IN_REVIEW


@pytest.mark.slow
def test_the_configuration_may_want_a_code_always(world: World) -> None:
    world.in_review()
    unprovable(world, "always", "folder")
    world.editor.replies("SKIP Prevent", to=world.editor.received("draft"))
    assert world.edition().skipped_themes == ()
    world.editor.replies(code_in(world.editor.received("answer")), to=world.editor.received("answer"))
    assert world.edition().skipped_themes == ("prevent",)
