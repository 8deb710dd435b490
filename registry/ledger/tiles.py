"""The tree in tiles of 256 hashes, as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles).

A tile of level 0 holds leaf hashes; one of a higher level holds the roots of full tiles of the level
below. The rightmost tiles may be partial: 1 to 255 hashes wide. What lies between the levels is
computed from the tiles, so that any proof of any size needs only them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from registry.core.errors import NotFound, RegistryError
from registry.core.journal.merkle import HASH, LARGEST, Frontier, bagged

WIDTH = 256
HEIGHT = 8
HIGHEST = 63
LONGEST_ENTRY = 2**16 - 1
KEPT = 256  # tiles whose inner nodes a tree keeps: at most 16 KB each
_SHAPE = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


class TileDamaged(RegistryError):
    """What is stored for a tile or a bundle cannot be one: the ledger's storage is damaged."""

    code = "ledger-tile-damaged"
    title = "The ledger's storage is damaged"


@dataclass(frozen=True)
class TilePath:
    """Where a tile is served; its text is the path, `tile/0/x001/067.p/8`.

    level: 0 to 63, or None for the bundle of entries beside the tile of level 0. index: the tile within
    its level, from 0. width: hashes or entries, 1 to 256. Raises ValueError outside these.
    """

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (
            0 <= (self.level or 0) <= HIGHEST and 0 <= self.index <= LARGEST and 1 <= self.width <= WIDTH
        ):
            raise ValueError(f"there is no tile of level {self.level}, {self.index=}, {self.width=}")

    def __str__(self) -> str:
        level = "entries" if self.level is None else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_elements(self.index)}{partial}"

    @classmethod
    def parse(cls, text: str) -> TilePath:
        """The tile at a path. Raises NotFound for any text that is not the one path of a tile."""
        try:
            path = cls._read(text)
        except ValueError:
            path = None
        if path is None or str(path) != text:
            raise NotFound(f"{text[:80]!r} is not the path of a tile")
        return path

    @classmethod
    def _read(cls, text: str) -> TilePath | None:
        shape = _SHAPE.fullmatch(text)
        if shape is None or len(text) > 80:
            return None
        level = None if shape[1] == "entries" else int(shape[1])
        return cls(level, int(re.sub("[x/]", "", shape[2])), int(shape[3] or WIDTH))


def _elements(index: int) -> str:
    """The index in elements of three digits, all but the last with an x: 1234067 is x001/x234/067."""
    *upper, last = f"{index:,}".split(",")
    return "/".join([*(f"x{element:0>3}" for element in upper), f"{last:0>3}"])


class TileSource(Protocol):
    """Wherever tiles are kept."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` hashes of a tile, 32 bytes each, from the partial tile or a wider one."""


