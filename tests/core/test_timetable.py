"""The dates of editions: known months by hand, and properties over twenty years of months."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.bank_holidays import bank_holidays
from bot.core.model import Timetable
from bot.core.timetable import (
    LONDON,
    TimetableRules,
    at,
    closed_days,
    due_now,
    extended,
    is_open,
    month_title,
    next_step,
    nth_working_day,
    period_of,
    period_parts,
    retimed,
    shifted_period,
    steps,
    timetable_for,
    working_days,
    working_days_from,
)
from bot.errors import InputError

RULES = TimetableRules()
MONTHS_OF_20_YEARS = [f"{year}-{month:02d}" for year in range(2020, 2041) for month in range(1, 13)]
periods = st.sampled_from(MONTHS_OF_20_YEARS)


def timetable(period: str, rules: TimetableRules = RULES, *extra: date) -> Timetable:
    return timetable_for(period, rules, closed_days(period, extra))


def days(moments: tuple[datetime, ...]) -> list[date]:
    return [moment.astimezone(LONDON).date() for moment in moments]


# ------------------------------------------------------------------------------------------- months by hand


def test_august_2025_is_as_the_calendar_on_the_wall_says() -> None:
    dates = timetable("2025-08")
    assert dates.request_at == datetime(2025, 8, 1, 8, 0, tzinfo=UTC)  # 09:00 in summer time
    assert days(dates.reminders_at) == [date(2025, 8, 7), date(2025, 8, 11)]
    assert dates.deadline_at == datetime(2025, 8, 12, 11, 0, tzinfo=UTC)
    assert dates.distribution_at == datetime(2025, 8, 18, 8, 0, tzinfo=UTC)
    assert dates.statistics_to == "2025-07"
    assert days(dates.chase_editor_at) == [
        date(2025, 8, 14),
        date(2025, 8, 15),
        date(2025, 8, 19),
        date(2025, 8, 20),
        date(2025, 8, 21),
    ]


def test_new_year_and_its_substitute_day_push_january_back() -> None:
    # 1 January 2028 is a Saturday: the substitute is Monday the 3rd.
    assert days((timetable("2028-01").request_at,)) == [date(2028, 1, 4)]


def test_easter_in_early_april_moves_the_deadline() -> None:
    # 2026: Good Friday 3 April, Easter Monday 6 April.
    dates = timetable("2026-04")
    assert days((dates.request_at, dates.deadline_at)) == [date(2026, 4, 1), date(2026, 4, 14)]


def test_christmas_is_left_out_when_the_distribution_is_late() -> None:
    rules = TimetableRules(deadline_working_day=17, distribution_working_day=19)
    dates = timetable("2025-12", rules)
    assert days((dates.deadline_at, dates.distribution_at)) == [date(2025, 12, 23), date(2025, 12, 29)]


def test_a_one_off_bank_holiday_is_known_and_an_announced_one_can_be_added() -> None:
    assert date(2023, 5, 8) in bank_holidays(2023)  # the coronation
    before = timetable("2030-05")
    after = timetable("2030-05", RULES, date(2030, 5, 9))
    assert days((before.deadline_at,)) == [date(2030, 5, 13)]
    assert days((after.deadline_at,)) == [date(2030, 5, 14)]


def test_a_bank_holiday_that_was_called_off_is_a_working_day() -> None:
    closed = closed_days("2025-05", removed=[date(2025, 5, 5)])
    assert is_open(date(2025, 5, 5), closed)
    assert not is_open(date(2025, 5, 5), closed_days("2025-05"))


def test_wall_clock_times_are_right_on_both_sides_of_both_clock_changes() -> None:
    assert at(date(2025, 3, 28), time(9)).astimezone(UTC).hour == 9
    assert at(date(2025, 3, 31), time(9)).astimezone(UTC).hour == 8
    assert at(date(2025, 10, 24), time(9)).astimezone(UTC).hour == 8
    assert at(date(2025, 10, 27), time(9)).astimezone(UTC).hour == 9


def test_a_month_that_crosses_a_clock_change_keeps_its_wall_clock() -> None:
    rules = TimetableRules(deadline_working_day=18, distribution_working_day=20)
    for period in ("2023-03", "2024-10"):
        dates = timetable(period, rules)
        assert dates.request_at.utcoffset() != dates.distribution_at.utcoffset()
        assert dates.request_at.astimezone(LONDON).time() == dates.distribution_at.astimezone(LONDON).time() == time(9)


def test_reminders_before_the_request_and_chasers_before_the_deadline_are_left_out() -> None:
    rules = TimetableRules(reminders=(7, 8, 0), chasers=(4, 5, 0), overdue_chasers=0, chaser_time=time(8))
    dates = timetable("2025-08", rules)
    assert days(dates.reminders_at) == [date(2025, 8, 1), date(2025, 8, 12)]  # both later than 09:00, before 12:00
    assert days(dates.chase_editor_at) == [date(2025, 8, 18)]


def test_a_month_short_of_working_days_runs_into_the_next() -> None:
    closed = closed_days("2025-08", [date(2025, 8, day) for day in range(1, 29)])
    assert nth_working_day("2025-08", 2, closed) == date(2025, 9, 1)


def test_a_year_without_a_working_day_is_said_plainly() -> None:
    shut = frozenset(date(2025, 1, 1) + timedelta(days=day) for day in range(800))
    with pytest.raises(InputError, match="no working day in the year after 2025-08-01"):
        next(working_days(date(2025, 8, 1), shut))
    with pytest.raises(InputError, match="no working day within a year"):
        working_days_from(date(2025, 8, 1), 1, shut)


@pytest.mark.parametrize("wrong", ["2025-13", "2025-8", "25-08", "august", "1999-12", "2099-01", "2025-08 ", "٢٠٢٥-08"])
def test_what_is_not_a_month_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="is not a month"):
        period_parts(wrong)


def test_months_are_named_and_counted() -> None:
    assert month_title("2025-08") == "August 2025"
    assert shifted_period("2025-01", -1) == "2024-12"
    assert shifted_period("2025-12", 1) == "2026-01"
    assert period_of(date(2025, 8, 31)) == "2025-08"
    assert period_of(datetime(2025, 7, 31, 23, 30, tzinfo=UTC)) == "2025-08"  # past midnight in London


# ------------------------------------------------------------------------------------------------ properties


@pytest.mark.parametrize("year", range(2020, 2041))
def test_every_month_of_twenty_years_is_in_order_and_only_on_open_days(year: int) -> None:
    for month in range(1, 13):
        period = f"{year}-{month:02d}"
        dates, closed = timetable(period), closed_days(period)
        everything = (
            dates.request_at,
            *dates.reminders_at,
            dates.deadline_at,
            dates.distribution_at,
            *dates.chase_editor_at,
        )
        assert all(is_open(day, closed) for day in days(everything))
        order = [dates.request_at, *dates.reminders_at, dates.deadline_at, dates.distribution_at]
        assert order == sorted(order)
        assert len(set(order)) == 5
        assert len(dates.chase_editor_at) == 5
        assert min(dates.chase_editor_at) > dates.deadline_at
        assert period_of(dates.request_at) == period_of(dates.distribution_at) == period
        assert dates.request_at.astimezone(LONDON).time() == RULES.request_time
        assert dates.deadline_at.astimezone(LONDON).time() == RULES.deadline_time


closures = st.lists(st.integers(0, 40), max_size=8)
rulesets = st.builds(
    lambda request, to_deadline, to_distribution, reminders, chasers: TimetableRules(
        request_working_day=request,
        deadline_working_day=request + to_deadline,
        distribution_working_day=request + to_deadline + to_distribution,
        reminders=tuple(reminders),
        chasers=tuple(chasers),
    ),
    st.integers(1, 6),
    st.integers(1, 8),
    st.integers(1, 6),
    st.lists(st.integers(0, 10), max_size=4),
    st.lists(st.integers(0, 10), max_size=3),
)


def closed_with(period: str, offsets: list[int]) -> frozenset[date]:
    first = date(*period_parts(period), 1)
    return closed_days(period, [first + timedelta(days=offset) for offset in offsets])


@given(periods, rulesets, closures)
@settings(max_examples=150, deadline=None)
def test_any_rules_and_closures_keep_order_and_closed_days(period: str, rules: TimetableRules, shut: list[int]) -> None:
    closed = closed_with(period, shut)
    dates = timetable_for(period, rules, closed)
    assert dates.request_at < dates.deadline_at < dates.distribution_at
    assert all(dates.request_at < moment < dates.deadline_at for moment in dates.reminders_at)
    assert all(moment > dates.deadline_at for moment in dates.chase_editor_at)
    assert all(is_open(day, closed) for day in days((*dates.reminders_at, *dates.chase_editor_at, dates.request_at)))
    assert Timetable.model_validate_json(dates.model_dump_json()) == dates


@given(periods, rulesets, closures, closures, st.integers(-3, 45), st.integers(0, 23))
@settings(max_examples=250, deadline=None)
def test_retiming_moves_only_what_is_to_come(
    period: str, rules: TimetableRules, before: list[int], after: list[int], day: int, hour: int
) -> None:
    old = timetable_for(period, rules, closed_with(period, before))
    new = timetable_for(period, rules, closed_with(period, after))
    now = at(date(*period_parts(period), 1) + timedelta(days=day), time(hour))
    result = retimed(old, new, now)
    assert result.request_at < result.deadline_at < result.distribution_at
    assert all(result.request_at < moment < result.deadline_at for moment in result.reminders_at)
    for was, is_now, may in (
        (old.request_at, result.request_at, new.request_at),
        (old.deadline_at, result.deadline_at, new.deadline_at),
        (old.distribution_at, result.distribution_at, new.distribution_at),
    ):
        assert is_now in (was, may)
        assert is_now == was if was <= now else is_now > now
    sent = [moment for moment in old.reminders_at if moment <= now]
    assert list(result.reminders_at[: len(sent)]) == sent
    passed = {name for name, moment in steps(old) if moment <= now}
    assert due_now(result, passed, now) == ()


def test_a_bank_holiday_announced_after_the_month_began_moves_deadline_and_distribution_only() -> None:
    old = timetable("2030-05")
    new = timetable("2030-05", RULES, date(2030, 5, 9))
    now = at(date(2030, 5, 8), time(15))
    result = retimed(old, new, now)
    assert result.request_at == old.request_at
    assert result.deadline_at == new.deadline_at > old.deadline_at
    assert result.distribution_at == new.distribution_at > old.distribution_at
    assert date(2030, 5, 9) not in days((*result.reminders_at, *result.chase_editor_at))
    assert result.reminders_at[0] == old.reminders_at[0]  # that of the 8th had gone out


def test_a_deadline_is_never_moved_into_the_past() -> None:
    old = timetable("2030-05", RULES, date(2030, 5, 2), date(2030, 5, 3))
    new = timetable("2030-05")  # both closures are called off
    now = at(date(2030, 5, 14), time(8))
    result = retimed(old, new, now)
    assert new.deadline_at < now < old.deadline_at == result.deadline_at


def test_rows_of_different_length_keep_what_was_sent() -> None:
    old = timetable("2030-05", TimetableRules(reminders=(5, 3, 1)))
    new = timetable("2030-05", TimetableRules(reminders=(2,)))
    late = at(date(2030, 5, 9), time(8))
    assert retimed(old, new, late).reminders_at == old.reminders_at[:2]
    early = at(date(2030, 5, 1), time(8))
    assert retimed(old, new, early).reminders_at == new.reminders_at
    assert retimed(new, old, early).reminders_at == old.reminders_at


def test_a_distribution_does_not_slip_before_a_deadline_that_stayed() -> None:
    old = timetable("2030-05").model_copy(
        update={
            "deadline_at": at(date(2030, 5, 14), time(12)),
            "distribution_at": at(date(2030, 5, 16), time(9)),
        }
    )
    new = old.model_copy(
        update={"deadline_at": at(date(2030, 5, 8), time(12)), "distribution_at": at(date(2030, 5, 13), time(9))}
    )
    result = retimed(old, new, at(date(2030, 5, 9), time(9)))
    assert (result.deadline_at, result.distribution_at) == (old.deadline_at, old.distribution_at)


def test_a_deadline_does_not_slip_before_a_request_that_stayed() -> None:
    old = timetable("2020-04", TimetableRules(deadline_working_day=2), date(2020, 4, 1), date(2020, 4, 2))
    new = timetable("2020-04", TimetableRules(deadline_working_day=2))
    result = retimed(old, new, at(date(2020, 4, 1), time(9)))
    assert (result.request_at, result.deadline_at) == (old.request_at, old.deadline_at)


# ---------------------------------------------------------------------------------------------------- EXTEND


def test_an_extension_before_the_distribution_leaves_it_and_adds_a_reminder() -> None:
    dates, closed = timetable("2025-08"), closed_days("2025-08")
    now = at(date(2025, 8, 12), time(10))
    result = extended(dates, at(date(2025, 8, 15), time(12)), now, RULES, closed)
    assert result.distribution_at == dates.distribution_at
    assert days(result.reminders_at) == [date(2025, 8, 7), date(2025, 8, 11), date(2025, 8, 14)]
    assert all(moment > result.deadline_at for moment in result.chase_editor_at)


def test_an_extension_past_the_distribution_moves_it_by_the_usual_gap() -> None:
    dates, closed = timetable("2025-08"), closed_days("2025-08")
    result = extended(dates, at(date(2025, 8, 20), time(12)), at(date(2025, 8, 12), time(10)), RULES, closed)
    assert days((result.distribution_at,)) == [date(2025, 8, 27)]  # 25 August is a bank holiday


def test_an_extension_that_is_taken_back_takes_the_later_distribution_back() -> None:
    dates, closed = timetable("2025-08"), closed_days("2025-08")
    now = at(date(2025, 8, 12), time(10))
    late = extended(dates, at(date(2025, 9, 5), time(12)), now, RULES, closed)
    assert days((late.distribution_at,)) == [date(2025, 9, 11)]
    a_little_later = extended(late, at(date(2025, 9, 8), time(12)), now, RULES, closed)
    assert a_little_later.distribution_at == late.distribution_at
    back = extended(late, at(date(2025, 8, 15), time(12)), now, RULES, closed)
    assert back.distribution_at == dates.distribution_at


def test_an_extension_to_today_adds_no_reminder() -> None:
    dates, closed = timetable("2025-08"), closed_days("2025-08")
    result = extended(dates, at(date(2025, 8, 12), time(17)), at(date(2025, 8, 12), time(10)), RULES, closed)
    assert result.reminders_at == dates.reminders_at
    assert result.deadline_at.hour == 17


@pytest.mark.parametrize(
    ("day", "said"), [(date(2025, 8, 25), "Monday 25 August 2025 is not a working day"), (date(2025, 8, 11), "passed")]
)
def test_an_extension_to_a_closed_or_past_day_is_answered_plainly(day: date, said: str) -> None:
    dates, closed = timetable("2025-08"), closed_days("2025-08")
    with pytest.raises(InputError, match=said):
        extended(dates, at(day, time(12)), at(date(2025, 8, 12), time(10)), RULES, closed)


# --------------------------------------------------------------------------------------------------- due_now


def test_steps_are_named_in_the_order_of_time() -> None:
    names = [name for name, _ in steps(timetable("2025-08"))]
    assert names == [
        "request",
        "reminder/1",
        "reminder/2",
        "draft",
        "chaser/1",
        "chaser/2",
        "distribution",
        "chaser/3",
        "chaser/4",
        "chaser/5",
    ]


def test_what_is_due_comes_once_and_in_order() -> None:
    dates, done, seen = timetable("2025-08"), set(), []
    now = at(date(2025, 7, 31), time(0))
    while now < at(date(2025, 9, 1), time(0)):
        for name in due_now(dates, done, now, closed_days("2025-08")):
            seen.append(name)
            done.add(name)
        now += timedelta(hours=1)
    assert seen == [name for name, _ in steps(dates)]


def test_after_an_outage_only_the_last_reminder_is_due() -> None:
    dates = timetable("2025-08")
    assert due_now(dates, {"request"}, at(date(2025, 8, 11), time(12))) == ("reminder/2",)
    assert due_now(dates, {"request", "reminder/2"}, at(date(2025, 8, 11), time(12))) == ()


def test_reminders_lapse_at_the_deadline() -> None:
    dates = timetable("2025-08")
    assert due_now(dates, {"request"}, dates.deadline_at) == ("draft",)


def test_nobody_is_asked_on_a_closed_day_but_draft_and_distribution_do_not_wait() -> None:
    dates = timetable("2025-08")
    saturday = at(date(2025, 8, 9), time(12))
    assert due_now(dates, (), saturday) == ()
    assert due_now(dates, (), at(date(2025, 8, 23), time(12))) == ("draft", "distribution")
    shut = frozenset({date(2025, 8, 8)})
    assert due_now(dates, {"request"}, at(date(2025, 8, 8), time(12)), shut) == ()


def test_the_next_step_is_what_is_still_to_come() -> None:
    dates = timetable("2025-08")
    assert next_step(dates, (), at(date(2025, 8, 7), time(9, 0))) == ("reminder/1", dates.reminders_at[0])
    assert next_step(dates, (), at(date(2025, 9, 7), time(9, 0))) is None
