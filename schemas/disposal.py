"""Shapes of disposal: what is proposed, what is told when it is done, and what is on record of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Day, Number, Text
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema
from schemas.recovery_vocabulary import DisposalKind, DisposalMethod, DisposalState

MOST_ITEMS = 5000


class Kilograms(fields.Decimal):
    """A weight in kilograms, kept in whole grams."""

    def __init__(self, **options: Any) -> None:
        limits = {"minimum": 0.001, "maximum": 1_000_000, "description": "Kilograms."}
        super().__init__(allow_nan=False, metadata=limits, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Decimal:
        if isinstance(value, bool) or len(str(value)) > 14:
            raise ValidationError("A weight in kilograms such as 12.5.")
        weight: Decimal = super()._deserialize(value, attr, data, **options)
        exponent = weight.as_tuple().exponent
        if not Decimal("0.001") <= weight <= 1_000_000 or not isinstance(exponent, int) or exponent < -3:
            raise ValidationError("0.001 to 1,000,000 kg; whole grams are kept.")
        return weight


@dataclass(frozen=True)
class DisposalNew:
    """items: numbers of evidence. authorization…, recipient: for anything but destruction."""

    items: tuple[str, ...]
    place: str
    reason: str
    kind: DisposalKind = DisposalKind.DESTRUCTION
    method: DisposalMethod | None = None
    method_note: str = ""
    authorization: str = ""
    authorized_by: str = ""
    authorized_on: date | None = None
    recipient: str | None = None


class DisposalNewSchema(Shape):
    makes = DisposalNew
    items = fields.List(Number("EV"), required=True, validate=validate.Length(min=1, max=MOST_ITEMS))
    place = Text(required=True, longest=120)
    reason = Text(required=True, longest=400)
    kind = Code(DisposalKind, load_default=DisposalKind.DESTRUCTION)
    method = Code(DisposalMethod, load_default=None, allow_none=True)
    method_note = Text(longest=400, load_default="")
    authorization = Text(longest=80, load_default="", metadata={"description": "Its number."})
    authorized_by = Text(longest=200, load_default="")
    authorized_on = Day(load_default=None, allow_none=True)
    recipient = Number("P", load_default=None, allow_none=True)

    def consistent(self, values: dict[str, Any]) -> None:
        """An item ends once."""
        if len(set(values["items"])) < len(values["items"]):
            raise ValidationError("An item is named twice.", "items")


@dataclass(frozen=True)
class WitnessNew:
    name: str
    capacity: str


class WitnessNewSchema(Shape):
    makes = WitnessNew
    name = Text(required=True, longest=200)
    capacity = Text(required=True, longest=120, metadata={"description": "Office and organisation."})


@dataclass(frozen=True)
class CompletionNew:
    """What a certificate says of the end of a batch."""

    done_on: date
    witnesses: tuple[WitnessNew, ...] = ()
    weight_kg: Decimal | None = None
    note: str = ""


class CompletionNewSchema(Shape):
    makes = CompletionNew
    done_on = Day(required=True)
    witnesses = fields.List(
        fields.Nested(WitnessNewSchema), load_default=(), validate=validate.Length(max=20)
    )
    weight_kg = Kilograms(load_default=None, allow_none=True)
    note = Text(longest=400, load_default="")


class WitnessSchema(Shape):
    """name: empty for whoever may not see it."""

    name = fields.String(required=True)
    capacity = fields.String(required=True)


class DisposalRowSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = Code(DisposalKind, required=True)
    method = fields.String(required=True)
    place = fields.String(required=True)
    count = fields.Integer(required=True)
    state = Code(DisposalState, required=True)
    proposed_at = fields.AwareDateTime(required=True)
    done_on = fields.Date(required=True, allow_none=True)


class DisposalSchema(DisposalRowSchema):
    method_note = fields.String(required=True)
    reason = fields.String(required=True)
    authorization = fields.String(required=True)
    authorized_by = fields.String(required=True)
    authorized_on = fields.Date(required=True, allow_none=True)
    recipient = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    proposal = fields.Integer(
        required=True, allow_none=True, metadata={"description": "What waits for a second person."}
    )
    proposed_by = fields.String(required=True)
    approved_by = fields.String(required=True)
    done_by = fields.String(required=True)
    weight_kg = fields.Decimal(required=True, allow_none=True, as_string=True)
    witnesses = fields.List(fields.Nested(WitnessSchema), required=True)
    note = fields.String(required=True)
    items = fields.List(fields.String(), required=True)


@dataclass(frozen=True, kw_only=True)
class DisposalsAsked(PageAsked):
    state: DisposalState | None = None
    kind: DisposalKind | None = None


class DisposalsAskedSchema(PageAskedSchema):
    makes = DisposalsAsked
    state = Code(DisposalState, load_default=None)
    kind = Code(DisposalKind, load_default=None)


@dataclass(frozen=True)
class CancellationNew:
    reason: str


class CancellationNewSchema(Shape):
    makes = CancellationNew
    reason = Text(required=True, longest=400)
