"""Shapes of the records that a company hands over when it closes (FP art. 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import Shape
from schemas.fields import Code, Day, Text, Whole
from schemas.firearms import PartyNameSchema
from schemas.paging import PageAsked, PageAskedSchema
from schemas.retention_vocabulary import ReceivedKind

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ReceivedNew:
    """party: number of the company. first_on, last_on: days of the first and last entry; entries: how many,
    None where nobody counted. digest: SHA-256 of the file, "" of paper. giver: who handed them over.
    """

    party: str
    closed_on: date
    kind: ReceivedKind
    description: str
    first_on: date
    last_on: date
    received_on: date
    giver: str
    kept_at: str
    entries: int | None = None
    digest: str = ""


class ReceivedRecordsNewSchema(Shape):
    makes = ReceivedNew
    party = Text(required=True, longest=24, metadata={"description": "Number of the company."})
    closed_on = Day(required=True, metadata={"description": "The day its business ended."})
    kind = Code(ReceivedKind, required=True)
    description = Text(required=True, longest=400)
    first_on = Day(required=True, metadata={"description": "Day of the first entry."})
    last_on = Day(required=True, metadata={"description": "Day of the last entry."})
    received_on = Day(required=True)
    giver = Text(required=True, longest=200, metadata={"description": "Who handed them over."})
    kept_at = Text(required=True, longest=200, metadata={"description": "Where they are kept."})
    entries = Whole(least=1, most=10**9, load_default=None, allow_none=True)
    digest = Text(
        longest=64,
        load_default="",
        metadata={"description": "SHA-256 of the file, in small hexadecimal digits."},
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """A digest is one, or there is none."""
        if values["digest"] and not DIGEST.fullmatch(values["digest"]):
            raise ValidationError("A digest has 64 hexadecimal digits, small ones.", "digest")


@dataclass(frozen=True)
class ReceivedMove:
    """They go to another place."""

    kept_at: str
    moved_on: date
    reason: str


class ReceivedRecordsMoveSchema(Shape):
    makes = ReceivedMove
    kept_at = Text(required=True, longest=200)
    moved_on = Day(required=True)
    reason = Text(required=True, longest=400)


class ReceivedStepSchema(Shape):
    n = fields.Integer(required=True)
    kept_at = fields.String(required=True)
    moved_on = fields.Date(required=True)
    reason = fields.String(required=True)
    moved_by = fields.String(required=True)


class ReceivedRowSchema(Shape):
    number = fields.String(required=True)
    party = fields.Nested(PartyNameSchema, required=True)
    kind = Code(ReceivedKind, required=True)
    description = fields.String(required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)
    received_on = fields.Date(required=True)
    kept_at = fields.String(required=True)


class ReceivedRecordsSchema(ReceivedRowSchema):
    """kept_until: the last day of the longest term, counted from the last entry; null where no law says."""

    version = fields.Integer(required=True)
    closed_on = fields.Date(required=True)
    entries = fields.Integer(required=True, allow_none=True)
    digest = fields.String(required=True)
    giver = fields.String(required=True, metadata={"description": "Empty for whoever may not see persons."})
    received_by = fields.String(required=True)
    kept_until = fields.Date(required=True, allow_none=True)
    steps = fields.List(fields.Nested(ReceivedStepSchema), required=True)


@dataclass(frozen=True, kw_only=True)
class ReceivedAsked(PageAsked):
    party: str = ""


class ReceivedAskedSchema(PageAskedSchema):
    makes = ReceivedAsked
    party = Text(longest=24, load_default="", metadata={"description": "Number of the company."})
