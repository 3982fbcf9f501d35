"""The page about faults says what the transports do."""

from __future__ import annotations

import pytest

from tests.transports.fault_matrix import PAGE, table


@pytest.mark.slow
def test_every_fault_at_every_call_means_what_the_page_says() -> None:
    assert table() == PAGE.read_text("utf-8")
