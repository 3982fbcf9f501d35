"""The facts of one mail, gathered for classification."""

from __future__ import annotations

from bot.config import BulletinConfig
from bot.core.classify import Facts
from bot.core.decision import Word, decide
from bot.core.model import Person, Reading
from bot.service.desk import Account, Desk, known_people
from bot.service.opening import Opened, bracketed, themes_of


def gather(desk: Desk, account: Account, opened: Opened) -> Facts:
    """The facts that the rules look at."""
    author = opened.author
    configs = [desk.bulletins[key] for key in sorted(account.bulletins) if key in desk.bulletins]
    message = opened.message
    own = message is not None and desk.store.delivery_by_message_id(bracketed(message.message_id)) is not None
    before = desk.store.seen(opened.digest, opened.inbound.id)
    lead_of = tuple((c.key, t) for c in configs for t in themes_of(c, author))
    editor_of = tuple(c.key for c in configs if author and c.is_editor(author))
    return Facts(
        mail_class=opened.reading.mail_class,
        author=author or None,
        author_defects=opened.auth.reasons if not author else (),
        authentic=opened.auth.result,
        own=own,
        bounced_ours=opened.bounced is not None,
        repeat_of=before.id if before else None,
        thread=opened.thread,
        editor_of=editor_of,
        lead_of=lead_of,
        reader_of=tuple(c.key for c in configs if any(reader.address == author for reader in c.readers)),
        says_hold=message is not None and _says_hold(desk, opened.reading),
        unsafe=opened.unsafe,
    )


def _says_hold(desk: Desk, reading: Reading) -> bool:
    return decide(reading.new_text, now=desk.clock.now()).word is Word.HOLD


def person_of(config: BulletinConfig, address: str) -> Person:
    """The person with this address, as the configuration names them."""
    return known_people(config).get(address, Person(name="", address=address))
