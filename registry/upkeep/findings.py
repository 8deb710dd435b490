"""What the doctor finds: one line for each thing looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from schemas.words import said


class Health(StrEnum):
    """good; warning: it will go wrong; wrong: it does not work, or nobody would know when it is lost."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """what: is looked at; found: how it is, no secrets, no persons; advice: what to do, "" where good."""

    what: str
    health: Health
    found: str
    advice: str = ""


def good(what: str, found: str) -> Finding:
    """As it should be."""
    return Finding(what, Health.GOOD, found)


def warning(what: str, found: str, advice: str) -> Finding:
    """It works, and will not for ever."""
    return Finding(what, Health.WARNING, found, advice)


def wrong(what: str, found: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(what, Health.WRONG, found, advice)


def until(what: str, end: datetime, now: datetime, soon: timedelta, advice: str) -> Finding:
    """Something that is good until a moment: from `soon` before it on, it is warned of."""
    day = f"{end.astimezone(UTC):%Y-%m-%d}"
    found = said("good until %(day)s", day=day)
    if end <= now:
        return wrong(what, said("ended on %(day)s", day=day), advice)
    return warning(what, found, advice) if end <= now + soon else good(what, found)


def larger(one: Finding, other: Finding) -> Finding:
    """The worse of two; the first where they are alike."""
    order = list(Health)
    return other if order.index(other.health) > order.index(one.health) else one


def lasting(time: timedelta) -> str:
    """How long, in hours or days."""
    hours = max(0.0, time.total_seconds()) / 3600
    if hours < 72:
        return said("%(count)s hours", count=f"{hours:.0f}")
    return said("%(count)s days", count=f"{hours / 24:.0f}")
