"""The position index: marks packed three characters to a word, searched by place.

Look-alikes are one class, so that thirty-one classes and the end of the mark fit five bits, and three
characters sixteen. A block holds marks of one length as columns of words, so that a search reads only
the word that tells most, and the others only for what is left. Pure: bytes in, firearms out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.marks.patterns import ANY, STAR, Cells
from registry.marks.reading import fold_key

IN_WORD = 3
BITS = 5
BLOCK = 1 << 18
"""Most marks in a block; a bound of what a search needs in memory at a time."""
WIDEST = (1 << 31) - 1
"""Farthest a firearm of a block may be from its first one."""
MOST_FOUND = 100_000
"""Marks after which a search gives up counting."""
_PLAIN = "0123456789ACEFHJKMNPRTVWXY"
_FOREIGN = len(_PLAIN) + 1  # first of the classes that other characters share
_CLASSES = (1 << BITS) - _FOREIGN
_WHOLE = (1 << IN_WORD * BITS) - 1
Words = NDArray[np.uint16]
Places = NDArray[np.intp]


def class_of(character: str) -> int:
    """The class, 1 to 31, of a character of a folded key."""
    at = _PLAIN.find(character)
    return at + 1 if at >= 0 else _FOREIGN + ord(character) % _CLASSES


_TABLE = np.array([class_of(chr(code)) for code in range(0x10000)], dtype=np.uint16)


@dataclass(frozen=True)
class Block:
    """Marks of one length. ids: firearms, counted from base; words: the marks, a column for each word."""

    length: int
    base: int
    ids: NDArray[np.uint32]
    words: tuple[Words, ...]

    def firearms(self, at: Places) -> NDArray[np.int64]:
        """The firearms at these places."""
        return self.ids[at].astype(np.int64) + self.base

    @cached_property
    def span(self) -> tuple[int, int]:
        """The least and the greatest of the first words."""
        return int(self.words[0].min()), int(self.words[0].max())

    def stored(self) -> tuple[bytes, bytes]:
        """ids and words as kept in the database, little-endian."""
        return self.ids.astype("<u4").tobytes(), b"".join(word.astype("<u2").tobytes() for word in self.words)


def from_stored(length: int, base: int, ids: bytes, words: bytes) -> Block:
    """A block as it was kept, without copying it."""
    columns = np.frombuffer(words, dtype="<u2").reshape(words_of(length), -1)
    return Block(length, base, np.frombuffer(ids, dtype="<u4"), tuple(columns))


def joined(block: Block, other: Block) -> Block | None:
    """The marks of both in one block; None when they are too many or too far apart."""
    base = min(block.base, other.base)
    farthest = max(block.base + int(block.ids.max()), other.base + int(other.ids.max()))
    if len(block.ids) + len(other.ids) > BLOCK or farthest - base > WIDEST:
        return None
    ids = [part.ids + np.uint32(part.base - base) for part in (block, other)]
    words = (np.concatenate(pair) for pair in zip(block.words, other.words, strict=True))
    return Block(block.length, base, np.concatenate(ids), tuple(words))


def in_order(blocks: Sequence[Block]) -> Iterator[Block]:
    """The same marks of one length in full blocks by their first word, so that a search passes most over.

    Unchanged where the firearms are too far apart to stand in one block.
    """
    base = min(block.base for block in blocks)
    ids = np.concatenate([block.ids.astype(np.int64) + (block.base - base) for block in blocks])
    words = [np.concatenate(column) for column in zip(*(block.words for block in blocks), strict=True)]
    if int(ids.max()) > WIDEST:
        yield from blocks
        return
    order = np.argsort(words[0], kind="stable")
    for start in range(0, len(order), BLOCK):
        at = order[start : start + BLOCK]
        least = int(ids[at].min())
        columns = tuple(word[at] for word in words)
        yield Block(blocks[0].length, base + least, (ids[at] - least).astype(np.uint32), columns)


def words_of(length: int) -> int:
    """How many words a mark of so many characters takes."""
    return -(-length // IN_WORD)


def pack(length: int, firearms: Sequence[int], folded: Sequence[str]) -> Block:
    """A block of folded keys that all have this length; firearms within 2^32 of each other."""
    width = words_of(length) * IN_WORD
    codes = np.frombuffer("".join(folded).encode("utf-32-le"), dtype="<u4").reshape(-1, length)
    classes = np.zeros((len(folded), width), dtype=np.uint16)
    # beyond the basic plane, classes follow the same rule without the table
    classes[:, :length] = np.where(
        codes < 0x10000, _TABLE[np.minimum(codes, 0xFFFF)], _FOREIGN + codes % _CLASSES
    )
    base = min(firearms)
    ids = (np.array(firearms, dtype=np.int64) - base).astype(np.uint32)
    columns = classes.reshape(len(folded), -1, IN_WORD)
    words = [
        (columns[:, n, 0] << 2 * BITS) | (columns[:, n, 1] << BITS) | columns[:, n, 2]
        for n in range(columns.shape[1])
    ]
    return Block(length, base, ids, tuple(np.ascontiguousarray(word) for word in words))


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
