"""An out-of-office answer that somebody else may have written: nobody is absent by it, and no flood follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model import InboundState
from bot.core.planner.answering import MOST_TOLD
from bot.mail.authenticity import TrustProfile
from bot.service import Service
from tests.conversations.world import BULLETIN, Person, World

pytestmark = pytest.mark.slow

SERVER = "mx.council.example.org"
AWAY = {"Auto-Submitted": "auto-replied"}


def judged(world: World) -> None:
    """From now on the mail server's verdict counts."""
    trust = TrustProfile(kind="authserv", authserv_id=SERVER)
    world.desk = replace(world.desk, accounts=(replace(world.desk.accounts[0], trust=trust),))
    world.service = Service(world.desk)


def away(result: str, person: Person, back: str, thread: str = "") -> None:
    """An out-of-office answer from that address, of which the mail server says this."""
    verdict = {"Authentication-Results": f"{SERVER}; dmarc={result} header.from=council.example.org"} if result else {}
    headers = {**verdict, "Received": f"from elsewhere.example by {SERVER}; Fri, 1 Aug 2025 09:00:00 +0100", **AWAY}
    if thread:
        headers["In-Reply-To"] = thread
    person.writes(f"I am away. Back on {back}.", subject="Automatic reply", headers=headers)


def test_a_forged_out_of_office_of_a_lead_is_held_and_the_lead_is_asked_on(world: World) -> None:
    judged(world)
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    away("fail", lead, "1 December 2025", str(lead.received("request").message["Message-ID"]))
    assert not world.view().absences
    assert not world.deputy("hate-crime").mails()
    (held,) = world.desk.store.inbounds((InboundState.HELD,))
    assert held.verdict is not None
    assert held.verdict.rule == "forged-absence"
    assert "may be forged" in world.editor.received("notice").text
    assert not lead.mails("answer")
    world.at("2025-08-08 09:00")
    assert lead.mails("reminder")


def test_a_forged_out_of_office_of_the_editor_hands_no_draft_to_the_deputy(world: World) -> None:
    world.in_review()
    judged(world)
    away("fail", world.editor, "1 December 2025", str(world.editor.received("draft").message["Message-ID"]))
    assert not world.view().absences
    deputy = world.config.bulletin(BULLETIN).editor_deputies[0]
    assert not world.somebody(deputy.address).mails("draft")


def test_an_unproven_out_of_office_counts_as_an_answer_to_ours_and_is_listed_otherwise(world: World) -> None:
    judged(world)
    world.at("2025-08-01 09:00")
    lead, other = world.lead("hate-crime"), world.lead("prevent")
    away("", other, "1 September 2025")
    away("none", lead, "1 September 2025", str(lead.received("request").message["Message-ID"]))
    assert [one.address for one in world.view().absences] == [lead.address]
    assert world.deputy("hate-crime").mails("deputy_question")
    assert not world.deputy("prevent").mails("deputy_question")
    world.at("2025-08-12 12:00")
    assert "An automatic mail that answers none of ours" in world.editor.received("draft").text


def test_dates_that_change_all_day_are_told_a_few_times_and_then_in_one_mail(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("hate-crime")
    for number in range(MOST_TOLD + 6):
        away("", lead, f"{1 + number % 2} December 2025")
    notices = world.editor.mails("notice")
    assert len(notices) == MOST_TOLD + 1
    assert "so many absences" in notices[-1].text.lower()
    assert len(world.deputy("hate-crime").mails("deputy_question")) == 1
