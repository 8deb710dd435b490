"""Signed notes: those of other implementations verify, ours are theirs byte for byte, others are refused."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.keys import KeyRefused
from registry.ledger.notes import (
    Kind,
    Note,
    NoteMalformed,
    NotSigned,
    Signature,
    SignatureFails,
    Verified,
    VerifierKey,
    sign,
    signature_of,
    verify,
)
from tests.ledger.notaries import (
    ENOCH_KEY,
    ENOCH_LINE,
    EXAMPLE,
    EXAMPLE_KEY,
    PETER_KEY,
    PETER_LINE,
    PETER_PRIVATE,
    TEXT,
    VECTOR_WITNESS_KEY,
    invented,
    signer_of,
)

PETER, ENOCH = VerifierKey.parse(PETER_KEY), VerifierKey.parse(ENOCH_KEY)
BOTH = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode()


def test_the_example_of_the_specification_verifies() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    note = Note.parse(EXAMPLE)
    assert (key.name, key.id.hex(), key.kind) == ("example.com/foo", "530d903a", Kind.ED25519)
    assert note.text == "This is an example message.\n"
    assert verify(note, [key]) == [Verified(key)]
    assert bytes(note) == EXAMPLE


def test_a_note_is_signed_as_the_reference_implementation_signs_it() -> None:
    signer = signer_of(PETER_PRIVATE)
    assert str(signer.key) == PETER_KEY
    assert bytes(sign(TEXT, signer)) == f"{TEXT}\n{PETER_LINE}".encode()


@pytest.mark.parametrize(
    ("known", "found"), [([PETER], [PETER]), ([ENOCH, PETER], [PETER, ENOCH]), ([ENOCH, ENOCH], [ENOCH])]
)
def test_signatures_of_known_keys_are_verified_and_others_passed_over(
    known: list[VerifierKey], found: list[VerifierKey]
) -> None:
    assert verify(Note.parse(BOTH), known) == [Verified(key) for key in found]


def test_a_note_that_no_known_key_has_signed_is_refused() -> None:
    for keys in ([], [invented("somebody").key], [invented("PeterNeumann").key]):
        with pytest.raises(NotSigned):
            verify(Note.parse(BOTH), keys)


def test_a_changed_text_is_refused() -> None:
    with pytest.raises(SignatureFails, match="PeterNeumann"):
        verify(Note.parse(BOTH.replace(b"answer", b"Answer")), [PETER])


def test_one_wrong_signature_of_a_known_key_refuses_the_note_though_another_is_right() -> None:
    note = Note.parse(BOTH)
    forged = Signature(ENOCH.name, ENOCH.id, bytes(64))
    with pytest.raises(SignatureFails, match="EnochRoot"):
        verify(note.signed(forged), [PETER, ENOCH])
    assert verify(note.signed(forged), [PETER]) == [Verified(PETER)]


@given(st.integers(0, 8 * 68 - 1))
def test_any_bit_changed_in_a_signature_is_noticed(bit: int) -> None:
    encoded = PETER_LINE.split(" ")[2]
    changed = bytearray(b64decode(encoded))
    changed[bit // 8] ^= 1 << bit % 8
    note = Note.parse(f"{TEXT}\n{PETER_LINE.replace(encoded.strip(), b64encode(changed).decode())}".encode())
    with pytest.raises((SignatureFails, NotSigned)):
        verify(note, [PETER])


def test_a_key_signs_in_place_of_its_older_signature() -> None:
    note = Note.parse(BOTH)
    assert note.signed(signature_of(TEXT, signer_of(PETER_PRIVATE))).signatures == note.signatures[::-1]


MALFORMED = {
    "no signature": TEXT.encode(),
    "no signature after the blank line": f"{TEXT}\n".encode(),
    "no newline at the end": f"{TEXT}\n{PETER_LINE[:-1]}".encode(),
    "a control character": f"\x01{TEXT}\n{PETER_LINE}".encode(),
    "a tab": f"\t{TEXT}\n{PETER_LINE}".encode(),
    "a carriage return": f"{TEXT}\r\n\n{PETER_LINE}".encode(),
    "not UTF-8": b"\xff" + f"{TEXT}\n{PETER_LINE}".encode(),
    "an encoded surrogate": b"\xed\xa0\x80" + f"{TEXT}\n{PETER_LINE}".encode(),
    "a name with a space": f"{TEXT}\n{PETER_LINE.replace('Neumann', ' Neumann')}".encode(),
    "a name with a space of another script": f"{TEXT}\n{PETER_LINE.replace('Neu', chr(0x3000))}".encode(),
    "a name with a plus": f"{TEXT}\n{PETER_LINE.replace('Neu', '+')}".encode(),
    "no name": f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', '')}".encode(),
    "a control character in a name": f"{TEXT}\n{PETER_LINE.replace('Neu', chr(0x1B))}".encode(),
    "an unexpected line": f"{TEXT}\n{PETER_LINE}Unexpected line.\n".encode(),
    "another dash": f"{TEXT}\n{PETER_LINE.replace('—', '-')}".encode(),
    "a space too many": f"{TEXT}\n{PETER_LINE.replace(' x', '  x')}".encode(),
    "a space at the end": f"{TEXT}\n{PETER_LINE[:-1]} \n".encode(),
    "base64 without padding": f"{TEXT}\n{PETER_LINE.replace('=', '')}".encode(),
    "base64 with more padding": f"{TEXT}\n{PETER_LINE.replace('=', '==')}".encode(),
    "base64 with bits to spare": f"{TEXT}\n{PETER_LINE.replace('nAM=', 'nAN=')}".encode(),
    "base64 of another alphabet": f"{TEXT}\n{PETER_LINE.replace('/', '_')}".encode(),
    "only a key's id": f"{TEXT}\n— PeterNeumann x08gow==\n".encode(),
    "too many signatures": f"{TEXT}\n{PETER_LINE * 101}".encode(),
    "too long": b"x" * (1 << 20) + f"{TEXT}\n{PETER_LINE}".encode(),
    "nothing": b"",
}


@pytest.mark.parametrize("written", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_a_signed_note_is_refused(written: bytes) -> None:
    with pytest.raises(NoteMalformed):
        Note.parse(written)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"{text}\n\n{PETER_LINE}".encode()))
def test_what_is_read_is_written_back_byte_for_byte_or_refused(written: bytes) -> None:
    try:
        note = Note.parse(written)
    except NoteMalformed:
        return
    assert bytes(note) == written


def test_sixteen_signatures_are_accepted_as_the_specification_asks() -> None:
    note = sign("A note.\n", invented("signer 0".replace(" ", "-")))
    for number in range(1, 16):
        note = note.signed(signature_of(note.text, invented(f"signer-{number}")))
    keys = [invented(f"signer-{number}").key for number in range(16)]
    assert verify(Note.parse(bytes(note)), keys) == [Verified(key) for key in keys]


def test_the_last_empty_line_parts_text_and_signatures() -> None:
    signer = invented("example.org/log")
    note = Note.parse(bytes(sign("one\n\ntwo\n\n", signer)))
    assert note.text == "one\n\ntwo\n\n"
    verify(note, [signer.key])


@pytest.mark.parametrize("text", ["", "abc", "a\rb\n", "a\x00\n", "\ud800\n"])
def test_a_text_that_no_note_can_have_is_not_signed(text: str) -> None:
    with pytest.raises(NoteMalformed):
        sign(text, invented("example.org/log"))


@given(st.text(max_size=50), st.sampled_from(Kind))
def test_a_key_is_read_back_from_its_text(name: str, kind: Kind) -> None:
    try:
        key = invented("x", kind).key
        key = VerifierKey(name, key.public, kind)
    except KeyRefused:
        assert not name or any(c in name for c in "+") or any(c.isspace() or c < " " for c in name)
        return
    assert VerifierKey.parse(str(key)) == key


def test_a_key_cut_anywhere_is_refused() -> None:
    for start in range(len(PETER_KEY)):
        for end in range(start, len(PETER_KEY) + 1):
            if end - start < len(PETER_KEY):
                with pytest.raises(KeyRefused):
                    VerifierKey.parse(PETER_KEY[start:end])


def test_a_key_with_any_character_changed_is_refused() -> None:
    for at, character in enumerate(PETER_KEY):
        with pytest.raises(KeyRefused):
            VerifierKey.parse(PETER_KEY[:at] + chr(ord(character) + 1) + PETER_KEY[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_KEY.replace("c74f20a3", "C74F20A3"),
        PETER_KEY + "=",
        PETER_KEY + "\n",
        "\ud800" + PETER_KEY,
        "",
        "++",
    ],
)
def test_a_text_that_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(KeyRefused):
        VerifierKey.parse(text)


def test_one_public_key_is_another_key_as_a_cosigner() -> None:
    cosigner = VerifierKey.parse(VECTOR_WITNESS_KEY)
    assert cosigner.kind is Kind.COSIGNATURE
    assert VerifierKey(cosigner.name, cosigner.public).id != cosigner.id


class OtherKey:
    """A token that signs with another key than it says."""

    key = PETER

    def sign(self, message: bytes) -> bytes:
        return invented("somebody").sign(message)


def test_a_signature_that_does_not_verify_is_never_given_out() -> None:
    with pytest.raises(SignatureFails):
        sign(TEXT, OtherKey())


def test_a_key_makes_only_signatures_of_its_kind() -> None:
    with pytest.raises(ValueError, match="COSIGNATURE"):
        sign(TEXT, invented("witness", Kind.COSIGNATURE))
    with pytest.raises(ValueError, match="ED25519"):
        signature_of(TEXT, invented("log"), time=1)
