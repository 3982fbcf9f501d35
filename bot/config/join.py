"""One bulletin's directory: its files read, checked against each other and joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.config.bulletin import ANYTHING_ELSE, BulletinConfig, BulletinSettings, GlossaryFile, ThemeSettings, ThemesFile
from bot.config.complaints import parse, written
from bot.config.faults import Fault, nearest, shown
from bot.config.fields import person_parts
from bot.config.people import PeopleFile, read_people
from bot.config.text import Key, TomlFile, read_toml
from bot.core.model import FormField, Person, Theme
from bot.stats.series import SeriesConfig, SeriesFile
from bot.stats.texts import name_key

BULLETIN, THEMES, GLOSSARY, SERIES = "bulletin.toml", "themes.toml", "glossary.toml", "series.toml"
DIRECTORY, READERS = "directory.csv", "csm_list.csv"
FILES = (BULLETIN, THEMES, GLOSSARY, SERIES, DIRECTORY, READERS)


class _Reader:
    """Collects the faults of one bulletin while its files are read."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.key = path.name
        self.faults: list[Fault] = []

    def toml(self, name: str, needed: bool) -> TomlFile:
        """A TOML file with its faults noted; one that is not needed may be missing."""
        if not needed and not (self.path / name).exists():
            return TomlFile(f"{self.name}/{name}", "")
        file = read_toml(self.path / name, f"{self.name}/{name}")
        self.faults += [fault.model_copy(update={"bulletin": self.key}) for fault in file.faults]
        return file

    def people(self, name: str, needed: bool, columns: tuple[str, ...]) -> PeopleFile:
        """A list of people with its faults noted."""
        file = PeopleFile(f"{self.name}/{name}", self.key)
        if (self.path / name).exists():
            file = read_people(self.path / name, f"{self.name}/{name}", self.key, columns)
        elif needed:
            file.fault("the file is missing")
        self.faults += file.faults
        return file

    def fault(self, file: TomlFile, key: Key, value: object, message: str, allowed: str = "", near: str = "") -> None:
        """Note a fault of a key."""
        name = written(key)
        self.faults.append(
            Fault(
                file=file.name,
                line=file.line(key),
                key=name,
                value=shown(name, value),
                message=message,
                allowed=allowed,
                nearest=near,
                bulletin=self.key,
            )
        )

    def strangers(self) -> None:
        """Files that nobody reads: a slip in a name would otherwise go unseen."""
        for path in sorted(self.path.iterdir()):
            if path.suffix.lower() in {".toml", ".csv"} and path.name not in FILES and not path.name.startswith("~"):
                message = "is not a file that the bot reads"
                near = nearest(path.name, FILES)
                self.faults.append(
                    Fault(
                        file=f"{self.name}/{path.name}",
                        message=message,
                        allowed=", ".join(FILES),
                        nearest=near,
                        bulletin=self.key,
                    )
                )


def read_bulletin(path: Path, name: str, mailbox: str | None) -> tuple[BulletinConfig | None, list[Fault]]:
    """The bulletin of directory ``path``, or None when a file lacks too much; and every fault.

    ``name`` is how reports call the directory; ``mailbox`` is the deployment's own address, if known.
    """
    reader = _Reader(path, name)
    reader.strangers()
    bulletin_file = reader.toml(BULLETIN, needed=True)
    themes_file = reader.toml(THEMES, needed=True)
    settings = _model(reader, BulletinSettings, bulletin_file)
    themes = _model(reader, ThemesFile, themes_file)
    glossary = _model(reader, GlossaryFile, reader.toml(GLOSSARY, needed=False))
    series, series_keys = _series(reader, reader.toml(SERIES, needed=False))
    directory = reader.people(DIRECTORY, needed=False, columns=("name", "address"))
    own = _own_addresses(mailbox, settings)
    readers = _readers(reader, settings, own, series)
    known = {person.address: person for person in directory.people}
    made = _themes(reader, themes_file, themes, series_keys, known, own) if themes else ()
    if settings is None:
        return None, reader.faults
    editors = _people(reader, bulletin_file, ("editors",), settings.editors, known, own)
    deputies = _people(reader, bulletin_file, ("editor_deputies",), settings.editor_deputies, known, own)
    _once(reader, bulletin_file, ("editor_deputies",), settings.editor_deputies, [person.address for person in editors])
    joined = _joined(reader.key, settings, glossary or GlossaryFile(), editors, deputies)
    lists = {"themes": made, "directory": tuple(directory.people), "readers": readers, "series": series}
    return joined.model_copy(update=lists), reader.faults


