"""A letter becomes a mail: frozen bytes, the same for the same input, ready for the outbox.

The kinds and their values are the models of :mod:`bot.mail.letters`; the words are in ``templates/mail``:

==================  ===========================  =================================================================
kind                to                           says
==================  ===========================  =================================================================
request             lead                         please send your section; the form; what was printed last month
reminder            lead                         not in yet
deputy_question     deputy                       the lead is away: could you?
receipt             lead                         the section as it will be printed, what was set aside, questions
answer              anybody who wrote            what was understood, what happened, what may be said
people              editor                       the lists of leads, deputies and readers, as a spreadsheet
draft               editor                       who is in, findings, changes, readers; APPROVE, HOLD ...
chaser              editor                       a draft waits for a decision
confirmation        editor                       approved; when it leaves; how to stop it
outcome             editor                       sent, bounced, in doubt
notice              editor                       an absence, a bounce, mails that wait for a person
bulletin            reader                       the edition itself
alert               operator                     a problem: what happened, where, what to do now
==================  ===========================  =================================================================

The text template's first line is the subject. Requests, reminders and questions to a deputy let out-of-office answers
come back; all other mail says that it is automatic. Bounces are always wanted, so NDR is never suppressed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pydantic import AwareDatetime

from bot.core.model import Value
from bot.errors import InputError, TemplateError
from bot.mail import wire
from bot.mail.letters import (
    AnyLetter,
    BulletinLetter,
    DeputyLetter,
    ReceiptLetter,
    ReminderLetter,
    RequestLetter,
    with_anything_else,
)
from bot.mail.templates import MailTemplates
from bot.mail.wire import Attachment, InlinePicture

ASKS = ("request", "reminder", "deputy_question")
MOST_REFERENCES = 20
MOST_QUESTIONS = 5

Pictures = Mapping[str, tuple[str, bytes]]  # digest -> (media type, bytes)

__all__ = [
    "ASKS",
    "Attachment",
    "Envelope",
    "InlinePicture",
    "compose",
    "compose_shared_body",
    "picture_cid",
    "reader_header",
    "subject_of",
]


class Envelope(Value):
    """Who a mail is from and to, and what identifies it: all fixed when it is queued.

    ``recipient`` is the one address it goes to. ``in_reply_to`` and ``references`` come from mails of others: what is
    not a clean message identifier is left out.
    """

    sender: str
    sender_name: str = ""
    recipient: str
    recipient_name: str = ""
    message_id: str
    date: AwareDatetime
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()  # where a reply goes, if not to the sender alone


def compose(
    letter: AnyLetter,
    envelope: Envelope,
    *,
    templates: MailTemplates,
    attachments: Sequence[Attachment] = (),
    pictures: Pictures | None = None,
) -> bytes:
    """The mail as RFC 5322 bytes with CRLF.

    ``pictures`` gives media type and bytes by digest for the pictures of a section (or of the bulletin's HTML, which
    names them as :func:`picture_cid` says). Raises InputError for an address, name or date that may not stand in a
    header, TemplateError when the template is broken.
    """
    subject, text, html = _words(letter, templates, pictures or {})
    body = _entity(text, html, attachments, pictures or {}, envelope.message_id)
    return _header(letter.kind, subject, envelope) + body


def compose_shared_body(
    letter: BulletinLetter,
    *,
    seed: str,
    templates: MailTemplates,
    attachments: Sequence[Attachment] = (),
    pictures: Pictures | None = None,
) -> bytes:
    """The body that all readers of an edition share, stored once: it follows a :func:`reader_header` as it is.

    ``seed`` names the edition and version ("ccsu-rag/2025-08/bulletin/v1"); the boundaries come from it.
    """
    _, text, html = _words(letter, templates, pictures or {})
    return _entity(text, html, attachments, pictures or {}, seed)


def reader_header(letter: BulletinLetter, envelope: Envelope, *, templates: MailTemplates) -> bytes:
    """The header lines of one reader's mail; header + shared body is the whole mail."""
    return _header(letter.kind, subject_of(letter, templates), envelope)


def subject_of(letter: AnyLetter, templates: MailTemplates) -> str:
    """The subject of a letter, without composing the rest."""
    return _subject_and_text(letter.kind, templates, _values(letter, {}))[0]


