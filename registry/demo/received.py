"""The books of a dealer who closed: two volumes and a file, one of which went to another archive since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from registry.core.numbers import parse_registry_number
from registry.core.work import Actor, Office
from registry.demo.people import number_of
from registry.retention import received_acts
from registry.retention.received_queries import PREFIX
from schemas.received import ReceivedMove, ReceivedNew
from schemas.retention_vocabulary import ReceivedKind

COMPANY = "Pantanal Esportes"
FIRST_BOOK = "Book 1, acquisitions and disposals"


def load(office: Office, officer: Actor) -> None:
    """The authority takes them over."""
    with office.begin(officer) as work:
        today = work.today
        book = ReceivedNew(
            party=number_of(work, COMPANY),
            closed_on=today - timedelta(days=120),
            kind=ReceivedKind.BOUND_BOOK,
            description=FIRST_BOOK,
            first_on=date(1998, 3, 2),
            last_on=date(2011, 12, 30),
            received_on=today - timedelta(days=60),
            giver="Otávio Prado, liquidator",
            kept_at="Archive of Campinas, room 4, shelf 17",
            entries=4_112,
        )
        first = received_acts.receive(work, book)
        second = replace(
            book,
            description="Book 2, acquisitions and disposals",
            first_on=date(2012, 1, 3),
            last_on=today - timedelta(days=150),
            entries=2_806,
        )
        received_acts.receive(work, second)
        file = replace(
            second,
            kind=ReceivedKind.DATABASE,
            description="Export of the shop's own database",
            entries=None,
            digest=sha256(b"shop.db").hexdigest(),
            kept_at="Evidence store of the authority, medium 12",
        )
        received_acts.receive(work, file)
    with office.begin(officer) as work:
        away, why = today - timedelta(days=9), "The archive in Campinas is being rebuilt"
        moved = ReceivedMove("Archive of Brasília, vault 2", away, why)
        received_acts.move(work, parse_registry_number(PREFIX, first.number), moved, first.version)
