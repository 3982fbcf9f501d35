"""Hostile and broken files get the right verdict by our own rules, whether or not a parser would complain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sections.files import judge_file, judge_in_cage
from bot.sections.intake import judge_mail
from bot.sections.kinds import Kind, expected_kind, kind_of
from bot.sections.screen import relations
from tests.bench.judging import circle_of, own_id, wrapped
from tests.hostile.mails import WORLD
from tests.hostile.packages import all_files, book, page, relationships, word, zipped

FILES = [case for case in all_files() if not case.name.endswith(".html")]
PAGES = [case for case in all_files() if case.name.endswith(".html")]
CIRCLE, OWN = circle_of(WORLD), own_id(WORLD)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_each_file_gets_its_verdict(case):
    judged = judge_file(case.name, case.data)
    assert judged.verdict == case.must, judged.findings
    assert bool(judged.findings) == (case.must != "accept")
    assert all(finding.message.endswith((".", "!")) for finding in judged.findings)


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_each_html_body_gets_its_verdict(case):
    judged = judge_mail(wrapped(case.name, case.data, WORLD), CIRCLE, OWN)
    assert judged.verdict == case.must, f"{judged.code}: {judged.reasons}"


@pytest.mark.parametrize(
    "name", ["d-control-plain.docx", "d-bomb.docx", "d-tracked-ins.docx", "x-hidden-sheet.xlsx", "v-nul.csv"]
)
def test_the_cage_says_the_same(name):
    case = next(one for one in FILES if one.name == name)
    assert judge_in_cage(case.name, case.data) == judge_file(case.name, case.data)


class TestKinds:
    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"", Kind.EMPTY),
            (b"\0\0\r\n", Kind.EMPTY),
            (word(), Kind.WORD),
            (book(), Kind.EXCEL),
            (zipped({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), Kind.POWERPOINT),
            (zipped({"[Content_Types].xml": "x"}), Kind.ZIP),
            (
                zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "x"}, 0),
                Kind.OPEN_SHEET,
            ),
            (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}, 0), Kind.OPEN_TEXT),
            (zipped({"mimetype": "application/x-other", "content.xml": "x"}, 0), Kind.ZIP),
            (zipped({"a.txt": "x"}), Kind.ZIP),
            (b"PK\x03\x04 cut", Kind.DAMAGED),
            (b"%PDF-1.7", Kind.PDF),
            (b"\x89PNG\r\n\x1a\n....", Kind.PICTURE),
            (b"MZ\x90\0", Kind.PROGRAM),
            (b"  <!DOCTYPE html><html>", Kind.HTML),
            (b"Area,Visits\n", Kind.TEXT),
            ("Café".encode("utf-16"), Kind.TEXT),
            (bytes(range(1, 256)) * 9, Kind.OTHER),
        ],
    )
    def test_come_from_the_bytes(self, data, kind):
        assert kind_of(data) is kind

    def test_promised_by_a_name(self):
        assert expected_kind("Report.DOCX") is Kind.WORD
        assert expected_kind("notes") is None


class TestOtherFiles:
    @pytest.mark.parametrize(
        ("name", "data", "verdict"),
        [
            ("plan.pdf", b"%PDF-1.7", "sanitize"),
            ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 999, "reject"),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "accept"),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook_VBA_PROJECT".encode("utf-16-le"), "reject"),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "reject"),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "reject"),
            (
                "notes.odt",
                zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, 0),
                "accept",
            ),
            ("photo.png", b"\x89PNG\r\n\x1a\nbroken", "reject"),
            ("data.bin", bytes(range(1, 256)) * 9, "reject"),
            ("table.csv", b"Heading,<b>Area</b>\nx,<b>1</b>\n", "accept"),
            ("page.html", b"just words", "accept"),
            ("page.html", b"<p onclick=x>words</p>", "sanitize"),
            ("a.csv", "a,\u202eb\n".encode(), "sanitize"),
            ("readme", b"Text.", "accept"),
            ("invoice.pdf.exe", b"Text.", "reject"),
            ("files.rar", b"Rar!\x1a\x07", "reject"),
        ],
    )
    def test_are_judged_by_what_they_are(self, name, data, verdict):
        assert judge_file(name, data).verdict == verdict

    def test_a_picture_beyond_reason_is_refused_unopened(self):
        head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
        import zlib

        chunk = head[12:]
        picture = head + zlib.crc32(chunk).to_bytes(4, "big") + b"\0\0\0\0IEND\xaeB`\x82"
        judged = judge_file("big.png", picture)
        assert [finding.code for finding in judged.findings] == ["too-big"]

    def test_a_good_picture_passes(self):
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.new("RGB", (20, 20)).save(out, "PNG")
        assert judge_file("logo.png", out.getvalue()).verdict == "accept"


def test_relations_are_read_in_any_encoding_and_quoting():
    text = relationships(("image", "http://evil.invalid/p.png", True))
    for data in (text.encode(), text.encode("utf-16"), text.replace('"', "'").encode(), text.encode("utf-16-le")):
        (found,) = relations({"word/_rels/document.xml.rels": data})
        assert (found.type, found.target, found.external) == ("image", "http://evil.invalid/p.png", True)


def test_good_pages_by_the_hundred_raise_no_alarm():
    bodies = [
        page(f"<p>Event {n} on {n % 28 + 1} November, £{n}.50 &amp; more.</p><ul><li>{n}</li></ul>") for n in range(100)
    ]
    verdicts = {judge_mail(wrapped("x.html", body, WORLD), CIRCLE, OWN).verdict for body in bodies}
    assert verdicts == {"accept"}


def test_good_files_by_the_hundred_raise_no_alarm():
    words = [
        word(f"<w:p><w:r><w:t>Event {n}: fish &amp; chips, -{n} to +{n}, @council, =</w:t></w:r></w:p>")
        for n in range(100)
    ]
    assert {judge_file("report.docx", data).verdict for data in words} == {"accept"}
    tables = [f"Area,Visits,Change\nNorth {n},{n},-{n}\n".encode() for n in range(100)]
    assert {judge_file("figures.csv", data).verdict for data in tables} == {"accept"}


@settings(max_examples=80)
@given(st.data())
def test_no_mutated_file_makes_it_raise(data):
    case = data.draw(st.sampled_from([one for one in FILES if len(one.data) < 5_000]))
    raw = bytearray(case.data)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    judged = judge_file(case.name, bytes(raw))
    assert judged.verdict in ("accept", "reject", "quarantine", "sanitize")
