"""States, calibres, and the reference data they come from."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.core.errors import Invalid
from registry.core.work import Office
from registry.directory import calibres, countries, queries, reference
from registry.directory.tables import Calibre, State
from schemas.vocabulary import Role
from tests.makers import EVERYTHING, bearer


def test_every_state_of_today_and_the_historic_ones_are_there(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app, Role.POLICE)
    listed = client.get("/api/v1/states?limit=200", headers=headers).get_json()
    rest = client.get(f"/api/v1/states?limit=200&cursor={listed['next']}", headers=headers).get_json()
    codes = [row["code"] for row in listed["items"] + rest["items"]]
    assert codes == sorted({*countries.COUNTRIES, *countries.HISTORIC})
    historic = client.get("/api/v1/states?historic=true", headers=headers).get_json()["items"]
    assert {"SU", "YU", "DD", "CS"} <= {row["code"] for row in historic}


def test_states_are_found_by_code_and_by_the_beginning_of_their_name(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app)

    def codes(text: str) -> list[str]:
        items = client.get("/api/v1/states", query_string={"q": text}, headers=headers).get_json()["items"]
        return [row["code"] for row in items]

    assert codes("br") == ["BN", "BR", "IO"]  # Brunei, Brazil, British Indian Ocean Territory
    assert codes("Portu") == ["PT"]
    assert codes("%") == []


@pytest.mark.parametrize("code", ["XX", "pt", "%00", "PTX"])
def test_a_state_that_is_none_is_not_found(client: FlaskClient, app: Flask, code: str) -> None:
    headers = bearer(app)
    assert client.get(f"/api/v1/states/{code}", headers=headers).status_code == 404


def test_a_historic_state_is_a_country_of_manufacture_only(office: Office) -> None:
    with office.look(EVERYTHING) as work:
        queries.check_country(work, "SU", "country_made", historic_ok=True)
        queries.check_country(work, None, "country")
        with pytest.raises(Invalid, match="historic"):
            queries.check_country(work, "SU", "country")
        with pytest.raises(Invalid, match="ISO 3166-1"):
            queries.check_country(work, "XX", "country_made", historic_ok=True)


def test_loading_again_changes_nothing(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        before = [work.session.scalar(select(func.count()).select_from(table)) for table in (State, Calibre)]
        reference.load(work)
        after = [work.session.scalar(select(func.count()).select_from(table)) for table in (State, Calibre)]
    assert before == after == [len(countries.COUNTRIES) + len(countries.HISTORIC), len(calibres.BY_CODE)]


def test_what_is_missing_is_loaded(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        work.session.delete(work.session.get_one(State, "AD"))
        work.session.flush()
        reference.load(work)
        assert queries.state(work, "AD").name == "Andorra"


def test_a_calibre_is_found_as_people_write_it(client: FlaskClient, app: Flask) -> None:
    headers = bearer(app, Role.TRADER)

    def found(text: str) -> list[str]:
        items = client.get("/api/v1/calibres", query_string={"q": text}, headers=headers).get_json()["items"]
        return [row["code"] for row in items]

    assert found("9mm Parabellum") == found("9 MM PARA") == ["9x19"]
    assert "9x19" in found("9 mm Lugar")
    assert found("wood") == []
    assert len(client.get("/api/v1/calibres?limit=200", headers=headers).get_json()["items"]) == len(
        calibres.BY_CODE
    )


def test_a_calibre_says_what_is_taken_for_it(client: FlaskClient, app: Flask) -> None:
    [row] = client.get("/api/v1/calibres?q=9x19", headers=bearer(app)).get_json()["items"]
    assert "380-acp" in row["confusable_with"]


def test_an_unknown_calibre_is_refused_with_what_may_be_meant() -> None:
    with pytest.raises(Invalid, match=r"Did you mean: .*9 mm Luger"):
        queries.calibre_of("9 mm Lugar", "calibre")
