"""The findings of a draft as its mail lists and numbers them."""

from __future__ import annotations

from bot.core.findings import by_section, numbered
from bot.core.model import Finding, Severity


def finding(where: str, severity: str = "warning", message: str = "m") -> Finding:
    return Finding(code="spelling", severity=Severity(severity), where=where, message=message)


FOUND = (finding("Prevent / A", "note"), finding("Hate Crime / B"), finding("Prevent / C", "error"), finding(""))


def test_they_stand_by_section_with_errors_first() -> None:
    listed = [(name, [one.where for one in group]) for name, group in by_section(FOUND)]
    assert listed == [
        ("Prevent", ["Prevent / C", "Prevent / A"]),
        ("Hate Crime", ["Hate Crime / B"]),
        ("The whole bulletin", [""]),
    ]


def test_their_numbers_run_as_they_are_listed() -> None:
    ours = numbered(FOUND)
    assert [(one.number, one.where) for one in ours] == [
        (1, "Prevent / C"),
        (2, "Prevent / A"),
        (3, "Hate Crime / B"),
        (4, ""),
    ]
    assert [one.number for _, group in by_section(ours) for one in group] == [1, 2, 3, 4]
    assert numbered(()) == ()
