"""run and tick."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.cli import Options
from bot.commands.clockwatch import STAMP, ClockWatch
from bot.commands.heartbeat import beat
from bot.commands.shared import desk_for, say
from bot.config import Config
from bot.errors import BotError, OutOfDate, SchemaMismatch
from bot.service import Service, TickReport
from bot.service.clocks import still
from bot.service.desk import Desk, log

A_FEW_MORE = 3.0  # seconds to wait beyond the first moment of room in a minute's limit, so that a few mails have room
MISSED_TICKS = 3  # after so many the watchdog wakes the job: a clock that was set back loses ticks


def tick(options: Options, now: str | None) -> int:
    """One pass; 0 done, 3 a person is needed, 4 the mailbox did not answer."""
    with desk_for(options, now) as (config, desk):
        moved = _watch_clock(config, desk) if now is None else still
        report = Service(desk, moved=moved).tick()
        beat(config, desk, report, os.environ)
        say(summary(report))
        codes = {problem.code for problem in desk.store.problems()}
        if codes & {"mailbox-unreachable", "login-failed"}:
            return 4
        return 3 if codes else 0


def _watch_clock(config: Config, desk: Desk) -> Callable[[datetime], timedelta]:
    """What tells how far the machine's clock was moved."""
    return ClockWatch(config.data_directory / STAMP, desk.store.newest_line).moved


def summary(report: TickReport) -> str:
    """One line about a tick."""
    return (
        f"{report.received} received, {report.handled} read, {report.left} sent."
        if not report.idle
        else "Nothing to do."
    )


def run(options: Options) -> None:
    """The service: one job of APScheduler, a watchdog beside it, until SIGTERM or SIGINT."""
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    with desk_for(options) as (config, desk):
        service = Service(desk, moved=_watch_clock(config, desk))
        stopping = threading.Event()
        refused: list[BotError] = []
        last = {"tick": time.monotonic()}

        def job() -> None:
            last["tick"] = time.monotonic()
            try:
                report = attempt(service, config, desk)
            except (SchemaMismatch, OutOfDate) as error:
                refused.append(error)
                stopping.set()
                return
            if report is None:
                return
            if not report.idle:
                log.info("tick: %s", summary(report))
            if report.again_in is not None and report.again_in + A_FEW_MORE < config.poll_seconds:
                soon = desk.clock.now() + timedelta(seconds=report.again_in + A_FEW_MORE)
                scheduler.modify_job("tick", next_run_time=soon)

        def stop(number: int, frame: Any) -> None:
            service.stop()
            stopping.set()

        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop)
        scheduler = BackgroundScheduler(timezone="Europe/London")
        every = IntervalTrigger(seconds=config.poll_seconds)
        scheduler.add_job(job, every, id="tick", coalesce=True, max_instances=1, misfire_grace_time=None)
        scheduler.start()
        log.info("started; one tick every %s seconds", config.poll_seconds)
        scheduler.modify_job("tick", next_run_time=desk.clock.now())
        watch(scheduler, config.poll_seconds, last, stopping)
        scheduler.shutdown(wait=True)
        log.info("stopped")
        for error in refused:
            raise error


def attempt(service: Service, config: Config, desk: Desk) -> TickReport | None:
    """One pass of the service, with its sign of life; None when it failed: that is logged in a sentence, and the next
    one tries again. Raises SchemaMismatch when a newer program has migrated the store, and OutOfDate when another bot
    works on a bulletin that this one does not know: this one must end."""
    try:
        report = service.tick()
        beat(config, desk, report, os.environ)
    except (SchemaMismatch, OutOfDate):
        raise
    except BotError as error:
        log.error("a pass failed: %s", error)
        return None
    except Exception:  # noqa: BLE001 - whatever it is, the service goes on; the log says where it was
        log.exception("a pass failed")
        return None
    return report


def watch(
    scheduler: Any,
    poll_seconds: int,
    last: dict[str, float],
    stopping: threading.Event,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Wake the job when it missed its intervals: APScheduler loses ticks when the wall clock is set back."""
    while not stopping.wait(min(poll_seconds, 5)):
        if monotonic() - last["tick"] > MISSED_TICKS * poll_seconds:
            from bot.wiring import SystemClock

            log.warning("the scheduler missed %s ticks; it is woken", MISSED_TICKS)
            last["tick"] = monotonic()
            scheduler.modify_job("tick", next_run_time=SystemClock().now())
