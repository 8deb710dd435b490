"""Records go by two, with a certificate; the ledger keeps verifying; the database lets nothing else go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Refused
from registry.core.work import Office, Work
from registry.firearms.tables import Firearm, Mark
from registry.retention import acts, disposing, queries
from registry.retention.disposal_tables import DisposedRecord, RecordsDisposal
from registry.shipments import following
from registry.tracing.tables import TraceFirearm
from schemas import shipments as shipped
from schemas.retention import DisposalNew, HoldNew, PreviewAsked
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import Role
from tests.firearms.world import make_world, register, serial
from tests.makers import EVERYTHING, agreed, bearer, make_person, post, sign_in
from tests.recovery.test_disposal import approve, done, held, proposed
from tests.recovery.test_figures import establish
from tests.recovery.world import item_of, make_scene, pistol
from tests.retention.test_records import ended
from tests.shipments.test_following import do
from tests.shipments.world import announce, check_all, clear, customs, export_licence, open_offices


def propose(*numbers: str, reason: str = "Terms are over") -> Any:
    def made(work: Work) -> ProposalView:
        return disposing.propose(work, DisposalNew(numbers, reason))

    return made


def verified(app: Flask) -> str:
    told = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert told.exit_code == 0, told.output
    return str(told.output)


def remove_by_hand(office: Office, statement: str) -> None:
    with office.begin(EVERYTHING) as work:
        work.session.execute(text(statement))


def test_two_dispose_of_a_firearms_record_and_the_ledger_still_verifies(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    world, headers = make_world(office), bearer(app, Role.AUTHORITY_OFFICER)
    number = ended(office, world)
    kept = register(office, world, marks=(serial("TAB77777"),)).number
    early = client.post(
        "/api/v1/retention/disposals", json={"records": [number, kept], "reason": "x"}, headers=headers
    )
    assert early.status_code == 422
    assert (
        early.get_json()["errors"][0]["message"]
        == f"{kept} is kept: a term has not begun, as its event is missing."
    )
    with pytest.raises(Conflict, match="two have disposed"):
        remove_by_hand(office, "DELETE FROM firearm")

    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    assert number in browser.get(f"/retention/disposals/new?record={number}").get_data(as_text=True)
    sent = post(browser, "/retention/disposals/new", records=number, reason="Terms are over")
    assert sent.status_code == 303
    shown = browser.get(sent.headers["Location"]).get_data(as_text=True)
    assert "30 years from 1985-03-02: kept until 2015-03-02" in shown
    with office.begin(make_person(office)) as work:
        approvals.decline(work, 1, "Not yet")
    decided = agreed(office, propose(number))

    found = client.get(f"/api/v1/retention/disposals/{decided.result}", headers=headers).get_json()
    assert [line["number"] for line in found["lines"]] == [number]
    assert (found["records"], found["removed"]) == (1, 5)  # itself, a mark and three steps
    assert found["proposed_by"] != found["approved_by"]
    assert client.get(f"/api/v1/firearms/{number}", headers=headers).status_code == 404
    assert client.get(f"/api/v1/firearms/{kept}", headers=headers).status_code == 200
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Mark)) == 1
        assert queries.preview(work, PreviewAsked()).items == ()
    assert "GOOD" in verified(app)
    asked = {"kind": "firearm", "mark": "TAB1234?", "case_number": "1", "purpose": "registration"}
    traced = client.post("/api/v1/traces", json=asked, headers=headers)
    assert traced.status_code == 201, traced.get_json()
    assert number not in traced.get_data(as_text=True)

    for path in ("/retention/disposals", f"/retention/disposals/{decided.result}"):
        assert str(decided.result) in browser.get(path).get_data(as_text=True)
    paper = browser.get(f"/retention/disposals/{decided.result}/certificate.pdf")
    assert paper.data.startswith(b"%PDF")
    with pytest.raises(Conflict, match="stays on record"):
        remove_by_hand(office, "DELETE FROM disposed_record")


def test_a_hold_placed_after_the_proposal_keeps_the_record(office: Office) -> None:
    number = ended(office, make_world(office))
    with office.begin(EVERYTHING) as work:
        waiting = propose(number)(work)
    with office.begin(EVERYTHING) as work:
        acts.place_hold(work, HoldNew("Trial", "Court", record=number))
    with (
        pytest.raises(approvals.Overtaken, match="ordered by Court"),
        office.begin(make_person(office)) as work,
    ):
        approvals.approve(work, waiting.id, waiting.digest)
    with pytest.raises(Refused, match="ordered by Court"), office.begin(EVERYTHING) as work:
        propose(number)(work)
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(Firearm)) == 1
        assert work.session.scalar(select(func.count()).select_from(RecordsDisposal)) == 0


def test_recovery_trace_and_firearm_go_one_after_the_other_at_the_end_of_their_terms(
    app: Flask, office: Office
) -> None:
    scene = make_scene(office)
    gun = register(office, scene.world)
    (item,) = held(office, scene, pistol("TAB12345"))
    establish(office, scene, item_of(office, scene, item))
    batch = proposed(office, scene, item)
    approve(office, scene.third, batch)
    done(office, scene.taker, batch)
    with office.look(EVERYTHING) as work:
        assert all(not rows_over(work, one) for one in RecordClass)
    later(office, 31)
    with office.look(EVERYTHING) as work:
        assert [row.standing for row in rows_over(work, RecordClass.FIREARM)] == ["held"]
        (recovery,) = rows_over(work, RecordClass.RECOVERY)
        (trace,) = rows_over(work, RecordClass.TRACE)
    for number in (recovery.number, trace.number, gun.number):
        agreed(office, propose(number))
        assert "GOOD" in verified(app)
    with office.look(EVERYTHING) as work:
        assert work.session.scalar(select(func.count()).select_from(DisposedRecord)) == 3
        assert [one for one in RecordClass if rows_over(work, one)] == [RecordClass.PERSON]
        assert work.session.scalar(select(func.count()).select_from(TraceFirearm)) == 0


def test_a_licence_goes_with_its_shipments_and_lets_its_firearms_go(app: Flask, office: Office) -> None:
    open_offices(office)
    licensed = export_licence(office, guns=1, rounds=50)
    officer = customs(office)
    sent = announce(office, licensed, {1: 1, 2: 50})
    check_all(office, sent.number, officer)
    cleared = clear(office, sent.number, officer)
    with office.look(EVERYTHING) as work:
        today = work.today
    do(office, following.received, cleared, shipped.ReceiptNew(today, "PY 9", (1, 50)))
    later(office, 21)
    with office.look(EVERYTHING) as work:
        (row,) = rows_over(work, RecordClass.LICENCE)
    assert (row.number, row.standing, row.holds) == (licensed.number, "over", ())
    with pytest.raises(Conflict, match="drawn on a licence"):
        remove_by_hand(office, "DELETE FROM licence_draw")
    agreed(office, propose(licensed.number))
    assert "GOOD" in verified(app)


def rows_over(work: Work, record_class: RecordClass) -> tuple[queries.StandingView, ...]:
    return queries.preview(work, PreviewAsked(record_class=record_class)).items


def later(office: Office, years: int) -> None:
    """So many years pass."""
    now = office.clock()
    office.clock = lambda: now + timedelta(days=366 * years)
