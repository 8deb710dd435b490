"""Traces: the same answers on both engines, and each search kept."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.ammunition import acts as ammunition
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.firearms import conflicts
from registry.tracing.tables import Trace
from schemas.ammunition import LotNew, MovementNew, PackNew, SaleNew
from schemas.firearms import CustodyNew, DecisionNew, MarkNew
from schemas.tracing import AnswerSchema
from schemas.vocabulary import (
    ConflictDecision,
    CustodyKind,
    DocumentKind,
    MarkCondition,
    MarkingScheme,
    MarkKind,
    MovementKind,
    PackageLevel,
    PartyKind,
    Role,
)
from tests.firearms.world import World, made, make_world, register, serial, sold
from tests.makers import EVERYTHING, agreed, bearer, make_party
from tests.naughty import NAUGHTY, public_list

WHY = {"purpose": "recovered_firearm", "case_number": "2026/118"}


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def police(app: Flask) -> dict[str, str]:
    return bearer(app, Role.POLICE)


def ask(client: FlaskClient, headers: dict[str, str], **told: Any) -> dict[str, Any]:
    """A trace that is answered."""
    answer = client.post("/api/v1/traces", json={"kind": "firearm", **WHY, **told}, headers=headers)
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    assert AnswerSchema().validate({name: found[name] for name in AnswerSchema().fields}) == {}
    return found


def kinds(found: dict[str, Any]) -> set[str]:
    return {finding["kind"] for finding in found["findings"]}


def numbers(found: dict[str, Any]) -> list[str]:
    return [candidate["number"] for candidate in found["candidates"]]


def test_a_legible_mark_leads_to_one_firearm_and_each_step_in_order(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    gun = register(
        office,
        world,
        made(world),
        sold(world.maker, world.dealer),
        sold(world.dealer, world.person, date(2003, 7, 1)),
    )
    found = ask(client, police, mark="tab 12345", maker="Taurus", calibre="9x19")
    assert (found["outcome"], numbers(found)) == ("identified", [gun.number])
    assert found["candidates"][0]["match"] == "exact"
    assert found["candidates"][0]["agrees"] == ["maker", "calibre"]
    assert [(s["date"], s["kind"]) for s in found["steps"]] == [
        ("2001-02-03", "manufactured"), ("2001-05-03", "sold"), ("2003-07-01", "sold"),
    ]  # fmt: skip
    assert found["steps"][1]["document_number"] == "NF-1"
    assert found["last_holder"] == "João da Silva"
    assert found["certainty"]["level"] == "certain"


def test_personal_names_stay_with_those_who_may_read_them(
    app: Flask, office: Office, client: FlaskClient, world: World
) -> None:
    register(office, world, made(world), sold(world.maker, world.person))
    found = ask(client, bearer(app, Role.CUSTOMS), mark="TAB12345")
    assert found["last_holder"] == world.person.number
    assert "João" not in json.dumps(found, ensure_ascii=False)


def test_two_makers_with_one_serial_stay_candidates_until_the_maker_is_told(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    first = register(office, world)
    made_there = CustodyNew(CustodyKind.MANUFACTURED, date(2001, 2, 3), to_party=world.other_maker.number)
    second = register(office, world, made_there, maker=world.other_maker.number)
    both = ask(client, police, mark="TAB12345")
    assert (both["outcome"], set(numbers(both))) == ("candidates", {first.number, second.number})
    assert both["steps"] == []
    one = ask(client, police, mark="TAB12345", maker="rossi")
    assert (one["outcome"], numbers(one)[0]) == ("identified", second.number)
    assert one["candidates"][1]["differs"] == ["maker"]


def test_look_alikes_are_found_and_told_apart(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    register(office, world, marks=(serial("TAB12O45"),))
    found = ask(client, police, mark="TAB12045")
    assert (found["outcome"], found["candidates"][0]["match"]) == ("candidates", "folded")
    assert "matched_by_look_alike" in kinds(found)
    assert found["certainty"]["level"] in ("possible", "probable")


@pytest.mark.parametrize("mark", ["TAB1?345", "TAB*", "*2345", "T?B?2?4?", "*B123*"])
def test_damaged_marks_find_the_firearm(
    office: Office, client: FlaskClient, police: dict[str, str], world: World, mark: str
) -> None:
    gun = register(office, world)
    register(office, world, made(world), marks=(serial("XKX9999"),))
    found = ask(client, police, mark=mark)
    assert numbers(found) == [gun.number]
    assert found["candidates"][0]["match"] == "partial"
    assert len(found["steps"]) == 2


def test_a_registry_number_finds_its_record(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    gun = register(office, world)
    assert ask(client, police, mark=gun.number.lower())["outcome"] == "identified"


def test_what_was_exported_names_the_state_to_ask_and_the_licence(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    left = CustodyNew(
        CustodyKind.EXPORTED,
        date(2010, 1, 2),
        from_party=world.dealer.number,
        country="PY",
        document_kind=DocumentKind.EXPORT_LICENCE,
        document_number="BR-EXP-77",
    )
    register(office, world, made(world), sold(world.maker, world.dealer), left)
    found = ask(client, police, mark="TAB12345")
    assert found["outcome"] == "left_the_country"
    assert (found["next_state"]["code"], found["next_state"]["document_number"]) == ("PY", "BR-EXP-77")


def test_nothing_in_the_records_says_so_and_whom_to_ask(
    client: FlaskClient, police: dict[str, str], world: World
) -> None:
    found = ask(client, police, mark="ZZZ999", country="AT")
    assert (found["outcome"], found["candidates"], found["certainty"]["level"]) == (
        "not_in_records",
        [],
        "none",
    )
    assert found["next_state"]["code"] == "AT"


def test_findings_speak_of_theft_alteration_and_time_to_recovery(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    stolen = CustodyNew(CustodyKind.STOLEN, date(2003, 1, 1), from_party=world.dealer.number)
    mark = serial(condition=MarkCondition.RESTORED)
    deactivated = MarkNew(MarkKind.DEACTIVATION, "EU BR X 10")
    register(office, world, made(world), sold(world.maker, world.dealer), stolen, marks=(mark, deactivated))
    found = ask(client, police, mark="TAB12345", recovered_on="2001-06-02")
    assert kinds(found) >= {"reported_stolen", "mark_altered", "deactivated", "time_to_recovery"}
    assert any("30 days" in finding["text"] for finding in found["findings"])
    assert found["findings"][0]["severity"] == "alarm"


def test_an_identity_in_conflict_is_never_identified(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    first, second = register(office, world), register(office, world)
    found = ask(client, police, mark="TAB12345", maker="Taurus", calibre="9x19")
    assert found["outcome"] == "candidates"
    assert "identity_conflict" in kinds(found)
    decision = DecisionNew(ConflictDecision.SAME_FIREARM, "typed twice", keep=first.number)
    agreed(office, lambda work: conflicts.propose(work, second.conflicts[0], decision, 1))
    settled = ask(client, police, mark="TAB12345", maker="Taurus")
    assert numbers(settled)[0] == first.number


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"mark": ""}, "mark"),
        ({"mark": "NONE"}, "mark"),
        ({"mark": "0000"}, "mark"),
        ({"mark": "?*"}, "mark"),
        ({"mark": "*?*?*?*?*?*?AB"}, "mark"),
        ({"mark": "A" * 10_000}, "mark"),
        ({"mark": "A\u202eB12"}, "mark"),
        ({"mark": "TAB12345", "calibre": "foo"}, "calibre"),
        ({"mark": "TAB12345", "country": "ZZ"}, "country"),
        ({"mark": "TAB12345", "recovered_on": "2999-01-01"}, "recovered_on"),
        ({"mark": "TAB12345", "case_number": ""}, "case_number"),
        ({"mark": "TAB12345", "purpose": "curiosity"}, "purpose"),
        ({"mark": 12345}, "mark"),
        ({"mark": "TAB12345", "suspect": "João"}, "suspect"),
        ({"kind": "cartridge"}, "code"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_by_name_and_not_kept(
    office: Office, client: FlaskClient, police: dict[str, str], told: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/traces", json={"kind": "firearm", **WHY, **told}, headers=police)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Trace)) == 0


def test_naughty_marks_are_answered_or_refused(client: FlaskClient, police: dict[str, str]) -> None:
    for text in NAUGHTY:
        for told in ({"mark": text}, {"kind": "cartridge", "code": text}, {"mark": "AB12", "maker": text}):
            answer = client.post("/api/v1/traces", json={"kind": "firearm", **WHY, **told}, headers=police)
            assert answer.status_code in (201, 422), (text, answer.status_code)


def test_the_public_list_of_naughty_texts_is_answered_or_refused(
    client: FlaskClient, police: dict[str, str]
) -> None:
    for text in public_list():
        told = {"kind": "firearm", **WHY, "mark": text, "recovered_place": text[:100]}
        answer = client.post("/api/v1/traces", json=told, headers=police)
        assert answer.status_code in (201, 422), (text, answer.status_code)


def test_every_search_is_kept_with_who_asked_why_and_what_was_answered(
    app: Flask, office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    register(office, world)
    found = ask(client, police, mark="TAB12345")
    again = client.get(f"/api/v1/traces/{found['number']}", headers=police)
    assert again.json == found
    listed = client.get("/api/v1/traces", query_string={"case_number": "2026/118"}, headers=police).json[
        "items"
    ]
    assert [(row["number"], row["purpose"], row["read"]) for row in listed] == [
        (found["number"], "recovered_firearm", "TAB12345")
    ]
    other = bearer(app, Role.POLICE)
    assert client.get(f"/api/v1/traces/{found['number']}", headers=other).status_code == 404
    auditor = bearer(app, Role.AUDITOR)
    assert client.get(f"/api/v1/traces/{found['number']}", headers=auditor).status_code == 200


def test_the_same_key_asks_once(office: Office, client: FlaskClient, police: dict[str, str]) -> None:
    sent = {"json": {"kind": "firearm", "mark": "AB12", **WHY}, "headers": {**police, "Idempotency-Key": "k"}}
    first, second = client.post("/api/v1/traces", **sent), client.post("/api/v1/traces", **sent)
    assert first.data == second.data
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Trace)) == 1


def lot(
    office: Office, world: World, calibre: str, quantity: int, scheme: MarkingScheme, **given: Any
) -> int:
    """A lot UZZ18 of CBC."""
    with office.begin(EVERYTHING) as work:
        maker = (
            given.pop("maker", None)
            or make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number
        )
        new = LotNew(
            maker,
            "UZZ18",
            calibre,
            "P-" + calibre,
            "product",
            quantity,
            date(2006, 11, 1),
            scheme,
            historical=quantity > 10_000,
            **given,
        )
        view = ammunition.register_lot(work, new)
        return parse_registry_number("L", view.number)


def sale(office: Office, key: int, seller: str, buyer: str, quantity: int, **given: Any) -> None:
    day = given.pop("day", date(2006, 12, 29))
    with office.begin(EVERYTHING) as work:
        ammunition.sell(
            work, key, SaleNew(seller, buyer, day, "AUT", "NF", "1", day, "GT", day, quantity, **given)
        )


@pytest.fixture
def uzz18(office: Office, world: World) -> str:
    """The public facts: 1,859,000 of 9 mm to the Federal Police, and a 7.62 lot with the same code."""
    with office.begin(EVERYTHING) as work:
        cbc = make_party(work, PartyKind.MAKER, "Companhia Brasileira de Cartuchos", short_name="CBC").number
        dpf = make_party(
            work, PartyKind.PUBLIC_BODY, "Departamento de Polícia Federal", short_name="DPF"
        ).number
    nine = lot(office, world, "9x19", 1_859_000, MarkingScheme.LOT_CODE, maker=cbc)
    sale(office, nine, cbc, dpf, 1_859_000)
    other = lot(office, world, "7.62x51", 10_000, MarkingScheme.LOT_CODE, maker=cbc)
    sale(office, other, cbc, world.dealer.number, 4_000)
    return cbc


def test_uzz18_names_its_buyer_its_quantity_and_the_broken_limit(
    client: FlaskClient, police: dict[str, str], uzz18: str
) -> None:
    found = ask(client, police, kind="cartridge", code="UZZ-18", maker="CBC", calibre="9x19")
    assert found["outcome"] == "lot_identified"
    buyer = found["candidates"][0]["buyers"][0]
    assert (buyer["name"], buyer["quantity"], buyer["date"]) == (
        "Departamento de Polícia Federal", 1_859_000, "2006-12-29",
    )  # fmt: skip
    assert kinds(found) == {"lot_above_limit", "code_on_several_lots"}
    assert found["certainty"]["level"] == "probable"
    assert "1,859,000 cartridges bear it" in found["certainty"]["statement"]
    assert [step["kind"] for step in found["steps"]] == ["manufactured", "sold"]


def test_uzz18_without_a_calibre_is_two_lots(client: FlaskClient, police: dict[str, str], uzz18: str) -> None:
    found = ask(client, police, kind="cartridge", code="UZZ18")
    assert found["outcome"] == "candidates"
    assert {c["calibre"] for c in found["candidates"]} == {"9 mm Luger", "7.62x51 mm NATO"}


def test_a_lot_of_several_buyers_leaves_the_buyer_open(
    office: Office, client: FlaskClient, police: dict[str, str], world: World, uzz18: str
) -> None:
    found = ask(client, police, kind="cartridge", code="UZZ18", calibre="7.62x51")
    assert found["outcome"] == "lot_identified"
    sale(office, parse_registry_number("L", numbers(found)[0]), uzz18, world.other_maker.number, 1_000)
    found = ask(client, police, kind="cartridge", code="UZZ18", calibre="7.62x51")
    assert "lot_several_buyers" in kinds(found)
    assert found["certainty"]["level"] == "possible"
    assert {share["name"]: share["quantity"] for share in found["candidates"][0]["holders"]} == {
        "Companhia Brasileira de Cartuchos": 5_000, "Casa do Caçador": 4_000, "Amadeo Rossi": 1_000,
    }  # fmt: skip


def test_one_serialised_cartridge_leads_to_its_last_holder(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    with office.begin(EVERYTHING) as work:
        cbc = make_party(work, PartyKind.MAKER, "CBC Cartuchos", short_name="CBC").number
    register(office, world, made(world), sold(world.maker, world.person))
    key = lot(office, world, "9x19", 10_000, MarkingScheme.SERIALISED, maker=cbc)
    with office.begin(EVERYTHING) as work:
        ammunition.pack(work, key, PackNew(PackageLevel.UNIT_BOX, 50))
    sale(office, key, cbc, world.dealer.number, 1_000)
    sale(office, key, world.dealer.number, world.person.number, 50, day=date(2007, 1, 5))
    with office.begin(EVERYTHING) as work:
        used = MovementNew(MovementKind.EXPENDED, date(2007, 2, 1), world.person.number, quantity=10)
        ammunition.move(work, key, used)
    found = ask(client, police, kind="cartridge", code="UZZ18", position=37)
    assert (found["outcome"], found["last_holder"]) == ("identified", "João da Silva")
    assert [step["kind"] for step in found["steps"]] == ["manufactured", "sold", "sold"]
    assert [s["kind"] for s in ask(client, police, kind="cartridge", code="UZZ18", position=7)["steps"]][
        -1
    ] == "expended"
    beyond = client.post(
        "/api/v1/traces",
        json={"kind": "cartridge", "code": "UZZ18", "position": 10_001, **WHY},
        headers=police,
    )
    assert (beyond.status_code, beyond.json["errors"][0]["field"]) == (422, "position")


def test_the_report_says_what_the_answer_said(
    office: Office, client: FlaskClient, police: dict[str, str], world: World
) -> None:
    gun = register(office, world)
    found = ask(client, police, mark="TAB12345", maker="Taurus")
    printed = client.get(f"/api/v1/traces/{found['number']}/report.pdf", headers=police)
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=printed.data, capture_output=True, check=True
    )
    words = text.stdout.decode()
    for expected in (found["number"], gun.number, "2026/118", "Casa do Caçador", "Page 1 of 1", "NF-1"):
        assert expected in words, expected


def test_the_command_line_gives_the_same_answer(app: Flask, office: Office, world: World, uzz18: str) -> None:
    register(office, world)
    runner = app.test_cli_runner()
    ran = runner.invoke(args=["trace", "cartridge", "UZZ18", "--maker", "CBC", "--calibre", "9x19", "--json"])
    found = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert set(found) >= {"outcome", "candidates", "steps", "findings", "next_state", "certainty"}
    assert found["candidates"][0]["buyers"][0]["quantity"] == 1_859_000
    assert "João" not in ran.stdout
    assert "TAB12345" in runner.invoke(args=["trace", "firearm", "TAB12345"]).output
    assert runner.invoke(args=["trace", "firearm", "NOSUCH99"]).exit_code == 1
    assert runner.invoke(args=["trace", "firearm", "?*"]).exit_code == 2
