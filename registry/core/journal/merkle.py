"""The Merkle tree of RFC 6962: hashes, the frontier that grows it, and proofs verified.

A hash is 32 bytes of SHA-256. Leaves and nodes are hashed with different first bytes, so that no leaf
can pass for a node. Sizes and indexes count leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from registry.core.errors import RegistryError

HASH = 32
LARGEST = 2**63 - 1
EMPTY_ROOT = sha256(b"").digest()


class ProofFails(RegistryError):
    """A proof does not show what it is said to show, or is not a proof at all."""

    status = 422
    code = "ledger-proof-fails"
    title = "The ledger's proof does not hold"


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry (RFC 6962 section 2.1)."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours (RFC 6962 section 2.1)."""
    return sha256(b"\1" + left + right).digest()


def bagged(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees from the largest, on the left, to the smallest; at least one."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


@dataclass(frozen=True)
class Frontier:
    """A tree reduced to what appending needs: the roots of its perfect subtrees.

    size: leaves so far. peaks: one hash for each bit set in the size, the largest subtree first.
    Raises ValueError when the two do not belong together.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= LARGEST or len(self.peaks) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves does not have {len(self.peaks)} peaks")
        if any(len(peak) != HASH for peak in self.peaks):
            raise ValueError("a peak is not a hash of 32 bytes")

    def append(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after these leaf hashes; this one stays as it is."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            right, merged = leaf, size
            while merged & 1:
                right = sha256(b"\1" + peaks.pop() + right).digest()
                merged >>= 1
            peaks.append(right)
            size += 1
        return Frontier(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The tree's hash; that of the empty string for the empty tree."""
        return bagged(self.peaks) if self.peaks else EMPTY_ROOT


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash stands at an index, from 0, of the tree of this size and root.

    RFC 9162 section 2.1.3.2. Raises ProofFails.
    """
    _refuse_sizes(size)
    _refuse_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofFails(f"A tree of {size} leaves has none at index {index}")
    node, last, climbed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofFails("The proof is too long")
        if node & 1 or node == last:
            climbed = node_hash(sibling, climbed)
            node, last = _past_right_edge(node, last)
        else:
            climbed = node_hash(climbed, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofFails("The proof is too short")
    _refuse_other(climbed, root, "The leaf is not in the tree")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree of size1 and root1 is the beginning of the tree of size2 and root2.

    RFC 9162 section 2.1.4.2; equal sizes need equal roots and an empty proof. Raises ProofFails.
    """
    _refuse_sizes(size1, size2)
    _refuse_hashes([root1, root2, *proof])
    if size1 > size2:
        raise ProofFails(f"{size1} leaves are not the beginning of {size2}")
    if size1 == size2:
        if proof:
            raise ProofFails("The proof is too long")
        _refuse_other(root1, root2, "Two trees of one size differ")
        return
    first, second = _climbed_both(size1, size2, proof, root1)
    _refuse_other(first, root1, "The proof does not begin with the smaller tree")
    _refuse_other(second, root2, "The larger tree does not go on from the smaller")


def _climbed_both(size1: int, size2: int, proof: Sequence[bytes], root1: bytes) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to."""
    if not proof:
        raise ProofFails("The proof is too short")
    perfect = size1 & (size1 - 1) == 0
    seed, *siblings = [root1, *proof] if perfect else proof
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = seed
    for sibling in siblings:
        if last == 0:
            raise ProofFails("The proof is too long")
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            node, last = _past_right_edge(node, last)
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofFails("The proof is too short")
    return first, second


def _past_right_edge(node: int, last: int) -> tuple[int, int]:
    """Skip the levels where a node at the right edge has no sibling: it rises unhashed."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _refuse_sizes(*sizes: int) -> None:
    if not all(1 <= size <= LARGEST for size in sizes):
        raise ProofFails("A tree has at least one leaf and fewer than 2^63")


def _refuse_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH for each in hashes):
        raise ProofFails("A hash is not of 32 bytes")


def _refuse_other(found: bytes, expected: bytes, message: str) -> None:
    if not compare_digest(found, expected):
        raise ProofFails(message)
