"""Figures: totals that do not follow from the rows, and prose that says another number than the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.core.model import CountRow, Finding, Section, Severity, StatisticsTable, Table, plain
from bot.core.proofing.context import ProofContext, Text, found, item_place, labelled, sentences
from bot.core.proofing.numbers import COUNT, TOTAL_ROW, whole_number
from bot.core.proofing.tabled import COUNTS_MAX, figures_beside_tables

_SUBTOTAL = re.compile(r"\W*sub-?total", re.IGNORECASE)


def total_mismatch(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A total row or total column that does not add up, in the statistics or in any table of a section."""
    for section in text.sections:
        for index, item in enumerate(section.items):
            for block, label in labelled(item.blocks):
                if isinstance(block, Table):
                    grid = [[plain(cell).strip() for cell in row] for row in block.rows]
                    yield from table_totals(grid, f"{item_place(section, index)} / {label}")
        if section.statistics is not None:
            yield from statistics_totals(section.statistics, section)


def _sum_finding(where: str, label: str, said: int, right: int) -> Finding:
    return Finding(
        code="total-mismatch",
        severity=Severity.ERROR,
        where=where,
        text=f"{label}: {said:,}",
        message=f"The total of {label} is given as {said:,}, but it adds up to {right:,}.",
        suggestion=f"{right:,}",
    )


def table_totals(grid: list[list[str]], where: str) -> Iterator[Finding]:
    """The findings of one table, its cells as text: column totals in the total row, row totals in the total column."""
    if len(grid) < 2:
        return
    head = grid[0]
    width = min(len(row) for row in grid)
    last = max((r for r, row in enumerate(grid) if r > 1 and row and TOTAL_ROW.fullmatch(row[0])), default=0)
    if last and not _SUBTOTAL.match(grid[last][0]) and not _year_column(grid, 0):
        rows = [row for row in grid[1:last] if not TOTAL_ROW.fullmatch(row[0])]
        for c in range(1, width):
            yield from _column(rows, grid[last][c], c, head[c] or f"column {c + 1}", f"{where}, row {last + 1}")
    total = next((c for c in range(width - 1, 1, -1) if TOTAL_ROW.fullmatch(head[c])), 0)
    if total and not _SUBTOTAL.match(head[total]):
        for r, row in enumerate(grid[1:], 1):
            yield from _row(row[1:total], row[total], row[0] or f"row {r + 1}", f"{where}, row {r + 1}")


def _year_column(grid: list[list[str]], column: int) -> bool:
    """The first column is a sum-free one (years down the side are fine; this guards a table without labels)."""
    return all(whole_number(row[column]) is not None for row in grid[1:])


def _column(rows: list[list[str]], said: str, column: int, title: str, where: str) -> Iterator[Finding]:
    values = [whole_number(row[column]) for row in rows]
    total = whole_number(said)
    if total is None or not said.strip() or len(values) < 2 or any(value is None for value in values):
        return
    right = sum(value for value in values if value is not None)
    if right != total:
        yield _sum_finding(where, f"the column {title}", total, right)


def _row(cells: list[str], said: str, label: str, where: str) -> Iterator[Finding]:
    values = [whole_number(cell) for cell in cells]
    total = whole_number(said)
    if total is None or not said.strip() or len(values) < 2 or any(value is None for value in values):
        return
    right = sum(value for value in values if value is not None)
    if right != total:
        yield _sum_finding(where, f"the row {label}", total, right)


def statistics_totals(table: StatisticsTable, section: Section) -> Iterator[Finding]:
    """The printed statistics: every row's total and the totals under the columns."""
    where = f"{section.title} / {table.title or 'Statistics'}"
    for rows, totals, place in (
        (table.rows, table.totals, where),
        (table.month_rows, table.month_totals, f"{where}, this month"),
    ):
        for row in rows:
            values = [row.values.get(key) for key, _ in table.measures]
            known = [value for value in values if value is not None]
            if row.total is not None and len(known) == len(values) > 1 and sum(known) != row.total:
                yield _sum_finding(f"{place} / {row.district}", f"the row {row.district}", row.total, sum(known))
        yield from _statistics_columns(table, rows, totals, place)


