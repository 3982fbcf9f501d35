"""The calendar: what is due, done once, by nobody twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.core.effects import (
    AskDeputy,
    AskLead,
    MakeDraft,
    Notify,
    Plan,
    PlanBuilder,
    Remind,
)
from bot.core.model import EditionState
from bot.core.planner.due import ask_deputies, plan_due, remind
from bot.core.records import DueDone, EditionView, Logged, ProblemNoted
from bot.core.timetable import LONDON, TimetableRules, closed_days, timetable_for
from tests.core.builders import (
    AFTER_DEADLINE,
    CLOSED,
    DEADLINE,
    DISTRIBUTION,
    DRUGS,
    DRUGS_DEPUTY,
    DRUGS_LEAD,
    HATE,
    HATE_DEPUTY,
    HATE_LEAD,
    HATE_SECOND,
    IN_THE_WEEK,
    MINUTE,
    PERIOD,
    PREVENT_LEAD,
    REQUEST,
    RULES,
    THEMES,
    TIMETABLE,
    away,
    becomes,
    changes,
    draft,
    edition,
    effects,
    everybody_in,
    item,
    nil_return,
    only,
    rules,
    submission,
    view,
)

FIRST_REMINDER, LAST_REMINDER = TIMETABLE.reminders_at
CHASERS = TIMETABLE.chase_editor_at


def collecting(*done: str, **changed: object) -> EditionView:
    """The edition while it collects, with some steps done already."""
    return view("collecting", done=frozenset({"request", *done}), **changed)


def reminded(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Who is reminded of which themes."""
    return {effect.to.address: effect.themes for effect in effects(plan, Remind)}


# ------------------------------------------------------------------------------------------------- requests


def test_before_the_first_working_day_nothing_happens() -> None:
    assert plan_due(view("planned"), RULES, REQUEST - MINUTE).empty


def test_on_the_first_working_day_every_lead_is_asked_for_every_theme() -> None:
    plan = plan_due(view("planned"), RULES, REQUEST)
    assert {(ask.to, ask.theme) for ask in effects(plan, AskLead)} == {
        (HATE_LEAD, "hate-crime"),
        (DRUGS_LEAD, "drugs"),
        (PREVENT_LEAD, "prevent"),
    }
    assert becomes(plan).state is EditionState.COLLECTING
    assert changes(plan, DueDone) == [DueDone(edition_id=7, name="request")]


def test_the_requests_go_out_once_however_often_the_tick_comes() -> None:
    once = plan_due(view("planned"), RULES, REQUEST)
    again = plan_due(collecting().model_copy(update={"edition": becomes(once)}), RULES, REQUEST + MINUTE)
    assert effects(again, AskLead) == []
    forgotten = view("collecting", done=frozenset())  # the row of "request" lost, the state not
    assert effects(plan_due(forgotten, RULES, REQUEST + MINUTE), AskLead) == []


def test_a_tick_that_comes_days_late_asks_the_leads_and_does_not_remind_them_in_the_same_breath() -> None:
    plan = plan_due(view("planned"), RULES, FIRST_REMINDER + MINUTE)
    assert len(effects(plan, AskLead)) == 3
    assert effects(plan, Remind) == []
    assert {done.name for done in changes(plan, DueDone)} == {"request", "reminder/1"}


def test_requests_are_not_sent_on_a_closed_day_even_when_they_are_late() -> None:
    saturday = datetime(2025, 8, 2, 10, 0, tzinfo=LONDON)
    assert plan_due(view("planned"), RULES, saturday).empty


def test_a_lead_who_is_away_is_not_asked_their_deputies_are() -> None:
    plan = plan_due(view("planned", absences=(away(HATE_LEAD, date(2025, 8, 20)),)), RULES, REQUEST)
    assert HATE_LEAD not in [ask.to for ask in effects(plan, AskLead)]
    asked = effects(plan, AskDeputy)
    assert [(ask.to, ask.lead, ask.back_on) for ask in asked] == [
        (HATE_DEPUTY, HATE_LEAD, date(2025, 8, 20)),
        (HATE_SECOND, HATE_LEAD, date(2025, 8, 20)),
    ]
    assert not asked[0].bounced


def test_a_lead_who_is_back_on_the_day_is_asked_themselves() -> None:
    plan = plan_due(view("planned", absences=(away(HATE_LEAD, REQUEST.date()),)), RULES, REQUEST)
    assert HATE_LEAD in [ask.to for ask in effects(plan, AskLead)]
    assert effects(plan, AskDeputy) == []


