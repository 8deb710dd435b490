"""Deliveries that a broker reports between two other States (FP 15)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.core.errors import Conflict, Forbidden, NotFound, Refused, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.licensing import brokering_acts, queries
from registry.licensing.views import LicenceView
from schemas.licensing_review import DeliveryNew
from schemas.vocabulary import Role
from tests.licensing import world
from tests.licensing.world import Situation
from tests.makers import EVERYTHING, bearer, enter, make_account, make_actor, post

PAPERS = ({"kind": "export_licence"},)


@pytest.fixture
def number(office: Office) -> str:
    return world.issue(office, Situation(kind="brokering", evidence=PAPERS))


def told(office: Office, *quantities: int, **given: Any) -> DeliveryNew:
    with office.look(EVERYTHING) as work:
        today = work.today
    return DeliveryNew(
        **{
            "departed_on": today,
            "arrived_on": today,
            "export_licence": "DE-77",
            "proof": "PY-DV 12",
            "quantities": quantities,
            **given,
        }
    )


def deliver(office: Office, number: str, new: DeliveryNew, by: Any = EVERYTHING) -> LicenceView:
    with office.look(EVERYTHING) as work:
        version = queries.licence(work, queries.licence_key(number)).version
    with office.begin(by) as work:
        return brokering_acts.deliver(work, queries.licence_key(number), new, version)


def whole(office: Office, number: str) -> int:
    with office.look(EVERYTHING) as work:
        return queries.licence(work, queries.licence_key(number)).lines[0].quantity


def test_a_delivery_counts_the_licence_down_until_it_is_exhausted(office: Office, number: str) -> None:
    most = whole(office, number)
    first = deliver(office, number, told(office, 3, carrier="Sea line"))
    assert (first.lines[0].drawn, first.state, first.events[-1].move) == (3, "issued", "deliver")
    assert [(one.line, one.quantity) for one in first.deliveries[0].lines] == [(1, 3)]
    assert "deliver" in first.moves
    last = deliver(office, number, told(office, most - 3))
    assert (last.lines[0].drawn, last.state) == (most, "exhausted")
    assert [one.n for one in last.deliveries] == [1, 2]
    with pytest.raises(Conflict):
        deliver(office, number, told(office, 1))


UNCOVERED: tuple[tuple[tuple[int, ...], dict[str, int], str], ...] = (
    ((10**6,), {}, "quantities.0"),
    ((0,), {}, "quantities"),
    ((1, 1), {}, "quantities"),
    ((1,), {"departed_on": -1}, "departed_on"),
    ((1,), {"departed_on": 200, "arrived_on": 201}, "arrived_on"),
    ((1,), {"arrived_on": -1}, "arrived_on"),
)


def test_what_the_licence_does_not_cover_is_refused(office: Office, number: str) -> None:
    with office.look(EVERYTHING) as work:
        today = work.today
    for quantities, given, field in UNCOVERED:
        days = {name: today + timedelta(days=ahead) for name, ahead in given.items()}
        with pytest.raises(Refused) as refused:
            deliver(office, number, told(office, *quantities, **days))
        assert refused.value.unmet[0].field == field, refused.value.unmet
    with office.look(EVERYTHING) as work:
        assert queries.licence(work, queries.licence_key(number)).lines[0].drawn == 0


def test_only_brokers_report_deliveries(office: Office) -> None:
    number = world.issue(office, Situation())
    with office.look(EVERYTHING) as work:
        assert "deliver" not in queries.licence(work, queries.licence_key(number)).moves
    with pytest.raises(Refused) as refused:
        deliver(office, number, told(office, 1))
    assert "announce a shipment" in refused.value.unmet[0].message


def test_what_left_in_time_may_be_told_after_the_end(office: Office, number: str) -> None:
    new = told(office, 2)
    now = office.clock
    office.clock = lambda: now() + timedelta(days=200)
    done = deliver(office, number, new)
    assert (done.state, done.lines[0].drawn) == ("expired", 2)


def test_what_left_before_the_licence_was_issued_is_not_covered_by_it(office: Office) -> None:
    with office.look(EVERYTHING) as work:
        today = work.today
    early = {"starts_on": str(today - timedelta(days=60))}
    number = world.issue(office, Situation(kind="brokering", evidence=PAPERS, application=early))
    with pytest.raises(Refused) as refused:
        deliver(office, number, told(office, 1, departed_on=today - timedelta(days=50)))
    assert refused.value.unmet[0].field == "departed_on"


def test_a_suspended_licence_takes_no_report_also_after_its_end(office: Office, number: str) -> None:
    with office.begin(EVERYTHING) as work:
        queries.licence_row(work, queries.licence_key(number)).state = "suspended"
    new = told(office, 1)
    now = office.clock
    for ahead in (0, 200):
        office.clock = lambda ahead=ahead: now() + timedelta(days=ahead)
        with office.look(EVERYTHING) as work:
            assert "deliver" not in queries.licence(work, queries.licence_key(number)).moves
        with pytest.raises(Conflict):
            deliver(office, number, new)


def test_a_broker_reports_of_the_own_licence_only(office: Office, number: str) -> None:
    with office.look(EVERYTHING) as work:
        holder = parse_registry_number("P", queries.licence(work, queries.licence_key(number)).holder)
    stranger = make_actor(Role.TRADER, party_id=holder + 1)
    with pytest.raises(NotFound):
        deliver(office, number, told(office, 1), by=stranger)
    with pytest.raises(Forbidden):
        deliver(office, number, told(office, 1), by=make_actor(Role.AUDITOR))
    assert deliver(office, number, told(office, 1), by=make_actor(Role.TRADER, party_id=holder)).deliveries


def test_reports_at_once_never_exceed_the_licence(office: Office, number: str) -> None:
    most = whole(office, number)
    start, outcomes = Barrier(6), list[str]()
    new = told(office, most // 2 + 1)

    def go() -> None:
        start.wait()
        try:
            outcomes.append("done" if deliver(office, number, new) else "")
        except (Conflict, Refused, Stale) as error:
            outcomes.append(type(error).__name__)

    threads = [Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(outcomes), outcomes.count("done")) == (6, 1), outcomes


LINE = (
    "INSERT INTO brokered_line (licence_id, delivery_n, line_n, quantity)"
    " VALUES (:licence, :delivery, 1, :quantity)"
)
DELIVERY = (
    "INSERT INTO brokered_delivery (licence_id, n, departed_on, arrived_on, export_licence, proof, carrier,"
    " note, told_at, told_by) VALUES (:licence, 2, :day, :day, 'a', 'b', '', '', :now, 1)"
)


KEPT = (
    "UPDATE brokered_line SET quantity = 1 WHERE licence_id = :licence",
    "DELETE FROM brokered_line WHERE licence_id = :licence",
    "UPDATE brokered_delivery SET proof = 'x' WHERE licence_id = :licence",
    "UPDATE licence_line SET drawn = 1 WHERE licence_id = :licence",
)


def test_the_database_itself_keeps_what_was_reported(office: Office, number: str) -> None:
    deliver(office, number, told(office, 2))
    for statement in KEPT:
        with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
            work.session.execute(text(statement), {"licence": queries.licence_key(number)})


def test_the_database_itself_refuses_more_than_is_left_and_days_outside(office: Office, number: str) -> None:
    values = {"licence": queries.licence_key(number), "delivery": 2, "quantity": whole(office, number)}

    def write(ago: int, more: int) -> None:
        with office.begin(EVERYTHING) as work:
            day = work.today - timedelta(days=ago)
            work.session.execute(text(DELIVERY), {**values, "day": day, "now": work.now})
            work.session.execute(text(LINE), {**values, "quantity": values["quantity"] + more})

    for ago, more, expected in ((0, 1, "more than"), (9000, 0, "covers the day")):
        with pytest.raises(Conflict, match=expected):
            write(ago, more)
    write(0, 0)


def test_api_and_page_report_a_delivery(app: Flask, client: FlaskClient, office: Office, number: str) -> None:
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    at = f"/api/v1/licences/{number}"
    new = told(office, 1)
    body = {
        "departed_on": str(new.departed_on),
        "arrived_on": str(new.arrived_on),
        "export_licence": "DE-77",
        "proof": "DV 1",
        "quantities": [1],
    }
    assert client.post(f"{at}/deliveries", json=body, headers=officer).status_code == 428
    etag = client.get(at, headers=officer).headers["ETag"]
    done = client.post(f"{at}/deliveries", json=body, headers={**officer, "If-Match": etag})
    assert done.status_code == 200, done.json
    assert done.json["deliveries"][0]["lines"] == [{"line": 1, "quantity": 1}]
    browser = app.test_client()
    enter(browser, make_account(office, Role.AUTHORITY_OFFICER).login)
    page = browser.get(f"/licences/{number}").get_data(as_text=True)
    assert "Report a delivery" in page
    assert "Announce a shipment" not in page
    form = {name: str(value) for name, value in body.items() if name != "quantities"}
    form |= {"version": str(done.json["version"]), "quantities-0": "999999"}
    there = f"/licences/{number}/deliver"
    refused = post(browser, there, **form)
    assert (refused.status_code, "are left of the licence" in refused.get_data(as_text=True)) == (422, True)
    assert post(browser, there, **{**form, "quantities-0": "2"}).status_code == 303
    shown = browser.get(f"/licences/{number}").get_data(as_text=True)
    assert "Deliveries reported" in shown
    assert "DV 1" in shown


def test_a_report_that_fails_leaves_nothing(office: Office, number: str) -> None:
    with pytest.raises(RegistryError):
        deliver(office, number, told(office, 10**6))
    with office.look(EVERYTHING) as work:
        found = queries.licence(work, queries.licence_key(number))
    assert (len(found.deliveries), found.lines[0].drawn) == (0, 0)
