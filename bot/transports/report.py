"""What `check` says about a mailbox: one line per thing looked at, and what to ask for when it is not well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

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


def mails(number: object) -> str:
    """ "1 mail", "12 mails"; what a server did not say is said too."""
    if not isinstance(number, int):
        return "an unknown number of mails"
    return f"{number} mail{'s' if number != 1 else ''}"


def pace_line(per_minute: int, size: str = "") -> CheckLine:
    """How many mails leave in a minute, after what the server says of their ``size``."""
    pace = f"The bot sends {mails(per_minute)} a minute." if per_minute else "The bot sends without a limit a minute."
    return CheckLine(topic="limits", ok=True, says=f"{size} {pace}".strip())


def newest_mail(at: object, now: float) -> str:
    """How old the newest mail of the inbox is. ``at``: a date or its ISO text as the server gave it (servers give odd
    ones), in UTC where no zone is said; ``now``: seconds since 1970."""
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            at = None
    if not isinstance(at, datetime):
        return "The server does not say when the newest mail came."
    aware = datetime.fromtimestamp(at.timestamp(), UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return f"The newest mail came {_age(now - aware.timestamp())} ago ({aware:%Y-%m-%d %H:%M} UTC)."


def _age(seconds: float) -> str:
    """A span in the unit that a person would use."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}{'s' if number != 1 else ''}"
    return "less than a minute"
