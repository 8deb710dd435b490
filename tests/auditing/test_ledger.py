"""What the ledger shows: the history of records, proofs for strangers, the log, witnesses, staleness."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from registry.auditing import queries
from registry.core.errors import NotFound
from registry.core.journal.merkle import leaf_hash, verify_inclusion
from registry.core.numbers import find_registry_number
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.directory.queries import person
from registry.firearms import acts as firearms
from registry.ledger import log, witnesses
from registry.ledger.checkpoints import Checkpoint, cosign
from registry.ledger.notes import Kind, LocalSigner, Note, NotSigned, Signer, sign, verify
from schemas.firearms import MarkChange
from schemas.vocabulary import MarkCondition, May, PartyKind, Purpose, Role
from tests.auditing.test_verification import ended
from tests.firearms.world import World, make_world, register
from tests.makers import EVERYTHING, bearer, key_of_party, make_actor, make_party, post, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


@pytest.fixture
def key(app: Flask) -> Signer:
    settings: Settings = app.extensions["registry"].settings
    return log.signer(*settings.ledger_key)


def asked(client: FlaskClient, headers: dict[str, str], path: str, status: int = 200) -> Any:
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == status, answer.json
    return answer.json


def test_a_records_history_says_who_when_as_what_why_and_what(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    number = register(office, world).number
    with office.begin(make_actor(Role.AUTHORITY_SUPERVISOR), Purpose.REGISTRATION, "9/26") as work:
        change = MarkChange("Seen on the bench", condition=MarkCondition.ALTERED)
        firearms.change_mark(work, find_registry_number("F", number), 1, change, 1)
    found = asked(client, bearer(app, Role.AUDITOR), f"/records/{number}/history")
    latest, first = found["entries"][0], found["entries"][-1]
    assert (latest["role"], latest["case_number"]) == ("authority_supervisor", "9/26")
    assert latest["purpose"] == "registration"
    fields = {f["name"]: (f["before"], f["after"]) for c in latest["changes"] for f in c["fields"]}
    assert fields["condition"] == ("intact", "altered")
    assert {change["subject"] for change in first["changes"]} >= {"firearm", "mark", "custody"}
    assert all(change["op"] == "I" for change in first["changes"])


def test_a_proof_convinces_whoever_knows_rfc_6962(
    app: Flask, client: FlaskClient, office: Office, world: World, key: Signer
) -> None:
    number = register(office, world).number
    headers = bearer(app, Role.AUDITOR)
    log.keep(office, key, now=True)
    entry = asked(client, headers, f"/records/{number}/history")["entries"][0]
    proof = asked(client, headers, f"/ledger/leaves/{entry['leaf']}/proof")
    note = Note.parse(proof["checkpoint"].encode())
    verify(note, [key.key])
    signed = Checkpoint.parse(note.text)
    path = [b64decode(one) for one in proof["inclusion"]]
    verify_inclusion(proof["leaf_index"], signed.size, leaf_hash(proof["leaf"].encode()), path, signed.root)
    assert json.loads(proof["leaf"])["request"]
    assert proof["leaf_hash"] == leaf_hash(proof["leaf"].encode()).hex()


def test_what_is_not_signed_yet_has_no_proof(app: Flask, client: FlaskClient) -> None:
    for leaf in (100_000, 2**63, 10**40):
        asked(client, bearer(app, Role.AUDITOR), f"/ledger/leaves/{leaf}/proof", 404)


def test_only_some_roles_see_the_log(app: Flask, client: FlaskClient, office: Office, world: World) -> None:
    number = register(office, world).number
    log.keep(office, log.signer(*app.extensions["registry"].settings.ledger_key), now=True)
    for role in Role:
        headers = bearer(app, role)
        sees_log = role in (Role.AUDITOR, Role.AUTHORITY_SUPERVISOR)
        sees_history = sees_log or role is Role.AUTHORITY_OFFICER
        asked(client, headers, "/ledger/entries", 200 if sees_log else 403)
        asked(client, headers, f"/records/{number}/history", 200 if sees_history else 403)
        asked(client, headers, "/ledger", 200 if sees_history else 403)


@pytest.mark.parametrize(
    "number", ["F-000000999-X", "F-999999999999", "X", "S-1", "", "F" * 500, "F-000099999-A"]
)
def test_a_number_of_no_record_has_no_history(app: Flask, client: FlaskClient, number: str) -> None:
    asked(client, bearer(app, Role.AUDITOR), f"/records/{number}/history", 404)


def test_personal_data_are_withheld_from_history_and_their_reading_is_a_leaf(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        party = make_party(work, PartyKind.PERSON, "Maria da Silva")
    key = key_of_party(party)
    auditor = make_actor(Role.AUDITOR, user_id=7)
    with office.look(auditor, Purpose.AUDIT, "3/26") as work:
        assert person(work, key, Purpose.AUDIT).full_name == "Maria da Silva"
    with office.look(make_actor(Role.AUDITOR, user_id=7)) as work:
        rows = queries.entries(work, queries.EntriesAsked(actor=7)).items
    assert len(rows) == 1
    blind = replace(EVERYTHING, may=EVERYTHING.may - {May.PERSON_READ})
    with office.look(blind) as work:
        lines = queries.history(work, party.number)
    shown = {
        f.name: f.after for line in lines for c in line.changes if c.subject == "person" for f in c.fields
    }
    assert shown["full_name"] == "withheld"


def test_a_reading_that_fails_to_be_recorded_shows_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.begin(EVERYTHING) as work:
        party = make_party(work, PartyKind.PERSON, "Maria da Silva")

    def broken(self: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("registry.core.work.Work.record", broken)
    with pytest.raises(RuntimeError), office.look(make_actor(Role.AUDITOR)) as work:
        person(work, key_of_party(party), Purpose.AUDIT)


@pytest.mark.usefixtures("stale")
def test_nothing_signed_for_four_hours_stops_what_courts_rely_on(office: Office, key: Signer) -> None:
    log.keep(office, key, now=True)
    log.require_signed(office.database, office.clock())
    with office.begin(OPERATOR) as work:
        make_party(work)
    now = office.clock()
    office.clock = lambda: now + timedelta(hours=3, minutes=59)
    log.require_signed(office.database, office.clock())
    office.clock = lambda: now + timedelta(hours=4, minutes=1)
    with pytest.raises(log.LedgerStaleError, match="ledger status"):
        log.require_signed(office.database, office.clock())
    log.keep(office, key)
    log.require_signed(office.database, office.clock())


@pytest.mark.usefixtures("stale")
def test_a_log_that_was_never_signed_is_stale_too(office: Office) -> None:
    log.require_signed(office.database, office.clock())
    with pytest.raises(log.LedgerStaleError):
        log.require_signed(office.database, office.clock() + timedelta(hours=5))


def test_witnesses_cosign(office: Office, key: Signer) -> None:
    ours = log.keep(office, key, now=True)
    assert ours is not None
    neighbour = LocalSigner("witness.example", Ed25519PrivateKey.generate(), Kind.COSIGNATURE)
    stranger = LocalSigner("stranger.example", Ed25519PrivateKey.generate(), Kind.COSIGNATURE)
    cosigned = bytes(cosign(ours, neighbour, 1_790_000_000))
    assert witnesses.accept(office, key.key, cosigned, [neighbour.key]) == 1
    with office.look(OPERATOR) as work:
        kept = Note.parse(queries.checkpoints(work, 1)[0].note.encode())
    assert {found.key.name for found in verify(kept, [key.key, neighbour.key])} == {
        key.key.name,
        "witness.example",
    }
    with pytest.raises(NotSigned):
        witnesses.accept(office, key.key, bytes(cosign(ours, stranger, 1_790_000_000)), [neighbour.key])
    other = Checkpoint(key.key.name, 10**9, b"\1" * 32)
    with pytest.raises(NotFound):
        forged = bytes(cosign(sign(str(other), key), neighbour, 1))
        witnesses.accept(office, key.key, forged, [neighbour.key])


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    first = log.signer(tmp_path, "a.example/log")
    assert (tmp_path / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert log.signer(tmp_path, "a.example/log").key == first.key
    (tmp_path / "ledger.key").chmod(0o644)
    with pytest.raises(Exception, match="chmod 600"):
        log.signer(tmp_path, "a.example/log")


def test_the_command_line(app: Flask, office: Office, world: World, tmp_path: Path) -> None:
    number = register(office, world).number
    run = app.test_cli_runner()
    assert run.invoke(args=["ledger", "checkpoint"]).exit_code == 0
    status = run.invoke(args=["ledger", "status"])
    assert status.exit_code == 0, status.output
    assert "as they should be" in status.output
    proofs = json.loads(run.invoke(args=["ledger", "prove", number]).output)
    assert proofs[0]["tree_size"] > proofs[0]["leaf_index"]
    export = tmp_path / "export.zip"
    assert run.invoke(args=["ledger", "export", str(export)]).exit_code == 0
    good = run.invoke(args=["ledger", "verify", str(export)])
    assert good.exit_code == 0, good.output
    assert "GOOD" in good.output
    assert run.invoke(args=["ledger", "verify"]).exit_code == 0


def test_a_registered_party_leaves_one_leaf(office: Office, key: Signer) -> None:
    log.keep(office, key, now=True)
    before = log.status(office).size
    with office.begin(EVERYTHING) as work:
        make_party(work)
    log.keep(office, key, now=True)
    assert log.status(office).size == before + 1


def test_the_auditor_reads_and_verifies_the_ledger_on_pages(app: Flask, office: Office, world: World) -> None:
    number = register(office, world).number
    auditor = sign_in(app, Role.AUDITOR)
    shown = auditor.get("/ledger").get_data(as_text=True)
    assert "firearm.register" in shown
    assert auditor.get("/ledger?act=firearm.register").status_code == 200
    assert auditor.get("/ledger?actor=x").status_code == 422
    assert post(auditor, "/ledger/verify", "/ledger").status_code == 303
    ended(app)
    assert "Nothing is wrong" in auditor.get("/ledger").get_data(as_text=True)
    history = auditor.get(f"/records/{number}/history").get_data(as_text=True)
    assert "proof.json" in history
    assert sign_in(app, Role.CUSTOMS).get(f"/records/{number}/history").status_code == 403


def test_the_log_shows_the_latest_first_page_by_page(app: Flask, client: FlaskClient, office: Office) -> None:
    for _ in range(5):
        with office.begin(EVERYTHING) as work:
            make_party(work)
    headers = bearer(app, Role.AUDITOR)
    first = asked(client, headers, "/ledger/entries?limit=3")
    ids = [entry["id"] for entry in first["items"]]
    assert ids == sorted(ids, reverse=True)
    second = asked(client, headers, f"/ledger/entries?limit=3&cursor={first['next']}")
    assert second["items"][0]["id"] < ids[-1]
