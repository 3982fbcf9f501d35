"""What is said of two tellings of one month: each kind of difference by itself, and nothing where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.rehearsal.differences import MOST_SHOWN, differences, in_words, same_text
from bot.rehearsal.told import Mail, Received, Told, without_chance

LEAD = "lead@council.example.org"
TOLD = Told(
    state="distributed",
    approved_by="editor@council.example.org",
    standings={"parks": "in", "roads": "nil"},
    submissions={(1, "parks"): "text", (2, "roads"): "nothing this month"},
    received={1: Received("submission", "parks", ("It answers a request.",)), 2: Received("submission", "roads", ())},
    mails={
        "x/request/parks": Mail("request", LEAD, "Update\nPlease reply by 12:00.", True),
        "x/reminder/1": Mail("reminder", LEAD, "Reminder", False),
    },
    titles={"parks": "Parks", "roads": "Roads"},
    sections={"parks": ("A new gate", "The gate is open."), "roads": ("Nothing to report this month.",)},
    figures={("parks", "Ambridge", "visits"): "1,200"},
    findings={("bad-link", "Parks / A new gate", "here"): "“here” has no link."},
    word=("Parks", "The gate is open."),
    package={"word/styles.xml": b"one"},
    page=b"<p>",
)
NAMES = {1: "the mail of 04 Aug 10:00 from Lead", 2: "the mail of 05 Aug 11:00 from Other"}


def said(**changed: Any) -> list[str]:
    """Every line of the differences, with its title before it."""
    return [
        f"{group.title}: {line}" for group in differences(TOLD, replace(TOLD, **changed), NAMES) for line in group.lines
    ]


def test_the_same_month_has_no_differences() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"state": "in_review"}, "The edition: it was distributed; it would be in review"),
        (
            {"approved_by": ""},
            "The edition: approved by editor@council.example.org; it would be by nobody",
        ),
        ({"standings": {"parks": "in, late", "roads": "nil"}}, "Who is in: parks: in; it would be: in, late"),
        (
            {"received": {**TOLD.received, 1: Received("held", "", ("The sender is not known.",))}},
            "Mails that came in: the mail of 04 Aug 10:00 from Lead: submission for parks; it would be: held "
            "(The sender is not known)",
        ),
        (
            {"submissions": {**TOLD.submissions, (2, "roads"): "text"}},
            "Mails that came in: the mail of 05 Aug 11:00 from Other: nothing this month for roads; it would be: text",
        ),
        ({"titles": {**TOLD.titles, "roads": "Streets"}}, "Sections: the title: [-Roads-] {+Streets+}"),
        (
            {"sections": {**TOLD.sections, "parks": ("A new gate", "The gate is shut.")}},
            "Sections: Parks: … gate The gate is [-open.-] {+shut.+}",
        ),
        (
            {"sections": {"parks": TOLD.sections["parks"]}},
            "Sections: Roads: it would not be printed",
        ),
        ({"sections": {"roads": TOLD.sections["roads"], "parks": TOLD.sections["parks"]}}, "Sections: another order"),
        (
            {"sections": {**TOLD.sections, "parks": ("A new", "gate The gate is open.")}},
            "Sections: Parks: the same words, otherwise set in lines",
        ),
        (
            {"figures": {("parks", "Ambridge", "visits"): "1,300"}},
            "Figures: parks, Ambridge, visits: 1,200; it would be: 1,300",
        ),
        ({"findings": {}}, "Findings: no longer found: bad-link in Parks / A new gate: “here” has no link."),
        (
            {"findings": {**TOLD.findings, ("spelling", "", "teh"): "“teh”?"}},
            "Findings: found anew: spelling: “teh”?",
        ),
        ({"mails": {"x/reminder/1": TOLD.mails["x/reminder/1"]}}, "Mails that go out: would not be sent: request to"),
        (
            {"mails": {**TOLD.mails, "x/reminder/1": Mail("reminder", LEAD, "Reminder", True)}},
            f"Mails that go out: would be sent as well: reminder to {LEAD}",
        ),
        (
            {
                "mails": {
                    **TOLD.mails,
                    "x/request/parks": Mail("request", LEAD, "Update\nPlease answer by 12:00.", True),
                }
            },
            f"Mails that go out: request to {LEAD} would read otherwise, so: Update Please [-reply-] {{+answer+}} by",
        ),
        (
            {"word": ("Parks", "The gate is shut.")},
            "The files: the words of the Word file: Parks The gate is [-open.-]",
        ),
        ({"package": {"word/styles.xml": b"two"}}, "The files: the Word file is made otherwise: word/styles.xml"),
        ({"page": b"<div>"}, "The files: the HTML edition is made otherwise"),
    ],
)
def test_each_difference_is_said_in_words(changed: dict[str, Any], line: str) -> None:
    assert len(said(**changed)) == 1
    assert said(**changed)[0].startswith(line)


def test_a_section_that_was_not_printed_then_is_said() -> None:
    titles, sections = {**TOLD.titles, "trees": "Trees"}, {**TOLD.sections, "trees": ("Oak.",)}
    assert said(titles=titles, sections=sections) == ["Sections: Trees: it was not printed; it would be"]


def test_many_alike_are_counted() -> None:
    figures = {("parks", f"Place {n}", "visits"): "1" for n in range(MOST_SHOWN + 5)}
    lines = said(figures={**TOLD.figures, **figures})
    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1] == "Figures: and 5 more like these"


def test_mails_of_one_kind_are_told_together() -> None:
    more = {f"x/request/{n}": Mail("request", f"{n}@example.org", "One", True) for n in range(3)}
    old = replace(TOLD, mails=more)
    new = replace(TOLD, mails={key: replace(mail, text="Two") for key, mail in more.items()})
    (group,) = differences(old, new, NAMES)
    assert group.lines == ("3 mails (request) would read otherwise, the first so: [-One-] {+Two+}",)


def test_a_mail_whose_text_was_purged_is_not_compared() -> None:
    old = replace(TOLD, mails={"x": Mail("request", LEAD, None, True)})
    assert differences(old, replace(TOLD, mails={"x": Mail("request", LEAD, "Text", True)}), NAMES) == ()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("made at 12:00", "made at 12:04", True),
        ("reply by 12:00", "reply by 16:00", False),
        ("at 9:00 and 10:00", "at 9:00", False),
        ("made at 12:00", "built at 12:00", False),
    ],
)
def test_clock_times_that_lie_close_together_are_no_difference(old: str, new: str, same: bool) -> None:
    assert same_text(old, new) is same


def test_long_stretches_that_are_the_same_are_left_out() -> None:
    old = "one two three four five six seven eight nine ten eleven"
    assert in_words(old, old.replace("one", "1").replace("eleven", "11")) == (
        "[-one-] {+1+} two three four five … seven eight nine ten [-eleven-] {+11+}"
    )


def test_tokens_codes_and_digests_are_left_out() -> None:
    text = "Reference: [7K3Q-F2M9-XWDT-4MPT-81ZD], code 7K3Q-F2M9-XWDT, fingerprint 12ab 34cd 56ef"
    assert without_chance(text) == "Reference: [(token)], code (token), fingerprint (digest)"
