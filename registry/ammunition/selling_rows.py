"""Rows that sales become: lines of the register, and the spans that changed hands by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, cast

import orjson
from sqlalchemy import Table

from registry.ammunition import spans
from registry.ammunition.tables import Movement, Sale
from registry.core.database import Prepared
from registry.core.prepared import inserting
from registry.core.work import Work
from schemas.ammunition import SaleNew
from schemas.vocabulary import MarkingScheme, MovementKind


@dataclass(slots=True)
class AtCounter:
    """A lot that is being sold of. sales: lines of its register; first_holder: who had all of it."""

    id: int
    code: str
    calibre: str
    product_code: str
    product: str
    quantity: int
    produced_on: date
    scheme: MarkingScheme
    historical: bool
    sales: int
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


FEW = 8
_SALES, _MOVEMENTS = cast(Table, Sale.__table__), cast(Table, Movement.__table__)
_SALE, _MOVEMENT = inserting("sale", Sold._fields), inserting("movement", Moved._fields)
_COUNTED = Prepared(
    "UPDATE lot SET sales = CAST(g.b AS INTEGER), version = version + 1 FROM {triples} g"
    " WHERE lot.id = CAST(g.a AS BIGINT)"
)
_COUNTED_ONE = Prepared("UPDATE lot SET sales = :sales, version = version + 1 WHERE id = :id")


def write(work: Work, sales: Sequence[Sold], moves: Sequence[Moved], lots: Sequence[AtCounter]) -> None:
    """Put them into the database, which holds that nothing is sold twice, and count each lot's lines."""
    counted = [(_COUNTED_ONE, {"id": lot.id, "sales": lot.sales}) for lot in lots]
    if len(sales) + len(moves) <= FEW:
        sold = [(_SALE, sale._asdict()) for sale in sales]
        work.run(*sold, *[(_MOVEMENT, move._asdict()) for move in moves], *counted)
        return
    put(work, sales, moves)
    given = orjson.dumps([(lot.id, lot.sales) for lot in lots]).decode()
    work.put(_COUNTED, given=given)


def put(work: Work, sales: Sequence[Sold], moves: Sequence[Moved]) -> None:
    """Send many, in the order in which they were taken: a movement is taken out of one before it."""
    work.put_rows(_SALES, Sold._fields, sales)
    work.put_rows(_MOVEMENTS, Moved._fields, moves)


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
