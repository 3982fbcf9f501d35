"""The edited Word file, corrections, late readers, enclosures, YES and NO: what each plans, in each state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core.decision import Word
from bot.core.edits import Edited, ThemeEdit
from bot.core.effects import Answer, MakeDraft, Plan, SendCopy
from bot.core.enclosures import Enclosure
from bot.core.model import DeliveryState, EditionState, Person
from bot.core.planner.decisions import plan_decision
from bot.core.planner.editing import EDITED_FILE, readers_for
from bot.core.records import DecisionAdded, DeliveriesRequeued, Delivery, EditionView, Question
from tests.core.builders import (
    AFTER_DEADLINE,
    DEADLINE,
    EDITOR,
    EDITOR_DEPUTY,
    HATE_DEPUTY,
    HATE_LEAD,
    READERS,
    RULES,
    becomes,
    bulletin,
    changes,
    delivery,
    draft,
    edition,
    effects,
    item,
    only,
    said,
    submission,
    view,
)

CHANGED = ThemeEdit(theme="hate-crime", title="Hate Crime", sentences=("Hate Crime: “One” was changed.",))
FILE = Edited(
    name="draft.docx",
    bulletin=bulletin(),
    word="w" * 64,
    altered=CHANGED.sentences,
    warnings=("Hate Crime: please check the numbers: “1” is now “2”.",),
    themes=(CHANGED, ThemeEdit(theme="extra", title="Extra", sentences=("Extra: new in this draft.",))),
    base=1,
    seen_at=DEADLINE,
)
QUESTION = Question(code=EDITED_FILE, subject="EDITED", asked_at=AFTER_DEADLINE, inbound=30, draft=1)


def decided(seen: EditionView, word: Word, file: Edited | None = FILE, *, of: Person = EDITOR, **more: Any) -> Plan:
    """What an editor's mail with a Word file does."""
    enclosures = more.pop("enclosures", ())
    mail = said(word, of=of, **more).model_copy(update={"edited": file, "enclosures": enclosures})
    return plan_decision(seen, RULES, mail, AFTER_DEADLINE)


def answer(plan: Plan, to: Person = EDITOR) -> str:
    """Everything that a person reads in the one answer to them."""
    (found,) = [effect for effect in effects(plan, Answer) if effect.to == to]
    return " ".join((found.about, *found.sentences, *found.lines))


# ------------------------------------------------------------------------------------------- the edited file


@pytest.mark.parametrize("state", ["in_review", "stopped", "correcting"])
def test_the_edited_file_is_the_next_draft_and_nothing_stays_approved(state: str) -> None:
    plan = decided(view(state), Word.EDITED)
    after = becomes(plan)
    assert after.state is EditionState.IN_REVIEW
    assert (after.draft, after.edited_draft, after.edited_themes) == (2, 2, ("hate-crime", "extra"))
    assert (after.approved_draft, after.approved_by, after.release_at) == (None, "", None)
    assert after.edited_seen_at == DEADLINE
    made = only(plan, MakeDraft)
    assert made.edited == FILE
    assert FILE.warnings[0] in made.notes
    assert made.also_to == ()
    assert changes(plan, DecisionAdded)[0].done == "edited Word file"


def test_the_words_beside_the_file_are_said_to_be_unread_in_the_draft_mail() -> None:
    plan = decided(view("in_review"), Word.EDITED, note="The words beside it were read by nobody.")
    assert "The words beside it were read by nobody." in only(plan, MakeDraft).notes


def test_a_file_that_is_made_anew_says_so() -> None:
    plan = decided(view("in_review"), Word.EDITED, FILE.model_copy(update={"word": ""}))
    assert any("made anew" in note for note in only(plan, MakeDraft).notes)


def test_a_file_that_does_not_say_when_its_draft_was_made_counts_from_now() -> None:
    plan = decided(view("in_review"), Word.EDITED, FILE.model_copy(update={"seen_at": None, "base": None}))
    assert becomes(plan).edited_seen_at == AFTER_DEADLINE


