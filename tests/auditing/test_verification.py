"""Verifying the whole ledger from a page: beside the service, with its progress, in little memory."""

from __future__ import annotations

import json
import threading
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.auditing import verifying
from registry.core.database import Base
from registry.core.journal import triggers
from registry.core.work import Office
from registry.ledger import exports
from schemas.vocabulary import Role
from tests.firearms.world import World, make_world
from tests.makers import EVERYTHING, bearer, make_party, post, sign_in


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def ended(app: Flask) -> dict[str, Any]:
    """What a verification came to, once it has ended."""
    for thread in threading.enumerate():
        if thread.name == "ledger verification":
            thread.join(60)
    told = verifying.told(app.extensions["registry"].settings.instance)
    assert told is not None
    return told


def test_a_verification_runs_beside_the_service_one_at_a_time_and_tells_how_far_it_is(
    app: Flask, client: FlaskClient, office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(app, Role.AUDITOR)
    path = "/api/v1/ledger/verification"
    assert client.get(path, headers=headers).status_code == 404
    with office.begin(EVERYTHING) as work:
        work.session.execute(text("UPDATE party SET place = 'Santos' WHERE id = 1"))
    held, go = threading.Event(), threading.Event()
    real = verifying._export

    def slowly(*given: Any) -> None:
        held.set()
        assert go.wait(30)
        real(*given)

    monkeypatch.setattr(verifying, "_export", slowly)
    monkeypatch.setattr(verifying, "OFTEN", 1)
    assert client.post(path, json={}, headers=headers).status_code == 202
    assert held.wait(30)
    assert client.post(path, json={}, headers=headers).status_code == 409
    auditor = sign_in(app, Role.AUDITOR)
    running = auditor.get("/ledger").get_data(as_text=True)
    assert "<progress" in running
    assert "Verify the whole ledger now" not in running
    assert post(auditor, "/ledger/verify", "/ledger").status_code == 409
    go.set()
    told = ended(app)
    assert told["problems"] == []
    assert (told["phase"], told["count"], told["done"]) == ("done", 0, told["total"])
    assert told["rows"] > 0
    assert client.get(path, headers=headers).get_json()["leaves"] == told["leaves"]
    assert list(app.extensions["registry"].settings.instance.glob("verification-*")) == []


def test_what_was_changed_below_the_triggers_is_told_on_the_page(
    app: Flask, office: Office, world: World
) -> None:
    with office.database.writer.begin() as connection:
        triggers.remove(connection)
        connection.execute(text("UPDATE party SET place = 'elsewhere' WHERE id = 1"))
        triggers.install(connection, Base.metadata)
    auditor = sign_in(app, Role.AUDITOR)
    post(auditor, "/ledger/verify", "/ledger")
    assert ended(app)["count"] == 1
    assert "party [1]" in auditor.get("/ledger").get_data(as_text=True)


def test_what_is_written_meanwhile_is_no_false_alarm(app: Flask, office: Office, world: World) -> None:
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with office.begin(EVERYTHING) as work:
                make_party(work)
            over.wait(0.002)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(3):
            told = app.test_cli_runner().invoke(args=["ledger", "verify"])
            assert told.exit_code == 0, told.output
    finally:
        over.set()
        for writer in writers:
            writer.join()


def test_a_verification_whose_process_ended_is_told_as_failed(tmp_path: Path) -> None:
    said = {"phase": "verifying", "done": 1, "total": 2, "started_at": "2026-11-27", "started_by": "x"}
    (tmp_path / "verification.json").write_text(json.dumps(said))
    found = verifying.told(tmp_path)
    assert found is not None
    assert found["phase"] == "failed"


def test_the_service_writes_the_export_line_by_line(office: Office, tmp_path: Path) -> None:
    with office.begin(EVERYTHING) as work:
        for _ in range(300):
            make_party(work)
    tracemalloc.start()
    with exports.snapshot(office.database) as connection:
        lines = exports.count(connection)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert exports.write(connection, tmp_path / "export.zip") == lines
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        whole = sum(one.file_size for one in archive.infolist())
    assert lines > 1000
    assert grown < 4 << 20, (grown, whole)
