"""An edited Word bulletin is read back: what was inserted is there, what was deleted is not, nothing is lost unsaid."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import mammoth
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from bot.core.model import Bulletin, Heading, Item, ListItem, Paragraph, Picture, Run, Section, Table, block_text, plain
from bot.errors import InputError
from bot.render.edited import apply_to
from bot.render.resources import templates_folder
from bot.render.returned import read_bulletin, sections_of
from bot.render.tidy import tidy
from bot.render.word import render_word
from tests.render import sample
from tests.render.docx_checks import Docx, W
from tests.render.sample import bullet, bulletin, item, para
from tests.render.strategies import BULLETIN

TEMPLATE = (templates_folder() / "bulletin.docx").read_bytes()
NS = f'xmlns:w="{W[1:-1]}"'


def printed(one: Bulletin | None = None) -> bytes:
    """The sample (or another bulletin) as Word."""
    return render_word(one or bulletin(), TEMPLATE, sample.PICTURES)


def edited(data: bytes, edit: Any, extra: dict[str, str] | None = None) -> bytes:
    """A Word file whose body ``edit`` changed in place; ``extra`` parts are added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/document.xml":
                root = etree.fromstring(part)
                edit(root.find(f"{W}body"))
                part = etree.tostring(root)
            elif name == "word/_rels/document.xml.rels" and extra:
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
                link = f'<Relationship Id="rIdC" Type="{kind}" Target="comments.xml"/></Relationships>'
                part = part.replace(b"</Relationships>", link.encode())
            target.writestr(name, part)
        for name, text in (extra or {}).items():
            target.writestr(name, text)
    return out.getvalue()


def paragraph_with(body: Any, words: str) -> Any:
    """The paragraph outside contents that holds these words."""
    found = [
        one
        for one in body.iter(f"{W}p")
        if words in "".join(piece.text or "" for piece in one.iter(f"{W}t"))
        and not one.findall(f"{W}hyperlink[@{W}anchor]")
    ]
    return found[0]


def xml(text: str) -> Any:
    """One element."""
    return etree.fromstring(re.sub(r"<(w:\w+)", rf"<\1 {NS}", text, count=1))


def texts(section: Any) -> list[str]:
    """All lines of a section: headings and blocks, pictures left out."""
    out = []
    for one in section.items:
        out += [one.heading, *(block_text(block) for block in one.blocks if not isinstance(block, Picture))]
    return [line for line in out if line]


def test_what_was_printed_is_read_back_block_by_block() -> None:
    returned = read_bulletin(printed())
    original = tidy(bulletin())
    assert (returned.title, returned.month, returned.marking) == (original.title, original.month, original.marking)
    assert returned.intro == original.intro
    assert returned.contact == original.contact
    assert [section.title for section in returned.sections] == [section.title for section in original.sections]
    for before, after in zip(original.sections, returned.sections, strict=True):
        assert [one.heading for one in after.items] == [one.heading for one in before.items]
        assert after.nil == before.nil
        for old, new in zip(before.items, after.items, strict=True):
            kept = [block for block in old.blocks if not isinstance(block, Picture)]
            assert [block for block in new.blocks if not isinstance(block, Picture)] == kept
    assert list(returned.figures) == [1]
    assert not returned.insertions
    assert not returned.deletions


def test_an_unchanged_file_gives_the_same_bulletin_again() -> None:
    original = tidy(bulletin())
    applied = apply_to(bulletin(), read_bulletin(printed()))
    assert applied.not_taken == ()
    assert applied.pictures == {}
    assert tidy(applied.bulletin) == original
    assert printed(applied.bulletin) == printed()


def tracked(body: Any) -> None:
    """Insertions, deletions, a move, joined paragraphs, an inserted and a deleted row, a content control, a comment."""
    first = paragraph_with(body, "The CCSU are just starting")
    first.append(
        xml('<w:ins w:id="901" w:author="ed"><w:r><w:t xml:space="preserve"> Inserted words.</w:t></w:r></w:ins>')
    )
    run = first.find(f"{W}r")
    gone = xml('<w:del w:id="902" w:author="ed"><w:r><w:delText>Deleted words.</w:delText></w:r></w:del>')
    run.addprevious(gone)
    run.addprevious(xml('<w:moveFrom w:id="903" w:author="ed"><w:r><w:t>Moved away.</w:t></w:r></w:moveFrom>'))
    first.append(
        xml('<w:moveTo w:id="904" w:author="ed"><w:r><w:t xml:space="preserve"> Moved here.</w:t></w:r></w:moveTo>')
    )
    second = paragraph_with(body, "The CCSU work regularly")
    second.find(f"{W}pPr").append(xml('<w:rPr><w:del w:id="905" w:author="ed"/></w:rPr>'))
    table = next(body.iter(f"{W}tbl"))
    rows = table.findall(f"{W}tr")
    rows[1].find(f"{W}trPr").append(xml('<w:del w:id="906" w:author="ed"/>'))
    rows[2].find(f"{W}trPr").append(xml('<w:ins w:id="907" w:author="ed"/>'))
    control = xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    paragraph_with(body, "The week runs").addnext(control)
    week = paragraph_with(body, "The week runs")
    week.insert(1, xml('<w:commentRangeStart w:id="0"/>'))
    week.append(xml('<w:commentRangeEnd w:id="0"/>'))


