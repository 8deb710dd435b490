"""Records at the end of their terms: preview as page, API, file and command; holds; terms."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.core import filling
from registry.core.work import OPERATOR, Office
from registry.licensing.queries import licence, licence_key
from registry.tracing import acts as tracing
from registry.tracing import filling as traces
from schemas.firearms import CustodyNew
from schemas.tracing import Question
from schemas.vocabulary import CustodyKind, DocumentKind, Purpose, Role, TraceKind
from tests.firearms.world import World, made, make_world, register, serial, sold
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING, bearer, post, sign_in
from tests.recovery.world import make_scene, pistol, record

DESTROYED = date(1985, 3, 2)


def destroyed(on: date = DESTROYED) -> CustodyNew:
    return CustodyNew(
        CustodyKind.DESTROYED,
        on,
        document_kind=DocumentKind.DESTRUCTION_CERTIFICATE,
        document_number="1",
    )


def ended(office: Office, world: World, mark: str = "TAB12345", on: date = DESTROYED) -> str:
    """A firearm that was made, sold and destroyed long ago."""
    steps = (made(world, date(1980, 2, 3)), sold(world.maker, world.dealer, date(1980, 5, 3)), destroyed(on))
    return register(office, world, *steps, marks=(serial(mark),), year_made=1980).number


def preview(client: FlaskClient, headers: dict[str, str], **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/retention/preview", query_string=asked, headers=headers)
    assert answer.status_code == 200, answer.get_json()
    rows: list[dict[str, Any]] = answer.get_json()["items"]
    return rows


def test_what_would_go_is_told_with_its_term_its_event_and_what_holds_it(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    world, headers = make_world(office), bearer(app, Role.AUTHORITY_SUPERVISOR)
    number = ended(office, world)
    register(office, world, marks=(serial("TAB1"),))  # never destroyed: kept
    (row,) = preview(client, headers)
    assert (row["number"], row["standing"], row["until"]) == (number, "over", "2015-03-02")
    assert (row["years"], row["counted_from"], row["counted"]) == (30, "destruction", "1985-03-02")
    later = ended(office, world, "TAB2", date(2010, 3, 2))
    assert preview(client, headers, on="2040-03-02") == [row]
    assert [one["number"] for one in preview(client, headers, on="2040-03-03")] == [number, later]
    past = client.get("/api/v1/retention/preview?on=2020-01-01", headers=headers)
    assert past.status_code == 422

    hold = {"record": number, "reason": "Trial 7", "ordered_by": "Court of Santos"}
    assert client.post("/api/v1/retention/holds", json=hold).status_code == 401
    placed = client.post("/api/v1/retention/holds", json=hold, headers=headers)
    assert placed.status_code == 201, placed.get_json()
    (row,) = preview(client, headers)
    assert row["standing"] == "held"
    assert [one["kind"] for one in row["holds"]] == ["legal"]
    assert "Court of Santos: Trial 7" in row["holds"][0]["reason"]

    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    for path in ("/retention", "/retention/preview.csv"):
        shown = browser.get(path).get_data(as_text=True)
        assert number in shown, path
        assert "Trial 7" in shown, path
    done = app.test_cli_runner().invoke(args=["retention", "preview", "--class", "firearm"])
    assert f"{number}  held  2015-03-02" in done.output, done.output
    assert "0 records would go" in done.output

    lifted = client.post(
        f"/api/v1/retention/holds/{placed.get_json()['number']}/lifting",
        json={"reason": "The judgment is final"},
        headers={**headers, "If-Match": placed.headers["ETag"]},
    )
    assert lifted.status_code == 200, lifted.get_json()
    assert lifted.get_json()["lifted_by"]
    assert [one["standing"] for one in preview(client, headers)] == ["over"]
    again = client.post(
        f"/api/v1/retention/holds/{placed.get_json()['number']}/lifting",
        json={"reason": "Again"},
        headers={**headers, "If-Match": lifted.headers["ETag"]},
    )
    assert again.status_code == 409


def test_evidence_traces_and_cases_hold_records(app: Flask, client: FlaskClient, office: Office) -> None:
    scene, headers = make_scene(office), bearer(app, Role.AUTHORITY_SUPERVISOR)
    number = ended(office, scene.world)
    found = record(office, scene, pistol("TAB12345"), recovered_on=date(1990, 1, 2), case_number="1990/1")
    (row,) = preview(client, headers, on="2090-01-01")
    assert row["number"] == number
    assert row["standing"] == "held"
    assert {hold["kind"] for hold in row["holds"]} >= {"evidence", "reference"}
    (kept,) = preview(client, headers, record=found.number)
    assert [hold["kind"] for hold in kept["holds"]] == ["evidence"]
    hold = {"case_number": "1990/1", "reason": "Appeal", "ordered_by": "Court"}
    assert client.post("/api/v1/retention/holds", json=hold, headers=headers).status_code == 201
    (kept,) = preview(client, headers, record=found.number)
    assert sorted(one["kind"] for one in kept["holds"]) == ["evidence", "legal"]
    (trace,) = preview(client, headers, record_class="trace", on="2090-01-01")
    assert sorted(one["kind"] for one in trace["holds"]) == ["legal", "reference"]


def test_a_licence_that_ended_by_time_is_held_by_nothing_and_never_goes_before_its_term(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    number, headers = issue(office, Situation()), bearer(app, Role.AUTHORITY_SUPERVISOR)
    (now,) = preview(client, headers, record=number)
    assert now["standing"] == "kept"
    with office.look(OPERATOR) as work:
        last = licence(work, licence_key(number)).expires_on
    assert last is not None
    assert now["until"] > str(last)
    (later,) = preview(client, headers, record_class="licence", on="2090-01-01")
    assert (later["number"], later["standing"], later["holds"]) == (number, "over", [])


def test_terms_are_set_and_ended_and_decide_at_once(app: Flask, client: FlaskClient, office: Office) -> None:
    world, headers = make_world(office), bearer(app, Role.AUTHORITY_SUPERVISOR)
    number = ended(office, world)
    new = {"record_class": "firearm", "counted_from": "last_event", "years": 60, "law": "Decree 1"}
    new["begins_on"] = "2020-01-01"
    made_one = client.post("/api/v1/retention/terms", json=new, headers=headers)
    assert made_one.status_code == 201, made_one.get_json()
    assert preview(client, headers) == []
    (row,) = preview(client, headers, record=number)
    assert (row["standing"], row["until"], row["law"]) == ("kept", "2045-03-02", "Decree 1")
    where = f"/api/v1/retention/terms/{made_one.get_json()['number']}"
    etag = {**headers, "If-Match": made_one.headers["ETag"]}
    assert client.patch(where, json={"ends_on": "2020-01-02"}, headers=etag).status_code == 422
    assert client.patch(where, json={"ends_on": "2100-01-02"}, headers=etag).status_code == 200
    short = client.post("/api/v1/retention/terms", json={**new, "years": 5}, headers=headers).get_json()
    assert short["errors"][0]["article"] == "FP 7"
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    assert client.post("/api/v1/retention/terms", json=new, headers=officer).status_code == 403


def test_pages_set_terms_and_place_and_lift_holds(app: Flask, office: Office) -> None:
    number = ended(office, make_world(office))
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    term = {"record_class": "trace", "counted_from": "last_event", "years": "15", "law": "Decree 2"}
    assert post(browser, "/retention/terms/new", **term, begins_on="2020-01-01").status_code == 303
    assert "Decree 2" in browser.get("/retention/terms").get_data(as_text=True)
    wrong = post(
        browser, "/retention/terms/new", **{**term, "counted_from": "destruction"}, begins_on="2020-01-01"
    )
    assert wrong.status_code == 422
    assert "no such event" in wrong.get_data(as_text=True)
    both = post(browser, "/retention/holds/new", record=number, case_number="1", reason="x", ordered_by="y")
    assert "one of them" in both.get_data(as_text=True)
    assert (
        post(browser, "/retention/holds/new", record=number, reason="Trial", ordered_by="Court").status_code
        == 303
    )
    listed = browser.get("/retention/holds").get_data(as_text=True)
    assert number in listed
    hold = listed.partition("/retention/holds/LH-")[2].partition('"')[0]
    lifted = post(browser, f"/retention/holds/LH-{hold}", version="1", reason="Over")
    assert lifted.status_code == 303
    assert number not in browser.get("/retention/holds").get_data(as_text=True)
    assert "Over" in browser.get("/retention/holds?lifted=true").get_data(as_text=True)


@pytest.mark.parametrize("asked", [{"cursor": "x"}, {"record": "F-1"}, {"record": "F-999999999-7"}])
def test_what_cannot_be_asked_is_refused_in_words(app: Flask, office: Office, asked: dict[str, str]) -> None:
    browser = sign_in(app, Role.AUDITOR)
    answer = browser.get("/retention", query_string=asked)
    assert answer.status_code in (404, 422)
    assert "error-summary" in answer.get_data(as_text=True)


def test_traces_hold_the_firearms_they_name_also_those_of_before_the_index(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    world, headers = make_world(office), bearer(app, Role.AUTHORITY_SUPERVISOR)
    named, other = ended(office, world), ended(office, world, "TAB999")
    begin = partial(office.begin, OPERATOR)
    question = Question(TraceKind.FIREARM, Purpose.CRIMINAL_INVESTIGATION, "1", mark="TAB12345")
    with office.begin(EVERYTHING) as work:
        tracing.keep(work, question, tracing.find(work, question))

    def told() -> list[tuple[str, list[str]]]:
        rows = preview(client, headers)
        assert [row["number"] for row in rows] == [named, other]
        return [(row["standing"], [hold["kind"] for hold in row["holds"]]) for row in rows]

    held = [("held", ["trace"]), ("over", [])]
    assert told() == held
    with begin() as work:
        rows = work.session.execute(text("SELECT * FROM trace_firearm")).all()
        work.session.execute(text("DELETE FROM trace_firearm"))
    assert told()[0] == ("over", []), "the control: once it is filled, nothing else is looked at"
    with begin() as work:
        work.session.execute(text("DELETE FROM filling"))
    assert told() == held
    for _ in range(2):
        filling.fill(begin, traces.NAME, traces.firearms_named)
        assert told() == held
    with begin() as work:
        assert work.session.execute(text("SELECT * FROM trace_firearm")).all() == rows
        assert traces.firearms_named(work, 0) is None, "what is there already is no fault"
