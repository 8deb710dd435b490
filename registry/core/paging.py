"""Keyset pagination: a page begins after the last row of the page before, so no list is ever counted.

A list that leaves rows out on its way looks at so many for a page and says where it stopped: a page may then
have few rows, or none, and another after it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select, union
from sqlalchemy.orm import Session

from registry.core.errors import Invalid
from schemas.paging import Page, PageAsked
from schemas.words import said

AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"
MOST_SORTED = 10_000
"""Rows that are sorted for a page; more are walked in the order of an index."""
MOST_WALKED = 5_000
"""Rows that one page looks at on its way."""

On: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""How rows are found by the key of a walk."""


@dataclass(frozen=True)
class Way:
    """Rows to look at, by the column that is sorted by and the key. ordered: an index gives them in this
    order; else they are few, and sorted.
    """

    sort: SQLColumnExpression[Any]
    key: SQLColumnExpression[Any]
    where: Sequence[ColumnElement[bool]] = ()
    ordered: bool = True


@dataclass(frozen=True)
class Walk:
    """What a page looks at, of which its query keeps what fits: of several ways what they lead to, once.

    most: rows looked at for a page; on: for keys made of several columns.
    """

    ways: Sequence[Way]
    most: int
    on: On | None = None


def page(
    session: Session,
    query: AnySelect,
    asked: PageAsked,
    sorts: Mapping[str, SQLColumnExpression[Any]],
    key: SQLColumnExpression[Any],
    walk: Walk | None = None,
) -> Page[Any]:
    """The asked page of rows.

    sorts: fields that may be sorted by, with their columns (never null), the first one the default;
    key: a unique column that breaks ties; both must be among the query's columns by name, as "_sort"
    and "_key" are added to it; walk: what to look at where the query leaves rows out. Raises Invalid for an
    unknown field or a foreign cursor.
    """
    column = sorts[sorted_by(asked, sorts)]
    after = _opened(asked, column, key) if asked.cursor else None
    if walk is not None:
        return _walked(session, query, asked, key, walk, after)
    query = _from(query, Way(column, key), asked, after)
    query = query.add_columns(column.label("_sort"), key.label("_key"))
    rows = session.execute(query.limit(asked.limit + 1)).all()
    shown = tuple(rows[: asked.limit])
    return Page(shown, _closed(asked, shown[-1]) if len(rows) > asked.limit else "")


def sorted_by(asked: PageAsked, sorts: Mapping[str, SQLColumnExpression[Any]]) -> str:
    """The field that is sorted by; raises Invalid for an unknown one."""
    name = asked.sort.removeprefix("-") or next(iter(sorts))
    if name not in sorts:
        raise Invalid.at("sort", said("One of %(names)s.", names=", ".join(sorts)))
    return name


def walk_of(
    session: Session,
    asked: PageAsked,
    column: SQLColumnExpression[Any],
    key: SQLColumnExpression[Any],
    own: Sequence[tuple[SQLColumnExpression[Any], ColumnElement[bool]]],
    filters: Sequence[ColumnElement[bool]],
) -> Walk | None:
    """The walk to a page of a list sorted by a column; None where an index leads to it at once.

    own: where the keys stand of what whoever asks may see, empty for whoever may see all; each must be in
    their order. filters: those by which fewest rows fit first, each with an index that gives them by key.
    """
    by_key = column is key
    if by_key and own:
        return in_order(asked, [Way(place, place, [mine]) for place, mine in own], bool(filters))
    if not own and len(filters) <= by_key:
        return None
    if by_key:
        return in_order(asked, [Way(key, key, filters[:1])])
    sets = [select(place).where(mine) for place, mine in own or [(key, filters[0])]]
    if is_few(session, *sets):
        chosen = key.in_(union(*sets)) if own else filters[0]
        return of_few([Way(column, key, [chosen], ordered=False)])
    return in_order(asked, [Way(column, key)])


def in_order(asked: PageAsked, ways: Sequence[Way], leaves_out: bool = True, on: On | None = None) -> Walk:
    """The walk that indexes give. leaves_out: whether not every row on the way fits."""
    return Walk(ways, max(MOST_WALKED, asked.limit) if leaves_out else asked.limit + 1, on)


