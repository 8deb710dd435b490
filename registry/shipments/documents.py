"""The receipt of a shipment on paper: what the exporting State is told, on request (FP art. 10(4))."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.core.work import Work
from registry.shipments import queries
from registry.shipments.tables import Shipment
from registry.shipments.views import ShipmentView
from registry.verification.queries import Standing, Verifiable
from schemas.vocabulary import IssuedKind


def receipt(found: ShipmentView, authority: str, seal: Seal) -> bytes:
    """The receipt as PDF."""
    frame = Frame(
        title="Confirmation of receipt",
        number=found.number,
        authority=authority,
        issued=f"Received {found.received_on}",
        seal=seal,
    )
    return document(frame, list(_blocks(found)))


def _blocks(found: ShipmentView) -> Iterator[Block]:
    yield Paragraph(f"Received on {found.received_on} at {found.office_name}", large=True)
    yield Paragraph(
        "The goods below came in under the licence named here and were compared with their labels "
        "(United Nations Firearms Protocol, article 10, paragraph 4)."
    )
    if found.differs:
        yield FindingBox("warning", "Warning", "What came is not what was shipped.")
    yield KeyValues(
        [
            ("Import licence", found.licence),
            ("Importer", found.holder_name),
            ("Country of export", found.export_country or ""),
            ("Country of import", found.import_country or ""),
            ("Carrier", " ".join(filter(None, (found.carrier, found.waybill)))),
        ]
    )
    yield Heading("Goods")
    yield Table(
        (("Line", 1), ("Description", 5), ("Shipped", 1.5), ("Received", 1.5)),
        [
            (str(line.line), line.description, f"{line.quantity:,}", f"{line.received or 0:,}")
            for line in found.lines
        ],
    )
    items = [(item.name, f"{item.quantity:,}") for line in found.lines for item in line.items]
    if items:
        yield Heading("Serials and spans")
        yield Table((("Name", 5), ("Quantity", 1.5)), items)


def stands(work: Work, number: str, edition: str) -> Standing:
    """A receipt says what came on its day; only what a correction of the shipment changes makes it old."""
    row = work.session.get(Shipment, queries.shipment_key(number))
    current = row is not None and str(row.version) == edition
    facts = (("received_on", str(row.received_on)),) if row is not None and row.received_on else ()
    return Standing(current, "" if current else "changed", facts)


VERIFIABLE: Verifiable = {IssuedKind.RECEIPT: stands}
