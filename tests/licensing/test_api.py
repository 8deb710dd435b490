"""Licences through the API: who sees and does what."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.vocabulary import Role
from tests.licensing import world
from tests.licensing.world import PISTOLS, Situation
from tests.makers import EVERYTHING, bearer, make_party

LICENCES = "/api/v1/licences"
APPLICATION = {
    "kind": "export",
    "export_country": "BR",
    "import_country": "PY",
    "direct": True,
    "recipient_name": "Ministerio del Interior",
    "recipient_address": "Asunción",
    "end_use": "Police",
    "lines": [PISTOLS],
}


def at(headers: dict[str, str], version: int) -> dict[str, str]:
    return {**headers, "If-Match": f'"{version}"'}


def draft(client: FlaskClient, headers: dict[str, str], **more: Any) -> Any:
    answer = client.post(LICENCES, json=APPLICATION | more, headers=headers)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_company_asks_for_itself_and_sees_its_own_alone(app: Flask, office: Office) -> None:
    client, own, other = app.test_client(), bearer(app, Role.TRADER), bearer(app, Role.TRADER)
    found = draft(client, own)
    place = f"{LICENCES}/{found['number']}"
    assert client.get(place, headers=own).json["holder"] == found["holder"]
    assert client.get(place, headers=other).status_code == 404
    assert client.get(LICENCES, headers=other).json["items"] == []
    assert client.patch(place, json={"end_use": "Sport"}, headers=at(other, 1)).status_code == 404
    with office.begin(EVERYTHING) as work:
        somebody = make_party(work).number
    refused = client.post(LICENCES, json=APPLICATION | {"holder": somebody}, headers=own)
    assert refused.status_code == 403


def test_steps_of_an_application_follow_each_other_and_submission_names_what_lacks(app: Flask) -> None:
    client, own = app.test_client(), bearer(app, Role.TRADER)
    found = draft(client, own)
    place = f"{LICENCES}/{found['number']}"
    refused = client.post(f"{place}/submit", json={}, headers=at(own, found["version"]))
    assert refused.status_code == 422
    assert {(e["field"], e["article"]) for e in refused.json["errors"]} == {
        ("starts_on", "FP 10(3)"),
        ("expires_on", "FP 10(3)"),
    }
    more = client.patch(
        place, json={"starts_on": "2026-01-01", "expires_on": "2050-01-01"}, headers=at(own, 1)
    ).json
    assert more["end_use"] == "Police"
    handed_in = client.post(f"{place}/submit", json={}, headers=at(own, more["version"]))
    assert handed_in.json["state"] == "submitted"
    stale = client.post(f"{place}/withdraw", json={"reason": "No"}, headers=at(own, more["version"]))
    assert stale.status_code == 412


def test_applicants_set_no_conditions_and_see_no_assessment(app: Flask, office: Office) -> None:
    client, own = app.test_client(), bearer(app, Role.TRADER)
    refused = client.post(LICENCES, json=APPLICATION | {"conditions": "None"}, headers=own)
    assert refused.status_code == 403
    number = world.make(office, Situation())
    seen = client.get(f"{LICENCES}/{number}", headers=bearer(app, Role.AUDITOR)).json
    assert len(seen["checks"]) == 6


def test_customs_sees_what_was_issued_alone(app: Flask, office: Office) -> None:
    client, customs = app.test_client(), bearer(app, Role.CUSTOMS)
    waiting, issued = world.make(office, Situation()), world.issue(office)
    assert client.get(f"{LICENCES}/{waiting}", headers=customs).status_code == 404
    assert client.get(f"{LICENCES}/{issued}", headers=customs).json["state"] == "issued"
    assert [row["number"] for row in client.get(LICENCES, headers=customs).json["items"]] == [issued]


def test_a_proposal_through_the_api_is_approved_by_nobody_without_their_second_factor(
    app: Flask, office: Office
) -> None:
    client, officer = app.test_client(), bearer(app)
    number = world.make(office, Situation())
    version = world.read(office, number).version
    proposed = client.post(
        f"{LICENCES}/{number}/propose", json={"reason": "All is there"}, headers=at(officer, version)
    )
    assert proposed.status_code == 202
    refused = client.post(
        f"/api/v1/proposals/{proposed.json['id']}/approve",
        json={"digest": proposed.json["digest"]},
        headers=bearer(app, Role.AUTHORITY_SUPERVISOR),
    )
    assert refused.status_code == 403
    assert world.read(office, number).issued_on is None


def test_embargoes_and_times_are_kept_by_supervisors_and_end_without_being_rewritten(app: Flask) -> None:
    client, officer = app.test_client(), bearer(app)
    supervisor = bearer(app, Role.AUTHORITY_SUPERVISOR)
    new = {"country": "KP", "begins_on": "2006-10-14", "source": "S/RES/1718 (2006)"}
    assert client.post("/api/v1/embargoes", json=new, headers=officer).status_code == 403
    made = client.post("/api/v1/embargoes", json=new, headers=supervisor)
    assert made.status_code == 201
    place = f"/api/v1/embargoes/{made.json['number']}"
    assert client.patch(place, json={"ends_on": "2006-01-01"}, headers=at(supervisor, 1)).status_code == 422
    assert client.patch(place, json={"ends_on": "2030-01-01"}, headers=at(supervisor, 1)).status_code == 200
    on = client.get("/api/v1/embargoes?on=2031-01-01", headers=officer).json
    assert on["items"] == []
