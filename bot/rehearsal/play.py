"""Plays a month again: the recorded mails, at their times, read by today's program and configuration, on a copy.

Nothing can leave: the copy's mailboxes are folders beside it, and no adapter of a server is made. The store in use is
only read (by `backup`), the mailbox in use is not opened at all. The service is the real one; only its clock, its
mailboxes and its store are the copy's.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from secrets import token_bytes

from bot.config import Config
from bot.config.settings import FolderSettings, StoreSettings
from bot.core import keys
from bot.core.lifecycle import OVER
from bot.core.model import Timetable, Verdict
from bot.core.timetable import LONDON
from bot.errors import InputError
from bot.mailboxes import mailbox_name
from bot.rehearsal.differences import Group, differences
from bot.rehearsal.told import Told, mail_text, tell
from bot.service import Service
from bot.service.desk import Desk, known_people
from bot.store.backup import backup
from bot.store.rewind import Rewinder, Rewound
from bot.store.sql import SqlStore
from bot.wiring import FixedClock, open_desk

TOGETHER, LONGEST_TICK = timedelta(seconds=15), timedelta(minutes=1)  # what one tick of that time did
GRID = timedelta(hours=8)  # between two looks at the calendar when nothing was recorded
SOON = timedelta(minutes=15)  # no such look so close before a recorded tick, which will do
AFTERWARDS = timedelta(minutes=5)
TROUBLE = ("edition-stuck", "parked")  # problems of a rehearsal that are told
_CODE = re.compile(r"(?<![0-9A-Z-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![0-9A-Z-])")
_BEHIND_A_CODE = 40  # bits of a token that its first 12 letters leave
Progress = Callable[[int, int], None]  # ticks done, ticks in all


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: how many mails were read again, what differs, and what could not be rehearsed, in words."""

    bulletin: str
    period: str
    mails: int
    groups: tuple[Group, ...]
    notes: tuple[str, ...]


def rehearse(
    config: Config,
    environ: Mapping[str, str],
    bulletin: str,
    period: str | None = None,
    progress: Progress = lambda done, of: None,
) -> Rehearsal:
    """Play an edition again (default: the newest one that is over). Raises InputError when there is nothing to play."""
    config.bulletin(bulletin)
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as name:  # 0700, as tempfile makes them
        folder = Path(name)
        recorded = folder / "recorded.db"
        backup(config.store_url(environ).get_secret_value(), recorded)
        copied = on_a_copy(config, folder)
        shutil.copy(recorded, folder / "bulletin.db")
        with closing(Rewinder(recorded)):  # brings an older store to today's schema: it must be read
            pass
        period = period or _newest(recorded, bulletin)
        with closing(Rewinder(folder / "bulletin.db")) as past:
            names = [mailbox_name(config, one) for one in config.bulletins]
            own = mailbox_name(config, config.bulletin(bulletin))
            rewound = past.rewind(bulletin, period, tuple(names), own)
            if not rewound.mails:
                why = "their bytes were purged" if rewound.gone else "none came"
                raise InputError(f"No mail of {period} can be read again: {why}.", "Name a later month.", "no-mails")
            return _played(
                _Copy(config, copied, past, rewound, FixedClock(rewound.moments[0]), bulletin, period),
                recorded,
                progress,
            )


def on_a_copy(config: Config, folder: Path) -> Config:
    """The same configuration with store and mailboxes in ``folder``; who is believed stays as it is."""
    bulletins = tuple(
        one.model_copy(update={"mailbox": one.mailbox and _folder(folder / f"mailbox-{one.key}")})
        for one in config.bulletins
    )
    mailbox = _folder(folder / "mailbox")
    update = {"data_directory": folder, "store": StoreSettings(), "mailbox": mailbox, "bulletins": bulletins}
    return config.model_copy(update={**update, "daily_summary": None})


def _folder(path: Path) -> FolderSettings:
    return FolderSettings(kind="folder", path=path)


@dataclass(frozen=True)
class _Copy:
    """The copy: the configuration in use and the same on the copy, the rewound store, the edition."""

    config: Config
    copied: Config
    past: Rewinder
    rewound: Rewound
    clock: FixedClock
    bulletin: str
    period: str


def _played(copy: _Copy, recorded: Path, progress: Progress) -> Rehearsal:
    """All ticks, then the comparison with what was recorded."""
    dice = Dice()
    with open_desk(copy.copied, {}, clock=copy.clock, random_bytes=dice) as desk:
        for account in desk.accounts:  # the store knows by these names where a mail came from
            account.mailbox.name = mailbox_name(copy.config, copy.config.bulletin(next(iter(account.bulletins))))
        with closing(SqlStore.open(_url(recorded))) as store:
            then = replace(desk, store=store, accounts=())  # to be read, never ticked
            dice.of_mails = _codes(then, copy)
            texts = _tick_through(desk, then, dice, copy, progress)
            mails = frozenset(copy.rewound.mails)
            before = tell(then, copy.bulletin, copy.period, mails)
            after = tell(desk, copy.bulletin, copy.period, mails, texts)
            if before is None or after is None:
                raise InputError(
                    f"{copy.period} was not opened again.", "Look at the timetable and `skip`.", "no-edition"
                )
            groups = (*differences(before, after, _names(then, copy.rewound)), *_trouble(desk))
            return Rehearsal(copy.bulletin, copy.period, len(mails), groups, tuple(_notes(then, copy, before)))


