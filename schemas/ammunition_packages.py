"""Shapes of packages: what lies in which, and who holds what of it."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.ammunition import MovementSchema
from schemas.base import Shape
from schemas.fields import Code
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import PackageLevel


class PackageRowSchema(Shape):
    number = fields.String(required=True)
    level = fields.String(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    quantity = fields.Integer(required=True)
    opened = fields.Boolean(
        required=True, metadata={"description": "Some of its cartridges were packed anew."}
    )


class PieceSchema(Shape):
    """Neighbouring cartridges of a package with one holder."""

    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    kind = fields.String(required=True)


class ContentSchema(Shape):
    level = fields.String(required=True)
    packages = fields.Integer(required=True)


class PackageSchema(PackageRowSchema):
    lot = fields.String(required=True)
    code = fields.String(required=True)
    maker = fields.Nested(PartyNameSchema, required=True)
    product = fields.String(required=True)
    calibre_name = fields.String(required=True)
    produced_on = fields.Date(required=True)
    gtin = fields.String(required=True)
    buyer = fields.Nested(
        PartyNameSchema,
        required=True,
        allow_none=True,
        metadata={"description": "To whom all of it was first sold."},
    )
    sscc = fields.String(required=True, metadata={"description": "Of a logistic unit, else empty."})
    gs1 = fields.String(
        required=True,
        metadata={
            "description": "What its codes say, with brackets; empty while its product has no GTIN (boxes)"
            " or its maker no company prefix (logistic units)."
        },
    )
    inside = fields.List(
        fields.Nested(PackageRowSchema), required=True, metadata={"description": "Packages that it lies in."}
    )
    content = fields.List(fields.Nested(ContentSchema), required=True)
    pieces = fields.List(fields.Nested(PieceSchema), required=True)
    chain = fields.List(
        fields.Nested(MovementSchema),
        required=True,
        metadata={"description": "Every movement of any cartridge in it."},
    )


class CartridgeSchema(Shape):
    """One cartridge of a serialised lot. n: its own number, from 1; kind: how it came to its holder."""

    lot = fields.String(required=True)
    code = fields.String(required=True)
    n = fields.Integer(required=True)
    of = fields.Integer(required=True, metadata={"description": "Cartridges of the lot."})
    maker = fields.Nested(PartyNameSchema, required=True)
    calibre_name = fields.String(required=True)
    product = fields.String(required=True)
    produced_on = fields.Date(required=True)
    inside = fields.List(
        fields.Nested(PackageRowSchema),
        required=True,
        metadata={"description": "Closed ones it lies in."},
    )
    chain = fields.List(
        fields.Nested(MovementSchema), required=True, metadata={"description": "Every holder to the last."}
    )
    holder = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    unit = fields.String(required=True)
    kind = fields.String(required=True)


@dataclass(frozen=True, kw_only=True)
class PackagesAsked(PageAsked):
    level: PackageLevel | None = None


class PackagesAskedSchema(PageAskedSchema):
    makes = PackagesAsked
    level = Code(PackageLevel, load_default=None)