COMMENTS = (
    f'<w:comments {NS}><w:comment w:id="0" w:author="Kim">'
    "<w:p><w:r><w:t>Is this right?</w:t></w:r></w:p></w:comment></w:comments>"
)


def test_every_inserted_text_is_read_and_no_deleted_text() -> None:
    returned = read_bulletin(edited(printed(), tracked, {"word/comments.xml": COMMENTS}))
    lines = [line for section in returned.sections for line in texts(section)]
    everything = "\n".join(lines)
    for kept in ("Inserted words.", "Moved here.", "In a control.", "Action plan"):
        assert kept in everything
    for gone in ("Deleted words", "Moved away", "Findings to partners"):
        assert gone not in everything
    (joined,) = [line for line in lines if line.startswith("The CCSU work regularly")]
    assert joined.endswith("include:Mental Health and Wellbeing JSNAs")
    assert (returned.insertions, returned.deletions) == (3, 4)
    (comment,) = returned.comments
    assert (comment.author, comment.text) == ("Kim", "Is this right?")
    assert comment.about.startswith("The week runs")


def test_mammoth_reads_the_same_words_of_a_tracked_file() -> None:
    data = edited(printed(), tracked, {"word/comments.xml": COMMENTS})
    other = re.findall(r"[^\W_]+", mammoth.extract_raw_text(io.BytesIO(data)).value)
    lines = [line for section in sections_of(data) for line in texts(section)]
    ours = re.findall(r"[^\W_]+", " ".join(lines))
    missing = [word for word in ours if word not in set(other)]
    assert missing == []
    assert len(ours) > 250


def test_items_are_known_again_when_they_are_reordered_joined_and_split() -> None:
    named = bulletin()
    sections = tuple(
        section.model_copy(
            update={
                "items": tuple(
                    one.model_copy(update={"inbound": 10 * index + number, "person": f"l{index}@council.example.org"})
                    for number, one in enumerate(section.items)
                )
            }
        )
        for index, section in enumerate(named.sections)
    )
    original = bulletin(sections=sections)

    def edit(body: Any) -> None:
        paragraphs = list(body)
        heading = paragraph_with(body, "Drug & Alcohol Strategy")
        target = paragraph_with(body, "Violence Against Women")
        start = paragraphs.index(heading)
        for moved in paragraphs[start : start + 4]:  # the story goes to another theme, to the top
            target.addprevious(moved)
        for piece in heading.iter(f"{W}t"):
            piece.text = "A new name for the strategy"
        body.remove(paragraph_with(body, "Community safety and health intelligence products"))  # joins two stories

    applied = apply_to(original, read_bulletin(edited(printed(original), edit)))
    first = applied.bulletin.sections[0]
    assert [one.heading for one in first.items] == [
        "A new name for the strategy",
        "Violence Against Women and Girls (VAWG) JSNA",
    ]
    assert [(one.inbound, one.person) for one in first.items] == [
        (10, "l1@council.example.org"),
        (0, "l0@council.example.org"),
    ]
    assert "Ketamine-related harms Lite Bite" in texts(first)
    assert applied.bulletin.sections[1].statistics == original.sections[1].statistics
    assert applied.bulletin.sections[1].theme == "drugs-alcohol"


def test_a_nil_return_that_the_editor_typed_over_is_news() -> None:
    def edit(body: Any) -> None:
        for piece in paragraph_with(body, "Nothing to report").iter(f"{W}t"):
            piece.text = "Training on 3 September."

    prevent = apply_to(bulletin(), read_bulletin(edited(printed(), edit))).bulletin.sections[-1]
    assert not prevent.nil
    assert texts(prevent) == ["Training on 3 September."]


def test_a_theme_taken_out_is_gone_and_one_put_in_is_there() -> None:
    def edit(body: Any) -> None:
        heading = paragraph_with(body, "Hate Crime")
        following = list(body)[list(body).index(heading) :]
        for one in following[:5]:
            body.remove(one)
        nil = paragraph_with(body, "Nothing to report")
        nil.addnext(xml('<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Late News</w:t></w:r></w:p>'))

    applied = apply_to(bulletin(), read_bulletin(edited(printed(), edit)))
    titles = [section.title for section in applied.bulletin.sections]
    assert "Hate Crime" not in titles
    assert titles[-1] == "Late News"
    assert applied.bulletin.sections[-1].theme == "late-news"


def test_figures_changed_in_word_are_told_and_not_taken_over() -> None:
    def edit(body: Any) -> None:
        cell = paragraph_with(body, "1,679")
        for piece in cell.iter(f"{W}t"):
            piece.text = "1,680"
        note = paragraph_with(body, "No fixed abode and Out of County")
        for piece in note.iter(f"{W}t"):
            piece.text = "A remark of the editor."

    applied = apply_to(bulletin(), read_bulletin(edited(printed(), edit)))
    assert applied.bulletin.sections[1].statistics == bulletin().sections[1].statistics
    told = " ".join(applied.not_taken)
    assert "Out of County | 1,680 | 2,486 | 19 | 4,184" in told
    assert "A remark of the editor." in told


