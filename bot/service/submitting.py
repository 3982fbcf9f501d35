"""A lead's mail becomes a submission: its items, its figures, what was set aside, what proof-reading says of it."""

from __future__ import annotations

from bot.core.assemble import of_theme
from bot.core.mending import words_pattern
from bot.core.model import (
    Finding,
    Item,
    Person,
    Section,
    StatisticsTable,
    Submission,
    Theme,
    block_text,
)
from bot.core.planner.replies import Reply
from bot.core.proof import ProofContext, finding_key, proofread
from bot.core.questions import to_ask
from bot.core.records import BlobAdded, Change, EditionView
from bot.sections.form import items_from, unprinted
from bot.sections.nil import says_thanks
from bot.service import figures
from bot.service.desk import Desk
from bot.service.facts import person_of
from bot.service.figures import STATISTICS_PLACE
from bot.service.hearing import Said, said_in
from bot.service.opening import Opened
from bot.service.proofing import proof_context
from bot.service.sections import section_of

NOTHING_PRINTED = "There was nothing to print in this mail, so nothing was changed."
ONLY_HERE = ("note-to-editor", "as-last-month")  # findings of reading, which proof-reading does not make again


def reply_of(desk: Desk, view: EditionView, theme: Theme, person: Person, opened: Opened) -> tuple[Reply, list[Change]]:
    """The reply as the planner takes it, and the bytes of its pictures."""
    said = said_in(desk, view, theme, person, opened)
    reading = said.reading
    source = {"inbound": opened.inbound.id, "person": person.address}
    items = tuple(item.model_copy(update=source) for item in items_from(reading, opened.request, theme.title))
    read = figures.figures_of(desk, view, theme, opened, (*items, *said.items), person)
    nil = (reading.nil or said.nil) and not read.items and read.table is None
    found = (*reading.findings, *said.findings, *read.findings)
    context = proof_context(desk, view)
    submission = Submission(
        theme=theme.key,
        revision=1 + max((s.revision for s in view.submissions if s.theme == theme.key), default=0),
        inbound=opened.inbound.id,
        person=person.address,
        items=read.items,
        nil=nil,
        statistics=read.table,
        counts=read.counts,
        leftovers=(*said.leftovers, *unprinted(reading, items), *reading.leftovers),
        attachments=reading.attachments,
        findings=(*found, *_proof(context, theme, read.items, read.table)),
        mode="fields" if reading.replaces == "fields" else reading.replaces,
        mends=said.changes,
        accepted=tuple(said.heard.accepted),
        printed_again=said.printed_again,
        at=desk.clock.now(),
    )
    submission = submission.model_copy(update={"questions": _questions(desk, view, theme, submission, found, context)})
    empty = _is_empty(submission, said)
    reply = Reply(
        submission=submission,
        person=person,
        digest=opened.digest,
        read_as=read.ask or _unplaced(said, empty),
        sent_by=_sent_by(desk, view, person, opened),
        told=(*said.told, NOTHING_PRINTED) if empty else tuple(said.told),
        passed=said.passed,
    )
    return reply, _pictures(opened, read.items)


def _is_empty(submission: Submission, said: Said) -> bool:
    """Whether a mail brings nothing, and is no thank-you for the receipt either."""
    understood = said.passed or said.changes or said.heard.lines or said.told
    brings = submission.items or submission.nil or submission.statistics is not None
    return not (brings or understood or (says_thanks(said.reading.new_text) and not submission.attachments))


def _unplaced(said: Said, empty: bool) -> str:
    """How sure we are of the reading, for the editor; "" when nothing is in doubt."""
    if empty:
        return "the reply holds nothing that could be printed; its author has been told."
    if said.reading.confidence == "high":
        return ""
    return "parts of the reply were hard to place; please look at the draft."


def _sent_by(desk: Desk, view: EditionView, person: Person, opened: Opened) -> Person | None:
    """Who sent the mail for somebody else: the forwarder, or the one whom "on behalf of" names. None: the author."""
    config = desk.bulletins[view.edition.bulletin]
    if opened.author and opened.author != person.address:
        return person_of(config, opened.author)
    sender = opened.message.get("sender") if opened.message else ""
    address = sender.rpartition("<")[2].strip("<> ").lower()
    same_house = address.rpartition("@")[2] == person.address.rpartition("@")[2]
    ours = address == config.sender.address
    return person_of(config, address) if address and address != person.address and same_house and not ours else None


def _questions(
    desk: Desk,
    view: EditionView,
    theme: Theme,
    submission: Submission,
    found: tuple[Finding, ...],
    context: ProofContext,
) -> tuple[Finding, ...]:
    """What the receipt asks: everything that is open in the section as it will be printed, at most five."""
    seen = view.model_copy(update={"submissions": (*view.submissions, submission)})
    section = section_of(desk, seen, theme)
    context = context.model_copy(update={"accepted": context.accepted.union(submission.accepted)})
    proof = proofread((section,), context) if section.items else ()
    earlier = [f for s in of_theme(theme.key, view.submissions)[-1:] for f in s.questions if f.code in ONLY_HERE]
    asked = (*earlier, *(f for f in found if not f.where.startswith(STATISTICS_PLACE)), *proof)
    texts = [block_text(block) for item in section.items for block in item.blocks]
    return to_ask([f for f in asked if finding_key(f) not in context.accepted and _stands(f, texts)])


def _stands(finding: Finding, texts: list[str]) -> bool:
    """Whether the words of a finding of reading are still in the section."""
    if finding.code not in ONLY_HERE or not finding.exact:
        return True
    pattern = words_pattern(finding.exact)
    return any(pattern.search(text) for text in texts)


def _proof(
    context: ProofContext, theme: Theme, items: tuple[Item, ...], table: StatisticsTable | None
) -> tuple[Finding, ...]:
    """What proof-reading says of this reply alone."""
    section = Section(theme=theme.key, title=theme.title, items=items, statistics=table)
    found = proofread((section,), context)
    return tuple(f for f in found if f.code != "empty-section")


def _pictures(opened: Opened, items: tuple[Item, ...]) -> list[Change]:
    """The bytes of the pictures that are printed, by digest: as they were made safe, not as they came."""
    wanted = {block.digest for item in items for block in item.blocks if block.kind == "picture"}
    return [BlobAdded(digest=digest, data=data) for digest, data in opened.pictures.items() if digest in wanted]
