"""Whose business a mail is: a first-match table of named rules over plain facts -> Verdict with its reasons. Pure.

The facts are gathered by the service (parsing, thread and token look-ups, authenticity); here only the order of the
rules speaks. Four ends: it is acted on, it is held for a person, it is filed without action, or it is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, NamedTuple

from bot.core.model import MailClass, Value, Verdict


class Kind(StrEnum):
    """The kinds of verdict."""

    OWN = "own"
    BOUNCE = "bounce"
    ABSENCE = "absence"
    SUBMISSION = "submission"
    COMMAND = "command"
    READER_REPLY = "reader_reply"
    READER_ANSWER = "reader_answer"
    FILED = "filed"  # ours, and nothing to do: a read receipt, a delay notice
    HELD = "held"  # the holding pen
    STRAY = "stray"  # nobody's business of ours: left untouched
    REPEAT = "repeat"  # the same mail came before


class Thread(Value):
    """What a reply answers, known from In-Reply-To/References or from a token."""

    by: Literal["thread", "token", "near token"]
    kind: str  # the delivery's kind: request, draft, bulletin ...
    purpose: Literal["lead", "editor", "reader"]
    bulletin: str
    period: str
    theme: str = ""
    draft: int | None = None
    person: str = ""  # whom our mail or token was for


class About(Value):
    """What a mail without a thread is about, known from its subject or from whose text it passes on."""

    bulletin: str
    period: str | None = None
    theme: str


class Facts(Value):
    """Everything that the rules look at."""

    mail_class: MailClass
    author: str | None  # the strictly read From address
    author_defects: tuple[str, ...] = ()
    authentic: Literal["pass", "fail", "none"] = "none"
    own: bool = False  # its Message-ID is in our outbox
    bounced_ours: bool = False  # a bounce that names one of our Message-IDs
    repeat_of: int | None = None
    thread: Thread | None = None
    editor_of: tuple[str, ...] = ()  # bulletins whose editor the author is
    lead_of: tuple[tuple[str, str], ...] = ()  # (bulletin, theme) that the author leads or deputises
    reader_of: tuple[str, ...] = ()
    says_hold: bool = False
    says_command: bool = False  # nothing but another of the editor's words
    codes: bool = False  # an unproven editor's command is confirmed by a mailed code
    marking_too_high: bool = False  # a protective marking above OFFICIAL
    unsafe: tuple[str, ...] = ()  # reasons of the pre-scan
    forwarded_by: str | None = None
    reader_link: About | None = None  # the subject is that of a section's mail link
    passed_on: tuple[About, ...] = ()  # an editor passes on a lead's mail: the themes of that lead


class Rule(NamedTuple):
    """One named rule: when it applies, and what it says then."""

    name: str
    applies: Callable[[Facts], bool]
    kind: Kind
    reason: str


def _ours(facts: Facts) -> bool:
    return facts.thread is not None


def _known(facts: Facts) -> bool:
    return bool(facts.lead_of or facts.editor_of)


def _for_lead(facts: Facts) -> bool:
    return facts.thread is not None and facts.thread.purpose == "lead"


def _for_editor(facts: Facts) -> bool:
    return facts.thread is not None and facts.thread.purpose == "editor"


def _may_command(facts: Facts) -> bool:
    return facts.thread is not None and facts.thread.bulletin in facts.editor_of and _may_speak(facts)


def _may_speak(facts: Facts) -> bool:
    """Who sent it is proven; or it cannot be known, and a mailed code will prove it (HOLD needs neither)."""
    return facts.authentic == "pass" or (facts.authentic == "none" and facts.codes)


def _of_that_bulletin(facts: Facts) -> bool:
    """The author is a lead, deputy or editor of the bulletin that the mail belongs to."""
    bulletins = {bulletin for bulletin, _ in facts.lead_of} | set(facts.editor_of)
    return facts.thread is not None and facts.thread.bulletin in bulletins


def _away(facts: Facts) -> bool:
    """An out-of-office answer that would make somebody absent. As with a reply, the mail of ours that it answers stands
    in for a proof of who sent it, but never against evidence."""
    automatic = facts.mail_class is MailClass.AUTO_REPLY and facts.author is not None
    return automatic and (_for_lead(facts) or _known(facts))


FORGED = "The mail system says that the sender's address may be forged."
READERS_QUESTION = "reader's question"  # the thread of a notice that passes on what a reader asks
MACHINE = (MailClass.DELAY_NOTICE, MailClass.READ_RECEIPT, MailClass.RECALL, MailClass.CALENDAR_RESPONSE)

RULES: tuple[Rule, ...] = (
    Rule("own", lambda f: f.own, Kind.OWN, "It is a mail of our own."),
    Rule("repeat", lambda f: f.repeat_of is not None, Kind.REPEAT, "The same mail came before."),
    Rule(
        "unsafe-known",
        lambda f: bool(f.unsafe) and (_ours(f) or _known(f)),
        Kind.HELD,
        "The mail could not be read safely.",
    ),
    Rule(
        "unsafe", lambda f: bool(f.unsafe), Kind.STRAY, "The mail could not be read safely and nothing ties it to us."
    ),
    Rule("bounce", lambda f: f.bounced_ours, Kind.BOUNCE, "A mail of ours came back."),
    Rule(
        "foreign-bounce", lambda f: f.mail_class is MailClass.BOUNCE, Kind.STRAY, "A bounce of a mail that is not ours."
    ),
    Rule("machine", lambda f: f.mail_class in MACHINE and _ours(f), Kind.FILED, "A machine's notice; nothing to do."),
    Rule("foreign-machine", lambda f: f.mail_class in MACHINE, Kind.STRAY, "A machine's notice that is not about us."),
    Rule("forged-absence", lambda f: _away(f) and f.authentic == "fail", Kind.HELD, FORGED),
    Rule(
        "absence",
        lambda f: _away(f) and (f.authentic == "pass" or _for_lead(f) or _for_editor(f)),
        Kind.ABSENCE,
        "An out-of-office answer.",
    ),
    Rule(
        "unproven-absence",
        lambda f: _away(f) and not _ours(f),
        Kind.STRAY,
        "An automatic mail that answers none of ours, and the mail system does not prove who sent it.",
    ),
    Rule(
        "automatic",
        lambda f: f.mail_class is MailClass.AUTO_REPLY and _ours(f),
        Kind.FILED,
        "An automatic answer to a mail of ours; nothing to do.",
    ),
    Rule("foreign-automatic", lambda f: f.mail_class is MailClass.AUTO_REPLY, Kind.STRAY, "An automatic mail."),
    Rule(
        "no-author",
        lambda f: f.author is None and _ours(f),
        Kind.HELD,
        "It answers a mail of ours, but who sent it cannot be read with certainty.",
    ),
    Rule("no-author-stray", lambda f: f.author is None, Kind.STRAY, "Who sent it cannot be read with certainty."),
    Rule(
        "forged",
        lambda f: f.authentic == "fail" and (_ours(f) or _known(f)),
        Kind.HELD,
        FORGED,
    ),
    Rule("forged-stray", lambda f: f.authentic == "fail", Kind.STRAY, "A forged sender, and nothing ties it to us."),
    Rule(
        "marking",
        lambda f: f.marking_too_high and (_ours(f) or _known(f)),
        Kind.HELD,
        "It carries a protective marking above OFFICIAL.",
    ),
    Rule(
        "command-with-a-slip",
        lambda f: _for_editor(f) and f.thread is not None and f.thread.by == "near token" and not f.says_hold,
        Kind.HELD,
        "It answers a mail to the editors, but its reference has a slip; a command needs the exact one.",
    ),
    Rule("command", lambda f: _for_editor(f) and _may_command(f), Kind.COMMAND, "An editor's reply to a mail of ours."),
    Rule(
        "unproven-command",
        lambda f: _for_editor(f) and bool(f.editor_of),
        Kind.HELD,
        "It answers a mail to the editors from an editor's address, but the mail system does not prove who sent it.",
    ),
    Rule(
        "hold-without-token",
        lambda f: f.says_hold and bool(f.editor_of) and _may_speak(f),
        Kind.COMMAND,
        "An editor says HOLD; stopping needs no reference.",
    ),
    Rule(
        "not-an-editor",
        _for_editor,
        Kind.HELD,
        "It answers a mail to the editors, but its sender is not an editor.",
    ),
    Rule(
        "submission",
        lambda f: _for_lead(f) and _of_that_bulletin(f) and (f.thread is not None and f.thread.by != "near token"),
        Kind.SUBMISSION,
        "A reply to a request, from somebody we know.",
    ),
    Rule(
        "near-token",
        lambda f: _for_lead(f) and _of_that_bulletin(f),
        Kind.SUBMISSION,
        "A reply to a request whose reference has a slip of one character, from somebody we know.",
    ),
    Rule(
        "stranger-with-token",
        _for_lead,
        Kind.HELD,
        "It answers a request, but its sender is neither a lead nor a deputy nor an editor.",
    ),
    Rule(
        "reader-answer",
        lambda f: f.thread is not None and f.thread.kind == READERS_QUESTION and _of_that_bulletin(f),
        Kind.READER_ANSWER,
        "The answer to a reader's question that was passed on.",
    ),
    Rule(
        "reader",
        lambda f: f.thread is not None and f.thread.purpose == "reader",
        Kind.READER_REPLY,
        "A reader's reply to the bulletin.",
    ),
    Rule(
        "reader-link",
        lambda f: f.thread is None and f.reader_link is not None,
        Kind.READER_REPLY,
        "A reader asks about a section, by that section's own mail link.",
    ),
    Rule(
        "passed-on-by-editor",
        lambda f: f.thread is None and len(f.passed_on) == 1,
        Kind.SUBMISSION,
        "An editor has passed on what a lead wrote to them.",
    ),
    Rule(
        "passed-on-for-some-theme",
        lambda f: f.thread is None and bool(f.passed_on),
        Kind.HELD,
        "An editor has passed on what a lead wrote to them, and that lead has several themes.",
    ),
    Rule(
        "command-without-thread",
        lambda f: f.thread is None and f.says_command and bool(f.editor_of) and _may_speak(f),
        Kind.COMMAND,
        "An editor gives a command in a mail of its own; the answer says which mail it must reply to.",
    ),
    Rule(
        "lead-without-thread",
        lambda f: bool(f.lead_of) and f.mail_class in (MailClass.REPLY, MailClass.UNKNOWN, MailClass.COMMAND),
        Kind.HELD,
        "A lead has written, but the mail answers no request of ours; the theme is a guess.",
    ),
    Rule("stray", lambda f: True, Kind.STRAY, "Nothing ties it to us."),
)


def classify(facts: Facts) -> Verdict:
    """The first rule that applies, as a verdict with reasons and, for a guess, its candidates."""
    rule = next(rule for rule in RULES if rule.applies(facts))
    thread = facts.thread
    reasons = (rule.reason, *facts.unsafe, *(facts.author_defects if facts.author is None else ()))
    if thread is not None:
        reasons = (*reasons, f"Tied to our {thread.kind.replace('_', ' ')} by its {thread.by}.")
    about = _about(facts, rule)
    bulletins = {about.bulletin} if about else {b for b, _ in facts.lead_of} | set(facts.editor_of)
    bulletin = thread.bulletin if thread else min(bulletins, default=None)
    candidates = tuple(theme for _, theme in facts.lead_of)
    if rule.name == "passed-on-for-some-theme":
        candidates = tuple(one.theme for one in facts.passed_on)
    theme = thread.theme if thread and thread.theme else about.theme if about else None
    return Verdict(
        kind=str(rule.kind),
        bulletin=bulletin,
        period=thread.period if thread else about.period if about else None,
        theme=theme,
        person=facts.author or "",
        rule=rule.name,
        reasons=reasons,
        candidates=(theme,) if theme and rule.kind is Kind.HELD and not candidates else candidates,
    )


def _about(facts: Facts, rule: Rule) -> About | None:
    """What a mail without a thread is about, by the rule that hit."""
    if rule.name == "reader-link":
        return facts.reader_link
    return facts.passed_on[0] if rule.name == "passed-on-by-editor" else None
