"""Taking sales out again that an intake brought in, while nobody passed on what was sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from registry.ammunition.queries import lot_number
from registry.ammunition.tables import Lot, Movement, RuleException, Sale, SaleCorrection
from registry.core.work import Work
from registry.intake.heads import Heads
from registry.intake.kind import Undoing
from registry.intake.tables import IntakeRecord, IntakeRun
from schemas.retention_vocabulary import RecordClass


def _sales(row: IntakeRun) -> Select[int | None, int | None]:
    """(lot, number) of those of an intake."""
    return select(IntakeRecord.lot_id, IntakeRecord.sale_n).where(IntakeRecord.run_id == row.id)


def _needed(work: Work, row: IntakeRun) -> Iterator[str]:
    """Lots of which something was sold on, corrected, held or told since."""
    sold, on = Movement, aliased(Movement)
    mine = tuple_(sold.lot_id, sold.sale_n).in_(_sales(row))
    taken = and_(on.lot_id == sold.lot_id, on.parent_depth == sold.depth, on.parent_first == sold.first)
    others = or_(on.sale_n.is_(None), tuple_(on.lot_id, on.sale_n).not_in(_sales(row)))
    passed_on = select(sold.lot_id).join(on, taken).where(mine, others)
    corrected = select(SaleCorrection.lot_id).where(
        tuple_(SaleCorrection.lot_id, SaleCorrection.sale_n).in_(_sales(row))
    )
    for query in (passed_on, corrected):
        yield from map(lot_number, work.session.scalars(query.distinct().limit(5)))
    yield from LOTS.told(work, row)


def _hold(work: Work, row: IntakeRun) -> None:
    LOTS.hold(work, row)


def _take_out(work: Work, row: IntakeRun) -> None:
    """The deepest spans first: what one sale of the intake brought, another of it may have passed on."""
    mine = tuple_(Movement.lot_id, Movement.sale_n).in_(_sales(row))
    lots = work.session.scalars(
        select(IntakeRecord.lot_id).where(IntakeRecord.run_id == row.id).distinct()
    ).all()
    deepest = work.session.scalar(select(func.max(Movement.depth)).where(mine)) or 0
    passed = tuple_(RuleException.lot_id, RuleException.sale_n).in_(_sales(row))
    gone: list[Any] = [
        delete(RuleException).where(passed),
        *(delete(Movement).where(mine, Movement.depth == depth) for depth in range(deepest, 0, -1)),
        delete(Sale).where(tuple_(Sale.lot_id, Sale.n).in_(_sales(row))),
        update(Lot).where(Lot.id.in_(lots)).values(version=Lot.version + 1),
    ]
    for statement in gone:
        work.session.execute(statement.execution_options(synchronize_session=False))
    work.session.expire_all()


LOTS = Heads(head=Lot.id, line=IntakeRecord.lot_id, prefix="L", number=lot_number, held=RecordClass.LOT)
"""The lots that were sold of, which stay."""
UNDOING = Undoing(_needed, _hold, _take_out)
