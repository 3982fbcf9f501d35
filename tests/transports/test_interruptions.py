"""Every request of a little month is lost once, before and after the server acted on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.transports.certs import Authority
from tests.transports.interruptions import assert_nothing_lost_nothing_twice, play
from tests.transports.worlds import EwsWorld, GraphWorld

WORLDS: dict[str, Callable[[Authority, Path], Any]] = {"graph": GraphWorld, "ews": EwsWorld}
FEW, ALL = 17, 1  # every seventeenth request in the quick suite, every one in the gate


def requests_lost(kind: str, authority: Authority, folder: Path, step: int) -> list[int]:
    """Play until a run is calm without the loss having come: then every request has been lost once. How many requests
    there were, before and after the server acted; each run is checked on its own."""
    counts: list[int] = []
    for after in (False, True):
        number = 1
        while True:
            place = folder / f"{after}-{number}"
            place.mkdir()
            world = WORLDS[kind](authority, place)
            try:
                world.httpd.drop_at = (number, after)
                service = play(world)
                assert_nothing_lost_nothing_twice(world, service)
                if world.httpd.drop_at is not None:
                    break
            finally:
                world.close()
            number += step
        counts.append(number)
    return counts


@pytest.mark.parametrize("kind", list(WORLDS))
def test_a_lost_request_loses_and_doubles_nothing(kind: str, authority: Authority, tmp_path: Path) -> None:
    assert min(requests_lost(kind, authority, tmp_path, FEW)) > 15


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(WORLDS))
def test_each_lost_request_loses_and_doubles_nothing(kind: str, authority: Authority, tmp_path: Path) -> None:
    assert min(requests_lost(kind, authority, tmp_path, ALL)) > 15
