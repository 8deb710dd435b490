"""After clearance: passages, arrival, receipt, reminders; imports with their marks; transit."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import Conflict, Invalid, NotFound, Refused, RegistryError
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.firearms import queries as firearms
from registry.licensing.queries import licence, licence_key
from registry.shipments import acts, facts_queries, following, offices, queries
from registry.shipments.queries import shipment_key
from registry.shipments.views import ShipmentView
from schemas import shipments as shapes
from schemas.vocabulary import Role
from tests.labelling import printed
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING, bearer, make_account, make_actor, make_token
from tests.shipments import world
from tests.shipments.world import AIRPORT, PORT, Licensed, announce, check_all, clear, read

TRANSITS = {"AR": {"answer": "no_objection", "reference": "AR-1", "answered_on": 0, "informed_on": -1}}


@pytest.fixture
def port(office: Office) -> Actor:
    world.open_offices(office)
    return world.customs(office)


def sent(office: Office, port: Actor, lines: dict[int, int], **given: Any) -> tuple[Licensed, ShipmentView]:
    licensed = world.export_licence(office, **given)
    number = announce(office, licensed, lines).number
    check_all(office, number, port)
    return licensed, clear(office, number, port)


def do(office: Office, act: Any, of: ShipmentView, new: Any) -> ShipmentView:
    with office.begin(EVERYTHING) as work:
        found: ShipmentView = act(work, shipment_key(of.number), new, of.version)
        return found


def messages(error: RegistryError) -> str:
    return " ".join(f"{unmet.message} ({unmet.article})" for unmet in error.unmet)


def later(office: Office, days: int) -> Office:
    return Office(office.database, office.home, lambda: office.clock() + timedelta(days=days), office.secret)


def test_passages_arrival_and_receipt_in_their_order(office: Office, port: Actor) -> None:
    _, gone = sent(office, port, {1: 2, 2: 100}, transits=TRANSITS)
    today = gone.departed_on
    assert today is not None
    with pytest.raises(Invalid):
        do(office, following.passed, gone, shapes.PassageNew("UY", today))
    with pytest.raises(Refused):
        do(office, following.passed, gone, shapes.PassageNew("AR", today - timedelta(days=1)))
    with pytest.raises(Refused):
        do(office, following.passed, gone, shapes.PassageNew("AR", today + timedelta(days=1)))
    gone = do(office, following.passed, gone, shapes.PassageNew("AR", today, "MIC 1"))
    there = do(office, following.arrived, gone, shapes.ArrivalNew(today))
    with pytest.raises(Conflict):
        do(office, following.passed, there, shapes.PassageNew("AR", today))
    done = do(office, following.received, there, shapes.ReceiptNew(today, "PY 9", (2, 100)))
    assert (done.state, done.differs, done.received_on) == ("received", False, today)
    assert [event.move for event in done.events] == ["announce", "clear", "pass", "arrive", "receive"]
    assert [event.country for event in done.events][2:] == ["AR", "PY", "PY"]


def test_a_difference_is_explained_or_not_taken(office: Office, port: Actor) -> None:
    _, gone = sent(office, port, {1: 2, 2: 100})
    today = gone.departed_on or date.min
    for receipt in (shapes.ReceiptNew(today, "PY 9", (2, 80)), shapes.ReceiptNew(today, "PY 9", (2,))):
        with pytest.raises(Refused) as refused:
            do(office, following.received, gone, receipt)
        assert "FP 10(4)" in messages(refused.value)
    done = do(office, following.received, gone, shapes.ReceiptNew(today, "PY 9", (2, 80), "20 lost at sea"))
    assert done.differs
    assert [line.received for line in done.lines] == [2, 80]
    assert done.events[-1].note == "20 lost at sea"


def test_a_receipt_that_does_not_come_is_asked_for(office: Office, port: Actor) -> None:
    _, gone = sent(office, port, {1: 1})
    with later(office, 45).look(EVERYTHING) as work:
        assert queries.overdue(work) == []
        assert [row.number for row in queries.due_soon(work, work.today)] == [gone.number]
    late = later(office, 46)
    with late.look(EVERYTHING) as work:
        assert [(row.number, row.overdue) for row in queries.overdue(work)] == [(gone.number, True)]
    for days, expected in ((46, [gone.number]), (47, []), (61, [gone.number])):
        with later(office, days).begin(EVERYTHING) as work:
            assert following.remind_all(work) == expected
    known = read(later(office, 61), gone.number)
    assert [event.move for event in known.events][2:] == ["remind", "remind"]
    done = do(
        later(office, 61),
        following.received,
        known,
        shapes.ReceiptNew(known.departed_on or date.min, "PY", (1,)),
    )
    with later(office, 62).look(EVERYTHING) as work:
        assert queries.overdue(work) == []
    with pytest.raises(Conflict):
        do(office, following.remind, done, shapes.Reason("Again"))


def test_imports_to_stay_need_the_mark_of_import(office: Office, port: Actor) -> None:
    licensed = world.import_licence(office, ("CZ1", "CZ2"))
    marked = world.register_abroad(office, "CZ1", marked=True)
    bare = world.register_abroad(office, "CZ2", marked=False)
    number = announce(office, licensed, {1: 2}).number
    check_all(office, number, port)
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "CZ2: The mark of the country of import is missing. (FP 8(1)(b))" in messages(refused.value)
    assert "CZ1:" not in messages(refused.value)
    world.add_import_mark(office, bare)
    done = clear(office, number, port)
    assert (done.state, [line.received for line in done.lines]) == ("received", [2])
    with office.look(EVERYTHING) as work:
        gun = firearms.firearm(work, parse_registry_number("F", marked))
    step = gun.custody[-1]
    assert (step.kind, step.country, step.document_number, step.temporary) == (
        "imported",
        "DE",
        licensed.number,
        False,
    )
    assert gun.holder is not None
    assert gun.holder.number == licensed.holder


def test_goods_that_no_record_describes_are_registered_first(office: Office, port: Actor) -> None:
    licensed = world.import_licence(office, ("CZ1",))
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "it is registered with its marks first. (FP 8(1)(b))" in messages(refused.value)


def test_temporary_imports_need_no_mark_of_import(office: Office, port: Actor) -> None:
    gun = world.register_abroad(office, "CZ1", marked=False)
    licensed = world.import_licence(
        office, ("CZ1",), purpose="hunting", evidence=({"kind": "invitation"},), import_licence=None
    )
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    clear(office, number, port)
    with office.look(EVERYTHING) as work:
        step = firearms.firearm(work, parse_registry_number("F", gun)).custody[-1]
    assert (step.kind, step.temporary) == ("imported", True)


def test_what_passes_through_leaves_at_another_office(office: Office, port: Actor) -> None:
    items = [{"serial": "TR1", "maker": "Rossi", "country_made": "DE"}]
    line = {**world.GUNS, "quantity": 1, "items": items}
    number = issue(office, Situation(kind="transit", lines=(line,), evidence=({"kind": "export_licence"},)))
    inside = announce(office, Licensed(number, "", (), ""), {1: 1})
    check_all(office, inside.number, port)
    inside = clear(office, inside.number, port)
    assert (inside.state, inside.receipt_due_on) == ("cleared", None)
    gone = do(office, following.left, inside, shapes.ArrivalNew(inside.departed_on or date.min, "TIF 3"))
    assert gone.state == "left"
    with pytest.raises(Conflict):
        do(office, following.received, gone, shapes.ReceiptNew(date.min, "x", (1,)))


def test_nothing_crosses_the_border_under_a_brokering_licence(office: Office, port: Actor) -> None:
    situation = Situation(
        kind="brokering",
        application={"export_country": "DE"},
        evidence=({"kind": "export_licence"},),
    )
    number = issue(office, situation)
    with pytest.raises(Invalid, match="FP 15"):
        announce(office, Licensed(number, "", (), ""), {1: 1})


def test_traders_announce_their_own_and_see_no_others(office: Office, port: Actor) -> None:
    licensed = world.export_licence(office)
    own = make_actor(Role.TRADER, parse_registry_number("P", licensed.holder))
    other = make_actor(Role.TRADER, parse_registry_number("P", licensed.holder) + 1000)
    number = announce(office, licensed, {1: 1}, by=own).number
    assert read(office, number, own).number == number
    with pytest.raises(NotFound):
        read(office, number, other)
    with pytest.raises(NotFound):
        announce(office, licensed, {1: 1}, by=other)
    with office.look(other) as work:
        assert queries.shipments(work, shapes.ShipmentsAsked()).items == ()


def test_only_people_of_customs_have_a_post(office: Office, port: Actor) -> None:
    officer = make_account(office)
    with pytest.raises(Invalid), office.begin(EVERYTHING) as work:
        offices.post(work, shapes.PostNew(officer.login, PORT))
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        offices.open_office(work, shapes.OfficeNew(PORT, "Again", "There"))


def test_the_whole_way_over_the_api(app: Flask, client: FlaskClient, office: Office) -> None:
    supervisor = bearer(app, Role.AUTHORITY_SUPERVISOR)
    account = make_account(office, Role.CUSTOMS)
    customs = {"Authorization": f"Bearer {make_token(office, account)}"}
    opened = {"code": PORT, "name": "Santos", "place": "Santos"}
    assert client.post("/api/v1/customs-offices", json=opened, headers=supervisor).status_code == 201
    assert client.post("/api/v1/customs-offices", json=opened, headers=customs).status_code == 403
    post = {"login": account.login, "office": PORT}
    assert client.post("/api/v1/customs-offices/posts", json=post, headers=supervisor).status_code == 200
    licensed = world.export_licence(office)
    new = {"office": PORT, "expected_on": "2030-01-01", "lines": [{"line": 1, "quantity": 1}]}
    made = client.post(f"/api/v1/licences/{licensed.number}/shipments", json=new, headers=supervisor)
    assert made.status_code == 201, made.json
    number = made.json["number"]
    seen = client.get(f"/api/v1/counter/{licensed.number}", headers=customs).json
    assert seen["usable"]
    assert [line["left"] for line in seen["lines"]] == [5, 1_000]
    assert [row["number"] for row in seen["shipments"]] == [number]
    at = f"/api/v1/shipments/{number}"
    assert client.post(f"{at}/clearance", json={}, headers=customs).status_code == 428
    etag = client.get(at, headers=customs).headers["ETag"]
    refused = client.post(f"{at}/clearance", json={}, headers={**customs, "If-Match": etag})
    assert refused.json["errors"][0]["article"] == "FP 11(b)"
    scanned = client.post(f"{at}/scans", json={"code": licensed.guns[0]}, headers=customs)
    assert scanned.json == {"verdict": "matches", "name": licensed.serials[0], "checked": 1, "whole": 1}
    cleared = client.post(f"{at}/clearance", json={"seal": "BR-1"}, headers={**customs, "If-Match": etag})
    assert cleared.status_code == 200, cleared.json
    assert cleared.json["state"] == "cleared"
    listed = client.get("/api/v1/shipments?state=cleared", headers=customs).json["items"]
    assert [row["number"] for row in listed] == [number]
    receipt = {"received_on": cleared.json["departed_on"], "reference": "PY 1", "received": [1]}
    done = client.post(
        f"{at}/receipt", json=receipt, headers={**customs, "If-Match": cleared.headers["ETag"]}
    )
    assert done.json.get("state") == "received", done.json
    marks = printed(client, customs, "import_mark", source=number, medium="a4-3x8")
    assert marks.startswith(b"%PDF")
    assert printed(client, customs, "shipment", number, medium="roll-105x148").startswith(b"%PDF")
    assert client.get(f"{at}/receipt.pdf", headers=customs).status_code == 409


def test_the_receipt_of_an_import_is_told_on_paper_and_verified(
    app: Flask, client: FlaskClient, office: Office, port: Actor
) -> None:
    licensed = world.import_licence(office, ("CZ1",))
    world.register_abroad(office, "CZ1", marked=True)
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    clear(office, number, port)
    paper = client.get(f"/api/v1/shipments/{number}/receipt.pdf", headers=bearer(app)).data
    words = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    text = words.stdout.decode()
    for expected in (number, licensed.number, "Pistol 9x19", "CZ1"):
        assert expected in text
    code = next(word for word in text.split() if word.count("-") == 6)
    found = client.get(f"/api/v1/verifications/{code}").json
    assert (found["kind"], found["subject"], found["authenticity"]) == ("receipt", number, "current")


def test_a_letter_asks_the_other_state_for_its_receipt_until_it_comes(
    app: Flask, client: FlaskClient, office: Office, port: Actor
) -> None:
    licensed = world.export_licence(office)
    number = announce(office, licensed, {1: 1}).number
    at = f"/api/v1/shipments/{number}"
    assert client.get(f"{at}/receipt-request.pdf", headers=bearer(app)).status_code == 409
    check_all(office, number, port)
    due = clear(office, number, port).receipt_due_on
    printed = client.get(f"{at}/receipt-request.pdf", headers=bearer(app)).data
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=printed, capture_output=True, check=True)
    letter = " ".join(text.stdout.decode().split())
    for expected in (number, licensed.number, "authority of Paraguay", f"until {due}", licensed.serials[0]):
        assert expected in letter
    code = next(word for word in letter.split() if word.count("-") == 6)
    assert client.get(f"/api/v1/verifications/{code}").json["authenticity"] == "current"
    receipt = {"received_on": str(read(office, number).departed_on), "reference": "PY 1", "received": [1]}
    etag = client.get(at, headers=bearer(app)).headers["ETag"]
    done = client.post(f"{at}/receipt", json=receipt, headers={**bearer(app), "If-Match": etag})
    assert done.status_code == 200, done.json
    after = client.get(f"/api/v1/verifications/{code}").json
    assert (after["authenticity"], after["state"]) == ("not_in_force", "answered")
    assert client.get(f"{at}/receipt-request.pdf", headers=bearer(app)).status_code == 409


def test_announcements_together_are_of_no_more_than_is_left(office: Office, port: Actor) -> None:
    licensed = world.parts_licence(office, 3)
    first = announce(office, licensed, {1: 2})
    with pytest.raises(Refused, match="3 are left of the licence, 2 of them in other announcements"):
        announce(office, licensed, {1: 2}, AIRPORT)
    second = announce(office, licensed, {1: 1}, AIRPORT)
    check_all(office, first.number, port)
    clear(office, first.number, port)
    with pytest.raises(Refused, match="1 are left of the licence, 1 of them in other"):
        announce(office, licensed, {1: 1})
    with office.begin(EVERYTHING) as work:
        acts.cancel(work, shipment_key(second.number), shapes.Reason("Not ready"), second.version)
    assert announce(office, licensed, {1: 1}).lines[0].quantity == 1


def test_announcing_again_after_an_exhausted_line_counts_what_is_left(
    office: Office, port: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    licensed = world.parts_licence(office, 3)
    first = announce(office, licensed, {1: 3})
    monkeypatch.setattr(facts_queries, "_elsewhere_announced", lambda _work, _row: {})
    second = announce(office, licensed, {1: 1}, AIRPORT)  # as they could before: judged at clearance
    check_all(office, first.number, port)
    clear(office, first.number, port)
    airport = world.customs(office, AIRPORT)
    with pytest.raises((Refused, Conflict)):
        clear(office, second.number, airport)
    with office.begin(EVERYTHING) as work:
        acts.cancel(work, shipment_key(second.number), shapes.Reason("Nothing left"), second.version)
    with office.look(EVERYTHING) as work:
        assert licence(work, licence_key(licensed.number)).lines[0].drawn == 3
