"""The facts of one mail, gathered for classification."""

from __future__ import annotations

from bot.config import BulletinConfig
from bot.core.classify import About, Facts
from bot.core.decision import Word, decide
from bot.core.model import Person
from bot.core.planner.holding import ON_ITS_WAY
from bot.core.signoff import only_sign_off
from bot.core.timetable import period_of
from bot.sections.editortext import editor_text
from bot.service.desk import Account, Desk, known_people
from bot.service.opening import Opened, bracketed, themes_of
from bot.service.readers import asked_about


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
        says_hold=message is not None and bool(editor_of) and _says_hold(desk, opened, editor_of),
        says_command=bool(editor_of) and opened.thread is None and _says_command(desk, opened),
        reader_link=_reader_link(desk, configs, opened),
        passed_on=_passed_on(configs, opened, editor_of),
        codes=account.codes != "never",
        unsafe=opened.unsafe,
    )


def _reader_link(desk: Desk, configs: list[BulletinConfig], opened: Opened) -> About | None:
    """The section that a reader asks about, when the subject is that of the section's own mail link."""
    subject = opened.message.subject if opened.message else ""
    newest = period_of(desk.clock.now())
    return next((about for config in configs if (about := asked_about(config, subject, newest))), None)


def _passed_on(configs: list[BulletinConfig], opened: Opened, editor_of: tuple[str, ...]) -> tuple[About, ...]:
    """The themes of the lead whose mail an editor passes on."""
    reading = opened.reading
    if not reading.forwarded_by or reading.author == opened.author:
        return ()
    ours = (config for config in configs if config.key in editor_of)
    return tuple(About(bulletin=c.key, theme=theme) for c in ours for theme in themes_of(c, reading.author))


def _says_hold(desk: Desk, opened: Opened, editor_of: tuple[str, ...]) -> bool:
    """Whether an editor's mail asks to stop. In a reply to a lead's request a sentence may begin like that by chance,
    and what only may be a HOLD is nobody's business of ours, unless something is on its way."""
    text = editor_text(opened.message)
    command = decide("" if opened.reading.forwarded_by else text.new, now=desk.clock.now())
    if command.word is not Word.HOLD and not command.halting:
        return False
    for_lead = opened.thread is not None and opened.thread.purpose == "lead"
    plain = command.word is Word.HOLD and not (for_lead and command.argument)
    return plain or any(e.state in ON_ITS_WAY for bulletin in editor_of for e in desk.store.editions(bulletin))


_GIVEN_ALONE = (
    Word.APPROVE,
    Word.STATUS,
    Word.EXTEND,
    Word.CHASE,
    Word.SKIP,
    Word.CANCEL,
    Word.FILE,
    Word.ACCEPT,
    Word.SEND_TO,
    Word.PEOPLE,
)


def _says_command(desk: Desk, opened: Opened) -> bool:
    """Whether an editor's mail that answers none of ours is nothing but one of the editor's words."""
    if opened.reading.forwarded_by:
        return False
    lines = editor_text(opened.message).new.strip().split("\n")
    command = decide(lines[0], now=desk.clock.now(), themes=None)
    return command.word in _GIVEN_ALONE and only_sign_off(lines[1:])


def person_of(config: BulletinConfig, address: str) -> Person:
    """The person with this address, as the configuration names them."""
    return known_people(config).get(address, Person(name="", address=address))
