"""What kind of mail it is, by MIME and headers first: a table of named rules, the first that hits decides.

`own` and `command` need what only the service knows (our outbox, who edits) and are decided there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.model import MailClass
from bot.mail.autoreply import says_absent
from bot.mail.html import html_lines
from bot.mail.parse import Message

Test = Callable[[Message], str]

_DAEMON = re.compile(
    r"^(?:mailer-?daemon|postmaster|microsoftexchange[0-9a-f]{32}|mail-?delivery|mdaemon|maildelivery|bounces?)(?:@|$)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"^\W*(?:undeliver(?:able|ed)|delivery (?:status notification \(failure\)|failure|failed|has failed)|mail"
    r" delivery (?:failed|failure|system)"
    r"|returned mail|failure notice|message (?:delivery failure|undeliverable)|undelivered mail|non[- ]?delivery"
    r"|unzustellbar|non remis|no entregado"
    r"|mail could not be delivered|rejected:|address not found)",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"^\W*(?:delayed|delivery delayed|delivery status notification \(delay\)|warning: (?:message|could not send)"
    r"|message delayed|delivery is delayed)",
    re.IGNORECASE,
)
_AUTO_SUBJECT = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder|antwort)|automatische antwort"
    r"|réponse automatique|respuesta automática"
    r"|out of (?:the )?office|ooo\b|absence|abwesenheit|automatisch antwoord|autosvar|risposta automatica"
    r"|ateb(?:iad)? awtomatig|i am away|away from)",
    re.IGNORECASE,
)
_READ_SUBJECT = re.compile(
    r"^\W*(?:read|not read|gelesen|lu|leído|lettura|darllenwyd|deleted without being read)\s*:", re.IGNORECASE
)
_READ_BODY = re.compile(
    r"\bwas (?:read|displayed|deleted without being read)\b|\bwurde\b.{0,30}\bgelesen\b", re.IGNORECASE
)
_RECALL_SUBJECT = re.compile(r"^\W*(?:recall|message recall|rückruf)\s*:", re.IGNORECASE)
_RECALL_BODY = re.compile(
    r"would like to recall the message|message recall report|recall (?:success|failure)", re.IGNORECASE
)
_CALENDAR_SUBJECT = re.compile(
    r"^\W*(?:accepted|declined|tentative(?:ly accepted)?|new time proposed|cancell?ed|meeting forward"
    r" notification)\s*:",
    re.IGNORECASE,
)
_BOT_ID = re.compile(r"<?bul\.[0-9a-f]{40}@")  # as core/keys.py makes the Message-IDs of our own mails
_QMAIL = re.compile(
    r"^\s*hi\. this is the\b.{0,80}\bqmail|this is the mail (?:system|delivery)|i'm sorry to have to inform you",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: ``test`` gives the reason in words when it hits, else ""."""

    name: str
    kind: MailClass
    test: Test


def classify(message: Message) -> tuple[MailClass, tuple[str, ...]]:
    """The class of a mail, and (rule that hit, reason)."""
    for rule in RULES:
        reason = rule.test(message)
        if reason:
            return rule.kind, (rule.name, reason)
    return MailClass.REPLY, ("person", "no sign of an automatic mail")


def _report_actions(message: Message) -> set[str]:
    found = set()
    for kind, text in message.reports:
        if kind == "message/delivery-status":
            found |= {action.lower() for action in re.findall(r"(?im)^action\s*:\s*([a-z-]+)", text)}
    return found


def _delay_report(message: Message) -> str:
    actions = _report_actions(message)
    return "its delivery report says delayed" if actions and actions <= {"delayed"} else ""


def _failure_report(message: Message) -> str:
    if any(kind == "message/delivery-status" for kind, _ in message.reports):
        actions = _report_actions(message)
        if actions and actions <= {"delivered", "relayed", "expanded"}:
            return ""
        return "it carries a delivery report"
    return "it is marked as a non-delivery report" if "x-ms-exchange-message-is-ndr" in message.headers else ""


def _delivered_report(message: Message) -> str:
    return "its delivery report says delivered" if _report_actions(message) else ""


def _another_bot(message: Message) -> str:
    """A bot like this one, of another council: two that answered each other would never stop."""
    return "a bulletin bot wrote it" if _BOT_ID.match(message.message_id) else ""


def _disposition(message: Message) -> str:
    if any(kind == "message/disposition-notification" for kind, _ in message.reports):
        return "it carries a read receipt"
    value = message.get("content-type").lower()
    return "it is a read receipt" if "disposition-notification" in value and "report" in value else ""


