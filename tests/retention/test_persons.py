"""Personal data go by two at the end of their own term, from every table; the tracing record stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text

from registry.core import erasing
from registry.core.database import Base
from registry.core.errors import Conflict, Refused
from registry.core.journal.leaves import digest
from registry.core.journal.tables import LedgerChange, LedgerPersonal
from registry.core.numbers import parse_registry_number
from registry.core.work import Office
from registry.directory import acts as directory
from registry.retention import acts, queries
from registry.tracing.withholding import by_number
from schemas.directory import PersonChange
from schemas.retention import HoldNew, PreviewAsked
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import PartyKind, Role
from tests.firearms.world import World, made, make_world, register, serial, sold
from tests.makers import EVERYTHING, agreed, bearer, make_party, sign_in
from tests.retention.test_disposal import propose, remove_by_hand, verified

FORMER, NAME, PAPER = "João da Silva", "João Canário da Silva", "111.444.777-35"


def once_theirs(office: Office, world: World) -> str:
    """A firearm that the person had from 1980 to 1985."""
    steps = (
        made(world, date(1980, 2, 3)),
        sold(world.maker, world.dealer, date(1980, 5, 3)),
        sold(world.dealer, world.person, date(1980, 6, 3)),
        sold(world.person, world.dealer, date(1985, 6, 3)),
    )
    return register(office, world, *steps, marks=(serial("TAB12345"),), year_made=1980).number


def renamed(office: Office, world: World) -> None:
    with office.begin(EVERYTHING) as work:
        change = PersonChange("married", full_name=NAME)
        directory.change_person(work, parse_registry_number("P", world.person.number), change, 1)


def places(office: Office, *words: str) -> set[str]:
    """Tables and columns in which one of the texts stands, in rows, journal, leaves and kept answers."""
    found = set()
    with office.look(EVERYTHING) as work:
        for table in Base.metadata.tables.values():
            for row in work.session.execute(select(table)).mappings():
                for name, value in row.items():
                    told = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    if any(one in told for one in words):
                        found.add(f"{table.name}.{name}")
    return found


def traced(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    asked = {"kind": "firearm", "mark": "TAB12345", "case_number": "1", "purpose": "registration"}
    told = client.post("/api/v1/traces", json=asked, headers={**headers, "Idempotency-Key": "one"})
    assert told.status_code == 201, told.get_json()
    answer: dict[str, Any] = told.get_json()
    return answer


def test_names_and_papers_go_from_every_table_and_the_steps_stay(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    world = make_world(office)
    gun, person = once_theirs(office, world), world.person.number
    headers = bearer(app, Role.AUTHORITY_OFFICER)
    assert FORMER in str(traced(client, headers)["steps"])
    renamed(office, world)
    before = places(office, FORMER, NAME, PAPER)
    assert {"person.full_name", "trace.answer", "ledger_personal.value", "kept_answer.body"} <= before
    with pytest.raises(Conflict, match="two have disposed"):
        remove_by_hand(office, "DELETE FROM person")
    with office.look(EVERYTHING) as work:
        (row,) = queries.preview(work, PreviewAsked(record_class=RecordClass.PERSON)).items
    assert (row.number, row.standing, str(row.until)) == (person, "over", "2005-06-03")

    assert "0 REDACTED" in verified(app)

    decided = agreed(office, propose(person))

    assert places(office, FORMER, NAME, PAPER) == set()
    told = verified(app)
    assert "GOOD" in told
    assert "0 REDACTED" not in told
    again = traced(client, headers)
    assert [step["to_number"] for step in again["steps"]].count(person) == 1
    assert client.get(f"/api/v1/firearms/{gun}", headers=headers).status_code == 200
    gone = client.get(f"/api/v1/parties/{person}/person?purpose=registration", headers=headers)
    assert gone.status_code == 404
    assert "erased by law" in gone.get_json()["detail"]
    browser = sign_in(app, Role.AUTHORITY_OFFICER)
    for path in (
        f"/parties/{person}",
        f"/records/{person}/history",
        f"/parties/{person}?purpose=registration",
    ):
        shown = browser.get(path)
        assert shown.status_code == 200, path
        assert "rased by law" in shown.get_data(as_text=True), path
    assert person in browser.get(f"/retention/disposals/{decided.result}").get_data(as_text=True)


def test_who_holds_a_firearm_or_is_under_a_hold_stays_named(office: Office) -> None:
    world = make_world(office)
    steps = (made(world, date(1980, 2, 3)), sold(world.maker, world.person, date(1980, 6, 3)))
    register(office, world, *steps, marks=(serial("TAB7"),), year_made=1980)
    with pytest.raises(Refused, match="last holder of a firearm"):
        agreed(office, propose(world.person.number))
    other = make_stranger(office)
    with office.begin(EVERYTHING) as work:
        acts.place_hold(work, HoldNew("Trial", "Court", record=other))
    with pytest.raises(Refused, match="is kept until"):
        agreed(office, propose(other))


def make_stranger(office: Office) -> str:
    with office.begin(EVERYTHING) as work:
        return make_party(work, PartyKind.PERSON, "Ana Lima").number


@pytest.mark.parametrize("told_as", ["erased", "destroyed"])
def test_an_erasure_that_two_did_not_agree_on_is_found(app: Flask, office: Office, told_as: str) -> None:
    make_world(office)
    verified(app)  # its leaf is there
    with office.begin(EVERYTHING, doing="ledger.erase") as work:
        rows = work.session.execute(
            select(LedgerPersonal).join(LedgerChange).where(LedgerChange.subject == "person")
        ).scalars().all()  # fmt: skip
        work.note[told_as] = [digest(bytes(row.salt), row.name, row.value) for row in rows]
        work.note["approval"] = {"proposal": 1, "proposed_by": 0}
        work.session.execute(delete(LedgerPersonal).where(LedgerPersonal.change_id == rows[0].change_id))
    told = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert told.exit_code != 0
    assert "MISSING" in told.output


def test_more_than_one_leaf_can_list_is_one_act_of_several_entries(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(office)
    once_theirs(office, world)
    renamed(office, world)
    monkeypatch.setattr(erasing, "MOST_VALUES", 3)
    agreed(office, propose(world.person.number))
    assert places(office, FORMER, NAME, PAPER) == set()
    assert "GOOD" in verified(app)
    asked = text("SELECT id, request_id, note FROM ledger_entry WHERE act LIKE '%ledger.erase' ORDER BY id")
    with office.database.reader.connect() as connection:
        entries = [(key, request, orjson.loads(note)) for key, request, note in connection.execute(asked)]
    (first, request, told), *more = entries
    assert len(more) >= 2
    assert len(told["erased"]) == 3
    assert "disposed" in told
    for _, of, note in more:
        assert (of, note["continues"], note["approval"]) == (request, first, told["approval"])
        assert len(note["erased"]) <= 3


def test_a_name_is_replaced_where_it_is_a_whole_word_only() -> None:
    told = {"a": ["Li sold it to Lima", "Ana Li, of Li"], "b": 3}
    assert by_number(told, {"Ana Li": "P-1", "Li": "P-2"}) == {
        "a": ["P-2 sold it to Lima", "P-1, of P-2"],
        "b": 3,
    }
