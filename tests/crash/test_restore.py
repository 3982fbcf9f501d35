"""An old backup is put back on a mailbox that has gone on since: nothing leaves again, and mails are read again."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.model import EditionState
from bot.demo import play
from bot.demo.script import STEPS
from bot.service import Service, restored
from bot.service.desk import Desk
from bot.service.restored import RESTORED
from bot.store.backup import backup, restore
from bot.wiring import FixedClock
from tests.crash import months
from tests.crash.office import Office, ledger_of, sending_by

pytestmark = pytest.mark.slow
LATER = STEPS[-1].at + timedelta(days=1)


def prepare(out: Path) -> None:
    """In the child: mails leave through the office."""
    sending_by(partial(Office, ledger_of(out)))


def month_with_a_backup(out: Path, step: int) -> Path:
    """A whole month, and the backup that was made when ``step`` steps were done."""
    shutil.rmtree(out, ignore_errors=True)
    assert months.month(out, until=step, prepare=partial(prepare, out)) == months.FINISHED
    file = out / "old.db"
    backup(url_of(out), file)
    assert months.month(out, prepare=partial(prepare, out)) == months.FINISHED
    return file


def url_of(out: Path) -> str:
    return f"sqlite:///{next((out / 'var').glob('*.db'))}"


def days_go_by(out: Path, begin: datetime, days: int) -> tuple[Counter[str], dict[str, object]]:
    """The service on the restored store; what had left by the end, and what the store knows then."""
    office = Office(ledger_of(out))
    clock = FixedClock(begin)
    with play.open_desk(play.prepare(out), os.environ, clock=clock) as opened:
        desk = months_desk(opened, office)
        service = Service(desk)
        for _ in range(days * 3):
            service.tick()
            clock.at += timedelta(hours=8)
        edition = desk.store.edition(play.BULLETIN, play.PERIOD)
        assert edition is not None
        view = desk.store.view(edition.id)
        known = {
            "state": edition.state,
            "themes": {submission.theme for submission in view.submissions},
            "codes": {problem.code for problem in desk.store.problems()},
        }
    return office.accepted(), known


def months_desk(desk: Desk, office: Office) -> Desk:
    """The same desk with the office as its sender."""
    return replace(desk, accounts=tuple(replace(account, sender=office) for account in desk.accounts))


@pytest.mark.parametrize("step", [1, 5, 9, 11, 14])
def test_an_old_backup_on_a_live_mailbox_repeats_nothing(folder: Path, step: int) -> None:
    out = folder / f"restored-{step}"
    file = month_with_a_backup(out, step)
    restore(file, url_of(out), at=LATER)
    left, known = days_go_by(out, LATER, 4)
    assert [mail for mail, copies in left.items() if copies > 1] == []
    assert known["themes"] >= {"community-safety-asb", "drugs-alcohol-cj", "hate-crime", "serious-violence"}
    assert known["state"] in (EditionState.IN_REVIEW, EditionState.DISTRIBUTED)
    assert RESTORED in known["codes"]


def test_a_store_that_does_not_look_first_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service.tick.restored_from", lambda desk: None)
    out = folder / "restored-wrong"
    file = month_with_a_backup(out, 5)
    restore(file, url_of(out), at=LATER)
    left, _ = days_go_by(out, LATER, 2)
    assert any(copies > 1 for copies in left.values())


def test_the_lookup_ends_by_itself(folder: Path) -> None:
    out = folder / "restored-over"
    file = month_with_a_backup(out, 14)
    restore(file, url_of(out), at=LATER)
    _, known = days_go_by(out, LATER, restored.LONGEST.days + 3)
    assert known["state"] is EditionState.DISTRIBUTED
    assert RESTORED not in known["codes"]
