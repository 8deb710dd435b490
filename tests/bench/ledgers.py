"""The ledger: growing its tree and proving from it, one core, tiles in memory."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import sha256

from registry.core.journal.merkle import leaf_hash, verify_inclusion
from registry.ledger.tiles import Tile, Tree, integrate
from tests.bench.line import Line

FULL = 1_000_000
SMALL = 100_000
ROUNDS = 5
ENTRY = 200
BATCH = 1_000
PROOFS = 1_000


class Memory:
    """Tiles by level and index, the last state of each."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[level, index][: 32 * width]

    def keep(self, tile: Tile) -> None:
        self.tiles[tile.level, tile.index] = tile.hashes


def integrated(full: bool) -> Iterator[Line]:
    """Entries hashed and integrated a second, in batches; to one SHA-256 of each of the same entries."""
    size = FULL if full else SMALL
    rates, floors = [], []
    for _ in range(ROUNDS):
        memory, seconds, floor = Memory(), 0.0, 0.0
        for start in range(0, size, BATCH):
            batch = entries(start, start + BATCH)
            floor += timed(lambda batch=batch: [sha256(entry).digest() for entry in batch])
            seconds += timed(lambda start=start, batch=batch, memory=memory: grow(memory, start, batch))
        rates.append(size / seconds)
        floors.append(size / floor)
    value, plain = statistics.median(rates), statistics.median(floors)
    yield Line("ledger_integrate", None, size, value, "entries/s", plain, 50_000, judged="value")


def proved(full: bool) -> Iterator[Line]:
    """An inclusion proof of any leaf, 95th percentile; each is verified outside the time taken."""
    size = FULL if full else SMALL
    memory = Memory()
    for start in range(0, size, BATCH):
        grow(memory, start, entries(start, start + BATCH))
    value = statistics.median(proof_time(memory, size, seed) for seed in range(ROUNDS))
    yield Line("ledger_proof", None, size, 1e3 * value, "ms", None, 1.0, "lower", judged="value")


def proof_time(memory: Memory, size: int, seed: int) -> float:
    """The 95th percentile of the seconds of many proofs from a tree that begins without any tile at hand."""
    tree, picked = Tree(memory), random.Random(seed)
    root, seconds = tree.root(size), []
    for index in (picked.randrange(size) for _ in range(PROOFS)):
        start = time.perf_counter()
        proof = tree.inclusion(index, size)
        seconds.append(time.perf_counter() - start)
        verify_inclusion(index, size, leaf_hash(*entries(index, index + 1)), proof, root)
    return statistics.quantiles(seconds, n=100)[94]


def grow(memory: Memory, size: int, batch: list[bytes]) -> None:
    """Hash entries and append them to a tree of this size."""
    for tile in integrate(memory, size, [leaf_hash(entry) for entry in batch]):
        memory.keep(tile)


def entries(start: int, end: int) -> list[bytes]:
    """Entries of the length of a small transaction's leaf, each of its own."""
    return [number.to_bytes(8, "big") * (ENTRY // 8) for number in range(start, end)]


def timed(act: Callable[[], object]) -> float:
    """The seconds an act takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
