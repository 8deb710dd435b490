"""Lots, packages and sales on both engines: nothing from nowhere, nothing sold twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry.ammunition import acts
from registry.ammunition.tables import Lot, Movement
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from schemas.ammunition import SaleNew
from schemas.vocabulary import PartyKind, Role
from tests.core.seeing import rastered, read
from tests.firearms.world import World, made, make_world, register, sold
from tests.labelling import job, printed
from tests.makers import EVERYTHING, bearer, key_of_party, make_party
from tests.naughty import NAUGHTY


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def officer(app: Flask) -> dict[str, str]:
    return bearer(app)


@pytest.fixture
def cbc(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number


def lot_body(cbc: str, **changed: Any) -> dict[str, Any]:
    return {
        "maker": cbc,
        "code": "ABC12",
        "calibre": "9x19",
        "product_code": "9ETOG",
        "product": "9 mm Luger 124 gr",
        "quantity": 10_000,
        "produced_on": "2019-11-01",
        "scheme": "serialised",
        "gtin": "17891234500011",
    } | changed


def sale_body(seller: str, buyer: str, **changed: Any) -> dict[str, Any]:
    return {
        "seller": seller,
        "buyer": buyer,
        "sold_on": "2020-01-07",
        "quantity": 50,
        "authorization": "EB-1",
        "invoice_number": "77",
        "invoice_series": "1",
        "invoice_date": "2020-01-07",
        "permit_number": "GT-1",
        "permit_date": "2020-01-07",
    } | changed


@pytest.fixture
def lot(client: FlaskClient, officer: dict[str, str], cbc: str) -> str:
    answer = client.post("/api/v1/lots", json=lot_body(cbc), headers=officer)
    assert answer.status_code == 201, answer.json
    number: str = answer.json["number"]
    return number


def test_one_code_may_stand_on_lots_of_two_calibres_but_one_identity_is_one_lot(
    client: FlaskClient, officer: dict[str, str], cbc: str, lot: str
) -> None:
    other = client.post(
        "/api/v1/lots", json=lot_body(cbc, calibre="7.62x51", code="ABC-12", gtin=""), headers=officer
    )
    assert other.status_code == 201
    again = client.post("/api/v1/lots", json=lot_body(cbc, code="abc 12"), headers=officer)
    assert (again.status_code, lot in again.json["detail"]) == (409, True)
    found = client.get("/api/v1/lots", query_string={"q": "ABC 12"}, headers=officer).json["items"]
    assert {row["number"] for row in found} == {lot, other.json["number"]}


def test_a_new_lot_above_the_limit_is_refused_and_an_old_one_flagged(
    client: FlaskClient, officer: dict[str, str], cbc: str
) -> None:
    large = lot_body(cbc, quantity=1_859_000, produced_on="2006-11-20", gtin="")
    refused = client.post("/api/v1/lots", json=large, headers=officer)
    assert (refused.status_code, refused.json["errors"][0]["article"]) == (422, "16 D LOG art. 2")
    kept = client.post("/api/v1/lots", json={**large, "historical": True}, headers=officer)
    assert (kept.status_code, kept.json["unmet"][0]["article"]) == (201, "16 D LOG art. 2")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gtin": "17891234500012"}, "gtin"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "many"}, "quantity"),
        ({"quantity": 10**12}, "quantity"),
        ({"produced_on": "2999-01-01"}, "produced_on"),
        ({"calibre": "nine"}, "calibre"),
        ({"code": "---"}, "code"),
        ({"scheme": "painted"}, "scheme"),
        ({"maker": "P-000000009-?"}, "maker"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_lots_name_the_field_and_nothing_is_stored(
    office: Office, client: FlaskClient, officer: dict[str, str], cbc: str, change: dict, field: str
) -> None:
    answer = client.post("/api/v1/lots", json=lot_body(cbc, **change), headers=officer)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Lot)) == 0


def test_naughty_texts_are_kept_or_refused(
    client: FlaskClient, officer: dict[str, str], cbc: str, lot: str
) -> None:
    for given in NAUGHTY:
        for change in ({"code": given}, {"product": given}, {"gtin": given}, {"maker": given}):
            assert client.post("/api/v1/lots", json=lot_body(cbc, **change), headers=officer).status_code in (
                201,
                409,
                422,
            )
        sale = sale_body(cbc, cbc, authorization=given, package=given)
        assert client.post(f"/api/v1/lots/{lot}/sales", json=sale, headers=officer).status_code == 422
        assert client.get(f"/api/v1/lots/{given[:50]}", headers=officer).status_code in (200, 308, 404)


def test_a_sale_moves_what_the_register_says(
    office: Office, client: FlaskClient, officer: dict[str, str], cbc: str, lot: str, world: World
) -> None:
    register(office, world, made(world), sold(world.maker, world.person))
    path = f"/api/v1/lots/{lot}/sales"
    first = client.post(path, json=sale_body(cbc, world.dealer.number, quantity=1_000), headers=officer)
    assert (first.status_code, first.json["buyer"]["name"]) == (201, "Casa do Caçador")
    onwards = sale_body(world.dealer.number, world.person.number, quantity=60)
    assert client.post(path, json=onwards, headers=officer).status_code == 201
    too_many = client.post(path, json={**onwards, "quantity": 941}, headers=officer)
    assert (too_many.status_code, too_many.json["errors"][0]["field"]) == (422, "quantity")
    used = {
        "kind": "expended",
        "happened_on": "2020-02-01",
        "from_party": world.person.number,
        "quantity": 10,
    }
    moved = client.post(f"/api/v1/lots/{lot}/movements", json=used, headers=officer)
    assert {(h["party"] or {}).get("name", h["kind"]): h["quantity"] for h in moved.json["holders"]} == {
        "Companhia Brasileira de Cartuchos": 9_000,
        "Casa do Caçador": 940,
        "João da Silva": 50,
        "expended": 10,
    }
    lines = client.get("/api/v1/sales", query_string={"sort": "-quantity"}, headers=officer).json["items"]
    assert [row["quantity"] for row in lines] == [1_000, 60]


def test_the_same_key_sells_once(
    client: FlaskClient, officer: dict[str, str], cbc: str, lot: str, world: World
) -> None:
    sent = {"json": sale_body(cbc, world.dealer.number), "headers": {**officer, "Idempotency-Key": "one"}}
    path = f"/api/v1/lots/{lot}/sales"
    assert client.post(path, **sent).data == client.post(path, **sent).data
    assert client.get(f"/api/v1/lots/{lot}", headers=officer).json["sales"] == 1


def test_a_code_that_names_its_buyer_goes_to_one_buyer(
    client: FlaskClient, officer: dict[str, str], cbc: str, world: World
) -> None:
    made = client.post("/api/v1/lots", json=lot_body(cbc, scheme="lot_and_buyer_code"), headers=officer).json
    path = f"/api/v1/lots/{made['number']}/sales"
    assert client.post(path, json=sale_body(cbc, world.police.number), headers=officer).status_code == 201
    other = client.post(path, json=sale_body(cbc, world.dealer.number), headers=officer)
    assert (other.status_code, other.json["errors"][0]["field"]) == (422, "buyer")


def test_many_sellers_at_once_never_oversell_and_lose_no_sale(
    office: Office, lot: str, cbc: str, world: World
) -> None:
    key, outcomes = parse_registry_number("L", lot), Counter[str]()
    day = date(2020, 1, 7)
    new = SaleNew(cbc, world.dealer.number, day, "A", "1", "1", day, "1", day, quantity=700)

    def sell() -> None:
        for _ in range(3):
            try:
                with office.begin(EVERYTHING) as work:
                    acts.sell(work, key, new)
                outcomes["sold"] += 1
            except Exception as refusal:  # noqa: BLE001 - counted by name
                outcomes[type(refusal).__name__] += 1

    threads = [threading.Thread(target=sell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"sold": 14, "Refused": 10}
    with office.look(EVERYTHING) as work:
        moved = func.sum(Movement.last - Movement.first + 1)
        assert work.session.scalar(select(moved).where(Movement.kind == "sold")) == 9_800


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"first": 10, "last": 59}, "already moved on"),  # overlaps what was sold
        ({"first": 9_000, "last": 10_000}, "beyond the lot"),
        ({"first": 5_000, "last": 5_049, "giver": "dealer"}, "not held"),
        ({"first": 5_000, "last": 5_049, "parent_first": 7}, "not held|violates foreign key"),
        ({"first": 5_049, "last": 5_000}, "span|not held"),  # a span the wrong way round
    ],
)
def test_the_database_itself_refuses_what_would_come_from_nowhere(
    app: Flask,
    office: Office,
    client: FlaskClient,
    officer: dict[str, str],
    cbc: str,
    lot: str,
    world: World,
    row: dict[str, Any],
    words: str,
) -> None:
    sale = sale_body(cbc, world.dealer.number)
    assert client.post(f"/api/v1/lots/{lot}/sales", json=sale, headers=officer).status_code == 201
    givers = {"cbc": parse_registry_number("P", cbc), "dealer": key_of_party(world.dealer)}
    values = {
        "lot_id": parse_registry_number("L", lot),
        "first": row["first"],
        "last": row["last"],
        "parent_first": row.get("parent_first", 0), "from_id": givers[row.get("giver", "cbc")],
        "to_id": key_of_party(world.person),
    }  # fmt: skip
    statement = text(
        "INSERT INTO movement"
        " (lot_id, depth, first, last, parent_depth, parent_first, kind, happened_on, from_id,"
        " to_id, place, document, recorded_at, recorded_by)"
        " VALUES (:lot_id, 1, :first, :last, 0, :parent_first,"
        " 'sold', '2020-01-08', :from_id, :to_id, '', '', '2020-01-08 00:00:00', 0)"
    )
    with pytest.raises(DBAPIError, match=words), office.database.writer.begin() as connection:
        connection.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE movement SET last = last - 1", "DELETE FROM movement", "UPDATE lot SET quantity = quantity + 1"],
)
def test_movements_and_quantities_are_never_changed(office: Office, lot: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"), office.database.writer.begin() as connection:
        connection.execute(text(statement))


def test_a_box_is_numbered_found_and_its_label_scans(
    client: FlaskClient, officer: dict[str, str], cbc: str, lot: str, world: World
) -> None:
    path = f"/api/v1/lots/{lot}"
    assert (
        client.post(f"{path}/packages", json={"level": "unit_box", "size": 50}, headers=officer).status_code
        == 200
    )
    boxes = client.get(f"{path}/packages", query_string={"limit": 2}, headers=officer).json["items"]
    box = boxes[1]["number"]
    sale = sale_body(cbc, world.dealer.number, package=box, quantity=20)
    assert client.post(f"{path}/sales", json=sale, headers=officer).status_code == 201
    found = client.get(f"/api/v1/packages/{box}", headers=officer).json
    assert [(step["first"], step["last"]) for step in found["chain"]] == [(0, 9_999), (50, 69)]
    again = client.post(f"{path}/packages", json={"level": "unit_box", "size": 50}, headers=officer)
    assert again.status_code == 409
    label = printed(client, officer, "unit_box", box, medium="roll-100x70")
    (page,) = rastered(label, 203)
    told = "(01)17891234500011(11)191101(21)2(10)ABC12(30)50"
    assert read(page) == {("Code 128", told), ("Data Matrix", told)}
    assert job(client, officer, "pallet", box, medium="roll-148x210").status_code == 422
    listed = job(client, officer, "unit_box", source=found["lot"], medium="roll-100x70").json
    assert listed["labels"] == 200


def test_a_dealer_sees_only_lots_that_passed_through_their_hands(
    app: Flask, client: FlaskClient, officer: dict[str, str], cbc: str, lot: str, world: World
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    assert client.get(f"/api/v1/lots/{lot}", headers=dealer).status_code == 404
    client.post(f"/api/v1/lots/{lot}/sales", json=sale_body(cbc, world.dealer.number), headers=officer)
    assert client.get(f"/api/v1/lots/{lot}", headers=dealer).status_code == 200
    foreign = client.post(
        f"/api/v1/lots/{lot}/sales", json=sale_body(cbc, world.dealer.number), headers=dealer
    )
    assert foreign.status_code in (403, 404)