def test_a_deputy_editor_gets_the_draft_that_they_edited() -> None:
    assert only(decided(view("in_review"), Word.EDITED, of=EDITOR_DEPUTY), MakeDraft).also_to == (EDITOR_DEPUTY,)


def test_each_author_whose_text_was_changed_is_told_once() -> None:
    wrote = submission(item("One", of=HATE_DEPUTY), of=HATE_DEPUTY, revision=1)
    plan = decided(view("in_review", submissions=(wrote,)), Word.EDITED)
    assert "changed your text" in answer(plan, HATE_DEPUTY)
    assert "Hate Crime: “One” was changed." in answer(plan, HATE_DEPUTY)
    (told,) = effects(plan, Answer)
    assert told.theme == "hate-crime"
    assert told.inbound is None


def test_the_lead_is_told_where_nobody_had_written_and_an_editor_not_of_their_own_edit() -> None:
    assert "changed your text" in answer(decided(view("in_review"), Word.EDITED), HATE_LEAD)
    mine = submission(item("One", of=HATE_LEAD), of=HATE_LEAD, revision=1)
    plan = decided(view("in_review", submissions=(mine,)), Word.EDITED, of=HATE_LEAD)
    assert effects(plan, Answer) == []


def test_a_reply_that_is_not_in_yet_stays_due() -> None:
    seen = view(edition("in_review", changed_at=AFTER_DEADLINE))
    plan = decided(seen, Word.EDITED)
    assert becomes(plan).changed_at == AFTER_DEADLINE
    assert any("A reply came in meanwhile" in note for note in only(plan, MakeDraft).notes)


@pytest.mark.parametrize("waiting", [None, DEADLINE])
def test_a_file_of_an_older_draft_makes_a_draft_with_both_due(waiting: Any) -> None:
    seen = view(edition("in_review", draft=2, changed_at=waiting))
    plan = decided(seen, Word.EDITED)
    assert becomes(plan).changed_at == (waiting or AFTER_DEADLINE)
    assert any("changed draft 1" in note for note in only(plan, MakeDraft).notes)


def test_a_file_of_a_draft_before_another_edited_one_is_not_taken() -> None:
    plan = decided(view(edition("in_review", draft=2, edited_draft=2)), Word.EDITED)
    assert plan.edition is None
    assert "edited file already" in answer(plan)


def test_a_second_edit_adds_to_the_themes_whose_words_are_the_editors() -> None:
    seen = view(edition("in_review", draft=2, edited_draft=2, edited_themes=("drugs",)))
    plan = decided(seen, Word.EDITED, FILE.model_copy(update={"base": 2}))
    assert becomes(plan).edited_themes == ("drugs", "hate-crime", "extra")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("planned", "No draft before the requests"),
        ("approved", "reply HOLD first"),
        ("distributing", "HOLD stops what has not left"),
        ("distributed", "CORRECT makes a correction"),
        ("cancelled", "cancelled"),
        ("collecting", "no draft yet"),
    ],
)
def test_where_no_draft_can_be_made_the_file_is_not_taken_and_the_answer_says_what_to_do(state: str, says: str) -> None:
    plan = decided(view(state), Word.EDITED, note="I took the Word file.")
    assert plan.edition is None
    assert says in answer(plan)
    assert "I took the Word file" not in answer(plan)


@pytest.mark.parametrize("file", [None, Edited()])
def test_no_file_is_answered(file: Edited | None) -> None:
    plan = decided(view("in_review"), Word.EDITED, file)
    assert plan.edition is None
    assert "found no Word file" in answer(plan)


def test_a_file_that_cannot_be_taken_changes_nothing_and_says_why() -> None:
    plan = decided(view("in_review"), Word.EDITED, Edited(problem="Files with macros are not accepted."))
    assert plan.edition is None
    assert "macros" in answer(plan)
    assert "Nothing was changed" in answer(plan)


