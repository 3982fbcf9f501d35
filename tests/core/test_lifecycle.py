"""The three transition tables: every cell answers, the design's arrows are there, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from bot.core.lifecycle import (
    DELIVERY,
    EDITION,
    INBOUND,
    Cell,
    DeliveryEvent,
    EditionEvent,
    InboundEvent,
    delivery_cell,
    edition_cell,
    inbound_cell,
    move_edition,
    move_inbound,
    sources,
)
from bot.core.model import DeliveryState, EditionState, InboundState
from bot.errors import IllegalTransition

TABLES: dict[str, tuple[Mapping[Any, Mapping[str, Cell]], type[StrEnum], type[StrEnum]]] = {
    "edition": (EDITION, EditionEvent, EditionState),
    "inbound": (INBOUND, InboundEvent, InboundState),
    "delivery": (DELIVERY, DeliveryEvent, DeliveryState),
}
CELLS = [
    pytest.param(table, states, event, state, id=f"{name}: {event.value} while {state.value}")
    for name, (table, events, states) in TABLES.items()
    for event in events
    for state in states
]

# The design's arrows, word for word, then ours with the reason. Anything else must not be there.
EDITION_ARROWS = {
    ("planned", "collecting"),
    ("planned", "skipped"),
    ("collecting", "in_review"),
    ("in_review", "in_review"),
    ("in_review", "collecting"),
    ("in_review", "approved"),
    ("approved", "in_review"),
    ("approved", "distributing"),
    ("distributing", "distributed"),
    ("distributing", "stopped"),
    ("stopped", "in_review"),
    ("stopped", "distributing"),
    ("planned", "cancelled"),
    ("collecting", "cancelled"),
    ("in_review", "cancelled"),
    ("approved", "cancelled"),
    ("distributed", "correcting"),
    ("correcting", "in_review"),
} | {
    ("planned", "planned"),  # EXTEND before the requests
    ("collecting", "collecting"),  # EXTEND
    ("approved", "collecting"),  # CHANGES voids the approval
    ("stopped", "collecting"),  # CHANGES after HOLD
    ("stopped", "cancelled"),  # CANCEL after HOLD
}
INBOUND_ARROWS = {
    ("remembered", "handled"),
    ("remembered", "held"),
    ("remembered", "parked"),
    ("held", "handled"),
    ("parked", "remembered"),
}
DELIVERY_ARROWS = {
    ("queued", "releasing"),
    ("releasing", "sent"),
    ("sent", "bounced"),
    ("queued", "withdrawn"),
    ("releasing", "queued"),
    ("releasing", "failed"),
    ("releasing", "in_doubt"),
    ("in_doubt", "sent"),
    ("in_doubt", "queued"),
    ("failed", "queued"),
} | {
    ("withdrawn", "queued"),  # approved anew: it had never left
    ("releasing", "bounced"),  # the bounce came before the server's answer
    ("in_doubt", "bounced"),  # the bounce proves that it had left
}


def arrows(table: Mapping[Any, Mapping[str, Cell]]) -> dict[tuple[str, str], set[StrEnum]]:
    """Every arrow of a table with the events that take it."""
    found: dict[tuple[str, str], set[StrEnum]] = {}
    for event, row in table.items():
        for state, cell in row.items():
            if cell.to is not None:
                found.setdefault((state, cell.to), set()).add(event)
    return found


@pytest.mark.parametrize(("table", "states", "event", "state"), CELLS)
def test_every_cell_answers_with_a_sentence_and_a_known_state_or_none(
    table: Mapping[StrEnum, Mapping[str, Cell]], states: type[StrEnum], event: StrEnum, state: StrEnum
) -> None:
    cell = table[event][state.value]
    assert cell.to is None or cell.to in {known.value for known in states}
    assert cell.says[0].isupper()
    assert cell.says.endswith(".")


@pytest.mark.parametrize(("table", "events", "states"), TABLES.values(), ids=TABLES)
def test_a_table_holds_no_state_or_event_that_does_not_exist(
    table: Mapping[StrEnum, Mapping[str, Cell]], events: type[StrEnum], states: type[StrEnum]
) -> None:
    assert set(table) == set(events)
    for row in table.values():
        assert set(row) == {state.value for state in states}


@pytest.mark.parametrize(
    ("name", "designed"),
    [("edition", EDITION_ARROWS), ("inbound", INBOUND_ARROWS), ("delivery", DELIVERY_ARROWS)],
)
def test_the_arrows_are_those_of_the_design_and_no_others(name: str, designed: set[tuple[str, str]]) -> None:
    table, _, _ = TABLES[name]
    assert set(arrows(table)) == designed


# ----------------------------------------------------------------------------------------------- editions


def test_only_an_approval_leads_to_approved_and_only_from_review() -> None:
    ways = {arrow: events for arrow, events in arrows(EDITION).items() if arrow[1] == "approved"}
    assert ways == {("in_review", "approved"): {EditionEvent.APPROVE}}


def test_only_a_cooling_off_that_is_over_or_a_second_approval_sends_anything_on_its_way() -> None:
    ways = {arrow: events for arrow, events in arrows(EDITION).items() if arrow[1] == "distributing"}
    assert ways == {
        ("approved", "distributing"): {EditionEvent.RELEASE_DUE},
        ("stopped", "distributing"): {EditionEvent.APPROVE},
    }


def test_hold_stops_whatever_could_still_leave() -> None:
    assert move_edition(EditionState.APPROVED, EditionEvent.HOLD) is EditionState.IN_REVIEW
    assert move_edition(EditionState.DISTRIBUTING, EditionEvent.HOLD) is EditionState.STOPPED


def test_a_reply_never_changes_the_state_of_an_edition() -> None:
    assert {cell.to for cell in EDITION[EditionEvent.REPLY].values()} == {None}


@pytest.mark.parametrize("state", [EditionState.CANCELLED, EditionState.SKIPPED])
def test_nothing_leaves_a_cancelled_or_skipped_edition(state: EditionState) -> None:
    assert [event for event in EditionEvent if edition_cell(state, event).to is not None] == []


def test_a_distributed_edition_only_opens_for_a_correction() -> None:
    moving = [event for event in EditionEvent if edition_cell(EditionState.DISTRIBUTED, event).to is not None]
    assert moving == [EditionEvent.CORRECT]


@pytest.mark.parametrize("event", EditionEvent)
@pytest.mark.parametrize("state", EditionState)
def test_an_edition_moves_as_its_cell_says_or_raises_with_the_cells_sentence(
    state: EditionState, event: EditionEvent
) -> None:
    cell = edition_cell(state, event)
    if cell.to is not None:
        assert move_edition(state, event) == cell.to
        return
    with pytest.raises(IllegalTransition) as raised:
        move_edition(state, event)
    assert state.value in raised.value.message
    assert event.value in raised.value.message
    assert raised.value.hint == cell.says


# ------------------------------------------------------------------------------------------------ inbounds


@pytest.mark.parametrize("event", InboundEvent)
@pytest.mark.parametrize("state", InboundState)
def test_an_inbound_moves_as_its_cell_says_or_raises_with_the_cells_sentence(
    state: InboundState, event: InboundEvent
) -> None:
    cell = inbound_cell(state, event)
    if cell.to is not None:
        assert move_inbound(state, event) == cell.to
        return
    with pytest.raises(IllegalTransition) as raised:
        move_inbound(state, event)
    assert raised.value.hint == cell.says
    assert state.value in raised.value.message


def test_a_parked_mail_comes_back_only_by_the_operator() -> None:
    assert arrows(INBOUND)["parked", "remembered"] == {InboundEvent.UNPARK}
    assert [arrow for arrow in arrows(INBOUND) if arrow[0] == "parked"] == [("parked", "remembered")]


def test_a_handled_mail_is_never_handled_again() -> None:
    assert {row["handled"].to for row in INBOUND.values()} == {None}


# ---------------------------------------------------------------------------------------------- deliveries


def test_a_sent_mail_can_only_bounce() -> None:
    assert [arrow for arrow in arrows(DELIVERY) if arrow[0] == "sent"] == [("sent", "bounced")]
    assert arrows(DELIVERY)["sent", "bounced"] == {DeliveryEvent.BOUNCE}


def test_a_bounced_mail_stays_bounced() -> None:
    assert {row["bounced"].to for row in DELIVERY.values()} == {None}


def test_a_mail_in_doubt_is_queued_again_by_the_operator_alone() -> None:
    assert arrows(DELIVERY)["in_doubt", "queued"] == {DeliveryEvent.OPERATOR_RETRY}


def test_a_refused_mail_is_queued_again_by_the_operator_alone() -> None:
    assert arrows(DELIVERY)["failed", "queued"] == {DeliveryEvent.OPERATOR_RETRY}


def test_a_mail_being_released_goes_back_only_when_it_was_certainly_not_accepted() -> None:
    assert arrows(DELIVERY)["releasing", "queued"] == {DeliveryEvent.NOT_ACCEPTED}


def test_approving_anew_queues_only_what_was_withdrawn() -> None:
    assert sources(DeliveryEvent.REQUEUE) == (DeliveryState.WITHDRAWN,)


def test_only_what_is_queued_can_be_withdrawn_or_released() -> None:
    assert sources(DeliveryEvent.WITHDRAW) == (DeliveryState.QUEUED,)
    assert sources(DeliveryEvent.RELEASE) == (DeliveryState.QUEUED,)


@pytest.mark.parametrize("event", DeliveryEvent)
def test_each_delivery_event_has_one_target_so_that_one_statement_can_write_it(event: DeliveryEvent) -> None:
    assert sources(event)
    assert len({delivery_cell(state, event).to for state in sources(event)}) == 1


@pytest.mark.parametrize("event", DeliveryEvent)
def test_the_sources_of_an_event_are_exactly_the_cells_that_move(event: DeliveryEvent) -> None:
    assert {state.value for state in sources(event)} == {s for s, cell in DELIVERY[event].items() if cell.to}
