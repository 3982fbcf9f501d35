"""The lists of people over the configuration: who holds now.

The files of the configuration stay as the operator wrote them. A list that an editor confirmed by mail (people.py) lies
over them, person by person (core/people.py), in every bot that works on the same store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.people import (
    Difference,
    KeptPeople,
    People,
    difference,
    kept,
    kept_bytes,
    people_of,
    read_kept,
    readers_with,
    standing,
    themes_with,
)
from bot.core.records import BlobAdded, Logged, PeopleChanged, PeopleOver
from bot.core.timetable import LONDON
from bot.ports import Store
from bot.service.desk import Desk


@dataclass(frozen=True)
class _Joined:
    """One bulletin with its list over it; ``over`` and ``list`` are None where no list ever came."""

    config: BulletinConfig
    over: PeopleOver | None = None
    list: KeptPeople | None = None


class JoinedBulletins(Mapping[str, BulletinConfig]):
    """The bulletins as they hold: their files, and over them the newest list of people in the store.

    ``files`` are the bulletins as the files say; ``own`` are addresses of the bot itself. Looked up anew by
    ``refresh``: another bot may have taken a list."""

    def __init__(self, files: Mapping[str, BulletinConfig], store: Store, own: frozenset[str] = frozenset()) -> None:
        self.files = files
        self.own = own
        self._store = store
        self._joined = {key: _Joined(config) for key, config in files.items()}
        self.refresh()

    def refresh(self, *keys_: str) -> None:
        """Look for newer lists: of these bulletins, or of all. Raises StoreError where one cannot be read: without it
        nobody knows who has been taken off."""
        newest = {key: self._store.people(key) for key in keys_} if keys_ else self._store.newest_people()
        for key, over in newest.items():
            if key in self.files and over is not None and over != self._joined[key].over:
                there = read_kept(self._store.blob(over.digest))
                self._joined[key] = _Joined(_join(self.files[key], there), over, there)

    def over(self, key: str) -> PeopleOver | None:
        """The list that lies over a bulletin's files, if any."""
        return self._joined[key].over

    def stale(self, key: str) -> bool:
        """Whether the kept list still names somebody who holds no longer, because a file was changed since."""
        there = self._joined[key].list
        return there is not None and not _names(there.people) <= _names(people_in(self[key]))

    def __getitem__(self, key: str) -> BulletinConfig:
        return self._joined[key].config

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)


def _names(people: People) -> set[str]:
    return {row.model_dump_json() for row in (*people.leads, *people.readers)}


def _join(config: BulletinConfig, over: KeptPeople) -> BulletinConfig:
    people = standing(people_in(config), over, need_readers=not config.group_address)
    themes = themes_with(config.themes, people)
    return config.model_copy(update={"themes": themes, "readers": readers_with(config.readers, people)})


def people_in(config: BulletinConfig) -> People:
    """The lists of a bulletin's configuration."""
    return people_of(config.themes, config.readers)


def titles_of(config: BulletinConfig) -> dict[str, str]:
    """Each theme's title by its key."""
    return {theme.key: theme.title for theme in config.themes}


def over_the_files(desk: Desk) -> Iterator[dict[str, Any]]:
    """For `status` and `check`: each bulletin whose lists came by mail, and how what holds differs from its files."""
    for over, change in _lists_by_mail(desk):
        at = over.at.astimezone(LONDON)
        differs = f"goes before the files ({change.in_short()})" if change.lines else "says the same as the files"
        yield {
            "sentence": f"{over.bulletin}: the list of people that {over.person} confirmed by mail "
            f"({at:%Y-%m-%d %H:%M}) holds and {differs}",
            "bulletin": over.bulletin,
            "list": over.number,
            "confirmed_by": over.person,
            "at": at.isoformat(timespec="minutes"),
            "difference": change.in_short(),
            "lines": list(change.lines),
        }


def _lists_by_mail(desk: Desk) -> Iterator[tuple[PeopleOver, Difference]]:
    if isinstance(desk.bulletins, JoinedBulletins):
        for key, config in desk.bulletins.items():
            over, files = desk.bulletins.over(key), desk.bulletins.files[key]
            if over is not None:
                yield over, difference(people_in(files), people_in(config), titles_of(config))


def refresh(desk: Desk, *bulletins: str) -> None:
    """Look for lists that were confirmed since: of these bulletins, or of all."""
    if isinstance(desk.bulletins, JoinedBulletins):
        desk.bulletins.refresh(*bulletins)


def settle(bulletins: JoinedBulletins, store: Store, now: datetime) -> None:
    """Write lists anew without those whom a file has taken out since, so that the earlier lists may be purged."""
    for key in bulletins:
        over = bulletins.over(key)
        if over is None or not bulletins.stale(key):
            continue
        data = kept_bytes(kept(people_in(bulletins[key]), people_in(bulletins.files[key])))
        values = over.model_dump(exclude={"at"}) | {"number": over.number + 1, "digest": keys.digest(data)}
        logged = {"number": over.number + 1, "list": keys.digest(data)}
        changes = (
            BlobAdded(digest=keys.digest(data), data=data),
            PeopleChanged(**values),
            Logged(edition_id=over.edition_id, what="people settled", data=logged),
        )
        store.apply(changes, now)
    bulletins.refresh()
