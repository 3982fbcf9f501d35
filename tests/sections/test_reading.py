"""Word files, pictures, the zip gate, the form and the ways of saying nothing."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from PIL import Image

from bot.core.model import Heading, ListItem, MailClass, Paragraph, Table, block_text, plain
from bot.errors import InputError
from bot.mail.parse import parse_message
from bot.sections.document import read_document
from bot.sections.form import items_from, request_from_mail
from bot.sections.gate import check_package
from bot.sections.nil import says_as_last_month, says_nil, says_replaces
from bot.sections.pictures import SIDE_MAX, safe_picture
from bot.sections.reading import read_reply, reading_json, visible_text

DATA = Path(__file__).parents[1] / "data" / "mail"
REQUEST = request_from_mail((DATA / "request.eml").read_bytes())


# ------------------------------------------------------------------------------------------------ the form


def test_a_request_is_read_from_the_mail_that_was_sent() -> None:
    assert [(field.key, field.title) for field in REQUEST.fields] == [
        ("F1", "Hate crime awareness week"),
        ("F2", "Training and events"),
        ("F3", "Anything else"),
    ]
    assert REQUEST.fields[0].last_month.startswith("Events run from 11 to 18 October 2025")
    assert REQUEST.token == "7K3Q-F2M9-XWDT-4MPT-81ZD"
    assert REQUEST.sender == "bulletin@council.example.org"
    assert REQUEST.title("F2") == "Training and events"
    assert REQUEST.title("F9") == ""


def _reply(text: str, subject: str = "RE: Hate Crime") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Sam Green <sam.green@police.example.org>"
    mail["Subject"] = subject
    mail.set_content(text)
    return mail.as_bytes()


def test_tokens_are_found_in_subject_and_body_whatever_their_case() -> None:
    reading = read_reply(parse_message(_reply("ref 7k3q-f2m9-xwdt-4mpt-81zd\n", "RE: x [AAAA-BBBB-CCCC-DDDD-EEEE]")))
    assert reading.tokens == ("AAAA-BBBB-CCCC-DDDD-EEEE", "7K3Q-F2M9-XWDT-4MPT-81ZD")
    assert "7k3q" in visible_text(parse_message(_reply("ref 7k3q-f2m9-xwdt-4mpt-81zd\n")))


def test_commands_are_read_from_new_text_only() -> None:
    text = "HOLD\n\nOn 1 Aug 2025, at 09:00, CCSU bulletin <bulletin@council.example.org> wrote:\n\n> APPROVE\n"
    assert read_reply(parse_message(_reply(text))).new_text == "HOLD"


@pytest.mark.parametrize(
    "condition", ["but fix the table first", "Please change the date first", "Not yet", "only after Jo agrees"]
)
def test_a_condition_under_a_command_and_thanks_is_never_taken_for_a_signature(condition: str) -> None:
    new_text = read_reply(parse_message(_reply(f"APPROVE\n\nThanks\n{condition}\n"))).new_text
    assert condition in new_text


def test_a_marker_typed_by_hand_still_names_its_field() -> None:
    reading = read_reply(
        parse_message(_reply("[F2]\nA course on 4 September.\n\n[F1] The week starts on 11 October.\n")), REQUEST
    )
    assert [(placed.field, block_text(placed.block)) for placed in reading.blocks] == [
        ("F2", "A course on 4 September."),
        ("F1", "The week starts on 11 October."),
    ]


def test_without_a_request_the_markers_alone_place_the_answers() -> None:
    reading = read_reply(parse_message(_reply("[F1] Anything\nOne thing.\n[/F1]\n[F2] Else\nAnother thing.\n[/F2]\n")))
    assert [(placed.field, block_text(placed.block)) for placed in reading.blocks] == [
        ("F1", "One thing."),
        ("F2", "Another thing."),
    ]


def test_a_field_that_says_nothing_gives_no_item() -> None:
    reading = read_reply(parse_message(_reply("[F1]\nNothing this month\n[F2]\nA course on 4 September.\n")), REQUEST)
    assert [item.heading for item in items_from(reading, REQUEST, "Hate Crime")] == ["Training and events"]
    assert not reading.nil


def test_one_unheaded_block_stands_under_the_theme() -> None:
    reading = read_reply(parse_message(_reply("Hi,\n\nA course on 4 September.\n\nSam\n")), REQUEST)
    (item,) = items_from(reading, REQUEST, "Hate Crime")
    assert (item.heading, [block_text(block) for block in item.blocks]) == ("Hate Crime", ["A course on 4 September."])
    assert item.person == "sam.green@police.example.org"


def test_json_says_where_a_table_stands() -> None:
    mail = EmailMessage()
    mail["From"] = "sam.green@police.example.org"
    mail["Subject"] = "x"
    mail.set_content("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr></table>", subtype="html")
    (block,) = reading_json(read_reply(parse_message(mail.as_bytes())))["blocks"]  # type: ignore[misc]
    assert block["rows"] == [["a", "b"], ["1", ""]]


# ------------------------------------------------------------------------------------- saying nothing and more


@pytest.mark.parametrize(
    "text",
    [
        "Nil", "nil return", "None.", "N/A", "Nothing to report this month.", "Nothing from me this time, thanks!",
        "Hi Sam,\n\nNo updates from us this month I'm afraid.\n\nThanks", "Sorry, nothing to add.",
            "No news from Drugs and Alcohol.",
        "We have nothing to report this month.", "There are no updates for August.",
            "I don't have anything this month.",
        "Nothing to report from Licensing this month, thanks.", "-", "Please skip us this month.", "All quiet here.",
        "Dim byd i'w adrodd", "No contribution from us this month",
            "Just to confirm that we have nothing for the bulletin this month.",
    ],
)  # fmt: skip
def test_a_nil_return_in_the_ways_people_say_it(text: str) -> None:
    assert says_nil(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Nothing to report except the fair on 4 July.", "No arrests were made, and the market reopened.",
            "None of the ten schools replied.",
        "Nothing beats a walk in the park: join us on 4 July.", "No new cases, but two from June went to court.", "👍",
        "Nothing to report from Licensing. Parking has a new phone number.",
            "Nobody was hurt in the fire at the old mill.",
    ],
)  # fmt: skip
def test_a_report_that_mentions_nothing_is_no_nil_return(text: str) -> None:
    assert not says_nil(text)


def test_as_last_month_is_neither_nil_nor_text() -> None:
    assert says_as_last_month("As last month please")
    assert says_as_last_month("No change from last month, thanks.")
    assert not says_as_last_month(
        "As last month, the stall opens at ten and closes at four, and all are welcome to come."
    )
    assert not says_nil("As last month please")


def test_adding_and_replacing_are_told_apart() -> None:
    assert says_replaces("Please ignore my earlier email, this is the right one.") == "all"
    assert says_replaces("Could you also add the hotline number?") == "adds"
    assert says_replaces("The stall replaces the one in the car park.") == "unsaid"


# ----------------------------------------------------------------------------------------------- Word files


def _word(*, tracked: bool = False) -> bytes:
    document = docx.Document()
    document.add_heading("Awareness week", 1)
    paragraph = document.add_paragraph("Join us at ")
    paragraph.add_run("ten").bold = True
    document.add_paragraph("Bring a friend", style="List Bullet")
    document.add_paragraph("First", style="List Number")
    table = document.add_table(2, 2)
    for row, texts in zip(table.rows, (("District", "Reports"), ("Dacorum", "14")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _with_body(xml: str) -> bytes:
    out = io.BytesIO()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f"<w:document {space}><w:body>{xml}</w:body></w:document>")
    return out.getvalue()


def test_a_word_file_becomes_blocks() -> None:
    heading, paragraph, bullet, number, table = read_document(_word()).blocks
    assert isinstance(heading, Heading)
    assert plain(heading.runs) == "Awareness week"
    assert isinstance(paragraph, Paragraph)
    assert [(run.text, run.bold) for run in paragraph.runs] == [("Join us at ", False), ("ten", True)]
    assert isinstance(bullet, ListItem)
    assert not bullet.ordered
    assert isinstance(number, ListItem)
    assert (number.ordered, number.number) == (True, 1)
    assert isinstance(table, Table)
    assert [[plain(cell) for cell in row] for row in table.rows] == [["District", "Reports"], ["Dacorum", "14"]]


def test_tracked_changes_are_read_as_they_will_be_and_reported() -> None:
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    deleted = "<w:del><w:r><w:delText>100 </w:delText></w:r></w:del>"
    document = read_document(
        _with_body(
            f"<w:p>{run.format('Fee is ')}{deleted}<w:ins>{run.format('50 ')}</w:ins>{run.format('pounds.')}</w:p>"
        )
    )
    assert [block_text(block) for block in document.blocks] == ["Fee is 50 pounds."]
    assert [(finding.code, finding.text) for finding in document.findings] == [("tracked-changes", "100")]


def test_text_boxes_are_read_once_and_hidden_text_is_not() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>"
    space = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    branches = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    both = f"<mc:AlternateContent {space}>{branches}</mc:AlternateContent>"
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>"
    document = read_document(_with_body(f"<w:p><w:r>{both}</w:r></w:p>{hidden}"))
    assert [block_text(block) for block in document.blocks] == ["in the box"]
    assert [finding.code for finding in document.findings] == ["hidden-content"]


def test_merged_cells_of_a_word_table_are_unrolled() -> None:
    cell = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = (
        "<w:tr>"
        + cell.format("<w:vMerge w:val='restart'/>", "District")
        + cell.format("<w:gridSpan w:val='2'/>", "July")
        + "</w:tr>",
        "<w:tr>" + cell.format("<w:vMerge/>", "") + cell.format("", "in") + cell.format("", "out") + "</w:tr>",
    )
    (table,) = read_document(_with_body(f"<w:tbl>{''.join(rows)}</w:tbl>")).blocks
    assert isinstance(table, Table)
    assert [[plain(c) for c in row] for row in table.rows] == [["District", "July", "July"], ["District", "in", "out"]]


def test_a_file_that_is_no_word_document_is_refused_in_words() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("hello.txt", "x")
    with pytest.raises(InputError, match="not a Word document"):
        read_document(out.getvalue())


# ------------------------------------------------------------------------------------------------- the gate


def _zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members:
            package.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-a-package"),
        (b"PK\x03\x04 nonsense", "not-a-package"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "protected-file"),
        (_zip(("../x.xml", b"x")), "unsafe-package"),
        (_zip(("/x.xml", b"x")), "unsafe-package"),
        (_zip(("a.xml", b"<!DOCTYPE x><x/>")), "unsafe-package"),
        (_zip(("a.xml", "<!DOCTYPE x><x/>".encode("utf-16"))), "unsafe-package"),
        (_zip(("a.xml", b"x"), ("A.XML", b"y")), "unsafe-package"),
        (_zip(("a.xml", b"0" * 3_000_000)), "too-big"),
        (_zip(*((f"{n}.xml", b"x") for n in range(2_001))), "too-big"),
    ],
    ids=["empty", "nonsense", "ole", "dots", "absolute", "doctype", "utf-16 doctype", "same name", "bomb", "many"],
)
def test_the_gate_refuses_with_a_code_and_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        check_package(data)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_the_gate_sees_two_directories_that_disagree() -> None:
    data = bytearray(_zip(("safe.xml", b"<x/>")))
    data[30:38] = b"evil.xml"
    with pytest.raises(InputError, match="disagree"):
        check_package(bytes(data))


def test_an_ordinary_package_passes() -> None:
    check_package(_word())
    assert read_document(_word()).blocks


# ------------------------------------------------------------------------------------------------- pictures


def test_a_picture_is_written_anew_scaled_and_without_metadata() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    Image.new("RGB", (4_000, 1_000), "red").save(out, "JPEG", exif=exif)
    picture, data = safe_picture(out.getvalue(), "stall.jpg", "The stall")
    assert (picture.width, picture.height, picture.media_type) == (SIDE_MAX, 400, "image/jpeg")
    assert b"secret" not in data
    assert safe_picture(out.getvalue(), "stall.jpg", "The stall")[1] == data


def test_a_broken_picture_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        safe_picture(b"\x89PNG\r\n\x1a\nnonsense")


def test_the_bytes_of_printed_pictures_are_given_by_digest() -> None:
    blobs: dict[str, bytes] = {}
    raw = (DATA / "0040-picture-and-logo.eml").read_bytes()
    reading = read_reply(parse_message(raw), REQUEST, blobs)
    digests = [placed.block.digest for placed in reading.blocks if placed.block.kind == "picture"]
    assert digests == list(blobs)
    assert reading.mail_class is MailClass.REPLY
