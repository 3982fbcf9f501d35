"""Wrong ways to build the loop, each a mistake that real systems make. The harness must catch every one of them.

Each function patches the service of a child process, for good. tests/crash/test_teeth.py names what must be found.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.core.lifecycle import DeliveryEvent
from bot.core.records import Delivery, InboundClosed
from bot.ports import Place, Probe
from bot.service import outbox
from bot.service.desk import Account, Desk
from bot.service.tick import CHUNK, Service, TickReport
from bot.store.sql import SqlStore


def mark_before_send() -> None:
    """The row says sent before the mail has left: a kill between the two loses it silently."""

    def send(desk: Desk, account: Account, delivery: Delivery) -> int:
        mail, at = outbox.staged(desk, delivery), desk.clock.now()
        desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at)
        desk.store.move_delivery(delivery.key, DeliveryEvent.ACCEPTED, at)
        account.sender.release(mail)
        return 1

    outbox._send = send


def send_before_mark() -> None:
    """The mail leaves before anything is recorded: a kill between the two sends it again."""

    def send(desk: Desk, account: Account, delivery: Delivery) -> int:
        account.sender.release(outbox.staged(desk, delivery))
        at = desk.clock.now()
        desk.store.move_delivery(delivery.key, DeliveryEvent.RELEASE, at)
        desk.store.move_delivery(delivery.key, DeliveryEvent.ACCEPTED, at)
        return 1

    outbox._send = send


def acknowledge_before_store() -> None:
    """The mailbox is told "we have it" before we have it: a kill between the two loses the reply."""

    def receive(self: Service, report: TickReport) -> None:
        store = self.desk.store
        for account in self.desk.accounts:
            name = account.mailbox.name
            for mail in account.mailbox.fetch_new(partial(store.known, name), CHUNK):
                account.mailbox.acknowledge(mail.ref, Place.PROCESSED)
                report.received += store.remember(name, mail, self.desk.clock.now()) is not None

    Service._receive = receive


def two_transactions_for_one_mail() -> None:
    """What a mail causes is written, and "handled" afterwards: a kill between the two does it again."""
    real = SqlStore.apply

    def apply(self: SqlStore, changes: Any, at: Any) -> None:
        closing = [change for change in changes if isinstance(change, InboundClosed)]
        others = [change for change in changes if not isinstance(change, InboundClosed)]
        for part in (others, closing):
            if part:
                real(self, part, at)

    SqlStore.apply = apply


def resend_what_is_silent() -> None:
    """ "Not found, so it was not sent": an answer that was lost after acceptance becomes a second copy."""
    real = outbox._settle

    def settle(desk: Desk, delivery: Delivery, answer: Probe, at: Any) -> Any:
        if answer is not Probe.UNKNOWN:
            return real(desk, delivery, answer, at)
        desk.store.move_delivery(delivery.key, DeliveryEvent.SILENT, at)
        return desk.store.move_delivery(delivery.key, DeliveryEvent.OPERATOR_RETRY, at)

    outbox._settle = settle
