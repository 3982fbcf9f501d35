"""Plans: what a planner gathers and hands over."""

from __future__ import annotations

from bot.core.effects import Distribute, Plan, PlanBuilder, ReportOutcome
from bot.core.model import EditionState, Person
from bot.core.records import Logged
from tests.core.builders import edition


def test_a_plan_in_which_nothing_was_asked_is_empty_and_leaves_the_edition_untouched() -> None:
    build = PlanBuilder(edition())
    build.set(state=EditionState.COLLECTING)
    assert build.plan() == Plan()
    assert build.plan().empty


def test_a_new_value_a_row_or_an_effect_makes_a_plan_something_to_do() -> None:
    for step in ("set", "write", "do"):
        build = PlanBuilder(edition())
        if step == "set":
            build.set(cause="HOLD")
        elif step == "write":
            build.write(Logged(what="x"))
        else:
            build.do(Distribute())
        assert not build.plan().empty


def test_rows_and_effects_keep_the_order_in_which_they_were_asked_for() -> None:
    build = PlanBuilder(edition())
    build.write(Logged(what="one"), Logged(what="two"))
    build.write(Logged(what="three"))
    outcome = ReportOutcome(key="x", to=Person(name="Editor", address="editor@council.example.org"))
    build.do(outcome, Distribute())
    plan = build.plan()
    assert [change.what for change in plan.changes if isinstance(change, Logged)] == ["one", "two", "three"]
    assert plan.effects == (outcome, Distribute())


def test_a_plan_survives_being_written_down_and_read_back() -> None:
    build = PlanBuilder(edition())
    build.set(state=EditionState.CANCELLED)
    build.write(Logged(what="one"))
    build.do(Distribute())
    assert Plan.model_validate_json(build.plan().model_dump_json()) == build.plan()
