"""Any mail to a Reading: what it is, what of it is the sender's own, what was set aside and why.

Conservation is the rule: every visible character of the mail is in a block or in a leftover.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from bot.core import keys
from bot.core.model import (
    AttachmentUse,
    Finding,
    Leftover,
    MailClass,
    PlacedBlock,
    Reading,
    Severity,
    block_text,
)
from bot.mail.autoreply import alternates, return_date
from bot.mail.bounce import bounces
from bot.mail.html import html_lines
from bot.mail.kinds import classify
from bot.mail.lines import CHARS_MAX, Line, Mark, key, within_reason
from bot.mail.parse import Body, Message
from bot.mail.quoting import own_zones
from bot.mail.signature import mark_signed
from bot.mail.text import text_lines
from bot.sections.attachments import read_attachments
from bot.sections.form import Request
from bot.sections.nil import is_cover, is_greeting, says_as_last_month, says_nil
from bot.sections.notes import part_notes, part_sign_off, sentences_say
from bot.sections.place import Placement, place
from bot.sections.prose import placed_blocks
from bot.sections.sealed import is_sealed
from bot.sections.wordform import answers_in_form

_WORD = re.compile(r"\w{3,}")
_BRACKETED = re.compile(r"\[([A-Za-z0-9]+(?:-[A-Za-z0-9]+){2,})\]")


def read_reply(message: Message, request: Request | None = None, blobs: dict[str, bytes] | None = None) -> Reading:
    """Read a mail, with the request that it answers where it is known. Never raises on content.

    ``blobs``, when given, receives the bytes of every picture in the blocks, by digest.
    ``blocks`` keep greetings and cover lines (``form.items_from`` leaves them out of the items); for anything but a
    reply there are no blocks and the text is in ``leftovers``.
    """
    with _no_collection(sum(len(body.text or "") + len(body.html or "") for body in message.bodies)):
        return _read(message, request, blobs)


@contextmanager
def _no_collection(size: int) -> Iterator[None]:
    """Reading makes many small objects and no cycles: on a long mail Python's collector would look at all of them
    again and again, and the time would grow with the square of the size."""
    pause = size > 200_000 and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def _read(message: Message, request: Request | None, blobs: dict[str, bytes] | None) -> Reading:
    kind, _ = classify(message)
    lines, notes = body_lines(message)
    tokens = _tokens(message, lines)
    base = Reading(
        mail_class=kind,
        author=message.from_addresses[0] if message.from_addresses else "",
        tokens=tokens,
        request_token=_request_token(message, lines, request, tokens),
        findings=tuple(notes),
    )
    if kind in (MailClass.REPLY, MailClass.UNKNOWN, MailClass.COMMAND, MailClass.OWN):
        return _reply(base, message, request, lines, blobs)
    return _automatic(base, message, lines)


def body_lines(message: Message) -> tuple[list[Line], list[Finding]]:
    """The lines of all bodies: HTML where it shows anything, else text; a finding when the two say different things."""
    lines: list[Line] = []
    notes: list[Finding] = []
    for body in message.bodies:
        lines.extend(_one_body(body, notes))
    lines = within_reason(lines)
    for line in lines:
        if line.marks & Mark.HIDDEN:
            line.reason = "hidden"
    return lines, notes


def _one_body(body: Body, notes: list[Finding]) -> list[Line]:
    html = html_lines(body.html) if body.html and body.html.strip() else []
    shown = any((line.text or line.kind == "picture") and not line.marks & Mark.HIDDEN for line in html)
    if body.text is None or not body.text.strip():
        return html
    if not shown:
        return html + text_lines(body.text, body.flowed, body.delsp)
    missing = _missing_words(body.text, html)
    if len(missing) >= 5:
        notes.append(
            Finding(
                code="alternatives-differ",
                severity=Severity.WARNING,
                text=" ".join(missing[:12]),
                message="The plain-text copy of this mail says something that its formatted text does not.",
            )
        )
        html.append(Line(body.text.strip(), body.text.strip(), reason="plain_text_copy"))
    return html


def _missing_words(text: str, html: list[Line]) -> list[str]:
    """Words of the text alternative that the HTML lacks (addresses behind links are no words)."""
    text = text[:CHARS_MAX]
    stripped = re.sub(r"<[^<>\s]{1,2000}>|\b\w{1,12}://\S+|\[(?:cid|image):[^\[\]]*\]", " ", text)
    shown = {
        word.casefold()
        for line in html
        for word in _WORD.findall(f"{line.raw} {line.picture.alt if line.picture else ''}")
    }
    return [word for word in dict.fromkeys(_WORD.findall(stripped)) if word.casefold() not in shown]


# -------------------------------------------------------------------------------------------------- replies


def _reply(
    base: Reading, message: Message, request: Request | None, lines: list[Line], blobs: dict[str, bytes] | None
) -> Reading:
    mailbox = message.to[0] if message.to else ""
    placement = place(lines, request, message.from_name, message.subject, base.author, mailbox)
    for zone, _ in own_zones(placement.lines):
        mark_signed(placement.lines, zone, message.from_name)
    placement.lines = part_sign_off(part_notes(placement.lines), message.from_name)
    if is_sealed(message, placement.lines):
        placement.unsure = True
    attached = read_attachments(message, placement.lines)
    blocks = placed_blocks(placement.lines)
    new_text = own_text(placement.lines)
    findings = [*base.findings, *_edit_findings(placement), *placement.findings]
    leftovers = leftovers_of(placement.lines)
    blocks, nested, more = _nested(message, request, blocks)
    leftovers += nested
    new_text = "\n\n".join(text for text in (new_text, more) if text)
    blocks = attached.resolve(blocks) + answers_in_form(attached.blocks, request)
    if blobs is not None:
        blobs.update(attached.blobs)
    said = [placed for placed in blocks if placed.block.kind not in ("picture",)]
    whole = "\n".join(block_text(placed.block) for placed in said)
    nil = bool(said) and not attached.has_content and says_nil(whole)
    if says_as_last_month(whole):
        findings.append(_as_last_month(whole))
    return base.model_copy(
        update={
            "author": _author(base.author, placement),
            "forwarded_by": base.author if placement.passed_on else None,
            "blocks": tuple(blocks),
            "leftovers": tuple(leftovers),
            "attachments": tuple(attached.uses),
            "nil": nil,
            "confidence": _confidence(placement, [*findings, *attached.findings], blocks, request),
            "findings": (*findings, *attached.findings),
            "new_text": new_text,
            "replaces": _replaces(blocks, new_text, placement),
        }
    )


def own_text(lines: Sequence[Line]) -> str:
    """The sender's own lines as they stood, blank lines between blocks."""
    out: list[str] = []
    for line in lines:
        if line.reason or not line.text:
            continue
        if out and line.blank_before:
            out.append("")
        out.append(line.raw.strip("\n"))
    return "\n".join(out)


