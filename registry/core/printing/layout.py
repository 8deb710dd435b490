"""Blocks placed on pages from top to bottom, each a part of the document's structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reportlab.lib.units import mm

from registry.core.printing import fonts, ink
from registry.core.printing.blocks import (
    BOTTOM,
    LEFT,
    RIGHT,
    ROOM,
    TONES,
    TOP,
    Bars,
    Block,
    FindingBox,
    Heading,
    KeyValues,
    Paragraph,
    Step,
    Table,
    Timeline,
)
from registry.core.printing.tagging import Drawing, Element, inside


@dataclass(frozen=True)
class Line:
    words: str
    size: float
    colour: str = ink.INK
    bold: bool = False
    part: Element | None = None  # where it is not the cell's


@dataclass(frozen=True)
class Cell:
    """Lines one below the other in a column; x: its left end, room: its width; part: of the structure."""

    x: float
    room: float
    lines: Sequence[Line]
    part: Element | None = None


def _cell(
    x: float,
    room: float,
    words: str,
    size: float,
    colour: str = ink.INK,
    bold: bool = False,
    part: Element | None = None,
) -> Cell:
    lines = fonts.wrapped(words, size, room)
    return Cell(x, room, [Line(line, size, colour, bold) for line in lines], part)


class Layout:
    """Places blocks from top to bottom and begins a new page where one is full."""

    def __init__(self, root: Element, bottom: float = BOTTOM, rightwards: bool = False) -> None:
        self.pages: list[list[Drawing]] = [[]]
        self._root = root
        self._rightwards = rightwards
        self._y = TOP
        self._bottom = bottom

    def add(self, block: Block, following: Block | None = None) -> None:
        """Place one block; a heading stays with the beginning of what follows it."""
        match block:
            case Heading():
                self._heading(block.words, following)
            case Paragraph():
                size = 12.5 if block.large else 9.5
                words = _cell(LEFT, ROOM, block.words, size, part=self._root.add("P"))
                self._band([words], size * 1.4, whole=False)
                self._y -= 4
            case KeyValues():
                self._pairs(block.pairs)
            case Table():
                self._table(block)
            case Timeline():
                self._timeline(block.steps)
            case FindingBox():
                self._finding(block)
            case Bars():
                self._bars(block)

    def _need(self, height: float) -> bool:
        """Begin a new page unless so much room is left; answers whether it did."""
        if self._y - height >= self._bottom or self._y == TOP:
            return False
        self.pages.append([])
        self._y = TOP
        return True

    def _draw(
        self,
        drawing: Callable[..., None],
        *given: object,
        part: Element | None = None,
        words: str = "",
        **named: object,
    ) -> None:
        self.pages[-1].append(Drawing(lambda canvas: drawing(canvas, *given, **named), part, words))

    def _place(self, x: float, room: float = 0) -> float:
        """Where the left end of something lies that is so wide: mirrored where the text runs leftwards."""
        return LEFT + RIGHT - x - room if self._rightwards else x

    def _write(self, cell: Cell, line: Line, y: float) -> None:
        x = self._place(cell.x, cell.room)
        look = (line.size, line.colour, line.bold, self._rightwards)
        part = line.part or cell.part
        self._draw(ink.paragraph, x, y, cell.room, line.words, *look, part=part, words=line.words)

    def _band(
        self,
        cells: Sequence[Cell],
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

    def _heading(self, words: str, following: Block | None) -> None:
        cell = _cell(LEFT, ROOM, words, 12, ink.ACCENT, bold=True, part=self._root.add("H2"))
        self._need(32 + _beginning(following))
        self._y -= 8
        self._band([cell], 16)
        self._draw(ink.rule, LEFT, self._y - 5, ROOM)
        self._y -= 8

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        aside, table = 50 * mm, self._root.add("Table")
        for name, value in pairs:
            row = table.add("TR")
            names = _cell(LEFT, aside - 3 * mm, name, 9, ink.SOFT, part=row.add("TH", scope="Row"))
            values = _cell(LEFT + aside, ROOM - aside, value, 9.5, part=row.add("TD"))
            self._band([names, values], 13)
            self._y -= 1.5
        self._y -= 3

    def _table(self, table: Table) -> None:
        widths, part = _widths(table), self._root.add("Table")
        head = partial(self._row, [name for name, _ in table.columns], widths, ink.SOFT)
        self._need(_beginning(table))
        head(part=part.add("TR"))
        for row in table.rows:
            self._row(row, widths, ink.INK, head, part.add("TR"), table.least)
        self._y -= 4

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        colour: str,
        head: Callable[[], None] | None = None,
        part: Element | None = None,
        least: float = 0,
    ) -> None:
        """Place one row with a line below it; without a head it is the head itself, in bold."""
        if least and self._need(least) and head:
            head()
        begun = self._y
        columns, x = [], LEFT
        for words, width in zip(cells, widths, strict=True):
            within = inside(part, "TD") if head else inside(part, "TH", scope="Column")
            columns.append(_cell(x, width - 6, words, 8.5, colour, bold=head is None, part=within))
            x += width
        self._band(columns, 11.5, head=head)
        self._y = min(self._y - 5, begun - least) if least else self._y - 5
        self._draw(ink.rule, LEFT, self._y, ROOM, weight=0.4)

    def _timeline(self, steps: Sequence[Step]) -> None:
        above: tuple[int, float] | None = None
        part = self._root.add("L")
        for step in steps:
            cells = _step_cells(step, part.add("LI"))
            lines = max(len(cell.lines) for cell in cells)
            if lines * 12 <= TOP - self._bottom:
                self._need(lines * 12)
            page, y = len(self.pages), self._y - 9
            if above and above[0] == page:
                self._draw(ink.post, self._place(LEFT + 3), above[1] - 5, above[1] - y - 10)
            self._draw(ink.dot, self._place(LEFT + 3), y, 2.4)
            self._band(cells, 12)
            self._y -= 6
            above = (page, y) if page == len(self.pages) else None
        self._y -= 4

    def _bars(self, block: Bars) -> None:
        aside, amounts = 52 * mm, 16 * mm
        most = max(1, *(many for _, many, _ in block.rows))
        part = self._root.add("Table")
        for what, many, stands_out in block.rows:
            row = part.add("TR")
            names = _cell(LEFT, aside - 3 * mm, what, 8.5, ink.SOFT, part=row.add("TH", scope="Row"))
            self._need(14.0 * len(names.lines))
            y = self._y
            length = many / most * (ROOM - aside - amounts)
            self._band([names], 14)
            self._draw(ink.box, self._place(LEFT + aside, length), y - 15, length, 9, _BARS[stands_out])
            beside = LEFT + aside + length + 4
            self._write(Cell(beside, amounts, (), row.add("TD")), Line(f"{many:,}", 8.5), y - 13.5)
        self._y -= 6

    def _finding(self, block: FindingBox) -> None:
        """A box, in as many parts as it needs pages; each part says its severity in words."""
        words, part = fonts.wrapped(block.words, 9.5, ROOM - 18), self._root.add("Div")
        severity: Element | None = part.add("P")
        said = part.add("P")
        if len(words) * 13 + 30 <= TOP - self._bottom:
            self._need(len(words) * 13 + 30)
        while words:
            self._need(50)
            fitting = max(int((self._y - self._bottom - 30) // 13), 1)
            self._box(block, words[:fitting], severity, said)
            words, severity = words[fitting:], None

    def _box(self, block: FindingBox, words: Sequence[str], severity: Element | None, said: Element) -> None:
        colour, fill = TONES[block.severity]
        above = _cell(LEFT + 9, ROOM - 18, block.word, 8.5, colour, bold=True, part=severity)
        height = 13.0 * (len(words) + 1) + 8
        self._draw(ink.box, LEFT, self._y - height, ROOM, height, fill)
        self._draw(ink.box, self._place(LEFT, 3), self._y - height, 3, height, colour)
        self._write(above, above.lines[0], self._y - 12)
        for n, line in enumerate(words, 1):
            self._write(replace(above, part=said), Line(line, 9.5), self._y - 12 - 13 * n)
        self._y -= height + 5


_BARS = ("#9db3c6", "#1b6ca8")


def _widths(table: Table) -> list[float]:
    total = sum(share for _, share in table.columns)
    return [ROOM * share / total for _, share in table.columns]


def _beginning(block: Block | None) -> float:
    """How high the part of a block is that a heading must not be parted from: of a table its first row."""
    if not isinstance(block, Table) or not block.rows:
        return 28
    cells = zip(block.rows[0], _widths(block), strict=True)
    lines = max(len(fonts.wrapped(words, 8.5, width - 6)) for words, width in cells)
    return float(min(2 * 16.5 + 11.5 * lines, (TOP - BOTTOM) / 2))


def _step_cells(step: Step, part: Element) -> list[Cell]:
    label, body = part.add("Lbl"), part.add("LBody")
    what, who = LEFT + 29 * mm, LEFT + 66 * mm
    room = RIGHT - who
    action, people = body.add("P"), body.add("P")
    parties = _cell(who, room, step.who, 9)
    paper = _cell(who, room, step.paper, 8, ink.SOFT).lines if step.paper else []
    papers = body.add("P") if paper else None
    lines = [*parties.lines, *(replace(line, part=papers) for line in paper)]
    return [
        _cell(LEFT + 5 * mm, 22 * mm, step.when, 9, part=label),
        _cell(what, who - what - 3 * mm, step.what, 9, ink.ACCENT, bold=True, part=action),
        Cell(who, room, lines, people),
    ]
