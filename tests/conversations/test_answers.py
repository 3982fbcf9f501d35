"""Answers to receipts in words, "as last month", notes to the editor, the same text twice, who hears of what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.service import Service
from tests.conversations.world import BULLETIN, Person, World

THEME = "hate-crime"
WICKI = "wicki.hatecrime@council.example.org"


def started(world: World, text: str = "The hotline has a new number.") -> Person:
    """The request is out, and the lead has replied."""
    world.at("2025-08-01 09:00")
    lead = world.lead(THEME)
    if text:
        lead.replies(text)
    return lead


def printed(world: World) -> str:
    return "\n".join(world.items(THEME).values())


def receipt(lead: Person) -> str:
    return lead.received("receipt").text


# ------------------------------------------------------------------------------------------- as last month


def september(world: World) -> Person:
    """August is out, and September's request has come."""
    world.approved()
    world.at("2025-08-18 09:30")
    world.at("2025-09-01 09:00")
    return world.lead(THEME)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["Same as last month please", "Please reuse last month's."])
def test_as_last_month_prints_last_months_section_and_says_so(world: World, words: str) -> None:
    lead = september(world)
    lead.replies(words, to=lead.received("request"))
    (reply,) = world.view("2025-09").submissions
    assert [item.blocks[0].runs[0].text for item in reply.items] == [
        "The hate-crime partnership met and agreed its plan."
    ]
    assert "as-last-month" in {finding.code for finding in reply.findings}
    assert "the text of August 2025 is printed again" in receipt(lead)
    assert "The hate-crime partnership met" in receipt(lead)


def test_as_last_month_without_a_last_month_is_asked_about_and_not_in(world: World) -> None:
    lead = started(world, "Same as last month please")
    assert world.items(THEME) == {}
    assert "none is there to print again" in receipt(lead)
    assert "Nothing is in yet" in receipt(lead)
    assert "as-last-month" in {finding.code for finding in world.view().submissions[0].findings}


# ------------------------------------------------------------------------- not for print: wishes and questions


@pytest.mark.slow
def test_a_text_is_taken_out_again_and_the_lead_is_asked_whether_it_is_a_nil_return(world: World) -> None:
    lead = started(world)
    lead.replies("Please remove my text.", to=lead.received("receipt"))
    assert world.items(THEME) == {}
    assert "is taken out" in receipt(lead)
    assert "nothing this month" in receipt(lead)
    lead.replies("Nothing this month.", to=lead.received("receipt"))
    assert "We have noted that there is nothing to report" in receipt(lead)


@pytest.mark.parametrize(
    "words",
    ["Can I have until Friday?", "Hi,\n\nDo you want the figures by district?", "We need a bit more time please."],
)
def test_a_question_is_passed_to_the_editor_and_does_not_count_as_in(world: World, words: str) -> None:
    lead = started(world, words)
    question = words.splitlines()[-1]
    assert world.items(THEME) == {}
    assert "passed to the editor, not printed" in receipt(lead)
    assert "Nothing is in yet" in receipt(lead)
    assert question in world.editor.received("notice").text
    world.at("2025-08-07 09:30")
    assert lead.mails("reminder")
    world.at("2025-08-12 12:00")
    assert question in world.editor.received("draft").text


@pytest.mark.slow
def test_sent_too_early_takes_the_text_out_until_more_comes(world: World) -> None:
    lead = started(world)
    lead.replies("Sent too early, please ignore, more to come.", to=lead.received("receipt"))
    assert world.items(THEME) == {}
    assert not world.editor.mails("notice")
    lead.replies("The hotline is 0800 123.")
    assert printed(world) == "The hotline is 0800 123."


@pytest.mark.slow
def test_a_question_inside_a_text_stays_and_is_asked_about(world: World) -> None:
    lead = started(world, "The hotline has a new number.\n\nDo you want the figures by district?")
    assert "figures by district" in printed(world)
    assert "reads like a note to the editor" in receipt(lead)
    lead.replies("no", to=lead.received("receipt"))
    assert printed(world) == "The hotline has a new number."


@pytest.mark.slow
def test_news_that_asks_its_readers_is_news(world: World) -> None:
    started(world, "Do you need help with your drinking? Call the service on 01234 555 123.")
    assert "help with your drinking" in printed(world)


