"""Shapes of shipments and of customs offices (FP arts. 10(3), 10(4), 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.problems import UnmetSchema
from schemas.shipments_vocabulary import Direction, ShipmentState
from schemas.vocabulary import MarkingScheme

MOST_LINES = 50
MOST_ITEMS = 500
OFFICE = validate.Regexp(r"^[A-Z0-9]{2,12}\Z", error="2 to 12 capital letters and figures, such as BRSSZ.")


@dataclass(frozen=True)
class OfficeNew:
    code: str
    name: str
    place: str


class OfficeNewSchema(Shape):
    makes = OfficeNew
    code = fields.String(required=True, validate=OFFICE, metadata={"description": "As in UN/LOCODE."})
    name = Text(required=True, longest=120)
    place = Text(required=True, longest=120)


@dataclass(frozen=True)
class PostNew:
    """office: where the account works from now on, None for nowhere."""

    login: str
    office: str | None = None


class PostNewSchema(Shape):
    makes = PostNew
    login = Text(required=True, longest=80)
    office = fields.String(load_default=None, allow_none=True, validate=OFFICE)


class OfficeSchema(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    place = fields.String(required=True)
    posts = fields.List(
        fields.String(), required=True, metadata={"description": "Logins of those who work there."}
    )


@dataclass(frozen=True)
class GoodsNew:
    """item: number of what the licence names in this line. first, last: part of a span, positions from 0.

    firearm: the record of what comes in and is named on the licence by its serial alone.
    """

    item: int
    first: int | None = None
    last: int | None = None
    firearm: str | None = None


class GoodsNewSchema(Shape):
    makes = GoodsNew
    item = Whole(required=True, least=1, most=10**6)
    first = Whole(least=0, most=10**12, load_default=None, allow_none=True)
    last = Whole(least=0, most=10**12, load_default=None, allow_none=True)
    firearm = Number("F", load_default=None, allow_none=True)

    def consistent(self, values: dict[str, Any]) -> None:
        """Both ends of a span, or neither."""
        first, last = values.get("first"), values.get("last")
        if (first is None) != (last is None) or (first is not None and last is not None and last < first):
            raise ValidationError("The first and the last position, in this order.", "last")


@dataclass(frozen=True)
class ShippedLine:
    """line: number of a line of the licence; items: what of it, empty for the first ones not yet shipped."""

    line: int
    quantity: int
    items: tuple[GoodsNew, ...] = ()


class ShippedLineSchema(Shape):
    makes = ShippedLine
    line = Whole(required=True, least=1, most=1000)
    quantity = Whole(required=True, least=1, most=10**12)
    items = fields.List(
        fields.Nested(GoodsNewSchema),
        load_default=(),
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "Left out: the first goods of the line that are in no shipment yet."},
    )


@dataclass(frozen=True)
class ShipmentNew:
    office: str
    expected_on: date
    lines: tuple[ShippedLine, ...]
    carrier: str = ""
    waybill: str = ""


class ShipmentNewSchema(Shape):
    makes = ShipmentNew
    office = fields.String(required=True, validate=OFFICE)
    expected_on = Day(required=True, metadata={"description": "When it is to be at the office."})
    lines = fields.List(
        fields.Nested(ShippedLineSchema), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )
    carrier = Text(longest=200, load_default="")
    waybill = Text(longest=80, load_default="")


@dataclass(frozen=True)
class ScanNew:
    code: str


class ScanNewSchema(Shape):
    makes = ScanNew
    code = Text(required=True, longest=200, metadata={"description": "As scanned: label, package or mark."})


@dataclass(frozen=True)
class PartsCounted:
    """quantity: how many parts without a serial customs counted of a line."""

    line: int
    quantity: int


class PartsCountedSchema(Shape):
    makes = PartsCounted
    line = Whole(required=True, least=1, most=1000)
    quantity = Whole(required=True, least=0, most=10**12)


@dataclass(frozen=True)
class NamesBack:
    """items: numbers of goods within a line of the licence, which are named no more."""

    line: int
    items: tuple[int, ...]


class NamesBackSchema(Shape):
    makes = NamesBack
    line = Whole(required=True, least=1, most=1000)
    items = fields.List(
        Whole(least=1, most=10**6), required=True, validate=validate.Length(min=1, max=MOST_ITEMS)
    )


@dataclass(frozen=True)
class LotTold:
    """A lot made abroad; calibre: as the licence's line says, where it is left out."""

    maker: str
    product_code: str
    product: str
    produced_on: date
    scheme: MarkingScheme
    calibre: str = ""
    gtin: str = ""


