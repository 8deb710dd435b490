"""Drawing text and shapes on a canvas; the one place that knows reportlab's canvas."""

from __future__ import annotations

from functools import cache
from typing import IO

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import fonts

INK, SOFT, LINE, ACCENT = "#1b2430", "#5a6675", "#c9d1da", "#1f4e79"


@cache
def _colour(code: str) -> Color:
    return HexColor(code)


def canvas(out: IO[bytes], size: tuple[float, float], language: str = "") -> Canvas:
    """A canvas whose bytes depend on what is drawn alone, and that names no font but our own."""
    fonts.register()
    return Canvas(
        out,
        pagesize=size,
        pageCompression=1,
        invariant=1,
        lang=language or None,
        initialFontName=fonts.LATIN,  # type: ignore[arg-type]  # the stubs take it for a size
    )


def text(
    canvas: Canvas, x: float, y: float, words: str, size: float, colour: str = INK, bold: bool = False
) -> None:
    """One line with its left end at x. Bold is the same letters with a thin outline."""
    line = canvas.beginText(x, y)
    line.setFillColor(_colour(colour))
    if bold:
        line.setTextRenderMode(2)
        canvas.setLineWidth(size / 38)
        canvas.setStrokeColor(_colour(colour))
    for font, stretch in fonts.runs(words):
        line.setFont(font, size)
        line.textOut(stretch)
    line.setTextRenderMode(0)
    canvas.drawText(line)


def text_right(
    canvas: Canvas, x: float, y: float, words: str, size: float, colour: str = INK, bold: bool = False
) -> None:
    """One line with its right end at x."""
    text(canvas, x - fonts.width(words, size), y, words, size, colour, bold)


def paragraph(
    canvas: Canvas,
    x: float,
    y: float,
    room: float,
    words: str,
    size: float,
    colour: str = INK,
    bold: bool = False,
) -> None:
    """One line set from its own side: right to left scripts end at the right."""
    if fonts.is_right_to_left(words):
        text_right(canvas, x + room, y, words, size, colour, bold)
    else:
        text(canvas, x, y, words, size, colour, bold)


def fitted(size: float, words: str, room: float) -> float:
    """The largest size, up to the one asked for, at which the words are no wider than the room."""
    needed = fonts.width(words, size)
    return size if needed <= room else size * room / needed


def path(canvas: Canvas, operators: str) -> None:
    """Ready operators, such as a barcode's path.

    reportlab's public paths cost ten times as much for each of the hundreds of bars on a sheet of labels.
    """
    canvas._code.append(operators)  # type: ignore[attr-defined]


def black(canvas: Canvas) -> None:
    """Barcodes are black."""
    canvas.setFillColorRGB(0, 0, 0)


def rule(canvas: Canvas, x: float, y: float, length: float, colour: str = LINE, weight: float = 0.6) -> None:
    """A horizontal line."""
    canvas.setStrokeColor(_colour(colour))
    canvas.setLineWidth(weight)
    canvas.line(x, y, x + length, y)


def dot(canvas: Canvas, x: float, y: float, radius: float, fill: str = ACCENT) -> None:
    """A filled circle around a point."""
    canvas.setFillColor(_colour(fill))
    canvas.circle(x, y, radius, stroke=0, fill=1)


def post(canvas: Canvas, x: float, y: float, length: float, colour: str = LINE) -> None:
    """A vertical line that goes down from a point."""
    canvas.setStrokeColor(_colour(colour))
    canvas.setLineWidth(0.8)
    canvas.line(x, y, x, y - length)


def box(canvas: Canvas, x: float, y: float, width: float, height: float, fill: str) -> None:
    """A filled rectangle."""
    canvas.setFillColor(_colour(fill))
    canvas.rect(x, y, width, height, stroke=0, fill=1)
