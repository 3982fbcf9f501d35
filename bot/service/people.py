"""The lists of people over the configuration: who holds now, an editor's list read and judged, the mail that brings it.

The files of the configuration stay as the operator wrote them. A list that an editor confirmed lies over them, person
by person (core/people.py), in every bot that works on the same store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.decision import Word
from bot.core.effects import SendPeople
from bot.core.people import (
    Difference,
    KeptPeople,
    People,
    canonical,
    difference,
    kept,
    kept_bytes,
    people_of,
    read_kept,
    readers_with,
    standing,
    themes_with,
)
from bot.core.peoplerows import Terms, read_people
from bot.core.planner.people import ASKED
from bot.core.planner.said import PEOPLE_MAIL, Listed, Said
from bot.core.records import BlobAdded, Change, EditionView, Logged, PeopleChanged, PeopleOver
from bot.core.timetable import LONDON
from bot.errors import InputError, StoreError
from bot.mail import letters
from bot.mail.authenticity import plain_address
from bot.mail.compose import Attachment
from bot.mail.parse import Part, parse_message
from bot.ports import Store
from bot.sections.kinds import Kind, kind_of
from bot.sections.peoplebook import MEDIA_TYPE, read_in_cage, write_people
from bot.service.desk import Desk, known_people
from bot.service.editing import Files, files_of
from bot.service.work import Work
from bot.service.writing import editor_token, heading_values
from bot.stats.texts import name_key

FILE_NAME = "people.xlsx"
_MARK_LETTERS = 16


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


def _titles(config: BulletinConfig) -> dict[str, str]:
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
                yield over, difference(people_in(files), people_in(config), _titles(config))


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


# ------------------------------------------------------------------------------------------------ what came back


def is_about_people(said: Said, files: Files) -> bool:
    """Whether a mail is about the lists: it says PEOPLE, or answers such a mail with a file, a YES or a NO."""
    word = said.command.word
    if said.command.problem:
        return False
    words = any(kind_of(part.data) is Kind.WORD for part in files.own)
    return word is Word.PEOPLE or (
        bool(said.about) and (word in (Word.YES, Word.NO) or (word is Word.EDITED and not words))
    )


def with_list(desk: Desk, view: EditionView, said: Said, files: Files) -> Said:
    """What an editor's mail says of the lists: its file as a list, or on a YES or NO the file that was asked about."""
    refresh(desk, view.edition.bulletin)
    if said.command.word in (Word.YES, Word.NO):
        question = view.edition.people
        due = question is not None and question.code == ASKED and question.subject == said.about and not files.own
        return (
            said.model_copy(update={"people": _asked_about(desk, view, question.inbound)}) if question and due else said
        )
    command = said.command.model_copy(update={"word": Word.PEOPLE, "note": ""})
    listed = read_list(desk, view, files) if files.own else None
    return said.model_copy(update={"command": command, "people": listed})


def _asked_about(desk: Desk, view: EditionView, inbound: int) -> Listed:
    """The list of an earlier mail, read again and held against the lists as they are now."""
    try:
        message = parse_message(desk.store.raw(inbound))
    except StoreError as error:
        return _listed(desk, view).model_copy(update={"faults": (f"The mail with your file is gone. {error.message}",)})
    return read_list(desk, view, files_of(desk, view, message))


def read_list(desk: Desk, view: EditionView, files: Files) -> Listed:
    """The file of a mail as lists, or every fault of it in a sentence."""
    there = _listed(desk, view)
    if len(files.own) != 1:
        names = ", ".join(part.name or "unnamed" for part in files.own)
        fault = f"There are {len(files.own)} files in your mail ({names}); please send one."
        return there.model_copy(update={"name": "your mail", "faults": (fault,)})
    part = files.own[0]
    return there.model_copy(update={"name": part.name or "the file", **_judged(desk, view, part, there)})


def _judged(desk: Desk, view: EditionView, part: Part, there: Listed) -> dict[str, object]:
    try:
        book = read_in_cage(part.data, part.name)
    except InputError as error:
        return {"faults": (str(error),)}
    read = read_people(book, _terms(desk, view.edition.bulletin))
    notes = read.notes
    if book.made_from and book.made_from != mark_of(there.now):
        older = "The lists have changed since this file was made, so look with care: it may undo what others changed."
        notes = (older, *notes)
    return {"wanted": read.people, "faults": read.faults, "notes": notes}


def _listed(desk: Desk, view: EditionView) -> Listed:
    """The lists as they hold, and where they come from."""
    key = view.edition.bulletin
    config = files = desk.bulletins[key]
    over = None
    if isinstance(desk.bulletins, JoinedBulletins):
        files, over = desk.bulletins.files[key], desk.bulletins.over(key)
    return Listed(now=people_in(config), files=people_in(files), number=over.number if over else 0)


def mark_of(people: People) -> str:
    """What our file carries, so that an old one is known when it comes back."""
    return keys.people_digest(canonical(people))[:_MARK_LETTERS]


def _districts(config: BulletinConfig) -> tuple[str, ...]:
    """The partnerships that a reader may be of, where the bulletin has statistics by district."""
    return tuple(dict.fromkeys(d.name for series in config.series.values() for d in series.districts if d.place))


def _terms(desk: Desk, bulletin: str) -> Terms:
    config = desk.bulletins[bulletin]
    own = {config.sender.address, *(desk.bulletins.own if isinstance(desk.bulletins, JoinedBulletins) else ())}
    if config.mailbox is not None and config.mailbox.address:
        own.add(config.mailbox.address)
    known = {key for series in config.series.values() for key in series.district_keys}
    people = {**{one.address: one for one in config.directory}, **known_people(config)}
    return Terms(
        themes=_titles(config),
        address=plain_address,
        in_district=lambda csp: name_key(csp) in known,
        districts=_districts(config),
        own=frozenset(own),
        names={address: person.name for address, person in people.items()},
        group=bool(config.group_address),
    )


# ------------------------------------------------------------------------------------------------- the mail


def send_people(work: Work, effect: SendPeople) -> tuple[Change, ...]:
    """The lists as they hold, as a spreadsheet."""
    config = work.desk.bulletins[work.bulletin]
    people = people_in(config)
    csps = _districts(config) or tuple(sorted({row.csp for row in people.readers if row.csp}))
    data = write_people(people, _titles(config), csps, mark_of(people), work.now)
    token, rows = editor_token(work, effect.to, work.view.edition.draft, PEOPLE_MAIL)
    letter = letters.PeopleLetter(
        **heading_values(work, effect.to, token),
        leads=sum(1 for row in people.leads if row.role == "lead"),
        deputies=sum(1 for row in people.leads if row.role == "deputy"),
        readers=len(people.readers),
        file=FILE_NAME,
        notes=effect.notes,
    )
    attached = (Attachment(name=FILE_NAME, media_type=MEDIA_TYPE, data=data),)
    return (*rows, *work.queue(letter, effect.key, effect.to, attachments=attached, reply=True))
