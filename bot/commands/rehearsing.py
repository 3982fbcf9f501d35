"""rehearse: a month again, by today's program and configuration, on a copy; the differences in words."""

from __future__ import annotations

import logging
import os
import sys

from bot.cli import Options
from bot.commands.shared import say
from bot.config import Config
from bot.core.timetable import month_title, period_parts
from bot.errors import InputError
from bot.rehearsal.play import Rehearsal, rehearse
from bot.wiring import load

SAME, DIFFERENT = 0, 3


def rehearse_month(options: Options, bulletin: str | None, period: str | None) -> int:
    """0 when nothing differs, 3 when a person is to look at what does."""
    logging.getLogger("bot").addHandler(logging.NullHandler())  # what happens on the copy is no news of the bot in use
    if period is not None:
        period_parts(period)
    config = load(options.config)
    found = rehearse(config, os.environ, _chosen(config, bulletin), period, _progress)
    for line in lines_of(found):
        say(line)
    return DIFFERENT if found.groups else SAME


def _chosen(config: Config, bulletin: str | None) -> str:
    """The bulletin that is meant: the only one, or the one that was named."""
    if bulletin is not None:
        return config.bulletin(bulletin).key
    keys = [one.key for one in config.bulletins]
    if len(keys) != 1:
        raise InputError("There are several bulletins.", f"Name one with --bulletin: {', '.join(keys)}.", "which")
    return keys[0]


def lines_of(found: Rehearsal) -> list[str]:
    """The whole answer, line by line."""
    title = f"{month_title(found.period)} of {found.bulletin}, played again on a copy"
    lines = [f"{title}: {found.mails} mails read, nothing sent."]
    for group in found.groups:
        lines += ["", group.title, *(f"  {line}" for line in group.lines)]
    if found.notes:
        lines += ["", "Not rehearsed", *(f"  {note}" for note in found.notes)]
    lines += (
        ["", "Differences: look at each before the program or the configuration is used."]
        if found.groups
        else ["No differences."]
    )
    return lines


def _progress(done: int, of: int) -> None:
    """How far the month is, on a terminal only."""
    if sys.stderr.isatty():
        end = "\r\033[K" if done == of else ""
        sys.stderr.write(f"\r{100 * done // of:3d} % of the month{end}")
        sys.stderr.flush()
