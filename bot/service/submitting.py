"""A lead's mail becomes a submission: its items, its figures, what was set aside, what proof-reading says of it."""

from __future__ import annotations

from bot.core.model import Finding, Item, Person, Section, StatisticsTable, Submission, Theme
from bot.core.planner.replies import Reply
from bot.core.proof import proofread
from bot.core.records import BlobAdded, Change, EditionView
from bot.sections.form import items_from, unprinted
from bot.service import figures
from bot.service.desk import Desk
from bot.service.opening import Opened
from bot.service.proofing import proof_context


def reply_of(desk: Desk, view: EditionView, theme: Theme, person: Person, opened: Opened) -> tuple[Reply, list[Change]]:
    """The reply as the planner takes it, and the bytes of its pictures."""
    reading = opened.reading
    items = tuple(
        item.model_copy(update={"inbound": opened.inbound.id, "person": person.address})
        for item in items_from(reading, opened.request, theme.title)
    )
    read = figures.figures_of(desk, view, theme, opened, items)
    nil = reading.nil and not read.items and read.table is None
    findings = (*reading.findings, *read.findings, *_proof(desk, view, theme, read.items, read.table))
    submission = Submission(
        theme=theme.key,
        revision=0,
        inbound=opened.inbound.id,
        person=person.address,
        items=read.items,
        nil=nil,
        statistics=read.table,
        counts=read.counts,
        leftovers=(*unprinted(reading, items), *reading.leftovers),
        attachments=reading.attachments,
        findings=findings,
        mode="fields" if reading.replaces == "fields" else reading.replaces,
        at=desk.clock.now(),
    )
    unplaced = (
        "" if reading.confidence == "high" else "parts of the reply were hard to place; please look at the draft."
    )
    if not items and not nil and read.table is None:
        unplaced = "the reply holds nothing that could be printed; its author has been told."
    return Reply(submission=submission, person=person, digest=opened.digest, read_as=unplaced), _pictures(
        opened, read.items
    )


def _proof(
    desk: Desk, view: EditionView, theme: Theme, items: tuple[Item, ...], table: StatisticsTable | None
) -> tuple[Finding, ...]:
    """What proof-reading says of this reply alone."""
    section = Section(theme=theme.key, title=theme.title, items=items, statistics=table)
    found = proofread((section,), proof_context(desk, view))
    return tuple(f for f in found if f.code != "empty-section")


def _pictures(opened: Opened, items: tuple[Item, ...]) -> list[Change]:
    """The bytes of the pictures that are printed, by digest: as they were made safe, not as they came."""
    wanted = {block.digest for item in items for block in item.blocks if block.kind == "picture"}
    return [BlobAdded(digest=digest, data=data) for digest, data in opened.pictures.items() if digest in wanted]
