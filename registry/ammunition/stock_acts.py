"""Recording what was really counted. A count is never changed; whoever miscounted counts again."""

from __future__ import annotations

from sqlalchemy import select

from registry.ammunition import queries, stock, stock_queries
from registry.ammunition.tables import Lot, StockCount, StockCountLine
from registry.core.errors import Forbidden, Invalid, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act, limited_to
from registry.directory import queries as directory
from schemas.ammunition_stock import CountNew
from schemas.vocabulary import May
from schemas.words import said

AT_ONCE = 5_000


@act(May.STOCK_COUNT)
def count_stock(work: Work, new: CountNew) -> stock_queries.CountView:
    """Hold a count against the book and keep both, whatever it finds; nothing moves by it.

    What is missing is then found, or reported lost or stolen, by a movement of its own. Raises
    Invalid, Forbidden for another's stock, Refused for a day to come or a lot named twice.
    """
    party = directory.party_by_number(work, new.party, "party")
    if limited_to(work.actor, May.STOCK_COUNT) not in (None, party.id):
        raise Forbidden("You may count your own stock")
    if not new.lines and not new.whole:
        raise Invalid.at("lines", "Nothing was counted.")
    refuse_if(stock.unmet_for_count(new.counted_on, [line.lot for line in new.lines], work.today))
    counted = {
        parse_registry_number("L", line.lot, f"lines.{n}.lot"): line.counted
        for n, line in enumerate(new.lines)
    }
    _known(work, list(counted))
    book = stock_queries.booked(work.session, party.id, new.unit, new.counted_on)
    lines = stock.compared(book, counted, new.whole)
    row = StockCount(
        party_id=party.id,
        unit=new.unit,
        counted_on=new.counted_on,
        whole=new.whole,
        note=new.note,
        lots=len(lines),
        differing=sum(line.missing != 0 for line in lines),
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(
        StockCountLine(count_id=row.id, lot_id=line.lot_id, booked=line.booked, counted=line.counted)
        for line in lines
    )
    work.session.flush()
    return stock_queries.count(work, row.id)


def _known(work: Work, lots: list[int]) -> None:
    """Raises Invalid for a lot that does not exist or that a trader never had."""
    known: set[int] = set()
    for at in range(0, len(lots), AT_ONCE):
        query = select(Lot.id).where(Lot.id.in_(lots[at : at + AT_ONCE]), *queries.scope(work))
        known.update(work.session.scalars(query))
    unmet = [
        Unmet(said("No lot has the number %(number)s", number=queries.lot_number(lot)), f"lines.{n}.lot")
        for n, lot in enumerate(lots)
        if lot not in known
    ]
    if unmet:
        raise Invalid(unmet=unmet)
