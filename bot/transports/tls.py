"""TLS for all transports: one context, whom it trusts, and what a failed handshake means in plain words."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from bot.errors import ConfigError, Unavailable


def context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A verifying context: the system's authorities, certifi's, and the council's own in ``ca_file`` (PEM).

    Raises ConfigError when the file cannot be used. Contexts are kept: making one takes a tenth of a second.
    """
    try:
        stat = ca_file.stat() if ca_file else None
    except OSError:
        stat = None  # reading it below says what is wrong
    return _context(ca_file, (stat.st_mtime_ns, stat.st_size) if stat else None)


@lru_cache(maxsize=16)
def _context(ca_file: Path | None, stamp: tuple[int, int] | None) -> ssl.SSLContext:
    made = ssl.create_default_context()
    with suppress(ImportError, OSError):
        import certifi

        made.load_verify_locations(certifi.where())
    if ca_file is not None:
        try:
            made.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"The certificate authority in {ca_file.name} cannot be used.",
                "It must be a readable PEM file that holds at least one certificate.",
                "ca-file",
            ) from error
    return made


def tls_error(error: BaseException) -> ssl.SSLError | None:
    """The TLS error inside an exception of any library, however deep it is wrapped."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or not isinstance(one, BaseException):
            continue
        seen.add(id(one))
        if isinstance(one, ssl.SSLError):
            return one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


def untrusted(host: str, error: ssl.SSLError) -> Unavailable:
    """The server's certificate (or its TLS) is not acceptable: nothing was said to it. What to do about it."""
    text = str(getattr(error, "verify_message", "") or error.reason or error).lower()
    if "expired" in text:
        return Unavailable(
            f"The certificate of {host} has expired.",
            "Ask the administrator of that server to renew it; also compare this machine's clock.",
            "certificate-expired",
        )
    if "hostname" in text or "ip address" in text:
        return Unavailable(
            f"The certificate of {host} is for another name.",
            "Use the host name that the certificate names, or ask the administrator for one that fits.",
            "certificate-name",
        )
    if "certificate" in text or "issuer" in text or "self" in text:
        return Unavailable(
            f"The certificate of {host} comes from an authority that this machine does not know.",
            "If it is the council's own, put the authority's certificate (PEM) into a file and name it as ca_file.",
            "certificate-unknown",
        )
    return Unavailable(f"No protected connection to {host} could be made.", f"TLS says: {text[:200]}.", "tls-failed")


def days_left(certificate: dict[str, object] | None) -> int | None:
    """Whole days until a verified peer certificate (``getpeercert()``) expires; None when it does not say."""
    until = (certificate or {}).get("notAfter")
    if not isinstance(until, str):
        return None
    return int((ssl.cert_time_to_seconds(until) - time.time()) // 86_400)


def server_days_left(host: str, port: int, trust: ssl.SSLContext, timeout: float) -> int | None:
    """Days until the certificate of a TLS server expires. Raises Unavailable with what is wrong with it."""
    try:
        with (
            socket.create_connection((host, port), timeout=timeout) as plain,
            trust.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            return days_left(dict(wrapped.getpeercert() or {}))
    except ssl.SSLError as error:
        raise untrusted(host, error) from error
    except OSError as error:
        raise Unavailable(
            f"{host} does not answer.", "Check the name, the port and the firewall.", "no-answer"
        ) from error
