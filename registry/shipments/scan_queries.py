"""What a scanned text names: a label of a firearm or part, a package, a lot, or a mark as it is read."""

from __future__ import annotations

import re

from registry.ammunition import package_queries
from registry.ammunition.packaging import package_key
from registry.ammunition.spans import Span
from registry.ammunition.tables import Lot
from registry.core.days import day_in
from registry.core.errors import NotFound
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.queries import names
from registry.firearms.tables import Firearm
from registry.licensing import facts_queries as licence_facts
from registry.licensing import queries as licences
from registry.licensing import rules as licence_rules
from registry.marks.reading import normal_form
from registry.shipments import queries
from registry.shipments.matching import Thing
from registry.shipments.tables import Shipment
from registry.shipments.views import CounterLine, CounterView
from registry.verification import codes
from registry.verification import queries as documents
from schemas.vocabulary import IssuedKind

_FIREARM = re.compile(r"(F-?[0-9]{9,18}-?[0-9A-Z])(?:/([0-9]{1,3}))?", re.IGNORECASE)


def thing(work: Work, text: str) -> Thing | None:
    """What was scanned; None where it can be nothing on record and is no mark."""
    return _firearm(work, text) or _cartridges(work, text) or _mark(text)


def _firearm(work: Work, text: str) -> Thing | None:
    """The label of a firearm, or of a part of it, such as F-000000123-4/2."""
    found = _FIREARM.fullmatch(text.strip())
    key = key_of("F", found[1]) if found else None
    if found is None or key is None or work.session.get(Firearm, key) is None:
        return None
    return Thing(firearm_id=key, component_n=int(found[2] or 0))


def _cartridges(work: Work, text: str) -> Thing | None:
    """A package by its number or GS1 code, or a whole lot by its number."""
    number = package_queries.number_scanned(work, text.strip())
    if (package := package_key(number)) is not None:
        try:
            span = package_queries.package_of_lot(work, number, package[0], "code")
        except NotFound:
            return None
        return Thing(lot_id=package[0], span=span)
    lot = work.session.get(Lot, key_of("L", number) or 0)
    return Thing(lot_id=lot.id, span=Span(0, lot.quantity - 1)) if lot else None


def _mark(text: str) -> Thing | None:
    key = normal_form(text)
    return Thing(key=key) if key else None


def counter(work: Work, text: str) -> CounterView:
    """The licence behind a code or number, as customs see it; raises NotFound.

    A shipment's number leads to its licence too.
    """
    licence_id, authenticity = _licence_behind(work, text)
    row = licences.licence_row(work, licence_id)
    today = day_in(row.zone, work.now)
    unmet = licence_rules.unmet_for_shipment(licences.facts(work, row), today)
    return CounterView(
        licence=licences.licence_number(row.id),
        kind=row.kind,
        state=licences.state_of(work, row).value,
        holder_name=names(work, [row.holder_id])[row.holder_id].name,
        export_country=row.export_country,
        import_country=row.import_country,
        expires_on=row.expires_on,
        authenticity=authenticity,
        unmet=tuple(unmet),
        lines=tuple(
            CounterLine(line.n, line.description, line.quantity, line.drawn, line.quantity - line.drawn)
            for line in licence_facts.lines_of(work, row.id)
        ),
        shipments=tuple(queries.some(work, Shipment.licence_id == row.id, order=Shipment.expected_on)),
    )


def _licence_behind(work: Work, text: str) -> tuple[int, str]:
    """Key of the licence, and how its paper stands where the paper's code was scanned."""
    row = documents.by_code(work, codes.read(text))
    if row is not None and row.kind == IssuedKind.LICENCE:
        key = key_of(licences.PREFIX, row.subject)
        if key is not None:
            return key, "revoked" if row.revoked_at else "superseded" if row.superseded_at else "current"
    number = text.strip().upper()
    if (key := key_of(licences.PREFIX, number)) is not None:
        return key, ""
    if (key := key_of(queries.PREFIX, number)) is not None:
        return queries.shipment_row(work, key).licence_id, ""
    raise NotFound("No licence and no shipment has this code. Compare it with the paper.")
