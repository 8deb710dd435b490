"""How marks are understood: symbols, patterns of makers, what is typed as a serial and is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import Invalid
from registry.marks import catalogue, grammar, symbols
from registry.marks.catalogue import MarkRule
from registry.marks.understanding import import_mark, understand
from schemas.marks import ReadingAsked, Understood
from schemas.vocabulary import MarkKind, Role, Symbol
from tests.makers import bearer
from tests.naughty import NAUGHTY

STATES = ("BR", "AT", "US", "CN", "BG", "SU", "RU")


def understood(mark: str, **told: Any) -> Understood:
    return understand(ReadingAsked(mark=mark, **told), catalogue.rules(), STATES, 2026)


def warned(mark: str, **told: Any) -> str:
    return " ".join(warning.text for warning in understood(mark, **told).warnings)


@pytest.mark.parametrize(
    ("text", "rest", "signs"),
    [
        ("(star) AB 1234", "AB 1234", (Symbol.STAR,)),
        ("(66 in triangle) 1234567", "1234567", (Symbol.SIXTY_SIX_IN_TRIANGLE,)),
        ("★1234", "1234", (Symbol.STAR,)),
        ("△↑ 77", "77", (Symbol.TRIANGLE, Symbol.ARROW)),
        ("AB (1234)", "AB (1234)", ()),
        ("(Arrow_In_Triangle)x1", "x1", (Symbol.ARROW_IN_TRIANGLE,)),
    ],
)
def test_symbols_are_typed_as_characters_or_by_name(text: str, rest: str, signs: tuple[Symbol, ...]) -> None:
    assert symbols.told_in(text) == (rest, signs)


@pytest.mark.parametrize(
    ("signs", "code", "states"),
    [
        (("triangle",), "26 1234567", {"CN"}),
        (("triangle",), "1234567", set()),
        (("star",), "AB1234", {"RU"}),
        (("double_circle",), "10 28 1234", {"BG"}),
        (("double_circle", "crown"), "10 28 1234", {"BG"}),
        (("star", "sixty_six_in_triangle"), "1234", set()),
        ((), "1234", set()),
    ],
)
def test_symbols_and_code_decode_to_states(signs: tuple[str, ...], code: str, states: set[str]) -> None:
    assert symbols.decode(signs, code) == states


def test_every_meaning_and_rule_names_its_source_and_can_be_read() -> None:
    assert all(one.source for one in (*catalogue.meanings(), *catalogue.rules()))
    for rule in catalogue.rules():
        assert grammar.compiled(rule.pattern)


def test_a_serial_tells_its_year_and_maker() -> None:
    found = understood("ЕТ 28 1234", symbols=(Symbol.TEN_IN_DOUBLE_CIRCLE,))
    assert (found.hypotheses[0].maker, found.hypotheses[0].first_year) == ("Arsenal", 1988)
    assert found.kind is MarkKind.MANUFACTURE
    jianshe = understood("1234567", symbols=(Symbol.TWENTY_SIX_IN_TRIANGLE,))
    assert [one.country for one in jianshe.hypotheses] == ["CN"]


def test_numbers_that_models_share_are_told_apart_by_the_maker() -> None:
    assert {one.model for one in understood("33805").hypotheses} == {"1902", "1903", "1908"}


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("NONE", "stands for a missing serial"),
        ("0000", "stands for a missing serial"),
        ("US PAT 3456789", "patent"),
        ("MOD 92FS", "model"),
        ("9mm Luger", "calibre"),
        ("AC", "1977"),
        ("B1", "1956"),
        ("BR 05", "mark of import: BR, 2005"),
        ("IMP AT 1987", "mark of import: AT, 1987"),
        ("CAI GEORGIA VT 1234", "importer"),
        ("АВ1234", "Cyrillic letters"),
        ("AБ1234", "several scripts"),
        ("١٢٣٤٥", "digits are read"),
    ],
)
def test_what_is_typed_as_a_serial_and_is_none_is_said_before_the_search(mark: str, said: str) -> None:
    assert said in warned(mark)


@pytest.mark.parametrize("mark", ["TAB12345", "BR051234", "C12345", "US12345"])
def test_a_plain_serial_is_not_warned_of(mark: str) -> None:
    assert warned(mark) == ""


def test_a_serial_that_does_not_fit_its_maker_is_warned_of() -> None:
    assert "No known serial of Jianshe" in warned("ZZ99", maker="Jianshe")
    assert warned("1234567", maker="Jianshe") == ""
    assert warned("ZZ99", maker="Nobody knows") == ""


def test_symbols_of_another_state_are_warned_of() -> None:
    assert "stand for RU" in warned("AB1234", symbols=(Symbol.STAR,), country="BR")
    assert warned("AB1234", symbols=(Symbol.STAR,), country="SU") == ""


@pytest.mark.parametrize(("text", "year"), [("BR05", None), ("BR 05", 2005), ("BR-98", 1998), ("ZZ 05", None),
                                            ("BR 2050", None)])  # fmt: skip
def test_marks_of_import_are_written_apart(text: str, year: int | None) -> None:
    found = import_mark(text, STATES, 2026)
    assert (found and found.year) == year


def test_years_of_two_digits_stay_within_the_years_of_make() -> None:
    rule = MarkRule("M", "BR", "A{year}999", first=1970, last=2010)
    read = {key: grammar.read(rule, key) for key in ("B85123", "B05123", "B50123")}
    assert {key: found and found.first_year for key, found in read.items()} == {
        "B85123": 1985, "B05123": 2005, "B50123": None,
    }  # fmt: skip
    assert grammar.read(replace(rule, pattern="A{year+1960}999"), "B05123") is None


@pytest.mark.parametrize("pattern", ["", "{years}", "B9", "<1-2><3-4>", "'", "()*", "9" * 80 + "x"])
def test_a_pattern_that_cannot_be_read_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(Invalid) as refusal:
        grammar.compiled(pattern)
    assert refusal.value.unmet[0].field == "pattern"


@given(st.text(max_size=80))
def test_any_pattern_is_read_or_refused(pattern: str) -> None:
    try:
        grammar.compiled(pattern).read("TAB12345")
    except Invalid:
        return


@given(st.text(max_size=64))
def test_any_mark_is_understood_or_refused(mark: str) -> None:
    try:
        understood(mark)
    except Invalid:
        return


def test_naughty_marks_are_understood_or_refused(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app, Role.POLICE)
    for text in NAUGHTY[:40]:
        answer = client.post("/api/v1/marks/reading", json={"mark": text}, headers=headers)
        assert answer.status_code in (200, 422), text


RULE = {
    "maker": "Boito",
    "country": "BR",
    "pattern": "'BM'99999",
    "source": "Letter of the maker",
    "tells": "Miura",
}


def test_the_authority_adds_patterns_and_withdraws_them(app: Flask, client: FlaskClient) -> None:
    supervisor, police = bearer(app, Role.AUTHORITY_SUPERVISOR), bearer(app, Role.POLICE)
    assert client.post("/api/v1/marks/rules", json=RULE, headers=police).status_code == 403
    made = client.post("/api/v1/marks/rules", json=RULE, headers=supervisor)
    assert made.status_code == 201, made.json

    def told() -> list[str]:
        answer = client.post("/api/v1/marks/reading", json={"mark": "BM12345"}, headers=police)
        return [one["tells"] for one in answer.json["hypotheses"] if one["maker"] == "Boito"]

    assert told() == ["Miura"]
    path = f"{made.headers['Location']}/withdrawal"
    gone = client.post(
        path, json={"reason": "wrong"}, headers={**supervisor, "If-Match": made.headers["ETag"]}
    )
    assert (gone.status_code, gone.json["withdrawn"], told()) == (200, True, [])
    listed = client.get("/api/v1/marks/rules", headers=police).json["items"]
    assert [one["withdrawn"] for one in listed if one["maker"] == "Boito"] == [True]


def test_a_wrong_pattern_is_refused_at_its_field(app: Flask, client: FlaskClient) -> None:
    supervisor = bearer(app, Role.AUTHORITY_SUPERVISOR)
    for wrong, field in (({"pattern": "(.*)+"}, "pattern"), ({"country": "ZZ"}, "country")):
        answer = client.post("/api/v1/marks/rules", json={**RULE, **wrong}, headers=supervisor)
        assert [error["field"] for error in answer.json["errors"]] == [field]


def test_the_symbols_are_listed_with_what_they_stand_for(app: Flask, client: FlaskClient) -> None:
    items = client.get("/api/v1/marks/symbols", headers=bearer(app, Role.TRADER)).json["items"]
    assert [one["name"] for one in items] == [symbol.value for symbol in Symbol]
    star = next(one for one in items if one["name"] == "star")
    assert {one["country"] for one in star["meanings"]} == {"SU", "RU"}
