"""The doctor finds what is wrong, says what to do, and tells no secret and nobody's name."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from registry.core import pulse
from registry.core.database import Database
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.ledger import log
from registry.upkeep import doctor, engine_checks, place_checks, record, record_checks
from registry.upkeep.findings import Finding, Health, until
from registry.verification import acts as verification
from registry.verification import keys
from schemas.vocabulary import PartyKind, Purpose
from tests.makers import EVERYTHING, make_party

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["registry"].settings
    return found


def seen(office: Office, settings: Settings) -> dict[str, Finding]:
    return {one.what: one for one in doctor.examine(office, settings)}


def make_everything_good(office: Office, settings: Settings) -> Settings:
    """What a machine in production has."""
    log.keep(office, log.signer(*settings.ledger_key), now=True)
    with office.begin(OPERATOR, Purpose.REGISTRATION) as work:
        verification.make_first_key(work)
        keys.demonstrate(work, "Authority")
    at = office.clock().isoformat()
    record.made(settings.instance, str(settings.instance / "b"), at, "00")
    record.proven(settings.instance, at)
    for worker in place_checks.WORKERS:
        pulse.beat(settings.instance, worker)
    return replace(settings, production=True, secure_cookies=True, origin="https://r.example", proxies=1)


def test_a_registry_that_is_well_has_nothing_wrong(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_checks, "KEEPS", {"server_encoding": ("UTF8",)})  # tests' server is fast
    production = make_everything_good(office, settings)
    found = doctor.examine(office, production)
    assert [one for one in found if one.health is Health.WRONG] == []
    assert {
        "database",
        "migrations",
        "journal",
        "ledger",
        "backup",
        "certificate",
        "keys.papers",
        "fonts",
    } <= {one.what for one in found if one.health is Health.GOOD}
    assert all(bool(one.advice) == (one.health is not Health.GOOD) for one in found)


def test_the_command_ends_with_one_and_tells_machines_the_same(app: Flask) -> None:
    runner = app.test_cli_runner()
    spoken, told = runner.invoke(args=["doctor"]), runner.invoke(args=["doctor", "--json"])
    assert (spoken.exit_code, told.exit_code) == (1, 1)
    findings = json.loads(told.output)["findings"]
    assert json.loads(told.output)["health"] == "wrong"
    assert [one["what"] for one in findings if one["what"] not in spoken.output] == []
    assert "flask --app wsgi backup FOLDER" in spoken.output


def test_it_tells_no_secret_and_no_name(office: Office, settings: Settings) -> None:
    with office.begin(EVERYTHING) as work:
        make_party(work, PartyKind.PERSON, "João Inominável", birth_date=NOW.date(), document_number="4711-A")
    production = make_everything_good(office, settings)
    secret = (settings.instance / "ledger.key").read_text()
    said = repr(doctor.examine(office, production))
    assert [word for word in ("Inominável", "4711-A", settings.secret_key, secret) if word in said] == []


def test_a_database_that_does_not_answer_is_one_finding_and_hides_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://registry:hunter2@127.0.0.1:9/registry"
    database = Database(url)
    try:
        found = {
            one.what: one
            for one in doctor.examine(Office(database), Settings(tmp_path, url, secret_key="k" * 32))
        }
    finally:
        database.close()
    assert found["database"].health is Health.WRONG
    assert "hunter2" not in repr(found)
    assert {"disk", "fonts", "backup"} <= found.keys()
    assert "ledger" not in found


def test_what_others_can_read_what_is_full_and_what_stands_still_is_wrong(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.signer(*settings.ledger_key)
    (settings.instance / "ledger.key").chmod(0o644)
    (settings.instance / "secret_key").write_text("x")
    (settings.instance / "secret_key").chmod(0o640)
    monkeypatch.setattr(place_checks, "LEAST_FREE", 1 << 60)
    pulse.beat(settings.instance, "courier")
    old = time.time() - 2 * pulse.DEAD
    os.utime(settings.instance / pulse.FOLDER / "courier", (old, old))
    found = seen(office, settings)
    names = ("keys.ledger", "keys.secret", "disk", "worker.courier", "worker.intake")
    assert {found[what].health for what in names} == {Health.WRONG}
    assert "chmod 600" in found["keys.ledger"].found + found["keys.ledger"].advice


@pytest.mark.parametrize(
    ("made", "proven", "health"),
    [
        (timedelta(hours=3), timedelta(days=2), Health.GOOD),
        (timedelta(hours=3), timedelta(days=9), Health.WARNING),
        (timedelta(hours=3), None, Health.WARNING),
        (timedelta(days=3), timedelta(days=2), Health.WRONG),
    ],
)
def test_a_backup_grows_old_and_so_does_its_proof(
    made: timedelta, proven: timedelta | None, health: Health, tmp_path: Path
) -> None:
    record.made(tmp_path, "/backups/one", (NOW - made).isoformat(), "00")
    if proven is not None:
        record.proven(tmp_path, (NOW - proven).isoformat())
        record.made(tmp_path, "/backups/two", (NOW - made).isoformat(), "11")  # the proof is still known
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'r.db'}", secret_key="k" * 32)
    (found,) = [one for one in place_checks.place(settings, NOW) if one.what == "backup"]
    assert found.health is health


def test_keys_that_end_are_warned_of_in_time() -> None:
    def health(days: int) -> Health:
        return until("key", NOW + timedelta(days=days), NOW, timedelta(days=30), "make one").health

    assert [health(days) for days in (31, 29, 0)] == [Health.GOOD, Health.WARNING, Health.WRONG]


def test_a_secret_key_that_does_not_open_what_was_sealed_is_found(office: Office, settings: Settings) -> None:
    make_everything_good(office, settings)
    other = Office(office.database, office.home, secret=settings.secret_key + "x")
    found = {one.what: one for one in record_checks.records(other)}
    assert found["certificate"].health is Health.WRONG
    assert "secret key" in found["certificate"].found


def test_a_ledger_that_nobody_signs_is_warned_of_then_wrong(
    office: Office, settings: Settings, stale: None
) -> None:
    log.keep(office, log.signer(*settings.ledger_key), now=True)
    with office.begin(EVERYTHING) as work:
        make_party(work, PartyKind.DEALER, "Casa")

    def health(after: timedelta) -> Health:
        later = Office(office.database, office.home, lambda: datetime.now(UTC) + after, office.secret)
        return next(one for one in record_checks.records(later) if one.what == "ledger").health

    assert health(timedelta(0)) is Health.GOOD
    assert health(timedelta(minutes=5)) is Health.WARNING
    assert health(timedelta(hours=5)) is Health.WRONG


def test_migrations_and_triggers_that_are_not_as_they_should_be(office: Office, settings: Settings) -> None:
    with office.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0044'")
    found = seen(office, settings)
    assert (found["migrations"].health, "Back up, then" in found["migrations"].advice) == (Health.WRONG, True)
    assert "ledger" not in found
    with office.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in seen(office, settings)["migrations"].advice


@pytest.mark.parametrize(("journal", "synchronous"), [("wal", "OFF"), ("delete", "FULL")])
def test_a_file_that_does_not_keep_what_was_confirmed_is_wrong(
    tmp_path: Path, journal: str, synchronous: str
) -> None:
    with create_engine(f"sqlite:///{tmp_path}/other.db").connect() as connection:
        for setting in (f"journal_mode={journal}", f"synchronous={synchronous}"):
            connection.exec_driver_sql(f"PRAGMA {setting}")
        found = {one.what: one.health for one in engine_checks._sqlite(connection)}
    assert found["database.settings"] is Health.WRONG
