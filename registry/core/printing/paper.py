"""Documents: one sober frame for trace reports and later for certificates.

Blocks flow over pages; every page bears the document's number, page x of y and a Data Matrix.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import barcodes, fonts, ink

PAGE = (210 * mm, 297 * mm)
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, 188 * mm, 262 * mm, 26 * mm
ROOM = RIGHT - LEFT
TONES = {
    "alarm": ("#9f1d20", "#fbeaea"),
    "warning": ("#8a5a00", "#fdf3df"),
    "information": ("#1f4e79", "#eaf1f8"),
}


@dataclass(frozen=True)
class Frame:
    """What stands on every page. `page_words` is filled with page and pages: "Page {page} of {pages}"."""

    title: str
    number: str
    authority: str
    issued: str
    page_words: str = "Page {page} of {pages}"
    language: str = "en"


@dataclass(frozen=True)
class Heading:
    words: str


@dataclass(frozen=True)
class Paragraph:
    words: str
    large: bool = False


@dataclass(frozen=True)
class KeyValues:
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """columns: (heading, share of the width); the heading is repeated on each page."""

    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Step:
    """when: a date; what: the kind of step; who: from whom to whom; paper: its document."""

    when: str
    what: str
    who: str
    paper: str = ""


@dataclass(frozen=True)
class Timeline:
    steps: Sequence[Step]


@dataclass(frozen=True)
class FindingBox:
    """severity: alarm, warning or information; word: the same in words, since colour alone says nothing."""

    severity: str
    word: str
    words: str


Block = Heading | Paragraph | KeyValues | Table | Timeline | FindingBox
Drawing = Callable[[Canvas], None]


def document(frame: Frame, blocks: Sequence[Block]) -> bytes:
    """A PDF, the same bytes for the same values."""
    layout = _Layout()
    for block in blocks:
        layout.add(block)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, pageCompression=1, invariant=1, lang=frame.language)
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
    ink.text(canvas, LEFT, 280 * mm, frame.authority, 9, ink.SOFT)
    ink.text(canvas, LEFT, 271 * mm, frame.title, 17, ink.ACCENT, bold=True)
    ink.text_right(canvas, RIGHT - 17 * mm, 280 * mm, frame.number, 11, bold=True)
    ink.text_right(canvas, RIGHT - 17 * mm, 275 * mm, frame.issued, 8, ink.SOFT)
    matrix = barcodes.data_matrix(frame.number)
    ink.black(canvas)
    side = 14 * mm
    ink.path(canvas, barcodes.matrix_path(matrix, RIGHT - side, 271 * mm, side / matrix.width))
    ink.rule(canvas, LEFT, 266 * mm, ROOM, ink.ACCENT, 1.2)
    ink.rule(canvas, LEFT, 17 * mm, ROOM)
    ink.text(canvas, LEFT, 12 * mm, f"{frame.title} {frame.number}", 8, ink.SOFT)
    ink.text_right(canvas, RIGHT, 12 * mm, frame.page_words.format(page=page, pages=pages), 8, ink.SOFT)


class _Layout:
    """Places blocks from top to bottom and begins a new page where one is full."""

    def __init__(self) -> None:
        self.pages: list[list[Drawing]] = [[]]
        self._y = TOP

    def add(self, block: Block) -> None:
        """Place one block."""
        match block:
            case Heading():
                self._heading(block.words)
            case Paragraph():
                size = 12.5 if block.large else 9.5
                self._lines(block.words, LEFT, ROOM, size, ink.INK)
                self._y -= 4
            case KeyValues():
                self._pairs(block.pairs)
            case Table():
                self._table(block)
            case Timeline():
                self._timeline(block.steps)
            case FindingBox():
                self._finding(block)

    def _need(self, height: float) -> bool:
        """Begin a new page unless so much room is left; answers whether it did."""
        if self._y - height >= BOTTOM:
            return False
        self.pages.append([])
        self._y = TOP
        return True

    def _draw(self, drawing: Drawing) -> None:
        self.pages[-1].append(drawing)

    def _text(self, x: float, y: float, words: str, size: float, colour: str, bold: bool = False) -> None:
        self._draw(lambda canvas: ink.text(canvas, x, y, words, size, colour, bold))

    def _lines(self, words: str, x: float, room: float, size: float, colour: str) -> None:
        for line in fonts.wrapped(words, size, room):
            self._need(size * 1.4)
            self._y -= size * 1.4
            y = self._y
            self._draw(lambda c, line=line, y=y: ink.paragraph(c, x, y, room, line, size, colour))  # type: ignore[misc]

    def _heading(self, words: str) -> None:
        self._need(60)
        self._y -= 24
        self._text(LEFT, self._y, words, 12, ink.ACCENT, bold=True)
        y = self._y - 5
        self._draw(lambda canvas: ink.rule(canvas, LEFT, y, ROOM))
        self._y -= 7

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        for name, value in pairs:
            lines = fonts.wrapped(value, 9.5, ROOM - 50 * mm)
            self._need(14)
            self._text(LEFT, self._y - 13, name, 9, ink.SOFT)
            for line in lines:
                self._need(14)
                self._y -= 13
                y = self._y
                self._draw(
                    lambda c, line=line, y=y: ink.paragraph(c, LEFT + 50 * mm, y, ROOM - 50 * mm, line, 9.5)  # type: ignore[misc]
                )
        self._y -= 3

    def _table(self, table: Table) -> None:
        total = sum(share for _, share in table.columns)
        widths = [ROOM * share / total for _, share in table.columns]
        self._row([name for name, _ in table.columns], widths, ink.SOFT, head=True)
        for row in table.rows:
            if self._row(row, widths, ink.INK):
                continue
            self._row([name for name, _ in table.columns], widths, ink.SOFT, head=True)
            self._row(row, widths, ink.INK)
        self._y -= 4

    def _row(self, cells: Sequence[str], widths: Sequence[float], colour: str, head: bool = False) -> bool:
        """Place one row; False, and nothing placed, where it needs a new page, which is begun."""
        wrapped = [fonts.wrapped(cell, 8.5, width - 6) for cell, width in zip(cells, widths, strict=True)]
        height = max(len(lines) for lines in wrapped) * 11.5 + 5
        fresh = self._y == TOP
        if not head and not fresh and self._need(height):
            return False
        if head:
            self._need(height + 30)
        x = LEFT
        for lines, width in zip(wrapped, widths, strict=True):
            for n, line in enumerate(lines):
                self._text(x, self._y - 11.5 * (n + 1), line, 8.5, colour, bold=head)
            x += width
        self._y -= height
        y = self._y
        self._draw(lambda canvas: ink.rule(canvas, LEFT, y, ROOM, weight=0.4))
        return True

    def _timeline(self, steps: Sequence[Step]) -> None:
        for n, step in enumerate(steps):
            who = fonts.wrapped(step.who, 9, ROOM - 62 * mm)
            paper = fonts.wrapped(step.paper, 8, ROOM - 62 * mm) if step.paper else []
            height = 13.0 * len(who) + 11 * len(paper) + 5
            self._need(height)
            top = self._y
            self._draw(lambda c, y=top - 10: c.circle(LEFT + 3, y + 3, 2.4, stroke=0, fill=1))  # type: ignore[misc]
            if n + 1 < len(steps):
                self._draw(lambda c, y=top, h=height: c.line(LEFT + 3, y - 10, LEFT + 3, y - h - 6))  # type: ignore[misc]
            self._text(LEFT + 5 * mm, top - 10, step.when, 9, ink.INK)
            self._text(LEFT + 29 * mm, top - 10, step.what, 9, ink.ACCENT, bold=True)
            for line in who:
                self._y -= 13
                self._text(LEFT + 62 * mm, self._y + 3, line, 9, ink.INK)
            for line in paper:
                self._y -= 11
                self._text(LEFT + 62 * mm, self._y + 3, line, 8, ink.SOFT)
            self._y = top - height
        self._y -= 4

    def _finding(self, block: FindingBox) -> None:
        colour, fill = TONES[block.severity]
        lines = fonts.wrapped(block.words, 9.5, ROOM - 16)
        height = 13.0 * len(lines) + 21
        self._need(height + 5)
        bottom = self._y - height
        self._draw(lambda canvas: ink.box(canvas, LEFT, bottom, ROOM, height, fill))
        self._draw(lambda canvas: ink.box(canvas, LEFT, bottom, 3, height, colour))
        self._text(LEFT + 9, self._y - 12, block.word, 8.5, colour, bold=True)
        for n, line in enumerate(lines):
            self._text(LEFT + 9, self._y - 25 - 13 * n, line, 9.5, ink.INK)
        self._y = bottom - 5
