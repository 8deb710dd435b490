"""The position index: marks in blocks, as bitmaps of what stands where.

Look-alikes are one class, so that thirty-one classes are enough; a class is two digits to the base of six.
A block holds marks of one length. For each place of them it has a bitmap for each first and each second
digit: where both are set, that class stands there. Bitmaps without a bit are left out, so that a place
where only digits stand takes eight bits of a mark. Pure: bytes in, firearms out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from registry.marks.reading import fold_key

BLOCK = 1 << 18
"""Most marks in a block; a bound of what a search needs in memory at a time."""
WIDEST = (1 << 31) - 1
"""Farthest a firearm of a block may be from its first one."""
BASE = 6
IN_WORD = 64
_PLAIN = "0123456789ACEFHJKMNPRTVWXY"
_FOREIGN = len(_PLAIN)  # first of the classes that other characters share
_CLASSES = 31 - _FOREIGN
_KINDS = np.arange(BASE, dtype=np.uint8)[:, None]
_SORTED_BY = 3  # places
Words = NDArray[np.uint64]
"""A bit for each mark, the first ones lowest."""
Codes = NDArray[np.uint8]
"""A row of classes for each place."""
Places = NDArray[np.intp]


def class_of(character: str) -> int:
    """The class, 0 to 30, of a character of a folded key."""
    at = _PLAIN.find(character)
    return at if at >= 0 else _FOREIGN + ord(character) % _CLASSES


_TABLE = np.array([class_of(chr(code)) for code in range(0x10000)], dtype=np.uint8)


@lru_cache(maxsize=4096)
def classes_of(cell: str) -> tuple[int, ...]:
    """The classes of the characters that can stand in a cell."""
    return tuple(sorted({class_of(character) for character in fold_key(cell)}))


@dataclass(frozen=True)
class Block:
    """Marks of one length. ids: firearms, counted from base; planes: 2 * BASE bitmaps for each place."""

    length: int
    base: int
    ids: NDArray[np.uint32]
    planes: tuple[tuple[Words | None, ...], ...]

    def firearms(self, at: Places) -> NDArray[np.int64]:
        """The firearms at these places."""
        return self.ids[at].astype(np.int64) + self.base

    def bearing(self, place: int, classes: Sequence[int], where: Places | None) -> Words | None:
        """Marks with one of these classes at a place; None where there are none.

        where: the words that are looked at; all without it.
        """
        found: Words | None = None
        for number in classes:
            first, second = self.planes[place][number // BASE], self.planes[place][BASE + number % BASE]
            if first is None or second is None:
                continue
            here = first & second if where is None else first[where] & second[where]
            found = here if found is None else found | here
        return found

    @cached_property
    def all(self) -> Words:
        """A bit for each mark, none beyond the last."""
        words = np.full(words_of(len(self.ids)), ~np.uint64(0), dtype=np.uint64)
        if left := len(self.ids) % IN_WORD:
            words[-1] = (1 << left) - 1
        return words

    def codes(self) -> Codes:
        """The classes as they were packed."""
        found = np.zeros((self.length, len(self.ids)), dtype=np.uint8)
        for row, planes in zip(found, self.planes, strict=True):
            for weight, plane in zip((*range(0, BASE * BASE, BASE), *range(BASE)), planes, strict=True):
                if weight and plane is not None:
                    bits = np.unpackbits(plane.view(np.uint8), count=len(row), bitorder="little")
                    row += bits * np.uint8(weight)
        return found

    def stored(self) -> tuple[bytes, bytes]:
        """ids and planes as kept in the database, little-endian; first of these, which of them there are."""
        there = [sum(1 << n for n, plane in enumerate(planes) if plane is not None) for planes in self.planes]
        head = np.zeros(_head(self.length), dtype="<u2")
        head[: self.length] = there
        kept = [
            plane.astype("<u8").tobytes() for planes in self.planes for plane in planes if plane is not None
        ]
        return self.ids.astype("<u4").tobytes(), b"".join((head.tobytes(), *kept))


def from_stored(length: int, base: int, ids: bytes, planes: bytes) -> Block:
    """A block as it was kept, without copying it."""
    firearms = np.frombuffer(ids, dtype="<u4")
    size, head = words_of(len(firearms)), _head(length)
    there = np.frombuffer(planes, dtype="<u2", count=length).tolist()
    rows = np.frombuffer(planes, dtype="<u8", offset=2 * head).reshape(-1, size)
    at = count()
    return Block(
        length,
        base,
        firearms,
        tuple(tuple(rows[next(at)] if bits >> n & 1 else None for n in range(2 * BASE)) for bits in there),
    )


def _head(length: int) -> int:
    """Numbers before the planes, so that these begin at a whole word."""
    return -(-length // 4) * 4


def words_of(marks: int) -> int:
    """How many words a bit for each of so many marks takes."""
    return -(-marks // IN_WORD)


def joined(block: Block, other: Block) -> Block | None:
    """The marks of both in one block; None when they are too many or too far apart."""
    base = min(block.base, other.base)
    farthest = max(block.base + int(block.ids.max()), other.base + int(other.ids.max()))
    if len(block.ids) + len(other.ids) > BLOCK or farthest - base > WIDEST:
        return None
    ids = np.concatenate([part.ids.astype(np.int64) + part.base for part in (block, other)])
    return _block(ids, np.concatenate([block.codes(), other.codes()], axis=1))


def in_order(blocks: Sequence[Block]) -> Iterator[Block]:
    """The same marks of one length in full blocks by their beginning, so that a search passes most over.

    Unchanged where the firearms are too far apart to stand in one block.
    """
    ids = np.concatenate([block.ids.astype(np.int64) + block.base for block in blocks])
    if int(ids.max() - ids.min()) > WIDEST:
        yield from blocks
        return
    codes = np.concatenate([block.codes() for block in blocks], axis=1)
    order = np.lexsort(codes[:_SORTED_BY][::-1])
    for start in range(0, len(order), BLOCK):
        at = order[start : start + BLOCK]
        yield _block(ids[at], codes[:, at])


def pack(length: int, firearms: Sequence[int], folded: Sequence[str]) -> Block:
    """A block of folded keys that all have this length; firearms within WIDEST of each other."""
    points = np.frombuffer("".join(folded).encode("utf-32-le"), dtype="<u4").reshape(-1, length).T
    # beyond the basic plane, classes follow the same rule without the table
    beyond = (_FOREIGN + points % _CLASSES).astype(np.uint8)
    codes = np.where(points < 0x10000, _TABLE[np.minimum(points, 0xFFFF)], beyond)
    return _block(np.array(firearms, dtype=np.int64), codes)


def _block(firearms: NDArray[np.int64], codes: Codes) -> Block:
    base = int(firearms.min())
    planes = tuple((*_planes(row // BASE), *_planes(row % BASE)) for row in codes)
    return Block(len(codes), base, (firearms - base).astype(np.uint32), planes)


def _planes(digits: Codes) -> Iterator[Words | None]:
    """A bitmap for each value of a digit, None where it is nowhere."""
    set_ = np.zeros((BASE, words_of(len(digits)) * IN_WORD), dtype=np.bool_)
    np.equal(digits, _KINDS, out=set_[:, : len(digits)])
    for plane in np.packbits(set_, axis=1, bitorder="little").view(np.uint64):
        yield plane if plane.any() else None
