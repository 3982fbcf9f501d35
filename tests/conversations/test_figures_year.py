"""A played year of figures by mail: a restatement, a month without a file, a wrong file corrected; all reconciles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model import StatisticsTable
from bot.stats.months import add, words
from tests.conversations.test_figures import DISTRICTS, book_of
from tests.conversations.world import Person, Received, World

THEME = "drugs-alcohol-cj"
Month = dict[str, tuple[int, int, int]]


def counts(number: int) -> Month:
    """The true counts of the year's months, all different."""
    return {name: (3 + (number + k) % 4, 2 + (number * k) % 3, k % 2) for k, name in enumerate(DISTRICTS)}


def running(months: list[Month]) -> Month:
    """What they add up to."""
    return {name: tuple(sum(month[name][m] for month in months) for m in range(3)) for name in DISTRICTS}  # type: ignore[misc]


def rows(title: str, values: Month) -> list[list[object]]:
    """A table with its title and total row."""
    head: list[list[object]] = [[title], ["CSP", "Positive", "Negative", "Refused", "Total"]]
    body = [[name, *three, sum(three)] for name, three in values.items()]
    totals = [sum(three[m] for three in values.values()) for m in range(3)]
    return [*head, *body, ["Total", *totals, sum(totals)]]


def since(period: str, months: list[Month]) -> bytes:
    return book_of(rows(f"Since October 2020 to the end of {words(period)}", running(months)))


def newest(world: World, person: Person, kind: str) -> Received:
    """The newest mail of a kind that somebody got; older ones are purged in the course of a year."""
    store = world.desk.store
    sent = [d for d in store.deliveries() if (d.recipient, d.kind, d.state) == (person.address, kind, "sent")]
    return Received(sent[-1], store.mail_bytes(sent[-1]))


def edition(world: World, period: str, *files: bytes, again: list[bool] | None = None) -> StatisticsTable:
    """One month from request to distribution, with the lead's files in turn; the table that was printed.

    ``again`` gets for each file whether its receipt said that it had been sent before."""
    world.at(f"{period}-01 09:00")
    for day in range(2, 5):
        if world.desk.store.edition("ccsu-rag", period) is None or not world.view(period).deliveries:
            world.at(f"{period}-0{day} 09:00")
    lead = world.lead(THEME)
    answering = newest(world, lead, "request")
    for number, data in enumerate(files):
        lead.replies("The figures.", to=answering, files={f"file-{number}.xlsx": data})
        answering = newest(world, lead, "receipt")
        if again is not None:
            again.append("seems to have been sent again" in answering.text)
    timetable = world.view(period).edition.timetable
    world.at(f"{timetable.deadline_at:%Y-%m-%d %H:%M}")
    world.clock.at = timetable.deadline_at + timedelta(hours=20)
    world.editor.replies("APPROVE", to=newest(world, world.editor, "draft"))
    world.at(f"{timetable.distribution_at + timedelta(days=2):%Y-%m-%d} 12:00")
    draft = world.view(period).draft
    assert draft is not None
    table = next(s.statistics for s in draft.bulletin.sections if s.theme == THEME)
    assert table is not None
    for printed, totals in ((table.rows, table.totals), (table.month_rows, table.month_totals)):
        for key in ("positive", "negative", "refused") if printed else ():
            assert sum(row.values[key] or 0 for row in printed) == totals[key]
    return table


@pytest.mark.slow
def test_half_a_year_by_mail_reconciles(world: World) -> None:
    past = [dict.fromkeys(DISTRICTS, (100, 90, 3))]
    edition(world, "2025-08", since("2025-07", past))

    past.append(counts(1))
    told: list[bool] = []
    table = edition(world, "2025-09", since("2025-08", past[:1]), since("2025-08", past), again=told)
    assert {row.district: tuple(row.values.values()) for row in table.month_rows} == past[-1]
    assert told == [True, False]

    stale = edition(world, "2025-10")
    assert stale.stale
    assert stale.period == "2025-08"
    assert "no figures came" in newest(world, world.editor, "draft").text
    past.append(counts(2))

    past.append(counts(3))
    table = edition(world, "2025-11", since("2025-10", past))
    assert table.month == "September 2025 and October 2025"
    assert {row.district: tuple(row.values.values()) for row in table.rows} == running(past)

    for number, period in ((4, "2025-12"), (5, "2026-01")):
        to = add(period, -1)
        past.append(counts(number))
        restated = past[-2]["Watford"]
        past[-2]["Watford"] = (restated[0] + 1, *restated[1:])
        months = rows(f"Monthly counts, {words(add(to, -1))}", past[-2]) if number > 4 else []
        table = edition(world, period, book_of([*months, [], *rows(f"Monthly counts, {words(to)}", past[-1])]))
        if months:
            note = f"Watford, {words(add(to, -1))}, positive {restated[0] + 1} (was {restated[0]})"
            assert any(note in footnote for footnote in table.footnotes), table.footnotes
        else:
            past[-2]["Watford"] = restated
        assert {row.district: tuple(row.values.values()) for row in table.rows} == running(past)
