"""Reading marks: what counts, what does not, what looks alike."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import Invalid
from registry.marks.patterns import Pattern, parse
from registry.marks.reading import acceptable_text, fold_key, folded, is_placeholder, normal_form, script_of
from tests.naughty import NAUGHTY, public_list

TEXT = st.text(max_size=64)
SERIAL = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=12)


@pytest.mark.parametrize("written", ["UZZ18", "UZZ-18", "UZZ 18", "uzz.18", "ＵＺＺ１８", " uzz/18 "])
def test_one_code_in_all_its_spellings(written: str) -> None:
    assert normal_form(written) == "UZZ18"


def test_zeros_and_letters_of_every_script_are_kept() -> None:
    assert normal_form("007-АБ") == "007АБ"
    assert normal_form("١٢٣") == "123"


@given(TEXT)
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)
    assert folded(text) == fold_key(normal_form(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TAB12O45", "TAB12045"),
        ("I1L", "111"),
        ("5S", "S5"),
        ("8B", "B8"),
        ("2Z", "ZZ"),
        ("6G", "GG"),
        ("UV", "VV"),
        ("0QD", "OOO"),
        ("АВ1234", "AB1234"),
        ("ΑΒ12", "AB12"),
    ],
)
def test_look_alikes_fold_to_one_key_though_their_normal_forms_differ(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("A", "B"), ("7", "1"), ("3", "8"), ("K", "X"), ("Д", "A"), ("4", "A")]
)
def test_what_does_not_look_alike_stays_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    "text", ["NONE", "none", "Oblit.", "0000", "0", "XXXX", "N/A", "no serial", "----", ""]
)
def test_placeholders_are_no_serials(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["0001", "NA1234", "X1", "NONE5", "AB 0000"])
def test_serials_that_resemble_placeholders_are_serials(text: str) -> None:
    assert not is_placeholder(text)


def test_scripts_are_told_apart() -> None:
    assert [script_of(t) for t in ("AB1", "АБ1", "ΓΔ", "五六", "AБ", "123")] == [
        "Latin", "Cyrillic", "Greek", "Han", "mixed", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["A\u202eB", "A\u200bB", "A\0B", "...", "A" * 65])
def test_a_mark_that_cannot_be_seen_is_refused_by_name(text: str) -> None:
    assert [unmet.field for unmet in acceptable_text(text, "marks.0.text")] == ["marks.0.text"]


def test_naughty_texts_are_read_or_refused() -> None:
    for text in NAUGHTY:
        normal_form(text)
        folded(text)
        is_placeholder(text)
        acceptable_text(text, "text")


def test_the_public_list_of_naughty_texts_is_read_or_refused() -> None:
    for text in public_list():
        assert normal_form(normal_form(text)) == normal_form(text)
        is_placeholder(text)
        with contextlib.suppress(Invalid):
            assert parse(text).legible > 0


@given(SERIAL, st.data())
def test_a_mark_fits_every_pattern_made_from_it(serial: str, data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.integers(0, len(serial) - 1), max_size=len(serial) - 2))
    damaged = "".join("?" if n in hidden else c for n, c in enumerate(serial))
    assert parse(damaged).matches(folded(serial))
    assert parse(damaged).matches_exactly(normal_form(serial))


@given(st.text(alphabet="AB?*", min_size=2, max_size=10), st.text(alphabet="AB", max_size=10))
def test_matching_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    meant = Pattern(pattern, pattern, pattern, tuple(pattern), is_exact=False)
    expected = re.fullmatch(pattern.replace("?", ".").replace("*", ".*"), text) is not None
    assert meant.matches_exactly(text) is expected


@pytest.mark.parametrize(
    "text", ["?", "*", "A*", "??????", "*?*?*?*?*?*", "A" * 65, "*****AB", "\0AB", "-", "A\u202eB?"]
)
def test_a_pattern_that_would_fit_anything_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(text)
    assert [unmet.field for unmet in refusal.value.unmet] == ["mark"]


def test_a_pattern_meant_to_take_for_ever_does_not() -> None:
    pattern = parse("*A*A*A*AB")
    # backtracking would need 5000^4 steps here
    assert not pattern.matches("A" * 5000)
