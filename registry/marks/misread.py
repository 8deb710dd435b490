"""Marks that were misread: what in the position index a slip makes of the reading. Pure.

First the slips that happen singly, then, for a reading that leads nowhere, a part that is missing and a
character that is wrong besides. What is found is to be looked at again (`likelihood`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from registry.marks import shapes
from registry.marks.packing import Block
from registry.marks.patterns import ANY, STAR, Cells

LEAST_FOR_ENDS, LEAST_FOR_ONE, LEAST_FOR_TWO = 3, 4, 5
"""Legible characters that are needed to find a mark of which an end (and much else was told), one or two
characters were misread."""
MOST_BEFORE, MOST_AFTER = 3, 2
"""Characters that may be missing before and after a reading of which one is wrong besides."""


def firearms(blocks: Sequence[Block], cells: Cells, much_told: bool) -> Any:
    """Firearms with a mark that one slip makes of the reading, or two wrong characters."""
    if STAR in cells:
        return _together(shapes.search(blocks, one).firearms for one in _one_doubted(cells, much_told))
    return _together(_of_fixed(blocks, cells, much_told))


def _of_fixed(blocks: Sequence[Block], cells: Cells, much_told: bool) -> Iterator[Any]:
    legible = _legible(cells)
    if legible > LEAST_FOR_ENDS and much_told:
        yield shapes.search(blocks, (STAR, *cells, STAR)).firearms
    if legible == LEAST_FOR_ENDS and much_told:
        for end in ((STAR, *cells), (*cells, STAR)):
            yield shapes.search(blocks, end).firearms
    if legible >= LEAST_FOR_ONE:
        wrong = 2 if legible > LEAST_FOR_TWO or (legible == LEAST_FOR_TWO and much_told) else 1
        yield shapes.search_near(blocks, cells, wrong).firearms
        slipped = [*_slipped(cells), *(_swapped(cells) if wrong == 1 else ())]
        for one in slipped:
            yield shapes.search(blocks, one).firearms


def worse(blocks: Sequence[Block], cells: Cells) -> Any:
    """Firearms with a mark of which some characters at an end were not read, and one was read wrongly."""
    if STAR in cells or _legible(cells) < LEAST_FOR_ONE:
        return _together(())
    before = [((ANY,) * many + cells) for many in range(1, MOST_BEFORE + 1)]
    after = [(cells + (ANY,) * many) for many in range(1, MOST_AFTER + 1)]
    return _together(shapes.search_near(blocks, one, 1).firearms for one in (*before, *after))


def _together(found: Iterator[Any] | tuple[()]) -> Any:
    parts = list(found)
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)


def _legible(cells: Cells) -> int:
    return sum(ANY not in cell and cell != STAR for cell in cells)


def _one_doubted(cells: Cells, much_told: bool) -> Iterator[Cells]:
    """A reading with `*` of which one character may be another, where enough is left."""
    if _legible(cells) - 1 < (LEAST_FOR_ENDS if much_told else LEAST_FOR_TWO):
        return
    for place, cell in enumerate(cells):
        if cell != STAR and ANY not in cell:
            yield (*cells[:place], ANY, *cells[place + 1 :])


def _swapped(cells: Cells) -> Iterator[Cells]:
    """The reading with neighbours that changed places."""
    for n in range(len(cells) - 1):
        if cells[n] != cells[n + 1]:
            yield (*cells[:n], cells[n + 1], cells[n], *cells[n + 2 :])


def _slipped(cells: Cells) -> Iterator[Cells]:
    """The reading with a part missing or too much: at an end, or one character within."""
    yield (STAR, *cells)
    yield (*cells, STAR)
    for place in range(1, len(cells)):
        yield (*cells[:place], ANY, *cells[place:])
    if len(cells) > LEAST_FOR_TWO:
        yield from dict.fromkeys((*cells[:n], *cells[n + 1 :]) for n in range(len(cells)))
        for many in (2, 3, 4):
            if len(cells) - many >= LEAST_FOR_TWO:
                yield cells[many:]
                yield cells[:-many]
