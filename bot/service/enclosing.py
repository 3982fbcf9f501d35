"""The PDFs and pictures that leads sent and that the editor may enclose: their bytes, judged by content."""

from __future__ import annotations

import re

from bot.core.enclosures import Enclosure, offered
from bot.core.model import Severity
from bot.core.records import EditionView
from bot.errors import InputError, StoreError
from bot.mail.compose import Attachment
from bot.mail.parse import Message, parse_message
from bot.sections.files import judge_in_cage
from bot.sections.kinds import Kind, kind_of
from bot.sections.pictures import safe_picture
from bot.service.desk import Desk

_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_PDF = "application/pdf"


def enclosures_of(desk: Desk, view: EditionView) -> list[tuple[Enclosure, Attachment | None]]:
    """What may be enclosed, with sizes, and each file as it would leave (None where ``problem`` says why not)."""
    titles = {theme.key: theme.title for theme in desk.bulletins[view.edition.bulletin].themes}
    mails: dict[int, Message | None] = {}
    found: list[tuple[Enclosure, Attachment | None]] = []
    for one in offered(view.submissions, titles):
        if one.inbound not in mails:
            mails[one.inbound] = _mail(desk, one.inbound)
        message = mails[one.inbound]
        part = next((part for part in message.attachments if part.name == one.name), None) if message else None
        if part is None:
            found.append((one.model_copy(update={"problem": "the mail that brought it is no longer here."}), None))
            continue
        try:
            attachment = _attachment(one.name, part.data)
        except InputError as error:
            found.append((one.model_copy(update={"size": len(part.data), "problem": error.message}), None))
        else:
            found.append((one.model_copy(update={"size": len(attachment.data)}), attachment))
    return found


def _mail(desk: Desk, inbound: int) -> Message | None:
    try:
        return parse_message(desk.store.raw(inbound))
    except StoreError:
        return None


def _attachment(name: str, data: bytes) -> Attachment:
    """The file as it leaves: a picture written anew without metadata, a PDF as it is. Raises InputError."""
    judged = judge_in_cage(name, data)
    grave = next((finding for finding in judged.findings if finding.severity is Severity.ERROR), None)
    if grave is not None:
        raise InputError(grave.message, grave.suggestion, grave.code)
    kind = kind_of(data)
    if kind is Kind.PICTURE:
        picture, safe = safe_picture(data, name)
        ending = ".jpg" if picture.media_type == "image/jpeg" else ".png"
        return Attachment(name=name.rpartition(".")[0] + ending, media_type=picture.media_type, data=safe)
    if kind is not Kind.PDF:
        raise InputError(f"it is a {kind.value}, neither a PDF nor a picture.", "", "wrong-kind")
    if _ACTIVE.search(data):
        raise InputError("it holds a program or another file.", "", "active-pdf")
    return Attachment(name=name, media_type=_PDF, data=data)


def enclosed(desk: Desk, view: EditionView) -> list[tuple[Enclosure, Attachment]]:
    """The files that the editor has enclosed, as they leave."""
    if not view.edition.enclosed:
        return []
    return [(one, file) for one, file in enclosures_of(desk, view) if file and one.key in view.edition.enclosed]
