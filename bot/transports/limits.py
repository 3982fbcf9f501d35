"""When we may speak to a server: its own "wait", our pace of sending, and how often a login may be tried."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.errors import LoginFailed, Unavailable
from bot.transports.statefile import StateFile

LOGIN_ATTEMPTS = 3  # domains lock accounts out after 5 to 10
LOGIN_INTERVAL = 1800.0  # seconds between attempts after that
DEFAULT_WAIT = 30.0  # seconds, when a server says "busy" and not how long
NO_LIMIT = 1_000_000  # sends: more than anybody has queued
LONGEST_WAIT = 3600.0  # a server (or a forged header) cannot silence us for longer


class Throttled(Unavailable):
    """The server, or our own pace, says when to try again: ``retry_after`` seconds from now."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message, f"The bot goes on by itself in {_spoken(retry_after)}.", "throttled")
        self.retry_after = retry_after


def _spoken(seconds: float) -> str:
    whole = max(1, math.ceil(seconds))
    if whole < 120:
        return f"{whole} second{'s' if whole != 1 else ''}"
    return f"{math.ceil(whole / 60)} minutes"


def retry_after(value: str | None, now: float) -> float:
    """Seconds from a Retry-After header (a number or a date); the default when it is missing or odd."""
    text = (value or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (aware - datetime.fromtimestamp(now, UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            seconds = DEFAULT_WAIT
    return min(max(seconds, 1.0), LONGEST_WAIT) if math.isfinite(seconds) else DEFAULT_WAIT


class Waiting:
    """A server asked us to wait: until then nobody speaks to it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0

    def ask(self, seconds: float) -> None:
        """The server wants ``seconds`` of silence."""
        self._until = max(self._until, self._clock() + min(max(seconds, 0.0), LONGEST_WAIT))

    def check(self) -> None:
        """Raises Throttled while the server's wait lasts."""
        left = self._until - self._clock()
        if left > 0:
            raise Throttled("The mail server asked the bot to wait.", left)


class Pace:
    """At most ``per_minute`` sends in any 60 seconds; 0 is no limit."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._sends: deque[float] = deque(maxlen=max(per_minute, 1))

    def check(self) -> None:
        """Raises Throttled when another send would be too many."""
        if not self.per_minute or len(self._sends) < self.per_minute:
            return
        left = self._sends[0] + 60.0 - self._clock()
        if left > 0:
            raise Throttled(f"The bot sends {self.per_minute} mails a minute; this one is next.", left)

    def room(self) -> int:
        """How many sends the minute still has room for; a large number without a limit."""
        if not self.per_minute:
            return NO_LIMIT
        since = self._clock() - 60.0
        return self.per_minute - sum(at > since for at in self._sends)

    def wait(self) -> float:
        """Seconds until there is room for a send; 0 when there is."""
        if self.room() > 0:
            return 0.0
        return max(self._sends[0] + 60.0 - self._clock(), 0.0)

    def count(self) -> None:
        """A send was tried."""
        self._sends.append(self._clock())


class LoginGuard:
    """Counts refused logins, over restarts too, so that a wrong password never locks an account out.

    ``state`` keeps the count, ``name`` tells guards apart, ``secret`` is what is tried: another secret starts anew. Of
    the secret the state keeps two bytes of a salted digest, enough to see a change and nothing to guess by.
    """

    def __init__(self, state: StateFile, name: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._name = name
        self._secret = secret
        self._clock = clock

    def check(self) -> None:
        """Raises LoginFailed, without a word to the server, when it is too early for another attempt."""
        failures = int(self._state.number(f"{self._name}.failures"))
        if failures < LOGIN_ATTEMPTS or self._mark() != self._state.text(f"{self._name}.mark"):
            return
        since = self._clock() - self._state.number(f"{self._name}.at")
        if 0 <= since < LOGIN_INTERVAL:
            raise LoginFailed(
                f"The mailbox refused the log-in {failures} times.",
                f"Correct the user name or password. So as not to lock the account the bot tries again in "
                f"{_spoken(LOGIN_INTERVAL - since)}, or at once with a new password.",
                "login-paused",
            )

    def refused(self) -> None:
        """One more attempt was refused."""
        mark = self._mark()
        same = mark == self._state.text(f"{self._name}.mark")
        failures = self._state.number(f"{self._name}.failures") if same else 0
        self._put(failures + 1, self._clock(), mark)

    def accepted(self) -> None:
        """It worked: the count starts anew."""
        if self._state.number(f"{self._name}.failures"):
            self._put(0, self._clock(), self._mark())

    def _put(self, failures: float, at: float, mark: str) -> None:
        values: dict[str, str | float] = {
            f"{self._name}.failures": failures,
            f"{self._name}.at": at,
            f"{self._name}.mark": mark,
        }
        self._state.put(**values)

    def _mark(self) -> str:
        salt = self._state.text("salt")
        if not salt:
            salt = secrets.token_hex(8)
            self._state.put(salt=salt)
        return hashlib.sha256(f"{salt}\n{self._secret}".encode()).hexdigest()[:4]