# ---------------------------------------------------------------------------------------- the same text twice


LONG = (
    "The partnership met in July and agreed a new plan for reporting centres in all ten districts, and it will meet "
    "again in October to hear how the first of them have done."
)


def test_the_same_text_in_a_new_mail_is_printed_once(world: World) -> None:
    lead = started(world, LONG)
    lead.replies(LONG, to=lead.received("request"), quoting=False)
    assert printed(world) == LONG
    assert "This is the same text as before; nothing changed." in receipt(lead)


@pytest.mark.slow
def test_nearly_the_same_text_is_a_newer_version_and_the_difference_is_told(world: World) -> None:
    lead = started(world, LONG)
    lead.replies(LONG.replace("October", "November"), to=lead.received("request"), quoting=False)
    assert printed(world) == LONG.replace("October", "November")
    assert "newer version" in receipt(lead)
    assert "October to hear" in receipt(lead)


# ------------------------------------------------------------------------------------------- who hears of it


def test_thanks_when_nothing_is_in_says_that_nothing_is_in(world: World) -> None:
    lead = started(world, "Thanks")
    assert "Nothing is in yet" in receipt(lead)
    assert " is in. " not in receipt(lead)


@pytest.mark.slow
def test_a_deputys_reply_is_told_to_the_lead(world: World) -> None:
    lead = started(world, "")
    world.deputy(THEME).replies("The hotline has a new number.", to=lead.received("request"))
    assert "The hotline has a new number." in world.deputy(THEME).received("receipt").text
    assert "has written for this theme" in receipt(lead)
    assert "The hotline has a new number." in receipt(lead)


@pytest.mark.slow
def test_an_assistant_on_behalf_of_the_lead_is_told_too(world: World) -> None:
    lead = started(world, "")
    lead.replies("The hotline has a new number.", headers={"Sender": "pa@council.example.org"})
    assert "has written for Hatecrime" in receipt(lead) or "for this theme" in receipt(lead)
    assert world.somebody("pa@council.example.org").received("receipt")


# ------------------------------------------------------------------------------------------------- answers


def asked(world: World) -> tuple[Person, str]:
    """A lead whose text has two slips: an address that is nearly the directory's, and a word twice."""
    right = next(p.address for p in world.config.bulletin("ccsu-rag").directory if "@" in p.address)
    name, _, domain = right.partition("@")
    wrong = f"{name[:-1]}x@{domain}"
    lead = started(world, f"We would like would like your views. Please contact {wrong} by Friday.")
    text = receipt(lead)
    assert f"did you mean {right}?" in text
    assert "once?" in text
    return lead, right


@pytest.mark.slow
def test_yes_to_all_takes_every_suggestion(world: World) -> None:
    lead, right = asked(world)
    lead.replies("Yes please", to=lead.received("receipt"))
    assert printed(world) == f"We would like your views. Please contact {right} by Friday."
    assert "Please answer" not in receipt(lead)


@pytest.mark.slow
def test_one_yes_two_no_and_the_no_is_remembered_next_month(world: World) -> None:
    lead, right = asked(world)
    lead.replies("1 yes, 2 no", to=lead.received("receipt"))
    assert printed(world) == f"We would like would like your views. Please contact {right} by Friday."
    assert "Question 2: it stays as it is" in receipt(lead)
    assert "once?" not in receipt(lead)
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    assert "repeated-words" not in {finding.code for finding in draft.findings}


@pytest.mark.slow
@pytest.mark.parametrize("words", ["use {name}", "1. use {name}", "{right}", "It should be {right}"])
def test_use_the_right_address(world: World, words: str) -> None:
    lead, right = asked(world)
    lead.replies(words.format(name=right.partition("@")[0], right=right), to=lead.received("receipt"))
    assert right in printed(world)
    assert "would like would like" in printed(world)
    assert "Please answer" in receipt(lead)
    assert "did you mean" not in receipt(lead)


def test_an_answer_that_is_not_understood_is_asked_back_and_never_printed(world: World) -> None:
    lead, _ = asked(world)
    before = printed(world)
    lead.replies("use the other one", to=lead.received("receipt"))
    assert printed(world) == before
    assert "I could not tell" in receipt(lead)
    assert "did you mean" in receipt(lead)