class LotToldSchema(Shape):
    makes = LotTold
    maker = Number("P", required=True)
    product_code = Text(required=True, longest=40)
    product = Text(required=True, longest=120)
    produced_on = Day(required=True)
    scheme = Code(MarkingScheme, required=True)
    calibre = Text(longest=80, load_default="")
    gtin = fields.String(
        load_default="",
        validate=validate.Regexp(r"^([0-9]{8}|[0-9]{12,14})?\Z", error="8, 12, 13 or 14 digits."),
    )


@dataclass(frozen=True)
class ClearanceNew:
    """note: what was done about things that do not belong; seal: of the customs, on the goods."""

    note: str = ""
    seal: str = ""


class ClearanceNewSchema(Shape):
    makes = ClearanceNew
    note = Text(longest=1000, load_default="")
    seal = Text(longest=80, load_default="")


@dataclass(frozen=True)
class PassageNew:
    country: str
    happened_on: date
    reference: str = ""
    note: str = ""


class PassageNewSchema(Shape):
    makes = PassageNew
    country = Country(required=True)
    happened_on = Day(required=True)
    reference = Text(longest=120, load_default="")
    note = Text(longest=1000, load_default="")


@dataclass(frozen=True)
class ArrivalNew:
    happened_on: date
    reference: str = ""
    note: str = ""


class ArrivalNewSchema(Shape):
    makes = ArrivalNew
    happened_on = Day(required=True)
    reference = Text(longest=120, load_default="")
    note = Text(longest=1000, load_default="")


@dataclass(frozen=True)
class ReceiptNew:
    """received: quantities by line, in the order of the shipment's lines."""

    received_on: date
    reference: str
    received: tuple[int, ...]
    note: str = ""


class ReceiptNewSchema(Shape):
    makes = ReceiptNew
    received_on = Day(required=True)
    reference = Text(required=True, longest=120, metadata={"description": "Of the proof of receipt."})
    received = fields.List(
        Whole(least=0, most=10**12), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )
    note = Text(longest=1000, load_default="")


@dataclass(frozen=True)
class Reason:
    reason: str


class ReasonSchema(Shape):
    makes = Reason
    reason = Text(required=True, longest=1000)


@dataclass(frozen=True, kw_only=True)
class ShipmentsAsked(PageAsked):
    licence: str | None = None
    state: ShipmentState | None = None
    office: str = ""
    overdue: bool = False


class ShipmentsAskedSchema(PageAskedSchema):
    makes = ShipmentsAsked
    licence = Number("LC", load_default=None)
    state = Code(ShipmentState, load_default=None)
    office = Text(longest=12, load_default="")
    overdue = fields.Boolean(load_default=False, metadata={"description": "Proof of receipt is overdue."})


