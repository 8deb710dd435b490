"""Records opened beyond a role: one, to read, for a short time, seen at once, reviewed by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from registry.access import factors, glass, glass_queries
from registry.access.glass import Limits
from registry.access.glass_queries import GlassView
from registry.ammunition.queries import lot_number
from registry.core.errors import ConfirmationNeeded, Conflict, Forbidden, Invalid, NotFound, TooMany
from registry.core.journal.tables import LedgerEntry
from registry.core.policy import BEHIND_GLASS, TABLE, Scope
from registry.core.settings import MisconfiguredError, Settings
from registry.core.work import OPERATOR, Actor, Office
from schemas.break_glass import GlassAsked, GlassNew, GlassReview
from schemas.glass_vocabulary import GlassFinding, GlassReason, GlassState
from schemas.vocabulary import MarkingScheme, May, PartyKind, Purpose, Role
from tests.access.conftest import Clock
from tests.firearms.world import World, made, make_world, register, serial, sold
from tests.licensing import world as licensing
from tests.makers import (
    APP_SECRET,
    EVERYTHING,
    bearer,
    make_account,
    make_party,
    make_person,
    make_token,
    next_code,
    post,
    sign_in,
)
from tests.tracing.test_traces import lot

LIMITS = Limits(minutes=30, per_day=5)
NAME = "João da Silva"


def stated(record: str, **given: Any) -> GlassNew:
    values = {
        "record": record,
        "reason": GlassReason.OPERATION_UNDER_WAY,
        "words": "Hostages; who has this pistol?",
        "case_number": "77/2026",
        "purpose": Purpose.CRIMINAL_INVESTIGATION,
    }
    return GlassNew(**(values | given))


def opened(office: Office, who: Actor, record: str, **given: Any) -> GlassView:
    with office.begin(who) as work:
        return glass.break_glass(work, stated(record, **given), LIMITS)


def form(record: str, **given: str) -> dict[str, str]:
    told = stated(record)
    values = {
        "record": record,
        "reason": told.reason.value,
        "words": told.words,
        "case_number": told.case_number,
        "purpose": told.purpose.value,
    }
    return values | given


@pytest.fixture
def gun(office: Office) -> str:
    """A firearm that a natural person holds."""
    world = make_world(office)
    steps = (made(world), sold(world.maker, world.person))
    return register(office, world, *steps, marks=(serial("TAB1"),)).number


def police(app: Flask) -> FlaskClient:
    return sign_in(app, Role.POLICE, login="paula", full_name="Paula Police")


def test_police_open_one_record_read_it_and_somebody_else_reviews_it(
    app: Flask, office: Office, gun: str
) -> None:
    browser, auditor = police(app), sign_in(app, Role.AUDITOR)
    other = register(office, make_other_world(office), marks=(serial("TAB2"),)).number
    refused = browser.get(f"/firearms/{gun}")
    assert refused.status_code == 403
    assert f"/break-glass/new?record={gun}" in refused.get_data(as_text=True)
    assert gun in browser.get(f"/break-glass/new?record={gun}").get_data(as_text=True)
    empty = post(browser, "/break-glass/new", **form(gun, words=" "))
    assert empty.status_code == 422
    sent = post(browser, "/break-glass/new", **form(gun))
    assert sent.status_code == 303, sent.get_data(as_text=True)
    number = sent.headers["Location"].rpartition("/")[2]

    notice = auditor.get("/").get_data(as_text=True)
    assert f"Paula Police opened {gun}" in notice
    shown = browser.get(f"/firearms/{gun}")
    assert shown.status_code == 200
    assert NAME in shown.get_data(as_text=True)  # for the purpose stated
    assert browser.get(f"/firearms/{gun.lower().replace('-', '')}").status_code == 200
    assert browser.get(f"/firearms/{other}").status_code == 403
    assert browser.get("/firearms").status_code == 403
    assert browser.get(f"/firearms/{gun}/correct").status_code == 403
    with office.look(EVERYTHING) as work:
        entries = work.session.scalars(select(LedgerEntry).where(LedgerEntry.note.contains(number))).all()
    assert len({one.request_id for one in entries}) == 2  # every reading, before its answer left
    assert sum('"person"' in one.note for one in entries) == 2
    assert {(one.purpose, one.case_number) for one in entries} == {("criminal_investigation", "77/2026")}

    page = f"/break-glass/{number}"
    early = post(auditor, f"{page}/review", page, finding="justified", words="x")
    assert early.status_code == 409
    assert post(browser, f"{page}/ending", page).status_code == 303
    assert browser.get(f"/firearms/{gun}").status_code == 403
    assert "2" in auditor.get(page).get_data(as_text=True)
    assert post(browser, f"{page}/review", page, finding="justified", words="x").status_code == 403
    done = post(auditor, f"{page}/review", page, finding="not_justified", words="No hostages")
    assert done.status_code == 303
    assert "No hostages" in browser.get(page).get_data(as_text=True)
    assert "Paula Police opened" not in auditor.get("/").get_data(as_text=True)
    assert "No hostages" not in auditor.get(f"/records/{number}/history").get_data(as_text=True)
    for path in ("/break-glass", "/break-glass?state=reviewed"):
        assert number in browser.get(path).get_data(as_text=True)
    assert number not in browser.get("/break-glass?state=open").get_data(as_text=True)


def make_other_world(office: Office) -> World:
    with office.begin(EVERYTHING) as work:
        maker, dealer = (make_party(work, kind) for kind in (PartyKind.MAKER, PartyKind.DEALER))
    return World(maker, maker, dealer, dealer, dealer)


def test_it_ends_by_itself_and_for_this_person_alone(
    app: Flask, office: Office, clock: Clock, gun: str
) -> None:
    paula, pedro = make_person(office, Role.POLICE), make_person(office, Role.POLICE)
    opened(office, paula, gun)

    def may_read(who: Actor) -> bool:
        return glass_queries.opened(office, who, May.FIREARM_READ, gun) is not None

    assert may_read(paula)
    assert not may_read(pedro)
    clock.pass_by(minutes=29, seconds=59)
    assert may_read(paula)
    clock.pass_by(seconds=1)
    assert not may_read(paula)
    with office.look(make_person(office, Role.AUDITOR)) as work:
        (row,) = glass_queries.listed(work, GlassAsked(state=GlassState.TO_REVIEW)).items
        assert glass_queries.waiting(work) == 1
    with office.look(pedro) as work:
        assert glass_queries.listed(work, GlassAsked()).items == ()
        with pytest.raises(NotFound):
            glass_queries.one(work, 1)
    assert row.ended_by == ""


def test_over_the_api_a_code_of_the_second_factor_confirms_it(
    app: Flask, client: FlaskClient, office: Office, gun: str
) -> None:
    account = make_account(office, Role.POLICE, "paula")
    with office.begin(EVERYTHING) as work:
        factors.give_app(work, account.id, APP_SECRET)
    headers = {"Authorization": f"Bearer {make_token(office, account)}"}
    body = form(gun)
    assert client.get(f"/api/v1/firearms/{gun}", headers=headers).status_code == 403
    bare = client.post("/api/v1/break-glass", json=body, headers=headers)
    assert bare.status_code == 403
    assert bare.get_json()["type"] == "/problems/confirmation-needed"
    code = {"code": next_code(office, "paula")}
    made = client.post("/api/v1/break-glass", json=body | code, headers=headers)
    assert made.status_code == 201, made.get_json()
    number = made.get_json()["number"]
    assert client.get(f"/api/v1/firearms/{gun}", headers=headers).status_code == 200
    narrow = {"Authorization": f"Bearer {make_token(office, account, [May.TRACE_ASK, May.GLASS_READ])}"}
    assert client.get(f"/api/v1/firearms/{gun}", headers=narrow).status_code == 403
    told = client.get(f"/api/v1/break-glass/{number}", headers=headers).get_json()
    assert (told["readings"], told["state"]) == (1, "open")
    supervisor = bearer(app, Role.AUTHORITY_SUPERVISOR)
    path = f"/api/v1/break-glass/{number}"
    stopped = client.post(f"{path}/stopping", json={}, headers=supervisor)
    assert stopped.get_json()["state"] == "to_review"
    assert client.get(f"/api/v1/firearms/{gun}", headers=headers).status_code == 403
    assert client.post(f"{path}/ending", json={}, headers=headers).status_code == 409
    review = client.post(
        f"{path}/review", json={"finding": "justified", "words": "Rightly"}, headers=supervisor
    )
    assert review.get_json()["finding"] == "justified"
    again = client.post(
        f"{path}/review", json={"finding": "justified", "words": "Rightly"}, headers=supervisor
    )
    assert again.status_code == 409
    own = client.get("/api/v1/break-glass", headers=headers).get_json()["items"]
    assert [row["number"] for row in own] == [number]


@pytest.mark.parametrize(
    ("role", "given", "refusal"),
    [
        (Role.POLICE, {"record": "F-000000001-0"}, Invalid),
        (Role.POLICE, {"record": "T-000000001-7"}, Invalid),
        (Role.POLICE, {"words": "  "}, Invalid),
        (Role.POLICE, {"case_number": ""}, Invalid),
        (Role.POLICE, {"purpose": Purpose.LICENSING}, Forbidden),
        (Role.CUSTOMS, {}, Invalid),  # they see firearms anyhow
        (Role.TRADER, {}, Forbidden),
        (Role.AUTHORITY_OFFICER, {}, Forbidden),
        (Role.ADMINISTRATOR, {}, Forbidden),
    ],
)
def test_what_is_not_stated_or_not_for_this_role_is_refused(
    office: Office, gun: str, role: Role, given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        opened(office, make_person(office, role), **({"record": gun} | given))


def test_who_did_not_show_themselves_lately_opens_nothing(office: Office, clock: Clock, gun: str) -> None:
    paula = make_person(office, Role.POLICE)
    assert OPERATOR.proof is not None
    stale = replace(OPERATOR.proof, at=clock() - timedelta(minutes=11))
    for proof in (None, stale):
        with pytest.raises(ConfirmationNeeded):
            opened(office, replace(paula, proof=proof), gun)


def test_no_account_opens_many(office: Office, clock: Clock, gun: str) -> None:
    paula = make_person(office, Role.POLICE)
    for _ in range(LIMITS.per_day):
        row = opened(office, paula, gun)
        with pytest.raises(Conflict, match="open already"):
            opened(office, paula, gun)
        with office.begin(paula) as work:
            glass.end_own(work, int(row.number[3:12]))
    with pytest.raises(TooMany, match="5 records in 24 hours"):
        opened(office, paula, gun)
    opened(office, make_person(office, Role.POLICE), gun)
    clock.pass_by(hours=24, seconds=1)
    opened(office, paula, gun)


def test_nobody_reviews_what_they_opened_in_any_role(office: Office, gun: str) -> None:
    paula = make_person(office, Role.POLICE, full_name="Paula Police")
    row = opened(office, paula, gun)
    both = replace(paula, role=Role.AUDITOR, may=frozenset(May))
    namesake = make_person(office, Role.AUDITOR, full_name="paula  POLICE")
    told = GlassReview(GlassFinding.JUSTIFIED, "Rightly")
    with office.begin(paula) as work:
        glass.end_own(work, 1)
    for who in (both, namesake):
        with pytest.raises(Forbidden), office.begin(who) as work:
            glass.review(work, 1, told)
    with pytest.raises(Invalid), office.begin(make_person(office, Role.AUDITOR)) as work:
        glass.review(work, 1, replace(told, words=" "))
    with office.look(paula) as work:
        assert glass_queries.one(work, 1).state is GlassState.TO_REVIEW
    assert row.state is GlassState.OPEN


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM break_glass", "as it was opened"),
        ("UPDATE break_glass SET record = 'F-000000009-1'", "as it was opened"),
        ("UPDATE break_glass SET ends_at = '2036-01-01 00:00:00'", "as it was opened"),
        ("UPDATE break_glass SET minutes = 61", "as it was opened"),
        ("UPDATE break_glass SET finding = 'justified'", "constraint"),
        (
            "UPDATE break_glass SET finding = 'justified', reviewed_at = opened_at, reviewed_by = opened_by",
            "constraint",
        ),
    ],
)
def test_the_database_itself_keeps_it(office: Office, gun: str, statement: str, words: str) -> None:
    opened(office, make_person(office, Role.POLICE), gun)
    with pytest.raises(Conflict, match=words), office.begin(EVERYTHING) as work:
        work.session.execute(text(statement))


def test_the_log_tells_of_it_without_names(app: Flask, office: Office, gun: str) -> None:
    browser = police(app)
    with structlog.testing.capture_logs() as logs:
        post(browser, "/break-glass/new", **form(gun))
    (line,) = [each for each in logs if each["event"] == "break_glass"]
    assert line["log_level"] == "warning"
    assert "Paula" not in str(line)


def test_a_question_that_fails_opens_nothing(
    app: Flask, office: Office, gun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = police(app)
    assert post(browser, "/break-glass/new", **form(gun)).status_code == 303
    assert browser.get(f"/firearms/{gun}").status_code == 200
    monkeypatch.setattr("registry.core.web.guard.policy.BEHIND_GLASS", None)
    assert browser.get(f"/firearms/{gun}").status_code == 403


def test_only_reading_lies_behind_the_glass() -> None:
    for role, behind in BEHIND_GLASS.items():
        assert TABLE[May.GLASS_BREAK][role].scope is Scope.SELF
        for may in behind:
            assert role not in TABLE[may]
            assert may.value.endswith((".read", ".case"))


@pytest.mark.parametrize("minutes", ["0", "61", "x"])
def test_more_than_an_hour_cannot_be_set(minutes: str) -> None:
    with pytest.raises(MisconfiguredError, match="REGISTRY_BREAK_GLASS_MINUTES"):
        Settings.from_environment({"REGISTRY_BREAK_GLASS_MINUTES": minutes})


@pytest.mark.parametrize("prefix", ["L", "LC"])
def test_lots_and_licences_are_opened_like_firearms(app: Flask, office: Office, prefix: str) -> None:
    number = licensing.issue(office) if prefix == "LC" else lot_number(a_lot(office))
    page = f"/licences/{number}" if prefix == "LC" else f"/lots/{number}"
    browser = police(app)
    assert browser.get(page).status_code == 403
    assert f"record={number}" in browser.get(page).get_data(as_text=True)
    assert post(browser, "/break-glass/new", **form(number)).status_code == 303
    shown = browser.get(page)
    assert shown.status_code == 200
    assert number in shown.get_data(as_text=True)
    assert browser.get("/lots").status_code == 403
    assert browser.get("/licences").status_code == 403


def a_lot(office: Office) -> int:
    return lot(office, make_other_world(office), "9x19", 10_000, MarkingScheme.LOT_CODE)
