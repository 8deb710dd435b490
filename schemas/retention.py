"""Shapes of retention: terms, holds, and how records stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Day, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.retention_vocabulary import CountedFrom, HoldKind, RecordClass, Standing


@dataclass(frozen=True)
class TermNew:
    record_class: RecordClass
    counted_from: CountedFrom
    years: int
    law: str
    begins_on: date
    ends_on: date | None = None


class RetentionTermNewSchema(Shape):
    makes = TermNew
    record_class = Code(RecordClass, required=True)
    counted_from = Code(CountedFrom, required=True)
    years = Whole(least=1, most=200, required=True)
    law = Text(required=True, longest=120, metadata={"description": "The law that asks for it."})
    begins_on = Day(required=True)
    ends_on = Day(load_default=None, allow_none=True)


@dataclass(frozen=True)
class TermEnd:
    ends_on: date


class RetentionTermEndSchema(Shape):
    makes = TermEnd
    ends_on = Day(required=True, metadata={"description": "The last day it is in force."})


class RetentionTermSchema(Shape):
    number = fields.String(required=True)
    record_class = Code(RecordClass, required=True)
    counted_from = Code(CountedFrom, required=True)
    years = fields.Integer(required=True)
    law = fields.String(required=True)
    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True, kw_only=True)
class TermsAsked(PageAsked):
    record_class: RecordClass | None = None
    on: date | None = None


class RetentionTermsAskedSchema(PageAskedSchema):
    makes = TermsAsked
    record_class = Code(RecordClass, load_default=None)
    on = Day(load_default=None, metadata={"description": "Only terms in force on this day."})


@dataclass(frozen=True)
class HoldNew:
    """record: the number of one record; case_number: instead of it, for all records of a case."""

    reason: str
    ordered_by: str
    record: str = ""
    case_number: str = ""


class LegalHoldNewSchema(Shape):
    makes = HoldNew
    reason = Text(required=True, longest=400)
    ordered_by = Text(required=True, longest=200, metadata={"description": "The court or authority."})
    record = Text(longest=24, load_default="", metadata={"description": "Number of a record."})
    case_number = Text(longest=120, load_default="", metadata={"description": "Or of a case."})

    def consistent(self, values: dict[str, Any]) -> None:
        """A hold is on one record or on one case."""
        if bool(values.get("record")) is bool(values.get("case_number")):
            raise ValidationError("Name a record or a case, one of them.", "record")


@dataclass(frozen=True)
class HoldLift:
    reason: str


class LegalHoldLiftSchema(Shape):
    makes = HoldLift
    reason = Text(required=True, longest=400)


class LegalHoldSchema(Shape):
    number = fields.String(required=True)
    record = fields.String(required=True)
    record_class = fields.String(required=True)
    case_number = fields.String(required=True)
    reason = fields.String(required=True)
    ordered_by = fields.String(required=True)
    placed_by = fields.String(required=True)
    placed_at = fields.AwareDateTime(required=True)
    lifted_for = fields.String(required=True)
    lifted_by = fields.String(required=True)
    lifted_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True, kw_only=True)
class HoldsAsked(PageAsked):
    lifted: bool = False


class LegalHoldsAskedSchema(PageAskedSchema):
    makes = HoldsAsked
    lifted = fields.Boolean(load_default=False, metadata={"description": "Those that were lifted instead."})


@dataclass(frozen=True, kw_only=True)
class PreviewAsked(PageAsked):
    """on: the day for which it is told, today without; record: one record, whatever its standing."""

    record_class: RecordClass = RecordClass.FIREARM
    on: date | None = None
    record: str = ""


class RetentionAskedSchema(PageAskedSchema):
    makes = PreviewAsked
    record_class = Code(RecordClass, load_default=RecordClass.FIREARM)
    on = Day(load_default=None, metadata={"description": "What would go by then; today without."})
    record = Text(longest=24, load_default="", metadata={"description": "Number of one record."})

    def consistent(self, values: dict[str, Any]) -> None:
        """Pages end at the key of a record."""
        if not re.fullmatch(r"[0-9]{0,18}", values.get("cursor", "")):
            raise ValidationError("Not the cursor of a page of this list.", "cursor")


class HeldSchema(Shape):
    kind = Code(HoldKind, required=True)
    reason = fields.String(required=True)


class RecordStandingSchema(Shape):
    """How a record stands, by which term, counted from which day, and what holds it."""

    number = fields.String(required=True)
    record_class = Code(RecordClass, required=True)
    standing = Code(Standing, required=True)
    until = fields.Date(required=True, allow_none=True)
    term = fields.String(required=True, metadata={"description": "Empty: the floor of FP art. 7."})
    law = fields.String(required=True)
    years = fields.Integer(required=True, allow_none=True)
    counted_from = fields.String(required=True)
    counted = fields.Date(required=True, allow_none=True)
    holds = fields.List(fields.Nested(HeldSchema), required=True)


MOST_RECORDS = 200


@dataclass(frozen=True)
class DisposalNew:
    """records: numbers, all of one class."""

    records: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class EndingNew:
    reason: str


class EndingNewSchema(Shape):
    """That all goes which other States let us keep until a day that is over, and that nothing holds."""

    makes = EndingNew
    reason = Text(required=True, longest=400)


class KeptForOthersSchema(Shape):
    """A request with something that another State let us keep until a day that is over."""

    number = fields.String(required=True)
    peer = fields.String(required=True)
    direction = fields.String(required=True)
    case_number = fields.String(required=True)
    kept_until = fields.Date(required=True)
    held = fields.Boolean(required=True, metadata={"description": "By a hold on its case: it stays."})


class AllKeptForOthersSchema(Shape):
    items = fields.List(fields.Nested(KeptForOthersSchema), required=True)


class RecordsDisposalNewSchema(Shape):
    makes = DisposalNew
    records = fields.List(Text(longest=24), required=True, validate=validate.Length(min=1, max=MOST_RECORDS))
    reason = Text(required=True, longest=400)


class RecordsDisposalRowSchema(Shape):
    number = fields.String(required=True)
    record_class = Code(RecordClass, required=True)
    records = fields.Integer(required=True)
    removed = fields.Integer(required=True, metadata={"description": "Rows of all tables."})
    reason = fields.String(required=True)
    done_at = fields.AwareDateTime(required=True)


class DisposedRecordSchema(Shape):
    """One record that went: by which law it was kept, counted from when, until when."""

    number = fields.String(required=True)
    law = fields.String(required=True)
    years = fields.Integer(required=True)
    counted_from = Code(CountedFrom, required=True)
    counted = fields.Date(required=True)
    kept_until = fields.Date(required=True)
    removed = fields.Integer(required=True)


class RecordsDisposalSchema(RecordsDisposalRowSchema):
    proposal = fields.Integer(required=True)
    proposed_by = fields.String(required=True)
    approved_by = fields.String(required=True)
    lines = fields.List(fields.Nested(DisposedRecordSchema), required=True)
