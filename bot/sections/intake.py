"""May this mail speak, and may what it brings be read? One judgement on raw bytes, before anything is published.

The order is the order of trust: limits on the bytes, machines and our own mail, who it is from, what the person may
do, and only then what the mail holds. Every judgement has a code and reasons in plain words. Pure but for the cage
that looks into Office files; it reads no store: what must be known is in ``Circle``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Literal

from pydantic import AwareDatetime

from bot.core.decision import Command, Word, decide
from bot.core.keys import find_tokens, inbound_digest, token_hash
from bot.core.model import Finding, MailClass, Severity, Value, block_text
from bot.core.sensitive import sensitive_reasons
from bot.core.signoff import SIGN_OFF_MAX, only_sign_off
from bot.mail.authenticity import AuthResult, TrustProfile, authenticate
from bot.mail.bounce import bounces
from bot.mail.kinds import classify
from bot.mail.parse import Message, parse_message
from bot.mail.prescan import prescan
from bot.sections.editortext import editor_text
from bot.sections.files import GRAVITY, HONEST, FileJudgement, Verdict, judge_in_cage, screen_markup
from bot.sections.mailtext import broken_encoding, header_dangers, visible_text
from bot.sections.nil import is_cover, is_greeting
from bot.sections.reading import read_reply

# A person's business card or signature comes along unasked and is nobody's content.
SILENT_TYPES = (
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/vcard",
    "text/x-vcard",
)  # fmt: skip


class TokenFact(Value):
    """What a token stands for: whose it is, for a decision on a draft or for a section, and whether it is current."""

    person: str
    purpose: Literal["decision", "section"]
    alive: bool = True


class Circle(Value):
    """Who may speak to the bot, and what it has seen. Addresses are in lower case; ``tokens`` is keyed by hash,
    ``seen`` maps the Message-ID of a handled mail to its digest."""

    bot: str
    editors: frozenset[str]
    leads: frozenset[str]
    trust: TrustProfile
    tokens: Mapping[str, TokenFact] = {}
    seen: Mapping[str, str] = {}
    now: AwareDatetime
    themes: Mapping[str, str] = {}


class Judgement(Value):
    """The verdict on a mail, its code, and why; the editor's command where it is one; what was noticed in it."""

    verdict: Verdict
    code: str
    reasons: tuple[str, ...] = ()
    author: str | None = None
    command: Command | None = None
    findings: tuple[Finding, ...] = ()
    message_id: str = ""
    digest: str = ""


OwnId = Callable[[str], bool]


def judge_mail(raw: bytes, circle: Circle, is_own: OwnId) -> Judgement:
    """Judge one mail. Never raises on content. ``is_own`` says whether a Message-ID (without <>) is in our outbox."""
    problems = prescan(raw)
    if problems:
        return Judgement(verdict="reject", code=problems[0].code, reasons=tuple(one.sentence for one in problems))
    message = parse_message(raw)
    digest = _digest(message)
    base = Judgement(verdict="ignore", code="", message_id=message.message_id, digest=digest)
    known = _machine(message, is_own) or _repeat(message, digest, circle)
    if known is not None:
        return base.model_copy(update=known)
    refused = [finding for body in message.bodies for finding in screen_markup(body.html or "").refused]
    if refused:  # before any tree is built of it
        return _end(base, "reject", refused[0].code, refused[0].message)
    proof = authenticate(raw, circle.trust)
    base = base.model_copy(update={"author": proof.address})
    if proof.address is None:
        return _end(base, "reject", "malformed-sender", *proof.reasons)
    if proof.address in circle.editors:
        return _judge_editor(base, message, proof, circle)
    if proof.address in circle.leads:
        return _judge_lead(base, raw, message, proof, circle)
    return _end(base, "reject", "unknown-sender", "The sender is neither an editor nor a lead of this bulletin.")


def _end(base: Judgement, verdict: Verdict, code: str, *reasons: str) -> Judgement:
    return base.model_copy(update={"verdict": verdict, "code": code, "reasons": reasons})


def _digest(message: Message) -> str:
    """The second identity of the mail, over decoded values."""
    from bot.core.keys import digest

    return inbound_digest(
        message.message_id, message.get("from"), message.get("date"), message.subject,
        message.text or message.html or "", [digest(part.data) for part in message.attachments],
    )  # fmt: skip


