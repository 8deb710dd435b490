"""Reading what the checks of a sale need of many buyers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import BindParameter, and_, bindparam, column, extract, func, select, table
from sqlalchemy.orm import Session

from registry.ammunition.buyers import Buyer, Holding
from registry.ammunition.tables import Lot, Sale
from registry.directory.tables import Party, Person, PersonDeath

# Firearms are another subject on the same floor: their custody is read by name.
_FIREARM = table("firearm", column("id"), column("calibre"))
_CUSTODY = table("custody", column("firearm_id"), column("n"), column("happened_on"), column("to_id"))
AT_ONCE = 5_000


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_BUYERS = (
    select(
        Party.id,
        Party.kind,
        Party.country,
        Party.identifier,
        Person.document_kind,
        Person.document_number,
        Person.birth_date,
        PersonDeath.died_on,
    )
    .outerjoin(Person, Person.party_id == Party.id)
    .outerjoin(PersonDeath, PersonDeath.party_id == Party.id)
    .where(Party.id.in_(_IDS))
)


def slices(ids: Iterable[int]) -> Iterator[list[int]]:
    """Keys in order, as many at once as a statement takes well."""
    rest = iter(sorted(set(ids)))
    while some := list(islice(rest, AT_ONCE)):
        yield some


def buyers(session: Session, ids: Iterable[int]) -> dict[int, Buyer]:
    """Buyers by internal key, with their papers and firearms."""
    found: dict[int, Buyer] = {}
    for some in slices(ids):
        had = _holdings(session, some)
        for key, kind, country, identifier, paper, number, born, died in session.execute(
            _BUYERS, {"ids": some}
        ):
            found[key] = Buyer(
                key, kind, country, identifier, paper or "", number or "", born, died, tuple(had.get(key, ()))
            )
    return found


_LATER, _ENDED = _CUSTODY.alias("later"), _CUSTODY.alias("ended")
_FOLLOWING = (
    select(func.min(_LATER.c.n))
    .where(_LATER.c.firearm_id == _CUSTODY.c.firearm_id, _LATER.c.n > _CUSTODY.c.n)
    .scalar_subquery()
)
_HELD = (
    select(_CUSTODY.c.to_id, _FIREARM.c.calibre, _CUSTODY.c.happened_on, _ENDED.c.happened_on)
    .select_from(_CUSTODY)
    .join(_FIREARM, _FIREARM.c.id == _CUSTODY.c.firearm_id)
    .outerjoin(_ENDED, and_(_ENDED.c.firearm_id == _CUSTODY.c.firearm_id, _ENDED.c.n == _FOLLOWING))
    .where(_CUSTODY.c.to_id.in_(_IDS))
)


def _holdings(session: Session, ids: list[int]) -> dict[int, list[Holding]]:
    """Firearms that parties had: each from the step that brought it to the next one."""
    had: defaultdict[int, list[Holding]] = defaultdict(list)
    for party, calibre, since, until in session.execute(_HELD, {"ids": ids}):
        had[party].append(Holding(calibre, _day(since), _day(until) if until else None))
    return had


def _day(value: date | str) -> date:
    """A date of a table read by name: SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def bought_of_lots(session: Session, lots: Iterable[int]) -> dict[tuple[int, int], int]:
    """Cartridges bought by (lot, buyer)."""
    found: dict[tuple[int, int], int] = {}
    for some in slices(lots):
        query = select(Sale.lot_id, Sale.buyer_id, func.sum(Sale.quantity)).where(Sale.lot_id.in_(some))
        for lot, buyer, total in session.execute(query.group_by(Sale.lot_id, Sale.buyer_id)):
            found[lot, buyer] = int(total)
    return found


def bought_in_years(
    session: Session, ids: Iterable[int], years: Sequence[int]
) -> dict[tuple[int, str, int], int]:
    """Cartridges bought by (buyer, calibre, year)."""
    found: dict[tuple[int, str, int], int] = {}
    if not years:
        return found
    begin, end = date(min(years), 1, 1), date(max(years), 12, 31)
    year = extract("year", Sale.sold_on)
    for some in slices(ids):
        query = (
            select(Sale.buyer_id, Lot.calibre, year, func.sum(Sale.quantity))
            .join(Lot, Lot.id == Sale.lot_id)
            .where(Sale.buyer_id.in_(some), Sale.sold_on.between(begin, end))
            .group_by(Sale.buyer_id, Lot.calibre, year)
        )
        for buyer, calibre, on, total in session.execute(query):
            found[buyer, calibre, int(on)] = int(total)
    return found
