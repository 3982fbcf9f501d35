"""After `restore`: the mailbox knows more than the store. What was filed since is read again, and what is to leave is
looked up first, until every edition of before is over and a week has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.lifecycle import IN_HAND, DeliveryEvent
from bot.core.records import Delivery, ProblemCleared
from bot.ports import Probe, Sender, StagedMail
from bot.service.desk import Desk

RESTORED = (
    "restored"  # the code of the problem that `restore` leaves; its place says "time of the backup/time of restore"
)
LONGEST = timedelta(days=7)  # what follows the end of an edition (outcome, bounces, late mails) leaves within that


def restored_from(desk: Desk) -> datetime | None:
    """The moment up to which the store remembers, while it matters; None when no backup was put back."""
    for problem in desk.store.problems():
        if problem.code != RESTORED:
            continue
        backup, restored = map(datetime.fromisoformat, problem.where.split("/"))
        now = desk.clock.now()
        editions = desk.store.editions(states=IN_HAND)
        if now < restored + LONGEST or any(edition.timetable.request_at <= restored for edition in editions):
            return backup
        desk.store.apply([ProblemCleared(code=RESTORED, where=problem.where)], now)
    return None


def left_before(desk: Desk, sender: Sender, delivery: Delivery, mail: StagedMail) -> bool:
    """Whether the mailbox shows that this mail left after the backup was made; written down as sent then."""
    if sender.probe(mail) is not Probe.SENT:
        return False
    at = desk.clock.now()
    desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at)
    desk.store.move_delivery(delivery.key, DeliveryEvent.FOUND, at, reason="it had left after the backup was made")
    return True
