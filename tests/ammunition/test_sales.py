"""The sales register: who may buy, reports of many lines, corrections that hide nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.ammunition.buyers import Buyer, Holding, unmet_for_buyer, unmet_for_licence
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.ammunition.test_lots import lot_body, sale_body
from tests.firearms.world import World, made, make_world, register, sold
from tests.makers import bearer, csrf_token, sign_in
from tests.naughty import NAUGHTY

DAY = date(2020, 1, 7)
PERSON = Buyer(
    1,
    "person",
    "BR",
    "",
    "CPF",
    "111.444.777-35",
    date(1970, 5, 1),
    None,
    (Holding("9x19", date(2019, 1, 1), date(2021, 1, 1)),),
)


def test_a_living_owner_of_a_firearm_of_the_calibre_may_buy() -> None:
    assert unmet_for_buyer(PERSON, "9x19", DAY) == []
    revolver = replace(PERSON, firearms=(Holding("357-mag", date(2019, 1, 1)),))
    assert unmet_for_buyer(revolver, "38-special", DAY) == []


@pytest.mark.parametrize(
    ("buyer", "calibre", "words"),
    [
        (replace(PERSON, document_number="111.444.777-36"), "9x19", "check digits"),
        (replace(PERSON, document_number=""), "9x19", "not recorded"),
        (replace(PERSON, document_number="NONE"), "9x19", "not recorded"),
        (replace(PERSON, birth_date=None), "9x19", "day of birth"),
        (replace(PERSON, died_on=DAY), "9x19", "died on"),
        (PERSON, "40-sw", "No firearm of this calibre"),
        (replace(PERSON, firearms=(Holding("9x19", date(2020, 2, 1)),)), "9x19", "No firearm"),
        (replace(PERSON, firearms=(Holding("9x19", date(2010, 2, 1), DAY),)), "9x19", "No firearm"),
        (Buyer(2, "dealer", "BR", "11.222.333/0001-80"), "9x19", "CNPJ"),
    ],
)
def test_what_sales_systems_missed_is_named(buyer: Buyer, calibre: str, words: str) -> None:
    assert [words in unmet.message for unmet in unmet_for_buyer(buyer, calibre, DAY)] == [True]


def test_ages_are_full_years_and_placeholders_are_no_licence() -> None:
    assert (PERSON.age(date(1988, 4, 30)), PERSON.age(date(1988, 5, 1))) == (17, 18)
    assert unmet_for_licence("0000")
    assert unmet_for_licence("EB-17") == []


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def supervisor(app: Flask) -> dict[str, str]:
    return bearer(app, Role.AUTHORITY_SUPERVISOR)


@pytest.fixture
def lot(client: FlaskClient, supervisor: dict[str, str], world: World) -> str:
    """A lot of which the dealer has a thousand cartridges."""
    number: str = client.post("/api/v1/lots", json=lot_body(world.maker.number), headers=supervisor).json[
        "number"
    ]
    sale = sale_body(world.maker.number, world.dealer.number, quantity=1_000)
    assert client.post(f"/api/v1/lots/{number}/sales", json=sale, headers=supervisor).status_code == 201
    return number


def test_a_sale_against_the_checks_passes_only_with_a_supervisors_reason_and_stays_flagged(
    client: FlaskClient, supervisor: dict[str, str], lot: str, world: World
) -> None:
    path, sale = f"/api/v1/lots/{lot}/sales", sale_body(world.dealer.number, world.person.number)
    refused = client.post(path, json=sale, headers=supervisor)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "buyer")
    kept = client.post(path, json={**sale, "reason": "It was sold; police report 7"}, headers=supervisor)
    assert kept.status_code == 201
    flagged = client.get(f"/api/v1/lots/{lot}", headers=supervisor).json["exceptions"]
    assert [(e["sale"], "No firearm" in e["unmet"][0]["message"]) for e in flagged] == [(2, True)]


def test_nobody_sells_to_the_dead(
    office: Office, client: FlaskClient, supervisor: dict[str, str], lot: str, world: World
) -> None:
    register(office, world, made(world), sold(world.maker, world.person))
    path, sale = f"/api/v1/lots/{lot}/sales", sale_body(world.dealer.number, world.person.number)
    assert client.post(path, json=sale, headers=supervisor).status_code == 201
    death = {"died_on": "2019-12-31", "source": "Register of deaths 12"}
    known = client.post(f"/api/v1/parties/{world.person.number}/death", json=death, headers=supervisor)
    assert known.status_code == 200
    assert client.post(path, json=sale, headers=supervisor).status_code == 422
    again = client.post(f"/api/v1/parties/{world.person.number}/death", json=death, headers=supervisor)
    assert again.status_code == 409


def test_yearly_limits_count_all_lots_of_the_calibre(
    office: Office, client: FlaskClient, supervisor: dict[str, str], lot: str, world: World
) -> None:
    register(office, world, made(world), sold(world.maker, world.person))
    limit = {
        "kind": "yearly_limit",
        "quantity": 80,
        "buyer_kind": "person",
        "begins_on": "2019-01-01",
        "source": "D",
    }
    assert client.post("/api/v1/ammunition-rules", json=limit, headers=supervisor).status_code == 201
    path, sale = f"/api/v1/lots/{lot}/sales", sale_body(world.dealer.number, world.person.number)
    assert client.post(path, json=sale, headers=supervisor).status_code == 201
    second = client.post(path, json=sale, headers=supervisor)
    assert second.json["errors"][0]["message"] == "100 cartridges for this buyer in 2020; at most 80 a year."
    report = client.post(
        "/api/v1/sales/reports",
        json={"name": "March", "lines": [{**sale, "lot": lot, "quantity": 20}] * 2},
        headers=supervisor,
    )
    assert [line["sale"] for line in report.json["outcome"]] == [3, None]


def test_a_report_records_good_lines_and_names_what_is_wrong_with_the_others(
    app: Flask, client: FlaskClient, supervisor: dict[str, str], lot: str, world: World
) -> None:
    good = {**sale_body(world.dealer.number, world.other_maker.number, quantity=400), "lot": lot}
    onwards = sale_body(world.other_maker.number, world.police.number, quantity=900, sold_on="2020-02-01")
    lines = [
        good, {**good, "quantity": 700}, {**good, "lot": "L-1"}, {**good, "authorization": "NONE"},
        {**good, "colour": "red"}, {**good, "quantity": 600}, {**good, "quantity": 1},
        {**onwards, "lot": lot},
    ]  # fmt: skip
    answer = client.post("/api/v1/sales/reports", json={"name": "April", "lines": lines}, headers=supervisor)
    assert answer.status_code == 201, answer.json
    outcome = answer.json["outcome"]
    assert [line["sale"] for line in outcome] == [2, None, None, None, None, 3, None, 4]
    fields = [[unmet["field"] for unmet in line["unmet"]] for line in outcome if line["sale"] is None]
    assert fields == [["quantity"], ["lot"], ["authorization"], ["colour"], ["quantity"]]
    path = f"/api/v1/sales/reports/{answer.json['number']}"
    assert [line["line"] for line in client.get(path, headers=supervisor).json["outcome"]] == [2, 3, 4, 5, 7]
    assert client.get(path, headers=bearer(app, Role.TRADER)).status_code == 404
    held = client.get(f"/api/v1/lots/{lot}", headers=supervisor).json["holders"]
    assert {share["party"]["name"]: share["quantity"] for share in held} == {
        "Forjas Taurus": 9_000, "Amadeo Rossi": 100, "Polícia Civil": 900,
    }  # fmt: skip


def test_a_dealer_reports_what_they_sold_and_no_more(
    app: Flask, client: FlaskClient, lot: str, world: World
) -> None:
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    own = {**sale_body(world.dealer.number, world.police.number), "lot": lot}
    foreign = {**sale_body(world.maker.number, world.police.number), "lot": lot}
    answer = client.post(
        "/api/v1/sales/reports", json={"name": "May", "lines": [own, foreign]}, headers=dealer
    )
    assert [line["sale"] for line in answer.json["outcome"]] == [2, None]


def test_reports_withstand_naughty_texts(client: FlaskClient, supervisor: dict[str, str], lot: str) -> None:
    lines = [{"lot": lot, "seller": given, "buyer": given, "sold_on": given} for given in NAUGHTY]
    answer = client.post("/api/v1/sales/reports", json={"name": "x", "lines": lines}, headers=supervisor)
    assert answer.json["refused"] == len(NAUGHTY)


def test_a_file_is_reported_on_the_page_and_at_the_command_line(
    app: Flask, lot: str, world: World, tmp_path: object
) -> None:
    sale = sale_body(world.dealer.number, world.police.number, quantity=10)
    rows = [
        "lot;" + ";".join(sale),
        f"{lot};" + ";".join(map(str, sale.values())),
        "L-9;" + ";".join(map(str, sale.values())),
    ]
    browser = sign_in(app)
    form = {
        "csrf_token": csrf_token(browser, "/sales/reports"),
        "file": (io.BytesIO("\n".join(rows).encode()), "june.csv"),
    }
    page = browser.post("/sales/reports", data=form).get_data(as_text=True)
    assert "1 recorded, 1 refused" in page
    pasted = {"csrf_token": csrf_token(browser, "/sales/reports"), "text": "\n".join(rows).replace(";", "\t")}
    assert "1 recorded, 1 refused" in browser.post("/sales/reports", data=pasted).get_data(as_text=True)
    assert browser.post("/sales/reports", data={**pasted, "text": "a,b\n1,2"}).status_code == 422
    path = tmp_path / "july.csv"  # type: ignore[operator]
    path.write_text("\n".join(rows))
    ran = app.test_cli_runner().invoke(args=["ammunition", "report", str(path)])
    assert (ran.exit_code, "1 recorded, 1 refused" in ran.output, "line 2: lot:" in ran.output) == (
        1,
        True,
        True,
    )


def test_a_correction_stands_beside_the_first_report(
    app: Flask, office: Office, client: FlaskClient, supervisor: dict[str, str], lot: str
) -> None:
    path = f"/api/v1/lots/{lot}/sales/1/corrections"
    change = {"reason": "Typing error", "invoice_number": "78"}
    first = client.post(path, json=change, headers=supervisor)
    assert (first.status_code, first.json["invoice_number"]) == (201, "77")
    assert first.json["corrections"][0]["changed"] == [["invoice_number", "77", "78"]]
    second = client.post(
        path, json={**change, "invoice_number": "79", "permit_date": "2020-01-09"}, headers=supervisor
    )
    assert second.json["corrections"][1]["changed"] == [
        ["invoice_number", "78", "79"], ["permit_date", "2020-01-07", "2020-01-09"],
    ]  # fmt: skip
    assert client.post(path, json={"reason": "x"}, headers=supervisor).status_code == 422
    page = sign_in(app).get(f"/lots/{lot}/sales/1").get_data(as_text=True)
    assert "77/1" in page
    assert "79" in page
    for statement in ("UPDATE sale SET quantity = 1", "DELETE FROM sale_correction"):
        with pytest.raises(DBAPIError, match="never changed"), office.database.writer.begin() as connection:
            connection.execute(text(statement))
