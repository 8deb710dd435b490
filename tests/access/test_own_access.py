"""One's own sessions and password, resets by administrators, and showing once more who one is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access import acts, factors
from registry.access.tables import SignIn
from registry.core.errors import ConfirmationNeeded
from registry.core.web import guard
from registry.core.work import OPERATOR, Actor, Office, Proof, confirmed
from registry.demo.loading import APP_SECRET
from schemas.vocabulary import May, Role
from tests.access.conftest import Clock
from tests.makers import (
    EVERYTHING,
    PASSWORD,
    bearer,
    csrf_token,
    enter,
    enter_password,
    make_account,
    next_code,
    post,
    sign_in,
)

FIREFOX = {"HTTP_USER_AGENT": "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"}
NEW = "another long walk, uphill"


def signed_in(client: FlaskClient) -> bool:
    return client.get("/tokens").status_code == 200


def kept(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session["sign_in"])


def rows(client: FlaskClient) -> list[str]:
    page = client.get("/sessions").get_data(as_text=True)
    return re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", page, re.DOTALL)


# Sessions


def test_ones_own_sessions_are_listed_and_nobody_elses(app: Flask) -> None:
    client, elsewhere = sign_in(app, login="known"), app.test_client()
    elsewhere.environ_base.update(FIREFOX)
    enter(elsewhere, "known")
    sign_in(app, login="other")
    listed = rows(client)
    assert len(listed) == 2
    assert sum("This one" in row for row in listed) == 1
    assert sum("Firefox, Windows" in row and "This one" not in row for row in listed) == 1


def test_one_session_is_ended_or_all_others(app: Flask, office: Office) -> None:
    browsers = [sign_in(app, login="known"), *(app.test_client() for _ in range(3))]
    for browser in browsers[1:]:
        enter(browser, "known")
    stranger = sign_in(app, login="other")
    last = re.search(r"/sessions/(\d+)/end", next(row for row in rows(browsers[3]) if "This one" in row))
    assert post(stranger, f"/sessions/{last[1]}/end", "/sessions").status_code == 303
    assert signed_in(browsers[3]), "nobody ends another person's session"
    assert post(browsers[0], f"/sessions/{last[1]}/end", "/sessions").status_code == 303
    assert [signed_in(browser) for browser in browsers] == [True, True, True, False]
    assert post(browsers[0], "/sessions/end-others", "/sessions").status_code == 303
    assert [signed_in(browser) for browser in browsers] == [True, False, False, False]
    assert signed_in(stranger)


def test_a_session_ended_elsewhere_takes_no_further_step(app: Flask, office: Office) -> None:
    client = sign_in(app, login="known")
    token = csrf_token(client, "/confirm")
    with office.begin(EVERYTHING) as work:
        work.session.delete(work.session.scalars(select(SignIn)).one())
    assert client.post("/confirm", data={"csrf_token": token, "password": PASSWORD}).status_code == 401


# The password


def test_a_new_password_ends_every_other_session_and_goes_on_under_a_new_token(app: Flask) -> None:
    client, elsewhere = sign_in(app, login="known"), app.test_client()
    enter(elsewhere, "known")
    before = kept(client)
    assert post(client, "/password", present=PASSWORD, password=NEW).status_code == 303
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert kept(client) != before
    assert "Password changed" in client.get("/second-factor").get_data(as_text=True)


def first_password(app: Flask, login: str) -> str:
    """The one-time password of somebody new."""
    office: Office = app.extensions["registry"].office
    account = make_account(office, Role.POLICE, login)
    with office.begin(OPERATOR) as work:
        return acts.reset_password(work, account.id, "first password")


def test_a_first_password_is_changed_before_anything_else_is_open(app: Flask, clock: Clock) -> None:
    client, first = app.test_client(), first_password(app, "joana")
    assert enter(client, "joana", first, next="/traces").headers["Location"] == "/password"
    assert not signed_in(client)
    assert client.get("/second-factor").status_code == 302
    same = post(client, "/password", present=first, password=first)
    assert same.status_code == 422
    changed = post(client, "/password", present=first, password=NEW)
    assert changed.headers["Location"] == "/traces"
    assert signed_in(client)
    assert enter(app.test_client(), "joana", NEW).headers["Location"] == "/"


def test_a_first_password_is_good_for_seven_days(app: Flask, clock: Clock) -> None:
    first = first_password(app, "joana")
    clock.pass_by(days=7)
    assert enter(app.test_client(), "joana", first).status_code == 401


# Resets


def reset(client: FlaskClient, account_id: int, what: str, reason: str = "Called back") -> Any:
    return post(client, f"/accounts/{account_id}/reset", what=what, reason=reason)


def test_a_forgotten_password_is_reset_with_a_reason(app: Flask, office: Office) -> None:
    account = make_account(office, login="known")
    holder = app.test_client()
    enter(holder, "known")
    admin = sign_in(app, Role.ADMINISTRATOR, login="chief")
    assert reset(admin, account.id, "password", "").status_code == 422
    page = reset(admin, account.id, "password").get_data(as_text=True)
    drawn = re.search(r"[a-z0-9]{5}(?:-[a-z0-9]{5}){3}", page)[0]
    assert not signed_in(holder)
    assert enter(app.test_client(), "known").status_code == 401
    assert enter(holder, "known", drawn).headers["Location"] == "/password"
    told = admin.get(f"/accounts/{account.id}").get_data(as_text=True)
    assert "Password reset" in told
    assert "Called back" in told
    assert drawn not in told


def test_a_lost_factor_is_reset_and_enrolled_anew(app: Flask, office: Office) -> None:
    account = make_account(office, Role.AUDITOR, "known")
    holder = app.test_client()
    enter(holder, "known")
    admin = sign_in(app, Role.ADMINISTRATOR)
    assert reset(admin, account.id, "second_factor").status_code == 200
    assert not signed_in(holder)
    assert enter(holder, "known").headers["Location"] == "/second-factor"


def test_nobody_resets_their_own_and_only_administrators_reset(app: Flask, office: Office) -> None:
    admin = sign_in(app, Role.ADMINISTRATOR, login="chief")
    own = int(re.search(r"/accounts/(\d+)", admin.get("/accounts?q=chief").get_data(as_text=True))[1])
    for what in ("password", "second_factor"):
        assert reset(admin, own, what).status_code == 403
    other = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    assert other.get(f"/accounts/{own}/reset").status_code == 403


# Showing once more who one is


def test_what_a_stolen_session_must_not_do_asks_once_more_who_it_is(
    app: Flask, office: Office, clock: Clock
) -> None:
    account = make_account(office, login="other")
    admin = sign_in(app, Role.ADMINISTRATOR, login="chief")
    address = f"/accounts/{account.id}/reset"
    clock.pass_by(minutes=11)
    asked = admin.get(address)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/confirm?next={address}")
    before = kept(admin)
    done = post(admin, "/confirm", code=next_code(office, "chief"), next=address)
    assert done.headers["Location"] == address
    assert kept(admin) != before
    assert admin.get(address).status_code == 200
    clock.pass_by(minutes=11)
    token = csrf_token(admin, "/tokens")
    form = {"csrf_token": token, "what": "password", "reason": "x"}
    late = admin.post(address, data=form, headers={"Referer": f"http://localhost{address}"})
    assert late.headers["Location"] == f"/confirm?next={address}"
    elsewhere = admin.post(address, data=form, headers={"Referer": "https://evil.example/x"})
    assert elsewhere.headers["Location"] == "/confirm?next=/"
    assert post(admin, "/confirm", password=PASSWORD, next="https://evil.example").headers["Location"] == "/"
    assert admin.get(address).status_code == 200


@pytest.mark.parametrize("form", [{"password": "wrong" * 4}, {"code": "000000"}, {"credential": "{}"}, {}])
def test_a_wrong_confirmation_confirms_nothing(app: Flask, clock: Clock, form: dict[str, str]) -> None:
    client = sign_in(app, Role.AUDITOR)
    clock.pass_by(minutes=11)
    assert post(client, "/confirm", **form).status_code == 422
    assert client.get("/second-factor/app").status_code == 303


def test_a_room_asks_for_a_late_confirmation_by_its_declaration_and_by_its_act(
    own_app: Flask,
) -> None:
    own_app.extensions["registry"].office.clock = clock = Clock()
    view = guard.may(May.TOKEN_MANAGE, confirmed_within=timedelta(minutes=2))(lambda: "open")
    own_app.add_url_rule("/approve", "approve", view)
    client = sign_in(own_app)
    assert client.get("/approve").status_code == 200
    clock.pass_by(minutes=3)
    assert client.get("/approve").headers["Location"] == "/confirm?next=/approve"
    post(client, "/confirm", password=PASSWORD)
    assert client.get("/approve").status_code == 200


def test_a_bearer_token_never_confirms_anything(clock: Clock) -> None:
    token = Actor(1, "x", Role.ADMINISTRATOR, frozenset(May))
    with pytest.raises(ConfirmationNeeded):
        confirmed(token, clock.now, timedelta(days=1))
    confirmed(OPERATOR, clock.now, timedelta(minutes=1))
    with pytest.raises(ConfirmationNeeded):
        confirmed(
            Actor(1, "x", Role.POLICE, frozenset(), proof=Proof(1, True, clock.now)),
            clock.now + timedelta(minutes=2),
            timedelta(minutes=1),
        )


# Tokens


@pytest.mark.parametrize("role", [Role.AUTHORITY_SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_these_roles_make_tokens_on_the_page_only(app: Flask, client: FlaskClient, role: Role) -> None:
    refused = client.post("/api/v1/tokens", json={"label": "more"}, headers=bearer(app, role))
    assert refused.status_code == 403
    assert "second factor" in refused.get_json()["detail"]
    assert "frt_" in post(sign_in(app, role), "/tokens", label="scanner", days="1").get_data(as_text=True)


def test_no_token_carries_what_is_ones_own(app: Flask, client: FlaskClient) -> None:
    headers = bearer(app)
    assert "access.own" not in client.get("/api/v1/me", headers=headers).get_json()["may"]
    wished = {"label": "x", "scopes": ["access.own"]}
    assert client.post("/api/v1/tokens", json=wished, headers=headers).status_code == 422


# At the command line


def run(app: Flask, *args: str) -> tuple[int, str]:
    with app.app_context():
        answer = app.test_cli_runner().invoke(args=["access", *args])
    return answer.exit_code, answer.output


def test_the_operator_opens_the_first_account_and_helps_it_in_again(app: Flask, office: Office) -> None:
    code, told = run(app, "open", "chief", "--name", "Chief", "--role", "administrator")
    assert code == 0
    client = app.test_client()
    assert enter_password(client, "chief", told.split()[-1]).headers["Location"] == "/password"
    code, told = run(app, "reset-password", "chief", "--reason", "lost")
    assert enter_password(app.test_client(), "chief", told.split()[-1]).headers["Location"] == "/password"
    make_account(office, Role.AUDITOR, "known")
    assert run(app, "reset-factor", "known", "--reason", "phone lost")[0] == 0
    assert enter(app.test_client(), "known").headers["Location"] == "/second-factor"
    assert run(app, "reset-factor", "nobody", "--reason", "x")[0] == 1


def test_codes_are_printed_for_the_public_secret_and_no_other(app: Flask, office: Office) -> None:
    shown = make_account(office, Role.AUDITOR, "shown", enrolled=False)
    with office.begin(EVERYTHING) as work:
        factors.give_app(work, shown.id, APP_SECRET)
    make_account(office, Role.AUDITOR, "known")
    make_account(office, login="plain")
    client = app.test_client()
    enter_password(client, "shown")
    assert (
        post(client, "/sign-in/second-factor", code=run(app, "code", "shown")[1].strip()).status_code == 303
    )
    for login in ("known", "plain", "nobody"):
        code, told = run(app, "code", login)
        assert code == 1
        assert not re.search(r"\b[0-9]{6}\b", told)
