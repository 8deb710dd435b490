"""Signing in: who may, who may not, and what an answer tells a stranger."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.access import acts
from registry.access.tables import SignIn
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.access.conftest import Clock
from tests.makers import EVERYTHING, PASSWORD, csrf_token, enter, make_account, post, sign_in


def signed_in(client: FlaskClient) -> bool:
    return client.get("/tokens").status_code == 200


def test_login_and_password_open_the_registry(app: Flask, client: FlaskClient, office: Office) -> None:
    make_account(office, Role.ADMINISTRATOR, "maria")
    assert not signed_in(client)
    answer = enter(client, "MARIA")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert signed_in(client)


def test_unknown_wrong_and_closed_are_answered_alike(client: FlaskClient, office: Office) -> None:
    make_account(office, login="known")
    closed = make_account(office, login="closed")
    close(office, closed.id)
    tried = (("known", "wrong" * 4), ("nobody", PASSWORD), ("closed", PASSWORD))
    answers = {told(enter(client, login, password), login) for login, password in tried}
    assert len(answers) == 1
    assert {status for status, _ in answers} == {401}


def told(answer: TestResponse, login: str) -> tuple[int, str]:
    """What a stranger reads, but for the token of the form, which differs each time."""
    text = answer.get_data(as_text=True).replace(login, "…")
    return answer.status_code, re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", text)


def close(office: Office, account_id: int) -> None:
    with office.begin(EVERYTHING) as work:
        acts.close(work, account_id, 1)


def test_after_five_wrong_tries_even_the_right_password_waits(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    make_account(office, login="known")
    for _ in range(4):
        enter(client, "known", "wrong" * 4)
    assert enter(client, "known").status_code == 303  # the fifth try was right: no lock, and counted anew
    client.post("/sign-out", data={"csrf_token": csrf_token(client, "/tokens")})
    for _ in range(5):
        enter(client, "known", "wrong" * 4)
    assert enter(client, "known").status_code == 401
    clock.pass_by(seconds=29)
    assert enter(client, "known").status_code == 401
    clock.pass_by(seconds=2)
    assert enter(client, "known").status_code == 303


def test_each_further_wrong_try_doubles_the_wait_up_to_an_hour(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    make_account(office, login="known")
    for _ in range(5):
        enter(client, "known", "wrong" * 4)
    for wait in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        clock.pass_by(seconds=wait - 1)
        assert enter(client, "known").status_code == 401, f"open before {wait} seconds"
        clock.pass_by(seconds=1)
        enter(client, "known", "wrong" * 4)
    clock.pass_by(hours=1)
    assert enter(client, "known").status_code == 303


def test_a_locked_login_is_answered_like_an_unknown_one(client: FlaskClient, office: Office) -> None:
    make_account(office, login="known")
    locked = [enter(client, "known", "wrong" * 4).status_code for _ in range(8)]
    unknown = [enter(client, "nobody", "wrong" * 4).status_code for _ in range(8)]
    assert locked == unknown == [401] * 8


def test_a_session_ends_when_idle(app: Flask, clock: Clock) -> None:
    client = sign_in(app)
    for _ in range(5):
        clock.pass_by(minutes=14)
        assert signed_in(client)
    clock.pass_by(minutes=15)
    assert not signed_in(client)


def test_a_session_ends_however_busy_it_is(app: Flask, clock: Clock) -> None:
    client = sign_in(app)
    for _ in range(71):
        clock.pass_by(minutes=10)
        assert signed_in(client)
    clock.pass_by(minutes=10)
    assert not signed_in(client)


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(app: Flask) -> None:
    client = sign_in(app)
    thief = app.test_client()
    thief.set_cookie("registry", client.get_cookie("registry").value)
    assert signed_in(thief)
    assert post(client, "/sign-out", "/tokens").status_code == 303
    assert not signed_in(client)
    assert not signed_in(thief)


def test_nothing_planted_in_the_cookie_before_signing_in_goes_on(app: Flask, office: Office) -> None:
    make_account(office, login="known")
    client = app.test_client()
    planted = csrf_token(client)
    with client.session_transaction() as session:
        session["sign_in"] = "chosen by someone else"
        session["planted"] = "still here"
    enter(client, "known")
    with client.session_transaction() as session:
        assert session["sign_in"] != "chosen by someone else"
        assert "planted" not in session
    assert client.post("/tokens", data={"csrf_token": planted, "label": "x"}).status_code == 400


def test_the_cookie_holds_no_password_and_the_records_no_cookie(app: Flask, office: Office) -> None:
    client = sign_in(app)
    with client.session_transaction() as session:
        token = session["sign_in"]
    with office.look(EVERYTHING) as work:
        kept = work.session.scalars(select(SignIn.token_hash)).all()
    assert len(kept) == 1
    assert token.encode() not in kept[0]
    cookie = (
        client.get("/tokens").headers.get("Set-Cookie") or enter(app.test_client(), "x").headers["Set-Cookie"]
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
    ],
)
def test_signing_in_never_leads_to_another_site(app: Flask, elsewhere: str) -> None:
    client = app.test_client()
    make_account(app.extensions["registry"].office, login="known")
    assert enter(client, "known", next=elsewhere).headers["Location"] == "/"


def test_signing_in_leads_on_to_the_page_that_was_wanted(client: FlaskClient, office: Office) -> None:
    make_account(office, login="known")
    wanted = client.get("/parties?q=a&kind=maker")
    assert wanted.headers["Location"].startswith("/sign-in?next=")
    form = client.get(wanted.headers["Location"]).get_data(as_text=True)
    assert 'name="next" value="/parties?q=a&amp;kind=maker"' in form
    assert (
        enter(client, "known", next="/parties?q=a&kind=maker").headers["Location"]
        == "/parties?q=a&kind=maker"
    )


def test_the_language_of_the_account_is_spoken_unless_another_was_chosen(app: Flask, office: Office) -> None:
    make_account(office, login="known", language="pt")
    client = app.test_client()
    enter(client, "known")
    assert '<html lang="pt"' in client.get("/tokens").get_data(as_text=True)
    chooser = app.test_client()
    post(chooser, "/language", "/sign-in", language="ar", next="/sign-in")
    enter(chooser, "known")
    assert '<html lang="ar" dir="rtl"' in chooser.get("/tokens").get_data(as_text=True)


def test_a_cookie_means_nothing_to_the_api(app: Flask) -> None:
    assert sign_in(app).get("/api/v1/me").status_code == 401
