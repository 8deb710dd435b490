"""What others learn of shipments: traces, the licence on paper, the counter, the home page, commands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition.queries import lot
from registry.ammunition.spans import Span
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.licensing import decision_acts
from registry.licensing.queries import licence, licence_key
from registry.shipments import following, offices, queries
from registry.shipments.queries import shipment_key
from schemas import licensing_review as review
from schemas import shipments as shapes
from schemas.vocabulary import Role
from tests.makers import EVERYTHING, bearer, enter, make_account, post
from tests.shipments import world
from tests.shipments.world import PORT, Licensed, announce, check_all, clear, read


@pytest.fixture
def port(office: Office) -> Actor:
    world.open_offices(office)
    return world.customs(office)


def findings(client: FlaskClient, headers: dict[str, str], **asked: Any) -> list[str]:
    question = {"kind": "firearm", "purpose": "recovered_firearm", "case_number": "1", **asked}
    found = client.post("/api/v1/traces", json=question, headers=headers).json
    return [one["text"] for one in found["findings"] if one["kind"] == "crossed_border"]


def test_a_trace_tells_of_export_and_receipt(
    app: Flask, client: FlaskClient, office: Office, port: Actor
) -> None:
    licensed = world.export_licence(office)
    number = announce(office, licensed, {1: 1, 2: 100}).number
    police = bearer(app, Role.POLICE)
    assert findings(client, police, mark=licensed.serials[0]) == []
    check_all(office, number, port)
    gone = clear(office, number, port)
    day, due = gone.departed_on, gone.receipt_due_on
    start = f"Exported to Paraguay under licence {licensed.number} on {day} ({number})"
    late = f"{start}; receipt is not confirmed, it was due on {due}."
    assert findings(client, police, mark=licensed.serials[0]) == [late]
    assert findings(client, police, mark=licensed.serials[1]) == []
    with office.begin(EVERYTHING) as work:
        proof = shapes.ReceiptNew(day or work.today, "PY 1", (1, 100))
        following.received(work, shipment_key(number), proof, gone.version)
    told = f"{start}, received on {day}."
    assert findings(client, police, mark=licensed.serials[0]) == [told]
    with office.look(EVERYTHING) as work:
        code = lot(work, parse_registry_number("L", licensed.lot)).code
    cartridge = {"kind": "cartridge", "code": code, "position": 7}
    assert findings(client, police, **cartridge) == [told]
    assert findings(client, police, **{**cartridge, "position": 101}) == []


def test_a_shipment_of_both_ends_of_a_lot_is_none_of_the_lot(office: Office, port: Actor) -> None:
    ends, middle = (Span(0, 49), Span(950, 999)), Span(50, 949)
    licensed = world.export_licence(office, guns=1, spans=(*ends, middle))
    key = parse_registry_number("L", licensed.lot)
    for quantity, whole, expected in ((100, 0, (1, 1, 0)), (900, 0, (1, 1, 1))):
        number = announce(office, licensed, {2: quantity}).number
        check_all(office, number, port)
        clear(office, number, port)
        with office.look(EVERYTHING) as work:
            of_all = queries.crossings_of_span(work, key, Span(0, 999))
            told = [len(queries.crossings_of_span(work, key, span)) for span in (*ends, middle)]
        assert (len(of_all), tuple(told)) == (whole, expected)


def test_a_lot_that_went_in_two_spans_of_one_shipment_went_whole(office: Office, port: Actor) -> None:
    licensed = world.export_licence(office, guns=1, spans=(Span(0, 499), Span(500, 999)))
    number = announce(office, licensed, {2: 1_000}).number
    check_all(office, number, port)
    clear(office, number, port)
    with office.look(EVERYTHING) as work:
        key = parse_registry_number("L", licensed.lot)
        (crossing,) = queries.crossings_of_span(work, key, Span(0, 999))
    assert crossing.shipment == number


def text_of(paper: bytes) -> str:
    words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    return words.stdout.decode()


def code_on(paper: bytes) -> str:
    return next(word for word in text_of(paper).split() if word.count("-") == 6)


def suspend(office: Office, of: Licensed) -> None:
    with office.begin(EVERYTHING) as work:
        key = licence_key(of.number)
        why = review.Adverse("A tip", work.today + timedelta(days=30))
        decision_acts.suspend(work, key, why, licence(work, key).version)


def expire(office: Office, of: Licensed) -> None:
    now = office.clock
    office.clock = lambda: now() + timedelta(days=91)


@pytest.mark.parametrize(("happens", "state"), [(suspend, "suspended"), (expire, "expired")])
def test_the_licence_on_paper_is_verified_while_it_is_in_force(
    app: Flask,
    client: FlaskClient,
    office: Office,
    port: Actor,
    happens: Callable[[Office, Licensed], None],
    state: str,
) -> None:
    licensed = world.export_licence(office)
    paper = client.get(f"/api/v1/licences/{licensed.number}/licence.pdf", headers=bearer(app)).data
    words = text_of(paper)
    expected = (licensed.number, "Ministerio del Interior", "Pistol 9x19", licensed.serials[4], "Paraguay")
    for one in expected:  # FP 10(3)
        assert one in words, one
    code = code_on(paper)
    found = client.get(f"/api/v1/verifications/{code}").json
    assert (found["kind"], found["authenticity"], found["state"]) == ("licence", "current", "issued")
    assert "Ministerio" not in client.get(f"/verify/{code}").get_data(as_text=True)
    seen = client.get(f"/api/v1/counter/{code}", headers=bearer(app, Role.CUSTOMS))
    assert (seen.json["licence"], seen.json["authenticity"]) == (licensed.number, "current")
    happens(office, licensed)
    found = client.get(f"/api/v1/verifications/{code}").json
    assert (found["authenticity"], found["state"]) == ("not_in_force", state)
    page = client.get(f"/verify/{code}").get_data(as_text=True)
    assert "Genuine, but not in force" in page
    assert state.capitalize() in page


def test_a_shipment_leaves_the_paper_current(
    app: Flask, client: FlaskClient, office: Office, port: Actor
) -> None:
    licensed = world.export_licence(office)
    officer = bearer(app)
    address = f"/api/v1/licences/{licensed.number}/licence.pdf"
    code = code_on(client.get(address, headers=officer).data)
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    clear(office, number, port)
    assert client.get(f"/api/v1/verifications/{code}").json["authenticity"] == "current"
    assert code_on(client.get(address, headers=officer).data) == code


def signed_in(app: Flask, office: Office, at: str) -> FlaskClient:
    account = make_account(office, Role.CUSTOMS)
    with office.begin(EVERYTHING) as work:
        offices.post(work, shapes.PostNew(account.login, at))
    browser = app.test_client()
    assert enter(browser, account.login).status_code == 303
    return browser


def test_the_counter_clears_a_shipment_without_any_script(app: Flask, office: Office, port: Actor) -> None:
    licensed = world.export_licence(office)
    number = announce(office, licensed, {1: 2}).number
    browser = signed_in(app, office, PORT)
    home = browser.get("/").get_data(as_text=True)
    assert "Shipments to be cleared" in home
    counter = browser.get("/counter", query_string={"code": licensed.number}).get_data(as_text=True)
    assert "Valid today" in counter
    assert f"/shipments/{number}/counter" in counter
    assert browser.get("/counter?code=LC-000000099-X").status_code == 404
    check = f"/shipments/{number}/counter"
    for code, words in (
        (licensed.guns[0], "Matches"),
        (licensed.guns[0], "Again"),
        (licensed.guns[3], "Not announced"),
        (licensed.serials[1], "Matches"),
    ):
        assert post(browser, check, code=code).status_code == 303
        assert words in browser.get(check).get_data(as_text=True)
    version = str(read(office, number).version)
    refused = post(browser, f"/shipments/{number}/clearance", check, version=version)
    assert refused.status_code == 422
    assert "do not belong to it" in refused.get_data(as_text=True)
    done = post(browser, f"/shipments/{number}/clearance", check, version=version, note="Sent back", seal="1")
    assert done.status_code == 303
    assert "Cleared" in browser.get(done.headers["Location"]).get_data(as_text=True)
    receipt = {"received_on": str(read(office, number).departed_on), "reference": "PY", "received-0": "1"}
    version = str(read(office, number).version)
    follow = f"/shipments/{number}/follow?form=receive"
    unsaid = post(browser, f"/shipments/{number}/receipt", follow, version=version, **receipt)
    assert unsaid.status_code == 422
    assert "What came is not what went" in unsaid.get_data(as_text=True)
    known = post(browser, f"/shipments/{number}/receipt", follow, version=version, note="One lost", **receipt)
    assert known.status_code == 303
    assert "Differs" in browser.get(known.headers["Location"]).get_data(as_text=True)


def test_pages_announce_cancel_and_open_offices(app: Flask, office: Office, port: Actor) -> None:
    licensed = world.export_licence(office)
    account = make_account(office, Role.AUTHORITY_SUPERVISOR)
    browser = app.test_client()
    enter(browser, account.login)
    new = f"/licences/{licensed.number}/shipments/new"
    form = {"office": PORT, "expected_on": "2030-01-01", "lines-0-line": "1", "lines-1-line": "2"}
    refused = post(browser, new, **form, **{"lines-0-quantity": "6"})
    assert refused.status_code == 422
    assert "5 are left" in refused.get_data(as_text=True)
    made = post(browser, new, **form, **{"lines-1-quantity": "100"})
    assert made.status_code == 303, made.get_data(as_text=True)
    there = made.headers["Location"]
    assert "100" in browser.get(there).get_data(as_text=True)
    gone = post(browser, f"{there}/cancellation", there, version="1", reason="Too early")
    assert gone.status_code == 303
    assert "Cancelled" in browser.get(there).get_data(as_text=True)
    opened = post(browser, "/customs-offices", code="BRPNG", name="Paranaguá", place="Paranaguá")
    assert opened.status_code == 303
    assert "BRPNG" in browser.get("/customs-offices").get_data(as_text=True)
    wrong = post(browser, "/customs-offices/posts", "/customs-offices", login="nobody", office="BRPNG")
    assert wrong.status_code == 422


def test_the_command_line_asks_for_overdue_receipts(app: Flask, office: Office, port: Actor) -> None:
    licensed = world.export_licence(office)
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    clear(office, number, port)
    runner = app.test_cli_runner()
    assert number not in runner.invoke(args=["shipments", "remind"]).output
    now = office.clock
    office.clock = lambda: now() + timedelta(days=50)
    assert number in runner.invoke(args=["shipments", "remind"]).output
    assert read(office, number).events[-1].move == "remind"
