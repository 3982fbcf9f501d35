"""Each rule by itself: what it finds, where, and in which words."""

from __future__ import annotations

import json

import pytest

from bot.core.model import Run, StatisticsTable, Table
from bot.core.records import Count
from bot.errors import InputError
from bot.stats.adding import baseline_counts, month_counts
from bot.stats.again import again_findings, differences, question_to_editor
from bot.stats.custody import read_statistics, statistics_json
from bot.stats.history import History, running_total
from bot.stats.months import add
from bot.stats.printed import table_for, table_of
from bot.stats.rules import RULES
from bot.stats.series import CHECKS
from bot.stats.workbook import read_workbook, workbook_from_rows
from tests.stats.build import FIGURES, HEAD, Rows, config, lines, plain, xlsx
from tests.stats.months_of import codes, cumulative, monthly, read_rows, small_config

CONFIG = small_config()
JULY = {"Town A": (20, 30, 1), "Town B": (5, 6, 0), "Town C": (7, 8, 9)}
ZERO = dict.fromkeys(JULY, (0, 0, 0))
ONE = {"Town A": (2, 3, 1), "Town B": (1, 0, 0), "Town C": (0, 2, 1)}


def grown(*times: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(JULY[name][m] + sum(t[name][m] for t in times) for m in range(3)) for name in JULY}


def history_to_july() -> History:
    reading = read_rows(cumulative(CONFIG, "2025-07", JULY), CONFIG)
    return History("small").add(baseline_counts(reading, "2025-07", inbound=1))


def test_the_table_of_rules_names_every_check() -> None:
    assert tuple(name for name, _ in RULES) == CHECKS
    assert all(check.__doc__ for _, check in RULES)


def test_total_row_of_the_edition_as_printed() -> None:
    """The slip that started it: a total row as if one row had been lost. It asks; it does not stop."""
    rows: Rows = [*plain(total=False), ["Total", 5047, 5252, 63, 10362]]
    reading = read_statistics(read_workbook("custody.xlsx", xlsx(rows, sheet="Sheet1")), config())
    assert not reading.stops
    assert [finding.where for finding in reading.findings] == ["Sheet1!B14", "Sheet1!C14", "Sheet1!E14"]
    message = reading.findings[0].message
    assert message.startswith("The total row says 5,047 positive; the rows add up to 4,987 (60 fewer).")
    assert "(60 positive, 82 negative and 0 refused) are what one lost row would explain" in message
    assert table_of(reading, config()).totals == {"positive": 4987, "negative": 5170, "refused": 63, "total": 10220}


def test_a_difference_that_is_one_of_the_rows_is_named() -> None:
    rows = plain(total=False)
    totals = [sum(values[m] for name, values in FIGURES.items() if name != "Stevenage") for m in range(3)]
    left_out = [*rows, ["Total", *totals, sum(totals)]]
    reading = read_statistics(read_workbook("a.xlsx", xlsx(left_out)), config())
    assert "exactly the row of Stevenage, as if it had been left out" in reading.findings[0].message
    totals = [sum(values[m] for values in FIGURES.values()) + FIGURES["Watford"][m] for m in range(3)]
    twice = [*rows, ["Total", *totals, sum(totals)]]
    reading = read_statistics(read_workbook("a.xlsx", xlsx(twice)), config())
    assert "exactly the row of Watford, as if it had been counted twice" in reading.findings[0].message


def test_total_of_the_places_alone_is_right() -> None:
    rows = plain(total=False)
    totals = [sum(values[m] for values in list(FIGURES.values())[:10]) for m in range(3)]
    reading = read_statistics(
        read_workbook("a.xlsx", xlsx([*rows[:11], ["Total", *totals, sum(totals)], *rows[11:]])), config()
    )
    assert reading.findings == ()


def test_json_has_the_shape_of_the_contract() -> None:
    reading = read_statistics(read_workbook("a.xlsx", xlsx(plain(), sheet="Sheet1")), config())
    document = json.loads(json.dumps(statistics_json(reading)))
    assert list(document) == ["kind", "period", "rows", "totals", "findings"]
    expected = {"district": "Broxbourne", "positive": 201, "negative": 190, "refused": 1, "total": 392}
    assert document["rows"][0] == {**expected, "source": "Sheet1!A2:E2"}


