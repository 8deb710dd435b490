"""Which column is which is settled once, remembered, and offered for the next file of the same system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.core.errors import Conflict, Invalid
from registry.core.work import Office
from registry.intake import acts, mapping_queries, mappings, queries, worker
from registry.intake.columns import placed
from registry.intake.queries import run_key
from schemas.intake import IntakeSetting
from schemas.intake_mappings import MappingNew
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import Role
from tests.firearms.world import World, make_world
from tests.intake.book import hand_in, read
from tests.makers import EVERYTHING, bearer, post, sign_in

COLUMNS = {"serial": "NR_ARMA", "maker": "COD_FAB", "calibre": "CAL_X", "country_made": "ORIG"}
FIRST = "NR_ARMA;COD_FAB;CAL_X;ORIG\nSA1;Taurus;9x19;BR\n"
NEXT = "orig;Obs;nr arma;cod fab;cal x\nBR;;SA2;Taurus;9x19\n"
"""The same columns as another version of that system writes them, and one more."""


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def settled(office: Office) -> queries.RunView:
    found = hand_in(office, FIRST, name="first.csv")
    with office.begin(EVERYTHING) as work:
        acts.settle(work, run_key(found.number), IntakeSetting(COLUMNS), found.version)
    worker.run_all(office)
    return read(office, found.number)


def test_columns_are_placed_in_another_file_where_all_of_them_are() -> None:
    assert placed(COLUMNS, ("orig", "Obs", "nr arma", "cod fab", "cal x")) == {
        "serial": "nr arma", "maker": "cod fab", "calibre": "cal x", "country_made": "orig",
    }  # fmt: skip
    assert placed(COLUMNS, ("orig", "nr arma", "cod fab")) is None
    assert placed({"serial": "№"}, ("№", "#")) == {"serial": "№"}
    assert placed({"serial": "A b"}, ("ab", "A b")) == {"serial": "A b"}


def test_what_was_settled_is_offered_taken_up_renamed_and_retired(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    first = settled(office)
    assert (first.good, first.bad) == (1, 0)
    officer = bearer(app, Role.AUTHORITY_OFFICER)

    def call(method: str, path: str, body: Any = None, etag: str = "") -> Any:
        headers = {**officer, "If-Match": etag} if etag else officer
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    told = {"intake": first.number, "name": "SIGMA of the state police"}
    made = call("POST", "/intake-mappings", told)
    assert (made.status_code, made.json["mapping"], made.json["kind"]) == (201, COLUMNS, "firearms")
    again = call("POST", "/intake-mappings", {**told, "name": "sigma OF the state-police"})
    assert (again.status_code, "remembered as SIGMA" in again.get_data(as_text=True)) == (409, True)
    assert call("POST", "/intake-mappings", {**told, "name": "!?"}).status_code == 422

    found = hand_in(office, NEXT, name="next.csv")
    assert (found.good, found.mapping) == (0, {})
    [offered] = call("GET", f"/intakes/{found.number}/mappings").json["items"]
    assert offered["number"] == made.json["number"]
    seen = call("GET", f"/intakes/{found.number}").headers["ETag"]
    taken = {"mapping": offered["number"]}
    for wrong in ({"mapping": 0}, {"mapping": offered["number"] + 1}, {}):
        assert call("POST", f"/intakes/{found.number}/mapping", wrong, seen).status_code in (404, 422)
    assert call("POST", f"/intakes/{found.number}/mapping", taken, seen).status_code == 200
    assert call("POST", f"/intakes/{found.number}/mapping", taken, seen).status_code == 412
    worker.run_all(office)
    assert (read(office, found.number).good, read(office, found.number).mapping["serial"]) == (1, "nr arma")

    at = f"/intake-mappings/{offered['number']}"
    etag = call("GET", at).headers["ETag"]
    assert call("PUT", at, {"name": "Sigma"}, etag).json["name"] == "Sigma"
    assert call("PUT", at, {"name": "Sigma 2"}, etag).status_code == 412
    etag = call("GET", at).headers["ETag"]
    retired = call("POST", f"{at}/retirement", {}, etag)
    assert (retired.status_code, retired.json["retired_by"] is None) == (200, False)
    etag = retired.headers["ETag"]
    assert call("POST", f"{at}/retirement", {}, etag).status_code == 409
    assert call("GET", f"/intakes/{found.number}/mappings").json["items"] == []
    assert call("GET", "/intake-mappings?kind=firearms").json["items"] == []
    assert [one["name"] for one in call("GET", "/intake-mappings?retired=true").json["items"]] == ["Sigma"]
    assert call("POST", "/intake-mappings", {**told, "name": "Sigma"}).status_code == 201
    with office.look(EVERYTHING) as work:
        told_ = text("SELECT op FROM ledger_change WHERE subject = 'intake_mapping' ORDER BY id")
        assert "".join(work.session.scalars(told_)) == "IUUI"


def test_it_is_offered_only_for_a_file_of_its_kind_that_has_its_columns(office: Office, world: World) -> None:
    with office.begin(EVERYTHING) as work:
        made = mappings.remember(work, MappingNew(settled(office).number, "Sigma"))
    other = hand_in(office, NEXT, kind=IntakeKind.PARTIES)
    lacking = hand_in(office, "NR_ARMA;COD_FAB\nSA3;Taurus\n")
    for found, why in ((other, "another kind"), (lacking, "not all of its columns")):
        with office.look(EVERYTHING) as work:
            assert mapping_queries.offered(work, run_key(found.number)) == []
        with pytest.raises(Invalid) as refused, office.begin(EVERYTHING) as work:
            mappings.take_up(work, run_key(found.number), made.number, found.version)
        assert why in refused.value.unmet[0].message
    bare = hand_in(office, "A;B\n1;2\n")
    with pytest.raises(Conflict, match="None of its columns"), office.begin(EVERYTHING) as work:
        mappings.remember(work, MappingNew(bare.number, "Bare"))


def test_pages_remember_offer_and_take_up(app: Flask, office: Office, world: World) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    first = f"/intakes/{settled(office).number}"
    assert post(browser, f"{first}/remembered", first, name=" ").status_code == 422
    assert post(browser, f"{first}/remembered", first, name="Sigma").status_code == 303
    found = hand_in(office, NEXT)
    at = f"/intakes/{found.number}"
    page = browser.get(at).get_data(as_text=True)
    assert "remembered as Sigma" in page
    with office.look(EVERYTHING) as work:
        [one] = mapping_queries.offered(work, run_key(found.number))
    sent = {"version": str(found.version), "mapping": str(one.number)}
    assert post(browser, f"{at}/mapping", at, **sent).status_code == 303
    worker.run_all(office)
    assert "remembered as Sigma" not in browser.get(at).get_data(as_text=True)
    listed = "/intake-mappings"
    assert "Sigma" in browser.get(listed).get_data(as_text=True)
    name = f"{listed}/{one.number}/name"
    assert post(browser, name, listed, version="1", name="?").status_code == 422
    assert post(browser, name, listed, version="1", name="Sigma 2").status_code == 303
    assert post(browser, f"{listed}/{one.number}/retirement", listed, version="1").status_code == 412
    assert post(browser, f"{listed}/{one.number}/retirement", listed, version="2").status_code == 303
    assert "No columns are remembered" in browser.get(listed).get_data(as_text=True)


def test_the_command_line_remembers_and_takes_up(
    app: Flask, office: Office, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "next.csv"
    file.write_text(NEXT)
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["intake", "check", str(file), "--mapping", "sigma"])
    assert (refused.exit_code, "remembered so" in refused.output) == (1, True)
    assert "4 columns" in runner.invoke(args=["intake", "remember", settled(office).number, "Sigma"]).output
    told = runner.invoke(args=["intake", "check", str(file), "--mapping", "sigma"]).output
    assert "1 good" in told, told
    listed = runner.invoke(args=["intake", "mappings"]).output
    assert "firearms  Sigma  4 columns" in listed
    number = listed.split()[0]
    assert "retired" in runner.invoke(args=["intake", "retire-mapping", number]).output
    assert runner.invoke(args=["intake", "retire-mapping", number]).exit_code == 1
