"""Wrong tries: counted for logins that exist or not, by address, for every process; and fail closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from argon2 import Parameters, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from registry.access import proofs, secrets, throttle
from registry.access.tables import SignIn, WrongTries
from registry.app import create_app
from registry.core.settings import Settings
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.access.conftest import Clock
from tests.engines import application
from tests.makers import EVERYTHING, PASSWORD, csrf_token, enter, make_account, next_code, post, sign_in

WRONG = "wrong" * 4


def enter_from(app: Flask, address: str, login: str, password: str) -> int:
    client = app.test_client()
    form = {"csrf_token": csrf_token(client), "login": login, "password": password}
    came_from = {"REMOTE_ADDR": address}
    return int(client.post("/sign-in", data=form, environ_base=came_from).status_code)


def test_a_lock_holds_for_every_process_and_every_address(
    app: Flask, office: Office, database_url: str, tmp_path: Path
) -> None:
    make_account(office, login="known")
    for n in range(5):
        assert enter_from(app, f"192.0.2.{n}", "known", WRONG) == 401
    with application(database_url, tmp_path) as other:
        assert enter_from(other, "192.0.2.99", "known", PASSWORD) == 401


def test_an_address_that_tries_many_logins_is_refused_and_others_are_not(
    app: Flask, office: Office, clock: Clock
) -> None:
    make_account(office, login="known")
    tried = [enter_from(app, "192.0.2.1", f"guess{n}", WRONG) for n in range(throttle.ADDRESS.free)]
    assert set(tried) == {401}
    assert enter_from(app, "192.0.2.1", "known", PASSWORD) == 429
    assert enter_from(app, "192.0.2.1", "nobody", PASSWORD) == 429
    assert enter_from(app, "192.0.2.2", "known", PASSWORD) == 303
    clock.pass_by(seconds=31)
    assert enter_from(app, "192.0.2.1", "known", PASSWORD) == 303
    assert enter_from(app, "192.0.2.1", "nobody", WRONG) == 401
    assert enter_from(app, "192.0.2.1", "known", PASSWORD) == 429, "a right password forgives no address"


def test_wrong_tries_of_an_address_are_forgotten_after_an_hour(app: Flask, clock: Clock) -> None:
    for n in range(throttle.ADDRESS.free - 1):
        enter_from(app, "192.0.2.1", f"guess{n}", WRONG)
    clock.pass_by(hours=1)
    for n in range(throttle.ADDRESS.free - 1):
        assert enter_from(app, "192.0.2.1", f"guess{n}", WRONG) == 401


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_ipv6_is_counted_by_what_one_customer_is_given(address: str, place: str) -> None:
    assert throttle.network(address) == place


def test_nobody_learns_from_the_records_who_tried_and_from_where(app: Flask, office: Office) -> None:
    enter_from(app, "192.0.2.1", "secretlogin", WRONG)
    with office.look(EVERYTHING) as work:
        rows = work.session.scalars(select(WrongTries)).all()
        assert len(rows) == 2
        for row in rows:
            assert b"secretlogin" not in row.key
            assert b"192.0.2.1" not in row.key
        other = throttle.Tries(work, throttle.LOGIN, "secretlogin").key
        work.secret = "another key" * 4
        assert throttle.Tries(work, throttle.LOGIN, "secretlogin").key != other


def test_many_at_once_get_no_more_tries_than_one_after_the_other(app: Flask, office: Office) -> None:
    make_account(office, login="known")

    def guess(_: int) -> int | None:
        return proofs.password(office, "known", WRONG, "192.0.2.1")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(16))) == {None}
    with office.look(EVERYTHING) as work:
        mine = work.session.get_one(WrongTries, throttle.Tries(work, throttle.LOGIN, "known").key)
        assert mine.failures == throttle.LOGIN.free
        assert mine.locked_until is not None
    assert proofs.password(office, "known", PASSWORD, "192.0.2.2") is None


def test_what_cannot_be_counted_is_not_admitted(app: Flask, client: FlaskClient, office: Office) -> None:
    make_account(office, login="known")
    with office.begin(EVERYTHING) as work:
        work.session.execute(text("ALTER TABLE wrong_tries RENAME TO gone"))
    assert enter(client, "known").status_code >= 500
    assert enter(client, "known", WRONG).status_code >= 500
    with office.look(EVERYTHING) as work:
        assert work.session.scalars(select(SignIn)).all() == []


def test_wrong_passwords_on_other_pages_count_too(app: Flask, office: Office) -> None:
    client = sign_in(app, login="known")
    for _ in range(3):
        assert post(client, "/confirm", password=WRONG).status_code == 422
    for _ in range(2):
        assert post(client, "/password", present=WRONG, password=PASSWORD).status_code == 422
    assert post(client, "/confirm", password=PASSWORD).status_code == 422
    assert enter(app.test_client(), "known").status_code == 401


def test_old_tries_leave_the_records(app: Flask, office: Office, clock: Clock) -> None:
    enter_from(app, "192.0.2.1", "one", WRONG)
    clock.pass_by(days=1, seconds=1)
    enter_from(app, "192.0.2.2", "two", WRONG)
    with office.look(EVERYTHING) as work:
        assert len(work.session.scalars(select(WrongTries)).all()) == 2


def test_an_unknown_login_takes_as_much_work_as_a_wrong_password(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: what takes the time is one verification of a hash with the same parameters."""
    make_account(office, login="known")
    real, verified = secrets.hasher(), list[Parameters]()

    class Counting:
        def verify(self, of: str, password: str) -> bool:
            verified.append(extract_parameters(of))
            return real.verify(of, password)

        hash = staticmethod(real.hash)

    monkeypatch.setattr(secrets, "hasher", Counting)
    for login in ("known", "nobody"):
        assert proofs.password(office, login, WRONG, "192.0.2.1") is None
    known, unknown = verified
    assert known == unknown


