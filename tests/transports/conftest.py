"""Fixtures of the transports' tests."""

from __future__ import annotations

import pytest

from tests.transports.certs import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The test certificate authority of this run."""
    return Authority(tmp_path_factory.mktemp("ca"))
