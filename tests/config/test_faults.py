"""What is wrong is said all at once, with the place, what is allowed and what was probably meant."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import examine
from tests.config.files import Files


def test_ten_faults_in_six_files_are_one_report(files: Files) -> None:
    files.change("bot.toml", "poll_seconds = 60", "poll_second = 60")
    files.change("bot.toml", 'kind = "folder"', 'kind = "foldr"')
    files.change("bulletin.toml", 'deadline_time = "12:00"', 'deadline_time = "25:00"')
    files.change("bulletin.toml", "cooling_off_minutes = 15", "cooling_off_minuts = 15")
    files.change("bulletin.toml", "skip = []", 'skip = ["2026-08", "2026-13"]')
    files.change("themes.toml", 'series = "custody"', 'series = "custdy"')
    files.change("themes.toml", "hatecrime.lead@council", "hatecrime.laed@council")
    files.append("csm_list.csv", "Somebody,csm at watford.example,Watford\nAnother,csm@watford.example,Watford\n")
    files.change("directory.csv", "moss.hartley@council.example.org", "moss.hartley@")
    files.change("glossary.toml", 'ASB = "anti-social behaviour"', "ASB = 3")
    problems = files.problems()
    text = "\n".join(problems)
    assert len(problems) == 11
    for words in (
        "config/bot.toml, line 6: poll_second = 60 is not a known key. Allowed: data_directory,",
        'Did you mean "poll_seconds"?',
        'mailbox.kind = "foldr" is not a known kind. Allowed: folder, imap, ews, graph. Did you mean "folder"?',
        'timetable.deadline_time = "25:00" is not a time of day. Allowed: a time such as "12:00".',
        "cooling_off_minuts = 15 is not a known key. Allowed: author, contact,",
        'Did you mean "cooling_off_minutes"?',
        'skip[2] = "2026-13" is not a month. Allowed: months without an edition, such as ["2026-08"].',
        'themes[2].series = "custdy" is not a series. Allowed: custody. Did you mean "custody"?',
        'themes[3].leads[1] = "hatecrime.laed@council.example.org" has no name.',
        'Did you mean "hatecrime.lead@council.example.org"?',
        'csm_list.csv, line 32: address = "csm at watford.example" is not an email address.',
        'csm_list.csv, line 33: address = "csm@watford.example" is there already, in line 26.',
        'directory.csv, line 17: address = "moss.hartley@" is not an email address.',
        "acronyms.ASB = 3 is not a text: put it in quotes",
    ):
        assert words in text, f"{words}\n--- is not in ---\n{text}"
    assert all(problem.startswith("config/") and ", line " in problem for problem in problems)


def test_the_line_of_a_fault_is_the_line_in_the_file(files: Files) -> None:
    files.change("themes.toml", "violence.deputy@council", "violence.deputy.council")
    line = files.line("themes.toml", "violence.deputy.council")
    assert files.problem().startswith(f"config/ccsu-rag/themes.toml, line {line}: themes[4].deputies[1] = ")


def test_a_missing_key_says_what_belongs_there(files: Files) -> None:
    files.change("bulletin.toml", 'title = "CCSU Monthly RAG Update"', "")
    assert files.problem() == "config/ccsu-rag/bulletin.toml: title is missing. Allowed: the bulletin's title."


def test_a_key_under_the_wrong_table_is_sent_home(files: Files) -> None:
    files.append("bulletin.toml", 'intro = "Welcome"\n')
    assert "retention.intro" in files.problem()
    assert "move it above the first line in square brackets" in files.problem()


def test_syntax_errors_are_all_found_and_hide_no_other_fault(files: Files) -> None:
    files.change("bulletin.toml", 'marking = "OFFICIAL"', 'marking = "OFFICIAL')
    files.change("bulletin.toml", "quiet_minutes = 10", "quiet_minutes = = 10")
    files.change("bulletin.toml", "raw_days = 90", "raw_days = 0")
    problems = files.problems()
    assert len(problems) == 3
    assert f"line {files.line('bulletin.toml', 'marking')}: cannot be read as TOML" in problems[0]
    assert f"line {files.line('bulletin.toml', 'quiet_minutes')}: cannot be read as TOML" in problems[1]
    assert "retention.raw_days = 0" in problems[2]


def test_a_syntax_error_calls_nothing_missing(files: Files) -> None:
    files.change("bulletin.toml", 'title = "CCSU Monthly RAG Update"', 'title = CCSU Monthly "RAG" Update')
    assert "cannot be read as TOML" in files.problem()


def test_a_key_that_stands_twice_is_told(files: Files) -> None:
    files.change("bulletin.toml", "quiet_minutes = 10", "quiet_minutes = 10\nquiet_minutes = 20")
    assert "cannot be read as TOML: cannot overwrite a value" in files.problem()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "bulletin.toml",
            'editors = ["rag.editor@council.example.org"]',
            "editors = []",
            "editors needs at least one entry",
        ),
        ("bulletin.toml", "rag.deputy.editor@", "rag.editor@", "cannot stand in for themselves"),
        ("bulletin.toml", "deadline_working_day = 8", "deadline_working_day = 1", "reminder (3) that is not between"),
        ("bulletin.toml", "deadline_working_day = 8", "deadline_working_day = 12", "distribution that is not after"),
        ("bulletin.toml", "request_working_day = 1", "request_working_day = 9", "deadline that is not after"),
        ("bulletin.toml", "request_working_day = 1", "request_working_day = 0", "is too small. Allowed: a working day"),
        ("bulletin.toml", 'distribution = "individual"', 'distribution = "induvidual"', 'mean "individual"'),
        ("bulletin.toml", 'distribution = "individual"', 'distribution = "group"', "needs group_address"),
        ("bulletin.toml", "extra_closed = []", 'extra_closed = ["24/12/2025"]', "days such as 2025-12-24"),
        ("bulletin.toml", 'address = "rag.update@council.example.org"', 'address = "rag.update"', "sender.address"),
        ("themes.toml", 'key = "prevent"', 'key = "hate-crime"', "is there already"),
        ("themes.toml", 'key = "prevent"', 'key = "Prevent!"', "small letters, digits and hyphens"),
        ("themes.toml", "order = 5", "order = 4", 'is the order of theme "serious-violence" already'),
        ("themes.toml", "prevent.deputy@", "prevent.lead@", "cannot stand in for themselves"),
        ("themes.toml", "prevent.lead@", "rag.update@", "is the mailbox's own address"),
        ("themes.toml", 'title = "Child Exploitation"', 'titel = "Child Exploitation"', 'mean "title"'),
        ("themes.toml", 'title = "Hate Crime"', 'title = """Hate\nCrime"""', "is more than one line"),
        ("bot.toml", 'address = "it.servicedesk@council.example.org"', 'address = "it"', "operator.address"),
        ("bot.toml", 'level = "info"', 'level = "inform"', 'Did you mean "info"?'),
        ("bot.toml", 'level = "info"', 'file = ""', 'log.file = "" is empty'),
        ("bot.toml", 'profile = "folder"', 'profile = "exchange-online"', "does not fit a mailbox of kind folder"),
        ("bot.toml", 'profile = "folder"', 'profile = "authserv"', "needs authserv_id"),
        ("bot.toml", '"council.example.org"]', '"council"]', "is not a domain name"),
        ("bot.toml", "[heartbeat]", '[heartbeat]\nurl_env = "BEAT"', "the environment has no BEAT"),
        ("bot.toml", "[store]", '[store]\nurl = "bulletin.db"', "url is not a database URL"),
        ("bot.toml", 'kind = "folder"', 'path = "x"', "mailbox.kind is missing. Allowed: folder, imap, ews, graph"),
    ],
)
def test_what_does_not_fit_together_is_told(files: Files, name: str, old: str, new: str, said: str) -> None:
    files.change(name, old, new)
    assert any(said in problem for problem in files.problems()), files.problems()


def test_a_lead_twice_and_a_field_twice_are_told(files: Files) -> None:
    lead = '"prevent.lead@council.example.org"'
    files.change("themes.toml", lead, f'{lead}, "P. L. <prevent.lead@council.example.org>"')
    files.append(
        "themes.toml", '\n[[themes.fields]]\nkey = "F2"\ntitle = "A"\n[[themes.fields]]\nkey = "F2"\ntitle = "B"\n'
    )
    first, second = files.problems()
    assert 'themes[5].fields[2].key = "F2" is there already' in second
    assert "is there twice" in first


def test_field_keys_that_are_given_are_kept_and_the_others_counted(files: Files) -> None:
    files.append("themes.toml", '\n[[themes.fields]]\ntitle = "A"\n[[themes.fields]]\nkey = "F1"\ntitle = "B"\n')
    fields = files.load().bulletin("ccsu-rag").themes[4].fields
    assert [(field.key, field.title) for field in fields] == [("F2", "A"), ("F1", "B"), ("F3", "Anything else")]


def test_people_beside_the_directory_bring_their_name(files: Files) -> None:
    files.change("themes.toml", '"prevent.lead@council', '"Mallow Reed <Mallow.Reed@council')
    files.change("themes.toml", 'Reed@council.example.org"', 'Reed@council.example.org>"')
    lead = files.load().bulletin("ccsu-rag").themes[4].leads[0]
    assert (lead.name, lead.address) == ("Mallow Reed", "mallow.reed@council.example.org")


def test_a_group_needs_no_list_of_readers(files: Files) -> None:
    files.change("bulletin.toml", '"individual"', '"group"\ngroup_address = "csms@council.example.org"')
    files.path("csm_list.csv").unlink()
    bulletin = files.load().bulletin("ccsu-rag")
    assert (bulletin.readers, bulletin.group_address) == ((), "csms@council.example.org")
    assert any("the group csms@council.example.org" in line for line in bulletin.summary())


def test_a_faulty_series_file_is_reported_once_and_not_again_by_the_themes(files: Files) -> None:
    files.change("series.toml", "title =", "titel =")
    problems = files.problems()
    assert all("series.toml" in problem for problem in problems)
    assert any("titel" in problem and 'Did you mean "title"?' in problem for problem in problems)


def test_without_a_series_file_a_theme_with_a_series_is_told(files: Files) -> None:
    files.path("series.toml").unlink()
    assert "is not a series. Allowed: none: series.toml holds no series." in files.problem()


def test_closed_days_and_skipped_months_reach_the_dates(files: Files) -> None:
    files.change("bulletin.toml", "extra_closed = []", "extra_closed = [2025-08-04]")
    files.change("bulletin.toml", "not_closed = []", 'not_closed = ["2025-08-25"]')
    files.change("bulletin.toml", "skip = []", 'skip = ["2025-08"]')
    bulletin = files.load().bulletin("ccsu-rag")
    assert bulletin.timetable("2025-08").deadline_at.date() == date(2025, 8, 13)
    assert date(2025, 8, 25) not in bulletin.closed_days("2025-08")
    assert bulletin.summary(datetime(2025, 8, 4, tzinfo=UTC))[-1] == "  August 2025: skipped"


def test_kinds_of_values_are_named_in_plain_words(files: Files) -> None:
    files.change("bulletin.toml", 'deadline_time = "12:00"', "deadline_time = 12:30:00")
    assert files.load().bulletins[0].rules.deadline_time.minute == 30
    files.change("bulletin.toml", 'editors = ["rag.editor@council.example.org"]', 'editors = "rag.editor@council"')
    files.change(
        "bulletin.toml", 'editor_deputies = ["rag.deputy.editor@council.example.org"]', "editor_deputies = [1]"
    )
    files.change("bulletin.toml", "quiet_minutes = 10", "quiet_minutes = 1.5")
    files.change("bulletin.toml", "request_working_day = 1", "request_working_day = 21")
    files.change("bulletin.toml", 'marking = "OFFICIAL"', "marking = true")
    text = "\n".join(files.problems())
    for words in (
        'editors = "rag.editor@council" is not a list: put it in square brackets',
        "editor_deputies[1] = 1 is not an email address",
        "quiet_minutes = 1.5 is not a whole number",
        "timetable.request_working_day = 21 is too large",
        "marking = True is not a text: put it in quotes",
    ):
        assert words in text, text


SPOILERS = [
    "",
    "[",
    "x = 1",
    "[themes]",
    "[[themes]]",
    "[mailbox]",
    "key = 7",
    'series = "x"',
    "leads = []",
    '"',
    "= 3",
    "themes = 1",
    "[[series]]",
    "fields = 3",
    "[timetable.extra_closed]",
    "kind = []",
    "\\",
    "\x00",
    "a,b,c,d",
    ";;;",
]
NAMES = ["bot.toml", "bulletin.toml", "themes.toml", "series.toml", "glossary.toml", "directory.csv", "csm_list.csv"]


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 200), st.sampled_from(SPOILERS)), min_size=1, max_size=4)
)
@settings(max_examples=80, deadline=None)
def test_whatever_is_spoilt_the_answer_is_a_config_or_sentences(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int, str]]
) -> None:
    files = Files(tmp_path_factory.mktemp("spoilt") / "config")
    for name, number, spoiler in changes:
        lines = files.path(name).read_text("utf-8").split("\n")
        lines[number % len(lines)] = spoiler
        files.write(name, "\n".join(lines))
    config, faults = examine(files.directory, {})
    assert faults or config is not None
    assert all(fault.sentence().endswith((".", "?")) and "\n" not in fault.sentence() for fault in faults)
    if not faults:
        assert config is not None
        assert config.summary()
