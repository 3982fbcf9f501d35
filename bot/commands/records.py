"""The store as a record: verify, subject-access, store copy."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.cli import Options
from bot.commands.shared import say
from bot.core.records import LogHead
from bot.errors import InputError
from bot.wiring import load


def _url(options: Options) -> str:
    return load(options.config).store_url(os.environ).get_secret_value()


_HEAD = re.compile(r"(?:line\s+)?(\d{1,18})[\s,:]+((?:[0-9a-f]\s*){16,64})\.?", re.IGNORECASE)


def _head(words: str) -> LogHead:
    """A line of the log as a draft mail prints it: "line 12, 3f2a 9c1b 77d0 e4a5"."""
    found = _HEAD.fullmatch(words.strip())
    if found is None:
        raise InputError(
            f"“{words}” is no line of the log.",
            "Copy it from the draft mail: line 12, 3f2a 9c1b 77d0 e4a5.",
            "bad-head",
        )
    return LogHead(number=int(found[1]), hash="".join(found[2].split()).lower())


def verify(options: Options, head: str | None = None) -> int:
    """Is the store whole, and does its log still hold a line that a draft mail printed? Exit code 3 when a person must
    look at it."""
    from bot.store.verify import verify as do

    wanted = _head(head) if head is not None else None
    audit = do(_url(options), wanted)
    for fault in audit.faults:
        say(f"  {fault}")
    if audit.faults:
        say("The store is not whole. Stop the service, keep a copy of it as it is, and restore the last good backup.")
        return 3
    say(f"The store is whole: {audit.blobs:,} contents match their digests, {audit.lines:,} lines of the audit log.")
    if wanted is None:
        return 0
    if not audit.head_of:  # most likely mistyped: nobody should stop a service for that
        say(f"But its log does not hold line {wanted.number} with those digits. Compare them with the draft mail.")
        say("If it says the same, the log was written anew since, or a backup older than the mail was put back.")
        return 3
    say(f"The log of {audit.head_of} holds that line as the mail printed it, and nothing before it was changed.")
    return 0


def subject_access(options: Options, address: str, file: Path) -> int:
    """All that is kept under a person's address, in one zip."""
    from bot.store.subject import subject_access as do

    if "@" not in address.strip(" @"):
        raise InputError(f"“{address}” is no address.", "Name the person's email address.", "bad-address")
    found = do(_url(options), address, file)
    for name, number in found.items():
        say(f"  {name.replace('_', ' '):<16} {number:>6,}")
    say(f"Written to {file}. It holds other people's words too: look it through before it is handed over.")
    say("Not in it: what the configuration says of the person (themes.toml, csm_list.csv, directory.csv), what names")
    say("the person without this address, what stands in other people's mails and in the files of a draft; backups.")
    return 0


def copy(source: str, target: str) -> int:
    """Every row of one store into an empty other one."""
    from bot.store.backup import copy as do

    do(source, target)
    say("Copied. Change store.url in bot.toml to the new store, run `check`, then start the service.")
    return 0
