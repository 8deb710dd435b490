"""One cartridge of a serialised lot: its own page, with its packages and every holder to the last."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import acts
from registry.ammunition.queries import lot_number
from registry.core.work import Office
from schemas.ammunition import MovementNew, PackNew
from schemas.vocabulary import MarkingScheme, MovementKind, PackageLevel, PartyKind, Role
from tests.firearms.world import World, made, make_world, register, sold
from tests.makers import EVERYTHING, bearer, make_party, sign_in
from tests.tracing.test_traces import lot, sale


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def number(office: Office, world: World) -> str:
    """A lot in boxes of 50 and cartons of 500, a thousand of it sold on, ten of these fired."""
    with office.begin(EVERYTHING) as work:
        cbc = make_party(work, PartyKind.MAKER, "CBC Cartuchos", short_name="CBC").number
    register(office, world, made(world), sold(world.maker, world.person))
    key = lot(office, world, "9x19", 10_000, MarkingScheme.SERIALISED, maker=cbc)
    with office.begin(EVERYTHING) as work:
        acts.pack(work, key, PackNew(PackageLevel.UNIT_BOX, 50))
        acts.pack(work, key, PackNew(PackageLevel.CARTON, 500))
    sale(office, key, cbc, world.dealer.number, 1_000)
    sale(office, key, world.dealer.number, world.person.number, 50, day=date(2007, 1, 5))
    with office.begin(EVERYTHING) as work:
        used = MovementNew(MovementKind.EXPENDED, date(2007, 2, 1), world.person.number, quantity=10)
        acts.move(work, key, used)
    return lot_number(key)


def asked(client: FlaskClient, headers: dict[str, str], number: str, n: int) -> Any:
    return client.get(f"/api/v1/lots/{number}/cartridges/{n}", headers=headers)


def test_every_holder_to_the_last_and_the_packages_it_lies_in(
    app: Flask, client: FlaskClient, number: str, world: World
) -> None:
    headers = bearer(app)
    found = asked(client, headers, number, 37).get_json()
    assert [step["kind"] for step in found["chain"]] == ["manufactured", "sold", "sold"]
    assert found["holder"]["number"] == world.person.number
    assert [package["level"] for package in found["inside"]] == ["carton", "unit_box"]
    assert all(package["first"] <= 36 <= package["last"] for package in found["inside"])
    fired = asked(client, headers, number, 7).get_json()
    assert (fired["holder"], fired["kind"]) == (None, "expended")
    kept = asked(client, headers, number, 10_000).get_json()
    assert [step["kind"] for step in kept["chain"]] == ["manufactured"]


@pytest.mark.parametrize(("n", "status", "words"), [(0, 404, ""), (10_001, 404, "has 10,000 cartridges")])
def test_a_number_beyond_the_lot_is_not_found(
    app: Flask, client: FlaskClient, number: str, n: int, status: int, words: str
) -> None:
    answer = asked(client, bearer(app), number, n)
    assert answer.status_code == status
    assert words in answer.get_json()["detail"]


def test_cartridges_that_bear_no_number_have_no_page(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    plain = lot_number(lot(office, world, "9x19", 10_000, MarkingScheme.LOT_CODE))
    answer = asked(client, bearer(app), plain, 1)
    assert answer.status_code == 404
    assert "bear no number of their own" in answer.get_json()["detail"]
    browser = sign_in(app)
    assert "/cartridges" not in browser.get(f"/lots/{plain}").get_data(as_text=True)


def test_code_and_number_lead_to_its_page(app: Flask, number: str) -> None:
    browser = sign_in(app)
    page = f"/lots/{number}/cartridges/37"
    for text in ("UZZ18/37", "UZZ18 000037", "uzz-18 # 37"):
        assert browser.get("/find", query_string={"q": text}).headers["Location"] == page, text
    assert browser.get(f"/lots/{number}/cartridges?n=37").headers["Location"] == page
    assert browser.get(f"/lots/{number}/cartridges?n=x").status_code == 422
    shown = browser.get(page).get_data(as_text=True)
    for text in ("Casa do Caçador", "CBC Cartuchos", "Every holder to the last", "B-"):
        assert text in shown
    assert "/cartridges" in browser.get(f"/lots/{number}").get_data(as_text=True)
    beyond = browser.get("/find", query_string={"q": "UZZ18/10001"})
    assert "/cartridges/" not in beyond.headers.get("Location", "")


def test_traders_see_cartridges_that_they_had_and_their_own_steps(
    app: Flask, client: FlaskClient, number: str, world: World
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    had = asked(client, dealer, number, 37).get_json()
    assert [step["kind"] for step in had["chain"]] == ["sold", "sold"]
    assert asked(client, dealer, number, 9_000).status_code == 404
    assert asked(client, bearer(app, Role.TRADER), number, 37).status_code == 404
    assert asked(client, bearer(app, Role.POLICE), number, 37).status_code == 403
