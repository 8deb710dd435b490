"""What takes two people: nobody does it alone, whatever way they try, and it is done once, as it was seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.access import acts, approval_queries, approvals, factors, grants, rules
from registry.access.approvable import Approvable, Change, Effect
from registry.access.approval_queries import ProposalView
from registry.access.rules import Holder
from registry.access.tables import Account
from registry.core.errors import ConfirmationNeeded, Conflict, Forbidden, Invalid, NotFound, RegistryError
from registry.core.work import OPERATOR, Actor, Office, Work
from schemas.access import AccountNew, RoleGrant
from schemas.approvals import ProposalsAsked
from schemas.vocabulary import ApprovalKind, May, ProposalState, Role
from tests.access.conftest import Clock
from tests.makers import (
    EVERYTHING,
    enter,
    make_account,
    make_actor,
    make_person,
    make_token,
    next_code,
    post,
    sign_in,
)

NEW = AccountNew("joana", "Joana", Role.POLICE, reason="She starts on Monday")


@pytest.fixture
def admin(office: Office) -> Actor:
    return make_person(office, Role.ADMINISTRATOR)


@pytest.fixture
def supervisor(office: Office) -> Actor:
    return make_person(office)


def propose(office: Office, by: Actor, new: AccountNew = NEW) -> ProposalView:
    with office.begin(by) as work:
        return grants.propose_account(work, new)


def approve(office: Office, by: Actor, proposed: ProposalView) -> ProposalView:
    with office.begin(by) as work:
        return approvals.approve(work, proposed.id, proposed.digest)


def is_open(office: Office, login: str = "joana") -> bool:
    with office.look(EVERYTHING) as work:
        return work.session.query(Account).filter_by(login=login).count() == 1


def test_one_proposes_and_another_approves_exactly_that(
    office: Office, admin: Actor, supervisor: Actor
) -> None:
    proposed = propose(office, admin)
    assert not is_open(office)
    assert Change("role", "", "police", coded=True) in proposed.changes
    assert (proposed.state, proposed.role) == (ProposalState.OPEN, "administrator")
    done = approve(office, supervisor, proposed)
    assert is_open(office)
    assert (done.state, done.decided_by) == (ProposalState.APPROVED, supervisor.name)
    assert [one.by for one in done.approvals] == [supervisor.name]


def test_the_proposer_never_approves(app: Flask, office: Office) -> None:
    """By page, by API, in a second session, with a token, at the command line's account."""
    account = make_account(office, Role.ADMINISTRATOR, "chief")
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        enter(browser, "chief")
    place = post(first, "/accounts/new", **NEW_FORM).headers["Location"]
    digest = digest_at(office)
    for browser in (first, second):
        assert "Approve</button>" not in browser.get(place).get_data(as_text=True)
        refused = post(browser, f"{place}/approve", place, digest=digest)
        assert refused.status_code == 403
        assert "proposed this yourself" in refused.get_data(as_text=True)
    client, headers = app.test_client(), {"Authorization": f"Bearer {make_token(office, account)}"}
    answer = client.post(f"/api/v1{place}/approve", json={"digest": digest}, headers=headers)
    assert answer.status_code == 403
    assert "proposed this yourself" in answer.get_json()["errors"][0]["message"]
    with office.begin(OPERATOR) as work, pytest.raises(Forbidden, match="operator"):
        approvals.approve(work, 1, digest)
    assert not is_open(office)


NEW_FORM = {"login": "joana", "full_name": "Joana", "role": "police", "reason": "Monday", "language": "en"}


def digest_at(office: Office, proposal_id: int = 1) -> str:
    with office.look(EVERYTHING) as work:
        return approval_queries.proposal(work, proposal_id).digest


def test_two_accounts_of_one_name_are_not_two_people(office: Office) -> None:
    first = make_person(office, Role.ADMINISTRATOR, full_name="Ada  Silva")
    second = make_person(office, Role.ADMINISTRATOR, full_name="ADA Silva")
    proposed = propose(office, first)
    with pytest.raises(Forbidden, match="one person"):
        approve(office, second, proposed)
    assert not is_open(office)


