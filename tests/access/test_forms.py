"""Every form of the whole site needs its token, and no text of access breaks it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.web import context
from schemas.vocabulary import Role
from tests.makers import PASSWORD, bearer, csrf_token, sign_in
from tests.naughty import NAUGHTY

MACHINES = ("/api/", "/exchange/v1/")
"""Addresses that read no cookie, so that nothing can be forged there by a visitor's browser."""


def form_addresses(app: Flask) -> list[str]:
    return sorted(
        re.sub(r"<[^>]+>", "1", rule.rule)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(MACHINES)
    )


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUTHORITY_SUPERVISOR])
def test_every_form_needs_its_token(app: Flask, role: Role) -> None:
    browser = sign_in(app, role)
    addresses = form_addresses(app)
    assert {"/sign-in", "/sign-out", "/tokens", "/accounts/new", "/parties/new", "/language"} <= set(
        addresses
    )
    for address in addresses:
        refused = browser.post(address, data={"csrf_token": "forged"})
        # 403: the role may not even come near the form
        assert refused.status_code in (400, 403, 404), (address, refused.status_code)
        if refused.status_code == 400:
            assert "form was open too long" in refused.get_data(as_text=True)
    assert browser.get("/tokens").status_code == 200, "a forged form signed us out"


def test_addresses_of_machines_read_no_cookie(app: Flask) -> None:
    browser = sign_in(app, Role.ADMINISTRATOR)
    for address in MACHINES:
        with browser:
            browser.get(address)
            assert context.is_api()
            assert context.authenticate() is None


def test_a_token_of_one_visitor_is_worth_nothing_to_another(app: Flask) -> None:
    browser, other = sign_in(app), sign_in(app)
    stolen = csrf_token(other, "/tokens")
    assert browser.post("/tokens", data={"csrf_token": stolen, "label": "x"}).status_code == 400


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_no_text_breaks_signing_in(client: FlaskClient, text: str) -> None:
    token = csrf_token(client)
    for login, password in ((text, PASSWORD), ("known", text)):
        answer = client.post(
            "/sign-in", data={"csrf_token": token, "login": login, "password": password, "next": text}
        )
        assert answer.status_code == 401


def test_no_text_breaks_the_pages_of_access(app: Flask) -> None:
    browser = sign_in(app, Role.ADMINISTRATOR)
    token = csrf_token(browser, "/tokens")
    for text in NAUGHTY:
        sent = [
            browser.get("/accounts", query_string={"q": text}),
            browser.get("/accounts", query_string={"sort": text, "role": text, "cursor": text}),
            browser.get("/tokens", query_string={"cursor": text}),
            browser.post(
                "/tokens", data={"csrf_token": token, "label": text, "days": text, "scopes-0": text}
            ),
            browser.post(
                "/accounts/new",
                data={
                    "csrf_token": token,
                    "login": text,
                    "full_name": text,
                    "role": text,
                    "reason": text,
                    "party": text,
                    "language": text,
                    text: text,
                },
            ),
            browser.post("/password", data={"csrf_token": token, "present": text, "password": text}),
        ]
        assert all(answer.status_code < 500 for answer in sent), (text[:20], [a.status_code for a in sent])


def test_no_text_breaks_the_api_of_access(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app, Role.ADMINISTRATOR)
    for text in NAUGHTY:
        sent = [
            client.get("/api/v1/accounts", query_string={"q": text}, headers=headers),
            client.get("/api/v1/accounts", query_string={"cursor": text, "sort": text}, headers=headers),
            client.post("/api/v1/tokens", json={"label": text, "scopes": [text]}, headers=headers),
            client.post(
                "/api/v1/accounts",
                json={"login": text, "full_name": text, "role": text, "reason": text, "party": text},
                headers=headers,
            ),
        ]
        assert all(answer.status_code < 500 for answer in sent), (text[:20], [a.status_code for a in sent])
