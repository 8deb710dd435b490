"""What the importing State's signed word does to a shipment: the message proves its receipt (FP 10(4))."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.core.work import Work, act
from registry.exchange.evidence import Word
from registry.shipments import facts_queries, life, queries, steps
from registry.shipments.tables import Shipment
from schemas.shipments_vocabulary import ShipmentMove, ShipmentState
from schemas.vocabulary import May

_RECEIVABLE = life.ON_THE_WAY | {ShipmentState.RECEIVED}


@act(May.SHIPMENT_FOLLOW)
def asked_for_receipt(work: Work, row: Shipment, words: str) -> None:
    """That the importing State was asked for its receipt. row: held by whoever asks."""
    row.reminded_on = work.today
    country = queries.licence_of(work, row).import_country
    steps.moved(work, row, ShipmentMove.REMIND, work.today, country=country, note=words)


@act(May.SHIPMENT_FOLLOW)
def receipt_told(
    work: Work,
    shipment_id: int,
    word: Word,
    came: Mapping[int, int],
    received_on: date,
    reference: str,
    words: str,
) -> bool:
    """What the importing State received, by line; a later word takes the place of an earlier one.

    Whether it changed the shipment: not one that was cancelled or has not left, nor where lines are missing.
    """
    row = queries.shipment_row(work, shipment_id, locked=True)
    lines = facts_queries.belongings(work, row).lines
    if ShipmentState(row.state) not in _RECEIVABLE or {line.line_n for line in lines} != came.keys():
        return False
    for line in lines:
        line.received = came[line.line_n]
    row.received_on, row.receipt_reference = received_on, reference
    row.differs = any(line.received != line.quantity for line in lines)
    row.receipt_message, row.receipt_sha256 = word.jti, word.sha256
    steps.moved(
        work, row, ShipmentMove.RECEIVE, received_on, country=word.state, reference=reference, note=words
    )
    return True
