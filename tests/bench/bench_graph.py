"""Receiving 1,000 mails of 20 kB, sending 1,000 bulletins of 200 kB by Graph on loopback; or BENCH_MAILS."""

from __future__ import annotations

from collections.abc import Iterator

from tests.transports.measure import rows as of_transport


def rows() -> Iterator[tuple[str, float, str, float, float | None]]:
    """Through the port and the store, beside a bare loop over the same library (at most four times its CPU)."""
    yield from of_transport("Graph")
