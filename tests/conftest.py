"""Hypothesis profiles for the whole suite: "ci" is small and the same every time, "gate" is larger and looks further.

``make test`` uses "ci"; `make gate` sets HYPOTHESIS_PROFILE=gate. Tests that name their own settings keep them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import canary

CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)

settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=CALM
)
settings.register_profile(
    "gate", max_examples=500, deadline=None, database=None, print_blob=True, suppress_health_check=CALM
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
canary.install()


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """No secret in log, errors or arguments, nor in what a test with a server leaves; no address in the bot's log."""
    with_server = request.node.path.parent.name == "transports" and "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if with_server else None
    yield
    if folder is not None:
        canary.look_through(folder)
    found = canary.LEAKS[:]
    canary.LEAKS.clear()
    assert found == []