def test_comments_are_told() -> None:
    applied = apply_to(bulletin(), read_bulletin(edited(printed(), tracked, {"word/comments.xml": COMMENTS})))
    assert "Comment by Kim: “Is this right?”" in applied.not_taken


def plain_docx(body: str) -> bytes:
    """A Word file from elsewhere: python-docx's default template with this body."""
    import docx

    document = docx.Document()
    for child in list(document.element.body)[:-1]:
        document.element.body.remove(child)
    document.element.body.insert(0, xml("<w:p/>"))
    out = io.BytesIO()
    document.save(out)
    root_start = f"<w:body {NS}>"

    def edit(existing: Any) -> None:
        for number, child in enumerate(etree.fromstring(f"{root_start}{body}</w:body>")):
            existing.insert(number, child)

    return edited(out.getvalue(), edit)


def test_a_bulletin_laid_out_with_tables_is_read_in_reading_order() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p>{}</w:tc>"
    more = "<w:p><w:r><w:t>A second paragraph.</w:t></w:r></w:p>"
    row = "<w:tr>" + cell.format("Community Safety", "") + cell.format("A story begins.", more) + "</w:tr>"
    (section,) = sections_of(plain_docx(f"<w:tbl>{row}</w:tbl>"))
    assert texts(section) == ["Community Safety", "A story begins.", "A second paragraph."]


def test_merged_cells_are_unrolled_and_fields_give_their_links() -> None:
    merged = (
        '<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
        "<w:p><w:r><w:t>Head</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://council.example.org/x"'
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>the plan</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> is out.</w:t></w:r></w:p>'
    )
    (section,) = sections_of(plain_docx(merged + field))
    table, paragraph = section.items[0].blocks
    assert isinstance(table, Table)
    assert [[plain(cell) for cell in row] for row in table.rows] == [["Head", "Head"], ["a", "b"]]
    assert isinstance(paragraph, Paragraph)
    assert [(run.text, run.url) for run in paragraph.runs] == [
        ("the plan", "https://council.example.org/x"),
        (" is out.", None),
    ]


def test_headings_below_the_top_level_are_the_themes_when_there_is_no_higher_one() -> None:
    heading = '<w:p><w:pPr><w:pStyle w:val="Heading{}"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    body = heading.format(2, "Theme") + heading.format(3, "Story") + heading.format(4, "Part")
    (section,) = sections_of(plain_docx(body))
    assert (section.title, section.items[0].heading) == ("Theme", "Story")
    assert isinstance(section.items[0].blocks[0], Heading)


def test_what_cannot_be_read_is_said_in_plain_words() -> None:
    for broken in (b"", b"PK\x03\x04 no", printed()[:4000]):
        with pytest.raises(InputError) as caught:
            read_bulletin(broken)
        assert "Word" in caught.value.message


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(BULLETIN)
def test_any_printed_bulletin_is_read_back_with_all_its_words(one: Bulletin) -> None:
    expected = _lines(tidy(one).sections)
    found = _lines(read_bulletin(printed(one)).sections)
    squeezed = re.sub(r"\s", "", "".join(found))
    for line in expected:
        assert re.sub(r"\s", "", line) in squeezed


def _lines(sections: tuple[Section, ...]) -> list[str]:
    """The text of all paragraphs and list items."""
    blocks = [block for section in sections for one in section.items for block in one.blocks]
    return [plain(block.runs) for block in blocks if isinstance(block, ListItem | Paragraph)]


def test_a_new_story_has_no_origin() -> None:
    new = item("Brand new", bullet("Nothing like it was printed"), para("Quite other words."))
    assert new.inbound is None
    applied = apply_to(bulletin(), read_bulletin(printed(bulletin(sections=(bulletin().sections[0], *_with(new))))))
    found = [one for section in applied.bulletin.sections for one in section.items if one.heading == "Brand new"]
    assert [(one.inbound, one.person) for one in found] == [(None, "")]


def _with(new: Item) -> tuple[Any, ...]:
    """The other themes, the last of them with one story more."""
    *others, last = bulletin().sections[1:]
    return (*others, last.model_copy(update={"nil": False, "items": (new,)}))


def test_a_first_heading_that_repeats_the_theme_is_not_printed_twice_and_comes_back_with_the_file() -> None:
    story = Item(heading="Hate crime", blocks=(Paragraph(runs=(Run(text="The forum met."),)),), field="F1", inbound=7)
    original = bulletin(sections=(Section(theme="hate-crime", title="Hate Crime", items=(story,)),))
    data = render_word(original, TEMPLATE)
    assert [text for style, text in Docx(data).paragraphs() if style.startswith("heading")] == ["Hate Crime"]
    (section,) = apply_to(original, read_bulletin(data)).bulletin.sections
    assert section.items == (story,)
