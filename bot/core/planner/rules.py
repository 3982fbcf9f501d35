"""What a bulletin's configuration says, as the planner needs it, and who is to be asked for a theme today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.core.assemble import status_of
from bot.core.model import Person, SectionStatus, Theme, Value
from bot.core.records import Absence, EditionView
from bot.core.timetable import LONDON, TimetableRules

EDITOR_UNREACHABLE = "editor-unreachable"  # the code of the problem that a mail to an editor came back


class Rules(Value):
    """One bulletin's rules for one edition. ``closed`` are its closed days; ``editors`` include their deputies."""

    bulletin: str
    title: str
    themes: tuple[Theme, ...]
    editors: tuple[Person, ...]
    editor_deputies: tuple[Person, ...] = ()
    readers: tuple[Person, ...]
    operator: Person | None = None
    timetable: TimetableRules
    closed: frozenset[date]
    skip: frozenset[str] = frozenset()
    cooling_off: timedelta = timedelta(minutes=15)
    quiet: timedelta = timedelta(minutes=10)

    def theme(self, key: str) -> Theme | None:
        """A theme by key."""
        return next((theme for theme in self.themes if theme.key == key), None)

    def titles(self) -> dict[str, str]:
        """Theme titles by key."""
        return {theme.key: theme.title for theme in self.themes}

    def all_editors(self) -> tuple[Person, ...]:
        """Editors and their deputies: whoever may decide."""
        return self.editors + self.editor_deputies

    def editor(self, address: str) -> Person | None:
        """The editor (or deputy) with this address."""
        return next((person for person in self.all_editors() if person.address == address.lower()), None)


def london_day(now: datetime) -> date:
    """The day in London."""
    return now.astimezone(LONDON).date()


def is_away(address: str, absences: Iterable[Absence], day: date) -> bool:
    """Whether a person is known to be away on a day. Without a date of return they are away until they write."""
    return any(a.address == address.lower() and (a.until is None or day < a.until) for a in absences)


def present(people: Iterable[Person], view: EditionView, now: datetime) -> tuple[Person, ...]:
    """Those of some people who are not known to be away."""
    return tuple(person for person in people if not is_away(person.address, view.absences, london_day(now)))


def to_ask(theme: Theme, view: EditionView, now: datetime) -> tuple[Person, ...]:
    """Whom to ask for a theme today: its leads who are here, else its deputies who are here, else its leads anyway."""
    return present(theme.leads, view, now) or present(theme.deputies, view, now) or theme.leads


def standing_in(rules: Rules, view: EditionView, now: datetime) -> tuple[Person, ...]:
    """The editors' deputies who are here, when none of the editors is; else nobody."""
    return () if present(rules.editors, view, now) else present(rules.editor_deputies, view, now)


def missing_themes(rules: Rules, view: EditionView) -> tuple[Theme, ...]:
    """The themes that are not in and not skipped."""
    skipped = view.edition.skipped_themes
    return tuple(t for t in rules.themes if status_of(t, view.submissions, skipped) is SectionStatus.MISSING)
