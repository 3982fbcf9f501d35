"""The dates of an edition: working days, England's bank holidays, Europe/London wall-clock times.

Pure: a month, rules and closed days in, aware datetimes out. A working day is Monday to Friday that is not closed; the
n-th working day is counted from the first of the month and may run into the next one when many days are closed. Bank
holidays come from the ``holidays`` package (see :mod:`bot.core.bank_holidays`); days that it cannot know are passed in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.core.bank_holidays import bank_holidays
from bot.core.model import Timetable, Value
from bot.errors import InputError

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class TimetableRules(Value):
    """When things happen in a month; days are working days counted from 1, times are Europe/London."""

    request_working_day: int = Field(default=1, ge=1, le=20, description="a working day of the month, 1 to 20")
    request_time: time = Field(default=time(9, 0), description='a time such as "09:00"')
    deadline_working_day: int = Field(default=8, ge=1, le=20, description="a working day of the month, 1 to 20")
    deadline_time: time = Field(default=time(12, 0), description='a time such as "12:00"')
    distribution_working_day: int = Field(default=12, ge=1, le=20, description="a working day of the month, 1 to 20")
    distribution_time: time = Field(default=time(9, 0), description='a time such as "09:00"')
    reminders: tuple[int, ...] = Field(
        default=(3, 1), description="working days before the deadline, such as [3, 1]; 0 is the day itself"
    )
    reminder_time: time = Field(default=time(9, 30), description='a time such as "09:30"')
    chasers: tuple[int, ...] = Field(
        default=(2, 1), description="working days before the distribution, such as [2, 1]; 0 is the day itself"
    )
    chaser_time: time = Field(default=time(10, 0), description='a time such as "10:00"')
    overdue_chasers: int = Field(
        default=3, ge=0, le=10, description="on how many working days after the distribution day to ask again, 0 to 10"
    )
    statistics_lag_months: int = Field(
        default=1, ge=0, le=12, description="how many months before the edition the statistics end, 0 to 12"
    )


# ------------------------------------------------------------------------------------------------- periods


def period_parts(period: str) -> tuple[int, int]:
    """Year and month of a period ("2025-08" -> (2025, 8)); InputError when it is not one of 2000-01 to 2098-12."""
    found = _PERIOD.fullmatch(period)
    if not found or not 2000 <= int(found[1]) <= 2098:
        raise InputError(f'"{period}" is not a month.', 'Write year and month as in "2025-08".', "bad-period")
    return int(found[1]), int(found[2])


def period_of(moment: date | datetime) -> str:
    """The period that a day, or an aware moment as London sees it, belongs to."""
    day = moment.astimezone(LONDON) if isinstance(moment, datetime) else moment
    return f"{day.year:04d}-{day.month:02d}"


def shifted_period(period: str, months: int) -> str:
    """The period ``months`` later (earlier when negative): shifted_period("2025-01", -1) == "2024-12"."""
    year, month = period_parts(period)
    total = year * 12 + month - 1 + months
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


def month_title(period: str) -> str:
    """A period as people write it: "August 2025"."""
    year, month = period_parts(period)
    return f"{MONTHS[month - 1]} {year}"


MOST_MISSED = 12  # months that are opened after an outage; what lies further back is nobody's concern any more


def months_missed(last: str | None, period: str) -> tuple[str, ...]:
    """The months after ``last`` up to and with ``period``, the latest 12; without a last one only ``period``."""
    months = [period]
    while last is not None and len(months) < MOST_MISSED and (before := shifted_period(months[0], -1)) > last:
        months.insert(0, before)
    return tuple(months)


# -------------------------------------------------------------------------------------------- working days


def closed_days(period: str, extra: Iterable[date] = (), removed: Iterable[date] = ()) -> frozenset[date]:
    """The closed days that an edition's timetable needs: bank holidays of its year and the next, plus ``extra`` (a
    bank holiday announced late, an office closure), less ``removed`` (one that was called off). Weekends are not
    listed: they are always closed."""
    year, _ = period_parts(period)
    known = bank_holidays(year - 1) | bank_holidays(year) | bank_holidays(year + 1)
    return frozenset((known - frozenset(removed)) | frozenset(extra))


def is_open(day: date, closed: frozenset[date]) -> bool:
    """Whether a day is a working day."""
    return day.weekday() < SATURDAY and day not in closed


def working_days(start: date, closed: frozenset[date]) -> Iterator[date]:
    """Working days from ``start`` (included) on; InputError when none follows within a year (everything is closed)."""
    day, idle = start, 0
    while idle < 366:
        if is_open(day, closed):
            idle = 0
            yield day
        idle += 1
        day += timedelta(days=1)
    raise InputError(
        f"There is no working day in the year after {start.isoformat()}.",
        "Look at the closed days in bulletin.toml.",
        "no-working-day",
    )


def nth_working_day(period: str, number: int, closed: frozenset[date]) -> date:
    """The ``number``-th working day (from 1) counted from the first of the month."""
    year, month = period_parts(period)
    days = working_days(date(year, month, 1), closed)
    for _ in range(number - 1):
        next(days)
    return next(days)


def working_days_from(day: date, offset: int, closed: frozenset[date]) -> date:
    """The working day ``offset`` working days after ``day`` (before it when negative); 0 is ``day`` itself."""
    step = timedelta(days=1 if offset > 0 else -1)
    left, current, idle = abs(offset), day, 0
    while left:
        current += step
        idle += 1
        if is_open(current, closed):
            left, idle = left - 1, 0
        if idle > 366:
            raise InputError("There is no working day within a year.", "Look at the closed days.", "no-working-day")
    return current


def at(day: date, clock: time) -> datetime:
    """That wall-clock time in London on that day, aware; right on both sides of a clock change."""
    return datetime.combine(day, clock, tzinfo=LONDON)


# ----------------------------------------------------------------------------------------------- timetable


def _chasers(distribution_day: date, rules: TimetableRules, closed: frozenset[date]) -> set[datetime]:
    """When the editor is asked again: on days before the distribution and, while nothing is approved, after it."""
    offsets = [-n for n in rules.chasers] + [n + 1 for n in range(rules.overdue_chasers)]
    return {at(working_days_from(distribution_day, n, closed), rules.chaser_time) for n in offsets}


def timetable_for(period: str, rules: TimetableRules, closed: frozenset[date]) -> Timetable:
    """The dates of edition ``period``.

    ``closed`` comes from :func:`closed_days`. Reminders that would not fall between request and deadline are left out,
    as are chasers that would come before the deadline; chasers after the distribution ask again on the next days.
    """
    request_at = at(nth_working_day(period, rules.request_working_day, closed), rules.request_time)
    deadline_day = nth_working_day(period, rules.deadline_working_day, closed)
    deadline_at = at(deadline_day, rules.deadline_time)
    distribution_day = nth_working_day(period, rules.distribution_working_day, closed)
    distribution_at = at(distribution_day, rules.distribution_time)
    reminders = {at(working_days_from(deadline_day, -n, closed), rules.reminder_time) for n in rules.reminders}
    chasers = _chasers(distribution_day, rules, closed)
    return Timetable(
        period=period,
        request_at=request_at,
        reminders_at=tuple(sorted(moment for moment in reminders if request_at < moment < deadline_at)),
        deadline_at=deadline_at,
        distribution_at=distribution_at,
        chase_editor_at=tuple(sorted(moment for moment in chasers if moment > deadline_at)),
        statistics_to=shifted_period(period, -rules.statistics_lag_months),
    )


def _moved(old: datetime, new: datetime, now: datetime) -> datetime:
    """What is past stays; what is still to come moves, but never into the past."""
    return new if old > now and new > now else old


def _moved_row(old: tuple[datetime, ...], new: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    """The same for a row of moments. Past ones keep their place, so that "reminder/1" goes on meaning the same one."""
    kept = [_moved(was, becomes, now) for was, becomes in zip(old, new, strict=False)]
    kept += [was for was in old[len(new) :] if was <= now]
    kept += [becomes for becomes in new[len(old) :] if becomes > now]
    return tuple(sorted(set(kept)))


def retimed(old: Timetable, new: Timetable, now: datetime) -> Timetable:
    """``old`` with what is still in the future moved to where ``new`` has it, as after a bank holiday announced late.

    Moments that have passed stay as they were, nothing moves into the past, and the order request, reminders,
    deadline, distribution is kept.
    """
    request_at = _moved(old.request_at, new.request_at, now)
    deadline_at = _moved(old.deadline_at, new.deadline_at, now)
    if deadline_at <= request_at:
        deadline_at = max(old.deadline_at, new.deadline_at)
    distribution_at = _moved(old.distribution_at, new.distribution_at, now)
    if distribution_at <= deadline_at:
        distribution_at = max(old.distribution_at, new.distribution_at)
    reminders = _moved_row(old.reminders_at, new.reminders_at, now)
    chasers = _moved_row(old.chase_editor_at, new.chase_editor_at, now)
    return old.model_copy(
        update={
            "request_at": request_at,
            "reminders_at": tuple(moment for moment in reminders if request_at < moment < deadline_at),
            "deadline_at": deadline_at,
            "distribution_at": distribution_at,
            "chase_editor_at": tuple(moment for moment in chasers if moment > deadline_at or moment <= now),
        }
    )


def extended(
    timetable: Timetable, deadline_at: datetime, now: datetime, rules: TimetableRules, closed: frozenset[date]
) -> Timetable:
    """The timetable after the editor's EXTEND: a new deadline and, where that comes too close, a later distribution.

    The distribution stays while it is after the new deadline; else it keeps its distance in working days, and an
    earlier EXTEND that is taken back takes its later distribution back too. Reminders
    that have been stay; one more is set on the working day before the new deadline where that is still to come.
    InputError when the new deadline is past or on a closed day.
    """
    day = deadline_at.astimezone(LONDON).date()
    written = f"{day:%A} {day.day} {MONTHS[day.month - 1]} {day.year}"
    if deadline_at <= now:
        raise InputError(f"{written} has passed.", "Name a working day to come.", "past-day")
    if not is_open(day, closed):
        raise InputError(f"{written} is not a working day.", "Name a working day.", "closed-day")
    distribution_at = timetable_for(timetable.period, rules, closed).distribution_at
    if distribution_at <= deadline_at:
        gap = max(1, rules.distribution_working_day - rules.deadline_working_day)
        distribution_at = at(working_days_from(day, gap, closed), rules.distribution_time)
    if timetable.distribution_at > deadline_at:
        distribution_at = min(distribution_at, timetable.distribution_at)
    chasers = _chasers(distribution_at.astimezone(LONDON).date(), rules, closed)
    reminders = tuple(moment for moment in timetable.reminders_at if moment < deadline_at)
    extra = at(working_days_from(day, -1, closed), rules.reminder_time)
    if extra > max(now, timetable.request_at, *reminders):
        reminders = (*reminders, extra)
    return timetable.model_copy(
        update={
            "reminders_at": reminders,
            "deadline_at": deadline_at,
            "distribution_at": distribution_at,
            "chase_editor_at": tuple(sorted(moment for moment in chasers if moment > deadline_at)),
        }
    )


# --------------------------------------------------------------------------------------------- what is due


def steps(timetable: Timetable) -> tuple[tuple[str, datetime], ...]:
    """Every step of an edition by name, in the order of time: "request", "reminder/1", "draft" (at the deadline),
    "chaser/1", "distribution"."""
    rows = [("request", timetable.request_at)]
    rows += [(f"reminder/{n}", moment) for n, moment in enumerate(timetable.reminders_at, 1)]
    rows += [("draft", timetable.deadline_at)]
    rows += [(f"chaser/{n}", moment) for n, moment in enumerate(timetable.chase_editor_at, 1)]
    rows += [("distribution", timetable.distribution_at)]
    return tuple(sorted(rows, key=lambda row: row[1].astimezone(UTC)))


def due_now(
    timetable: Timetable, done: Collection[str], now: datetime, closed: frozenset[date] = frozenset()
) -> tuple[str, ...]:
    """The names of the steps whose time has come and that are not ``done``, in the order of time.

    After an outage nobody gets a heap: of several reminders (or chasers) only the last due one counts, and reminders
    lapse at the deadline. On a closed day nothing is asked of anybody (request, reminders, chasers wait for the next
    working day); draft and distribution do not wait.
    """
    due = [name for name, moment in steps(timetable) if moment <= now]
    if now >= timetable.deadline_at:
        due = [name for name in due if not name.startswith("reminder/")]
    for kind in ("reminder/", "chaser/"):
        of_kind = [name for name in due if name.startswith(kind)]
        due = [name for name in due if name not in of_kind[:-1]]
    if not is_open(now.astimezone(LONDON).date(), closed):
        due = [name for name in due if name in {"draft", "distribution"}]
    return tuple(name for name in due if name not in done)


def next_step(timetable: Timetable, done: Collection[str], now: datetime) -> tuple[str, datetime] | None:
    """The next step that is still to come, for `status`; None when all have been."""
    return next(((name, moment) for name, moment in steps(timetable) if moment > now and name not in done), None)
