"""Registry numbers notice what people get wrong when they copy them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import Invalid, NotFound
from registry.core.numbers import find_registry_number, key_of, parse_registry_number, registry_number

KEYS = st.integers(min_value=1, max_value=2**60)


@given(KEYS)
def test_a_number_leads_back_to_its_key(key: int) -> None:
    number = registry_number("F", key)
    assert parse_registry_number("F", number) == key
    assert parse_registry_number("F", f" {number.replace('-', '').lower()} ") == key


@given(KEYS, st.data())
def test_one_wrong_digit_is_noticed(key: int, data: st.DataObject) -> None:
    number = registry_number("F", key)
    digits = [n for n, character in enumerate(number) if character.isdigit() and 1 < n < len(number) - 2]
    at = data.draw(st.sampled_from(digits))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    assert key_of("F", number[:at] + wrong + number[at + 1 :]) is None


def test_a_number_of_another_kind_is_not_taken() -> None:
    with pytest.raises(Invalid, match="L-000000001"):
        parse_registry_number("F", registry_number("L", 1))
    with pytest.raises(NotFound):
        find_registry_number("F", "F-000000001-?")
