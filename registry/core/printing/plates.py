"""Artwork: words and symbols at their places, written as PDF pages or as SVG drawings, vectors throughout.

Lengths in points from the lower left corner. Letters of a PDF are embedded with their font, those of an SVG
are outlines: neither needs a font of whoever prints it. What no embedded font draws is refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

from reportlab.pdfgen.canvas import Canvas
from typing_extensions import Buffer

from registry.core.errors import Invalid
from registry.core.printing import barcodes, fonts, ink, signs
from schemas.words import said

BLACK, WHITE = "#000000", "#ffffff"
MM = 72 / 25.4


@dataclass(frozen=True)
class Words:
    """A row of letters; white: on a dark box."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    white: bool = False

    @property
    def wide(self) -> float:
        return fonts.width(self.text, self.size)


@dataclass(frozen=True)
class Linear:
    """A linear symbol with its quiet zones; module and height in points."""

    x: float
    y: float
    bars: barcodes.Bars
    module: float
    height: float

    @property
    def wide(self) -> float:
        return self.bars.width * self.module


@dataclass(frozen=True)
class Square:
    """A square symbol with its quiet zone."""

    x: float
    y: float
    matrix: barcodes.Matrix
    module: float

    @property
    def wide(self) -> float:
        return self.matrix.width * self.module


@dataclass(frozen=True)
class Box:
    """A dark rectangle."""

    x: float
    y: float
    wide: float
    height: float


@dataclass(frozen=True)
class Sign:
    """A symbol of art. 8 in a square, drawn in lines."""

    x: float
    y: float
    wide: float
    name: str


Part = Words | Linear | Square | Box | Sign


@dataclass(frozen=True, eq=False)
class Group:
    """Parts that many drawings share; the very same group is written once and kept."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Plate:
    """One drawing. title: what it shows, for whoever opens the file."""

    title: str
    width: float
    height: float
    pieces: tuple[Part | Group, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them."""
        groups = (piece.parts if isinstance(piece, Group) else (piece,) for piece in self.pieces)
        return tuple(part for group in groups for part in group)


def pdf(plates: Iterable[Plate]) -> bytes:
    """One page for each drawing, as large as the drawing; raises Invalid."""
    out, canvas = io.BytesIO(), None
    for plate in plates:
        canvas = canvas or ink.canvas(out, (plate.width, plate.height))
        canvas.setPageSize((plate.width, plate.height))
        for part in plate.parts:
            _on_canvas(canvas, part)
        canvas.showPage()
    if canvas is None:
        raise Invalid.at("first", "There is nothing to print.")
    canvas.save()
    return out.getvalue()


def _on_canvas(canvas: Canvas, part: Part) -> None:
    if isinstance(part, Words):
        _refuse_foreign(part.text)
        ink.text(canvas, part.x, part.y, part.text, part.size, WHITE if part.white else BLACK, part.bold)
    else:
        ink.path(canvas, operators(part))


def operators(part: Linear | Square | Box | Sign) -> str:
    """PDF operators that draw something in black."""
    if isinstance(part, Linear):
        return f"0 g {barcodes.bars_path(part.bars, part.x, part.y, part.module, part.height)}"
    if isinstance(part, Square):
        return f"0 g {barcodes.matrix_path(part.matrix, part.x, part.y, part.module)}"
    if isinstance(part, Box):
        return f"0 g {part.x:.3f} {part.y:.3f} {part.wide:.3f} {part.height:.3f} re f"
    scale = part.wide / signs.SIZE
    place = f"{scale:.5f} 0 0 {scale:.5f} {part.x:.3f} {part.y:.3f} cm"
    return f"q {place} 0 G {signs.WEIGHT} w 1 J 1 j {_sign_path(part.name)} S Q"


@cache
def _sign_path(name: str) -> str:
    return " ".join(
        f"{x:.2f} {y:.2f} {'l' if n else 'm'}" for line in signs.lines(name) for n, (x, y) in enumerate(line)
    )


