"""A lead's reply has been read: what is kept, what it replaces, and who hears of it."""

from __future__ import annotations

import pytest

from bot.core.effects import Answer, Notify, Plan, SendReceipt
from bot.core.model import EditionState, Submission
from bot.core.planner.due import draft_is_due
from bot.core.planner.replies import plan_late_reply, plan_reply, takes_replies
from bot.core.records import AbsenceEnded, EditionView, Logged, SubmissionAdded
from tests.core.builders import (
    AFTER_DEADLINE,
    DEADLINE,
    EDITOR,
    HATE,
    HATE_DEPUTY,
    HATE_LEAD,
    IN_THE_WEEK,
    MINUTE,
    OPERATOR,
    RULES,
    becomes,
    changes,
    edition,
    effects,
    in_order,
    item,
    nil_return,
    only,
    reply,
    rules,
    statistics,
    submission,
    view,
)

REPORTING = item("Third party reporting", "Six centres.", field="F1")
WEEK = item("Awareness week", "On Monday.", field="F2")


def after(*before: Submission, state: str = "collecting") -> EditionView:
    """The edition after some replies."""
    return view(state, submissions=in_order(*before))


def note_for(new: Submission, *before: Submission) -> str:
    """What the receipt says of what a reply replaces; the author's earlier replies came before."""
    plan = plan_reply(after(*before), RULES, reply(new), IN_THE_WEEK)
    (added,) = changes(plan, SubmissionAdded)
    receipt = effects(plan, SendReceipt)[0]
    assert added.submission.replaces == (receipt.notes[0] if added.submission.replaces else "")
    return added.submission.replaces


# ----------------------------------------------------------------------------------------- the first reply


def test_the_first_reply_is_kept_as_r1_and_its_author_gets_a_receipt_in_the_same_thread() -> None:
    plan = plan_reply(view(), RULES, reply(submission(REPORTING)), IN_THE_WEEK)
    (added,) = changes(plan, SubmissionAdded)
    assert (added.submission.revision, added.submission.replaces) == (1, "")
    receipt = only(plan, SendReceipt)
    assert (receipt.to, receipt.revision, receipt.notes, receipt.thread) == (HATE_LEAD, 1, (), True)
    assert len(plan.effects) == 1


def test_somebody_who_writes_is_not_away_any_more() -> None:
    plan = plan_reply(view(), RULES, reply(submission(REPORTING)), IN_THE_WEEK)
    assert changes(plan, AbsenceEnded) == [AbsenceEnded(address=HATE_LEAD.address)]


def test_the_log_names_theme_and_number_and_no_text() -> None:
    (line,) = changes(plan_reply(view(), RULES, reply(submission(REPORTING)), IN_THE_WEEK), Logged)
    assert line.data == {"theme": "hate-crime", "revision": 1, "mail": "d1"}


def test_a_later_reply_gets_the_next_number_of_its_theme() -> None:
    plan = plan_reply(after(submission(REPORTING), submission(WEEK)), RULES, reply(submission(WEEK)), IN_THE_WEEK)
    assert changes(plan, SubmissionAdded)[0].submission.revision == 3
    assert only(plan, SendReceipt).revision == 3


# -------------------------------------------------------------------------------------- what the receipt says


def test_the_receipt_says_which_fields_a_reply_replaced_and_that_the_rest_stays() -> None:
    newer = item("Awareness week", "On Tuesday.", field="F2", inbound=2)
    assert note_for(submission(newer), submission(REPORTING, WEEK)) == (
        "This replaces what you had sent under: Awareness week. The rest stays."
    )


def test_a_field_that_was_not_answered_before_needs_no_words() -> None:
    assert note_for(submission(WEEK), submission(REPORTING)) == ""


def test_free_text_after_a_reply_is_asked_back_because_both_will_be_printed() -> None:
    first, second = item(HATE.title, "First."), item(HATE.title, "Second.", inbound=2)
    asked = note_for(submission(second), submission(first))
    assert "both will be printed" in asked
    assert "this replaces my earlier reply" in asked


def test_free_text_that_says_what_it_does_is_not_asked_back() -> None:
    first, second = item(HATE.title, "First."), item(HATE.title, "Second.", inbound=2)
    assert note_for(submission(second, mode="all"), submission(first)) == (
        "This replaces everything that you had sent before."
    )
    assert note_for(submission(second, mode="adds"), submission(first)) == "This is added to what you had sent before."


