"""Text made safe, links that say where they lead, and form mended while every word is kept."""

from __future__ import annotations

import pytest

from bot.core.model import Heading, ListItem, Paragraph, Picture, Run, Section, Table, plain
from bot.render.clean import clean_text, safe_url
from bot.render.contents import contents
from bot.render.shape import counted, shaped
from bot.render.tidy import concerns, tidy
from tests.render.sample import bullet, bulletin, item, para

HOST = "https://www.council.example.org"


def printed(*blocks: object) -> tuple[object, ...]:
    """Blocks of one item after tidying."""
    section = Section(theme="t", title="Theme", items=(item("Story", *blocks),))  # type: ignore[arg-type]
    return tidy(bulletin(sections=(section,))).sections[0].items[0].blocks


def links(*runs: Run | str) -> list[tuple[str, str | None]]:
    """(words, target) of the runs of one paragraph after tidying."""
    block = printed(para(*runs))[0]
    assert isinstance(block, Paragraph)
    return [(run.text, run.url) for run in block.runs]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\x00b\x0cc", "ab\nc"),
        ("lone \ud800 one", "lone \ufffd one"),
        ("pair \ud83d\ude00", "pair 😀"),
        ("It\x92s", "It’s"),
        ("two  spaces\tand a tab", "two spaces and a tab"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ],
)
def test_text_is_made_safe_for_xml(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://council.example.org@evil.example", None),
        ("https://[bad", None),
        ("mailto:nobody", None),
        ("mailto:A.Khan@Council.example.org", "mailto:a.khan@council.example.org"),
        ("HTTPS://council.example.org/a b?x=<1>", "https://council.example.org/a%20b?x=%3C1%3E"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("https://council.example.org/100%", "https://council.example.org/100%25"),
        (None, None),
        ("https://" + "a" * 3000, None),
    ],
)
def test_only_sound_addresses_become_links(given: str | None, safe: str | None) -> None:
    assert safe_url(given) == safe


def test_bare_addresses_become_links_without_their_full_stop() -> None:
    assert links("Write to a.khan@council.example.org, or see www.council.example.org/jsna.") == [
        ("Write to ", None),
        ("a.khan@council.example.org", "mailto:a.khan@council.example.org"),
        (", or see ", None),
        ("council.example.org/jsna", f"{HOST}/jsna"),
        (".", None),
    ]


def test_a_link_that_says_here_says_where() -> None:
    assert links(Run(text="here", url=f"{HOST}/audit"))[0][0] == "here (council.example.org)"
    assert links(Run(text="Email us", url="mailto:a@council.example.org"))[0][0] == "Email us (a@council.example.org)"


def test_a_long_address_is_read_by_the_words_of_its_last_part() -> None:
    url = f"{HOST}/media-library/documents/drug-and-alcohol-strategy-2025-30.pdf"
    assert links(f"See {url}")[1] == ("Drug and alcohol strategy 2025-30 (PDF, council.example.org)", url)


def test_the_same_words_never_lead_to_two_places() -> None:
    runs = [Run(text="Guidance", url=f"{HOST}/{n}") for n in range(3)]
    texts = [text for text, url in links(runs[0], " ", runs[1], " ", runs[2]) if url]
    assert len(set(texts)) == 3
    assert texts[0] == "Guidance"


def test_a_link_of_several_looks_stays_one_link() -> None:
    found = links(Run(text="Serious ", url=f"{HOST}/d", bold=True), Run(text="Violence", url=f"{HOST}/d"))
    assert found == [("Serious ", f"{HOST}/d"), ("Violence", f"{HOST}/d")]


def test_typed_bullets_and_numbers_become_lists() -> None:
    blocks = printed(para("• one"), para("– two"), para("Steps:"), para("1. first"), para("2) second"))
    assert [type(block) for block in blocks] == [ListItem, ListItem, Paragraph, ListItem, ListItem]
    numbered = [block for block in blocks if isinstance(block, ListItem) and block.ordered]
    assert [(plain(one.runs), one.number) for one in numbered] == [("first", 1), ("second", None)]


def test_a_bold_line_alone_is_a_heading_but_a_bold_sentence_is_not() -> None:
    first, second = printed(para(Run(text="Key dates", bold=True)), para(Run(text="Please act now.", bold=True)))
    assert isinstance(first, Heading)
    assert isinstance(second, Paragraph)


