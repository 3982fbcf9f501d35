"""The editor's template: followed in every respect, refused with the place and the nearest name when it is broken."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import TemplateError
from bot.render.resources import templates_folder
from bot.render.template import check_template
from bot.render.word import render_word
from tests.render import docx_checks, sample
from tests.render.docx_checks import Docx, W
from tests.render.make_template import template
from tests.render.sample import bulletin

TEMPLATE = (templates_folder() / "bulletin.docx").read_bytes()


def changed(**edits: Callable[[str], str]) -> bytes:
    """The template with some parts edited as text: ``document=lambda xml: ...``."""
    out = io.BytesIO()
    names = {f"word/{name}.xml": edit for name, edit in edits.items()} | {
        "[Content_Types].xml": edits.get("types", lambda xml: xml)
    }
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, names[name](data.decode()).encode() if name in names else data)
    return out.getvalue()


def replaced(old: str, new: str) -> Callable[[str], str]:
    """An edit; it must find what it replaces."""

    def edit(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new)

    return edit


def edited(xml: str, edits: dict[str, str]) -> str:
    """Several replacements, each of which must find something."""
    for old, new in edits.items():
        xml = replaced(old, new)(xml)
    return xml


def refusal(data: bytes) -> str:
    """The sentence with which a template is refused."""
    with pytest.raises(TemplateError) as caught:
        check_template(data)
    return caught.value.message


def test_the_delivered_template_is_the_generated_one_and_has_every_style() -> None:
    assert check_template(TEMPLATE) == ()
    assert Docx(TEMPLATE).parts == Docx(template()).parts


def test_an_unknown_name_is_refused_with_its_paragraph_and_the_nearest_name() -> None:
    message = refusal(changed(document=replaced("{{ sections }}", "{{ secions }}")))
    assert "{{ secions }} in paragraph 7 of the document" in message
    assert "did you mean {{ sections }}?" in message
    assert "{{ sections }} is missing" in message


def test_an_unknown_name_in_the_header_is_found_too() -> None:
    assert "the header" in refusal(changed(header1=replaced("{{ month }}", "{{ monat }}")))


@pytest.mark.parametrize(
    "broken", ["{{ title", "title }}", "{% if x %}", "{{ title }", "{{ {{ title }} }}", "{# no #}"]
)
def test_a_broken_placeholder_is_refused_with_its_paragraph(broken: str) -> None:
    message = refusal(changed(document=replaced("{{ title }}", broken)))
    assert "paragraph 2 of the document" in message


def test_sections_may_stand_only_once_and_only_in_the_text() -> None:
    twice = changed(document=replaced("{{ contact }}", "{{ sections }}"))
    assert "stands twice" in refusal(twice)
    assert "must stand in the text itself" in refusal(changed(header1=replaced("{{ title }}", "{{ contents }}")))


def test_a_placeholder_split_over_runs_works() -> None:
    split = (
        '{</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t>{ ti</w:t></w:r>'
        '<w:r><w:t xml:space="preserve">tle }} by us'
    )
    docx = docx_checks.check(render_word(bulletin(), changed(document=replaced("{{ title }}", split))))
    assert ("title", "CCSU Monthly RAG Update by us") in docx.paragraphs()


def test_two_placeholders_in_one_line_keep_the_words_between() -> None:
    line = "About {{ month }} and {{title}}: {{ CONTACT }} end"
    docx = docx_checks.check(render_word(bulletin(), changed(document=replaced("{{ contact }}", line))))
    expected = (
        "About August 2025 and CCSU Monthly RAG Update: Questions about this bulletin: rag@council.example.org. end"
    )
    assert ("imprint", expected) in docx.paragraphs()


def test_words_beside_the_sections_are_kept() -> None:
    docx = docx_checks.check(
        render_word(bulletin(), changed(document=replaced("{{ sections }}", "News: {{ sections }}")))
    )
    styles = docx.paragraphs()
    assert styles[styles.index(("body text", "News: ")) + 1] == ("heading 1", "Community Safety & ASB")


def test_statistics_with_a_place_of_their_own_leave_their_section() -> None:
    data = changed(document=replaced("{{ contact }}", "{{ statistics }}"))
    docx = docx_checks.check(render_word(bulletin(), data))
    headings = [text for style, text in docx.paragraphs() if style == "heading 1"]
    assert headings[-1] == "Drug tests on arrest since October 2020"
    assert len(list(docx.body.iter(f"{W}tbl"))) == 2


def test_a_template_without_marking_and_intro_still_prints_them() -> None:
    data = changed(document=lambda xml: xml.replace("{{ marking }}", "x").replace("{{ intro }}", "y"))
    data_without = changed(
        document=lambda xml: xml.replace("{{ marking }}", "x").replace("{{ intro }}", "y"),
        footer1=lambda xml: xml.replace("{{ marking }}", "z"),
    )
    assert "OFFICIAL" in [text for _, text in docx_checks.check(render_word(bulletin(), data_without)).paragraphs()]
    shown = docx_checks.check(render_word(bulletin(), data)).paragraphs()
    assert ("introduction", bulletin().intro) in shown


def test_nothing_to_say_leaves_no_empty_line() -> None:
    docx = docx_checks.check(render_word(bulletin(marking="", intro="", contact=()), TEMPLATE))
    assert docx.paragraphs()[0] == ("title", "CCSU Monthly RAG Update")
    assert docx.paragraphs()[-1] == ("nil return", "Nothing to report this month.")


def test_dotx_is_read_like_docx() -> None:
    kind = "wordprocessingml.{}.main+xml"
    data = changed(types=replaced(kind.format("document"), kind.format("template")))
    assert kind.format("template").encode() in Docx(data).parts["[Content_Types].xml"]
    docx = docx_checks.check(render_word(bulletin(), data))
    assert kind.format("document").encode() in docx.parts["[Content_Types].xml"]


def test_what_is_no_template_is_refused_in_plain_words() -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = changed(types=replaced(kind, "application/vnd.ms-word.document.macroEnabled.main+xml"))
    assert "macros" in refusal(macro)
    assert "tracked changes" in refusal(
        changed(document=replaced("<w:r><w:t", '<w:ins w:id="1" w:author="a"><w:r><w:t>x</w:t></w:r></w:ins><w:r><w:t'))
    )
    comment = '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    assert "comments" in refusal(changed(document=replaced("</w:p>", comment)))
    assert "not a Word document" in refusal(b"hello")
    assert "not a Word document" in refusal(b"")
    assert ".doc kind" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    assert "damaged" in refusal(changed(document=lambda _xml: "<w:document"))


def test_missing_styles_are_listed_and_those_that_can_be_done_without_are_told() -> None:
    message = refusal(
        changed(
            styles=lambda xml: (
                xml.replace('"heading 1"', '"Theme"').replace('"Heading1"', '"Theme"').replace("List Bullet", "Dot")
            )
        )
    )
    assert "Heading 1" in message
    problems = check_template(changed(styles=lambda xml: xml.replace("Contact", "Telephone").replace("toc 2", "xx")))
    assert {problem.code for problem in problems} == {"template-style"}
    assert any("“Contact”; “Body Text” is used instead" in problem.sentence for problem in problems)


def test_styles_are_found_by_name_without_case_then_by_id_then_by_alias() -> None:
    by_case = changed(styles=replaced('w:val="heading 1"', 'w:val="HEADING 1"'))
    by_id = changed(styles=replaced('<w:name w:val="heading 1"/>', '<w:name w:val="Thema"/>'))
    by_alias = changed(
        styles=lambda xml: xml.replace('w:styleId="Hyperlink"', 'w:styleId="X1"').replace(
            '<w:name w:val="Hyperlink"/>', '<w:name w:val="Link"/><w:aliases w:val="Verweis,Hyperlink"/>'
        )
    )
    for data in (by_case, by_id, by_alias):
        assert check_template(data) == ()
    docx = Docx(render_word(bulletin(), by_alias))
    assert b'<w:rStyle w:val="X1"/>' in docx.parts["word/document.xml"]


def test_a_restyled_template_is_followed_in_six_respects() -> None:
    data = changed(
        styles=lambda xml: (
            xml.replace('w:val="34"', 'w:val="44"')
            .replace('w:fill="12355B"', 'w:fill="5B1235"')
            .replace("Arial", "Verdana")
        ),
        numbering=replaced('w:val="•"', 'w:val="→"'),
        document=replaced('w:left="1134"', 'w:left="2268"'),
        footer1=replaced("Page ", "Sheet "),
    )
    docx = docx_checks.check(render_word(bulletin(), data))
    styles = docx.parts["word/styles.xml"].decode()
    assert 'w:val="44"' in styles  # heading size
    assert 'w:fill="5B1235"' in styles  # heading colour and table style
    assert "Verdana" in styles
    assert "→" in docx.parts["word/numbering.xml"].decode()
    assert 'w:left="2268"' in docx.parts["word/document.xml"].decode()
    assert "Sheet " in docx.text(docx.xml("word/footer1.xml"))
    widths = [int(one.get(f"{W}w")) for one in next(docx.body.iter(f"{W}tblGrid"))]
    assert sum(widths) == 11906 - 2268 - 1134  # tables follow the margins
    body = docx.parts["word/document.xml"].decode()
    assert "Arial" not in body  # nothing of the look is written into the text itself
    assert "12355B" not in body
    styles_used = {docx.style_of(one) for one in docx.body.iter(f"{W}p")}
    assert {"heading 1", "list bullet", "contact", "caption"} <= styles_used


def test_a_template_without_numbering_gets_bullets_and_numbers_of_its_own() -> None:
    plain = changed(styles=lambda xml: re.sub(r"<w:numPr>.*?</w:numPr>", "", xml))
    docx = docx_checks.check(render_word(bulletin(), plain))
    bullets = [one for one in docx.body.iter(f"{W}p") if docx.style_of(one) == "list bullet"]
    assert all(one.find(f"{W}pPr/{W}numPr") is not None for one in bullets)


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="LibreOffice is not installed")
def test_the_template_saved_again_by_libreoffice_works(tmp_path: Path) -> None:
    source = tmp_path / "in" / "bulletin.docx"
    source.parent.mkdir()
    source.write_bytes(TEMPLATE)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["libreoffice", profile, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=180)
    saved = (tmp_path / "bulletin.docx").read_bytes()
    assert check_template(saved) == ()
    docx = Docx(render_word(bulletin(), saved, sample.PICTURES))
    shown = [(style, text) for style, text in docx.paragraphs() if style.startswith("heading")]
    expected = Docx(render_word(bulletin(), TEMPLATE, sample.PICTURES)).paragraphs()
    assert shown == [(style, text) for style, text in expected if style.startswith("heading")]