def test_text_after_nil_takes_its_place_whoever_had_said_nil() -> None:
    assert note_for(submission(REPORTING), nil_return()) == (
        "This takes the place of the “nothing this month” that was sent before."
    )
    assert note_for(submission(REPORTING), nil_return(of=HATE_DEPUTY)) == note_for(submission(REPORTING), nil_return())


def test_nil_after_text_is_asked_back_and_the_text_stays() -> None:
    asked = note_for(nil_return(), submission(REPORTING))
    assert "you had sent text before. It is still there" in asked
    assert "this replaces my earlier reply" in asked


def test_nil_that_says_it_replaces_takes_the_authors_text_out() -> None:
    assert note_for(nil_return(mode="all"), submission(REPORTING)) == (
        "Your earlier text is taken out; the section is a nil return now."
    )


def test_nil_that_replaces_leaves_what_others_sent_and_says_so() -> None:
    theirs = submission(item("One", of=HATE_DEPUTY), of=HATE_DEPUTY)
    assert note_for(nil_return(mode="all"), theirs, submission(REPORTING)) == (
        "Your earlier text is taken out; what others sent stays."
    )


def test_nil_after_somebody_elses_text_does_not_say_that_the_author_had_written_it() -> None:
    theirs = submission(item("One", of=HATE_DEPUTY), of=HATE_DEPUTY)
    assert note_for(nil_return(), theirs) == (
        "You wrote that there is nothing this month, but somebody else has sent text. It is still there."
    )


def test_figures_alone_replace_no_text_and_say_nothing() -> None:
    assert note_for(submission(statistics=statistics()), submission(REPORTING)) == ""


# ---------------------------------------------------------------------------------------------- two authors


def test_another_authors_reply_is_added_and_both_and_the_editor_are_told() -> None:
    theirs = submission(item("Third party reporting", of=HATE_DEPUTY, field="F1"), of=HATE_DEPUTY)
    plan = plan_reply(after(submission(REPORTING)), RULES, reply(theirs, HATE_DEPUTY), IN_THE_WEEK)
    mine, others = effects(plan, SendReceipt)
    assert (mine.to, mine.thread) == (HATE_DEPUTY, True)
    assert mine.notes == (f"Others have written for this theme too: {HATE_LEAD.name}.",)
    assert (others.to, others.thread) == (HATE_LEAD, False)
    assert others.notes == (f"{HATE_DEPUTY.name} has written for this theme too.",)
    assert mine.key != others.key
    told = only(plan, Notify)
    assert told.to == EDITOR
    assert told.sentences == (f"{HATE_DEPUTY.name} has written for Hate Crime, as others had before; both are kept.",)
    assert changes(plan, SubmissionAdded)[0].submission.replaces == ""


def test_an_author_whom_the_configuration_does_not_name_for_the_theme_is_told_by_address() -> None:
    editors_own = submission(item("One", of=EDITOR), of=EDITOR)
    plan = plan_reply(after(editors_own), RULES, reply(submission(REPORTING)), IN_THE_WEEK)
    assert EDITOR.address in [receipt.to.address for receipt in effects(plan, SendReceipt)]


def test_somebody_who_only_said_nil_is_not_an_author_to_be_told() -> None:
    plan = plan_reply(after(nil_return(of=HATE_DEPUTY)), RULES, reply(submission(REPORTING)), IN_THE_WEEK)
    assert [receipt.to for receipt in effects(plan, SendReceipt)] == [HATE_LEAD]


def test_without_a_name_the_address_stands_in_its_place() -> None:
    nobody = HATE_DEPUTY.model_copy(update={"name": ""})
    plan = plan_reply(
        after(submission(REPORTING)), RULES, reply(submission(item("x", of=nobody), of=nobody), nobody), IN_THE_WEEK
    )
    assert effects(plan, SendReceipt)[1].notes == (f"{nobody.address} has written for this theme too.",)
    assert only(plan, Notify).sentences[0].startswith(f"{nobody.address} has written for Hate Crime")


def test_a_theme_that_left_the_configuration_still_takes_its_reply() -> None:
    plan = plan_reply(
        after(submission(item("x", of=HATE_DEPUTY), of=HATE_DEPUTY)),
        rules(themes=()),
        reply(submission(REPORTING)),
        IN_THE_WEEK,
    )
    assert "hate-crime" in only(plan, Notify).about
    assert len(changes(plan, SubmissionAdded)) == 1


# --------------------------------------------------------------------------------------------- what follows


