"""PEOPLE and the YES to it, put to the planner."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.decision import Word
from bot.core.effects import Answer, Notify, Plan, SendPeople
from bot.core.model import Person
from bot.core.people import People, ReaderRow, people_of, proposal_digest, read_kept
from bot.core.planner.codes import needs_code
from bot.core.planner.decisions import plan_decision
from bot.core.planner.people import APPLIED, ASKED, DROPPED, MOST_LINES
from bot.core.planner.said import PEOPLE_MAIL, Listed, Said
from bot.core.records import BlobAdded, DecisionAdded, Edition, Logged, PeopleChanged, Question
from tests.core.builders import (
    AFTER_DEADLINE,
    EDITOR,
    EDITOR_DEPUTY,
    READERS,
    RULES,
    THEMES,
    becomes,
    changes,
    edition,
    effects,
    only,
    said,
    view,
)
from tests.core.planner.asking import answer, nothing_happened

NOW = people_of(THEMES, READERS)
NEW = ReaderRow(name="Robin", address="robin@district.example", csp="District 1")
WANTED = NOW.model_copy(update={"readers": (*NOW.readers, NEW)})
DIGEST = proposal_digest(NOW, WANTED)
QUESTION = Question(code=ASKED, subject=DIGEST, asked_at=AFTER_DEADLINE, inbound=30)


def listed(**changed: Any) -> Listed:
    values: dict[str, Any] = {"name": "people.xlsx", "now": NOW, "files": NOW, "wanted": WANTED}
    return Listed(**{**values, **changed})


def mail(word: Word, about: str = PEOPLE_MAIL, found: Listed | None = None, **more: Any) -> Said:
    return said(word, **more).model_copy(update={"about": about, "people": found})


def put(what: Said, seen: Edition | str = "collecting") -> Plan:
    return plan_decision(view(seen), RULES, what, AFTER_DEADLINE)


def asked(state: str = "collecting", **more: Any) -> Edition:
    return edition(state, people=QUESTION, **more)


def yes(seen: Edition, found: Listed | None = None, about: str = DIGEST) -> Plan:
    return put(mail(Word.YES, about, found or listed()), seen)


def test_people_sends_the_lists_to_the_editors_own_address_without_a_token() -> None:
    plan = put(said(Word.PEOPLE, token=False))
    sent = only(plan, SendPeople)
    assert sent.to == EDITOR
    assert sent.notes == ()
    assert plan.edition is None
    assert changes(plan, DecisionAdded)[0].word == "PEOPLE"


def test_where_nobody_can_prove_who_wrote_the_lists_wait_for_a_code() -> None:
    unproven = said(Word.PEOPLE, token=False).model_copy(update={"fresh_code": "7K3Q-F2M9-XWDT"})
    plan = plan_decision(view(), RULES, unproven, AFTER_DEADLINE)
    assert effects(plan, SendPeople) == []
    assert "waits for a code" in only(plan, Answer).about
    confirming = mail(Word.YES, DIGEST, listed()).model_copy(update={"fresh_code": "7K3Q-F2M9-XWDT"})
    assert needs_code(yes(asked()), confirming)


def test_only_editors_get_the_lists() -> None:
    stranger = Person(name="Stranger", address="stranger@elsewhere.example")
    plan = put(said(Word.PEOPLE, of=stranger))
    assert effects(plan, SendPeople) == []
    assert only(plan, Answer).sentences[0] == "Only the editors get the lists of people."


def test_a_file_without_a_token_is_not_read() -> None:
    sent = only(put(mail(Word.PEOPLE, found=listed(), token=False)), SendPeople)
    assert sent.notes == ("Your file was not read: please reply to this mail with it.",)


@pytest.mark.parametrize(("faults", "says"), [(("A.",), "one thing is"), (("A.", "B."), "2 things are")])
def test_a_file_of_faults_changes_nothing(faults: tuple[str, ...], says: str) -> None:
    plan = put(mail(Word.PEOPLE, found=listed(wanted=None, faults=faults)))
    assert nothing_happened(plan)
    assert f"In “people.xlsx” {says} to be mended. Nothing was changed." in answer(plan)
    assert only(plan, Answer).lines == faults
    assert only(plan, Answer).token_about == PEOPLE_MAIL


def test_a_list_that_says_the_same_changes_nothing() -> None:
    plan = put(mail(Word.PEOPLE, found=listed(wanted=NOW, notes=("A note.",))))
    assert nothing_happened(plan)
    assert "says the same as the lists that hold" in answer(plan)
    assert "A note." in answer(plan)


def test_a_changed_list_is_asked_about_and_the_token_is_bound_to_that_difference() -> None:
    plan = put(mail(Word.PEOPLE, found=listed(notes=("A note.",))))
    assert becomes(plan).people == QUESTION.model_copy(update={"inbound": 31})
    asks = only(plan, Answer)
    assert asks.token_about == DIGEST
    assert asks.lines == ("Added: Robin <robin@district.example>, reader in District 1",)
    assert [word for word, _ in asks.may_say] == ["YES", "NO"]
    assert "Your list would change this: 1 reader added." in asks.sentences
    assert changes(plan, PeopleChanged) == []


def test_warnings_stand_first_and_a_long_list_is_cut() -> None:
    few = NOW.model_copy(update={"readers": NOW.readers[:1]})
    assert only(put(mail(Word.PEOPLE, found=listed(wanted=few))), Answer).sentences[0].startswith("WARNING: 2 of 3")
    many = tuple(ReaderRow(name=f"R{n}", address=f"r{n}@district.example") for n in range(MOST_LINES + 7))
    wanted = NOW.model_copy(update={"readers": (*NOW.readers, *many)})
    lines = only(put(mail(Word.PEOPLE, found=listed(wanted=wanted))), Answer).lines
    assert lines[MOST_LINES:] == ("And 7 more, as your file has them.",)


NEW_LEAD = NOW.model_copy(update={"leads": (*NOW.leads, NOW.leads[0].model_copy(update={"address": "x@y.example"}))})


@pytest.mark.parametrize(
    ("state", "wanted", "says"),
    [
        ("approved", WANTED, "is approved and goes to the 3 readers who were on the list then. HOLD and a new APPROVE"),
        (
            "distributing",
            WANTED,
            "August 2025 keeps the readers who were on the list at its approval; SEND TO adds one.",
        ),
        ("distributed", WANTED, "August 2025 keeps the readers"),
        ("collecting", NEW_LEAD, "Who is new gets the next reminder for this month; CHASE asks them at once."),
    ],
)
def test_from_when_it_counts_is_said(state: str, wanted: People, says: str) -> None:
    found = listed(wanted=wanted)
    assert says in answer(put(mail(Word.PEOPLE, found=found), state))
    question = QUESTION.model_copy(update={"subject": proposal_digest(NOW, wanted)})
    assert says in answer(yes(edition(state, people=question), found, question.subject))


@pytest.mark.parametrize(("state", "wanted"), [("approved", NEW_LEAD), ("collecting", WANTED)])
def test_what_does_not_concern_the_month_is_not_said(state: str, wanted: People) -> None:
    assert "2025" not in answer(put(mail(Word.PEOPLE, found=listed(wanted=wanted)), state))


def test_a_yes_keeps_the_list_and_writes_down_who_when_and_how_many() -> None:
    plan = yes(asked(), listed(number=4))
    (blob,), (row,), logged = changes(plan, BlobAdded), changes(plan, PeopleChanged), changes(plan, Logged)[0]
    assert read_kept(blob.data).people == WANTED
    assert (row.number, row.digest, row.person, row.inbound) == (5, blob.digest, EDITOR.address, 31)
    assert logged.what == "people changed"
    assert logged.data["reader added"] == 1
    assert (logged.data["list"], logged.data["number"], logged.data["inbound"]) == (blob.digest, 5, 31)
    assert "@" not in str(logged.data)
    assert becomes(plan).people == Question(code=APPLIED, subject=DIGEST, asked_at=AFTER_DEADLINE, inbound=31)
    assert changes(plan, DecisionAdded)[0].done == "list of people 5: 1 reader added"
    assert "Done: 1 reader added." in answer(plan)


def test_the_other_editors_hear_of_it() -> None:
    notice = only(yes(asked()), Notify)
    assert notice.to == EDITOR_DEPUTY
    assert notice.sentences[0] == "Editor has changed the lists of people: 1 reader added."


def test_a_yes_twice_is_harmless_and_after_a_no_nothing_happens() -> None:
    again = yes(asked().model_copy(update={"people": QUESTION.model_copy(update={"code": APPLIED})}))
    assert nothing_happened(again)
    assert "That change was made already; it is not made twice." in answer(again)
    dropped = put(mail(Word.NO, DIGEST, listed()), asked())
    assert becomes(dropped).people == Question(code=DROPPED, subject=DIGEST, asked_at=AFTER_DEADLINE, inbound=31)
    assert changes(dropped, PeopleChanged) == []
    assert changes(dropped, DecisionAdded)[0].done == "the lists of people stay as they were"
    after = yes(becomes(dropped))
    assert nothing_happened(after)
    assert "That change was dropped on a NO." in answer(after)


def test_a_yes_is_refused_when_the_lists_or_the_file_are_no_longer_the_same() -> None:
    other = NOW.model_copy(update={"readers": NOW.readers[:2]})
    for found in (listed(now=other), listed(wanted=other), listed(wanted=None)):
        plan = yes(asked(), found)
        assert nothing_happened(plan)
        assert "The lists have changed since I showed you that difference." in answer(plan)
    gone = yes(asked(), listed(wanted=None, faults=("The mail with your file is gone.",)))
    assert "The mail with your file is gone." in answer(gone)
    assert nothing_happened(gone)


def test_a_yes_to_an_older_list_or_to_no_question_changes_nothing() -> None:
    newer = asked().model_copy(update={"people": QUESTION.model_copy(update={"subject": "x" * 64})})
    assert "A newer list came in after that mail" in answer(yes(newer))
    for plan in (yes(edition()), yes(asked(), about=PEOPLE_MAIL), put(mail(Word.NO), asked())):
        assert nothing_happened(plan)
        assert "No question about the lists is open in that mail." in answer(plan)
    both = put(mail(Word.YES, DIGEST), asked())
    assert nothing_happened(both)
    assert "Your mail brings a file beside the word" in answer(both)


@pytest.mark.parametrize("word", [Word.APPROVE, Word.CANCEL, Word.SKIP, Word.EDITED, Word.CHASE])
@pytest.mark.parametrize("about", [DIGEST, PEOPLE_MAIL])
def test_a_word_about_the_month_counts_for_nothing_in_a_mail_about_the_lists(word: Word, about: str) -> None:
    plan = put(mail(word, about), asked("in_review"))
    assert plan.edition is None
    assert changes(plan, DecisionAdded) == []
    assert "reply to the newest draft mail itself" in answer(plan)
    assert becomes(put(mail(Word.HOLD, about), asked("approved"))).state == "in_review"


def test_a_yes_to_a_draft_is_no_yes_to_the_lists() -> None:
    plan = put(said(Word.YES), asked())
    assert nothing_happened(plan)
    assert "No question of mine is open" in answer(plan)
