"""Verification codes: nobody guesses one, every wrong character is noticed, people's spelling is forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.verification import codes

codes_made = st.builds(codes.code_for, st.binary(min_size=32, max_size=32), st.binary(max_size=16), st.text())
CODE = codes.code_for(b"k" * 32, b"s" * 16, "trace_report T-000000001-X 1")


@given(codes_made, st.integers(0, codes.LENGTH - 1), st.sampled_from(codes.ALPHABET))
def test_every_single_wrong_character_is_noticed(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert codes.read(wrong) == ("" if wrong != code else code)


@given(codes_made)
def test_a_code_is_read_as_people_type_it(code: str) -> None:
    for typed in (
        code.lower(),
        codes.shown(code),
        f"  {codes.shown(code).replace('-', ' ')} ",
        codes.shown(code).replace("-", "–"),
        code.replace("0", "O").replace("1", "l").replace("V", "u"),
        f"https://registry.example/verify/{codes.shown(code)}/",
    ):
        assert codes.read(typed) == code


@pytest.mark.parametrize(
    "text", ["", " ", "0" * 27, CODE[:-1], CODE + "0", CODE + "\N{ZERO WIDTH SPACE}", "é" * 28]
)
def test_what_is_no_code_is_read_as_none(text: str) -> None:
    assert codes.read(text) == ""


def test_codes_differ_with_key_salt_and_document_and_tell_nothing_of_each_other() -> None:
    others = {
        CODE,
        codes.code_for(b"l" * 32, b"s" * 16, "trace_report T-000000001-X 1"),
        codes.code_for(b"k" * 32, b"t" * 16, "trace_report T-000000001-X 1"),
        codes.code_for(b"k" * 32, b"s" * 16, "trace_report T-000000001-X 2"),
    }
    assert len(others) == 4
    assert all(sum(a == b for a, b in zip(CODE, other, strict=True)) < 10 for other in others - {CODE})


def test_a_code_holds_135_bits_of_its_digest() -> None:
    seen = {codes.code_for(b"k" * 32, n.to_bytes(16), "x") for n in range(2000)}
    assert len(seen) == 2000
    for place in range(codes.LENGTH - 1):  # each place takes every letter
        assert {code[place] for code in seen} == set(codes.ALPHABET)
