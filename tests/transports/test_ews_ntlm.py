"""EWS with a real NTLM handshake (pyspnego on both sides): one attempt, one acceptance."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import spnego

from bot.errors import LoginFailed, MaybeSent
from bot.ports import Probe
from tests.transports.certs import Authority
from tests.transports.contract import mail, nothing_known, staged, with_ref
from tests.transports.fake_ews import PASSWORD, USER, FakeEws
from tests.transports.httpd import Answer, Fault
from tests.transports.worlds import EwsWorld


class NtlmDoor:
    """Lets nobody in without NTLM; who is in speaks to the fake Exchange behind it."""

    def __init__(self, world: EwsWorld) -> None:
        self.world = world
        self.ews: FakeEws = world.ews
        self.refused = 0
        self.basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def operation(self, method: str, path: str, body: bytes) -> str:
        return self.ews.operation(method, path, body)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        line = self.world.httpd.line
        if not line.get("in"):
            kind, _, token = headers.get("authorization", "").partition(" ")
            if kind not in ("NTLM", "Negotiate") or not token:
                return Answer(401, b"", {"WWW-Authenticate": "NTLM"})
            door = line.setdefault("door", spnego.server(protocol="ntlm"))
            try:
                reply = door.step(base64.b64decode(token))  # type: ignore[attr-defined]
            except spnego.exceptions.SpnegoError:
                self.refused += 1
                line.pop("door")
                return Answer(401, b"", {"WWW-Authenticate": "NTLM"})
            if not door.complete:  # type: ignore[attr-defined]
                return Answer(401, b"", {"WWW-Authenticate": f"NTLM {base64.b64encode(reply or b'').decode()}"})
            line["in"] = True
        return self.ews.answer(method, path, {**headers, "authorization": self.basic}, body)


@pytest.fixture
def world(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EwsWorld]:
    domain, _, user = USER.partition("\\")
    (tmp_path / "users").write_text(f"{domain}:{user}:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(tmp_path / "users"))
    made = EwsWorld(authority, tmp_path)
    made.settings = replace(made.settings, auth="ntlm")
    made.httpd.app = NtlmDoor(made)
    made.reopen()
    yield made
    made.close()


def test_a_mail_in_and_a_mail_out(world: EwsWorld) -> None:
    world.arrive(mail(1))
    assert [got.raw for got in world.mailbox.fetch_new(nothing_known, 10)] == [mail(1)]
    world.sender.release(with_ref(world.sender, staged(1)))
    assert world.ews.left == [staged(1).mail]


def test_no_answer_to_a_send_is_not_answered_with_another(world: EwsWorld) -> None:
    ready = with_ref(world.sender, staged(1))
    world.httpd.faults.append(Fault("SendItem", after=True))
    with pytest.raises(MaybeSent):
        world.sender.release(ready)
    assert world.sender.probe(ready) is Probe.SENT
    assert len(world.ews.left) == 1


def test_a_wrong_password_is_one_attempt_a_time_and_three_in_all(world: EwsWorld) -> None:
    world.settings = replace(world.settings, password="wrong")
    for _ in range(5):
        world.reopen()
        with pytest.raises(LoginFailed):
            list(world.mailbox.fetch_new(nothing_known, 1))
    assert world.httpd.app.refused == 3  # type: ignore[attr-defined]
