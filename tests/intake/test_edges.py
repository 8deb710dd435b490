"""Bringing a register in over the API, the pages and the command line; and names that companies share."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import Forbidden, Invalid
from registry.core.work import OPERATOR, Office
from registry.intake import acts, queries, worker
from registry.intake.queries import run_key
from schemas.intake import AliasNew, FaultsAsked
from schemas.intake_vocabulary import AliasField, IntakePolicy
from schemas.vocabulary import PartyKind, Role
from tests.firearms.world import World, make_world
from tests.intake.book import BOOK, HEAD, by_mark, enter, faults, hand_in, read, settle
from tests.makers import EVERYTHING, bearer, make_actor, make_party, post, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def test_only_the_authority_brings_in(office: Office, world: World) -> None:
    for role in (Role.POLICE, Role.CUSTOMS, Role.AUDITOR, Role.ADMINISTRATOR, Role.TRADER):
        with pytest.raises(Forbidden), office.begin(make_actor(role)) as work:
            acts.hand_in(work, BytesIO(BOOK.encode()), acts.FileTold("x.csv"))


def test_the_whole_way_over_the_api(app: Flask, client: FlaskClient, office: Office, world: World) -> None:
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    sent = {"name": "book.csv", "content": base64.b64encode(BOOK.encode()).decode()}
    made = client.post("/api/v1/intakes", json=sent, headers=officer)
    assert made.status_code == 201, made.json
    at = f"/api/v1/intakes/{made.json['number']}"
    assert made.json["mapping"]["serial"] == "Serial number"
    worker.run_all(office)
    found = client.get(at, headers=officer)
    assert (found.json["state"], found.json["bad"]) == ("checked", 2)
    rest = client.get(f"{at}/faults?after_line=5&limit=1", headers=officer).json["items"]
    assert [(one["line"], one["field"]) for one in rest] == [(6, "maker"), (6, "calibre"), (6, "year_made")]
    told = client.get(f"{at}/faults", headers=officer).json["items"]
    assert [one["line"] for one in told] == [5, 6, 6, 6]
    setting = {"mapping": found.json["mapping"], "constants": {"holder": world.dealer.number}}
    headers = {**officer, "If-Match": found.headers["ETag"]}
    assert client.put(f"{at}/settings", json={"mapping": {"x": "y"}}, headers=headers).status_code == 422
    assert client.put(f"{at}/settings", json=setting, headers=headers).status_code == 200
    assert client.post(f"{at}/start", json={}, headers=headers).status_code == 412
    worker.run_all(office)
    etag = client.get(at, headers=officer).headers["ETag"]
    started = client.post(f"{at}/start", json={}, headers={**officer, "If-Match": etag})
    assert started.json["state"] == "running"
    worker.run_all(office)
    assert client.get(at, headers=officer).json["entered"] == 3
    gun, _ = by_mark(office, "TAB1002")
    [source] = client.get(f"/api/v1/firearms/{gun.number}/sources", headers=officer).json["items"]
    assert (source["line"], source["doubts"][0]["value"]) == (3, "1998")
    alias = {"field": "maker", "text": "Tavrus", "value": world.maker.number}
    assert client.post("/api/v1/intake-words", json=alias, headers=officer).status_code == 200
    assert client.get("/api/v1/intake-words", headers=officer).json["items"][0]["value"] == world.maker.number
    for content in ("!!", base64.b64encode(b"\0\0").decode()):
        assert (
            client.post("/api/v1/intakes", json={**sent, "content": content}, headers=officer).status_code
            == 422
        )


def test_pages_hand_in_settle_and_enter(app: Flask, office: Office, world: World) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    refused = post(browser, "/intakes/new", policy="good_rows")
    assert (refused.status_code, "Choose a file" in refused.get_data(as_text=True)) == (422, True)
    made = post(browser, "/intakes/new", policy="good_rows", file=(BytesIO(BOOK.encode()), "book.csv"))
    assert made.status_code == 303, made.get_data(as_text=True)
    at = made.headers["Location"]
    assert "Working" in browser.get(at).get_data(as_text=True)
    worker.run_all(office)
    page = browser.get(at).get_data(as_text=True)
    assert "Tavrus" in page
    number = at.rpartition("/")[2]
    words = {"version": str(read(office, number).version), "field": "maker", "text": "Tavrus"}
    settled = post(browser, f"{at}/words", at, value=world.maker.number, **words)
    assert settled.status_code == 303
    worker.run_all(office)
    table = browser.get(f"{at}/faults.csv").get_data(as_text=True)
    assert "9 mm Nobody" in table
    assert "Tavrus" not in table
    version = str(read(office, number).version)
    assert post(browser, f"{at}/start", at, version=version).status_code == 303
    worker.run_all(office)
    assert "Done" in browser.get(at).get_data(as_text=True)
    assert "book.csv" in browser.get("/intakes").get_data(as_text=True)


def test_the_command_line_reads_enters_and_lists(
    app: Flask, office: Office, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "book.jsonl"
    rows = [{"serial": f"CL{n}", "maker": "Taurus", "calibre": "9x19", "country": "BR"} for n in range(5)]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    runner = app.test_cli_runner()
    told = runner.invoke(args=["intake", "check", str(file)]).output
    assert "5 good" in told, told
    number = told.split()[0]
    assert "5 entered" in runner.invoke(args=["intake", "start", number]).output
    assert number in runner.invoke(args=["intake", "list"]).output
    assert "handed in as" in runner.invoke(args=["intake", "check", str(file)]).output
    assert runner.invoke(args=["intake", "start", number]).exit_code == 1


def test_hostile_cells_are_faults_or_plain_text(app: Flask, office: Office, world: World) -> None:
    cells = ("=1+1", "'; DROP TABLE firearm;--", "<script>", "\u202eAB1", "A" * 500, "ＡＢ１", "@SUM(A1)")
    rows = "".join(f'"{cell}";Taurus;pistol;"=cmd";9x19;BR;;;;;;\n' for cell in cells)
    found = hand_in(office, HEAD + rows)
    assert found.good + found.bad == len(cells)
    done = enter(office, found)
    assert done.entered == found.good
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    assert "<script>" not in browser.get(f"/intakes/{found.number}").get_data(as_text=True).split("<main")[1]
    table = browser.get(f"/intakes/{found.number}/faults.csv").get_data(as_text=True)
    assert "\n=" not in table


def test_a_maker_is_found_beside_a_dealer_of_its_name(office: Office, world: World) -> None:
    with office.begin(EVERYTHING) as work:
        make_party(work, PartyKind.DEALER, "Forjas Taurus", country="AR")
    assert hand_in(office, HEAD + "TAB9;Forjas Taurus;pistol;;9x19;BR;;;;;;\n").good == 1


def test_which_of_several_companies_of_a_name_is_meant_is_asked(office: Office, world: World) -> None:
    """A short name is often that of two: nobody becomes the maker, or the seller, because they came first."""
    with office.begin(EVERYTHING) as work:
        other = make_party(work, PartyKind.MAKER, "Taurus International", country="US", short_name="Taurus")
    numbers = {world.maker.number, other.number}
    rows = (
        "TAB7;Taurus;pistol;PT 92;9x19;BR;1998;03/04/1998;Forjas Taurus;;;\n"
        f"TAB8;{other.number};pistol;PT 92;9x19;US;1998;03/04/1998;Taurus;;;\n"
    )
    found = settle(office, hand_in(office, HEAD + rows), holder=world.dealer.number)
    assert faults(office, found) == [(2, "maker", "Taurus"), (3, "acquired_from", "Taurus")]
    with office.look(OPERATOR) as work:
        told = queries.faults(work, run_key(found.number), FaultsAsked())
    assert all(number in fault.suggestion for fault in told for number in numbers)
    assert {fault.reason for fault in told} == {
        "Several companies are called so: tell the number of the one."
    }
    with pytest.raises(Invalid) as refused:
        settle(office, found, holder="Taurus")
    assert refused.value.unmet[0].field == "constants.holder"
    with office.begin(OPERATOR) as work:
        acts.confirm(work, AliasNew(AliasField.MAKER, "Taurus", other.number))
    assert settle(office, read(office, found.number)).good == 1


def test_settings_of_the_page_are_bounded_as_those_of_the_api(
    app: Flask, office: Office, world: World
) -> None:
    found = hand_in(office, BOOK)
    browser, at = sign_in(app, Role.AUTHORITY_OFFICER), f"/intakes/{found.number}"
    told = {f"mapping-{name}": column for name, column in found.mapping.items()}
    told["version"] = str(found.version)
    long = post(browser, f"{at}/settings", at, **told, **{"constants-model": "x" * 201})
    assert long.status_code == 422
    kept = {**told, "constants-holder": world.dealer.number, "policy": "all_or_nothing"}
    assert post(browser, f"{at}/settings", at, **kept).status_code == 303
    settled = read(office, found.number)
    assert (settled.mapping, settled.policy) == (found.mapping, IntakePolicy.ALL_OR_NOTHING)
    assert settled.constants == {"holder": world.dealer.number}
