"""Records that a company hands over when it closes: taken over, kept track of, receipted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from registry.core.errors import Conflict, Forbidden, Invalid, Refused, Stale
from registry.core.numbers import parse_registry_number
from registry.core.work import OPERATOR, Office
from registry.directory import queries as directory
from registry.retention import received_acts, received_queries
from registry.retention.received_queries import ReceivedView
from schemas.received import ReceivedAsked, ReceivedMove, ReceivedNew
from schemas.retention_vocabulary import ReceivedKind
from schemas.vocabulary import Role
from tests.firearms.world import World, make_world
from tests.makers import EVERYTHING, bearer, make_actor, post, sign_in

DAY = date(2024, 5, 6)


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def book(world: World, **given: Any) -> ReceivedNew:
    made = ReceivedNew(
        party=world.dealer.number,
        closed_on=date(2024, 4, 1),
        kind=ReceivedKind.BOUND_BOOK,
        description="Book 1",
        first_on=date(1998, 1, 2),
        last_on=date(2024, 3, 30),
        received_on=DAY,
        giver="Otávio Prado",
        kept_at="Room 4, shelf 17",
        entries=4112,
    )
    return replace(made, **given)


def receive(office: Office, new: ReceivedNew) -> ReceivedView:
    with office.begin(EVERYTHING) as work:
        return received_acts.receive(work, new)


def move(office: Office, found: ReceivedView, **given: Any) -> ReceivedView:
    new = replace(ReceivedMove("Vault 2", DAY + timedelta(days=3), "The room is needed"), **given)
    with office.begin(EVERYTHING) as work:
        key = parse_registry_number(received_queries.PREFIX, found.number)
        return received_acts.move(work, key, new, found.version)


def test_books_are_taken_over_and_their_place_is_known_at_every_moment(office: Office, world: World) -> None:
    found = receive(office, book(world))
    assert (found.kept_until, found.entries, found.giver) == (date(2044, 3, 30), 4112, "Otávio Prado")
    with office.look(EVERYTHING) as work:  # it has closed: nothing is sold by or to it any more
        dealer = directory.party(work, parse_registry_number("P", world.dealer.number))
    assert dealer.closed_on == date(2024, 4, 1)
    moved = move(office, found)
    assert [(s.n, s.kept_at, s.moved_on) for s in moved.steps] == [
        (1, "Room 4, shelf 17", DAY), (2, "Vault 2", DAY + timedelta(days=3)),
    ]  # fmt: skip
    assert moved.kept_at == "Vault 2"
    with pytest.raises(Stale):
        move(office, found)
    with pytest.raises(Refused, match="already"):
        move(office, moved)
    with pytest.raises(Refused, match="last move"):
        move(office, moved, kept_at="Vault 3", moved_on=DAY)
    with office.look(EVERYTHING) as work:
        mine = received_queries.received(work, ReceivedAsked(party=world.dealer.number)).items
        others = received_queries.received(work, ReceivedAsked(party=world.maker.number)).items
    assert ([one.number for one in mine], others) == ([found.number], ())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"closed_on": date(2999, 1, 1)}, "closed_on"),
        ({"received_on": date(2999, 1, 1)}, "received_on"),
        ({"first_on": date(2024, 3, 31)}, "last_on"),
        ({"last_on": DAY + timedelta(days=1)}, "last_on"),
        ({"kind": ReceivedKind.DATABASE}, "digest"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    office: Office, world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        receive(office, book(world, **given))
    assert [one.field for one in refusal.value.unmet] == [field]


def test_only_companies_hand_over_and_only_the_authority_takes(office: Office, world: World) -> None:
    for party in (world.person, world.police):
        with pytest.raises(Invalid, match="maker, dealer or importer"):
            receive(office, book(world, party=party.number))
    with pytest.raises(Forbidden), office.begin(make_actor(Role.AUDITOR, user_id=5)) as work:
        received_acts.receive(work, book(world))
    found = receive(office, book(world))
    with office.look(make_actor(Role.AUDITOR, user_id=5)) as work:
        key = parse_registry_number(received_queries.PREFIX, found.number)
        assert received_queries.one(work, key).giver == "Otávio Prado"
    with office.look(EVERYTHING) as work:
        notes = work.session.scalars(text("SELECT note FROM ledger_entry WHERE actor_id = 5")).all()
    assert notes == ['{"reads":{"received_records":[1]}}'], "who handed them over is personal"


def test_a_step_of_their_custody_is_never_changed(office: Office, world: World) -> None:
    receive(office, book(world))
    for statement in ("UPDATE received_step SET kept_at = 'x'", "DELETE FROM received_step"):
        with pytest.raises(Conflict, match="never changed"), office.begin(OPERATOR, doing="test") as work:
            work.session.execute(text(statement))


def test_page_paper_history_and_api_tell_of_them(app: Flask, world: World) -> None:
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    form = {
        "party": world.dealer.number, "closed_on": "2024-04-01", "kind": "database",
        "description": "Shop's database", "first_on": "2001-01-02", "last_on": "2024-03-30",
        "received_on": "2024-05-06", "giver": "Otávio Prado", "kept_at": "Vault 1", "digest": "ab" * 32,
    }  # fmt: skip
    refused = post(browser, "/retention/received/new", **(form | {"digest": "XY"}))
    assert (refused.status_code, "64 hexadecimal digits" in refused.get_data(as_text=True)) == (422, True)
    shown = str(post(browser, "/retention/received/new", **form).headers["Location"])
    page = browser.get(shown).get_data(as_text=True)
    assert "Shop&#39;s database" in page
    assert "2044" in page
    moved = post(
        browser, f"{shown}/moves", version=1, kept_at="Vault 2", moved_on="2024-05-07", reason="Room"
    )
    assert moved.status_code == 303
    assert "Vault 2" in browser.get(shown).get_data(as_text=True)
    assert browser.get(f"{shown}/receipt.pdf").get_data()[:5] == b"%PDF-"
    number = shown.rpartition("/")[2]
    assert number in browser.get("/retention/received").get_data(as_text=True)
    assert browser.get(f"/records/{number}/history").status_code == 200
    told = app.test_client().get(
        f"/api/v1/retention/received/{number}", headers=bearer(app, Role.AUTHORITY_SUPERVISOR)
    )
    assert told.get_json()["steps"][1]["kept_at"] == "Vault 2"
    assert told.get_json()["digest"] == "ab" * 32
