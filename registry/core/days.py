"""Days: which one it is where a registry is, and as the database keeps them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_in(zone: str, now: datetime) -> date:
    """Which day it is in a zone, an IANA name."""
    return now.astimezone(ZoneInfo(zone)).date()


def day_of(value: date | str) -> date:
    """A day as a prepared statement answers it: SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