def test_changes_starts_again_from_the_leads_own_text() -> None:
    seen = view(edition("in_review", edited_draft=1, edited_themes=("drugs",), edited_seen_at=DEADLINE))
    plan = decided(seen, Word.CHANGES, None)
    after = becomes(plan)
    assert (after.edited_draft, after.edited_themes, after.edited_seen_at) == (None, (), None)
    assert "leads’ own text" in answer(plan)
    assert "leads’ own text" not in answer(decided(view("in_review"), Word.CHANGES, None))


# ------------------------------------------------------------------------------------------------ YES and NO

DOUBTFUL = Edited(problem="It holds tracked changes.", askable=True, warnings=("Comment by the editor: “why?”",))


def test_a_file_that_does_not_say_all_by_itself_is_asked_about() -> None:
    plan = decided(view("in_review"), Word.EDITED, DOUBTFUL)
    assert becomes(plan).question == QUESTION.model_copy(update={"inbound": 31})
    assert becomes(plan).draft == 1
    assert "Comment by" in answer(plan)
    assert [word for word, _ in only(plan, Answer).may_say] == ["YES", "NO"]


def test_yes_takes_the_file_that_was_asked_about() -> None:
    plan = decided(view(edition("in_review", question=QUESTION)), Word.YES)
    assert becomes(plan).draft == 2
    assert becomes(plan).question is None


def test_yes_to_a_correction_makes_the_correction() -> None:
    question = QUESTION.model_copy(update={"subject": "CORRECT"})
    plan = decided(view(edition("distributed", question=question)), Word.YES)
    assert becomes(plan).state is EditionState.IN_REVIEW


def test_yes_after_a_newer_draft_closes_the_question_and_takes_nothing() -> None:
    plan = decided(view(edition("in_review", draft=2, question=QUESTION)), Word.YES)
    assert becomes(plan).question is None
    assert effects(plan, MakeDraft) == []
    assert "newer draft" in answer(plan)


def test_no_closes_the_question() -> None:
    plan = decided(view(edition("in_review", question=QUESTION)), Word.NO, None)
    assert becomes(plan).question is None
    assert "Left as it is" in answer(plan)


@pytest.mark.parametrize("word", [Word.YES, Word.NO])
@pytest.mark.parametrize("question", [None, QUESTION.model_copy(update={"code": "another"})])
def test_an_answer_to_no_question_of_this_kind_does_nothing(word: Word, question: Question | None) -> None:
    plan = decided(view(edition("in_review", question=question)), word, None)
    assert plan.edition is None
    assert "nothing to answer" in answer(plan)


# ----------------------------------------------------------------------------------------------- corrections


def sent_to(*states: str, version: int = 1) -> tuple[Any, ...]:
    """The readers' mails of a version in these states."""
    return tuple(delivery("bulletin", to, state, version=version) for to, state in zip(READERS, states, strict=True))


def test_a_correction_is_the_next_version() -> None:
    plan = decided(view("distributed", deliveries=sent_to("sent", "sent", "sent")), Word.CORRECT)
    assert becomes(plan).state is EditionState.IN_REVIEW
    assert becomes(plan).issue_version == 2
    assert only(plan, MakeDraft).version == 2


def test_a_correction_that_changes_no_word_is_not_made() -> None:
    plan = decided(view("distributed"), Word.CORRECT, FILE.model_copy(update={"altered": ()}))
    assert plan.edition is None
    assert "nothing to correct" in answer(plan)


def test_a_correction_with_a_bad_file_changes_nothing() -> None:
    plan = decided(view("distributed"), Word.CORRECT, Edited(problem="It is empty."))
    assert plan.edition is None
    assert "It is empty." in answer(plan)


def test_correct_on_a_correction_in_review_is_one_more_draft_of_it() -> None:
    plan = decided(view(edition("in_review", issue_version=2)), Word.CORRECT)
    assert (becomes(plan).draft, becomes(plan).issue_version) == (2, 2)


@pytest.mark.parametrize("state", ["in_review", "approved", "stopped", "collecting"])
def test_correct_where_there_is_nothing_to_correct_says_what_the_table_says(state: str) -> None:
    plan = decided(view(state), Word.CORRECT)
    assert plan.edition is None
    assert "CORRECT: nothing was changed" in answer(plan)


