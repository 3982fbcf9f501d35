"""A copy for a late reader while it waits: HOLD stops it, SEND TO sends it after all, no old version follows a new."""

from __future__ import annotations

import pytest

from bot.core.model import DeliveryState, EditionState
from tests.conversations.test_corrections import corrects, distributed, version
from tests.conversations.world import Person, World

pytestmark = pytest.mark.slow


def asks(world: World, address: str = "late.reader@district.example") -> Person:
    """SEND TO, and the copy still waits: nothing leaves until ``world.service._deliver`` is put back."""
    world.service._deliver = lambda report: None  # type: ignore[method-assign]
    late = world.somebody(address)
    world.editor.replies(f"SEND TO {address}", to=world.editor.received("outcome"), quoting=False)
    assert states(world) == [DeliveryState.QUEUED]
    return late


def leaves(world: World) -> None:
    """What may leave leaves again."""
    del world.service._deliver
    world.tick()


def states(world: World, number: int = 1) -> list[DeliveryState]:
    return [copy.state for copy in version(world, number, "late_copy")]


def test_hold_stops_a_copy_that_waits_and_says_so_and_send_to_sends_it_after_all(world: World) -> None:
    distributed(world)
    late = asks(world)
    world.editor.writes("HOLD", subject="wait")
    leaves(world)
    assert not late.mails()
    assert states(world) == [DeliveryState.WITHDRAWN]
    answer = world.editor.received("answer")
    assert "Stopped: 1 late copy that had not left stays here." in answer.text
    assert world.state is EditionState.DISTRIBUTED
    world.at("2025-08-19 09:00")
    assert not late.mails()
    world.editor.replies(f"SEND TO {late.address}", to=answer, quoting=False)
    assert len(late.mails("late_copy")) == 1


def test_hold_in_the_middle_stops_the_copy_too_and_approve_sends_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.approved()
    monkeypatch.setattr(world.service, "_deliver", lambda report: None)
    world.at("2025-08-18 09:00")
    assert world.state is EditionState.DISTRIBUTING
    late = world.somebody("late.reader@district.example")
    world.editor.replies(f"SEND TO {late.address}", to=world.editor.received("draft"), quoting=False)
    assert states(world) == [DeliveryState.QUEUED]
    world.editor.writes("HOLD", subject="stop")
    monkeypatch.undo()
    world.tick()
    assert world.state is EditionState.STOPPED
    assert not late.mails()
    assert "Stopped: 31 mails that had not left stay here." in world.editor.received("answer").text
    world.editor.replies("APPROVE", to=world.editor.received("answer"), quoting=False)
    assert len(late.mails("late_copy")) == 1
    assert world.state is EditionState.DISTRIBUTED


def test_a_copy_that_waits_when_a_correction_comes_never_leaves_and_the_correction_does(world: World) -> None:
    distributed(world)
    late = asks(world)
    corrects(world)
    leaves(world)
    assert world.state is EditionState.IN_REVIEW
    assert not late.mails()
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 12:00")
    world.at("2025-08-18 12:30")
    assert world.state is EditionState.DISTRIBUTED
    assert states(world) == [DeliveryState.WITHDRAWN]
    assert [mail.delivery.kind for mail in late.mails()] == ["bulletin"]
    assert late.mails()[0].subject.startswith("Corrected:")
