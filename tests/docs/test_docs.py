"""The pages for people: what they link to, name and tell somebody to run is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot.cli import STATS_WORDS, app

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for page in (ROOT / "docs").rglob("*.md"))],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
OPTION = re.compile(r"--[a-z][a-z-]+")
COMMAND = re.compile(r"run_bot\.py((?: --(?:config \S+|verbose|log-json))*) ([a-z][a-z-]*)([^`\n;|]*)")
PATH = re.compile(r"`((?:bot|tests|templates|config|docs)/[A-Za-z0-9_./-]*[A-Za-z0-9_/])`")
LARGEST_PICTURE = 150_000


def _prose(page: Path) -> str:
    """A page without its code blocks, in which brackets mean something else."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def _slug(heading: str) -> str:
    """A heading's anchor, as the usual viewers make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_slug(heading) for heading in re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))}


def broken_links(page: Path) -> Iterator[str]:
    """The relative links of a page whose file, or whose heading in that file, does not exist."""
    for target in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        known = _anchors(file) if anchor and file.is_file() else {""}
        if not file.exists() or anchor not in known:
            yield target


def unknown_commands(text: str) -> Iterator[str]:
    """The commands and options after ``run_bot.py`` that the command line does not have."""
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for _, word, rest in COMMAND.findall(text):
        command = known.get(word)
        if command is None:
            yield word
            continue
        if word == "stats":
            first = rest.split()[0] if rest.split() else "read"
            command = command.commands[first if first in STATS_WORDS else "read"]
        options = {name for parameter in command.params for name in parameter.opts}
        yield from (f"{word} {option}" for option in OPTION.findall(rest) if option not in {*options, "--help"})


def tree_names(text: str) -> Iterator[tuple[str, str]]:
    """(folder, name) of everything that the map of ARCHITECTURE.md names: modules, folders and files."""
    tree = next(block for block in re.findall(r"```\n(.*?)```", text, flags=re.DOTALL) if "bot/cli.py" in block)
    folder, inner = "", ""
    for line in tree.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        words = line.split()
        if not words:
            continue
        if indent == 0:
            folder, inner = (words[0], "") if words[0].endswith("/") else ("", "")
            yield "", words[0]
            words = words[1:]
        elif indent == 2 and words[0].endswith("/") and not words[0].startswith("migrations"):
            inner = words[0]
            yield folder, inner
            words = words[1:]
        elif indent == 2:
            inner = ""
        for word in words:
            if re.fullmatch(r"[a-z_0-9]+\.py", word):
                yield folder + inner, word


def test_the_pages_are_found() -> None:
    assert {"README.md", "ARCHITECTURE.md", "docs/operators.md", "docs/adr/README.md"} <= set(NAMES)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_relative_link_and_picture_exists(page: Path) -> None:
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_and_option_exists(page: Path) -> None:
    assert list(unknown_commands(page.read_text("utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_path_in_backticks_exists(page: Path) -> None:
    assert [path for path in PATH.findall(page.read_text("utf-8")) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_page_names_a_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:root|work|tmp|home)/|[Pp]y[Pp][Ii]\.", page.read_text("utf-8")) == []


def test_every_module_on_the_map_exists() -> None:
    names = list(tree_names((ROOT / "ARCHITECTURE.md").read_text("utf-8")))
    assert len(names) > 100
    assert [folder + name for folder, name in names if not (ROOT / folder / name).exists()] == []


def test_every_module_is_on_the_map() -> None:
    named = {folder + name for folder, name in tree_names((ROOT / "ARCHITECTURE.md").read_text("utf-8"))}
    modules = [path for path in (ROOT / "bot").rglob("*.py") if "migrations" not in path.parts]
    there = {path.relative_to(ROOT).as_posix() for path in modules if path.name != "__init__.py"}
    assert there - named == set()


def test_every_package_is_on_the_map() -> None:
    named = {name for folder, name in tree_names((ROOT / "ARCHITECTURE.md").read_text("utf-8")) if not folder}
    packages = {f"bot/{path.parent.name}/" for path in (ROOT / "bot").glob("*/__init__.py")}
    assert packages - named == set()


def test_every_command_is_named_for_the_operator_or_the_reader() -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert [word for word in commands if f"run_bot.py {word}" not in text and f" {word}," not in text] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = LINK.findall((folder / "README.md").read_text("utf-8"))
    assert listed == sorted(page.name for page in folder.glob("[0-9]*.md"))


def test_pictures_are_small_enough_for_a_page() -> None:
    pictures = list((ROOT / "docs" / "img").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []


def test_what_is_not_there_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](no.md) [b](page.md#one) [c](#two) ![d](p.png) [e](https://example.org)\n", "utf-8")
    assert list(broken_links(page)) == ["no.md", "#two", "p.png"]
    assert list(unknown_commands("`run_bot.py dance` run_bot.py --config x status --sing")) == [
        "dance",
        "status --sing",
    ]
    assert list(unknown_commands("run_bot.py stats FILE --json; run_bot.py stats import F --baseline")) == []


def threats() -> list[list[str]]:
    """The rows of SECURITY.md's table: threat, what happens, what shows it."""
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    table = text.partition("| threat | what happens | shown by |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "`tests/" in line]


def test_every_threat_names_tests_that_are_there() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = threats()
    assert len(rows) == text.partition("| threat |")[2].partition("\n\n")[0].count("\n") - 1
    assert len(rows) >= 30
    for threat, _, shown_by in rows:
        files = re.findall(r"`(tests/[^`]+)`", shown_by)
        assert files, threat
        for file in files:
            source = (ROOT / file).read_text("utf-8")
            assert re.search(r"^\s*(async )?def (test_|it_|nothing_leaks)", source, re.MULTILINE), f"{threat}: {file}"
