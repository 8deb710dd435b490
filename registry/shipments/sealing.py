"""Papers of shipments: an edge."""

from __future__ import annotations

from registry.core.errors import Conflict
from registry.core.web.context import look, registry
from registry.core.web.words import language_of_visitor
from registry.shipments import documents, life, queries
from registry.verification.sealing import sealed
from schemas.shipments_vocabulary import Direction, ShipmentState
from schemas.vocabulary import IssuedKind


def sealed_receipt(shipment_id: int) -> bytes:
    """The confirmation of receipt of what came in; raises NotFound, Conflict while there is none."""
    with look() as work:
        found = queries.shipment(work, shipment_id)
    if found.direction != Direction.IN or found.state != ShipmentState.RECEIVED:
        raise Conflict("We confirm the receipt of what came in, once it was cleared")
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.RECEIPT,
        found.number,
        lambda seal: documents.receipt(found, authority, seal, language),
        str(found.version),
        language,
    )


def sealed_request(shipment_id: int) -> bytes:
    """The letter that asks the importing State for its receipt.

    Raises NotFound, Conflict where none is awaited.
    """
    with look() as work:
        found = queries.shipment(work, shipment_id)
    if found.receipt_due_on is None or found.state not in life.ON_THE_WAY:
        raise Conflict("Nothing of this shipment waits for a receipt of another State")
    authority, language = registry().settings.authority, language_of_visitor()
    return sealed(
        IssuedKind.RECEIPT_REQUEST,
        found.number,
        lambda seal: documents.request(found, authority, seal, language),
        language=language,
    )
