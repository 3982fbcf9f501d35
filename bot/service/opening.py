"""One mail taken apart: who it is from, what it answers, whether it is safe to read, and what was read in it.

Nothing of a mail's files is read in this process before a child with limits has judged them, and nothing at all of a
stranger's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.header import decode_header, make_header

from bot.config import BulletinConfig
from bot.core import keys
from bot.core.classify import Thread
from bot.core.model import MailClass, Reading
from bot.core.records import Delivery, Inbound, Token
from bot.mail.authenticity import AuthResult, authenticate
from bot.mail.parse import Message, parse_message
from bot.mail.prescan import prescan
from bot.mail.rawheaders import parse_headers
from bot.sections.form import Request, request_from_mail
from bot.sections.intake import Circle, TokenFact, judge_mail
from bot.sections.reading import read_reply
from bot.service.desk import Account, Desk

ASKING_KINDS = ("request", "reminder", "deputy_question")
LEAD_KINDS = ("request", "reminder", "deputy_question", "receipt")
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
    reading = Reading(mail_class=MailClass.UNKNOWN)
    pictures: dict[str, bytes] = {}
    if message is not None:
        bare = replace(message, attachments=(), nested=message.nested)
        reading = read_reply(bare if message.attachments else message, request, pictures)
        if known and reading.mail_class not in MACHINES:
            unsafe = content_problems(desk, account, raw, auth.address or "", tokens)
            if message.attachments and not unsafe:
                reading = read_reply(message, request, pictures)
    bounced, reason = _bounced(desk, reading)
    if bounced is not None:
        thread = _thread_of(desk, bounced, tokens) or thread
    return Opened(
        inbound=inbound,
        raw=raw,
        message=message,
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
ASKED = ("tracked-changes", "comments")  # read, and asked about in the receipt
HARMLESS = (
    "unknown-sender",
    "foreign-token",
    "not-an-editor",
    "same-id-other-text",
    "no-text",
    "not-authenticated",
    *ASKED,
)


def is_lead(desk: Desk, account: Account, address: str) -> bool:
    """Whether an address is a lead's, a deputy's or an editor's of a bulletin that uses this mailbox."""
    configs = (desk.bulletins[key] for key in account.bulletins if key in desk.bulletins)
    return any(config.is_editor(address) or themes_of(config, address) for config in configs)


def themes_of(config: BulletinConfig, address: str) -> list[str]:
    """The themes that an address leads or deputises."""
    return [t.key for t in config.themes if any(p.address == address for p in (*t.leads, *t.deputies))]


def content_problems(
    desk: Desk, account: Account, raw: bytes, author: str, tokens: tuple[Token, ...]
) -> tuple[str, ...]:
    """Why a mail may not be read as a section: a dangerous file, a damaged text, a marking that is too high.

    Files are judged in a child process with limits."""
    configs = [desk.bulletins[key] for key in sorted(account.bulletins) if key in desk.bulletins]
    circle = Circle(
        bot=configs[0].sender.address,
        editors=frozenset(),
        leads=frozenset({author}),
        trust=account.trust,
        tokens={token.hash: TokenFact(person="", purpose="section") for token in tokens},
        now=desk.clock.now(),
        themes={theme.key: theme.title for config in configs for theme in config.themes},
    )
    judged = judge_mail(raw, circle, lambda message_id: False)
    if judged.verdict in ("reject", "quarantine") and judged.code not in HARMLESS:
        return judged.reasons or (judged.code,)
    return ()


def _request(desk: Desk, thread: Thread | None, delivery: Delivery | None) -> Request | None:
    """The form that the mail answers: that person's request, else the mail of ours that it replies to.

    A receipt holds the lead's own words: what it says counts as ours inside a quotation only."""
    if thread is None or thread.purpose != "lead":
        return None
    for key in (
        keys.request_key(thread.bulletin, thread.period, thread.theme, thread.person),
        keys.deputy_question_key(thread.bulletin, thread.period, thread.theme, thread.person),
    ):
        asked = desk.store.delivery(key)
        if asked is not None:
            request = request_from_mail(desk.store.mail_bytes(asked))
            if delivery is None or delivery.key == asked.key:
                return request
            answered = request_from_mail(desk.store.mail_bytes(delivery))
            return replace(request, quoted_lines=answered.lines, mails=(*request.mails, answered.message_id))
    if delivery is not None and delivery.kind in ASKING_KINDS:
        return request_from_mail(desk.store.mail_bytes(delivery))
    return None


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
    return tuple(token for token in found if token is not None)


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
    live = {token.hash: token for token in desk.store.live_tokens("lead")}
    near = keys.near_tokens(text[:HEAD_BYTES], live.keys()) if live else ()
    return (_from_token(live[near[0]], "near token"), None) if near else (None, None)


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
    if edition is None or edition.bulletin not in desk.bulletins:
        return None
    if delivery.kind in ("bulletin", "late_copy"):
        return Thread(by="thread", kind="bulletin", purpose="reader", bulletin=edition.bulletin, period=edition.period)
    subject = parse_headers(desk.store.mail_bytes(delivery)[:HEAD_BYTES]).all("subject")
    carried = _tokens(desk, decoded(subject[0]) if subject else "")
    token = (*carried, *tokens)[0] if (carried or tokens) else None
    to_editor = delivery.kind not in LEAD_KINDS and desk.bulletins[edition.bulletin].is_editor(delivery.recipient)
    purpose = token.purpose if token else ("editor" if to_editor else "lead")
    return Thread(
        by="thread",
        kind=delivery.kind,
        purpose=purpose,
        bulletin=edition.bulletin,
        period=edition.period,
        theme=token.theme if token else "",
        draft=token.draft if token else None,
        person=delivery.recipient,
    )


def _bounced(desk: Desk, reading: Reading) -> tuple[Delivery | None, str]:
    """Our delivery that a bounce names, with its reason; a temporary failure is none."""
    for bounce in reading.bounced:
        delivery = desk.store.delivery_by_message_id(bracketed(bounce.original_message_id))
        if delivery is not None and bounce.permanent:
            return delivery, bounce.status
    return None, ""
