"""A licence from its draft to its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from registry.access.approvable import Order
from registry.core.errors import Conflict, Forbidden, Refused, Stale
from registry.core.work import Office
from registry.licensing import acts, approving, decision_acts, life, queries, review_acts
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.vocabulary import ApprovalKind, Role
from tests.licensing import world
from tests.licensing.world import PISTOLS, RIFLES, Situation
from tests.makers import EVERYTHING, make_person

S, M = LicenceState, LicenceMove
WAR = Situation(lines=(RIFLES,), war_material=True, evidence=({"kind": "opinion"},))


def test_a_licence_is_issued_when_another_approves(office: Office) -> None:
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    assert world.read(office, number).state == S.AWAITING_APPROVAL
    world.approve(office, proposed)
    issued = world.read(office, number)
    assert (issued.state, issued.due_on) == (S.ISSUED, None)
    assert issued.issued_on == issued.starts_on
    assert [event.move for event in issued.events if event.before != event.after] == [
        M.SUBMIT,
        M.TAKE_UP,
        M.ISSUE,
    ]


def test_war_material_takes_two_beside_the_proposer(office: Office) -> None:
    number = world.make(office, WAR)
    proposed = world.propose(office, number)
    assert proposed.approvers == 2
    world.approve(office, proposed)
    assert world.read(office, number).state == S.AWAITING_APPROVAL
    world.approve(office, proposed)
    issued = world.read(office, number)
    assert (issued.state, issued.war_material) == (S.ISSUED, True)


def test_whoever_wrote_the_application_does_not_approve_it(office: Office) -> None:
    supervisor = make_person(office)
    number = world.make(office, Situation())
    with office.begin(EVERYTHING) as work:
        queries.licence_row(work, queries.licence_key(number)).created_by = supervisor.user_id
    proposed = world.propose(office, number)
    with pytest.raises(Forbidden), office.begin(supervisor) as work:
        world.approvals.approve(work, proposed.id, proposed.digest)
    assert world.read(office, number).state == S.AWAITING_APPROVAL


def test_what_fell_away_after_the_proposal_keeps_it_from_being_issued(office: Office) -> None:
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    with office.begin(EVERYTHING) as work:
        new = {
            "country": "PY",
            "begins_on": str(work.today),
            "source": "Security Council",
            "goods": "firearm",
        }
        world.law_acts.set_embargo(work, world.law.EmbargoNewSchema().load(new))
    with pytest.raises(Conflict) as refused:
        world.approve(office, proposed)
    assert any("embargo" in unmet.message for unmet in refused.value.unmet)
    assert world.read(office, number).issued_on is None


def test_nothing_is_proposed_while_a_condition_is_unmet(office: Office) -> None:
    number = world.make(office, Situation(verified=False))
    with pytest.raises(Refused) as refused:
        world.propose(office, number)
    assert {unmet.article for unmet in refused.value.unmet} == {"FP 10(2)(a)"}


def test_acts_that_take_two_are_not_done_by_one(office: Office) -> None:
    number = world.make(office, Situation())
    version = str(world.read(office, number).version)
    kind, content = ApprovalKind.ISSUE_LICENCE, {"war_material": False}
    order = Order(1, kind, number, content, "Alone", version, 0, "authority_officer")
    for act in (approving.issue, approving.amend, approving.revoke):
        with pytest.raises(Forbidden), office.begin(make_person(office)) as work:
            act(work, order)


def test_a_refusal_has_reasons_and_time_to_appeal(office: Office) -> None:
    number = world.make(office, Situation())
    until = world.day(office, 30)
    with office.begin(make_person(office)) as work:
        key = queries.licence_key(number)
        refused = decision_acts.refuse(
            work, key, review.Adverse("Risk of diversion", until), queries.licence(work, key).version
        )
    assert (refused.state, refused.reason, refused.appeal_until) == (S.REFUSED, "Risk of diversion", until)
    assert refused.moves == ()


def test_a_question_stops_the_clock_until_it_is_answered(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        new = {"kind": "decision", "days": 60, "begins_on": "2020-01-01", "source": "EU 258/2012 art. 7"}
        world.law_acts.set_term(work, world.law.TermNewSchema().load(new))
    number = world.make(office, Situation())
    key = queries.licence_key(number)
    due = world.read(office, number).due_on
    assert due is not None
    assert due > world.day(office, 60)
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    with office.begin(officer) as work:
        asked = review_acts.ask_information(
            work, key, told.Said("Which route?"), queries.licence(work, key).version
        )
    assert (asked.state, asked.due_on) == (S.INFORMATION_ASKED, None)
    with office.begin(EVERYTHING) as work:
        answered = acts.answer(work, key, told.Said("By sea."), asked.version)
    assert (answered.state, answered.due_on) == (S.UNDER_REVIEW, due)


def test_a_licence_ends_at_midnight_in_its_own_zone() -> None:
    last = datetime(2026, 3, 31, tzinfo=UTC).date()
    assert life.end_of(last, "America/Sao_Paulo") == datetime(2026, 4, 1, 3, tzinfo=UTC)
    assert life.end_of(last, "Asia/Tokyo") == datetime(2026, 3, 31, 15, tzinfo=UTC)
    # summer time begins within the last night: midnight is still midnight
    assert life.end_of(datetime(2026, 3, 28, tzinfo=UTC).date(), "Europe/Berlin") == datetime(
        2026, 3, 28, 23, tzinfo=UTC
    )


def test_it_is_issued_until_the_last_second_and_expired_with_midnight(office: Office) -> None:
    number = world.issue(office)
    ends_at = world.read(office, number).ends_at
    assert ends_at is not None
    assert ends_at.hour == 3  # midnight in São Paulo
    clock = office.clock
    try:
        office.clock = lambda: ends_at - timedelta(seconds=1)
        assert world.read(office, number).state == S.ISSUED
        office.clock = lambda: ends_at
        expired = world.read(office, number)
        assert expired.state == S.EXPIRED
        with office.look(EVERYTHING) as work:
            asked = told.LicencesAsked(state=S.EXPIRED)
            assert [row.number for row in queries.licences(work, asked).items] == [number]
            assert queries.licences(work, told.LicencesAsked(state=S.ISSUED)).items == ()
        with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
            decision_acts.suspend(
                work, queries.licence_key(number), review.Adverse("Late", None), expired.version
            )
    finally:
        office.clock = clock


def test_a_change_of_what_somebody_else_changed_is_stale(office: Office) -> None:
    number = world.make(office, Situation())
    key, version = queries.licence_key(number), world.read(office, number).version
    with office.begin(EVERYTHING) as work:
        acts.change(work, key, told.Application(place="Manaus"), version)
    with pytest.raises(Stale), office.begin(EVERYTHING) as work:
        acts.change(work, key, told.Application(place="Belém"), version)


def test_other_goods_have_to_be_compared_and_asked_about_again(office: Office) -> None:
    said = {"answer": "no_objection", "reference": "AR-1", "answered_on": 0}
    number = world.make(office, Situation(transits={"AR": said}))
    key = queries.licence_key(number)
    assert all(condition.met for condition in world.read(office, number).to_issue)
    with office.begin(EVERYTHING) as work:
        lines = told.ApplicationSchema().load({"lines": [PISTOLS | {"quantity": 101}]})
        changed = acts.change(work, key, lines, queries.licence(work, key).version)
    assert {condition.key for condition in changed.to_issue if not condition.met} == {
        "import_goods",
        "transit",
        "assessment",
    }


@pytest.mark.parametrize("move", M)
def test_no_move_leads_out_of_a_state_that_is_final(move: LicenceMove) -> None:
    assert life.MOVES[move].after.isdisjoint(life.FINAL)
    assert {S.REFUSED, S.WITHDRAWN, S.REVOKED, S.RETURNED} == life.FINAL
