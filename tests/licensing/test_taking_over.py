"""A licence of before this registry is taken over here: what was used before is said, and shipments go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Forbidden, Refused
from registry.core.work import Actor, Office
from registry.licensing import acts, earlier_acts, law_acts, queries, taking_over
from schemas import licensing as told
from schemas import licensing_law as law
from schemas.licensing_earlier import EarlierLicence, TakingOver
from schemas.licensing_vocabulary import GoodsKind, LicenceKind
from schemas.vocabulary import ApprovalKind, PartyKind, Role
from tests.licensing import world
from tests.makers import EVERYTHING, bearer, make_party, make_person, post, sign_in
from tests.shipments import world as shipping

BARRELS = told.LineNew(GoodsKind.PART, "9305", "Barrel 9x19", 120)
SLIDES = told.LineNew(GoodsKind.PART, "9305", "Slide 9x19", 30)
OF_TWO = world.Situation(lines=({"quantity": 120}, {"quantity": 30}))
"""Its papers, as an application of these goods shows them."""


def brought_in(office: Office, *lines: told.LineNew, number: str = "17/2025") -> str:
    """A licence in force that was issued elsewhere a year ago."""
    with office.begin(EVERYTHING) as work:
        holder = make_party(work, PartyKind.DEALER)
        permit = {"activity": "export", "document": "TA 1", "authority": "Authority", "war_material": False}
        permit |= {"party": holder.number, "begins_on": str(work.today - timedelta(days=400))}
        law_acts.authorise(work, law.AuthorisationNewSchema().load(permit))
        work.carrying_out = ApprovalKind.ENTER_INTAKE
        new = EarlierLicence(
            number, LicenceKind.EXPORT, holder.number, work.today - timedelta(days=365),
            work.today + timedelta(days=90), "BR", "PY", "Ministerio", "Asunción", "Police", "Brasília",
            "DFPC", lines or (BARRELS, SLIDES),
        )  # fmt: skip
        return queries.licence_number(earlier_acts.record_earlier(work, new))


@pytest.mark.parametrize(
    ("number", "again"),
    [("Éé-Öß 1", "éÉ-öẞ 1"), ("Жж-Σ/7", "жЖ-ς/7"), ("ABCDÉ-1", "abcdé-1"), ("Ж" * 11 + "1", "ж" * 11 + "1")],
)
def test_a_number_in_letters_of_any_case_is_on_record_on_both_engines(
    office: Office, number: str, again: str
) -> None:
    known = brought_in(office, number=number)
    with pytest.raises(Conflict, match=known):
        brought_in(office, number=again)
    brought_in(office, number=f"{again}8")


def proposed(office: Office, licence: str, *used: int, by: Actor | None = None, **given: Any) -> ProposalView:
    with office.begin(by or make_person(office, Role.AUTHORITY_OFFICER)) as work:
        told_by = {
            "number": "CL 4/2026",
            "issued_by": "Customs",
            "issued_on": work.today,
            "reason": "Ours now",
        }
        key = queries.licence_key(licence)
        new = TakingOver(used, **{**told_by, **given})
        return taking_over.propose(work, key, new, queries.licence_row(work, key).version)


def test_nothing_is_shipped_before_it_is_said_what_was_used_elsewhere(office: Office) -> None:
    shipping.open_offices(office)
    number = brought_in(office)
    licensed = shipping.Licensed(number, "", (), "")
    with pytest.raises(Refused) as refused:
        shipping.announce(office, licensed, {1: 1})
    assert [one.message for one in refused.value.unmet] == [
        "It is of before this registry: say what was used of it before, and take it over."
    ]
    with pytest.raises(Refused) as refused:  # what is missing is asked for first
        proposed(office, number, 40, 0)
    fields = {one.field for one in refused.value.unmet}
    assert {"import_licence", "end_user"} <= fields, fields
    world.complete(office, number, OF_TWO)
    with pytest.raises(Refused) as refused:
        proposed(office, number, 121, 0)
    assert [one.field for one in refused.value.unmet] == ["used.0"]
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    proposal = proposed(office, number, 40, 30, by=officer)
    told_of = [(change.of, change.field, change.before, change.after) for change in proposal.changes]
    assert told_of == [
        ("", "licence", "", "17/2025, DFPC"),
        ("", "document", "", f"CL 4/2026, Customs, {world.day(office, 0)}"),
        ("1. Barrel 9x19", "used_before", "0", "40"),
        ("1. Barrel 9x19", "left_of_licence", "120", "80"),
        ("2. Slide 9x19", "used_before", "0", "30"),
        ("2. Slide 9x19", "left_of_licence", "30", "0"),
    ]
    with pytest.raises(Forbidden), office.begin(officer) as work:
        approvals.approve(work, proposal.id, proposal.digest)
    world.approve(office, proposal)
    found = world.read(office, number)
    assert [(one.drawn, one.used_before) for one in found.lines] == [(40, 40), (30, 30)]
    assert (found.state, found.events[-1].move, found.evidence[-1].number) == (
        "issued",
        "take_over",
        "CL 4/2026",
    )
    assert all(one.met for one in found.to_ship), [one for one in found.to_ship if not one.met]
    _ship_the_rest(office, licensed)


def _ship_the_rest(office: Office, licensed: shipping.Licensed) -> None:
    """Draws go on where the other registry stopped, and the database holds them within the licence."""
    with pytest.raises(Refused):
        shipping.announce(office, licensed, {1: 81})
    person = shipping.customs(office)
    for quantity, state in ((50, "issued"), (30, "exhausted")):
        shipment = shipping.announce(office, licensed, {1: quantity})
        shipping.check_all(office, shipment.number, person)
        shipping.clear(office, shipment.number, person)
        assert world.read(office, licensed.number).state == state
    assert [(one.drawn, one.used_before) for one in world.read(office, licensed.number).lines] == [
        (120, 40), (30, 30),
    ]  # fmt: skip
    for wrong in ("drawn = drawn - 1", "used_before = 39", "used_before = used_before + 1"):
        with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
            work.session.execute(text(f"UPDATE licence_line SET {wrong} WHERE n = 1"))  # noqa: S608


def named(office: Office, number: str, serial: str) -> None:
    item = told.ItemNew(serial=serial, maker="Taurus", country_made="BR")
    with office.begin(EVERYTHING) as work:
        key = queries.licence_key(number)
        acts.name_goods(work, key, told.Goods(1, (item,)), queries.licence_row(work, key).version)


def test_named_goods_are_of_what_was_left(office: Office) -> None:
    guns = told.LineNew(GoodsKind.FIREARM, "9302", "Pistol 9x19", 3)
    number = brought_in(office, guns)
    world.complete(office, number, world.Situation(lines=({"quantity": 3},)))
    world.approve(office, proposed(office, number, 2))
    with office.look(EVERYTHING) as work:
        shown = {one.key: one.met for one in queries.licence(work, queries.licence_key(number)).to_ship}
    assert (shown["taken_over"], shown["named_goods"]) == (True, False)
    named(office, number, "ABC1")
    with pytest.raises(Refused):
        named(office, number, "ABC2")
    assert [len(one.items) for one in world.read(office, number).lines] == [1]
    world.approve(office, proposed(office, number, 1, number="CL 5/2026"))  # said anew, where it was wrong
    assert world.read(office, number).lines[0].used_before == 1


def taken_over(office: Office, *used: int) -> str:
    """A licence of before, with its documents, of which two have agreed how much was used."""
    shipping.open_offices(office)
    number = brought_in(office)
    world.complete(office, number, OF_TWO)
    world.approve(office, proposed(office, number, *used))
    return number


def test_documents_that_others_approved_are_not_replaced_by_one(office: Office) -> None:
    number = taken_over(office, 40, 30)
    before = world.read(office, number)
    assert ("show_documents" in before.moves, "take_over" in before.moves) == (False, True)
    with pytest.raises(Conflict):
        world.complete(office, number, OF_TWO)
    assert world.read(office, number).version == before.version


def test_all_used_by_mistake_is_said_anew(office: Office) -> None:
    number = taken_over(office, 120, 30)
    assert world.read(office, number).state == "exhausted"
    for used, state in ((12, "issued"), (120, "exhausted"), (12, "issued")):
        world.approve(office, proposed(office, number, used, 30))
        found = world.read(office, number)
        assert (found.state, found.lines[0].drawn) == (state, used)
    shipping.announce(office, shipping.Licensed(number, "", (), ""), {1: 108})


def test_what_is_announced_is_not_said_to_be_used(office: Office) -> None:
    number = taken_over(office, 40, 30)
    shipment = shipping.announce(office, shipping.Licensed(number, "", (), ""), {1: 70})
    with pytest.raises(Refused) as refused:
        proposed(office, number, 51, 30)
    assert [(one.field, one.message) for one in refused.value.unmet] == [
        ("used.0", "Barrel 9x19: 70 are announced; cancel that first, or say at most 50.")
    ]
    proposal = proposed(office, number, 50, 30)
    shipping.announce(office, shipping.Licensed(number, "", (), ""), {1: 1})
    with pytest.raises(approvals.Overtaken, match="71 are announced"):
        world.approve(office, proposal)
    world.approve(office, proposed(office, number, 39, 30))  # less is said at any time
    person = shipping.customs(office)
    shipping.check_all(office, shipment.number, person)
    assert shipping.clear(office, shipment.number, person).state == "cleared"


def test_only_a_licence_of_before_is_taken_over(office: Office) -> None:
    number = world.issue(office)
    assert not {"take_over", "show_documents"} & set(world.read(office, number).moves)
    with pytest.raises(Conflict, match="issued here"):
        proposed(office, number, 1)
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        paper = told.EvidenceNewSchema().load(
            {"kind": "other", "number": "1", "issued_by": "X", "issued_on": str(work.today)}
        )
        key = queries.licence_key(number)
        acts.add_evidence(work, key, paper, queries.licence_row(work, key).version)


def test_it_is_taken_over_on_the_page_and_over_the_api(app: Flask, office: Office) -> None:
    number = brought_in(office)
    world.complete(office, number, OF_TWO)
    at = f"/licences/{number}"
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    page = browser.get(at).get_data(as_text=True)
    assert f"{at}/take-over" in page
    assert f"{at}/import-licence" in page  # what is missing is shown here
    assert browser.get(f"{at}/import-licence").status_code == 200
    version = str(world.read(office, number).version)
    form = {"used-0": "40", "used-1": "x", "number": "CL 4", "issued_by": "Customs", "reason": "Ours"}
    form |= {"issued_on": str(world.day(office, 0)), "version": version}
    assert post(browser, f"{at}/take-over", f"{at}/take-over", **form).status_code == 422
    assert post(browser, f"{at}/take-over", f"{at}/take-over", **(form | {"used-1": "0"})).status_code == 303
    client, headers = app.test_client(), bearer(app, Role.AUTHORITY_OFFICER)
    etag = client.get(f"/api/v1{at}", headers=headers).headers["ETag"]
    sent = {"used": [40], "number": "CL 4", "issued_by": "Customs", "reason": "Ours"}
    sent |= {"issued_on": str(world.day(office, 0))}
    answer = client.post(f"/api/v1{at}/propose-taking-over", json=sent, headers={**headers, "If-Match": etag})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "used"), answer.get_json()
