"""The lock names the extras that locked packages ask for: without them pip may take a newer release and refuse it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_LINE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?==", re.MULTILINE)


def test_every_extra_that_a_locked_package_asks_for_stands_in_the_lock() -> None:
    found = _LINE.findall(LOCK.read_text("utf-8"))
    locked = {canonicalize_name(name): set(filter(None, extras.split(","))) for name, extras in found}
    asked: dict[str, set[str]] = {}
    for package, extras in locked.items():
        try:
            lines = requires(package) or []
        except PackageNotFoundError:  # of another platform
            continue
        for one in map(Requirement, lines):
            if one.extras and any(not one.marker or one.marker.evaluate({"extra": e}) for e in ("", *extras)):
                asked.setdefault(canonicalize_name(one.name), set()).update(one.extras)
    missing = {name: extras - locked[name] for name, extras in asked.items() if name in locked}
    assert asked["coverage"] == {"toml"}
    assert {name: extras for name, extras in missing.items() if extras} == {}
