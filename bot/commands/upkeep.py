"""The store and what needs the operator: resolve, unpark, migrate, backup, restore, purge, retain."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

from bot.cli import Options
from bot.commands.shared import clock_from, desk_for, say
from bot.core import keys
from bot.core.lifecycle import DeliveryEvent, delivery_cell
from bot.core.records import Logged, ProblemCleared
from bot.core.timetable import period_parts
from bot.errors import InputError
from bot.wiring import load

ANSWERS = {"sent": DeliveryEvent.OPERATOR_SENT, "retry": DeliveryEvent.OPERATOR_RETRY}


def resolve(options: Options, key: str, answer: str) -> int:
    """The operator's word on one delivery, logged."""
    if answer not in ANSWERS:
        raise InputError(f"“{answer}” is no answer.", "Say sent or retry.", "bad-answer")
    with desk_for(options) as (_, desk):
        delivery = desk.store.delivery(key)
        if delivery is None:
            raise InputError(f"There is no delivery {key}.", "`status` shows the keys.", "no-delivery")
        event = ANSWERS[answer]
        cell = delivery_cell(delivery.state, event)
        now = desk.clock.now()
        named = keys.digest(key.encode())  # the key holds an address, and no line of the log can be erased
        if not desk.store.move_delivery(key, event, now, reason=f"operator: {answer}"):
            say(cell.says)
            return 3
        desk.store.apply(
            [
                *(ProblemCleared(code=code, where=key) for code in ("in-doubt", "refused")),
                Logged(edition_id=delivery.edition_id, what="operator", data={"answer": answer, "delivery": named}),
            ],
            now,
        )
        say(cell.says)
    return 0


def unpark(options: Options, inbound: int) -> int:
    """A parked mail is read again at the next tick."""
    with desk_for(options) as (_, desk):
        # The problem goes first: a kill between the two leaves a mail that is still parked, and can be unparked again.
        desk.store.apply([ProblemCleared(code="parked", where=f"inbound {inbound}")], desk.clock.now())
        if not desk.store.unpark(inbound):
            say(f"Mail {inbound} is not parked.")
            return 3
        say(f"Mail {inbound} will be read again at the next tick.")
    return 0


def _url(options: Options) -> str:
    return load(options.config).store_url(os.environ).get_secret_value()


def migrate(options: Options) -> int:
    """Bring the schema up to date."""
    from bot.store.migrate import migrate as do

    before, after = do(_url(options))
    say(f"The store is at version {after}." if before == after else f"The store went from {before} to {after}.")
    return 0


def backup(options: Options, file: Path) -> int:
    """A consistent copy."""
    from bot.store.backup import backup as do

    do(_url(options), file)
    say(f"The store was copied to {file}.")
    return 0


def restore(options: Options, file: Path) -> int:
    """Put a backup back."""
    from bot.store.backup import restore as do
    from bot.transports.statefile import forget_all

    config = load(options.config)
    forgotten = forget_all(config.data_directory)  # first: a kill between the two costs one long look, no mail
    aside = do(file, config.store_url(os.environ).get_secret_value(), at=clock_from(None).now())
    if forgotten:
        say("Where the mailboxes' reading had stopped is forgotten: the next tick compares every mail with the store.")
    say(f"Restored from {file}." + (f" The store that was there is kept as {aside}." if aside else ""))
    return 0


def purge(options: Options, older_than: str) -> int:
    """Delete old raw mail."""
    from bot.store.purge import purge as do

    age = re.fullmatch(r"(\d{1,5})\s*d(?:ays?)?", older_than.strip())
    if age is None:
        raise InputError(f"“{older_than}” is no age.", "Write it as 90d.", "bad-age")
    _settle_people(options)
    now = clock_from(None).now()
    number = do(_url(options), now - timedelta(days=int(age[1])), at=now)
    say(f"{number} mails were deleted.")
    return 0


def _settle_people(options: Options) -> None:
    """Whom a file has taken out goes from the list that lies over it, too."""
    from bot.service.joined import JoinedBulletins, settle
    from bot.store.sql import SqlStore

    config = load(options.config)
    store = SqlStore.open(config.store_url(os.environ).get_secret_value())
    try:
        files = {bulletin.key: bulletin for bulletin in config.bulletins}
        settle(JoinedBulletins(files, store), store, clock_from(None).now())
    finally:
        store.close()


def retain(options: Options, period: str) -> int:
    """Keep an edition's mails."""
    from bot.store.purge import retain as do

    period_parts(period)  # a slip here would keep nothing, and nobody would know before the purge
    do(_url(options), period, at=clock_from(None).now())
    say(f"The mails of {period} are kept until further notice.")
    return 0
