"""Spelling with and without a dictionary; the dictionary is a stand-in, a set of words behind the same call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.model import Finding, Item, Paragraph, Person, Run, Section, Severity
from bot.core.proof import Printed, proofread
from tests.core.proof_cases import context, section

_WORDS = """
the a of and was were by to is in on it group met offender charged with agreed its plan hub opens new worker spoke well
known town centre here again long term help for people
"""
WORDS = frozenset(_WORDS.split())


def has(word: str) -> bool:
    """The stand-in for the dictionary's check: its words, also at the beginning of a sentence."""
    assert word
    return word in WORDS or (word[1:].islower() and word.lower() in WORDS)


def told(*texts: str, dictionary: Callable[[str], bool] | None = has, **more: object) -> list[Finding]:
    """What is said about the spelling of some paragraphs."""
    findings = proofread([section(*texts)], context(dictionary=dictionary, **more))
    return [finding for finding in findings if finding.code == "spelling"]


def test_what_the_dictionary_does_not_have_is_told_with_the_nearest_word() -> None:
    (finding,) = told("The offendor was charged.")
    assert finding.message == "“offendor” is not in the dictionary."
    assert (finding.suggestion, finding.severity) == ("offender", Severity.WARNING)


def test_without_a_dictionary_only_our_own_lists_speak() -> None:
    assert told("The offendor was charged.", dictionary=None) == []
    assert [f.suggestion for f in told("It was recieved.", dictionary=None)] == ["received"]


def test_a_word_that_is_near_to_none_is_told_without_a_suggestion() -> None:
    (finding,) = told("The group met the zxqvwk.")
    assert (finding.suggestion, finding.severity) == ("", Severity.NOTE)


@pytest.mark.parametrize(
    "words",
    [
        "The group met Dorwyn Quellby in Ashbrook.",
        "Quellby agreed.",
        "“Quellby” was charged.",
        "The group met by the MARAC and IDVAs.",
        "It is a long-term plan of the town's people's hub.",
        "The quern was new. A quern opens. The quern is well known.",
        "It is at querns.example.org/quernery and https://quern.example.org and quernish@council.example.org.",
    ],
)
def test_names_acronyms_compounds_and_what_a_text_says_often_are_left_alone(words: str) -> None:
    assert told(words) == []


def test_directory_glossary_own_words_and_earlier_editions_are_right() -> None:
    earlier = Section(
        theme="x", title="X", items=(Item(heading="Older", blocks=(Paragraph(runs=(Run(text="A quernwheel."),)),)),)
    )
    known = {
        "directory": (Person(name="Ada Quillfeather", address="ada@council.example.org"),),
        "glossary": {"QHB": "Quernhold board"},
        "known_words": frozenset({"quernage"}),
        "previous": (Printed(period="2025-07", sections=(earlier,)),),
    }
    words = "Here is quillfeather, quernhold, quernage and the quernwheel."
    assert len(told(words)) == 4
    assert told(words, **known) == []


def test_a_capital_that_begins_a_sentence_is_looked_up_when_a_word_is_near() -> None:
    assert [f.suggestion for f in told("Offendor charged. It was: Wroker charged.")] == ["Offender", "Worker"]


def test_only_the_part_of_a_compound_that_is_wrong_is_told() -> None:
    (finding,) = told("A known plan is a well-knonw plan.")
    assert finding.message == "“knonw” is not in the dictionary."
    assert finding.suggestion == "known"


def test_an_accepted_word_stays_away() -> None:
    from bot.core.proof import finding_key

    (finding,) = told("The offendor was charged.")
    assert told("The group met the offendor.", accepted=frozenset({finding_key(finding)})) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("organized", "organised"), ("Organization", "Organisation"), ("analyzing", "analysing"),
        ("favorites", "favourites"), ("kilometers", "kilometres"), ("centered", "centred"), ("channeled", "channelled"),
        ("installment", "instalment"),
    ],
)  # fmt: skip
def test_american_endings_are_told_by_rule(wrong: str, right: str) -> None:
    assert [(f.severity, f.suggestion) for f in told(f"The {wrong} of it.", dictionary=None)] == [
        (Severity.NOTE, right)
    ]


@pytest.mark.parametrize("word", ["capsized", "prize", "resizing", "metered", "honorary", "laborious", "metre"])
def test_words_that_only_look_american_are_left_alone(word: str) -> None:
    assert told(f"The {word} of it.", dictionary=None) == []
