"""What comes back by itself: absences, bounces, readers' replies, and mails that wait for a person."""

from __future__ import annotations

from datetime import date

import pytest

from bot.core import keys
from bot.core.effects import Answer, AskDeputy, Notify, SendDraft
from bot.core.model import Person
from bot.core.planner.answering import MOST_TOLD
from bot.core.planner.returns import (
    MOST_ASKED,
    plan_absence,
    plan_bounce,
    plan_held,
    plan_reader_answer,
    plan_reader_reply,
)
from bot.core.planner.rules import is_away, present, standing_in, to_ask
from bot.core.records import AbsenceNoted, Asked, DeliveryBounced, EditionView, Logged, ProblemNoted
from tests.core.builders import (
    DRUGS_LEAD,
    EDITOR,
    EDITOR_DEPUTY,
    HATE,
    HATE_DEPUTY,
    HATE_LEAD,
    HATE_SECOND,
    IN_THE_WEEK,
    PREVENT_LEAD,
    READERS,
    RULES,
    away,
    becomes,
    changes,
    delivery,
    edition,
    effects,
    everybody_in,
    item,
    only,
    rows,
    rules,
    submission,
    view,
)

BACK = date(2025, 8, 20)


def absent(who: Person, seen: EditionView | None = None, until: date | None = BACK) -> list[object]:
    """The effects of somebody's out-of-office."""
    return list(plan_absence(seen or view(), RULES, away(who, until), "d9", IN_THE_WEEK).effects)


# ------------------------------------------------------------------------------------------------- absences


def test_an_out_of_office_makes_the_bot_ask_the_deputies_and_tell_the_editor() -> None:
    plan = plan_absence(view(), RULES, away(HATE_LEAD, BACK), "d9", IN_THE_WEEK)
    assert [(ask.to, ask.lead, ask.back_on) for ask in effects(plan, AskDeputy)] == [
        (HATE_DEPUTY, HATE_LEAD, BACK),
        (HATE_SECOND, HATE_LEAD, BACK),
    ]
    told = only(plan, Notify)
    assert told.to == EDITOR
    assert told.about == "Hate Lead is out of office"
    assert told.sentences == (
        "Hate Lead is out of office until Wednesday 20 August 2025. Not in yet: Hate Crime.",
        "Asked instead: Hate Deputy, Hate Second.",
    )
    assert changes(plan, AbsenceNoted) == [AbsenceNoted(absence=away(HATE_LEAD, BACK))]


def test_the_same_out_of_office_twice_asks_and_tells_nobody_again() -> None:
    seen = view(absences=(away(HATE_LEAD, BACK),))
    plan = plan_absence(seen, RULES, away(HATE_LEAD, BACK), "d10", IN_THE_WEEK)
    assert plan.effects == ()
    assert rows(plan) == []


def test_another_date_of_return_is_news() -> None:
    seen = view(absences=(away(HATE_LEAD, BACK),))
    plan = plan_absence(seen, RULES, away(HATE_LEAD, date(2025, 8, 27)), "d10", IN_THE_WEEK)
    assert "27 August" in only(plan, Notify).sentences[0]
    assert effects(plan, AskDeputy)[0].back_on == date(2025, 8, 27)


def test_the_absence_of_somebody_who_is_in_already_is_remembered_and_concerns_nobody() -> None:
    plan = plan_absence(view(submissions=everybody_in()), RULES, away(HATE_LEAD, BACK), "d9", IN_THE_WEEK)
    assert plan.effects == ()
    assert len(changes(plan, AbsenceNoted)) == 1


