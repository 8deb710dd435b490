"""Shapes of firearms, their parts, marks and custody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole, Year
from schemas.paging import PageAsked, PageAskedSchema
from schemas.problems import UnmetSchema
from schemas.vocabulary import (
    ComponentKind,
    ConflictDecision,
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    MarkCondition,
    MarkKind,
    MarkTechnique,
    Symbol,
)


class OutOfScope(StrEnum):
    """Why FP art. 3(a) does not cover an object that is recorded all the same."""

    ANTIQUE = "antique"
    REPLICA = "replica"


class Millimetres(fields.Decimal):
    """A length in millimetres, kept in whole micrometres."""

    def __init__(self, **options: Any) -> None:
        # in the metadata: a Range of decimals would stand as text in the API's description
        limits = {"minimum": 0.001, "maximum": 1000, "description": "Millimetres."}
        super().__init__(allow_nan=False, metadata=limits, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Decimal:
        if isinstance(value, bool) or len(str(value)) > 12:
            raise ValidationError("A length in millimetres such as 1.6.")
        length: Decimal = super()._deserialize(value, attr, data, **options)
        if not Decimal("0.001") <= length <= 1000:
            raise ValidationError("0.001 to 1000 mm.")
        exponent = length.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -4:
            raise ValidationError("At most four decimals; whole micrometres are kept.")
        return length


def micrometres(length: Decimal | None) -> int | None:
    """Millimetres as they are kept: 0.0762 mm, the depth of 27 CFR 478.92, as 76."""
    return None if length is None else int((length * 1000).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class MarkNew:
    """component: the number of the part that bears it, as listed from 1.

    text: empty for symbols alone, and where an obliterated mark leaves nothing to read.
    """

    kind: MarkKind
    text: str = ""
    symbols: tuple[Symbol, ...] = ()
    component: int | None = None
    place: str = ""
    technique: MarkTechnique = MarkTechnique.UNKNOWN
    height_mm: Decimal | None = None
    depth_mm: Decimal | None = None
    condition: MarkCondition = MarkCondition.INTACT
    country: str | None = None
    year: int | None = None
    marked_on: date | None = None
    marked_by: str = ""


class MarkNewSchema(Shape):
    makes = MarkNew
    kind = Code(MarkKind, required=True)
    text = Text(
        longest=64,
        load_default="",
        metadata={"description": "As seen on the firearm; may be empty with symbols, or when obliterated."},
    )
    symbols = fields.List(Code(Symbol), load_default=(), validate=validate.Length(max=6))
    component = Whole(least=1, most=50, load_default=None, allow_none=True)
    place = Text(longest=80, load_default="", metadata={"description": "Where on the firearm."})
    technique = Code(MarkTechnique, load_default=MarkTechnique.UNKNOWN)
    height_mm = Millimetres(load_default=None, allow_none=True)
    depth_mm = Millimetres(load_default=None, allow_none=True)
    condition = Code(MarkCondition, load_default=MarkCondition.INTACT)
    country = Country(load_default=None, allow_none=True)
    year = Year(load_default=None, allow_none=True)
    marked_on = Day(load_default=None, allow_none=True)
    marked_by = Text(longest=120, load_default="")


@dataclass(frozen=True)
class MarkChange:
    """The condition of a mark as it is found now."""

    reason: str
    condition: MarkCondition


class MarkChangeSchema(Shape):
    makes = MarkChange
    condition = Code(MarkCondition, required=True)
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class MarkText:
    """What a mark really says, where it was entered wrongly."""

    reason: str
    text: str


class MarkTextSchema(Shape):
    makes = MarkText
    text = Text(
        required=True,
        shortest=1,
        longest=64,
        metadata={"description": "What the mark really says; what is left of it is its condition."},
    )
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class ComponentNew:
    kind: ComponentKind
    description: str = ""


class ComponentNewSchema(Shape):
    makes = ComponentNew
    kind = Code(ComponentKind, required=True)
    description = Text(longest=120, load_default="")


@dataclass(frozen=True)
class CustodyNew:
    """from_party, to_party: registry numbers of parties. temporary: of an import, for a lawful purpose."""

    kind: CustodyKind
    happened_on: date
    from_party: str | None = None
    to_party: str | None = None
    place: str = ""
    country: str | None = None
    document_kind: DocumentKind | None = None
    document_number: str = ""
    temporary: bool = False


class CustodyNewSchema(Shape):
    makes = CustodyNew
    kind = Code(CustodyKind, required=True)
    happened_on = Day(required=True)
    from_party = Number("P", load_default=None, allow_none=True)
    to_party = Number("P", load_default=None, allow_none=True)
    place = Text(longest=120, load_default="")
    country = Country(load_default=None, allow_none=True)
    document_kind = Code(DocumentKind, load_default=None, allow_none=True)
    document_number = Text(longest=80, load_default="")
    temporary = fields.Boolean(
        truthy={True},
        falsy={False},
        load_default=False,
        metadata={"description": "Imported for a time, for hunting, sport, exhibition or repair."},
    )


@dataclass(frozen=True)
class FirearmNew:
    """maker: registry number of a party; calibre: as marked, in any known spelling."""

    type: FirearmType
    action: FirearmAction
    maker: str
    calibre: str
    country_made: str
    model: str = ""
    year_made: int | None = None
    out_of_scope: OutOfScope | None = None
    components: tuple[ComponentNew, ...] = ()
    marks: tuple[MarkNew, ...] = ()
    custody: tuple[CustodyNew, ...] = ()


class FirearmNewSchema(Shape):
    makes = FirearmNew
    type = Code(FirearmType, required=True)
    action = Code(FirearmAction, required=True)
    maker = Number("P", required=True)
    calibre = Text(required=True, longest=80)
    country_made = Country(required=True)
    model = Text(longest=80, load_default="")
    year_made = Year(load_default=None, allow_none=True)
    out_of_scope = Code(OutOfScope, load_default=None, allow_none=True)
    components = fields.List(
        fields.Nested(ComponentNewSchema), load_default=(), validate=validate.Length(max=50)
    )
    marks = fields.List(fields.Nested(MarkNewSchema), required=True, validate=validate.Length(min=1, max=50))
    custody = fields.List(fields.Nested(CustodyNewSchema), load_default=(), validate=validate.Length(max=100))


@dataclass(frozen=True)
class FirearmChange:
    """A correction: what is left out stays as it is."""

    reason: str
    type: FirearmType | None = None
    action: FirearmAction | None = None
    maker: str | None = None
    model: str | None = None
    calibre: str | None = None
    country_made: str | None = None
    year_made: int | None = None


class FirearmChangeSchema(Shape):
    makes = FirearmChange
    reason = Text(required=True, longest=400)
    type = Code(FirearmType, load_default=None)
    action = Code(FirearmAction, load_default=None)
    maker = Number("P", load_default=None)
    model = Text(longest=80, load_default=None)
    calibre = Text(shortest=1, longest=80, load_default=None)
    country_made = Country(load_default=None)
    year_made = Year(load_default=None)


class PartyNameSchema(Shape):
    number = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    country = fields.String(required=True)


class MarkSchema(Shape):
    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    symbols = fields.List(fields.String(), required=True)
    component = fields.Integer(required=True, allow_none=True)
    place = fields.String(required=True)
    technique = fields.String(required=True)
    height_mm = fields.Decimal(required=True, allow_none=True, as_string=True)
    depth_mm = fields.Decimal(required=True, allow_none=True, as_string=True)
    condition = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    marked_on = fields.Date(required=True, allow_none=True)
    marked_by = fields.String(required=True)


class ComponentSchema(Shape):
    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    description = fields.String(required=True)


class CustodySchema(Shape):
    """`from` and `to` are parties, null where nobody held it."""

    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    happened_on = fields.Date(required=True)
    from_party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    to_party = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    place = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    document_kind = fields.String(required=True)
    document_number = fields.String(required=True)
    temporary = fields.Boolean(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class ValueChangeSchema(Shape):
    field = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)


class CorrectionSchema(Shape):
    """Why the record was corrected; version: the one it led to."""

    version = fields.Integer(required=True)
    reason = fields.String(required=True)
    changed = fields.List(fields.Nested(ValueChangeSchema), required=True)
    changed_at = fields.AwareDateTime(required=True)


class FirearmSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    type = fields.String(required=True)
    action = fields.String(required=True)
    maker = fields.Nested(PartyNameSchema, required=True)
    model = fields.String(required=True)
    calibre = fields.String(required=True)
    calibre_name = fields.String(required=True)
    calibre_text = fields.String(required=True)
    country_made = fields.String(required=True)
    year_made = fields.Integer(required=True, allow_none=True)
    out_of_scope = fields.String(required=True)
    status = fields.String(required=True)
    holder = fields.Nested(PartyNameSchema, required=True, allow_none=True)
    superseded_by = fields.String(required=True, allow_none=True)
    components = fields.List(fields.Nested(ComponentSchema), required=True)
    marks = fields.List(fields.Nested(MarkSchema), required=True)
    custody = fields.List(fields.Nested(CustodySchema), required=True)
    conflicts = fields.List(
        fields.Integer(), required=True, metadata={"description": "Open identity conflicts."}
    )
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)
    remarks = fields.List(fields.Nested(UnmetSchema), required=True)
    corrections = fields.List(fields.Nested(CorrectionSchema), required=True)
    created_at = fields.AwareDateTime(required=True)


class FirearmRowSchema(Shape):
    number = fields.String(required=True)
    type = fields.String(required=True)
    maker = fields.String(required=True)
    model = fields.String(required=True)
    calibre = fields.String(required=True)
    country_made = fields.String(required=True)
    year_made = fields.Integer(required=True, allow_none=True)
    mark = fields.String(required=True, metadata={"description": "The first mark, as seen."})
    status = fields.String(required=True)


@dataclass(frozen=True, kw_only=True)
class FirearmsAsked(PageAsked):
    """q: a registry number, or a mark as seen."""

    q: str = ""
    maker: str = ""
    calibre: str = ""
    type: FirearmType | None = None
    status: CustodyKind | None = None
    country: str = ""
    year: int | None = None


class FirearmsAskedSchema(PageAskedSchema):
    makes = FirearmsAsked
    q = Text(longest=64, load_default="", metadata={"description": "A registry number, or a mark as seen."})
    maker = Number("P", load_default="")
    calibre = Text(longest=80, load_default="")
    type = Code(FirearmType, load_default=None)
    status = Code(CustodyKind, load_default=None)
    country = Country(load_default="", metadata={"description": "Of manufacture."})
    year = Whole(
        least=1300, most=2200, strict=False, load_default=None, metadata={"description": "Of manufacture."}
    )


class ConflictSchema(Shape):
    id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    firearm = fields.String(required=True)
    other = fields.String(required=True)
    mark = fields.String(required=True)
    maker = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    decision = fields.String(required=True, metadata={"description": "Empty while it is open."})
    reason = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class ConflictsAsked(PageAsked):
    open: bool | None = None


class ConflictsAskedSchema(PageAskedSchema):
    makes = ConflictsAsked
    open = fields.Boolean(load_default=None)


@dataclass(frozen=True)
class DecisionNew:
    """keep: the number of the record that stays, for same_firearm."""

    decision: ConflictDecision
    reason: str
    keep: str | None = None


class DecisionNewSchema(Shape):
    makes = DecisionNew
    decision = Code(ConflictDecision, required=True)
    reason = Text(required=True, longest=400)
    keep = Number("F", load_default=None, allow_none=True)
