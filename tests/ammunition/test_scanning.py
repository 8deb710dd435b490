"""Scanning the code of a package or of a cartridge leads to its page."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition.packaging import scanned
from registry.core.work import Office
from schemas.vocabulary import PartyKind
from tests.ammunition.test_lots import lot_body
from tests.makers import EVERYTHING, bearer, make_party, sign_in

CODE = "(01)17891234500011(10)ABC12(21)2(11)191101(37)50"
RAW = "]d2011789123450001110ABC12\x1d212\x1d111911013750"


@pytest.mark.parametrize("text", [CODE, RAW])
def test_a_gs1_code_is_read_with_brackets_or_as_scanned(text: str) -> None:
    assert scanned(text) == {"01": "17891234500011", "10": "ABC12", "21": "2", "11": "191101", "37": "50"}


@pytest.mark.parametrize("text", ["", "UZZ18", "(01", "0112", "99123", "01178912345000"])
def test_anything_else_is_no_gs1_code(text: str) -> None:
    assert scanned(text) == {}


def test_package_and_cartridge_codes_lead_to_their_pages(
    app: Flask, office: Office, client: FlaskClient
) -> None:
    officer = bearer(app)
    with office.begin(EVERYTHING) as work:
        maker = make_party(work, PartyKind.MAKER).number
    lot = client.post("/api/v1/lots", json=lot_body(maker), headers=officer).json["number"]
    client.post(f"/api/v1/lots/{lot}/packages", json={"level": "unit_box", "size": 50}, headers=officer)
    browser = sign_in(app)
    for text in (CODE, RAW):
        found = browser.get("/find", query_string={"q": text})
        assert (found.status_code, "/packages/B-" in found.headers["Location"]) == (302, True)
    assert browser.get("/find", query_string={"q": "abc-12"}).headers["Location"].endswith(f"/lots/{lot}")
    client.post("/api/v1/lots", json=lot_body(maker, calibre="40-sw"), headers=officer)
    assert "/lots?q=" in browser.get("/find", query_string={"q": "ABC12"}).headers["Location"]
