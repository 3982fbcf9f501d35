"""Bytes to a message: charsets, transfer encodings, wrappers, and structures that are broken."""

from __future__ import annotations

import base64
import struct

import pytest

from bot.mail.charset import codec_name, decode_text, decode_transfer, header_text
from bot.mail.html import html_lines
from bot.mail.mime import parameters
from bot.mail.parse import parse_message
from bot.mail.rtf import decompress, rtf_body
from bot.mail.text import text_lines


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("café".encode("cp1252"), "iso-8859-1", "café"),
        ("“x”".encode("cp1252"), "iso-8859-1", "“x”"),
        ("café".encode(), "windows-1252", "café"),
        ("café".encode(), "", "café"),
        ("caf\xe9".encode("latin-1"), "utf-8", "café"),
        ("caf\xe9".encode("latin-1"), "no-such-set", "café"),
        ("한국".encode("cp949"), "ks_c_5601-1987", "한국"),
        ("x".encode("utf-16"), "utf-8", "x"),
        (b"a\x00b\x1bc", "utf-8", "abc"),
    ],
)
def test_text_is_decoded_whatever_the_label_says(data: bytes, charset: str, text: str) -> None:
    assert decode_text(data, charset)[0] == text


def test_a_codec_that_gives_no_text_is_no_charset() -> None:
    assert codec_name("zip") is None
    assert codec_name("rot13") is None
    assert codec_name("utf8") == "utf-8"


def test_damaged_transfer_encodings_give_what_can_be_read() -> None:
    assert decode_transfer(b"aGVsbG8*=!", "base64") == b"hello"
    assert decode_transfer(b"aGVsbG8gd29ybGQ", "base64") == b"hello world"
    assert decode_transfer(b"=C3=A9=\nx=ZZ", "quoted-printable") == "éx".encode() + b"=ZZ"
    assert decode_transfer(b"begin 644 x\n#86)C\n`\nend\n", "x-uuencode") == b"abc"


def test_headers_are_decoded_and_stay_on_one_line() -> None:
    assert header_text("=?utf-8?q?caf=C3=A9?= =?utf-8?q?_x?=") == "café x"
    assert header_text("=?utf-8?b?w?=") == "=?utf-8?b?w?="
    assert header_text("caf\xe9".encode("latin-1")) == "café"
    assert header_text("a\r\n b\x00") == "a b"


def test_parameters_of_every_form_are_read() -> None:
    assert parameters('a; name="x; y.doc"; b=c') == {"name": "x; y.doc", "b": "c"}
    assert parameters("a; filename*=utf-8''caf%C3%A9.docx")["filename"] == "café.docx"
    assert parameters('a; filename*0="one "; filename*1=two')["filename"] == "one two"
    assert parameters('a; name="=?utf-8?q?caf=C3=A9?="')["name"] == "café"


PARTS = b"""From: a@police.example.org
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain

plain
--inner
Content-Type: text/html

<p>html</p>
--inner--
--outer
Content-Type: text/plain

footer of the list
--outer
Content-Type: application/octet-stream; name="C:\\\\fakepath\\\\notes.docx"
Content-Disposition: attachment

bytes
--outer--
"""


def test_bodies_stay_in_order_and_alternatives_together() -> None:
    message = parse_message(PARTS)
    assert [(body.text, body.html) for body in message.bodies] == [
        ("plain", "<p>html</p>"),
        ("footer of the list", None),
    ]
    assert [(part.name, part.data) for part in message.attachments] == [("notes.docx", b"bytes")]


@pytest.mark.parametrize(
    "raw",
    [
        PARTS[: PARTS.index(b"footer") + 6],
        PARTS.replace(b"; boundary=outer", b""),
        PARTS.replace(b"\n", b"\r\n"),
        b"From x@y Mon\n" + PARTS,
    ],
    ids=["cut off", "no boundary", "crlf", "mbox line"],
)
def test_broken_structures_still_give_the_text(raw: bytes) -> None:
    message = parse_message(raw)
    assert "plain" in (message.text or "")
    assert message.from_addresses == ("a@police.example.org",)


