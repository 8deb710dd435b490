"""What the police of the demonstration opened beyond their role: one that was reviewed, one that waits."""

from __future__ import annotations

from dataclasses import replace

from registry.access import glass
from registry.core.actors import Glass
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.work import Actor, Office
from registry.firearms import queries as firearms
from schemas.break_glass import GlassNew, GlassReview
from schemas.glass_vocabulary import GlassFinding, GlassReason
from schemas.vocabulary import May, Purpose

LIMITS = glass.Limits(minutes=30, per_day=5)


def load(office: Office, police: Actor, auditor: Actor) -> None:
    """Open two firearms; each is read, one is reviewed."""
    first = _opened(
        office, police, 7, GlassReason.OPERATION_UNDER_WAY, "A search in Madureira, the dealer is abroad"
    )
    with office.begin(auditor) as work:
        told = GlassReview(GlassFinding.JUSTIFIED, "The search warrant bears the time; one reading.")
        glass.review(work, first, told)
    _opened(office, police, 12, GlassReason.DANGER_TO_LIFE, "Armed man in a school; what does he have?")


def _opened(office: Office, police: Actor, firearm_id: int, reason: GlassReason, words: str) -> int:
    record = registry_number("F", firearm_id)
    new = GlassNew(record, reason, words, "PC-RJ 4711/2026", Purpose.CRIMINAL_INVESTIGATION)
    with office.begin(police) as work:
        opened = glass.break_glass(work, new, LIMITS)
    through = Glass(opened.number, May.FIREARM_READ, new.purpose, new.case_number)
    reading = replace(police, may=police.may | {May.FIREARM_READ}, glass=through)
    with office.look(reading, new.purpose, new.case_number) as work:
        firearms.firearm(work, firearm_id)
    key = parse_registry_number("BG", opened.number)
    with office.begin(police) as work:
        glass.end_own(work, key)
    return key
