"""A sender that loses answers: asked afterwards, never sent twice; what stays unknown has a person's two answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import Options
from bot.commands import report, shared, upkeep
from bot.core import keys
from bot.core.model import DeliveryState, EditionState
from bot.core.records import Delivery
from bot.service import Service
from tests.conversations.world import World
from tests.crash.office import CALM, Faults, Office, Refusing

NEVER_ANSWERS_BUT_TAKES = Faults(silent_after=100, late=1)
NEVER_ANSWERS = Faults(silent_before=100)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A council in a folder, whose mails leave by an office."""
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def resolve(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], int]:
    """``run_bot.py resolve KEY sent|retry``."""
    monkeypatch.setattr(shared, "start_log", lambda config, options: None)
    options = Options(world.folder / "config", verbose=False, log_json=False)
    return lambda key, word: upkeep.resolve(options, key, word)


def by_office(world: World, faults: Faults = CALM, office: Office | None = None) -> Office:
    """From now on mails leave by this office."""
    sender = office or Office(world.folder / "ledger", faults)
    account = replace(world.desk.accounts[0], sender=sender)
    world.desk = replace(world.desk, accounts=(account,))
    world.service = Service(world.desk)
    return sender


def requests(world: World) -> tuple[Delivery, ...]:
    return world.desk.store.deliveries(kind="request")


def states(world: World) -> set[str]:
    return {request.state.value for request in requests(world)}


def test_an_answer_that_was_lost_after_acceptance_is_found_and_nothing_leaves_twice(world: World) -> None:
    office = by_office(world, NEVER_ANSWERS_BUT_TAKES)
    world.at("2025-08-01 09:00")
    assert states(world) == {"in_doubt"}
    world.at("2025-08-01 09:05")
    assert states(world) == {"sent"}
    for minute in (10, 15):  # the alerts are found in the same way, then the mails that all is well again
        world.at(f"2025-08-01 09:{minute}")
    assert world.desk.store.problems() == ()
    assert set(office.accepted().values()) == {1}


def test_what_nobody_knows_is_told_once_and_never_sent_again_by_itself(world: World) -> None:
    office = by_office(world, NEVER_ANSWERS)
    world.at("2025-08-01 09:00")
    for minute in range(5, 55, 5):
        world.at(f"2025-08-01 09:{minute:02d}")
    assert states(world) == {"in_doubt"}
    assert office.accepted() == {}
    about = {problem.where for problem in world.desk.store.problems()}
    assert {request.key for request in requests(world)} <= about
    told = [event.what for event in world.desk.store.events() if event.what == "in-doubt"]
    assert len(told) == len([key for key in about if "/" in key])  # once each, however often it is asked


def test_alerts_in_doubt_do_not_alert_about_themselves(world: World) -> None:
    by_office(world, NEVER_ANSWERS)
    world.at("2025-08-01 09:00")
    world.at("2025-08-01 09:05")
    first = len(world.desk.store.deliveries(kind="alert"))
    for minute in range(10, 55, 5):
        world.at(f"2025-08-01 09:{minute:02d}")
    assert len(world.desk.store.deliveries(kind="alert")) == first == len(requests(world))


def test_the_alert_and_the_status_name_the_two_answers(world: World) -> None:
    by_office(world, NEVER_ANSWERS)
    world.at("2025-08-01 09:00")
    by_office(world)
    world.at("2025-08-01 09:05")
    key = requests(world)[0].key
    alerts = " ".join(mail.text for mail in world.operator.mails("alert"))
    needs = [problem["todo"] for problem in report.status_document(world.desk)["needs_a_person"]]
    for answer in ("sent", "retry"):
        assert f"resolve {key} {answer}" in " ".join(needs)
        assert f"resolve {key} {answer}" in alerts


def test_retry_sends_it_once_and_sent_sends_nothing(world: World, resolve: Callable[[str, str], int]) -> None:
    by_office(world, NEVER_ANSWERS)
    world.at("2025-08-01 09:00")
    office = by_office(world)
    world.at("2025-08-01 09:05")
    again, gone, *others = requests(world)
    assert resolve(again.key, "retry") == 0
    assert resolve(gone.key, "sent") == 0
    assert resolve(gone.key, "retry") == 3  # it has left: sending it again would make two
    world.at("2025-08-01 09:10")
    assert [request.state.value for request in requests(world)] == ["sent", "sent", *["in_doubt"] * len(others)]
    assert (office.accepted()[again.message_id], office.accepted()[gone.message_id]) == (1, 0)
    open_now = {problem.where for problem in world.desk.store.problems()}
    assert {again.key, gone.key}.isdisjoint(open_now)
    lines = [json.loads(event.data) for event in world.desk.store.events() if event.what == "operator"]
    named = {keys.digest(again.key.encode()): "retry", keys.digest(gone.key.encode()): "sent"}
    assert {line["delivery"]: line["answer"] for line in lines} == named  # no address: a line can never be erased
    assert {other.key for other in others} <= open_now


@pytest.mark.parametrize("fault", ["busy", "login", "not_sent"])
def test_what_was_certainly_not_accepted_is_tried_again(world: World, fault: str) -> None:
    by_office(world, Faults(**{fault: 100}))
    world.at("2025-08-01 09:00")
    assert states(world) == {"queued"}
    office = by_office(world)
    world.at("2025-08-01 09:15")
    world.at("2025-08-01 09:20")
    assert states(world) == {"sent"}
    assert set(office.accepted().values()) == {1}
    assert world.desk.store.problems() == ()


def test_a_refused_mail_waits_for_the_operator_and_holds_up_nobody(
    world: World, resolve: Callable[[str, str], int]
) -> None:
    lead = world.lead("hate-crime").address
    by_office(world, office=Refusing(world.folder / "ledger", lead))
    world.at("2025-08-01 09:00")
    assert sorted(request.state.value for request in requests(world)) == ["failed", *["sent"] * 4]
    refused = next(request for request in requests(world) if request.recipient == lead)
    assert [(p.code, p.where) for p in world.desk.store.problems()] == [("refused", refused.key)]
    office = by_office(world)
    assert resolve(refused.key, "sent") == 3
    assert resolve(refused.key, "retry") == 0
    world.at("2025-08-01 09:05")
    assert states(world) == {"sent"}
    assert office.accepted()[refused.message_id] == 1
    assert world.desk.store.problems() == ()


def test_a_bulletin_that_is_queued_again_leaves_although_the_edition_is_distributed(
    world: World, resolve: Callable[[str, str], int]
) -> None:
    world.approved()
    by_office(world, NEVER_ANSWERS)
    world.at("2025-08-18 09:00")
    assert {delivery.state for delivery in world.bulletins()} == {DeliveryState.IN_DOUBT}
    world.at("2025-08-18 09:05")
    assert world.state is EditionState.DISTRIBUTED
    office = by_office(world)
    one, other = world.bulletins()[:2]
    resolve(one.key, "retry")
    world.at("2025-08-18 09:10")
    assert office.accepted()[one.message_id] == 1
    assert office.accepted()[other.message_id] == 0
