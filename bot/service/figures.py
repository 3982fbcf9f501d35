"""Statistics in an edition: a provider's file (or pasted table) becomes a table, its findings and the counts."""

from __future__ import annotations

from bot.core import keys
from bot.core.assemble import of_theme
from bot.core.model import Count, Finding, Item, Person, Severity, StatisticsTable, Table, Theme, Value, block_text
from bot.core.records import EditionView
from bot.errors import InputError
from bot.mail.parse import Part
from bot.service.desk import Desk
from bot.service.opening import Opened
from bot.stats.adding import month_counts
from bot.stats.again import again_findings, question_to_editor
from bot.stats.cells import Workbook
from bot.stats.custody import StatisticsReading, read_statistics
from bot.stats.history import History
from bot.stats.printed import table_for
from bot.stats.series import SeriesConfig
from bot.stats.workbook import read_workbook, workbook_from_rows

STATISTICS_PLACE = "Statistics"  # where the place of a finding in a figures file begins


class Figures(Value):
    """What a reply brings of figures: the table to print (None: none, or not usable), findings, the counts to publish
    later, and the items without the table that became the statistics."""

    table: StatisticsTable | None = None
    findings: tuple[Finding, ...] = ()
    counts: tuple[Count, ...] = ()
    items: tuple[Item, ...] = ()
    ask: str = ""  # what the editor is asked: two people's figures disagree


def series_of(desk: Desk, bulletin: str, theme: Theme) -> SeriesConfig | None:
    """The series of a theme."""
    return desk.bulletins[bulletin].series.get(theme.series) if theme.series else None


def history_of(desk: Desk, bulletin: str, series: SeriesConfig) -> History:
    """What has been published of a bulletin's series."""
    name = keys.series_name(bulletin, series.key)
    return History(name, desk.store.counts(name))


def last_published(desk: Desk, bulletin: str, theme: Theme) -> StatisticsTable | None:
    """The last published table, marked as such; None before anything was published."""
    series = series_of(desk, bulletin, theme)
    history = history_of(desk, bulletin, series) if series else None
    if series is None or history is None or history.last is None:
        return None
    return table_for(history, series, history.last).model_copy(update={"stale": True})


def figures_of(
    desk: Desk, view: EditionView, theme: Theme, opened: Opened, items: tuple[Item, ...], person: Person | None = None
) -> Figures:
    """The figures of a reply: from its first spreadsheet, else from a table in its text that is one of the series.

    ``person`` is who counts as its author. Figures that were sent before are compared with these, and what differs is
    told; these take their place."""
    read = _figures(desk, view, theme, opened, items)
    author = person or Person(name="", address=opened.author)
    return _beside_earlier(view, theme, read, author)


def _beside_earlier(view: EditionView, theme: Theme, read: Figures, author: Person) -> Figures:
    """The figures with what is to be said of those that stand already: replaced, in dispute, or kept."""
    earlier = [s for s in of_theme(theme.key, view.submissions) if s.statistics is not None]
    if not earlier or earlier[-1].statistics is None:
        return read
    old, sender = earlier[-1].statistics, earlier[-1].person
    own = sender == author.address
    names = {p.address: p.name or p.address for p in (*theme.leads, *theme.deputies)}
    whose = names.get(sender, sender)
    if read.table is None:
        if any(f.severity is Severity.ERROR for f in read.findings):
            message = f"The figures that {'you' if own else whose} sent before stand and will be printed."
            kept = _finding("figures-kept", "the table", message, Severity.NOTE)
            return read.model_copy(update={"findings": (*read.findings, kept)})
        return read
    told = tuple(
        f.model_copy(update={"where": f"{STATISTICS_PLACE} / {f.where or 'the table'}"})
        for f in again_findings(old, read.table, whose, own=own)
    )
    ask = (
        ""
        if own
        else question_to_editor(old, read.table, whose, author.name or names.get(author.address, author.address))
    )
    return read.model_copy(update={"findings": (*read.findings, *told), "ask": ask})


def _figures(desk: Desk, view: EditionView, theme: Theme, opened: Opened, items: tuple[Item, ...]) -> Figures:
    """The figures of a reply by themselves."""
    series = series_of(desk, view.edition.bulletin, theme)
    parts = _spreadsheets(opened)
    if series is None:
        return Figures(items=items, findings=tuple(_not_expected(part) for part in parts))
    pasted = _pasted(desk, view, series, opened, items)
    name, read, findings = _from_files(desk, view, series, opened, parts)
    if read is None:
        return pasted.model_copy(update={"findings": (*findings, *pasted.findings)})
    if pasted.table is None or read.table is None:
        return read.model_copy(update={"items": items, "findings": findings})
    if _counted(pasted.table) == _counted(read.table):
        return read.model_copy(update={"items": pasted.items, "findings": findings})
    return read.model_copy(update={"items": items, "findings": (*findings, _two_tables(name))})