@pytest.mark.slow
def test_answers_and_new_text_in_one_mail(world: World) -> None:
    lead, right = asked(world)
    lead.replies("1 yes\n\nThe hotline has moved to the civic centre.", to=lead.received("receipt"))
    assert right in printed(world)
    assert "The hotline has moved" in printed(world)
    assert "1 yes" not in printed(world)


@pytest.mark.slow
def test_drop_the_second_item(world: World) -> None:
    world.at("2025-08-01 09:00")
    lead = world.lead("serious-violence")
    form = "[F1]\nThe duty is reviewed.\n[/F1]\n[F2]\nFunding is doubled.\n[/F2]"
    lead.replies(form, quoting=False)
    assert len(world.items("serious-violence")) == 2
    lead.replies("Please drop the second item.", to=lead.received("receipt"))
    assert list(world.items("serious-violence").values()) == ["The duty is reviewed."]
    assert "is taken out" in lead.received("receipt").text
    lead.replies("Please drop item 5", to=lead.received("receipt"))
    assert "There is no item 5" in lead.received("receipt").text
    assert len(world.items("serious-violence")) == 1


# ----------------------------------------------------------------------------------------- not too many mails


@pytest.mark.slow
def test_the_sixth_receipt_of_a_day_joins_one_digest_the_next_morning(world: World) -> None:
    lead = started(world)
    for number in range(6):
        lead.replies(f"Story number {number} is about something else.", to=lead.received("request"), quoting=False)
    assert len(lead.mails("receipt")) == 5
    assert "Story number 5" in printed(world)
    world.at("2025-08-04 08:00")
    assert len(lead.mails("answer")) == 1
    digest = lead.received("answer").text
    assert "2 more mails" in digest
    assert all(f"Story number {number} is about something else." in digest for number in range(6))
    world.at("2025-08-04 08:10")
    assert len(lead.mails("answer")) == 1


@pytest.mark.slow
def test_the_digest_asks_what_is_open_and_an_answer_to_it_counts(world: World) -> None:
    lead = started(world)
    for number in range(5):
        lead.replies(f"Story number {number} is about something else.", to=lead.received("request"), quoting=False)
    lead.replies("They would like would like your views.", to=lead.received("request"), quoting=False)
    world.at("2025-08-04 08:00")
    digest = lead.received("answer")
    assert "Please answer the question first" in digest.text
    assert "printed twice in a row" in digest.text or "once?" in digest.text
    lead.replies("Yes", to=digest)
    assert "They would like your views." in printed(world)


@pytest.mark.slow
def test_a_digest_of_two_sections_shows_both_and_a_reply_to_it_is_put_under_neither(world: World) -> None:
    config = world.desk.bulletins[BULLETIN]
    first = world.lead(THEME)
    themes = tuple(
        theme.model_copy(update={"leads": config.theme(THEME).leads}) if theme.key == "prevent" else theme  # type: ignore[union-attr]
        for theme in config.themes
    )
    world.desk = replace(world.desk, bulletins={BULLETIN: config.model_copy(update={"themes": themes})})
    world.service = Service(world.desk)
    world.at("2025-08-01 09:00")
    requests = first.mails("request")
    assert len(requests) == 2
    for number in range(8):
        first.replies(f"Story {number} is about something else.", to=requests[number % 2], quoting=False)
    world.at("2025-08-04 08:00")
    digest = first.received("answer")
    assert all(f"Story {number} is about" in digest.text for number in range(8))
    held = len(world.view().held)
    first.replies("Please drop the second item.", to=digest)
    assert len(world.view().held) == held + 1
    assert sum(text.count("Story") for text in (printed(world), *world.items("prevent").values())) == 8


# --------------------------------------------------------------------------- readers, editors, who is reminded


