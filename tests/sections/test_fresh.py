"""Replies of kinds met late: text that looks like a quotation, a signature or a notice and is news, and the reverse."""

from __future__ import annotations

import io
from email import policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

import docx
import pytest

from bot.core.model import Reading, block_text
from bot.mail.parse import parse_message
from bot.sections.form import items_from, request_from_mail
from bot.sections.reading import read_reply
from tests.mail.visible_text import missing, unprinted

RAW = (Path(__file__).parents[1] / "data" / "mail" / "request.eml").read_bytes()
REQUEST = request_from_mail(RAW)
WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKED = (
    "Please send your part of the August 2025 bulletin by noon on Tuesday 12 August 2025.\n\n"
    "[F1] Hate crime awareness week\n(write here)\n[/F1]\n\n[F2] Training and events\n(write here)\n[/F2]\n\n"
    "[F3] Anything else\n(write here)\n[/F3]\n\nThank you.\n\nReference: [7K3Q-F2M9-XWDT-4MPT-81ZD]\n"
)
WROTE = "On Fri, 1 Aug 2025 at 09:00, CCSU bulletin <bulletin@council.example.org> wrote:"
QUOTED = WROTE + "\n\n" + "".join(f"> {line}\n" for line in ASKED.splitlines())
GMAIL = (
    f'<div class="gmail_quote"><div class="gmail_attr">{escape(WROTE)}<br></div><blockquote class="gmail_quote">'
    f"{''.join(f'<p>{line}</p>' for line in ASKED.splitlines() if line)}</blockquote></div>"
)


def reply(text: str = "", html: str = "", word: tuple[str, ...] = ()) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Sam Green <sam.green@police.example.org>"
    message["To"] = "bulletin@council.example.org"
    message["Subject"] = "RE: Hate Crime: CCSU RAG update August 2025 [7K3Q-F2M9-XWDT-4MPT-81ZD]"
    message["Message-ID"] = "<fresh@police.example.org>"
    message.set_content(html or text, subtype="html" if html else "plain")
    if word:
        document, file = docx.Document(), io.BytesIO()
        for paragraph in word:
            document.add_paragraph(paragraph)
        document.save(file)
        message.add_attachment(file.getvalue(), maintype="application", subtype=WORD, filename="update.docx")
    return message.as_bytes()


def read(raw: bytes) -> Reading:
    reading = read_reply(parse_message(raw), REQUEST)
    assert missing(raw, reading) == ("", [])
    assert not any(unprinted(reading))
    return reading


def printed(reading: Reading) -> str:
    items = items_from(reading, REQUEST, "Hate Crime")
    return "\n".join(text for item in items for text in (item.heading, *map(block_text, item.blocks)))


def field(reading: Reading, name: str) -> str:
    return "\n".join(block_text(placed.block) for placed in reading.blocks if placed.field == name)


NEWS = [
    "Stalls in July:\n\n--\n\nThe next stall is in Hertford on 3 September.\n\nVolunteers are welcome.",
    "The poster says:\n\n> Stop. Report it. Call 101.\n\nWe printed 500 of them.",
    "From us:\n\n> Stall in Hertford\n> Course in Ware",
    "The stall was busy.\nOn 12 July at 10:30 a resident wrote:\n“I feel safer now.”\nMany people agreed with her.",
    "On 01/08/2025 the new form went live. Within a week 40 people wrote:\nIt is easy to use.",
    "To: all schools\nFrom: the partnership\nSubject: safer routes\n\nReplies are due on 3 September.",
    "Sent: 400 letters\nTo: 12 schools\nSubject: safer routes\nFrom: the partnership\n\nReplies are due soon.",
    "Here are the three new centres: Tring library, Ware town hall and Hertford theatre.\n\nThey open soon.",
    "Caution: this email scam is doing the rounds again.\n\nDo not click links in such mails.",
    "A survey ran in July.\n\nViews expressed by residents in it will be published on 4 November.",
    "Prizes went to:\n- Ann Miller\n- Tom Hart",
    "The winner of the poster prize is\n- Ann Miller",
    "Three centres open soon.\n\nTring Library\nHigh Street\nTring HP23 4AF\n01442 555 000",
    "Begin forwarded messages with a warning: scams by text rise.",
]


@pytest.mark.parametrize("text", NEWS)
def test_news_that_looks_like_something_else_is_printed(text: str) -> None:
    shown = printed(read(reply(f"{text}\n\n{QUOTED}")))
    for line in text.splitlines():
        assert line.strip("->• ") in shown
    assert "write here" not in shown


def test_a_passage_that_the_sender_quotes_in_gmail_is_printed() -> None:
    own = '<blockquote class="gmail_quote"><div>Saturday 6 September, Market Place</div></blockquote>'
    reading = read(reply(html=f"<div><div>A stall opens:</div>{own}<div>All welcome</div></div>{GMAIL}"))
    assert printed(reading).splitlines()[1:] == ["A stall opens:", "Saturday 6 September, Market Place", "All welcome"]


