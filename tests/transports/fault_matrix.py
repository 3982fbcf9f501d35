"""Every fault at every call of every transport, and the table of what it means (docs/mailbox-faults.md).

The table is made by the test run: ``python -m tests.transports.fault_matrix`` writes it, a test compares.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bot.errors
from bot.errors import BotError, LoginFailed, MaybeSent, NotSent, Refused, Unavailable
from bot.ports import Place, Probe, StagedMail
from bot.transports import limits
from tests.transports.certs import Authority
from tests.transports.contract import mail, staged
from tests.transports.folder_world import FolderWorld
from tests.transports.imap_world import ScriptedImapWorld, Servers
from tests.transports.troubles import EWS, FOLDER, HTTP, IMAP, Trouble
from tests.transports.worlds import EwsWorld, GraphWorld

PAGE = Path(__file__).parents[2] / "docs" / "mailbox-faults.md"
CALLS = ("fetch", "file", "stage", "send", "probe")
GOES_ON = "goes on"
SLOW = "no answer in time"
INTRODUCTION = """\
# What each fault means

Made by the test run (`python -m tests.transports.fault_matrix`): every fault at every call of the four transports.
Graph and EWS are played by fake servers that speak the real protocols to the real client libraries, IMAP by Dovecot
behind a line on which a script answers, SMTP by aiosmtpd, the folder by a disk whose calls fail. After each fault the
test checks that every mail is there once, that nothing left twice, and that what was not sent leaves afterwards.

*Unavailable*, *Throttled*, *NotSent*: nothing has left; the bot tries again by itself. *LoginFailed*: nothing has left;
the operator must act. *Refused*: nothing has left; a person must look at this mail. **MaybeSent**: nobody knows; the
bot looks for proof in Sent Items and never sends again by itself. *unknown*: no proof either way. The second table of
each transport says what the operator reads, once when it begins and once more when it is over.
"""


@dataclass
class Cell:
    """What one fault at one call came to."""

    says: str
    told: BotError | None
    accepted: int


def _act(world: Any, call: str, ref: str, ready: StagedMail) -> str:
    if call == "fetch":
        return GOES_ON if list(world.mailbox.fetch_new(lambda one: False, 10)) else "nothing"
    if call == "file":
        world.mailbox.acknowledge(ref, Place.PROCESSED)
    elif call == "stage":
        world.sender.stage(ready)
    elif call == "send":
        world.sender.release(ready)
    else:
        return {Probe.UNKNOWN: "unknown", Probe.NOT_ACCEPTED: "not sent"}.get(world.sender.probe(ready), GOES_ON)
    return GOES_ON


def cell(world: Any, trouble: Trouble, call: str, other: Authority, patience: float) -> Cell:
    """Play one fault at one call; afterwards everything must work again and nothing be there twice.

    ``patience``: the adapter's time-out in seconds; short only where the fault is that no answer comes, so that a
    busy machine is not taken for a fault."""
    _wait_at_most(world, patience)
    world.arrive(mail(1))
    world.arrive(mail(2))
    got, _ = list(world.mailbox.fetch_new(lambda one: False, 2))
    ready = staged(1).model_copy(update={"ref": world.sender.stage(staged(1))})
    told: BotError | None = None
    with trouble(world, other):
        try:
            says = _act(world, call, got.ref, ready)
        except BotError as error:
            told, says = error, _name(error)
            if not (error.message.endswith(".") and error.hint.rstrip('"').endswith(".")):
                raise AssertionError(f"no sentence to act on: {error!r}") from error
    accepted = len(world.sent())
    _wait_at_most(world, 10)
    _is_right(world, call, says, told, accepted)
    _recover(world, got.ref, ready, call, says, accepted)
    return Cell(says, told, accepted)


def _wait_at_most(world: Any, seconds: float) -> None:
    """A fresh adapter with that time-out; the folder has none."""
    if hasattr(world, "settings"):
        changed = {"timeout_seconds": seconds}
        if hasattr(world.settings, "final_wait_seconds"):
            changed["final_wait_seconds"] = seconds
        world.settings = replace(world.settings, **changed)
    world.reopen()


def _name(told: BotError) -> str:
    """The error as ports.py and limits.py name it."""
    public = (bot.errors.__name__, limits.__name__)
    name = next(kind.__name__ for kind in type(told).__mro__ if kind.__module__ in public)
    return f"**{name}**" if name == "MaybeSent" else name


def _is_right(world: Any, call: str, says: str, told: BotError | None, accepted: int) -> None:
    """What was said is true: a mail that left is never called unsent, one that did not is never called sent."""
    if call != "send":
        right = accepted == 0
    elif isinstance(told, MaybeSent):
        right = accepted <= 1
    else:
        right = accepted == int(says == GOES_ON)
    if not right:
        raise AssertionError(f"{says} at {call}, and {accepted} left")
    if told is not None and not isinstance(told, Unavailable | LoginFailed | NotSent | Refused | MaybeSent):
        raise AssertionError(f"no error of the ports: {told!r}")


def _recover(world: Any, ref: str, ready: StagedMail, call: str, says: str, accepted: int) -> None:
    """The next ticks, with the fault gone and a person's answer to what is in doubt: all is there once."""
    world.mailbox.acknowledge(ref, Place.PROCESSED)
    rest = list(world.mailbox.fetch_new(lambda one: False, 10))
    if len(rest) != 1 or len(world.filed(Place.PROCESSED)) != 1:
        raise AssertionError("a mail is lost or doubled")
    if not accepted:
        if world.sender.probe(ready) is Probe.SENT:
            raise AssertionError("a proof for a mail that did not leave")
        world.sender.release(staged(1).model_copy(update={"ref": world.sender.stage(staged(1))}))
    if len(world.sent()) != 1:
        raise AssertionError("a mail left twice or not at all")


