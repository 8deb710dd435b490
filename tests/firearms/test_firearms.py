"""Firearms over the API and through acts, on both engines."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.core.errors import Refused
from registry.core.work import Office
from registry.firearms import acts, conflicts
from registry.firearms.tables import Custody, Firearm, IdentityConflict, Mark
from schemas.firearms import CustodyNew, DecisionNew
from schemas.vocabulary import ConflictDecision, CustodyKind, Role
from tests.core.seeing import rastered, read
from tests.firearms.world import World, made, make_world, new_firearm, register, serial, sold
from tests.labelling import job, printed
from tests.makers import EVERYTHING, agreed, bearer
from tests.naughty import NAUGHTY


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def officer(app: Flask) -> dict[str, str]:
    return bearer(app)


def body(world: World, **changed: Any) -> dict[str, Any]:
    """A registration as a client sends it."""
    return {
        "type": "pistol",
        "action": "semi_automatic",
        "maker": world.maker.number,
        "calibre": "9x19",
        "country_made": "BR",
        "model": "PT 92",
        "year_made": 2001,
        "marks": [{"kind": "manufacture", "text": "TAB-12345", "height_mm": "1.6", "component": 1}],
        "components": [{"kind": "frame_or_receiver"}],
        "custody": [{"kind": "manufactured", "happened_on": "2001-02-03", "to_party": world.maker.number}],
    } | changed


def count(office: Office) -> int:
    with office.look(EVERYTHING) as work:
        return sum(
            work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Firearm, Mark, Custody)
        )


def test_a_firearm_is_registered_with_all_that_belongs_to_it(
    client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    answer = client.post("/api/v1/firearms", json=body(world), headers=officer)
    assert answer.status_code == 201, answer.json
    assert answer.headers["Location"] == f"/api/v1/firearms/{answer.json['number']}"
    assert answer.json["marks"][0]["text"] == "TAB-12345"
    assert answer.json["holder"]["name"] == "Forjas Taurus"
    assert answer.json["unmet"] == []
    again = client.get(answer.headers["Location"], headers=officer)
    assert again.json == answer.json
    assert again.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"calibre": "9 mm Lugger"}, "calibre"),
        ({"country_made": "ZZ"}, "country_made"),
        ({"country_made": "brazil"}, "country_made"),
        ({"maker": "P-999999999-X"}, "maker"),
        ({"year_made": 2999}, "year_made"),
        ({"year_made": "two thousand"}, "year_made"),
        ({"year_made": 2030}, "year_made"),
        ({"marks": [{"kind": "manufacture", "text": "A" * 10_000}]}, "marks.0.text"),
        ({"marks": [{"kind": "manufacture", "text": "A\x07B"}]}, "marks.0.text"),
        ({"marks": [{"kind": "manufacture", "text": "NONE"}]}, "marks"),
        ({"marks": [{"kind": "manufacture", "text": "A1", "height_mm": "NaN"}]}, "marks.0.height_mm"),
        ({"marks": [{"kind": "manufacture", "text": "A1", "component": 7}]}, "marks.0.component"),
        ({"marks": []}, "marks"),
        ({"marks": "TAB12345"}, "marks"),
        ({"colour": "black"}, "colour"),
        ({"custody": [{"kind": "manufactured", "happened_on": "2999-01-01"}]}, "custody.0.happened_on"),
        ({"custody": [{"kind": "sold", "happened_on": "2001-01-01"}]}, "custody.0.kind"),
        ({"custody": [{"kind": "manufactured", "happened_on": "01/02/2001"}]}, "custody.0.happened_on"),
        ({"out_of_scope": "antique"}, "out_of_scope"),
        (
            {"custody": [{"kind": "imported", "happened_on": "2005-01-01", "country": "SU"}]},
            "custody.0.country",
        ),
        ({"custody": [{"kind": "imported", "happened_on": "2005-01-01"}]}, "custody.0.to_party"),
        (
            {"custody": [{"kind": "imported", "happened_on": "2005-01-01", "temporary": "yes"}]},
            "custody.0.temporary",
        ),
    ],
)
def test_bad_input_names_the_field_and_nothing_is_stored(
    office: Office, client: FlaskClient, officer: dict[str, str], world: World, change: dict, field: str
) -> None:
    before = count(office)
    answer = client.post("/api/v1/firearms", json=body(world, **change), headers=officer)
    assert answer.status_code == 422, answer.json
    assert answer.mimetype == "application/problem+json"
    assert field in [error["field"] for error in answer.json["errors"]]
    assert count(office) == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{not json", "content_type": "application/json"}, 400),
        ({"data": b"[1, 2]", "content_type": "application/json"}, 422),
        ({"data": b"x=1", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": b'"' + b"a" * 3_000_000 + b'"', "content_type": "application/json"}, 413),
    ],
)
def test_a_body_that_is_no_registration_is_refused(
    client: FlaskClient, officer: dict[str, str], sent: dict[str, Any], status: int
) -> None:
    assert client.post("/api/v1/firearms", headers=officer, **sent).status_code == status


def test_naughty_texts_never_end_in_a_fault_of_ours(
    client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    for text in NAUGHTY:
        marks = [{"kind": "manufacture", "text": text, "place": text}]
        for change in ({"marks": marks}, {"model": text}, {"calibre": text}, {"maker": text}):
            answer = client.post("/api/v1/firearms", json=body(world, **change), headers=officer)
            assert answer.status_code in (201, 422), (text, answer.status_code)
        for name in ("q", "calibre", "maker", "sort", "cursor", "limit"):
            assert client.get("/api/v1/firearms", query_string={name: text}, headers=officer).status_code in (
                200,
                422,
            )


def test_the_same_key_and_body_have_one_effect(
    client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    keyed = {**officer, "Idempotency-Key": "key-1"}
    first = client.post("/api/v1/firearms", json=body(world), headers=keyed)
    second = client.post("/api/v1/firearms", json=body(world), headers=keyed)
    assert (second.status_code, second.data) == (201, first.data)
    other = client.post("/api/v1/firearms", json=body(world, model="PT 58"), headers=keyed)
    assert (other.status_code, other.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert len(client.get("/api/v1/firearms", headers=officer).json["items"]) == 1


def test_a_change_needs_the_version_it_was_made_from(
    office: Office, client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    path = f"/api/v1/firearms/{register(office, world).number}"
    change = {"model": "PT 58", "reason": "misread"}
    assert client.patch(path, json=change, headers=officer).status_code == 428
    assert client.patch(path, json=change, headers={**officer, "If-Match": '"7"'}).status_code == 412
    good = client.patch(path, json=change, headers={**officer, "If-Match": '"1"'})
    assert (good.status_code, good.json["model"], good.headers["ETag"]) == (200, "PT 58", '"2"')
    assert client.patch(path, json=change, headers={**officer, "If-Match": '"1"'}).status_code == 412


def test_a_step_by_one_who_does_not_hold_it_is_refused(
    office: Office, client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    path = f"/api/v1/firearms/{register(office, world).number}/custody"
    step = {
        "kind": "sold",
        "happened_on": "2002-01-01",
        "from_party": world.maker.number,
        "to_party": world.person.number,
    }
    answer = client.post(path, json=step, headers={**officer, "If-Match": '"1"'})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "from_party")
    step["from_party"] = world.dealer.number
    good = client.post(path, json=step, headers={**officer, "If-Match": '"1"'})
    assert good.json["holder"]["name"] == "João da Silva"


def test_an_identity_claimed_twice_is_a_conflict_until_a_supervisor_decides(
    office: Office, world: World
) -> None:
    first = register(office, world)
    second = register(office, world, made(world), marks=(serial("tab 12345"),), year_made=None)
    assert len(second.conflicts) == 1
    decision = DecisionNew(ConflictDecision.SAME_FIREARM, "typed twice", keep=first.number)
    agreed(office, lambda work: conflicts.propose(work, second.conflicts[0], decision, 1))
    with office.look(EVERYTHING) as work:
        gone = work.session.scalars(select(Firearm).where(Firearm.superseded_by.is_not(None))).all()
        assert len(gone) == 1


def test_other_models_makers_and_years_are_no_conflict(office: Office, world: World) -> None:
    register(office, world)
    assert register(office, world, model="PT 58").conflicts == ()
    assert register(office, world, made(world, date(2003, 1, 1)), year_made=2003).conflicts == ()
    rossi = CustodyNew(CustodyKind.MANUFACTURED, date(2001, 2, 3), to_party=world.other_maker.number)
    assert register(office, world, rossi, maker=world.other_maker.number).conflicts == ()


def test_two_people_who_register_one_identity_at_once_open_one_conflict(office: Office, world: World) -> None:
    start = threading.Barrier(2)

    def enter() -> None:
        start.wait()
        register(office, world)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(IdentityConflict)) == 1


def test_one_bad_firearm_of_many_leaves_none(office: Office, world: World) -> None:
    bad = new_firearm(world, sold(world.maker, world.dealer), marks=(serial("B2"),))
    with pytest.raises(Refused), office.begin(EVERYTHING) as work:
        acts.register_many(work, [new_firearm(world), bad])
    assert count(office) == 0


def test_a_dealer_sees_only_what_passed_through_their_hands(app: Flask, office: Office, world: World) -> None:
    own, others = register(office, world), register(office, world, made(world), marks=(serial("QQ9"),))
    dealer = bearer(app, Role.TRADER, party=world.dealer.number)
    client = app.test_client()
    assert client.get(f"/api/v1/firearms/{own.number}", headers=dealer).status_code == 200
    assert client.get(f"/api/v1/firearms/{others.number}", headers=dealer).status_code == 404
    listed = client.get("/api/v1/firearms", headers=dealer).json["items"]
    assert [row["number"] for row in listed] == [own.number]


def test_police_do_not_read_the_register(app: Flask, office: Office, world: World) -> None:
    number = register(office, world).number
    police = bearer(app, Role.POLICE)
    assert app.test_client().get(f"/api/v1/firearms/{number}", headers=police).status_code == 403


def test_lists_are_paged_filtered_and_sorted(
    office: Office, client: FlaskClient, officer: dict[str, str], world: World
) -> None:
    with office.begin(EVERYTHING) as work:
        acts.register_many(work, [new_firearm(world, marks=(serial(f"K{n:03d}"),)) for n in range(5)])
    seen: list[str] = []
    cursor = ""
    while True:
        query = {"limit": 2, "sort": "-number", "cursor": cursor}
        page = client.get("/api/v1/firearms", query_string=query, headers=officer).json
        seen += [row["mark"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == ["K004", "K003", "K002", "K001", "K000"]
    found = client.get("/api/v1/firearms", query_string={"q": "k-003"}, headers=officer).json["items"]
    assert [row["mark"] for row in found] == ["K003"]


def test_the_label_scans(client: FlaskClient, officer: dict[str, str], world: World) -> None:
    whole = client.post("/api/v1/firearms", json=body(world), headers=officer).json["number"]
    for design, number in (("firearm", whole), ("import_mark", whole), ("part", f"{whole}/1")):
        (page,) = rastered(printed(client, officer, design, number, medium="a4-2x7"), 203)
        assert read(page) == {("Code 128", number), ("Data Matrix", number)}
    assert job(client, officer, "part", f"{whole}/9").status_code == 404
