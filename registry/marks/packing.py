"""The position index: marks packed three characters to a word, in blocks.

Look-alikes are one class, so that thirty-one classes and the end of the mark fit five bits, and three
characters sixteen. A block holds marks of one length as columns of words, so that a search reads only
the word that tells most, and the others only for what is left. Pure: bytes in, firearms out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

IN_WORD = 3
BITS = 5
BLOCK = 1 << 18
"""Most marks in a block; a bound of what a search needs in memory at a time."""
WIDEST = (1 << 31) - 1
"""Farthest a firearm of a block may be from its first one."""
_PLAIN = "0123456789ACEFHJKMNPRTVWXY"
_FOREIGN = len(_PLAIN) + 1  # first of the classes that other characters share
_CLASSES = (1 << BITS) - _FOREIGN
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
