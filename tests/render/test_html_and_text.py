"""The HTML edition, its images, the plain text, the chart picture and the archive."""

from __future__ import annotations

import io
import itertools
import re

import pytest
from lxml import html
from PIL import Image

from bot.core.model import Run, Section, Table
from bot.render.archive import Archived, render_index
from bot.render.chart import chart_png, nice_step
from bot.render.figures import chart, figures, month_name
from bot.render.html import BYTES_MAX, inline_images, render_html
from bot.render.text import WIDTH, render_text
from tests.render import sample
from tests.render.sample import bullet, bulletin, item, number, para


@pytest.fixture(scope="module")
def page() -> html.HtmlElement:
    """The mail body of the sample, parsed."""
    return html.fromstring(render_html(bulletin(), sample.PICTURES))


def test_the_document_says_its_language_title_and_headings(page: html.HtmlElement) -> None:
    assert page.get("lang") == "en-GB"
    assert page.findtext(".//title") == "CCSU Monthly RAG Update, August 2025"
    levels = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_layout_tables_say_so_and_data_tables_have_scope_and_caption(page: html.HtmlElement) -> None:
    for table in page.iter("table"):
        if table.get("role") != "presentation":
            assert table.findtext("caption")
            assert {one.get("scope") for one in table.iter("th")} <= {"col", "row"}
            assert all(one.get("scope") for one in table.iter("th"))
    assert sum(table.get("role") != "presentation" for table in page.iter("table")) == 2


def test_styles_stand_in_the_elements_and_only_media_rules_remain(page: html.HtmlElement) -> None:
    assert page.find(".//h1").get("style")
    style = "".join(one.text or "" for one in page.iter("style"))
    assert "prefers-color-scheme: dark" in style
    assert re.sub(r"@media[^{]*\{(?:[^{}]*\{[^}]*\})*\s*\}", "", style).strip() == ""


def test_every_line_of_the_contents_leads_to_an_element(page: html.HtmlElement) -> None:
    ids = {one.get("id") for one in page.iter() if one.get("id")}
    targets = [a.get("href")[1:] for a in page.iter("a") if (a.get("href") or "").startswith("#")]
    assert len(targets) == 12
    assert set(targets) <= ids


def test_images_are_named_by_cid_and_come_with_the_mail(page: html.HtmlElement) -> None:
    names = [one.get("src") for one in page.iter("img")]
    images = inline_images(bulletin(), sample.PICTURES)
    assert names == [f"cid:{image.cid}" for image in images]
    assert all(one.get("alt") for one in page.iter("img"))
    assert images[0].data == chart_png(sample.custody())


def test_the_page_for_the_archive_needs_nothing_else() -> None:
    alone = render_html(bulletin(), sample.PICTURES, standalone=True)
    sources = re.findall(r'src="([^"]{0,30})', alone)
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert "cid:" not in alone


def test_text_of_a_lead_is_never_markup() -> None:
    hostile = "<script>alert(1)</script> & \" ' {{ x }}"
    section = Section(theme="t", title=hostile, items=(item(hostile, para(hostile), bullet(hostile)),))
    page = render_html(bulletin(sections=(section,), title=hostile))
    assert "<script" not in page
    assert html.fromstring(page).find(".//h1").text_content() == hostile


def test_an_edition_that_mail_would_cut_off_is_shortened_and_says_so() -> None:
    long = para("A sentence of some length that goes on and on. " * 30)
    items = tuple(item(f"Story {index}", long, para("The end of it.")) for index in range(80))
    sections = (Section(theme="t", title="Theme", items=items), Section(theme="n", title="Prevent", nil=True))
    page = render_html(bulletin(sections=sections))
    assert len(page.encode()) <= BYTES_MAX
    assert "The attached Word bulletin has the full text" in page
    assert "Story 79" in page
    assert "The end of it." not in page
    whole = render_html(bulletin(sections=sections), standalone=True)
    assert whole.count("The end of it.") == 80


