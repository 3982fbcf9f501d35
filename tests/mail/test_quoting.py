"""Where a quotation begins, what surrounds a reply, and sentences of a bulletin that must be taken for neither."""

from __future__ import annotations

import pytest

from bot.mail.boundaries import find_boundaries, is_attribution
from bot.mail.parse import parse_message
from bot.mail.text import text_lines
from bot.sections.reading import read_reply


@pytest.mark.parametrize(
    "text",
    [
        "On Tue, 1 Jan 2019, 10:00 Jo, <jo@x.example> wrote:",
        "On 1 Jan 2019, at 10:00, Jo Brook wrote:",
        "On Thursday, January 1, 2019 at 10:00:00 AM UTC, Jo <jo@x.example> wrote:",
        "2019-01-01 10:00 GMT+01:00 Jo <jo@x.example>:",
        "Le mar. 1 janv. 2019 à 10:00, Jo <jo@x.example> a écrit :",
        "Am Mi., 1. Jan. 2020 um 10:00 Uhr schrieb Jo <jo@x.example>:",
        "Jo <jo@x.example> schrieb am Mi. 1. Jan. 2019 um 10:00:",
        "Op di 1 jan. 2019 om 10:00 schreef Jo <jo@x.example>:",
        "ons 1 jan. 2020 kl. 10:00 skrev Jo <jo@x.example>:",
        "W dniu 01.01.2021 o 10:00, Jo pisze:",
        "Ar 1 Ion 2019 am 10:00, ysgrifennodd Jo <jo@x.example>:",
        "вт, 1 янв. 2019 г. в 10:00, Jo <jo@x.example>:",
        "在 2019年1月1日，下午2:23，Jo <jo@x.example> 写道：",
        "Jo Brook <jo@x.example> ezt írta (időpont: 2019. jan. 1., K, 10:00):",
    ],
)
def test_attribution_lines_are_known_in_many_languages(text: str) -> None:
    assert is_attribution(text)


@pytest.mark.parametrize(
    "text",
    [
        "On 3 June the council wrote to residents:",
        "On 12 July please email jo@x.example with names:",
        "2 officers from team@x.example will be at the stall on 4 July at 10:00:",
        "Sunday 4 July 2025 10:00 Market stall, contact jo@x.example:",
        "In 2024 the commissioner wrote:",
        "On Thursday:",
    ],
)
def test_sentences_with_dates_and_addresses_are_no_attribution(text: str) -> None:
    assert not is_attribution(text)


@pytest.mark.parametrize(
    "block",
    [
        "From: Jo Brook\nSent: 01 January 2019 10:00\nTo: Sam\nSubject: x",
        "Von: Jo\nGesendet: Dienstag, 1. Januar 2019 10:00\nAn: Sam\nBetreff: x",
        "Oddi wrth: Jo <jo@x.example>\nAnfonwyd: 01 Ionawr 2019 10:00\nAt: Sam\nPwnc: x",
        "Od: Jo [mailto:jo@x.example]\nWysłano: 1 stycznia 2019 10:00\nDo: Sam\nTemat: x",
        "*From:* Jo [mailto:jo@x.example]\n*Sent:* 1 January 2019\n*To:* Sam\n*Subject:* x",
        "差出人: Jo\n送信日時: 2019年1月1日 10:00\n宛先: Sam\n件名: x",
    ],
)
def test_header_blocks_are_known_in_many_languages(block: str) -> None:
    (boundary,) = find_boundaries(text_lines(f"new\n\n{block}\n\nold"))
    assert (boundary.kind, boundary.start, boundary.end) == ("header", 1, 5)


STORIES = [
    "Date: 4 July 2026\nTime: 10am\nFrom: 10am\nTo: 4pm\nVenue: Harbour Park",
    "To: Harbour Park\nFrom: Quay Street, walk five minutes",
    "Subject: Summer fair\nDate: 4 July",
    "Sent on 4 July to all residents: forty letters.",
    "Sent in July: forty letters about the scheme.",
    "Caution signs were put up at the ford.",
    "Be careful when you cross the road works in Mill Lane.",
    "This message is from the Chief Constable: thank you all.",
    "For more information call the confidential helpline on 01632 960001.",
    "If you have received a suspicious call, report it to your bank.",
    "Evening patrols start on Monday.",
    "Officers from the team will be monitored by the new board.",
    "External funding of 4,000 pounds was granted.",
    "For more information contact:\n\nJo Brook\njo.brook@police.example.org\n01632 960482",
    "Regards for the volunteers were sent by the mayor.",
    "Thanks to forty volunteers the stall was a success.",
    "The new unit starts on Monday.\n\nHate Crime Unit\n\nThe unit has four officers.",
    "---- Key points ----\nTwo arrests were made in July.",
]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize(
    "ending", ["", "\n\nKind regards\n\nSam Green\nHate Crime Officer\n01632 960482\n"], ids=["bare", "signed"]
)
def test_sentences_of_a_bulletin_are_never_set_aside(story: str, ending: str) -> None:
    raw = f"From: Sam Green <sam.green@police.example.org>\nSubject: Re: x\n\nHi,\n\n{story}{ending}\n".encode()
    reading = read_reply(parse_message(raw))
    assert " ".join(reading.new_text.split()) == " ".join(f"Hi, {story}".split())
    assert {leftover.reason for leftover in reading.leftovers} <= {"signature"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CAUTION: This email originated from outside the organisation.", "banner"),
        ("[EXTERNAL EMAIL] Do not click links.", "banner"),
        ("You don't often get email from sam@x.example. Learn why this is important", "banner"),
        ("OFFICIAL - SENSITIVE", "marking"),
    ],
)
def test_what_gateways_put_on_top_is_set_aside(text: str, reason: str) -> None:
    reading = read_reply(
        parse_message(f"From: sam@police.example.org\nSubject: Re: x\n\n{text}\n\nThe stall opens at ten.\n".encode())
    )
    assert reading.new_text == "The stall opens at ten."
    assert [(leftover.text, leftover.reason) for leftover in reading.leftovers] == [(text, reason)]
