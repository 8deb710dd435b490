"""Administrators see on a page, and programs by the API, what the doctor finds and the watch counts."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from registry.core.work import Office
from registry.upkeep import engine_checks, metrics, pages, place_checks, record_checks
from schemas.vocabulary import Role
from tests.makers import bearer, sign_in

PATH = "/api/v1/operations"


def asked(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get(PATH, headers=bearer(app, Role.AUDITOR))
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_the_page_and_the_api_say_what_doctor_and_watch_say(app: Flask) -> None:
    told = asked(app)
    names = {one["what"] for one in told["findings"]}
    assert {"database", "migrations", "ledger", "disk", "backup", "worker.courier", "keys.papers"} <= names
    assert told["health"] == "wrong", "no backup was ever made"
    assert {"database_up", "ledger_leaves", "disk_free_bytes"} <= {one["name"] for one in told["figures"]}
    shown = sign_in(app, Role.ADMINISTRATOR).get("/operations").get_data(as_text=True)
    assert all(one in shown for one in ("worker.courier", "none was ever made", "Leaves of the ledger"))
    assert "Something does not work" in shown


def test_a_part_that_cannot_be_asked_says_so_in_its_line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> Any:
        raise OperationalError("SELECT 1", None, Exception("the server is away"))

    def broken(*_: object) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(record_checks, "records", gone)
    monkeypatch.setattr(metrics, "_records", gone)
    monkeypatch.setattr(place_checks, "_disks", broken)
    told = asked(app)
    found = {one["what"]: one["found"] for one in told["findings"]}
    assert found["records"] == "does not answer: the server is away"
    assert found["machine"] == "cannot be looked at: Input/output error"
    assert {one["name"]: one["value"] for one in told["figures"]}["database_up"] == 0
    monkeypatch.setattr(engine_checks, "database", gone)
    shown = sign_in(app, Role.ADMINISTRATOR).get("/operations")
    assert shown.status_code == 200
    assert "the server is away" in shown.get_data(as_text=True)


def test_a_disk_that_tells_nothing_leaves_its_figure_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    told = asked(app)
    assert "disk_free_bytes" not in {one["name"] for one in told["figures"]}
    assert "machine" in {one["what"] for one in told["findings"]}


def test_every_figure_has_its_words(app: Flask, office: Office) -> None:
    settings = app.extensions["registry"].settings
    names = {one.name for one in metrics.figures(office, settings)}
    assert names <= set(pages.NAMES), "said in no language"