Reset = Callable[[Work, int], object]


@pytest.mark.parametrize(
    "reset",
    [
        lambda work, account_id: acts.reset_password(work, account_id, "forgot it"),
        lambda work, account_id: factors.reset(work, account_id, "lost it"),
    ],
)
def test_whoever_reset_an_account_is_no_second_person_to_it(
    office: Office, admin: Actor, supervisor: Actor, reset: Reset
) -> None:
    """An administrator who takes over a supervisor's account approves nothing with it, nor the reverse."""
    proposed = propose(office, admin)
    with office.begin(admin) as work:
        reset(work, supervisor.user_id)
    with pytest.raises(Forbidden, match="could have both"):
        approve(office, supervisor, proposed)
    third = make_person(office)
    theirs = propose(office, make_person(office, Role.ADMINISTRATOR), replace(NEW, login="jorge"))
    assert approve(office, supervisor, theirs).state is ProposalState.APPROVED
    assert approve(office, third, proposed).state is ProposalState.APPROVED


def test_two_accounts_that_one_person_reset_are_not_two_people(
    office: Office, admin: Actor, supervisor: Actor
) -> None:
    other = make_person(office, Role.ADMINISTRATOR)
    with office.begin(other) as work:
        acts.reset_password(work, admin.user_id, "forgot it")
        acts.reset_password(work, supervisor.user_id, "forgot it")
    with pytest.raises(Forbidden, match="could have both"):
        approve(office, supervisor, propose(office, admin))


def test_a_reset_by_the_operator_or_long_ago_leaves_two_people(
    office: Office, clock: Clock, admin: Actor, supervisor: Actor
) -> None:
    with office.begin(admin) as work:
        acts.reset_password(work, supervisor.user_id, "forgot it")
    clock.pass_by(days=30)
    with office.begin(OPERATOR) as work:
        acts.reset_password(work, supervisor.user_id, "first password")
        acts.reset_password(work, admin.user_id, "first password")
    assert approve(office, supervisor, propose(office, admin)).state is ProposalState.APPROVED


def test_who_is_not_asked_cannot_approve_and_does_not_see(office: Office, admin: Actor) -> None:
    proposed = propose(office, admin)
    for role in (Role.AUTHORITY_OFFICER, Role.POLICE, Role.AUDITOR):
        with pytest.raises((Forbidden, NotFound)):
            approve(office, make_person(office, role), proposed)
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    with office.look(officer) as work, pytest.raises(NotFound):
        approval_queries.proposal(work, proposed.id)
    with office.look(make_person(office, Role.AUDITOR)) as work:
        assert approval_queries.proposal(work, proposed.id).may_approve is False


def test_a_token_alone_approves_nothing_and_with_a_code_it_does(
    app: Flask, client: FlaskClient, office: Office, admin: Actor
) -> None:
    proposed = propose(office, admin)
    account = make_account(office, Role.AUTHORITY_SUPERVISOR, "head")
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    address = f"/api/v1/proposals/{proposed.id}"
    read = client.get(address, headers=headers).get_json()
    assert read["may_approve"] is True
    assert {"field": "login", "before": "", "after": "joana", "of": ""} in read["changes"]
    bare = client.post(f"{address}/approve", json={"digest": read["digest"]}, headers=headers)
    assert (bare.status_code, bare.get_json()["type"]) == (403, "/problems/confirmation-needed")
    wrong = client.post(
        f"{address}/approve", json={"digest": read["digest"], "code": "000000"}, headers=headers
    )
    assert wrong.status_code == 422
    other = client.post(
        f"{address}/approve", json={"digest": "0" * 64, "code": next_code(office, "head")}, headers=headers
    )
    assert other.status_code == 409
    assert not is_open(office)


def test_an_approval_by_token_and_code(client: FlaskClient, office: Office, admin: Actor) -> None:
    proposed = propose(office, admin)
    account = make_account(office, Role.AUTHORITY_SUPERVISOR, "head")
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    body = {"digest": proposed.digest, "code": next_code(office, "head")}
    done = client.post(f"/api/v1/proposals/{proposed.id}/approve", json=body, headers=headers)
    assert (done.status_code, done.get_json()["state"]) == (200, "approved")
    assert is_open(office)


