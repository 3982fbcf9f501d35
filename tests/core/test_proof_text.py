"""Addresses, words, dates, links, personal data: the edges of each check."""

from __future__ import annotations

import pytest

from bot.core.model import (
    Paragraph,
    Person,
    Run,
)
from bot.core.proof import proofread
from bot.core.proofing.addresses import nearest
from bot.core.proofing.context import sentences
from tests.core.proof_cases import DOMAIN, codes, context, of, section, table


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
    text = "Email karl.stone@pccss.examples now."
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
    ("text", "severity"),
    [("He had had enough.", "note"), ("Say that that is so.", "note"), ("It is the the end.", "warning")],
)
def test_what_may_be_right_when_doubled_is_only_noted(text: str, severity: str) -> None:
    (finding,) = proofread([section(text)], context())
    assert (finding.code, finding.severity.value) == ("repeated-words", severity)


@pytest.mark.parametrize(
    "text",
    [
        "Over and over and over again.",
        "Step by step by step.",
        "Room 5 5 is free.",
        "Very very good.",
        "the, the",
        "B B King",
    ],
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
    [
        "PLEASE NOTE THE DATE",
        "Phase II and Phase III have begun.",
        "IMPORTANT INFO for all.",
        "Write to SG 1 or www.ABCD.example.",
    ],
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


def test_an_address_behind_a_links_words_is_checked_too() -> None:
    (finding,) = proofread([section(f"Please [email Vicki](mailto:wicki.marsh@{DOMAIN}) today.")], context())
    assert (finding.code, finding.suggestion) == ("address-unknown", f"vicki.marsh@{DOMAIN}")
    assert f"wicki.marsh@{DOMAIN}" in finding.message


def test_two_like_candidates_give_no_suggestion() -> None:
    people = tuple(Person(name=n, address=f"{n}.long@{DOMAIN}") for n in ("dana", "lana"))
    (finding,) = proofread([section(f"Email bana.long@{DOMAIN} now.")], context(directory=people))
    assert (finding.code, finding.suggestion) == ("address-unknown", "")


@pytest.mark.parametrize(("second", "asked"), [("longmailbux", True), ("longmail.box", True), ("longmailbxo", True)])
def test_a_slip_inside_the_text_may_be_a_letter_a_dot_or_an_exchange(second: str, asked: bool) -> None:
    text = f"Email longmailbox@x.example, longmailbox@x.example and {second}@x.example."
    assert ("address-unknown" in codes(text)) is asked


def test_a_mailbox_name_missing_before_the_at_is_said() -> None:
    (finding,) = proofread([section(f"Email Kate at @{DOMAIN} soon.")], context())
    assert "no mailbox name before the @" in finding.message


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Read the notes, e.g. Mr. Hill's, which are available here. [Notes](https://x.example/n)"
    assert codes(text) == []


def test_a_day_inside_a_longer_date_is_read_once() -> None:
    assert codes("It is on 15 October 15, 2025 or so.") == codes("It is on 15 October.")


@pytest.mark.parametrize("text", ["The pilot runs from April 2025 to March 2026.", "It covers 2024-2025 in full."])
def test_a_range_that_goes_on_is_not_over(text: str) -> None:
    assert codes(text) == []


def test_a_marking_found_twice_by_two_rules_is_told_once() -> None:
    assert codes("Strictly confidential: not for publication.") == ["protective-marking"] * 2
    assert codes("OFFICIAL-SENSITIVE", marking="OFFICIAL-SENSITIVE") == []
    assert codes("STRICTLY CONFIDENTIAL") == ["protective-marking"]


def test_numbers_are_no_times() -> None:
    assert codes("The rate went from 1.75 to 2.80 in a year.") == []


def test_the_nearest_of_several_addresses_wins_and_a_tie_gives_none() -> None:
    assert nearest("dana@x.example", ["dena@x.example", "dens@x.example"]) == "dena@x.example"
    assert nearest("dana@x.example", ["dens@x.example", "dena@x.example"]) == "dena@x.example"
    assert nearest("dana@x.example", ["dena@x.example", "dina@x.example"]) is None


def test_sentences_keep_their_places() -> None:
    text = "One.  Two! \nThree \n "
    assert [(text[at : at + 3], words.strip()) for at, words in sentences(text)] == [
        ("One", "One."),
        ("Two", "Two!"),
        ("Thr", "Three"),
    ]


def test_a_paragraph_printed_twice_in_a_row_is_told_once() -> None:
    again = "The group has agreed what comes next."
    assert codes(again, again) == ["repeated-words"]
    assert codes(again, "It met again on Monday.", again) == []
    assert codes("Any questions?", "Any questions?") == []
