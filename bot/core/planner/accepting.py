"""ACCEPT: findings of a draft that may stay as they are. They are remembered, and shown in no later draft or month."""

from __future__ import annotations

from datetime import datetime

from bot.core.effects import PlanBuilder
from bot.core.model import Finding, Severity
from bot.core.planner.rules import Rules
from bot.core.planner.said import Said, answer
from bot.core.proof import finding_key
from bot.core.records import EditionView

_STAYS = "Nothing else was changed, and nothing was approved by it."


def accept(build: PlanBuilder, view: EditionView, rules: Rules, said: Said, now: datetime) -> None:
    """ACCEPT: by the numbers of the very draft whose mail was answered, however old it is. Errors only one by one."""
    there = {finding.number: finding for finding in said.findings if finding.number}
    unknown = [number for number in said.command.numbers if number not in there]
    if unknown or not there:
        sentences = (_not_there(said, unknown, there), "Nothing was accepted.")
        answer(build, said, view, "ACCEPT was not done", sentences, of_older=True)
        return
    wanted = [there[number] for number in said.command.numbers] or [
        finding for finding in there.values() if finding.severity is not Severity.ERROR
    ]
    known = set(view.edition.accepted)
    fresh = [finding for finding in wanted if finding_key(finding) not in known]
    keys = dict.fromkeys(map(finding_key, fresh))
    accepted = [finding for finding in there.values() if finding_key(finding) in keys]  # the same again elsewhere, too
    if accepted:
        build.set(accepted=(*view.edition.accepted, *keys))
        build.done = f"accepted {_numbers(accepted)} of draft {said.draft}"
        about, first = "accepted", f"Accepted in draft {said.draft}, and not shown again, this month or later:"
    else:
        about, first = "nothing new to accept", f"In draft {said.draft} there is nothing new to accept."
    more = () if said.command.numbers else _left(there)
    told = (first, *_before(wanted, fresh), *more, _STAYS)
    answer(build, said, view, about, told, lines=tuple(map(_line, accepted)), of_older=True)


def _not_there(said: Said, unknown: list[int], there: dict[int, Finding]) -> str:
    if said.draft is None:
        return "Your mail answers no draft, so it names no findings. Please reply to the mail of the draft."
    if not there:
        return f"The mail of draft {said.draft} has no numbered findings."
    last = max(there)
    has = f"they go from 1 to {last}" if last > 1 else "there is only number 1"
    return f"Draft {said.draft} has no finding {' or '.join(map(str, unknown))}: {has}."


def _before(wanted: list[Finding], fresh: list[Finding]) -> tuple[str, ...]:
    """The findings that were accepted earlier, in a sentence."""
    before = [finding for finding in wanted if finding not in fresh]
    return (f"Accepted before: {_numbers(before)}.",) if before else ()


def _left(there: dict[int, Finding]) -> tuple[str, ...]:
    """What ACCEPT ALL does not accept, in a sentence."""
    errors = [finding for finding in there.values() if finding.severity is Severity.ERROR]
    if not errors:
        return ()
    left = f"Not accepted, because errors are not accepted together: {_numbers(errors)}."
    return (f"{left} If one may stay, name it: ACCEPT {errors[0].number}.",)


def _numbers(findings: list[Finding]) -> str:
    return ", ".join(str(finding.number) for finding in findings)


def _line(finding: Finding) -> str:
    """ "3. “would like” is printed twice. (Hate Crime, The hotline)"."""
    where = ", ".join(finding.where.split(" / "))
    return f"{finding.number}. {finding.message}" + (f" ({where})" if where else "")
