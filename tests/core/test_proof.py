"""The proof-reader: planted mistakes are found, clean prose is left alone, hostile text does no harm."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import (
    Finding,
    Severity,
)
from bot.core.proof import CHECKS, CODES, finding_key, proof_json, proofread, questions_for_lead
from tests.core.proof_cases import CLEAN, DOMAIN, PLANTED, codes, context, section


@pytest.mark.parametrize(("code", "text", "words"), PLANTED, ids=[f"{c}-{n}" for n, (c, _, _) in enumerate(PLANTED)])
def test_a_planted_mistake_is_found_and_named(code: str, text: str, words: str) -> None:
    findings = proofread([section(text)], context())
    hits = [f for f in findings if f.code == code]
    assert any(words.lower() in f"{f.text} {f.message}".lower() for f in hits), findings
    assert all(f.where.startswith("Theme / Update") and f.message.endswith((".", "?")) for f in hits)


def test_clean_prose_gives_at_most_one_false_finding_in_five_hundred_words() -> None:
    found = [(text, f) for text in CLEAN for f in proofread([section(text)], context())]
    words = sum(len(text.split()) for text in CLEAN)
    assert len(found) <= words / 500, found


def test_clean_prose_as_one_long_section_gives_nothing_new() -> None:
    alone = {finding_key(f) for text in CLEAN for f in proofread([section(text)], context())}
    together = {finding_key(f) for f in proofread([section(*CLEAN)], context())}
    assert together <= alone


def test_every_check_has_a_planted_mistake_or_a_test_here() -> None:
    tested_here = {"stale-text", "total-mismatch", "figure-changed", "heading-order", "alt-text", "long-section"}
    assert {code for code, _, _ in PLANTED} | tested_here == set(CODES)
    assert len(CODES) == len(set(CODES)) == len(CHECKS)


def test_findings_come_in_the_order_of_the_text_after_those_received() -> None:
    received = (Finding(code="total-mismatch", message="From the workbook.", where="Sheet1!B14"),)
    findings = proofread([section("It recieved.", "The the end.")], context(received=received))
    assert [f.code for f in findings] == ["total-mismatch", "spelling", "repeated-words"]


def test_an_accepted_finding_stays_away() -> None:
    (finding,) = proofread([section("It recieved.")], context())
    assert proofread([section("It recieved.")], context(accepted=frozenset({finding_key(finding)}))) == ()


def test_the_same_words_twice_in_a_paragraph_are_told_once() -> None:
    assert codes("It recieved and recieved.") == ["spelling"]


def test_json_has_the_fields_of_the_contract() -> None:
    findings = proofread([section("It recieved.")], context())
    assert proof_json(findings) == {
        "findings": [
            {
                "code": "spelling",
                "severity": "warning",
                "where": "Theme / Update / paragraph 1",
                "text": "It recieved.",
                "message": "“recieved” looks misspelt.",
                "suggestion": "received",
            }
        ]
    }


def test_questions_are_few_and_the_important_come_first() -> None:
    text = (
        f"We recieved it. Email wicki.marsh@{DOMAIN}. It is available here. On 31 September. The the end. "
        "Please do not forward this. TKAP met. https://x.example/long"
    )
    questions = questions_for_lead(proofread([section(text)], context()))
    assert len(questions) == 5
    assert questions[0].endswith("may it be printed?")
    assert f"The address wicki.marsh@{DOMAIN} is not in the directory; did you mean vicki.marsh@{DOMAIN}?" in questions
    assert questions_for_lead((), 5) == ()
    assert all(question.endswith("?") and "\n" not in question for question in questions)


def test_what_a_lead_cannot_settle_is_not_asked() -> None:
    assert (
        questions_for_lead((Finding(code="bare-url", message="x."), Finding(code="heading-order", message="y."))) == ()
    )


@given(st.lists(st.text(max_size=200), max_size=4), st.text(max_size=40))
@settings(max_examples=120, deadline=None)
def test_any_text_is_read_without_an_error(texts: list[str], title: str) -> None:
    findings = proofread([section(*texts, heading=title)], context(directory=()))
    assert all(finding.code in CODES and finding.message for finding in findings)


PIECES = st.sampled_from(
    [
        "on",
        "Monday",
        "31",
        "September",
        "2025",
        "20265",
        "@",
        "council.example.org",
        "here",
        "http://",
        "(",
        "will",
        "the",
        "the",
        "Total",
        "AB 12 34 56 C",
        "01/13/25",
        "to",
        "-",
        "[insert",
        "]",
        "DOB",
        "July",
        "update",
        ".",
        "\n",
        "www.",
        "10:75",
        "pm",
    ]
)


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=150, deadline=None)
def test_broken_dates_addresses_and_links_are_read_without_an_error(words: list[str]) -> None:
    findings = proofread([section(" ".join(words))], context(today=date(2025, 8, 18)))
    assert all(finding.severity in Severity for finding in findings)
