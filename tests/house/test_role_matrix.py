"""Every route, called in every role: refused exactly where the policy says so.

The expectation is computed from the two things a reader of the policy sees, the route's declaration and
the role's row, and compared with what the running application answers.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from registry.core.policy import POLICY
from registry.core.web import guard
from registry.rooms import OFFERS
from schemas.vocabulary import May, Role
from tests.engines import Sqlite, application
from tests.house.test_routes import rules
from tests.makers import bearer, csrf_token, sign_in

FORBIDDEN = 403


def allowed(app: Flask, endpoint: str, role: Role) -> bool:
    """Whether the policy lets a role through to the route."""
    declared = guard.guard_of(app, endpoint)
    assert declared is not None
    return bool(declared.public) or declared.may is None or declared.may in POLICY[role]


@pytest.mark.parametrize("role", Role)
def test_the_api_answers_each_role_as_the_policy_says(app: Flask, role: Role) -> None:
    client, headers = app.test_client(), bearer(app, role)
    wrong, called = [], 0
    # the one that ends the very token that asks comes last
    for endpoint, method, path in sorted(rules(app), key=lambda rule: "revoke" in rule[0]):
        if not path.startswith("/api/v1/") or (declared := guard.guard_of(app, endpoint)) is None:
            continue
        if declared.confirmed_within is not None:
            continue  # bearer tokens never count as confirmed; the tests of access say so
        answer = client.open(path, method=method, headers=headers, json={} if method != "GET" else None)
        called += 1
        assert answer.status_code < 500, (method, path)
        if allowed(app, endpoint, role) is (answer.status_code == FORBIDDEN):
            wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert called > 60


@pytest.mark.parametrize("role", Role)
def test_pages_answer_each_role_as_the_policy_says(app: Flask, role: Role) -> None:
    browser = sign_in(app, role)
    wrong, called = [], 0
    for endpoint, method, path in rules(app):
        if path.startswith("/api/") or method != "GET" or endpoint == "web.static":
            continue
        declared = guard.guard_of(app, endpoint)
        if declared is None or declared.confirmed_within is not None or declared.steps:
            continue
        answer = browser.get(path)
        called += 1
        assert answer.status_code < 500, path
        if allowed(app, endpoint, role) is (answer.status_code == FORBIDDEN):
            wrong.append((path, answer.status_code))
    assert wrong == []
    assert called > 25


@pytest.mark.parametrize("role", Role)
def test_forms_are_refused_to_roles_that_may_not(sqlite: Sqlite, tmp_path: Path, role: Role) -> None:
    """On one engine: a form is refused before any record is read."""
    with sqlite.ready() as url, application(url, tmp_path) as app:
        assert wrongly_answered_forms(app, role) == []


def wrongly_answered_forms(app: Flask, role: Role) -> list[tuple[str, int]]:
    browser = sign_in(app, role)
    token = csrf_token(browser, "/")
    wrong = []
    for endpoint, method, path in rules(app):
        declared = guard.guard_of(app, endpoint)
        if path.startswith("/api/") or method != "POST" or declared is None or declared.may is None:
            continue
        if declared.may in POLICY[role]:
            continue  # what it does then is for the tests of the subject
        answer = browser.post(path, data={"csrf_token": token})
        if answer.status_code != FORBIDDEN:
            wrong.append((path, answer.status_code))
    return wrong


def test_every_permission_guards_something_and_every_role_lacks_something(app: Flask) -> None:
    used = {
        declared.may
        for rule in app.url_map.iter_rules()
        if (declared := guard.guard_of(app, rule.endpoint)) is not None
    }
    held = set().union(*POLICY.values())
    assert held == set(May)
    approved = {found.approve for found in OFFERS["approvals"].values()}  # asked when it is carried out
    assert {may for may in May if may not in used} <= {
        May.PERSON_READ,
        May.RULE_SET,
        May.LICENCE_CASE,
        May.LEDGER_ERASE,  # with the records that two dispose of
        *approved,
    }
    assert all(POLICY[role] < set(May) for role in Role)
