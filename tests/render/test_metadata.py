"""Names of people leave a Word file; everything else stays byte for byte."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from bot.render.caged import read_plain, returned_from
from bot.render.metadata import created_at, without_names
from bot.render.returned import read_bulletin
from bot.render.word import render_word
from tests.render.make_template import template
from tests.render.sample import bulletin

MADE = datetime(2025, 8, 13, 9, 30, tzinfo=UTC)
SETTINGS = (
    b'<w:settings xmlns:w="u" xmlns:r="v"><w:zoom w:percent="100"/><w:attachedTemplate r:id="rId1"/>'
    b'<w:mailMerge><w:dataSource r:id="rId2"/></w:mailMerge><w:docVars><w:docVar w:name="x" w:val="Robin"/></w:docVars>'
    b'<w:rsids><w:rsidRoot w:val="00AB12CD"/><w:rsid w:val="00AB12CE"/></w:rsids><w:compat/></w:settings>'
)
LINKS = (
    b'<Relationships><Relationship Id="rId1" Type="http://x/relationships/attachedTemplate" '
    b'Target="file:///C:/Users/robin/Normal.dotm" TargetMode="External"/>'
    b'<Relationship Id="rId3" Type="http://x/relationships/footnotes" Target="footnotes.xml"/></Relationships>'
)


def package(**parts: bytes) -> bytes:
    """A zip of parts; double underscores in names are slashes, single ones dots."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in parts.items():
            target.writestr(name.replace("__", "/").replace("_", "."), data)
        target.writestr("word/", b"")
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def test_it_blanks_the_template_the_sessions_and_the_variables_in_the_settings() -> None:
    cleaned = parts_of(without_names(package(word__settings_xml=SETTINGS), "The Unit", MADE))["word/settings.xml"]
    assert cleaned == b'<w:settings xmlns:w="u" xmlns:r="v"><w:zoom w:percent="100"/><w:compat/></w:settings>'


def test_it_drops_the_path_of_the_template_and_no_other_relation() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("word/_rels/settings.xml.rels", LINKS)
    (cleaned,) = parts_of(without_names(out.getvalue(), "The Unit", MADE)).values()
    assert b"robin" not in cleaned
    assert b"footnotes.xml" in cleaned


def test_it_names_the_team_as_author_and_keeps_title_and_language() -> None:
    core = (
        b'<cp:coreProperties xmlns:dc="d"><dc:title>Update &amp; more</dc:title><dc:creator>Robin</dc:creator>'
        b"<dc:language>en-GB</dc:language><cp:keywords>Robin</cp:keywords></cp:coreProperties>"
    )
    cleaned = parts_of(without_names(package(docProps__core_xml=core), "Unit <A&B>", MADE))["docProps/core.xml"]
    assert b"Robin" not in cleaned
    assert b"<dc:title>Update &amp; more</dc:title>" in cleaned
    assert b"<dc:language>en-GB</dc:language>" in cleaned
    assert b"<dc:creator>Unit &lt;A&amp;B&gt;</dc:creator>" in cleaned


@pytest.mark.parametrize("head", [b"", b'<?xml version="1.0"?>\r\n'])
def test_it_empties_custom_properties_and_the_list_of_people(head: bytes) -> None:
    custom = head + b'<Properties xmlns="u"><property name="Owner">Robin</property></Properties>'
    people = head + b'<w15:people xmlns:w15="u"><w15:person w15:author="Robin"/></w15:people>'
    cleaned = parts_of(without_names(package(docProps__custom_xml=custom, word__people_xml=people), "U", MADE))
    assert cleaned["docProps/custom.xml"].endswith(b'<Properties xmlns="u"/>')
    assert cleaned["word/people.xml"].endswith(b'<w15:people xmlns:w15="u"/>')


def test_it_takes_editing_sessions_out_of_tags_and_never_out_of_text() -> None:
    body = b'<w:p w:rsidR="00AB12CD" w:val="1"><w:t>say w:rsidR="00AB12CD" here</w:t></w:p>'
    cleaned = parts_of(without_names(package(word__document_xml=body), "U", MADE))["word/document.xml"]
    assert cleaned == b'<w:p w:val="1"><w:t>say w:rsidR="00AB12CD" here</w:t></w:p>'


def test_a_printed_bulletin_changes_in_its_properties_alone_and_the_moment_it_was_made_is_the_new_one() -> None:
    printed = render_word(bulletin(), template(), made_at=MADE.replace(hour=8))
    assert created_at(printed) == MADE.replace(hour=8)
    cleaned = without_names(printed, "The Unit", MADE)
    before, after = parts_of(printed), parts_of(cleaned)
    assert {name for name in before if before[name] != after[name]} == {"docProps/core.xml"}
    assert created_at(cleaned) == MADE


@pytest.mark.parametrize(
    "core",
    [
        b"<x/>",
        b"<dcterms:created>2025-99-99T10:00:00Z</dcterms:created>",
    ],
)
def test_a_moment_that_cannot_be_read_is_none(core: bytes) -> None:
    assert created_at(package(docProps__core_xml=core)) is None


def test_a_moment_without_a_zone_is_utc_and_a_file_without_properties_has_none() -> None:
    core = b"<dcterms:created>2025-08-13T09:30:00</dcterms:created>"
    assert created_at(package(docProps__core_xml=core)) == MADE
    assert created_at(package(word__document_xml=b"<x/>")) is None


def test_what_crosses_the_border_of_the_cage_is_the_same_value_again() -> None:
    printed = render_word(bulletin(), template())
    assert returned_from(read_plain(printed)) == read_bulletin(printed)
