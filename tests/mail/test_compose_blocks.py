"""Blocks in our mails: lists nest, numbers run on, tables line up, and only harmless links get through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from bot.core.model import (
    Block,
    CountRow,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    StatisticsTable,
    Table,
)
from bot.mail.blocks import blocks_html, blocks_text, safe_url, section_html, section_text


def item(text: str, level: int = 1, ordered: bool = False, number: int | None = None) -> ListItem:
    """One list item."""
    return ListItem(runs=(Run(text=text),), level=level, ordered=ordered, number=number)


def para(text: str, **more: object) -> Paragraph:
    """One paragraph of one run."""
    return Paragraph(runs=(Run.model_validate({"text": text, **more}),))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a@b.example/",
        "data:text/html,x",
        "https://a b.example",
        "//x.example",
        "",
        None,
        "mailto:x",
    ],
)
def test_a_doubtful_link_is_printed_as_words_only(url: str | None) -> None:
    assert safe_url(url) is None
    assert "href" not in blocks_html([para("see this", url=url)])


@pytest.mark.parametrize("url", ["https://x.example/a?b=c#d", "http://x.example", "mailto:a@b.example"])
def test_a_good_link_is_a_link(url: str) -> None:
    assert f'href="{url}"' in blocks_html([para("see this", url=url)])
    assert url.removeprefix("mailto:") in blocks_text([para("see this", url=url)])


def test_a_link_that_shows_itself_is_not_told_twice_in_text() -> None:
    assert blocks_text([para("www.x.example", url="https://www.x.example/")]) == "www.x.example"
    assert blocks_text([para("a@b.example", url="mailto:a@b.example")]) == "a@b.example"


def test_looks_and_line_breaks() -> None:
    block = Paragraph(runs=(Run(text="a\nb", bold=True), Run(text="c", italic=True)))
    assert "<strong>a<br>b</strong><em>c</em>" in blocks_html([block])


def test_lists_nest_and_change_kind() -> None:
    blocks = [
        item("one"),
        item("deep", 2),
        item("deeper", 3),
        item("two"),
        item("1st", ordered=True),
        item("2nd", ordered=True),
    ]
    tree = lxml_html.fromstring(f"<div>{blocks_html(blocks)}</div>")
    assert [child.tag for child in tree] == ["ul", "ol"]
    assert len(tree.xpath("./ul/li/ul/li/ul/li")) == 1
    assert len(tree.xpath("./ol/li")) == 2


def test_a_list_that_begins_deep_keeps_every_item() -> None:
    tree = lxml_html.fromstring(f"<div>{blocks_html([item('deep', 3), item('up', 1)])}</div>")
    assert [li.text for li in tree.iter("li")] == ["deep", "up"]


def test_numbers_start_where_they_say() -> None:
    blocks = [item("a", ordered=True, number=3), item("b", ordered=True), item("c", ordered=True, number=1)]
    assert blocks_html(blocks).count("<ol") == 2
    assert 'start="3"' in blocks_html(blocks)
    assert blocks_text(blocks) == " 3. a\n 4. b\n 1. c"


def test_numbers_of_a_deeper_level_start_again_and_text_between_ends_a_list() -> None:
    blocks = [
        item("a", 1, True),
        item("x", 2, True),
        item("b", 1, True),
        item("y", 2, True),
        para("end"),
        item("c", 1, True),
    ]
    assert blocks_text(blocks) == " 1. a\n    1. x\n 2. b\n    1. y\n\nend\n\n 1. c"


def test_a_table_lines_up_in_text_and_has_headings_in_html() -> None:
    cells = (("CSP", "Total"), ("Watford", "1,428"), ("St Albans", "9"))
    table = Table(rows=tuple(tuple((Run(text=cell),) for cell in row) for row in cells), caption="Tests")
    assert blocks_text([table]) == "Tests\nCSP        Total\nWatford    1,428\nSt Albans      9"
    html = blocks_html([table])
    assert html.count('<th scope="col"') == 2
    assert "<caption" in html
    assert "text-align:right" in html
    assert blocks_text([Table(rows=())]) == ""


def test_headings_and_pictures() -> None:
    heading = Heading(runs=(Run(text="Title"),), level=5)
    assert "<h4" in blocks_html([heading])
    assert blocks_text([heading]) == "Title\n-----"
    picture = Picture(digest="a" * 64, alt="A chart", width=0)
    assert 'src="cid:x@y"' in blocks_html([picture], {"a" * 64: "x@y"})
    assert blocks_text([picture]) == "[Picture: A chart]"
    assert "no description" in blocks_html([Picture(digest="a" * 64)])


def test_a_section_prints_items_and_statistics() -> None:
    stats = StatisticsTable(
        series="s", title="", intro="Since 2020:", period=None, sentence="That is all.", footnotes=("To July.",),
        measures=(("p", "Positive"),), rows=(CountRow(district="Watford", values={"p": None}, total=2000),),
        totals={"total": 2000},
    )  # fmt: skip
    section = Section(
        theme="t",
        title="T",
        statistics=stats,
        items=(Item(heading="One", blocks=(para("Words."),)), Item(heading="", blocks=())),
    )
    text = section_text(section)
    assert text.startswith("One\n===\n\nWords.\n\nSince 2020:")
    assert "Watford         –  2,000" in text
    assert text.endswith("That is all.\n\nTo July.")
    html = section_html(section)
    assert "2,000" in html
    assert "That is all." in html
    plain = section.model_copy(update={"statistics": None})
    assert section_text(plain) == "One\n===\n\nWords."
    assert "<table" not in section_html(plain)
    titled = section.model_copy(
        update={"statistics": stats.model_copy(update={"title": "Tests", "intro": "", "sentence": ""})}
    )
    assert ">Tests</h3>" in section_html(titled)


BLOCKS = st.lists(
    st.one_of(
        st.builds(
            item,
            st.text("ab<&", min_size=1, max_size=5),
            st.integers(1, 4),
            st.booleans(),
            st.none() | st.integers(1, 9),
        ),
        st.builds(para, st.text("ab<&", min_size=1, max_size=5)),
    ),
    max_size=12,
)


@given(BLOCKS)
@settings(max_examples=120, deadline=None)
def test_no_block_is_lost_and_none_is_markup(blocks: list[Block]) -> None:
    tree = lxml_html.fromstring(f"<div>{blocks_html(blocks)}</div>")
    wanted = [run.text for block in blocks for run in block.runs]
    found = [(element.text or "") for element in tree.iter("li", "p")]
    assert found == wanted
    assert all(words in blocks_text(blocks) for words in wanted)
