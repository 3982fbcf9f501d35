"""A line to a server on this machine that a test can cut: what every proxy of the tests has in common."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Relay(ABC):
    """Listens on ``port`` and connects whoever comes to ``target``; a subclass carries what they say."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self._open: set[socket.socket] = set()
        self._listen()

    @abstractmethod
    def carry(self, near: socket.socket, far: socket.socket) -> None:
        """Carry one connection: ``near`` is the client, ``far`` the server."""

    def _listen(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                near, _ = server.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for line in (near, far):  # what comes in small pieces goes on in small pieces, at once
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open |= {near, far}
            self.carry(near, far)

    def end(self, *lines: socket.socket) -> None:
        """Close some connections."""
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
            self._open.discard(line)

    def stop(self) -> None:
        """Close everything."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for line in list(self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def away(self) -> Iterator[None]:
        """While it lasts, connections are refused and the open ones are cut."""
        self.stop()
        try:
            yield
        finally:
            self._listen()
