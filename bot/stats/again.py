"""Figures that come when there are some already: what the new table says otherwise, cell by cell, in sentences."""

from __future__ import annotations

from typing import NamedTuple

from bot.core.model import CountRow, Finding, Severity, StatisticsTable
from bot.stats.months import words
from bot.stats.texts import listed

TOLD_MAX = 10  # differences that are written out; the rest is counted
_NAMED_MAX = 4  # cells that one sentence to the editor names


class Difference(NamedTuple):
    """One printed count that is another now. ``what`` names it, ``where`` is its row in the new file."""

    what: str
    old: int | None
    new: int | None
    where: str

    @property
    def sentence(self) -> str:
        """ "Dacorum, positive: 515 now, 512 before"."""
        return f"{self.what}: {_shown(self.new)} now, {_shown(self.old)} before"


def differences(old: StatisticsTable, new: StatisticsTable) -> tuple[Difference, ...]:
    """The counts of two tables of one edition that are not the same, in print order.

    The running totals are compared, and the month's counts where only those differ (an earlier month was revised).
    """
    titles = dict(new.measures)
    found = _rows_differ(old.rows, new.rows, titles, "")
    beside = _rows_differ(old.month_rows, new.month_rows, titles, f" in {new.month or 'the month'}")
    return tuple(found or beside)


def _rows_differ(
    old: tuple[CountRow, ...], new: tuple[CountRow, ...], titles: dict[str, str], when: str
) -> list[Difference]:
    before = {row.district: row.values for row in old}
    now = {row.district: row for row in new}
    found = []
    for district in dict.fromkeys((*now, *before)):
        values = now[district].values if district in now else {}
        for key, title in titles.items():
            was, is_now = before.get(district, {}).get(key), values.get(key)
            if was != is_now:
                where = now[district].source if district in now else ""
                found.append(Difference(f"{district}, {title.lower()}{when}", was, is_now, where))
    return found


def again_findings(old: StatisticsTable, new: StatisticsTable, whose: str, *, own: bool) -> tuple[Finding, ...]:
    """What is told with figures that take the place of others. ``whose``: the sender of the earlier ones.

    The sender's own correction is a note (``figures-replaced``); figures of somebody else that differ are a warning
    (``figures-differ``), told to both and to the editor; the same figures again are a note (``figures-same``).
    """
    changed = differences(old, new)
    before = "you sent" if own else f"{whose} sent"
    if old.period != new.period:
        of_old, of_new = (words(table.period) if table.period else "no month" for table in (old, new))
        message = f"These figures are of {of_new}; those that {before} before were of {of_old}. These will be printed."
        return (_finding("figures-replaced" if own else "figures-differ", own, "", message),)
    if not changed:
        message = f"The figures are the same as those that {before} before."
        return (Finding(code="figures-same", severity=Severity.NOTE, message=message),)
    code = "figures-replaced" if own else "figures-differ"
    number = f"{len(changed)} figure{'' if len(changed) == 1 else 's'} differ{'s' if len(changed) == 1 else ''}"
    message = f"These figures take the place of those that {before} before; {number}."
    hint = "" if own else "If the earlier figures are right, send that file again."
    first = _finding(code, own, "", message, hint)
    rest = [_finding(code, own, one.where, f"{one.sentence}.") for one in changed[:TOLD_MAX]]
    if len(changed) > TOLD_MAX:
        rest.append(_finding(code, own, "", f"{len(changed) - TOLD_MAX} more figures differ."))
    return (first, *rest)


def question_to_editor(old: StatisticsTable, new: StatisticsTable, whose: str, author: str) -> str:
    """What an editor is asked when two people's figures disagree; "" when they agree."""
    changed = differences(old, new)
    if old.period == new.period and not changed:
        return ""
    named = listed([one.sentence for one in changed[:_NAMED_MAX]])
    more = f", and {len(changed) - _NAMED_MAX} more" if len(changed) > _NAMED_MAX else ""
    cells = f" ({named}{more})" if named else ""
    return (
        f"the figures that {author} sent are not those that {whose} sent before{cells}. Which are right? "
        f"Those of {author} will be printed, being the later; if the earlier are right, ask for that file again."
    )


def _finding(code: str, own: bool, where: str, message: str, hint: str = "") -> Finding:
    severity = Severity.NOTE if own else Severity.WARNING
    return Finding(code=code, severity=severity, where=where, message=message, suggestion=hint)


def _shown(value: int | None) -> str:
    return "not printed" if value is None else f"{value:,}"