def test_a_lost_race_for_the_password_admits_nobody(
    office: Office, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(office, login="known")
    fits = proofs.secrets.password_fits

    def closed_meanwhile(*given: Any) -> bool:
        with office.begin(EVERYTHING) as work:
            work.session.execute(
                text("UPDATE account SET active = :no WHERE id = :id"), {"no": False, "id": account.id}
            )
        return fits(*given)

    monkeypatch.setattr(proofs.secrets, "password_fits", closed_meanwhile)
    assert enter(client, "known").status_code == 401


def test_codes_on_the_confirmation_page_are_counted_with_those_of_the_sign_in(
    app: Flask, office: Office
) -> None:
    client = sign_in(app, Role.AUDITOR, login="known")
    assert [post(client, "/confirm", code="000000").status_code for _ in range(5)] == [422] * 5
    assert post(client, "/confirm", code=next_code(office, "known")).status_code == 429


def test_behind_a_proxy_the_visitors_address_is_counted_and_nothing_the_visitor_claims(
    database_url: str, tmp_path: Path
) -> None:
    app = create_app(Settings(tmp_path, database_url, secret_key="k" * 32, testing=True, proxies=1))
    make_account(app.extensions["registry"].office, login="known")
    client = app.test_client()
    token = csrf_token(client)

    def tried(claimed: str, seen: str, login: str, password: str) -> int:
        headers = {"X-Forwarded-For": f"{claimed}, {seen}"}
        form = {"csrf_token": token, "login": login, "password": password}
        return int(client.post("/sign-in", data=form, headers=headers).status_code)

    for n in range(throttle.ADDRESS.free):
        assert tried(f"198.51.100.{n}", "192.0.2.1", f"guess{n}", WRONG) == 401
    assert tried("198.51.100.99", "192.0.2.1", "known", PASSWORD) == 429
    assert tried("192.0.2.1", "192.0.2.2", "known", PASSWORD) == 303
    app.extensions["registry"].database.close()
