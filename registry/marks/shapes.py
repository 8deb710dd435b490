"""Searching the position index: what a pattern asks of the words of a block. Pure: blocks in, firearms."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.marks.packing import BITS, BLOCK, IN_WORD, Block, Places, Words, class_of, words_of
from registry.marks.patterns import ANY, STAR, Cells
from registry.marks.reading import fold_key

MOST_FOUND = 100_000
"""Marks after which a search gives up counting."""
_WHOLE = (1 << IN_WORD * BITS) - 1


@dataclass(frozen=True)
class _Test:
    """What a word must say. mask, value: bits that are certain; sets: (shift, classes as bits)."""

    word: int
    mask: int
    value: int
    sets: tuple[tuple[int, int], ...]
    told: float

    def passes_over(self, block: Block) -> bool:
        """Whether no mark of a block can pass, by its first words."""
        if self.word:
            return False
        least, most = block.span
        return self.value > most or (self.value | (~self.mask & _WHOLE)) < least

    def passed(self, words: Words) -> NDArray[np.bool_]:
        """Which of these words pass; the answer holds until this thread asks again."""
        masked, good = _SCRATCH.of(len(words))
        np.bitwise_and(words, np.uint16(self.mask), out=masked)
        np.equal(masked, np.uint16(self.value), out=good)
        for shift, bits in self.sets:
            classes = (words >> np.uint16(shift)) & np.uint16(31)
            good &= (np.uint32(bits) >> classes) & np.uint32(1) == 1
        return good


class _Scratch(threading.local):
    """Room for a block's words and answers: asking the system for it costs more than the comparison."""

    def __init__(self) -> None:
        self._masked = np.empty(BLOCK, dtype=np.uint16)
        self._good = np.empty(BLOCK, dtype=np.bool_)

    def of(self, size: int) -> tuple[Words, NDArray[np.bool_]]:
        """The first places of it; a block that is larger gets its own."""
        if size > BLOCK:
            return np.empty(size, dtype=np.uint16), np.empty(size, dtype=np.bool_)
        return self._masked[:size], self._good[:size]


_SCRATCH = _Scratch()


def _bits(cell: str) -> int:
    """The classes that can stand in a cell, as bits."""
    if ANY in cell:
        return 0xFFFFFFFE
    return sum(1 << number for number in {class_of(character) for character in fold_key(cell)})


def _tests(cells: Sequence[str]) -> list[_Test]:
    """The tests of a pattern without STAR, what tells most first."""
    tests = []
    for word in range(words_of(len(cells))):
        mask = value = 0
        sets: list[tuple[int, int]] = []
        told = 0.0
        for n, cell in enumerate(cells[word * IN_WORD : (word + 1) * IN_WORD]):
            shift, bits = BITS * (IN_WORD - 1 - n), _bits(cell)
            if bits.bit_count() == 1:
                mask |= 31 << shift
                value |= (bits.bit_length() - 1) << shift
                told += 1.0 if bits.bit_length() - 1 <= 10 else 1.4  # a digit says less than a letter
            elif ANY not in cell:
                sets.append((shift, bits))
                told += 0.5
        if mask or sets:
            tests.append(_Test(word, mask, value, tuple(sets), told))
    return sorted(tests, key=lambda test: -test.told)


_NOWHERE = np.empty(0, dtype=np.intp)


def _fixed(block: Block, tests: Sequence[_Test]) -> Places:
    """Places of a block that pass all tests."""
    if not tests:
        return np.arange(len(block.ids))
    if any(test.passes_over(block) for test in tests):
        return _NOWHERE
    first, *others = tests
    at = np.flatnonzero(first.passed(block.words[first.word]))
    for test in others:
        at = at[test.passed(block.words[test.word][at])]
    return at


def _classes(block: Block, at: Places) -> NDArray[np.uint16]:
    """The classes at these places, a row for each mark."""
    rows = np.empty((len(at), len(block.words) * IN_WORD), dtype=np.uint16)
    for n, word in enumerate(block.words):
        picked = word[at]
        for place in range(IN_WORD):
            rows[:, n * IN_WORD + place] = (picked >> np.uint16(BITS * (IN_WORD - 1 - place))) & np.uint16(31)
    return rows[:, : block.length]


def _allowed(rows: NDArray[np.uint16], place: int, cell: str) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (np.uint32(_bits(cell)) >> rows[:, place]) & np.uint32(1) == 1
    return result


@dataclass(frozen=True)
class Scan:
    """What one search does with blocks of one length."""

    tests: tuple[_Test, ...]
    floating: tuple[Cells, ...] = ()
    first: int = 0
    last: int = 0

    def places(self, block: Block) -> Places:
        """Places of the block that fit."""
        at = _fixed(block, self.tests)
        if not self.floating or not len(at):
            return at
        return at[self._float(_classes(block, at))]

    def _float(self, rows: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Which rows hold the floating pieces one after the other, each as early as it can be."""
        free = np.full(len(rows), self.first)
        fits = np.ones(len(rows), dtype=np.bool_)
        end = rows.shape[1] - self.last
        for piece in self.floating:
            found = np.zeros(len(rows), dtype=np.bool_)
            for start in range(self.first, end - len(piece) + 1):
                here = fits & ~found & (free <= start)
                for n, cell in enumerate(piece):
                    if ANY not in cell:
                        here &= _allowed(rows, start + n, cell)
                free[here] = start + len(piece)
                found |= here
            fits &= found
        return fits


def scan_of(cells: Cells, length: int) -> Scan | None:
    """The search of a pattern among marks of a length; None when none can fit."""
    if STAR not in cells:
        return Scan(tuple(_tests(cells))) if len(cells) == length else None
    first, *middle, last = _pieces(cells)
    if len(cells) - cells.count(STAR) > length:
        return None
    gap = length - len(first) - len(last)
    anchored = (*first, *(ANY,) * gap, *last)
    return Scan(tuple(_tests(anchored)), tuple(filter(None, middle)), len(first), len(last))


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
    """As search, for a pattern without STAR of whose characters so many may be wrong.

    Of wrong + 1 parts of the pattern one must be right: each is searched for, and what is found counted.
    """
    parts = _parts(cells, wrong + 1)
    return _gathered(_near(blocks, cells, wrong, [_tests(part) for part in parts]))


def _parts(cells: Cells, count: int) -> list[list[str]]:
    """The pattern in so many parts of equal legible length, everything else ANY."""
    legible = [n for n, cell in enumerate(cells) if ANY not in cell]
    size = -(-len(legible) // count)
    groups = [set(legible[start : start + size]) for start in range(0, len(legible), size)]
    return [[cell if n in group else ANY for n, cell in enumerate(cells)] for group in groups]


def _near(
    blocks: Iterable[Block], cells: Cells, wrong: int, parts: Sequence[Sequence[_Test]]
) -> Iterator[NDArray[np.int64]]:
    for block in blocks:
        if block.length != len(cells):
            continue
        at = np.unique(np.concatenate([_fixed(block, tests) for tests in parts]))
        rows = _classes(block, at)
        missed = np.zeros(len(at), dtype=np.uint8)
        for place, cell in enumerate(cells):
            if ANY not in cell:
                missed += ~_allowed(rows, place, cell)
        if (missed <= wrong).any():
            yield block.firearms(at[missed <= wrong])


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
