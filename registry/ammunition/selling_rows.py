"""Rows that sales become: lines of the register, and the spans that changed hands by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from registry.ammunition import spans
from registry.ammunition.tables import Movement, Sale
from registry.core.bulk import put_rows
from registry.core.work import Work
from schemas.ammunition import SaleNew
from schemas.vocabulary import MarkingScheme, MovementKind

_SALES, _MOVEMENTS = cast(Table, Sale.__table__), cast(Table, Movement.__table__)


@dataclass(slots=True)
class AtCounter:
    """A lot that is being sold of. sales: lines of its register; first_holder: who had all of it."""

    id: int
    calibre: str
    product_code: str
    product: str
    quantity: int
    produced_on: date
    scheme: MarkingScheme
    historical: bool
    sales: int
    version: int
    first_holder: int | None


class Sold(NamedTuple):
    """A row of the register."""

    lot_id: int
    n: int
    seller_id: int
    buyer_id: int
    sold_on: date
    quantity: int
    authorization: str
    product_code: str
    description: str
    invoice_number: str
    invoice_series: str
    invoice_date: date
    permit_number: str
    permit_date: date
    recorded_at: datetime
    recorded_by: int


class Moved(NamedTuple):
    """A row of a span that changed hands by a sale."""

    depth: int
    lot_id: int
    first: int
    last: int
    parent_depth: int
    parent_first: int
    kind: str
    happened_on: date
    from_id: int
    to_id: int
    sale_n: int
    place: str
    document: str
    unit: str
    recorded_at: datetime
    recorded_by: int


def write(session: Session, sales: Sequence[Sold], moves: Sequence[Moved]) -> None:
    """Put them into the database, which holds that nothing is sold twice."""
    put_rows(session, _SALES, Sold._fields, sales)
    # a movement is taken out of one that may be new too: the shallow ones first
    put_rows(session, _MOVEMENTS, Moved._fields, sorted(moves))


def sold(work: Work, lot: AtCounter, seller: int, buyer: int, quantity: int, new: SaleNew) -> Sold:
    """A line of the register; its number is the lot's count of sales."""
    return Sold(
        lot.id,
        lot.sales,
        seller,
        buyer,
        new.sold_on,
        quantity,
        new.authorization,
        lot.product_code,
        lot.product,
        new.invoice_number,
        new.invoice_series,
        new.invoice_date,
        new.permit_number,
        new.permit_date,
        work.now,
        work.actor.user_id,
    )


def moved(work: Work, lot: AtCounter, item: spans.Held, seller: int, buyer: int, new: SaleNew) -> Moved:
    """A span that goes to the buyer by that line."""
    return Moved(
        item.depth + 1,
        lot.id,
        item.span.first,
        item.span.last,
        item.depth,
        item.parent_first,
        MovementKind.SOLD.value,
        new.sold_on,
        seller,
        buyer,
        lot.sales,
        new.place,
        new.invoice_number,
        "",
        work.now,
        work.actor.user_id,
    )
