"""Checkpoints, cosignatures, and the alarm when a log does not go on from what it said before."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.journal.merkle import EMPTY_ROOT, Frontier
from registry.ledger.checkpoints import Checkpoint, NotAnExtension, check_extension, cosign
from registry.ledger.notes import (
    Kind,
    Note,
    NoteMalformed,
    Signature,
    SignatureFails,
    Verified,
    VerifierKey,
    sign,
    verify,
)
from tests.ledger.notaries import (
    MONKEYS_5,
    MONKEYS_8,
    MONKEYS_KEY,
    MONKEYS_PRIVATE,
    MONKEYS_PROOF,
    VECTOR,
    VECTOR_KEY,
    VECTOR_LOG_LINE,
    VECTOR_TEXT,
    VECTOR_TIME,
    VECTOR_WITNESS_KEY,
    VECTOR_WITNESS_PRIVATE,
    invented,
    signer_of,
)
from tests.ledger.trees import consistency, leaves, mth

LOG, WITNESS = VerifierKey.parse(VECTOR_KEY), VerifierKey.parse(VECTOR_WITNESS_KEY)
OURS = invented("registry.example/ledger")
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def checkpoint(size: int, root: bytes | None = None) -> Note:
    """A signed checkpoint of the test's tree."""
    return sign(str(Checkpoint(OURS.key.name, size, mth(leaves(size)) if root is None else root)), OURS)


