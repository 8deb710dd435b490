"""How every list is asked for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from marshmallow import Schema, fields, validate

from schemas.base import Shape
from schemas.fields import Text, Whole

MOST = 200
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PageAsked:
    """limit: rows at most; cursor: where the page before ended; sort: a field, "-" before it: downwards."""

    limit: int = 50
    cursor: str = ""
    sort: str = ""


class PageAskedSchema(Shape):
    makes = PageAsked
    limit = Whole(
        least=1, most=MOST, strict=False, load_default=50, metadata={"description": "Rows at most."}
    )
    cursor = Text(longest=400, load_default="", metadata={"description": "`next` of the page before."})
    sort = fields.String(
        load_default="",
        validate=validate.Regexp(
            r"^(-?[a-z_]{1,30})?\Z", error="A field's name, with - before it for downwards."
        ),
        metadata={"description": "Field to sort by; `-` before it sorts downwards."},
    )


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; next: cursor of the page after it, "" at the end."""

    items: tuple[T, ...]
    next: str = ""


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The shape of a page whose items have the given shape."""
    name = item.__name__.removesuffix("Schema") + "Page"
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, metadata={"description": "Cursor of the next page, or empty."}),
    }
    return type(name, (Shape,), members)