def test_an_approver_has_just_shown_who_they_are(
    app: Flask, office: Office, clock: Clock, admin: Actor
) -> None:
    proposed, browser = propose(office, admin), sign_in(app, Role.AUTHORITY_SUPERVISOR)
    clock.pass_by(minutes=11)
    place = f"/proposals/{proposed.id}"
    asked = post(browser, f"{place}/approve", place, digest=proposed.digest)
    assert (asked.status_code, asked.headers["Location"].partition("?")[0]) == (303, "/confirm")
    stale = replace(make_person(office), proof=None)
    with pytest.raises(ConfirmationNeeded):
        approve(office, stale, proposed)
    assert not is_open(office)


def test_what_was_not_seen_is_not_approved(office: Office, admin: Actor, supervisor: Actor) -> None:
    proposed = propose(office, admin)
    with pytest.raises(Conflict, match="What you saw"):
        approve(office, supervisor, replace(proposed, digest="0" * 64))
    approve(office, supervisor, replace(proposed, digest=proposed.digest.upper()))
    assert is_open(office)


def test_a_proposal_is_decided_once_and_in_time(
    office: Office, clock: Clock, admin: Actor, supervisor: Actor
) -> None:
    first = propose(office, admin)
    approve(office, supervisor, first)
    with pytest.raises(Conflict, match="decided already"):
        approve(office, supervisor, first)
    second = propose(office, admin, replace(NEW, login="late"))
    clock.pass_by(hours=24)
    with pytest.raises(Conflict, match="time to decide"):
        approve(office, supervisor, second)
    with office.look(supervisor) as work:
        assert approval_queries.proposal(work, second.id).state is ProposalState.EXPIRED
        assert approval_queries.waiting(work) == 0
    third = propose(office, admin, replace(NEW, login="late"))
    approve(office, supervisor, third)
    assert is_open(office, "late")


def test_one_proposal_waits_on_a_record_at_a_time(office: Office, admin: Actor, supervisor: Actor) -> None:
    proposed = propose(office, admin)
    with pytest.raises(Conflict, match=f"Proposal {proposed.id}"):
        propose(office, make_person(office, Role.ADMINISTRATOR))
    with office.begin(supervisor) as work:
        declined = approvals.decline(work, proposed.id, "not known to us")
    assert (declined.state, declined.decision_reason) == (ProposalState.DECLINED, "not known to us")
    propose(office, admin)


def test_a_refusal_has_a_reason_and_only_the_proposer_takes_back(
    office: Office, admin: Actor, supervisor: Actor
) -> None:
    proposed = propose(office, admin)
    with office.begin(supervisor) as work, pytest.raises(Invalid):
        approvals.decline(work, proposed.id, "  ")
    with office.begin(make_person(office, Role.ADMINISTRATOR)) as work, pytest.raises(Forbidden):
        approvals.withdraw(work, proposed.id)
    with office.begin(admin) as work, pytest.raises(Forbidden):
        approvals.decline(work, proposed.id, "changed my mind")
    with office.begin(admin) as work:
        assert approvals.withdraw(work, proposed.id).state is ProposalState.WITHDRAWN
    with pytest.raises(Conflict, match="decided"):
        approve(office, supervisor, proposed)


def test_records_that_changed_meanwhile_overtake_a_proposal(
    app: Flask, office: Office, admin: Actor, supervisor: Actor
) -> None:
    account = make_account(office)
    with office.begin(admin) as work:
        proposed = grants.propose_role(work, account.id, RoleGrant(Role.CUSTOMS, "moves on"), 1)
        acts.close(work, account.id, 1)
    with pytest.raises(approvals.Overtaken, match="changed since"):
        approve(office, supervisor, proposed)
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    place = f"/proposals/{proposed.id}"
    page = browser.get(place).get_data(as_text=True)
    assert "cannot be approved any more" in page
    assert "Approve</button>" not in page
    assert post(browser, f"{place}/approve", place, digest=proposed.digest).status_code == 409
    with office.look(supervisor) as work:
        assert approval_queries.proposal(work, proposed.id).state is ProposalState.OVERTAKEN


