"""Marking labels: one to a page of its own size, or on a sheet, beginning at any free place.

A label that does not fit is an error, or smaller text down to a floor; never a clipped code.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.core.errors import Invalid
from registry.core.printing import barcodes, ink
from schemas.words import said

LEAST_MODULE = 0.19 * mm  # one and a half dots at 203 dpi; below, printers merge bars
MOST_MODULE = 0.5 * mm
MATRIX_MODULE = 0.8 * mm
DOT = 0.125 * mm  # of a printer of 203 dpi; modules of whole dots are all printed equally wide
LEAST_TEXT = 5.0
LEADING = 1.2
MARGIN = 2.5 * mm


@dataclass(frozen=True)
class Label:
    """What a label shows. human_readable: the mark as it is on the firearm, shown large.

    code128, datamatrix: what the symbols carry; gs1: the Data Matrix is a GS1 element string.
    """

    title: str
    human_readable: str
    lines: tuple[tuple[str, str], ...]
    code128: str
    datamatrix: str
    gs1: bool = False
    footer: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page of labels; lengths in points. left, top: to the first label; across, down: to the next."""

    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def places(self) -> int:
        return self.columns * self.rows


A4, LETTER = (210 * mm, 297 * mm), (215.9 * mm, 279.4 * mm)
SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "a4-2x7": Sheet(A4, 2, 7, 99.1 * mm, 38.1 * mm, 4.65 * mm, 15.15 * mm, 101.6 * mm, 38.1 * mm),
        "a4-2x5": Sheet(A4, 2, 5, 99.1 * mm, 57 * mm, 4.65 * mm, 6 * mm, 101.6 * mm, 57 * mm),
        "a4-3x8": Sheet(A4, 3, 8, 70 * mm, 37 * mm, 0, 0.5 * mm, 70 * mm, 37 * mm),
        "letter-2x5": Sheet(LETTER, 2, 5, 101.6 * mm, 50.8 * mm, 4 * mm, 12.7 * mm, 106.4 * mm, 50.8 * mm),
    }
)
SINGLE = (100 * mm, 50 * mm)


def single(labels: Iterable[Label], size: tuple[float, float] = SINGLE) -> bytes:
    """A PDF with one label a page; raises Invalid naming what does not fit."""
    out = io.BytesIO()
    canvas = ink.canvas(out, size)
    for label in labels:
        draw(canvas, label, 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def sheet(labels: Iterable[Label], form: Sheet, start: int = 1) -> bytes:
    """A PDF of sheets; start: the first free place of the first sheet, counted from 1 along the rows."""
    if not 1 <= start <= form.places:
        raise Invalid.at("start", said("A sheet has places 1 to %(places)s.", places=form.places))
    out = io.BytesIO()
    canvas = ink.canvas(out, form.page)
    place = start - 1
    for label in labels:
        if place == form.places:
            canvas.showPage()
            place = 0
        row, column = divmod(place, form.columns)
        x = form.left + column * form.across
        y = form.page[1] - form.top - row * form.down - form.height
        draw(canvas, label, x, y, form.width, form.height)
        place += 1
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw(canvas: Canvas, label: Label, x: float, y: float, width: float, height: float) -> None:
    """One label in a rectangle: Data Matrix at the right, Code 128 along the bottom, text in between."""
    left, right = x + MARGIN, x + width - MARGIN
    bars = barcodes.code128(label.code128)
    module = _whole_dots(min((right - left) / bars.width, MOST_MODULE))
    if module < LEAST_MODULE:
        raise Invalid.at(
            "code128",
            said(
                "%(code)s is too long for a label of %(width)s mm.",
                code=label.code128,
                width=f"{width / mm:.0f}",
            ),
        )
    bar_height = max(height * 0.2, 6 * mm)
    bottom = y + MARGIN + 8
    ink.black(canvas)
    ink.path(canvas, barcodes.bars_path(bars, left, bottom, module, bar_height))
    begin, foot = left + barcodes.QUIET_BARS * module, width * 0.45 if label.footer else 0
    _fitting(canvas, begin, y + MARGIN, "code128", label.code128, 7, right - foot - begin)
    if label.footer:
        size = _size("footer", label.footer, 5.5, foot - 2 * mm)
        ink.text_right(canvas, right, y + MARGIN, label.footer, size, ink.SOFT)
    matrix = barcodes.data_matrix(label.datamatrix, label.gs1)
    top = y + height - MARGIN
    room = top - (bottom + bar_height + 2)
    square = _whole_dots(min(MATRIX_MODULE, room / matrix.width, width * 0.25 / matrix.width))
    if square < LEAST_MODULE * 1.3:
        raise Invalid.at(
            "datamatrix",
            said("This code is too large for a label of %(height)s mm.", height=f"{height / mm:.0f}"),
        )
    side = square * matrix.width
    ink.black(canvas)
    ink.path(canvas, barcodes.matrix_path(matrix, right - side, top - side, square))
    _words(canvas, label, left, top, right - side - 2 * mm - left, room)


def _whole_dots(module: float) -> float:
    """The module in whole dots where it has at least two, and as it is where it has fewer."""
    return module // DOT * DOT if module >= 2 * DOT else module


def _words(canvas: Canvas, label: Label, x: float, top: float, width: float, room: float) -> None:
    """Title, the mark large, and facts below, each shrunk to its width."""
    y = top - 6
    _fitting(canvas, x, y, "title", label.title, 6, width, ink.SOFT)
    y -= 15
    _fitting(canvas, x, y, "human_readable", label.human_readable, 15, width, bold=True)
    step = min(9.0, (room - 24) / max(len(label.lines), 1))
    if label.lines and step - LEADING < LEAST_TEXT:
        raise Invalid.at("lines", "Too many lines for a label of this height.")
    for name, value in label.lines:
        y -= step
        words = f"{name}  {value}" if name else value
        _fitting(canvas, x, y, "lines", words, min(step - LEADING, 7.5), width)


def _fitting(
    canvas: Canvas,
    x: float,
    y: float,
    field: str,
    words: str,
    size: float,
    width: float,
    colour: str = ink.INK,
    bold: bool = False,
) -> None:
    ink.text(canvas, x, y, words, _size(field, words, size, width), colour, bold)


def _size(field: str, words: str, size: float, width: float) -> float:
    """The size at which the words fit; raises Invalid below what can be read."""
    fitting = ink.fitted(size, words, width)
    if fitting < LEAST_TEXT:
        raise Invalid.at(field, said("%(words)s is too long for this label.", words=f"{words[:40]!r}"))
    return fitting
