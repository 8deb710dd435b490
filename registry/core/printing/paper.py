"""Documents: one sober frame for reports, licences and certificates.

Blocks flow over pages; every page bears the document's number, page x of y and a Data Matrix.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import archival, barcodes, fonts, ink, tagging
from registry.core.printing.blocks import (
    BOTTOM,
    LEFT,
    PAGE,
    RIGHT,
    ROOM,
    SIGNED,
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
from registry.core.printing.layout import Layout, Line
from registry.core.printing.tagging import Drawing, Element, inside

__all__ = [
    "SIGNED",
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
    """A PDF, the same bytes for the same values: PDF/A-2a, its structure marked."""
    root = Element("Document")
    head = list(_head(frame, root))
    layout = Layout(root, BOTTOM + frame.seal.room if frame.seal else BOTTOM, frame.rightwards)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        layout.add(block, following)
    out = io.BytesIO()
    canvas = ink.canvas(out, PAGE, frame.language)
    archival.keep(canvas, f"{frame.title} {frame.number}", frame.authority, frame.language)
    pages, owners = len(layout.pages), []
    for page, drawings in enumerate(layout.pages, 1):
        above = head if page == 1 else _head(frame)
        below = _foot(frame, page, pages, root if page == pages else None)
        owners.append(tagging.put_on_page(canvas, page, [*above, *drawings, *below]))
        canvas.showPage()
    tagging.finish(canvas, root, owners)
    canvas.save()
    return out.getvalue()


def _head(frame: Frame, root: Element | None = None) -> Iterator[Drawing]:
    """What stands at the head of a page: a part of the first one, repeated on the others."""
    side, place = 14 * mm, _Place(frame.rightwards)
    aside = RIGHT - side - 3 * mm
    for words, size, y, colour, bold, room, kind in (
        (frame.authority, 9, 280 * mm, ink.SOFT, False, fonts.width(frame.number, 11), "P"),
        (frame.title, 17, 271 * mm, ink.ACCENT, True, fonts.width(frame.issued, 8), "H1"),
    ):
        line = Line(words, size, colour, bold, inside(root, kind))
        yield place.begin(LEFT, y, aside - room - 6 * mm - LEFT, line)
    yield place.end(aside, 280 * mm, Line(frame.number, 11, bold=True, part=inside(root, "P")))
    yield place.end(aside, 275 * mm, Line(frame.issued, 8, ink.SOFT, part=inside(root, "P")))
    matrix = barcodes.data_matrix(frame.number, field="number")
    yield place.code(matrix, f"Data Matrix: {frame.number}", RIGHT - side, 271 * mm, side, root)
    yield _drawn(None, ink.rule, LEFT, 266 * mm, ROOM, ink.ACCENT, 1.2)


def _foot(frame: Frame, page: int, pages: int, root: Element | None) -> Iterator[Drawing]:
    """What stands at the foot of a page; the seal is a part of the last one, repeated on the others."""
    place = _Place(frame.rightwards)
    if frame.seal:
        yield from _seal(frame.seal, place, root)
    count = frame.page_words.format(page=page, pages=pages)
    foot = Line(f"{frame.title} {frame.number}", 8, ink.SOFT)
    yield _drawn(None, ink.rule, LEFT, 17 * mm, ROOM)
    yield place.begin(LEFT, 12 * mm, ROOM - fonts.width(count, 8) - 6 * mm, foot)
    yield place.end(RIGHT, 12 * mm, Line(count, 8, ink.SOFT))


def _seal(seal: Seal, place: _Place, root: Element | None) -> Iterator[Drawing]:
    """The square that a telephone reads, and beside it what people type."""
    side, x = seal.side, LEFT + seal.side + 4 * mm
    told = seal.address or seal.code
    for y, words, size, colour, bold in (
        (36 * mm, seal.words, 8, ink.SOFT, False),
        (31 * mm, seal.address.rpartition("/")[0], 9, ink.INK, False),
        (24 * mm, seal.code, 12, ink.INK, True),
    ):
        yield place.begin(x, y, RIGHT - x, Line(words, size, colour, bold, inside(root, "P")))
    matrix = barcodes.qr_code(seal.square or told)
    yield place.code(matrix, f"QR: {told}", LEFT - 1 * mm, 20 * mm, side, root)


@dataclass(frozen=True)
class _Place:
    """Where head and foot lie: mirrored where the text runs from right to left."""

    rightwards: bool

    def begin(self, x: float, y: float, room: float, line: Line) -> Drawing:
        """A line from where lines begin, smaller where it would run into what stands beside it."""
        size = ink.fitted(line.size, line.words, room)
        return self._line(x, y, replace(line, size=size), self.rightwards)

    def end(self, x: float, y: float, line: Line) -> Drawing:
        """A line to where lines end."""
        return self._line(x, y, line, not self.rightwards)

    def _line(self, x: float, y: float, line: Line, to_right: bool) -> Drawing:
        write = ink.text_right if to_right else ink.text
        look = (line.words, line.size, line.colour, line.bold)
        return replace(_drawn(line.part, write, self._x(x), y, *look), words=line.words)

    def code(
        self, matrix: barcodes.Matrix, alt: str, x: float, y: float, side: float, root: Element | None
    ) -> Drawing:
        """A square of modules."""
        left = self._x(x, side)
        figure = inside(root, "Figure", alt=alt, box=(left, y, left + side, y + side))
        return _drawn(figure, _code, matrix, left, y, side)

    def _x(self, x: float, width: float = 0) -> float:
        return LEFT + RIGHT - x - width if self.rightwards else x


def _code(canvas: Canvas, matrix: barcodes.Matrix, x: float, y: float, side: float) -> None:
    ink.black(canvas)
    ink.path(canvas, barcodes.matrix_path(matrix, x, y, side / matrix.width))


def _drawn(part: Element | None, draw: Callable[..., None], *given: object) -> Drawing:
    return Drawing(lambda canvas: draw(canvas, *given), part)
