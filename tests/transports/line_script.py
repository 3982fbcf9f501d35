"""A line to a plain IMAP server on which a script answers some commands: NO, BYE, silence, half an answer."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass

from tests.transports.relay import Relay

QUIET = ("CAPABILITY", "LOGOUT", "NOOP", "ID", "ENABLE")


@dataclass
class Scripted:
    """What becomes of the next ``times`` commands whose name matches ``match``.

    ``how`` is drop (the server never sees it), after (it acts, its answer is lost), half (half of its answer comes),
    silence (it never sees it and nobody answers), or the answer itself ("NO [OVERQUOTA] Full", "BYE going down").
    """

    how: str
    match: str = r"(?!LOGIN|AUTHENTICATE)"
    times: int = 1


class ScriptedLine(Relay):
    """A proxy that reads the client's commands; ``script`` says what goes wrong."""

    def __init__(self, target: int) -> None:
        self.script: list[Scripted] = []
        super().__init__(target)

    def carry(self, near: socket.socket, far: socket.socket) -> None:
        """Commands one way, answers the other."""
        state: dict[str, bool] = {"after": False, "half": False}
        threading.Thread(target=self._down, args=(far, near, state), daemon=True).start()
        threading.Thread(target=self._up, args=(near, far, state), daemon=True).start()

    def _next(self, command: str) -> Scripted | None:
        for fault in self.script:
            if fault.times and command not in QUIET and re.match(fault.match, command):
                fault.times -= 1
                return fault
        return None

    def _up(self, near: socket.socket, far: socket.socket, state: dict[str, bool]) -> None:
        """Commands, line by line; what is no command (literals, their rest) goes through."""
        with suppress(OSError), near.makefile("rb") as lines:
            for line in lines:
                found = re.match(rb"([A-Z]+\d+) (?:UID )?([A-Z]+)", line)
                fault = self._next(found[2].decode()) if found else None
                if fault is None or found is None:
                    far.sendall(line)
                    continue
                if fault.how in ("after", "half"):
                    state[fault.how] = True
                    far.sendall(line)
                elif fault.how == "drop":
                    break
                elif fault.how.startswith("BYE"):
                    near.sendall(b"* " + fault.how.encode() + b"\r\n")
                    break
                elif fault.how != "silence":
                    near.sendall(found[1] + b" " + fault.how.encode() + b"\r\n")
        self.end(near, far)

    def _down(self, far: socket.socket, near: socket.socket, state: dict[str, bool]) -> None:
        with suppress(OSError):
            while data := far.recv(65_536):
                if state["after"]:
                    break
                near.sendall(data[: len(data) // 2] if state["half"] else data)
                if state["half"]:
                    break
        self.end(near, far)
