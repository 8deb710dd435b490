"""A lot as a picture: its positions in rows, each piece in the colour of whoever has it now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry.ammunition import stock
from registry.ammunition.packaging import Run
from registry.ammunition.spans import Span

ROWS = 8
WIDTH, HEIGHT, GAP = 1_000, 26, 6
"""Of a row, in units of the drawing."""

Place = tuple[int | None, str, str]
"""A party (None: nobody), its unit, and how the cartridges of nobody went."""


@dataclass(frozen=True)
class Bar:
    """A rectangle: where it stands, which holder's it is, and which cartridges it shows."""

    x: float
    y: int
    width: float
    index: int
    first: int
    last: int


def bars(quantity: int, pieces: Iterable[tuple[Span, Place]], order: Sequence[Place]) -> list[Bar]:
    """Pieces of a lot as rectangles in rows; index: of the holder in `order`, -1 for any other."""
    index = {place: n for n, place in enumerate(order)}
    rows = min(ROWS, quantity)
    return [bar for span, place in pieces for bar in _bars(span, index.get(place, -1), quantity, rows)]


def _bars(span: Span, index: int, quantity: int, rows: int) -> Iterator[Bar]:
    """The same piece, broken where a row ends."""
    for row in range(rows):
        whole = Span(quantity * row // rows, quantity * (row + 1) // rows - 1)
        shared = span.within(whole)
        if shared is not None:
            scale = WIDTH / whole.size
            x = round((shared.first - whole.first) * scale, 2)
            width = max(round(shared.size * scale, 2), 0.6)
            yield Bar(x, row * (HEIGHT + GAP), width, index, shared.first, shared.last)


def packages(runs: Sequence[Run], pieces: Iterable[tuple[Span, Place]]) -> Mapping[Place, dict[str, int]]:
    """How many closed packages of each level every holder has whole."""
    held: dict[Place, list[Span]] = {}
    for span, place in pieces:
        held.setdefault(place, []).append(span)
    return {place: stock.whole_packages(runs, spans) for place, spans in held.items()}
