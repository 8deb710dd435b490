"""Shipments are announced, expected, received and confirmed by signed message (FP 10(4))."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.core.errors import Conflict, Invalid, Refused
from registry.notices import queries
from registry.shipments import acts as shipment_acts
from registry.shipments.queries import shipment_key
from schemas import shipments as shapes
from schemas.licensing import ItemNew
from schemas.notices_vocabulary import Matter, NoticeAct
from schemas.paging import Page, PageAsked
from tests.exchange.world import Clock, Node
from tests.licensing.world import Situation, issue
from tests.makers import EVERYTHING
from tests.notices.world import (
    BARRELS,
    OFFICER,
    TO_PORTUGAL,
    announced,
    answer,
    ask,
    cleared,
    deliver,
    effects,
    importing,
    licensed,
    notices,
)
from tests.shipments.world import _name as name_goods
from tests.shipments.world import export_licence, open_offices, read

A = NoticeAct


def test_a_shipment_is_expected_cleared_and_its_receipt_confirmed_by_machine(two: list[Node]) -> None:
    br, pt = two
    export, paper = licensed(two)
    number = announced(br, export, 10)
    with pytest.raises(Conflict, match="has left"):
        ask(br, number, Matter.RECEIPT)
    ask(br, number, Matter.EXPORT)
    with pytest.raises(Conflict, match="told already"):
        ask(br, number, Matter.EXPORT)
    with pytest.raises(Invalid, match="neither goes there"):
        ask(br, number, Matter.EXPORT, "AR")
    deliver(two)
    with pt.office.look(OFFICER) as work:
        (expected,) = queries.expected(work)
        assert queries.all_expected(work, PageAsked(limit=1)) == Page((expected,), "")
    assert (expected.their_number, expected.licence, expected.alarm) == (number, paper, "")
    assert [line.quantity for line in expected.lines] == [10]
    cleared(br, number)
    ask(br, number, Matter.EXPORT)  # it has left: that is told too
    ask(br, number, Matter.RECEIPT)
    deliver(two)
    assert [one.state for one in notices(pt)] == ["replaced", "told", "asked"]
    came = announced(pt, paper, 10, "awb 045 1")
    cleared(pt, came)
    deliver(two)
    ours = notices(br)[-1]
    assert (ours.state, effects(ours)) == ("confirmed", [("ask", ""), ("confirm", "met")])
    shipment = read(br.office, number)
    assert (shipment.state, shipment.differs, shipment.receipt_reference) == ("received", False, came)
    assert (shipment.receipt_message, shipment.receipt_sha256) == (
        ours.steps[-1].message,
        ours.steps[-1].sha256,
    )
    with pt.office.look(OFFICER) as work:
        assert [row.shipment for row in queries.of_shipment(work, shipment_key(came))] == [came]


def test_what_did_not_come_whole_an_officer_answers_and_may_mend(two: list[Node]) -> None:
    br, pt = two
    export, paper = licensed(two)
    number = announced(br, export, 10)
    cleared(br, number)
    ask(br, number, Matter.RECEIPT)
    deliver(two)
    answer(pt, notices(pt)[0], A.NOT_YET, words="No flight before Monday")
    deliver(two)
    assert (notices(br)[0].state, read(br.office, number).state) == ("not_yet", "cleared")
    came = announced(pt, paper, 8)
    cleared(pt, came)
    deliver(two)
    theirs = notices(pt)[0]
    assert (theirs.state, theirs.alarm, theirs.shipment, theirs.proposed) == ("not_yet", "differs", came, [8])
    said = {"words": "A box is missing", "received_on": pt.office.today, "reference": came}
    with pytest.raises(Refused, match="A number for each"):
        answer(pt, theirs, A.IN_PART, **said)
    answer(pt, theirs, A.IN_PART, received=(8,), shipment=came, **said)
    deliver(two)
    short = read(br.office, number)
    assert (short.state, short.differs, short.lines[0].received) == ("received", True, 8)
    assert notices(br)[0].alarm == "differs"
    answer(pt, notices(pt)[0], A.CONFIRM, received_on=pt.office.today, reference=came)
    deliver(two)
    whole = read(br.office, number)
    assert (whole.differs, whole.lines[0].received) == (False, 10)


def test_receipts_that_do_not_come_are_asked_for_and_cancelled_shipments_told(
    pair: list[Node], clock: Clock
) -> None:
    br, pt = pair
    export, _ = licensed(pair)
    gone, taken_back = announced(br, export, 6), announced(br, export, 4, "AWB 2")
    cleared(br, gone)
    ask(br, taken_back, Matter.EXPORT)
    with br.office.begin(EVERYTHING) as work:
        version = read(br.office, taken_back).version
        shipment_acts.cancel(work, shipment_key(taken_back), shapes.Reason("Not sold"), version)
    deliver(pair)
    assert [one.state for one in notices(pt)] == ["withdrawn"]
    clock.move(timedelta(days=46))
    deliver(pair)
    assert [(one.matter, one.state) for one in notices(br)] == [("export", "withdrawn"), ("receipt", "asked")]
    assert notices(br)[1].steps[0].by == 0
    assert read(br.office, gone).reminded_on == br.office.today


def test_theirs_is_known_by_its_serials(pair: list[Node]) -> None:
    br, pt = pair
    for node in pair:
        open_offices(node.office)
    lines = [
        {"goods": "firearm", "hs": "9302", "description": "Pistol 9x19", "quantity": 2},
        {"goods": "ammunition", "hs": "9306", "description": "Cartridge 9x19", "quantity": 50},
    ]
    paper = importing(pt, lines)
    shown = {"country": "PT", "number": paper.number, "authority": "PSP"}
    shown |= {"issued_on": paper.issued_on, "expires_on": paper.expires_on}
    given = {"application": TO_PORTUGAL, "import_licence": shown, "end_user": {"country": "PT"}}
    of = export_licence(br.office, guns=2, rounds=50, **given)
    with pt.office.begin(EVERYTHING) as work:
        items = [ItemNew(serial=serial, maker="Taurus", country_made="BR") for serial in of.serials]
        name_goods(work, paper.number, 1, items)
    there = announced(pt, paper.number, 2, "")
    ours = announced(br, of.number, 2, "")
    ask(br, ours, Matter.EXPORT)
    deliver(pair)
    assert (notices(pt)[0].shipment, notices(pt)[0].alarm) == (there, "")


def test_goods_that_no_licence_of_ours_allows_alarm(pair: list[Node]) -> None:
    br, pt = pair
    open_offices(br.office)
    shown = {"country": "PT", "number": "PT-1", "authority": "PSP"}
    given = {"application": TO_PORTUGAL, "import_licence": shown, "end_user": {"country": "PT"}}
    number = announced(br, issue(br.office, Situation(lines=(BARRELS,), **given)), 10)
    ask(br, number, Matter.EXPORT)
    deliver(pair)
    assert notices(pt)[0].alarm == "not_in_force"
    with pt.office.look(OFFICER) as work:
        assert [row.alarm for row in queries.queue(work)] == ["not_in_force"]
