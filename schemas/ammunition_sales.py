"""Shapes of reports of sales and of corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import ValidationError, fields, validate

from schemas.ammunition import SaleNew, SaleNewSchema
from schemas.base import Shape
from schemas.fields import Day, Number, Text
from schemas.problems import UnmetSchema

PAPERS = (
    "authorization", "invoice_number", "invoice_series", "invoice_date", "permit_number", "permit_date",
)  # fmt: skip
MOST_LINES = 20_000


@dataclass(frozen=True, kw_only=True)
class SaleLine(SaleNew):
    """A sale in a report: of which lot."""

    lot: str


class SaleLineSchema(SaleNewSchema):
    makes = SaleLine  # type: ignore[assignment]  # a sale and its lot
    lot = Number("L", required=True)


@dataclass(frozen=True, kw_only=True)
class AtCounter:
    """What one buyer takes at a counter, on one invoice. scanned: packages, each with a number of
    cartridges behind it where only a part of it goes.
    """

    scanned: list[str]
    seller: str
    buyer: str
    sold_on: date
    authorization: str
    invoice_number: str
    invoice_series: str
    invoice_date: date
    permit_number: str
    permit_date: date
    place: str = ""
    reason: str = ""


class AtCounterSchema(Shape):
    makes = AtCounter
    scanned = fields.List(
        fields.String(validate=validate.Length(1, 120)), required=True, validate=validate.Length(1, 500)
    )
    seller = Number("P", required=True)
    buyer = Number("P", required=True)
    sold_on = Day(required=True)
    authorization = Text(required=True, longest=60)
    invoice_number = Text(required=True, longest=40)
    invoice_series = Text(required=True, longest=20)
    invoice_date = Day(required=True)
    permit_number = Text(required=True, longest=40)
    permit_date = Day(required=True)
    place = Text(longest=120, load_default="")
    reason = Text(longest=400, load_default="")


@dataclass(frozen=True)
class SaleReportNew:
    name: str
    lines: list[dict[str, object]]


class SaleReportNewSchema(Shape):
    """lines: each as a sale is sent, with its `lot`; judged one by one."""

    makes = SaleReportNew
    name = Text(required=True, longest=120, metadata={"description": "How the dealer calls this report."})
    lines = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(1, MOST_LINES),
        metadata={"description": "Sales as for `/lots/{number}/sales`, each with its `lot`."},
    )


class SaleReportLineSchema(Shape):
    line = fields.Integer(required=True, metadata={"description": "Counted from 1."})
    lot = fields.String(required=True)
    sale = fields.Integer(required=True, allow_none=True)
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)


class SaleReportSchema(Shape):
    number = fields.String(required=True)
    name = fields.String(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of what was sent."})
    lines = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    reported_at = fields.AwareDateTime(required=True)
    outcome = fields.List(
        fields.Nested(SaleReportLineSchema),
        required=True,
        metadata={"description": "Of every line when it is reported; afterwards of those refused."},
    )


@dataclass(frozen=True)
class SaleChange:
    """What the papers of a sale really say; what is left out stays."""

    reason: str
    authorization: str | None = None
    invoice_number: str | None = None
    invoice_series: str | None = None
    invoice_date: date | None = None
    permit_number: str | None = None
    permit_date: date | None = None

    def given(self) -> dict[str, str | date]:
        """The fields that are told."""
        told = ((name, getattr(self, name)) for name in PAPERS)
        return {name: value for name, value in told if value is not None}


class SaleChangeSchema(Shape):
    makes = SaleChange
    reason = Text(required=True, longest=400)
    authorization = Text(shortest=1, longest=60, load_default=None, allow_none=True)
    invoice_number = Text(shortest=1, longest=40, load_default=None, allow_none=True)
    invoice_series = Text(shortest=1, longest=20, load_default=None, allow_none=True)
    invoice_date = Day(load_default=None, allow_none=True)
    permit_number = Text(shortest=1, longest=40, load_default=None, allow_none=True)
    permit_date = Day(load_default=None, allow_none=True)

    def consistent(self, values: dict[str, object]) -> None:
        """At least one field is told."""
        if not any(values.get(name) for name in PAPERS):
            raise ValidationError("Say what the papers really say.", "reason")
