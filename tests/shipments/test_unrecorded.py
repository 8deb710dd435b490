"""Goods that no record describes when they come: cartridges of lots made abroad, parts without a serial."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.ammunition import acts as ammunition
from registry.ammunition import queries as lots
from registry.core.errors import Conflict, Invalid, NotFound, Refused, RegistryError
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.licensing import acts as licensing
from registry.licensing.queries import licence, licence_key
from registry.shipments import acts, clearing
from registry.shipments.queries import shipment_key
from registry.tracing import acts as tracing
from schemas import licensing as told
from schemas import shipments as shapes
from schemas.ammunition import LotNew
from schemas.paging import PageAsked
from schemas.shipments_vocabulary import Verdict
from schemas.tracing import Question
from schemas.vocabulary import MarkingScheme, PartyKind, Purpose, Role, TraceKind
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING, bearer, make_account, make_party, make_token, post, sign_in
from tests.shipments import world
from tests.shipments.world import PORT, Licensed, announce, check_all, clear, read


@pytest.fixture
def port(office: Office) -> Actor:
    world.open_offices(office)
    return world.customs(office)


@pytest.fixture
def maker(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.MAKER, name="Sellier & Bellot", country="CZ").number


def scan(office: Office, number: str, code: str, by: Actor) -> str:
    with office.begin(by) as work:
        return clearing.scan(work, shipment_key(number), shapes.ScanNew(code)).verdict


def let_in(office: Office, licensed: Licensed, quantity: int, maker: str, port: Actor) -> str:
    """A shipment of cartridges, told of, scanned and cleared; the number of the first lot it made."""
    number = announce(office, licensed, {1: quantity}).number
    world.tell_lots(office, number, maker)
    for code in licensed.serials:
        scan(office, number, code, port)
    done = clear(office, number, port)
    assert done.state == "received"
    return done.lines[0].items[0].lot or ""


def words(error: RegistryError) -> str:
    return " ".join(f"{unmet.message} ({unmet.article})" for unmet in error.unmet)


def test_clearance_puts_a_lot_made_abroad_on_record_with_its_importer(
    office: Office, port: Actor, maker: str
) -> None:
    licensed = world.rounds_licence(office, ("SB-24A", 5_000))
    number = announce(office, licensed, {1: 2_000}).number
    assert scan(office, number, "SB24A", port) == Verdict.MATCHES
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "its maker, product and day of production are not told yet. (FP 7(a))" in words(refused.value)
    world.tell_lots(office, number, maker)
    cleared = clear(office, number, port, seal="BR-1")
    with office.look(EVERYTHING) as work:
        lot = lots.lot(work, parse_registry_number("L", cleared.lines[0].items[0].lot or ""))
        came = lots.movements(work, parse_registry_number("L", lot.number), PageAsked()).items[0]
        (crossing,) = [
            finding
            for finding in tracing.find(work, question("SB-24A")).findings
            if licensed.number in finding.text
        ]
    assert (lot.code, lot.quantity, lot.calibre_name, lot.consignment) == ("SB-24A", 2_000, "9 mm Luger", 1)
    assert [(share.party and share.party.number, share.quantity) for share in lot.holders] == [
        (licensed.holder, 2_000)
    ]
    assert (came.kind, came.document, came.place) == ("imported", licensed.number, f"Customs {PORT}")
    assert "Imported from" in crossing.text


def question(code: str) -> Question:
    return Question(TraceKind.CARTRIDGE, Purpose.CRIMINAL_INVESTIGATION, "C 1", code=code)


def test_what_comes_again_of_a_lot_is_a_consignment_by_itself(
    office: Office, port: Actor, maker: str
) -> None:
    licensed = world.rounds_licence(office, ("SB-24A", 5_000))
    other = world.rounds_licence(office, ("SB 24A", 700))
    numbers = [
        let_in(office, licensed, 2_000, maker, port),
        let_in(office, licensed, 3_000, maker, port),
        let_in(office, other, 700, maker, port),
    ]
    with office.look(EVERYTHING) as work:
        found = [lots.lot(work, parse_registry_number("L", number)) for number in numbers]
        answer = tracing.find(work, question("SB24A"))
        assert licence(work, licence_key(licensed.number)).state == "exhausted"
    assert [(lot.consignment, lot.quantity) for lot in found] == [(1, 2_000), (2, 3_000), (3, 700)]
    assert {candidate.number for candidate in answer.candidates} == set(numbers)
    held = {share.number for candidate in answer.candidates for share in candidate.holders}
    assert held == {licensed.holder, other.holder}


def test_cartridges_of_a_lot_are_not_announced_twice(office: Office, port: Actor) -> None:
    licensed = world.rounds_licence(office, ("A1", 500), ("A2", 500))
    first = announce(office, licensed, {1: 700})
    assert [(item.name, item.quantity) for item in first.lines[0].items] == [
        ("Sellier A1", 500),
        ("Sellier A2", 200),
    ]
    with pytest.raises(Refused) as refused:
        announce(office, licensed, {1: 400})
    assert "300 of 400 are named" in words(refused.value)
    rest = announce(office, licensed, {1: 300})
    assert [(item.name, item.quantity) for item in rest.lines[0].items] == [("Sellier A2", 300)]
    assert scan(office, rest.number, "A1", port) == Verdict.NOT_ANNOUNCED
    assert scan(office, rest.number, "A9", port) == Verdict.UNKNOWN


WRONG: tuple[tuple[dict[str, object], str], ...] = (
    ({"maker": "P-000000099-5"}, "maker"),
    ({"calibre": ".38 Special"}, "calibre"),
    ({"calibre": "nobody's"}, "calibre"),
    ({"produced_on": date(2100, 1, 1)}, "produced_on"),
    ({"gtin": "4006381333932"}, "gtin"),
)


def test_a_lot_that_the_licence_does_not_name_is_refused(office: Office, port: Actor, maker: str) -> None:
    number = announce(office, world.rounds_licence(office, ("A1", 500)), {1: 500}).number
    for wrong, field in WRONG:
        with pytest.raises(RegistryError) as refused:
            world.tell_lots(office, number, **{"maker": maker, **wrong})
        assert refused.value.unmet[0].field == field, refused.value.unmet
    for name, country in (("Sellier & Bellot", "DE"), ("Fiocchi", "CZ")):
        with office.begin(EVERYTHING) as work:
            other = make_party(work, PartyKind.MAKER, name=name, country=country).number
        with pytest.raises(Refused) as refused_:
            world.tell_lots(office, number, other)
        assert (refused_.value.unmet[0].field, refused_.value.unmet[0].article) == ("maker", "FP 10(3)")
    assert not read(office, number).lines[0].items[0].told


def test_what_cannot_stand_in_its_record_is_refused_when_it_is_named(office: Office, port: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        world.rounds_licence(office, ("A" * 41, 500))
    assert refused.value.unmet[0].field == "lines.0.items.0.serial"
    number = announce(office, world.rounds_licence(office, ("A1", 500)), {1: 500}).number
    with office.begin(EVERYTHING) as work:
        made = make_party(work, PartyKind.MAKER, name="Sellier", country="CZ").number
    with pytest.raises(Refused) as told_so:  # which of its own numbers came is not known
        world.tell_lots(office, number, made, scheme=MarkingScheme.SERIALISED)
    assert told_so.value.unmet[0].field == "scheme"


def test_a_record_of_a_firearm_is_none_of_cartridges(office: Office, port: Actor) -> None:
    licensed = world.rounds_licence(office, ("ABC123", 500))
    gun = world.register_abroad(office, "ABC123", marked=True)
    goods = shapes.GoodsNew(1, firearm=gun)
    new = shapes.ShipmentNew(PORT, date(2030, 1, 1), (shapes.ShippedLine(1, 500, (goods,)),))
    with pytest.raises(Invalid) as refused, office.begin(EVERYTHING) as work:
        acts.announce(work, licence_key(licensed.number), new)
    assert refused.value.unmet[0].field == "lines.0.items.0.firearm"


def test_what_its_importer_recorded_with_the_lot_is_not_recorded_again(
    office: Office, port: Actor, maker: str
) -> None:
    licensed = world.rounds_licence(office, ("A1", 500), holder={"kind": PartyKind.IMPORTER})
    with office.begin(EVERYTHING) as work:
        new = LotNew(
            maker, "A1", "9x19", "V310412", "FMJ", 500, date(2025, 3, 4), MarkingScheme.LOT_CODE,
            importer=licensed.holder, imported_on=work.today,
        )  # fmt: skip
        known = ammunition.register_lot(work, new).number
    number = announce(office, licensed, {1: 500}).number
    with pytest.raises(Refused) as refused:
        world.tell_lots(office, number, maker)
    assert known in words(refused.value)


def test_clearances_that_hold_the_same_lots_in_another_order_do_not_stop_each_other(
    office: Office, port: Actor, maker: str
) -> None:
    numbers = []
    for codes in (("A1", "B1"), ("B1", "A1"), ("A1", "B1"), ("B1", "A1")):
        licensed = world.rounds_licence(office, *((code, 100) for code in codes))
        numbers.append(announce(office, licensed, {1: 200}).number)
        world.tell_lots(office, numbers[-1], maker)
        for code in codes:
            scan(office, numbers[-1], code, port)
    start, states = Barrier(len(numbers)), list[str]()

    def go(number: str) -> None:
        start.wait()
        try:
            states.append(clear(office, number, port).state)
        except RegistryError as error:
            states.append(str(error))

    threads = [Thread(target=go, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["received"] * len(numbers)


def test_more_of_the_same_lot_may_be_named_later(office: Office, port: Actor) -> None:
    items = [{"serial": "A1", "maker": "Sellier", "country_made": "CZ", "quantity": 200}]
    line = {**world.ROUNDS, "calibre": "9x19", "quantity": 500, "items": items}
    number = issue(office, Situation(kind="import", lines=(line,)))
    more = told.ItemNew(serial="A1", maker="Sellier", country_made="CZ", quantity=300)
    with office.begin(EVERYTHING) as work:
        key = licence_key(number)
        licensing.name_goods(work, key, told.Goods(1, (more,)), licence(work, key).version)
    moved = announce(office, Licensed(number, "", (), ""), {1: 500})
    assert [item.quantity for item in moved.lines[0].items] == [200, 300]
    assert scan(office, moved.number, "A1", port) == Verdict.MATCHES
    assert scan(office, moved.number, "A1", port) == Verdict.MATCHES
    assert scan(office, moved.number, "A1", port) == Verdict.AGAIN


def test_parts_named_after_others_were_sent_can_still_go(office: Office, port: Actor) -> None:
    line = {"goods": "part", "hs": "9305", "description": "Barrel", "quantity": 10}
    licensed = Licensed(issue(office, Situation(kind="import", lines=(line,))), "", (), "")
    number = announce(office, licensed, {1: 6}).number
    check_all(office, number, port)
    clear(office, number, port)
    named = tuple(told.ItemNew(serial=f"B{n}", maker="CZ", country_made="CZ") for n in range(10))
    with office.begin(EVERYTHING) as work:
        key = licence_key(licensed.number)
        licensing.name_goods(work, key, told.Goods(1, named), licence(work, key).version)
    assert len(announce(office, licensed, {1: 4}).lines[0].items) == 4


def test_a_shooter_brings_cartridges_for_a_time_without_a_record(
    office: Office, port: Actor, maker: str
) -> None:
    papers = ({"kind": "possession_permit"}, {"kind": "invitation"})
    licensed = world.rounds_licence(office, ("A1", 200), purpose="sport_shooting", evidence=papers)
    number = announce(office, licensed, {1: 200}).number
    assert "tell" not in read(office, number).moves
    with pytest.raises(Conflict):
        world.tell_lots(office, number, maker)
    check_all(office, number, port)
    assert clear(office, number, port).lines[0].items[0].lot is None


def test_what_passes_through_is_not_put_on_record(office: Office, port: Actor, maker: str) -> None:
    items = [{"serial": "A1", "maker": "Sellier", "country_made": "CZ", "quantity": 1_000}]
    line = {**world.ROUNDS, "quantity": 1_000, "items": items}
    papers = ({"kind": "export_licence"},)
    number = issue(office, Situation(kind="transit", lines=(line,), evidence=papers))
    moved = announce(office, Licensed(number, "", (), ""), {1: 1_000}).number
    with pytest.raises(RegistryError):
        world.tell_lots(office, moved, maker)
    check_all(office, moved, port)
    assert clear(office, moved, port).state == "cleared"
    with office.look(EVERYTHING) as work:
        assert not tracing.find(work, question("A1")).candidates


def test_what_is_exported_is_of_a_lot_on_record(office: Office) -> None:
    number = issue(office, Situation(lines=(world.ROUNDS,)))
    item = told.ItemNew(serial="A1", maker="CBC", country_made="BR", quantity=10)
    with pytest.raises(Invalid) as refused, office.begin(EVERYTHING) as work:
        key = licence_key(number)
        licensing.name_goods(work, key, told.Goods(1, (item,)), licence(work, key).version)
    assert refused.value.unmet[0].field == "items.0.lot"


def test_parts_without_a_serial_are_counted_and_the_others_scanned(office: Office, port: Actor) -> None:
    named = [{"serial": f"B{n}", "maker": "CZ", "country_made": "CZ"} for n in (1, 2)]
    line = {"goods": "part", "hs": "9305", "description": "Barrel", "quantity": 10, "items": named}
    licensed = Licensed(issue(office, Situation(kind="import", lines=(line,))), "", (), "")
    number = announce(office, licensed, {1: 6}).number
    held = read(office, number).lines[0]
    assert (len(held.items), held.unnamed, held.counted) == (2, 4, None)
    for code in ("B1", "B2"):
        assert scan(office, number, code, port) == Verdict.MATCHES
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "0 of 4 without a serial were counted: Barrel. (FP 11(b))" in words(refused.value)
    for counted in (5, 4):
        with office.begin(port) as work:
            clearing.count(work, shipment_key(number), shapes.PartsCounted(1, counted))
        if counted == 5:
            with pytest.raises(Refused):
                clear(office, number, port)
    assert clear(office, number, port).state == "received"
    with pytest.raises(Refused) as refused:
        announce(office, licensed, {1: 5})
    assert "4 are left of the licence" in words(refused.value)
    assert read(office, announce(office, licensed, {1: 4}).number).lines[0].unnamed == 4


def test_parts_that_the_licence_names_are_not_sent_as_parts_without_a_serial(
    office: Office, port: Actor
) -> None:
    named = [{"serial": f"B{n}", "maker": "CZ", "country_made": "CZ"} for n in range(8)]
    line = {"goods": "part", "hs": "9305", "description": "Barrel", "quantity": 10, "items": named}
    licensed = Licensed(issue(office, Situation(kind="import", lines=(line,))), "", (), "")
    announce(office, licensed, {1: 8})
    with pytest.raises(Refused) as refused:
        announce(office, licensed, {1: 3})
    assert "3 of Barrel are not named; of the licence 2 that bear no serial are left" in words(refused.value)


def test_names_are_taken_back_of_what_no_shipment_holds_and_a_line_is_reduced(
    app: Flask, client: FlaskClient, office: Office, port: Actor
) -> None:
    licensed = world.rounds_licence(office, ("A1", 300), ("A2", 200))
    gone = announce(office, licensed, {1: 500})
    with office.begin(EVERYTHING) as work:
        acts.cancel(work, shipment_key(gone.number), shapes.Reason("Late"), gone.version)
    announce(office, licensed, {1: 300})
    at, officer = f"/api/v1/licences/{licensed.number}", bearer(app, Role.AUTHORITY_OFFICER)
    etag = client.get(at, headers=officer).headers["ETag"]
    for items, status in (([1], 409), ([9], 422), ([2], 200)):
        headers = {**officer, "If-Match": etag}
        done = client.post(f"{at}/goods/removals", json={"line": 1, "items": items}, headers=headers)
        assert done.status_code == status, done.json
    assert [item["name"] for item in done.json["lines"][0]["items"]] == ["Sellier A1"]
    assert [item.name for item in read(office, gone.number).lines[0].items] == ["Sellier A1", "Sellier A2"]
    assert [item.checked for item in read(office, gone.number).lines[0].items] == [0, 0]
    more = told.ItemNew(serial="A3", maker="Sellier", country_made="CZ", quantity=200)
    with office.begin(EVERYTHING) as work:
        key = licence_key(licensed.number)
        named = licensing.name_goods(work, key, told.Goods(1, (more,)), licence(work, key).version)
    assert [item.n for item in named.lines[0].items] == [1, 2]
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    page = f"/licences/{licensed.number}/goods/1/names"
    assert "Sellier A3" in browser.get(page).get_data(as_text=True)
    assert post(browser, page, page, version=str(named.version)).status_code == 422
    for strange in ("9" * 5_000, "10000000", "-1", "x"):
        assert post(browser, page, page, version=str(named.version), items=strange).status_code == 422
    assert browser.get(page.replace("/1/", f"/{10**20}/")).status_code == 404
    assert post(browser, page, page, version=str(named.version), items="2").status_code == 303
    assert "Sellier A3" not in browser.get(f"/licences/{licensed.number}").get_data(as_text=True)


def test_only_parts_are_counted_and_at_the_own_office(office: Office, port: Actor) -> None:
    number = announce(office, world.parts_licence(office, 3), {1: 3}).number
    for by, line, expected in (
        (port, 2, Invalid),
        (world.customs(office, world.AIRPORT), 1, NotFound),
    ):
        with pytest.raises(expected), office.begin(by) as work:
            clearing.count(work, shipment_key(number), shapes.PartsCounted(line, 3))


def test_lots_and_counts_over_the_api(app: Flask, client: FlaskClient, office: Office, maker: str) -> None:
    world.open_offices(office)
    account = make_account(office, Role.CUSTOMS)
    customs = {"Authorization": f"Bearer {make_token(office, account)}"}
    with office.begin(EVERYTHING) as work:
        world.offices.post(work, shapes.PostNew(account.login, PORT))
    officer = bearer(app, Role.AUTHORITY_OFFICER)
    number = announce(office, world.rounds_licence(office, ("A1", 500)), {1: 500}).number
    at = f"/api/v1/shipments/{number}"
    etag = client.get(at, headers=officer).headers["ETag"]
    new = {"maker": maker, "product_code": "V3", "product": "FMJ", "produced_on": "2025-03-04"}
    new["scheme"] = "lot_code"
    assert client.post(f"{at}/lots/1", json=new, headers=officer).status_code == 428
    assert client.post(f"{at}/lots/7", json=new, headers={**officer, "If-Match": etag}).status_code == 404
    assert client.post(f"{at}/lots/1", json=new, headers={**customs, "If-Match": etag}).status_code == 403
    done = client.post(f"{at}/lots/1", json=new, headers={**officer, "If-Match": etag})
    assert done.status_code == 200, done.json
    assert done.json["lines"][0]["items"][0]["told"]
    wrong = client.post(f"{at}/counts", json={"line": 1, "quantity": 5}, headers=customs)
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "line")
