"""The hot paths within a budget of operations: counts, not seconds, so that a slow machine changes nothing.

When one of these fails, either what was added is worth it (then the number in the table is raised in the same change,
with the reason in its message), or it is not. A number that has become far too high is to be lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.config import load_config
from bot.core.proof import proofread
from bot.mail.parse import parse_message
from bot.sections.form import request_from_mail
from bot.sections.reading import read_reply
from bot.service import Service
from bot.service.desk import Desk
from bot.service.proofing import proof_context
from bot.service.sections import bulletin_of
from bot.stats.custody import read_statistics
from bot.stats.workbook import read_workbook
from bot.store.sql import SqlStore
from bot.wiring import FixedClock, open_desk
from tests.bench import council
from tests.bench.operations import Statements, calls, statements
from tests.conversations.test_figures import workbook

ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "tests" / "data" / "mail"
THEMES, READERS = 4, 10
ABOVE = 1.12  # libraries and Python versions differ by a little
BELOW = 0.6  # under this the number in the table is out of date


class Asked(NamedTuple):
    """The most that the store may be asked: statements, and transactions that may write."""

    statements: int
    writing: int


STORE = {
    "a pass with nothing to do": Asked(36, 5),
    "a reply is received, read and answered": Asked(106, 19),
    "a stranger's mail is received and left": Asked(71, 14),
    "a draft is made and sent": Asked(101, 16),
    "one reader's bulletin leaves": Asked(17, 5),
}
CALLS = {
    "reading a reply with a form": 5_959,
    "reading a long thread": 5_147,
    "proof-reading an edition": 50_290,
    "assembling an edition": 129,
    "reading a workbook of figures": 1_330,
}


class Month:
    """A council's month, as far as the counts need it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.service = Service(desk)
        assert isinstance(desk.store, SqlStore)
        self.engine = desk.store._engine
        self.asked: dict[str, Statements] = {}

    def at(self, moment: datetime) -> None:
        """Move the clock and tick until nothing is left to do."""
        self.desk.clock.at = moment  # type: ignore[attr-defined]
        while not self.service.tick().idle:
            pass

    def counted(self, name: str, moment: datetime, shared_by: int = 1) -> None:
        """One pass at this time, counted; then what is left to do."""
        self.desk.clock.at = moment  # type: ignore[attr-defined]
        with statements(self.engine) as found:
            self.service.tick()
        self.at(moment)
        self.asked[name] = Statements(-(-found.all // shared_by), -(-found.writing // shared_by), found.texts)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("operations")
    directory = council.configuration(folder, bulletins=1, themes=THEMES, readers=READERS)
    with open_desk(load_config(directory, {}), {}, clock=FixedClock(council.REQUESTS)) as desk:
        made = Month(desk)
        made.at(council.REQUESTS)
        made.counted("a pass with nothing to do", council.REPLIES)
        replies = list(council.replies(desk, council.REPLIES))
        council.arrive(desk, replies[:1], "first")
        made.counted("a reply is received, read and answered", council.REPLIES + timedelta(minutes=1))
        council.arrive(desk, [b"From: caretaker@council.example\r\nSubject: Car park\r\n\r\nClosed.\r\n"], "stray")
        made.counted("a stranger's mail is received and left", council.REPLIES + timedelta(minutes=2))
        council.arrive(desk, replies[1:], "more")
        made.at(council.REPLIES + timedelta(minutes=3))
        made.counted("a draft is made and sent", council.DRAFTS)
        council.arrive(desk, council.approvals(desk, council.APPROVALS), "approval")
        made.at(council.APPROVALS)
        made.at(council.APPROVALS + timedelta(hours=1))
        made.counted("one reader's bulletin leaves", council.DISTRIBUTION, shared_by=READERS)
        yield made


@pytest.mark.parametrize("name", STORE)
def test_the_store_is_asked_no_more_than_this(month: Month, name: str) -> None:
    found, most = month.asked[name], STORE[name]
    often = "\n".join(f"  {number:>4} x {text}" for text, number in found.texts.most_common(12))
    said = (
        f"{name}: {found.all} statements and {found.writing} writing transactions; at most {most}. Most often:\n{often}"
    )
    assert (found.all <= most.statements, found.writing <= most.writing) == (True, True), said
    assert found.all >= most.statements * BELOW, f"{said}\nThe number in the table is out of date: lower it."


def _works(month: Month) -> dict[str, Callable[[], object]]:
    desk = month.desk
    view = desk.store.view(desk.store.editions()[0].id)
    request = request_from_mail((MAILS / "request.eml").read_bytes())
    form = (MAILS / "0003-answers-in-red.eml").read_bytes()
    thread = (MAILS / "0054-pointer-in-a-thread.eml").read_bytes()
    series = load_config(ROOT / "config", {}).bulletins[0].series["custody"]
    book = workbook(10)
    sections = bulletin_of(desk, view).sections * 5
    context = proof_context(desk, view)
    return {
        "reading a reply with a form": lambda: read_reply(parse_message(form), request),
        "reading a long thread": lambda: read_reply(parse_message(thread), request),
        "proof-reading an edition": lambda: proofread(sections, context),
        "assembling an edition": lambda: bulletin_of(desk, view),
        "reading a workbook of figures": lambda: read_statistics(read_workbook("july.xlsx", book), series),
    }


@pytest.mark.parametrize("name", CALLS)
def test_our_own_code_is_called_no_more_than_this(month: Month, name: str) -> None:
    work = _works(month)[name]
    work()  # caches and lazy imports
    found = calls(work)
    total, budget = sum(found.values()), CALLS[name]
    often = "\n".join(f"  {number:>6,} in {place}" for place, number in found.most_common(12))
    said = (
        f"{name}: {total:,} calls; {budget:,} when last looked at, at most {ABOVE} times that. Most of them:\n{often}"
    )
    assert total <= budget * ABOVE, said
    assert total >= budget * BELOW, f"{said}\nThe number in the table is out of date: lower it."


def test_the_counts_are_the_same_each_time(month: Month) -> None:
    work = _works(month)["reading a long thread"]
    work()
    assert calls(work) == calls(work)