def of_few(ways: Sequence[Way], on: On | None = None) -> Walk:
    """The walk of sets that `is_few` found small enough to be sorted."""
    return Walk(ways, len(ways) * MOST_SORTED + 1, on)


def is_few(session: Session, *sets: AnySelect) -> bool:
    """Whether all of them together can be sorted for a page; no more than that is counted."""
    left = MOST_SORTED
    for one in sets:
        left -= session.scalar(select(func.count()).select_from(one.limit(left + 1).subquery())) or 0
        if left < 0:
            return False
    return True


def _walked(
    session: Session, query: AnySelect, asked: PageAsked, key: Any, walk: Walk, after: tuple[Any, Any] | None
) -> Page[Any]:
    looked = _looked_at(walk, asked, after).subquery()
    place = Way(looked.c._sort, looked.c._key)
    query = query.join(looked, walk.on(looked.c._key) if walk.on else key == looked.c._key)
    query = query.add_columns(looked.c._sort, looked.c._key)
    rows = session.execute(_from(query, place, asked).limit(asked.limit + 1)).all()
    shown = tuple(rows[: asked.limit])
    if len(rows) > asked.limit:
        return Page(shown, _closed(asked, shown[-1]))
    last = _from(select(looked.c._sort, looked.c._key), place, asked).offset(walk.most - 1).limit(1)
    stopped = session.execute(last).first()
    return Page(shown, _closed(asked, stopped) if stopped else "")


def _looked_at(walk: Walk, asked: PageAsked, after: tuple[Any, Any] | None) -> AnySelect:
    parts = []
    for way in walk.ways:
        part: AnySelect = select(way.sort.label("_sort"), way.key.label("_key")).where(*way.where)
        part = part.distinct() if way.ordered and len(walk.ways) > 1 else part
        parts.append(_from(part, way, asked, after).limit(walk.most))
    if len(parts) == 1:
        return parts[0]
    both = union(*(select(part.subquery()) for part in parts)).subquery()
    return _from(select(both.c._sort, both.c._key), Way(both.c._sort, both.c._key), asked).limit(walk.most)


def _from(query: AnySelect, way: Way, asked: PageAsked, after: tuple[Any, Any] | None = None) -> AnySelect:
    """The query in the order asked, from where the page before ended."""
    downwards = asked.sort.startswith("-")
    if after:
        query = query.where(_after(way.sort, way.key, *after, downwards))
    if not way.ordered:
        return query
    columns = (way.key,) if way.sort is way.key else (way.sort, way.key)
    return query.order_by(*(column.desc() if downwards else column.asc() for column in columns))


def _after(
    column: SQLColumnExpression[Any], key: SQLColumnExpression[Any], value: Any, last: Any, downwards: bool
) -> ColumnElement[bool]:
    """What comes after a row, said so that an index leads there: a choice alone would be read through."""
    if column is key:
        return cast(ColumnElement[bool], key < last if downwards else key > last)
    if downwards:
        return and_(column <= value, or_(column < value, key < last))
    return and_(column >= value, or_(column > value, key > last))


def _closed(asked: PageAsked, row: Any) -> str:
    value = row._sort.isoformat() if isinstance(row._sort, date) else row._sort
    return base64.urlsafe_b64encode(json.dumps([asked.sort, value, row._key]).encode()).decode().rstrip("=")


def _opened(
    asked: PageAsked, column: SQLColumnExpression[Any], key: SQLColumnExpression[Any]
) -> tuple[Any, Any]:
    try:
        padded = asked.cursor + "=" * (-len(asked.cursor) % 4)
        sort, value, last = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if sort != asked.sort:
            raise ValueError
        value, last = _value(column, value), _value(key, last)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise Invalid.at("cursor", "Not the cursor of a page of this list.") from None
    return value, last


def _value(column: SQLColumnExpression[Any], value: Any) -> Any:
    """A value of the column's own kind; raises ValueError for anything else."""
    kind = cast(ColumnElement[Any], column).type.python_type
    if issubclass(kind, date):
        return kind.fromisoformat(value)
    if type(value) is not kind or (kind is int and abs(value) >= 2**63) or (kind is str and "\0" in value):
        raise ValueError
    return value
