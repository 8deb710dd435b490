"""Keys that sign papers, the list of endings, and what the printed square of each paper says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.errors import Conflict, Invalid, NotFound
from registry.core.journal.triggers import is_personal
from registry.core.work import Office
from registry.exchange.tables import ExchangeOwnKey
from registry.ledger import verifier
from registry.verification import acts, key_queries, verdicts
from registry.verification.facts import PaperFacts
from registry.verification.tables import DocumentKey, PaperKey
from schemas.verification_vocabulary import PaperDoubt, PaperKind
from schemas.vocabulary import May
from tests.deactivation.world import make_world
from tests.makers import EVERYTHING, bearer, in_the_journal
from tests.verification.papers import check, printed, scanned


@pytest.fixture
def first_key(office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        acts.make_first_key(work)
        acts.make_first_key(work)


def test_without_a_key_papers_are_as_ever_and_there_is_no_list(app: Flask, client: FlaskClient) -> None:
    assert client.get("/api/v1/paper-endings").status_code == 404
    assert client.get("/api/v1/paper-keys").json["keys"] == []


@pytest.mark.usefixtures("first_key")
def test_a_certificate_of_deactivation_is_checked_by_its_square(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    found = make_world(office).verified()
    paper = printed(client, f"/deactivations/{found.number}/certificate", bearer(app))
    facts = check(app, client, scanned(paper)).facts
    assert facts is not None
    assert (facts.number, facts.mark, facts.ends_at) == (found.number, found.mark, None)
    assert facts.lines[0].mark == ", ".join(found.firearm_marks)


def facts_of(office: Office) -> PaperFacts:
    with office.look(EVERYTHING) as work:
        return PaperFacts(PaperKind.TRANSIT_LICENCE, work.home, "LC-000000007-X", issued_at=work.now)


@pytest.mark.usefixtures("first_key")
def test_a_new_key_is_published_before_it_signs(app: Flask, office: Office, client: FlaskClient) -> None:
    early = facts_of(office)
    runner = app.test_cli_runner()
    assert " to " in runner.invoke(args=["papers", "keygen"]).output
    first, second = client.get("/api/v1/paper-keys").json["keys"]
    with office.begin(EVERYTHING) as work:
        assert bytes.fromhex(first["kid"]) in key_queries.signed_facts(work, early)
    clock = office.clock
    office.clock = lambda: clock() + timedelta(days=3)
    with office.begin(EVERYTHING) as work:
        assert bytes.fromhex(second["kid"]) in key_queries.signed_facts(work, facts_of(office))
        again = key_queries.signed_facts(work, early)
        assert bytes.fromhex(first["kid"]) in again, "a paper printed again is the same"
    assert len(runner.invoke(args=["papers", "keys"]).output.splitlines()) == 2
    with pytest.raises(Invalid), office.begin(EVERYTHING) as work:
        acts.make_key(work, work.now - timedelta(days=1))


@pytest.mark.parametrize("key", [DocumentKey, ExchangeOwnKey, PaperKey])
def test_only_private_halves_are_kept_apart_in_tables_of_keys(key: Any) -> None:
    assert [column.name for column in key.__table__.columns if is_personal(column)] == ["sealed"]
    assert key.__tablename__ in verifier._KEYS


@pytest.mark.usefixtures("first_key")
def test_keys_are_destroyed_also_between_other_acts(app: Flask, office: Office) -> None:
    with office.begin(EVERYTHING) as work:
        acts.make_key(work)
        for row in key_queries.keys(work):
            acts.withdraw_key(work, row.kid, "Stolen")
            acts.make_key(work)
            work.acts.append(May.DIRECTORY_WRITE)
    told = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert told.exit_code == 0, told.output
    with office.look(EVERYTHING) as work:
        kept = [bool(in_the_journal(work, row)) for row in key_queries.keys(work)]
    assert sorted(kept) == [False, False, True, True]


@pytest.mark.usefixtures("first_key")
def test_a_withdrawn_key_signs_no_more_and_is_not_believed(
    app: Flask, office: Office, client: FlaskClient, tmp_path: Any
) -> None:
    with office.begin(EVERYTHING) as work:
        text = verdicts.signed.figures(key_queries.signed_facts(work, facts_of(office)))
        kid = key_queries.keys(work)[0].kid
    runner = app.test_cli_runner()
    runner.invoke(args=["papers", "keygen", "--at-once"])
    assert runner.invoke(args=["papers", "withdraw", kid, "--reason", "Stolen"]).exit_code == 0
    assert check(app, client, text).doubt == PaperDoubt.WITHDRAWN_KEY
    with office.begin(EVERYTHING) as work:
        row = key_queries.keys(work)[0]
        assert (row.kid, row.sealed) == (kid, None)
        assert not in_the_journal(work, row)
        assert bytes.fromhex(kid) not in key_queries.signed_facts(work, facts_of(office))
        with pytest.raises(Conflict):
            acts.withdraw_key(work, kid, "Again")
        with pytest.raises(NotFound):
            acts.withdraw_key(work, "00", "None")
    told = runner.invoke(args=["ledger", "verify"])
    assert told.exit_code == 0, told.output
    file = tmp_path / "endings"
    assert runner.invoke(args=["papers", "endings", str(file)]).exit_code == 0
    with office.look(EVERYTHING) as work:
        assert verdicts.read_list(file.read_bytes(), key_queries.known(work)).endings == {}
