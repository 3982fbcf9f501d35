"""The month of the demonstration as something to be killed: warmed up once, then forked, killed and started again.

Starting a Python process for every kill would take seconds; a child that is forked from a parent which has played the
month once starts in milliseconds and is killed for real (SIGKILL). Files are judged in this process instead of in a
caged child, templates and statements are compiled once and the same chart is drawn once: all that saves time, and none
of it writes anything.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

import bot.wiring
from bot.core.model import InboundState, StatisticsTable
from bot.core.records import ProblemCleared
from bot.demo import play
from bot.demo.script import STEPS
from bot.render import html
from bot.sections import cage
from bot.service import Service, drafting
from bot.service.desk import Desk
from bot.store import sql
from tests.crash.points import hook_in, kill_after
from tests.memory import in_memory

LAST = len(STEPS)
AFTERWARDS = STEPS[-1].at.replace(hour=12)  # the ticks that come after the demonstration's last step
Prepare = Callable[[], None]
FINISHED, FAILED = 0, 70


def nothing() -> None:
    """No preparation."""


@contextmanager
def playground() -> Iterator[Path]:
    """A folder for months: in memory where there is room."""
    with tempfile.TemporaryDirectory(prefix="months-", dir=in_memory()) as folder:
        yield Path(folder)


@cache
def warm_up() -> None:
    """Make months quick in this process and all that are forked from it. Changes nothing that a month does."""
    quicken()
    with playground() as folder:
        _quietly(folder / "out")
    gc.collect()
    gc.freeze()  # children share these pages


REAL_LOOKS, REAL_CAGE, REAL_CHART = bot.wiring.looks_of, cage.run_caged, drafting.chart_png
REAL_ENGINE = sql.make_engine


@cache
def _cached_looks() -> Callable[..., Any]:
    return cache_by_bulletin(REAL_LOOKS)


@cache
def _cached_chart() -> Callable[[StatisticsTable], bytes]:
    made: dict[str, bytes] = {}

    def chart_png(table: StatisticsTable) -> bytes:
        key = table.model_dump_json()
        if key not in made:
            made[key] = REAL_CHART(table)
        return made[key]

    return chart_png


@cache
def _cached_engine() -> Callable[[str], Engine]:
    made: list[Engine] = []

    def make_engine(url: str) -> Engine:
        """A new engine, with the statements that the first one on SQLite has compiled."""
        engine = REAL_ENGINE(url)
        if engine.dialect.name == "sqlite":
            made.append(engine)
            engine.dialect, engine._compiled_cache = made[0].dialect, made[0]._compiled_cache
            del made[1:]
        return engine

    return make_engine


def quicken() -> None:
    """Templates read, statements compiled and charts drawn once, files judged without a child: for this process and
    those forked from it."""
    sql.make_engine = _cached_engine()
    bot.wiring.looks_of = _cached_looks()
    cage.run_caged = judged_here
    drafting.chart_png = html.chart_png = _cached_chart()


def as_it_was() -> None:
    """Undo `quicken`: other tests of the same process want the real cage."""
    bot.wiring.looks_of = REAL_LOOKS
    cage.run_caged = REAL_CAGE
    drafting.chart_png = html.chart_png = REAL_CHART
    sql.make_engine = REAL_ENGINE


def _quietly(out: Path) -> None:
    """Play a month in this process without a word."""
    was = sys.stdout
    with open(os.devnull, "w", encoding="utf-8") as sys.stdout:
        try:
            play.play(out)
        finally:
            sys.stdout = was


def cache_by_bulletin(real: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The looks of a bulletin, made once."""
    made: dict[str, Any] = {}

    def looks_of(config: Any, *more: Any) -> Any:
        if config.key not in made:
            made[config.key] = real(config, *more)
        return made[config.key]

    return looks_of


def judged_here(function: str, data: bytes, *, timeout: float = 0, memory: int = 0, **options: Any) -> Any:
    """What the caged child would answer, without the child (tests/hostile has the cage)."""
    module, _, name = function.partition(":")
    value = getattr(importlib.import_module(module), name)(data, **options)
    return json.loads(json.dumps(value.model_dump(mode="json") if hasattr(value, "model_dump") else value))


def forked(work: Callable[[], object], wait: bool = True) -> tuple[int, int]:
    """Run ``work`` in a forked child: (FINISHED, FAILED, or minus the signal that ended it; the child's number)."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            sys.settrace(None)  # coverage is measured in the parent; a killed child could not save it anyway
            gc.disable()
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the child
            work()
            code = FINISHED
        except BaseException:  # noqa: BLE001 - said in the child, seen as FAILED by the parent
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)
    return (waited(child) if wait else 0), child


def waited(child: int) -> int:
    """How a child ended."""
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


class StepDone(BaseException):
    """Raised to stop a month after one step."""


def _until(step: int | None) -> None:
    """Make the demonstration stop when ``step`` steps are done (in this process, for good)."""
    real = play._write_down

    def write_down(out: Path, number: int, *more: Any) -> None:
        real(out, number, *more)
        if number == step:
            raise StepDone

    play._write_down = write_down


def steps_done(out: Path) -> int:
    """How many steps of the month in ``out`` are done."""
    return play._place_in(out)[0]


def month(
    out: Path, *, until: int | None = None, kill_at: int = 0, prepare: Prepare = nothing, names: Path | None = None
) -> int:
    """Play the month in ``out`` in a child, from where it stands: to the end of it, or until ``until`` steps are done.

    ``kill_at`` kills the child after that many lasting effects; ``names`` is a file to list them in instead.
    """

    if steps_done(out) >= (LAST if until is None else until):
        return FINISHED

    def work() -> None:
        prepare()
        if until is not None:
            _until(until)
        if kill_at:
            hook_in(kill_after(kill_at))
        if names is not None:
            file = names.open("a", encoding="utf-8")
            hook_in(lambda name: print(name, file=file, flush=True))
        with suppress(StepDone):
            play.play(out)

    return forked(work)[0]


def operator_unparks() -> None:
    """Let the operator of this process look after mails that were parked, for good.

    A mail whose reading ended the program three times is parked, as it should be; here it was our kills that did it.
    """
    real = play._play_step

    def play_step(desk: Desk, service: Service, *more: Any) -> None:
        real(desk, service, *more)
        while parked := desk.store.inbounds((InboundState.PARKED,)):
            for inbound in parked:
                # In this order: a kill between the two leaves a mail that is still parked, and is met again.
                desk.store.apply([ProblemCleared(code="parked", where=f"inbound {inbound.id}")], desk.clock.now())
                desk.store.unpark(inbound.id)
            service.tick()

    play._play_step = play_step


def killed_later(out: Path, seconds: float, prepare: Prepare = nothing) -> int:
    """Play the month in a child and kill it after so many seconds, wherever it is then; how it ended."""
    if steps_done(out) >= LAST:
        return FINISHED

    def work() -> None:
        prepare()
        play.play(out)

    _, child = forked(work, wait=False)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        time.sleep(min(0.004, max(0.0, end - time.monotonic())))
    os.kill(child, signal.SIGKILL)
    return waited(child)


def afterwards(out: Path, prepare: Prepare = nothing) -> int:
    """The hours after the month, in a child: a few ticks in which nothing more may leave."""

    def work() -> None:
        prepare()
        clock = bot.wiring.FixedClock(AFTERWARDS)
        with play.open_desk(play.prepare(out), os.environ, clock=clock) as desk:
            for _ in range(3):
                Service(desk).tick()
                clock.at += timedelta(minutes=15)

    return forked(work)[0]
