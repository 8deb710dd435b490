"""Shape of a licence of before this registry, as it is brought in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.licensing import MOST_LINES, MOST_STATES, LineNew, LineNewSchema, many
from schemas.licensing_vocabulary import LicenceKind, TemporaryPurpose


@dataclass(frozen=True)
class EarlierLicence:
    """earlier_number: under which it was issued, by authority. starts_on: None where it began when issued."""

    earlier_number: str
    kind: LicenceKind
    holder: str
    issued_on: date
    expires_on: date
    export_country: str
    import_country: str
    recipient_name: str
    recipient_address: str
    end_use: str
    place: str
    authority: str
    lines: tuple[LineNew, ...]
    transits: tuple[str, ...] = ()
    purpose: TemporaryPurpose | None = None
    starts_on: date | None = None


@dataclass(frozen=True)
class TakingOver:
    """used: of each line, how many were used before this registry; number: of the document that says so."""

    used: tuple[int, ...]
    number: str
    issued_by: str
    issued_on: date
    reason: str


class TakingOverSchema(Shape):
    makes = TakingOver
    used = fields.List(
        Whole(least=0, most=10**9),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINES),
        metadata={"description": "Of each line, how many were used before this registry."},
    )
    number = Text(required=True, longest=80, metadata={"description": "Of the document that says so."})
    issued_by = Text(required=True, longest=200)
    issued_on = Day(required=True)
    reason = Text(required=True, longest=400)


class EarlierLicenceSchema(Shape):
    makes = EarlierLicence
    earlier_number = Text(required=True, longest=80)
    kind = Code(LicenceKind, required=True)
    holder = Number("P", required=True)
    issued_on = Day(required=True)
    expires_on = Day(required=True)
    export_country = Country(required=True)
    import_country = Country(required=True)
    recipient_name = Text(required=True, longest=200)
    recipient_address = Text(required=True, longest=400)
    end_use = Text(required=True, longest=400)
    place = Text(required=True, longest=120)
    authority = Text(required=True, longest=200)
    lines = many(LineNewSchema, MOST_LINES, required=True)
    transits = fields.List(Country(), load_default=(), validate=validate.Length(max=MOST_STATES))
    purpose = Code(TemporaryPurpose, load_default=None, allow_none=True)
    starts_on = Day(load_default=None, allow_none=True)

    def consistent(self, values: dict[str, Any]) -> None:
        """A State is passed once."""
        if len(set(values["transits"])) < len(values["transits"]):
            raise ValidationError("Name each State once.", "transits")
