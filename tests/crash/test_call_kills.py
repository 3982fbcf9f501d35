"""kill -9 at every system call that leaves something on the disk, in the step that reads a reply and sends its receipt;
and calls that fail, as on a full or broken disk.

strace takes hold of the forked child and kills it at the N-th call of one kind; N goes up until the step gets through.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bot.demo import play
from tests.crash import months
from tests.crash.ending import ending_of
from tests.crash.steps import Reference
from tests.crash.tracing import NO_STRACE, strace_works

STEP = 2  # a reply from Outlook arrives and its receipt leaves
# The calls, and every which of them: there are about two hundred pwrite64, half a second each.
CALLS = (("fdatasync", 1), ("fsync", 1), ("rename", 1), ("pwrite64", 2), ("write", 1), ("ftruncate", 1), ("unlink", 1))
MOST = 400
SECONDS = 20.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not strace_works(), reason=NO_STRACE),
]


def traced(child: int) -> bool:
    """Whether somebody traces this process."""
    status = Path(f"/proc/{child}/status").read_text("ascii")
    return "TracerPid:\t0\n" not in status


def killed_at(out: Path, call: str, number: int) -> int:
    """Play the step in a child that is killed at this call; how it ended."""
    return _traced_child(out, call, f"inject={call}:signal=KILL:when={number}")


def _traced_child(out: Path, call: str, inject: str) -> int:
    """Play the step in a child that strace does something to; how it ended."""

    def work() -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        months._until(STEP + 1)
        with_step_done(out)

    _, child = months.forked(work, wait=False)
    os.waitpid(child, os.WUNTRACED)
    command = ["strace", "-f", "-qq", "-p", str(child), "-e", f"trace={call}", "-o", "/dev/null"]
    tracer = subprocess.Popen([*command, "-e", inject], stderr=subprocess.DEVNULL)
    end = time.monotonic() + SECONDS
    while not traced(child) and time.monotonic() < end:
        time.sleep(0.005)
    os.kill(child, signal.SIGCONT)
    ended = months.waited(child)
    tracer.wait()
    return ended


def with_step_done(out: Path) -> None:
    """The month in ``out`` until the step is done."""
    try:
        play.play(out)
    except months.StepDone:
        return


@pytest.mark.parametrize(("call", "stride"), CALLS)
def test_a_kill_at_any_lasting_call_changes_nothing(reference: Reference, call: str, stride: int) -> None:
    out = reference.folder / f"call-{call}"
    wanted = reference.after(STEP)
    kills = 0
    for number in range(1, MOST, stride):
        reference.restore(STEP, out)
        ended = killed_at(out, call, number)
        if ended == months.FINISHED:
            break
        assert ended == -signal.SIGKILL
        kills += 1
        assert months.month(out, until=STEP + 1) == months.FINISHED
        assert ending_of(out).faults(wanted) == [], f"killed at {call} {number}"
    assert number < MOST - stride
    assert kills > 0 or call in ("ftruncate", "unlink", "fsync", "rename")


def failing(out: Path, call: str, error: str, number: int) -> int:
    """Play the step in a child whose N-th call of a kind fails; how it ended."""
    return _traced_child(out, call, f"inject={call}:error={error}:when={number}")


@pytest.mark.parametrize(("call", "error"), [("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("fsync", "EIO")])
@pytest.mark.parametrize("number", [1, 2, 4, 8, 16, 32])
def test_a_disk_that_refuses_a_write_or_a_sync_changes_nothing(
    reference: Reference, call: str, error: str, number: int
) -> None:
    """The step may end early and be done by the next one; nothing is lost, spoilt or sent twice."""
    out = reference.folder / f"refused-{call}"
    reference.restore(STEP, out)
    assert failing(out, call, error, number) in (months.FINISHED, months.FAILED)
    assert months.month(out, until=STEP + 2) == months.FINISHED
    assert ending_of(out).faults(reference.after(STEP + 1)) == []
