"""The operator hears of every open problem once, and once that it is over."""

from __future__ import annotations

from bot.core import keys
from bot.core.model import Problem
from bot.core.records import BlobAdded, Change, Delivery, DeliveryQueued
from bot.core.timetable import month_title, period_of
from bot.errors import Conflict, StoreError
from bot.mail.compose import Envelope, compose
from bot.mail.letters import AlertLetter
from bot.service.desk import Desk, log

ABOUT_ALERTS = ("alert/", "all-clear/")  # how the keys of our alerts begin


def tell_operator(desk: Desk) -> None:
    """Queue one alert for every open problem that has none yet. The key names the trouble, so it is told once.

    An alert that is itself in doubt or refused is shown by `status` only: an alert about it would fare no better, and
    the next one neither."""
    if not desk.bulletins:
        return
    for problem in desk.store.problems():
        if problem.where.startswith(ABOUT_ALERTS):
            continue
        try:
            desk.store.apply(alert_rows(desk, problem), desk.clock.now())
        except Conflict:
            continue
        except StoreError:
            log.error("the store cannot be written: an alert waits")
            return


def alert_rows(desk: Desk, problem: Problem, *, cleared: bool = False) -> list[Change]:
    """The rows of one alert mail, or of the all-clear that ends it; none when it has been queued already."""
    now = desk.clock.now()
    bulletin = next(iter(desk.bulletins))
    config = desk.bulletins[bulletin]
    episode = keys.digest(f"{problem.code}\n{problem.where}\n{problem.sentence}\n{now:%Y-%m-%d}".encode())[:24]
    name = f"{problem.code}/{episode}"
    key = (keys.all_clear_key if cleared else keys.alert_key)(name, desk.operator.address)
    if desk.store.delivery(key) is not None:
        return []
    letter = AlertLetter(
        bulletin=config.title,
        month=month_title(period_of(now)),
        name=desk.operator.name,
        team=config.author or config.title,
        problems=(problem,),
        instance=desk.instance,
        seen_at=now,
        cleared=cleared,
    )
    message_id = keys.message_id_for(key, config.message_id_domain)
    envelope = Envelope(
        sender=config.sender.address,
        sender_name=config.sender.name,
        recipient=desk.operator.address,
        recipient_name=desk.operator.name,
        message_id=message_id,
        date=now,
    )
    mail = compose(letter, envelope, templates=desk.looks[bulletin].mails)
    delivery = Delivery(
        key=key,
        message_id=message_id,
        kind="alert",
        sender=config.sender.address,
        recipient=desk.operator.address,
        header=keys.digest(mail),
        queued_at=now,
        not_before=now,
        changed_at=now,
    )
    return [BlobAdded(digest=keys.digest(mail), data=mail), DeliveryQueued(delivery=delivery)]
