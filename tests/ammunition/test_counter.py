"""At a counter: scan what the buyer takes, record all of it on one invoice or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.vocabulary import Role
from tests.ammunition.test_lots import lot_body, sale_body
from tests.firearms.world import World, make_world
from tests.makers import bearer, csrf_token, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def supervisor(app: Flask) -> dict[str, str]:
    return bearer(app, Role.AUTHORITY_SUPERVISOR)


@pytest.fixture
def boxes(client: FlaskClient, supervisor: dict[str, str], world: World) -> list[str]:
    """Four boxes of 50 that a dealer has, of a lot with a GTIN."""
    body = lot_body(world.maker.number)
    number = client.post("/api/v1/lots", json=body, headers=supervisor).json["number"]
    path = f"/api/v1/lots/{number}"
    pack = {"level": "unit_box", "size": 50, "first": 0, "last": 199}
    assert client.post(f"{path}/packages", json=pack, headers=supervisor).status_code == 200
    sale = sale_body(world.maker.number, world.dealer.number, quantity=200)
    assert client.post(f"{path}/sales", json=sale, headers=supervisor).status_code == 201
    return [row["number"] for row in client.get(f"{path}/packages", headers=supervisor).json["items"]]


def told(world: World, *scanned: str, **more: str) -> dict[str, str]:
    sale = sale_body(world.dealer.number, world.police.number, sold_on="2020-02-01")
    sale.pop("quantity")
    return {**sale, "invoice_number": "A-009", "scanned": "\n".join(scanned), **more}


def sold(client: FlaskClient, supervisor: dict[str, str], world: World) -> list[int]:
    items = client.get(f"/api/v1/sales?seller={world.dealer.number}", headers=supervisor).json["items"]
    return sorted(item["quantity"] for item in items)


def test_what_was_scanned_is_sold_on_one_invoice_and_the_next_buyer_follows(
    app: Flask, client: FlaskClient, supervisor: dict[str, str], world: World, boxes: list[str]
) -> None:
    browser = sign_in(app, Role.TRADER, party=world.dealer.number)
    form: dict[str, Any] = {"csrf_token": csrf_token(browser, "/sales/counter")}
    answer = browser.post(
        "/sales/counter", data={**form, **told(world, boxes[0], f"{boxes[1].lower()} 20", "")}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "70 cartridges" in page
    assert 'value="A-010"' in page
    assert sold(client, supervisor, world) == [20, 50]


@pytest.mark.parametrize(
    ("scanned", "words"),
    [
        (lambda b: [b[0], b[0]], "Line 2: this package was scanned before."),
        (lambda b: [b[0], "B-1-1"], "Line 2: B-1-1 is no package."),
        (lambda b: [b[0], f"{b[1]} many"], "is no package."),
        (lambda b: [b[0], f"{b[1]} 51"], "Line 2: Only 50 cartridges lie there."),
        (lambda b: [f"{b[0]} 30", f"{b[0]} 30"], "Line 2: 30 cartridges are asked for"),
        (lambda b: [], "scanned"),
    ],
)
def test_all_of_it_is_sold_or_nothing(
    app: Flask,
    client: FlaskClient,
    supervisor: dict[str, str],
    world: World,
    boxes: list[str],
    scanned: Any,
    words: str,
) -> None:
    browser = sign_in(app, Role.TRADER, party=world.dealer.number)
    form: dict[str, Any] = {"csrf_token": csrf_token(browser, "/sales/counter")}
    answer = browser.post("/sales/counter", data={**form, **told(world, *scanned(boxes))})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert sold(client, supervisor, world) == []


def test_the_code_on_the_box_is_understood_and_another_dealers_box_is_not_sold(
    app: Flask, client: FlaskClient, supervisor: dict[str, str], world: World, boxes: list[str]
) -> None:
    browser = sign_in(app, Role.TRADER, party=world.dealer.number)
    form: dict[str, Any] = {"csrf_token": csrf_token(browser, "/sales/counter")}
    code = f"(01)17891234500011(10){lot_body('')['code']}(21)3"
    answer = browser.post("/sales/counter", data={**form, **told(world, code)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert sold(client, supervisor, world) == [50]
    stranger = sign_in(app, Role.TRADER)
    form = {"csrf_token": csrf_token(stranger, "/sales/counter")}
    assert stranger.post("/sales/counter", data={**form, **told(world, boxes[3])}).status_code in (403, 422)
    assert sold(client, supervisor, world) == [50]
