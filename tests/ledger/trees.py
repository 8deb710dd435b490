"""The tree by the definitions of RFC 6962 section 2.1, word for word and slow: what ours is compared with."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

Leaves = tuple[bytes, ...]


@lru_cache(maxsize=4096)
def leaves(count: int) -> Leaves:
    """Leaf hashes of the entries "0", "1", ...; a smaller count is the beginning of a larger one."""
    return tuple(sha256(b"\0%d" % number).digest() for number in range(count))


def mth(leaf_hashes: Leaves) -> bytes:
    """MTH(D[n])."""
    if not leaf_hashes:
        return sha256().digest()
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    left = below(len(leaf_hashes))
    return sha256(b"\1" + mth(leaf_hashes[:left]) + mth(leaf_hashes[left:])).digest()


def below(size: int) -> int:
    """k: the largest power of two smaller than n."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def inclusion(index: int, leaf_hashes: Leaves) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaf_hashes) == 1:
        return []
    left = below(len(leaf_hashes))
    if index < left:
        return [*inclusion(index, leaf_hashes[:left]), mth(leaf_hashes[left:])]
    return [*inclusion(index - left, leaf_hashes[left:]), mth(leaf_hashes[:left])]


def consistency(older: int, leaf_hashes: Leaves, whole: bool = True) -> list[bytes]:
    """PROOF(m, D[n]), by SUBPROOF(m, D[n], b)."""
    if older == len(leaf_hashes):
        return [] if whole else [mth(leaf_hashes)]
    left = below(len(leaf_hashes))
    if older <= left:
        return [*consistency(older, leaf_hashes[:left], whole), mth(leaf_hashes[left:])]
    return [*consistency(older - left, leaf_hashes[left:], False), mth(leaf_hashes[:left])]
