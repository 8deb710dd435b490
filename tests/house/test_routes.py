"""No route without a declaration of who may call it, and no answer where it says no."""

from __future__ import annotations

import re

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from registry.core.web import guard
from registry.core.web.guard import UnguardedError

PUBLIC = {
    "web.static",
    "web.language_choice",
    "web.healthz",
    "web.readyz",
    "api-docs.openapi_json",
    "access.sign_in",
    "home.index",
    "home.api_documentation",
    "home.swagger_ui",
    "verification.ask",
    "verification.show",
    "verification.certificate",
    "verification.offline",
    "verification.worker",
    "verification.decoder",
    "api_verification.verification",
    "authorities.list",
    "authorities.show",
    "api_authorities.cards",
    "api_authorities.card",
    "api_verification.paper_keys",
    "api_verification.paper_endings",
    "api_exchange.attachments",
    "api_exchange.messages",
    "exchange.keys",
    "upkeep.measured",
}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path with something in each place) of every route."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<int[^>]*>", "1", rule.rule)
        path = re.sub(r"<[^>]+>", "F-000000001-X", path)
        found += [
            (rule.endpoint, method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return found


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    bare = [rule.endpoint for rule in app.url_map.iter_rules() if guard.guard_of(app, rule.endpoint) is None]
    assert bare == []


def test_a_route_without_a_declaration_keeps_the_service_from_starting(own_app: Flask) -> None:
    own_app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(UnguardedError, match="forgotten"):
        guard.refuse_unguarded(own_app)
    assert own_app.test_client().get("/forgotten").status_code == 403


def test_only_the_listed_routes_are_open_to_everyone(app: Flask) -> None:
    opened = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (found := guard.guard_of(app, rule.endpoint)) and found.public
    }
    assert opened <= PUBLIC


def test_a_stranger_gets_nothing(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path in rules(app):
        found = guard.guard_of(app, endpoint)
        if found is None or found.public:
            continue
        answer: Response = client.open(path, method=method)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (method, path)
        else:
            # a page asks for a sign-in; a form without its token is refused before that
            assert answer.status_code in (302, 400, 401), (method, path, answer.status_code)
            assert answer.status_code != 302 or "/sign-in" in answer.headers["Location"]


def test_what_a_post_makes_is_read_at_the_address_that_its_answer_names(app: Flask) -> None:
    """`tests.following` follows those that a test makes; here each of them names a route that there is."""

    def without_names(path: str) -> str:
        return re.sub(r"<[^>]*>|{[^}]*}", "<>", path)

    read = {
        without_names(rule.rule) for rule in app.url_map.iter_rules() if {"GET"} <= (rule.methods or set())
    }
    made = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        described = getattr(view, "_apidoc", {}).get("response", {}).get("responses", {})
        if "POST" in (rule.methods or set()) and 201 in described:
            shape = described[201][0]["schema"]
            at = getattr(view, "at", "")
            own = f"{rule.rule}/<number>" if "number" in getattr(shape, "declared_fields", {}) else ""
            made[rule.rule] = without_names(f"/api/v1{at}" if at else own)
    assert len(made) > 40
    assert {rule: at for rule, at in made.items() if at and at not in read} == {}
