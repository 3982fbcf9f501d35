"""Plays the month: each step delivers a mail or lets time pass, ticks the real service, and prints what it did.

A kill at any point is harmless: deliveries into the mailbox are named, the step in hand is written down with its
clock, and what a tick does is worked out from the store. Starting again with the same folder goes on where it was, a
few minutes later: by then the leases of the killed process have run out.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config, load_config
from bot.core.records import Delivery, Edition
from bot.demo.letters import written
from bot.demo.screen import Screen
from bot.demo.script import STEPS, Answers, Step
from bot.errors import InputError
from bot.render.resources import templates_folder
from bot.service import Service
from bot.service.desk import Desk
from bot.service.drafting import HTML_PART, PAGE_PART, TEXT_PART, WORD_PART
from bot.transports.folder import FolderMailbox
from bot.wiring import FixedClock, open_desk

BULLETIN, PERIOD = "ccsu-rag", "2025-08"
PLACE = "demo.json"
PAUSE = timedelta(minutes=11)  # between a kill and the start after it; longer than any lease of the service


def play(out: Path, *, keep: bool = False, verbose: bool = False) -> int:
    """Play the month into ``out`` and say where everything is; 0 when it ended as it should."""
    logging.getLogger("bot").addHandler(logging.NullHandler())
    out = _place_for(out)
    step, stopped_at = _place_in(out)
    if step >= len(STEPS) and not keep:
        _clear(out)
        step, stopped_at = 0, None
    config = prepare(out)
    screen = Screen(verbose)
    screen.title("August 2025, on a folder mailbox, with a simulated clock", resumed=stopped_at is not None)
    clock = FixedClock(stopped_at + PAUSE if stopped_at else STEPS[0].at)
    with open_desk(config, os.environ, clock=clock) as desk:
        service = Service(desk)
        for number, moment in enumerate(STEPS):
            if number < step:
                continue
            clock.at = max(clock.at, moment.at)
            _write_down(out, number, clock.at)
            _play_step(desk, service, number, moment, screen)
            if number + 1 < len(STEPS):
                _write_down(out, number + 1, clock.at)
        ended = _publish(desk, out)
        _write_down(out, len(STEPS), clock.at)
        screen.end(out, config.folder_path() or out, *ended)
    return 0


def _place_for(out: Path) -> Path:
    """The folder, made and tried; InputError where it cannot be one."""
    out = out.resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{PLACE}.part").write_bytes(b"")
        (out / f"{PLACE}.part").unlink()
    except OSError as error:
        why = "it is a file" if out.is_file() else error.strerror
        raise InputError(f"The demonstration cannot be put into {out}: {why}.", "Choose another folder.") from error
    return out


def prepare(out: Path) -> Config:
    """The demonstration's own configuration folder, copied once, and its checked configuration."""
    directory = out / "config"
    if not (directory / "bot.toml").is_file():
        source = templates_folder().parent / "config"
        half = out / "config.part"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(source, half)
        half.rename(directory)
    return load_config(directory, os.environ)


def _clear(out: Path) -> None:
    """Remove what an earlier, finished demonstration left; nothing else in the folder is touched."""
    for name in ("config", "config.part", "var", "bulletin"):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / PLACE).unlink(missing_ok=True)


def _place_in(out: Path) -> tuple[int, datetime | None]:
    """The step in hand and the simulated time when it was written down; (0, None) in a fresh folder."""
    place = out / PLACE
    if not place.is_file():
        return 0, None
    try:
        written_down = json.loads(place.read_text("utf-8"))
        return int(written_down["step"]), datetime.fromisoformat(written_down["clock"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "Remove it to start the month anew, or choose another folder."
        raise InputError(f"{place} is not what a demonstration wrote down.", hint) from error


def _write_down(out: Path, step: int, clock: datetime) -> None:
    part = out / f"{PLACE}.part"
    part.write_text(json.dumps({"step": step, "clock": clock.isoformat()}), "utf-8")
    part.replace(out / PLACE)


def _play_step(desk: Desk, service: Service, number: int, step: Step, screen: Screen) -> None:
    """One moment: the mail arrives, the service ticks, the screen says what left."""
    screen.moment(step.at, step.says)
    before = {delivery.key for delivery in desk.store.deliveries()}
    if step.mail:
        original = _original(desk, step.answers) if step.answers else None
        box = desk.accounts[0].mailbox
        assert isinstance(box, FolderMailbox)
        box.deliver(written(step.mail, step.at, original), f"demo-{number:02d}")
    service.tick()
    fresh = [delivery for delivery in desk.store.deliveries() if delivery.key not in before]
    screen.mails(fresh)
    for sentence in _news(desk, fresh):
        screen.line(sentence)


def _original(desk: Desk, answers: Answers) -> bytes:
    """The newest mail of ours that the person answers."""
    found = [
        delivery
        for delivery in desk.store.deliveries(kind=answers.kind)
        if delivery.recipient == answers.person and answers.words in delivery.key
    ]
    newest = max(found, key=lambda delivery: delivery.queued_at)
    return desk.store.mail_bytes(newest)


def _edition(desk: Desk) -> Edition:
    edition = desk.store.edition(BULLETIN, PERIOD)
    if edition is None:
        raise LookupError("the edition of the demonstration is not there")
    return edition


def _news(desk: Desk, fresh: list[Delivery]) -> Iterator[str]:
    """What the receipts and the draft say, in one line each."""
    kinds = {delivery.kind for delivery in fresh}
    view = desk.store.view(_edition(desk).id)
    if "receipt" in kinds and view.submissions:
        submission = max(view.submissions, key=lambda s: (s.at, s.inbound))
        for finding in submission.findings:
            yield f"in the receipt: {finding.message}"
        if submission.nil:
            yield "in the receipt: a nil return; the bulletin says “Nothing to report this month.”"
    if "draft" in kinds and view.draft is not None:
        for finding in view.draft.findings:
            if finding.severity != "note":
                yield f"in the editor's summary: {finding.where}: {finding.message}"
        for section in view.draft.bulletin.sections:
            if section.statistics is not None:
                figures = " / ".join(f"{value:,}" for value in section.statistics.totals.values())
                yield f"totals worked out from the rows: {figures}"


def _publish(desk: Desk, out: Path) -> tuple[dict[str, Path], dict[str, int]]:
    """Write the approved parts where a person finds them; gives their paths and the readers' mails by state."""
    edition = _edition(desk)
    draft = desk.store.draft(edition.id, edition.approved_draft or 0)
    folder = out / "bulletin"
    folder.mkdir(exist_ok=True)
    paths: dict[str, Path] = {}
    names = {
        WORD_PART: "CCSU RAG update August 2025.docx",
        PAGE_PART: "CCSU RAG update August 2025.html",
        HTML_PART: "mail body.html",
        TEXT_PART: "mail body.txt",
    }
    for part in draft.parts if draft else ():
        if part.name in names:
            path = folder / names[part.name]
            path.write_bytes(desk.store.blob(part.digest))
            paths[part.name] = path
    states: dict[str, int] = {}
    for delivery in desk.store.deliveries(edition.id, "bulletin"):
        states[delivery.state.value] = states.get(delivery.state.value, 0) + 1
    return paths, states