def test_absences_beyond_what_a_day_brings_are_remembered_and_told_in_one_mail() -> None:
    told = tuple(delivery("notice", EDITOR, key=f"n{n}", queued_at=IN_THE_WEEK) for n in range(MOST_TOLD))
    plans = [plan_absence(view(deliveries=told), RULES, away(HATE_LEAD, BACK), d, IN_THE_WEEK) for d in ("d9", "d10")]
    assert len({only(plan, Notify).key for plan in plans}) == 1  # a key that is there already wins
    assert "STATUS" in only(plans[0], Notify).sentences[0]
    assert len(changes(plans[0], AbsenceNoted)) == 1
    assert [ask.to for ask in effects(plans[0], AskDeputy)] == [HATE_DEPUTY, HATE_SECOND]
    fewer = plan_absence(view(deliveries=told[1:]), RULES, away(HATE_LEAD, BACK), "d9", IN_THE_WEEK)
    assert only(fewer, Notify).about == "Hate Lead is out of office"


def test_an_absence_without_a_date_names_none() -> None:
    told = absent(HATE_LEAD, until=None)[-1]
    assert isinstance(told, Notify)
    assert told.sentences[0] == "Hate Lead is out of office. Not in yet: Hate Crime."


def test_when_there_is_no_deputy_the_editor_hears_that_there_is_nobody_to_ask() -> None:
    (told,) = absent(PREVENT_LEAD)
    assert isinstance(told, Notify)
    assert "nobody else to ask" in told.sentences[1]
    assert "SKIP" in told.sentences[1]


def test_a_deputy_who_is_away_as_well_is_told_to_the_editor_too() -> None:
    seen = view(absences=(away(HATE_LEAD), away(HATE_SECOND)))
    (told,) = absent(HATE_DEPUTY, seen)
    assert isinstance(told, Notify)
    assert told.about == "Hate Deputy is out of office"
    assert "nobody else to ask" in told.sentences[1]


def test_when_somebody_else_has_been_asked_already_the_editor_is_not_told_that_there_is_nobody() -> None:
    second_deputy_is_here = absent(HATE_DEPUTY, view(absences=(away(HATE_LEAD),)))
    lead_is_here = absent(HATE_DEPUTY)
    for told, who in ((second_deputy_is_here, HATE_SECOND), (lead_is_here, HATE_LEAD)):
        (notice,) = told
        assert isinstance(notice, Notify)
        assert notice.sentences[1] == f"Asked instead: {who.name}."


def test_the_absence_of_somebody_without_a_theme_tells_nobody() -> None:
    assert absent(READERS[0]) == []


@pytest.mark.parametrize("state", ["distributing", "distributed", "cancelled", "skipped"])
def test_an_absence_in_an_edition_that_is_over_is_remembered_and_asks_nobody(state: str) -> None:
    plan = plan_absence(view(state), RULES, away(HATE_LEAD, BACK), "d9", IN_THE_WEEK)
    assert plan.effects == ()
    assert len(changes(plan, AbsenceNoted)) == 1


def test_somebody_without_a_name_is_named_by_address() -> None:
    nameless = HATE_LEAD.model_copy(update={"name": ""})
    themes = (
        HATE.model_copy(update={"leads": (nameless,), "deputies": (HATE_DEPUTY.model_copy(update={"name": ""}),)}),
    )
    plan = plan_absence(view(), rules(themes=themes), away(nameless, BACK), "d9", IN_THE_WEEK)
    told = only(plan, Notify)
    assert told.about == f"{HATE_LEAD.address} is out of office"
    assert told.sentences[1] == f"Asked instead: {HATE_DEPUTY.address}."


def test_a_person_is_away_until_the_day_of_return_and_without_one_until_they_write() -> None:
    absences = (away(HATE_LEAD, BACK), away(DRUGS_LEAD))
    assert is_away(HATE_LEAD.address.upper(), absences, date(2025, 8, 19))
    assert not is_away(HATE_LEAD.address, absences, BACK)
    assert is_away(DRUGS_LEAD.address, absences, date(2026, 8, 1))
    assert not is_away(PREVENT_LEAD.address, absences, BACK)


