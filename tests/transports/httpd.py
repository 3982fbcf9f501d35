"""A loopback HTTPS server for the fakes: it plays a script of faults before or after it does what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol


@dataclass
class Answer:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What goes wrong at the next ``times`` requests whose operation contains ``match``.

    ``after``: the server does what it was asked first (the mail is accepted). ``answer`` None = the line is dropped;
    ``half``: only half of the real answer comes.
    """

    match: str
    after: bool = False
    answer: Answer | None = None
    half: bool = False
    times: int = 1
    delay: float = 0  # seconds before anything happens


class App(Protocol):
    """What stands behind the server."""

    def operation(self, method: str, path: str, body: bytes) -> str: ...

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer: ...


class Httpd:
    """Serves an app over TLS on 127.0.0.1; ``faults`` is the script, ``seen`` every operation in order."""

    def __init__(self, app: App, context: ssl.SSLContext) -> None:
        self.app = app
        self.context = context
        self.faults: list[Fault] = []
        self.seen: list[str] = []
        self.drop_at: tuple[int, bool] | None = None  # drop the line at the n-th request from now; True = after acting
        self.clock_ahead = 0.0  # seconds by which the Date of answers is ahead
        self.lock = threading.RLock()
        self.line: dict[str, object] = {}  # what the app keeps about the connection that it answers just now
        self._open: set[socket.socket] = set()
        self._server = self._listen(0)
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def _listen(self, port: int) -> ThreadingHTTPServer:
        owner, handler = self, _handler(self)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            block_on_close = False

            def get_request(self) -> tuple[socket.socket, object]:
                plain, address = super().get_request()
                return owner.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, *args: object) -> None:
                """A client that does not like our certificate is part of some tests."""

        server = Server(("127.0.0.1", port), handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    def _fault(self, operation: str) -> Fault | None:
        if self.drop_at is not None:
            number, after = self.drop_at
            self.drop_at = (number - 1, after) if number > 1 else None
            if number == 1:
                return Fault(operation, after=after)
        for fault in self.faults:
            if fault.times and fault.match in operation:
                fault.times -= 1
                return fault
        return None

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.lock:
            operation = self.app.operation(handler.command, handler.path, body)
            self.seen.append(operation)
            fault = self._fault(operation)
            answer = None
            self.line = handler.__dict__.setdefault("line", {})
            if fault and fault.delay:
                time.sleep(fault.delay)
            if fault is None or fault.after or fault.half:
                answer = self.app.answer(handler.command, handler.path, headers, body)
            if fault and not fault.half:
                answer = fault.answer
        if answer is None:
            handler.close_connection = True
            with suppress(OSError):
                handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body[: len(answer.body) // 2] if fault and fault.half else answer.body)
        handler.wfile.flush()
        if fault and fault.half:
            handler.close_connection = True

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def away(self) -> Iterator[None]:
        """While it lasts, connections are refused and the open ones are closed."""
        self.stop()
        try:
            yield
        finally:
            self._server = self._listen(self.port)


def _handler(owner: Httpd) -> type[BaseHTTPRequestHandler]:
    """The class that reads requests from one connection and has ``owner`` answer them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def setup(self) -> None:
            super().setup()
            owner._open.add(self.connection)

        def finish(self) -> None:
            owner._open.discard(self.connection)
            with suppress(OSError, ValueError):
                super().finish()

        def handle(self) -> None:
            with suppress(OSError, ValueError, ssl.SSLError):
                super().handle()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + owner.clock_ahead)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            owner.serve(self, body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the library's names

    return Handler
