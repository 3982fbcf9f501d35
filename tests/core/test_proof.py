"""The proof-reader: planted mistakes are found, clean prose is left alone, hostile text does no harm."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import (
    CountRow,
    Finding,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    Severity,
    StatisticsTable,
    Table,
)
from bot.core.proof import CHECKS, CODES, Printed, finding_key, proof_json, proofread, questions_for_lead
from tests.core.proof_cases import CLEAN, DOMAIN, PLANTED, context, runs, section


def codes(*texts: str, **more: object) -> list[str]:
    """The codes found in some paragraphs."""
    return [finding.code for finding in proofread([section(*texts)], context(**more))]


def of(*blocks: object, heading: str = "Update", **more: object) -> Section:
    """A section with one item made of these blocks."""
    item = Item.model_validate({"heading": heading, "blocks": blocks})
    return Section.model_validate({"theme": "theme", "title": "Theme", "items": (item,), **more})


def table(*rows: str) -> Table:
    """A table from lines with | between the cells."""
    return Table(rows=tuple(tuple((Run(text=cell.strip()),) for cell in row.split("|")) for row in rows))


@pytest.mark.parametrize(("code", "text", "words"), PLANTED, ids=[f"{c}-{n}" for n, (c, _, _) in enumerate(PLANTED)])
def test_a_planted_mistake_is_found_and_named(code: str, text: str, words: str) -> None:
    findings = proofread([section(text)], context())
    hits = [f for f in findings if f.code == code]
    assert any(words.lower() in f"{f.text} {f.message}".lower() for f in hits), findings
    assert all(f.where.startswith("Theme / Update / paragraph 1") and f.message.endswith((".", "?")) for f in hits)


def test_clean_prose_gives_at_most_one_false_finding_in_five_hundred_words() -> None:
    found = [(text, f) for text in CLEAN for f in proofread([section(text)], context())]
    words = sum(len(text.split()) for text in CLEAN)
    assert len(found) <= words / 500, found


def test_clean_prose_as_one_long_section_gives_nothing_new() -> None:
    alone = {finding_key(f) for text in CLEAN for f in proofread([section(text)], context())}
    together = {finding_key(f) for f in proofread([section(*CLEAN)], context())}
    assert together <= alone


def test_every_check_has_a_planted_mistake_or_a_test_here() -> None:
    tested_here = {"stale-text", "total-mismatch", "figure-changed", "heading-order", "alt-text"}
    assert {code for code, _, _ in PLANTED} | tested_here == set(CODES)
    assert len(CODES) == len(set(CODES)) == len(CHECKS)


def test_the_near_miss_names_the_right_address() -> None:
    (finding,) = proofread([section(f"Please email wicki.marsh@{DOMAIN}.")], context())
    assert (finding.code, finding.suggestion) == ("address-unknown", f"vicki.marsh@{DOMAIN}")
    assert "wicki.marsh" in finding.text


def test_a_contact_without_a_mailbox_name_is_completed_from_the_directory() -> None:
    text = f"Please contact Helen Whitlock on {DOMAIN} for further information."
    (finding,) = proofread([section(text)], context())
    assert (finding.code, finding.suggestion) == ("address-incomplete", f"helen.whitlock@{DOMAIN}")


def test_without_a_directory_the_text_itself_shows_the_slip() -> None:
    text = "Email jane.porter@x.example or jane.porter@x.example; for places kane.porter@x.example."
    (finding,) = proofread([section(text)], context(directory=()))
    assert (finding.code, finding.suggestion) == ("address-unknown", "jane.porter@x.example")


@pytest.mark.parametrize(
    "text",
    [
        "Email j.smith@x.example, j.smith@x.example and k.smith@x.example.",  # two people
        "Email team1@x.example, team1@x.example and team2@x.example.",
        "Email sam.long@x.example and pat.short@x.example.",
        "Email longmailbox@x.example, longmailbox@x.example, long.mailbox@y.example.",
    ],
)
def test_two_people_with_like_addresses_are_left_alone(text: str) -> None:
    assert codes(text, directory=()) == []


def test_the_same_mailbox_on_a_slipped_domain_is_a_near_miss() -> None:
    text = "Email karl.stone@pccs.examples now."
    assert [f.suggestion for f in proofread([section(text)], context())] == ["karl.stone@pcc.example"]


@pytest.mark.parametrize(
    "text",
    [
        f"Contact us or visit {DOMAIN} to read more.",  # a site, not a contact
        f"Please contact Kate at kate.morgan@{DOMAIN}, or see {DOMAIN}.",
        f"Please contact Kate. The site is on {DOMAIN}.",
        f"Please contact Kate on [{DOMAIN}](https://{DOMAIN}/kate).",
        f"The pages are hosted at {DOMAIN} for now.",
        f"Contact Kate, whose office is run with {DOMAIN} staff.",
    ],
)
def test_a_domain_that_is_no_contact_is_left_alone(text: str) -> None:
    assert "address-incomplete" not in codes(text)


@pytest.mark.parametrize(
    ("text", "severity"), [("He had had enough.", "note"), ("Say that that is so.", "note"), ("It is the the end.", "warning")]
)
def test_what_may_be_right_when_doubled_is_only_noted(text: str, severity: str) -> None:
    (finding,) = proofread([section(text)], context())
    assert (finding.code, finding.severity.value) == ("repeated-words", severity)


@pytest.mark.parametrize(
    "text",
    ["Over and over and over again.", "Step by step by step.", "Room 5 5 is free.", "Very very good.", "the, the", "B B King"],
)
def test_idioms_and_numbers_are_no_repeats(text: str) -> None:
    assert codes(text) == []


def test_dates_that_end_before_they_begin() -> None:
    assert codes("The fair runs from 18 October 2025 to 11 October 2025.") == ["impossible-date"]
    assert codes("The fair runs from 28 November to 2 January.") == []


def test_the_right_weekday_is_suggested() -> None:
    (finding,) = proofread([section("The forum meets on Monday 15 October 2025.")], context())
    assert finding.suggestion == "Wednesday 15 October 2025"


def test_a_weekday_may_mean_next_year() -> None:
    assert codes("The panel meets on Monday 12 January.") == []


def test_the_year_with_a_digit_too_many_is_mended() -> None:
    (finding,) = proofread([section("It ends on 18 October 20265.")], context())
    assert finding.suggestion == "18 October 2025"


def test_an_old_year_is_nobodys_suggestion() -> None:
    (finding,) = proofread([section("It ends on 18 October 2325.")], context())
    assert (finding.code, finding.suggestion) == ("impossible-date", "")


@pytest.mark.parametrize("text", ["In May 250 people came.", "In March 450 forms arrived.", "Open 9.30am to 24:00."])
def test_numbers_beside_months_and_hours_are_left_alone(text: str) -> None:
    assert codes(text) == []


def test_a_table_cell_of_numbers_is_no_date() -> None:
    assert [f.code for f in proofread([of(table("a|b", "x|31.9.2025"))], context())] == []


@pytest.mark.parametrize("month", ["July 2025 update", "RAG update: July 2025", "Community safety update for July"])
def test_a_heading_with_last_months_name(month: str) -> None:
    findings = proofread([section("Some text that is quite all right.", heading=month)], context())
    assert [f.code for f in findings] == ["wrong-month"]


@pytest.mark.parametrize("text", ["See the link below.", "The form is at the following link:", "Read it at this link"])
def test_a_link_in_the_next_paragraph_keeps_the_promise(text: str) -> None:
    assert codes(text, "[The form](https://www.council.example.org/form)") == []
    assert codes(text, "Nothing of the kind.") == ["missing-link"]


def test_one_link_does_not_keep_two_promises() -> None:
    text = "The plan is available [here](https://x.example/plan). The notes are available here."
    assert codes(text) == ["missing-link"]


def test_a_link_in_the_next_sentence_keeps_the_promise() -> None:
    assert codes("You can book here. [Booking page](https://x.example/b)") == []


@pytest.mark.parametrize(
    ("shown", "url", "words"),
    [
        ("the form", "ftp://x.example/f", "ftp:"),
        ("the form", "form.html", "no scheme"),
        ("the form", "http://[broken", "not a web address"),
        ("the form", "https://x.example:99999/", "not a web address"),
        ("the form", "https://server.local/x", "no public site"),
        ("mail us", "mailto:nobody", "no proper address"),
        ("mail us", f"mailto:vicki.marsh@{DOMAIN}?bcc=a@b.example", "other recipients"),
    ],
)
def test_a_bad_link_says_why(shown: str, url: str, words: str) -> None:
    block = Paragraph(runs=(Run(text="See "), Run(text=shown, url=url), Run(text=" now.")))
    findings = [f for f in proofread([of(block)], context()) if f.code == "bad-link"]
    assert len(findings) == 1
    assert words in findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        "[www.x.example](https://x.example/page)",
        "[x.example](https://sub.x.example/)",
        f"[vicki.marsh@{DOMAIN}](mailto:vicki.marsh@{DOMAIN}?subject=RAG)",
        "See www.x.example for more.",
        "[our page](https://x.example/?q=a@b)",
    ],
)
def test_a_good_link_is_left_alone(text: str) -> None:
    assert codes(text) == []


def test_a_table_that_does_not_add_up() -> None:
    block = table("CSP|Positive|Refused|Total", "North|10|-|10", "South|5|1|7", "Total|16|1|17")
    found = {(f.where.split(" / ")[-1], f.suggestion) for f in proofread([of(block)], context())}
    assert found == {("table 1, row 3", "6"), ("table 1, row 4", "15")}


@pytest.mark.parametrize(
    "rows",
    [
        ("CSP|Count", "North|10", "South|5", "Total|15"),
        ("CSP|Count", "North|10%", "South|5%", "Total|16%"),  # shares do not add up
        ("CSP|Count", "North|some", "South|5", "Total|15"),
        ("CSP|Count", "North|10", "South|5", "Total|"),
        ("CSP|Count", "North|10", "South|5", "Subtotal|12"),
        ("CSP|Count", "North|10"),
        ("CSP|Count",),
        ("Year|Count|Total so far", "2024|10|10", "2025|5|15"),
    ],
)
def test_a_table_that_adds_up_or_cannot_be_judged(rows: tuple[str, ...]) -> None:
    assert [f.code for f in proofread([of(table(*rows))], context())] == []


def statistics(positive: int = 15, total: int = 25) -> StatisticsTable:
    """Two districts with 15 positive and 10 negative tests; this month 3 and 2."""
    rows = (
        CountRow(district="Broxbourne", values={"positive": 10, "negative": 4}, total=14),
        CountRow(district="Watford", values={"positive": 5, "negative": 6}, total=11),
    )
    month = (CountRow(district="Watford", values={"positive": 3, "negative": 2}, total=5),)
    return StatisticsTable(
        series="custody",
        title="Drug tests",
        intro="Since October 2020 these tests have been made.",
        period="2025-07",
        measures=(("positive", "Positive"), ("negative", "Negative")),
        rows=rows,
        totals={"positive": positive, "negative": 10, "total": total},
        month_rows=month,
        month_totals={"positive": 3, "negative": 2, "total": 5},
    )


def test_statistics_that_do_not_add_up() -> None:
    findings = proofread([of(Paragraph(runs=runs("All is well.")), statistics=statistics(75, 85))], context())
    assert [(f.code, f.suggestion) for f in findings] == [("total-mismatch", "15"), ("total-mismatch", "25")]
    wrong = statistics().rows[0].model_copy(update={"total": 99})
    bad = statistics().model_copy(update={"rows": (wrong, statistics().rows[1])})
    found = proofread([of(Paragraph(runs=runs("All is well.")), statistics=bad)], context())
    assert "the row Broxbourne" in found[0].message


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Broxbourne had 12 positive tests.", "10"),
        ("Since October 2020, 19 tests were positive in total.", "15"),
        ("A total of 30 tests have been made since October 2020.", "25"),
        ("In all, 17 positive results were recorded to date.", "15"),
        ("In Watford the number of negative tests was 9.", "6"),
        ("Watford: positive (8) is the highest.", "5"),
    ],
)
def test_prose_that_says_another_figure_than_the_table(text: str, right: str) -> None:
    findings = proofread([of(Paragraph(runs=runs(text)), statistics=statistics())], context())
    assert [f.suggestion for f in findings if f.code == "figure-changed"] == [right]


@pytest.mark.parametrize(
    "text",
    [
        "Broxbourne had 10 positive tests.",
        "In Watford there were 3 positive tests in July.",
        "Broxbourne and Watford had 99 positive tests between them.",
        "There were 99 positive examples of good work.",
        "Altogether 25 tests have been made since October 2020.",
        "We held 12 meetings.",
    ],
)
def test_prose_that_agrees_with_the_table_or_is_about_something_else(text: str) -> None:
    assert [f.code for f in proofread([of(Paragraph(runs=runs(text)), statistics=statistics())], context())] == []


def test_a_monthly_figure_is_not_judged_without_monthly_rows() -> None:
    stats = statistics().model_copy(update={"month_rows": (), "month_totals": {}})
    text = Paragraph(runs=runs("This month Broxbourne had 12 positive tests."))
    assert proofread([of(text, statistics=stats)], context()) == ()


LONG = "The unit keeps a register of trained staff in all ten districts, and partners may ask for a copy at any time."


def test_text_unchanged_since_an_earlier_edition() -> None:
    earlier = tuple(Printed(period=p, sections=(section(LONG),)) for p in ("2025-07", "2025-06"))
    (finding,) = proofread([section(LONG)], context(previous=earlier))
    assert (finding.code, finding.severity) == ("stale-text", Severity.WARNING)
    assert "since June 2025" in finding.message
    (once,) = proofread([section(LONG.replace("copy", "copys"))], context(previous=earlier[:1]))
    assert (once.code, once.severity) == ("stale-text", Severity.NOTE)


@pytest.mark.parametrize("now", [LONG.replace("ten", "9 of ten"), "No change.", LONG[:60] + " and that is all new now, as agreed."])
def test_changed_or_short_text_is_not_stale(now: str) -> None:
    earlier = (Printed(period="2025-07", sections=(section(LONG), section("No change."))),)
    assert codes(now, previous=earlier) == []


def test_a_gap_between_editions_ends_the_count() -> None:
    other = Section(theme="other", title="Other")
    earlier = (
        Printed(period="2025-07", sections=(section(LONG),)),
        Printed(period="2025-06", sections=(other,)),
        Printed(period="2025-05", sections=(section(LONG),)),
    )
    (finding,) = proofread([section(LONG)], context(previous=earlier))
    assert "since July 2025" in finding.message


def test_acronyms_are_told_once_and_not_when_written_out() -> None:
    text = "The TKAP board met. TKAP will meet again."
    assert codes(text, "TKAP again.") == ["unexpanded-acronym"]
    assert codes("The Tackling Knives Action Programme (TKAP) board met.") == []
    assert codes("The TKAP (Tackling Knives Action Programme) board met.") == []
    assert codes("Methylamphetamine (MAT) was found.") == []
    assert codes("The TKAP (see above) board met.") == ["unexpanded-acronym"]
    assert codes("The action board (TKAP) met.") == ["unexpanded-acronym"]
    assert codes("The TKAP board met.", glossary={"tkap": "Tackling Knives Action Programme"}) == []


@pytest.mark.parametrize(
    "text",
    ["PLEASE NOTE THE DATE", "Phase II and Phase III have begun.", "IMPORTANT INFO for all.", "Write to SG 1 or www.ABCD.example."],
)
def test_shouting_numerals_and_codes_are_no_acronyms(text: str) -> None:
    assert "unexpanded-acronym" not in codes(text)


def test_known_words_are_never_misspelt() -> None:
    assert codes("The Recieve project goes on.") == ["spelling"]
    assert codes("The Recieve project goes on.", known_words=frozenset({"recieve"})) == []
    assert codes("The RECIEVE project.") == ["spelling"]
    (finding,) = proofread([section("Recieved with thanks.")], context())
    assert finding.suggestion == "Received"
    assert codes(f"See recieve@x.example and www.recieve.example, the {1}1th hour, the 112th and the 3rd.") == []


@pytest.mark.parametrize(
    "text",
    [
        "The reference 943 476 5918 is not a health number.",  # wrong check digit
        "Call 020 7946 0018 or 01992 555 000.",
        "The Domestic Abuse Act (29 April 2021) applies.",
        "Jane Hill (3 May 2025) wrote to us.",
        "The order 1234 5678 9012 3456 is on its way.",
        "Partners live in 12 Districts.",
    ],
)
def test_numbers_that_are_nobodys_secret(text: str) -> None:
    assert "personal-data" not in codes(text)


def test_bank_details_and_old_births_are_personal() -> None:
    assert codes("Pay to sort code 12-34-56 please.") == ["personal-data"]
    assert codes("Use card 4111 1111 1111 1111 now.") == ["personal-data"]
    assert codes("It was Sam Hill (14/5/68) who called.") == ["personal-data"]
    assert codes("It was Sam Hill (14/5/09) who called.") == ["personal-data"]


def test_a_finding_does_not_spread_what_it_warns_of() -> None:
    (finding,) = proofread([section("His number is AB 12 34 56 C.")], context())
    assert "34 56" not in finding.model_dump_json()


def test_the_bulletins_own_marking_is_no_finding() -> None:
    assert codes("OFFICIAL") == ["protective-marking"]
    assert codes("OFFICIAL", marking="OFFICIAL") == []
    assert codes("OFFICIAL-SENSITIVE", marking="OFFICIAL") == ["protective-marking"]


def heading(text: str, level: int) -> Heading:
    """A heading block."""
    return Heading(runs=(Run(text=text),), level=level)


def test_headings_out_of_order_empty_or_bare() -> None:
    text = Paragraph(runs=runs("Some words."))
    good = proofread([of(heading("One", 2), text, heading("Two", 3), text, heading("Three", 2), text)], context())
    assert good == ()
    assert [f.code for f in proofread([of(heading("One", 3), text)], context())] == ["heading-order"]
    assert [f.code for f in proofread([of(heading("", 2), text)], context())] == ["heading-order"]
    bare = proofread([of(text, heading("One", 2), heading("Two", 2), text, heading("End", 2))], context())
    assert [f.code for f in bare] == ["empty-section", "empty-section"]


@pytest.mark.parametrize(
    ("alt", "right"),
    [
        ("", False),
        ("image001.png", False),
        ("IMG_2034", False),
        ("picture", False),
        ("chart.final", False),
        ("A sign. Description automatically generated", False),
        ("Bar chart: positive drug tests by district, Watford the highest at 428", True),
    ],
)
def test_a_picture_needs_words(alt: str, right: bool) -> None:
    picture = Picture(digest="0" * 64, alt=alt, name="chart.final")
    findings = proofread([of(Paragraph(runs=runs("See below.")), picture)], context())
    assert [f.code for f in findings] == ([] if right else ["alt-text"])


def test_a_picture_without_a_name_is_still_told() -> None:
    (finding,) = proofread([of(Picture(digest="0" * 64))], context())
    assert finding.message.startswith("The picture has no description")


def test_empty_sections_and_items() -> None:
    empty = Section(theme="t", title="Theme")
    assert [f.code for f in proofread([empty], context())] == ["empty-section"]
    assert proofread([empty.model_copy(update={"nil": True})], context()) == ()
    assert [f.where for f in proofread([of(heading="Only a heading")], context())] == ["Theme / Only a heading"]
    assert [f.where for f in proofread([of(heading="")], context())] == ["Theme / item 1"]
    assert proofread([of(heading="Drug tests", statistics=statistics())], context()) == ()


def test_places_are_named_for_people() -> None:
    blocks = (
        ListItem(runs=runs("First.")),
        ListItem(runs=runs("It recieved.")),
        Table(rows=((runs("a"), runs("b")), (runs("recieve"), runs("c"))), caption="Recieved forms"),
    )
    stats = statistics().model_copy(update={"sentence": "We recieved more."})
    where = {f.where for f in proofread([of(*blocks, statistics=stats)], context())}
    assert where == {
        "Theme / Update / bullet 2",
        "Theme / Update / table 1, caption",
        "Theme / Update / table 1, row 2, column 1",
        "Theme / Drug tests / sentence",
    }


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
    assert questions_for_lead((Finding(code="bare-url", message="x."), Finding(code="heading-order", message="y."))) == ()


@given(st.lists(st.text(max_size=200), max_size=4), st.text(max_size=40))
@settings(max_examples=120, deadline=None)
def test_any_text_is_read_without_an_error(texts: list[str], title: str) -> None:
    findings = proofread([section(*texts, heading=title)], context(directory=()))
    assert all(finding.code in CODES and finding.message for finding in findings)


PIECES = st.sampled_from(
    ["on", "Monday", "31", "September", "2025", "20265", "@", "council.example.org", "here", "http://", "(", "will", "the", "the"]
    + ["Total", "AB 12 34 56 C", "01/13/25", "to", "-", "[insert", "]", "DOB", "July", "update", ".", "\n", "www.", "10:75", "pm"]
)


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=150, deadline=None)
def test_broken_dates_addresses_and_links_are_read_without_an_error(words: list[str]) -> None:
    findings = proofread([section(" ".join(words))], context(today=date(2025, 8, 18)))
    assert all(finding.severity in Severity for finding in findings)
