"""The store as a record: verify, subject-access, store copy."""

from __future__ import annotations

import os
from pathlib import Path

from bot.cli import Options
from bot.commands.shared import say
from bot.errors import InputError
from bot.wiring import load


def _url(options: Options) -> str:
    return load(options.config).store_url(os.environ).get_secret_value()


def verify(options: Options) -> int:
    """Is the store whole? Exit code 3 when a person must look at it."""
    from bot.store.verify import verify as do

    audit = do(_url(options))
    for fault in audit.faults:
        say(f"  {fault}")
    if audit.faults:
        say("The store is not whole. Stop the service, keep a copy of it as it is, and restore the last good backup.")
        return 3
    say(f"The store is whole: {audit.blobs:,} contents match their digests, {audit.lines:,} lines of the audit log.")
    return 0


def subject_access(options: Options, address: str, file: Path) -> int:
    """All that is kept about one person, in one zip."""
    from bot.store.subject import subject_access as do

    if "@" not in address.strip(" @"):
        raise InputError(f"“{address}” is no address.", "Name the person's email address.", "bad-address")
    found = do(_url(options), address, file)
    for name, number in found.items():
        say(f"  {name.replace('_', ' '):<16} {number:>6,}")
    say(f"Written to {file}. It holds other people's words too: look it through before it is handed over.")
    say("Not in it: what the configuration says of the person (themes.toml, csm_list.csv, directory.csv).")
    return 0


def copy(source: str, target: str) -> int:
    """Every row of one store into an empty other one."""
    from bot.store.backup import copy as do

    do(source, target)
    say("Copied. Change store.url in bot.toml to the new store, run `check`, then start the service.")
    return 0
