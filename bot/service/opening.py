"""One mail taken apart: who it is from, what it answers, whether it is safe to read, and what was read in it.

Nothing of a mail's files is read in this process before a child with limits has judged them, and nothing at all of a
stranger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.header import decode_header, make_header
from functools import partial

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.classify import READERS_QUESTION, Thread
from bot.core.lifecycle import IN_HAND
from bot.core.model import MailClass, Reading
from bot.core.records import Delivery, Inbound, Token
from bot.core.timetable import period_of, shifted_period
from bot.errors import StoreError
from bot.mail.authenticity import AuthResult, authenticate
from bot.mail.parse import Message, parse_message
from bot.mail.prescan import prescan
from bot.mail.rawheaders import parse_headers
from bot.sections.form import Request, request_from_mail
from bot.sections.reading import read_reply
from bot.service.desk import Account, Desk
from bot.service.screening import Screened, screen

ASKING_KINDS = ("request", "reminder", "deputy_question")
LEAD_KINDS = ("request", "reminder", "deputy_question", "receipt")
BYTES_GONE = ("blob-purged", "blob-missing", "blob-damaged")  # the store's codes for a mail whose bytes are not there
MONTHS_OF_SLIPS = 3  # this one and the two before it: in an older one's token a slip is not mended
HEAD_BYTES = 200_000  # what is looked at of a mail that is not safe to parse


@dataclass(frozen=True)
class Opened:
    """A mail taken apart: its message (None when it is not safe to parse), proof of its sender, what it answers, and
    what was read in it."""

    inbound: Inbound
    raw: bytes
    message: Message | None
    auth: AuthResult
    digest: str
    unsafe: tuple[str, ...]
    thread: Thread | None
    thread_delivery: Delivery | None
    tokens: tuple[Token, ...]
    reading: Reading
    request: Request | None = None
    bounced: Delivery | None = None
    bounce_reason: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # what the reading prints, by digest

    @property
    def author(self) -> str:
        """The strictly read From address, or ""."""
        return self.auth.address or ""


def decoded(header: bytes) -> str:
    """A header of our own, its encoded words read."""
    return str(make_header(decode_header(header.decode("ascii", "replace"))))


def bracketed(message_id: str) -> str:
    """A Message-ID as our outbox keeps it."""
    bare = message_id.strip().strip("<>")
    return f"<{bare}>" if bare else ""


def open_mail(desk: Desk, account: Account, inbound: Inbound, *, filed: bool = False) -> Opened:
    """Take one mail apart and look up what it belongs to. ``filed``: an editor wants it read whoever sent it.

    The files of an answer to the editors' mails are not read here: editing.py does, and answers with what is wrong."""
    raw = desk.store.raw(inbound.id)
    unsafe = tuple(problem.sentence for problem in prescan(raw))
    message = None if unsafe else parse_message(raw)
    auth = authenticate(raw, account.trust)
    ids, text = _references(raw, message)
    tokens = _tokens(desk, text)
    thread, delivery = _thread(desk, ids, tokens, text)
    request = _request(desk, thread, delivery)
    to_editors = thread is not None and thread.purpose == "editor" and not filed
    known = filed or (not to_editors and auth.result != "fail" and is_lead(desk, account, auth.address or ""))
    pictures: Mapping[str, bytes] = {}
    reading, shown = Reading(mail_class=MailClass.UNKNOWN), message
    if message is not None:
        read = partial(_screened, desk, account, raw, tokens, auth.address or "", filed) if known else None
        reading, pictures, shown, unsafe = _read(message, request, read)
    bounced, reason = _bounced(desk, reading)
    if bounced is not None:
        thread = _thread_of(desk, bounced, tokens) or thread
    return Opened(
        inbound=inbound,
        raw=raw,
        message=shown,
        auth=auth,
        digest=_digest(raw, message),
        unsafe=unsafe,
        thread=thread,
        thread_delivery=delivery,
        tokens=tokens,
        reading=reading,
        request=request,
        bounced=bounced,
        bounce_reason=reason,
        pictures=pictures,
    )


MACHINES = (MailClass.AUTO_REPLY, MailClass.BOUNCE, MailClass.DELAY_NOTICE, MailClass.READ_RECEIPT)
Read = tuple[Reading, dict[str, bytes], Message, tuple[str, ...]]


