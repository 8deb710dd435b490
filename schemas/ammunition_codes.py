"""Shapes of GS1 numbers, of scanned codes and of artwork."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.ammunition import MOST_CARTRIDGES
from schemas.base import Shape
from schemas.fields import Code, Number, Text, Whole
from schemas.firearms import PartyNameSchema
from schemas.vocabulary import PackageLevel


@dataclass(frozen=True)
class Gs1New:
    """version: of the entry that is corrected, 0 for the first."""

    party: str
    prefix: str = ""
    gln: str = ""
    version: int = 0


class Gs1NewSchema(Shape):
    """What GS1 gave a party: codes on packages are made of it."""

    makes = Gs1New
    party = Number("P", required=True)
    prefix = Text(longest=12, load_default="", metadata={"description": "Company prefix, 4 to 12 digits."})
    gln = Text(longest=13, load_default="", metadata={"description": "Global location number, 13 digits."})
    version = Whole(
        least=0,
        most=10**6,
        load_default=0,
        metadata={"description": "Of the entry that is corrected; 0 for the first."},
    )


class Gs1Schema(Shape):
    party = fields.Nested(PartyNameSchema, required=True)
    prefix = fields.String(required=True, allow_none=True)
    gln = fields.String(required=True, allow_none=True)
    recorded_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class ScanAsked:
    code: str


class ScanAskedSchema(Shape):
    makes = ScanAsked
    code = fields.String(
        required=True,
        metadata={
            "description": "A GS1 code as a scanner types it, with brackets, or an SSCC or GTIN alone;"
            " a package's number."
        },
    )


class ElementSchema(Shape):
    """An application identifier with its value, and what it stands for."""

    ai = fields.String(required=True)
    value = fields.String(required=True)
    title = fields.String(required=True)


class ScanSchema(Shape):
    """What a code says, and the package or lots it leads to."""

    elements = fields.List(fields.Nested(ElementSchema), required=True)
    package = fields.String(required=True, allow_none=True)
    lots = fields.List(fields.String(), required=True)


@dataclass(frozen=True)
class ArtworkAsked:
    """buyer: who buys the packages, where they are not sold yet. small: the smaller design."""

    buyer: str | None = None
    small: bool = False


class ArtworkAskedSchema(Shape):
    makes = ArtworkAsked
    buyer = Number(
        "P",
        load_default=None,
        allow_none=True,
        metadata={"description": "Who buys, where the register does not say so yet."},
    )
    small = fields.Boolean(load_default=False, metadata={"description": "The smaller design."})


@dataclass(frozen=True)
class RunAsked(ArtworkAsked):
    """first, last: numbers of packages within the lot, counted from 1; all of the level where left out."""

    level: PackageLevel = PackageLevel.UNIT_BOX
    first: int = 1
    last: int | None = None


class RunAskedSchema(ArtworkAskedSchema):
    makes = RunAsked
    level = Code(PackageLevel, load_default=PackageLevel.UNIT_BOX)
    first = Whole(least=1, most=MOST_CARTRIDGES, strict=False, load_default=1)
    last = Whole(least=1, most=MOST_CARTRIDGES, strict=False, load_default=None, allow_none=True)


@dataclass(frozen=True)
class CartridgeAsked:
    n: int


class CartridgeAskedSchema(Shape):
    """A cartridge of a serialised lot by its own number, from 1."""

    makes = CartridgeAsked
    n = Whole(least=1, most=2**31 - 1, strict=False, required=True)
