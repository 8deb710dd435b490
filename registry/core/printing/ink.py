"""Drawing text and shapes on a canvas; the one place that knows reportlab's canvas."""

from __future__ import annotations

from functools import cache
from threading import RLock
from typing import IO, Any

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import fonts

TURN = RLock()  # reportlab reads a font's file from one place for all threads
rl_config.useA85 = 0  # pages as they are packed, not written out once more in letters: smaller, sooner made

INK, SOFT, LINE, ACCENT = "#1b2430", "#5a6675", "#c9d1da", "#1f4e79"


@cache
def _colour(code: str) -> Color:
    return HexColor(code)


@cache
def _rgb(code: str) -> str:
    return " ".join(f"{part:.3f}" for part in _colour(code).rgb())


class _Canvas(Canvas):
    def save(self) -> None:
        """Write the file; one thread at a time puts letters of the fonts into it."""
        with TURN:
            super().save()


def canvas(out: IO[bytes], size: tuple[float, float], language: str = "") -> Canvas:
    """A canvas whose bytes depend on what is drawn alone, and that names no font but our own."""
    fonts.register()
    return _Canvas(
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
    path(canvas, text_operators(canvas._doc, x, y, words, size, colour, bold))  # type: ignore[attr-defined]


def text_operators(
    document: Any, x: float, y: float, words: str, size: float, colour: str = INK, bold: bool = False
) -> str:
    """PDF operators for one line in a document of reportlab's, which learns what letters it needs."""
    rgb = _rgb(colour)
    weight = f" 2 Tr {size / 38:.3f} w {rgb} RG" if bold else ""
    shown = " ".join(
        f"{name} {size:.2f} Tf ({codes}) Tj"
        for font, stretch in fonts.runs(words)
        for name, codes in _shown(document, font, stretch)
    )
    return f"q BT 1 0 0 1 {x:.2f} {y:.2f} Tm {rgb} rg{weight} {shown} ET Q"


_ESCAPED = str.maketrans(
    {chr(code): f"\\{code:03o}" for code in (*range(32), *b"\\()", *range(127, 256))}
)  # reportlab writes a page as UTF-8, in which a code past 127 would become two


def _shown(document: Any, font: str, words: str) -> list[tuple[str, str]]:
    """(name in this file, escaped codes) of each part of a stretch in one font."""
    face = pdfmetrics.getFont(font)
    assert isinstance(face, TTFont)  # noqa: S101  # all of ours are
    parts = face.splitString(words, document)
    named = face.getSubsetInternalName
    return [(named(n, document), codes.decode("latin-1").translate(_ESCAPED)) for n, codes in parts]


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
    rightwards: bool = False,
) -> None:
    """One line set from its own side: right to left scripts, and all lines where asked, end at the right.

    The space after a line that goes on stands outside of it.
    """
    if fonts.is_right_to_left(words):
        text_right(canvas, x + room, y, words, size, colour, bold)
    elif rightwards:
        text(canvas, x + room - fonts.width(words.rstrip(" "), size), y, words, size, colour, bold)
    else:
        text(canvas, x, y, words, size, colour, bold)


def fitted(size: float, words: str, room: float) -> float:
    """The largest size, up to the one asked for, at which the words are no wider than the room."""
    needed = fonts.width(words, size)
    return size if needed <= room else size * room / needed


def path(canvas: Canvas, operators: str) -> None:
    """Ready operators: the one place that goes past reportlab's public drawing.

    Its paths and text objects cost several times as much for each of the hundreds of bars and words on a
    sheet of labels.
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