def table() -> str:
    """The page, in Markdown."""
    lines = [INTRODUCTION]
    with tempfile.TemporaryDirectory() as root, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SMTP server's, about log-ins without TLS
        places = (_folder(root, number) for number in range(10_000))
        authority, other = Authority(next(places)), Authority(next(places))
        with _servers(authority) as servers:
            kinds: dict[str, tuple[dict[str, Trouble], Callable[[], Any]]] = {
                "Graph": (HTTP, lambda: GraphWorld(authority, next(places))),
                "EWS": (EWS, lambda: EwsWorld(authority, next(places))),
                "IMAP + SMTP": (IMAP, lambda: ScriptedImapWorld(servers, next(places), servers.modern)),
                "Folder": (FOLDER, lambda: FolderWorld(next(places))),
            }
            for kind, (troubles, make) in kinds.items():
                lines += _section(kind, troubles, make, other)
    return "\n".join(lines) + "\n"


@contextmanager
def _servers(authority: Authority) -> Iterator[Servers]:
    servers = Servers(authority)
    try:
        yield servers
    finally:
        servers.stop()


def _section(kind: str, troubles: dict[str, Trouble], make: Callable[[], Any], other: Authority) -> Iterator[str]:
    """Both tables of one transport."""
    sentences = []
    yield from (f"## {kind}", "", f"| fault | {' | '.join(CALLS)} |", f"|---|{'---|' * len(CALLS)}")
    for name, trouble in troubles.items():
        cells = []
        for call in CALLS:
            world = make()
            try:
                cells.append(cell(world, trouble, call, other, 0.5 if name == SLOW else 10))
            except Exception as error:
                raise AssertionError(f"{kind}, {name}, {call}: {error}") from error
            finally:
                getattr(world, "close", lambda: None)()
        yield f"| {name} | {' | '.join(one.says for one in cells)} |"
        told = next((one.told for one in cells if one.told is not None), None)
        if told is not None:
            sentences.append(f"| {name} | {told.message} | {told.hint} |")
    yield from ("", "| fault | the operator reads | and what to do |", "|---|---|---|", *sentences, "")


def _folder(root: str, number: int) -> Path:
    made = Path(root) / str(number)
    made.mkdir()
    return made


if __name__ == "__main__":
    PAGE.write_text(table(), "utf-8")
