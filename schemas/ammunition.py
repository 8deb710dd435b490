"""Shapes of lots, packages, sales and movements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields, validate

from schemas.ammunition_markings import (
    LotNumberSchema,
    MarkingNew,
    MarkingNewSchema,
    MarkingSchema,
    StandardSchema,
)
from schemas.ammunition_rules import ExceptionSchema
from schemas.base import Shape
from schemas.fields import Code, Day, Number, Text, Whole
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema
from schemas.problems import UnmetSchema
from schemas.vocabulary import MarkingScheme, MovementKind, PackageLevel

MOST_CARTRIDGES = 10**9
LONGEST_CODE = 40


@dataclass(frozen=True)
class LotNew:
    """historical: an old lot is recorded and flagged where a new one would be refused.

    reason: why a supervisor lets pass what a rule lets them approve.
    importer, imported_on: who brought a lot made abroad into the country, and has it first.
    """

    maker: str
    code: str
    calibre: str
    product_code: str
    product: str
    quantity: int
    produced_on: date
    scheme: MarkingScheme
    gtin: str = ""
    historical: bool = False
    importer: str | None = None
    imported_on: date | None = None
    reason: str = ""
    marking: MarkingNew | None = None


class LotNewSchema(Shape):
    makes = LotNew
    maker = Number("P", required=True)
    code = Text(
        required=True, longest=LONGEST_CODE, metadata={"description": "As on the cartridge: UZZ18, UZZ-18."}
    )
    calibre = Text(required=True, longest=80)
    product_code = Text(required=True, longest=40)
    product = Text(required=True, longest=120)
    quantity = Whole(required=True, least=1, most=MOST_CARTRIDGES)
    produced_on = Day(required=True)
    scheme = Code(MarkingScheme, required=True)
    gtin = fields.String(
        load_default="",
        validate=validate.Regexp(r"^([0-9]{8}|[0-9]{12,14})?\Z", error="8, 12, 13 or 14 digits."),
    )
    historical = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    importer = Number("P", load_default=None, allow_none=True)
    imported_on = Day(load_default=None, allow_none=True)
    reason = Text(
        longest=400,
        load_default="",
        metadata={"description": "Why a supervisor lets pass what a rule lets them approve."},
    )
    marking = fields.Nested(
        MarkingNewSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "What stands on its cartridges and packages beside the code."},
    )


@dataclass(frozen=True)
class PackNew:
    """Packages of one size from a position on; the last one may hold less.

    repack: cartridges that are in packages of this level come out of them.
    """

    level: PackageLevel
    size: int
    first: int = 0
    last: int | None = None
    repack: bool = False


class PackNewSchema(Shape):
    makes = PackNew
    level = Code(PackageLevel, required=True)
    size = Whole(required=True, least=1, most=10**6, metadata={"description": "Cartridges in a package."})
    first = Whole(least=0, most=MOST_CARTRIDGES, load_default=0)
    last = Whole(least=0, most=MOST_CARTRIDGES, load_default=None, allow_none=True)
    repack = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Take the cartridges out of the packages of this level they are in."},
    )


@dataclass(frozen=True)
class SaleNew:
    """One line of the sales register (16 D LOG).

    quantity: taken where they lie lowest, within the package or from first to last where these are
    given; left out, all cartridges of the package or span are meant.
    """

    seller: str
    buyer: str
    sold_on: date
    authorization: str
    invoice_number: str
    invoice_series: str
    invoice_date: date
    permit_number: str
    permit_date: date
    quantity: int | None = None
    package: str | None = None
    first: int | None = None
    last: int | None = None
    unit: str = ""
    place: str = ""
    reason: str = ""


class CartridgesSchema(Shape):
    """Which cartridges of a lot move."""

    quantity = Whole(least=1, most=MOST_CARTRIDGES, load_default=None, allow_none=True)
    package = Text(
        longest=40,
        load_default=None,
        allow_none=True,
        metadata={"description": "A package's number, when the cartridges come out of it."},
    )
    first = Whole(
        least=0,
        most=MOST_CARTRIDGES,
        load_default=None,
        allow_none=True,
        metadata={"description": "Position in the lot, counted from 0."},
    )
    last = Whole(least=0, most=MOST_CARTRIDGES, load_default=None, allow_none=True)
    unit = Text(
        longest=80,
        load_default="",
        metadata={"description": "The giver's unit whose stock they come from; empty: whichever has them."},
    )


class SaleNewSchema(CartridgesSchema):
    makes = SaleNew
    seller = Number("P", required=True)
    buyer = Number("P", required=True)
    sold_on = Day(required=True)
    authorization = Text(required=True, longest=60)
    invoice_number = Text(required=True, longest=40)
    invoice_series = Text(required=True, longest=20)
    invoice_date = Day(required=True)
    permit_number = Text(required=True, longest=40, metadata={"description": "Of the transport permit."})
    permit_date = Day(required=True)
    place = Text(longest=120, load_default="")
    reason = Text(
        longest=400,
        load_default="",
        metadata={"description": "Why a supervisor lets pass what speaks against this buyer."},
    )


@dataclass(frozen=True)
class MovementNew:
    """A movement that is no sale; to_party stays empty where nobody holds the cartridges afterwards.

    Which cartridges: as for a sale.
    """

    kind: MovementKind
    happened_on: date
    from_party: str
    to_party: str | None = None
    quantity: int | None = None
    package: str | None = None
    first: int | None = None
    last: int | None = None
    unit: str = ""
    to_unit: str = ""
    place: str = ""
    document: str = ""


class MovementNewSchema(CartridgesSchema):
    makes = MovementNew
    kind = Code(MovementKind, required=True)
    happened_on = Day(required=True)
    from_party = Number("P", required=True)
    to_party = Number("P", load_default=None, allow_none=True)
    to_unit = Text(
        longest=80,
        load_default="",
        metadata={"description": "The unit of the taker that has them now."},
    )
    place = Text(longest=120, load_default="")
    document = Text(longest=80, load_default="")


class HolderSchema(Shape):
    """How many cartridges of a lot someone holds; party is null for what nobody holds any more."""

    party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    kind = fields.String(
        required=True,
        metadata={"description": "How they came there; `others` stands for what a trader may not see."},
    )
    quantity = fields.Integer(required=True)
    unit = fields.String(required=True)


class LotSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    maker = fields.Nested(PartyNameSchema, required=True)
    code = fields.String(required=True)
    calibre = fields.String(required=True)
    calibre_name = fields.String(required=True)
    product_code = fields.String(required=True)
    product = fields.String(required=True)
    gtin = fields.String(required=True)
    quantity = fields.Integer(required=True)
    produced_on = fields.Date(required=True)
    scheme = fields.String(required=True)
    historical = fields.Boolean(required=True)
    consignment = fields.Integer(
        required=True,
        metadata={
            "description": "Which one of a lot made abroad that customs let in; 0 of a lot recorded whole."
        },
    )
    sales = fields.Integer(required=True)
    packages = fields.Integer(required=True)
    holders = fields.List(fields.Nested(HolderSchema), required=True)
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)
    exceptions = fields.List(fields.Nested(ExceptionSchema), required=True)
    created_at = fields.AwareDateTime(required=True)
    lot_number = fields.Nested(
        LotNumberSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Its code read as a lot number of MIL-STD-1168; null where it is none."},
    )
    marking = fields.Nested(
        MarkingSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What stands on its cartridges and packages beside the code."},
    )
    standards = fields.List(
        fields.Nested(StandardSchema),
        required=True,
        metadata={"description": "Who asks for such marks, and what this lot lacks of them."},
    )


class LotRowSchema(Shape):
    number = fields.String(required=True)
    code = fields.String(required=True)
    maker = fields.String(required=True)
    calibre = fields.String(required=True)
    product = fields.String(required=True)
    quantity = fields.Integer(required=True)
    produced_on = fields.Date(required=True)
    scheme = fields.String(required=True)


@dataclass(frozen=True, kw_only=True)
class LotsAsked(PageAsked):
    q: str = ""
    maker: str = ""
    calibre: str = ""
    scheme: MarkingScheme | None = None


class LotsAskedSchema(PageAskedSchema):
    makes = LotsAsked
    q = Text(longest=40, load_default="", metadata={"description": "The lot's code, as written or not."})
    maker = Number("P", load_default="")
    calibre = Text(longest=80, load_default="")
    scheme = Code(MarkingScheme, load_default=None)


class MovementSchema(Shape):
    depth = fields.Integer(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    kind = fields.String(required=True)
    happened_on = fields.Date(required=True)
    from_party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    to_party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    sale = fields.Integer(required=True, allow_none=True)
    place = fields.String(required=True)
    document = fields.String(required=True)
    unit = fields.String(required=True)


class SaleCorrectionSchema(Shape):
    n = fields.Integer(required=True)
    reason = fields.String(required=True)
    changed = fields.List(
        fields.List(fields.String()), required=True, metadata={"description": "[field, before, after]"}
    )
    changed_at = fields.AwareDateTime(required=True)


class SaleSchema(Shape):
    lot = fields.String(required=True)
    code = fields.String(required=True)
    n = fields.Integer(required=True)
    seller = fields.Nested(PartyNameSchema, required=True)
    buyer = fields.Nested(PartyNameSchema, required=True)
    sold_on = fields.Date(required=True)
    quantity = fields.Integer(required=True)
    authorization = fields.String(required=True)
    product_code = fields.String(required=True)
    description = fields.String(required=True)
    invoice_number = fields.String(required=True)
    invoice_series = fields.String(required=True)
    invoice_date = fields.Date(required=True)
    permit_number = fields.String(required=True)
    permit_date = fields.Date(required=True)
    corrections = fields.List(
        fields.Nested(SaleCorrectionSchema),
        required=True,
        metadata={"description": "The fields beside are as first reported."},
    )


@dataclass(frozen=True, kw_only=True)
class SalesAsked(PageAsked):
    lot: str = ""
    buyer: str = ""
    seller: str = ""
    since: date | None = None
    until: date | None = None


class SalesAskedSchema(PageAskedSchema):
    makes = SalesAsked
    lot = Number("L", load_default="")
    buyer = Number("P", load_default="")
    seller = Number("P", load_default="")
    since = Day(load_default=None)
    until = Day(load_default=None)
