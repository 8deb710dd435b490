"""Time that passes when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time pass: minutes=5, days=1."""
        self.now += timedelta(**time)


@pytest.fixture
def clock(app: Flask) -> Clock:
    """The application's clock, in our hands."""
    clock = Clock()
    app.extensions["registry"].office.clock = clock
    return clock