def test_no_heading_level_is_skipped() -> None:
    levels = [
        block.level
        for block in printed(Heading(runs=(Run(text="a"),), level=3), Heading(runs=(Run(text="b"),), level=9))
        if isinstance(block, Heading)
    ]
    assert levels == [2, 3]


def cells(*rows: tuple[str, ...]) -> Table:
    """A table of strings."""
    return Table(rows=tuple(tuple((Run(text=cell),) if cell else () for cell in row) for row in rows))


def test_a_table_is_squared_its_blank_cells_filled_and_its_blank_lines_dropped() -> None:
    (table,) = printed(cells(("A", "B", ""), ("", "", ""), ("1",)))
    assert isinstance(table, Table)
    assert [[plain(cell) for cell in row] for row in table.rows] == [["A", "B"], ["1", "–"]]


def test_a_table_of_one_column_is_read_as_text() -> None:
    assert [type(block) for block in printed(cells(("a",), ("b",)))] == [Paragraph, Paragraph]


def test_sixty_columns_are_printed_as_several_tables_and_the_place_is_named() -> None:
    wide = cells(*(tuple(f"r{row}c{column}" for column in range(60)) for row in range(3)))
    tables = [block for block in printed(wide) if isinstance(block, Table)]
    assert len(tables) == 9
    assert {plain(table.rows[1][0]) for table in tables} == {"r1c0"}
    assert [plain(cell) for table in tables for cell in table.rows[2][1:]] == [f"r2c{n}" for n in range(1, 60)]
    section = Section(theme="t", title="Hate Crime", items=(item("Story", wide),))
    (finding,) = concerns(bulletin(sections=(section,)))
    assert (finding.code, finding.where) == ("wide-table", "Hate Crime / Story")
    assert "60 columns" in finding.message


def test_a_picture_always_has_words() -> None:
    (picture,) = printed(Picture(digest="0", alt="IMG_001.jpg"))
    assert isinstance(picture, Picture)
    assert picture.alt == "Picture sent for: Theme / Story"


def test_contents_leave_out_repeats_of_the_theme_and_tell_equal_lines_apart() -> None:
    sections = (
        Section(theme="a", title="Hate Crime", items=(item("Hate Crime", bullet("x")), item("Funding", bullet("x")))),
        Section(theme="b", title="Prevent", items=(item("Funding", bullet("x")),)),
        Section(theme="c", title="Silent"),
    )
    lines = [(entry.level, entry.text) for entry in contents(bulletin(sections=sections))]
    assert lines == [(1, "Hate Crime"), (2, "Funding"), (1, "Prevent"), (2, "Funding (Prevent)")]


def test_a_long_contents_list_names_themes_only() -> None:
    items = tuple(item(f"Story {number}", bullet("x")) for number in range(41))
    assert len(contents(bulletin(sections=(Section(theme="a", title="Theme", items=items),)))) == 1


def test_points_marked_by_letters_or_roman_numbers_are_list_items_that_show_the_same_mark() -> None:
    words = ("a) one", "(b) two", "Then:", "i. small", "ii) smaller", "h) eight", "i) nine", "c. 1900 it began")
    shown = [
        (block.level, block.number, plain(block.runs)) if isinstance(block, ListItem) else plain(block.runs)
        for block in shaped([Paragraph(runs=(Run(text=text),)) for text in words])
    ]
    assert shown == [
        (2, 1, "one"),
        (2, None, "two"),
        "Then:",
        (3, 1, "small"),
        (3, None, "smaller"),
        (2, 8, "eight"),
        (2, None, "nine"),
        (2, 3, "1900 it began"),
    ]
    assert [counted(number, level) for number, level in ((3, 1), (3, 2), (4, 3), (30, 2))] == ["3", "c", "iv", "30"]


def test_numbers_typed_in_the_lines_of_one_paragraph_make_a_list() -> None:
    blocks = list(shaped([Paragraph(runs=(Run(text="1. read\n2. reply"),))]))
    assert [(block.ordered, plain(block.runs)) for block in blocks if isinstance(block, ListItem)] == [
        (True, "read"),
        (True, "reply"),
    ]
