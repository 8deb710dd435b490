"""Proofs of the Merkle tree: those of others verify, damaged ones are refused."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.journal import merkle
from registry.core.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofFails,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.ledger.trees import consistency, inclusion, leaves, mth

VECTORS = Path(__file__).resolve().parents[2].parent / "shared/vectors/merkle"
FILES = sorted(VECTORS.glob("*.json"))


def hashes(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


def verify(vector: dict[str, Any]) -> None:
    """Verify a vector of either sort; raises ProofFails."""
    proof = hashes(vector["proof"])
    if "leafIdx" in vector:
        leaf, root = hashes([vector["leafHash"], vector["root"]])
        verify_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
    else:
        roots = hashes([vector["root1"], vector["root2"]])
        verify_consistency(vector["size1"], vector["size2"], proof, *roots)


@pytest.mark.skipif(not FILES, reason="shared/vectors/merkle is not here: the shared vectors are missing")
def test_the_vectors_are_all_here_good_and_damaged() -> None:
    wanted = [json.loads(path.read_text())["wantErr"] for path in FILES]
    assert (wanted.count(False), wanted.count(True)) == (5, 86)


@pytest.mark.skipif(not FILES, reason="shared/vectors/merkle is not here: the shared vectors are missing")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_public_vectors_verify_when_good_and_are_refused_when_damaged(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    if not vector["wantErr"]:
        verify(vector)
        return
    with pytest.raises(ProofFails):
        verify(vector)


def refused(vector: dict[str, Any]) -> bool:
    try:
        verify(vector)
    except ProofFails:
        return True
    return False


@pytest.mark.skipif(not FILES, reason="shared/vectors/merkle is not here: the shared vectors are missing")
def test_negative_control_damaged_vectors_pass_where_roots_are_not_compared(monkeypatch) -> None:
    damaged = [vector for path in FILES if (vector := json.loads(path.read_text()))["wantErr"]]
    assert all(refused(vector) for vector in damaged)
    monkeypatch.setattr(merkle, "_refuse_other", lambda *_: None)
    assert not all(refused(vector) for vector in damaged)


def test_hashes_are_those_of_the_rfc() -> None:
    assert leaf_hash(b"") == sha256(b"\0").digest()
    assert node_hash(b"a" * 32, b"b" * 32) == sha256(b"\1" + b"a" * 32 + b"b" * 32).digest()
    assert Frontier().root == EMPTY_ROOT == sha256().digest()


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_grown_in_parts_has_the_root_by_definition(first: int, more: int) -> None:
    grown = Frontier().append(leaves(first)).append(leaves(first + more)[first:])
    assert grown.size == first + more
    assert grown.root == mth(leaves(first + more))


def test_appending_leaves_the_frontier_before_as_it_was() -> None:
    before = Frontier().append(leaves(5))
    before.append(leaves(9)[5:])
    assert before == Frontier().append(leaves(5))


@pytest.mark.parametrize(
    ("size", "peaks"), [(1, ()), (0, (bytes(32),)), (3, (bytes(32),)), (1, (bytes(31),)), (-1, ())]
)
def test_a_frontier_that_cannot_be_is_refused(size: int, peaks: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="peak"):
        Frontier(size, peaks)


def test_every_proof_of_every_small_tree_verifies() -> None:
    for size in range(1, 34):
        all_leaves = leaves(size)
        for index in range(size):
            proof = inclusion(index, all_leaves)
            verify_inclusion(index, size, all_leaves[index], proof, mth(all_leaves))
        for older in range(1, size + 1):
            proof = consistency(older, all_leaves)
            verify_consistency(older, size, proof, mth(all_leaves[:older]), mth(all_leaves))


def test_a_proof_shows_nothing_of_another_place() -> None:
    all_leaves = leaves(13)
    for index, other in [(index, other) for index in range(13) for other in range(20) if index != other]:
        with pytest.raises(ProofFails):
            verify_inclusion(other, 13, all_leaves[index], inclusion(index, all_leaves), mth(all_leaves))


@pytest.mark.parametrize("size", [0, -1, 2**63])
def test_impossible_sizes_are_refused(size: int) -> None:
    root = bytes(32)
    with pytest.raises(ProofFails):
        verify_inclusion(0, size, root, [], root)
    with pytest.raises(ProofFails):
        verify_consistency(size, size, [], root, root)


def test_one_size_needs_one_root_and_no_proof() -> None:
    root, other = leaves(2)
    verify_consistency(7, 7, [], root, root)
    with pytest.raises(ProofFails):
        verify_consistency(7, 7, [], root, other)
    with pytest.raises(ProofFails):
        verify_consistency(7, 7, [other], root, root)
