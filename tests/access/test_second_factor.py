"""The second factor: whose it is, when it is asked for, and that nothing opens without it."""

from __future__ import annotations

import html
import json
import re
from base64 import b32encode
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access import factors, totp, vault
from registry.access.policy import SECOND_FACTOR_ROLES
from registry.access.tables import Passkey, RecoveryCode, SignIn, Totp
from registry.core.web import guard
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.access.authenticator import SoftKey
from tests.access.conftest import Clock
from tests.makers import (
    APP_SECRET,
    EVERYTHING,
    csrf_token,
    enter,
    enter_password,
    make_account,
    next_code,
    post,
    sign_in,
)

SECOND_STEP = "/sign-in/second-factor"
NEW_PASSKEY = "/second-factor/passkeys/new"


def signed_in(client: FlaskClient) -> bool:
    return client.get("/tokens").status_code == 200


def asked_at(client: FlaskClient, path: str) -> tuple[dict[str, Any], str]:
    """What the page asks of the browser, and the token of its form."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, f"{path} asks for no passkey"
    return json.loads(html.unescape(found[1])), re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def enrol_app(client: FlaskClient, clock: Clock) -> tuple[str, list[str]]:
    """Scan, type the first code: the secret and the recovery codes."""
    secret = offered_secret(client)
    code = totp.code_at(secret, totp.step_at(clock.now))
    page = post(client, "/second-factor/app", code=code).get_data(as_text=True)
    return secret, re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page)


def offered_secret(client: FlaskClient) -> str:
    page = client.get("/second-factor/app").get_data(as_text=True)
    return re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)[0].replace(" ", "")


def enrol_passkey(client: FlaskClient, key: SoftKey, **given: str) -> int:
    """Load the page once, make the key, send."""
    asked, token = asked_at(client, NEW_PASSKEY)
    form = {"csrf_token": token, "label": "Key", "credential": key.make(asked, **given)}
    return int(client.post(NEW_PASSKEY, data=form).status_code)


def use_passkey(client: FlaskClient, key: SoftKey, **given: str) -> int:
    """Load the page once, sign what it asks, send."""
    asked, token = asked_at(client, SECOND_STEP)
    form = {"csrf_token": token, "credential": key.use(asked, **given)}
    return int(client.post(SECOND_STEP, data=form).status_code)


def kept(client: FlaskClient) -> str:
    """What the cookie names the session by."""
    with client.session_transaction() as session:
        return str(session["sign_in"])


def second_step(client: FlaskClient, code: str) -> int:
    return int(post(client, SECOND_STEP, code=code).status_code)


# Who needs one


@pytest.mark.parametrize("role", Role)
def test_a_role_that_needs_a_factor_is_led_to_enrol_and_may_do_nothing_else(
    app: Flask, client: FlaskClient, office: Office, role: Role
) -> None:
    make_account(office, role, "known", enrolled=False)
    answer = enter(client, "known")
    assert answer.status_code == 303
    if role not in SECOND_FACTOR_ROLES:
        assert signed_in(client)
        return
    assert answer.headers["Location"] == "/second-factor"
    page = client.get("/second-factor").get_data(as_text=True)
    assert "Your role needs a second factor" in page
    assert "<nav" not in page
    assert reachable(app, client) == {
        "/second-factor",
        "/second-factor/app",
        "/second-factor/passkeys/new",
        "/confirm",
    }


def reachable(app: Flask, client: FlaskClient) -> set[str]:
    """Pages that open, of all that are not open to everyone."""
    found = set()
    for rule in app.url_map.iter_rules():
        declared = guard.guard_of(app, rule.endpoint)
        if declared is None or declared.public or "GET" not in (rule.methods or ()):
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        if client.get(path).status_code not in (302, 401):
            found.add(path)
    return found


def test_after_enrolment_the_session_is_open_and_leads_on_to_where_one_wanted_to_go(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    make_account(office, Role.AUDITOR, "known", enrolled=False)
    enter(client, "known", next="/parties?q=a")
    secret = offered_secret(client)
    assert offered_secret(client) == secret, "a page that is loaded again offers the same secret"
    done = post(client, "/second-factor/app", code=totp.code_at(secret, totp.step_at(clock.now)))
    assert 'href="/parties?q=a"' in done.get_data(as_text=True)
    assert done.headers["Cache-Control"] == "no-store"
    assert signed_in(client)


def test_a_wrong_first_code_enrols_nothing(client: FlaskClient, office: Office, clock: Clock) -> None:
    make_account(office, Role.AUDITOR, "known", enrolled=False)
    enter(client, "known")
    secret = offered_secret(client)
    for wrong in ("", "123", "abcdef", totp.code_at(secret, totp.step_at(clock.now) - 5)):
        assert post(client, "/second-factor/app", code=wrong).status_code == 422
    assert not signed_in(client)


def test_the_secret_is_kept_sealed_for_its_account_only(app: Flask, office: Office, clock: Clock) -> None:
    client = sign_in(app, login="known")
    secret, _ = enrol_app(client, clock)
    with office.look(EVERYTHING) as work:
        kept = work.session.scalars(select(Totp)).one()
        assert secret.encode() not in kept.sealed
        assert vault.unseal(work, kept.account_id, kept.sealed) == secret.encode()
        assert vault.unseal(work, kept.account_id + 1, kept.sealed) is None
        changed = kept.sealed[:-1] + bytes([kept.sealed[-1] ^ 1])
        assert vault.unseal(work, kept.account_id, changed) is None
        assert work.session.scalars(select(SignIn.offered)).one() is None


# The second step


def test_with_a_factor_the_password_alone_opens_nothing(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    make_account(office, Role.ADMINISTRATOR, "known")
    assert enter_password(client, "known").headers["Location"] == SECOND_STEP
    assert reachable(app, client) == {SECOND_STEP}
    refused = [
        client.post(path, data={"csrf_token": csrf_token(client, SECOND_STEP)}).status_code
        for path in ("/accounts/new", "/tokens", "/password", "/second-factor/codes", "/sessions/end-others")
    ]
    assert refused == [401] * 5
    assert client.get("/accounts").headers["Location"] == "/sign-in?next=/accounts"
    assert client.get("/sign-in?next=/accounts").headers["Location"] == SECOND_STEP
    assert second_step(client, next_code(office, "known")) == 303
    assert client.get("/accounts").status_code == 200


def test_an_officer_who_enrolled_is_asked_too(app: Flask, office: Office, clock: Clock) -> None:
    secret, _ = enrol_app(sign_in(app, login="known"), clock)
    client = app.test_client()
    assert enter_password(client, "known").headers["Location"] == SECOND_STEP
    assert not signed_in(client)
    clock.pass_by(seconds=30)
    assert second_step(client, totp.code_at(secret, totp.step_at(clock.now))) == 303
    assert signed_in(client)


def test_enrolling_ends_what_other_sessions_of_the_account_may_do(app: Flask, clock: Clock) -> None:
    client, other = sign_in(app, login="known"), app.test_client()
    enter(other, "known")
    enrol_app(client, clock)
    assert signed_in(client)
    assert not signed_in(other)
    assert other.get("/sign-in").headers["Location"] == SECOND_STEP


def test_each_code_is_taken_once_and_none_older_than_one_taken(
    app: Flask, office: Office, clock: Clock
) -> None:
    make_account(office, Role.AUDITOR, "known")
    step = totp.step_at(clock.now)
    before, now, after = (totp.code_at(APP_SECRET, step + n) for n in (-1, 0, 1))

    def tried(code: str) -> int:
        client = app.test_client()
        enter_password(client, "known")
        return second_step(client, code)

    assert tried(now) == 303
    assert tried(now) == 422
    assert tried(before) == 422
    assert tried(after) == 303
    clock.pass_by(seconds=30)
    assert tried(after) == 422
    clock.pass_by(seconds=30)
    assert tried(totp.code_at(APP_SECRET, step + 2)) == 303


def test_a_code_is_over_after_a_minute_and_not_yet_good_a_minute_before(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    make_account(office, Role.AUDITOR, "known")
    enter_password(client, "known")
    step = totp.step_at(clock.now)
    for wrong in (-2, 2):
        assert second_step(client, totp.code_at(APP_SECRET, step + wrong)) == 422


def test_codes_are_those_of_rfc_6238() -> None:
    secret = b32encode(b"12345678901234567890").decode()
    expected = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: totp.code_at(secret, at // totp.PERIOD) for at in expected} == expected


def test_an_unfinished_sign_in_lasts_ten_minutes(client: FlaskClient, office: Office, clock: Clock) -> None:
    make_account(office, Role.AUDITOR, "known")
    enter_password(client, "known")
    token = csrf_token(client, SECOND_STEP)
    clock.pass_by(minutes=10)
    late = client.post(SECOND_STEP, data={"csrf_token": token, "code": next_code(office, "known")})
    assert late.status_code == 401
    assert not signed_in(client)


def test_wrong_codes_lock_the_second_step_and_not_the_right_one_opens_it(
    client: FlaskClient, office: Office, clock: Clock
) -> None:
    make_account(office, Role.AUDITOR, "known")
    enter_password(client, "known")
    assert [second_step(client, "000000") for _ in range(5)] == [422] * 5
    assert second_step(client, next_code(office, "known")) == 429
    clock.pass_by(seconds=31)
    assert second_step(client, next_code(office, "known")) == 303


def test_every_step_gives_the_session_a_new_token(client: FlaskClient, office: Office) -> None:
    make_account(office, Role.AUDITOR, "known")
    enter_password(client, "known")
    tokens = [kept(client)]
    second_step(client, next_code(office, "known"))
    tokens.append(kept(client))
    assert tokens[0] != tokens[1]
    with client.session_transaction() as session:
        session["sign_in"] = tokens[0]
    assert not signed_in(client)


def test_the_second_step_can_be_left(client: FlaskClient, office: Office) -> None:
    make_account(office, Role.AUDITOR, "known")
    enter_password(client, "known")
    assert post(client, "/sign-out", SECOND_STEP).status_code == 303
    assert 'name="password"' in client.get("/sign-in").get_data(as_text=True)


# Recovery codes


def test_ten_recovery_codes_are_shown_once_kept_as_hashes_and_good_once_each(
    app: Flask, office: Office, clock: Clock
) -> None:
    _, codes = enrol_app(sign_in(app, login="known"), clock)
    assert len(set(codes)) == factors.CODES == 10
    with office.look(EVERYTHING) as work:
        hashes = work.session.scalars(select(RecoveryCode.code_hash)).all()
    assert all(
        code.encode() not in kept and code.replace("-", "").encode() not in kept
        for code in codes
        for kept in hashes
    )

    def tried(code: str) -> int:
        client = app.test_client()
        enter_password(client, "known")
        return second_step(client, code)

    assert tried(codes[0]) == 303
    assert tried(codes[0]) == 422
    assert tried(codes[1].upper().replace("-", " ")) == 303
    assert tried("aaaa-aaaa-aaaa-aaaa") == 422


def test_new_recovery_codes_make_the_old_ones_worthless(app: Flask, clock: Clock) -> None:
    client = sign_in(app, login="known")
    _, old = enrol_app(client, clock)
    page = post(client, "/second-factor/codes", "/second-factor").get_data(as_text=True)
    new = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", page)
    assert len(new) == 10
    other = app.test_client()
    enter_password(other, "known")
    assert second_step(other, old[0]) == 422
    assert second_step(other, new[0]) == 303
    assert "9 codes are left" in other.get("/second-factor").get_data(as_text=True)
    assert "Recovery code used" in other.get("/second-factor").get_data(as_text=True)


def test_recovery_codes_of_another_account_open_nothing(app: Flask, clock: Clock) -> None:
    _, codes = enrol_app(sign_in(app, login="known"), clock)
    enrol_app(sign_in(app, login="other"), clock)
    client = app.test_client()
    enter_password(client, "other")
    assert second_step(client, codes[0]) == 422


# Removing


def test_the_last_factor_of_a_role_that_needs_one_stays(app: Flask, clock: Clock) -> None:
    client = sign_in(app, Role.AUDITOR)
    assert post(client, "/second-factor/app/remove", "/second-factor").status_code == 422
    enrol_passkey(client, SoftKey())
    assert post(client, "/second-factor/app/remove", "/second-factor").status_code == 303


def test_others_may_do_without_again(app: Flask, office: Office, clock: Clock) -> None:
    client = sign_in(app, login="known")
    enrol_app(client, clock)
    assert post(client, "/second-factor/app/remove", "/second-factor").status_code == 303
    assert post(client, "/second-factor/codes", "/second-factor").status_code == 422
    with office.look(EVERYTHING) as work:
        assert work.session.scalars(select(RecoveryCode)).all() == []
    assert enter(app.test_client(), "known").headers["Location"] == "/"


# Passkeys


def with_passkey(app: Flask, login: str) -> SoftKey:
    key = SoftKey()
    assert enrol_passkey(sign_in(app, login=login), key) == 200
    return key


def waiting(app: Flask, login: str) -> FlaskClient:
    """A browser in which the password was right and the passkey is asked for."""
    client = app.test_client()
    enter_password(client, login)
    return client


def test_a_passkey_completes_a_sign_in(app: Flask) -> None:
    key = with_passkey(app, "known")
    client = waiting(app, "known")
    answer = key.use(asked_at(client, SECOND_STEP)[0])
    assert post(client, SECOND_STEP, credential=answer).status_code == 422, "asked anew since"
    assert use_passkey(client, key) == 303
    assert signed_in(client)


def test_a_passkey_used_on_another_site_opens_nothing(app: Flask) -> None:
    key = with_passkey(app, "known")
    client = waiting(app, "known")
    for origin in ("http://localhost.evil.example", "https://localhost", "http://localhost:8000"):
        assert use_passkey(client, key, origin=origin) == 422
    assert not signed_in(client)
    assert use_passkey(client, key) == 303


def test_a_passkey_of_another_account_opens_nothing(app: Flask) -> None:
    with_passkey(app, "known")
    others = with_passkey(app, "other")
    client = waiting(app, "known")
    assert use_passkey(client, others) == 422
    assert not signed_in(client)


def test_a_passkey_that_nobody_registered_opens_nothing(app: Flask) -> None:
    key = with_passkey(app, "known")
    false = SoftKey()
    false.id = key.id
    client = waiting(app, "known")
    assert use_passkey(client, false) == 422
    assert use_passkey(client, SoftKey()) == 422


def test_an_answer_is_taken_once(app: Flask) -> None:
    key = with_passkey(app, "known")
    client, thief = waiting(app, "known"), waiting(app, "known")
    asked, token = asked_at(client, SECOND_STEP)
    answer = key.use(asked)
    assert post(thief, SECOND_STEP, credential=answer).status_code == 422
    assert client.post(SECOND_STEP, data={"csrf_token": token, "credential": answer}).status_code == 303
    assert post(client, SECOND_STEP, "/tokens", credential=answer).status_code == 302


def test_a_copied_key_is_noticed_by_its_count(app: Flask, office: Office) -> None:
    key = with_passkey(app, "known")
    key.count = 10
    assert use_passkey(waiting(app, "known"), key) == 303
    key.count = 5
    assert use_passkey(waiting(app, "known"), key) == 422
    with office.look(EVERYTHING) as work:
        assert work.session.scalars(select(Passkey.sign_count)).one() == 11


GARBAGE = (
    "{}",
    "[]",
    "null",
    "x",
    '{"id":1}',
    '{"id":"!","rawId":"!","type":"public-key"}',
    '{"id":"YQ","rawId":"YQ","type":"public-key","response":'
    '{"clientDataJSON":"YQ","authenticatorData":"YQ","signature":"YQ"}}',
    '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"YQ","attestationObject":"YQ"}}',
    '{"id":"Y\u0000","rawId":[],"type":{},"response":[]}',
    "9" * 30_000,
)


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_no_garbage_breaks_what_takes_a_passkeys_answer(app: Flask, garbage: str) -> None:
    with_passkey(app, "known")
    assert post(waiting(app, "known"), SECOND_STEP, credential=garbage).status_code == 422
    new = post(sign_in(app), "/second-factor/passkeys/new", label="x", credential=garbage)
    assert new.status_code == 422


def test_a_passkey_is_made_for_what_was_asked_here(app: Flask) -> None:
    client, key = sign_in(app), SoftKey()
    assert enrol_passkey(client, key, origin="https://evil.example") == 422
    answer = key.make(asked_at(client, NEW_PASSKEY)[0])
    assert post(client, NEW_PASSKEY, label="Key", credential=answer).status_code == 422, (
        "a later page asked anew"
    )
    assert enrol_passkey(client, key) == 200
    assert enrol_passkey(client, key) == 422, "registered already"


def test_nobody_removes_another_persons_passkey(app: Flask) -> None:
    with_passkey(app, "known")
    answer = post(sign_in(app), "/second-factor/passkeys/1/remove", "/tokens")
    assert answer.status_code == 404


def test_a_number_instead_of_a_name_offers_no_passkeys(app: Flask) -> None:
    client = sign_in(app)
    page = client.get("/second-factor", base_url="http://localhost").get_data(as_text=True)
    assert "/second-factor/passkeys/new" in page
    numbered = app.test_client()
    with numbered.session_transaction(base_url="http://127.0.0.1:8000") as session:
        session["sign_in"] = kept(client)
    page = numbered.get("/second-factor", base_url="http://127.0.0.1:8000").get_data(as_text=True)
    assert "/second-factor/passkeys/new" not in page
    assert "localhost" in page