def leftovers_of(lines: Sequence[Line]) -> list[Leftover]:
    """What was set aside, neighbours of one reason together, each line as it stood."""
    found: list[Leftover] = []
    kept = (line for line in lines if line.raw or line.text)
    for reason, group in groupby(kept, key=lambda line: line.reason):
        if reason:
            found.append(Leftover(text="\n".join(line.raw or line.text for line in group), reason=reason))
    return found


def _nested(
    message: Message, request: Request | None, blocks: list[PlacedBlock]
) -> tuple[list[PlacedBlock], list[Leftover], str]:
    """A mail attached to this one: its own text counts when this mail says nothing of its own.

    Gives (all blocks, more leftovers, more of the sender's own text).
    """
    leftovers: list[Leftover] = []
    texts: list[str] = []
    for inner in message.nested:
        lines, _ = body_lines(inner)
        said = [block_text(placed.block) for placed in blocks if placed.block.kind != "picture"]
        only_cover = all(is_cover(text) or is_greeting(text) for text in said)
        if only_cover and request is not None and inner.message_id != request.message_id:
            placement = place(lines, request, inner.from_name, inner.subject, "")
            blocks = blocks + placed_blocks(placement.lines)
            leftovers += leftovers_of(placement.lines)
            texts.append(own_text(placement.lines))
        elif text := "\n".join(line.raw for line in lines if line.raw):
            leftovers.append(Leftover(text=text, reason="attached_mail"))
    return blocks, leftovers, "\n\n".join(texts)