def _calendar(message: Message) -> str:
    if message.calendar:
        return "it carries a calendar part"
    subject = _CALENDAR_SUBJECT.match(message.subject)
    meeting = (
        "meeting" in message.get("content-class").lower() + message.get("x-ms-exchange-calendar-originator-id").lower()
    )
    return "it answers an invitation" if subject and (meeting or _is_bare(message)) else ""


def _is_bare(message: Message) -> bool:
    return len(_head(message)) < 40


def _recall(message: Message) -> str:
    if (
        "x-ms-exchange-recall-message" in message.headers
        or "ipm.outlook.recall" in message.get("x-message-class").lower()
    ):
        return "it is marked as a recall"
    if _RECALL_SUBJECT.match(message.subject) and _RECALL_BODY.search(_head(message)):
        return "it recalls a message"
    return ""


def _read_by_text(message: Message) -> str:
    if _READ_SUBJECT.match(message.subject) and _READ_BODY.search(_head(message)):
        return "it says that our mail was read"
    return ""


def _sender_is_daemon(message: Message) -> bool:
    senders = [address.split("@")[0] + "@" for address in message.from_addresses[:2]]
    return any(_DAEMON.match(sender) for sender in senders) or message.get("from").lower().startswith(
        ("mailer-daemon", "mail delivery")
    )


def _delay_by_text(message: Message) -> str:
    if not _DELAY_SUBJECT.match(message.subject):
        return ""
    null = message.get("return-path").strip() == "<>"
    return "a mail system says that delivery is delayed" if _sender_is_daemon(message) or null else ""


def _bounce_by_text(message: Message) -> str:
    if _sender_is_daemon(message):
        if (
            _BOUNCE_SUBJECT.match(message.subject)
            or _QMAIL.search(_head(message))
            or "x-failed-recipients" in message.headers
        ):
            return "a mail system says that it could not deliver"
        return "it comes from a mail system" if message.get("return-path").strip() == "<>" else ""
    if "x-failed-recipients" in message.headers:
        return "it names failed recipients"
    automatic = message.get("auto-submitted").lower() not in ("", "no") or message.get("return-path").strip() == "<>"
    return "its subject says undeliverable" if automatic and _BOUNCE_SUBJECT.match(message.subject) else ""


def _auto_header(message: Message) -> str:
    submitted = message.get("auto-submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"it says Auto-Submitted: {submitted[:40]}"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply"):
        if message.get(name).lower() not in ("", "no", "false"):
            return f"it carries {name}"
    if message.get("precedence").strip().lower() in ("auto_reply", "auto-reply", "junk") and message.get("precedence"):
        return "its precedence says automatic"
    return ""


def _auto_subject(message: Message) -> str:
    return "its subject says automatic reply" if _AUTO_SUBJECT.match(message.subject) else ""


def _auto_text(message: Message) -> str:
    """An out-of-office without any header. Word by word: a person may mention their leave in a real reply."""
    if message.attachments and any(not part.inline for part in message.attachments):
        return ""
    return "its whole text says that the sender is away" if says_absent(_head(message)) else ""


def _nobody(message: Message) -> str:
    return "" if message.from_addresses or message.subject or message.in_reply_to else "it has no sender and no subject"


def _head(message: Message) -> str:
    """The first part of the visible text, for the few rules that need it."""
    for body in message.bodies:
        if body.text and body.text.strip():
            return body.text[:3_000]
        if body.html:
            lines = html_lines(body.html[:60_000])
            return "\n".join(line.text for line in lines if line.text)[:3_000]
    return ""


RULES: tuple[Rule, ...] = (
    Rule("delay-report", MailClass.DELAY_NOTICE, _delay_report),
    Rule("failure-report", MailClass.BOUNCE, _failure_report),
    Rule("delivered-report", MailClass.READ_RECEIPT, _delivered_report),
    Rule("read-receipt", MailClass.READ_RECEIPT, _disposition),
    Rule("recall", MailClass.RECALL, _recall),
    Rule("read-receipt-text", MailClass.READ_RECEIPT, _read_by_text),
    Rule("calendar", MailClass.CALENDAR_RESPONSE, _calendar),
    Rule("delay-text", MailClass.DELAY_NOTICE, _delay_by_text),
    Rule("bounce-text", MailClass.BOUNCE, _bounce_by_text),
    Rule("another-bot", MailClass.AUTO_REPLY, _another_bot),
    Rule("automatic-header", MailClass.AUTO_REPLY, _auto_header),
    Rule("automatic-subject", MailClass.AUTO_REPLY, _auto_subject),
    Rule("nobody", MailClass.UNKNOWN, _nobody),
    Rule("automatic-text", MailClass.AUTO_REPLY, _auto_text),
)