def _own_addresses(mailbox: str | None, settings: BulletinSettings | None) -> set[str]:
    """The addresses that are the bot's: to write to them would be to write to itself."""
    own = {mailbox} if mailbox else set()
    if settings is not None:
        own.add(settings.sender.address)
        if settings.mailbox is not None and settings.mailbox.address:
            own.add(settings.mailbox.address)
    return own


def _readers(
    reader: _Reader, settings: BulletinSettings | None, own: set[str], series: Mapping[str, SeriesConfig]
) -> tuple[Person, ...]:
    """The readers; with a group address the list may be missing."""
    group = settings is not None and settings.distribution == "group"
    file = reader.people(READERS, needed=not group, columns=("name", "address", "csp"))
    if not file.people and not file.faults and not group:
        file.fault("names no reader")
        reader.faults += file.faults
    _not_own(reader, file, own)
    _in_districts(reader, file, series)
    return tuple(file.people)


def _model(reader: _Reader, model: Any, file: TomlFile) -> Any:
    if file.broken and not file.data:
        return None  # missing or unreadable: said already
    made, faults = parse(model, file, reader.key)
    reader.faults += faults
    return made


def _series(reader: _Reader, file: TomlFile) -> tuple[dict[str, SeriesConfig], tuple[str, ...]]:
    """The statistics series by key, and the keys that the file names even where it has faults."""
    if not file.data:
        return {}, ()
    made = _model(reader, SeriesFile, file)
    if made is not None:
        series = {config.key: config for config in made.series}
        return series, tuple(series)
    rows = file.data.get("series")
    named = [row.get("key") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {}, tuple(key for key in named if isinstance(key, str))


def _joined(
    key: str,
    settings: BulletinSettings,
    glossary: GlossaryFile,
    editors: tuple[Person, ...],
    deputies: tuple[Person, ...],
) -> BulletinConfig:
    """What bulletin.toml and glossary.toml say, with the lists still empty."""
    same = ("title", "marking", "intro", "contact", "author", "nil_sentence", "distribution", "group_address")
    sender = Person(name=settings.sender.name, address=settings.sender.address)
    return BulletinConfig(
        key=key,
        **{name: getattr(settings, name) for name in same},
        editors=editors,
        editor_deputies=deputies,
        sender=sender,
        message_id_domain=settings.message_id_domain or sender.address.rpartition("@")[2],
        cooling_off=timedelta(minutes=settings.cooling_off_minutes),
        quiet=timedelta(minutes=settings.quiet_minutes),
        skip=frozenset(settings.skip),
        rules=settings.timetable.rules(),
        extra_closed=frozenset(settings.timetable.extra_closed),
        not_closed=frozenset(settings.timetable.not_closed),
        retention=settings.retention,
        templates=settings.templates,
        mailbox=settings.mailbox,
        trust=settings.trust,
        themes=(),
        directory=(),
        readers=(),
        acronyms=glossary.acronyms,
        words=glossary.words,
        series={},
    )


def _themes(
    reader: _Reader,
    file: TomlFile,
    themes: ThemesFile,
    series: Sequence[str],
    known: Mapping[str, Person],
    own: set[str],
) -> tuple[Theme, ...]:
    made: list[Theme] = []
    orders: dict[int, str] = {}
    for number, theme in enumerate(themes.themes):
        at: Key = ("themes", number)
        if theme.key in {other.key for other in made}:
            reader.fault(file, (*at, "key"), theme.key, "is there already")
        order = number if theme.order is None else theme.order
        if theme.order is not None and orders.setdefault(order, theme.key) != theme.key:
            reader.fault(file, (*at, "order"), order, f'is the order of theme "{orders[order]}" already')
        if theme.series is not None and theme.series not in series:
            allowed = ", ".join(series) or f"none: {SERIES} holds no series"
            near = nearest(theme.series, series)
            reader.fault(file, (*at, "series"), theme.series, "is not a series", allowed, near)
        leads = _people(reader, file, (*at, "leads"), theme.leads, known, own)
        deputies = _people(reader, file, (*at, "deputies"), theme.deputies, known, own)
        _once(reader, file, (*at, "deputies"), theme.deputies, [person.address for person in leads])
        made.append(
            Theme(
                key=theme.key,
                title=theme.title,
                order=order,
                leads=leads,
                deputies=deputies,
                fields=_fields(reader, file, at, theme),
                series=theme.series,
            )
        )
    return tuple(sorted(made, key=lambda theme: theme.order))


def _fields(reader: _Reader, file: TomlFile, at: Key, theme: ThemeSettings) -> tuple[FormField, ...]:
    """The form's fields: the configured ones, or one with the theme's title; the last is always "Anything else"."""
    given = [(field.key, field.title.strip()) for field in theme.fields] or [(None, theme.title)]
    if given[-1][1].casefold() != ANYTHING_ELSE.casefold():
        given.append((None, ANYTHING_ELSE))
    taken: set[str] = {key for key, _ in given if key}
    used: set[str] = set()
    fields = []
    for number, (key, title) in enumerate(given):
        if key in used:
            reader.fault(file, (*at, "fields", number, "key"), key, "is there already")
        counted = number + 1
        while key is None and f"F{counted}" in taken | used:
            counted += 1
        key = key or f"F{counted}"
        used.add(key)
        fields.append(FormField(key=key, title=title))
    return tuple(fields)


def _people(
    reader: _Reader, file: TomlFile, at: Key, texts: Iterable[str], known: Mapping[str, Person], own: set[str]
) -> tuple[Person, ...]:
    """People named in a TOML file; an address alone takes its name from directory.csv."""
    people: dict[str, Person] = {}
    for number, text in enumerate(texts):
        name, address = person_parts(text)
        where: Key = (*at, number)
        listed = known.get(address)
        if address in own:
            reader.fault(file, where, address, "is the mailbox's own address")
        elif address in people:
            reader.fault(file, where, address, "is there twice")
        elif not name and listed is None:
            allowed = f'an address of {DIRECTORY}, or "Name <{address}>"'
            reader.fault(file, where, address, "has no name", allowed, nearest(address, known, cutoff=0.8))
        people[address] = listed if listed and not name else Person(name=name, address=address)
    return tuple(people.values())


def _once(reader: _Reader, file: TomlFile, at: Key, texts: Iterable[str], others: list[str]) -> None:
    """Nobody stands in for themselves."""
    for number, text in enumerate(texts):
        address = person_parts(text)[1]
        if address in others:
            reader.fault(file, (*at, number), address, "cannot stand in for themselves")


def _not_own(reader: _Reader, people: PeopleFile, own: set[str]) -> None:
    """The mailbox does not write to itself."""
    for person in people.people:
        if person.address in own:
            reader.faults.append(
                Fault(
                    file=people.name,
                    line=people.lines[person.address],
                    key="address",
                    value=shown("address", person.address),
                    message="is the mailbox's own address",
                    bulletin=reader.key,
                )
            )


def _in_districts(reader: _Reader, people: PeopleFile, series: Mapping[str, SeriesConfig]) -> None:
    """A reader's partnership is a district of the statistics, where there are statistics."""
    known = {key for config in series.values() for key in config.district_keys}
    names = {district.name: None for config in series.values() for district in config.districts if district.place}
    for person in people.people:
        if known and name_key(person.csp) not in known:
            reader.faults.append(
                Fault(
                    file=people.name,
                    line=people.lines[person.address],
                    key="csp",
                    value=shown("csp", person.csp),
                    message="is not a district of series.toml" if person.csp else "is empty",
                    allowed=", ".join(names),
                    nearest=nearest(person.csp, names),
                    bulletin=reader.key,
                )
            )
