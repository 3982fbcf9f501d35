"""What kind of mail it is, by the first rule that hits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from bot.core.model import MailClass
from bot.mail.autoreply import alternates, return_date, says_absent
from bot.mail.bounce import bounces
from bot.mail.kinds import RULES, classify
from bot.mail.parse import parse_message

HUMAN = "Our update is below. Two new volunteers joined in July."


def _mail(
    body: str = HUMAN, *, subject: str = "RE: Hate Crime", sender: str = "sam@police.example.org", **headers: str
) -> bytes:
    lines = [f"From: {sender}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\n".join(lines) + f"\n\n{body}\n").encode()


@pytest.mark.parametrize(
    ("raw", "kind", "rule"),
    [
        (_mail(), MailClass.REPLY, "person"),
        (_mail(X_Auto_Response_Suppress="All"), MailClass.REPLY, "person"),
        (_mail(Auto_Submitted="no"), MailClass.REPLY, "person"),
        (_mail(Auto_Submitted="auto-replied"), MailClass.AUTO_REPLY, "automatic-header"),
        (_mail(X_Autoreply="yes"), MailClass.AUTO_REPLY, "automatic-header"),
        (_mail(subject="Out of office: RE: Hate Crime"), MailClass.AUTO_REPLY, "automatic-subject"),
        (
            _mail(subject="Read: Hate Crime", body="Your message was read on 4 August."),
            MailClass.READ_RECEIPT,
            "read-receipt-text",
        ),
        (_mail(subject="Read: this book for the launch"), MailClass.REPLY, "person"),
        (_mail(subject="Recall: Hate Crime", body="Sam would like to recall the message."), MailClass.RECALL, "recall"),
        (_mail(subject="Accepted: deadline", body=" "), MailClass.CALENDAR_RESPONSE, "calendar"),
        (_mail(subject="Accepted: our bid for the youth fund"), MailClass.REPLY, "person"),
        (_mail(sender="MAILER-DAEMON@mx.example.org", subject="failure notice"), MailClass.BOUNCE, "bounce-text"),
        (_mail(sender="postmaster@mx.example.org", subject="Delayed: x"), MailClass.DELAY_NOTICE, "delay-text"),
        (_mail(subject="Undeliverable: the leaflets came back"), MailClass.REPLY, "person"),
        (b"\n\nhello", MailClass.UNKNOWN, "nobody"),
    ],
)
def test_the_first_rule_that_hits_decides(raw: bytes, kind: MailClass, rule: str) -> None:
    assert classify(parse_message(raw))[0] is kind
    assert classify(parse_message(raw))[1][0] == rule
    assert classify(parse_message(raw))[1][1]


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("I am out of the office until Monday. Please contact jo@police.example.org.", True),
        ("Hello, thank you for your email. I'm on annual leave, back on 18 August.", True),
        ("Diolch am eich e-bost. Rwyf ar wyliau. I will return on 18 August.", True),
        ("I am on leave from Friday so here is our update. Please contact Jo until then.", False),
        ("The shelter is out of office space and needs a new home.", False),
        (HUMAN, False),
    ],
)
def test_an_absence_is_told_from_a_reply_that_mentions_leave(text: str, absent: bool) -> None:
    assert says_absent(text) is absent


SENT = datetime(2025, 8, 4, 10, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("back on 18 August", date(2025, 8, 18)),
        ("I return on Monday 18th August 2025.", date(2025, 8, 18)),
        ("returning to the office on 18/08/2025", date(2025, 8, 18)),
        ("I am on leave until 05/09/25", date(2025, 9, 5)),
        ("I am away until Thursday", date(2025, 8, 7)),
        ("away from 4 to 15 August inclusive", date(2025, 8, 18)),
        ("out of the office up to and including Friday 15 August", date(2025, 8, 18)),
        ("I will be back on 2 January", date(2026, 1, 2)),
        ("back on 2025-08-20", date(2025, 8, 20)),
        ("I shall answer when I can", None),
        ("I will be back on 31 February", None),
    ],
)
def test_the_day_of_return_is_read_the_british_way(text: str, day: date | None) -> None:
    assert return_date(text, SENT) == day


def test_the_alternate_contact_is_neither_the_sender_nor_us() -> None:
    text = "Please contact jo.brook@police.example.org or sam@police.example.org (me)."
    assert alternates(text, ("sam@police.example.org",)) == ("jo.brook@police.example.org",)


EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients.

  sam@police.example.org
    host mx.police.example.org: 550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------
Message-ID: <request-1@council.example.org>
"""


def test_a_bounce_in_prose_gives_recipient_status_and_our_mail() -> None:
    raw = _mail(
        EXIM, sender="Mailer-Daemon@mx.example.org", subject="Mail delivery failed: returning message to sender"
    )
    (bounced,) = bounces(parse_message(raw), EXIM)
    assert (bounced.recipient, bounced.status, bounced.permanent) == ("sam@police.example.org", "5.1.1", True)
    assert bounced.original_message_id == "request-1@council.example.org"


def test_a_bounce_that_names_nobody_gives_nobody() -> None:
    raw = _mail("Something went wrong.", sender="Mailer-Daemon@mx.example.org", subject="failure notice")
    assert bounces(parse_message(raw), "Something went wrong.") == ()
    assert not re.search("@", "Something went wrong.")
