"""An editor's list of people, read and judged, and the mail that brings it; joined.py has who holds."""

from __future__ import annotations

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.decision import Word
from bot.core.effects import SendPeople
from bot.core.people import People, canonical
from bot.core.peoplerows import Terms, read_people
from bot.core.planner.people import ASKED
from bot.core.planner.said import PEOPLE_MAIL, Listed, Said
from bot.core.records import Change, EditionView
from bot.errors import InputError, StoreError
from bot.mail import letters
from bot.mail.authenticity import plain_address
from bot.mail.compose import Attachment
from bot.mail.parse import Part, parse_message
from bot.sections.kinds import Kind, kind_of
from bot.sections.peoplebook import MEDIA_TYPE, read_in_cage, write_people
from bot.service.desk import Desk, known_people
from bot.service.editing import Files, files_of
from bot.service.joined import JoinedBulletins, people_in, refresh, titles_of
from bot.service.work import Work
from bot.service.writing import editor_token, heading_values
from bot.stats.texts import name_key

FILE_NAME = "people.xlsx"
_MARK_LETTERS = 16


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
        if question is None or question.code != ASKED or question.subject != said.about or files.own:
            return said
        return said.model_copy(update={"people": _asked_about(desk, view, question.inbound)})
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
        themes=titles_of(config),
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
    data = write_people(people, titles_of(config), csps, mark_of(people), work.now)
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
