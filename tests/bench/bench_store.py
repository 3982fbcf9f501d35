"""What the store costs, as ratios within one run: against bare sqlite3 doing the same durable work, and against itself.

CPU seconds of this process; a PostgreSQL server's own CPU would not be in them, so this is SQLite.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from bot.config import load_config
from bot.core.lifecycle import DeliveryEvent
from bot.core.model import EditionState
from bot.core.records import Change, Edition, EditionSaved, Logged, Token, TokenIssued, TokensKilled
from bot.ports import RawMail
from bot.service import Service
from bot.store.sql import SqlStore
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.store.world import NOW, World, edition

MAIL = b"x" * 5_700


class Row(NamedTuple):
    """One line of the table; ``bound`` None = shown only."""

    what: str
    value: float
    unit: str
    bound: float | None


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one call, the least of ``times``."""
    least = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def world(directory: Path, name: str) -> World:
    """A fresh store with an edition that is distributing."""
    url = f"sqlite:///{directory / name}"
    made = World(url, SqlStore(url))
    made.save(EditionState.DISTRIBUTING)
    return made


def bare(directory: Path, name: str) -> sqlite3.Connection:
    """A bare sqlite3 file with the same durability."""
    connection = sqlite3.connect(directory / name, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, data BLOB)")
    connection.execute("CREATE TABLE delivery (key TEXT UNIQUE, message_id TEXT UNIQUE, state TEXT, header BLOB)")
    return connection


def queued(made: World, count: int) -> list[Change]:
    """The changes that put this many bulletins in the outbox."""
    return [change for number in range(count) for change in made.queued(f"reader{number}")]


def deliver(made: World, count: int) -> float:
    """CPU seconds per delivery of leasing in twenties, releasing and settling."""

    def work() -> None:
        done = 0
        while done < count and (leased := made.store.lease_deliverable(NOW, 20, 120)):
            for one in leased:
                made.move(one.key, DeliveryEvent.RELEASE, DeliveryEvent.ACCEPTED)
            done += len(leased)

    return cpu(work) / count


def remembering(directory: Path) -> list[Row]:
    """Mails remembered one by one, durably."""
    made, plain = world(directory, "remember.db"), bare(directory, "remember-bare.db")

    def ours() -> None:
        for number in range(300):
            made.store.remember("m", RawMail(ref=str(number), raw=MAIL + str(number).encode()), NOW)

    def theirs() -> None:
        for number in range(300):
            plain.execute("BEGIN IMMEDIATE")
            plain.execute("INSERT INTO mail (ref, data) VALUES (?, ?)", (str(number), MAIL))
            plain.execute("COMMIT")

    mine, other = cpu(ours), cpu(theirs)
    big = RawMail(ref="big", raw=b"z" * 5_000_000)
    return [
        Row("remember a mail of 5.7 kB, CPU", mine / 300 * 1000, "ms", 10),
        Row("... against a bare sqlite3 insert and commit", mine / other, "times", None),
        Row("remember a mail of 5 MB, CPU", cpu(lambda: made.store.remember("m", big, NOW)) * 1000, "ms", 500),
    ]


def outbox(directory: Path) -> list[Row]:
    """Queueing and delivering, for 300 and for 10,000 readers."""
    small, large, plain = world(directory, "300.db"), world(directory, "10000.db"), bare(directory, "bare.db")
    changes = queued(small, 300)
    rows = [(f"k{number}", f"<{number}>", "queued", b"To: x") for number in range(300)]

    def theirs() -> None:
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO delivery VALUES (?, ?, ?, ?)", rows)
        plain.execute("COMMIT")

    start = time.perf_counter()
    mine = cpu(lambda: small.store.apply(changes, NOW))
    wall = time.perf_counter() - start
    large.store.apply(queued(large, 10_000), NOW)
    few, many = deliver(small, 300), deliver(large, 1_000)
    return [
        Row("queue 300 bulletins in one transaction, wall", wall, "s", 0.5),
        Row("... CPU against bare sqlite3 (one table, no keys)", mine / cpu(theirs), "times", None),
        Row("lease, release and settle one delivery, CPU", few * 1000, "ms", 15),
        Row("... with 10,000 waiting against 300", many / few, "times", None),
        Row("view of an edition with 300 deliveries, CPU", cpu(lambda: small.store.view(1), 5) * 1000, "ms", 100),
    ]


def tokens(past: Edition, themes: int) -> Iterator[Change]:
    """A token of each lead for the request, and one of an editor."""
    theirs: list[Literal["lead", "editor"]] = [*["lead"] * themes, "editor"]
    for number, purpose in enumerate(theirs):
        name = f"{past.bulletin}/{past.period}/{number}"
        token = Token(hash=name, purpose=purpose, bulletin=past.bulletin, period=past.period, person="p@lead.example")
        yield TokenIssued(token=token)


def history(made: World, editions: int, themes: int, readers: int, bulletin: str = "ccsu-rag") -> None:
    """Months that are over: submissions, deliveries that were sent, tokens (those of leads never die), log lines."""
    made.save(EditionState.CANCELLED)  # the world's own, whose bulletin a service here does not know
    for number in range(editions):
        past = made.store.add_edition(edition(f"{1990 + number // 12}-{number % 12 + 1:02}", bulletin))
        changes: list[Change] = [*tokens(past, themes), TokensKilled(bulletin=bulletin, period=past.period)]
        for theme in range(themes):
            inbound = made.mail(f"{number}/{theme}")
            added = made.submission(inbound, f"theme{theme}").model_copy(update={"edition_id": past.id})
            changes += [made.closed(inbound, edition_id=past.id), added]
        for reader in range(readers):
            name = f"{number}.{reader}"
            changes += made.queued(name, edition_id=past.id)
        over = EditionSaved(edition=past.model_copy(update={"state": EditionState.DISTRIBUTED}))
        made.store.apply([*changes, over, Logged(edition_id=past.id, what="distributed")], NOW)
        with made.sql._writer.begin() as connection:
            connection.exec_driver_sql("UPDATE delivery SET state = 'sent' WHERE state = 'queued'")


def growth(directory: Path) -> list[Row]:
    """What history adds to a pass of the service with nothing due: one that has just started, as after a kill."""
    config = council.configuration(directory / "idle", bulletins=1, themes=12, readers=300)
    with open_desk(load_config(config, {}), {}, clock=FixedClock(council.REQUESTS)) as desk:
        assert isinstance(desk.store, SqlStore)

        def idle() -> None:
            assert Service(desk).tick().idle

        Service(desk).tick()
        idle()
        none = cpu(idle, 15)
        history(World("", desk.store), 120, 12, 300)
        idle()
        much = cpu(idle, 15)
    return [
        Row("a pass with nothing due, CPU", none * 1000, "ms", 100),
        Row("... after 120 editions x 12 themes x 300 readers", much / none, "times", 1.3),
    ]


def rows() -> Iterator[tuple[str, float, str, float, float | None]]:
    """What has a limit beside it; a ratio beside one."""
    with tempfile.TemporaryDirectory() as name:
        for row in (*remembering(Path(name)), *outbox(Path(name)), *growth(Path(name))):
            if row.unit == "times":
                yield row.what, row.value, "the same, or bare, as 1", 1.0, row.bound
            else:
                yield f"{row.what}, {row.unit}", row.value, "its limit", row.bound or 1.0, row.bound and 1.0
