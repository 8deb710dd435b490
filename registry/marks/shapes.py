"""Searching the position index: which marks of a block fit a pattern. Pure: blocks in, firearms out.

Every step works on a bit for each mark, so that the longest search of a block is bounded by the product of
the lengths of pattern and mark, whatever was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.marks.packing import Block, Places, Words, classes_of
from registry.marks.patterns import ANY, STAR, Cells

MOST_FOUND = 100_000
"""Marks after which a search gives up counting."""
_FEW_AFTER = 3
"""Characters after which so few marks are left that only their words are looked at further."""
_NOWHERE = np.empty(0, dtype=np.intp)
_DIGITS = 10  # the first classes


@dataclass(frozen=True)
class _Test:
    """The classes that may stand at a place."""

    place: int
    classes: tuple[int, ...]

    @property
    def told(self) -> float:
        """How much it tells: a digit less than a letter, one of several least."""
        if len(self.classes) > 1:
            return 0.5
        return 1.0 if self.classes[0] < _DIGITS else 1.4


def _tests(cells: Sequence[str], start: int = 0) -> list[_Test]:
    """What the legible cells ask of the places from `start` on."""
    legible = ((place, cell) for place, cell in enumerate(cells, start) if ANY not in cell)
    return [_Test(place, classes_of(cell)) for place, cell in legible]


@dataclass(frozen=True)
class Left:
    """What is left of a block: a bit for each mark, in the words at `where`, or in all without it."""

    words: Words
    where: Places | None = None

    def places(self) -> Places:
        """The marks that are left, as their places in the block."""
        at = np.flatnonzero(self.words)
        if not len(at):
            return _NOWHERE
        bits = np.unpackbits(self.words[at].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        row, bit = np.nonzero(bits)
        return (at if self.where is None else self.where[at])[row] * 64 + bit


def _passed(block: Block, tests: Sequence[_Test]) -> Left | None:
    """What passes all tests; None where it is seen at once that nothing does."""
    if not tests:
        return Left(block.all)
    words: Words | None = None
    where: Places | None = None
    for n, test in enumerate(tests, 1):
        found = block.bearing(test.place, test.classes, where)
        if found is None:
            return None
        words = found if words is None else np.bitwise_and(words, found, out=found)
        if n == _FEW_AFTER:
            where = np.flatnonzero(words)
            words = words[where]
    return None if words is None else Left(words, where)


@dataclass(frozen=True)
class Scan:
    """What one search does with blocks of one length.

    tests: what tells most first; floating: pieces that stand somewhere between the places first and end,
    one after the other.
    """

    tests: tuple[_Test, ...]
    floating: tuple[Cells, ...] = ()
    first: int = 0
    end: int = 0

    def places(self, block: Block) -> Places:
        """Places of the block that fit."""
        left = _passed(block, self.tests)
        if left is None:
            return _NOWHERE
        return (self._floated(block, left) if self.floating else left).places()

    def _floated(self, block: Block, left: Left) -> Left:
        """Marks that hold the floating pieces one after the other, wherever each can be first."""
        nothing = np.zeros_like(left.words)
        free = [left.words] * (self.end + 1)  # marks whose next piece may begin at each place
        for piece in self.floating:
            begins = range(self.first, self.end - len(piece) + 1)
            ends = [nothing] * (self.end + 1)
            for at in begins:
                here = _standing(block, piece, at, free[at], left.where)
                ends[at + len(piece)] = ends[at + len(piece) - 1] | here
            free = ends
        return Left(free[self.end], left.where)


def _standing(block: Block, piece: Cells, at: int, marks: Words, where: Places | None) -> Words:
    """Of these marks, those that hold the piece at this place."""
    for test in _tests(piece, at):
        found = block.bearing(test.place, test.classes, where)
        if found is None:
            return np.zeros_like(marks)
        marks = np.bitwise_and(found, marks, out=found)
    return marks


def scan_of(cells: Cells, length: int) -> Scan | None:
    """The search of a pattern among marks of a length; None when none can fit."""
    if STAR not in cells:
        return Scan(_ordered(_tests(cells))) if len(cells) == length else None
    first, *middle, last = _pieces(cells)
    if len(cells) - cells.count(STAR) > length:
        return None
    end = length - len(last)
    anchored = _ordered([*_tests(first), *_tests(last, end)])
    return Scan(anchored, tuple(filter(None, middle)), len(first), end)


def _ordered(tests: Iterable[_Test]) -> tuple[_Test, ...]:
    return tuple(sorted(tests, key=lambda test: -test.told))


def _pieces(cells: Cells) -> list[Cells]:
    """The parts between the stars."""
    stars = [-1, *(n for n, cell in enumerate(cells) if cell == STAR), len(cells)]
    return [cells[start + 1 : end] for start, end in pairwise(stars)]


@dataclass(frozen=True)
class Found:
    """Firearms whose marks may fit; more: whether the search gave up counting."""

    firearms: NDArray[np.int64]
    more: bool


def search(blocks: Iterable[Block], cells: Cells) -> Found:
    """Firearms with a mark that fits, each once. Characters outside the classes are to be looked at again."""
    return _gathered(_hits(blocks, cells))


def _hits(blocks: Iterable[Block], cells: Cells) -> Iterator[NDArray[np.int64]]:
    scans: dict[int, Scan | None] = {}
    for block in blocks:
        if block.length not in scans:
            scans[block.length] = scan_of(cells, block.length)
        scan = scans[block.length]
        if scan is not None:
            at = scan.places(block)
            if len(at):
                yield block.firearms(at)


def search_near(blocks: Iterable[Block], cells: Cells, wrong: int) -> Found:
    """As search, for a pattern without STAR of whose characters so many may be wrong."""
    tests = _tests(cells)
    return _gathered(_near(blocks, len(cells), tests, wrong))


def _near(
    blocks: Iterable[Block], length: int, tests: Sequence[_Test], wrong: int
) -> Iterator[NDArray[np.int64]]:
    for block in blocks:
        if block.length == length:
            at = _within(block, tests, wrong).places()
            if len(at):
                yield block.firearms(at)


def _within(block: Block, tests: Sequence[_Test], wrong: int) -> Left:
    """Marks that fail no more than so many tests."""
    failed = [np.zeros_like(block.all) for _ in range(wrong + 1)]  # one test, two …
    everywhere = 0
    for test in tests:
        found = block.bearing(test.place, test.classes, None)
        if found is None:
            everywhere += 1
            continue
        fails = np.invert(found, out=found)
        for n in range(wrong, 0, -1):
            failed[n] |= failed[n - 1] & fails
        failed[0] |= fails
    if everywhere > wrong:
        return Left(np.zeros_like(block.all))
    return Left(~failed[wrong - everywhere] & block.all)


def _gathered(hits: Iterator[NDArray[np.int64]]) -> Found:
    """Firearms of all blocks, in their order; at most MOST_FOUND marks are gathered."""
    gathered: list[Any] = []
    count = 0
    for some in hits:
        gathered.append(some)
        count += len(some)
        if count > MOST_FOUND:
            break
    found = np.unique(np.concatenate(gathered)) if gathered else np.empty(0, dtype=np.int64)
    return Found(found[:MOST_FOUND], count > MOST_FOUND)