def _author(address: str, placement: Placement) -> str:
    if not placement.original_author:
        return address
    match = re.search(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+\w", placement.original_author)
    return match[0].lower() if match else placement.original_author[:200]


def _edit_findings(placement: Placement) -> list[Finding]:
    return [
        Finding(
            code="edited-request-text",
            severity=Severity.WARNING,
            where=line.field or "",
            text=line.text,
            message=f"“{' '.join(line.text.split())[:100]}” is our own text with a change in it.",
            suggestion=whose,
        )
        for line, whose in placement.edits
        if not line.reason
    ]


def _as_last_month(text: str) -> Finding:
    return Finding(
        code="as-last-month",
        severity=Severity.WARNING,
        text=text[:200],
        message="The reply asks for last month's text again; nothing is carried over unless it is sent or confirmed.",
    )


def _confidence(
    placement: Placement, findings: list[Finding], blocks: list[PlacedBlock], request: Request | None
) -> str:
    doubts = {"alternatives-differ", "edited-request-text", "tracked-changes"}
    if placement.unsure or any(finding.code in doubts for finding in findings):
        return "low"
    if any(line.reason == "after_signature" for line in placement.lines):
        return "low"
    return "high" if blocks or placement.aligned or request is None else "low"


def _replaces(blocks: list[PlacedBlock], text: str, placement: Placement) -> str:
    """What it does to an earlier reply. In a form only what stands outside the answers can say so: an answer that
    begins "In addition to our ..." is news."""
    if placement.replaces_all:
        return "all"
    notes = [line.text for line in placement.lines if line.reason == "cover_note"]
    fielded = any(placed.field for placed in blocks)
    free = "\n".join(line.text for line in placement.lines if not line.reason and line.field is None)
    said = sentences_say("\n".join([*notes, free if fielded else text]))
    return "fields" if said == "unsaid" and fielded else said


# ------------------------------------------------------------------------------------------ automatic mails


def _automatic(base: Reading, message: Message, lines: list[Line]) -> Reading:
    text = "\n".join(line.raw for line in lines if line.raw)
    leftovers = [Leftover(text=text, reason=base.mail_class.value)] if text else []
    uses = tuple(
        AttachmentUse(name=p.name or p.media_type, use="set_aside", reason="part of an automatic mail")
        for p in message.attachments
    )
    update: dict[str, object] = {"leftovers": tuple(leftovers), "attachments": uses}
    if base.mail_class is MailClass.AUTO_REPLY:
        visible = "\n".join(line.text for line in lines if line.text and line.depth == 0)
        update["back_on"] = return_date(visible, message.date)
        update["alternate_contact"] = alternates(visible, (base.author, *message.to))
    if base.mail_class in (MailClass.BOUNCE, MailClass.DELAY_NOTICE):
        update["bounced"] = bounces(message, text)
    return base.model_copy(update=update)


# --------------------------------------------------------------------------------------------------- tokens


def _tokens(message: Message, lines: list[Line]) -> tuple[str, ...]:
    text = "\n".join(line.text for line in lines if "-" in line.text)
    found = [*keys.find_tokens(message.subject), *keys.find_tokens(text)]
    for inner in message.nested:
        found += keys.find_tokens(inner.subject)
        found += keys.find_tokens((inner.text or "")[:50_000])
    return tuple(dict.fromkeys(found))


def _request_token(message: Message, lines: list[Line], request: Request | None, tokens: tuple[str, ...]) -> str | None:
    if request is not None and request.token:
        wanted = key(request.token)
        ids = (message.in_reply_to, message.references)
        if any(request.message_id and request.message_id in group for group in ids):
            return request.token
        texts = [message.subject, *(line.text for line in lines), *(inner.subject for inner in message.nested)]
        texts += [text for _, text in message.reports]
        if any(wanted in key(text) for text in texts):
            return request.token
    if tokens:
        return tokens[0]
    for subject in (message.subject, *(inner.subject for inner in message.nested)):
        if match := _BRACKETED.search(subject):
            return match[1]
    return None


def visible_text(message: Message) -> str:
    """Subject and all visible lines, for whoever looks for near misses of a token."""
    lines, _ = body_lines(message)
    return "\n".join([message.subject, *(line.raw for line in lines if line.raw and not line.marks & Mark.HIDDEN)])


# ----------------------------------------------------------------------------------------------------- json


def reading_json(reading: Reading) -> dict[str, object]:
    """A reading in the form of ``read --json`` (docs: the request form)."""
    from bot.sections.readjson import as_json

    return as_json(reading)