def test_an_opaquely_signed_mail_is_looked_through() -> None:
    inner = b"Content-Type: text/plain\n\nsigned words"

    def der(tag: int, value: bytes) -> bytes:
        size = bytes([len(value)]) if len(value) < 128 else b"\x82" + struct.pack(">H", len(value))
        return bytes([tag]) + size + value

    data = bytes.fromhex("06092a864886f70d010701") + der(0xA0, der(0x04, inner))
    signed = der(
        0x30, bytes.fromhex("06092a864886f70d010702") + der(0xA0, der(0x30, b"\x02\x01\x01" + der(0x30, data)))
    )
    head = b"From: a@police.example.org\nContent-Type: application/pkcs7-mime; name=smime.p7m\n"
    head += b"Content-Transfer-Encoding: base64\n\n"
    assert parse_message(head + base64.b64encode(signed)).text == "signed words"
    encrypted = parse_message(head + base64.b64encode(der(0x30, b"\x06\x01\x00")))
    assert "the mail is encrypted and cannot be read" in encrypted.problems


def _attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BLL", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _property(kind: int, name: int, value: bytes) -> bytes:
    return struct.pack("<HHLL", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def _winmail(*attributes: bytes) -> bytes:
    data = base64.b64encode(struct.pack("<LH", 0x223E9F78, 1) + b"".join(attributes))
    head = b"From: a@police.example.org\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    head += b"Content-Transfer-Encoding: base64\n\n"
    return head + data


def test_winmail_dat_gives_body_and_files() -> None:
    html = _property(0x102, 0x1013, b"<p>from Outlook</p>")
    raw = _winmail(
        _attribute(1, 0x00069003, struct.pack("<L", 1) + html),
        _attribute(2, 0x00069002, b"\0" * 14),
        _attribute(2, 0x00018010, b"NOTES~1.DOC\0"),
        _attribute(2, 0x0006800F, b"bytes"),
        _attribute(2, 0x00069005, struct.pack("<L", 1) + _property(0x1F, 0x3707, "notes é.docx\0".encode("utf-16-le"))),
    )
    message = parse_message(raw)
    assert message.html == "<p>from Outlook</p>"
    assert [(part.name, part.data) for part in message.attachments] == [("notes é.docx", b"bytes")]


RTF = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c09002062770 5b06c647d0a800fa0".replace(
        " ", ""
    )
)


def test_winmail_dat_with_nothing_but_compressed_rtf_is_read() -> None:
    assert decompress(RTF) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    raw = _winmail(_attribute(1, 0x00069003, struct.pack("<L", 1) + _property(0x102, 0x1009, RTF)))
    assert (parse_message(raw).text or "").strip() == "hello world"


def test_html_inside_rtf_is_taken_out() -> None:
    rtf = b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1"
    rtf += b"{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 caf\\'e9 \\u8211?{\\*\\htmltag72 </p>}\\htmlrtf }\\htmlrtf0}"
    assert rtf_body(rtf) == (None, "<p>café –</p>")


def test_a_broken_outlook_file_is_a_problem_in_words() -> None:
    message = parse_message(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert message.bodies == ()
    assert "cannot be opened" in message.problems[0]


def test_flowed_text_is_joined_again_and_keeps_its_quote_depth() -> None:
    lines = text_lines("> one \n> two\nthree \nfour\n-- \nSam", flowed=True)
    assert [(line.text, line.depth) for line in lines] == [("one two", 1), ("three four", 0), ("--", 0), ("Sam", 0)]


def test_word_lists_headings_and_links_are_seen_in_html() -> None:
    html = (
        "<h2>Dates</h2><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]>"
        "<span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span><![endif]>Fair</p>"
        "<p>See <a href='https://a.example/x'>the <b>page</b></a>.<br>Second"
        " line</p><ul><li>a<ul><li>b</li></ul></li></ul>"
    )
    lines = html_lines(html)
    assert [(line.kind, line.text, line.level, line.ordered) for line in lines] == [
        ("heading", "Dates", 2, False),
        ("item", "Fair", 2, True),
        ("text", "See the page.", 1, False),
        ("text", "Second line", 1, False),
        ("item", "a", 1, False),
        ("item", "b", 2, False),
    ]
    assert lines[1].raw == "1. Fair"
    assert [run.url for run in lines[2].runs or () if run.url] == ["https://a.example/x"] * 2
    assert lines[3].soft
