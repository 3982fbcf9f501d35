"""One uninterrupted month, kept as it stood before every step, and the kills of a step compared with it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.crash import months
from tests.crash.ending import Ending, ending_of

LAST = months.LAST


class Reference:
    """A month that nobody killed: a copy before each step, the facts after it, and the names of its effects."""

    def __init__(self, folder: Path, prepare: months.Prepare = months.nothing) -> None:
        months.warm_up()
        self.folder = folder
        self.prepare = prepare
        self._out = folder / "reference"
        self._after: dict[int, Ending] = {}
        self._effects: dict[int, list[str]] = {}
        self._stands_at = 0
        self._end: Ending | None = None

    def before(self, step: int) -> Path:
        """The folder as it stood before ``step`` (0 = before anything: no folder at all)."""
        self._play_to(step)
        return self.folder / f"before-{step:02d}"

    def after(self, step: int) -> Ending:
        """The facts when ``step`` is done."""
        self._play_to(step + 1)
        return self._after[step]

    def effects(self, step: int) -> list[str]:
        """The names of the step's lasting effects, in order."""
        self._play_to(step + 1)
        return self._effects[step]

    @property
    def end(self) -> Ending:
        """The facts of the whole month, with the hours afterwards."""
        if self._end is None:
            out = self.folder / "end"
            self.restore(LAST - 1, out)
            assert months.month(out, prepare=self.prepare) == months.FINISHED
            assert months.afterwards(out, prepare=self.prepare) == months.FINISHED
            self._end = ending_of(out)
        return self._end

    def restore(self, step: int, out: Path) -> None:
        """Put the folder as it stood before ``step`` at ``out``."""
        shutil.rmtree(out, ignore_errors=True)
        if self.before(step).is_dir():
            shutil.copytree(self.before(step), out)
        self.put_back(step, out)

    def keep(self, step: int) -> None:
        """Keep what is not in the folder, as it stands before ``step``: nothing, where the store is."""

    def put_back(self, step: int, out: Path) -> None:
        """Put that back for the month in ``out``."""

    def faults(self, found: Ending, wanted: Ending) -> list[str]:
        """What is wrong with a month that was killed."""
        return found.faults(wanted)

    def _play_to(self, step: int) -> None:
        while self._stands_at < step:
            number = self._stands_at
            self.put_back(number, self._out)
            names = self.folder / "names"
            names.write_text("", "utf-8")
            assert months.month(self._out, until=number + 1, prepare=self.prepare, names=names) == months.FINISHED
            self._effects[number] = names.read_text("utf-8").splitlines()
            self._after[number] = ending_of(self._out)
            shutil.copytree(self._out, self.folder / f"before-{number + 1:02d}")
            self.keep(number + 1)
            self._stands_at = number + 1


def kill_and_go_on(
    reference: Reference, step: int, effect: int, *, to_the_end: bool = False, prepare: months.Prepare = months.nothing
) -> list[str]:
    """Kill the month right after one effect of a step, start it again, and say what is wrong then."""
    out = reference.folder / "killed"
    reference.restore(step, out)
    ended = months.month(out, until=step + 1, kill_at=effect, prepare=prepare)
    if ended != -signal.SIGKILL:
        return [f"there was no effect {effect} to be killed after (ended with {ended})"]
    ended = months.month(out, until=None if to_the_end else step + 1, prepare=prepare)
    if ended != months.FINISHED:
        return [f"it could not go on: ended with {ended}"]
    if to_the_end:
        if months.afterwards(out, prepare=prepare) != months.FINISHED:
            return ["the ticks afterwards failed"]
        return reference.faults(ending_of(out), reference.end)
    return reference.faults(ending_of(out), reference.after(step))


def failures(reference: Reference, step: int, effects: Sequence[int]) -> Iterator[str]:
    """What is wrong after a kill behind each of these effects of a step, one line a fault."""
    names = reference.effects(step)
    for effect in effects:
        for fault in kill_and_go_on(reference, step, effect):
            yield f"step {step}, killed after effect {effect} ({names[effect - 1]}): {fault}"


def spread(count: int, wanted: int) -> list[int]:
    """``wanted`` numbers of 1..count, evenly spread, first and last included; all of them when there are fewer."""
    if count <= wanted:
        return list(range(1, count + 1))
    return sorted({1 + round(at * (count - 1) / (wanted - 1)) for at in range(wanted)})