@pytest.mark.slow
def test_a_readers_own_mail_by_a_sections_link_goes_to_that_lead_and_any_other_to_the_editor(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:30")
    reader, lead = world.reader(), world.lead(THEME)
    edition = reader.received("bulletin").message.get_body(("html",))
    assert edition is not None
    assert "Hate%20Crime%3A%20a%20question%20about" in edition.get_content()
    reader.writes("Who runs the hotline?", subject="Hate Crime: a question about CCSU Monthly RAG Update, August 2025")
    told = lead.received("notice")
    assert "has written" in told.text
    assert "Who runs the hotline?" in told.text
    assert reader.address in str(told.message["Reply-To"])
    count = len(world.editor.mails("notice"))
    reader.replies("Is the hate crime hotline open?", headers={"Thread-Topic": "Hate Crime"})
    assert len(world.editor.mails("notice")) == count + 1
    assert len(lead.mails("notice")) == 1


@pytest.mark.slow
def test_a_readers_question_stands_in_the_next_draft_mail_until_somebody_answers_it(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:30")
    reader, lead, editor = world.reader(), world.lead(THEME), world.editor
    link = "Hate Crime: a question about CCSU Monthly RAG Update, August 2025"
    reader.writes("Who runs the hotline?", subject=link)
    reader.replies("Will there be a September edition?", to=reader.received("bulletin"))
    passed_on = editor.received("notice")
    assert "[" not in passed_on.subject  # a reply goes to the reader as well: no reference of the editor's in it
    lead.replies("It is run by the police. Ring 101.", to=lead.received("notice"))
    assert not world.items(THEME).get("Who runs the hotline?")
    world.at("2025-09-01 09:00")
    world.at("2025-09-10 12:00")
    draft = editor.received("draft").text
    assert "Readers' questions without an answer" in draft
    assert "Will there be a September edition?" in draft
    assert "Who runs the hotline?" not in draft
    editor.replies("Yes, on the twelfth.", to=passed_on)
    assert all(one.answered for one in world.edition("2025-08").asked)
    lead.replies("A late word about the hotline.", to=lead.received("request"))
    world.at("2025-09-10 12:30")
    assert "Readers' questions" not in editor.received("draft").text


@pytest.mark.slow
def test_what_a_reader_adds_to_a_question_that_was_passed_on_goes_to_the_same_lead(world: World) -> None:
    world.approved()
    world.at("2025-08-18 09:30")
    reader, lead = world.reader(), world.lead(THEME)
    reader.writes("Who runs it?", subject="Hate Crime: a question about CCSU Monthly RAG Update, August 2025")
    notice = lead.received("notice")
    lead.replies("The police do.", to=notice)
    reader.replies("And at weekends?", to=notice)
    assert len(lead.mails("notice")) == 2
    assert "And at weekends?" in lead.received("notice").text
    assert [(one.theme, one.answered) for one in world.edition().asked] == [(THEME, True), (THEME, False)]


@pytest.mark.slow
def test_what_a_lead_wrote_to_the_editor_counts_when_the_editor_passes_it_on(world: World) -> None:
    lead = started(world, "")
    world.editor.writes(
        "FYI\n\n"
        f"From: {lead.name} <{lead.address}>\nSent: 04 August 2025 09:12\nTo: {world.editor.address}\n"
        "Subject: RAG update\n\nThe hotline has a new number.\n",
        subject="FW: RAG update",
    )
    assert printed(world) == "The hotline has a new number."
    assert "The hotline has a new number." in receipt(lead)
    assert world.editor.received("receipt")


@pytest.mark.slow
def test_who_wrote_yesterday_is_not_reminded_today(world: World) -> None:
    lead = started(world, "")
    world.clock.at = world.edition().timetable.reminders_at[0].replace(hour=8)
    lead.replies("Can I have until Friday?")
    world.tick()
    world.clock.at = world.edition().timetable.reminders_at[0]
    world.tick()
    assert not lead.mails("reminder")
    assert world.lead("prevent").mails("reminder")


@pytest.mark.slow
def test_two_nil_months_ask_for_the_right_owner(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.clock.at = world.clock.at.replace(day=5)
    world.everybody_is_in()
    world.lead(THEME).replies("This replaces my earlier reply.\n\nNothing this month.")
    assert "looks after this theme" not in receipt(world.lead(THEME))
    world.at("2025-08-12 12:00")
    world.at("2025-08-13 09:00")
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:30")
    world.at("2025-09-01 09:00")
    world.lead(THEME).replies("Nothing this month.", to=world.lead(THEME).received("request"))
    assert "looks after this theme now" in receipt(world.lead(THEME))