@dataclass(frozen=True)
class Tile:
    """A tile to be stored. level, index: as in TilePath; hashes: 32 bytes for each of its 1 to 256."""

    level: int
    index: int
    hashes: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds."""
        return len(self.hashes) // HASH

    @property
    def path(self) -> TilePath:
        """Where it is served."""
        return TilePath(self.level, self.index, self.width)


def integrate(source: TileSource, size: int, leaves: Sequence[bytes]) -> Iterator[Tile]:
    """The tiles that are new or wider once leaf hashes are appended to a tree of this size.

    Lower levels first, each from left to right; of each tile only its last state. Reads no more than
    the partial tile at the right edge of each level. Raises TileDamaged when one is not what it was,
    ValueError for leaves that are not hashes.
    """
    hashes = b"".join(leaves)
    if len(hashes) != HASH * len(leaves):
        raise ValueError("a leaf hash is not of 32 bytes")
    level = 0
    while hashes:
        index, width = divmod(size >> HEIGHT * level, WIDTH)
        tiles = _cut(level, index, _read(source, level, index, width) + hashes)
        yield from tiles
        hashes = b"".join(_top(tile.hashes) for tile in tiles if tile.width == WIDTH)
        level += 1


def _cut(level: int, index: int, hashes: bytes) -> list[Tile]:
    """Tiles from an index on, all full but perhaps the last."""
    step = HASH * WIDTH
    return [Tile(level, index + at // step, hashes[at : at + step]) for at in range(0, len(hashes), step)]


def _read(source: TileSource, level: int, index: int, width: int) -> bytes:
    """A tile of exactly this width; none is read when it is 0."""
    hashes = source.tile(level, index, width) if width else b""
    if len(hashes) != HASH * width:
        raise TileDamaged(f"{TilePath(level, index, width)} is of {len(hashes)} bytes")
    return hashes


def _paired(hashes: bytes) -> bytes:
    """The hashes one level up, of complete pairs only."""
    pairs = range(0, len(hashes) - HASH, 2 * HASH)
    return b"".join([sha256(b"\1" + hashes[at : at + 2 * HASH]).digest() for at in pairs])


def _top(hashes: bytes) -> bytes:
    """The root of a full tile."""
    while len(hashes) > HASH:
        hashes = _paired(hashes)
    return hashes


class Tree:
    """Roots and proofs of a tiled tree, at any size its tiles reach.

    Keeps the inner nodes of the tiles used last, so one that lives long proves faster; full tiles never
    change, so it may outlive the tree's growth. Its methods raise TileDamaged when the source gives what
    cannot be a tile.
    """

    def __init__(self, source: TileSource) -> None:
        self._source = source
        self._rungs = lru_cache(maxsize=KEPT)(self._computed)

    def root(self, size: int) -> bytes:
        """The tree's hash at a size."""
        return self.frontier(size).root

    def frontier(self, size: int) -> Frontier:
        """What appending to the tree of this size needs."""
        return Frontier(size, tuple(self._peaks(0, size, size)))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that the leaf at an index is in the tree of this size (RFC 6962 section 2.1.1).

        Raises NotFound when it is not.
        """
        if not 0 <= index < size:
            raise NotFound(f"A tree of {size} leaves has none at index {index}")
        return [sibling for _, _, sibling in self._descent(index, size)][::-1]

    def consistency(self, older: int, size: int) -> list[bytes]:
        """The proof that the tree of this size begins with an older one (RFC 6962 section 2.1.2).

        Raises NotFound unless 1 <= older <= size.
        """
        if not 1 <= older <= size:
            raise NotFound(f"A tree of {size} leaves does not begin with one of {older}")
        descent = self._descent(older - 1, size)
        start, end, path = 0, size, []
        while end != older:
            start, end, sibling = next(descent)
            path.append(sibling)
        if start:
            path.append(self._hash(start, end, size))
        return path[::-1]

    def _descent(self, index: int, size: int) -> Iterator[tuple[int, int, bytes]]:
        """The way down from the root to a leaf: at each split the part gone into and the hash of the other.

        RFC 6962 splits after the largest power of two that is smaller than the length.
        """
        start, end = 0, size
        while end - start > 1:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            if index < middle:
                beside, end = self._hash(middle, end, size), middle
            else:
                beside, start = self._hash(start, middle, size), middle
            yield start, end, beside

    def _hash(self, start: int, end: int, size: int) -> bytes:
        """MTH(D[start:end])."""
        return bagged(list(self._peaks(start, end, size)))

    def _peaks(self, start: int, end: int, size: int) -> Iterator[bytes]:
        """The roots of the perfect subtrees that make up D[start:end], the largest first."""
        while start < end:
            height = (end - start).bit_length() - 1
            yield self._node(height, start >> height, size)
            start += 1 << height

    def _node(self, height: int, index: int, size: int) -> bytes:
        """The root of the perfect subtree over D[index << height : (index + 1) << height]."""
        level, rung = divmod(height, HEIGHT)
        tile, place = divmod(index << rung, WIDTH)
        width = min(WIDTH, (size >> HEIGHT * level) - tile * WIDTH)
        at = HASH * (place >> rung)
        return self._rungs(level, tile, width)[rung][at : at + HASH]

    def _computed(self, level: int, index: int, width: int) -> list[bytes]:
        """A tile with its inner nodes: its hashes, those of their pairs, and so on, without its root."""
        rungs = [_read(self._source, level, index, width)]
        while len(rungs) < HEIGHT:
            rungs.append(_paired(rungs[-1]))
        return rungs


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries, each after its length in two bytes. Raises ValueError for one too long."""
    packed = []
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValueError(f"an entry of {len(entry)} bytes; at most {LONGEST_ENTRY} fit")
        packed += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(packed)


def unpack_entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises TileDamaged when it does not end with one, or holds more than 256."""
    entries, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        entries.append(bundle[start:at])
    if at != len(bundle) or len(entries) > WIDTH:
        raise TileDamaged("A bundle of entries is cut off or too long")
    return entries
