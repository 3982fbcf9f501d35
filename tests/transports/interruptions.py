"""A little service that plays two mails in and two mails out while one request after the other is lost.

What it does with each error is what ``ports.py`` says may be done. Whatever is lost, before or after the server acted,
the end must be: every mail remembered once and filed, nothing accepted twice, nothing called sent that was not.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bot.errors import LoginFailed, MaybeSent, NotSent, TransportError, Unavailable
from bot.ports import Place, Probe, StagedMail
from tests.transports.contract import identities, mail, staged


class LittleService:
    """Remember, acknowledge; stage, record, release, settle. Its memory is what a store would hold."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.known: dict[str, bytes] = {}
        self.unfiled: set[str] = set()
        self.out: dict[str, tuple[StagedMail, str]] = {f"d{n}": (staged(n), "queued") for n in (1, 2)}

    def tick(self) -> None:
        """One pass; an error of the mailbox ends its loop, as a crash would."""
        with suppress(TransportError):
            for got in self.world.mailbox.fetch_new(self.known.__contains__, 10):
                self.known[got.ref] = got.raw
                self.unfiled.add(got.ref)
        with suppress(TransportError):
            for ref in sorted(self.unfiled):
                self.world.mailbox.acknowledge(ref, Place.PROCESSED)
                self.unfiled.discard(ref)
        for key in self.out:
            with suppress(TransportError):
                self._deliver(key)

    def _deliver(self, key: str) -> None:
        given, state = self.out[key]
        if state == "queued":
            ready = given.model_copy(update={"ref": self.world.sender.stage(given)})
            self.out[key] = (ready, "releasing")
            try:
                self.world.sender.release(ready)
                self.out[key] = (ready, "sent")
            except (NotSent, Unavailable, LoginFailed):
                self.out[key] = (given, "queued")
            except MaybeSent:
                self.out[key] = (ready, "in_doubt")
        elif state in ("releasing", "in_doubt"):
            found = self.world.sender.probe(given)
            self.out[key] = (given, {Probe.SENT: "sent", Probe.NOT_ACCEPTED: "queued"}.get(found, "in_doubt"))

    def is_calm(self) -> bool:
        """Whether nothing is left to do."""
        return not self.unfiled and len(self.known) == 2 and all(state == "sent" for _, state in self.out.values())


def play(world: Any, ticks: int = 4) -> LittleService:
    """Two mails in, two out, the adapter made anew after each tick."""
    for number in (1, 2):
        world.arrive(mail(number))
    service = LittleService(world)
    for _ in range(ticks):
        service.tick()
        if service.is_calm():
            break
        world.reopen()
    return service


def assert_nothing_lost_nothing_twice(world: Any, service: LittleService) -> None:
    """The end that must be reached."""
    both = identities([mail(1), mail(2)])
    assert identities(service.known.values()) == both
    assert identities(world.filed(Place.PROCESSED)) == both
    assert world.inbox() == []
    accepted = identities(world.sent())
    assert len(set(accepted)) == len(accepted)
    for ready, state in service.out.values():
        if state == "sent":
            assert ready.message_id.encode() in accepted
        else:
            assert state == "in_doubt"
