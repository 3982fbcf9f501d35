"""ACCEPT: which findings may stay, what is remembered of it, and that nothing else comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.decision import Word
from bot.core.effects import Answer, Plan
from bot.core.findings import numbered
from bot.core.model import EditionState, Finding, Severity
from bot.core.planner.codes import needs_code
from bot.core.planner.decisions import plan_decision
from bot.core.proof import finding_key
from bot.core.records import DecisionAdded, EditionView
from tests.core.builders import AFTER_DEADLINE, RULES, becomes, changes, edition, only, said, view
from tests.core.planner.asking import answer, nothing_happened


def finding(word: str, where: str = "Hate Crime / The hotline", severity: str = "warning") -> Finding:
    message = f"“{word}” looks misspelt."
    return Finding(code="spelling", severity=Severity(severity), where=where, message=message, exact=word)


BAD = finding("20265", severity="error")
FOUND = numbered((BAD, finding("adress"), finding("recieve", "Prevent"), finding("adress", "Prevent")))
IN_REVIEW = view(edition("in_review", draft=2))


def accepts(*numbers: int, seen: EditionView = IN_REVIEW, found: Any = FOUND, **of: Any) -> Plan:
    """What comes of ACCEPT with these numbers (none: ALL), in a reply to the mail of draft 2."""
    mail = said(Word.ACCEPT, numbers=numbers, **{"about": 2, **of}).model_copy(update={"findings": found})
    return plan_decision(seen, RULES, mail, AFTER_DEADLINE)


def test_what_is_accepted_is_remembered_and_named_and_written_down() -> None:
    plan = accepts(3)
    assert becomes(plan).accepted == (finding_key(FOUND[2]),)
    assert "Accepted in draft 2, and not shown again, this month or later" in answer(plan)
    assert only(plan, Answer).lines == ("3. “recieve” looks misspelt. (Prevent)",)
    assert changes(plan, DecisionAdded)[0].done == "accepted 3 of draft 2"


def test_the_same_finding_in_another_place_goes_with_it_and_is_named() -> None:
    plan = accepts(2)
    assert len(becomes(plan).accepted) == 1
    assert [line[:2] for line in only(plan, Answer).lines] == ["2.", "4."]


def test_an_error_is_accepted_by_its_own_number_only() -> None:
    every = accepts()
    assert finding_key(BAD) not in becomes(every).accepted
    assert "errors are not accepted together: 1. If one may stay, name it: ACCEPT 1." in answer(every)
    assert len(becomes(every).accepted) == 2
    assert finding_key(BAD) in becomes(accepts(1)).accepted
    assert "errors" not in answer(accepts(1))
    assert "errors" not in answer(accepts(found=FOUND[1:]))


def test_what_was_accepted_before_is_said_and_kept_once() -> None:
    once = becomes(accepts(3))
    again = accepts(3, seen=view(once))
    assert nothing_happened(again)
    assert "nothing new to accept. Accepted before: 3." in answer(again)
    more = accepts(2, 3, seen=view(once))
    assert becomes(more).accepted == (finding_key(FOUND[2]), finding_key(FOUND[1]))
    assert "Accepted before: 3." in answer(more)


@pytest.mark.parametrize(
    ("numbers", "found", "says"),
    [
        ((5,), FOUND, "Draft 2 has no finding 5: they go from 1 to 4."),
        ((3, 7, 9), FOUND, "Draft 2 has no finding 7 or 9"),
        ((0,), FOUND[:1], "has no finding 0: there is only number 1."),
        ((1,), (), "draft 2 has no numbered findings"),
        ((), (), "draft 2 has no numbered findings"),
        ((1,), (BAD,), "draft 2 has no numbered findings"),  # a draft of before they were numbered
    ],
)
def test_a_number_that_is_not_there_accepts_nothing_at_all(numbers: tuple[int, ...], found: Any, says: str) -> None:
    plan = accepts(*numbers, found=found)
    assert nothing_happened(plan)
    assert says in answer(plan)
    assert "Nothing was accepted." in answer(plan)


def test_a_mail_whose_reference_is_of_no_draft_names_no_findings() -> None:
    plan = accepts(1, about=None, found=(), seen=view("collecting"))
    assert nothing_happened(plan)
    assert "Please reply to the mail of the draft." in answer(plan)


def test_the_numbers_of_an_older_draft_stay_its_own_and_so_does_the_answers_reference() -> None:
    newer = view(edition("in_review", draft=3))
    plan = accepts(3, seen=newer)
    assert "Accepted in draft 2" in answer(plan)
    assert only(plan, Answer).editor_draft == 2
    assert only(accepts(9, seen=newer), Answer).editor_draft == 2


@pytest.mark.parametrize("state", EditionState)
def test_nothing_else_changes_in_any_state(state: EditionState) -> None:
    seen = view(edition(state.value, draft=2))
    after = becomes(accepts(3, seen=seen))
    assert after == seen.edition.model_copy(update={"accepted": (finding_key(FOUND[2]),)})
    assert "nothing was approved" in answer(accepts(3, seen=seen))


def test_it_needs_the_reference_and_a_code_where_it_is_not_proven_who_wrote() -> None:
    bare = accepts(3, token=False)
    assert "reply to the newest draft mail itself" in answer(bare)
    assert bare.edition is None
    unproven = said(Word.ACCEPT, numbers=(3,), about=2).model_copy(update={"fresh_code": "AAAA-BBBB-CCCC"})
    assert needs_code(accepts(3), unproven)
    assert not needs_code(accepts(9), unproven)
