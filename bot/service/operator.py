"""The operator hears of every open problem once, and once that it is over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.core import keys
from bot.core.model import DeliveryState, Problem
from bot.core.records import BlobAdded, Change, Delivery, DeliveryQueued
from bot.core.timetable import month_title, period_of
from bot.errors import Conflict, StoreError
from bot.mail.letters import AlertLetter, AnswerLetter
from bot.service.desk import Desk, log

ABOUT_ALERTS = ("alert/", "all-clear/")  # how the keys of our alerts begin
REMEMBERED = timedelta(days=7)  # an all-clear that a kill kept back is made up for within that
OF_A_MAIL = ("in-doubt", "refused")  # their place is the key of a mail of ours
BY_COMMAND = "operator: "  # how the reason of a mail begins that the operator settled with `resolve`


def tell_operator(desk: Desk) -> int:
    """Queue one alert for every open problem that has none yet, and one all-clear for every told one that is over;
    gives how many. The keys name the trouble and its start, so each is told once, whatever is killed when.

    An alert that is itself in doubt or refused is shown by `status` only: an alert about it would fare no better, and
    the next one neither."""
    told = 0
    if not desk.bulletins:
        return told
    open_now, over = desk.store.troubles(desk.clock.now() - REMEMBERED)
    mails = [(problem, False) for problem in open_now if not problem.where.startswith(ABOUT_ALERTS)]
    mails += [(problem, True) for problem in over if _needs_all_clear(desk, problem)]
    for problem, cleared in mails:
        try:
            rows = alert_rows(desk, problem, cleared=cleared)
            desk.store.apply(rows, desk.clock.now())
            told += bool(rows)
        except Conflict:
            continue
        except StoreError:
            log.error("the store cannot be written: an alert waits")
            break
    return told


def _needs_all_clear(desk: Desk, problem: Problem) -> bool:
    """Whether the operator was told of this problem, has not heard yet that it is over, and did not settle it with a
    command of his own."""
    if desk.store.delivery(_key(desk, problem, desk.clock.now(), cleared=True)) is not None:
        return False
    if problem.code == "parked" or not was_told(desk, problem):
        return False  # `unpark` alone ends a parked mail
    if problem.code not in OF_A_MAIL:
        return True
    mail = desk.store.delivery(problem.where)
    if mail is None or mail.reason.startswith(BY_COMMAND):
        return False
    return mail.state in (DeliveryState.SENT, DeliveryState.BOUNCED)  # one that is tried again is not over yet


def was_told(desk: Desk, problem: Problem) -> bool:
    """Whether the alert about a problem has been queued."""
    return desk.store.delivery(_key(desk, problem, desk.clock.now())) is not None


def _key(desk: Desk, problem: Problem, now: datetime, *, cleared: bool = False) -> str:
    """The key of the alert about a problem, or of its all-clear."""
    since = problem.noted_at or now
    episode = keys.digest(f"{problem.code}\n{problem.where}\n{since.astimezone(UTC).isoformat()}".encode())[:24]
    return (keys.all_clear_key if cleared else keys.alert_key)(f"{problem.code}/{episode}", desk.operator.address)


def alert_rows(desk: Desk, problem: Problem, *, cleared: bool = False) -> list[Change]:
    """The rows of one alert mail, or of the all-clear that ends it; none when it has been queued already."""
    now = desk.clock.now()
    values = heading(desk, problem.where)
    letter = AlertLetter(**values, problems=(problem,), instance=desk.instance, seen_at=now, cleared=cleared)
    return mail_rows(desk, letter, _key(desk, problem, now, cleared=cleared))


_OF_AN_EDITION = re.compile(r"(?P<bulletin>[^/ ]+)(?:[ /](?P<period>\d{4}-(?:0[1-9]|1[0-2]))(?![\d-]))?")


def heading(desk: Desk, where: str = "") -> dict[str, str]:
    """What every mail to the operator carries: whose bulletin, which month, who writes to whom. They are those that
    ``where`` begins with ("ccsu-rag 2025-08", "ccsu-rag", or a mail of ours), else the first bulletin's, this month."""
    config, period = next(iter(desk.bulletins.values())), period_of(desk.clock.now())
    named = _OF_AN_EDITION.match(where)
    if named and named["bulletin"] in desk.bulletins:
        config, period = desk.bulletins[named["bulletin"]], named["period"] or period
    return {
        "bulletin": config.title,
        "month": month_title(period),
        "name": desk.operator.name,
        "team": config.author or config.title,
    }


def mail_rows(desk: Desk, letter: AlertLetter | AnswerLetter, key: str) -> list[Change]:
    """The rows of one mail to the operator; none when its key is in the outbox already."""
    if desk.store.delivery(key) is not None:
        return []
    from bot.mail.compose import Envelope, compose  # loads when there is something to tell

    bulletin, config = next(iter(desk.bulletins.items()))
    now = desk.clock.now()
    envelope = Envelope(
        sender=config.sender.address,
        sender_name=config.sender.name,
        recipient=desk.operator.address,
        recipient_name=desk.operator.name,
        message_id=keys.message_id_for(key, config.message_id_domain),
        date=now,
    )
    mail = compose(letter, envelope, templates=desk.looks[bulletin].mails)
    delivery = Delivery(
        key=key,
        message_id=envelope.message_id,
        kind="alert",
        sender=envelope.sender,
        recipient=envelope.recipient,
        header=keys.digest(mail),
        queued_at=now,
        not_before=now,
        changed_at=now,
    )
    return [BlobAdded(digest=keys.digest(mail), data=mail), DeliveryQueued(delivery=delivery)]
