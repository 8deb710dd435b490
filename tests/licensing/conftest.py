"""Tests of licences run at noon: a day is the same in UTC and in the registry's own zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from flask import Flask

from tests.engines import application


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The whole application on a clean database, its clock put to noon of today."""
    now = datetime.now(UTC)
    ahead = datetime.combine(now.date(), time(12), UTC) - now
    with application(database_url, tmp_path) as app:
        app.extensions["registry"].office.clock = lambda: datetime.now(UTC) + ahead
        yield app
