"""Makes templates/bulletin.docx, the house style as first delivered; afterwards the editor restyles it in Word.

Run it from the project's folder: ``python -m tests.render.make_template templates/bulletin.docx``.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from tests.render.template_styles import HEAD, LINK, NAVY, TINT, A, R, W, numbering, styles


def paragraph(name: str, content: str) -> str:
    """One paragraph of the template."""
    return f'<w:p><w:pPr><w:pStyle w:val="{name}"/></w:pPr>{content}</w:p>'


def words(text: str) -> str:
    """One run."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def field(instruction: str) -> str:
    """A page number, which Word keeps up to date by itself."""
    return f'<w:fldSimple w:instr=" {instruction} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def document() -> str:
    """document.xml."""
    body = [
        paragraph("MastheadMarking", words("{{ marking }}")),
        paragraph("Title", words("{{ title }}")),
        paragraph("Subtitle", words("{{ month }}")),
        paragraph("Introduction", words("{{ intro }}")),
        paragraph("TOCHeading", words("In this edition")),
        paragraph("BodyText", words("{{ contents }}")),
        paragraph("BodyText", words("{{ sections }}")),
        paragraph("Imprint", words("{{ contact }}")),
    ]
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:headerReference w:type="first" r:id="rId5"/>'
        '<w:footerReference w:type="default" r:id="rId6"/><w:footerReference w:type="first" r:id="rId6"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1134" w:bottom="1134" w:left="1134" '
        'w:header="624" w:footer="567" w:gutter="0"/><w:cols w:space="708"/><w:titlePg/></w:sectPr>'
    )
    return (
        HEAD + f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>' + "".join(body) + section + "</w:body></w:document>"
    )


def theme() -> str:
    """A small theme: without one LibreOffice draws no bars in charts."""
    colours = {
        "dk1": "1A1A1A",
        "lt1": "FFFFFF",
        "dk2": NAVY,
        "lt2": TINT,
        "accent1": NAVY,
        "accent2": "6FA8C7",
        "accent3": "F2B84B",
        "accent4": "7A8B99",
        "accent5": "C9D6DF",
        "accent6": "3E6B5C",
        "hlink": LINK,
        "folHlink": "5B3E8E",
    }
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours.items())
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        HEAD + f'<a:theme xmlns:a="{A}" name="Bulletin"><a:themeElements>'
        f'<a:clrScheme name="Bulletin">{scheme}</a:clrScheme>'
        f'<a:fontScheme name="Bulletin"><a:majorFont>{font}</a:majorFont>'
        f"<a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Bulletin"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )


def parts() -> dict[str, str]:
    """All parts of the package by name."""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {
        "word/document.xml": f"{main}.document.main+xml",
        "word/styles.xml": f"{main}.styles+xml",
        "word/numbering.xml": f"{main}.numbering+xml",
        "word/settings.xml": f"{main}.settings+xml",
        "word/header1.xml": f"{main}.header+xml",
        "word/header2.xml": f"{main}.header+xml",
        "word/footer1.xml": f"{main}.footer+xml",
        "word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    targets = (
        "styles.xml",
        "numbering.xml",
        "settings.xml",
        "header1.xml",
        "header2.xml",
        "footer1.xml",
        "theme/theme1.xml",
    )
    names = ("styles", "numbering", "settings", "header", "header", "footer", "theme")
    relations = "".join(
        f'<Relationship Id="rId{index}" Type="{R}/{name}" Target="{target}"/>'
        for index, (name, target) in enumerate(zip(names, targets, strict=True), 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items())
    story = f'xmlns:w="{W}" xmlns:r="{R}"'
    tab = "<w:r><w:tab/></w:r>"
    return {
        "[Content_Types].xml": HEAD + f'<Types xmlns="{package}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": HEAD + f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": HEAD
        + f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
        "word/document.xml": document(),
        "word/styles.xml": styles(),
        "word/numbering.xml": numbering(),
        "word/settings.xml": HEAD
        + f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-GB"/></w:settings>',
        "word/header1.xml": HEAD
        + f"<w:hdr {story}>"
        + paragraph("Header", words("{{ title }}") + tab + words("{{ month }}"))
        + "</w:hdr>",
        "word/header2.xml": HEAD + f'<w:hdr {story}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr></w:p></w:hdr>',
        "word/footer1.xml": HEAD
        + f"<w:ftr {story}>"
        + paragraph(
            "Footer", words("{{ marking }}") + tab + words("Page ") + field("PAGE") + words(" of ") + field("NUMPAGES")
        )
        + "</w:ftr>",
        "word/theme/theme1.xml": theme(),
        "docProps/core.xml": HEAD + f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Bulletin template</dc:title>'
        "<dc:language>en-GB</dc:language></cp:coreProperties>",
    }


def template() -> bytes:
    """The template as .docx bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts().items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, text.encode())
    return out.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(template())
