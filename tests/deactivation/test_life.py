"""A deactivation from application to certificate, and what turns up afterwards; on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from registry.access import approvals
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.deactivation import acts, queries, verifying
from registry.deactivation.pictures import plain_picture
from registry.deactivation.tables import Deactivation
from registry.firearms import acts as firearms
from registry.firearms import queries as firearm_queries
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import IncidentOutcome, MarkForm
from schemas.firearms import CustodyNew
from schemas.vocabulary import CustodyKind, MarkKind, Role
from tests.deactivation.world import APPLIED, DONE, World, inspection, key, make_world, photograph, work_of
from tests.makers import EVERYTHING, key_of_party, make_actor, make_person


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def gun_of(world: World) -> Any:
    with world.office.look(EVERYTHING) as work:
        return firearm_queries.firearm(work, parse_registry_number("F", world.gun.number))


def test_an_application_becomes_a_certificate_step_by_step(world: World) -> None:
    found = world.applied()
    assert (found.state, [u.article for u in found.unmet]) == ("applied", ["FP 9(a)"])
    found = world.act(acts.report_work, key(found), work_of(), found.version)
    assert (found.state, [u.article for u in found.unmet]) == ("work_done", ["FP 9(b)"])
    found = world.act(acts.inspect, key(found), inspection(world.body.number), found.version)
    assert (found.state, [u.article for u in found.unmet]) == ("passed", ["FP 9(c)"])
    new = shapes.VerificationNew(MarkForm.NATIONAL, "all good")
    world.agreed(verifying.propose, key(found), new, found.version)
    found = world.now(found)
    assert (found.state, found.unmet) == ("verified", ())
    mark = gun_of(world).marks[-1]
    assert mark.kind == MarkKind.DEACTIVATION
    assert mark.text == found.mark == f"DEAC BR BP1 {found.verified_on.year}"
    assert gun_of(world).marks[0].text in found.firearm_marks  # the original serial stays


def test_a_certificate_alone_is_enough_where_no_mark_is_asked(world: World) -> None:
    found = world.verified(MarkForm.CERTIFICATE_ONLY)
    assert (found.state, found.mark) == ("verified", "")
    assert all(mark.kind != MarkKind.DEACTIVATION for mark in gun_of(world).marks)


def test_nobody_verifies_alone(world: World) -> None:
    found = world.inspected()
    person = make_person(world.office)
    new = shapes.VerificationNew(MarkForm.NATIONAL, "all good")
    proposed = world.act(verifying.propose, key(found), new, found.version, actor=person)
    assert world.now(found).proposal == proposed.id
    with pytest.raises(Forbidden):
        world.act(approvals.approve, proposed.id, proposed.digest, actor=person)
    assert world.now(found).state == "passed"


def test_what_has_not_passed_cannot_be_proposed(world: World) -> None:
    found = world.worked()
    with pytest.raises(Refused):
        world.act(
            verifying.propose, key(found), shapes.VerificationNew(MarkForm.NATIONAL, "?"), found.version
        )


def test_a_failed_inspection_asks_for_work_again_and_names_the_part(world: World) -> None:
    found = world.inspected(bad="slide")
    assert found.state == "failed"
    assert "slide" in found.unmet[0].message
    with pytest.raises(Refused):
        world.act(acts.inspect, key(found), inspection(world.body.number), found.version)
    again = work_of(on=date(2026, 3, 1))
    found = world.act(acts.report_work, key(found), again, found.version)
    new = inspection(world.other_body.number, on=date(2026, 3, 5))
    found = world.act(acts.inspect, key(found), new, found.version)
    assert (found.state, [one.passed for one in found.inspections]) == ("passed", [False, True])


def test_the_body_that_did_the_work_does_not_inspect_it(world: World) -> None:
    new = shapes.DeactivationNew(world.gun.number, world.body.number, APPLIED)
    found = world.act(acts.apply, new)
    found = world.act(acts.report_work, key(found), work_of(), found.version)
    with pytest.raises(Refused) as refused:
        world.act(acts.inspect, key(found), inspection(world.body.number), found.version)
    assert refused.value.unmet[0].field == "body"


def test_the_database_refuses_a_body_that_inspects_itself(world: World) -> None:
    found = world.worked()
    with pytest.raises((IntegrityError, Conflict)), world.office.begin(EVERYTHING) as work:
        row = work.session.get_one(Deactivation, key(found))
        row.done_by_id = row.body_id = key_of_party(world.body)


def test_only_a_verifying_body_inspects(world: World) -> None:
    found = world.worked()
    with pytest.raises(Invalid) as refused:
        world.act(acts.inspect, key(found), inspection(world.dealer.number), found.version)
    assert refused.value.unmet[0].field == "body"


def test_a_body_revoked_after_its_inspection_gives_no_certificate(world: World) -> None:
    found = world.inspected()
    revocation = shapes.RevocationNew(date(2026, 6, 1), "sold its stamps")
    world.act(verifying.revoke_body, key_of_party(world.body), revocation, 1)
    assert len(world.now(found).unmet) == 2
    new = shapes.VerificationNew(MarkForm.NATIONAL, "all good")
    with pytest.raises(Refused):
        world.act(verifying.propose, key(found), new, found.version)
    other = inspection(world.other_body.number, on=date(2026, 6, 2))
    found = world.act(acts.inspect, key(found), other, found.version)
    world.agreed(verifying.propose, key(found), new, found.version)
    assert world.now(found).state == "verified"


def test_certificates_of_a_revoked_body_are_listed_and_annulled_by_two(world: World) -> None:
    found = world.verified()
    number = key_of_party(world.body)
    revocation = shapes.RevocationNew(date(2026, 6, 1), "sold its stamps")
    body = world.act(verifying.revoke_body, number, revocation, 1)
    assert body.certificates == 1
    world.agreed(verifying.propose_annulment, key(found), shapes.EndNew("stamps sold"), found.version)
    found = world.now(found)
    assert (found.state, found.ended_for) == ("annulled", "stamps sold")
    again = shapes.DeactivationNew(world.gun.number, world.smith.number, APPLIED)
    assert world.act(acts.apply, again).state == "applied"


def test_one_deactivation_of_a_firearm_at_a_time(world: World) -> None:
    found = world.applied()
    with pytest.raises(Conflict):
        world.applied()
    world.act(acts.withdraw, key(found), shapes.EndNew("changed my mind"), found.version)
    assert world.applied().state == "applied"


def test_a_withdrawn_one_is_over(world: World) -> None:
    found = world.applied()
    found = world.act(acts.withdraw, key(found), shapes.EndNew("no"), found.version)
    with pytest.raises(Refused):
        world.act(acts.report_work, key(found), work_of(), found.version)


@pytest.mark.parametrize("firearm", ["F-000000999-K", "P-000000001-6", "nonsense"])
def test_an_unknown_firearm_is_named(world: World, firearm: str) -> None:
    with pytest.raises(Invalid) as refused:
        world.act(acts.apply, shapes.DeactivationNew(firearm, world.smith.number, APPLIED))
    assert refused.value.unmet[0].field == "firearm"


def test_whoever_saw_an_older_version_is_told(world: World) -> None:
    found = world.applied()
    world.act(acts.report_work, key(found), work_of(), found.version)
    with pytest.raises(Stale):
        world.act(acts.withdraw, key(found), shapes.EndNew("no"), found.version)


def test_traders_apply_for_what_they_hold_and_see_their_own(world: World) -> None:
    dealer = make_actor(Role.TRADER, key_of_party(world.dealer))
    smith = make_actor(Role.TRADER, key_of_party(world.smith))
    stranger = make_actor(Role.TRADER, key_of_party(world.body))
    new = shapes.DeactivationNew(world.gun.number, world.smith.number, APPLIED)
    with pytest.raises(RegistryError):
        world.act(acts.apply, new, actor=stranger)
    found = world.act(acts.apply, new, actor=dealer)
    with pytest.raises(Forbidden):
        world.act(acts.report_work, key(found), work_of(), found.version, actor=dealer)
    assert world.act(acts.report_work, key(found), work_of(), found.version, actor=smith).state == "work_done"
    with world.office.look(stranger) as work, pytest.raises(NotFound):
        queries.deactivation(work, key(found))
    with world.office.look(stranger) as work:
        assert not queries.deactivations(work, shapes.DeactivationsAsked()).items


def test_photographs_are_kept_once_by_their_digest(world: World) -> None:
    found = world.applied()
    for version in (1, 2):
        found = world.act(
            acts.add_photograph, key(found), plain_picture(photograph()), f"view {version}", version
        )
    assert [one.caption for one in found.photographs] == ["view 1", "view 2"]
    assert len({one.digest for one in found.photographs}) == 1
    with world.office.look(EVERYTHING) as work:
        assert queries.photograph(work, key(found), 2) == plain_picture(photograph()).content
        with pytest.raises(NotFound):
            queries.photograph(work, key(found), 3)


def step(world: World, kind: CustodyKind, on: date, **given: Any) -> None:
    new = CustodyNew(kind, on, **given)
    gun = gun_of(world)
    world.act(firearms.add_custody, parse_registry_number("F", gun.number), new, gun.version)


def test_one_that_is_seized_raises_an_incident_that_names_certificate_and_verifier(world: World) -> None:
    found = world.verified()
    step(world, CustodyKind.SEIZED, found.verified_on, to_party=world.other_body.number)
    with world.office.look(EVERYTHING) as work:
        [incident] = queries.incidents(work, shapes.IncidentsAsked(open=True)).items
    assert (incident.deactivation, incident.body_name) == (found.number, "Banco de Provas")
    assert (incident.firearm, incident.kind) == (world.gun.number, "seized")
    decision = shapes.IncidentDecision(IncidentOutcome.REACTIVATED, "a new barrel is fitted")
    decided = world.act(acts.decide_incident, parse_registry_number("I", incident.number), decision, 1)
    assert (decided.outcome, decided.version) == ("reactivated", 2)
    with pytest.raises(Conflict):
        world.act(acts.decide_incident, parse_registry_number("I", incident.number), decision, 2)


def test_a_sale_raises_one_too_and_what_came_before_the_certificate_none(world: World) -> None:
    found = world.verified()
    step(world, CustodyKind.SOLD, DONE, from_party=world.dealer.number, to_party=world.smith.number)
    assert incidents(world) == 0
    step(
        world,
        CustodyKind.SOLD,
        found.verified_on,
        from_party=world.smith.number,
        to_party=world.dealer.number,
    )
    assert incidents(world) == 1


def incidents(world: World) -> int:
    with world.office.look(EVERYTHING) as work:
        return len(queries.incidents(work, shapes.IncidentsAsked()).items)


def test_traders_see_incidents_of_their_own_only(world: World) -> None:
    found = world.verified()
    step(world, CustodyKind.SEIZED, found.verified_on, to_party=world.other_body.number)
    for party, shown in ((world.dealer, 1), (world.smith, 1), (world.other_body, 0)):
        with world.office.look(make_actor(Role.TRADER, key_of_party(party))) as work:
            assert len(queries.incidents(work, shapes.IncidentsAsked()).items) == shown
    stranger = make_actor(Role.TRADER, key_of_party(world.other_body))
    with world.office.look(stranger) as work, pytest.raises(NotFound):
        queries.incident(work, 1)


def test_whoever_works_on_it_does_not_withdraw_anothers_application(world: World) -> None:
    found = world.applied()
    smith = make_actor(Role.TRADER, key_of_party(world.smith))
    with pytest.raises(Forbidden):
        world.act(acts.withdraw, key(found), shapes.EndNew("no"), found.version, actor=smith)
    dealer = make_actor(Role.TRADER, key_of_party(world.dealer))
    withdrawn = world.act(acts.withdraw, key(found), shapes.EndNew("no"), found.version, actor=dealer)
    assert withdrawn.state == "withdrawn"


def test_a_live_firearm_raises_none(world: World) -> None:
    step(world, CustodyKind.SEIZED, DONE, to_party=world.other_body.number)
    assert incidents(world) == 0


def test_bodies_are_authorized_once_and_revoked_once(world: World) -> None:
    new = shapes.VerifyingBodyNew(world.body.number, "XX9", "BR", date(2020, 1, 1), "Decree")
    with pytest.raises(Conflict):
        world.act(verifying.add_body, new)
    same_symbol = replace(new, party=world.smith.number, symbol="BP1")
    with pytest.raises(Conflict):
        world.act(verifying.add_body, same_symbol)
    number, revocation = key_of_party(world.body), shapes.RevocationNew(date(2026, 6, 1), "why")
    with pytest.raises(Invalid):
        world.act(verifying.revoke_body, number, replace(revocation, revoked_on=date(2019, 1, 1)), 1)
    world.act(verifying.revoke_body, number, revocation, 1)
    with pytest.raises(Conflict):
        world.act(verifying.revoke_body, number, revocation, 2)