def test_a_lead_who_is_away_and_has_no_deputy_is_asked_all_the_same() -> None:
    plan = plan_due(view("planned", absences=(away(PREVENT_LEAD),)), RULES, REQUEST)
    assert PREVENT_LEAD in [ask.to for ask in effects(plan, AskLead)]


def test_a_deputy_who_is_away_too_is_passed_over() -> None:
    absences = (away(HATE_LEAD, why="bounce"), away(HATE_DEPUTY))
    plan = plan_due(view("planned", absences=absences), RULES, REQUEST)
    assert [(ask.to, ask.bounced) for ask in effects(plan, AskDeputy)] == [(HATE_SECOND, True)]


def test_the_deputies_of_a_theme_that_is_not_there_are_nobody() -> None:
    build = PlanBuilder(edition())
    assert ask_deputies(build, view(), RULES, "parks", HATE_LEAD, IN_THE_WEEK) == ()
    assert build.plan().empty


def test_a_deputy_can_be_asked_though_no_absence_is_known() -> None:
    build = PlanBuilder(edition())
    assert ask_deputies(build, view(), RULES, "drugs", DRUGS_LEAD, IN_THE_WEEK) == (DRUGS_DEPUTY,)
    asked = only(build.plan(), AskDeputy)
    assert (asked.back_on, asked.bounced) == (None, False)


def test_a_bot_that_did_not_run_before_the_deadline_asks_nobody_and_tells_the_operator_how_to_go_on() -> None:
    plan = plan_due(view("planned"), RULES, DEADLINE)
    assert effects(plan, AskLead) == []
    assert plan.edition is None
    (noted,) = changes(plan, ProblemNoted)
    assert noted.problem.code == "requests-missed"
    assert "EXTEND" in noted.problem.todo
    assert [word for word, _ in only(plan, Notify).may_say] == ["EXTEND 19 August", "SKIP"]
    (done,) = changes(plan, DueDone)
    assert plan_due(view("planned", done=frozenset({done.name})), RULES, DEADLINE).empty


def test_a_month_that_the_configuration_skips_is_skipped_and_nobody_is_asked() -> None:
    plan = plan_due(view("planned"), rules(skip=frozenset({PERIOD})), REQUEST)
    assert becomes(plan).state is EditionState.SKIPPED
    assert plan.effects == ()


def test_a_month_whose_requests_are_out_is_not_skipped_any_more() -> None:
    plan = plan_due(collecting(), rules(skip=frozenset({PERIOD})), IN_THE_WEEK)
    assert plan.empty


# ------------------------------------------------------------------------------------------------ reminders


def test_only_those_who_are_not_in_are_reminded() -> None:
    replies = (
        submission(item("One"), revision=1),
        nil_return(theme=THEMES[2], of=PREVENT_LEAD, revision=1),
    )
    plan = plan_due(collecting(submissions=replies), RULES, FIRST_REMINDER)
    assert reminded(plan) == {DRUGS_LEAD.address: ("drugs",)}
    assert changes(plan, DueDone) == [DueDone(edition_id=7, name="reminder/1")]


def test_when_everybody_is_in_nobody_is_reminded_and_the_step_is_done() -> None:
    plan = plan_due(collecting(submissions=everybody_in()), RULES, FIRST_REMINDER)
    assert effects(plan, Remind) == []
    assert [done.name for done in changes(plan, DueDone)] == ["reminder/1"]


def test_somebody_who_leads_several_open_themes_gets_one_reminder_that_names_them_all() -> None:
    two = tuple(theme.model_copy(update={"leads": (HATE_LEAD,)}) for theme in (HATE, DRUGS))
    plan = plan_due(collecting(), rules(themes=two), FIRST_REMINDER)
    assert reminded(plan) == {HATE_LEAD.address: ("hate-crime", "drugs")}


def test_who_has_just_written_is_not_reminded_at_once_but_when_the_editor_chases() -> None:
    asked = submission(of=HATE_LEAD, revision=1, at=FIRST_REMINDER - timedelta(hours=2))
    seen = view(done=frozenset({"request"}), submissions=(asked,))
    reminded = effects(plan_due(seen, RULES, FIRST_REMINDER), Remind)
    assert reminded
    assert HATE_LEAD not in [one.to for one in reminded]
    build = PlanBuilder(seen.edition)
    assert HATE_LEAD in remind(build, seen, RULES, FIRST_REMINDER, 1031)


def test_a_theme_that_the_editor_skipped_reminds_nobody() -> None:
    seen = view(edition(skipped_themes=("drugs", "prevent")), done=frozenset({"request"}))
    assert reminded(plan_due(seen, RULES, FIRST_REMINDER)) == {HATE_LEAD.address: ("hate-crime",)}


