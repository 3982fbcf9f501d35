"""The example configuration is ready to use, and what it says reaches its users."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import (
    Config,
    load_config,
)
from bot.errors import InputError
from tests.config.files import EXAMPLE, Files


def test_the_example_is_ready_to_use() -> None:
    config = load_config(EXAMPLE, {})
    bulletin = config.bulletin("ccsu-rag")
    assert [theme.title for theme in bulletin.themes] == [
        "Community Safety & ASB",
        "Drugs, Alcohol and Criminal Justice",
        "Hate Crime",
        "Serious Violence",
        "Prevent",
    ]
    assert bulletin.themes[1].series == "custody"
    assert "custody" in bulletin.series
    assert len(bulletin.readers) == 30
    assert len({person.csp for person in bulletin.readers}) == 10
    assert {"JSNA", "VAWG", "CSM", "CCSU", "CSP", "ASB", "SEND", "CGL", "HPFT", "DARD", "REPS"} <= set(
        bulletin.acronyms
    )
    assert all(address.endswith((".example", ".example.org")) for address in everybody(config))


def everybody(config: Config) -> list[str]:
    people = [config.operator]
    for bulletin in config.bulletins:
        people += [
            bulletin.sender,
            *bulletin.editors,
            *bulletin.editor_deputies,
            *bulletin.directory,
            *bulletin.readers,
        ]
        people += [person for theme in bulletin.themes for person in (*theme.leads, *theme.deputies)]
    return [person.address for person in people]


def test_leads_take_their_names_from_the_directory() -> None:
    theme = load_config(EXAMPLE, {}).bulletin("ccsu-rag").themes[2]
    assert (theme.leads[0].name, theme.leads[0].role) == ("Hazel Thorne", "Hate Crime lead")


def test_the_form_ends_with_anything_else_and_a_theme_without_fields_has_its_title() -> None:
    themes = load_config(EXAMPLE, {}).bulletin("ccsu-rag").themes
    assert all(theme.fields[-1].title == "Anything else" for theme in themes)
    assert [(field.key, field.title) for field in themes[4].fields] == [("F1", "Prevent"), ("F2", "Anything else")]


def test_the_bulletin_knows_its_dates_and_people() -> None:
    bulletin = load_config(EXAMPLE, {}).bulletin("ccsu-rag")
    assert bulletin.timetable("2025-08").deadline_at == datetime(2025, 8, 12, 11, 0, tzinfo=UTC)
    assert (bulletin.cooling_off, bulletin.quiet) == (timedelta(minutes=15), timedelta(minutes=10))
    assert bulletin.is_editor("RAG.Editor@council.example.org")
    assert bulletin.is_editor("rag.deputy.editor@council.example.org")
    assert not bulletin.is_editor("asb.lead@council.example.org")
    assert bulletin.theme("hate-crime") is bulletin.themes[2]
    assert bulletin.theme("hate") is None
    assert bulletin.message_id_domain == "council.example.org"


def test_the_address_in_the_contact_line_is_a_link() -> None:
    runs = load_config(EXAMPLE, {}).bulletin("ccsu-rag").contact_runs()
    assert [run.url for run in runs] == [None, "mailto:ccsu.team@council.example.org", None]
    assert "".join(run.text for run in runs).endswith("ccsu.team@council.example.org.")


def test_the_summary_says_who_and_when_and_no_secret() -> None:
    config = load_config(EXAMPLE, {})
    text = "\n".join(config.summary())
    assert "readers: 30 in 10 partnerships, one mail each" in text
    assert "theme drugs-alcohol-cj: drugs.lead@council.example.org" in text
    dated = config.bulletins[0].summary(datetime(2025, 8, 4, tzinfo=UTC))
    assert dated[-1] == (
        "  August 2025: request Fri 1 Aug 09:00, deadline Tue 12 Aug 12:00, distribution Mon 18 Aug 09:00"
    )


def test_paths_are_taken_from_the_directory_above(files: Files) -> None:
    config = files.load()
    base = files.directory.parent
    assert config.data_directory == base / "var"
    assert config.heartbeat.file == base / "var" / "heartbeat"
    assert config.folder_path() == base / "var" / "mailbox"
    assert config.store_url({}).get_secret_value() == f"sqlite:///{(base / 'var' / 'bulletin.db').as_posix()}"


def test_the_demo_moves_all_data_elsewhere(files: Files, tmp_path: Path) -> None:
    moved = files.load().with_data_directory(tmp_path / "demo")
    assert moved.folder_path() == tmp_path / "demo" / "mailbox"
    assert moved.store_url({}).get_secret_value().endswith("demo/bulletin.db")
    assert moved.heartbeat.file is None


def test_an_unknown_bulletin_is_answered_with_the_nearest(files: Files) -> None:
    with pytest.raises(InputError, match='Did you mean "ccsu-rag"'):
        files.load().bulletin("ccsu-rga")
    with pytest.raises(InputError, match="There are: ccsu-rag"):
        files.load().bulletin("zzz")
