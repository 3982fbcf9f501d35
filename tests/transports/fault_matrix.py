"""Every fault at every call of the two Exchange transports, and the table of what it means (docs/mailbox-faults.md).

The table is made by the test run: ``python -m tests.transports.fault_matrix`` writes it, a test compares.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bot.errors
from bot.errors import BotError
from bot.ports import Place, Probe, StagedMail
from bot.transports import limits
from tests.transports.certs import Authority
from tests.transports.contract import mail, staged
from tests.transports.fake_graph import error
from tests.transports.httpd import Answer, Fault
from tests.transports.worlds import EwsWorld, GraphWorld

PAGE = Path(__file__).parents[2] / "docs" / "mailbox-faults.md"
CALLS = ("fetch", "file", "stage", "send", "probe")
WORLDS: dict[str, Callable[[Authority, Path], Any]] = {"Graph": GraphWorld, "EWS": EwsWorld}


def _answers(status: int, graph_code: str, **headers: str) -> Fault:
    return Fault("", answer=error(status, graph_code, **headers), times=9)


FAULTS: dict[str, Fault | str] = {
    "connection refused": "away",
    "no answer in time": Fault("", delay=0.8, times=9),
    "line drops before the server acted": Fault(""),
    "line drops after the server acted": Fault("", after=True),
    "half an answer": Fault("", half=True),
    "401 unauthorized": _answers(401, "InvalidAuthenticationToken"),
    "403 forbidden": _answers(403, "ErrorAccessDenied"),
    "404 not found": _answers(404, "ErrorItemNotFound"),
    "410 gone": _answers(410, "SyncStateNotFound"),
    "413 too large": _answers(413, "RequestEntityTooLarge"),
    "429 too many requests": _answers(429, "TooManyRequests", **{"Retry-After": "1"}),
    "500 server fault": _answers(500, "generalException"),
    "503 before the server acted": _answers(503, "ServiceUnavailable"),
    "503 after the server acted": Fault("", after=True, answer=Answer(503)),
    "mailbox full": _answers(507, "ErrorQuotaExceeded"),
    "certificate expired": "expired",
    "certificate of another authority": "foreign",
}


@dataclass
class Cell:
    """What one fault at one call came to."""

    says: str
    accepted: int


@contextmanager
def _trouble(world: Any, fault: Fault | str, other: Authority) -> Iterator[None]:
    if isinstance(fault, Fault):
        world.httpd.faults.append(replace(fault))
        yield
        world.httpd.faults.clear()
        with world.httpd.lock:  # the server has done what it was still about to do
            return
    if fault == "away":
        with world.away():
            yield
        return
    with world.away():  # open lines end; the next handshake meets the other certificate
        pass
    good, world.httpd.context = (
        world.httpd.context,
        (world.authority.server(-10) if fault == "expired" else other.server()),
    )
    yield
    world.httpd.context = good


def _act(world: Any, call: str, ref: str, ready: StagedMail) -> str:
    if call == "fetch":
        return "goes on" if list(world.mailbox.fetch_new(lambda one: False, 10)) else "nothing"
    if call == "file":
        world.mailbox.acknowledge(ref, Place.PROCESSED)
    elif call == "stage":
        world.sender.stage(ready)
    elif call == "send":
        world.sender.release(ready)
    else:
        return {Probe.UNKNOWN: "unknown"}.get(world.sender.probe(ready), "goes on")
    return "goes on"


def cell(kind: str, name: str, call: str, authority: Authority, other: Authority, folder: Path) -> Cell:
    """Play one fault at one call; afterwards everything must work again and nothing be there twice."""
    world = WORLDS[kind](authority, folder)
    try:
        world.settings = replace(world.settings, timeout_seconds=0.5)
        world.reopen()
        world.arrive(mail(1))
        world.arrive(mail(2))
        got, _ = list(world.mailbox.fetch_new(lambda one: False, 2))
        ready = staged(1).model_copy(update={"ref": world.sender.stage(staged(1))})
        with _trouble(world, FAULTS[name], other):
            try:
                says = _act(world, call, got.ref, ready)
            except BotError as told:
                says = _name(told)
                if not (told.message.endswith(".") and told.hint):
                    raise AssertionError(f"no sentence to act on: {told!r}") from told
        accepted = len(world.sent())
        world.settings = replace(world.settings, timeout_seconds=10)
        _recover(world, got.ref)
        return Cell(says, accepted)
    finally:
        world.close()


def _name(told: BotError) -> str:
    """The error as ports.py and limits.py name it."""
    public = (bot.errors.__name__, limits.__name__)
    name = next(kind.__name__ for kind in type(told).__mro__ if kind.__module__ in public)
    return f"**{name}**" if name == "MaybeSent" else name


def _recover(world: Any, ref: str) -> None:
    """The next tick, with the fault gone: the mails are there once, and what had left does not leave again."""
    world.reopen()
    world.mailbox.acknowledge(ref, Place.PROCESSED)
    rest = list(world.mailbox.fetch_new(lambda one: False, 10))
    if len(rest) != 1 or len(world.filed(Place.PROCESSED)) != 1:
        raise AssertionError("a mail is lost or doubled")
    world.sender.release(staged(1).model_copy(update={"ref": world.sender.stage(staged(1))}))
    if len(world.sent()) != 1:
        raise AssertionError("a mail left twice or not at all")


def table() -> str:
    """The page, in Markdown."""
    lines = [
        "# What each fault means",
        "",
        "Made by the test run (`python -m tests.transports.fault_matrix`): every fault at every call of the two",
        "Exchange transports, played by fake servers that speak the real protocols to the real client libraries.",
        "After each fault the test checks that every mail is there once and that nothing left twice.",
        "",
        "*Unavailable*, *Throttled*, *NotSent*: nothing has left; the bot tries again by itself. *LoginFailed*:",
        "nothing has left; the operator must act. *Refused*: nothing has left; a person must look at this mail.",
        "**MaybeSent**: nobody knows; the bot looks for proof in Sent Items and never sends again by itself.",
    ]
    with tempfile.TemporaryDirectory() as root:
        places = iter(range(10_000))
        authority, other = (Authority(_folder(root, places)) for _ in range(2))
        for kind in WORLDS:
            lines += ["", f"## {kind}", "", f"| fault | {' | '.join(CALLS)} |", f"|---|{'---|' * len(CALLS)}"]
            for name in FAULTS:
                cells = [cell(kind, name, call, authority, other, _folder(root, places)) for call in CALLS]
                lines.append(f"| {name} | {' | '.join(one.says for one in cells)} |")
    return "\n".join(lines) + "\n"


def _folder(root: str, places: Iterator[int]) -> Path:
    made = Path(root) / str(next(places))
    made.mkdir()
    return made


if __name__ == "__main__":
    PAGE.write_text(table(), "utf-8")
