"""Accounts: opened, listed and closed by administrators, and by nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.access import acts, approvals, grants, queries
from registry.access.approval_queries import ProposalView
from registry.core.errors import Forbidden, Invalid
from registry.core.work import OPERATOR, Office
from schemas.access import AccountNew, AccountsAsked, RoleGrant
from schemas.vocabulary import PartyKind, Role
from tests.makers import (
    EVERYTHING,
    PASSWORD,
    bearer,
    enter,
    make_account,
    make_party,
    make_person,
    make_token,
    post,
    sign_in,
)

NEW = {"login": "joana", "full_name": "Joana", "role": "police", "reason": "She starts on Monday"}


@pytest.fixture
def headers(app: Flask) -> dict[str, str]:
    return bearer(app, Role.ADMINISTRATOR, login="chief")


def approve(office: Office, proposed: Any) -> ProposalView:
    """A supervisor approves what an answer of the API says is proposed."""
    told = proposed.get_json()
    with office.begin(make_person(office)) as work:
        return approvals.approve(work, told["id"], told["digest"])


def test_an_account_is_open_when_another_approved_it_and_used_when_it_has_a_password(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    proposed = client.post("/api/v1/accounts", json=NEW, headers=headers)
    assert proposed.status_code == 202
    assert client.get("/api/v1/accounts?q=joana", headers=headers).get_json()["items"] == []
    account_id = int(approve(office, proposed).result)
    read = client.get(f"/api/v1/accounts/{account_id}", headers=headers)
    assert (read.get_json()["login"], read.get_json()["role"]) == ("joana", "police")
    assert enter(client, "joana").status_code == 401
    with office.begin(OPERATOR) as work:
        first = acts.reset_password(work, account_id, "first password")
    assert enter(client, "joana", first).headers["Location"] == "/password"


def test_a_login_is_given_once_in_any_case_of_letters(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    approve(office, client.post("/api/v1/accounts", json=NEW, headers=headers))
    again = client.post("/api/v1/accounts", json=NEW | {"login": "JOANA"}, headers=headers)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"login": "with space"}, "login"),
        ({"role": "king"}, "role"),
        ({"role": "trader"}, "party"),
        ({"role": "trader", "party": "P-000000001-0"}, "party"),
        ({"party": "P-000000001-0"}, "party"),
        ({"language": "english"}, "language"),
        ({"full_name": ""}, "full_name"),
        ({"reason": ""}, "reason"),
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
    opened = approve(
        office, client.post("/api/v1/accounts", json=trader | {"party": dealer.number}, headers=headers)
    )
    read = client.get(f"/api/v1/accounts/{opened.result}", headers=headers)
    assert read.get_json()["party"] == dealer.number


def test_a_closed_account_loses_access_with_its_next_request(
    app: Flask, client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    account = make_account(office, login="known")
    token = {"Authorization": f"Bearer {make_token(office, account)}"}
    browser = app.test_client()
    enter(browser, "known")
    assert browser.get("/tokens").status_code == 200
    change = client.post(
        f"/api/v1/accounts/{account.id}/close", json={}, headers=headers | {"If-Match": '"1"'}
    )
    assert (change.status_code, change.headers["ETag"]) == (200, '"2"')
    assert browser.get("/tokens").status_code == 302
    assert client.get("/api/v1/me", headers=token).status_code == 401
    assert enter(client, "known").status_code == 401


def test_a_closed_account_is_reopened_by_two_but_its_tokens_stay_revoked(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    account = make_account(office, login="known")
    token = {"Authorization": f"Bearer {make_token(office, account)}"}
    address = f"/api/v1/accounts/{account.id}"
    client.post(f"{address}/close", json={}, headers=headers | {"If-Match": '"1"'})
    grant = {"role": account.role.value, "reason": "back from leave"}
    proposed = client.post(f"{address}/role", json=grant, headers=headers | {"If-Match": '"2"'})
    assert enter(client, "known").status_code == 401
    assert {c["field"]: c["after"] for c in proposed.get_json()["changes"]}["state"] == "open"
    approve(office, proposed)
    assert client.get("/api/v1/me", headers=token).status_code == 401
    assert enter(client, "known").status_code == 303


def test_another_role_takes_two_and_ends_what_the_old_one_opened(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    account = make_account(office, login="known")
    token = {"Authorization": f"Bearer {make_token(office, account)}"}
    address, match = f"/api/v1/accounts/{account.id}/role", headers | {"If-Match": '"1"'}
    same = client.post(address, json={"role": account.role.value, "reason": "x"}, headers=match)
    assert same.status_code == 422
    proposed = client.post(address, json={"role": "customs", "reason": "moves on"}, headers=match)
    assert client.get("/api/v1/me", headers=token).get_json()["role"] == account.role.value
    approve(office, proposed)
    assert client.get("/api/v1/me", headers=token).status_code == 401
    with office.look(EVERYTHING) as work:
        assert queries.account(work, account.id).role is Role.CUSTOMS


def test_nobody_opens_accounts_or_grants_roles_alone(office: Office) -> None:
    account = make_account(office)
    for role in (Role.ADMINISTRATOR, Role.AUTHORITY_SUPERVISOR):
        person = make_person(office, role)
        with office.begin(person) as work, pytest.raises(Forbidden, match="takes two"):
            acts.open_account(work, AccountNew("crony", "A Crony", Role.ADMINISTRATOR))
        with office.begin(person) as work, pytest.raises(Forbidden, match="takes two"):
            acts.grant_role(work, account.id, Role.ADMINISTRATOR, None, 1)


def test_nobody_proposes_or_approves_a_role_of_their_own(office: Office) -> None:
    admin, other = make_person(office, Role.ADMINISTRATOR), make_person(office, Role.ADMINISTRATOR)
    grant = RoleGrant(Role.AUDITOR, "more to see")
    with office.begin(admin) as work, pytest.raises(Invalid):
        grants.propose_role(work, admin.user_id, grant, 1)
    with office.begin(other) as work:
        proposed = grants.propose_role(work, admin.user_id, grant, 1)
    with office.begin(admin) as work, pytest.raises(Forbidden, match="own account"):
        approvals.approve(work, proposed.id, proposed.digest)


def test_a_change_names_the_version_that_was_read(
    client: FlaskClient, headers: dict[str, str], office: Office
) -> None:
    address = f"/api/v1/accounts/{make_account(office).id}"
    for path, body in (("close", {}), ("role", {"role": "police", "reason": "x"})):
        assert client.post(f"{address}/{path}", json=body, headers=headers).status_code == 428
        stale = client.post(f"{address}/{path}", json=body, headers=headers | {"If-Match": '"7"'})
        assert stale.status_code == 412


def test_nobody_closes_their_own_account(client: FlaskClient, headers: dict[str, str]) -> None:
    own = client.get("/api/v1/me", headers=headers).get_json()["id"]
    refused = client.post(f"/api/v1/accounts/{own}/close", json={}, headers=headers | {"If-Match": '"1"'})
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


def test_two_open_an_account_on_pages_and_one_closes_it(app: Flask) -> None:
    browser, second = sign_in(app, Role.ADMINISTRATOR), sign_in(app, Role.AUTHORITY_SUPERVISOR)
    proposed = post(browser, "/accounts/new", **(NEW | {"language": "pt"}))
    assert proposed.status_code == 303
    place = proposed.headers["Location"]
    page = second.get(place).get_data(as_text=True)
    assert all(text in page for text in ("joana", "Joana", "Police", "She starts on Monday"))
    digest = page.partition('name="digest" value="')[2][:64]
    assert post(second, f"{place}/approve", place, digest=digest).status_code == 303
    account = re.search(r'href="(/accounts/[0-9]+)"', browser.get(place).get_data(as_text=True))[1]
    page = post(browser, f"{account}/reset", what="password", reason="first").get_data(as_text=True)
    drawn = re.search(r"[a-z0-9]{5}(?:-[a-z0-9]{5}){3}", page)[0]
    assert enter(app.test_client(), "joana", drawn).status_code == 303
    version = re.search(r'name="version" value="([0-9]+)"', browser.get(account).get_data(as_text=True))[1]
    assert post(browser, f"{account}/close", account, version=version).status_code == 303
    assert enter(app.test_client(), "joana", drawn).status_code == 401
    assert "joana" in browser.get("/accounts?active=false&q=jo").get_data(as_text=True)


def test_the_operator_opens_the_first_two_accounts_and_proposes_the_others(app: Flask) -> None:
    def run(*words: str) -> str:
        return app.test_cli_runner().invoke(args=["access", "open", *words]).output

    assert "first two" in run("clerk", "--name", "A Clerk", "--role", "authority_officer")
    assert "One-time password of chief" in run("chief", "--name", "A Chief", "--role", "administrator")
    assert "One-time password" in run("head", "--name", "A Head", "--role", "authority_supervisor")
    assert "Proposal 1 waits" in run("third", "--name", "A Third", "--role", "administrator")
    with app.extensions["registry"].office.look(EVERYTHING) as work:
        assert {row.login for row in queries.accounts(work, AccountsAsked()).items} == {"chief", "head"}


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