def test_the_first_version_goes_to_the_list_as_it_is() -> None:
    assert readers_for(view("in_review"), RULES) == READERS


def test_a_correction_goes_to_those_who_have_the_version_before() -> None:
    seen = view(edition("in_review", issue_version=2), deliveries=sent_to("sent", "bounced", "failed"))
    assert readers_for(seen, RULES) == READERS[:1]


@pytest.mark.parametrize("state", ["withdrawn", "queued"])
def test_after_a_stop_everybody_on_the_frozen_list_gets_the_next_version(state: str) -> None:
    seen = view(edition("in_review", issue_version=2), deliveries=sent_to("sent", state, "bounced"))
    assert readers_for(seen, RULES) == READERS


def test_the_version_just_before_counts_and_other_mails_do_not() -> None:
    deliveries = (*sent_to("sent", "sent", "sent"), *sent_to("sent", "bounced", "sent", version=2))
    seen = view(edition("in_review", issue_version=3), deliveries=(*deliveries, delivery("draft", EDITOR)))
    assert readers_for(seen, RULES) == (READERS[0], READERS[2])


def test_a_late_reader_who_is_on_no_list_gets_the_correction_too() -> None:
    late = Person(name="", address="late@district.example")
    seen = view(edition("in_review", issue_version=2), deliveries=(delivery("bulletin", late),))
    assert readers_for(seen, RULES) == (late,)


def test_a_late_copy_that_waits_becomes_the_correction_and_one_that_was_stopped_does_not() -> None:
    left = tuple(delivery("bulletin", to, state) for to, state in zip(READERS, ("sent", "bounced"), strict=False))
    mails = (*left, late_copy(READERS[2], "queued"))
    seen = view(edition("in_review", issue_version=2), deliveries=mails)
    assert readers_for(seen, RULES) == (READERS[0], READERS[2])
    stopped = (*left, late_copy(READERS[2], "withdrawn"))
    assert readers_for(seen.model_copy(update={"deliveries": stopped}), RULES) == READERS[:1]


# ---------------------------------------------------------------------------------------------- late readers


@pytest.mark.parametrize("state", ["distributing", "distributed"])
def test_send_to_sends_the_version_that_readers_have(state: str) -> None:
    plan = decided(view(state), Word.SEND_TO, None, address="late@district.example")
    assert only(plan, SendCopy).to == Person(name="", address="late@district.example")
    assert "goes to late@district.example" in answer(plan)


def test_send_to_a_known_reader_knows_their_name() -> None:
    plan = decided(view("distributed"), Word.SEND_TO, None, address=READERS[1].address)
    assert only(plan, SendCopy).to == READERS[1]


def late_copy(to: Person, state: str, version: int = 1) -> Delivery:
    """A copy for a late reader."""
    mail = delivery("bulletin", to, state, version=version)
    return mail.model_copy(update={"kind": "late_copy"})


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.WITHDRAWN])
def test_nobody_is_sent_a_version_twice(state: DeliveryState) -> None:
    seen = view("distributed", deliveries=(late_copy(READERS[0], state.value),))
    plan = decided(seen, Word.SEND_TO, None, address=READERS[0].address)
    assert effects(plan, SendCopy) == []
    assert "Nothing was sent again." in answer(plan)


def test_send_to_somebody_whose_copy_hold_has_stopped_sends_that_same_mail() -> None:
    seen = view("distributed", deliveries=(late_copy(READERS[0], "withdrawn"), late_copy(READERS[1], "withdrawn")))
    plan = decided(seen, Word.SEND_TO, None, address=READERS[0].address)
    assert effects(plan, SendCopy) == []
    (again,) = changes(plan, DeliveriesRequeued)
    assert (again.key, again.kinds) == (seen.deliveries[0].key, ("bulletin", "late_copy"))
    assert f"goes to {READERS[0].address}" in answer(plan)