def test_for_a_lead_who_is_away_the_deputies_are_reminded_and_if_all_are_away_the_lead() -> None:
    some = collecting(absences=(away(HATE_LEAD), away(HATE_SECOND)))
    assert HATE_DEPUTY.address in reminded(plan_due(some, RULES, FIRST_REMINDER))
    assert HATE_LEAD.address not in reminded(plan_due(some, RULES, FIRST_REMINDER))
    everybody = collecting(absences=(away(HATE_LEAD), away(HATE_DEPUTY), away(HATE_SECOND)))
    assert HATE_LEAD.address in reminded(plan_due(everybody, RULES, FIRST_REMINDER))


def test_a_reminder_comes_once_and_the_last_one_says_that_it_is_the_last() -> None:
    first = plan_due(collecting(), RULES, FIRST_REMINDER)
    assert [effect.last for effect in effects(first, Remind)] == [False, False, False]
    assert plan_due(collecting("reminder/1"), RULES, FIRST_REMINDER + MINUTE).empty
    last = plan_due(collecting("reminder/1"), RULES, LAST_REMINDER)
    assert [effect.last for effect in effects(last, Remind)] == [True, True, True]
    assert {effect.key for effect in effects(first, Remind)}.isdisjoint(e.key for e in effects(last, Remind))


def test_after_an_outage_nobody_gets_a_heap_of_reminders() -> None:
    plan = plan_due(collecting(), RULES, LAST_REMINDER + MINUTE)
    assert len(effects(plan, Remind)) == 3
    assert [done.name for done in changes(plan, DueDone)] == ["reminder/2"]


def test_no_reminder_leaves_once_the_draft_is_with_the_editor_or_the_edition_is_cancelled() -> None:
    for state in ("in_review", "approved", "cancelled"):
        plan = plan_due(view(state, done=frozenset({"request"})), RULES, LAST_REMINDER)
        assert effects(plan, Remind) == []


def test_no_reminder_leaves_on_a_bank_holiday_announced_late() -> None:
    closed = closed_days(PERIOD, [FIRST_REMINDER.astimezone(LONDON).date()])
    plan = plan_due(view(edition(extended=True), done=frozenset({"request"})), rules(closed=closed), FIRST_REMINDER)
    assert plan.empty


# ------------------------------------------------------------------------------------- a calendar that changes


def test_a_bank_holiday_announced_late_moves_what_is_still_to_come() -> None:
    closed = closed_days(PERIOD, [date(2025, 8, 8)])
    plan = plan_due(collecting(), rules(closed=closed), IN_THE_WEEK)
    moved = becomes(plan).timetable
    assert moved.deadline_at == DEADLINE + timedelta(days=1)
    assert moved.request_at == REQUEST
    assert [log.what for log in changes(plan, Logged)] == ["timetable moved"]


@pytest.mark.parametrize("seen", [edition(extended=True), edition("in_review"), edition("cancelled")])
def test_a_date_that_the_editor_set_or_an_edition_in_review_does_not_follow_the_calendar(seen: object) -> None:
    closed = closed_days(PERIOD, [date(2025, 8, 8)])
    assert plan_due(view(seen), rules(closed=closed), IN_THE_WEEK).empty  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------- the whole calendar


def test_a_month_of_ticks_every_half_hour_does_each_thing_once() -> None:
    """The clock goes on, nobody answers: requests, two reminders, one draft, chasers; nothing leaves."""
    seen, done, now = view("planned", done=frozenset()), set[str](), REQUEST - timedelta(hours=3)
    counted: dict[str, int] = {}
    while now < DISTRIBUTION + timedelta(days=10):
        plan = plan_due(seen.model_copy(update={"done": frozenset(done)}), RULES, now)
        for name in (change.name for change in changes(plan, DueDone)):
            assert name not in done
            done.add(name)
        for effect in plan.effects:
            counted[effect.effect] = counted.get(effect.effect, 0) + 1
        if plan.edition is not None:
            seen = seen.model_copy(update={"edition": plan.edition})
        if effects(plan, MakeDraft):
            seen = seen.model_copy(update={"draft": draft(1, made_at=now)})
        now += 30 * MINUTE
    overdue = sum(moment >= DISTRIBUTION for moment in CHASERS)
    chased = len(CHASERS) + overdue
    assert counted == {"ask_lead": 3, "remind": 6, "make_draft": 1, "chase_editor": chased}
    assert seen.edition.state is EditionState.IN_REVIEW


def test_the_builders_timetable_is_the_calendars() -> None:
    assert timetable_for(PERIOD, TimetableRules(), CLOSED) == TIMETABLE
    assert effects(plan_due(view("in_review"), RULES, AFTER_DEADLINE), Notify) == []
