"""Hostile and broken mails get the right verdict, each with a code and a reason in words, and good ones pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.decision import Word
from bot.core.model import MailClass
from bot.mail.authenticity import TrustProfile
from bot.sections.intake import judge_mail
from tests.bench.judging import circle_of, own_id
from tests.hostile.mails import DRAFT, EDITOR, PARKS, PARKS_TOKEN, WORLD, all_mails, attached, lead, mail

CIRCLE = circle_of(WORLD)
OWN = own_id(WORLD)
CASES = all_mails()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_mail_gets_its_verdict(case):
    judged = judge_mail(case.raw, CIRCLE, OWN)
    assert judged.verdict == case.must, f"{judged.code}: {judged.reasons}"
    assert judged.code
    assert all(reason[0].isalnum() or reason[0] in '“"' for reason in judged.reasons)
    assert judged.reasons


def test_only_good_approvals_are_commands():
    approved = [case.name for case in CASES if (one := judge_mail(case.raw, CIRCLE, OWN)).code == "command"
                and one.command is not None and one.command.word is Word.APPROVE]  # fmt: skip
    assert approved
    assert all("control" in name or name == "c-signature" for name in approved)


def test_the_same_mail_again_is_ignored_and_another_under_its_id_is_held():
    first = mail("APPROVE", message_id="<one@client.example.org>")
    judged = judge_mail(first, CIRCLE, OWN)
    after = CIRCLE.model_copy(update={"seen": {judged.message_id: judged.digest}})
    again = first.replace(b"ESMTPS id A1", b"ESMTPS id A2")
    assert judge_mail(again, after, OWN).code == "repeat"
    other = judge_mail(first.replace(b"APPROVE", b"HOLD"), after, OWN)
    assert (other.verdict, other.code) == ("quarantine", "same-id-other-text")


@pytest.mark.parametrize(("kind", "verdict"), [("folder", "accept"), ("none", "reject"), ("exchange-onprem", "reject")])
def test_the_transport_decides_who_is_believed(kind, verdict):
    circle = CIRCLE.model_copy(update={"trust": TrustProfile(kind=kind)})
    forged = mail("APPROVE", results=None, above=("X-MS-Exchange-Organization-AuthAs: Internal",))
    assert judge_mail(forged, circle, OWN).verdict == verdict


def test_an_owner_without_any_verdict_counts_only_with_their_token():
    assert judge_mail(lead("Text.", results=None), CIRCLE, OWN).verdict == "accept"
    assert judge_mail(lead("Text.", results=None, subject="Parks"), CIRCLE, OWN).verdict == "quarantine"


def test_an_unknown_sender_is_refused_even_with_a_token():
    raw = mail("Text.", sender="From: x@other.example", subject=f"Re: [{DRAFT}] [{PARKS_TOKEN}]")
    assert judge_mail(raw, CIRCLE, OWN).code == "unknown-sender"


def test_no_reason_repeats_what_the_mail_holds_in_confidence():
    judged = judge_mail(lead("Jo Example AB123456C, born 1 Jan 1980. OFFICIAL-SENSITIVE"), CIRCLE, OWN)
    said = " ".join([judged.code, *judged.reasons, *(finding.message for finding in judged.findings)])
    assert judged.verdict == "quarantine"
    assert "AB123456C" not in said
    assert "1980" not in said


def test_a_marking_inside_a_word_file_is_seen():
    from tests.hostile.packages import word

    data = word("<w:p><w:r><w:t>OFFICIAL-SENSITIVE</w:t></w:r></w:p>")
    assert judge_mail(attached("report.docx", data), CIRCLE, OWN).code == "protective-marking"


def test_a_file_name_in_a_broken_encoded_word_is_a_name_like_another():
    judged = judge_mail(attached("=?utf-8?b?abcde?=.csv", b"Area,Visits\nNorth,3\n"), CIRCLE, OWN)
    assert judged.verdict != "reject", judged.reasons
    assert judged.author == PARKS


def test_an_answer_to_an_invitation_is_ignored():
    body = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"
    judged = judge_mail(mail(body, kind="text/calendar; method=REPLY", subject="Accepted: bulletin"), CIRCLE, OWN)
    assert judged.verdict == "ignore"
    assert MailClass.CALENDAR_RESPONSE.value in judged.reasons[0] or judged.code == "automatic"


@settings(max_examples=60)
@given(st.data())
def test_no_mutated_mail_makes_it_raise_or_approve(data):
    case = data.draw(st.sampled_from([one for one in CASES if len(one.raw) < 5_000 and one.must != "accept"]))
    raw = bytearray(case.raw)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    judged = judge_mail(bytes(raw), CIRCLE, OWN)
    assert judged.reasons
    approved = judged.code == "command" and judged.command is not None and judged.command.word is Word.APPROVE
    assert not approved or (judged.author == EDITOR and bytes(raw).count(b"\nFrom:") == 1)
