"""Hypothesis profiles for the whole suite: "ci" is small and the same every time, "gate" is larger and looks further.

``make test`` uses "ci"; `make gate` sets HYPOTHESIS_PROFILE=gate. Tests that name their own settings keep them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import canary, gate, memory

CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)

settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=CALM
)
settings.register_profile(
    "gate", max_examples=500, deadline=None, database=None, print_blob=True, suppress_health_check=CALM
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
canary.install()
memory.use_it()


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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a gate a run with skipped tests has failed, and says which are missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get(gate.STRICT):
        return
    missing = gate.unwanted(_reason(report) for report in reporter.stats.get("skipped", ()))
    for reason in missing:
        reporter.write_line(f"skipped, which a gate must not be: {reason}", red=True)
    if missing and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why it was skipped: the last of (file, line, reason)."""
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
