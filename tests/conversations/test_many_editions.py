"""Several bulletins in one pass: after the first look only those that something happens to; at the end all again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.config import load_config
from bot.core.model import Person
from bot.core.records import Edition, EditionView
from bot.errors import StoreError
from bot.service import Service, tick
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.store.world import timetable as timetable_of

ALL = {"bulletin-000", "bulletin-001", "bulletin-002"}


def looks(folder: Path, monkeypatch: pytest.MonkeyPatch, monotonic: Callable[[], float]) -> list[set[str]]:
    """Play three replies of one bulletin, one a round; which bulletins each round looked at."""
    monkeypatch.setattr(tick, "CHUNK", 1)
    directory = council.configuration(folder, bulletins=3, themes=3, readers=2)
    clock = FixedClock(council.REQUESTS)
    with open_desk(load_config(directory, {}), {}, clock=clock) as desk:
        Service(desk).tick()
        clock.at = council.REPLIES
        lead = f"{council.PERIOD}/"
        asked = [d for d in desk.store.deliveries(kind="request") if d.key.startswith(f"bulletin-000/{lead}")]
        mails = [council.reply(desk, one, "The new team began.", council.REPLIES).as_bytes() for one in asked]
        council.arrive(desk, mails, "reply")
        service = Service(desk, monotonic)
        rounds: list[set[str]] = []
        real_round, real_view, real_views = service._round, desk.store.view, desk.store.views

        def one_round() -> tick.TickReport:
            rounds.append(set())
            return real_round()

        def view(edition_id: int) -> EditionView:
            found = real_view(edition_id)
            rounds[-1].add(found.edition.bulletin)
            return found

        def views(ids: Sequence[int]) -> tuple[EditionView, ...]:
            found = real_views(ids)
            rounds[-1].update(one.edition.bulletin for one in found)
            return found

        monkeypatch.setattr(service, "_round", one_round)
        monkeypatch.setattr(desk.store, "view", view)
        monkeypatch.setattr(desk.store, "views", views)
        report = service.tick()
        assert (report.handled, len(asked)) == (3, 3)
    return rounds


def test_between_the_first_and_the_last_look_only_what_was_touched_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = looks(tmp_path, monkeypatch, lambda: 0.0)
    assert (rounds[0], rounds[-1]) == (ALL, ALL)
    assert len(rounds) >= 4
    assert all(seen <= {"bulletin-000"} for seen in rounds[1:-1])
    assert {"bulletin-000"} in rounds[1:-1]


def test_in_a_pass_that_goes_on_and_on_all_are_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(1_000_000))
    monkeypatch.setattr(tick, "LOOK_SECONDS", 0.5)  # a second goes by at each question
    rounds = looks(tmp_path, monkeypatch, lambda: float(next(seconds)) / 10)
    assert ALL in rounds[1:-1]


def test_an_edition_that_cannot_be_read_stops_only_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = council.configuration(tmp_path, bulletins=3, themes=2, readers=2)
    with open_desk(load_config(directory, {}), {}, clock=FixedClock(council.REQUESTS)) as desk:
        spoilt = desk.store.add_edition(
            Edition(
                bulletin="bulletin-001",
                period=council.PERIOD,
                timetable=desk.bulletins["bulletin-001"].timetable(council.PERIOD),
            )
        )
        real = desk.store.view

        def view(edition_id: int) -> EditionView:
            if edition_id == spoilt.id:
                raise StoreError("Bytes in the store were changed or damaged.", "Restore a backup.", "blob-damaged")
            return real(edition_id)

        def views(ids: Sequence[int]) -> tuple[EditionView, ...]:
            return tuple(map(view, ids))

        monkeypatch.setattr(desk.store, "view", view)
        monkeypatch.setattr(desk.store, "views", views)
        report = Service(desk).tick()
        asked = {delivery.key.split("/")[0] for delivery in desk.store.deliveries(kind="request")}
        stuck = [problem.where for problem in desk.store.problems() if problem.code == "edition-stuck"]
    assert asked == {"bulletin-000", "bulletin-002"}
    assert stuck == [f"bulletin-001 {council.PERIOD}"]
    assert any("damaged" in sentence for sentence in report.problems)


def test_editions_with_many_readers_are_not_read_together() -> None:
    timetable = timetable_of("2025-08")
    sizes = [0, 2000, 900, 200, 5000, 10]
    people = tuple(Person(name=f"Reader {n}", address=f"r{n}@reader.example") for n in range(max(sizes)))
    editions = [
        Edition(id=n, bulletin=f"b{n}", period="2025-08", timetable=timetable, readers=people[:size])
        for n, size in enumerate(sizes)
    ]
    assert [[edition.id for edition in some] for some in tick._together(editions)] == [[0, 1, 2], [3], [4], [5]]
    many = [editions[0]] * 45
    assert [len(some) for some in tick._together(many)] == [20, 20, 5]
    assert list(tick._together([])) == []


def test_a_pass_that_is_stopped_looks_at_no_further_editions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tick, "LOOKED_AT", 2)
    directory = council.configuration(tmp_path, bulletins=6, themes=2, readers=2)
    with open_desk(load_config(directory, {}), {}, clock=FixedClock(council.REQUESTS)) as desk:
        Service(desk).tick()
        service, portions = Service(desk), []
        real = desk.store.views

        def views(ids: Sequence[int]) -> tuple[EditionView, ...]:
            portions.append(len(ids))
            service.stop()
            return real(ids)

        monkeypatch.setattr(desk.store, "views", views)
        service.tick()
    assert portions == [2]
