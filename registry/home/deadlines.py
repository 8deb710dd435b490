"""What is due, at a glance: requests of other States, clearances, receipts, decisions, old cards, returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from registry.authorities import queries as authorities
from registry.core.work import Work
from registry.licensing import queries as licences
from registry.notices import queries as notices
from registry.requests import queries as requests
from registry.shipments import queries as shipments
from schemas.vocabulary import May

SOON = timedelta(days=15)


@dataclass(frozen=True)
class Deadline:
    """What it is, how many are late and how many come due within SOON."""

    what: str
    late: int
    soon: int


def deadlines(work: Work) -> list[Deadline]:
    """What is due for whoever looks, in the order of the work; what concerns them not is left out."""
    return [found for found in _all(work) if found.late or found.soon]


def _all(work: Work) -> Iterator[Deadline]:
    may = work.actor.may
    if May.SHIPMENT_CLEAR in may:
        waiting = shipments.waiting(work)
        late = sum(row.expected_on < work.today for row in waiting)
        yield Deadline("clearances", late, len(waiting) - late)
    if May.REQUEST_ANSWER in may:
        asked = requests.queue(work)
        behind = sum(row.late for row in asked)
        yield Deadline("requests", behind, len(asked) - behind)
    if May.NOTICE_ANSWER in may:
        told = notices.queue(work)
        behind = sum(row.late or bool(row.alarm) for row in told)
        yield Deadline("notices", behind, len(told) - behind)
    if May.SHIPMENT_FOLLOW in may:
        soon = shipments.due_soon(work, work.today + SOON)
        yield Deadline("receipts", len(shipments.overdue(work)), len(soon))
    if May.LICENCE_REVIEW in may:
        queue = licences.queue(work)
        until = work.today + SOON
        late = sum(row.overdue for row in queue)
        near = sum(row.due_on is not None and not row.overdue and row.due_on <= until for row in queue)
        yield Deadline("decisions", late, near)
    if May.DIRECTORY_WRITE in may:
        yield Deadline("cards", authorities.old_cards(work), 0)
    if May.LICENCE_CASE in may:
        yield Deadline("returns", len(licences.away(work)), 0)
