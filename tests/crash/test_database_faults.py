"""PostgreSQL restarted, failed over, read-only, full, slow, migrated meanwhile: a sentence, nothing lost or doubled."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.commands.service import attempt
from bot.config import Config, load_config
from bot.core.lifecycle import DeliveryEvent
from bot.core.model import DeliveryState, EditionState, InboundState
from bot.errors import SchemaMismatch
from bot.ports import StagedMail
from bot.service import Service
from bot.service.desk import Desk
from bot.store.sql import SqlStore
from bot.wiring import FixedClock, open_desk
from tests import postgres
from tests.bench import council
from tests.crash.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.skipif(postgres.BINARIES is None, reason=postgres.NO_SERVER)]

THEMES, READERS = 3, 12
CUTS = 0.03  # of the transactions lose their connection, half of them after the server has committed
SEEDS = (1, 2)
TROUBLED = (1, 4)  # the replies, the distribution
CUT = "a pass failed: The database server does not answer. The next tick tries again."
LEASE = timedelta(minutes=11)  # longer than any lease
PHASES: tuple[tuple[Any, Any], ...] = (
    (council.REQUESTS, None),
    (council.REPLIES, council.replies),
    (council.DRAFTS, None),
    (council.APPROVALS, council.approvals),
    (council.DISTRIBUTION, None),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with postgres.running() as root:
        yield root


@pytest.fixture
def url(server: Path) -> str:
    return postgres.new_database(server)


class Work:
    """One bot at work on a database that has trouble; it counts the sentences that it gave meanwhile."""

    def __init__(self, config: Config, desk: Desk, post: Office) -> None:
        self.config = config
        self.desk = desk
        self.post = post  # takes every copy that it is given
        self.clock = desk.clock
        self.service = Service(desk)
        self.failed = 0
        self.busy = False
        store = desk.store
        assert isinstance(store, SqlStore)
        self.engine = store._engine

    def works(self, passes: int = 40) -> None:
        """Passes eleven minutes apart, until one has nothing to do and met no trouble."""
        assert isinstance(self.clock, FixedClock)
        for _ in range(passes):
            self.busy = True
            report = attempt(self.service, self.config, self.desk)
            self.busy = False
            self.failed += report is None
            self._answer()
            if report is not None and report.idle and not report.problems and not self._unsettled():
                return
            self.clock.at += LEASE
        raise AssertionError("it never came to rest")

    def _answer(self) -> None:
        """The operator looks for what is in doubt, and says what became of it."""
        for mail in self.desk.store.deliveries():
            if mail.state is DeliveryState.IN_DOUBT:
                there = self.post.accepted()[mail.message_id]
                event = DeliveryEvent.OPERATOR_SENT if there else DeliveryEvent.OPERATOR_RETRY
                assert self.desk.store.move_delivery(mail.key, event, self.clock.now())

    def _unsettled(self) -> bool:
        waiting = (DeliveryState.RELEASING, DeliveryState.IN_DOUBT)
        return any(mail.state in waiting for mail in self.desk.store.deliveries())

    def month(self, trouble: Callable[[int], None] = lambda phase: None) -> None:
        """All of it; ``trouble`` is made before each phase."""
        assert isinstance(self.clock, FixedClock)
        for number, (at, mails) in enumerate(PHASES):
            self.clock.at = max(at, self.clock.at)
            if mails is not None:
                council.arrive(self.desk, [*mails(self.desk, at)], f"phase{number}")
            trouble(number)
            self.works()

    def faults(self) -> list[str]:
        """What is wrong at the end of the month."""
        (edition,) = self.desk.store.editions()
        view = self.desk.store.view(edition.id)
        copies = self.post.accepted()
        wrong = [f"{d.key} is {d.state}" for d in view.deliveries if d.state is not DeliveryState.SENT]
        wrong += [f"{d.key} lost" for d in view.deliveries if not copies[d.message_id]]
        wrong += [f"{mail} left {times} times" for mail, times in copies.items() if times > 1]
        kinds = Counter(delivery.kind for delivery in view.deliveries)
        wrong += [f"{kinds[kind]} {kind}" for kind, number in EXPECTED.items() if kinds[kind] != number]
        states = {mail.state for mail in self.desk.store.inbounds(tuple(InboundState))}
        wrong += [f"mails are {states}"] if states != {InboundState.HANDLED} else []
        wrong += [f"{len(view.submissions)} replies"] if len(view.submissions) != THEMES else []
        wrong += [f"the edition is {edition.state}"] if edition.state is not EditionState.DISTRIBUTED else []
        wrong += [f"log line {number} is broken" for number in self.desk.store.broken_events()]
        return wrong


EXPECTED = {"request": THEMES, "receipt": THEMES, "draft": 1, "bulletin": READERS}


@contextmanager
def office(folder: Path, url: str) -> Iterator[Work]:
    directory = council.configuration(folder, bulletins=1, themes=THEMES, readers=READERS, store_url=url)
    config = load_config(directory, {})
    with open_desk(config, {}, clock=FixedClock(council.REQUESTS)) as desk:
        post = Office(folder / "ledger")
        accounts = tuple(replace(account, sender=post) for account in desk.accounts)
        yield Work(config, replace(desk, accounts=accounts), post)


def said(caplog: pytest.LogCaptureFixture) -> set[str]:
    """What the log says of failed passes."""
    return {record.getMessage() for record in caplog.records if "a pass failed" in record.getMessage()}


def cut_connections(made: Work, chance: random.Random) -> None:
    """From now on some transactions lose their connection at COMMIT, before or after the server has done it."""
    dialect = made.engine.dialect
    commit = dialect.do_commit

    def do_commit(connection: Any) -> None:
        lot = chance.random() if made.busy else 1
        if lot < CUTS / 2:
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("the connection was lost")
        commit(connection)
        if lot < CUTS:
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("the connection was lost")

    dialect.do_commit = do_commit  # type: ignore[method-assign]


@pytest.mark.parametrize("seed", SEEDS)
def test_connections_lost_at_any_commit_lose_and_double_nothing(
    tmp_path: Path, url: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    with office(tmp_path, url) as made:
        cut_connections(made, random.Random(seed))
        made.month()
        assert made.failed > 3
        assert made.faults() == []
    assert said(caplog) == {CUT}


def test_a_server_that_crashes_in_the_middle_of_a_distribution_and_comes_back(
    tmp_path: Path, server: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    left = 0

    def crash(phase: int) -> None:
        if phase == len(PHASES) - 1:
            sender = made.desk.accounts[0].sender
            release = sender.release

            def released(mail: StagedMail) -> None:
                nonlocal left
                release(mail)
                left += 1
                if left == 5:
                    postgres.stop(server)

            sender.release = released  # type: ignore[method-assign]
            assert attempt(made.service, made.config, made.desk) is None
            assert attempt(made.service, made.config, made.desk) is None
            assert left == 5
            postgres.start(server)

    with office(tmp_path, url) as made:
        made.month(crash)
        assert made.faults() == []
    assert said(caplog) == {CUT}


def on(url: str, *statements: str) -> None:
    """Let an administrator do this, and end all other sessions."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in statements:
            connection.execute(statement)
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


