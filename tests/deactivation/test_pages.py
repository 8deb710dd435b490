"""Pages and API of deactivations: the whole life through forms, documents that verify, and bad input."""

from __future__ import annotations

import base64
import io
import subprocess
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from schemas.vocabulary import May, Role
from tests.deactivation.world import GOOD, World, make_world, photograph
from tests.makers import bearer, csrf_token, make_actor, post, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    return sign_in(app)


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_work_and_inspection_are_reported_on_the_page(world: World, officer: FlaskClient) -> None:
    form = {"firearm": world.gun.number, "done_by": world.smith.number, "applied_on": "2026-01-10"}
    place = post(officer, "/deactivations/new", **form).headers["Location"]
    measures = {f"measures-{n}-measure": code for n, code in enumerate(GOOD)}
    answer = post(officer, f"{place}/work", place, version="1", done_on="2026-02-01", **measures)
    assert answer.status_code == 303
    assert "No verifying body has inspected it yet" in text(officer.get(place))
    told = {"version": "2", "inspector": "Eng. Rosa Lima", "inspected_on": "2026-02-20"}
    for n, part in enumerate(("barrel", "slide", "frame_or_receiver", "trigger_mechanism", "magazine")):
        told |= {f"results-{n}-part": part, f"results-{n}-inoperable": "1"}
        told |= {f"results-{n}-not_removable": "1", f"results-{n}-not_modifiable": "1"}
    missing = post(officer, f"{place}/inspections", place, **told)
    assert missing.status_code == 422
    assert "Eng. Rosa Lima" in text(missing)  # nothing typed is lost
    assert post(officer, f"{place}/inspections", place, body=world.body.number, **told).status_code == 303
    assert "Two people have not verified it yet" in text(officer.get(place))
    proposed = post(officer, f"{place}/verification", place, version="3", form="national", reason="all good")
    assert proposed.headers["Location"].startswith("/proposals/")


def test_what_is_missing_is_said_at_the_form(world: World, officer: FlaskClient) -> None:
    found = world.applied()
    place = f"/deactivations/{found.number}"
    answer = post(officer, f"{place}/work", place, version="1", done_on="2026-02-01")
    assert answer.status_code == 422
    answer = post(
        officer,
        f"{place}/work",
        place,
        version="1",
        done_on="2026-02-01",
        **{"measures-1-measure": "barrel.pinned"},  # the second one on the page
    )
    assert "Nothing is done to it for good: slide." in text(answer)
    assert 'value="barrel.pinned" checked' in text(answer)


def test_a_photograph_larger_than_other_requests_is_taken(world: World, officer: FlaskClient) -> None:
    found = world.applied()
    place = f"/deactivations/{found.number}"
    sent = photograph() + b"\0" * 3_000_000  # as cameras add what is no picture
    form = {"csrf_token": csrf_token(officer, place), "version": "1", "caption": "left side"}
    answer = officer.post(f"{place}/photographs", data={**form, "file": (io.BytesIO(sent), "x.jpg")})
    assert answer.status_code == 303
    shown = officer.get(f"{place}/photographs/1.jpg")
    assert shown.mimetype == "image/jpeg"
    assert len(shown.data) < 100_000
    assert "left side" in text(officer.get(place))


def test_the_certificate_is_in_the_pdf_and_verifies_for_everyone(
    app: Flask, world: World, officer: FlaskClient
) -> None:
    found = world.verified()
    printed = officer.get(f"/deactivations/{found.number}/certificate.pdf").data
    words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=printed, capture_output=True, check=True)
    told = words.stdout.decode()
    names = (found.number, found.mark, "TAB12345", "Banco de Provas", "Oficina Silva", "Not removable")
    for expected in names:
        assert expected in told
    assert "Casa do Caçador" not in told  # who holds it stays out
    code = next(word for word in told.split() if word.count("-") >= 3 and word.isupper())
    page = text(app.test_client().get(f"/verify/{code}"))
    assert found.number in page


def test_an_unverified_one_has_no_certificate(world: World, officer: FlaskClient) -> None:
    found = world.inspected()
    assert officer.get(f"/deactivations/{found.number}/certificate.pdf").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRADER])
def test_each_role_sees_what_the_policy_says(app: Flask, world: World, role: Role) -> None:
    found = world.verified()
    allowed = May.DEACTIVATION_READ in make_actor(role).may
    client = sign_in(app, role)
    one = f"/deactivations/{found.number}"
    for address in ("/deactivations", one, "/verifying-bodies", "/deactivation-incidents"):
        assert client.get(address).status_code == (200 if allowed else 403), address


def test_the_api_plays_the_same_life(client: FlaskClient, app: Flask, world: World) -> None:
    headers = bearer(app)
    new = {"firearm": world.gun.number, "done_by": world.smith.number, "applied_on": "2026-01-10"}
    made = client.post("/api/v1/deactivations", json=new, headers=headers)
    assert made.status_code == 201
    place = f"/api/v1/deactivations/{made.get_json()['number']}"
    work = {"done_on": "2026-02-01", "measures": [{"measure": code} for code in GOOD]}
    assert client.post(f"{place}/work", json=work, headers=headers).status_code == 428
    headers["If-Match"] = made.headers["ETag"]
    done = client.post(f"{place}/work", json=work, headers=headers)
    assert done.get_json()["state"] == "work_done"
    picture = {"content": base64.b64encode(photograph()).decode(), "caption": "slide"}
    headers["If-Match"] = done.headers["ETag"]
    kept = client.post(f"{place}/photographs", json=picture, headers=headers)
    assert kept.get_json()["photographs"][0]["caption"] == "slide"
    stale = client.post(f"{place}/withdrawal", json={"reason": "no"}, headers=headers)
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"measures": [{"measure": "barrel"}]}, "measures.0.measure"),
        ({"measures": []}, "measures"),
        ({"measures": [{"measure": "barrel.pinned", "colour": "red"}]}, "measures.0.colour"),
        ({"done_on": "2026-02-30"}, "done_on"),
        ({"done_on": "2999-01-01"}, "done_on"),
    ],
)
def test_bad_input_names_its_field(
    client: FlaskClient, app: Flask, world: World, changed: dict[str, Any], field: str
) -> None:
    found = world.applied()
    headers = {**bearer(app), "If-Match": '"1"'}
    work = {"done_on": "2026-02-01", "measures": [{"measure": code} for code in GOOD], **changed}
    answer = client.post(f"/api/v1/deactivations/{found.number}/work", json=work, headers=headers)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["errors"]]
    assert world.now(found).state == "applied"
