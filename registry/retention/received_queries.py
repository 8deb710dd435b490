"""Reading the records that companies handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, shows_persons
from registry.directory.queries import PartyName, names
from registry.recovery.queries import people
from registry.retention import queries, rules
from registry.retention.received_tables import ReceivedRecords, ReceivedStep
from schemas.paging import Page
from schemas.received import ReceivedAsked
from schemas.retention_vocabulary import CountedFrom, RecordClass
from schemas.words import said

PREFIX = "RX"
RECEIVED = said("Received")
"""Why the first step of custody was made, which nobody is asked."""


@dataclass(frozen=True)
class StepView:
    """Where they were kept from a day on. moved_by: a name."""

    n: int
    kept_at: str
    moved_on: date
    reason: str
    moved_by: str


@dataclass(frozen=True)
class ReceivedRow:
    """A company's records as lists show them."""

    number: str
    party: PartyName
    kind: str
    description: str
    first_on: date
    last_on: date
    received_on: date
    kept_at: str


@dataclass(frozen=True)
class ReceivedView(ReceivedRow):
    """giver: "" for whoever may not see persons. kept_until: None where no law says how long."""

    version: int
    closed_on: date
    entries: int | None
    digest: str
    giver: str
    received_by: str
    kept_until: date | None
    steps: tuple[StepView, ...]


def number_of(key: int) -> str:
    """The number people see: RX-…."""
    return registry_number(PREFIX, key)


def row(work: Work, key: int, *, locked: bool = False) -> ReceivedRecords:
    """The row; raises NotFound."""
    found = work.session.get(ReceivedRecords, key, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound(said("No received records have the number %(number)s.", number=number_of(key)))
    return found


def received(work: Work, asked: ReceivedAsked) -> Page[ReceivedRow]:
    """Records that were handed over, of all companies or of one."""
    query: AnySelect = select(ReceivedRecords)
    if asked.party:
        query = query.where(ReceivedRecords.party_id == parse_registry_number("P", asked.party, "party"))
    sorts = {"number": ReceivedRecords.id, "received_on": ReceivedRecords.received_on}
    found = page(work.session, query, asked, sorts, ReceivedRecords.id)
    rows: Sequence[ReceivedRecords] = [one.ReceivedRecords for one in found.items]
    known = names(work, [one.party_id for one in rows])
    return Page(tuple(ReceivedRow(**_row(one, known[one.party_id])) for one in rows), found.next)


def one(work: Work, key: int) -> ReceivedView:
    """One of them with its custody; raises NotFound."""
    found = row(work, key)
    steps = work.session.scalars(
        select(ReceivedStep).where(ReceivedStep.received_id == key).order_by(ReceivedStep.n)
    ).all()
    known = people(work, [found.received_by, *(step.moved_by for step in steps)])
    personal = shows_persons(work)
    if personal:
        work.saw("received_records", [key])
    return ReceivedView(
        **_row(found, names(work, [found.party_id])[found.party_id]),
        version=found.version,
        closed_on=found.closed_on,
        entries=found.entries,
        digest=found.digest,
        giver=found.giver if personal else "",
        received_by=known[found.received_by],
        kept_until=_kept_until(work, found.last_on),
        steps=tuple(
            StepView(step.n, step.kept_at, step.moved_on, why, known[step.moved_by])
            for step, why in zip(steps, (RECEIVED, *(step.reason for step in steps[1:])), strict=False)
        ),
    )


def _row(found: ReceivedRecords, party: PartyName) -> dict[str, Any]:
    return {
        "number": number_of(found.id),
        "party": party,
        "kind": found.kind,
        "description": found.description,
        "first_on": found.first_on,
        "last_on": found.last_on,
        "received_on": found.received_on,
        "kept_at": found.kept_at,
    }


def _kept_until(work: Work, last_on: date) -> date | None:
    """They are kept as long as the record of a firearm that was handed on with the last entry."""
    facts = rules.Facts(RecordClass.FIREARM, (rules.Event(CountedFrom.TRANSFER, last_on),))
    terms = [
        term
        for term in queries.all_terms(work.session)
        if term.counted_from in (CountedFrom.LAST_EVENT, CountedFrom.TRANSFER)
    ]
    return rules.verdict(facts, terms, work.today).until
