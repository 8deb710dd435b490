"""Pages and API of requests: a journey of each side; the other State is a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.database import Database
from registry.core.work import Office
from registry.rooms import MESSAGES
from schemas.requests_vocabulary import FieldWanted, RequestAct
from schemas.vocabulary import Role
from tests.exchange.world import Node, give_keys, introduce
from tests.firearms.world import make_world, register
from tests.makers import bearer, csrf_token, post, sign_in
from tests.requests.test_disclosures import tell
from tests.requests.world import answer, asked, deliver, made_and_exported, send, view


@pytest.fixture
def pt(app: Flask, office: Office, sqlite: Any) -> Iterator[list[Node]]:
    """Ours, and Portugal; they know each other."""
    ours = Node(office.home, office, give_keys(office), MESSAGES)
    with sqlite.ready() as url:
        there = Office(Database(url), "PT", secret="k" * 32, zone=office.zone)
        nodes = [ours, Node("PT", there, give_keys(there), MESSAGES)]
        introduce(nodes)
        yield nodes
        there.database.close()


FORM = {
    "to": "PT", "case_number": "IP 17", "purpose": "criminal_investigation", "urgency": "urgent",
    "ground": "law_of_the_state", "legal_basis": "Penal code, art. 1", "intended_use": "Trial",
    "circumstances": "Found in a car at the border on 3 May.", "mark": "TAB12345", "maker": "Taurus",
    "model": "PT 92", "calibre": "9x19", "type": "pistol", "country": "BR", "confidentiality": "1",
}  # fmt: skip


TICKED = {"fields_wanted-0": "manufacture", "fields_wanted-1": "transfers"}


def move(browser: FlaskClient, path: str, form_at: str, **form: Any) -> str:
    """Send a step at the version the page shows; where it leads, or the page with its refusal."""
    page = browser.get(form_at).get_data(as_text=True)
    version = page.partition('name="version" value="')[2].partition('"')[0]
    sent = browser.post(path, data={"csrf_token": csrf_token(browser, form_at), "version": version, **form})
    assert sent.status_code in (303, 422), sent.status_code
    return str(sent.headers.get("Location") or sent.get_data(as_text=True))


def test_we_ask_on_pages_and_read_what_was_told(app: Flask, pt: list[Node]) -> None:
    made_and_exported(pt[1], "AR")
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    made = post(browser, "/requests/new", **(FORM | {"legal_basis": ""}))
    shown = str(made.headers["Location"])
    assert "The legal justification." in browser.get(shown).get_data(as_text=True)
    assert "ITI 18(a)" in move(browser, f"{shown}/asking", shown, act="send")
    move(browser, f"{shown}/edit", f"{shown}/edit", **FORM, **TICKED)
    assert move(browser, f"{shown}/asking", shown, act="send") == shown
    deliver(pt)
    answer(pt[1], 1, act=RequestAct.ANSWER)
    deliver(pt)
    page = browser.get(shown).get_data(as_text=True)
    assert "Manufacture, Transfers" in page
    assert "What they told us" in page
    assert "Ask Argentina" in page
    draft = move(browser, f"{shown}/next", shown)  # Argentina has no node: it waits to be carried
    assert "has no node" in browser.get(draft).get_data(as_text=True)
    consent = move(browser, f"{shown}/consents", shown, recipient="Prosecutor", purpose="Trial")
    assert consent == shown
    today = pt[0].office.today.isoformat()
    form = {"recipient": "Court", "legal_basis": "Code, art. 12", "planned_on": today, "words": "The year"}
    assert move(browser, f"{shown}/disclosures", shown, **form) == shown
    early = move(browser, f"{shown}/disclosures/1/disclosed", shown, disclosed_on=today)
    assert "has not receipted the notice" in early
    deliver(pt)
    assert move(browser, f"{shown}/disclosures/1/disclosed", shown, disclosed_on=today) == shown
    for paper in ("request", "answer", "chain", "evidence"):
        printed = browser.get(f"{shown}/{paper}.pdf")
        assert printed.get_data()[:5] == b"%PDF-"
    assert shown.rpartition("/")[2] in browser.get("/requests?direction=out").get_data(as_text=True)


def test_we_answer_on_pages_what_another_state_asks(app: Flask, office: Office, pt: list[Node]) -> None:
    register(office, make_world(office))
    send(pt[1], asked(office.home, confidentiality=False, fields_wanted=tuple(FieldWanted)))
    deliver(pt)
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    listed = browser.get("/requests").get_data(as_text=True)
    assert "Waiting for our answer" in listed
    number = listed.partition('href="/requests/RQ-')[2].partition('"')[0]
    shown = f"/requests/RQ-{number}"
    assert "They cannot guarantee" in browser.get(shown).get_data(as_text=True)
    review = browser.get(f"{shown}/review").get_data(as_text=True)
    assert "Casa do Caçador" not in review  # who holds it last is told apart
    assert 'value="last_holder"' in review
    assert "They ask to be told" in review
    refused = move(browser, f"{shown}/review", f"{shown}/review", **{"withheld-3": "last_holder"})
    assert "Name the ground" in refused
    form = {"withheld-3": "last_holder", "ground": "confidentiality_not_guaranteed", "onward": "none"}
    assert move(browser, f"{shown}/review", f"{shown}/review", **form) == shown
    deliver(pt)
    told = view(pt[1])
    assert told.answer is not None
    assert told.handling is not None
    assert (told.state, told.answer["last_holder"], told.handling["onward"]) == (
        "answered_in_part",
        "",
        "none",
    )
    assert "What our records say" in browser.get(f"{shown}/holder").get_data(as_text=True)
    tell(pt[1], pt[1].office.today)
    deliver(pt)
    assert "Portugal has to disclose" in browser.get("/requests").get_data(as_text=True)
    assert move(browser, f"{shown}/disclosures/1/seen", shown) == shown
    assert "has to disclose" not in browser.get("/requests").get_data(as_text=True)
    move(browser, "/requests/rules/PT", "/requests/rules/PT", release="1", reason="Agreement of 2026")
    assert "Agreement of 2026" in browser.get("/requests/rules").get_data(as_text=True)


def test_officers_propose_to_tell_who_holds_it_last(
    app: Flask, client: FlaskClient, office: Office, pt: list[Node]
) -> None:
    register(office, make_world(office))
    send(pt[1], asked(office.home, fields_wanted=tuple(FieldWanted)))
    deliver(pt)
    answer(pt[0], 1, act=RequestAct.ANSWER)
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    listed = browser.get("/requests").get_data(as_text=True)
    assert "asks who holds it last" in listed
    shown = f"/requests/{view(pt[0]).number}"
    assert "Do not tell who holds it last" in browser.get(shown).get_data(as_text=True)
    page = browser.get(f"{shown}/holder").get_data(as_text=True)
    assert "Casa do Caçador" in page
    assert "for whoever approves" in move(browser, f"{shown}/holder", f"{shown}/holder", reason="")
    proposed = move(
        browser, f"{shown}/holder", f"{shown}/holder", reason="Murder", **{"withheld-2": "address"}
    )
    assert "Last holder" in browser.get(proposed).get_data(as_text=True)
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    match = headers | {"If-Match": client.get(f"/api/v1{shown}", headers=headers).headers["ETag"]}
    again = client.post(f"/api/v1{shown}/holder", json={"reason": "Murder"}, headers=match)
    assert (again.status_code, "waits already" in again.get_data(as_text=True)) == (409, True)


def test_the_api_tells_the_same(app: Flask, client: FlaskClient, pt: list[Node]) -> None:
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    body = FORM | {"confidentiality": True}
    made = client.post("/api/v1/requests", json=body, headers=headers)
    assert (made.status_code, made.json["state"], made.json["possible"]) == (201, "draft", ["send"])
    path = made.headers["Location"]
    match = headers | {"If-Match": made.headers["ETag"]}
    sent = client.post(f"{path}/asking", json={"act": "send"}, headers=match)
    assert (sent.status_code, sent.json["state"]) == (200, "sent")
    assert client.post(f"{path}/asking", json={"act": "withdraw"}, headers=match).status_code == 412
    deliver(pt)
    assert client.get(path, headers=headers).json["state"] == "acknowledged"
    kinds = {
        "chain.pdf": "application/pdf",
        "evidence.pdf": "application/pdf",
        "evidence.zip": "application/zip",
        "evidence": "application/json",
    }
    for name, kind in kinds.items():
        file = client.get(f"{path}/{name}", headers=headers)
        assert (file.status_code, file.mimetype) == (200, kind)
    saved = client.get(f"{path}/evidence.zip", headers=headers).data
    shown = sign_in(app, Role.AUTHORITY_OFFICER).get(f"{path.removeprefix('/api/v1')}/evidence.zip")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "application/zip", saved)
    assert saved.startswith(b"PK")
    assert [one["type"] for one in file.json["records"]] == ["trace.request", "trace.ack"]
    assert client.get("/api/v1/requests?direction=out", headers=headers).json["items"][0]["peer"] == "PT"
    police = bearer(app, Role.POLICE)
    for name in ("", *(f"/{name}" for name in kinds)):  # requests of others are not theirs to see
        assert client.get(path + name, headers=police).status_code == 404
    assert client.post(f"{path}/asking", json={"act": "remind"}, headers=police).status_code == 403
