"""Keyset pagination: a page begins after the last row of the page before, so no list is ever counted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, or_
from sqlalchemy.orm import Session

from registry.core.errors import Invalid
from schemas.paging import Page, PageAsked
from schemas.words import said

AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"


def page(
    session: Session,
    query: AnySelect,
    asked: PageAsked,
    sorts: Mapping[str, SQLColumnExpression[Any]],
    key: SQLColumnExpression[Any],
) -> Page[Any]:
    """The asked page of rows.

    sorts: fields that may be sorted by, with their columns (never null), the first one the default;
    key: a unique column that breaks ties; both must be among the query's columns by name, as "_sort"
    and "_key" are added to it. Raises Invalid for an unknown field or a foreign cursor.
    """
    name = asked.sort.removeprefix("-") or next(iter(sorts))
    downwards = asked.sort.startswith("-")
    if name not in sorts:
        raise Invalid.at("sort", said("One of %(names)s.", names=", ".join(sorts)))
    column = sorts[name]
    if asked.cursor:
        query = query.where(_after(column, key, *_opened(asked, column, key), downwards))
    order = (column.desc(), key.desc()) if downwards else (column.asc(), key.asc())
    query = query.add_columns(column.label("_sort"), key.label("_key"))
    rows = session.execute(query.order_by(*order).limit(asked.limit + 1)).all()
    shown = tuple(rows[: asked.limit])
    return Page(shown, _closed(asked, shown[-1]) if len(rows) > asked.limit else "")


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
