"""The styles and lists of the template as first delivered (see make_template.py)."""

from __future__ import annotations

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
NAVY, TEAL, INK, TINT, RULE, LINK = "12355B", "0B6070", "1A1A1A", "EAF1F4", "9FB4C0", "0B4F9E"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def border(side: str, size: int, space: int, colour: str) -> str:
    """One side of a paragraph border; ``size`` in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'


def box(colour: str, space: int = 4, beside: int = 0) -> str:
    """A border all round in the colour of the shading, which gives the band its inner space; ``beside`` left, right."""
    spaces = {"top": space, "left": beside or space, "bottom": space, "right": beside or space}
    return "<w:pBdr>" + "".join(border(side, 8, room, colour) for side, room in spaces.items()) + "</w:pBdr>"


def style(
    kind: str,
    name: str,
    *,
    based: str = "Normal",
    then: str = "",
    ppr: str = "",
    rpr: str = "",
    quick: bool = True,
    default: bool = False,
    extra: str = "",
    priority: int = 10,
) -> str:
    """One style; its id is its name without spaces."""
    style_id = name.replace(" ", "")
    style_id = style_id[0].upper() + style_id[1:]
    return (
        f'<w:style w:type="{kind}"{" w:default=" + chr(34) + "1" + chr(34) if default else ""} w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{based}"/>' if based and not default else "")
        + (f'<w:next w:val="{then}"/>' if then else "")
        + f'<w:uiPriority w:val="{priority}"/>'
        + ("<w:qFormat/>" if quick else "")
        + (f"<w:pPr>{ppr}</w:pPr>" if ppr else "")
        + (f"<w:rPr>{rpr}</w:rPr>" if rpr else "")
        + extra
        + "</w:style>"
    )


def look(size: float, colour: str = "", bold: bool = False) -> str:
    """Run properties in the schema's order; ``size`` in points."""
    return (
        ("<w:b/><w:bCs/>" if bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + f'<w:sz w:val="{int(size * 2)}"/><w:szCs w:val="{int(size * 2)}"/>'
    )


def spacing(before: int = 0, after: int = 0, line: int = 0) -> str:
    """Space in twentieths of a point; ``line`` 240 is single."""
    return (
        f'<w:spacing w:before="{before}" w:after="{after}"'
        + (f' w:line="{line}" w:lineRule="auto"' if line else "")
        + "/>"
    )


def band(colour: str) -> str:
    """Shading of a paragraph."""
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>'


def numbering_of(number: int, level: int) -> str:
    """numPr of a style."""
    return (f'<w:numPr><w:ilvl w:val="{level}"/>' if level else "<w:numPr>") + f'<w:numId w:val="{number}"/></w:numPr>'


INSET = '<w:ind w:left="227" w:right="227"/>'  # keeps bands with borders inside the margins, their text in line


def paragraph_styles() -> list[str]:
    """The paragraph styles, in the order in which Word lists them."""
    keep = "<w:keepNext/><w:keepLines/>"
    outline = '<w:outlineLvl w:val="{}"/>'
    lists = [
        style(
            "paragraph",
            f"List {kind}{' ' + str(level + 1) if level else ''}",
            based="BodyText",
            ppr=numbering_of(number, level) + spacing(0, 80) + '<w:contextualSpacing w:val="0"/>',
        )
        for number, kind in ((1, "Bullet"), (2, "Number"))
        for level in range(3)
    ]
    return [
        style("paragraph", "Normal", default=True, priority=0),
        # Word takes the larger of two spaces that meet: the one above keeps text off the heading or list before it.
        style("paragraph", "Body Text", ppr=spacing(120, 160, 288), priority=1),
        style(
            "paragraph",
            "heading 1",
            then="BodyText",
            priority=9,
            ppr=keep + box(NAVY, 5, 10) + band(NAVY) + spacing(440, 220) + INSET + outline.format(0),
            rpr=look(17, "FFFFFF", True),
        ),
        style(
            "paragraph",
            "heading 2",
            then="BodyText",
            priority=9,
            ppr=keep + spacing(340, 80) + outline.format(1),
            rpr=look(14.5, NAVY, True),
        ),
        style(
            "paragraph",
            "heading 3",
            then="BodyText",
            priority=9,
            ppr=keep + spacing(220, 80) + outline.format(2),
            rpr=look(12.5, TEAL, True),
        ),
        style(
            "paragraph",
            "heading 4",
            then="BodyText",
            priority=9,
            ppr=keep + spacing(180, 60) + outline.format(3),
            rpr=look(12, INK, True),
        ),
        style(
            "paragraph",
            "Title",
            then="Subtitle",
            ppr="<w:keepNext/>" + box(NAVY, 10) + band(NAVY) + spacing(0, 0) + INSET,
            rpr=look(27, "FFFFFF", True),
        ),
        style(
            "paragraph",
            "Subtitle",
            then="BodyText",
            ppr=box(NAVY, 10) + band(NAVY) + spacing(0, 0, 300) + INSET,
            rpr=look(16, "FFFFFF"),
        ),
        style("paragraph", "Masthead Marking", ppr=spacing(0, 160) + '<w:jc w:val="right"/>', rpr=look(12, INK, True)),
        style("paragraph", "Introduction", based="BodyText", ppr=spacing(320, 200, 288), rpr=look(13)),
        *lists,
        style(
            "paragraph",
            "Contact",
            based="BodyText",
            ppr="<w:keepLines/><w:pBdr>"
            + border("top", 8, 4, TINT)
            + border("left", 36, 8, TEAL)
            + border("bottom", 8, 4, TINT)
            + "</w:pBdr>"
            + band(TINT)
            + spacing(120, 200, 288)
            + '<w:ind w:left="227"/>',
        ),
        style(
            "paragraph",
            "Imprint",
            based="BodyText",
            ppr="<w:keepLines/><w:pBdr>" + border("top", 12, 10, NAVY) + "</w:pBdr>" + spacing(560, 0, 288),
        ),
        style("paragraph", "Nil Return", based="BodyText", rpr='<w:color w:val="44515C"/>'),
        style(
            "paragraph",
            "caption",
            then="BodyText",
            ppr="<w:keepNext/>" + spacing(200, 100),
            rpr=look(12, NAVY, True),
            priority=35,
        ),
        style("paragraph", "Table Text", ppr=spacing(50, 50)),
        style("paragraph", "Table Number", based="TableText", ppr='<w:jc w:val="right"/>'),
        style("paragraph", "Statistics Text", based="TableText", rpr=look(13)),
        style("paragraph", "Statistics Number", based="TableNumber", rpr=look(13)),
        style("paragraph", "Table Note", based="BodyText", ppr=spacing(0, 120), rpr='<w:color w:val="44515C"/>'),
        style("paragraph", "Picture", ppr=spacing(120, 200)),
        style(
            "paragraph",
            "TOC Heading",
            then="BodyText",
            priority=39,
            ppr="<w:keepNext/>" + spacing(240, 80),
            rpr=look(14.5, NAVY, True),
        ),
        style("paragraph", "toc 1", ppr=spacing(100, 30), rpr="<w:b/><w:bCs/>", quick=False, priority=39),
        style("paragraph", "toc 2", ppr=spacing(0, 30) + '<w:ind w:left="340"/>', quick=False, priority=39),
        style(
            "paragraph",
            "header",
            ppr='<w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs>',
            rpr='<w:color w:val="44515C"/>',
            quick=False,
            priority=99,
        ),
        style(
            "paragraph",
            "footer",
            quick=False,
            priority=99,
            rpr='<w:color w:val="44515C"/>',
            ppr="<w:pBdr>"
            + border("top", 6, 6, RULE)
            + '</w:pBdr><w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs>',
        ),
    ]


def table_style() -> str:
    """The table: header row in the house colour, ruled rows, the total set off."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="{RULE}"/>' for side in ("top", "bottom", "insideH")
    )
    cells = '<w:tblCellMar><w:left w:w="100" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'

    def part(name: str, rpr: str, tcpr: str) -> str:
        return (
            f'<w:tblStylePr w:type="{name}">'
            + (f"<w:rPr>{rpr}</w:rPr>" if rpr else "")
            + f"<w:tcPr>{tcpr}</w:tcPr></w:tblStylePr>"
        )

    heavy = f'<w:tcBorders><w:top w:val="single" w:sz="12" w:space="0" w:color="{NAVY}"/></w:tcBorders>'
    return style(
        "table",
        "Bulletin Table",
        based="TableNormal",
        extra='<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders>'
        + lines
        + "</w:tblBorders>"
        + cells
        + "</w:tblPr>"
        + '<w:tcPr><w:vAlign w:val="center"/></w:tcPr>'
        + part("firstRow", '<w:b/><w:bCs/><w:color w:val="FFFFFF"/>', band(NAVY))
        + part("lastRow", "<w:b/><w:bCs/>", heavy + band("D5E3EA"))
        + part("band2Horz", "", band("F4F8FA")),
    )


def styles() -> str:
    """styles.xml."""
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:color w:val="{INK}"/><w:sz w:val="24"/><w:szCs w:val="24"/>'
        '<w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>"
    )
    others = [
        style("character", "Default Paragraph Font", default=True, quick=False, priority=1),
        style(
            "character",
            "Hyperlink",
            based="DefaultParagraphFont",
            rpr=f'<w:color w:val="{LINK}"/><w:u w:val="single"/>',
            priority=99,
        ),
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/>'
        "<w:semiHidden/><w:unhideWhenUsed/></w:style>",
        table_style(),
    ]
    return HEAD + f'<w:styles xmlns:w="{W}">' + defaults + "".join(paragraph_styles() + others) + "</w:styles>"


def numbering() -> str:
    """numbering.xml: one list of bullets and one of numbers, three levels each tied to their styles."""

    def level(index: int, kind: str, text: str, tied: str) -> str:
        indent = f'<w:pPr><w:ind w:left="{397 * (index + 1)}" w:hanging="397"/></w:pPr>'
        colour = TEAL if kind == "bullet" else INK
        font = (
            '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:hint="default"/>'
            f'<w:color w:val="{colour}"/></w:rPr>'
        )
        return (
            f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            + (f'<w:pStyle w:val="{tied}"/>' if tied else "")
            + f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>{indent}{font}</w:lvl>'
        )

    def tied(kind: str, index: int) -> str:
        return f"List{kind}{index + 1 if index else ''}" if index < 3 else ""

    bullets = "".join(level(i, "bullet", "•–•"[i % 3], tied("Bullet", i)) for i in range(9))
    formats = ("decimal", "lowerLetter", "lowerRoman")
    numbers = "".join(level(i, formats[i % 3], f"%{i + 1}.", tied("Number", i)) for i in range(9))
    return (
        HEAD + f'<w:numbering xmlns:w="{W}">'
        f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{bullets}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{numbers}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
        "</w:numbering>"
    )