def _statistics_columns(
    table: StatisticsTable, rows: tuple[CountRow, ...], totals: dict[str, int], where: str
) -> Iterator[Finding]:
    for key, title in (*table.measures, ("total", "Total")):
        values = [row.total if key == "total" else row.values.get(key) for row in rows]
        known = [value for value in values if value is not None]
        if key in totals and len(known) == len(values) > 0 and sum(known) != totals[key]:
            yield _sum_finding(f"{where} / total row", f"the column {title}", totals[key], sum(known))


def figure_changed(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A number in the prose that the section's statistics, or a table of the same item, have otherwise."""
    yield from figures_beside_tables(text)
    tables = {index: section.statistics for index, section in enumerate(text.sections) if section.statistics}
    for passage in text.passages:
        table = tables.get(passage.section)
        if table is None or passage.part in ("cell", "heading", "note"):
            continue
        for start, sentence in sentences(passage.text):
            for match, key in _measured(sentence, table):
                right = _expected(sentence, match, key, table)
                said = int(match.group(1).replace(",", ""))
                if right and said not in right:
                    span = (start + match.start(), start + match.end())
                    message = f"The text says {said:,}, the table says {right[0]:,}."
                    figure = f"{right[0]:,}"
                    yield found("figure-changed", Severity.WARNING, passage, span, message, figure, match.group(1))


def _measured(sentence: str, table: StatisticsTable) -> Iterator[tuple[re.Match[str], str]]:
    """The numbers of a sentence that stand right before (or right after) a measure's title."""
    titles = {title.lower(): key for key, title in table.measures}
    for match in islice(COUNT.finditer(sentence), COUNTS_MAX):
        after = re.match(
            r"\s+(?:were |tests? (?:were |was )?|of (?:them|these|which) (?:were )?)?(\w+)", sentence[match.end() :]
        )
        if after and after.group(1).lower() in titles:
            yield match, titles[after.group(1).lower()]
            continue
        said = sentence[max(0, match.start() - 200) : match.start()]
        before = re.search(r"(\w+)(?: tests?| results?)?\s*(?:[:=(]|\bwas\b|\bwere\b)\s*$", said)
        if before and before.group(1).lower() in titles:
            yield match, titles[before.group(1).lower()]
        elif re.match(
            r"\s+(?:drug )?tests?\b(?! (?:were |was )?(?:positive|negative|refused))", sentence[match.end() :]
        ) or re.search(r"\btotal (?:of|is|was|:)\s*$", said, re.IGNORECASE):
            yield match, "total"


_MONTHLY = re.compile(
    r"\b(?:this month|last month|in (?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December)"
    r"\b(?! 20\d\d (?:to|and))|quarter|year|week|rose|fell|increase|decrease|from)\b",
    re.IGNORECASE,
)
_OVERALL = re.compile(
    r"\b(?:total|in all|altogether|overall|since|to date|cumulative\w*|so far|countywide|across)\b", re.IGNORECASE
)


def _expected(sentence: str, match: re.Match[str], key: str, table: StatisticsTable) -> list[int]:
    """The numbers the table has for it: of the one district named, or the total when the sentence speaks of all."""
    named = [row for row in table.rows if re.search(rf"\b{re.escape(row.district)}\b", sentence)]
    monthly = [row for row in table.month_rows if any(row.district == other.district for other in named)]
    scoped = bool(_MONTHLY.search(re.sub(r"\bsince \w+ 20\d\d\b", "", sentence)))
    if scoped and not table.month_rows:
        return []
    if len(named) == 1:
        values = [row.total if key == "total" else row.values.get(key) for row in (*named, *monthly)]
    elif not named and _OVERALL.search(sentence):
        values = [table.totals.get(key), table.month_totals.get(key)]
    else:
        return []
    return [value for value in values if value is not None]