def _values(letter: AnyLetter, cids: Mapping[str, str]) -> dict[str, object]:
    """What the template sees: the letter's fields, completed where the contract says so."""
    values: dict[str, object] = {name: getattr(letter, name) for name in type(letter).model_fields}
    values["cids"] = cids
    if isinstance(letter, RequestLetter | ReminderLetter | DeputyLetter):
        values["fields"] = with_anything_else(letter.fields, letter.theme)
    if isinstance(letter, ReceiptLetter):
        values["questions"] = letter.questions[:MOST_QUESTIONS]
        values["set_aside"] = [used for used in letter.attachments if used.use == "set_aside"]
    return values


def _subject_and_text(kind: str, templates: MailTemplates, values: Mapping[str, object]) -> tuple[str, str]:
    """The text template, whose first line is the subject."""
    text = templates.render(f"{kind}.txt.j2", values)
    first, _, rest = text.lstrip("\n").partition("\n")
    if not first.startswith("Subject: "):
        raise TemplateError(
            f"The mail template {kind}.txt.j2 must begin with a line 'Subject: ...'.", code="mail-template"
        )
    body = re.sub(r"(?<![ \t])[ \t]+\n", "\n", rest.strip("\n") + "\n")
    return " ".join(first.removeprefix("Subject: ").split()), re.sub(r"\n{3,}", "\n\n", body)


def _words(letter: AnyLetter, templates: MailTemplates, pictures: Pictures) -> tuple[str, str, str]:
    """Subject, text and HTML of a letter."""
    values = _values(letter, {digest: picture_cid(digest) for digest in pictures})
    subject, text = _subject_and_text(letter.kind, templates, values)
    return subject, text, templates.render(f"{letter.kind}.html.j2", {**values, "subject": subject})


def picture_cid(digest: str) -> str:
    """The Content-ID (without brackets) under which a mail carries the picture with this digest."""
    return f"{digest[:32]}@bulletin"


def _entity(
    text: str,
    html: str,
    attachments: Sequence[Attachment],
    pictures: Pictures,
    seed: str,
) -> bytes:
    """MIME-Version and the body: text and HTML side by side, pictures beside the HTML, files after both."""
    shown = [
        wire.picture_entity(InlinePicture(cid=picture_cid(digest), media_type=media_type, data=data))
        for digest, (media_type, data) in pictures.items()
        if f"cid:{picture_cid(digest)}" in html
    ]
    page = wire.multipart("related", [wire.text_entity("html", html), *shown], seed, extra=' type="text/html";')
    both = wire.multipart("alternative", [wire.text_entity("plain", text), page], seed)
    return b"MIME-Version: 1.0\r\n" + wire.multipart(
        "mixed", [both, *(wire.file_entity(attachment) for attachment in attachments)], seed
    )


def _header(kind: str, subject: str, envelope: Envelope) -> bytes:
    """The header lines, up to (not including) MIME-Version, in a fixed order."""
    lines = [
        wire.address_header("From", envelope.sender_name, envelope.sender),
        wire.address_header("To", envelope.recipient_name, envelope.recipient),
        wire.addresses_header("Reply-To", envelope.reply_to) if envelope.reply_to else b"",
        wire.header("Subject", subject),
        wire.date_header(envelope.date),
        wire.header("Message-ID", wire.message_id(envelope.message_id)),
        *_thread(envelope.in_reply_to, envelope.references),
    ]
    if kind in ASKS:
        lines.append(wire.header("X-Auto-Response-Suppress", "RN, NRN, AutoReply"))
    else:
        lines.append(wire.header("Auto-Submitted", "auto-generated"))
        lines.append(wire.header("X-Auto-Response-Suppress", "OOF, RN, NRN, AutoReply"))
    return b"".join(lines)


def _thread(in_reply_to: str | None, references: Sequence[str]) -> list[bytes]:
    """In-Reply-To and References; an identifier that is not clean is another program's mistake and is left out."""

    def good(ident: str) -> bool:
        try:
            wire.message_id(ident)
        except InputError:
            return False
        return True

    chain = list(dict.fromkeys(ident for ident in (*references, in_reply_to or "") if good(ident)))
    if len(chain) > MOST_REFERENCES:
        chain = [chain[0], *chain[-MOST_REFERENCES + 1 :]]
    parent = [wire.header("In-Reply-To", in_reply_to)] if in_reply_to and good(in_reply_to) else []
    return [*parent, *([wire.header("References", " ".join(chain))] if chain else [])]
