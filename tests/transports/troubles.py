"""What can go wrong at each kind of mailbox: a name as in the page about faults, and how the test world plays it."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest import mock

from tests.transports.certs import Authority
from tests.transports.fake_ews import busy
from tests.transports.fake_ews import fault as ews_fault
from tests.transports.fake_graph import error
from tests.transports.httpd import Answer, Fault
from tests.transports.line_script import Scripted
from tests.transports.smtpd import Step

Trouble = Callable[[Any, Authority], Any]  # gives a context manager
MANY = 99


# ------------------------------------------------------------------------------------------- shared by all servers


@contextmanager
def refused(world: Any, other: Authority) -> Iterator[None]:
    """Nobody listens."""
    with world.away():
        yield


@contextmanager
def no_such_name(world: Any, other: Authority) -> Iterator[None]:
    """The open lines end, and the name of the server is not known any more."""
    with world.away():
        pass
    gone = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with mock.patch.object(socket, "getaddrinfo", side_effect=gone):
        yield


@contextmanager
def folder_deleted(world: Any, other: Authority) -> Iterator[None]:
    """A person deletes our folder Processed while it is empty."""
    world.mailbox.check()
    world.a_person_deletes_our_folder()
    yield


# ------------------------------------------------------------------------------------------------- Graph and EWS


def _scripted(fault: Fault) -> Trouble:
    @contextmanager
    def trouble(world: Any, other: Authority) -> Iterator[None]:
        world.httpd.faults.append(replace(fault))
        yield
        world.httpd.faults.clear()
        with world.httpd.lock:  # the server has done what it was still about to do
            return

    return trouble


def _answers(status: int, graph_code: str, **headers: str) -> Trouble:
    return _scripted(Fault("", answer=error(status, graph_code, **headers), times=MANY))


def _certificate(context: Callable[[Any, Authority], ssl.SSLContext]) -> Trouble:
    @contextmanager
    def trouble(world: Any, other: Authority) -> Iterator[None]:
        with world.away():  # open lines end; the next handshake meets the other certificate
            pass
        good, world.httpd.context = world.httpd.context, context(world, other)
        yield
        world.httpd.context = good

    return trouble


@contextmanager
def _wrong_clock(world: Any, other: Authority) -> Iterator[None]:
    world.httpd.clock_ahead = 3600
    yield
    world.httpd.clock_ahead = 0


HTTP: dict[str, Trouble] = {
    "connection refused": refused,
    "DNS gone": no_such_name,
    "no answer in time": _scripted(Fault("", delay=0.8, times=MANY)),
    "line drops before the server acted": _scripted(Fault("")),
    "line drops after the server acted": _scripted(Fault("", after=True)),
    "half an answer": _scripted(Fault("", half=True)),
    "401 unauthorized": _answers(401, "InvalidAuthenticationToken"),
    "403 forbidden": _answers(403, "ErrorAccessDenied"),
    "404 not found": _answers(404, "ErrorItemNotFound"),
    "410 gone": _answers(410, "SyncStateNotFound"),
    "413 too large": _answers(413, "RequestEntityTooLarge"),
    "429 too many requests": _answers(429, "TooManyRequests", **{"Retry-After": "1"}),
    "500 server fault": _answers(500, "generalException"),
    "503 before the server acted": _answers(503, "ServiceUnavailable"),
    "503 after the server acted": _scripted(Fault("", after=True, answer=Answer(503))),
    "mailbox full": _answers(507, "ErrorQuotaExceeded"),
    "certificate expired": _certificate(lambda world, other: world.authority.server(-10)),
    "certificate of another authority": _certificate(lambda world, other: other.server()),
    "server clock an hour off": _wrong_clock,
    "folder deleted by a person": folder_deleted,
}
EWS: dict[str, Trouble] = {
    **HTTP,
    "ErrorServerBusy": _scripted(Fault("", answer=busy(1500), times=MANY)),
    "mailbox full": _scripted(Fault("", answer=ews_fault("ErrorQuotaExceeded"), times=MANY)),
    "no rights (ErrorAccessDenied)": _scripted(Fault("", answer=ews_fault("ErrorAccessDenied"), times=MANY)),
    "may not send as the mailbox": _scripted(Fault("SendItem", answer=ews_fault("ErrorSendAsDenied"))),
}


# -------------------------------------------------------------------------------------------------- IMAP and SMTP


def _both(imap: Scripted | None, smtp: Step | None) -> Trouble:
    """The same misfortune on both lines."""

    @contextmanager
    def trouble(world: Any, other: Authority) -> Iterator[None]:
        if imap:
            world.imap_line.script.append(replace(imap))
        if smtp:
            world.servers.smtpd.faults.append(replace(smtp))
        yield
        world.imap_line.script.clear()
        world.servers.smtpd.faults.clear()

    return trouble


@contextmanager
def _silence(world: Any, other: Authority) -> Iterator[None]:
    world.imap_line.script.append(Scripted("silence", times=MANY))
    world.smtp_line.silent = True
    yield
    world.imap_line.script.clear()
    world.smtp_line.silent = False


@contextmanager
def _password_refused(world: Any, other: Authority) -> Iterator[None]:
    """The open lines end, and the password is no longer right."""
    with world.away():
        pass
    refusal = Scripted("NO [AUTHENTICATIONFAILED] Authentication failed.", r"LOGIN|AUTHENTICATE", MANY)
    with _both(refusal, Step("auth", "535 5.7.8 no", MANY))(world, other):
        yield


def _both_certificates(context: Callable[[Any, Authority], ssl.SSLContext]) -> Trouble:
    """Both servers speak TLS with a certificate that is not to be believed."""

    @contextmanager
    def trouble(world: Any, other: Authority) -> Iterator[None]:
        before = world.settings
        with world.away(), ExitStack() as stack:
            for line in (world.imap_line, world.smtp_line):
                stack.enter_context(_tls_door(line.port, context(world, other)))
            world.settings = replace(before, imap=replace(before.imap, security="tls"))
            world.reopen()
            yield
        world.settings = before

    return trouble


@contextmanager
def _tls_door(port: int, context: ssl.SSLContext) -> Iterator[None]:
    """Shakes hands with everybody and says no more."""
    server = socket.create_server(("127.0.0.1", port))

    def accept() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with suppress(OSError):
                context.wrap_socket(line, server_side=True).close()

    threading.Thread(target=accept, daemon=True).start()
    yield
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)
    server.close()


IMAP: dict[str, Trouble] = {
    "connection refused": refused,
    "DNS gone": no_such_name,
    "no answer in time": _silence,
    "line drops before the server acted": _both(Scripted("drop"), Step("mail")),
    "line drops after the server acted": _both(Scripted("after"), Step("after")),
    "line drops inside the text": _both(Scripted("half", "FETCH"), Step("body")),
    "half an answer": _both(Scripted("half"), Step("after", "2")),
    "password refused (NO, 535)": _password_refused,
    "no rights (NO, 550 at the sender)": _both(
        Scripted("NO [NOPERM] Not yours", times=MANY), Step("mail", "550 5.7.60 no")
    ),
    "no such folder, no such reader": _both(
        Scripted("NO [NONEXISTENT] Mailbox does not exist", times=MANY), Step("rcpt", "550 5.1.1 no")
    ),
    "too large (NO, 552)": _both(
        Scripted("NO [LIMIT] Too large", "APPEND|FETCH", MANY), Step("before", "552 5.3.4 no")
    ),
    "too many (NO, 450 at the sender)": _both(
        Scripted("NO [LIMIT] Slow down", times=MANY), Step("mail", "450 4.7.0 no")
    ),
    "server fault (NO, 451)": _both(Scripted("NO [SERVERBUG] Oops", times=MANY), Step("before", "451 4.3.0 no")),
    "goes down (BYE, 421) before it acted": _both(Scripted("BYE going down"), Step("before", "421 4.3.2 bye")),
    "odd answer after it acted": _both(Scripted("BAD what"), Step("after", "300 hm")),
    "mailbox full (NO, 452)": _both(
        Scripted("NO [OVERQUOTA] Quota exceeded", "COPY|MOVE|APPEND|CREATE", MANY), Step("rcpt", "452 4.2.2 full")
    ),
    "certificate expired": _both_certificates(lambda world, other: world.authority.server(-10)),
    "certificate of another authority": _both_certificates(lambda world, other: other.server()),
    "folder deleted by a person": folder_deleted,
}


# --------------------------------------------------------------------------------------------------------- folder

READS, WRITES = ("scandir",), ("open", "rename", "replace")


def _disk(number: int, calls: tuple[str, ...], *, after: bool = False) -> Trouble:
    """The disk answers some calls about the mailbox with an error, before or after it did what it was asked."""

    @contextmanager
    def trouble(world: Any, other: Authority) -> Iterator[None]:
        def failing(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(path: Any, *more: Any, **named: Any) -> Any:
                ours = str(path).startswith(str(world.root))
                if ours and after:
                    real(path, *more, **named)
                if ours:
                    raise OSError(number, os.strerror(number), str(path))
                return real(path, *more, **named)

            return call

        with ExitStack() as stack:
            for name in calls:
                stack.enter_context(mock.patch.object(os, name, failing(getattr(os, name))))
            yield

    return trouble


@contextmanager
def _processed_deleted(world: Any, other: Authority) -> Iterator[None]:
    shutil.rmtree(world.root / ".Processed")
    yield


@contextmanager
def _behind(world: Any, other: Authority) -> Iterator[None]:
    world.now -= 3600
    yield
    world.now += 3600


FOLDER: dict[str, Trouble] = {
    "share not mounted": refused,
    "no rights": _disk(errno.EACCES, READS + WRITES),
    "disk full": _disk(errno.ENOSPC, WRITES),
    "disk error before it acted": _disk(errno.EIO, READS + WRITES),
    "disk error after it acted": _disk(errno.EIO, ("rename", "replace"), after=True),
    "clock an hour off": _behind,
    "folder deleted by a person": _processed_deleted,
}
