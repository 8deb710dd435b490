"""Reading what the checks of a sale need of many buyers at once.

Sales at a counter come one by one, each with its own transaction: prepared statements that travel together
take a tenth of what the same queries cost through SQLAlchemy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import orjson

from registry.ammunition.buyers import Buyer, Holding
from registry.core.database import Prepared, Statement
from registry.core.days import day_of
from registry.core.work import Work

Rows = Sequence[tuple[Any, ...]]

_BUYERS = Prepared(
    "SELECT p.id, p.kind, p.country, p.identifier, n.document_kind, n.document_number, n.birth_date,"
    " d.died_on, p.name, n.full_name, c.closed_on FROM party p"
    " LEFT JOIN person n ON n.party_id = p.id LEFT JOIN person_death d ON d.party_id = p.id"
    " LEFT JOIN party_closure c ON c.party_id = p.id"
    " WHERE p.id {among}"
)
_HELD = Prepared(
    "SELECT c.to_id, f.calibre, c.happened_on, (SELECT e.happened_on FROM custody e"
    " WHERE e.firearm_id = c.firearm_id AND e.n > c.n ORDER BY e.n LIMIT 1)"
    " FROM custody c JOIN firearm f ON f.id = c.firearm_id WHERE c.to_id {among}"
)
_OF_LOTS = Prepared(
    "SELECT s.lot_id, s.buyer_id, sum(s.quantity) FROM {triples} g JOIN sale s"
    " ON s.buyer_id = CAST(g.b AS BIGINT) AND s.lot_id = CAST(g.a AS BIGINT) GROUP BY s.lot_id, s.buyer_id"
)
_ON_DAYS = Prepared(
    "SELECT s.buyer_id, l.calibre, s.sold_on, sum(s.quantity) FROM sale s JOIN lot l ON l.id = s.lot_id"
    " WHERE s.buyer_id {among} AND s.sold_on BETWEEN :begin AND :end"
    " GROUP BY s.buyer_id, l.calibre, s.sold_on"
)


def given(values: Iterable[Any]) -> str:
    """Keys, or rows of texts, as a prepared statement takes many of them."""
    return orjson.dumps(list(values)).decode()


def asked(ids: Iterable[int]) -> tuple[Statement, Statement]:
    """What tells of buyers by internal key, for `told`."""
    keys = {"keys": given(sorted(ids))}
    return (_BUYERS, keys), (_HELD, keys)


def told(people: Rows, firearms: Rows) -> dict[int, Buyer]:
    """Buyers by internal key, with their papers and firearms, each from the step that brought it to the
    next one.
    """
    had: defaultdict[int, list[Holding]] = defaultdict(list)
    for party, calibre, since, until in firearms:
        had[party].append(Holding(calibre, day_of(since), day_of(until) if until else None))
    return {
        key: Buyer(
            key,
            kind,
            country,
            identifier,
            paper or "",
            number or "",
            day_of(born) if born else None,
            day_of(died) if died else None,
            tuple(had.get(key, ())),
            day_of(closed) if closed else None,
        )
        for key, kind, country, identifier, paper, number, born, died, _, _, closed in people
    }


def bought_of_lots(work: Work, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Cartridges bought by (lot, buyer), of these pairs."""
    rows = work.put(_OF_LOTS, given=given(sorted(set(pairs))))
    return {(lot, buyer): int(total) for lot, buyer, total in rows}


def bought_in_years(work: Work, ids: Iterable[int], years: Sequence[int]) -> dict[tuple[int, str, int], int]:
    """Cartridges bought by (buyer, calibre, year)."""
    found: defaultdict[tuple[int, str, int], int] = defaultdict(int)
    if years:
        begin, end = date(min(years), 1, 1), date(max(years), 12, 31)
        for buyer, calibre, on, total in work.put(_ON_DAYS, keys=given(sorted(ids)), begin=begin, end=end):
            found[buyer, calibre, day_of(on).year] += int(total)
    return dict(found)
