"""Lot numbers of MIL-STD-1168."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition.lot_numbers import LotNumber, contradictions, parse
from registry.core.work import Office
from schemas.vocabulary import PartyKind
from tests.ammunition.test_lots import lot_body
from tests.makers import EVERYTHING, bearer, make_party, sign_in


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("XYZ07D006-004", LotNumber("XYZ", "07", 4, "006", "", "004", "", "")),
        ("XYZ08A006-015", LotNumber("XYZ", "08", 1, "006", "", "015", "", "")),
        ("LC-92J123-456A", LotNumber("LC", "92", 9, "123", "", "456", "A", "")),
        ("xyz07m006-004ab", LotNumber("XYZ", "07", 12, "006", "", "004", "AB", "")),
        ("XYZ07D006S004", LotNumber("XYZ", "07", 4, "006", "S", "004", "", "")),
        ("XYZ07D006-004AY", LotNumber("XYZ", "07", 4, "006", "", "004", "A", "Y")),
        ("XYZ07I006-004", LotNumber("XYZ", "07", None, "006", "", "004", "", "")),
    ],
)
def test_each_part_is_read(code: str, told: LotNumber) -> None:
    assert parse(code) == told


@pytest.mark.parametrize(
    "code",
    [
        "UZZ18",
        "",
        "XYZ07D006 004",
        "XY07D006-004",
        "XYZ7D006-004",
        "XYZ07D06-004",
        "XYZ07D006-004ABCD",
        "LW-06-01A",
    ],
)
def test_other_codes_are_no_such_number(code: str) -> None:
    assert parse(code) is None


@pytest.mark.parametrize(
    ("code", "day", "wrong"),
    [
        ("XYZ07D006-004", date(2007, 4, 30), False),
        ("XYZ07D006-004", date(2007, 5, 1), True),
        ("XYZ07D006-004", date(2008, 4, 1), True),
        ("XYZ07I006-004", date(2007, 9, 1), True),
        ("XYZ07J006-004", date(2007, 9, 1), False),
    ],
)
def test_it_agrees_with_the_record_or_is_a_finding(code: str, day: date, wrong: bool) -> None:
    number = parse(code)
    assert number is not None
    assert bool(contradictions(number, day)) is wrong


def test_the_record_of_a_lot_shows_what_its_number_says(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    officer = bearer(app)
    with office.begin(EVERYTHING) as work:
        maker = make_party(work, PartyKind.MAKER).number
    for code, articles in (("XYZ19L006-004", []), ("XYZ19D006-005", ["MIL-STD-1168 4.1"])):
        body = lot_body(maker, code=code, gtin="")
        made = client.post("/api/v1/lots", json=body, headers=officer).json
        assert made["lot_number"]["interfix"] == "006"
        assert [u["article"] for u in made["unmet"]] == articles
        assert "MIL-STD-1168" in sign_in(app).get(f"/lots/{made['number']}").get_data(as_text=True)
    plain = client.post("/api/v1/lots", json=lot_body(maker, gtin=""), headers=officer).json
    assert plain["lot_number"] is None
