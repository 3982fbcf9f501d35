"""How often a person is answered, what is passed to the editor, who hears of a reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.effects import Answer, Notify, SendDigest, SendReceipt
from bot.core.model import Mend
from bot.core.planner.answering import MOST_ANSWERS, MOST_TOLD
from bot.core.planner.due import plan_due
from bot.core.planner.passing import Passed
from bot.core.planner.replies import plan_late_reply, plan_reply
from bot.core.planner.returns import plan_held
from bot.core.records import EditionView, Owed
from bot.core.timetable import LONDON
from tests.core.builders import (
    DEADLINE,
    EDITOR,
    HATE_DEPUTY,
    HATE_LEAD,
    IN_THE_WEEK,
    RULES,
    away,
    becomes,
    delivery,
    edition,
    effects,
    in_order,
    item,
    only,
    reply,
    submission,
    view,
)

TEXT = "The partnership met in July and agreed a new plan for reporting centres in all ten districts of the county."


def answered(times: int, at: datetime = IN_THE_WEEK) -> EditionView:
    """The edition after the lead got so many receipts."""
    sent = [delivery("receipt", HATE_LEAD, key=f"r{n}", queued_at=at) for n in range(times)]
    return view(deliveries=tuple(sent))


def test_the_sixth_receipt_of_a_day_is_owed_and_comes_with_the_digest_of_the_next_morning() -> None:
    plan = plan_reply(answered(MOST_ANSWERS), RULES, reply(submission(item("News"))), IN_THE_WEEK)
    assert effects(plan, SendReceipt) == []
    (owed,) = becomes(plan).owed
    assert owed == Owed(to=HATE_LEAD, theme="hate-crime", revision=1, since=IN_THE_WEEK)
    waiting = view(becomes(plan))
    assert effects(plan_due(waiting, RULES, IN_THE_WEEK + timedelta(hours=5)), SendDigest) == []
    morning = datetime(2025, 8, 6, 8, 0, tzinfo=LONDON)
    sent = plan_due(waiting, RULES, morning)
    assert only(sent, SendDigest).owed == (owed,)
    assert becomes(sent).owed == ()


def test_a_new_day_is_a_new_day_and_an_edition_on_its_way_owes_nothing() -> None:
    yesterday = IN_THE_WEEK - timedelta(days=1)
    assert effects(plan_reply(answered(9, yesterday), RULES, reply(submission(item("News"))), IN_THE_WEEK), SendReceipt)
    owed = Owed(to=HATE_LEAD, theme="hate-crime", revision=1, since=DEADLINE)
    leaving = view(edition("distributing", owed=(owed,)))
    assert effects(plan_due(leaving, RULES, DEADLINE + timedelta(minutes=1)), SendDigest)


def test_who_writes_all_day_is_not_told_each_time_that_a_mail_waits() -> None:
    plan = plan_held(answered(MOST_ANSWERS), RULES, 51, "d51", ("Why.",), (), HATE_LEAD, now=IN_THE_WEEK)
    assert effects(plan, Answer) == []
    assert effects(plan, Notify)


def passed(urgent: bool, at: datetime) -> tuple[list[Notify], tuple[str, ...]]:
    note = Passed(kind="a question", text="May I? " * 80, urgent=urgent)
    plan = plan_reply(view(), RULES, reply(submission()).model_copy(update={"passed": note}), at)
    return [n for n in effects(plan, Notify) if "wrote to you" in n.sentences[0]], becomes(plan).notes


def test_a_question_reaches_the_editor_at_once_and_the_next_summary() -> None:
    (notice,), notes = passed(urgent=True, at=IN_THE_WEEK)
    assert notice.to == EDITOR
    assert notes[0].endswith(" …”")


def test_what_needs_no_answer_waits_for_the_summary_unless_the_deadline_is_near() -> None:
    assert passed(urgent=False, at=IN_THE_WEEK)[0] == []
    assert passed(urgent=False, at=DEADLINE - timedelta(hours=3))[0]


def test_a_deputys_reply_is_told_to_the_lead_and_an_assistants_to_both() -> None:
    plan = plan_reply(view(), RULES, reply(submission(item("News"), of=HATE_DEPUTY), HATE_DEPUTY), IN_THE_WEEK)
    assert [r.to for r in effects(plan, SendReceipt)] == [HATE_DEPUTY, HATE_LEAD]
    gone = view(absences=(away(HATE_LEAD, why="bounce"),))
    plan = plan_reply(gone, RULES, reply(submission(item("News"), of=HATE_DEPUTY), HATE_DEPUTY), IN_THE_WEEK)
    assert only(plan, SendReceipt).to == HATE_DEPUTY
    helper = HATE_LEAD.model_copy(update={"name": "", "address": "pa@council.example.org"})
    told = reply(submission(item("News"))).model_copy(update={"sent_by": helper, "told": ("Done.",)})
    first, second = effects(plan_reply(view(), RULES, told, IN_THE_WEEK), SendReceipt)
    assert (first.to, first.thread, first.notes) == (helper, True, ("Done.",))
    assert second.to == HATE_LEAD
    assert second.notes == (f"pa@council.example.org has written for {HATE_LEAD.name} for this theme.", "Done.")


def test_the_same_text_again_changes_nothing_and_makes_no_draft() -> None:
    first, again = item("Hate Crime", TEXT), item("Hate Crime", TEXT, inbound=2)
    seen = view("in_review", submissions=in_order(submission(first)))
    plan = plan_reply(seen, RULES, reply(submission(again)), IN_THE_WEEK)
    assert plan.edition is None
    assert "nothing changed" in effects(plan, SendReceipt)[0].notes[0]


def test_a_newer_version_says_what_differs() -> None:
    first, newer = item("Hate Crime", TEXT), item("Hate Crime", TEXT.replace("ten", "nine"), inbound=2)
    seen = view("in_review", submissions=in_order(submission(first, item("Other"))))
    plan = plan_reply(seen, RULES, reply(submission(newer)), IN_THE_WEEK)
    note = effects(plan, SendReceipt)[0].notes[0]
    assert "newer version of “Hate Crime”" in note
    assert "all nine districts" in note
    assert becomes(plan).changed_at == IN_THE_WEEK


def test_a_resent_item_beside_a_new_one_is_no_newer_version_of_itself() -> None:
    seen = view(submissions=in_order(submission(item("Hate Crime", TEXT))))
    both = submission(item("Hate Crime", TEXT, inbound=2), item("More", "News.", inbound=2))
    (note,) = effects(plan_reply(seen, RULES, reply(both), IN_THE_WEEK), SendReceipt)[0].notes
    assert "newer version" not in note


def test_an_answer_in_words_is_kept_with_what_it_accepts() -> None:
    seen = view("in_review", submissions=in_order(submission(item("News"))))
    mend = Mend(kind="drop", heading="News")
    plan = plan_reply(seen, RULES, reply(submission(mends=(mend,), accepted=("spelling|x",))), IN_THE_WEEK)
    assert becomes(plan).accepted == ("spelling|x",)
    assert becomes(plan).changed_at == IN_THE_WEEK


def test_a_late_reply_from_somebody_who_writes_all_day_is_told_to_the_editor_only() -> None:
    late = answered(MOST_ANSWERS).model_copy(update={"edition": edition("distributed")})
    plan = plan_late_reply(late, RULES, HATE_LEAD, "hate-crime", 11, "d1", IN_THE_WEEK)
    assert effects(plan, Answer) == []
    assert effects(plan, Notify)


def test_a_flood_of_mails_that_wait_is_told_of_in_one_mail_and_not_answered() -> None:
    told = [delivery("notice", EDITOR, key=f"n{n}", queued_at=IN_THE_WEEK) for n in range(MOST_TOLD)]
    answers = [delivery("answer", HATE_DEPUTY, key=f"a{n}", queued_at=IN_THE_WEEK) for n in range(MOST_TOLD)]
    flooded = view(deliveries=(*told, *answers))
    plan = plan_held(flooded, RULES, 51, "d51", ("Why.",), (), HATE_LEAD, now=IN_THE_WEEK)
    again = plan_held(flooded, RULES, 52, "d52", ("Why.",), (), HATE_LEAD, now=IN_THE_WEEK)
    assert effects(plan, Answer) == []
    assert {one.about for one in effects(plan, Notify)} == {"many mails wait in the holding pen"}
    assert {one.key for one in effects(plan, Notify)} == {one.key for one in effects(again, Notify)}
    tomorrow = plan_held(flooded, RULES, 53, "d53", ("Why.",), (), HATE_LEAD, now=IN_THE_WEEK + timedelta(days=1))
    assert effects(tomorrow, Answer)
