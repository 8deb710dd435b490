"""Shapes of what the authority records and decides about a licence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Text, Whole
from schemas.licensing import MOST_LINES, many
from schemas.licensing_vocabulary import Assessed, LetterKind, TransitAnswer


@dataclass(frozen=True)
class ImportVerified:
    """how: with whom and by which way it was verified; authorised: for each line, how many it allows."""

    how: str
    authorised: tuple[int, ...]


class ImportVerifiedSchema(Shape):
    makes = ImportVerified
    how = Text(required=True, longest=200)
    authorised = fields.List(
        Whole(least=0, most=10**9), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )


@dataclass(frozen=True)
class DeliveryNew:
    """quantities: of each line of the licence, in their order; proof: of delivery."""

    departed_on: date
    arrived_on: date
    export_licence: str
    proof: str
    quantities: tuple[int, ...]
    carrier: str = ""
    note: str = ""


class DeliveryNewSchema(Shape):
    makes = DeliveryNew
    departed_on = Day(required=True)
    arrived_on = Day(required=True)
    export_licence = Text(
        required=True, longest=80, metadata={"description": "Under which it left the exporting State."}
    )
    proof = Text(required=True, longest=120, metadata={"description": "Of delivery."})
    quantities = fields.List(
        Whole(least=0, most=10**9), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )
    carrier = Text(longest=200, load_default="")
    note = Text(longest=1000, load_default="")


@dataclass(frozen=True)
class Confirmed:
    how: str


class ConfirmedSchema(Shape):
    makes = Confirmed
    how = Text(required=True, longest=200, metadata={"description": "With whom, and by which way."})


@dataclass(frozen=True)
class TransitChange:
    """What a transit State said; informed_on: when it was given the import licence's information."""

    answer: TransitAnswer | None = None
    asked_on: date | None = None
    answered_on: date | None = None
    reference: str | None = None
    valid_until: date | None = None
    informed_on: date | None = None


class TransitChangeSchema(Shape):
    makes = TransitChange
    answer = Code(TransitAnswer, load_default=None)
    asked_on = Day(load_default=None)
    answered_on = Day(load_default=None)
    reference = Text(longest=120, load_default=None, metadata={"description": "Of the notice or agreement."})
    valid_until = Day(load_default=None)
    informed_on = Day(load_default=None)


@dataclass(frozen=True)
class CheckNew:
    question: str
    answer: Assessed
    source: str
    note: str = ""


class CheckNewSchema(Shape):
    makes = CheckNew
    question = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{1,40}\Z"))
    answer = Code(Assessed, required=True)
    source = Text(required=True, longest=200, metadata={"description": "What the answer rests on."})
    note = Text(longest=1000, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """A measure against a risk is said."""
        if values["answer"] is Assessed.MITIGATED and not values.get("note"):
            raise ValidationError("Say which measure is taken.", "note")


@dataclass(frozen=True)
class LetterNew:
    """country: the State it went to or came from; shown: whether the applicant sees it."""

    kind: LetterKind
    text: str
    country: str | None = None
    shown: bool = False


class LetterNewSchema(Shape):
    makes = LetterNew
    kind = Code(LetterKind, required=True)
    text = Text(required=True, longest=4000)
    country = Country(load_default=None, allow_none=True)
    shown = fields.Boolean(load_default=False)


@dataclass(frozen=True)
class Adverse:
    """A decision against the holder; appeal_until: left out, as the term for appeals says."""

    reason: str
    appeal_until: date | None = None


class AdverseSchema(Shape):
    makes = Adverse
    reason = Text(required=True, longest=2000)
    appeal_until = Day(load_default=None)


@dataclass(frozen=True)
class LineQuantity:
    line: int
    quantity: int


class LineQuantitySchema(Shape):
    makes = LineQuantity
    line = Whole(required=True, least=1, most=MOST_LINES)
    quantity = Whole(required=True, least=1, most=10**9)


@dataclass(frozen=True)
class Amendment:
    """What an issued licence has changed; what is left out stays."""

    reason: str
    expires_on: date | None = None
    return_by: date | None = None
    recipient_address: str | None = None
    conditions: str | None = None
    quantities: tuple[LineQuantity, ...] = ()


class AmendmentSchema(Shape):
    makes = Amendment
    reason = Text(required=True, longest=2000)
    expires_on = Day(load_default=None)
    return_by = Day(load_default=None)
    recipient_address = Text(longest=400, load_default=None)
    conditions = Text(longest=2000, load_default=None)
    quantities = many(LineQuantitySchema, MOST_LINES, load_default=())


@dataclass(frozen=True)
class GivenBack:
    on: date
    note: str = ""


class GivenBackSchema(Shape):
    """That the licence was given back, or that what went for a time is back."""

    makes = GivenBack
    on = Day(required=True)
    note = Text(longest=400, load_default="")