def test_a_running_total_may_not_fall() -> None:
    counts = grown(ONE) | {"Town B": (4, 6, 0)}
    reading = read_rows(cumulative(CONFIG, "2025-08", counts), CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["cumulative-fell:error"]
    assert "fell from 5 (July 2025) to 4" in reading.findings[0].message
    assert reading.findings[0].where == "file!A4:E4"
    with pytest.raises(InputError):
        month_counts(reading, history_to_july(), CONFIG, "2025-08")


def test_one_month_taken_for_a_running_total_is_said_once() -> None:
    reading = read_rows(cumulative(CONFIG, "2025-08", ONE), CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["cumulative-fell:error"]
    assert "seems to hold the counts of one month" in reading.findings[0].message


def test_the_month_asked_for() -> None:
    reading = read_rows(cumulative(CONFIG, "2025-09", grown(ONE)), CONFIG, "2025-08", history_to_july())
    assert "period-mismatch:error" in codes(reading)
    assert reading.findings[0].message == "The file says September 2025; August 2025 was asked for."
    early = read_rows(monthly(CONFIG, "2024-11", ONE), CONFIG)
    assert codes(early) == ["period-mismatch:error"]


def test_last_months_file_again_without_a_month_in_it() -> None:
    rows = [["Running total since January"], *cumulative(CONFIG, "2025-07", JULY)[1:]]
    reading = read_rows(rows, CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["period-mismatch:error"]
    assert "same as in the file for July 2025" in reading.findings[0].message


def test_a_file_without_a_month_is_asked_about_only_when_it_may_be_the_right_one() -> None:
    def unnamed(counts: dict[str, tuple[int, ...]]) -> list[list[object]]:
        return [["Running total since January"], *cumulative(CONFIG, "2025-07", counts)[1:]]

    reading = read_rows(unnamed(grown(ONE)), CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["month-not-named:warning"]
    assert "taken as those of August 2025" in reading.findings[0].message
    assert codes(read_rows(unnamed(grown(ONE)), CONFIG)) == []
    august = read_rows(cumulative(CONFIG, "2025-08", grown(ONE)), CONFIG)
    history = history_to_july()
    history = history.add(month_counts(august, history, CONFIG, "2025-08"))
    older = read_rows(unnamed(JULY), CONFIG, "2025-09", history)
    assert codes(older) == ["period-mismatch:error", "cumulative-fell:error"]
    assert "same as in the file for July 2025" in older.findings[0].message
    assert "they are those published for July 2025" in older.findings[1].message


def test_a_running_total_that_begins_elsewhere_is_asked_about() -> None:
    rows = [["Since April 2025, to the end of August 2025"], *cumulative(CONFIG, "2025-08", grown(ONE))[1:]]
    reading = read_rows(rows, CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["period-mismatch:warning"]
    assert reading.findings[0].message == "The file counts from April 2025, the series from January 2025."
    month = [["01/08/2025 - 31/08/2025"], *cumulative(CONFIG, "2025-08", ONE)[1:]]
    assert read_rows(month, CONFIG, "2025-08", history_to_july()).kind == "monthly"


def test_figures_that_come_again_are_compared_cell_by_cell() -> None:
    def table(counts: dict[str, tuple[int, ...]]) -> StatisticsTable:
        return table_of(read_rows(cumulative(CONFIG, "2025-08", counts), CONFIG), CONFIG)

    old, many = table(grown(ONE)), table({name: tuple(v + 1 for v in counts) for name, counts in JULY.items()})
    assert [f.code for f in again_findings(old, old, "Ash", own=False)] == ["figures-same"]
    assert question_to_editor(old, old, "Ash", "Elm") == ""
    told = again_findings(old, table(grown(ONE, {**ZERO, "Town B": (0, 0, 4)})), "Ash", own=True)
    assert [(f.code, f.severity, f.where) for f in told[1:]] == [("figures-replaced", "note", "file!A4:E4")]
    assert told[1].message == "Town B, measure z: 4 now, 0 before."
    number = len(differences(old, many))
    assert f"and {number - 4} more" in question_to_editor(old, many, "Ash", "Elm")
    other = old.model_copy(update={"period": "2025-07"})
    assert "those that Ash sent before were of August 2025" in again_findings(old, other, "Ash", own=False)[0].message


def test_both_kinds_beside_each_other_must_agree() -> None:
    head: Rows = [
        ["", "August 2025", "", "", "", "Since January 2025"],
        ["District", *["Measure x", "Measure y", "Measure z", "Total"] * 2],
    ]
    given = ONE | {"Town A": (3, 3, 1)}
    body: Rows = [[n, *given[n], sum(given[n]), *v, sum(v)] for n, v in grown(ONE).items()]
    reading = read_rows([*head, *body], CONFIG, "2025-08", history_to_july())
    assert codes(reading) == ["month-mismatch:warning"]
    assert reading.kind == "cumulative"
    assert [other.kind for other in reading.others] == ["monthly"]


def test_an_unusual_month_is_told_and_not_stopped() -> None:
    history = History(
        "small",
        tuple(
            Count(series="small", period=add("2025-01", n), district=name, measure=key, value=4 + n % 2)
            for n in range(8)
            for name in JULY
            for key in CONFIG.measure_keys
        ),
    )
    month = {"Town A": (90, 4, 4), "Town B": (4, 5, 4), "Town C": (5, 4, 4)}
    reading = read_rows(monthly(CONFIG, "2025-09", month), CONFIG, "2025-09", history)
    assert codes(reading) == ["unusual:warning", "unusual:warning"]
    assert "Town A: 98 tests in September 2025, against 12 to 15 in the 8 months before" in reading.findings[0].message
    assert not reading.stops


def test_a_check_can_be_switched_off() -> None:
    quiet = small_config(checks=["districts"])
    rows = monthly(quiet, "2025-08", ONE)
    rows[2][-1] = 99
    assert codes(read_rows(rows, CONFIG, "2025-09")) != []
    assert codes(read_rows(rows, quiet, "2025-09")) == []


def test_many_findings_of_a_kind_are_counted() -> None:
    rows = [list(HEAD), *([f"Place {n}", 1, 2, 3, 6] for n in range(200)), *lines()]
    reading = read_statistics(read_workbook("a.xlsx", xlsx(rows)), config())
    unknown = [finding for finding in reading.findings if finding.code == "unknown-district"]
    assert len(unknown) == 21
    assert unknown[-1].message == "There are 180 more findings of this kind (unknown-district)."


def test_a_misspelt_district_is_asked_about_with_the_name_meant() -> None:
    rows = [[cell if cell != "Hertsmere" else "Hertsmeer" for cell in row] for row in plain()]
    reading = read_statistics(read_workbook("a.xlsx", xlsx(rows)), config())
    unknown = next(finding for finding in reading.findings if finding.code == "unknown-district")
    assert unknown.suggestion == "Hertsmere"
    assert 'Did you mean "Hertsmere"?' in unknown.message


REFORM = [
    {"name": "Town A", "valid_to": "2025-08", "successor": "Greater B"},
    {"name": "Town B", "valid_to": "2025-08", "successor": "Greater B"},
    {"name": "Greater B", "valid_from": "2025-09"},
    {"name": "Town C"},
]


def test_districts_that_end_hand_their_counts_to_a_successor() -> None:
    reform = small_config(districts=REFORM)
    first = read_rows(cumulative(reform, "2025-08", JULY), reform)
    assert codes(first) == []
    history = History("small").add(baseline_counts(first, "2025-08"))
    new = {"Greater B": (26, 37, 1), "Town C": (8, 8, 9)}
    reading = read_rows(cumulative(reform, "2025-09", new), reform, "2025-09", history)
    assert codes(reading) == []
    history = history.add(month_counts(reading, history, reform, "2025-09"))
    table = table_for(history, reform, "2025-09")
    assert {row.district: tuple(row.values.values()) for row in table.rows} == new
    assert {row.district: row.total for row in table.month_rows} == {"Greater B": 2, "Town C": 1}
    old = read_rows(cumulative(reform, "2025-09", JULY), reform, "2025-09", history)
    assert codes(old).count("unknown-district:error") == 2
    said = [finding.message for finding in old.findings if finding.code == "unknown-district"]
    assert said[0] == "Town A ended with August 2025; its figures now belong to Greater B."
    early = read_rows(monthly(reform, "2025-08", new), reform, "2025-08")
    said = [finding.message for finding in early.findings if finding.code == "unknown-district"]
    assert said == ["Greater B exists only from September 2025, and this is August 2025."]


def test_a_table_pasted_into_a_mail() -> None:
    rows = tuple(tuple((Run(text=str(cell)),) for cell in row) for row in [list(HEAD), *lines()])
    table = Table(rows=rows, caption="Since October 2020, to the end of August 2025")
    reading = read_statistics(workbook_from_rows(table, "Hate Crime"), config(), expected_period="2025-08")
    assert (reading.kind, reading.period, reading.findings) == ("cumulative", "2025-08", ())
    assert reading.rows[1].source == "'Hate Crime'!A3:E3"


def test_a_baseline_must_be_a_running_total_and_come_first() -> None:
    month = read_rows(monthly(CONFIG, "2025-08", ONE), CONFIG)
    with pytest.raises(InputError, match="not a running total"):
        baseline_counts(month, "2025-08")
    history = history_to_july().add(month_counts(month, history_to_july(), CONFIG, "2025-08"))
    again = read_rows(cumulative(CONFIG, "2025-08", grown(ONE)), CONFIG)
    with pytest.raises(InputError, match="cannot be a baseline"):
        baseline_counts(again, "2025-08", history=history)


def test_monthly_files_without_a_baseline_print_the_month_and_say_so() -> None:
    reading = read_rows(monthly(CONFIG, "2025-08", ONE), CONFIG)
    history = History("small").add(month_counts(reading, History("small"), CONFIG, "2025-08"))
    table = table_for(history, CONFIG, "2025-08")
    assert table.totals["total"] == 10
    assert table.month_rows == ()
    assert table.intro == ""
    assert table.footnotes == ("Counts of August 2025 only: no running total has been imported yet.",)
    assert running_total(history, CONFIG, "2025-08") is None


def test_nothing_has_ever_come() -> None:
    table = table_for(History("small"), CONFIG, "2025-08")
    assert table.stale
    assert table.rows == ()
    assert table.footnotes == ("No figures have come for August 2025 or any month before.",)
