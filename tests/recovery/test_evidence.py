"""The chain of evidence: two people sign each link, nothing breaks it unseen, nobody takes an item twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.core.errors import (
    ConfirmationNeeded,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    RegistryError,
)
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.recovery import chain, evidence_acts, evidence_queries
from schemas.recovery import HandoverNew, SigningNew
from schemas.recovery_vocabulary import EvidencePurpose
from schemas.vocabulary import Role
from tests.makers import EVERYTHING, make_actor
from tests.recovery.world import Scene, item_of, make_scene, offer, pistol, record, sign

START = datetime(2020, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def scene(office: Office) -> Scene:
    return make_scene(office)


def numbers(office: Office, scene: Scene, count: int = 1) -> list[str]:
    made = record(office, scene, *(pistol(f"ZZ{n}100") for n in range(count)))
    return [item.number for item in made.items]


def test_two_people_sign_and_the_chain_grows(office: Office, scene: Scene) -> None:
    first, second = numbers(office, scene, 2)
    made = offer(office, scene, scene.giver, scene.taker, first, second)
    assert item_of(office, scene, first).custodian == f"Name of {scene.giver.name}"  # until it is signed for
    signed = sign(office, scene.taker, made.number, second, note="The seal is torn")
    assert (signed.state, signed.items) == ("signed", (first, second))
    whole, torn = item_of(office, scene, first), item_of(office, scene, second)
    assert whole.custodian == f"Name of {scene.taker.name}"
    assert [link.intact for link in whole.chain] == [True, True]
    assert [(link.intact, link.note) for link in torn.chain] == [(True, ""), (False, "The seal is torn")]
    assert whole.chain_is_whole
    assert torn.chain_is_whole
    assert whole.handover is None


def test_nobody_gives_what_they_do_not_hold_or_what_is_on_its_way(office: Office, scene: Scene) -> None:
    (number,) = numbers(office, scene)
    with pytest.raises(Refused, match="somebody else"):
        offer(office, scene, scene.taker, scene.third, number)
    with pytest.raises(Refused, match="themselves"):
        offer(office, scene, scene.giver, scene.giver, number)
    offer(office, scene, scene.giver, scene.taker, number)
    with pytest.raises(Refused, match="being handed over"):
        offer(office, scene, scene.giver, scene.third, number)


def test_only_the_person_it_is_offered_to_signs(office: Office, scene: Scene) -> None:
    (number,) = numbers(office, scene)
    made = offer(office, scene, scene.giver, scene.taker, number)
    with pytest.raises(Forbidden):
        sign(office, scene.third, made.number)
    with pytest.raises(Forbidden):
        sign(office, scene.giver, made.number)
    stranger = make_actor(Role.POLICE, user_id=999)
    with pytest.raises(NotFound), office.look(stranger) as work:
        evidence_queries.handover(work, parse_registry_number("EH", made.number))


def test_who_has_not_just_shown_who_they_are_does_not_sign(office: Office, scene: Scene) -> None:
    (number,) = numbers(office, scene)
    with pytest.raises(ConfirmationNeeded):
        offer(office, scene, replace(scene.giver, proof=None), scene.taker, number)
    made = offer(office, scene, scene.giver, scene.taker, number)
    with pytest.raises(ConfirmationNeeded):
        sign(office, replace(scene.taker, proof=None), made.number)


def test_an_offer_is_declined_or_taken_back_with_a_reason(office: Office, scene: Scene) -> None:
    (number,) = numbers(office, scene)
    for who, state in ((scene.taker, "declined"), (scene.giver, "withdrawn")):
        made = offer(office, scene, scene.giver, scene.taker, number)
        key = parse_registry_number("EH", made.number)
        with office.begin(who) as work, pytest.raises(Invalid):
            evidence_acts.decline(work, key, "")
        with office.begin(who) as work:
            assert evidence_acts.decline(work, key, "Not ready").state == state
        with pytest.raises(Conflict):
            sign(office, scene.taker, made.number)
    assert len(item_of(office, scene, number).chain) == 1


def test_a_broken_seal_names_an_item_of_the_hand_over(office: Office, scene: Scene) -> None:
    first, other = numbers(office, scene, 2)
    made = offer(office, scene, scene.giver, scene.taker, first)
    with pytest.raises(Invalid):
        sign(office, scene.taker, made.number, other, note="torn")


def test_somebody_without_the_permission_takes_nothing(office: Office, scene: Scene) -> None:
    (number,) = numbers(office, scene)
    new = HandoverNew("nobody", EvidencePurpose.COURT, "Court", (number,))
    with office.begin(scene.giver) as work, pytest.raises(Invalid):
        evidence_acts.offer(work, new)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE evidence_step SET place = 'elsewhere'", "DELETE FROM evidence_step"],
)
def test_the_database_keeps_links_as_they_are(office: Office, scene: Scene, statement: str) -> None:
    numbers(office, scene)
    with pytest.raises((Conflict, DBAPIError)), office.begin(EVERYTHING) as work:
        work.session.execute(text(statement))


def at_once(*acts: Any) -> list[Exception]:
    """Do all of these at the same moment; answers what failed."""
    start, failed = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        start.wait()
        try:
            act()
        except RegistryError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_of_two_offers_at_once_one_stands(office: Office, scene: Scene) -> None:
    items = numbers(office, scene, 5)
    failed = at_once(
        lambda: offer(office, scene, scene.giver, scene.taker, *items),
        lambda: offer(office, scene, scene.giver, scene.third, *items[::-1]),
    )
    assert len(failed) == 1
    with office.look(EVERYTHING) as work:
        offers = {evidence_queries.item(work, parse_registry_number("EV", n)).handover for n in items}
    assert len(offers) == 1


def test_signed_and_taken_back_at_once_one_stands(office: Office, scene: Scene) -> None:
    items = numbers(office, scene, 3)
    made = offer(office, scene, scene.giver, scene.taker, *items)
    key = parse_registry_number("EH", made.number)

    def back() -> None:
        with office.begin(scene.giver) as work:
            evidence_acts.decline(work, key, "A mistake")

    failed = at_once(
        lambda: sign(office, scene.taker, made.number), back, lambda: sign(office, scene.taker, made.number)
    )
    assert len(failed) == 2
    found = [item_of(office, scene, number) for number in items]
    assert len({(len(one.chain), one.custodian) for one in found}) == 1  # all of them, or none
    assert all(one.chain_is_whole and one.handover is None for one in found)


MOVES = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 2), st.sampled_from(("sign", "decline", "leave")), st.booleans()
    ),
    max_size=8,
)


@given(moves=MOVES)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_do_the_chain_tells_who_held_it(office: Office, scene: Scene, moves: Any) -> None:
    """Against a model, each example with an item of its own: who holds it, and who took it in turn."""
    number = record(office, scene, pistol("")).items[0].number
    people: list[Actor] = [scene.giver, scene.taker, scene.third]
    holder, taken, pending = 0, [0], False
    for giver, taker, then, torn in moves:
        may = giver == holder and taker != giver and not pending
        try:
            made = offer(office, scene, people[giver], people[taker], number)
            assert may
        except Refused:
            assert not may
            continue
        key = parse_registry_number("EH", made.number)
        if then == "sign":
            new = SigningNew((number,), "torn") if torn else SigningNew()
            with office.begin(people[taker]) as work:
                evidence_acts.sign(work, key, new)
            holder = taker
            taken.append(taker)
        elif then == "decline":
            with office.begin(people[taker]) as work:
                evidence_acts.decline(work, key, "no")
        else:
            pending = True
    found = item_of(office, scene, number)
    assert [link.taker for link in found.chain] == [f"Name of {people[who].name}" for who in taken]
    assert found.chain_is_whole
    assert found.custodian == f"Name of {people[holder].name}"
    assert (found.handover is not None) is pending


def links(*takers: int) -> list[tuple[chain.Link, bytes]]:
    """A whole chain through these hands."""
    made: list[tuple[chain.Link, bytes]] = []
    before, giver = chain.NOTHING, None
    for n, taker in enumerate(takers, 1):
        at = START + timedelta(hours=n)
        link = chain.Link(n, giver, taker, at, at, "storage", "Store", "B-1", True, "")
        before, giver = chain.digest("EV-1", link, before), taker
        made.append((link, before))
    return made


CHANGES: dict[str, Any] = {
    "taker": 99,
    "giver": 98,
    "place": "elsewhere",
    "bag": "B-2",
    "intact": False,
    "note": "x",
    "purpose": "court",
    "taken_at": START + timedelta(days=9),
    "given_at": START - timedelta(days=9),
    "n": 7,
}


@given(
    takers=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    at=st.integers(0, 5),
    change=st.sampled_from(sorted(CHANGES)),
)
def test_any_change_of_any_link_shows(takers: list[int], at: int, change: str) -> None:
    whole = links(*takers)
    assert chain.broken("EV-1", whole) == []
    assert chain.broken("EV-2", whole)  # the chain of another item
    at %= len(whole)
    link, digest = whole[at]
    changed = [*whole]
    changed[at] = (replace(link, **{change: CHANGES[change]}), digest)
    assert chain.broken("EV-1", changed)


@given(takers=st.lists(st.integers(1, 5), min_size=2, max_size=6), at=st.integers(0, 4))
def test_a_link_left_out_shows(takers: list[int], at: int) -> None:
    whole = links(*takers)
    at %= len(whole) - 1  # the last one left out is what the count on the item shows
    assert chain.broken("EV-1", whole[:at] + whole[at + 1 :])
    assert chain.broken("EV-1", [])
