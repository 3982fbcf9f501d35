"""A number alone: the theme that a notice of the holding pen offers, and a question back to anything else."""

from __future__ import annotations

import pytest

from bot.core.decision import Command, Word, decide
from bot.core.effects import Answer, FileHeld
from bot.core.planner.decisions import plan_decision
from bot.core.planner.filing import chosen
from bot.core.planner.said import Offer, Said
from tests.core.builders import AFTER_DEADLINE, RULES, held, only, said, view
from tests.core.planner.asking import answer, nothing_happened

OFFER = Offer(number=9, themes=("drugs", "hate-crime"))
TITLES = RULES.titles()


def replied(text: str, offer: Offer | None = OFFER) -> Said:
    """An editor's reply to a notice that offers themes."""
    command = chosen(decide(text, now=AFTER_DEADLINE, themes=TITLES), offer, TITLES)
    return said(None).model_copy(update={"command": command, "offer": offer})


def test_an_offer_lies_in_the_reference_of_its_mail() -> None:
    assert Offer.of(OFFER.about) == OFFER
    assert OFFER.about == "held/9/drugs/hate-crime"
    assert Offer(number=9, themes=()).about == ""
    assert [Offer.of(about) for about in ("", "people", "0f" * 32)] == [None] * 3


def test_a_number_files_the_mail_under_the_theme_that_it_was_offered_with() -> None:
    mail = replied("2")
    assert (mail.command.word, mail.command.argument) == (Word.FILE, "9 Hate Crime")
    plan = plan_decision(view("in_review", held=(held(9),)), RULES, mail, AFTER_DEADLINE)
    assert only(plan, FileHeld) == FileHeld(inbound=9, theme="hate-crime")


@pytest.mark.parametrize("text", ["0", "3", "9"])
def test_a_number_that_names_no_theme_is_answered_with_the_themes(text: str) -> None:
    plan = plan_decision(view("in_review", held=(held(9),)), RULES, replied(text), AFTER_DEADLINE)
    assert nothing_happened(plan)
    assert "none of the themes that I offered (1 to 2). Nothing was filed." in answer(plan)
    told = only(plan, Answer)
    assert [words for words, _ in told.may_say] == ["1, or FILE 9 Drugs and Alcohol", "2, or FILE 9 Hate Crime"]
    assert told.token_about == OFFER.about  # so a number in reply to the answer counts too


def test_a_theme_that_is_gone_since_keeps_the_others_their_numbers() -> None:
    left = {"hate-crime": "Hate Crime"}
    assert chosen(Command(word=Word.CHOICE, argument="2"), OFFER, left).theme == "hate-crime"
    assert "none of the themes" in chosen(Command(word=Word.CHOICE, argument="1"), OFFER, left).problem
    assert [words for words, _ in OFFER.may_say(left)] == ["2, or FILE 9 Hate Crime"]
    one = Offer(number=9, themes=("hate-crime",))
    assert "(1)" in chosen(Command(word=Word.CHOICE, argument="2"), one, left).problem


def test_a_number_with_more_text_is_asked_back() -> None:
    mail = replied("2\nI think")
    assert "followed by more text" in mail.command.problem
    assert nothing_happened(plan_decision(view("in_review", held=(held(9),)), RULES, mail, AFTER_DEADLINE))


@pytest.mark.parametrize("state", ["in_review", "approved", "distributing"])
@pytest.mark.parametrize("text", ["2", "2\nI think"])
def test_a_number_in_reply_to_anything_else_changes_nothing_and_says_so(state: str, text: str) -> None:
    plan = plan_decision(view(state, held=(held(2),)), RULES, replied(text, None), AFTER_DEADLINE)
    assert nothing_happened(plan)
    assert "A number alone answers only a mail of mine that offers numbered themes" in answer(plan)
    assert only(plan, Answer).may_say == ()


def test_other_words_are_left_as_they_are() -> None:
    assert replied("STATUS").command.word is Word.STATUS