def test_those_to_ask_are_leads_who_are_here_else_deputies_who_are_here_else_the_leads() -> None:
    assert to_ask(HATE, view(), IN_THE_WEEK) == (HATE_LEAD,)
    no_lead = view(absences=(away(HATE_LEAD),))
    assert to_ask(HATE, no_lead, IN_THE_WEEK) == (HATE_DEPUTY, HATE_SECOND)
    nobody = view(absences=(away(HATE_LEAD), away(HATE_DEPUTY), away(HATE_SECOND)))
    assert to_ask(HATE, nobody, IN_THE_WEEK) == (HATE_LEAD,)
    assert present((HATE_LEAD, DRUGS_LEAD), no_lead, IN_THE_WEEK) == (DRUGS_LEAD,)


def test_an_editor_and_their_deputy_are_found_by_address_in_any_case_and_a_lead_is_not() -> None:
    assert RULES.editor(EDITOR.address.upper()) == EDITOR
    assert RULES.editor(EDITOR_DEPUTY.address) == EDITOR_DEPUTY
    assert RULES.editor(HATE_LEAD.address) is None


# -------------------------------------------------------------------------------------------------- bounces


@pytest.mark.parametrize("kind", ["request", "reminder"])
def test_a_request_that_bounced_is_treated_like_an_absence(kind: str) -> None:
    mail = delivery(kind, HATE_LEAD)
    plan = plan_bounce(view(), RULES, mail, away(HATE_LEAD, why="bounce"), "no such user", IN_THE_WEEK)
    assert plan.changes[0] == DeliveryBounced(key=mail.key, reason="no such user")
    assert [(ask.to, ask.bounced) for ask in effects(plan, AskDeputy)] == [(HATE_DEPUTY, True), (HATE_SECOND, True)]
    told = only(plan, Notify)
    assert told.sentences[0] == "Hate Lead could not be reached: the mail came back. Not in yet: Hate Crime."
    assert changes(plan, AbsenceNoted)[0].absence.why == "bounce"


def test_a_question_to_a_deputy_that_bounced_is_told_to_the_editor() -> None:
    mail = delivery("deputy_question", HATE_DEPUTY)
    seen = view(absences=(away(HATE_LEAD), away(HATE_SECOND)))
    plan = plan_bounce(seen, RULES, mail, away(HATE_DEPUTY, why="bounce"), "", IN_THE_WEEK)
    assert "Hate Deputy could not be reached" in only(plan, Notify).about


def test_a_mail_to_an_editor_that_bounced_alerts_the_operator_because_nobody_can_approve() -> None:
    for editor in (EDITOR, EDITOR_DEPUTY):
        mail = delivery("draft", editor)
        plan = plan_bounce(view("in_review"), RULES, mail, away(editor, why="bounce"), "", IN_THE_WEEK)
        (noted,) = changes(plan, ProblemNoted)
        assert noted.edition_id == 7
        assert (noted.problem.code, noted.problem.where) == ("editor-unreachable", f"ccsu-rag {editor.address}")
        assert plan.effects == ()  # the alert is that of every open problem: one, not two
        assert changes(plan, DeliveryBounced)[0].key == mail.key
        assert effects(plan, Notify) == []


def test_a_readers_bounce_while_the_bulletin_is_on_its_way_waits_for_the_report() -> None:
    mail = delivery("bulletin", READERS[0])
    plan = plan_bounce(view("distributing"), RULES, mail, away(READERS[0], why="bounce"), "full", IN_THE_WEEK)
    assert plan.effects == ()
    assert rows(plan) == [DeliveryBounced(key=mail.key, reason="full")]


def test_a_readers_bounce_after_the_report_is_told_with_name_and_csp() -> None:
    mail = delivery("bulletin", READERS[0])
    plan = plan_bounce(view("distributed"), RULES, mail, away(READERS[0], why="bounce"), "mailbox full", IN_THE_WEEK)
    assert only(plan, Notify).sentences == ("The bulletin to Reader 1 (District 1) came back: mailbox full.",)


