"""Word, HTML and text are printed from one stream: the same words, links and figures in the same order."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from lxml import etree, html

from bot.core.model import Bulletin
from bot.render.contents import contents
from bot.render.html import render_html
from bot.render.resources import templates_folder
from bot.render.shape import counted
from bot.render.text import render_text
from bot.render.tidy import tidy
from bot.render.word import render_word
from tests.render import docx_checks, sample
from tests.render.docx_checks import Docx, R, W
from tests.render.strategies import BULLETIN

TEMPLATE = (templates_folder() / "bulletin.docx").read_bytes()
WORD = re.compile(r"[^\W_]+")
QUICK = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
    phases=(Phase.generate,),  # whole editions shrink for minutes
)


def words(text: str) -> list[str]:
    """Words and figures of a text, in order, without what is only form."""
    return WORD.findall(text)


def of_word(docx: Docx) -> list[str]:
    """Words of a Word file's body; a picture gives its alt text, a chart nothing (its table is there)."""
    out: list[str] = []
    starts = {}
    for num in docx.xml("word/numbering.xml").iter(f"{W}num"):
        for level in num.iter(f"{W}lvlOverride"):
            start = int(level.find(f"{W}startOverride").get(f"{W}val"))
            starts[num.get(f"{W}numId")] = counted(start, int(level.get(f"{W}ilvl")) + 1)
    for paragraph in docx.body.iter(f"{W}p"):
        number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        if number is not None and paragraph.getparent().tag == f"{W}tc":
            out.append(starts[number.get(f"{W}val")])  # a number typed in a cell is a real one in Word
        out += words(docx.text(paragraph))
        for drawing in paragraph.iter(f"{docx_checks.WP}docPr"):
            if not drawing.get("name", "").startswith("Chart"):
                out += words(drawing.get("descr", ""))
    return out


def of_html(text: str) -> list[str]:
    """Words of an HTML edition; pictures by their alt text, the chart left out."""
    tree = html.fromstring(text.encode("utf-8", "replace"))
    return words(" ".join(_html_pieces(tree.find("body"))))


def _html_pieces(element: Any) -> list[str]:
    if not isinstance(element.tag, str):
        return [element.tail or ""]
    if element.tag == "img":
        inner = [] if element.get("class") == "chart" else [f" {element.get('alt', '')} "]
    else:
        inner = [element.text or "", *(piece for child in element for piece in _html_pieces(child))]
    space = "" if element.tag in ("a", "strong", "em") else " "
    return [space, *inner, space, element.tail or ""]


def of_text(text: str) -> list[str]:
    """Words of a text edition without addresses in angle brackets, list numbers and the word Picture."""
    text = re.sub(r"\s<(?:https?://|[^\s<>@]+@)[^>]*>", "", text)
    text = re.sub(r"^ *\d+\. |^(?: {6}| {10})[a-z]+\. ", "", text, flags=re.MULTILINE)
    return words(re.sub(r"\[Picture: ", "", text))


def comparable(bulletin: Bulletin) -> tuple[list[str], list[str], list[str]]:
    """The words of the three formats."""
    word = of_word(Docx(render_word(bulletin, TEMPLATE, sample.PICTURES)))
    return word, of_html(render_html(bulletin, sample.PICTURES, standalone=True)), of_text(render_text(bulletin))


def test_the_sample_has_the_same_words_in_word_html_and_text() -> None:
    word, page, text = comparable(sample.bulletin())
    assert word == page
    assert word == text
    assert len(word) > 300


def test_the_figures_stand_in_all_three_in_the_same_order() -> None:
    figures = [str(number) for row in sample.CUSTODY for number in row[1:]]
    for found in comparable(sample.bulletin()):
        joined = " ".join(found).replace("1 679", "1679").replace("2 486", "2486")
        position = 0
        for figure in figures:
            position = joined.find(figure, position)
            assert position >= 0
        assert "4 898 5 101 63 10 062" in joined


def test_links_lead_to_the_same_places_in_the_same_order() -> None:
    docx = Docx(render_word(sample.bulletin(), TEMPLATE, sample.PICTURES))
    in_word = []
    for link in docx.document.iter(f"{W}hyperlink"):
        anchor = link.get(f"{W}anchor")
        target = f"#{anchor}" if anchor else docx.links[link.get(f"{R}id")][0]
        in_word.append((" ".join(docx.text(link).split()), target))
    tree = html.fromstring(render_html(sample.bulletin(), sample.PICTURES))
    in_html = [(" ".join(a.text_content().split()), a.get("href")) for a in tree.iter("a") if a.get("href")]
    assert in_word == in_html
    text = render_text(sample.bulletin())
    for _, target in in_word:
        assert target.startswith("#") or target.removeprefix("mailto:") in text


@QUICK
@given(BULLETIN)
def test_any_bulletin_prints_soundly_in_every_format(bulletin: Bulletin) -> None:
    docx_checks.check(render_word(bulletin, TEMPLATE, sample.PICTURES))
    page = render_html(bulletin, sample.PICTURES)
    assert etree.fromstring(page.encode(), etree.HTMLParser()) is not None
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)', page))
    text = render_text(bulletin)
    assert text.encode().decode() == text
    assert max(len(line) for line in text.split("\n")) < 2_000


@QUICK
@given(BULLETIN)
def test_tidying_a_tidy_bulletin_changes_nothing(bulletin: Bulletin) -> None:
    once = tidy(bulletin)
    assert tidy(once) == once


@QUICK
@given(BULLETIN)
def test_any_bulletin_has_the_same_words_in_word_and_html(bulletin: Bulletin) -> None:
    assume(contents(tidy(bulletin)))  # without any, only Word's template prints the heading of the list
    word = of_word(Docx(render_word(bulletin, TEMPLATE, sample.PICTURES)))
    page = of_html(render_html(bulletin, sample.PICTURES, standalone=True))
    assert "".join(word) == "".join(page)
