"""Findings as a draft mail lists them: by section, errors first, each with the number that ACCEPT names. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Finding, Severity

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def by_section(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings grouped by the section that their place begins with, errors first in each, in order of appearance."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.where.split(" / ")[0] or "The whole bulletin", []).append(finding)
    return [(name, sorted(found, key=lambda f: _RANK[f.severity])) for name, found in groups.items()]


def numbered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the list, numbered from 1. They are frozen with their draft, so a number means the
    same finding for as long as somebody may reply to that draft's mail."""
    listed = [finding for _, group in by_section(findings) for finding in group]
    return tuple(finding.model_copy(update={"number": at}) for at, finding in enumerate(listed, 1))
