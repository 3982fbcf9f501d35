"""One-time codes: what waits for one, what a code does when it comes back, and when it is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core import keys
from bot.core.classify import Facts, Thread, classify
from bot.core.decision import Word
from bot.core.effects import Answer, Confirm, Plan
from bot.core.model import EditionState, MailClass
from bot.core.planner.codes import LASTS, MOST_OPEN, MOST_TRIES
from bot.core.planner.decisions import plan_code, plan_decision
from bot.core.planner.said import Said
from bot.core.records import DecisionAdded, Edition
from tests.core.builders import (
    AFTER_DEADLINE,
    EDITOR,
    EDITOR_DEPUTY,
    RULES,
    becomes,
    changes,
    effects,
    only,
    said,
    view,
)
from tests.core.planner.asking import answer

CODE = "7K3Q-F2M9-XWDT"


def unproven(word: Word | None, code: str = CODE, **more: Any) -> Said:
    return said(word, **more).model_copy(update={"fresh_code": code})


def asked(word: Word | None, seen: str | Edition = "in_review", **more: Any) -> Plan:
    return plan_decision(view(seen), RULES, unproven(word, **more), AFTER_DEADLINE)


def typed(edition: Edition, code: str = CODE, minutes: int = 5, **more: Any) -> Plan:
    """The code comes back."""
    attempt = said(Word.CODE, argument=code, **more)
    now = AFTER_DEADLINE + timedelta(minutes=minutes)
    return plan_code(view(edition), RULES, attempt, unproven(Word.APPROVE), now)


def test_an_unproven_approval_does_nothing_but_mail_a_code_to_the_editors_own_address() -> None:
    plan = asked(Word.APPROVE)
    assert becomes(plan).state is EditionState.IN_REVIEW
    assert only(plan, Answer).to == EDITOR
    assert only(plan, Answer).lines == (CODE,)
    assert changes(plan, DecisionAdded) == []
    (waiting,) = becomes(plan).codes
    assert (waiting.person, waiting.word, waiting.draft) == (EDITOR.address, "APPROVE", 1)
    assert CODE not in plan.model_dump_json(exclude={"effects"})


@pytest.mark.parametrize(
    ("word", "state", "more"),
    [
        (Word.CANCEL, "in_review", {}),
        (Word.SKIP, "in_review", {"theme": "drugs"}),
        (Word.SEND_TO, "distributed", {"address": "late@district.example"}),
        (Word.CHASE, "collecting", {}),
    ],
)
def test_everything_that_does_something_waits_for_its_code(word: Word, state: str, more: dict[str, Any]) -> None:
    assert "waits for a code" in answer(asked(word, state, **more))


def test_hold_and_status_and_what_is_only_answered_need_no_code() -> None:
    assert becomes(asked(Word.HOLD, "approved")).state is EditionState.IN_REVIEW
    assert "newest draft is number 1" in answer(asked(Word.STATUS))
    assert "code" not in answer(asked(Word.APPROVE, "collecting"))
    assert becomes(asked(None, "approved", problem="Unclear.", worried=True)).state is EditionState.IN_REVIEW


def test_the_code_carries_the_decision_out_once() -> None:
    waiting = becomes(asked(Word.APPROVE))
    plan = typed(waiting, "7k3q-f2m9-xwdt")
    after = becomes(plan)
    assert (after.state, after.codes) == (EditionState.APPROVED, ())
    assert effects(plan, Confirm)
    assert "was not taken" in answer(typed(after))


@pytest.mark.parametrize(
    ("code", "minutes", "more"),
    [
        ("7K3Q-F2M9-XWDA", 5, {}),
        (CODE, int(LASTS.total_seconds() // 60), {}),
        (CODE, 5, {"of": EDITOR_DEPUTY}),
    ],
    ids=["wrong", "expired", "somebody else's"],
)
def test_a_code_that_is_none_does_nothing(code: str, minutes: int, more: dict[str, Any]) -> None:
    plan = typed(becomes(asked(Word.APPROVE)), code, minutes, **more)
    assert plan.edition is None or plan.edition.state is EditionState.IN_REVIEW
    assert only(plan, Answer).about == "the code was not taken"


def test_a_few_wrong_codes_make_the_right_one_void() -> None:
    edition = becomes(asked(Word.APPROVE))
    for _ in range(MOST_TRIES):
        edition = becomes(typed(edition, "0000-0000-0000"))
    assert edition.codes == ()
    assert "was not taken" in answer(typed(edition))


def test_a_code_for_an_older_draft_is_used_up_and_does_nothing() -> None:
    newer = becomes(asked(Word.APPROVE)).model_copy(update={"draft": 2})
    plan = typed(newer)
    assert (becomes(plan).state, becomes(plan).codes) == (EditionState.IN_REVIEW, ())
    assert "Draft 2 is newer" in answer(plan)


def test_a_code_whose_decision_changes_nothing_any_more_is_used_up_all_the_same() -> None:
    waiting = becomes(asked(Word.APPROVE)).model_copy(update={"state": EditionState.APPROVED, "approved_draft": 1})
    plan = typed(waiting)
    assert becomes(plan).codes == ()
    assert "already" in answer(plan)


def test_a_mail_that_is_gone_is_not_confirmed() -> None:
    attempt = said(Word.CODE, argument=CODE)
    plan = plan_code(view(becomes(asked(Word.APPROVE))), RULES, attempt, None, AFTER_DEADLINE)
    assert "was not taken" in answer(plan)


def test_nobodys_mailbox_is_filled_with_codes() -> None:
    edition: Edition | str = "in_review"
    for _ in range(MOST_OPEN):
        edition = becomes(asked(Word.APPROVE, edition))
    plan = asked(Word.APPROVE, edition)
    assert plan.edition is None
    assert only(plan, Answer).lines == ()
    assert "wait to be used" in answer(plan)


def test_a_code_is_twelve_letters_and_kept_as_a_hash_of_whom_and_what_it_is_for() -> None:
    code = keys.make_code(bytes(range(16)))
    assert len(code) == 14
    assert keys.code_hash(code, "b", "p", "x@y", 1) == keys.code_hash(code.lower(), "b", "p", "X@y", 1)
    assert keys.code_hash(code, "b", "p", "x@y", 1) != keys.code_hash(code, "b", "p", "x@y", 2)


def test_a_mail_that_cannot_be_proven_is_a_command_only_where_codes_are_mailed() -> None:
    thread = Thread(by="thread", kind="draft", purpose="editor", bulletin="ccsu-rag", period="2025-08", draft=1)
    facts = Facts(mail_class=MailClass.REPLY, author=EDITOR.address, thread=thread, editor_of=("ccsu-rag",))
    assert classify(facts).kind == "held"
    assert classify(facts.model_copy(update={"codes": True})).kind == "command"
    assert classify(facts.model_copy(update={"codes": True, "authentic": "fail"})).kind == "held"
