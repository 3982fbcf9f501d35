"""The outbox: a key once for all time, leases, and moves by the table only. HOLD wins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event as sql_event

from bot.core.keys import READER_KINDS
from bot.core.lifecycle import DELIVERY, DeliveryEvent, delivery_cell
from bot.core.model import DeliveryState, EditionState
from bot.core.records import DeliveriesRequeued, DeliveriesWithdrawn, DeliveryBounced, DeliveryQueued
from bot.errors import Conflict, StoreError
from bot.store.outbox import LETS_GO, RELEASE_LEASE_SECONDS, target
from tests.store.world import BODY, NOW, World, edition, later

E = DeliveryEvent


def test_a_key_that_is_there_already_wins(world: World) -> None:
    key = world.queue("a")
    world.save(EditionState.DISTRIBUTING)
    world.move(key, E.RELEASE, E.ACCEPTED)
    world.queue("a", recipient="other@reader.example")
    found = world.store.deliveries()
    assert [(one.recipient, one.state) for one in found] == [("a@reader.example", DeliveryState.SENT)]


def test_a_message_id_under_another_key_is_refused(world: World) -> None:
    key = world.queue("a")
    with pytest.raises(Conflict):
        world.queue("b", message_id="<bulletin.a@council.example.org>")
    assert [one.key for one in world.store.deliveries()] == [key]


def test_a_mail_is_its_header_and_its_body(world: World) -> None:
    found = world.store.delivery(world.queue("a"))
    assert found is not None
    assert world.store.mail_bytes(found) == b"To: a\r\n\r\n" + BODY
    whole = world.store.delivery(world.queue("b", body=""))
    assert whole is not None
    assert (whole.body, world.store.mail_bytes(whole)) == ("", b"To: b\r\n\r\n")
    assert world.store.delivery_by_message_id(found.message_id) == found
    assert world.store.delivery_by_message_id("<foreign@x.example>") is None


def test_a_mail_without_its_bytes_does_not_enter_the_outbox(world: World) -> None:
    with pytest.raises(StoreError) as told:
        world.store.apply(world.queued("a")[1:], NOW)
    assert told.value.code == "refused"


def test_what_enters_the_outbox_is_queued_whatever_its_record_says(world: World) -> None:
    key = world.queue("a", state=DeliveryState.SENT, attempts=7, ref="r", leased_until=NOW)
    found = world.store.delivery(key)
    assert found is not None
    assert (found.state, found.attempts, found.ref, found.leased_until) == (DeliveryState.QUEUED, 0, None, None)


def test_readers_bulletins_leave_last_and_others_oldest_first(world: World) -> None:
    keys = [world.queue(f"r{number}") for number in range(2)]
    keys += [world.queue(name, kind) for name, kind in (("x", "receipt"), ("y", "request"))]
    world.queue("z", "receipt", not_before=later(1))
    world.save(EditionState.DISTRIBUTING)
    leased = world.store.lease_deliverable(NOW, 10, 60)
    assert [one.key for one in leased] == [keys[2], keys[3], keys[0], keys[1]]
    assert {one.state for one in leased} == {DeliveryState.QUEUED}
    assert {one.leased_until for one in leased} == {later(60)}


def test_what_was_leased_and_not_begun_is_given_back_and_nothing_else(world: World) -> None:
    keys = [world.queue(name, "receipt") for name in "abc"]
    ours = world.store.lease_deliverable(NOW, 3, 60)
    assert world.store.move_delivery(keys[0], DeliveryEvent.RELEASE, later(1))
    world.store.lease_deliverable(later(60), 1, 60)  # somebody else's now: ours ran out
    world.store.give_back(ours)
    assert [one.key for one in world.store.lease_deliverable(later(61), 5, 60)] == [keys[2]]


def test_a_lease_keeps_others_away_until_it_ends(world: World) -> None:
    keys = [world.queue(name, "receipt") for name in "abc"]
    assert [one.key for one in world.store.lease_deliverable(NOW, 2, 60)] == keys[:2]
    assert [one.key for one in world.store.lease_deliverable(later(1), 2, 60)] == keys[2:]
    assert world.store.lease_deliverable(later(59), 5, 60) == ()
    assert [one.key for one in world.store.lease_deliverable(later(60), 5, 60)] == keys[:2]


def test_mails_of_an_absent_bulletin_are_passed_over(world: World) -> None:
    other = world.store.add_edition(edition(bulletin="west-rag"))
    mine, theirs, alert = (
        world.queue("a", "receipt"),
        world.queue("b", "receipt", edition_id=other.id),
        world.queue("c", "alert", edition_id=None),
    )
    found = world.store.lease_deliverable(NOW, 10, 60, absent=("west-rag", "gone"))
    assert [one.key for one in found] == [mine, alert]
    for key in (mine, theirs):
        world.move(key, E.RELEASE, E.SILENT)
    assert [one.key for one in world.store.silent(later(1), 5, 60, absent=("west-rag",))] == [mine]
    assert [one.key for one in world.store.silent(later(1), 5, 60)] == [theirs]


@pytest.mark.parametrize("state", [state for state in EditionState if state not in LETS_GO])
@pytest.mark.parametrize("kind", READER_KINDS)
def test_a_readers_mail_leaves_only_while_its_edition_lets_it_go(world: World, state: EditionState, kind: str) -> None:
    bulletin, receipt = world.queue("a", kind), world.queue("a", "receipt")
    world.save(state)
    assert [one.key for one in world.store.lease_deliverable(NOW, 10, 60)] == [receipt]
    assert not world.store.move_delivery(bulletin, E.RELEASE, NOW)
    assert world.store.move_delivery(receipt, E.RELEASE, NOW)
    world.save(EditionState.DISTRIBUTING)
    assert world.store.move_delivery(bulletin, E.RELEASE, NOW)


@pytest.mark.parametrize("kind", READER_KINDS)
def test_hold_between_lease_and_release_wins(world: World, kind: str) -> None:
    key = world.queue("a", kind)
    world.save(EditionState.DISTRIBUTING)
    assert len(world.store.lease_deliverable(NOW, 10, 60)) == 1
    world.save(EditionState.STOPPED)
    assert not world.store.move_delivery(key, E.RELEASE, NOW, ref="draft-1")
    found = world.store.delivery(key)
    assert found is not None
    assert (found.state, found.ref, found.attempts) == (DeliveryState.QUEUED, None, 0)


def test_a_bulletin_of_no_edition_never_leaves(world: World) -> None:
    assert not world.store.move_delivery(world.queue("a", edition_id=None), E.RELEASE, NOW)


def test_release_leases_counts_and_records_the_ref(world: World) -> None:
    key = world.queue("a", "receipt")
    assert world.store.move_delivery(key, E.RELEASE, later(5), ref="draft-1")
    found = world.store.delivery(key)
    assert found is not None
    assert (found.ref, found.attempts, found.changed_at) == ("draft-1", 1, later(5))
    assert found.leased_until == later(5 + RELEASE_LEASE_SECONDS)
    assert not world.store.move_delivery(key, E.RELEASE, later(6))
    assert world.store.move_delivery(key, E.REFUSED, later(6), reason="no such mailbox")
    found = world.store.delivery(key)
    assert found is not None
    assert (found.state, found.reason, found.ref, found.leased_until) == (
        DeliveryState.FAILED,
        "no such mailbox",
        "draft-1",
        None,
    )


def test_only_one_of_two_bots_with_the_same_mail_may_release_it(world: World) -> None:
    key = world.queue("a", "receipt")
    world.store.lease_deliverable(NOW, 1, 60)
    world.store.lease_deliverable(later(61), 1, 60)  # the first bot slept through its lease
    assert [world.store.move_delivery(key, E.RELEASE, later(62)) for _ in range(2)] == [True, False]


def test_silent_mails_are_leased_for_probing_when_their_release_is_overdue(world: World) -> None:
    silent, doubt, fine = (world.queue(name, "receipt") for name in "abc")
    world.move(silent, E.RELEASE)
    world.move(doubt, E.RELEASE, E.SILENT)
    assert [one.key for one in world.store.silent(later(1), 5, 60)] == [doubt]
    assert world.store.silent(later(2), 5, 60) == ()
    found = world.store.silent(later(RELEASE_LEASE_SECONDS), 5, 60)
    assert [one.key for one in found] == [silent, doubt]
    assert world.store.move_delivery(fine, E.RELEASE, NOW)


def test_withdraw_and_requeue_keep_to_edition_kind_and_state(world: World) -> None:
    other = world.store.add_edition(edition("2025-07"))
    sent, mine = world.queue("a", "request"), world.queue("b", "request")
    receipt, foreign = world.queue("c", "receipt"), world.queue("d", "request", edition_id=other.id)
    world.move(sent, E.RELEASE, E.ACCEPTED)
    world.store.apply([DeliveriesWithdrawn(edition_id=world.edition.id, kinds=("request",), reason="HOLD")], NOW)

    def states() -> list[str]:
        found = [world.store.delivery(key) for key in (sent, mine, receipt, foreign)]
        return [one.state.value for one in found if one is not None]

    assert states() == ["sent", "withdrawn", "queued", "queued"]
    world.store.apply([DeliveriesWithdrawn(edition_id=world.edition.id, reason="cancelled")], NOW)
    assert states() == ["sent", "withdrawn", "withdrawn", "queued"]
    again = DeliveriesRequeued(edition_id=world.edition.id, kinds=("request",), not_before=later(9))
    world.store.apply([again, again.model_copy(update={"kinds": ()})], NOW)
    assert states() == ["sent", "queued", "withdrawn", "queued"]
    requeued = world.store.delivery(mine)
    assert requeued is not None
    assert (requeued.not_before, requeued.reason) == (later(9), "")


def test_one_withdrawn_mail_is_queued_again_by_its_key(world: World) -> None:
    mine, other = world.queue("a", "late_copy"), world.queue("b", "late_copy")
    world.store.apply([DeliveriesWithdrawn(edition_id=world.edition.id, kinds=READER_KINDS, reason="HOLD")], NOW)
    again = DeliveriesRequeued(edition_id=world.edition.id, kinds=READER_KINDS, not_before=NOW, key=mine)
    world.store.apply([again], NOW)
    states = {key: found.state for key in (mine, other) if (found := world.store.delivery(key))}
    assert states == {mine: DeliveryState.QUEUED, other: DeliveryState.WITHDRAWN}


def test_what_leaves_next_is_found_by_the_indexes(world: World) -> None:
    plans: list[str] = []

    def note(connection: Any, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.startswith("SELECT delivery.id"):
            raw = connection.connection.cursor()
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    if world.sql._engine.dialect.name != "sqlite":
        return  # test_growth_of_ticks.py looks at PostgreSQL's plans
    sql_event.listen(world.sql._engine, "before_cursor_execute", note)
    world.store.lease_deliverable(NOW, 10, 60)
    scans = [line for line in plans if line.startswith("SCAN delivery") or "delivery USING" in line]
    assert [line.rpartition(" ")[2] for line in scans] == ["ix_delivery_others", "ix_delivery_readers"]


def test_deliveries_can_be_asked_by_edition_and_kind(world: World) -> None:
    keys = [world.queue("a"), world.queue("a", "receipt"), world.queue("b", "receipt", edition_id=None)]
    assert [one.key for one in world.store.deliveries()] == keys
    assert [one.key for one in world.store.deliveries(world.edition.id)] == keys[:2]
    assert [one.key for one in world.store.deliveries(kind="receipt")] == keys[1:]


def test_an_unknown_key_moves_nothing(world: World) -> None:
    assert not world.store.move_delivery("nobody", E.RELEASE, NOW)
    assert world.store.delivery("nobody") is None


def test_every_event_leads_to_one_state() -> None:
    for event, row in DELIVERY.items():
        assert {cell.to for cell in row.values() if cell.to} == {target(event).value}


# ------------------------------------------------------------------------- the table, walked at random


class Walk(RuleBasedStateMachine):
    """Whatever happens in whatever order, rows stand where the table of lifecycle.py says."""

    names = st.sampled_from("abc")
    kinds = st.sampled_from([*READER_KINDS, "receipt"])

    def __init__(self, world: World, period: str) -> None:
        super().__init__()
        self.world = world
        self.edition = world.store.add_edition(edition(period))
        self.model: dict[str, DeliveryState] = {}
        self.state = EditionState.COLLECTING

    def _step(self, key: str, event: DeliveryEvent) -> bool:
        to = delivery_cell(self.model[key], event).to
        if to is not None:
            self.model[key] = DeliveryState(to)
        return to is not None

    @rule(name=names, kind=kinds)
    def queue(self, name: str, kind: str) -> None:
        """Queueing twice is queueing once."""
        period, number = self.edition.period, self.edition.id
        key = f"{period}/{kind}/{name}"
        changes = self.world.queued(name, kind, key=key, message_id=f"<{key}@x.example>", edition_id=number)
        assert isinstance(changes[-1], DeliveryQueued)
        self.world.store.apply(changes, NOW)
        self.model.setdefault(key, DeliveryState.QUEUED)

    @rule(name=names, kind=kinds, event=st.sampled_from(DeliveryEvent))
    def move(self, name: str, kind: str, event: DeliveryEvent) -> None:
        """The store says yes exactly where the table does."""
        key = f"{self.edition.period}/{kind}/{name}"
        moved = self.world.store.move_delivery(key, event, NOW)
        held = event is E.RELEASE and kind in READER_KINDS and self.state is not EditionState.DISTRIBUTING
        assert moved == (key in self.model and not held and self._step(key, event))

    @rule(name=names, kind=kinds)
    def bounce(self, name: str, kind: str) -> None:
        """A bounce counts only for what left."""
        key = f"{self.edition.period}/{kind}/{name}"
        self.world.store.apply([DeliveryBounced(key=key, reason="5.1.1")], NOW)
        if key in self.model:
            self._step(key, E.BOUNCE)

    @rule(kinds=st.sampled_from([(), READER_KINDS, ("bulletin", "receipt")]), back=st.booleans())
    def sweep(self, kinds: tuple[str, ...], back: bool) -> None:
        """Withdraw or requeue many at once."""
        number = self.edition.id
        if back:
            self.world.store.apply([DeliveriesRequeued(edition_id=number, kinds=kinds, not_before=NOW)], NOW)
        else:
            self.world.store.apply([DeliveriesWithdrawn(edition_id=number, kinds=kinds, reason="HOLD")], NOW)
        for key in self.model:
            if key.split("/")[1] in kinds or not (kinds or back):
                self._step(key, E.REQUEUE if back else E.WITHDRAW)

    @rule(state=st.sampled_from([EditionState.DISTRIBUTING, EditionState.STOPPED]))
    def edition_moves(self, state: EditionState) -> None:
        """The editor says HOLD, or approves."""
        now = self.world.store.edition_by_id(self.edition.id)
        assert now is not None
        change = self.world.saved(state).model_copy(update={"edition": now.model_copy(update={"state": state})})
        self.world.store.apply([change], NOW)
        self.state = state

    @invariant()
    def rows_stand_where_the_table_says(self) -> None:
        """Row by row."""
        found = {one.key: one.state for one in self.world.store.deliveries(self.edition.id)}
        assert found == self.model


def test_rows_follow_the_table_whatever_happens(world: World) -> None:
    periods = iter(range(10_000))
    machine: Any = lambda: Walk(world, f"walk-{next(periods)}")  # noqa: E731 - hypothesis takes a class or a factory
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert world.store.deliveries() != ()


def test_approving_a_stopped_second_version_anew_queues_no_mail_of_the_first(world: World) -> None:
    first = world.queue("a")
    second = world.queue("b", key="ccsu-rag/2025-08/bulletin/v2/b", message_id="<bulletin.v2.b@council.example.org>")
    world.store.apply([DeliveriesWithdrawn(edition_id=world.edition.id, kinds=("bulletin",), reason="HOLD")], NOW)
    again = DeliveriesRequeued(edition_id=world.edition.id, kinds=("bulletin",), not_before=NOW, version=2)
    world.store.apply([again], NOW)
    states = {key: found.state for key in (first, second) if (found := world.store.delivery(key))}
    assert states == {first: DeliveryState.WITHDRAWN, second: DeliveryState.QUEUED}
