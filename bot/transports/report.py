"""What `check` says about a mailbox: one line per thing looked at, and what to ask for when it is not well."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.model import Value
from bot.errors import BotError

SOON = 30  # days before a certificate ends that the operator is told


class CheckLine(Value):
    """One thing that was looked at: ``ok`` or not, what was seen in plain words, and what to do about it."""

    topic: str
    ok: bool
    says: str
    todo: str = ""


def looked_at(topic: str, look: Callable[[], str]) -> CheckLine:
    """Look at one thing; an error of ours becomes a line with its own words."""
    try:
        return CheckLine(topic=topic, ok=True, says=look())
    except BotError as error:
        return CheckLine(topic=topic, ok=False, says=error.message, todo=error.hint)


def certificate_line(host: str, days: int | None) -> CheckLine:
    """How long a server's certificate lasts; one that ends soon is not well."""
    if days is None:
        return CheckLine(topic="certificate", ok=True, says=f"{host} shows no date of expiry.")
    return CheckLine(
        topic="certificate",
        ok=days > SOON,
        says=f"The certificate of {host} is valid for {days} more days.",
        todo="" if days > SOON else "Tell the administrator of that server that it must be renewed.",
    )


def clock_line(seconds: float | None) -> CheckLine:
    """How far the server's clock and ours are apart (theirs minus ours); five minutes are too much."""
    if seconds is None:
        return CheckLine(topic="clock", ok=True, says="The server does not say what time it has.")
    far = abs(seconds) > 300
    return CheckLine(
        topic="clock",
        ok=not far,
        says=f"The server's clock differs from this machine's by {abs(round(seconds))} seconds.",
        todo="Switch time synchronisation on for this machine; log-ins fail when clocks differ." if far else "",
    )


def failed_line(topic: str, error: BotError) -> CheckLine:
    """A line for something that could not be looked at."""
    return CheckLine(topic=topic, ok=False, says=error.message, todo=error.hint)