FULL = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$",
    "CREATE TRIGGER full_disk BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION full_disk()",
)
TROUBLES = {
    "a standby that takes no changes": (
        ("ALTER DATABASE {name} SET default_transaction_read_only = on",),
        ("ALTER DATABASE {name} RESET default_transaction_read_only",),
        "The database server takes no changes (a standby?). Check the store URL.",
    ),
    "a full disk": (
        FULL,
        ("DROP TRIGGER full_disk ON delivery", "DROP FUNCTION full_disk"),
        "The disk of the database server is full; nothing was written. Free some space there.",
    ),
    "a slow server": (
        (
            "ALTER DATABASE {name} SET statement_timeout = 200",
            "ALTER TABLE due RENAME TO slow_due",
            "CREATE VIEW due AS SELECT slow_due.* FROM slow_due, pg_sleep(1)",
        ),
        ("DROP VIEW due", "ALTER TABLE slow_due RENAME TO due", "ALTER DATABASE {name} RESET statement_timeout"),
        "The database server was too busy for this step; nothing was written. The next tick tries again.",
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_of_the_server_is_a_sentence_and_the_month_ends_the_same(
    tmp_path: Path, url: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    begins, ends, sentence = TROUBLES[trouble]
    name = url.partition("@/")[2].partition("?")[0]
    caplog.set_level(logging.ERROR, logger="bot")

    def make(phase: int) -> None:
        if phase not in TROUBLED:
            return
        on(url, *(statement.format(name=name) for statement in begins))
        told = ""
        for _ in range(4):  # more often than a mail may fail to be read
            report = attempt(made.service, made.config, made.desk)
            told += " ".join(report.problems) if report is not None else ""
        on(url, *(statement.format(name=name) for statement in ends))
        assert sentence.partition(".")[0] in told or f"a pass failed: {sentence}" in said(caplog)
        caplog.clear()

    with office(tmp_path, url) as made:
        made.month(make)
        assert made.faults() == []
    assert said(caplog) <= {CUT}  # sessions that were ended with the trouble


def test_a_bot_whose_store_was_migrated_by_a_newer_program_stops_with_a_sentence(tmp_path: Path, url: str) -> None:
    with office(tmp_path, url) as made:
        made.works()
        on(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(SchemaMismatch, match=r"this program knows .* and is too old for it") as told:
            _ = [
                attempt(made.service, made.config, made.desk) for _ in range(2)
            ]  # the first may meet a dead connection
        assert told.value.exit_code == 2


def test_an_older_bot_beside_a_newer_one_works_on_while_the_schema_is_the_same(tmp_path: Path, url: str) -> None:
    """Two programs on one store: the older one knows neither the rows' new columns nor the new kinds of mail."""
    with office(tmp_path, url) as made:
        on(url, "ALTER TABLE delivery ADD COLUMN newer text", "ALTER TABLE inbound ADD COLUMN newer text DEFAULT 'x'")
        made.month()
        assert made.faults() == []