def test_however_long_it_stays_below_the_limit() -> None:
    items = tuple(item(f"Story {index} with a heading of some words", para("x")) for index in range(900))
    page = render_html(bulletin(sections=(Section(theme="t", title="Theme", items=items),)))
    assert len(page.encode()) <= BYTES_MAX


def test_lists_nest_and_keep_their_numbers() -> None:
    blocks = (number("one", 3), number("below", 1, 2), number("two"), bullet("point"), number("anew", 1))
    section = Section(theme="t", title="T", items=(item("S", *blocks),))
    tree = html.fromstring(render_html(bulletin(sections=(section,))))
    lists = list(tree.iter("ol"))
    assert [one.get("start") for one in lists] == ["3", None, None]
    assert lists[1].getparent().tag == "li"
    assert [li.text for li in lists[0].findall("li")] == ["one", "two"]


def test_plain_text_is_wrapped_and_ends_with_a_line_end() -> None:
    text = render_text(bulletin())
    assert text.endswith(".\n")
    long = [line for line in text.split("\n") if len(line) > WIDTH]
    assert all("https://" in line for line in long)
    assert not any(line.startswith(">") for line in text.split("\n"))
    assert "Out of County           1,679     2,486       19   4,184" in text
    assert "  2. Agree one response countywide.\n      a. with police\n      b. with housing\n  3. Report" in text


def test_a_table_too_wide_for_text_is_printed_row_by_row() -> None:
    rows = tuple(tuple((Run(text=f"{word} {n} of some length"),) for n in range(5)) for word in ("Head", "Cell"))
    section = Section(theme="t", title="T", items=(item("S", Table(rows=rows)),))
    text = render_text(bulletin(sections=(section,)))
    assert "Cell 0 of some length\n  - Cell 1 of some length" in text


def test_the_chart_picture_is_the_same_each_time_and_drawn_to_scale() -> None:
    first = chart_png(sample.custody())
    assert first == chart_png(sample.custody())
    image = Image.open(io.BytesIO(first)).convert("RGB")
    assert image.width == 1200
    dark = [
        sum(image.getpixel((x, y)) == (18, 53, 91) for x in range(image.width)) for y in range(47, 24 + 46 * 12, 46)
    ]
    positive = [row[1] for row in sample.CUSTODY]
    scale = max(dark) / max(positive)
    for pixels, value in zip(dark, positive, strict=True):
        assert abs(pixels - value * scale) <= 4


def test_both_charts_and_the_table_carry_the_same_numbers() -> None:
    table = sample.custody()
    shown = chart(table)
    printed = figures(table).tables[0]
    for row, (name, *values) in enumerate(
        zip(shown.categories, *(values for _, values in shown.series), strict=True), 1
    ):
        cells = ["".join(run.text for run in cell).replace(",", "") for cell in printed.rows[row]]
        assert cells == [name, *(str(value) for value in values), str(sum(values))]
    assert len(shown.alt) <= 400
    assert "4,184 of 10,062" in shown.alt


def test_an_empty_table_still_gives_a_picture() -> None:
    empty = sample.custody(rows=(), totals={})
    assert Image.open(io.BytesIO(chart_png(empty))).width == 1200


@pytest.mark.parametrize(("most", "step"), [(0, 1), (6, 1), (7, 2), (30, 5), (4184, 1000), (100_000, 20_000)])
def test_grid_lines_are_round_and_few(most: int, step: int) -> None:
    assert nice_step(most) == step


def test_month_names() -> None:
    assert month_name("2025-07") == "July 2025"
    assert month_name("2025-13") == "2025-13"
    assert month_name(None) == ""


def test_the_archive_lists_editions_newest_first() -> None:
    page = render_index("CCSU <RAG>", [Archived("2024-12", "a.html"), Archived("2025-08", "b.html", ("Hate Crime",))])
    tree = html.fromstring(page)
    assert [(a.text, a.get("href")) for a in tree.iter("a")] == [("August 2025", "b.html"), ("December 2024", "a.html")]
    assert [one.text for one in tree.iter("h2")] == ["2025", "2024"]
    assert "No edition" in render_index("X", [])
