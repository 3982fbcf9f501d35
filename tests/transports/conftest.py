"""Fixtures of the transports' tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.transports.certs import Authority

if TYPE_CHECKING:
    from tests.transports.imap_world import Servers


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The test certificate authority of this run."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def servers(authority: Authority) -> Iterator[Servers]:
    """Dovecot and an SMTP server, started when the first test asks for them."""
    from tests.transports.imap_world import Servers

    made = Servers(authority)
    yield made
    made.stop()
