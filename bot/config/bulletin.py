"""The models of one bulletin's files: bulletin.toml, themes.toml, glossary.toml, and what is made of all of them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bot.config.fields import Address, ClockTime, Domain, FilePath, PeriodName, PersonText, Settings
from bot.config.settings import FILE, MailboxSettings, TrustSettings
from bot.core.model import Person, Run, Theme, Timetable
from bot.core.timetable import TimetableRules, closed_days, month_title, period_of, timetable_for
from bot.stats.series import SeriesConfig

PERSON = 'an address, or "Name <address>"'
ANYTHING_ELSE = "Anything else"
_ADDRESS_IN_TEXT = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

DaysBefore = Annotated[int, Field(ge=0, le=20)]


class TimetableSettings(TimetableRules):
    """The table [timetable]: the rules, and the days that the ``holidays`` package does not know."""

    request_time: ClockTime = Field(default=time(9, 0), description='a time such as "09:00"')
    deadline_time: ClockTime = Field(default=time(12, 0), description='a time such as "12:00"')
    distribution_time: ClockTime = Field(default=time(9, 0), description='a time such as "09:00"')
    reminder_time: ClockTime = Field(default=time(9, 30), description='a time such as "09:30"')
    chaser_time: ClockTime = Field(default=time(10, 0), description='a time such as "10:00"')
    reminders: tuple[DaysBefore, ...] = Field(
        default=(3, 1), description="working days before the deadline, such as [3, 1]; 0 is the day itself"
    )
    chasers: tuple[DaysBefore, ...] = Field(
        default=(2, 1), description="working days before the distribution, such as [2, 1]; 0 is the day itself"
    )
    extra_closed: tuple[date, ...] = Field(default=(), description="days such as 2025-12-24")
    not_closed: tuple[date, ...] = Field(default=(), description="bank holidays that were called off: 2025-05-05")

    @model_validator(mode="after")
    def _in_order(self) -> TimetableSettings:
        request = (self.request_working_day, self.request_time)
        deadline = (self.deadline_working_day, self.deadline_time)
        if not request < deadline:
            raise ValueError("has a deadline that is not after the request")
        if not deadline < (self.distribution_working_day, self.distribution_time):
            raise ValueError("has a distribution that is not after the deadline")
        for days in self.reminders:
            if not request < (self.deadline_working_day - days, self.reminder_time) < deadline:
                raise ValueError(f"has a reminder ({days}) that is not between request and deadline")
        return self

    def rules(self) -> TimetableRules:
        """The rules alone, as core takes them."""
        return TimetableRules(**{name: getattr(self, name) for name in TimetableRules.model_fields})


class SenderSettings(Settings):
    """From whom the mails come: the shared mailbox, usually."""

    address: Address = Field(description="the shared mailbox's address")
    name: str = Field(min_length=1, description="what people see as the sender")


class RetentionSettings(Settings):
    """How long raw mail and personal data are kept after publication."""

    raw_days: int = Field(default=90, ge=1, le=3650, description="1 to 3650")
    events_days: int = Field(default=2555, ge=30, le=36500, description="30 to 36500")


class BulletinSettings(Settings):
    """bulletin.toml."""

    title: str = Field(min_length=1, description="the bulletin's title")
    marking: str = Field(default="OFFICIAL", description='a protective marking such as "OFFICIAL", or ""')
    intro: str = Field(default="", description="a text under the title")
    contact: str = Field(default="", description="the contact line at the end; an address in it becomes a link")
    author: str = Field(default="", description="the author that stands in the Word file's properties")
    nil_sentence: str = Field(default="Nothing to report this month.", min_length=1, description="a sentence")
    editors: tuple[PersonText, ...] = Field(min_length=1, description=f"a list with at least one: {PERSON}")
    editor_deputies: tuple[PersonText, ...] = Field(default=(), description=f"a list: {PERSON}")
    sender: SenderSettings = Field(description="a table [sender] with address and name")
    message_id_domain: Domain | None = Field(default=None, description="a domain name; the sender's when left out")
    distribution: Literal["individual", "group"] = "individual"
    group_address: Address | None = Field(default=None, description="an email address, with distribution = group")
    cooling_off_minutes: int = Field(default=15, ge=0, le=1440, description="0 to 1440")
    quiet_minutes: int = Field(default=10, ge=0, le=240, description="0 to 240")
    skip: tuple[PeriodName, ...] = Field(default=(), description='months without an edition, such as ["2026-08"]')
    timetable: TimetableSettings = TimetableSettings()
    retention: RetentionSettings = RetentionSettings()
    templates: FilePath | None = Field(default=None, description=f"its own templates: {FILE}")
    mailbox: MailboxSettings | None = None
    trust: TrustSettings | None = None

    @model_validator(mode="after")
    def _group(self) -> BulletinSettings:
        if (self.distribution == "group") != (self.group_address is not None):
            raise ValueError('needs group_address with distribution = "group", and only then')
        return self


class FieldSettings(Settings):
    """[[themes.fields]]: one field of a theme's form."""

    key: str | None = Field(default=None, pattern=r"^F[1-9][0-9]?$", description="F1, F2 ...; counted when left out")
    title: str = Field(min_length=1, description="the field's title")


