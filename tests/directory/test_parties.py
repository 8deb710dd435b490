"""Parties: who makes, brings in, deals in and holds; persons apart."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import Conflict, Forbidden, Invalid
from registry.core.policy import serves
from registry.core.work import Office
from registry.directory import acts, queries
from schemas.directory import PersonChange
from schemas.vocabulary import May, PartyKind, Purpose, Role
from tests.makers import EVERYTHING, bearer, key_of_party, make_actor, make_party

BODY = {
    "kind": "maker",
    "name": "Fábrica Aurora S.A.",
    "country": "BR",
    "place": "Itajubá",
    "identifier": "12.345",
}
PERSON = {
    "kind": "person",
    "full_name": "Ana Souza",
    "country": "BR",
    "birth_date": "1980-02-29",
    "document_kind": "passport",
    "document_number": "AB123456",
    "address": "Rua das Flores 1",
}
OFFICER = Role.AUTHORITY_OFFICER


def post(client: FlaskClient, app: Flask, body: dict[str, object], role: Role = OFFICER):
    return client.post("/api/v1/parties", json=body, headers=bearer(app, role))


def fields(answer) -> list[str]:
    return [error["field"] for error in answer.get_json()["errors"]]


def test_a_registered_party_is_read_by_its_number(client: FlaskClient, app: Flask) -> None:
    made = post(client, app, BODY)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    party = made.get_json()
    assert made.headers["Location"] == f"/api/v1/parties/{party['number']}"
    read = client.get(made.headers["Location"], headers=bearer(app, Role.CUSTOMS))
    assert read.get_json() == party
    assert party["name"] == "Fábrica Aurora S.A."


@pytest.mark.parametrize("name", ["Fábrica Aurora S.A.", "FÁBRICA  AURORA S.A.", "Fa\u0301brica Aurora S.A."])
def test_a_legal_person_is_registered_once(client: FlaskClient, app: Flask, name: str) -> None:
    number = post(client, app, BODY).get_json()["number"]
    again = post(client, app, BODY | {"name": name})
    assert again.status_code == 409
    assert number in again.get_json()["detail"]


def test_the_same_name_elsewhere_or_in_another_trade_is_another_party(
    client: FlaskClient, app: Flask
) -> None:
    numbers = {
        post(client, app, BODY | other).get_json()["number"]
        for other in ({}, {"country": "PT"}, {"kind": "dealer"})
    }
    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": "ﷺ" * 60}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"country": "XX"}, "country"),
        ({"country": "SU", "kind": "dealer"}, "country"),
        ({"country": "br"}, "country"),
        ({"kind": "king"}, "kind"),
        ({"full_name": "Ana"}, "full_name"),
        ({"birth_date": "1980-01-01"}, "full_name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_at_its_field(
    client: FlaskClient, app: Flask, wrong: dict[str, object], field: str
) -> None:
    refused = post(client, app, BODY | wrong)
    assert refused.status_code == 422
    assert fields(refused) == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"name": "Ana"}, "name"),
        ({"short_name": "A."}, "name"),
        ({"identifier": "123.456.789-00"}, "identifier"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "1980-02-30"}, "birth_date"),
        ({"birth_date": "29/02/1980"}, "birth_date"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_at_its_field(
    client: FlaskClient, app: Flask, wrong: dict[str, object], field: str
) -> None:
    refused = post(client, app, PERSON | wrong)
    assert refused.status_code == 422
    assert fields(refused) == [field]


def test_a_maker_may_have_worked_in_a_state_that_is_no_more(client: FlaskClient, app: Flask) -> None:
    assert post(client, app, BODY | {"name": "Tula", "country": "SU"}).status_code == 201


def test_a_person_bears_a_number_for_a_name(client: FlaskClient, app: Flask) -> None:
    made = post(client, app, PERSON)
    party = made.get_json()
    assert party["name"] == party["number"]
    for secret in ("Ana", "1980", "AB123456", "Flores"):
        assert secret not in made.get_data(as_text=True)


def test_two_persons_may_have_one_name(client: FlaskClient, app: Flask) -> None:
    assert post(client, app, PERSON).status_code == post(client, app, PERSON).status_code == 201


@pytest.mark.parametrize("role", Role)
def test_personal_data_are_read_only_where_the_work_needs_them(
    client: FlaskClient, app: Flask, role: Role
) -> None:
    number = post(client, app, PERSON).get_json()["number"]
    headers = bearer(app, role)
    for purpose in Purpose:
        answer = client.get(f"/api/v1/parties/{number}/person?purpose={purpose}", headers=headers)
        allowed = serves(role, May.PERSON_READ, purpose)
        assert answer.status_code == (200 if allowed else 403), purpose
        assert ("Ana Souza" in answer.get_data(as_text=True)) is allowed
    assert client.get(f"/api/v1/parties/{number}", headers=headers).status_code == 200


def test_whoever_reads_personal_data_says_why(client: FlaskClient, app: Flask) -> None:
    number = post(client, app, PERSON).get_json()["number"]
    asked = client.get(f"/api/v1/parties/{number}/person", headers=bearer(app))
    assert (asked.status_code, fields(asked)) == (422, ["purpose"])


def test_a_maker_has_no_personal_data(client: FlaskClient, app: Flask) -> None:
    number = post(client, app, BODY).get_json()["number"]
    answer = client.get(f"/api/v1/parties/{number}/person?purpose=registration", headers=bearer(app))
    assert answer.status_code == 404


def test_names_of_persons_are_shown_beside_records_only_to_those_who_may_see_them(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        person = make_party(work, PartyKind.PERSON, "Ana Souza")
        maker = make_party(work, PartyKind.MAKER, "Aurora")
    ids = [key_of_party(person), key_of_party(maker), None]
    seen = {}
    for role, purpose in itertools.product(Role, [None, *Purpose]):
        with office.look(make_actor(role), purpose) as work:
            seen[role, purpose] = [name.name for name in queries.names(work, ids).values()]
    named = {asked for asked in seen if serves(asked[0], May.PERSON_READ, asked[1])}
    assert all(names == ["Ana Souza" if k in named else person.number, "Aurora"] for k, names in seen.items())
    assert (Role.POLICE, None) not in named
    assert {(Role.POLICE, Purpose.RECOVERED_FIREARM), (Role.AUTHORITY_OFFICER, None)} <= named


@pytest.mark.parametrize("role", [role for role in Role if May.DIRECTORY_WRITE not in make_actor(role).may])
def test_whoever_may_not_write_registers_nobody(client: FlaskClient, app: Flask, role: Role) -> None:
    assert post(client, app, BODY, role).status_code == 403


def test_a_correction_keeps_its_reason(client: FlaskClient, app: Flask, office: Office) -> None:
    number = post(client, app, BODY).get_json()["number"]
    change = {"reason": "new deed", "name": "Aurora Ltda.", "place": "Itajubá"}
    headers = bearer(app) | {"If-Match": '"1"'}
    changed = client.patch(f"/api/v1/parties/{number}", json=change, headers=headers)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.get_json()["name"] == "Aurora Ltda."
    assert changed.get_json()["identifier"] == "12.345"
    with office.look(EVERYTHING) as work:
        [kept] = queries.changes(work, queries.party_by_number(work, number, "number").id)
    assert (kept.reason, kept.changed, kept.version) == ("new deed", "name", 2)
    stale = client.patch(f"/api/v1/parties/{number}", json=change, headers=headers)
    assert stale.status_code == 412


def test_a_correction_needs_a_reason_and_a_version(client: FlaskClient, app: Flask) -> None:
    number = post(client, app, BODY).get_json()["number"]
    headers = bearer(app)
    assert client.patch(f"/api/v1/parties/{number}", json={"reason": "x"}, headers=headers).status_code == 428
    refused = client.patch(
        f"/api/v1/parties/{number}", json={"name": "A"}, headers=headers | {"If-Match": '"1"'}
    )
    assert (refused.status_code, fields(refused)) == (422, ["reason"])


def test_nobody_is_renamed_into_someone_else(client: FlaskClient, app: Flask) -> None:
    first = post(client, app, BODY).get_json()["number"]
    second = post(client, app, BODY | {"name": "Boreal"}).get_json()["number"]
    headers = bearer(app) | {"If-Match": '"1"'}
    taken = client.patch(
        f"/api/v1/parties/{second}", json={"reason": "x", "name": "fábrica aurora s.a."}, headers=headers
    )
    assert taken.status_code == 409
    assert first in taken.get_json()["detail"]
    own = client.patch(
        f"/api/v1/parties/{first}", json={"reason": "x", "name": "FÁBRICA AURORA S.A."}, headers=headers
    )
    assert own.status_code == 200


def test_a_persons_entry_takes_no_name(client: FlaskClient, app: Flask) -> None:
    number = post(client, app, PERSON).get_json()["number"]
    headers = bearer(app) | {"If-Match": '"1"'}
    refused = client.patch(
        f"/api/v1/parties/{number}", json={"reason": "x", "name": "Ana Souza"}, headers=headers
    )
    assert (refused.status_code, fields(refused)) == (422, ["name"])


def test_personal_data_are_corrected_by_version_and_with_a_reason(client: FlaskClient, app: Flask) -> None:
    number = post(client, app, PERSON).get_json()["number"]
    headers, address = bearer(app), f"/api/v1/parties/{number}/person"
    read = client.get(f"{address}?purpose=registration", headers=headers)
    change = {"reason": "moved", "address": "Rua Nova 2"}
    changed = client.patch(address, json=change, headers=headers | {"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200
    assert (changed.get_json()["address"], changed.get_json()["full_name"]) == ("Rua Nova 2", "Ana Souza")
    stale = client.patch(address, json=change, headers=headers | {"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412
    unborn = {"reason": "x", "birth_date": "2999-01-01"}
    refused = client.patch(address, json=unborn, headers=headers | {"If-Match": changed.headers["ETag"]})
    assert (refused.status_code, fields(refused)) == (422, ["birth_date"])


def test_whoever_may_write_but_not_see_persons_corrects_none(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        person = key_of_party(make_party(work, PartyKind.PERSON, "Ana Souza"))
    blind = replace(make_actor(), may=frozenset({May.DIRECTORY_WRITE}))
    with pytest.raises(Forbidden), office.begin(blind) as work:
        acts.change_person(work, person, PersonChange("x", full_name="Ana Lima"), 1)


def test_of_two_who_register_one_body_at_once_one_is_told(office: Office) -> None:
    start = threading.Barrier(4)

    def register(_: int) -> str:
        start.wait()
        try:
            with office.begin(EVERYTHING) as work:
                return make_party(work, PartyKind.MAKER, "Aurora").number
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(register, range(4)))
    assert said.count("conflict") == 3


def test_a_number_with_a_wrong_check_character_opens_nothing(
    client: FlaskClient, app: Flask, office: Office
) -> None:
    number = post(client, app, BODY).get_json()["number"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert client.get(f"/api/v1/parties/{wrong}", headers=bearer(app)).status_code == 404
    with office.look(EVERYTHING) as work, pytest.raises(Invalid) as refusal:
        queries.party_by_number(work, wrong, "buyer")
    assert refusal.value.unmet[0].field == "buyer"