def test_what_can_no_longer_be_done_is_overtaken_and_makes_room(
    office: Office, admin: Actor, supervisor: Actor
) -> None:
    proposed = propose(office, admin)
    make_account(office, login="joana")
    with pytest.raises(approvals.Overtaken, match="in use"):
        approve(office, supervisor, proposed)
    account = make_account(office)
    grant = RoleGrant(Role.CUSTOMS, "moves on")
    with office.begin(admin) as work:
        first = grants.propose_role(work, account.id, grant, 1)
        acts.close(work, account.id, 1)
        second = grants.propose_role(work, account.id, grant, 2)
    assert first.id != second.id
    approve(office, supervisor, second)


@pytest.mark.parametrize("who", ["proposer", "approver"])
@pytest.mark.parametrize("loss", ["closed", "another role"])
def test_a_role_lost_between_gives_no_consent(
    office: Office, admin: Actor, supervisor: Actor, who: str, loss: str
) -> None:
    proposed = propose(office, admin)
    lost = admin if who == "proposer" else supervisor
    with office.begin(EVERYTHING) as work:
        if loss == "closed":
            acts.close(work, lost.user_id, 1)
        else:
            work.carrying_out = ApprovalKind.GRANT_ROLE
            acts.grant_role(work, lost.user_id, Role.POLICE, None, 1)
    with pytest.raises(RegistryError) as refused:
        approve(office, supervisor, proposed)
    assert "any more" in str(refused.value)
    assert not is_open(office)


def test_two_who_approve_at_once_do_it_once(office: Office, admin: Actor) -> None:
    proposed, people = propose(office, admin), [make_person(office) for _ in range(6)]
    gate, answers = threading.Barrier(len(people)), list[str]()

    def run(person: Actor) -> None:
        gate.wait()
        try:
            answers.append(approve(office, person, proposed).state.value)
        except Conflict:
            answers.append("refused")

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["approved"] + ["refused"] * 5
    assert is_open(office)


@pytest.mark.parametrize("_turn", range(3))
def test_what_is_withdrawn_and_declined_at_that_moment_is_done_or_it_is_not(
    office: Office, admin: Actor, supervisor: Actor, _turn: int
) -> None:
    """Approved and done, or taken back and nothing: never both, whoever comes first."""
    proposed, third = propose(office, admin), make_person(office)
    gate, answers = threading.Barrier(3), list[str]()

    def run(attempt: Callable[[], ProposalView]) -> None:
        gate.wait()
        try:
            answers.append(attempt().state.value)
        except Conflict:
            answers.append("refused")

    tries = (
        lambda: approve(office, supervisor, proposed),
        lambda: in_work(office, admin, approvals.withdraw, proposed.id),
        lambda: in_work(office, third, approvals.decline, proposed.id, "not now"),
    )
    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("refused") == 2
    assert is_open(office) == ("approved" in answers)


def in_work(office: Office, by: Actor, do: Callable[..., ProposalView], *given: Any) -> ProposalView:
    with office.begin(by) as work:
        return do(work, *given)


def test_two_who_propose_at_once_make_one_proposal(office: Office) -> None:
    people = [make_person(office, Role.ADMINISTRATOR) for _ in range(4)]
    gate, answers = threading.Barrier(len(people)), list[str]()

    def run(person: Actor) -> None:
        gate.wait()
        try:
            answers.append(propose(office, person).state.value)
        except Conflict:
            answers.append("refused")

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["open"] + ["refused"] * 3


