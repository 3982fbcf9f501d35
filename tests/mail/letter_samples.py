"""One letter of each kind, an envelope, and a reader of the composed mail."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.findings import numbered
from bot.core.model import (
    AttachmentUse,
    CountRow,
    Finding,
    FormField,
    Item,
    Leftover,
    ListItem,
    Paragraph,
    Person,
    Picture,
    Problem,
    Run,
    Section,
    StatisticsTable,
)
from bot.mail.compose import (
    Envelope,
    compose,
)
from bot.mail.letters import (
    AlertLetter,
    AnswerLetter,
    AnyLetter,
    BulletinLetter,
    ChaserLetter,
    ConfirmationLetter,
    DeputyLetter,
    DraftLetter,
    NoticeLetter,
    OutcomeLetter,
    ReceiptLetter,
    ReminderLetter,
    RequestLetter,
    Shown,
    Standing,
    StrayMail,
    Undelivered,
)
from bot.mail.templates import MailTemplates

LONDON = ZoneInfo("Europe/London")


TEMPLATES = MailTemplates.from_folder(Path(__file__).parents[2] / "templates" / "mail")


TOKEN = "7K3Q-F2M9-XWDT-4MPT-81ZD"


BASE = {"bulletin": "CCSU RAG update", "month": "August 2025", "name": "Sam", "token": TOKEN, "team": "The unit"}


DEADLINE = datetime(2025, 8, 12, 12, 0, tzinfo=LONDON)


AT = datetime(2025, 8, 13, 9, 5, tzinfo=LONDON)


DIST = datetime(2025, 8, 18, 9, 0, tzinfo=LONDON)


DIGEST = "ab" * 32


EVIL = '<script>alert(1)</script> {{ 7*7 }} "quoted" & Ünïcode'


def section(text: str = "The work goes on.") -> Section:
    """A section with a paragraph, a list, a picture and statistics."""
    stats = StatisticsTable(
        series="custody",
        title="Drug tests",
        period="2025-07",
        measures=(("positive", "Positive"),),
        rows=(CountRow(district="Watford", values={"positive": 1428}, total=1428),),
        totals={"positive": 1428, "total": 1428},
    )
    blocks = (
        Paragraph(runs=(Run(text=text), Run(text="our page", url="https://www.council.example.org/p"))),
        ListItem(runs=(Run(text="First point"),)),
        Picture(digest=DIGEST, alt="A bar chart", width=900),
    )
    return Section(theme="hate", title="Hate Crime", items=(Item(heading="News", blocks=blocks),), statistics=stats)


def letters(words: str = "The work goes on.") -> tuple[AnyLetter, ...]:
    """One letter of each kind, with these words wherever people outside may put theirs."""
    people = tuple(Person(name=f"Reader {n}", address=f"reader{n}@council.example.org") for n in range(30))
    lost = (Undelivered(name=words, address="kim@council.example.org", reason=words),)
    findings = (
        Finding(
            code="spelling", severity="warning", where="Hate Crime / News / paragraph 1", message=words, suggestion="x"
        ),
        Finding(code="total-mismatch", severity="error", where="", message="The total is wrong."),
    )
    return (
        RequestLetter(
            **BASE,
            theme="Hate Crime",
            deadline=DEADLINE,
            fields=(FormField(key="F1", title="News", last_month=words),),
            statistics_to="the end of July 2025",
            note=words,
        ),
        ReminderLetter(**BASE, theme="Hate Crime", deadline=DEADLINE, also=("Prevent",), ask_owner=True),
        ReminderLetter(**BASE, theme="Hate Crime", deadline=DEADLINE, last=True),
        DeputyLetter(**BASE, theme="Hate Crime", lead="Alex", deadline=DEADLINE, back_on="Monday 25 August 2025"),
        DeputyLetter(**BASE, theme="Hate Crime", lead="Alex", deadline=DEADLINE, bounced=True),
        ReceiptLetter(
            **BASE,
            theme="Hate Crime",
            section=section(words),
            deadline=DEADLINE,
            questions=tuple("abcdefg"),
            leftovers=(Leftover(text=words, reason="cover_note"),),
            findings=findings,
            notes=(words,),
            attachments=(AttachmentUse(name="plan.pdf", use="set_aside", reason="A PDF cannot be printed."),),
        ),
        ReceiptLetter(**BASE, theme="Hate Crime", section=section(), deadline=DEADLINE, late=True),
        ReceiptLetter(
            **BASE, theme="Prevent", section=Section(theme="p", title="Prevent", nil=True), deadline=DEADLINE
        ),
        AnswerLetter(
            **BASE,
            about="Your reply",
            sentences=(words,),
            quoted=words,
            may_say=(("HOLD", "stop"),),
            lines=(words,),
            shown=(Shown(section=section(words), news=words, questions=(words,)),),
        ),
        DraftLetter(
            **BASE,
            number=3,
            fingerprint="9f2c 41aa",
            log_head="line 12, 3f2a 9c1b 77d0 e4a5",
            made_at=AT,
            distribution_at=DIST,
            cooling_off="15 minutes",
            standings=(
                Standing(title="Prevent", status="in", person=words, note=words),
                Standing(title="Hate Crime", status="missing", person="Alex"),
            ),
            findings=numbered(findings),
            changes=(words,),
            notes=(words,),
            readers=people,
            open_mails=(words,),
        ),
        DraftLetter(**BASE, number=1, version=2, fingerprint="00", made_at=AT, distribution_at=DIST),
        ChaserLetter(
            **BASE, number=3, fingerprint="9f2c", made_at=AT, distribution_at=DIST, not_in=(words,), open_questions=2
        ),
        ChaserLetter(
            **BASE, number=3, fingerprint="9f2c", made_at=AT, distribution_at=DIST, overdue=True, open_questions=1
        ),
        ConfirmationLetter(**BASE, number=3, fingerprint="9f2c", approved_by=words, goes_at=DIST, readers=30),
        OutcomeLetter(
            **BASE, number=3, sent=27, total=30, finished_at=DIST, bounced=lost, failed=lost, in_doubt=lost, withdrawn=1
        ),
        OutcomeLetter(**BASE, number=3, version=2, sent=30, total=30, finished_at=DIST),
        BulletinLetter(
            **BASE, body_html="<!DOCTYPE html><html><body><p>Edition</p></body></html>", body_text="Edition"
        ),
        AlertLetter(
            **BASE, problems=(Problem(code="x", sentence=words, where=words, todo=words),), seen_at=AT, instance="b1"
        ),
        AlertLetter(**BASE, problems=(), seen_at=AT, cleared=True, marking="OFFICIAL"),
        NoticeLetter(
            **BASE,
            about="Mails",
            sentences=(words,),
            may_say=(("FILE 1 Prevent", "print it there"),),
            mails=(
                StrayMail(
                    number=1, sender=words, at=AT, subject=words, reason=words, candidates=("Prevent", "Hate Crime")
                ),
            ),
        ),
        NoticeLetter(
            **BASE, about="Mails", sentences=(words,), mails=(StrayMail(sender="a@b.example", at=AT, subject="Hello"),)
        ),
    )


ALL = letters()


IDS = [f"{letter.kind}-{n}" for n, letter in enumerate(ALL)]


each_letter = pytest.mark.parametrize("letter", ALL, ids=IDS)


def envelope(**more: object) -> Envelope:
    """From the bot to Sam."""
    base: dict[str, object] = {
        "sender": "bulletin@council.example.org",
        "sender_name": "CCSU bulletin",
        "recipient": "sam@council.example.org",
        "recipient_name": "Sam Example",
        "message_id": "<request.hate-crime.1@council.example.org>",
        "date": AT,
    }
    return Envelope.model_validate({**base, **more})


def mail(letter: AnyLetter, **more: object) -> tuple[bytes, EmailMessage]:
    """A letter as bytes and as the standard library reads them back."""
    raw = compose(letter, envelope(**more), templates=TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return raw, message


def body(message: EmailMessage, kind: str) -> str:
    """The text or HTML of a mail."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