def _refuse_foreign(text: str) -> None:
    if any(fonts.MISSING in shown for _, shown in fonts.runs(text)):
        raise Invalid.at(
            "", said("%(text)s has characters that no embedded font draws.", text=repr(text[:40]))
        )


def svg(plate: Plate) -> str:
    """The drawing as SVG; raises Invalid."""
    size = f'width="{plate.width / MM:.3f}mm" height="{plate.height / MM:.3f}mm"'
    view = f'viewBox="0 0 {plate.width:.3f} {plate.height:.3f}"'
    parts = "".join(_as_svg(part) for part in plate.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">'
        f"<title>{escape(plate.title)}</title>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<g fill="{BLACK}" transform="matrix(1 0 0 -1 0 {plate.height:.3f})">{parts}</g></svg>\n'
    )


def _as_svg(part: Part) -> str:
    if isinstance(part, Words):
        return _outlined(part)
    if isinstance(part, Box):
        return _placed("M0 0h1v1h-1z", part.wide, part.height, part.x, part.y)
    if isinstance(part, Sign):
        return _sign(part)
    if isinstance(part, Linear):
        left = part.x + barcodes.QUIET_BARS * part.module
        d = "".join(f"M{at} 0h{width}v1h-{width}z" for at, width in part.bars.dark)
        return _placed(d, part.module, part.height, left, part.y)
    edge = part.matrix.quiet * part.module
    d = "".join(f"M{column} {row}h{width}v1h-{width}z" for column, row, width in part.matrix.dark)
    return _placed(d, part.module, part.module, part.x + edge, part.y + edge)


def _placed(d: str, across: float, up: float, x: float, y: float) -> str:
    place = f"matrix({across:.4f} 0 0 {up:.4f} {x:.3f} {y:.3f})"
    return f'<path shape-rendering="crispEdges" transform="{place}" d="{d}"/>'


def _sign(part: Sign) -> str:
    """A symbol in lines."""
    scale = part.wide / signs.SIZE
    place = f"matrix({scale:.5f} 0 0 {scale:.5f} {part.x:.3f} {part.y:.3f})"
    line = 'stroke-linecap="round" stroke-linejoin="round"'
    drawn = "".join(
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) for points in signs.lines(part.name)
    )
    return (
        f'<path transform="{place}" fill="none" stroke="{BLACK}" stroke-width="{signs.WEIGHT}" {line}'
        f' aria-label="{part.name}" d="{drawn}"/>'
    )


def _outlined(words: Words) -> str:
    """Letters as outlines; bold is the same letters with a thin edge, as in the PDF."""
    _refuse_foreign(words.text)
    scale, at, drawn = words.size / fonts.EM, 0.0, []
    for font, stretch in fonts.runs(words.text):
        for character in stretch:
            outline, advance = fonts.outline(font, character)
            if outline:
                drawn.append(f'<path transform="translate({at:.2f} 0)" d="{outline}"/>')
            at += advance
    colour = WHITE if words.white else BLACK
    edge = f' stroke="{colour}" stroke-width="{fonts.EM / 38:.2f}"' if words.bold else ""
    edge += f' fill="{WHITE}"' if words.white else ""
    place = f"matrix({scale:.5f} 0 0 {scale:.5f} {words.x:.3f} {words.y:.3f})"
    return f'<g aria-label="{escape(words.text)}" transform="{place}"{edge}>{"".join(drawn)}</g>'


class _Pipe(io.RawIOBase):
    """Takes what the archive writes, until it is fetched."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, given: Buffer) -> int:
        before = len(self.kept)
        self.kept += given
        return len(self.kept) - before

    def fetch(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self.kept)
        self.kept.clear()
        return taken


def zipped(plates: Iterable[tuple[str, Plate]]) -> Iterator[bytes]:
    """An archive of SVG drawings, (name, drawing) each, in pieces as they are made."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, plate in plates:
            archive.writestr(zipfile.ZipInfo(f"{name}.svg"), svg(plate), zipfile.ZIP_DEFLATED)
            yield pipe.fetch()
    yield pipe.fetch()