def _screened(
    desk: Desk, account: Account, raw: bytes, tokens: tuple[Token, ...], author: str, filed: bool, message: Message
) -> Screened:
    return screen(desk, account, raw, message, tokens, author, filed=filed)


def _read(message: Message, request: Request | None, screened: Callable[[Message], Screened] | None) -> Read:
    """What a mail says, the bytes of its pictures, the mail without the files that are set aside, and why it may not
    be read. Its files are opened only where ``screened`` let them through (None: of somebody we do not know)."""
    pictures: dict[str, bytes] = {}
    bare = replace(message, attachments=(), nested=message.nested)
    reading = read_reply(bare if message.attachments else message, request, pictures)
    if screened is None or reading.mail_class in MACHINES:
        return reading, pictures, message, ()
    found = screened(message)
    if message.attachments and not found.unsafe:
        reading = read_reply(found.message, request, pictures)
        reading = reading.model_copy(update={"attachments": (*reading.attachments, *found.aside)})
    return reading, pictures, found.message, found.unsafe


def is_lead(desk: Desk, account: Account, address: str) -> bool:
    """Whether an address is a lead's, a deputy's or an editor's of a bulletin that uses this mailbox."""
    configs = (desk.bulletins[key] for key in account.bulletins if key in desk.bulletins)
    return any(config.is_editor(address) or themes_of(config, address) for config in configs)


def themes_of(config: BulletinConfig, address: str) -> list[str]:
    """The themes that an address leads or deputises."""
    return [t.key for t in config.themes if any(p.address == address for p in (*t.leads, *t.deputies))]


def _request(desk: Desk, thread: Thread | None, delivery: Delivery | None) -> Request | None:
    """The form that the mail answers: that person's request, else the mail of ours that it replies to.

    A receipt holds the lead's own words: what it says counts as ours inside a quotation only."""
    if thread is None or thread.purpose != "lead":
        return None
    answered = _ours(desk, delivery) if delivery is not None else b""
    for key in (
        keys.request_key(thread.bulletin, thread.period, thread.theme, thread.person),
        keys.deputy_question_key(thread.bulletin, thread.period, thread.theme, thread.person),
    ):
        replied = delivery is not None and delivery.key == key
        asked = delivery if replied else desk.store.delivery(key)
        form = answered if replied else _ours(desk, asked) if asked is not None else b""
        if form:
            request = request_from_mail(form)
            if replied or not answered:
                return request
            other = request_from_mail(answered)
            return replace(request, quoted_lines=other.lines, mails=(*request.mails, other.message_id))
    if delivery is not None and delivery.kind in ASKING_KINDS and answered:
        return request_from_mail(answered)
    return None


def _ours(desk: Desk, delivery: Delivery) -> bytes:
    """The bytes of a mail of ours; none once they have been purged."""
    try:
        return desk.store.mail_bytes(delivery)
    except StoreError as error:
        if error.code not in BYTES_GONE:
            raise
        return b""


def _digest(raw: bytes, message: Message | None) -> str:
    """The mail's second identity: over decoded values where it can be parsed, else over its bytes."""
    if message is None:
        return keys.digest(raw)
    return keys.inbound_digest(
        message.message_id,
        message.get("from"),
        message.get("date"),
        message.subject,
        message.text or message.html or "",
        [keys.digest(part.data) for part in message.attachments],
    )


def _references(raw: bytes, message: Message | None) -> tuple[list[str], str]:
    """The Message-IDs that it answers, newest first, and the text in which tokens are looked for."""
    if message is not None:
        ids = [*message.in_reply_to, *reversed(message.references)]
        return [i for i in ids if i], f"{message.subject}\n{message.text or ''}\n{message.html or ''}"
    head = raw[:HEAD_BYTES].decode("latin-1")
    return [], head


def _tokens(desk: Desk, text: str) -> tuple[Token, ...]:
    """The tokens of ours that the mail carries, in order."""
    found = (desk.store.token(keys.token_hash(token)) for token in keys.find_tokens(text[:HEAD_BYTES]))
    return tuple(token for token in found if token is not None and _ours_or_absent(desk, token.bulletin))


def _ours_or_absent(desk: Desk, bulletin: str) -> bool:
    """Whether the configuration has this bulletin, or waits for it; not one that was taken away for good."""
    return bulletin in desk.bulletins or bulletin in desk.absent