# ----------------------------------------------------------------------------------------- machines and repeats

_AUTO_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|autoreply)\b", re.IGNORECASE
)


def _machine(message: Message, is_own: OwnId) -> dict[str, object] | None:
    """Our own mail, a bounce, or any other machine's mail; None for a person's."""
    if message.message_id and is_own(message.message_id):
        return {"code": "own", "reasons": ("This is a message of our own that came back.",)}
    kind, _ = classify(message)
    if kind is MailClass.BOUNCE:
        failed = bounces(message, visible_text(message))
        if any(is_own(one.original_message_id) for one in failed if one.original_message_id and one.permanent):
            return {"verdict": "accept", "code": "bounce", "reasons": ("A message of ours could not be delivered.",)}
        return {"code": "report", "reasons": ("A report that concerns no failed message of ours.",)}
    if kind not in (MailClass.REPLY, MailClass.UNKNOWN, MailClass.COMMAND) or _is_automatic(message):
        return {"code": "automatic", "reasons": ("A machine wrote this; it commands nothing and gets no answer.",)}
    return None


def _is_automatic(message: Message) -> bool:
    submitted = message.get("auto-submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if message.get("return-path").strip() == "<>" or any(
        message.get(name) for name in ("x-autoreply", "x-autorespond", "x-loop", "list-id", "list-unsubscribe")
    ):
        return True
    precedence = message.get("precedence").strip().lower()
    return precedence in ("bulk", "junk", "list", "auto_reply") or bool(_AUTO_SUBJECT.match(message.subject))


def _repeat(message: Message, digest: str, circle: Circle) -> dict[str, object] | None:
    """The same mail again, or another one under the same Message-ID."""
    before = circle.seen.get(message.message_id) if message.message_id else None
    if before is None:
        return None
    if before == digest:
        return {"code": "repeat", "reasons": ("The same message came again; it counts once.",)}
    why = "Another message came under the Message-ID of one already handled."
    return {"verdict": "quarantine", "code": "same-id-other-text", "reasons": (why,)}


# ------------------------------------------------------------------------------------------------------- editors


def _judge_editor(base: Judgement, message: Message, proof: AuthResult, circle: Circle) -> Judgement:
    """Three factors for a command: a proven sender, the role, a token of the current draft (but none for HOLD)."""
    if proof.result != "pass":
        return _end(base, "reject", "not-authenticated", *proof.reasons)
    said = editor_text(message)
    text = said.new
    command = decide(
        text,
        now=circle.now,
        themes=circle.themes,
        has_attachment=any(not part.inline for part in message.attachments),
        html_text_agree=said.agree,
        aside=said.aside,
        hidden=said.hidden,
    )
    base = base.model_copy(update={"command": command})
    if command.problem:
        return _end(base, "reject", "unclear-command", command.problem)
    if command.word is Word.HOLD:
        return _end(base, "accept", "command", "HOLD from an editor always counts.")
    problem = _token_problem(message.subject, message.text or text, proof.address or "", circle)
    if problem:
        return _end(base, "reject", *problem)
    return _end(base, "accept", "command", f"{command.word} for the current draft.")


def _token_problem(subject: str, text: str, person: str, circle: Circle) -> tuple[str, str] | None:
    """Why the tokens of a command do not bind it to the current draft, or None. The subject's come first."""
    named = find_tokens(subject) or find_tokens(text)
    facts = [circle.tokens.get(token_hash(token)) for token in named]
    known = [fact for fact in facts if fact is not None]
    if not known:
        return ("no-token", "The message names no draft: its reference is missing or wrong.")
    if any(not fact.alive for fact in known):
        return ("old-draft", "The message answers a draft that is no longer the current one.")
    if any(fact.purpose != "decision" or fact.person not in ("", person) for fact in known):
        return ("foreign-token", "The reference belongs to another person or to something else.")
    return None


# --------------------------------------------------------------------------------------------------------- leads