def test_a_receipt_that_bounced_is_told_with_the_address_and_without_a_reason_says_so() -> None:
    mail = delivery("receipt", HATE_LEAD)
    plan = plan_bounce(view(), RULES, mail, away(HATE_LEAD, why="bounce"), "", IN_THE_WEEK)
    told = only(plan, Notify)
    assert told.sentences == (f"The receipt to {HATE_LEAD.address} came back: no reason was given.",)
    assert effects(plan, AskDeputy) == []


def test_a_reader_who_is_not_on_the_frozen_list_or_has_no_csp_is_named_by_address() -> None:
    bare = READERS[1].model_copy(update={"csp": ""})
    seen = view(edition("distributed", readers=(bare,)))
    for reader in (READERS[0], bare):
        plan = plan_bounce(seen, RULES, delivery("bulletin", reader), away(reader, why="bounce"), "gone", IN_THE_WEEK)
        assert f"to {reader.address} came back" in only(plan, Notify).sentences[0]


# ------------------------------------------------------------------------------------------- the holding pen


def test_a_held_mail_gives_the_editor_a_numbered_question_with_themes_to_choose() -> None:
    plan = plan_held(
        view(), RULES, 51, "d51", ("It answers no request.",), ("drugs", "hate-crime", "gone"), now=IN_THE_WEEK
    )
    told = only(plan, Notify)
    assert (told.to, told.mails, told.sentences) == (EDITOR, (51,), ("It answers no request.",))
    assert [words for words, _ in told.may_say] == ["1, or FILE 51 Drugs and Alcohol", "2, or FILE 51 Hate Crime"]
    assert told.token_about == "held/51/drugs/hate-crime"
    assert effects(plan, Answer) == []


def test_a_held_mail_of_which_nothing_is_known_suggests_no_theme_and_names_all() -> None:
    told = only(plan_held(view(), RULES, 51, "d51", ("Who?",), (), now=IN_THE_WEEK), Notify)
    ((words, meaning),) = told.may_say
    assert words == "FILE 51"  # and no digit: there is nothing to choose from
    assert told.token_about == ""
    assert all(theme.title in meaning for theme in RULES.themes)


# ------------------------------------------------------------------------------------ an editor who is away


def test_when_no_editor_is_here_the_waiting_draft_goes_to_their_deputies_once() -> None:
    waiting = view(edition("in_review", draft=2))
    (sent,) = effects(plan_absence(waiting, RULES, away(EDITOR, BACK), "d9", IN_THE_WEEK), SendDraft)
    assert sent.to == EDITOR_DEPUTY
    assert sent.notes == (
        f"{EDITOR.name} is away until Wednesday 20 August 2025. You get this draft as a deputy, and may decide.",
    )
    there = delivery("draft", EDITOR_DEPUTY, key=keys.draft_key("ccsu-rag", "2025-08", 2, EDITOR_DEPUTY.address))
    again = waiting.model_copy(update={"deliveries": (there,)})
    assert effects(plan_absence(again, RULES, away(EDITOR), "d10", IN_THE_WEEK), SendDraft) == []


def test_a_deputy_who_is_away_and_an_editor_who_is_away_before_the_draft_send_nothing() -> None:
    waiting = view(edition("in_review", draft=2))
    assert effects(plan_absence(waiting, RULES, away(EDITOR_DEPUTY), "d9", IN_THE_WEEK), SendDraft) == []
    assert effects(plan_absence(view(), RULES, away(EDITOR), "d9", IN_THE_WEEK), SendDraft) == []


def test_deputies_stand_in_only_while_no_editor_is_here() -> None:
    assert standing_in(RULES, view(), IN_THE_WEEK) == ()
    assert standing_in(RULES, view(absences=(away(EDITOR, BACK),)), IN_THE_WEEK) == (EDITOR_DEPUTY,)
    assert standing_in(RULES, view(absences=(away(EDITOR), away(EDITOR_DEPUTY))), IN_THE_WEEK) == ()


