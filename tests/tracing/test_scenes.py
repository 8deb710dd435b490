"""Cartridges of a scene: which they may be, who may have had them all, and what points to diversion."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import acts, stock_acts
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.tracing import anonymity
from schemas.ammunition import LotNew, MovementNew, SaleNew
from schemas.ammunition_stock import Counted, CountNew
from schemas.ammunition_vocabulary import CartridgeState
from schemas.tracing import Share
from schemas.vocabulary import MarkingScheme, MovementKind, PartyKind, Role
from tests.makers import EVERYTHING, bearer, make_party, post, sign_in

MADE, SOLD, ISSUED = date(2010, 1, 4), date(2010, 3, 2), date(2012, 5, 1)


def test_what_is_excluded_is_said_and_the_place_comes_first() -> None:
    then = (
        Share("P-1", "Corps", 50, "held", unit="1st"), Share("P-1", "Corps", 20, "held", unit="Recife"),
        Share(None, "expended", 10, "expended"), Share(None, "destroyed", 5, "destroyed"),
    )  # fmt: skip
    later = (*then, Share("P-2", "Navy", 7, "held"))
    found = anonymity.judged(then, later, CartridgeState.ROUND, "Recife", {})
    assert [(s.name, s.unit, s.near, bool(s.excluded)) for s in found] == [
        ("Corps", "Recife", True, False), ("Corps", "1st", False, False), ("expended", "", False, True),
        ("destroyed", "", False, True), ("Navy", "", False, True),
    ]  # fmt: skip
    fired = anonymity.judged(then, then, CartridgeState.CASE, "", {})
    assert sum(share.quantity for share in anonymity.possible(fired).values()) == 80


def test_only_holders_of_every_lot_are_shared() -> None:
    one = {("P-1", ""): Share("P-1", "A", 5), ("P-2", "x"): Share("P-2", "B", 9)}
    two = {("P-2", "x"): Share("P-2", "B", 3), ("P-3", ""): Share("P-3", "C", 1)}
    assert [(s.name, s.quantity) for s in anonymity.shared([one, two])] == [("B", 12)]
    assert anonymity.shared([]) == []


@pytest.fixture
def police(app: Flask) -> dict[str, str]:
    return bearer(app, Role.POLICE)


@pytest.fixture
def lots(office: Office) -> list[int]:
    """AEO57 and AYA77 of one maker; a corps had both, a second body only the first."""
    with office.begin(EVERYTHING) as work:
        maker = make_party(
            work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC"
        ).number
        corps = make_party(work, PartyKind.PUBLIC_BODY, "Polícia Militar", place="Rio de Janeiro").number
        other = make_party(work, PartyKind.PUBLIC_BODY, "Guarda").number
        keys = []
        for code in ("AEO57", "AYA77"):
            new = LotNew(
                maker, code, "40-sw", code, "p", 5_000, MADE, MarkingScheme.LOT_CODE, historical=True
            )
            keys.append(parse_registry_number("L", acts.register_lot(work, new).number))
        for key, buyer, quantity in (
            (keys[0], corps, 3_000),
            (keys[0], other, 1_000),
            (keys[1], corps, 4_000),
        ):
            acts.sell(work, key, SaleNew(maker, buyer, SOLD, "EB-1", "1", "1", SOLD, "1", SOLD, quantity))
        for key in keys:
            issue = MovementNew(MovementKind.ISSUED, ISSUED, corps, corps, 500, to_unit="15 BPM")
            acts.move(work, key, issue)
    return keys


def scene(**given: Any) -> dict[str, Any]:
    return {
        "case_number": "2015/9", "purpose": "criminal_investigation", "found_on": "2015-08-13",
        "place": "Rio de Janeiro", "lines": [{"code": "AEO57"}, {"code": "AYA-77", "count": 3}],
    } | given  # fmt: skip


def test_cartridges_of_one_scene_are_intersected(
    client: FlaskClient, police: dict[str, str], lots: list[int]
) -> None:
    made = client.post("/api/v1/scenes", json=scene(), headers=police)
    assert made.status_code == 201, made.json
    answer = made.json["answer"]
    shared = [(s["name"], s["unit"], s["quantity"]) for s in answer["shared"] if s["number"]]
    assert shared[:2] == [("Polícia Militar", "15 BPM", 1_000), ("Polícia Militar", "", 6_000)]
    assert {name for name, _, _ in shared} == {"Polícia Militar", "Companhia Brasileira de Cartuchos"}
    assert [line["possible"] for line in answer["lines"]] == [5_000, 5_000]
    kept = client.get(f"/api/v1/scenes/{made.json['number']}", headers=police).json
    assert kept["answer"] == answer


def test_who_had_them_only_afterwards_is_excluded(
    client: FlaskClient, police: dict[str, str], lots: list[int]
) -> None:
    early = client.post("/api/v1/scenes", json=scene(found_on="2011-01-01"), headers=police).json["answer"]
    assert ("15 BPM" in str(early["shared"]), len(early["shared"])) == (False, 2)


def test_damaged_codes_and_look_alikes_lead_to_the_lot_and_say_so(
    client: FlaskClient, police: dict[str, str], lots: list[int]
) -> None:
    lines = [{"code": "AE057"}, {"code": "AYA?7", "state": "reloaded"}, {"code": "ZZZ99"}]
    answer = client.post("/api/v1/scenes", json=scene(lines=lines), headers=police).json["answer"]
    assert [bool(line["lot"]) for line in answer["lines"]] == [True, True, False]
    assert {"matched_by_look_alike", "reloaded_case"} <= {finding["kind"] for finding in answer["findings"]}


def test_a_lot_found_again_far_away_and_a_loss_reported_late_are_alarms(
    office: Office, client: FlaskClient, police: dict[str, str], lots: list[int]
) -> None:
    rio = scene(latitude=-22_900_000, longitude=-43_200_000)
    assert client.post("/api/v1/scenes", json=rio, headers=police).status_code == 201
    with office.begin(EVERYTHING) as work:
        giver = acts.queries.lot(work, lots[0]).holders[0].party
        assert giver is not None
        acts.move(work, lots[0], MovementNew(MovementKind.LOST, date(2015, 1, 1), giver.number, quantity=7))
    recife = scene(latitude=-8_050_000, longitude=-34_900_000, place="Recife", case_number="2015/10")
    answer = client.post("/api/v1/scenes", json=recife, headers=police).json["answer"]
    kinds = {finding["kind"] for finding in answer["findings"]}
    assert {"lot_recovered_again", "scenes_far_apart", "loss_reported_afterwards"} <= kinds


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"found_on": "2999-01-01"}, "found_on"),
        ({"lines": []}, "lines"),
        ({"lines": [{"code": "AEO57"}, {"code": "---"}]}, "lines.1.code"),
        ({"latitude": 5}, "longitude"),
    ],
)
def test_bad_scenes_name_the_line(
    client: FlaskClient, police: dict[str, str], lots: list[int], change: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/scenes", json=scene(**change), headers=police)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


def test_a_grid_and_paste_from_a_spreadsheet(app: Flask, lots: list[int]) -> None:
    browser = sign_in(app, Role.POLICE)
    told = {key: value for key, value in scene().items() if key != "lines"}
    form = {
        **told,
        "lines-0-code": "AEO57",
        "lines-1-state": "case",
        "paste": "AYA77\tCBC\t.40 S&W\t\tcase\t3",
    }
    made = post(browser, "/scenes/new", **form)
    assert made.status_code == 303, made.get_data(as_text=True)
    page = browser.get(made.headers["Location"]).get_data(as_text=True)
    assert "15 BPM" in page
    assert "2015/9" in browser.get("/scenes").get_data(as_text=True)
    assert post(browser, "/scenes/new", **told).status_code == 422
    assert sign_in(app, Role.POLICE).get(made.headers["Location"]).status_code == 404


def test_a_stock_that_does_not_add_up_is_an_alarm_in_every_trace_of_the_lot(
    office: Office, client: FlaskClient, police: dict[str, str], lots: list[int]
) -> None:
    with office.begin(EVERYTHING) as work:
        holder = acts.queries.lot(work, lots[0]).holders[0]
        assert holder.party is not None
        line = Counted(acts.queries.lot_number(lots[0]), holder.quantity - 74)
        stock_acts.count_stock(work, CountNew(holder.party.number, work.today, [line]))
    answer = client.post("/api/v1/scenes", json=scene(), headers=police).json["answer"]
    (found,) = [f for f in answer["findings"] if f["kind"] == "stock_does_not_add_up"]
    assert found["severity"] == "alarm"
    assert "74 cartridges are missing" in found["text"]
    asked = {"kind": "cartridge", "code": "AEO57", "purpose": "recovered_firearm", "case_number": "1"}
    trace = client.post("/api/v1/traces", json=asked, headers=police).json
    kinds = {finding["kind"] for finding in trace["findings"]}
    assert {"stock_does_not_add_up", "lot_recovered_again"} <= kinds


def test_the_report_of_a_scene_is_a_pdf_that_says_what_is_certain_possible_and_excluded(
    app: Flask, client: FlaskClient, police: dict[str, str], lots: list[int], tmp_path: Path
) -> None:
    made = client.post("/api/v1/scenes", json=scene(), headers=police).json
    assert made["answer"]["certainty"]["excluded"] == [
        "Guarda alone: no cartridge of AYA77 (L-000000002-Q) is recorded there."
    ]
    assert [lot["mark"] for lot in made["answer"]["lots"]] == ["AEO57", "AYA77"]
    path = f"/scenes/{made['number']}/report.pdf"
    by_api = client.get(f"/api/v1{path}", headers=police)
    assert by_api.data.startswith(b"%PDF")
    file = tmp_path / "scene.pdf"
    file.write_bytes(by_api.data)
    text = run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    for words in ("Certain", "Excluded", "Polícia Militar", "Guarda alone", "Lot AYA77 by itself"):
        assert words in text
    assert client.get(f"/api/v1{path}", headers=bearer(app, Role.POLICE)).status_code == 404


def test_a_scene_comes_from_a_file_at_the_command_line(app: Flask, lots: list[int], tmp_path: Path) -> None:
    file, pdf = tmp_path / "scene.csv", tmp_path / "scene.pdf"
    file.write_text("code;maker;calibre;position;state;count\nAEO57;;;;case;2\nAYA-77;CBC\n")
    told = ["--case", "2015/9", "--on", "2015-08-13", "--place", "Rio de Janeiro", "--pdf", str(pdf)]
    done = app.test_cli_runner().invoke(args=["trace", "scene", str(file), *told])
    assert done.exit_code == 0, done.output
    assert "Polícia Militar, 15 BPM" in done.output
    assert pdf.read_bytes().startswith(b"%PDF")
    wrong = app.test_cli_runner().invoke(args=["trace", "scene", str(file), *told[:3], "31/12", *told[4:]])
    assert wrong.exit_code == 2
