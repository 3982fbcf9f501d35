"""The demonstration's month on any mailbox: the real configuration, service, store and adapter, the month's letters.

``play`` gives the end state as plain values, so that two mailboxes can be compared. Randomness is a counter and the
clock is simulated, so the same month gives the same bytes whatever carries them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

from bot.config import load_config
from bot.core.records import Delivery
from bot.demo.letters import written
from bot.demo.play import BULLETIN, PERIOD, prepare
from bot.demo.script import STEPS, Answers, Step
from bot.service import Service
from bot.service.desk import Desk
from bot.wiring import FixedClock, open_desk

BORDER = "mx.council.example.org"
INTERNAL = "@council.example.org"


@dataclass
class Carrier:
    """A kind of mailbox: what stands in bot.toml, and the hands of the outside world."""

    name: str
    toml: str  # the tables [mailbox] and [trust]
    arrive: Callable[[bytes], None]  # puts a mail into the inbox as the server would
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass
class EndState:
    """What a month came to."""

    editions: list[tuple[str, str, int, int | None]]
    deliveries: list[tuple[str, str, str, str]]  # key, kind, recipient, state
    mails: dict[str, str]  # key -> digest of the bytes that were queued
    inbounds: list[tuple[str, str]]  # state and kind, in the order of the letters
    parts: dict[str, str]  # of the approved draft
    problems: list[str]


def play(folder: Path, carrier: Carrier, between: Callable[[int, Desk], None] = lambda number, desk: None) -> EndState:
    """Play the month in ``folder``; ``between`` is called after each step with its number."""
    prepare(folder)
    _configure(folder / "config" / "bot.toml", carrier.toml)
    config = load_config(folder / "config", carrier.environ)
    clock = FixedClock(STEPS[0].at)
    numbers = count(1)

    def random_bytes(length: int) -> bytes:
        return hashlib.sha512(str(next(numbers)).encode()).digest()[:length]

    with open_desk(config, carrier.environ, clock=clock, random_bytes=random_bytes) as desk:
        # No step of a tick runs out of its seconds, however slow the machine: what waits for a later tick would change
        # which mails are written (a bounce before or after the edition is done).
        service = Service(desk, monotonic=lambda: 0.0)
        for number, step in enumerate(STEPS):
            clock.at = max(clock.at, step.at)
            if step.mail:
                carrier.arrive(as_received(step, _original(desk, step.answers)))
            service.tick()
            between(number, desk)
        return _end_state(desk)


def _configure(file: Path, toml: str) -> None:
    """Put the carrier's tables in the place of the demonstration's."""
    text = file.read_text("utf-8")
    for table in ("mailbox", "trust"):
        text = re.sub(rf"(?ms)^\[{table}\]\n.*?(?=^\[|\Z)", "", text)
    file.write_text(f"{text}\n{toml}\n", "utf-8")


def as_received(step: Step, original: bytes | None) -> bytes:
    """The letter as the council's servers take it in: their trace above it, for every rule of trust."""
    raw = written(step.mail, step.at, original)
    found = re.search(rb"(?m)^From:.*?([\w.+-]+@[\w.-]+)", raw)
    sender = found[1].decode() if found else ""
    domain = sender.rpartition("@")[2]
    known = "Internal" if sender.endswith(INTERNAL) else "Anonymous"
    trace = (
        f"Authentication-Results: {BORDER}; dmarc=pass header.from={domain}\r\n"
        f"Received: from out.{domain} by {BORDER} with ESMTPS; {format_datetime(step.at)}\r\n"
        f"X-MS-Exchange-Organization-AuthSource: ex01{INTERNAL.replace('@', '.')}\r\n"
        f"X-MS-Exchange-Organization-AuthAs: {known}\r\n"
    )
    return trace.encode() + raw


def _original(desk: Desk, answers: Answers | None) -> bytes | None:
    """The newest mail of ours that the step answers."""
    if answers is None:
        return None
    found = [
        delivery
        for delivery in desk.store.deliveries(kind=answers.kind)
        if delivery.recipient == answers.person and answers.words in delivery.key
    ]
    return desk.store.mail_bytes(max(found, key=lambda delivery: delivery.queued_at))


def _end_state(desk: Desk) -> EndState:
    store = desk.store
    deliveries = sorted(store.deliveries(), key=lambda delivery: delivery.key)
    edition = store.edition(BULLETIN, PERIOD)
    draft = store.draft(edition.id, edition.approved_draft or 0) if edition else None
    return EndState(
        editions=[(e.period, e.state.value, e.draft or 0, e.approved_draft) for e in store.editions()],
        deliveries=[(d.key, d.kind, d.recipient, d.state.value) for d in deliveries],
        mails={d.key: _digest(desk, d) for d in deliveries},
        inbounds=[_judged(store.inbound(number)) for number in range(1, sum(bool(step.mail) for step in STEPS) + 1)],
        parts={part.name: part.digest for part in (draft.parts if draft else ())},
        problems=[problem.code for problem in store.problems()],
    )


def _judged(inbound: Any) -> tuple[str, str]:
    return (inbound.state.value, inbound.verdict.kind if inbound.verdict else "") if inbound else ("", "")


def _digest(desk: Desk, delivery: Delivery) -> str:
    return hashlib.sha256(desk.store.mail_bytes(delivery)).hexdigest()
