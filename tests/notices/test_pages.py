"""Pages and API of notices: we ask, are asked, and expect; the other State is a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.core.database import Database
from registry.core.work import Office
from registry.rooms import MESSAGES
from schemas.notices_vocabulary import Matter
from schemas.vocabulary import Role
from tests.exchange.world import Node, give_keys, introduce
from tests.makers import EVERYTHING, bearer, csrf_token, sign_in
from tests.notices.test_shipments import announced, licensed
from tests.notices.world import ask, deliver, exporting, importing, notices, speaking


@pytest.fixture
def us(app: Flask, office: Office, sqlite: Any) -> Iterator[list[Node]]:
    """Ours, which is Brazil here, and Portugal; they know each other."""
    ours = Node(office.home, office, give_keys(office), MESSAGES)
    with sqlite.ready() as url:
        there = Office(Database(url), "PT", office.clock, secret="k" * 32, zone=office.zone)
        nodes = [ours, Node("PT", there, give_keys(there), MESSAGES)]
        introduce(nodes)
        speaking(nodes[1:])
        yield nodes
        there.database.close()


def page(browser: FlaskClient, path: str) -> str:
    return browser.get(path).get_data(as_text=True)


def send(browser: FlaskClient, at: str, path: str, **form: Any) -> str:
    """A form of a page at the version it shows; where it leads, or the page with its refusal."""
    shown = page(browser, at)
    version = shown.partition('name="version" value="')[2].partition('"')[0]
    token = csrf_token(browser, at)
    sent = browser.post(path, data={"csrf_token": token, "version": version, **form})
    assert sent.status_code in (303, 422), sent.get_data(as_text=True)[:2000]
    return str(sent.headers.get("Location") or sent.get_data(as_text=True))


def test_we_ask_on_the_page_of_a_licence_and_see_the_evidence(app: Flask, us: list[Node]) -> None:
    number = exporting(us[0], importing(us[1]))
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    at = f"/licences/{number}"
    assert "Ask Portugal whether this import licence is genuine" in page(browser, at)
    assert send(browser, at, "/notices", licence=number, matter="licence", state="PT") == at
    deliver(us)
    shown = page(browser, at)
    assert "Signed message" in shown
    notice = f"/notices/{notices(us[0])[0].number}"
    assert notice in shown
    told = page(browser, notice)
    assert "What they answered" in told
    assert "Pistol 9x19" in told
    evidence = browser.get(f"{notice}/evidence.json")
    assert [one["type"] for one in evidence.json["records"]][-1] == "licence.verify.response"
    assert notice in page(browser, "/notices?direction=out")
    assert page(sign_in(app, Role.AUDITOR), at).count("Ask Portugal") == 0
    assert "/notices" not in page(sign_in(app, Role.POLICE), "/")


def test_we_answer_and_expect_on_pages(app: Flask, us: list[Node]) -> None:
    ours, theirs = us[0], us[1]
    ours.state, theirs.state = "BR", "PT"
    number = exporting(theirs, None, application=BACK, transits={"BR": {}})
    ask(theirs, number, Matter.TRANSIT, "BR")
    deliver(us)
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    notice = f"/notices/{notices(ours)[0].number}"
    assert "Waiting for us" in page(browser, "/notices")
    assert "Notices between States" in page(browser, "/")
    assert "Say it in words" in send(browser, notice, f"{notice}/answers", act="deny")
    assert send(browser, notice, f"{notice}/answers", act="confirm", words="By day only.") == notice
    deliver(us)
    assert notices(theirs)[0].state == "confirmed"


BACK = {"export_country": "PT", "import_country": "AR", "recipient_address": "Buenos Aires"}


def test_who_is_to_receive_it_is_read_by_those_alone_who_may_read_of_persons(
    app: Flask, client: FlaskClient, us: list[Node]
) -> None:
    ours, theirs = us[0], us[1]
    number = exporting(theirs, None, application=BACK, transits={"BR": {}})
    ask(theirs, number, Matter.TRANSIT, "BR")
    deliver(us)
    (found,) = notices(ours)
    recipient = found.asked["recipient"]
    assert recipient
    place, headers = f"/api/v1/notices/{found.number}", bearer(app, Role.AUDITOR)
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    assert client.get(place, headers=officer).json["asked"]["recipient"] == recipient
    asked = client.get(place, headers=headers).json["asked"]
    assert (asked["recipient"], asked["recipient_address"], asked["import_country"]) == ("", "", "AR")
    records = client.get(f"{place}/evidence", headers=headers).json["records"]
    assert [bool(one["jws"]) for one in records] == [False]
    assert "It names a person" in records[0]["withheld"]
    assert records[0]["sha256"]
    for kind in ("pdf", "zip"):
        assert client.get(f"{place}/evidence.{kind}", headers=headers).status_code == 200
    (record,) = client.get(f"{place}/evidence", headers=officer).json["records"]
    assert (bool(record["jws"]), record["withheld"]) == (True, "")
    reads = ours.rows("SELECT note FROM ledger_entry WHERE note LIKE '%state_notice%'")
    assert len(reads) >= 2  # the officer's


def test_a_notice_without_kept_messages_has_no_evidence_and_says_so(
    app: Flask, client: FlaskClient, us: list[Node]
) -> None:
    ask(us[0], exporting(us[0], importing(us[1])), Matter.LICENCE, "PT")
    with us[0].office.begin(EVERYTHING, doing="test") as work:
        work.session.execute(text("UPDATE state_notice SET thread = 'of-before'"))
    (found,) = notices(us[0])
    headers, browser = bearer(app, Role.AUTHORITY_OFFICER), sign_in(app, Role.AUTHORITY_OFFICER)
    for kind in ("", ".pdf", ".zip"):
        answer = client.get(f"/api/v1/notices/{found.number}/evidence{kind}", headers=headers)
        assert answer.status_code == 404
        assert found.number in answer.json["detail"]
    for kind in ("json", "pdf", "zip"):
        shown = browser.get(f"/notices/{found.number}/evidence.{kind}")
        assert (shown.status_code, "Nothing signed has passed" in shown.get_data(as_text=True)) == (404, True)


def test_the_api_asks_and_tells_what_is_expected(app: Flask, client: FlaskClient, us: list[Node]) -> None:
    number, _ = licensed(us)
    shipment = announced(us[0], number, 10)
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    path = f"/api/v1/shipments/{shipment}"
    match = headers | {"If-Match": client.get(path, headers=headers).headers["ETag"]}
    body = {"matter": "export", "shipment": shipment}
    made = client.post("/api/v1/notices", json=body, headers=match)
    assert (made.status_code, made.json["state"], made.json["possible"]) == (201, "told", ["withdraw"])
    assert client.post("/api/v1/notices", json={"matter": "transit"}, headers=match).status_code == 422
    where = made.headers["Location"]
    match = headers | {"If-Match": made.headers["ETag"]}
    back = client.post(f"{where}/withdrawal", json={"words": "Not yet"}, headers=match)
    assert (back.status_code, back.json["state"]) == (200, "withdrawn")
    assert client.get(f"{where}/evidence", headers=headers).json["keys"]
    assert client.post(f"{where}/seen", json={}, headers=match).status_code == 412
    listed = client.get(f"/api/v1/notices?shipment={shipment}", headers=headers).json["items"]
    assert [one["number"] for one in listed] == [made.json["number"]]
    customs = bearer(app, Role.CUSTOMS)
    assert client.get("/api/v1/expected-shipments", headers=customs).json["items"] == []
    assert client.get("/api/v1/notices", headers=customs).status_code == 403