def _thread(desk: Desk, ids: list[str], tokens: tuple[Token, ...], text: str) -> tuple[Thread | None, Delivery | None]:
    """What the mail answers: by thread, else by token, else by a token with one slip (leads only)."""
    for message_id in ids:
        delivery = desk.store.delivery_by_message_id(bracketed(message_id))
        if delivery is not None:
            thread = _thread_of(desk, delivery, tokens)
            if thread is not None:
                return thread, delivery
    if tokens:
        return _from_token(tokens[0], "token"), None
    live = {token.hash: token for token in _lead_tokens(desk)}
    near = keys.near_tokens(text[:HEAD_BYTES], live.keys()) if live else ()
    return (_from_token(live[near[0]], "near token"), None) if near else (None, None)


def _lead_tokens(desk: Desk) -> tuple[Token, ...]:
    """The leads' tokens that a slip is looked for among: those of a month that is in hand or just over. They never
    die, so a late reply finds its own; but there are more of them every month."""
    this = period_of(desk.clock.now())
    recent = {shifted_period(this, -back) for back in range(MONTHS_OF_SLIPS)}
    in_hand = {edition.period for edition in desk.store.editions(states=IN_HAND)}
    return desk.store.live_tokens("lead", sorted({*desk.bulletins, *desk.absent}), sorted(recent | in_hand))


def _from_token(token: Token, by: str) -> Thread:
    return Thread(
        by="near token" if by == "near token" else "token",
        kind="request" if token.purpose == "lead" else "draft",
        purpose=token.purpose,
        bulletin=token.bulletin,
        period=token.period,
        theme=token.theme,
        draft=token.draft,
        person=token.person,
    )


def _thread_of(desk: Desk, delivery: Delivery, tokens: tuple[Token, ...]) -> Thread | None:
    """The thread behind one of our mails. What it is about stands in the token that our mail carried."""
    edition = desk.store.edition_by_id(delivery.edition_id) if delivery.edition_id else None
    if edition is None or not _ours_or_absent(desk, edition.bulletin):
        return None
    if edition.bulletin in desk.absent or delivery.kind in keys.READER_KINDS:
        return Thread(by="thread", kind="bulletin", purpose="reader", bulletin=edition.bulletin, period=edition.period)
    if asked := keys.readers_question(delivery.key):
        theme = next((one.theme for one in edition.asked if one.digest == asked), "")
        return Thread(
            by="thread", kind=READERS_QUESTION, purpose="reader", bulletin=edition.bulletin, period=edition.period,
            theme=theme,
        )  # fmt: skip
    config = desk.bulletins[edition.bulletin]
    headers = parse_headers(_ours(desk, delivery)[:HEAD_BYTES]).all("subject")
    subject = decoded(headers[0]) if headers else ""
    carried = _tokens(desk, subject)
    to_lead = delivery.kind in LEAD_KINDS or not config.is_editor(delivery.recipient)
    known = [token for token in (*carried, *tokens) if not to_lead or token.purpose == "lead"]
    token = known[0] if known else None
    purpose = token.purpose if token else ("lead" if to_lead else "editor")
    return Thread(
        by="thread",
        kind=delivery.kind,
        purpose=purpose,
        bulletin=edition.bulletin,
        period=edition.period,
        theme=token.theme if token else _theme_of(config, delivery.recipient, subject) if to_lead else "",
        draft=token.draft if token else None,
        person=delivery.recipient,
    )


def _theme_of(config: BulletinConfig, address: str, subject: str) -> str:
    """The theme of a mail of ours to a lead that carries no reference: their only one, else the one it names."""
    mine = themes_of(config, address)
    named = [key for key in mine if (theme := config.theme(key)) and theme.title.casefold() in subject.casefold()]
    return mine[0] if len(mine) == 1 else named[0] if len(named) == 1 else ""


def _still_ours(desk: Desk, delivery: Delivery) -> bool:
    """Whether a mail of ours is of a bulletin that the configuration has, or waits for."""
    edition = desk.store.edition_by_id(delivery.edition_id) if delivery.edition_id else None
    return edition is None or _ours_or_absent(desk, edition.bulletin)


def _bounced(desk: Desk, reading: Reading) -> tuple[Delivery | None, str]:
    """Our delivery that a bounce names, with its reason; a temporary failure is none."""
    for bounce in reading.bounced:
        delivery = desk.store.delivery_by_message_id(bracketed(bounce.original_message_id))
        if delivery is not None and bounce.permanent and _still_ours(desk, delivery):
            return delivery, bounce.status
    return None, ""
