"""Which files of a lead's mail may be read, and whether the mail may: a bad file alone does not hold its mail.

Files are judged in a child process with limits. What is dangerous (a program, macros, a bomb) holds the whole mail;
what only is not what its name says, or cannot be opened (here), is set aside and the text round it is read as usual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core.model import AttachmentUse
from bot.core.records import Token
from bot.mail.parse import Message, Part
from bot.sections.attachments import SPREADSHEETS
from bot.sections.cage import NO_LIMITS
from bot.sections.files import HONEST, FileJudgement, judge_in_cage
from bot.sections.intake import (
    SILENT_TYPES,
    Circle,
    Judgement,
    TokenFact,
    judge_content,
    judge_mail,
    says_something,
)
from bot.sections.kinds import Kind
from bot.sections.mailtext import visible_text
from bot.service.desk import Account, Desk

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
SET_ASIDE = HONEST | {"wrong-kind", NO_LIMITS}
AS_TEXT = {Kind.TEXT.value: ".csv", Kind.HTML.value: ".html"}  # a spreadsheet's name on a text: read as what it is


@dataclass(frozen=True)
class Screened:
    """``unsafe``: why the mail is not read. Else ``message`` is it without the files that are set ``aside``."""

    unsafe: tuple[str, ...]
    message: Message
    aside: tuple[AttachmentUse, ...] = ()


def screen(
    desk: Desk, account: Account, raw: bytes, message: Message, tokens: tuple[Token, ...], author: str, *, filed: bool
) -> Screened:
    """Judge a mail that is read as a section. ``filed``: an editor said so, and wants whatever can be read of it."""
    judged = judge_mail(raw, _circle(desk, account, tokens, author), lambda message_id: False)
    if not _stops(judged):
        return Screened((), message)
    unsafe = judged.reasons or (judged.code,)
    parts = [part for part in message.attachments if part.media_type not in SILENT_TYPES]
    verdicts = [(part, judge_in_cage(part.name, part.data)) for part in parts]
    bad = [(part, found) for part, found in verdicts if found.verdict == "reject" and not _as_text(part, found)]
    gone = {id(part) for part, found in verdicts if found.verdict == "reject"}
    words = visible_text(message)
    spared = filed or (says_something(words) and all(_codes(found) <= SET_ASIDE for _, found in bad))
    if not gone or not spared:
        return Screened(unsafe, message)
    rest = replace(message, attachments=_without(message.attachments, gone))
    judged = judge_content(Judgement(verdict="ignore", code=""), raw, rest, words)
    if _stops(judged):
        return Screened(judged.reasons or (judged.code,), message)
    kept = replace(message, attachments=_without(message.attachments, {id(part) for part, _ in bad}))
    return Screened((), kept, tuple(_set_aside(part, found) for part, found in bad))


def _stops(judged: Judgement) -> bool:
    return judged.verdict in ("reject", "quarantine") and judged.code not in HARMLESS


def _circle(desk: Desk, account: Account, tokens: tuple[Token, ...], author: str) -> Circle:
    """The author as a lead, whoever they are: here only what the mail holds is judged."""
    configs = [desk.bulletins[key] for key in sorted(account.bulletins) if key in desk.bulletins]
    return Circle(
        bot=configs[0].sender.address,
        editors=frozenset(),
        leads=frozenset({author}),
        trust=account.trust,
        tokens={token.hash: TokenFact(person="", purpose="section") for token in tokens},
        now=desk.clock.now(),
        themes={theme.key: theme.title for config in configs for theme in config.themes},
    )


def _codes(found: FileJudgement) -> set[str]:
    return {finding.code for finding in found.findings[:1]}


def _as_text(part: Part, found: FileJudgement) -> bool:
    """Is it a text or web page under a spreadsheet's name? The figures' reader goes by content and takes either
    safely: it reads the one and says what to send instead of the other."""
    ending = AS_TEXT.get(found.kind)
    named = part.name.lower().endswith(SPREADSHEETS)
    if ending is None or not named or _codes(found) != {"wrong-kind"}:
        return False
    return judge_in_cage(f"file{ending}", part.data).verdict != "reject"


def _without(parts: Iterable[Part], gone: set[int]) -> tuple[Part, ...]:
    return tuple(part for part in parts if id(part) not in gone)


def _set_aside(part: Part, found: FileJudgement) -> AttachmentUse:
    """The file, with what it is and what to send instead."""
    reason = next((f"{finding.message} {finding.suggestion}".strip() for finding in found.findings), "")
    return AttachmentUse(name=part.name or f"unnamed ({part.media_type})", use="set_aside", reason=reason)
