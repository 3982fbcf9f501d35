"""One plan being carried out: tokens issued, letters composed into outbox rows. All is fixed here, nothing leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import keys
from bot.core.model import Person
from bot.core.records import BlobAdded, Change, Delivery, DeliveryQueued, EditionView, Token, TokenIssued
from bot.mail.compose import Attachment, Envelope, Pictures, compose
from bot.mail.letters import AnyLetter
from bot.service.desk import Desk


@dataclass(frozen=True)
class Incoming:
    """The mail that is being answered: what our answer refers to."""

    message_id: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True)
class Work:
    """One plan being carried out: the edition as the plan leaves it, the view it was made from, the mail answered."""

    desk: Desk
    view: EditionView
    now: datetime
    incoming: Incoming = Incoming()
    fresh: Mapping[str, bytes] = field(default_factory=dict)  # bytes that this very plan writes, by digest

    def blob(self, digest: str) -> bytes:
        """Bytes by digest: what the plan itself brings, else from the store."""
        return self.fresh[digest] if digest in self.fresh else self.desk.store.blob(digest)

    @property
    def bulletin(self) -> str:
        """The bulletin's key."""
        return self.view.edition.bulletin

    def token(
        self, purpose: str, person: Person, *, theme: str = "", draft: int | None = None, about: str = ""
    ) -> tuple[str, Change]:
        """A fresh token in the clear, for the mail that carries it, and the row that keeps its hash."""
        token = keys.make_token(self.desk.random_bytes(16))
        row = Token(
            hash=keys.token_hash(token),
            purpose="lead" if purpose == "lead" else "editor",
            bulletin=self.bulletin,
            period=self.view.edition.period,
            theme=theme,
            draft=draft,
            person=person.address,
            about=about,
        )
        return token, TokenIssued(token=row)

    def queue(
        self,
        letter: AnyLetter,
        key: str,
        to: Person,
        *,
        attachments: tuple[Attachment, ...] = (),
        pictures: Pictures | None = None,
        reply: bool = False,
        reply_to: tuple[str, ...] = (),
    ) -> tuple[Change, ...]:
        """The rows that put one letter in the outbox. Bytes, Message-ID and Date are fixed here."""
        config = self.desk.bulletins[self.bulletin]
        message_id = keys.message_id_for(key, config.message_id_domain)
        envelope = Envelope(
            sender=config.sender.address,
            sender_name=config.sender.name,
            recipient=to.address,
            recipient_name=to.name,
            message_id=message_id,
            date=self.now,
            in_reply_to=(self.incoming.message_id or None) if reply else None,
            references=self.incoming.references if reply else (),
            reply_to=reply_to,
        )
        mail = compose(
            letter,
            envelope,
            templates=self.desk.looks[self.bulletin].mails,
            attachments=attachments,
            pictures=pictures,
        )
        return (
            BlobAdded(digest=keys.digest(mail), data=mail),
            DeliveryQueued(delivery=self.delivery(key, message_id, letter.kind, to.address, keys.digest(mail))),
        )

    def delivery(self, key: str, message_id: str, kind: str, recipient: str, header: str, body: str = "") -> Delivery:
        """One outbox row."""
        return Delivery(
            key=key,
            message_id=message_id,
            edition_id=self.view.edition.id or None,
            kind=kind,
            sender=self.desk.bulletins[self.bulletin].sender.address,
            recipient=recipient,
            header=header,
            body=body,
            queued_at=self.now,
            not_before=self.now,
            changed_at=self.now,
        )