def test_a_lead_whose_mail_is_held_hears_why_and_that_nothing_is_lost() -> None:
    plan = plan_held(view(), RULES, 51, "d51", ("It answers no request.",), ("hate-crime",), HATE_LEAD, now=IN_THE_WEEK)
    answer = only(plan, Answer)
    assert answer.to == HATE_LEAD
    assert answer.sentences == ("It answers no request.", "Nothing of it is lost: the editor has been told.")


def test_an_editor_whose_mail_is_held_gets_the_question_and_no_second_mail() -> None:
    plan = plan_held(view(), RULES, 51, "d51", ("Not proven.",), (), EDITOR, now=IN_THE_WEEK)
    assert effects(plan, Answer) == []
    assert only(plan, Notify).to == EDITOR


def test_a_held_mail_leaves_the_edition_as_it_is() -> None:
    plan = plan_held(view("approved"), RULES, 51, "d51", ("x.",), (), HATE_LEAD, now=IN_THE_WEEK)
    assert plan.edition is None
    assert [line.what for line in changes(plan, Logged)] == ["held"]


# ------------------------------------------------------------------------------------------ readers who write


def asked(theme: str = "", digest: str = "d61") -> Asked:
    """A reader's question."""
    return Asked(inbound=61, digest=digest, by="Reader 1", theme=theme, since=IN_THE_WEEK)


def test_a_readers_reply_goes_to_the_editors() -> None:
    plan = plan_reader_reply(view("distributed"), RULES, asked(), "reader@district.example")
    told = only(plan, Notify)
    assert (told.to, told.about, told.mails) == (EDITOR, "a reader has replied", (61,))
    assert (told.reader, told.editor_draft) == ("reader@district.example", None)
    assert told.sentences[0].startswith("Reader 1 has written. Please answer: your reply to this mail goes to them")


def test_a_reply_by_a_sections_own_link_goes_to_that_sections_lead_and_not_to_the_editor() -> None:
    plan = plan_reader_reply(view("distributed"), RULES, asked("drugs"), "reader@district.example")
    told = only(plan, Notify)
    assert (told.to, told.about) == (DRUGS_LEAD, "Drugs and Alcohol: a question from a reader")


def test_a_reply_about_a_section_that_is_gone_goes_to_the_editors() -> None:
    plan = plan_reader_reply(view("distributed"), RULES, asked("parks"), "reader@district.example")
    assert only(plan, Notify).to == EDITOR
    assert becomes(plan).asked == (asked(),)


def test_a_question_stays_open_until_it_is_answered() -> None:
    plan = plan_reader_reply(
        view(edition("distributed", asked=(asked(digest="d60"),))), RULES, asked(), "reader@district.example"
    )
    assert [one.digest for one in becomes(plan).asked] == ["d60", "d61"]
    answered = plan_reader_answer(view(edition("distributed", asked=becomes(plan).asked)), "d60", 62)
    assert [one.digest for one in becomes(answered).asked if not one.answered] == ["d61"]


def test_a_flood_of_readers_mails_is_kept_to_the_newest_and_told_in_few() -> None:
    many = tuple(asked(digest=f"d{number}") for number in range(MOST_ASKED))
    told = tuple(delivery("notice", EDITOR, key=f"n{n}", queued_at=IN_THE_WEEK) for n in range(MOST_TOLD))
    seen = view(edition("distributed", asked=many), deliveries=told)
    plan = plan_reader_reply(seen, RULES, asked(digest="new"), "reader@district.example")
    again = plan_reader_reply(seen, RULES, asked(digest="newer"), "reader@district.example")
    assert only(plan, Notify).about == "many readers have written"
    assert only(plan, Notify).key == only(again, Notify).key
    assert only(plan, Notify).reader == ""
    assert [one.digest for one in becomes(plan).asked] == [*(f"d{number}" for number in range(1, MOST_ASKED)), "new"]


def test_text_that_came_from_a_deputy_counts_as_in_when_the_lead_goes_away() -> None:
    seen = view(submissions=(submission(item("One", of=HATE_DEPUTY), of=HATE_DEPUTY, revision=1),))
    assert absent(HATE_LEAD, seen) == []
