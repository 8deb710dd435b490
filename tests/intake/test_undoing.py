"""Taking an intake back as a whole: two agree, nothing may depend on it, and it can be brought in anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Forbidden, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office, Work
from registry.directory.tables import Person
from registry.firearms import acts as firearms
from registry.firearms.tables import Custody, Firearm, IdentityConflict, Mark
from registry.intake import undoing, worker
from registry.intake.queries import RunView, run_key
from registry.intake.tables import IntakeRow, IntakeRun
from registry.retention import acts as retention
from registry.tracing import acts as tracing
from registry.verification import issuing
from schemas.firearms import MarkNew
from schemas.intake import UndoNew
from schemas.retention import HoldNew
from schemas.vocabulary import IssuedKind, MarkKind
from tests import labelling
from tests.firearms.world import World, make_world
from tests.intake.book import BOOK, FIRST, HEAD, asked, by_mark, enter, hand_in, read, settle
from tests.makers import agreed, bearer

REASON = UndoNew("It was the wrong dealer's book")


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def entered(office: Office, world: World) -> RunView:
    return enter(office, settle(office, hand_in(office, BOOK), holder=world.dealer.number))


def propose(office: Office, found: RunView) -> ProposalView:
    with office.begin(OPERATOR) as work:
        return undoing.propose(work, run_key(found.number), REASON, found.version)


def undo(office: Office, found: RunView) -> RunView:
    agreed(office, lambda work: undoing.propose(work, run_key(found.number), REASON, found.version))
    return read(office, found.number)


def counted(office: Office, *tables: type) -> list[int]:
    with office.look(OPERATOR) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_all_of_it_goes_and_can_be_brought_in_anew(office: Office, world: World, entered: RunView) -> None:
    assert counted(office, Firearm, IntakeRow) == [entered.entered, entered.entered] == [3, 3]
    waiting = undo(office, entered)
    assert (waiting.state, counted(office, Firearm)) == ("undoing", [3])
    worker.run_all(office)
    gone = read(office, entered.number)
    assert gone.problem == ""
    assert (gone.state, gone.undone_at is not None, gone.undone_by) == ("undone", True, waiting.undone_by)
    assert counted(office, Firearm, Mark, Custody, IdentityConflict, IntakeRow) == [0, 0, 0, 0, 0]
    assert counted(office, Person)[0] > 0  # they are erased by the rules of retention
    with office.look(OPERATOR) as work:
        assert tracing.find(work, asked("TAB1001")).outcome == "not_in_records"
    before = {f"F-{n:09d}" for n in range(1, 4)}
    again = enter(office, settle(office, hand_in(office, BOOK), holder=world.dealer.number))
    assert (again.number != entered.number, again.entered, again.known) == (True, 3, 1)
    assert by_mark(office, "TAB1001")[0].number[:11] not in before  # a number is given once


def test_an_undecided_identity_claimed_twice_goes_with_it(office: Office, entered: RunView) -> None:
    other = enter(office, hand_in(office, HEAD + FIRST.replace("10/06/1998", "11/06/1998")))
    assert (other.conflicts, counted(office, IdentityConflict)) == (1, [1])
    undo(office, other)
    worker.run_all(office)
    assert read(office, other.number).state == "undone"
    assert counted(office, Firearm, IdentityConflict) == [3, 0]


def marked(work: Work, number: str) -> None:
    key = parse_registry_number("F", number)
    mark = MarkNew(MarkKind.REGISTRATION, "R1", country="BR")
    firearms.add_mark(work, key, mark, work.session.get_one(Firearm, key).version)


def traced(work: Work, number: str) -> None:
    tracing.keep(work, asked("TAB1001"), tracing.find(work, asked("TAB1001")))


def held(work: Work, number: str) -> None:
    retention.place_hold(work, HoldNew("A trial", "Court of Brasília", number))


def printed(work: Work, number: str) -> None:
    issuing.issue(work, IssuedKind.FIREARM_RECORD, number)


@pytest.mark.parametrize("depends", [marked, traced, held, printed])
def test_what_something_depends_on_stays(
    office: Office, entered: RunView, depends: Callable[[Work, str], None]
) -> None:
    number = by_mark(office, "TAB1001")[0].number
    waiting = propose(office, entered)
    with office.begin(OPERATOR) as work:
        depends(work, number)
    with pytest.raises(Conflict, match=number), office.begin(OPERATOR) as work:
        undoing.propose(work, run_key(entered.number), REASON, entered.version)
    assert waiting.state == "open"
    assert (read(office, entered.number).state, counted(office, Firearm)) == ("done", [3])


def test_a_label_on_a_firearm_keeps_all_of_it(app: Flask, office: Office, entered: RunView) -> None:
    number = by_mark(office, "TAB1001")[0].number
    labelling.printed(app.test_client(), bearer(app), "firearm", number)
    with pytest.raises(Conflict, match=number):
        propose(office, entered)


def test_what_comes_to_depend_on_it_before_the_worker_does_stays(office: Office, entered: RunView) -> None:
    undo(office, entered)
    number = by_mark(office, "TAB1001")[0].number
    with office.begin(OPERATOR) as work:
        marked(work, number)
    worker.run_all(office)
    found = read(office, entered.number)
    assert (found.state, found.undone_by, found.undone_at) == ("done", None, None)
    assert number in found.problem
    assert counted(office, Firearm) == [3]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_nobody_changes_a_record_between_the_last_look_and_its_going(
    office: Office, entered: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    undo(office, entered)
    looked, found = undoing._refuse_what_is_needed, []

    def look(work: Work, row: IntakeRun) -> None:
        looked(work, row)
        with office.database.writer.begin() as other:
            free = text("SELECT count(*) FROM (SELECT 1 FROM firearm FOR UPDATE SKIP LOCKED) AS free")
            found.append(other.scalar(free))

    monkeypatch.setattr(undoing, "_refuse_what_is_needed", look)
    worker.run_all(office)
    assert (found, read(office, entered.number).state, counted(office, Firearm)) == ([0], "undone", [0])


def test_it_takes_two_and_the_version_seen(office: Office, entered: RunView) -> None:
    with pytest.raises(Stale), office.begin(OPERATOR) as work:
        undoing.propose(work, run_key(entered.number), REASON, entered.version - 1)
    with pytest.raises(Forbidden), office.begin(OPERATOR) as work:
        undoing.undo(work, run_key(entered.number), entered.version)


def test_nothing_entered_is_nothing_to_take_back(office: Office, world: World) -> None:
    judged = settle(office, hand_in(office, BOOK), holder=world.dealer.number)
    with pytest.raises(RegistryError, match="does not allow"):
        propose(office, judged)