class ThemeSettings(Settings):
    """[[themes]]."""

    key: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40, description="small letters, digits and hyphens"
    )
    title: str = Field(min_length=1, description="the theme's title as it is printed")
    order: int | None = Field(default=None, ge=0, description="a number; the order of the file when left out")
    leads: tuple[PersonText, ...] = Field(min_length=1, description=f"a list with at least one: {PERSON}")
    deputies: tuple[PersonText, ...] = Field(default=(), description=f"a list: {PERSON}")
    series: str | None = Field(default=None, description="a series of series.toml")
    fields: tuple[FieldSettings, ...] = Field(default=(), description="tables [[themes.fields]] with a title")

    @field_validator("title")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if "\n" in value:
            raise ValueError("is more than one line")
        return value.strip()


class ThemesFile(Settings):
    """themes.toml."""

    themes: tuple[ThemeSettings, ...] = Field(min_length=1, description="tables [[themes]]")


class GlossaryFile(Settings):
    """glossary.toml: acronyms with what they stand for, and words that spelling knows."""

    acronyms: dict[str, str] = Field(default_factory=dict, description="a table [acronyms]: JSNA = ...")
    words: tuple[str, ...] = Field(default=(), description="a list of words and names")


class BulletinConfig(Settings):
    """Everything that the files of one bulletin say, checked and joined."""

    key: str  # the directory's name
    title: str
    marking: str
    intro: str
    contact: str
    author: str
    nil_sentence: str
    editors: tuple[Person, ...]
    editor_deputies: tuple[Person, ...]
    sender: Person
    message_id_domain: str
    distribution: Literal["individual", "group"]
    group_address: str | None
    cooling_off: timedelta
    quiet: timedelta
    skip: frozenset[str]
    rules: TimetableRules
    extra_closed: frozenset[date]
    not_closed: frozenset[date]
    retention: RetentionSettings
    templates: Path | None
    mailbox: MailboxSettings | None  # its own; None: the deployment's
    trust: TrustSettings | None  # its own; None: the deployment's
    themes: tuple[Theme, ...]  # in print order
    directory: tuple[Person, ...]
    readers: tuple[Person, ...]
    acronyms: dict[str, str]
    words: tuple[str, ...]
    series: dict[str, SeriesConfig]

    def closed_days(self, period: str) -> frozenset[date]:
        """The closed days around an edition, this bulletin's own included."""
        return closed_days(period, self.extra_closed, self.not_closed)

    def timetable(self, period: str) -> Timetable:
        """The dates of an edition by this bulletin's rules."""
        return timetable_for(period, self.rules, self.closed_days(period))

    def theme(self, key: str) -> Theme | None:
        """A theme by its key."""
        return next((theme for theme in self.themes if theme.key == key), None)

    def is_editor(self, address: str) -> bool:
        """Whether an address is an editor's or an editor's deputy's."""
        return address.lower() in {person.address for person in (*self.editors, *self.editor_deputies)}

    def contact_runs(self) -> tuple[Run, ...]:
        """The contact line as runs, its addresses as links."""
        runs: list[Run] = []
        at = 0
        for found in _ADDRESS_IN_TEXT.finditer(self.contact):
            runs.append(Run(text=self.contact[at : found.start()]))
            runs.append(Run(text=found[0], url=f"mailto:{found[0]}"))
            at = found.end()
        runs.append(Run(text=self.contact[at:]))
        return tuple(run for run in runs if run.text)

    def summary(self, now: datetime | None = None) -> tuple[str, ...]:
        """What the files say, in lines for `check`; with ``now`` the dates of its month as well."""
        lines = [
            f"{self.key}: {self.title}",
            f"  editors: {', '.join(_named(person) for person in self.editors)}",
            f"  sender: {_named(self.sender)}",
        ]
        for theme in self.themes:
            leads = ", ".join(person.address for person in theme.leads)
            deputies = ", ".join(person.address for person in theme.deputies)
            more = (f"; deputies {deputies}" if deputies else "") + (f"; series {theme.series}" if theme.series else "")
            lines.append(f"  theme {theme.key}: {leads}{more}")
        partnerships = len({person.csp for person in self.readers if person.csp})
        to = f"the group {self.group_address}" if self.group_address else "one mail each"
        lines.append(f"  readers: {len(self.readers)} in {partnerships} partnerships, {to}")
        lines.append(f"  directory: {len(self.directory)} contacts; glossary: {len(self.acronyms)} acronyms")
        if now is not None:
            period = period_of(now)
            dates = self.timetable(period)
            when = ", ".join(
                f"{word} {moment:%a} {moment.day} {moment:%b %H:%M}"
                for word, moment in (
                    ("request", dates.request_at),
                    ("deadline", dates.deadline_at),
                    ("distribution", dates.distribution_at),
                )
            )
            lines.append(f"  {month_title(period)}: {'skipped' if period in self.skip else when}")
        return tuple(lines)


def _named(person: Person) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address
