"""Only keys that a signature binds to are admitted."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger.keys import KeyRefused, admitted

# Every encoding of a point of low order: C2SP CCTV, ed25519, README.
LOW_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
NOT_CANONICAL = {key for key in LOW_ORDER if key[:2] in ("ed", "ee")} | {LOW_ORDER[5], LOW_ORDER[13]}
# Of the same collection's vectors: 258 has a part of low order, 266 is of prime order.
MIXED = "dd1483c5304d412c1f29547640a5c2950222ee8931b7ed1c72602b7afa7024e0"
PRIME = "ef75b20e7540e3dff77404193652ba2bd13df99c1508eee1515e27ae25f28076"
# RFC 8032 section 7.1, tests 1 to 3.
RFC_8032 = [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
]


@pytest.mark.parametrize("key", LOW_ORDER)
def test_keys_of_low_order_are_refused_in_every_encoding(key: str) -> None:
    with pytest.raises(KeyRefused, match="canonical" if key in NOT_CANONICAL else "point of low order"):
        admitted(bytes.fromhex(key))


def test_negative_control_the_library_alone_lets_one_signature_pass_for_every_message() -> None:
    neutral = Ed25519PublicKey.from_public_bytes(bytes.fromhex(LOW_ORDER[4]))
    for message in (b"one", b"another"):
        neutral.verify(bytes.fromhex(LOW_ORDER[4]) + bytes(32), message)


def test_a_key_with_a_part_of_low_order_is_refused() -> None:
    with pytest.raises(KeyRefused, match="part of low order"):
        admitted(bytes.fromhex(MIXED))


@pytest.mark.parametrize("key", [PRIME, *RFC_8032])
def test_good_keys_are_admitted(key: str) -> None:
    assert admitted(bytes.fromhex(key)).public_bytes_raw() == bytes.fromhex(key)


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32))
def test_every_key_made_from_a_seed_is_admitted(seed: bytes) -> None:
    admitted(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


@pytest.mark.parametrize("y", [*range(2**255 - 19, 2**255)])
@pytest.mark.parametrize("sign", [0, 1])
def test_coordinates_beyond_the_field_are_refused(y: int, sign: int) -> None:
    with pytest.raises(KeyRefused, match="canonical"):
        admitted((y | sign << 255).to_bytes(32, "little"))


def test_what_is_no_point_of_the_curve_is_refused() -> None:
    with pytest.raises(KeyRefused, match="not a point"):
        admitted((2).to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyRefused, match="32 bytes"):
        admitted(bytes(length))
