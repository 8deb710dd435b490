"""Rules as data: which one counts, what it refuses, what a supervisor may let pass."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import law
from registry.core.work import Office
from schemas.vocabulary import Exceeding, MarkingScheme, PartyKind, Role, RuleKind
from tests.ammunition.test_lots import lot_body
from tests.makers import EVERYTHING, bearer, make_party, post, sign_in

DAY = date(2020, 1, 1)


def rule(quantity: int | None = 10_000, begins: date = DAY, **given: object) -> law.Rule:
    kind = given.pop("kind", RuleKind.LOT_LIMIT)
    return law.Rule(kind, begins, "a law", quantity, **given)  # type: ignore[arg-type]


def test_the_rule_made_most_precisely_counts_then_the_newest() -> None:
    rules = [
        rule(1),
        rule(2, date(2021, 1, 1)),
        rule(3, calibre="9x19"),
        rule(4, date(2022, 1, 1), ends_on=date(2022, 2, 1)),
    ]
    found = {
        (day, calibre): law.limit(rules, RuleKind.LOT_LIMIT, date.fromisoformat(day), calibre)
        for day, calibre in [
            ("2019-12-31", "9x19"), ("2020-06-01", "40-sw"), ("2021-06-01", "40-sw"), ("2021-06-01", "9x19"),
            ("2022-02-01", "40-sw"), ("2022-02-02", "40-sw"),
        ]
    }  # fmt: skip
    assert list(found.values()) == [None, 1, 2, 3, 4, 2]


@pytest.mark.parametrize(
    ("made", "bought", "field"),
    [
        (rule(100, kind=RuleKind.BUYER_LIMIT), {"bought_of_lot": 60}, "quantity"),
        (rule(100, kind=RuleKind.YEARLY_LIMIT), {"bought_in_year": 51}, "quantity"),
        (rule(18, kind=RuleKind.LEAST_AGE), {"age": 17}, "buyer"),
        (rule(None, kind=RuleKind.CARTRIDGE_MARKING, scheme=MarkingScheme.LOT_AND_BUYER_CODE), {}, "buyer"),
    ],
)
def test_each_rule_names_what_it_does_not_allow(made: law.Rule, bought: dict[str, int], field: str) -> None:
    purchase = law.Purchase("9x19", 50, DAY, "person", MarkingScheme.LOT_CODE, **bought)
    assert [b.unmet.field for b in law.breaches_of_sale([made], purchase)] == [field]
    before = law.Purchase("9x19", 50, date(2019, 1, 1), "person", MarkingScheme.LOT_CODE, **bought)
    assert law.breaches_of_sale([made], before) == []


@pytest.fixture
def supervisor(app: Flask) -> dict[str, str]:
    return bearer(app, Role.AUTHORITY_SUPERVISOR)


@pytest.fixture
def cbc(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number


def test_a_lot_above_the_limit_passes_with_a_supervisors_reason_where_the_rule_lets_it(
    app: Flask, client: FlaskClient, supervisor: dict[str, str], cbc: str
) -> None:
    new = {"kind": "lot_limit", "begins_on": "2019-01-01", "source": "Ordinance 7", "quantity": 5_000,
           "calibre": "9x19", "exceeding": "approval"}  # fmt: skip
    assert client.post("/api/v1/ammunition-rules", json=new, headers=supervisor).status_code == 201
    body = lot_body(cbc, quantity=6_000)
    refused = client.post("/api/v1/lots", json=body, headers=supervisor)
    assert [(e["field"], e["article"]) for e in refused.json["errors"]] == [
        ("quantity", "Ordinance 7"),
        ("reason", ""),
    ]
    officer = client.post("/api/v1/lots", json={**body, "reason": "Games"}, headers=bearer(app))
    assert officer.status_code == 403
    kept = client.post("/api/v1/lots", json={**body, "reason": "Games"}, headers=supervisor)
    assert (kept.status_code, kept.json["exceptions"][0]["reason"]) == (201, "Games")
    assert kept.json["exceptions"][0]["unmet"][0]["article"] == "Ordinance 7"


def test_a_rule_is_ended_and_another_counts_from_then_on(
    client: FlaskClient, supervisor: dict[str, str], cbc: str
) -> None:
    first = client.get("/api/v1/ammunition-rules?kind=lot_limit", headers=supervisor).json["items"][0]
    path = f"/api/v1/ammunition-rules/{first['number']}"
    assert client.patch(path, json={"ends_on": "2018-12-31"}, headers=supervisor).status_code == 428
    stale = client.patch(path, json={"ends_on": "2018-12-31"}, headers={**supervisor, "If-Match": '"7"'})
    assert stale.status_code == 412
    ended = client.patch(path, json={"ends_on": "2018-12-31"}, headers={**supervisor, "If-Match": '"1"'})
    assert ended.json["ends_on"] == "2018-12-31"
    assert (
        client.post("/api/v1/lots", json=lot_body(cbc, quantity=20_000), headers=supervisor).status_code
        == 201
    )
    old = lot_body(cbc, quantity=20_000, produced_on="2017-01-01", code="OLD11")
    assert client.post("/api/v1/lots", json=old, headers=supervisor).status_code == 422


@pytest.mark.parametrize(
    "change",
    [{"quantity": None}, {"scheme": "serialised"}, {"buyer_kind": "person"}, {"ends_on": "2000-01-01"}],
)
def test_a_rule_that_says_nothing_sensible_is_refused(
    client: FlaskClient, supervisor: dict[str, str], change: dict[str, object]
) -> None:
    new = {"kind": "lot_limit", "begins_on": "2019-01-01", "source": "x", "quantity": 5, **change}
    assert client.post("/api/v1/ammunition-rules", json=new, headers=supervisor).status_code == 422


def test_supervisors_set_and_end_rules_on_their_pages_and_officers_read_them(app: Flask) -> None:
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    form = {"kind": "yearly_limit", "quantity": "600", "begins_on": "2020-01-01", "source": "Decree 9"}
    assert post(browser, "/ammunition-rules/new", **form).status_code == 303
    assert "Decree 9" in browser.get("/ammunition-rules").get_data(as_text=True)
    found = browser.get("/ammunition-rules?kind=yearly_limit").get_data(as_text=True)
    path = found.split('href="/ammunition-rules/R-')[1].split('"')[0]
    path = f"/ammunition-rules/R-{path}"
    assert post(browser, path, version="1", ends_on="2020-02-01").status_code == 303
    assert post(browser, "/ammunition-rules/new", kind="lot_limit").status_code == 422
    reader = sign_in(app, Role.AUDITOR)
    assert reader.get("/ammunition-rules").status_code == 200
    assert reader.get("/ammunition-rules/new").status_code == 403
    assert Exceeding.REFUSED.value in reader.get("/ammunition-rules").get_data(as_text=True).lower()
