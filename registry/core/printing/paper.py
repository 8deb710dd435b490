"""Documents: one sober frame for trace reports and later for certificates.

Blocks flow over pages; every page bears the document's number, page x of y and a Data Matrix.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import barcodes, fonts, ink
from registry.core.printing.blocks import (
    BOTTOM,
    LEFT,
    PAGE,
    RIGHT,
    ROOM,
    SEAL,
    Bars,
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Step,
    Table,
    Timeline,
)
from registry.core.printing.layout import Layout, Line, write_line

__all__ = [
    "Bars",
    "Block",
    "FindingBox",
    "Frame",
    "Heading",
    "KeyValues",
    "Paragraph",
    "Seal",
    "Step",
    "Table",
    "Timeline",
    "document",
]


def document(frame: Frame, blocks: Sequence[Block]) -> bytes:
    """A PDF, the same bytes for the same values."""
    layout = Layout(BOTTOM + SEAL if frame.seal else BOTTOM, frame.rightwards)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        layout.add(block, following)
    out = io.BytesIO()
    canvas = ink.canvas(out, PAGE, frame.language)
    canvas.setTitle(f"{frame.title} {frame.number}")
    canvas.setAuthor(frame.authority)
    for page, drawings in enumerate(layout.pages, 1):
        _dress(canvas, frame, page, len(layout.pages))
        for drawing in drawings:
            drawing(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _dress(canvas: Canvas, frame: Frame, page: int, pages: int) -> None:
    side = 14 * mm
    aside = RIGHT - side - 3 * mm
    number = fonts.width(frame.number, 11)
    write_line(canvas, LEFT, 280 * mm, aside - number - 6 * mm - LEFT, Line(frame.authority, 9, ink.SOFT))
    issued = fonts.width(frame.issued, 8)
    write_line(
        canvas, LEFT, 271 * mm, aside - issued - 6 * mm - LEFT, Line(frame.title, 17, ink.ACCENT, True)
    )
    ink.text_right(canvas, aside, 280 * mm, frame.number, 11, bold=True)
    ink.text_right(canvas, aside, 275 * mm, frame.issued, 8, ink.SOFT)
    matrix = barcodes.data_matrix(frame.number, field="number")
    ink.black(canvas)
    ink.path(canvas, barcodes.matrix_path(matrix, RIGHT - side, 271 * mm, side / matrix.width))
    ink.rule(canvas, LEFT, 266 * mm, ROOM, ink.ACCENT, 1.2)
    ink.rule(canvas, LEFT, 17 * mm, ROOM)
    count = frame.page_words.format(page=page, pages=pages)
    foot = Line(f"{frame.title} {frame.number}", 8, ink.SOFT)
    write_line(canvas, LEFT, 12 * mm, ROOM - fonts.width(count, 8) - 6 * mm, foot)
    ink.text_right(canvas, RIGHT, 12 * mm, count, 8, ink.SOFT)
    if frame.seal:
        _seal(canvas, frame.seal)


def _seal(canvas: Canvas, seal: Seal) -> None:
    """The square that a telephone reads, and beside it what people type."""
    side, x = 21 * mm, LEFT + 25 * mm
    square = barcodes.qr_code(seal.address or seal.code)
    ink.black(canvas)
    ink.path(canvas, barcodes.matrix_path(square, LEFT - 1 * mm, 20 * mm, side / square.width))
    room = RIGHT - x
    write_line(canvas, x, 36 * mm, room, Line(seal.words, 8, ink.SOFT))
    write_line(canvas, x, 31 * mm, room, Line(seal.address.rpartition("/")[0], 9))
    write_line(canvas, x, 24 * mm, room, Line(seal.code, 12, ink.INK, True))
