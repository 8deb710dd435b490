"""New passwords: long, of one's own, and not made of what everybody uses."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from registry.access import secrets
from registry.access.passwords import common_passwords, unmet_for_password, worth
from registry.demo.loading import PASSWORD as DEMONSTRATION
from tests.makers import PASSWORD

WEAK = (
    "password1234567",
    "passwordpassword",
    "P@ssw0rd!P@ssw0rd!",
    "p4ssw0rd 123456789",
    "123456789012345",
    "qwertyuiopasdfghjkl",
    "1q2w3e4r5t6y7u8i",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "Summer2026Summer2026",
    "dragonmonkey2026",
    "iloveyou iloveyou iloveyou",
    "police firearms 2026",
    "National Registry Firearms 1999",
    "zyxwvutsrqponmlkj",
    "---------------a",
)
GOOD = (
    PASSWORD,
    DEMONSTRATION,
    "correct horse battery staple",
    "another long walk, uphill",
    "o rato roeu a roupa do rei",
    "كلمة مرور طويلة جدا للسجل",
    "Tr0ub4dor&3 and a bicycle",
)


@pytest.mark.parametrize("password", WEAK)
def test_what_everybody_would_try_is_refused(password: str) -> None:
    assert unmet_for_password(password, "maria", "Brazil")


@pytest.mark.parametrize("password", GOOD)
def test_a_sentence_of_ones_own_is_taken(password: str) -> None:
    assert unmet_for_password(password, "maria", "Brazil") == []


@pytest.mark.parametrize("password", ["maria walks up the hill", "by boat to BRÁZIL in winter"])
def test_the_login_and_the_name_of_the_state_are_left_out(password: str) -> None:
    assert "login" in unmet_for_password(password, "maria", "Brazil")[0].message


def test_every_long_common_password_is_refused() -> None:
    long = [password for password in common_passwords() if len(password) >= 15]
    assert len(common_passwords()) > 19_000
    assert len(long) > 30
    assert [password for password in long if not unmet_for_password(password, "maria")] == []


def test_a_password_drawn_at_random_is_taken() -> None:
    assert all(unmet_for_password(secrets.new_password(), "maria", "Brazil") == [] for _ in range(200))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(password: str) -> None:
    assert worth(password) >= 0


def test_the_longest_is_read_at_once() -> None:
    started = time.perf_counter()
    worth("password1234qwertz" * 11)
    assert time.perf_counter() - started < 0.5


def test_the_cost_of_a_guess_is_owasps_least(hasher: Callable[[], PasswordHasher]) -> None:
    costs = extract_parameters(hasher().hash(PASSWORD))
    assert (costs.type, costs.memory_cost, costs.time_cost) == (Type.ID, 19 * 1024, 2)
