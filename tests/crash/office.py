"""A post office that is not to be trusted: it takes every copy that it is given, loses answers, is busy, and is late.

The folder mailbox cannot show a double send (a rename happens once), so this sender can: what is accepted is one line
more in a file, however often it is the same mail, as with a real server. Faults come from a seed, the mail and how
often it was tried, so a month can be repeated. A line is written in one call, so a kill finds it whole or not there.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.commands import upkeep
from bot.core.model import DeliveryState
from bot.core.records import Delivery, ProblemCleared
from bot.demo import play
from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, Unavailable
from bot.ports import Probe, StagedMail
from bot.service import Service
from bot.service.desk import Desk
from bot.wiring import FixedClock

ACCEPTED, ASKED, PROBED = "accepted", "asked", "probed"


@dataclass(frozen=True)
class Faults:
    """How often each thing goes wrong, in per cent of releases. ``late``: so many probes do not see an accepted mail
    yet."""

    silent_before: int = 0  # no answer, and it was not accepted
    silent_after: int = 0  # no answer, and it was accepted
    busy: int = 0
    not_sent: int = 0
    login: int = 0
    late: int = 0


CALM = Faults()
ROUGH = Faults(silent_before=3, silent_after=4, busy=2, not_sent=2, login=1, late=1)


class Office:
    """The port Sender over a ledger file. ``effect`` is called after each acceptance: a place to be killed at."""

    def __init__(
        self, ledger: Path, faults: Faults = CALM, seed: int = 0, effect: Callable[[str], None] = lambda name: None
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._seed = seed
        self._effect = effect

    def stage(self, mail: StagedMail) -> str | None:
        """A draft by its key; harmless to repeat."""
        return f"draft-of-{hashlib.sha256(mail.key.encode()).hexdigest()[:16]}"

    def release(self, mail: StagedMail) -> None:
        """Accept it, or one of the ways in which that goes wrong."""
        tries = self._count(ASKED, mail)
        self._write(ASKED, mail)
        for name, error in self._drawn(mail, tries):
            if name == "silent_after":
                self._write(ACCEPTED, mail)
            raise error
        self._write(ACCEPTED, mail)
        self._effect("office.accepted")

    def probe(self, mail: StagedMail) -> Probe:
        """Sent when it is seen among the accepted; absence proves nothing."""
        probes = self._count(PROBED, mail)
        self._write(PROBED, mail)
        seen = self._count(ACCEPTED, mail) and probes >= self._faults.late
        return Probe.SENT if seen else Probe.UNKNOWN

    def _drawn(self, mail: StagedMail, tries: int) -> Iterator[tuple[str, Exception]]:
        """The fault of this try, if there is one."""
        lot = int(hashlib.sha256(f"{self._seed}/{mail.message_id}/{tries}".encode()).hexdigest()[:8], 16) % 100
        for name, error in (
            ("silent_before", MaybeSent("No answer.", "", "silent")),
            ("silent_after", MaybeSent("No answer.", "", "silent")),
            ("busy", Unavailable("The server is busy.", "It is tried again.", "busy")),
            ("not_sent", NotSent("The server did not take it.", "It is tried again.", "not-sent")),
            ("login", LoginFailed("The server refused the password.", "Check it.", "login")),
        ):
            share = getattr(self._faults, name)
            if lot < share:
                yield name, error
                return
            lot -= share

    def _lines(self) -> list[list[str]]:
        return (
            [line.split(" ") for line in self._ledger.read_text("utf-8").splitlines()] if self._ledger.exists() else []
        )

    def _count(self, what: str, mail: StagedMail) -> int:
        return sum(1 for line in self._lines() if line == [what, mail.message_id])

    def _write(self, what: str, mail: StagedMail) -> None:
        descriptor = os.open(self._ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{what} {mail.message_id}\n".encode())
        finally:
            os.close(descriptor)

    def accepted(self) -> Counter[str]:
        """Message-IDs that were accepted, with how often."""
        return Counter(line[1] for line in self._lines() if line[0] == ACCEPTED)


class Refusing(Office):
    """An office that refuses one recipient for good."""

    def __init__(self, ledger: Path, recipient: str) -> None:
        super().__init__(ledger)
        self._recipient = recipient

    def release(self, mail: StagedMail) -> None:
        """Refuse that one."""
        if mail.recipient == self._recipient:
            raise Refused("The address does not exist there.", "Correct the list.", "refused")
        super().release(mail)


def ledger_of(out: Path) -> Path:
    """The ledger of the month in ``out``."""
    return out / "ledger"


def sending_by(office: Callable[[], Office]) -> None:
    """Make the demonstration of this process send through an office, for good: its mailbox is read as before.

    After each step the minutes go by that the service would have, with a tick in each, until the outbox rests; the
    operator asks the office about mails in doubt and answers. (A reader's mail can only come back when it has left.)
    """
    real, step = play.open_desk, play._play_step

    @contextmanager
    def open_desk(*given: Any, **named: Any) -> Iterator[Desk]:
        with real(*given, **named) as desk:
            accounts = tuple(replace(account, sender=office()) for account in desk.accounts)
            yield replace(desk, accounts=accounts)

    def play_step(desk: Desk, service: Service, *more: Any) -> None:
        step(desk, service, *more)
        rest(desk, service, lambda mail: mail in office().accepted())

    play.open_desk, play._play_step = open_desk, play_step


WAITING = (DeliveryState.QUEUED, DeliveryState.RELEASING, DeliveryState.IN_DOUBT)
PATIENCE, MOST_TICKS = 6, 40


def rest(desk: Desk, service: Service, accepted: Callable[[str], bool]) -> None:
    """Minutes with a tick in each until nothing waits; after some of them the operator answers what is in doubt."""
    clock = desk.clock
    assert isinstance(clock, FixedClock)
    for number in range(MOST_TICKS):
        waiting = [delivery for delivery in desk.store.deliveries() if delivery.state in WAITING]
        if not waiting:
            return
        if number >= PATIENCE:
            for delivery in waiting:
                if delivery.state is DeliveryState.IN_DOUBT:
                    answer(desk, delivery, "sent" if accepted(delivery.message_id) else "retry")
        clock.at += timedelta(minutes=2)
        service.tick()


def answer(desk: Desk, delivery: Delivery, word: str) -> None:
    """What ``resolve KEY sent|retry`` does."""
    now = desk.clock.now()
    desk.store.move_delivery(delivery.key, upkeep.ANSWERS[word], now, reason=f"operator: {word}")
    desk.store.apply([ProblemCleared(code="in-doubt", where=delivery.key)], now)
