"""An editor's word, put to the planner, and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.core.decision import Word
from bot.core.effects import Answer, Plan, SendPeople
from bot.core.planner.decisions import plan_decision
from bot.core.records import (
    Edition,
    EditionView,
)
from tests.core.builders import (
    AFTER_DEADLINE,
    EDITOR,
    RULES,
    effects,
    said,
    view,
)


def decided(seen: EditionView | Edition | str, word: Word | None, now: datetime = AFTER_DEADLINE, **of: Any) -> Plan:
    """What an editor's word does to the edition."""
    there = seen if isinstance(seen, EditionView) else view(seen)
    return plan_decision(there, RULES, said(word, **of), now)


def answer(plan: Plan) -> str:
    """Everything that the editor reads in the one answer to their mail."""
    (found,) = [effect for effect in effects(plan, Answer) if effect.to == EDITOR]
    return " ".join((found.about, *found.sentences, *found.lines))


def nothing_happened(plan: Plan) -> bool:
    """Whether only a decision and a line in the log were written and only an answer, or the lists, leave."""
    written = {change.change for change in plan.changes} <= {"decision_added", "logged"}
    return plan.edition is None and written and all(isinstance(effect, Answer | SendPeople) for effect in plan.effects)