@pytest.mark.parametrize("state", ["collecting", "in_review", "approved", "stopped", "correcting"])
def test_a_reply_is_remembered_as_a_change_that_no_draft_holds(state: str) -> None:
    plan = plan_reply(view(state), RULES, reply(submission(REPORTING)), AFTER_DEADLINE)
    assert becomes(plan).changed_at == AFTER_DEADLINE
    assert becomes(plan).state == state


def test_a_reply_before_the_requests_is_kept_and_needs_no_draft() -> None:
    plan = plan_reply(view("planned"), RULES, reply(submission(REPORTING)), IN_THE_WEEK)
    assert plan.edition is None
    assert only(plan, SendReceipt).notes == ("The reply is kept for this edition.",)


def test_a_reply_in_review_is_followed_by_a_draft_and_its_author_knows() -> None:
    plan = plan_reply(view("in_review"), RULES, reply(submission(REPORTING)), AFTER_DEADLINE)
    assert "a new draft follows after the quiet time" in only(plan, SendReceipt).notes[0]
    later = view(becomes(plan))
    assert draft_is_due(later, RULES, AFTER_DEADLINE + 10 * MINUTE) == "a reply came after the last draft"


def test_a_reply_after_the_deadline_of_a_collecting_edition_says_that_it_is_taken_in() -> None:
    plan = plan_reply(view(), RULES, reply(submission(REPORTING)), DEADLINE + MINUTE)
    assert only(plan, SendReceipt).notes == ("The reply is taken in.",)


@pytest.mark.parametrize("state", ["approved", "stopped"])
def test_a_reply_after_the_approval_leaves_the_approved_draft_alone_and_asks_the_editor(state: str) -> None:
    plan = plan_reply(view(state), RULES, reply(submission(REPORTING)), AFTER_DEADLINE)
    told = only(plan, Notify)
    assert "after draft 1 was approved" in told.sentences[0]
    assert "Reply CHANGES" in told.sentences[0]
    assert (told.mails, told.editor_draft) == ((11,), 1)
    assert becomes(plan).approved_draft == 1
    assert becomes(plan).release_at == edition(state).release_at


def test_a_reply_to_a_stopped_edition_is_in_the_draft_that_follows_changes() -> None:
    plan = plan_reply(view("stopped"), RULES, reply(submission(REPORTING)), AFTER_DEADLINE)
    wanted = becomes(plan).model_copy(update={"state": EditionState.COLLECTING})
    assert draft_is_due(view(wanted), RULES, AFTER_DEADLINE + 10 * MINUTE) == "changes"


def test_a_reply_that_was_hard_to_place_is_shown_to_the_editor() -> None:
    plan = plan_reply(view(), RULES, reply(submission(REPORTING), read_as="parts were hard to place."), IN_THE_WEEK)
    assert only(plan, Notify).sentences == ("Hate Crime: parts were hard to place.",)


def test_a_clear_first_reply_in_time_troubles_no_editor() -> None:
    assert effects(plan_reply(view(), RULES, reply(submission(REPORTING)), IN_THE_WEEK), Notify) == []


# -------------------------------------------------------------------------------------------- too late for it


@pytest.mark.parametrize("state", EditionState)
def test_an_edition_takes_replies_until_it_is_on_its_way_or_over(state: EditionState) -> None:
    over = {"distributing", "distributed", "cancelled", "skipped"}
    assert takes_replies(state) == (state.value not in over)


def late(state: str, theme: str = "hate-crime") -> Plan:
    """A reply that comes when the edition takes none any more."""
    return plan_late_reply(view(state), RULES, HATE_LEAD, theme, 11, "d1", AFTER_DEADLINE)


@pytest.mark.parametrize("state", ["distributing", "distributed", "cancelled", "skipped"])
def test_a_reply_after_the_edition_is_kept_and_its_author_and_the_editor_hear_why(state: str) -> None:
    plan = late(state)
    answer, told = only(plan, Answer), only(plan, Notify)
    assert answer.to == HATE_LEAD
    assert "offered for the next" in answer.sentences[0]
    assert "Nothing of it is lost" in answer.sentences[1]
    assert (told.to, told.mails, told.may_say[0][0]) == (EDITOR, (11,), "1, or FILE 11 Hate Crime")
    assert told.token_about == "held/11/hate-crime"
    assert plan.edition is None
    assert changes(plan, SubmissionAdded) == []


def test_a_late_reply_for_a_theme_that_is_gone_names_it_by_its_key() -> None:
    assert only(late("distributed", "parks"), Answer).about.startswith("parks:")


def test_a_late_reply_is_no_matter_for_the_operator() -> None:
    assert all(getattr(effect, "to", None) != OPERATOR for effect in late("distributed").effects)