def _tick_through(desk: Desk, then: Desk, dice: Dice, copy: _Copy, progress: Progress) -> dict[str, str | None]:
    """The month: at each moment one tick, as far as it goes. Gives the text of each mail that was made, by key."""
    service, waiting, texts = Service(desk), copy.rewound.tokens, {}
    config = desk.bulletins[copy.bulletin]
    moments = moments_of(copy.rewound, config.timetable(copy.period), (config.quiet, config.cooling_off))
    for number, moment in enumerate(moments):
        progress(number, len(moments))
        mails = tuple(copy.rewound.between(moments[number - 1] if number else None, moment))
        for mail in mails:
            desk.store.unpark(mail)
        dice.next_ones(mails)
        copy.clock.at = moment
        if service.tick().idle:
            continue
        waiting = copy.past.hand_on(waiting)
        made = [one for one in desk.store.deliveries() if one.key not in texts]
        texts.update({one.key: mail_text(desk, one) for one in made})
        copy.past.put_in_place(filter(None, (then.store.delivery(one.key) for one in made)))
    progress(len(moments), len(moments))
    return texts


def moments_of(rewound: Rewound, timetable: Timetable, waits: Iterable[timedelta] = ()) -> tuple[datetime, ...]:
    """When to tick: when the bot did something then (what lies close together was one tick); between, where no
    recorded tick follows at once, at the timetable's dates, ``waits`` after each mail, and every few hours."""
    ticks: list[datetime] = []
    begun = rewound.moments[0]
    for moment in rewound.moments:
        if ticks and moment - ticks[-1] <= TOGETHER and moment - begun <= LONGEST_TICK:
            ticks[-1] = moment
        else:
            begun = moment
            ticks.append(moment)
    first, last = ticks[0], ticks[-1]
    hour = first.replace(minute=0, second=0, microsecond=0)
    between = {hour + GRID * number for number in range(1, int((last - first) / GRID) + 2)}
    between |= {timetable.request_at, timetable.deadline_at, timetable.distribution_at}
    between |= {*timetable.reminders_at, *timetable.chase_editor_at}
    between |= {at + wait for at in rewound.mails.values() for wait in waits}
    alone = [one for one in between if first < one < last and ticks[bisect_left(ticks, one)] - one > SOON]
    return tuple(moment.astimezone(LONDON) for moment in sorted([*ticks, *alone, last + AFTERWARDS]))


class Dice:
    """Chance as ever, but for the one-time codes that were mailed then: they must be the ones that came back."""

    def __init__(self) -> None:
        self.of_mails: dict[int, str] = {}  # the code that each of an editor's mails was answered with
        self._codes: list[str] = []

    def next_ones(self, mails: Iterable[int]) -> None:
        """These mails are read next."""
        self._codes = [self.of_mails[mail] for mail in mails if mail in self.of_mails]

    def __call__(self, number: int) -> bytes:
        """Random bytes, or those that make the next code."""
        if not self._codes:
            return token_bytes(number)
        value = 0
        for letter in self._codes.pop(0).replace("-", ""):
            value = value * len(keys.ALPHABET) + keys.ALPHABET.index(letter)
        return (value << _BEHIND_A_CODE).to_bytes(13, "big")


def _codes(then: Desk, copy: _Copy) -> dict[int, str]:
    """The one-time code that each editor's mail was answered with."""
    edition = then.store.edition(copy.bulletin, copy.period)
    answers = then.store.deliveries(edition.id, "answer") if edition else ()
    found: dict[int, str] = {}
    for mail in copy.rewound.mails:
        inbound = then.store.inbound(mail)
        for delivery in answers:
            if inbound and inbound.digest and inbound.digest in delivery.key:
                code = _CODE.search(mail_text(then, delivery) or "")
                found |= {mail: code.group()} if code else {}
    return found


def _names(then: Desk, rewound: Rewound) -> dict[int, str]:
    """Each mail in words: from whom, and when."""
    names: dict[int, str] = {}
    for number, at in rewound.mails.items():
        sender = str(message_from_bytes(then.store.raw(number)).get("From", "nobody"))
        names[number] = f"the mail of {at.astimezone(LONDON):%d %b %H:%M} from {' '.join(sender.split())}"
    return names


def _trouble(desk: Desk) -> tuple[Group, ...]:
    """What would need a person: an edition that is stuck, a mail that cannot be read."""
    lines = tuple(f"{one.sentence} ({one.where})" for one in desk.store.problems() if one.code in TROUBLE)
    return (Group("What would need a person", lines),) if lines else ()


def _notes(then: Desk, copy: _Copy, before: Told) -> Iterator[str]:
    """What could not be rehearsed."""
    edition = then.store.edition(copy.bulletin, copy.period)
    if copy.rewound.gone:
        yield f"{copy.rewound.gone} mails of that month were purged and could not be read again."
    if any(mail.text is None for mail in before.mails.values()):
        yield "Mails of ours of that month were purged: who got one was compared, their text was not."
    if edition is not None and any(event.what == "operator" for event in then.store.events(edition.id)):
        yield "What the operator resolved in that month was not repeated: on the copy every mail leaves."
    known = set(known_people(copy.config.bulletin(copy.bulletin)))
    wrote = {verdict.person for verdict in _verdicts(then, copy.rewound) if verdict.theme}
    for person in sorted(wrote - known - {""}):
        yield f"{person} wrote in that month and is not in today's configuration: they are read as a stranger."


def _verdicts(then: Desk, rewound: Rewound) -> Iterator[Verdict]:
    for mail in rewound.mails:
        inbound = then.store.inbound(mail)
        if inbound and inbound.verdict:
            yield inbound.verdict


def _url(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"


def _newest(file: Path, bulletin: str) -> str:
    """The newest edition that is over; without one the newest of all."""
    with closing(SqlStore.open(_url(file))) as store:
        editions = store.editions(bulletin)
    over = [edition for edition in editions if edition.state in OVER] or list(editions)
    if not over:
        raise InputError(f"There is no edition of {bulletin} yet.", "Rehearse when one is over.", "no-edition")
    return over[-1].period
