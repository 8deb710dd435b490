"""Reading who holds a firearm last that another State asks for, and where that is still to be decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from registry.core.numbers import key_of, registry_number
from registry.core.work import Work
from registry.directory.tables import Party, Person
from registry.requests import redaction
from registry.requests.tables import ASKED, TraceRequestRow
from registry.tracing import keeping
from registry.tracing.tables import Trace
from schemas.requests_vocabulary import HolderField

MOST_WAITING = 100


@dataclass(frozen=True)
class Identity:
    """Who holds it last. number: in our records; version: of that record; told: what can be released."""

    number: str
    version: int
    told: dict[str, Any]

    def without(self, withheld: tuple[HolderField, ...]) -> dict[str, Any]:
        """What is released."""
        told = dict(self.told)
        for field in withheld:
            told |= dict.fromkeys(_OF[field], "")
        return told


_OF = {
    HolderField.BIRTH_DATE: ("birth_date",),
    HolderField.DOCUMENT: ("document_kind", "document_number"),
    HolderField.ADDRESS: ("address",),
}


def identity(work: Work, row: TraceRequestRow) -> Identity | None:
    """As our records tell it now of the holder whom the search found; None where that is not on record."""
    kept = work.session.get(Trace, row.trace_id) if row.trace_id else None
    number = redaction.holder_in(keeping.read(kept.answer, kept.sentences)) if kept else ""
    key = key_of("P", number)
    party = work.session.get(Party, key) if key is not None else None
    if party is None:
        return None
    person = work.session.get(Person, party.id)
    work.saw("party", [party.id])
    told = _of_company(party) if person is None else _of_person(party, person)
    return Identity(registry_number("P", party.id), party.version, told)


def _of_company(party: Party) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "name": party.name,
        "birth_date": "",
        "document_kind": "",
        "document_number": party.identifier,
        "address": party.place,
    }


def _of_person(party: Party, person: Person) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "name": person.full_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        "document_kind": person.document_kind,
        "document_number": person.document_number,
        "address": person.address,
    }


def waiting(work: Work) -> list[tuple[int, str]]:
    """Requests whose State asks who holds it last and was not told yet, with that State."""
    asked = select(TraceRequestRow.id, TraceRequestRow.peer).where(ASKED)
    return [(key, peer) for key, peer in work.session.execute(asked.order_by("id").limit(MOST_WAITING))]