def test_a_checkpoint_reads_as_in_the_specification() -> None:
    text = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
    read = Checkpoint.parse(text)
    assert (read.origin, read.size, read.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert str(read) == text


@given(
    st.text(min_size=1, max_size=30),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(min_size=1, max_size=10), max_size=3),
)
def test_a_checkpoint_is_read_back_as_it_was_written_or_refused(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    try:
        written = Checkpoint(origin, size, root, tuple(extensions))
    except NoteMalformed:
        assert any(c < " " for c in origin + "".join(extensions))
        return
    assert Checkpoint.parse(str(written)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"log\n07\n{ROOT}\n",
        f"log\n+7\n{ROOT}\n",
        f"log\n-7\n{ROOT}\n",
        f"log\n٧\n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        f"log\n{2**63}\n{ROOT}\n",
        f"log\n0\n{ROOT}\n",
        "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "log\n7\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        f"log\n7\n{b64encode(bytes(31)).decode()}\n",
        f"log\n7\n{b64encode(bytes(33)).decode()}\n",
        f"log\n7\n{ROOT}\n\n",
        f"log\n7\n{ROOT}\nmore\n\nand more\n",
        "log\n7\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 7, bytes(32), ()),
        ("a\nb", 7, bytes(32), ()),
        ("log", -1, bytes(32), ()),
        ("log", 7, bytes(31), ()),
        ("log", 0, bytes(32), ()),
        ("log", 7, bytes(32), ("",)),
        ("log", 7, bytes(32), ("a\n",)),
        ("log\t", 7, bytes(32), ()),
    ],
)
def test_what_no_checkpoint_says_is_not_written(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises(NoteMalformed):
        Checkpoint(origin, size, root, extensions)


def test_a_checkpoint_of_another_implementation_verifies_with_its_cosignature() -> None:
    found = verify(Note.parse(VECTOR), [LOG, WITNESS])
    assert found == [Verified(LOG), Verified(WITNESS, VECTOR_TIME)]
    assert Checkpoint.parse(Note.parse(VECTOR).text).size == 1234


def test_a_cosignature_is_made_as_another_implementation_makes_it() -> None:
    signed = Note.parse(f"{VECTOR_TEXT}\n{VECTOR_LOG_LINE}".encode())
    assert bytes(cosign(signed, signer_of(VECTOR_WITNESS_PRIVATE), VECTOR_TIME)) == VECTOR


def cosignature() -> Signature:
    return Note.parse(VECTOR).signatures[1]


@given(st.integers(0, 8 * 72 - 1))
def test_any_bit_changed_in_a_cosignature_or_its_time_is_refused(bit: int) -> None:
    changed = bytearray(cosignature().value)
    changed[bit // 8] ^= 1 << bit % 8
    forged = Signature(WITNESS.name, WITNESS.id, bytes(changed))
    with pytest.raises(SignatureFails):
        verify(Note(VECTOR_TEXT, (forged,)), [WITNESS])


def test_a_cosignature_covers_the_lines_of_extensions() -> None:
    with pytest.raises(SignatureFails):
        verify(Note(VECTOR_TEXT + "more\n", (cosignature(),)), [WITNESS])


def test_a_cosignature_cut_short_is_refused() -> None:
    for length in range(1, 72):
        cut = Signature(WITNESS.name, WITNESS.id, cosignature().value[:length])
        with pytest.raises(SignatureFails):
            verify(Note(VECTOR_TEXT, (cut,)), [WITNESS])


def test_a_plain_signature_of_a_cosigners_key_is_no_cosignature() -> None:
    witness = invented("witness.example", Kind.COSIGNATURE)
    plain = Signature("witness.example", witness.key.id, bytes(8) + witness.sign(VECTOR_TEXT.encode()))
    with pytest.raises(SignatureFails):
        verify(Note(VECTOR_TEXT, (plain,)), [witness.key])


def test_a_cosignature_later_than_any_time_is_refused_though_signed() -> None:
    witness = invented("witness.example", Kind.COSIGNATURE)
    for time, fits in ((2**63 - 1, True), (2**63, False)):
        made = witness.sign(f"cosignature/v1\ntime {time}\n{VECTOR_TEXT}".encode())
        late = Note(
            VECTOR_TEXT, (Signature("witness.example", witness.key.id, time.to_bytes(8, "big") + made),)
        )
        if fits:
            assert verify(late, [witness.key]) == [Verified(witness.key, time)]
            continue
        with pytest.raises(SignatureFails):
            verify(late, [witness.key])


def test_only_checkpoints_are_cosigned_and_only_at_a_time() -> None:
    witness = invented("witness.example", Kind.COSIGNATURE)
    with pytest.raises(NoteMalformed):
        cosign(sign("Not a checkpoint.\n", OURS), witness, 1)
    for time in (-1, 2**63):
        with pytest.raises(ValueError, match="not a time"):
            cosign(checkpoint(1), witness, time)


def test_checkpoints_of_another_log_are_proved_to_go_on() -> None:
    five, eight = Note.parse(MONKEYS_5), Note.parse(MONKEYS_8)
    for note in (five, eight):
        verify(note, [VerifierKey.parse(MONKEYS_KEY)])
    assert check_extension(five, eight, MONKEYS_PROOF).size == 8
    assert bytes(sign(eight.text, signer_of(MONKEYS_PRIVATE))) == MONKEYS_8


@given(st.integers(1, 200), st.integers(0, 200))
def test_a_tree_that_grew_goes_on_from_what_it_was(older: int, more: int) -> None:
    size = older + more
    proof = consistency(older, leaves(size))
    assert check_extension(checkpoint(older), checkpoint(size), proof).size == size


def test_every_tree_goes_on_from_the_empty_one() -> None:
    empty = checkpoint(0, EMPTY_ROOT)
    assert Frontier().root == EMPTY_ROOT
    assert check_extension(empty, empty, []).size == 0
    assert check_extension(empty, checkpoint(7), []).size == 7


FORKS = {
    "another root at one size": (checkpoint(7), checkpoint(7, bytes(32)), []),
    "a smaller tree": (checkpoint(7), checkpoint(6), consistency(6, leaves(7))),
    "an empty tree": (checkpoint(7), checkpoint(0), []),
    "another larger tree": (checkpoint(6), checkpoint(7, bytes(32)), consistency(6, leaves(7))),
    "another smaller tree": (checkpoint(6, bytes(32)), checkpoint(7), consistency(6, leaves(7))),
    "no proof": (checkpoint(6), checkpoint(7), []),
    "a proof between other sizes": (checkpoint(6), checkpoint(7), consistency(5, leaves(7))),
    "a proof from the empty tree": (checkpoint(0), checkpoint(7), [bytes(32)]),
}


@pytest.mark.parametrize(("known", "offered", "proof"), FORKS.values(), ids=FORKS)
def test_a_checkpoint_that_does_not_go_on_is_an_alarm_that_carries_both(
    known: Note, offered: Note, proof: list[bytes]
) -> None:
    with pytest.raises(NotAnExtension) as alarm:
        check_extension(known, offered, proof)
    assert (alarm.value.known, alarm.value.offered, alarm.value.proof) == (known, offered, tuple(proof))
    for note in (alarm.value.known, alarm.value.offered):
        verify(note, [OURS.key])


def test_checkpoints_of_two_logs_are_not_compared() -> None:
    with pytest.raises(NoteMalformed, match="not the log"):
        check_extension(checkpoint(5), Note.parse(MONKEYS_8), MONKEYS_PROOF)