@pytest.mark.parametrize("state", ["in_review", "approved", "stopped", "cancelled"])
def test_send_to_before_the_readers_have_it_sends_nothing(state: str) -> None:
    plan = decided(view(state), Word.SEND_TO, None, address="late@district.example")
    assert effects(plan, SendCopy) == []
    assert "Nothing was sent." in answer(plan)


# ------------------------------------------------------------------------------------------------ enclosures

POSTER = Enclosure(number=1, inbound=11, name="poster.pdf", theme="Hate Crime", size=2_000_000)
LEAFLET = Enclosure(number=2, inbound=12, name="leaflet.pdf", theme="Prevent", size=1_500_000)
BROKEN = Enclosure(number=3, inbound=12, name="odd.pdf", theme="Prevent", problem="it holds a program.")
ALL = (POSTER, LEAFLET, BROKEN)


def test_enclose_makes_a_new_draft_that_encloses_it() -> None:
    plan = decided(view("in_review"), Word.ENCLOSE, None, numbers=(1,), enclosures=ALL)
    assert becomes(plan).enclosed == ("11/poster.pdf",)
    assert becomes(plan).draft == 2
    assert becomes(plan).cause == f"ENCLOSE by {EDITOR.address}"
    assert only(plan, MakeDraft).why == "ENCLOSE"  # for the log, which names nobody
    assert "Enclosed now: 1. poster.pdf (Hate Crime, 2.0 MB)." in only(plan, MakeDraft).notes


def test_enclose_before_the_draft_is_remembered_for_it() -> None:
    plan = decided(view("collecting"), Word.ENCLOSE, None, numbers=(1,), enclosures=ALL)
    assert becomes(plan).enclosed == ("11/poster.pdf",)
    assert effects(plan, MakeDraft) == []
    assert "The next draft encloses poster.pdf." in answer(plan)


def test_enclose_in_a_stopped_edition_voids_its_approval() -> None:
    plan = decided(view("stopped"), Word.ENCLOSE, None, numbers=(2,), enclosures=ALL)
    assert becomes(plan).state is EditionState.IN_REVIEW
    assert becomes(plan).approved_draft is None


@pytest.mark.parametrize(
    ("numbers", "offered", "says"),
    [
        ((7,), ALL, "There is no enclosure 7."),
        ((1,), (), "Nobody has sent a PDF or a picture."),
        ((3,), ALL, "odd.pdf cannot be enclosed: it holds a program."),
        ((1, 2), ALL, "Together that would be 3.5 MB; at most 3.0 MB may be enclosed."),
    ],
)
def test_what_cannot_be_enclosed_changes_nothing(numbers: Any, offered: Any, says: str) -> None:
    plan = decided(view("in_review"), Word.ENCLOSE, None, numbers=numbers, enclosures=offered)
    assert plan.edition is None
    assert says in answer(plan)


def test_what_is_enclosed_already_counts_and_is_not_enclosed_again() -> None:
    seen = view(edition("in_review", enclosed=(POSTER.key,)))
    again = decided(seen, Word.ENCLOSE, None, numbers=(1,), enclosures=ALL)
    assert "enclosed already" in answer(again)
    too_much = decided(seen, Word.ENCLOSE, None, numbers=(2,), enclosures=ALL)
    assert "at most 3.0 MB" in answer(too_much)


def test_enclose_while_approved_says_hold_first() -> None:
    plan = decided(view("approved"), Word.ENCLOSE, None, numbers=(1,), enclosures=ALL)
    assert plan.edition is None
    assert "HOLD it first" in answer(plan)


def test_enclose_when_it_has_gone_says_what_the_table_says() -> None:
    plan = decided(view("distributed"), Word.ENCLOSE, None, numbers=(1,), enclosures=ALL)
    assert plan.edition is None
    assert "CORRECT makes a correction" in answer(plan)


def test_the_reply_of_a_lead_after_the_edit_is_newer_than_what_the_editor_saw() -> None:
    plan = decided(view("in_review", draft=draft(1, made_at=DEADLINE - timedelta(hours=1))), Word.EDITED)
    assert becomes(plan).edited_seen_at == DEADLINE
