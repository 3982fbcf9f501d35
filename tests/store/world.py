"""A store with an edition, and short ways to put things into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core import keys
from bot.core.lifecycle import DeliveryEvent
from bot.core.model import Bulletin, Draft, EditionState, InboundState, Part, Submission, Timetable, Verdict
from bot.core.records import (
    BlobAdded,
    Change,
    Delivery,
    DeliveryQueued,
    DraftAdded,
    Edition,
    EditionSaved,
    InboundClosed,
    SubmissionAdded,
)
from bot.ports import RawMail, Store
from bot.store.sql import SqlStore

NOW = datetime(2025, 8, 12, 8, 0, tzinfo=UTC)
MAILBOX = "bulletin@council.example.org"
BODY = b"the bulletin itself"


def later(seconds: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(seconds=seconds)


def timetable(period: str = "2025-08") -> Timetable:
    """Some dates."""
    return Timetable(
        period=period, request_at=NOW, reminders_at=(later(60),), deadline_at=later(120), distribution_at=later(180)
    )


def edition(period: str = "2025-08", bulletin: str = "ccsu-rag", **values: Any) -> Edition:
    """An edition that is not in the store yet."""
    return Edition(bulletin=bulletin, period=period, timetable=timetable(period), **values)


def blob(data: bytes) -> BlobAdded:
    """Bytes under their digest."""
    return BlobAdded(digest=keys.digest(data), data=data)


class World:
    """One store and its edition."""

    def __init__(self, url: str, store: SqlStore) -> None:
        self.url = url
        self.sql = store
        self.store: Store = store  # mypy: the class meets the Protocol
        self.edition = store.add_edition(edition())

    def save(self, state: EditionState, at: datetime = NOW, **values: Any) -> None:
        """Write the edition with a new state."""
        self.store.apply([self.saved(state, **values)], at)

    def saved(self, state: EditionState, **values: Any) -> EditionSaved:
        """The change that gives the edition, as it is now, a new state."""
        now = self.store.edition_by_id(self.edition.id)
        assert now is not None
        return EditionSaved(edition=now.model_copy(update={"state": state, **values}))

    def mail(self, ref: str = "1", raw: bytes = b"", at: datetime = NOW) -> int:
        """A remembered mail."""
        inbound = self.store.remember(MAILBOX, RawMail(ref=ref, raw=raw or f"mail {ref}".encode()), at)
        assert inbound is not None
        return inbound

    def closed(self, inbound: int, state: str = "handled", place: str = "processed", **values: Any) -> InboundClosed:
        """The change that deals with a mail."""
        verdict = values.pop("verdict", Verdict(kind="submission"))
        digest = values.pop("digest", f"digest-{inbound}")
        return InboundClosed(
            inbound=inbound, state=InboundState(state), place=place, verdict=verdict, digest=digest, **values
        )

    def queued(self, name: str = "a", kind: str = "bulletin", **values: Any) -> list[Change]:
        """The changes that put one mail in the outbox."""
        header = f"To: {name}\r\n\r\n".encode()
        mail = Delivery(
            **{
                "key": f"ccsu-rag/2025-08/{kind}/v1/{name}",
                "message_id": f"<{kind}.{name}@council.example.org>",
                "edition_id": self.edition.id,
                "kind": kind,
                "sender": MAILBOX,
                "recipient": f"{name}@reader.example",
                "header": keys.digest(header),
                "body": keys.digest(BODY),
                "queued_at": NOW,
                "not_before": NOW,
                "changed_at": NOW,
                **values,
            }
        )
        return [blob(header), blob(BODY), DeliveryQueued(delivery=mail)]

    def queue(self, name: str = "a", kind: str = "bulletin", **values: Any) -> str:
        """Put one mail in the outbox; its key."""
        changes = self.queued(name, kind, **values)
        self.store.apply(changes, NOW)
        last = changes[-1]
        assert isinstance(last, DeliveryQueued)
        return last.delivery.key

    def move(self, key: str, *events: DeliveryEvent) -> None:
        """Move a delivery; every event must be allowed."""
        for event in events:
            assert self.store.move_delivery(key, event, NOW), event

    def submission(self, inbound: int, theme: str = "hate-crime", revision: int = 1) -> SubmissionAdded:
        """A reply for a theme."""
        value = Submission(theme=theme, revision=revision, inbound=inbound, person="lead@council.example.org", at=NOW)
        return SubmissionAdded(edition_id=self.edition.id, submission=value)

    def drafted(self, number: int = 1, edition_id: int = 0) -> list[Change]:
        """The changes that keep a draft with one part."""
        data = f"draft {number}".encode()
        part = Part(name="bulletin.docx", media_type="application/octet-stream", digest=keys.digest(data))
        bulletin = Bulletin(key="ccsu-rag", period="2025-08", title="RAG update", month="August 2025")
        draft = Draft(number=number, version=1, digest="d" * 64, parts=(part,), bulletin=bulletin, made_at=NOW)
        return [blob(data), DraftAdded(edition_id=edition_id or self.edition.id, draft=draft)]
