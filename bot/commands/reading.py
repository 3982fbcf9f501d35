"""read, proof and preview: what the bot makes of a mail, a Word file, an edition, without mailing anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import Options
from bot.commands.shared import cannot_write, desk_for, print_json, say, table
from bot.core.model import Finding, Reading, Section, Severity, block_text
from bot.core.timetable import period_parts
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.core.proof import Printed

LONGEST_FILE = 64 * 1024 * 1024
MID_MONTH = 15  # a bulletin is read about then: what is past is judged from there


def file_bytes(file: Path) -> bytes:
    """The bytes of a file; a plain sentence when it cannot be read."""
    try:
        if file.stat().st_size > LONGEST_FILE:
            raise InputError(f"{file} is larger than 64 MB.", "The bot reads nothing of that size.", "too-large")
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Check the name.", "no-file") from error


def read(file: Path, request: Path | None, *, as_json: bool) -> int:
    """What is read in a mail."""
    from bot.mail.parse import parse_message
    from bot.mail.prescan import prescan
    from bot.sections.form import request_from_mail
    from bot.sections.reading import read_reply, reading_json

    raw = file_bytes(file)
    unsafe = prescan(raw)
    if unsafe:
        raise InputError(unsafe[0].sentence, "The bot holds such a mail for a person.", unsafe[0].code)
    asked = request_from_mail(file_bytes(request)) if request else None
    reading = read_reply(parse_message(raw), asked)
    if as_json:
        print_json(reading_json(reading))
    else:
        _show(reading)
    return 0


def _show(reading: Reading) -> None:
    """A reading for a person."""
    say(f"{reading.mail_class.value} from {reading.author or 'nobody readable'}")
    if reading.nil:
        say("A nil return: nothing this month.")
    if reading.back_on:
        say(f"Back on {reading.back_on:%A} {reading.back_on.day} {reading.back_on:%B %Y}")
    for placed in reading.blocks:
        say(f"  {placed.field or '--':<4}{placed.block.kind:<10} {block_text(placed.block)}")
    for leftover in reading.leftovers:
        say(f"  set aside, {leftover.reason}: {' '.join(leftover.text.split())[:100]}")
    for used in reading.attachments:
        say(f"  {used.name}: {used.use}{' - ' + used.reason if used.reason else ''}")
    show_findings(reading.findings)


def show_findings(findings: tuple[Finding, ...]) -> None:
    """Findings as a table that lines up."""
    if findings:
        table([(f.severity.value, f.code, f.where, f.message) for f in findings], ("", "code", "where", "finding"))


def proof(options: Options, file: Path, *, as_json: bool, earlier: Sequence[Path] = ()) -> int:
    """Proof-reading of any Word bulletin, against ``earlier`` ones if given. 3 when there are errors or warnings."""
    from bot.core.proof import ProofContext, proof_json, proofread
    from bot.core.timetable import LONDON, period_of, period_parts
    from bot.dictionary import OFF, british_dictionary
    from bot.wiring import SystemClock, load

    sections, said = _bulletin_file(file)
    now = SystemClock().now()
    period = said or period_of(now)
    year, month = period_parts(period)
    context = ProofContext(
        period=period,
        today=date(year, month, MID_MONTH) if said else now.astimezone(LONDON).date(),
        previous=_printed(earlier),
        dictionary=british_dictionary(),
    )
    if (options.config / "bot.toml").is_file():
        bulletin = load(options.config).bulletins[0]
        context = context.model_copy(
            update={
                "directory": bulletin.directory,
                "glossary": bulletin.acronyms,
                "known_words": frozenset(bulletin.words),
                "marking": bulletin.marking,
            }
        )
    findings = proofread(sections, context)
    if as_json:
        print_json({**proof_json(findings), "dictionary": context.dictionary is not None})
    else:
        show_findings(findings)
        say(f"{len(findings)} finding{'s' if len(findings) != 1 else ''} in {file.name}.")
        if context.dictionary is None:
            say(OFF)
    return 3 if any(f.severity is not Severity.NOTE for f in findings) else 0


def _bulletin_file(file: Path) -> tuple[tuple[Section, ...], str | None]:
    """The sections of a Word bulletin and the period that its masthead names."""
    from bot.render.returned import sections_of
    from bot.sections.gate import check_package

    data = file_bytes(file)
    check_package(data)
    return sections_of(data), _month_said(data)


def _printed(files: Sequence[Path]) -> tuple[Printed, ...]:
    """Earlier editions from their Word files, newest first; one without a month in its masthead is refused."""
    from bot.core.proof import Printed

    printed = []
    for file in files:
        sections, period = _bulletin_file(file)
        if period is None:
            raise InputError(
                f"{file.name} does not say which month it is.", "Give a bulletin with its masthead.", "no-month"
            )
        printed.append(Printed(period=period, sections=sections))
    return tuple(sorted(printed, key=lambda one: one.period, reverse=True))


def _month_said(data: bytes) -> str | None:
    """The month that the bulletin's masthead names, as a period."""
    import re

    from bot.core.timetable import MONTHS
    from bot.render.returned import read_bulletin

    returned = read_bulletin(data)
    found = re.search(rf"\b({'|'.join(MONTHS)})\s+(20\d\d)\b", f"{returned.month} {returned.title}")
    return f"{found[2]}-{MONTHS.index(found[1]) + 1:02d}" if found else None


def preview(options: Options, period: str | None, theme: str | None, out: Path) -> int:
    """The draft of what is in now, as files."""
    from bot.core.proof import proofread
    from bot.service.carry_out import NOBODY
    from bot.service.drafting import TEXT_PART, WORD_PART, make_parts
    from bot.service.proofing import proof_context
    from bot.service.sections import bulletin_of
    from bot.service.work import Work

    if period is not None:
        period_parts(period)
    with desk_for(options) as (_, desk):
        editions = [e for e in desk.store.editions() if period in (None, e.period) and e.bulletin in desk.bulletins]
        if not editions:
            raise InputError(f"There is no edition {period or ''}.".replace(" .", "."), "`status` lists them.", "none")
        view = desk.store.view(editions[-1].id)
        bulletin = bulletin_of(desk, view)
        if theme is not None:
            kept = tuple(section for section in bulletin.sections if section.theme == theme)
            if not kept:
                known = ", ".join(section.theme for section in bulletin.sections) or "none"
                raise InputError(f"Nothing is in for {theme}.", f"What is in: {known}.", "no-theme")
            bulletin = bulletin.model_copy(update={"sections": kept})
        work = Work(desk, view, desk.clock.now(), NOBODY)
        parts = make_parts(work, bulletin, view.edition.issue_version, (view.edition.draft or 0) + 1)
        for name in (WORD_PART, "page.html", TEXT_PART):
            try:
                out.mkdir(parents=True, exist_ok=True)
                (out / name).write_bytes(parts[name][1])
            except OSError as error:
                raise cannot_write(out, error) from error
            say(str(out / name))
        show_findings(proofread(bulletin.sections, proof_context(desk, view)))
    return 0