def test_a_line_of_ours_by_chance_above_the_quotation_is_the_senders() -> None:
    reading = read(reply(f"40 people took part.\nThank you.\nThe next stall is in Ware.\n\n{QUOTED}"))
    assert "Thank you." in printed(reading)


SIGNED = [
    "Sam Green (he/him)\nHate Crime Officer\nMy working days are Monday to Wednesday",
    "Many thanks\nSam\n\nSam Green | Hate Crime Officer\nBook time to meet with me\nI work flexibly: please do not feel"
    " you need to reply outside your working hours.\nProud to be a White Ribbon organisation",
]


@pytest.mark.parametrize("signature", SIGNED)
def test_what_a_signature_says_of_its_owner_is_not_printed(signature: str) -> None:
    reading = read(reply(f"The drop-in moves to Thursdays.\n\n{signature}\n\n{QUOTED}"))
    assert printed(reading).splitlines()[1:] == ["The drop-in moves to Thursdays."]


def test_text_below_a_signature_is_kept_and_the_signature_is_not() -> None:
    signature = "Kind regards\nSam Green\nHate Crime Officer\n01992 555 123"
    reading = read(
        reply(f"It moves to Thursdays.\n\n{signature}\n\nI forgot: the awards are on 9 October.\n\n{QUOTED}")
    )
    assert printed(reading).splitlines()[1:] == ["It moves to Thursdays.", "I forgot: the awards are on 9 October."]
    assert [left.reason for left in reading.leftovers if "01992" in left.text] == ["signature"]


def test_a_sign_off_inside_the_last_field_is_not_printed() -> None:
    answer = "The clinic closes on 29 August.\n\nKind regards\n\nSam Green\nHate Crime Officer\n07700 900222"
    original = (
        "-----Original Message-----\nFrom: CCSU bulletin <bulletin@council.example.org>\nSent: 01 August 2025 09:00"
    )
    filled = ASKED.replace("[F3] Anything else\n(write here)", f"[F3] Anything else\n{answer}")
    reading = read(reply(f"{original}\nTo: Sam Green\nSubject: Hate Crime\n\n{filled}"))
    assert printed(reading).splitlines() == ["Anything else", "The clinic closes on 29 August."]


def test_a_name_alone_below_the_form_is_not_printed() -> None:
    filled = QUOTED.replace("> (write here)", "> (write here)\n\n42 reports.\n", 1)
    assert printed(read(reply(f"{filled}\n\nSam\n"))).splitlines()[1:] == ["42 reports."]


def test_titles_typed_by_hand_give_the_answers_their_field() -> None:
    text = "Hate crime awareness week: 40 events.\nTraining and events: the course is in May.\nAnything else: nothing"
    reading = read(reply(f"{text}\n\n{QUOTED}"))
    assert "40 events." in field(reading, "F1")
    assert "the course is in May." in field(reading, "F2")
    assert [item.heading for item in items_from(reading, REQUEST, "Hate Crime")] == [
        "Hate crime awareness week",
        "Training and events",
    ]


def test_last_months_sentence_given_again_as_the_answer_is_printed() -> None:
    again = "The next third-party reporting course is on 4 September 2025 in Stevenage."
    asked = ASKED.replace("events\n(write here)", f'events\nLast month: "{again}"\n{again}')
    original = (
        "-----Original Message-----\nFrom: CCSU bulletin <bulletin@council.example.org>\nSent: 01 August 2025 09:00"
    )
    reading = read(reply(f"{original}\nTo: Sam Green\nSubject: Hate Crime\n\n{asked}"))
    assert printed(reading).splitlines() == ["Training and events", again]


def test_a_sign_off_with_name_and_job_at_the_end_of_the_line_is_not_printed() -> None:
    reading = read(reply(f"The vigil is at 7pm. Kind regards, Sam Green, Hate Crime Officer\n\n{QUOTED}"))
    assert printed(reading).splitlines()[1:] == ["The vigil is at 7pm."]


def test_initials_in_brackets_before_an_answer_are_not_printed() -> None:
    filled = QUOTED.replace("> (write here)", "> (write here)\n\n[SG] 42 reports.\n", 1)
    assert field(read(reply(filled)), "F1") == "42 reports."


def test_a_word_file_that_holds_the_form_is_read_by_field() -> None:
    word = (
        "[F1] Hate crime awareness week",
        'Last month: "Events run from 11 to 18 October 2025; contact the partnership team to take part."',
        "The week has 40 events.\nThe first is in Ware.",
        "[/F1]",
        "Training and events",
        "Nothing this month",
        "[F3] Anything else",
        "(write here) The centre opens.",
        "Thank you to all volunteers.",
    )
    reading = read(reply("As attached.\n", word=word))
    assert field(reading, "F1") == "The week has 40 events.\nThe first is in Ware."
    assert printed(reading).splitlines() == [
        "Hate crime awareness week",
        "The week has 40 events.",
        "The first is in Ware.",
        "Anything else",
        "The centre opens.",
        "Thank you to all volunteers.",
    ]


def test_a_word_file_without_the_form_is_read_as_it_stands() -> None:
    assert "Anything else" in printed(read(reply("As attached.\n", word=("42 reports.", "Anything else"))))