def test_an_act_that_fails_leaves_the_proposal_open_and_nothing_changed(
    office: Office, admin: Actor, supervisor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(work: Work, order: Any) -> str:
        acts.open_account(work, replace(NEW, reason=""))
        raise Conflict("the roof fell in")

    with_kind(office, monkeypatch, ApprovalKind.OPEN_ACCOUNT, carry_out=failing)
    proposed = propose(office, admin)
    with pytest.raises(Conflict, match="roof"):
        approve(office, supervisor, proposed)
    assert not is_open(office)
    with office.look(supervisor) as work:
        found = approval_queries.proposal(work, proposed.id)
    assert (found.state, found.approvals) == (ProposalState.OPEN, ())


def with_kind(office: Office, monkeypatch: pytest.MonkeyPatch, kind: ApprovalKind, **given: Any) -> None:
    known: Mapping[ApprovalKind, Approvable] = office.offers["approvals"]
    changed = {"approvals": {**known, kind: replace(known[kind], **given)}}
    monkeypatch.setattr(office, "offers", changed)


def test_where_two_must_approve_one_is_not_enough(
    app: Flask, office: Office, admin: Actor, supervisor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_kind(office, monkeypatch, ApprovalKind.OPEN_ACCOUNT, approvers=lambda content: 2)
    proposed = propose(office, admin)
    half = approve(office, supervisor, proposed)
    assert (half.state, half.may_approve, len(half.approvals)) == (ProposalState.OPEN, False, 1)
    assert not is_open(office)
    with pytest.raises(Forbidden, match="approved this already"):
        approve(office, supervisor, proposed)
    with office.look(supervisor) as work:
        assert approval_queries.waiting(work) == 0
    browser = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    assert "Approved by" in browser.get(f"/proposals/{proposed.id}").get_data(as_text=True)
    done = approve(office, make_person(office), proposed)
    assert (done.state, len(done.approvals)) == (ProposalState.APPROVED, 2)
    assert is_open(office)


def test_a_first_approver_who_lost_the_role_no_longer_counts(
    office: Office, admin: Actor, supervisor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_kind(office, monkeypatch, ApprovalKind.OPEN_ACCOUNT, approvers=lambda content: 2)
    proposed = propose(office, admin)
    approve(office, supervisor, proposed)
    with office.begin(admin) as work:
        acts.close(work, supervisor.user_id, 1)
    with pytest.raises(Conflict, match="any more"):
        approve(office, make_person(office), proposed)
    assert not is_open(office)


ATTACKS: dict[str, str] = {
    "approve one's own": "UPDATE proposal SET state = 'approved', decided_by = proposed_by,"
    " decided_at = proposed_at",
    "approve without approvals": "UPDATE proposal SET state = 'approved', decided_by = proposed_by + 1,"
    " decided_at = proposed_at",
    "an approval of the proposer": "INSERT INTO proposal_approval (proposal_id, approved_by, proposed_by,"
    " digest, role, at) SELECT id, proposed_by, proposed_by, digest, role, proposed_at FROM proposal",
    "an approval of the proposer under another's name": "INSERT INTO proposal_approval (proposal_id,"
    " approved_by, proposed_by, digest, role, at)"
    " SELECT id, proposed_by, proposed_by + 1, digest, role, proposed_at FROM proposal",
    "an approval of other content": "INSERT INTO proposal_approval (proposal_id, approved_by, proposed_by,"
    " digest, role, at) SELECT id, proposed_by + 1, proposed_by, 'x', role, proposed_at FROM proposal",
    "other content": "UPDATE proposal SET document = 'x'",
    "another proposer": "UPDATE proposal SET proposed_by = proposed_by + 1",
    "fewer approvers": "UPDATE proposal SET approvers = approvers + 1",
    "remove it": "DELETE FROM proposal",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_what_the_code_never_does(
    office: Office, admin: Actor, supervisor: Actor, attack: str
) -> None:
    propose(office, admin)
    with pytest.raises((IntegrityError, Conflict)), office.begin(EVERYTHING) as work:
        assert supervisor.user_id != admin.user_id
        work.session.execute(text(ATTACKS[attack]))
    with office.begin(EVERYTHING) as work:  # the negative control: this much is allowed
        work.session.execute(
            text("UPDATE proposal SET state = 'declined', decided_by = :by, decided_at = proposed_at"),
            {"by": supervisor.user_id},
        )


def test_what_waits_is_listed_and_counted_for_those_who_decide(
    app: Flask, office: Office, admin: Actor
) -> None:
    proposed = propose(office, admin)
    supervisor = sign_in(app, Role.AUTHORITY_SUPERVISOR)
    front = supervisor.get("/").get_data(as_text=True)
    assert '<span class="count">1<span class="hidden"> waiting for you</span></span>' in front
    assert f"/proposals/{proposed.id}" in supervisor.get("/proposals").get_data(as_text=True)
    auditor = sign_in(app, Role.AUDITOR)
    assert 'class="count"' not in auditor.get("/").get_data(as_text=True)
    assert f"/proposals/{proposed.id}" in auditor.get("/proposals").get_data(as_text=True)
    assert "Approve</button>" not in auditor.get(f"/proposals/{proposed.id}").get_data(as_text=True)
    officer = sign_in(app)
    assert "Nothing is proposed" in officer.get("/proposals").get_data(as_text=True)
    assert officer.get(f"/proposals/{proposed.id}").status_code == 404
    assert sign_in(app, Role.POLICE).get("/proposals").status_code == 403


def test_lists_are_filtered_by_kind_and_state(office: Office, admin: Actor, supervisor: Actor) -> None:
    for login in ("one", "two", "three"):
        propose(office, admin, replace(NEW, login=login))
    with office.begin(supervisor) as work:
        approvals.decline(work, 2, "no")

    def found(**asked: Any) -> list[int]:
        with office.look(supervisor) as work:
            return [row.id for row in approval_queries.proposals(work, ProposalsAsked(**asked)).items]

    assert found() == [3, 2, 1]
    assert found(for_me=True) == found(open=True) == found(state=ProposalState.OPEN) == [3, 1]
    assert found(open=False) == found(state=ProposalState.DECLINED) == [2]
    assert found(kind=ApprovalKind.GRANT_ROLE) == []


def test_the_ledger_names_both(office: Office, admin: Actor, supervisor: Actor) -> None:
    proposed = propose(office, admin)
    approve(office, supervisor, proposed)
    with office.look(EVERYTHING) as work:
        rows = work.session.execute(
            text("SELECT actor_id, act, note FROM ledger_entry WHERE act LIKE '%approval.%' ORDER BY id")
        ).all()
    assert [(row.actor_id, row.act) for row in rows] == [
        (admin.user_id, "user.manage,approval.propose"),
        (supervisor.user_id, "approval.decide,role.approve"),
    ]
    assert f'"proposed_by":{admin.user_id}' in rows[1].note


def test_nobody_reads_a_novel_before_approving(
    office: Office, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Effect("", [Change("text", "", "x" * approvals.MOST)])
    with_kind(office, monkeypatch, ApprovalKind.OPEN_ACCOUNT, effect=lambda *_: endless)
    with pytest.raises(Invalid, match="divide"):
        propose(office, admin)


def test_a_kind_that_nothing_carries_out_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "offers", {})
    with office.begin(EVERYTHING) as work, pytest.raises(Invalid, match="carries"):
        approvals.propose(work, ApprovalKind.OPEN_ACCOUNT, "x", {}, "so")


@pytest.mark.parametrize(
    ("others", "approver", "fits"),
    [
        ([Holder(1, "Ana")], Holder(2, "Bruno"), True),
        ([Holder(1, "Ana")], Holder(1, "Ana"), False),
        ([Holder(1, "Ana")], Holder(2, "ANA "), False),
        ([Holder(1, "Ana")], Holder(0, "operator"), False),
        ([Holder(0, "operator")], Holder(2, "Bruno"), True),
        ([Holder(1, "Ana"), Holder(2, "Bruno")], Holder(2, "Bruno"), False),
        ([Holder(1, "Ana"), Holder(2, "Bruno")], Holder(3, "Carla"), True),
    ],
)
def test_who_is_another_person(others: list[Holder], approver: Holder, fits: bool) -> None:
    assert (rules.unmet_for_two(others, approver) == []) is fits


def test_every_kind_is_offered_and_nobody_who_only_proposes_approves(office: Office) -> None:
    offered: Mapping[ApprovalKind, Approvable] = office.offers["approvals"]
    assert set(offered) == set(ApprovalKind)
    for found in offered.values():
        deciders = [role for role in Role if found.approve in make_actor(role).may]
        assert deciders
        assert all(May.APPROVAL_DECIDE in make_actor(role).may for role in deciders)
