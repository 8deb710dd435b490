"""Shapes of the figures that a State reports of what it recovered, and of an origin that is established."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import Shape
from schemas.fields import Code, Day, Text
from schemas.recovery_vocabulary import (
    Described,
    DisposalKind,
    DisposalMethod,
    OriginBasis,
    OriginStatus,
    RecoveryKind,
)


@dataclass(frozen=True)
class FiguresAsked:
    """since, until: days of the recoveries, both included; None: from the first, to the last."""

    since: date | None = None
    until: date | None = None


class FiguresAskedSchema(Shape):
    makes = FiguresAsked
    since = Day(load_default=None, metadata={"description": "First day of the recoveries."})
    until = Day(load_default=None, metadata={"description": "Last day."})

    def consistent(self, values: dict[str, Any]) -> None:
        """The period ends after it begins."""
        if values["since"] and values["until"] and values["until"] < values["since"]:
            raise ValidationError("The last day comes after the first.", "until")


@dataclass(frozen=True)
class OriginNew:
    """origin: what is established, in words: where and how it was diverted or made. source: who says so."""

    basis: OriginBasis
    established_on: date
    origin: str
    source: str


class OriginNewSchema(Shape):
    makes = OriginNew
    basis = Code(OriginBasis, required=True)
    established_on = Day(required=True)
    origin = Text(required=True, longest=400, metadata={"description": "Where and how it was diverted."})
    source = Text(required=True, longest=200, metadata={"description": "The file or authority that says so."})


class OriginSchema(Shape):
    basis = Code(OriginBasis, required=True)
    established_on = fields.Date(required=True)
    origin = fields.String(required=True)
    source = fields.String(required=True)


class RecoveredOfSchema(Shape):
    """Firearms of one kind of recovery, one type and one status."""

    kind = Code(RecoveryKind, required=True)
    type = fields.String(required=True, metadata={"description": "Of the firearm, or empty."})
    status = Code(OriginStatus, required=True)
    firearms = fields.Integer(required=True)


class DisposedOfSchema(Shape):
    """Firearms whose disposal was completed in the period."""

    kind = Code(DisposalKind, required=True)
    method = Code(DisposalMethod, required=True)
    firearms = fields.Integer(required=True)


class RecoveryOccasionsSchema(Shape):
    """How often something was recovered."""

    kind = Code(RecoveryKind, required=True)
    recoveries = fields.Integer(required=True)


class RecoveredShareSchema(Shape):
    """Recovered firearms of one maker, calibre or State."""

    by = Code(Described, required=True)
    value = fields.String(
        required=True, metadata={"description": "Name, or code of the State; empty where it is not known."}
    )
    firearms = fields.Integer(required=True)


class FiguresSchema(Shape):
    """numerator, denominator: of SDG indicator 16.4.2; traceable: the denominator less what bears no legible
    mark and of which nothing is established.
    """

    since = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    traceable = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True, metadata={"description": "Null of no firearms."})
    counted = fields.List(fields.Nested(RecoveredOfSchema), required=True)
    ended = fields.List(fields.Nested(DisposedOfSchema), required=True)
    parts = fields.Integer(required=True, metadata={"description": "Parts and components recovered."})
    cartridges = fields.Integer(required=True, metadata={"description": "Rounds recovered."})
    occasions = fields.List(fields.Nested(RecoveryOccasionsSchema), required=True)
    shares = fields.List(fields.Nested(RecoveredShareSchema), required=True)