class ShipmentItemSchema(Shape):
    n = fields.Integer(required=True)
    name = fields.String(required=True)
    item = fields.Integer(required=True, metadata={"description": "Number within the licence's line."})
    firearm = fields.String(required=True, allow_none=True)
    component = fields.Integer(required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    first = fields.Integer(required=True, allow_none=True)
    last = fields.Integer(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    checked = fields.Integer(required=True, metadata={"description": "Compared with labels so far."})
    abroad = fields.Boolean(
        required=True, metadata={"description": "Cartridges of a lot that no record described before."}
    )
    told = fields.Boolean(required=True, metadata={"description": "What it takes is told of that lot."})


class ShipmentLineSchema(Shape):
    line = fields.Integer(required=True)
    goods = fields.String(required=True)
    description = fields.String(required=True)
    quantity = fields.Integer(required=True)
    left = fields.Integer(required=True, metadata={"description": "What the licence's line still holds."})
    received = fields.Integer(required=True, allow_none=True)
    unnamed = fields.Integer(required=True, metadata={"description": "Parts that bear no serial."})
    counted = fields.Integer(
        required=True, allow_none=True, metadata={"description": "By customs, of those parts."}
    )
    items = fields.List(fields.Nested(ShipmentItemSchema), required=True)


class ShipmentScanSchema(Shape):
    n = fields.Integer(required=True)
    scanned = fields.String(required=True)
    verdict = fields.String(required=True)
    item = fields.Integer(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class ShipmentEventSchema(Shape):
    n = fields.Integer(required=True)
    move = fields.String(required=True)
    happened_on = fields.Date(required=True)
    country = fields.String(required=True, allow_none=True)
    office = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True)
    note = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    role = fields.String(required=True)


class ShipmentRowSchema(Shape):
    number = fields.String(required=True)
    licence = fields.String(required=True)
    direction = Code(Direction, required=True)
    state = Code(ShipmentState, required=True)
    holder = fields.String(required=True)
    holder_name = fields.String(required=True)
    country = fields.String(
        required=True, allow_none=True, metadata={"description": "Where it goes, or comes from."}
    )
    office = fields.String(required=True)
    expected_on = fields.Date(required=True)
    departed_on = fields.Date(required=True, allow_none=True)
    receipt_due_on = fields.Date(required=True, allow_none=True)
    received_on = fields.Date(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    differs = fields.Boolean(required=True)


class ShipmentSchema(ShipmentRowSchema):
    version = fields.Integer(required=True)
    office_name = fields.String(required=True)
    export_country = fields.String(required=True, allow_none=True)
    import_country = fields.String(required=True, allow_none=True)
    carrier = fields.String(required=True)
    waybill = fields.String(required=True)
    seal = fields.String(required=True)
    arrived_on = fields.Date(required=True, allow_none=True)
    receipt_reference = fields.String(required=True)
    receipt_message = fields.String(
        required=True, metadata={"description": "The signed receipt; empty for paper."}
    )
    receipt_sha256 = fields.String(required=True)
    reminded_on = fields.Date(required=True, allow_none=True)
    lines = fields.List(fields.Nested(ShipmentLineSchema), required=True)
    scans = fields.List(fields.Nested(ShipmentScanSchema), required=True)
    events = fields.List(fields.Nested(ShipmentEventSchema), required=True)
    moves = fields.List(fields.String(), required=True)
    unmet = fields.List(
        fields.Nested(UnmetSchema),
        required=True,
        metadata={"description": "While it is announced: what keeps it from being cleared today."},
    )


class ScanAnswerSchema(Shape):
    verdict = fields.String(required=True)
    name = fields.String(required=True)
    checked = fields.Integer(required=True)
    whole = fields.Integer(required=True)


class CounterLineSchema(Shape):
    line = fields.Integer(required=True)
    description = fields.String(required=True)
    quantity = fields.Integer(required=True)
    drawn = fields.Integer(required=True)
    left = fields.Integer(required=True)


class CounterSchema(Shape):
    licence = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    holder_name = fields.String(required=True)
    export_country = fields.String(required=True, allow_none=True)
    import_country = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    authenticity = fields.String(
        required=True, metadata={"description": "Of the paper scanned; empty where a number was typed."}
    )
    usable = fields.Boolean(required=True, metadata={"description": "Goods may leave under it today."})
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)
    lines = fields.List(fields.Nested(CounterLineSchema), required=True)
    shipments = fields.List(fields.Nested(ShipmentRowSchema), required=True)
