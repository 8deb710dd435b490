"""Clearing shipments: nothing leaves beyond its licence, by whatever way, and custody follows what left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.ammunition import queries as lots
from registry.ammunition.packaging import package_number
from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, RegistryError, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.firearms import acts as firearm_acts
from registry.firearms import queries as firearms
from registry.licensing import decision_acts
from registry.licensing.queries import licence, licence_key
from registry.shipments import acts, clearing, facts_queries, following, queries
from registry.shipments.queries import shipment_key
from schemas import licensing_review as told
from schemas import shipments as shapes
from schemas.firearms import CustodyNew
from schemas.shipments_vocabulary import Verdict
from schemas.vocabulary import CustodyKind
from tests.makers import EVERYTHING, make_actor
from tests.shipments import world
from tests.shipments.world import AIRPORT, PORT, Licensed, announce, check_all, clear, read

DUE = 45


@pytest.fixture
def offices(office: Office) -> None:
    world.open_offices(office)


@pytest.fixture
def port(office: Office, offices: None) -> Actor:
    return world.customs(office)


@pytest.fixture
def licensed(office: Office) -> Licensed:
    return world.export_licence(office)


def drawn(office: Office, of: Licensed) -> list[int]:
    with office.look(EVERYTHING) as work:
        return [line.drawn for line in licence(work, licence_key(of.number)).lines]


def scan(office: Office, number: str, code: str, by: Actor) -> str:
    with office.begin(by) as work:
        return clearing.scan(work, shipment_key(number), shapes.ScanNew(code)).verdict


def messages(error: RegistryError) -> str:
    return " ".join(f"{unmet.message} ({unmet.article})" for unmet in error.unmet)


def test_a_partial_shipment_draws_the_licence_down_and_custody_follows(
    office: Office, licensed: Licensed, port: Actor
) -> None:
    number = announce(office, licensed, {1: 2, 2: 300}).number
    check_all(office, number, port)
    sent = clear(office, number, port, seal="BR-77")
    assert drawn(office, licensed) == [2, 300]
    assert (sent.state, sent.seal, sent.receipt_due_on) == (
        "cleared",
        "BR-77",
        sent.departed_on and sent.departed_on + timedelta(days=DUE),
    )
    assert [line.left for line in sent.lines] == [3, 700]
    with office.look(EVERYTHING) as work:
        gun = firearms.firearm(work, parse_registry_number("F", licensed.guns[0]))
        lot = lots.lot(work, parse_registry_number("L", licensed.lot))
        story = licence(work, licence_key(licensed.number))
    step = gun.custody[-1]
    assert (step.kind, step.country, step.document_number) == ("exported", "PY", licensed.number)
    assert gun.holder is None
    assert sum(share.quantity for share in lot.holders if share.kind == "exported") == 300
    assert (story.state, story.events[-1].move) == ("issued", "ship")


def test_the_last_shipment_exhausts_the_licence(office: Office, licensed: Licensed, port: Actor) -> None:
    for lines in ({1: 3, 2: 400}, {1: 2, 2: 600}):
        number = announce(office, licensed, lines).number
        check_all(office, number, port)
        clear(office, number, port)
    assert drawn(office, licensed) == [5, 1_000]
    with office.look(EVERYTHING) as work:
        assert licence(work, licence_key(licensed.number)).state == "exhausted"
    with pytest.raises(Conflict):
        announce(office, licensed, {1: 1})


def test_people_of_customs_without_a_post_see_no_shipment(
    office: Office, licensed: Licensed, port: Actor
) -> None:
    number = announce(office, licensed, {1: 1}).number
    nowhere = world.customs(office, None)
    check_all(office, number, port)
    done = clear(office, number, port)
    with office.begin(EVERYTHING) as work:  # what happens without an office belongs to none
        shipped = shapes.ArrivalNew(done.departed_on or work.today)
        following.arrived(work, shipment_key(number), shipped, done.version)
    with pytest.raises(NotFound):
        read(office, number, nowhere)
    with office.look(nowhere) as work:
        assert not queries.shipments(work, shapes.ShipmentsAsked()).items


def test_nothing_is_announced_beyond_what_is_left(office: Office, licensed: Licensed, offices: None) -> None:
    with pytest.raises(Refused) as refused:
        announce(office, licensed, {1: 6})
    assert "6 of Pistol 9x19; 5 are left" in messages(refused.value)
    assert "FP 10(3)" in messages(refused.value)
    announce(office, licensed, {1: 3})
    with pytest.raises(Refused) as refused:
        announce(office, licensed, {1: 3})  # two are free, three are wanted
    assert "2 of 3 are named" in messages(refused.value)


def test_a_piece_is_in_one_shipment_only(office: Office, licensed: Licensed, offices: None) -> None:
    first = announce(office, licensed, {1: 1})
    line = shapes.ShippedLine(1, 1, (shapes.GoodsNew(1),))
    new = shapes.ShipmentNew(PORT, first.expected_on, (line,))
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        acts.announce(work, licence_key(licensed.number), new)
    with office.begin(EVERYTHING) as work:
        acts.cancel(work, shipment_key(first.number), shapes.Reason("Not ready"), first.version)
    with office.begin(EVERYTHING) as work:
        again = acts.announce(work, licence_key(licensed.number), new)
    assert again.lines[0].items[0].firearm == licensed.guns[0]


def test_spans_are_cut_and_never_overlap(office: Office, licensed: Licensed, offices: None) -> None:
    first = announce(office, licensed, {2: 300})
    second = announce(office, licensed, {2: 700})
    assert [(i.first, i.last) for i in first.lines[0].items] == [(0, 299)]
    assert [(i.first, i.last) for i in second.lines[0].items] == [(300, 999)]
    line = shapes.ShippedLine(2, 10, (shapes.GoodsNew(1, 295, 304),))
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        new = shapes.ShipmentNew(PORT, first.expected_on, (line,))
        acts.announce(work, licence_key(licensed.number), new)


def test_the_counter_says_at_once_what_a_scan_is(office: Office, licensed: Licensed, port: Actor) -> None:
    other = world.export_licence(office, guns=1, rounds=50)
    number = announce(office, licensed, {1: 2, 2: 100}).number
    assert scan(office, number, licensed.guns[0], port) == Verdict.MATCHES
    assert scan(office, number, licensed.guns[0].lower(), port) == Verdict.AGAIN
    assert scan(office, number, f" {licensed.serials[1]} ", port) == Verdict.MATCHES
    assert scan(office, number, licensed.guns[2], port) == Verdict.NOT_ANNOUNCED
    assert scan(office, number, other.guns[0], port) == Verdict.NOT_OF_LICENCE
    assert scan(office, number, "ZZZ999", port) == Verdict.UNKNOWN
    boxes = [package_number(parse_registry_number("L", licensed.lot), n) for n in (1, 2, 3)]
    assert [scan(office, number, box, port) for box in boxes] == [
        Verdict.MATCHES,
        Verdict.MATCHES,
        Verdict.NOT_ANNOUNCED,
    ]
    found = read(office, number, port)
    assert (found.checked, found.whole) == (102, 102)
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "4 scanned things do not belong to it" in messages(refused.value)
    assert clear(office, number, port, note="Set aside and sealed").state == "cleared"


def test_nothing_is_cleared_unseen(office: Office, licensed: Licensed, port: Actor) -> None:
    number = announce(office, licensed, {1: 2}).number
    scan(office, number, licensed.guns[0], port)
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert "1 of 2 were compared with their labels. (FP 11(b))" in messages(refused.value)
    assert drawn(office, licensed) == [0, 0]


def test_customs_clear_at_their_own_office_and_see_no_other(
    office: Office, licensed: Licensed, port: Actor
) -> None:
    airport, nowhere = world.customs(office, AIRPORT), world.customs(office, None)
    number = announce(office, licensed, {1: 1}).number
    for stranger in (airport, nowhere):
        with pytest.raises(NotFound):
            read(office, number, stranger)
        with pytest.raises(NotFound):
            scan(office, number, licensed.guns[0], stranger)
    assert read(office, number, port).number == number
    with pytest.raises(Forbidden):
        scan(office, number, licensed.guns[0], make_actor())


def suspend(office: Office, of: Licensed) -> None:
    with office.begin(EVERYTHING) as work:
        key = licence_key(of.number)
        why = told.Adverse("A tip", work.today + timedelta(days=30))
        decision_acts.suspend(work, key, why, licence(work, key).version)


def lose(office: Office, of: Licensed) -> None:
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number("F", of.guns[0])
        step = CustodyNew(CustodyKind.STOLEN, work.today, from_party=of.holder)
        firearm_acts.add_custody(work, key, step, firearms.firearm(work, key).version)


@pytest.mark.parametrize(
    ("happens", "expected"),
    [(suspend, "The licence is suspended."), (lose, "is not in the hands of the licence's holder")],
)
def test_what_changes_after_the_announcement_keeps_it_at_the_border(
    office: Office,
    licensed: Licensed,
    port: Actor,
    happens: Callable[[Office, Licensed], None],
    expected: str,
) -> None:
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    happens(office, licensed)
    assert expected in " ".join(unmet.message for unmet in read(office, number, port).unmet)
    with pytest.raises(Refused) as refused:
        clear(office, number, port)
    assert expected in messages(refused.value)
    assert drawn(office, licensed) == [0, 0]


def test_a_licence_ends_at_midnight_in_its_own_zone(office: Office, licensed: Licensed, port: Actor) -> None:
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    with office.look(EVERYTHING) as work:
        ends_at = licence(work, licence_key(licensed.number)).ends_at
    assert ends_at is not None
    late = Office(office.database, office.home, lambda: ends_at, office.secret)
    with pytest.raises((Refused, Conflict)):
        clear(late, number, port)
    in_time = Office(office.database, office.home, lambda: ends_at - timedelta(seconds=1), office.secret)
    assert clear(in_time, number, port).state == "cleared"


def test_two_offices_never_clear_more_than_the_licence_holds(
    office: Office, offices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight shipments of two barrels each, of a licence for ten, cleared at once at two offices.

    They were announced before announcements were held against each other.
    """
    monkeypatch.setattr(facts_queries, "_elsewhere_announced", lambda _work, _row: {})
    licensed = world.parts_licence(office, 10)
    people = {PORT: world.customs(office, PORT), AIRPORT: world.customs(office, AIRPORT)}
    numbers = []
    for n in range(8):
        at = (PORT, AIRPORT)[n % 2]
        numbers.append((announce(office, licensed, {1: 2}, at).number, people[at]))
        check_all(office, *numbers[-1])
    start, outcomes = Barrier(8), list[str]()

    def go(number: str, by: Actor) -> None:
        start.wait()
        try:
            outcomes.append(clear(office, number, by).state)
        except (Conflict, Refused, Stale) as error:
            outcomes.append(type(error).__name__)

    threads = [Thread(target=go, args=given) for given in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert outcomes.count("cleared") == 5, outcomes
    assert drawn(office, licensed) == [10]


DRAW = (
    "INSERT INTO licence_draw (shipment_id, line_n, licence_id, quantity, at)"
    " VALUES (:shipment, :line, :licence, :quantity, :at)"
)


@pytest.mark.parametrize(
    "statement",
    [
        DRAW,
        "UPDATE licence_line SET drawn = 1 WHERE licence_id = :licence AND n = 1",
        "UPDATE licence_line SET drawn = 0 WHERE licence_id = :licence AND n = 2",
        "UPDATE licence_draw SET quantity = 1 WHERE licence_id = :licence",
        "DELETE FROM licence_draw WHERE licence_id = :licence",
        "UPDATE shipment_line SET quantity = 1 WHERE licence_id = :licence",
    ],
)
def test_the_database_itself_refuses_what_no_act_does(
    office: Office, licensed: Licensed, port: Actor, statement: str
) -> None:
    gone = announce(office, licensed, {2: 300}).number
    check_all(office, gone, port)
    clear(office, gone, port)
    waits = announce(office, licensed, {1: 1}).number
    with pytest.raises((Conflict, DBAPIError)), office.begin(EVERYTHING) as work:
        given = {"shipment": shipment_key(waits), "line": 1, "licence": licence_key(licensed.number)}
        given |= {"quantity": 1, "at": work.now}
        names = [name for name in given if f":{name}" in statement]
        work.session.execute(text(statement), {name: given[name] for name in names})
    assert drawn(office, licensed) == [0, 300]


def test_the_same_clearance_is_not_done_twice(office: Office, licensed: Licensed, port: Actor) -> None:
    number = announce(office, licensed, {1: 1}).number
    check_all(office, number, port)
    clear(office, number, port)
    with pytest.raises(Conflict):
        clear(office, number, port)
    with pytest.raises(Conflict):
        scan(office, number, licensed.guns[0], port)
    assert drawn(office, licensed) == [1, 0]


def test_a_line_that_is_not_there_is_named(office: Office, licensed: Licensed, offices: None) -> None:
    for lines in ({3: 1}, {9: 1}):
        with pytest.raises(Invalid):
            announce(office, licensed, lines)
    with pytest.raises(Invalid):
        announce(office, licensed, {1: 1}, at="XXXXX")
