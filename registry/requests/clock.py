"""How long an answer may take. No treaty sets a time; these targets are the registry's own. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registry.calendars.days import Calendar, add_working_days
from schemas.requests_vocabulary import Urgency

ACKNOWLEDGED_WITHIN = timedelta(minutes=1)
URGENT_WITHIN = timedelta(hours=4)
ROUTINE_WORKING_DAYS = 2
BY_LETTER_WITHIN = timedelta(days=28)
"""What goes by letter: the time that investigators of arms give States for an answer."""


def due_at(asked_at: datetime, urgency: Urgency, calendar: Calendar, zone: str) -> datetime:
    """When an answer is due: four hours later, or with the end of the second working day of that State."""
    if urgency is Urgency.URGENT:
        return asked_at + URGENT_WITHIN
    local = asked_at.astimezone(ZoneInfo(zone)).date()
    return end_of(add_working_days(local, ROUTINE_WORKING_DAYS, calendar), zone)


def end_of(day: date, zone: str) -> datetime:
    """The moment with which a day ends in a time zone."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(ZoneInfo("UTC"))


def is_late(due: datetime | None, now: datetime) -> bool:
    """Whether the time is over."""
    return due is not None and due < now
