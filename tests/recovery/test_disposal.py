"""Disposal: destroyed unless authorized otherwise, by two, before witnesses, each item once."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from registry.access import approval_queries, approvals
from registry.core.errors import Conflict, Forbidden, Refused, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Actor, Office
from registry.firearms import acts as firearm_acts
from registry.firearms import queries as firearm_queries
from registry.recovery import acts, disposal_acts, disposal_queries, evidence_queries
from registry.recovery import disposal_rules as rules
from registry.recovery.disposal_views import DisposalView
from schemas.disposal import CompletionNew, DisposalNew, DisposalsAsked, WitnessNew
from schemas.firearms import MarkNew
from schemas.recovery import HoldNew
from schemas.recovery_vocabulary import DisposalKind, DisposalMethod, ItemKind
from schemas.vocabulary import MarkKind, PartyKind, Role
from tests.firearms.world import register
from tests.makers import EVERYTHING, make_party, post, sign_in
from tests.recovery.test_evidence import at_once
from tests.recovery.test_recovery import codes
from tests.recovery.world import Scene, item_of, make_scene, offer, pistol, record, sign

WITNESSES = (WitnessNew("Ana Reis", "Public prosecutor"), WitnessNew("Rui Sá", "Ombudsman"))
TODAY = date(2026, 1, 1)


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


def held(office: Office, scene: Scene, *items: Any) -> list[str]:
    """Numbers of items in the hands of the officer, who disposes of things."""
    made = record(office, scene, *items)
    numbers = [item.number for item in made.items]
    handed = offer(office, scene, scene.giver, scene.taker, *numbers)
    sign(office, scene.taker, handed.number)
    return numbers


def proposed(
    office: Office, scene: Scene, *items: str, by: Actor | None = None, **given: Any
) -> DisposalView:
    values = {"place": "Foundry", "reason": "Order of the court", "method": DisposalMethod.SMELTING}
    with office.begin(by or scene.taker) as work:
        return disposal_acts.propose(work, DisposalNew(items, **(values | given)))


def approve(office: Office, who: Actor, found: DisposalView) -> None:
    assert found.proposal is not None
    with office.begin(who) as work:
        digest = approval_queries.row_of(work, found.proposal).digest
        approvals.approve(work, found.proposal, digest)


def key(number: str) -> int:
    return parse_registry_number(number.partition("-")[0], number)


def done(office: Office, who: Actor, found: DisposalView, **given: Any) -> DisposalView:
    with office.look(EVERYTHING) as work:
        version = disposal_queries.disposal(work, key(found.number)).version
        today = work.today
    values: dict[str, Any] = {"done_on": today, "witnesses": WITNESSES, "weight_kg": Decimal("2.35")}
    with office.begin(who) as work:
        return disposal_acts.complete(work, key(found.number), CompletionNew(**(values | given)), version)


def test_two_agree_witnesses_see_it_and_it_is_destroyed(office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    items = held(office, scene, pistol(), pistol("QQ1"))
    batch = proposed(office, scene, *items)
    assert batch.state == "proposed"
    with pytest.raises(Conflict, match="approve"):
        done(office, scene.taker, batch)
    with pytest.raises((Forbidden, Refused, Conflict)):
        approve(office, scene.taker, batch)  # whoever proposed
    approve(office, scene.third, batch)
    ended = done(office, scene.taker, batch)
    assert (ended.state, ended.weight_kg) == ("done", Decimal("2.35"))
    assert [one.name for one in ended.witnesses] == ["Ana Reis", "Rui Sá"]
    first = item_of(office, scene, items[0])
    assert (first.state, first.chain[-1].purpose, first.chain_is_whole) == ("destroyed", "disposal", True)
    with office.look(EVERYTHING) as work:
        found = firearm_queries.firearm(work, key(gun.number))
    last = found.custody[-1]
    assert (found.status, last.document_kind, last.document_number) == (
        "destroyed",
        "destruction_certificate",
        batch.number,
    )


def test_nothing_is_destroyed_twice_even_at_once(office: Office, scene: Scene) -> None:
    items = held(office, scene, pistol("QQ1"), pistol("QQ2"))
    failed = at_once(
        lambda: proposed(office, scene, *items),
        lambda: proposed(office, scene, *items[::-1], by=scene.third),
    )
    assert len(failed) == 1
    with office.look(EVERYTHING) as work:
        (row,) = disposal_queries.disposals(work, DisposalsAsked()).items
        batch = disposal_queries.disposal(work, key(row.number))
        by_taker = batch.proposed_by == f"Name of {scene.taker.name}"
    if not by_taker:
        return  # the supervisor was first, and nobody else here approves
    approve(office, scene.third, batch)
    failed = at_once(*[lambda: done(office, scene.taker, batch)] * 2)
    assert len(failed) == 1
    assert isinstance(failed[0], Conflict | Stale)
    assert all(len(item_of(office, scene, number).chain) == 3 for number in items)


def test_what_must_stay_or_is_undecided_or_on_its_way_is_not_destroyed(office: Office, scene: Scene) -> None:
    register(office, scene.world)
    kept, open_, moving, free = held(
        office, scene, pistol("QQ1"), pistol(maker=""), pistol("QQ3"), pistol("QQ4")
    )
    with office.begin(scene.taker) as work:
        version = evidence_queries.item(work, key(kept)).version
        acts.hold(work, key(kept), HoldNew("Needed in court"), version)
    offer(office, scene, scene.taker, scene.third, moving)
    with pytest.raises(Refused) as refused:
        proposed(office, scene, kept, open_, moving, free)
    assert [(u.field, u.article) for u in refused.value.unmet] == [
        ("items.0", "FP 6"),
        ("items.1", "ITI 9"),
        ("items.2", "FP 6"),
    ]
    proposed(office, scene, free)
    with pytest.raises(Refused, match="part of"):
        proposed(office, scene, free)


def test_a_hold_after_the_approval_stops_it(office: Office, scene: Scene) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    batch = proposed(office, scene, number)
    approve(office, scene.third, batch)
    with office.begin(scene.taker) as work:
        version = evidence_queries.item(work, key(number)).version
        acts.hold(work, key(number), HoldNew("A claim was made"), version)
    with pytest.raises(Refused, match="must stay"):
        done(office, scene.taker, batch)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"witnesses": WITNESSES[:1]}, "witnesses.1.name"),
        ({"weight_kg": None}, "weight_kg"),
        ({"done_on": date(2999, 1, 1)}, "done_on"),
        ({"done_on": date(2019, 1, 1)}, "done_on"),
    ],
)
def test_a_certificate_says_all_of_it(
    office: Office, scene: Scene, changed: dict[str, Any], field: str
) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    batch = proposed(office, scene, number)
    approve(office, scene.third, batch)
    with pytest.raises(Refused) as refused:
        done(office, scene.taker, batch, **changed)
    assert [unmet.field for unmet in refused.value.unmet] == [field]


def test_who_records_the_end_holds_it(office: Office, scene: Scene) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    batch = proposed(office, scene, number)
    approve(office, scene.third, batch)
    with pytest.raises(Refused, match="somebody else"):
        done(office, scene.third, batch)


def test_given_up_its_items_are_free_again(office: Office, scene: Scene) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    batch = proposed(office, scene, number)
    with office.begin(scene.taker) as work, pytest.raises(Conflict, match="withdraw"):
        disposal_acts.cancel(work, key(batch.number), "Wrong batch", batch.version)
    assert batch.proposal is not None
    with office.begin(scene.taker) as work:
        approvals.withdraw(work, batch.proposal)
    with office.begin(scene.taker) as work:
        gone = disposal_acts.cancel(work, key(batch.number), "Wrong batch", batch.version)
    assert (gone.state, gone.items) == ("cancelled", ())
    assert proposed(office, scene, number).state == "proposed"


ORDER = {
    "authorization": "Decree 5",
    "authorized_by": "Minister of Justice",
    "authorized_on": date(2020, 5, 1),
    "method": DisposalMethod.TRANSFER,
}


def test_anything_but_destruction_needs_authorization_recipient_and_mark(
    office: Office, scene: Scene
) -> None:
    gun = register(office, scene.world)
    (number,) = held(office, scene, pistol())
    with pytest.raises(Refused) as refused:
        proposed(office, scene, number, kind=DisposalKind.STATE_USE)
    assert {unmet.field for unmet in refused.value.unmet} == {
        "authorization",
        "authorized_by",
        "authorized_on",
        "recipient",
        "items.0",
    }
    assert {unmet.article for unmet in refused.value.unmet} == {"FP 6(2)"}
    with office.begin(EVERYTHING) as work:
        seen = firearm_queries.firearm(work, key(gun.number))
        mark = MarkNew(MarkKind.CONFISCATION, "BR 2020", country="BR")
        firearm_acts.add_mark(work, key(gun.number), mark, seen.version)
        army = _army(work)
    batch = proposed(office, scene, number, kind=DisposalKind.STATE_USE, recipient=army, **ORDER)
    approve(office, scene.third, batch)
    ended = done(office, scene.taker, batch, witnesses=(), weight_kg=None)
    assert (ended.state, item_of(office, scene, number).state) == ("done", "disposed")
    with office.look(EVERYTHING) as work:
        found = firearm_queries.firearm(work, key(gun.number))
    assert (found.status, found.holder and found.holder.number) == ("transferred", army)


def _army(work: Any) -> str:
    return make_party(work, PartyKind.PUBLIC_BODY, "Army").number


def test_into_civilian_hands_also_the_mark_of_the_state(office: Office, scene: Scene) -> None:
    gun = register(office, scene.world)
    (number,) = held(office, scene, pistol())
    with office.begin(EVERYTHING) as work:
        seen = firearm_queries.firearm(work, key(gun.number))
        mark = MarkNew(MarkKind.CONFISCATION, "BR 2020", country="BR")
        firearm_acts.add_mark(work, key(gun.number), mark, seen.version)
    with pytest.raises(Refused) as refused:
        proposed(
            office,
            scene,
            number,
            kind=DisposalKind.CIVILIAN_USE,
            recipient=scene.world.dealer.number,
            **ORDER,
        )
    assert [unmet.article for unmet in refused.value.unmet] == ["FP 8(1)(c)"]


def test_what_has_no_record_is_not_given_away(office: Office, scene: Scene) -> None:
    (number,) = held(office, scene, pistol(""))
    with pytest.raises(Refused, match="no record"):
        proposed(
            office,
            scene,
            number,
            kind=DisposalKind.RETURN_TO_OWNER,
            recipient=scene.world.dealer.number,
            **ORDER,
        )


@pytest.mark.parametrize(
    ("kind", "public"), [(DisposalKind.STATE_USE, False), (DisposalKind.CIVILIAN_USE, True)]
)
def test_the_recipient_fits(kind: DisposalKind, public: bool) -> None:
    facts = rules.DisposalFacts(kind, "1", "Minister", TODAY, "transfer", public)
    item = rules.ItemFacts("EV-1", ItemKind.AMMUNITION, True, False, "", False, "", None)
    assert [unmet.field for unmet in rules.unmet_to_dispose(facts, [item], TODAY)] == ["recipient"]
    assert rules.unmet_to_dispose(replace(facts, public=not public), [item], TODAY) == []


def test_pages_from_proposal_to_a_certificate_that_everyone_can_verify(
    app: Flask, office: Office, scene: Scene
) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    form = {"items": number, "kind": "destruction", "place": "Foundry", "reason": "Court", "method": ""}
    wrong = post(browser, "/disposals/new", **form)
    assert wrong.status_code == 422
    assert number in wrong.get_data(as_text=True)
    batch = proposed(office, scene, number)
    place = f"/disposals/{batch.number}"
    assert "waits for a second person" in browser.get(place).get_data(as_text=True)
    assert browser.get(f"{place}/certificate.pdf").status_code == 409
    asked = {"design": "disposal", "source": batch.number, "medium": "a4-2x5", "language": "en"}
    early = post(browser, "/labels/new", **asked)
    assert early.status_code == 409, "nothing is labelled before it is approved"
    approve(office, scene.third, batch)
    approved = browser.get(place).get_data(as_text=True)
    assert "It was done" in approved
    assert f"/labels/new?design=disposal&amp;source={batch.number}" in approved
    made = post(browser, "/labels/new", **asked).location
    labels = post(browser, f"{made}/print", made, version="1").data
    assert codes(labels) == {number}
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=labels, stdout=subprocess.PIPE, check=True
    )
    assert f"Destruction · {batch.number}" in told.stdout.decode()
    refused = post(
        browser,
        f"{place}/completion",
        place,
        version="2",
        done_on="2020-01-01",
        **{"witnesses-0-name": "Ana Reis", "witnesses-0-capacity": "Prosecutor"},
    )
    assert refused.status_code == 422
    assert 'value="Ana Reis"' in refused.get_data(as_text=True)
    done(office, scene.taker, batch)
    printed = browser.get(f"{place}/certificate.pdf")
    words = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=printed.data, stdout=subprocess.PIPE, check=True
    ).stdout.decode()
    for told in (number, batch.number, "2.350 kg", "Smelting", "Ana Reis", "Certificate of destruction"):
        assert told in words
    code = next(word for word in words.split() if word.count("-") >= 4)
    verified = app.test_client().get(f"/verify/{code}").get_data(as_text=True)
    assert "smelting" in verified.casefold()
    assert "Ana Reis" not in verified
    assert browser.get("/disposals").status_code == 200
    assert browser.get(f"/records/{batch.number}/history").status_code == 200


def test_the_operator_does_not_approve_alone(office: Office, scene: Scene) -> None:
    (number,) = held(office, scene, pistol("QQ1"))
    batch = proposed(office, scene, number)
    with pytest.raises(RegistryError):
        approve(office, OPERATOR, batch)
