"""The tree in tiles: laid out as the specification says, and every proof made from them verifies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import NotFound
from registry.core.journal.merkle import Frontier, ProofFails, leaf_hash, verify_consistency, verify_inclusion
from registry.ledger.tiles import TileDamaged, TilePath, Tree, integrate, pack_entries, unpack_entries
from tests.ledger.trees import consistency, inclusion, leaves, mth

SIZE = st.integers(1, 1500)


class Shelf(dict[str, bytes]):
    """Tiles by their paths, every partial one kept, as a log that serves them would."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self[str(TilePath(level, index, width))]

    def grow(self, size: int, new: tuple[bytes, ...]) -> None:
        self.update({str(tile.path): tile.hashes for tile in integrate(self, size, new)})


class LatestOnly(Shelf):
    """Only the last state of a tile, by level and index, as a database would keep it."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        return self[f"{level}/{index}"][: 32 * width]

    def grow(self, size: int, new: tuple[bytes, ...]) -> None:
        self.update({f"{tile.level}/{tile.index}": tile.hashes for tile in integrate(self, size, new)})


def grown(*sizes: int, shelf: Shelf | None = None) -> Shelf:
    """A shelf grown to each size after the other."""
    shelf = Shelf() if shelf is None else shelf
    for size, larger in zip([0, *sizes], sizes, strict=False):
        shelf.grow(size, leaves(larger)[size:])
    return shelf


def test_paths_are_those_of_the_specification() -> None:
    assert str(TilePath(0, 1234067)) == "tile/0/x001/x234/067"
    assert str(TilePath(3, 5, 17)) == "tile/3/005.p/17"
    assert str(TilePath(63, 1000)) == "tile/63/x001/000"
    assert str(TilePath(None, 1234067, 112)) == "tile/entries/x001/x234/067.p/112"


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 2**55), st.integers(1, 256))
def test_a_path_is_read_back_as_it_was_written(level: int | None, index: int, width: int) -> None:
    path = TilePath(level, index, width)
    assert TilePath.parse(str(path)) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile/0/1",
        "tile/0/0001",
        "tile/00/001",
        "tile/64/001",
        "tile/-1/001",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001.p/256",
        "tile/0/001.p/257",
        "tile/0/001.p/",
        "tile/0/001\n",
        "tile/0/../001",
        "tile/0/٠٠١",
        "/tile/0/001",
        "tile/entries/001.p/1/",
        "tile/data/001",
        "tile/0/" + "x001/" * 30 + "001",
    ],
)
def test_what_is_not_the_one_path_of_a_tile_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        TilePath.parse(text)


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    shelf = grown(70_000)
    full = [path for path in shelf if ".p/" not in path]
    assert sum(path.startswith("tile/0/") for path in full) == 273
    assert [path for path in full if not path.startswith("tile/0/")] == ["tile/1/000"]
    assert set(shelf) - set(full) == {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert all(len(shelf[path]) == 8192 for path in full)
    assert Tree(shelf).root(70_000) == Frontier().append(leaves(70_000)).root


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_1_above() -> None:
    assert set(grown(256)) == {"tile/0/000", "tile/1/000.p/1"}


@given(st.lists(SIZE, min_size=1, max_size=4).map(sorted))
def test_grown_in_parts_or_at_once_the_tree_is_the_same(sizes: list[int]) -> None:
    *_, size = sizes
    shelf, tree = grown(*sizes), Tree(grown(*sizes, shelf=LatestOnly()))
    assert grown(size).items() <= shelf.items()
    assert tree.frontier(size) == Frontier().append(leaves(size))
    assert [tree.root(older) for older in sizes] == [mth(leaves(older)) for older in sizes]


@given(SIZE, st.data())
def test_every_inclusion_proof_is_that_of_the_definition_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = Tree(grown(size)).inclusion(index, size)
    assert proof == inclusion(index, leaves(size))
    verify_inclusion(index, size, leaves(size)[index], proof, mth(leaves(size)))


@given(SIZE, st.data())
def test_every_consistency_proof_is_that_of_the_definition_and_verifies(
    size: int, data: st.DataObject
) -> None:
    older = data.draw(st.integers(1, size))
    proof = Tree(grown(older, size)).consistency(older, size)
    assert proof == consistency(older, leaves(size))
    verify_consistency(older, size, proof, mth(leaves(older)), mth(leaves(size)))


def flipped(hashes: list[bytes], bit: int) -> list[bytes]:
    """The hashes with one bit, counted over all of them, changed."""
    joined = bytearray(b"".join(hashes))
    joined[bit // 8] ^= 1 << bit % 8
    return [bytes(joined[at : at + 32]) for at in range(0, len(joined), 32)]


@given(SIZE, st.data())
def test_an_inclusion_proof_with_any_bit_changed_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    good = [leaves(size)[index], mth(leaves(size)), *Tree(grown(size)).inclusion(index, size)]
    leaf, root, *proof = flipped(good, data.draw(st.integers(0, 256 * len(good) - 1)))
    with pytest.raises(ProofFails):
        verify_inclusion(index, size, leaf, proof, root)


@given(SIZE, st.data())
def test_a_consistency_proof_with_any_bit_changed_is_refused(size: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, size))
    good = [mth(leaves(older)), mth(leaves(size)), *Tree(grown(size)).consistency(older, size)]
    root1, root2, *proof = flipped(good, data.draw(st.integers(0, 256 * len(good) - 1)))
    with pytest.raises(ProofFails):
        verify_consistency(older, size, proof, root1, root2)


@given(SIZE, st.data())
def test_a_proof_cut_short_or_drawn_out_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = Tree(grown(size)).inclusion(index, size), mth(leaves(size))
    for wrong in ([*proof, root], [root, *proof], *([proof[:-1], proof[1:]] if proof else [])):
        with pytest.raises(ProofFails):
            verify_inclusion(index, size, leaves(size)[index], wrong, root)


def test_a_tree_whose_tile_was_changed_has_another_root() -> None:
    shelf = grown(300)
    honest = Tree(shelf).root(300)
    shelf["tile/0/001.p/44"] = bytes(32) + shelf["tile/0/001.p/44"][32:]
    assert Tree(shelf).root(300) != honest


def test_a_rewritten_leaf_cannot_be_proved_consistent() -> None:
    rewritten = (leaf_hash(b"another"), *leaves(600)[1:])
    forked = Shelf()
    forked.grow(0, rewritten)
    proof = Tree(forked).consistency(400, 600)
    with pytest.raises(ProofFails):
        verify_consistency(400, 600, proof, mth(leaves(400)), mth(rewritten))


@pytest.mark.parametrize("damage", [b"", bytes(31), bytes(64)])
def test_a_tile_of_a_wrong_length_is_named(damage: bytes) -> None:
    shelf = grown(257)
    shelf["tile/0/001.p/1"] = damage
    with pytest.raises(TileDamaged, match=r"tile/0/001\.p/1"):
        Tree(shelf).root(257)
    with pytest.raises(TileDamaged, match=r"tile/0/001\.p/1"):
        shelf.grow(257, leaves(258)[257:])


def test_there_is_no_proof_of_what_is_not_in_the_tree() -> None:
    tree = Tree(grown(10))
    for index in (-1, 10):
        with pytest.raises(NotFound):
            tree.inclusion(index, 10)
    for older in (0, 11):
        with pytest.raises(NotFound):
            tree.consistency(older, 10)


def test_a_leaf_that_is_no_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        list(integrate(Shelf(), 0, [bytes(31)]))


def test_nothing_appended_changes_no_tile() -> None:
    assert list(integrate(grown(300), 300, [])) == []


@given(st.lists(st.binary(max_size=40), max_size=256))
def test_a_bundle_is_unpacked_as_it_was_packed(entries: list[bytes]) -> None:
    assert unpack_entries(pack_entries(entries)) == entries


def test_a_bundle_has_its_lengths_in_two_bytes_big_endian() -> None:
    assert pack_entries([b"abc", b"", b"x" * 258]) == b"\0\3abc" + b"\0\0" + b"\1\2" + b"x" * 258


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    assert unpack_entries(pack_entries([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(ValueError, match="65535"):
        pack_entries([bytes(65_536)])


@pytest.mark.parametrize("bundle", [b"\0", b"\0\1", b"\0\1ab", b"\0\0" * 257])
def test_a_bundle_cut_off_or_too_long_is_refused(bundle: bytes) -> None:
    with pytest.raises(TileDamaged):
        unpack_entries(bundle)
