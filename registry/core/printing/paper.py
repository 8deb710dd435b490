"""Documents: one sober frame for trace reports and later for certificates.

Blocks flow over pages; every page bears the document's number, page x of y and a Data Matrix.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import barcodes, fonts, ink

PAGE = (210 * mm, 297 * mm)
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, 188 * mm, 262 * mm, 26 * mm
ROOM = RIGHT - LEFT
SEAL = 23 * mm  # room at the foot for the square and the code
TONES = {
    "alarm": ("#9f1d20", "#fbeaea"),
    "warning": ("#8a5a00", "#fdf3df"),
    "information": ("#1f4e79", "#eaf1f8"),
}


@dataclass(frozen=True)
class Seal:
    """What a document is verified by (FP 10(5)): its code, and the address that answers for it, or ""."""

    code: str
    address: str
    words: str = "Whether this document is genuine and still good is told to everyone, without sign-in:"


@dataclass(frozen=True)
class Frame:
    """What stands on every page. `page_words` is filled with page and pages: "Page {page} of {pages}"."""

    title: str
    number: str
    authority: str
    issued: str
    page_words: str = "Page {page} of {pages}"
    language: str = "en"
    seal: Seal | None = None


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


@dataclass(frozen=True)
class _Line:
    words: str
    size: float
    colour: str = ink.INK
    bold: bool = False


@dataclass(frozen=True)
class _Cell:
    """Lines one below the other in a column; x: its left end, room: its width."""

    x: float
    room: float
    lines: Sequence[_Line]


def document(frame: Frame, blocks: Sequence[Block]) -> bytes:
    """A PDF, the same bytes for the same values."""
    layout = _Layout(BOTTOM + SEAL if frame.seal else BOTTOM)
    for block in blocks:
        layout.add(block)
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
    _line(canvas, LEFT, 280 * mm, aside - number - 6 * mm - LEFT, _Line(frame.authority, 9, ink.SOFT))
    issued = fonts.width(frame.issued, 8)
    _line(canvas, LEFT, 271 * mm, aside - issued - 6 * mm - LEFT, _Line(frame.title, 17, ink.ACCENT, True))
    ink.text_right(canvas, aside, 280 * mm, frame.number, 11, bold=True)
    ink.text_right(canvas, aside, 275 * mm, frame.issued, 8, ink.SOFT)
    matrix = barcodes.data_matrix(frame.number, field="number")
    ink.black(canvas)
    ink.path(canvas, barcodes.matrix_path(matrix, RIGHT - side, 271 * mm, side / matrix.width))
    ink.rule(canvas, LEFT, 266 * mm, ROOM, ink.ACCENT, 1.2)
    ink.rule(canvas, LEFT, 17 * mm, ROOM)
    count = frame.page_words.format(page=page, pages=pages)
    foot = _Line(f"{frame.title} {frame.number}", 8, ink.SOFT)
    _line(canvas, LEFT, 12 * mm, ROOM - fonts.width(count, 8) - 6 * mm, foot)
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
    _line(canvas, x, 36 * mm, room, _Line(seal.words, 8, ink.SOFT))
    _line(canvas, x, 31 * mm, room, _Line(seal.address.rpartition("/")[0], 9))
    _line(canvas, x, 24 * mm, room, _Line(seal.code, 12, ink.INK, True))


def _line(canvas: Canvas, x: float, y: float, room: float, line: _Line) -> None:
    """One line at the left, smaller where it would run into what stands beside it."""
    ink.text(canvas, x, y, line.words, ink.fitted(line.size, line.words, room), line.colour, line.bold)


def _cell(x: float, room: float, words: str, size: float, colour: str = ink.INK, bold: bool = False) -> _Cell:
    lines = fonts.wrapped(words, size, room)
    return _Cell(x, room, [_Line(line, size, colour, bold) for line in lines])


class _Layout:
    """Places blocks from top to bottom and begins a new page where one is full."""

    def __init__(self, bottom: float = BOTTOM) -> None:
        self.pages: list[list[Drawing]] = [[]]
        self._y = TOP
        self._bottom = bottom

    def add(self, block: Block) -> None:
        """Place one block."""
        match block:
            case Heading():
                self._heading(block.words)
            case Paragraph():
                size = 12.5 if block.large else 9.5
                self._band([_cell(LEFT, ROOM, block.words, size)], size * 1.4, whole=False)
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
        if self._y - height >= self._bottom or self._y == TOP:
            return False
        self.pages.append([])
        self._y = TOP
        return True

    def _draw(self, drawing: Callable[..., None], *given: object, **named: object) -> None:
        self.pages[-1].append(lambda canvas: drawing(canvas, *given, **named))

    def _write(self, cell: _Cell, line: _Line, y: float) -> None:
        self._draw(ink.paragraph, cell.x, y, cell.room, line.words, line.size, line.colour, line.bold)

    def _band(
        self,
        cells: Sequence[_Cell],
        leading: float,
        whole: bool = True,
        head: Callable[[], None] | None = None,
    ) -> None:
        """Place columns side by side; what is longer than a page goes on line by line on the next.

        whole: begin on a new page rather than part what one page can hold; head: what to repeat there.
        """
        height = max(len(cell.lines) for cell in cells)
        fits = height * leading <= TOP - self._bottom - 3 * leading
        if whole and fits and self._need(height * leading) and head:
            head()
        for n in range(height):
            if self._need(leading) and head:
                head()
            self._y -= leading
            for cell in cells:
                if n < len(cell.lines):
                    self._write(cell, cell.lines[n], self._y)

    def _heading(self, words: str) -> None:
        cell = _cell(LEFT, ROOM, words, 12, ink.ACCENT, bold=True)
        self._need(60)
        self._y -= 8
        self._band([cell], 16)
        self._draw(ink.rule, LEFT, self._y - 5, ROOM)
        self._y -= 8

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        aside = 50 * mm
        for name, value in pairs:
            names = _cell(LEFT, aside - 3 * mm, name, 9, ink.SOFT)
            self._band([names, _cell(LEFT + aside, ROOM - aside, value, 9.5)], 13)
            self._y -= 1.5
        self._y -= 3

    def _table(self, table: Table) -> None:
        total = sum(share for _, share in table.columns)
        widths = [ROOM * share / total for _, share in table.columns]
        head = partial(self._row, [name for name, _ in table.columns], widths, ink.SOFT)
        self._need(45)
        head()
        for row in table.rows:
            self._row(row, widths, ink.INK, head)
        self._y -= 4

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        colour: str,
        head: Callable[[], None] | None = None,
    ) -> None:
        """Place one row with a line below it; without a head it is the head itself, in bold."""
        columns, x = [], LEFT
        for words, width in zip(cells, widths, strict=True):
            columns.append(_cell(x, width - 6, words, 8.5, colour, bold=head is None))
            x += width
        self._band(columns, 11.5, head=head)
        self._y -= 5
        self._draw(ink.rule, LEFT, self._y, ROOM, weight=0.4)

    def _timeline(self, steps: Sequence[Step]) -> None:
        above: tuple[int, float] | None = None
        for step in steps:
            cells = _step_cells(step)
            lines = max(len(cell.lines) for cell in cells)
            if lines * 12 <= TOP - self._bottom:
                self._need(lines * 12)
            page, y = len(self.pages), self._y - 9
            if above and above[0] == page:
                self._draw(ink.post, LEFT + 3, above[1] - 5, above[1] - y - 10)
            self._draw(ink.dot, LEFT + 3, y, 2.4)
            self._band(cells, 12)
            self._y -= 6
            above = (page, y) if page == len(self.pages) else None
        self._y -= 4

    def _finding(self, block: FindingBox) -> None:
        """A box, in as many parts as it needs pages; each part says its severity in words."""
        words = fonts.wrapped(block.words, 9.5, ROOM - 18)
        if len(words) * 13 + 30 <= TOP - self._bottom:
            self._need(len(words) * 13 + 30)
        while words:
            self._need(50)
            fitting = max(int((self._y - self._bottom - 30) // 13), 1)
            self._box(block, words[:fitting])
            words = words[fitting:]

    def _box(self, block: FindingBox, words: Sequence[str]) -> None:
        colour, fill = TONES[block.severity]
        severity = _cell(LEFT + 9, ROOM - 18, block.word, 8.5, colour, bold=True).lines
        lines = [*severity[:1], *(_Line(line, 9.5) for line in words)]
        height = 13.0 * len(lines) + 8
        self._draw(ink.box, LEFT, self._y - height, ROOM, height, fill)
        self._draw(ink.box, LEFT, self._y - height, 3, height, colour)
        cell = _Cell(LEFT + 9, ROOM - 18, lines)
        for n, line in enumerate(lines):
            self._write(cell, line, self._y - 12 - 13 * n)
        self._y -= height + 5


def _step_cells(step: Step) -> list[_Cell]:
    what, who = LEFT + 29 * mm, LEFT + 66 * mm
    room = RIGHT - who
    parties = _cell(who, room, step.who, 9)
    paper = _cell(who, room, step.paper, 8, ink.SOFT).lines if step.paper else []
    return [
        _cell(LEFT + 5 * mm, 22 * mm, step.when, 9),
        _cell(what, who - what - 3 * mm, step.what, 9, ink.ACCENT, bold=True),
        _Cell(who, room, [*parties.lines, *paper]),
    ]
