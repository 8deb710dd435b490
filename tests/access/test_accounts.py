"""Accounts: opened, listed and closed by administrators, and by nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.vocabulary import PartyKind, Role
from tests.makers import (
    EVERYTHING,
    PASSWORD,
    bearer,
    enter,
    make_account,
    make_party,
    make_token,
    post,
    sign_in,
)

NEW = {"login": "joana", "full_name": "Joana", "role": "police", "password": PASSWORD}


@pytest.fixture
def headers(app: Flask) -> dict[str, str]:
    return bearer(app, Role.ADMINISTRATOR, login="chief")


def test_an_opened_account_can_sign_in_and_its_password_is_never_told(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    opened = client.post("/api/v1/accounts", json=NEW, headers=headers)
    assert opened.status_code == 201
    assert "password" not in opened.get_data(as_text=True)
    read = client.get(f"/api/v1/accounts/{opened.get_json()['id']}", headers=headers)
    assert read.get_json() == opened.get_json()
    assert read.headers["ETag"] == '"1"'
    assert enter(client, "joana").status_code == 303


def test_a_login_is_given_once_in_any_case_of_letters(client: FlaskClient, headers: dict[str, str]) -> None:
    client.post("/api/v1/accounts", json=NEW, headers=headers)
    again = client.post("/api/v1/accounts", json=NEW | {"login": "JOANA"}, headers=headers)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "joana joana joana"}, "password"),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, "password"),
        ({"password": " " + PASSWORD}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"login": "with space"}, "login"),
        ({"role": "king"}, "role"),
        ({"role": "trader"}, "party"),
        ({"role": "trader", "party": "P-000000001-0"}, "party"),
        ({"party": "P-000000001-0"}, "party"),
        ({"language": "english"}, "language"),
        ({"full_name": ""}, "full_name"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_at_its_field(
    client: FlaskClient, headers: dict[str, str], wrong: dict[str, object], field: str
) -> None:
    refused = client.post("/api/v1/accounts", json=NEW | wrong, headers=headers)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]


def test_a_trader_works_for_a_maker_importer_or_dealer(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    with office.begin(EVERYTHING) as work:
        dealer, ministry = make_party(work), make_party(work, PartyKind.PUBLIC_BODY)
    trader = NEW | {"role": "trader"}
    refused = client.post("/api/v1/accounts", json=trader | {"party": ministry.number}, headers=headers)
    assert refused.status_code == 422
    opened = client.post("/api/v1/accounts", json=trader | {"party": dealer.number}, headers=headers)
    assert opened.get_json()["party"] == dealer.number


def test_a_closed_account_loses_access_with_its_next_request(
    app: Flask, client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    account = make_account(office, login="known")
    token = {"Authorization": f"Bearer {make_token(office, account)}"}
    browser = app.test_client()
    enter(browser, "known")
    assert browser.get("/tokens").status_code == 200
    change = client.patch(
        f"/api/v1/accounts/{account.id}", json={"active": False}, headers=headers | {"If-Match": '"1"'}
    )
    assert (change.status_code, change.headers["ETag"]) == (200, '"2"')
    assert browser.get("/tokens").status_code == 302
    assert client.get("/api/v1/me", headers=token).status_code == 401
    assert enter(client, "known").status_code == 401


def test_a_reopened_account_signs_in_again_but_its_tokens_stay_revoked(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    account = make_account(office, login="known")
    token = {"Authorization": f"Bearer {make_token(office, account)}"}
    for version, active in ((1, False), (2, True)):
        client.patch(
            f"/api/v1/accounts/{account.id}",
            json={"active": active},
            headers=headers | {"If-Match": f'"{version}"'},
        )
    assert client.get("/api/v1/me", headers=token).status_code == 401
    assert enter(client, "known").status_code == 303


def test_a_change_names_the_version_that_was_read(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    address = f"/api/v1/accounts/{make_account(office).id}"
    assert client.patch(address, json={"active": False}, headers=headers).status_code == 428
    stale = client.patch(address, json={"active": False}, headers=headers | {"If-Match": '"7"'})
    assert stale.status_code == 412


def test_nobody_closes_their_own_account(client: FlaskClient, headers: dict[str, str]) -> None:
    own = client.get("/api/v1/me", headers=headers).get_json()["id"]
    refused = client.patch(
        f"/api/v1/accounts/{own}", json={"active": False}, headers=headers | {"If-Match": '"1"'}
    )
    assert refused.status_code == 422


def test_an_account_that_is_none_is_not_found(client: FlaskClient, headers: dict[str, str]) -> None:
    for number in (99_999, 2**63, 2**80):
        assert client.get(f"/api/v1/accounts/{number}", headers=headers).status_code == 404


def test_accounts_are_found_by_login_role_and_state(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    make_account(office, Role.POLICE, "anna")
    make_account(office, Role.POLICE, "bert")
    make_account(office, Role.CUSTOMS, "a_b")

    def logins(query: str) -> list[str]:
        items = client.get(f"/api/v1/accounts?{query}", headers=headers).get_json()["items"]
        return [row["login"] for row in items]

    assert logins("sort=login") == ["a_b", "anna", "bert", "chief"]
    assert logins("sort=-login&role=police") == ["bert", "anna"]
    assert logins("q=a_") == ["a_b"]  # _ is a letter here, not a pattern
    assert logins("q=AN") == ["anna"]
    assert logins("active=false") == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_see_accounts(client: FlaskClient, app: Flask, role: Role) -> None:
    assert client.get("/api/v1/accounts", headers=bearer(app, role)).status_code == 403
    browser = sign_in(app, role)
    assert browser.get("/accounts").status_code == 403
    assert "/accounts" not in browser.get("/tokens").get_data(as_text=True)


def test_an_administrator_opens_and_closes_accounts_on_pages(app: Flask) -> None:
    browser = sign_in(app, Role.ADMINISTRATOR)
    form = browser.get("/accounts/new").get_data(as_text=True)
    drawn = re.search(r'name="password"[^>]*value="([a-z0-9-]{23})"', form)
    assert drawn, "a first password is suggested"
    opened = post(browser, "/accounts/new", **(NEW | {"password": drawn[1], "language": "pt"}))
    assert opened.status_code == 303
    page = browser.get(opened.headers["Location"]).get_data(as_text=True)
    assert "joana" in page
    assert enter(app.test_client(), "joana", drawn[1]).status_code == 303
    closing = opened.headers["Location"]
    assert post(browser, f"{closing}/active", closing, version="1", active="0").status_code == 303
    assert enter(app.test_client(), "joana", drawn[1]).status_code == 401
    assert "joana" in browser.get("/accounts?active=false&q=jo").get_data(as_text=True)


def test_a_form_that_is_refused_keeps_what_was_typed(app: Flask) -> None:
    browser = sign_in(app, Role.ADMINISTRATOR)
    refused = post(browser, "/accounts/new", **(NEW | {"login": "not good", "full_name": "Zé <b>"}))
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'value="not good"' in page
    assert 'value="Zé &lt;b&gt;"' in page
    assert 'href="#field-login"' in page


def test_ones_own_password_is_changed_with_the_present_one(app: Flask) -> None:
    browser, elsewhere = sign_in(app, login="known"), app.test_client()
    enter(elsewhere, "known")
    weak, new = "short", "another long walk, uphill"
    assert post(browser, "/password", present="wrong" * 4, password=new).status_code == 422
    assert post(browser, "/password", present=PASSWORD, password=weak).status_code == 422
    assert post(browser, "/password", present=PASSWORD, password=new).status_code == 303
    assert elsewhere.get("/tokens").status_code == 302
    assert enter(app.test_client(), "known").status_code == 401
    assert enter(app.test_client(), "known", new).status_code == 303
