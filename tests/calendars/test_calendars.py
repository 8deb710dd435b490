"""Calendars as records: reference data, what the authority changes, API and pages alike."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.calendars import published, queries, reference
from registry.core.work import Office
from schemas.vocabulary import Role
from tests.makers import EVERYTHING, bearer, post, sign_in

YEAR = date.today().year  # noqa: DTZ011 - the reference data follow the year they are loaded in


def test_a_new_registry_knows_the_holidays_of_brazil_and_its_partners(
    client: FlaskClient, app: Flask
) -> None:
    headers = bearer(app, Role.TRADER)
    listed = client.get("/api/v1/calendars", headers=headers).get_json()["items"]
    assert {row["state"] for row in listed} == set(reference.STATES)
    found = client.get("/api/v1/calendars/BR", headers=headers).get_json()
    assert found["year"] == YEAR
    assert found["complete"]
    assert f"{YEAR}-11-20" in {row["day"] for row in found["holidays"]}
    assert all("python-holidays" in row["source"] for row in found["holidays"])
    assert found["weeks"][0]["free_days"] == [6, 7]


def test_set_up_again_changes_nothing_and_keeps_what_was_withdrawn(office: Office) -> None:
    def whole(work: object) -> object:
        return [queries.calendar(work, state) for state in reference.STATES]  # type: ignore[arg-type]

    with office.look(EVERYTHING) as work:
        before = whole(work)
    with office.begin(EVERYTHING) as work:
        reference.load(work)
    with office.look(EVERYTHING) as work:
        assert whole(work) == before


def test_a_holiday_moves_a_deadline_until_it_is_withdrawn(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)
    asked = {"begins_on": "2026-11-23", "working_days": "1"}

    def deadline() -> str:
        return str(
            client.get("/api/v1/calendars/BR/deadline", query_string=asked, headers=headers).get_json()["day"]
        )

    holiday = {"day": "2026-11-24", "name": "Mourning", "source": "Decree 1"}
    assert deadline() == "2026-11-24"
    assert client.post("/api/v1/calendars/BR/holidays", json=holiday, headers=headers).status_code == 201
    assert deadline() == "2026-11-25"
    assert client.post("/api/v1/calendars/BR/holidays", json=holiday, headers=headers).status_code == 409
    away = client.post(
        "/api/v1/calendars/BR/holidays/2026-11-24/withdrawal", json={"reason": "Moved"}, headers=headers
    )
    assert away.status_code == 200
    row = next(row for row in away.get_json()["holidays"] if row["day"] == "2026-11-24")
    assert row["withdrawn"] == "Moved"
    assert deadline() == "2026-11-24"
    again = client.post(
        "/api/v1/calendars/BR/holidays/2026-11-24/withdrawal", json={"reason": "Moved"}, headers=headers
    )
    assert again.status_code == 404
    assert client.post("/api/v1/calendars/BR/holidays", json=holiday, headers=headers).status_code == 201
    assert deadline() == "2026-11-25"


def test_a_year_is_taken_in_once_and_leaves_what_was_recorded(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)
    known = {"day": "2026-05-01", "name": "Ours", "source": "Our law"}
    client.post("/api/v1/calendars/FR/holidays", json=known, headers=headers)
    before = client.get(
        "/api/v1/calendars/FR/deadline?begins_on=2026-04-30&working_days=10", headers=headers
    ).get_json()
    assert before["unknown_years"] == [2026]
    taken = client.post("/api/v1/calendars/FR/years", json={"year": 2026}, headers=headers)
    assert taken.status_code == 201
    rows = {row["day"]: row for row in taken.get_json()["holidays"]}
    assert rows["2026-05-01"]["name"] == "Ours"
    assert "2026-07-14" in rows
    after = client.get(
        "/api/v1/calendars/FR/deadline?begins_on=2026-04-30&working_days=10", headers=headers
    ).get_json()
    assert after["unknown_years"] == []
    assert after["day"] > before["day"]
    assert client.post("/api/v1/calendars/FR/years", json={"year": 2026}, headers=headers).status_code == 409


def test_the_week_is_set_from_a_day_on(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)
    week = {"begins_on": "2026-01-01", "free_days": [5, 6], "source": "Law 2"}
    assert client.post("/api/v1/calendars/BR/weeks", json=week, headers=headers).status_code == 201
    for start, last in (("2025-11-20", "2025-11-21"), ("2026-11-26", "2026-11-29")):
        asked = f"/api/v1/calendars/BR/deadline?begins_on={start}&working_days=1"
        assert client.get(asked, headers=headers).get_json()["day"] == last
    refused = client.post("/api/v1/calendars/BR/weeks", json=week | {"free_days": [6, 6]}, headers=headers)
    assert refused.status_code == 422


@pytest.mark.parametrize("code", ["SU", "XX", "ZZZ"])
def test_states_that_are_not_there_have_no_calendar(client: FlaskClient, app: Flask, code: str) -> None:
    assert client.get(f"/api/v1/calendars/{code}", headers=bearer(app)).status_code == 404


def test_a_deadline_beyond_all_years_is_refused(client: FlaskClient, app: Flask) -> None:
    asked = "/api/v1/calendars/BR/deadline?begins_on=9999-12-20&working_days=100"
    refused = client.get(asked, headers=bearer(app))
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "begins_on"


def test_others_change_no_calendar(app: Flask) -> None:
    holiday = {"day": "2026-11-24", "name": "Mourning", "source": "Decree 1"}
    for role in (Role.CUSTOMS, Role.POLICE, Role.AUDITOR, Role.TRADER):
        answer = app.test_client().post(
            "/api/v1/calendars/BR/holidays", json=holiday, headers=bearer(app, role)
        )
        assert answer.status_code == 403


def test_the_pages_do_what_the_api_does(app: Flask) -> None:
    browser = sign_in(app)
    shown = browser.get("/states/BR/calendar?begins_on=2026-12-18&working_days=5").get_data(as_text=True)
    assert "28 Dec 2026" in shown
    assert browser.get("/states/BR/calendar?begins_on=soon&working_days=5").status_code == 422
    added = post(
        browser, "/states/BR/calendar/holidays", day=f"{YEAR}-12-23", name="Local day", source="Decree"
    )
    assert added.status_code == 303
    assert "Local day" in browser.get(added.headers["Location"]).get_data(as_text=True)
    gone = post(browser, f"/states/BR/calendar/holidays/{YEAR}-12-23/withdraw", reason="A mistake")
    assert gone.status_code == 303
    assert "A mistake" in browser.get(gone.headers["Location"]).get_data(as_text=True)
    week = {"free_days-5": "5", "free_days-6": "6", "begins_on": "2030-01-01", "source": "Law"}
    assert post(browser, "/states/BR/calendar/week", **week).status_code == 303
    assert post(browser, "/states/BR/calendar/week", begins_on="2030-01-01").status_code == 422
    taken = post(browser, "/states/FR/calendar/years", "/states/FR/calendar", year=str(YEAR))
    assert taken.status_code == 303
    assert "Complete" in browser.get(taken.headers["Location"]).get_data(as_text=True)
    assert browser.get("/states/SU/calendar").status_code == 404
    assert browser.get("/states/BR/calendar/holidays/soon/withdraw").status_code == 404


def test_published_holidays_are_what_the_law_says() -> None:
    """Law 662/1949, Law 6.802/1980, Law 14.759/2023: Brazil's national holidays of 2026."""
    of_law = {(1, 1), (4, 3), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25)}
    assert {(day.month, day.day) for day in published.of_years("BR", [2026])} == of_law
    assert published.free_days("BR", date(2026, 1, 1)) == "67"
    assert published.free_days("EG", date(2026, 1, 1)) == "56"
    assert not published.is_known("ZZ")
