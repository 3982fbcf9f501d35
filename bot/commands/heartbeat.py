"""The sign of life for the council's monitoring: a file that is touched, an address that is asked, or both.

It is the path that does not need the mailbox. It stops when a pass failed, and while something did not happen by its
day (requests, draft, distribution) or a bulletin has stopped, of which nothing goes late: then the monitoring tells
people, whatever became of our own alerts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.config import Config
from bot.core.planner.overdue import LATE, REQUESTS_MISSED
from bot.service import TickReport
from bot.service.absent import STOPPED
from bot.service.desk import Desk, log

STOPS = (*LATE, REQUESTS_MISSED, STOPPED, "mailbox-unreachable", "login-failed")
ASK_SECONDS = 10.0
STAMP = "heartbeat-url"  # in the data directory: its age says when the address was asked last
Ask = Callable[[str], None]


def beat(config: Config, desk: Desk, report: TickReport, environ: Mapping[str, str], ask: Ask | None = None) -> bool:
    """Give the sign of life after a pass; whether it was given. Never raises: what fails is logged, without the URL."""
    if report.problems or any(problem.code in STOPS for problem in desk.store.problems()):
        return False
    settings = config.heartbeat
    given = settings.file is None or _touch(settings.file)
    url = environ.get(settings.url_env, "") if settings.url_env else ""
    if url:
        stamp = config.data_directory / STAMP
        if _due(stamp, timedelta(minutes=settings.every_minutes)):
            given = _asked(url, ask or ask_by_http) and _touch(stamp) and given
    return given


def _touch(file: Path) -> bool:
    """Touch a file; its directory is made where it is missing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        log.error("the heartbeat file %s cannot be written: %s", file, error.strerror)
        return False
    return True


def _due(stamp: Path, every: timedelta) -> bool:
    """Is it time to ask again? By the machine's clock, as the monitoring's is."""
    from bot.wiring import SystemClock

    try:
        asked = datetime.fromtimestamp(stamp.stat().st_mtime, tz=SystemClock().now().tzinfo)
    except OSError:
        return True
    return not asked <= SystemClock().now() < asked + every


def _asked(url: str, ask: Ask) -> bool:
    if urlsplit(url).scheme not in ("http", "https"):
        log.error("the heartbeat's address is neither http nor https; nothing was asked")
        return False
    try:
        ask(url)
    except (OSError, ValueError) as error:
        log.error("the heartbeat's address did not answer (%s)", type(error).__name__)
        return False
    return True


def ask_by_http(url: str) -> None:
    """One GET; OSError when it is not answered with success."""
    import httpx

    try:
        answer = httpx.get(url, timeout=ASK_SECONDS, follow_redirects=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(type(error).__name__) from None
