"""What the demonstration prints: each step with its simulated time; colours only on a terminal."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.core.records import Delivery

NAMES = {
    "request": "request",
    "reminder": "reminder",
    "deputy_question": "question to the deputy",
    "receipt": "receipt",
    "answer": "answer",
    "draft": "draft",
    "chaser": "chaser",
    "confirmation": "confirmation",
    "outcome": "outcome",
    "notice": "notice",
    "bulletin": "bulletin",
    "alert": "alert to the operator",
}
INDENT = 18
MOST_NAMED = 6


class Screen:
    """The terminal, or a pipe."""

    def __init__(self, verbose: bool = False) -> None:
        width = None if sys.stdout.isatty() else 120
        self._console = Console(highlight=False, width=width)
        self._verbose = verbose

    def title(self, text: str, *, resumed: bool) -> None:
        """The first line."""
        self._console.print(Text(text + (" (going on where it was)" if resumed else ""), style="bold"))
        self._console.print()

    def moment(self, at: datetime, says: str) -> None:
        """A step: its simulated time, and what happens."""
        when = f"{at:%a} {at.day:2d} {at:%b %H:%M}"
        self._console.print(Text.assemble((f"{when:<{INDENT}}", "cyan"), (says, "bold")))

    def line(self, text: str, style: str = "") -> None:
        """A line under a step, wrapped with its own indent."""
        width = max(self._console.width - INDENT - 2, 40)
        for number, part in enumerate(Text(text, style=style).wrap(self._console, width)):
            self._console.print(Text(" " * INDENT + ("  " if number else "")) + part)

    def mails(self, fresh: list[Delivery]) -> None:
        """The mails that a step caused, by kind."""
        by_kind: dict[str, list[str]] = {}
        for delivery in fresh:
            by_kind.setdefault(delivery.kind, []).append(delivery.recipient)
        for kind, recipients in by_kind.items():
            name = NAMES.get(kind, kind)
            if len(recipients) > MOST_NAMED and not self._verbose:
                self.line(f"→ {len(recipients)} mails: {name}", "green")
            else:
                self.line(f"→ {name}: {', '.join(recipients)}", "green")

    def end(self, out: Path, mailbox: Path, paths: dict[str, Path], states: dict[str, int]) -> None:
        """Where everything is."""
        self._console.print()
        total = sum(states.values())
        parts = ", ".join(f"{number} {state}" for state, number in sorted(states.items(), reverse=True))
        self._console.print(f"{total} readers, one mail each: {parts}.")
        rows = (
            ("Word bulletin", paths.get("bulletin.docx")),
            ("HTML edition", paths.get("page.html")),
            ("Mailbox", mailbox),
            ("Store", out / "var" / "bulletin.db"),
        )
        for name, path in rows:
            if path is not None:
                self._console.print(Text(f"{name:<15}", style="bold") + Text(_short(path)), soft_wrap=True)
        self._console.print(Text(f'Look further: run_bot.py --config "{_short(out / "config")}" status', style="dim"))


def _short(path: Path) -> str:
    """The path as seen from here, when that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
