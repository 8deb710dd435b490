"""Where the cartridges of a lot are: reading its movements.

The k-th movement of a cartridge has depth k and movements of one depth never overlap, so its chain is
one "greatest first" look-up for each depth, however many movements a lot has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from registry.ammunition import spans
from registry.ammunition.tables import Movement
from registry.ammunition.views import MovementView
from registry.core.database import Key, Prepared
from registry.core.days import day_of
from registry.core.work import Work, limited_to
from registry.directory.queries import names
from schemas.vocabulary import May


def holders(
    session: Session, lot_id: int, on: date | None = None
) -> Sequence[Row[int | None, str, str, int]]:
    """(party, unit, kind, quantity) of what is where now, or was at the end of a day; the largest first.

    What a movement brought counts for its taker, what was taken out of it counts against them. kind: how
    the cartridges of nobody went ("expended"), "held" for those of somebody.
    """
    happened = [Movement.lot_id == lot_id, *([Movement.happened_on <= on] if on else [])]
    size = Movement.last - Movement.first + 1
    went = case((Movement.to_id.is_(None), Movement.kind), else_="held")
    brought = select(
        Movement.to_id.label("party"), Movement.unit.label("unit"), went.label("kind"), size.label("size")
    ).where(*happened)
    parent = aliased(Movement)
    taken = (
        select(Movement.from_id, parent.unit, literal("held"), -size)
        .join(parent, came_by(Movement, parent))
        .where(*happened, Movement.depth > 0)
    )
    both = union_all(brought, taken).subquery()
    rest = cast(func.sum(both.c.size), Key)  # PostgreSQL sums whole numbers to a numeric
    query = (
        select(both.c.party, both.c.unit, both.c.kind, rest.label("quantity"))
        .group_by(both.c.party, both.c.unit, both.c.kind)
        .having(rest > 0)
        .order_by(rest.desc(), both.c.party, both.c.unit, both.c.kind)
    )
    return session.execute(query).all()


def came_by(child: Any, parent: Any) -> ColumnElement[bool]:
    """A movement, and the one it takes its span out of.

    It lies within that one's span, one depth below: said too, so that the key leads from either to the other.
    """
    return and_(
        parent.lot_id == child.lot_id,
        parent.depth == child.parent_depth,
        parent.first == child.parent_first,
        child.depth == parent.depth + 1,
        child.first.between(parent.first, parent.last),
    )


RECEIVED = Prepared(
    "SELECT m.lot_id, m.to_id, m.depth, m.first, m.last, m.happened_on, m.unit FROM {triples} g"
    " JOIN movement m ON m.to_id = CAST(g.b AS BIGINT) AND m.lot_id = CAST(g.a AS BIGINT)"
)
"""What parties received of lots: given arrays of lot and party; answers for `stocks`."""
PASSED_ON = Prepared(
    "SELECT c.lot_id, c.from_id, c.depth, c.first, c.last, c.parent_first FROM {triples} g"
    " JOIN movement m ON m.to_id = CAST(g.b AS BIGINT) AND m.lot_id = CAST(g.a AS BIGINT)"
    " JOIN movement c ON c.lot_id = m.lot_id AND c.depth = m.depth + 1 AND c.parent_depth = m.depth"
    " AND c.parent_first = m.first AND c.first BETWEEN m.first AND m.last"
)
"""What was taken out of that again."""


def stocks(
    received: Iterable[tuple[Any, ...]], passed_on: Iterable[tuple[Any, ...]]
) -> dict[tuple[int, int], list[spans.Held]]:
    """What parties hold of lots, by (lot, party), lowest position first."""
    came: defaultdict[tuple[int, int], list[tuple[spans.Moved, date, str]]] = defaultdict(list)
    for lot, party, depth, first, last, since, unit in received:
        came[lot, party].append((spans.Moved(depth, spans.Span(first, last)), day_of(since), unit))
    went: defaultdict[tuple[int, int], list[spans.Moved]] = defaultdict(list)
    for lot, party, depth, first, last, begin in passed_on:
        went[lot, party].append(spans.Moved(depth, spans.Span(first, last), begin))
    return {whose: spans.held(moves, went.get(whose, ())) for whose, moves in came.items()}


_CHILD, _PARENT = aliased(Movement), aliased(Movement)
_LOTS: BindParameter[int] = bindparam("lots", expanding=True)
_DAY: BindParameter[date] = bindparam("day")
_PARTY: BindParameter[int] = bindparam("party")
# Made once: to put them together takes ten times as long as to run them.
_RECEIVED = select(
    Movement.lot_id, Movement.depth, Movement.first, Movement.last, Movement.happened_on, Movement.unit
).where(Movement.to_id == _PARTY, Movement.lot_id.in_(_LOTS), Movement.happened_on <= _DAY)
_PASSED_ON = (
    select(_CHILD.lot_id, _CHILD.depth, _CHILD.first, _CHILD.last, _CHILD.parent_first)
    .join(_PARENT, came_by(_CHILD, _PARENT))
    .where(_PARENT.to_id == _PARTY, _PARENT.lot_id.in_(_LOTS), _CHILD.happened_on <= _DAY)
)


def held_by(session: Session, lot_id: int, party_id: int) -> list[spans.Held]:
    """The spans of a lot that a party holds, lowest position first."""
    return held_of(session, party_id, [lot_id]).get(lot_id, [])


def held_of(
    session: Session, party_id: int, lots: Iterable[int], on: date = date.max
) -> dict[int, list[spans.Held]]:
    """The spans of some lots that a party holds, or held at the end of a day, by lot."""
    whose = {"party": party_id, "lots": list(lots), "day": on}
    came: defaultdict[int, list[tuple[spans.Moved, date, str]]] = defaultdict(list)
    for lot, depth, first, last, since, unit in session.execute(_RECEIVED, whose):
        came[lot].append((spans.Moved(depth, spans.Span(first, last)), since, unit))
    went: defaultdict[int, list[spans.Moved]] = defaultdict(list)
    for lot, depth, first, last, begin in session.execute(_PASSED_ON, whose):
        went[lot].append(spans.Moved(depth, spans.Span(first, last), begin))
    return {lot: spans.held(moves, went.get(lot, ())) for lot, moves in came.items()}


MOST_PIECES = 4_000


def pieces(session: Session, lot_id: int, quantity: int) -> list[tuple[spans.Span, int | None, str, str]]:
    """(span, party, unit, kind) of every piece of a lot, lowest position first; none of a lot with too many
    movements to be drawn. kind: as for `holders`.
    """
    query = select(Movement).where(Movement.lot_id == lot_id).limit(MOST_PIECES + 1)
    rows = session.scalars(query).all()
    if len(rows) > MOST_PIECES:
        return []
    known = {(row.depth, row.first): row for row in rows}
    moves = [spans.Moved(row.depth, spans.Span(row.first, row.last), row.parent_first) for row in rows]
    found = []
    for span, moved in spans.where(moves, spans.Span(0, quantity - 1)):
        row = known[moved.depth, moved.span.first]
        kind = "held" if row.to_id is not None else row.kind
        found.append((span, row.to_id, row.unit, kind))
    return found


def touching(session: Session, lot_id: int, first: int, last: int) -> Sequence[Movement]:
    """Movements of any cartridge from first to last, in the order of depth and position."""
    level = _depths(lot_id)
    begin = (
        select(func.max(Movement.first))
        .where(Movement.lot_id == lot_id, Movement.depth == level.c.depth, Movement.first <= first)
        .scalar_subquery()
        .correlate(level)
    )
    moved = aliased(Movement)
    query = (
        select(moved)
        .join(level, moved.depth == level.c.depth)
        .where(
            moved.lot_id == lot_id,
            moved.first >= func.coalesce(begin, first),
            moved.first <= last,
            moved.last >= first,
        )
        .order_by(moved.depth, moved.first)
    )
    return session.scalars(query).all()


def chain(session: Session, lot_id: int, position: int) -> Sequence[Movement]:
    """The movements of one cartridge, the first one first; its holder is the last one's taker."""
    return touching(session, lot_id, position, position)


def _depths(lot_id: int) -> CTE[Any]:
    """The depths at which a lot has movements: 0, 1, 2 …"""
    deepest = select(func.max(Movement.depth)).where(Movement.lot_id == lot_id).scalar_subquery()
    levels = select(literal(0).label("depth")).cte("level", recursive=True)
    return levels.union_all(select(levels.c.depth + 1).where(levels.c.depth < deepest))


def of_own(work: Work) -> list[ColumnElement[bool]]:
    """A trader sees what was handed to them and what they handed on."""
    party = limited_to(work.actor, May.LOT_READ)
    if party is None:
        return []
    return [or_(Movement.to_id == party, Movement.from_id == party)]


def movement_views(work: Work, rows: Sequence[Movement]) -> tuple[MovementView, ...]:
    """Rows as they are shown, with the names of who gave and took."""
    known = names(work, [*(r.from_id for r in rows), *(r.to_id for r in rows)])
    return tuple(
        MovementView(
            r.depth,
            r.first,
            r.last,
            r.kind,
            r.happened_on,
            known.get(r.from_id or 0),
            known.get(r.to_id or 0),
            r.sale_n,
            r.place,
            r.document,
            r.unit,
        )
        for r in rows
    )
