"""The chart as a picture for mail: the figures of the native chart, drawn the same on every machine.

The font is the one inside Pillow, so no installed font changes a byte. Colours run from dark to light, so that a grey
printer and a colour-blind reader can tell them apart; each bar ends with its total.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bot.core.model import StatisticsTable
from bot.render.figures import Chart, chart, number
from bot.render.native_chart import COLOURS

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH = 1200  # pixels, shown at half the size
ROW = 46
BAR = 30
MARGIN = 24
FONT_SIZE = 24
BARS_MAX = 60  # a taller picture helps nobody; the table has all rows
INK, GRID, PAPER = "#1A1A1A", "#D0D7DE", "#FFFFFF"


def chart_png(table: StatisticsTable) -> bytes:
    """The statistics as a PNG, 1,200 pixels wide (to be shown at 600), the same bytes for the same figures."""
    from PIL import Image, ImageDraw, ImageFont

    shown = chart(table)
    rows = shown.categories[:BARS_MAX]
    font = ImageFont.load_default(FONT_SIZE)
    height = MARGIN * 2 + ROW * (len(rows) + 2)
    image = Image.new("RGB", (WIDTH, height), PAPER)
    drawing = ImageDraw.Draw(image)
    _Drawer(drawing, font, shown, len(rows)).draw()  # type: ignore[arg-type]
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Drawer:
    """Draws one chart."""

    def __init__(self, drawing: ImageDraw, font: FreeTypeFont, shown: Chart, rows: int) -> None:
        self.drawing = drawing
        self.font = font
        self.shown = shown
        self.rows = rows
        totals = [sum(values[row] or 0 for _, values in shown.series) for row in range(rows)]
        self.totals = totals
        names = max((self._width(name) for name in shown.categories[:rows]), default=0)
        self.left = MARGIN + min(int(names), WIDTH // 3) + 14
        self.right = WIDTH - MARGIN - int(max((self._width(number(total)) for total in totals), default=0)) - 16
        self.top = MARGIN
        self.scale = (self.right - self.left) / max(*totals, 1) if totals else 1.0

    def _width(self, text: str) -> float:
        return self.drawing.textlength(text, font=self.font)

    def draw(self) -> None:
        bottom = self.top + ROW * self.rows
        step = nice_step(max(self.totals, default=1))
        for value in range(0, max(self.totals, default=0) + 1, step):
            x = self.left + round(value * self.scale)
            self.drawing.line((x, self.top, x, bottom), fill=GRID, width=2)
            self.drawing.text((x, bottom + 8), number(value), font=self.font, fill=INK, anchor="mt")
        for row in range(self.rows):
            self._row(row)
        self._legend(bottom + ROW + 14)

    def _row(self, row: int) -> None:
        top = self.top + row * ROW + (ROW - BAR) // 2
        middle = top + BAR // 2
        name = self._fitting(self.shown.categories[row], self.left - MARGIN - 14)
        self.drawing.text((self.left - 14, middle), name, font=self.font, fill=INK, anchor="rm")
        counted = 0
        for index, (_, values) in enumerate(self.shown.series):
            start = self.left + round(counted * self.scale)
            counted += values[row] or 0
            end = self.left + round(counted * self.scale)
            if end > start:
                colour = f"#{COLOURS[index % len(COLOURS)]}"
                self.drawing.rectangle((start, top, max(end - 2, start), top + BAR), fill=colour)
        end = self.left + round(counted * self.scale)
        self.drawing.text((end + 8, middle), number(self.totals[row]), font=self.font, fill=INK, anchor="lm")

    def _fitting(self, text: str, room: int) -> str:
        while len(text) > 2 and self._width(text) > room:
            text = text[:-2] + "…"
        return text

    def _legend(self, top: int) -> None:
        x = self.left
        for index, (title, _) in enumerate(self.shown.series):
            self.drawing.rectangle((x, top, x + 24, top + 24), fill=f"#{COLOURS[index % len(COLOURS)]}")
            self.drawing.text((x + 34, top + 12), title, font=self.font, fill=INK, anchor="lm")
            x += 34 + int(self._width(title)) + 40


def nice_step(most: int) -> int:
    """The distance of grid lines for values up to ``most``: 1, 2 or 5 times a power of ten, at most six lines."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if most / (step * factor) <= 6:
                return step * factor
        step *= 10
