"""A cage for parsers: a child process with its own memory and CPU limit, no network, killed when it takes too long.

A parser that is fed hostile bytes may hang or eat memory; here it takes only its own process down, and the caller gets
an InputError with a plain sentence. ``run_caged("bot.sections.document:read", data)`` calls that function with the
bytes in the child; what it returns must be plain JSON data or a pydantic value (which comes back as plain data).
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import Any

from bot.errors import InputError

try:
    import resource
except ImportError:  # Windows: no limits but the clock
    resource = None  # type: ignore[assignment]

LIMITED = resource is not None  # where it is not, nothing that belongs in the cage is opened at all
NO_LIMITS = "no-limits"  # the code of that refusal
MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 20
ANSWER_BYTES_MAX = 100_000_000
_SEND_COPY = "Please open it, copy the text into a mail or save it as a new .docx or .xlsx file, and send that."
_PASTE = "The file cannot be opened safely on this computer; please paste its text or table into the mail."
_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.chmod",
    "shutil.rmtree",
    "urllib.Request",
    "ctypes.dlopen",
)


def run_caged(function: str, data: bytes, *, timeout: float = 30.0, memory: int = MEMORY_BYTES, **options: Any) -> Any:
    """Call ``module:function`` with ``data`` and the (plain) options in a child, and return its answer as plain data.

    Raises InputError: the function's own, or ``cage-timeout``, ``cage-memory``, ``cage-crash``; ``no-limits`` where the
    machine cannot limit a process.
    """
    if ":" not in function or not function.startswith("bot."):
        raise ValueError("a caged function is named bot.module:function")
    if not LIMITED:
        raise InputError(_PASTE, "", NO_LIMITS)
    order = json.dumps({"function": function, "options": options, "memory": memory, "cpu": CPU_SECONDS})
    environment = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LANG", "TZ") if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    environment["PYTHONIOENCODING"] = "utf-8"
    command = [sys.executable, "-B", "-m", "bot.sections.cage"]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, nothing of the mail
            command,
            input=order.encode() + b"\n" + data,
            capture_output=True,
            timeout=timeout,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("Reading the file took too long.", _SEND_COPY, "cage-timeout") from error
    if done.returncode != 0 or not done.stdout:
        raise _crash(done.returncode)
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise InputError(*answer["error"])
    return answer["value"]


def _crash(code: int) -> InputError:
    """What became of a child that gave no answer; it never says more, since its words may hold the file's text."""
    if LIMITED and -code == 24:  # SIGXCPU
        return InputError("Reading the file took too long.", _SEND_COPY, "cage-timeout")
    if code == 12 or -code == 9:
        return InputError("Reading the file needs more memory than it may have.", _SEND_COPY, "cage-memory")
    return InputError("The file could not be read: it is damaged or of an unusual kind.", _SEND_COPY, "cage-crash")


def _limit(memory: int, cpu: int) -> None:
    """Take the limits on, for good. No effect on Windows."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _guard(event: str, details: tuple[Any, ...]) -> None:
    """An audit hook: no network, no process, no file written, whatever a parser thinks it needs."""
    if event in _FORBIDDEN:
        raise PermissionError("not allowed in the cage")
    if event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+"):
        raise PermissionError("not allowed in the cage")


def main() -> int:
    """The child: read the order and the bytes from standard input, answer as JSON on standard output."""
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    module, _, name = str(order["function"]).partition(":")
    function = getattr(importlib.import_module(module), name)
    _limit(int(order["memory"]), int(order["cpu"]))
    sys.addaudithook(_guard)
    try:
        value = function(data, **order["options"])
        answer = {"value": value.model_dump(mode="json") if hasattr(value, "model_dump") else value}
    except InputError as error:
        answer = {"error": [error.message, error.hint, error.code]}
    except MemoryError:
        return 12
    except Exception:  # noqa: BLE001 - whatever a parser raises on hostile bytes is one answer: it cannot be read
        return 13
    text = json.dumps(answer).encode()
    if len(text) > ANSWER_BYTES_MAX:
        return 12
    sys.stdout.buffer.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
