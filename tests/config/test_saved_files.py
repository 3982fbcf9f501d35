"""Files as people save them: encodings, Windows paths, CSV from Excel, slips in names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.config import (
    examine,
    load_config,
)
from bot.errors import ConfigError
from tests.config.files import Files


def test_a_windows_path_in_double_quotes_is_explained(files: Files) -> None:
    files.change("bot.toml", 'data_directory = "var"', 'data_directory = "C:\\Users\\bot"')
    assert "single quotes ('C:\\bot\\var') or with forward slashes" in files.problem()


def test_a_windows_path_that_became_a_tab_is_explained(files: Files) -> None:
    files.change("bot.toml", 'data_directory = "var"', 'data_directory = "C:\\temp"')
    problem = files.problem()
    assert 'data_directory = "C:\\temp" is not a path: in double quotes \\t, \\n and \\b are control' in problem


def test_a_windows_path_in_single_quotes_is_taken(files: Files) -> None:
    files.change("bot.toml", 'data_directory = "var"', "data_directory = 'D:\\bulletin\\new'")
    assert files.load().data_directory.name.endswith("D:\\bulletin\\new")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_any_usual_encoding_are_read(files: Files, encoding: str, end: str) -> None:
    for name in ("bot.toml", "bulletin.toml", "themes.toml", "glossary.toml", "directory.csv", "csm_list.csv"):
        text = files.path(name).read_text("utf-8").replace("Wren Dole", "Wrén D’Ole").replace("\n", end)
        files.write(name, text.encode(encoding))
    bulletin = files.load().bulletin("ccsu-rag")
    assert "Wrén D’Ole" in {person.name for person in bulletin.directory}
    assert len(bulletin.readers) == 30


def test_a_csv_from_a_european_excel_is_read(files: Files) -> None:
    text = files.path("csm_list.csv").read_text("utf-8").replace(",", ";")
    text = text.replace("name;address;csp", '\ufeffName;"E-mail address";District;Phone') + ";;;\n# the end\n"
    files.write("csm_list.csv", text.replace("\n", "\r\n"))
    readers = files.load().bulletin("ccsu-rag").readers
    assert len(readers) == 30
    assert readers[0].csp == "Broxbourne"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("No Address,,Watford", 'line 32: "No Address" has no address'),
        (",new@watford.example,Watford", 'line 32: address = "new@watford.example" has no name'),
        ("New,mailto:new@watford.example,Watford", 'Did you mean "new@watford.example"?'),
        ("New,new @watford.example,Watford", 'Did you mean "new@watford.example"?'),
        ("New,CSM@Watford.Example,Watford", "is there already, in line 26"),
        ("New,new@watford.example,Watfrod", 'csp = "Watfrod" is not a district of series.toml'),
        ("New,new@watford.example,", 'line 32: csp = "" is empty'),
        ("New,rag.update@council.example.org,Watford", "is the mailbox's own address"),
        ("New,a@b.example;c@d.example,Watford", "is not an email address"),
    ],
)
def test_a_bad_line_of_the_readers_is_named(files: Files, line: str, said: str) -> None:
    files.append("csm_list.csv", line + "\n")
    assert said in files.problem()


def test_a_reader_over_two_lines_keeps_the_line_count(files: Files) -> None:
    files.append("csm_list.csv", '"Two\nLines",two@watford.example,Watford\nBad,bad,Watford\n')
    assert "line 34: address = " in files.problem()


def test_lists_without_their_columns_or_lines_are_told(files: Files) -> None:
    files.change("csm_list.csv", "name,address,csp", "name,adress,csp")
    assert 'line 1: the first line has no column "address"' in files.problem()
    assert 'Did you mean "adress"?' in files.problem()
    files.write("csm_list.csv", "")
    assert "the file is empty" in files.problem()
    files.write("csm_list.csv", "name,address,csp\n")
    assert files.problem() == "config/ccsu-rag/csm_list.csv: names no reader."
    files.path("csm_list.csv").unlink()
    assert files.problem() == "config/ccsu-rag/csm_list.csv: the file is missing."


def test_a_file_with_a_slip_in_its_name_is_noticed(files: Files) -> None:
    files.path("csm_list.csv").rename(files.path("csm-list.csv"))
    first, second = files.problems()
    assert "csm-list.csv: is not a file that the bot reads" in first
    assert 'Did you mean "csm_list.csv"?' in first
    assert second.endswith("csm_list.csv: the file is missing.")


def test_missing_directories_and_files_are_told(files: Files, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        load_config(tmp_path / "nowhere", {})
    assert "the configuration directory is missing" in told.value.problems[0]
    files.path("bot.toml").rename(files.path("bot.toml").with_name("bot.tml"))
    problems = files.problems()
    assert "config/bot.toml: the file is missing." in problems
    assert any('config/bot.tml: is not read. Did you mean "bot.toml"?' in problem for problem in problems)
    shutil.rmtree(files.directory / "ccsu-rag")
    assert any("holds no bulletin" in problem for problem in files.problems())


def test_a_directory_with_a_name_for_no_bulletin_is_told(files: Files) -> None:
    (files.directory / "CCSU RAG").mkdir()
    (files.directory / ".git").mkdir()
    assert "config/CCSU RAG: is no name for a bulletin" in files.problem()


def test_a_broken_bulletin_leaves_the_others_running(files: Files) -> None:
    shutil.copytree(files.directory / "ccsu-rag", files.directory / "prevent-news")
    files.change("bulletin.toml", "quiet_minutes = 10", 'quiet_minutes = "ten"')
    config, faults = examine(files.directory, {})
    assert config is not None
    assert [bulletin.key for bulletin in config.bulletins] == ["prevent-news"]
    assert [fault.bulletin for fault in faults] == ["ccsu-rag"]


@pytest.mark.parametrize("line", ['"Open,open@watford.example,Watford', '"A" b,ab@watford.example,Watford'])
def test_a_stray_quotation_mark_spoils_only_its_own_line(files: Files, line: str) -> None:
    text = files.path("csm_list.csv").read_text("utf-8").split("\n")
    text.insert(3, line)
    text.append("Bad,bad,Watford")
    files.write("csm_list.csv", "\n".join(text))
    first, second = files.problems()
    assert "csm_list.csv, line 4: the line cannot be read." in first
    assert 'line 34: address = "bad"' in second
