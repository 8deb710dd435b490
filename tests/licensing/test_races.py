"""Several people at once: a licence is issued once, and never while a condition is unmet."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

from registry.access import approvals
from registry.core.errors import RegistryError
from registry.core.work import Actor, Office
from registry.licensing import acts, decision_acts, queries, review_acts
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.vocabulary import Role
from tests.licensing import world
from tests.licensing.test_life import WAR
from tests.licensing.world import Situation
from tests.makers import make_person

S, M = LicenceState, LicenceMove


def at_once(runs: Sequence[Callable[[], object]]) -> Counter[str]:
    """Run all at the same moment; how many were done, and how many refused."""
    gate, answers = threading.Barrier(len(runs)), list[str]()

    def run(one: Callable[[], object]) -> None:
        gate.wait()
        try:
            one()
            answers.append("done")
        except RegistryError:
            answers.append("refused")

    threads = [threading.Thread(target=run, args=(one,)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def approving(office: Office, person: Actor, proposed: world.ProposalView) -> Callable[[], object]:
    def run() -> None:
        with office.begin(person) as work:
            approvals.approve(work, proposed.id, proposed.digest)

    return run


def moves(office: Office, number: str) -> Counter[str]:
    return Counter(event.move for event in world.read(office, number).events)


def test_two_supervisors_at_once_issue_a_licence_once(office: Office) -> None:
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    people = [make_person(office) for _ in range(4)]
    answers = at_once([approving(office, person, proposed) for person in people])
    assert answers == {"done": 1, "refused": 3}
    assert moves(office, number)[M.ISSUE] == 1


def test_war_material_is_issued_once_by_the_first_two_of_many(office: Office) -> None:
    number = world.make(office, WAR)
    proposed = world.propose(office, number)
    people = [make_person(office) for _ in range(4)]
    answers = at_once([approving(office, person, proposed) for person in people])
    assert answers == {"done": 2, "refused": 2}
    assert moves(office, number)[M.ISSUE] == 1
    assert world.read(office, number).state == S.ISSUED


def test_one_who_refuses_while_another_approves_decides_or_does_not(office: Office) -> None:
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    key, version = queries.licence_key(number), world.read(office, number).version
    until, second = world.day(office, 30), make_person(office)

    def refusing() -> None:
        with office.begin(second) as work:
            decision_acts.refuse(work, key, review.Adverse("Doubts", until), version)

    answers = at_once([approving(office, make_person(office), proposed), refusing])
    assert answers == {"done": 1, "refused": 1}
    assert moves(office, number)[M.ISSUE] + moves(office, number)[M.REFUSE] == 1


def test_what_is_withdrawn_while_it_is_approved_is_not_both(office: Office) -> None:
    number = world.make(office, Situation())
    proposed = world.propose(office, number)
    key, version = queries.licence_key(number), world.read(office, number).version
    officer = make_person(office, Role.AUTHORITY_OFFICER)

    def withdrawing() -> None:
        with office.begin(officer) as work:
            acts.withdraw(work, key, told.Because("Not needed"), version)

    answers = at_once([approving(office, make_person(office), proposed), withdrawing])
    assert answers == {"done": 1, "refused": 1}
    assert world.read(office, number).state in (S.ISSUED, S.WITHDRAWN)


def test_a_change_and_a_proposal_at_once_do_not_issue_what_changed(office: Office) -> None:
    number = world.make(office, Situation())
    key, version = queries.licence_key(number), world.read(office, number).version
    one, other = (make_person(office, Role.AUTHORITY_OFFICER) for _ in range(2))

    def changing() -> None:
        with office.begin(one) as work:
            acts.change(work, key, told.Application(recipient_name="Somebody else"), version)

    def proposing() -> None:
        with office.begin(other) as work:
            decision_acts.propose_issue(work, key, told.Because("All is there"), version)

    assert at_once([changing, proposing]) == {"done": 1, "refused": 1}
    found = world.read(office, number)
    assert (found.proposal is None) == (found.recipient_name == "Somebody else")


def test_two_officers_who_take_an_application_up_at_once_do_not_both_have_it(office: Office) -> None:
    number = world.make(office, Situation())
    key, version = queries.licence_key(number), world.read(office, number).version
    people = [make_person(office, Role.AUTHORITY_OFFICER) for _ in range(4)]

    def taking(person: Actor) -> Callable[[], object]:
        def run() -> None:
            with office.begin(person) as work:
                review_acts.take_up(work, key, version)

        return run

    assert at_once([taking(person) for person in people]) == {"done": 1, "refused": 3}
