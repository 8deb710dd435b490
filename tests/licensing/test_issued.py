"""What is done with a licence that was issued: amended, suspended, revoked, given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.access.approval_queries import ProposalView, proposal
from registry.core.errors import Conflict, Invalid, Refused
from registry.core.work import Office
from registry.ledger import log
from registry.ledger.notes import LocalSigner
from registry.licensing import decision_acts, law_acts, queries
from registry.licensing.tables import Licence
from registry.licensing.views import LicenceView
from registry.shipments import offices
from registry.shipments.tables import CustomsOffice, Draw, Shipment, ShipmentLine
from schemas import licensing as told
from schemas import licensing_law as law
from schemas import licensing_review as review
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.shipments import OfficeNew
from schemas.vocabulary import ProposalState, Role
from tests.licensing import world
from tests.licensing.world import PISTOLS, Situation
from tests.makers import EVERYTHING, make_person

S, M = LicenceState, LicenceMove
AGREES = {"AR": {"answer": "no_objection", "reference": "AR-1", "answered_on": 0}}


def amendment(**given: Any) -> review.Amendment:
    lines = tuple(review.LineQuantity(*one) for one in given.pop("quantities", ()))
    empty: dict[str, Any] = dict.fromkeys(("expires_on", "return_by", "recipient_address", "conditions"))
    return review.Amendment(reason="More is needed", quantities=lines, **(empty | given))


def propose_change(office: Office, number: str, **given: Any) -> ProposalView:
    with office.begin(make_person(office, Role.AUTHORITY_OFFICER)) as work:
        key = queries.licence_key(number)
        version = queries.licence(work, key).version
        return decision_acts.propose_amendment(work, key, amendment(**given), version)


def draw(office: Office, number: str, quantity: int) -> None:
    """As a shipment does: so many are taken of the first line, and the licence went on."""
    with office.begin(EVERYTHING) as work:
        key = queries.licence_key(number)
        if work.session.get(CustomsOffice, "BRSSZ") is None:
            offices.open_office(work, OfficeNew("BRSSZ", "Customs Santos", "Santos"))
        shipment = Shipment(
            licence_id=key,
            direction="out",
            state="departed",
            office="BRSSZ",
            expected_on=work.today,
            announced_at=work.now,
            announced_by=0,
            departed_on=work.today,
            cleared_at=work.now,
        )
        work.session.add(shipment)
        work.session.flush()
        told = {"shipment_id": shipment.id, "line_n": 1, "licence_id": key, "quantity": quantity}
        work.session.add(ShipmentLine(**told))
        work.session.flush()
        work.session.add(Draw(**told, at=work.now))
        work.session.get_one(Licence, key).version += 1


def decide(office: Office, number: str, act: Any, what: Any) -> LicenceView:
    with office.begin(make_person(office)) as work:
        key = queries.licence_key(number)
        done: LicenceView = act(work, key, what, queries.licence(work, key).version)
        return done


@pytest.mark.usefixtures("stale")
def test_no_licence_is_issued_while_the_ledger_is_not_signed(office: Office) -> None:
    key = LocalSigner("tests", Ed25519PrivateKey.generate())
    log.keep(office, key, now=True)
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    now = office.clock()
    office.clock = lambda: now + timedelta(hours=5)
    with pytest.raises(log.LedgerStaleError, match="no licence is issued"):
        world.approve(office, proposed)
    with office.look(EVERYTHING) as work:
        assert queries.licence(work, queries.licence_key(number)).state == S.AWAITING_APPROVAL
        assert proposal(work, proposed.id).state is ProposalState.OPEN
    log.keep(office, key, now=True)
    world.approve(office, proposed)
    with office.look(EVERYTHING) as work:
        assert queries.licence(work, queries.licence_key(number)).state == S.ISSUED


def test_an_amendment_takes_two_and_says_what_changed(office: Office) -> None:
    number = world.issue(office)
    until = world.day(office, 120)
    proposed = propose_change(office, number, expires_on=until, quantities=[(1, 90)])
    assert [(change.field, change.after) for change in proposed.changes] == [
        ("expires_on", str(until)),
        ("lines.0.quantity", "90"),
    ]
    assert world.read(office, number).lines[0].quantity == 100
    world.approve(office, proposed)
    changed = world.read(office, number)
    assert (changed.state, changed.expires_on, changed.lines[0].quantity) == (S.ISSUED, until, 90)
    assert changed.ends_at is not None
    assert changed.ends_at.date() == until + timedelta(days=1)
    assert changed.events[-1].move == M.AMEND


def test_no_amendment_past_the_import_licence_or_beyond_what_it_allows(office: Office) -> None:
    number = world.issue(office)
    with pytest.raises(Refused) as refused:
        propose_change(office, number, expires_on=world.day(office, 400), quantities=[(1, 101)])
    assert {unmet.article for unmet in refused.value.unmet} == {"EU 258/2012 art. 7", "FP 10(2)(a)"}
    assert any("the import licence allows 100" in unmet.message for unmet in refused.value.unmet)
    with pytest.raises(Invalid, match="Nothing would change"):
        propose_change(office, number, quantities=[(1, 100)])
    with pytest.raises(Refused, match=r"(?s)."):
        propose_change(office, number, quantities=[(2, 1)])


def test_more_goods_than_a_transit_state_agreed_to_need_another_licence(office: Office) -> None:
    number = world.issue(office, Situation(transits=AGREES, authorised=(200,)))
    with pytest.raises(Refused) as refused:
        propose_change(office, number, quantities=[(1, 150)])
    assert [unmet.article for unmet in refused.value.unmet] == ["FP 10(2)(b)"]
    assert propose_change(office, number, quantities=[(1, 50)]).state is ProposalState.OPEN


def test_what_is_shipped_meanwhile_overtakes_an_amendment(office: Office) -> None:
    number = world.issue(office)
    proposed = propose_change(office, number, quantities=[(1, 40)])
    draw(office, number, 60)
    with pytest.raises(Conflict):
        world.approve(office, proposed)
    assert world.read(office, number).lines[0].quantity == 100
    with pytest.raises(Refused) as refused:
        propose_change(office, number, quantities=[(1, 40)])
    assert [unmet.message for unmet in refused.value.unmet] == ["60 of this line are shipped already."]


def test_an_amendment_to_what_is_shipped_leaves_nothing_to_ship(office: Office) -> None:
    number = world.issue(office)
    draw(office, number, 60)
    world.approve(office, propose_change(office, number, quantities=[(1, 60)]))
    changed = world.read(office, number)
    assert (changed.state, [event.move for event in changed.events[-2:]]) == (
        S.EXHAUSTED,
        [M.AMEND, M.EXHAUST],
    )


def test_a_licence_that_ended_is_not_amended_though_it_was_proposed_in_time(office: Office) -> None:
    number = world.issue(office, Situation(application={"expires_on": 1}))
    proposed = propose_change(office, number, expires_on=world.day(office, 120))
    ends_at, clock = world.read(office, number).ends_at, office.clock
    assert ends_at is not None
    assert ends_at < proposed.expires_at
    try:
        office.clock = lambda: ends_at
        with pytest.raises(Conflict):
            world.approve(office, proposed)
    finally:
        office.clock = clock
    assert world.read(office, number).events[-1].move == M.ISSUE


def test_a_revocation_takes_two_with_reasons_and_the_day_until_which_to_appeal(office: Office) -> None:
    number = world.issue(office)
    with office.begin(EVERYTHING) as work:
        new = {"kind": "appeal", "days": 30, "begins_on": "2020-01-01", "source": "Law 9.784 art. 59"}
        law_acts.set_term(work, law.TermNewSchema().load(new))
    with office.begin(make_person(office, Role.AUTHORITY_OFFICER)) as work:
        key = queries.licence_key(number)
        version = queries.licence(work, key).version
        proposed = decision_acts.propose_revocation(work, key, review.Adverse("Diverted"), version)
    assert world.read(office, number).state == S.ISSUED
    world.approve(office, proposed)
    revoked = world.read(office, number)
    assert (revoked.state, revoked.reason) == (S.REVOKED, "Diverted")
    assert revoked.appeal_until == world.day(office, 30)
    assert revoked.moves == ()


def test_a_decision_against_the_holder_needs_a_time_to_appeal_that_is_to_come(office: Office) -> None:
    number = world.issue(office)
    for until in (None, world.day(office, 0)):
        with pytest.raises(Invalid):
            decide(office, number, decision_acts.suspend, review.Adverse("Doubts", until))
    assert world.read(office, number).state == S.ISSUED


def test_a_suspension_is_lifted_when_every_condition_holds_again(office: Office) -> None:
    number = world.issue(office)
    doubts = review.Adverse("Doubts", world.day(office, 30))
    assert decide(office, number, decision_acts.suspend, doubts).state == S.SUSPENDED
    with office.begin(EVERYTHING) as work:
        new = {"country": "PY", "begins_on": str(work.today), "source": "Security Council"}
        made = law_acts.set_embargo(work, law.EmbargoNewSchema().load(new))
    with pytest.raises(Refused, match=r"(?s)."):
        decide(office, number, decision_acts.lift, told.Because("Cleared up"))
    with office.begin(EVERYTHING) as work:
        row = law_acts.law_queries.row_of(work, law_acts.tables.Embargo, made.number)
        row.country = "KP"
    lifted = decide(office, number, decision_acts.lift, told.Because("Cleared up"))
    assert (lifted.state, lifted.reason, lifted.appeal_until) == (S.ISSUED, "", None)


def test_what_was_given_back_is_at_its_end(office: Office) -> None:
    number = world.issue(office)
    for on in (1, -1):
        with pytest.raises(Invalid):
            decide(office, number, decision_acts.give_back, review.GivenBack(world.day(office, on)))
    back = decide(office, number, decision_acts.give_back, review.GivenBack(world.day(office, 0)))
    assert (back.state, back.returned_on) == (S.RETURNED, world.day(office, 0))


def test_goods_of_a_temporary_licence_that_are_not_back_keep_the_holder_from_another(office: Office) -> None:
    hunt = Situation(purpose="hunting", evidence=({"kind": "invitation"},), application={"return_by": 20})
    number = world.issue(office, hunt)
    away = world.read(office, number)
    clock = office.clock
    try:
        office.clock = lambda: clock() + timedelta(days=21)
        with office.look(EVERYTHING) as work:
            assert [row.number for row in queries.away(work)] == [number]
            assert queries.licence(work, queries.licence_key(number)).overdue
        other = world.make(office, replace(hunt, application={"holder": away.holder, "return_by": 40}))
        unmet = {one.key: one.unmet for one in world.read(office, other).to_issue if not one.met}
        assert list(unmet) == ["earlier_returns"]
        assert number in unmet["earlier_returns"][0].message
        decide(office, number, decision_acts.give_back, review.GivenBack(world.day(office, 0)))
        assert all(one.met for one in world.read(office, other).to_issue)
    finally:
        office.clock = clock


def test_the_proposal_of_an_application_that_was_refused_meanwhile_is_overtaken(office: Office) -> None:
    number = world.make(office, Situation(lines=(PISTOLS,)))
    proposed = world.propose(office, number)
    decide(office, number, decision_acts.refuse, review.Adverse("Doubts", world.day(office, 30)))
    with pytest.raises(Conflict):
        world.approve(office, proposed)
    with office.look(EVERYTHING) as work:
        assert proposal(work, proposed.id).state is not ProposalState.APPROVED
    assert world.read(office, number).state == S.REFUSED
