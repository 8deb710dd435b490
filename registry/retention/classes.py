"""The classes of records: how each is numbered, found, and what of it decides how long it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.ammunition.tables import Lot
from registry.core.errors import Invalid, NotFound
from registry.core.numbers import key_of, registry_number
from registry.core.paging import AnySelect
from registry.directory.tables import Person
from registry.firearms.tables import Firearm
from registry.licensing.tables import Licence
from registry.recovery.tables import Recovery
from registry.retention import firearm_facts, licence_facts, other_facts, person_facts
from registry.retention.rules import Event, Facts, Hold
from registry.tracing.tables import Trace
from schemas.retention_vocabulary import RecordClass
from schemas.vocabulary import May
from schemas.words import said

Dated = Mapping[int, Sequence[Event]]
Held = Mapping[int, Sequence[Hold]]


@dataclass(frozen=True)
class Class:
    """prefix: of its numbers; page, may: where one is shown, and to whom; key: of its head table; old:
    those without an event after a day; events, holds: of records, by their keys; cases: case numbers that
    a record belongs to.
    """

    prefix: str
    page: str
    may: May
    key: InstrumentedAttribute[int]
    old: Callable[[date], AnySelect]
    events: Callable[[Session, Sequence[int]], Dated]
    holds: Callable[[Session, Sequence[int]], Held]
    cases: Callable[[Session, Sequence[int]], Mapping[int, Sequence[str]]] | None = None


CLASSES: Mapping[RecordClass, Class] = {
    RecordClass.FIREARM: Class(
        "F",
        "firearms.show",
        May.FIREARM_READ,
        Firearm.id,
        firearm_facts.old,
        firearm_facts.events,
        firearm_facts.holds,
    ),
    RecordClass.LOT: Class(
        "L",
        "ammunition.show",
        May.LOT_READ,
        Lot.id,
        other_facts.old_lots,
        other_facts.lot_events,
        other_facts.lot_holds,
    ),
    RecordClass.LICENCE: Class(
        "LC",
        "licensing.case",
        May.LICENCE_READ,
        Licence.id,
        licence_facts.old,
        licence_facts.events,
        licence_facts.holds,
    ),
    RecordClass.RECOVERY: Class(
        "RV",
        "recovery.show",
        May.RECOVERY_READ,
        Recovery.id,
        other_facts.old_recoveries,
        other_facts.recovery_events,
        other_facts.recovery_holds,
        other_facts.recovery_cases,
    ),
    RecordClass.TRACE: Class(
        "T",
        "tracing.show",
        May.TRACE_READ,
        Trace.id,
        other_facts.old_traces,
        other_facts.trace_events,
        other_facts.trace_holds,
        other_facts.trace_cases,
    ),
    RecordClass.PERSON: Class(
        "P",
        "directory.show",
        May.DIRECTORY_READ,
        Person.party_id,
        person_facts.old,
        person_facts.events,
        person_facts.holds,
    ),
}


def number_of(record_class: RecordClass, key: int) -> str:
    """The number of a record."""
    return registry_number(CLASSES[record_class].prefix, key)


def named(session: Session, text: str, field: str = "record") -> tuple[RecordClass, int]:
    """The class and key of a record on file; raises Invalid for no number of one, NotFound."""
    for record_class, one in CLASSES.items():
        key = key_of(one.prefix, text)
        if key is not None:
            if session.scalar(select(one.key).where(one.key == key)) is None:
                raise NotFound(said("No record has the number %(number)s.", number=text.strip().upper()))
            return record_class, key
    raise Invalid.at(field, "The number of a firearm, lot, licence, recovery, trace or person.")


def facts_of(
    session: Session, record_class: RecordClass, keys: Sequence[int], legal: Held
) -> dict[int, Facts]:
    """All that decides about these records; legal: the holds that were placed on them."""
    one = CLASSES[record_class]
    events, holds = one.events(session, keys), one.holds(session, keys)
    return {
        key: Facts(record_class, tuple(events.get(key, ())), (*legal.get(key, ()), *holds.get(key, ())))
        for key in keys
    }