def _judge_lead(base: Judgement, raw: bytes, message: Message, proof: AuthResult, circle: Circle) -> Judgement:
    """A submission needs a known sender without a failure, and a token of their own where one is named."""
    if proof.result == "fail":
        return _end(base, "quarantine", "not-authenticated", *proof.reasons)
    text = visible_text(message)
    facts = [
        circle.tokens.get(token_hash(token)) for token in find_tokens(f"{message.subject}\n{message.text or text}")
    ]
    known = [fact for fact in facts if fact is not None]
    command = decide(text, now=circle.now, themes=circle.themes)
    if any(fact.purpose == "decision" for fact in known) or command.word is Word.APPROVE:
        return _end(base, "reject", "not-an-editor", "Only an editor decides about a draft; nothing was done.")
    if any(fact.person not in ("", proof.address) for fact in known):
        return _end(base, "quarantine", "foreign-token", "The reference of the request belongs to another person.")
    if proof.result == "none" and not known:
        return _end(base, "quarantine", "not-authenticated", *proof.reasons)
    return judge_content(base, raw, message, text)


def judge_content(base: Judgement, raw: bytes, message: Message, said: str) -> Judgement:
    """What a submission holds: the gravest of what its headers, text and files bring. ``said`` is its own text."""
    text = visible_text(message)
    verdicts: list[tuple[Verdict, str, str]] = []
    findings: list[Finding] = []
    for code, sentence in header_dangers(raw, message):
        verdicts.append(("sanitize", code, sentence))
    if broken_encoding(raw):
        verdicts.append(("quarantine", "broken-encoding", "The message arrived damaged: its text cannot be decoded."))
    speaks = says_something(said)
    for part in message.attachments:
        if part.media_type in SILENT_TYPES:
            continue
        judged = judge_in_cage(part.name, part.data)
        findings.extend(judged.findings)
        verdicts.extend(_file_verdicts(judged, speaks or part.inline))
    if all(verdict != "reject" for verdict, _, _ in verdicts):
        text += "\n" + _attached_text(message)
    for code, sentence in sensitive_reasons(text):
        verdicts.append(("quarantine", code, sentence))
    for body in message.bodies:
        screening = screen_markup(body.html or "")
        findings.extend(screening.findings())
        verdicts.extend((_as_verdict(screening.verdict), one.code, one.message) for one in screening.findings())
    if not text.strip() and not message.attachments and not message.nested:
        verdicts.append(("quarantine", "no-text", "The message holds no text of its own."))
    findings.extend(_problem_finding(problem) for problem in message.problems)
    accepted: tuple[Verdict, str, str] = ("accept", "submission", "It is read as a section.")
    verdict, code, _ = min(verdicts, key=lambda one: GRAVITY.index(one[0]), default=accepted)
    reasons = tuple(dict.fromkeys(sentence for weight, _, sentence in verdicts or [accepted] if weight == verdict))
    return _end(base, verdict, code, *reasons).model_copy(update={"findings": tuple(findings)})


_ATTACHED = re.compile(r"(?:[\w'’]+,?\s+){0,6}(?:attach|enclos)\w*(?:\s+[\w'’]+){0,4}[.!]*", re.IGNORECASE)


def says_something(text: str) -> bool:
    """Does the mail say more than "see attached"?"""
    lines = (line.strip() for line in text.splitlines())
    own = (line for line in lines if line and not (is_cover(line) or is_greeting(line) or _ATTACHED.fullmatch(line)))
    return not only_sign_off(islice(own, SIGN_OFF_MAX + 1))


def _file_verdicts(judged: FileJudgement, spared: bool) -> list[tuple[Verdict, str, str]]:
    """What a file means for its mail: an honest one that is not read is only set aside when the mail is ``spared``."""
    verdicts: list[tuple[Verdict, str, str]] = []
    for finding in judged.findings[:1]:
        aside = spared and judged.verdict == "reject" and finding.code in HONEST
        verdicts.append(("sanitize" if aside else judged.verdict, finding.code, finding.message))
    return verdicts


def _attached_text(message: Message) -> str:
    """The words of the Word files, which the screen has let through."""
    if not message.attachments:
        return ""
    return "\n".join(block_text(placed.block) for placed in read_reply(message).blocks if placed.source)


def _as_verdict(name: str) -> Verdict:
    return next(verdict for verdict in GRAVITY if verdict == name)


def _problem_finding(problem: str) -> Finding:
    sentence = problem[:1].upper() + problem[1:] + "."
    return Finding(code="check-characters", severity=Severity.NOTE, message=sentence)
