"""Bearer tokens: shown once, kept as a hash, never stronger than whoever made them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.access import acts, factors
from registry.access.tables import Account, ApiToken
from registry.core.web.tables import KeptAnswer
from registry.core.work import OPERATOR, Office, Work
from schemas.vocabulary import May, Role
from tests.access.conftest import Clock
from tests.makers import EVERYTHING, bearer, make_account, make_token, post, sign_in


def me(client: FlaskClient, token: str) -> int:
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_says_who_calls(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app, Role.TRADER, full_name="Ana")
    told = client.get("/api/v1/me", headers=headers).get_json()
    assert (told["full_name"], told["role"]) == ("Ana", "trader")
    assert told["party"].startswith("P-")
    assert "firearm.register" in told["may"]
    assert "person.read" not in told["may"]


def test_a_token_is_shown_once_and_kept_as_a_hash(client: FlaskClient, app: Flask, office: Office) -> None:
    headers = bearer(app) | {"Idempotency-Key": "one"}
    made = client.post("/api/v1/tokens", json={"label": "scanner"}, headers=headers)
    assert made.status_code == 201
    token = made.get_json()["token"]
    assert me(client, token) == 200
    listed = client.get("/api/v1/tokens", headers=headers).get_json()["items"]
    assert {row["token"] for row in listed} == {""}
    with office.look(EVERYTHING) as work:
        hashes = work.session.scalars(select(ApiToken.token_hash)).all()
        kept = work.session.scalars(select(KeptAnswer.body)).all()
    assert all(token.encode() not in text for text in [*hashes, *kept])


def test_the_page_shows_a_new_token_once(app: Flask) -> None:
    client = sign_in(app)
    made = post(client, "/tokens", label="scanner", days="30")
    token = re.search(r"frt_[\w-]{40,}", made.get_data(as_text=True))
    assert token
    assert made.headers["Cache-Control"] == "no-store"
    assert me(client, token[0]) == 200
    assert "frt_" not in client.get("/tokens").get_data(as_text=True)


def test_a_token_does_no_more_than_its_scopes(client: FlaskClient, office: Office) -> None:
    token = make_token(office, make_account(office), [May.FIREARM_READ])
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/firearms", headers=headers).status_code == 200
    refused = client.get("/api/v1/parties", headers=headers)
    assert (refused.status_code, refused.get_json()["type"]) == (403, "/problems/forbidden")


def test_a_token_cannot_make_a_stronger_one(client: FlaskClient, office: Office) -> None:
    token = make_token(office, make_account(office), [May.TOKEN_MANAGE, May.FIREARM_READ])
    headers = {"Authorization": f"Bearer {token}"}
    wished = {"label": "more", "scopes": ["person.read"]}
    assert client.post("/api/v1/tokens", json=wished, headers=headers).status_code == 422
    child = client.post("/api/v1/tokens", json={"label": "same"}, headers=headers).get_json()
    assert child["scopes"] == ["firearm.read", "token.manage"]


def test_nobody_makes_a_token_beyond_their_role(client: FlaskClient, app: Flask) -> None:
    wished = {"label": "more", "scopes": ["user.manage"]}
    refused = client.post("/api/v1/tokens", json=wished, headers=bearer(app, Role.POLICE))
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "scopes"


def test_a_role_that_shrinks_takes_its_tokens_along(client: FlaskClient, office: Office) -> None:
    account = make_account(office, Role.AUTHORITY_OFFICER)
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    assert client.get("/api/v1/firearms", headers=headers).status_code == 200
    with office.begin(EVERYTHING) as work:
        work.session.execute(update(Account).where(Account.id == account.id).values(role="administrator"))
    assert client.get("/api/v1/firearms", headers=headers).status_code == 403


@pytest.mark.parametrize("reset", [acts.reset_password, factors.reset])
def test_a_reset_ends_the_tokens_that_a_thief_may_have_made(
    client: FlaskClient, office: Office, reset: Callable[[Work, int, str], object]
) -> None:
    account = make_account(office)
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    with office.begin(OPERATOR) as work:
        reset(work, account.id, "stolen")
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_ends(client: FlaskClient, office: Office, clock: Clock) -> None:
    token = make_token(office, make_account(office), days=1)
    clock.pass_by(hours=23)
    assert me(client, token) == 200
    clock.pass_by(hours=1)
    assert me(client, token) == 401


def test_a_revoked_token_opens_nothing_and_stays_revoked(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)
    made = client.post("/api/v1/tokens", json={"label": "lost"}, headers=headers).get_json()
    for _ in range(2):
        revoked = client.post(f"/api/v1/tokens/{made['id']}/revoke", json={}, headers=headers)
        assert revoked.status_code == 200
        assert revoked.get_json()["revoked_at"]
    assert me(client, made["token"]) == 401


def test_nobody_revokes_another_persons_token(client: FlaskClient, app: Flask) -> None:
    made = client.post("/api/v1/tokens", json={"label": "mine"}, headers=bearer(app)).get_json()
    others = client.post(
        f"/api/v1/tokens/{made['id']}/revoke", json={}, headers=bearer(app, Role.ADMINISTRATOR)
    )
    assert others.status_code == 404
    assert me(client, made["token"]) == 200


def test_texts_that_are_no_tokens_are_strangers(client: FlaskClient) -> None:
    for text in ("", "frt_", "frt_" + "a" * 43, "Bearer", "frt_" + "a" * 10_000, "xyz"):
        assert me(client, text) == 401
    basic = client.get("/api/v1/me", headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 401


def test_ones_own_tokens_come_page_by_page(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)
    for n in range(4):
        client.post("/api/v1/tokens", json={"label": f"token {n}"}, headers=headers)
    first = client.get("/api/v1/tokens?limit=3&sort=-label", headers=headers).get_json()
    rest = client.get(
        f"/api/v1/tokens?limit=3&sort=-label&cursor={first['next']}", headers=headers
    ).get_json()
    labels = [row["label"] for row in first["items"] + rest["items"]]
    assert labels == ["tests", *[f"token {n}" for n in range(4)]][::-1]
    assert rest["next"] == ""