def _from_files(
    desk: Desk, view: EditionView, series: SeriesConfig, opened: Opened, parts: list[Part]
) -> tuple[str, Figures | None, tuple[Finding, ...]]:
    """The first spreadsheet that holds a table of the series, its name, and what is to be said of all of them."""
    findings: list[Finding] = []
    name, found = "", None
    for part in parts:
        if found is not None:
            findings.append(_second_file(part, name))
            continue
        try:
            read = _read(desk, view, series, read_workbook(part.name, part.data), opened)
        except InputError as error:
            findings.append(_finding(error.code, part.name, f"{error.message} {error.hint}".strip()))
            continue
        findings += read.findings
        if not _is_no_table(read):
            name, found = part.name, read
    return name, found, tuple(findings)


def _spreadsheets(opened: Opened) -> list[Part]:
    """The attachments that the reader took for statistics."""
    names = {use.name for use in opened.reading.attachments if use.use == "statistics"}
    return [part for part in opened.message.attachments if part.name in names] if opened.message else []


def _finding(code: str, where: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(code=code, severity=severity, where=f"{STATISTICS_PLACE} / {where}", message=message)


def _not_expected(part: Part) -> Finding:
    message = f"{part.name} is a spreadsheet, but this theme has no statistics; nothing of it is printed."
    return _finding("statistics-not-expected", part.name, message, Severity.WARNING)


def _counted(table: StatisticsTable) -> list[tuple[str, dict[str, int | None]]]:
    """What a table says, wherever it was read."""
    return [(row.district, row.values) for row in table.rows]


def _second_file(part: Part, first: str) -> Finding:
    message = f"{part.name} was not read: the figures are taken from {first}. Send the right file alone."
    return _finding("second-file", part.name, message)


def _two_tables(name: str) -> Finding:
    message = (
        f"The text of the mail holds a table with other figures than {name}; both will be printed. "
        "Send the right figures alone, with “this replaces my earlier reply”."
    )
    return _finding("two-tables", name, message)


def _read(
    desk: Desk, view: EditionView, series: SeriesConfig, workbook: Workbook, opened: Opened, text: str = ""
) -> Figures:
    """One workbook against the series: an error keeps it out of print. ``text`` stands with it, besides the mail's."""
    history = history_of(desk, view.edition.bulletin, series)
    expected = view.edition.timetable.statistics_to or None
    text = f"{opened.reading.new_text}\n{text}"
    reading = read_statistics(workbook, series, expected_period=expected, history=history, mail_text=text)
    findings = tuple(f.model_copy(update={"where": f"{STATISTICS_PLACE} / {f.where}"}) for f in reading.findings)
    if reading.stops:
        return Figures(findings=findings)
    try:
        table, counts = _table(reading, series, history, expected, opened.inbound.id)
    except InputError as error:
        return Figures(findings=(*findings, _finding(error.code, workbook.name, str(error))))
    return Figures(table=table, findings=findings, counts=counts)


def _table(
    reading: StatisticsReading, series: SeriesConfig, history: History, expected: str | None, inbound: int
) -> tuple[StatisticsTable, tuple[Count, ...]]:
    """The table as it will be printed, and the counts that the file adds to the series."""
    period = reading.period or expected
    if period is None:
        raise InputError("The figures name no month.", "Write the month above the table.", "period-mismatch")
    counts = month_counts(reading, history, series, period, inbound=inbound)
    return table_for(history.add(counts), series, period, published=history), counts


def _pasted(desk: Desk, view: EditionView, series: SeriesConfig, opened: Opened, items: tuple[Item, ...]) -> Figures:
    """The first table in the text that names districts of the series becomes the statistics and leaves its item."""
    for item in items:
        above = ""
        for block in item.blocks:
            if isinstance(block, Table):
                text = " ".join(block_text(other) for other in item.blocks if not isinstance(other, Table))
                book = workbook_from_rows(block, item.heading, above)
                read = _read(desk, view, series, book, opened, text)
                if read.table is not None or not _is_no_table(read):
                    return read.model_copy(update={"items": _without(items, block)})
            above = block_text(block)
    return Figures(items=items)


def _is_no_table(read: Figures) -> bool:
    return any(finding.code == "no-table" for finding in read.findings)


def _without(items: tuple[Item, ...], table: Table) -> tuple[Item, ...]:
    kept = []
    for item in items:
        blocks = tuple(block for block in item.blocks if block is not table)
        if blocks:
            kept.append(item.model_copy(update={"blocks": blocks}))
    return tuple(kept)
