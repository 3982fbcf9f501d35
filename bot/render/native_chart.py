"""A native Word chart: editable in Word, its data embedded, its colours explicit and told apart in grey.

python-pptx writes the chart's XML; three things are mended: axis ids must not be negative (the Open XML SDK
refuses them), fills must be explicit (LibreOffice draws no bars otherwise), and the embedded workbook must neither
carry the time of day nor take a district called "=1+1" for a formula.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.render.figures import Chart

if TYPE_CHECKING:
    from docx.opc.part import Part

# Dark to light, so that the series stay apart on a grey printer; each at least 1.6 times as light as the one before.
COLOURS = ("12355B", "6FA8C7", "F2B84B", "7A8B99", "C9D6DF", "3E6B5C")
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHART_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
PACKAGE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 - a constant in the embedded workbook's properties, not a time

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def chart_xml(chart: Chart) -> bytes:
    """The chart part of a stacked bar chart; the workbook is expected as relationship ``rId1``."""
    from lxml import etree
    from pptx.chart.data import CategoryChartData
    from pptx.chart.xmlwriter import ChartXmlWriter
    from pptx.enum.chart import XL_CHART_TYPE

    make_data: Any = CategoryChartData  # python-pptx has no types
    make_xml: Any = ChartXmlWriter
    data = make_data(number_format="#,##0")
    data.categories = list(chart.categories)
    for title, values in chart.series:
        data.add_series(title, values)
    xml = make_xml(XL_CHART_TYPE.BAR_STACKED, data).xml
    root = etree.fromstring(xml.encode())
    _mend_axis_ids(root)
    _colour(root)
    _dress(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def workbook(chart: Chart) -> bytes:
    """The data of the chart as the workbook that Word opens for "Edit data"."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _FIXED, "title": chart.title[:250]})
    sheet = book.add_worksheet("Sheet1")
    sheet.set_column(0, 0, 24)
    sheet.write_column(1, 0, chart.categories)
    for column, (title, values) in enumerate(chart.series, 1):
        sheet.write_string(0, column, title)
        for row, value in enumerate(values, 1):
            if value is not None:
                sheet.write_number(row, column, value)
    book.close()
    return out.getvalue()


def chart_part(chart: Chart, package: Any, number: int) -> Part:
    """The chart as a part of ``package``, its workbook behind it."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, chart_xml(chart), package)
    name = PackURI(f"/word/embeddings/chart-data{number}.xlsx")
    part.rels.add_relationship(PACKAGE_REL, Part(name, XLSX_TYPE, workbook(chart), package), "rId1")
    return part


def _mend_axis_ids(root: Any) -> None:
    known: dict[str, str] = {}
    for element in root.iter(f"{_C}axId", f"{_C}crossAx"):
        value = element.get("val")
        element.set("val", known.setdefault(value, str(111_111_110 + len(known))))


def _colour(root: Any) -> None:
    for index, series in enumerate(root.iter(f"{_C}ser")):
        for old in series.findall(f"{_C}spPr"):
            series.remove(old)
        fill = _fill(COLOURS[index % len(COLOURS)])
        look = _element(f"<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr>")
        series.find(f"{_C}tx").addnext(look)


def _dress(root: Any) -> None:
    """Legend, gaps, grid lines, first district on top, Arial 12, and where the data lies."""
    chart = root.find(f"{_C}chart")
    plot = chart.find(f"{_C}plotArea")
    _without(chart, "legend", "autoTitleDeleted", "title")
    chart.insert(0, _element('<c:autoTitleDeleted val="1"/>'))
    plot.addnext(_element('<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'))
    bars = plot.find(f"{_C}barChart")
    _without(bars, "gapWidth")
    bars.find(f"{_C}overlap").addprevious(_element('<c:gapWidth val="45"/>'))
    _dress_axes(plot.find(f"{_C}catAx"), plot.find(f"{_C}valAx"))
    _without(root, "txPr", "externalData")
    chart.addnext(_element(_TEXT))
    root.append(_element(f'<c:externalData xmlns:r="{_R}" r:id="rId1"><c:autoUpdate val="0"/></c:externalData>'))


def _dress_axes(category: Any, values: Any) -> None:
    category.find(f"{_C}scaling/{_C}orientation").set("val", "maxMin")
    values.find(f"{_C}crosses").set("val", "max")  # the first district is on top, the scale stays at the bottom
    for axis in (category, values):
        _without(axis, "majorGridlines", "numFmt")
        for tick in axis.findall(f"{_C}majorTickMark"):
            tick.set("val", "none")
        axis.find(f"{_C}tickLblPos").addnext(_element(f"<c:spPr>{_line('7A8B99')}</c:spPr>"))
    place = values.find(f"{_C}axPos")
    place.addnext(_element('<c:numFmt formatCode="#,##0" sourceLinked="0"/>'))
    place.addnext(_element(f"<c:majorGridlines><c:spPr>{_line('D0D7DE')}</c:spPr></c:majorGridlines>"))


def _without(parent: Any, *names: str) -> None:
    for name in names:
        for old in parent.findall(_C + name):
            parent.remove(old)


def _fill(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def _line(colour: str) -> str:
    return f'<a:ln w="6350">{_fill(colour)}</a:ln>'


_TEXT = (
    f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200">{_fill("1A1A1A")}<a:latin typeface="Arial"/>'
    '<a:cs typeface="Arial"/></a:defRPr></a:pPr><a:endParaRPr lang="en-GB"/></a:p></c:txPr>'
)


def _element(xml: str) -> Any:
    """One element of the chart from XML whose prefixes are c: and a:."""
    from lxml import etree

    wrapper = etree.fromstring(f'<w xmlns:c="{_C[1:-1]}" xmlns:a="{_A}">{xml}</w>')
    return wrapper[0]
