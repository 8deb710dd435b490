"""Shapes of deactivations (FP art. 9): applications, work, inspections, verifying bodies, incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.base import Shape
from schemas.deactivation_vocabulary import DeactivationState, EssentialPart, IncidentOutcome, MarkForm
from schemas.fields import Code, Country, Day, Number, Text
from schemas.paging import PageAsked, PageAskedSchema

MOST_PARTS = 20
LONGEST_PHOTOGRAPH = 12_000_000
"""Bytes of a photograph as it is sent."""


@dataclass(frozen=True)
class DeactivationNew:
    """done_by: who does the work."""

    firearm: str
    done_by: str
    applied_on: date
    reason: str = ""


class DeactivationNewSchema(Shape):
    """An application to deactivate a firearm."""

    makes = DeactivationNew
    firearm = Number("F", required=True)
    done_by = Number("P", required=True, metadata={"description": "Who does the work."})
    applied_on = Day(required=True)
    reason = Text(longest=400, load_default="")


@dataclass(frozen=True)
class MeasureNew:
    """measure: of the catalogue, such as barrel.drilled, which tells the part."""

    measure: str
    remark: str = ""


class MeasureNewSchema(Shape):
    makes = MeasureNew
    measure = fields.String(
        required=True, validate=validate.Regexp(r"^[a-z_]{3,20}\.[a-z_]{3,30}\Z", error="A measure's code.")
    )
    remark = Text(longest=400, load_default="")


@dataclass(frozen=True)
class WorkNew:
    done_on: date
    measures: tuple[MeasureNew, ...]


class WorkNewSchema(Shape):
    """What was done to each essential part, once more after a failed inspection."""

    makes = WorkNew
    done_on = Day(required=True)
    measures = fields.List(
        fields.Nested(MeasureNewSchema), required=True, validate=validate.Length(min=1, max=MOST_PARTS * 3)
    )


@dataclass(frozen=True)
class PhotographNew:
    content: str
    caption: str = ""


class PhotographNewSchema(Shape):
    """A photograph; only the picture itself is kept."""

    makes = PhotographNew
    content = fields.String(
        required=True,
        validate=validate.Length(min=4, max=LONGEST_PHOTOGRAPH * 4 // 3 + 4),
        metadata={"description": "JPEG, PNG or WebP in base64.", "format": "byte"},
    )
    caption = Text(longest=200, load_default="")


@dataclass(frozen=True)
class CaptionNew:
    caption: str = ""


class CaptionNewSchema(Shape):
    """What a page tells of a photograph beside the file."""

    makes = CaptionNew
    caption = Text(longest=200, load_default="")


@dataclass(frozen=True)
class PartResultNew:
    """What FP art. 9(a) asks of an essential part, each judged by itself."""

    part: EssentialPart
    inoperable: bool
    not_removable: bool
    not_modifiable: bool
    remark: str = ""


class PartResultNewSchema(Shape):
    makes = PartResultNew
    part = Code(EssentialPart, required=True)
    inoperable = fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"description": "Permanently."}
    )
    not_removable = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    not_modifiable = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Neither replaceable nor modifiable so that it could be made live again."},
    )
    remark = Text(longest=400, load_default="")


@dataclass(frozen=True)
class InspectionNew:
    body: str
    inspector: str
    inspected_on: date
    results: tuple[PartResultNew, ...]


class InspectionNewSchema(Shape):
    """An inspection by a verifying body, with a result for each essential part."""

    makes = InspectionNew
    body = Number("P", required=True, metadata={"description": "A verifying body."})
    inspector = Text(required=True, longest=120, metadata={"description": "Who inspected, by name."})
    inspected_on = Day(required=True)
    results = fields.List(
        fields.Nested(PartResultNewSchema), required=True, validate=validate.Length(min=1, max=MOST_PARTS)
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """Each part is judged once."""
        parts = [one.part for one in values["results"]]
        if len(set(parts)) < len(parts):
            raise ValidationError("Each part is judged once.", "results")


@dataclass(frozen=True)
class VerificationNew:
    """form: how it is marked; part, place: where the mark stands."""

    form: MarkForm
    reason: str
    part: EssentialPart | None = None
    place: str = ""


class VerificationNewSchema(Shape):
    """That a deactivation is to be verified, which another person approves."""

    makes = VerificationNew
    form = Code(MarkForm, required=True)
    part = Code(EssentialPart, load_default=None)
    place = Text(longest=80, load_default="", metadata={"description": "Where the mark stands."})
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class EndNew:
    reason: str


class EndNewSchema(Shape):
    """Why an application is withdrawn, or a verified deactivation is annulled."""

    makes = EndNew
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class VerifyingBodyNew:
    """symbol: what the body stamps; source: who authorized it."""

    party: str
    symbol: str
    country: str
    authorized_on: date
    source: str


class VerifyingBodyNewSchema(Shape):
    makes = VerifyingBodyNew
    party = Number("P", required=True)
    symbol = fields.String(
        required=True,
        validate=validate.Regexp(r"^[A-Z0-9]{1,8}\Z", error="1 to 8 capital letters or digits."),
    )
    country = Country(required=True)
    authorized_on = Day(required=True)
    source = Text(required=True, longest=200, metadata={"description": "The decree that authorizes it."})


@dataclass(frozen=True)
class RevocationNew:
    revoked_on: date
    reason: str


class RevocationNewSchema(Shape):
    makes = RevocationNew
    revoked_on = Day(required=True)
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class IncidentDecision:
    outcome: IncidentOutcome
    reason: str


class IncidentDecisionSchema(Shape):
    """What became of a deactivated firearm that was recovered, or traded as if it were live."""

    makes = IncidentDecision
    outcome = Code(IncidentOutcome, required=True)
    reason = Text(required=True, longest=400)


@dataclass(frozen=True, kw_only=True)
class DeactivationsAsked(PageAsked):
    state: DeactivationState | None = None
    firearm: str = ""
    body: str = ""


class DeactivationsAskedSchema(PageAskedSchema):
    makes = DeactivationsAsked
    state = Code(DeactivationState, load_default=None)
    firearm = Number("F", load_default="")
    body = Number("P", load_default="", metadata={"description": "The body that inspected last."})


@dataclass(frozen=True, kw_only=True)
class IncidentsAsked(PageAsked):
    open: bool | None = None


class IncidentsAskedSchema(PageAskedSchema):
    makes = IncidentsAsked
    open = fields.Boolean(load_default=None, allow_none=True)


class MeasureSchema(Shape):
    part = fields.String(required=True)
    measure = fields.String(required=True)
    text = fields.String(required=True)
    remark = fields.String(required=True)


class PartResultSchema(Shape):
    part = fields.String(required=True)
    inoperable = fields.Boolean(required=True)
    not_removable = fields.Boolean(required=True)
    not_modifiable = fields.Boolean(required=True)
    remark = fields.String(required=True)


class InspectionSchema(Shape):
    n = fields.Integer(required=True)
    body = fields.String(required=True)
    body_name = fields.String(required=True)
    inspector = fields.String(required=True)
    inspected_on = fields.Date(required=True)
    passed = fields.Boolean(required=True)
    results = fields.List(fields.Nested(PartResultSchema), required=True)


class PhotographSchema(Shape):
    n = fields.Integer(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of the picture as it is kept."})
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    caption = fields.String(required=True)


class DeactivationUnmetSchema(Shape):
    message = fields.String(required=True)
    field = fields.String(required=True)
    article = fields.String(required=True)


class DeactivationSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    firearm = fields.String(required=True)
    state = fields.String(required=True)
    applied_on = fields.Date(required=True)
    done_by = fields.String(required=True)
    done_by_name = fields.String(required=True)
    done_on = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True)
    measures = fields.List(fields.Nested(MeasureSchema), required=True)
    inspections = fields.List(fields.Nested(InspectionSchema), required=True)
    photographs = fields.List(fields.Nested(PhotographSchema), required=True)
    mark_form = fields.String(required=True)
    mark = fields.String(required=True, metadata={"description": "As it is stamped; empty without one."})
    verified_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ended_for = fields.String(required=True)
    proposal = fields.Integer(
        required=True, allow_none=True, metadata={"description": "That waits for a second person."}
    )
    unmet = fields.List(fields.Nested(DeactivationUnmetSchema), required=True)


class DeactivationRowSchema(Shape):
    number = fields.String(required=True)
    firearm = fields.String(required=True)
    state = fields.String(required=True)
    applied_on = fields.Date(required=True)
    done_by_name = fields.String(required=True)
    body_name = fields.String(required=True)
    verified_on = fields.Date(required=True, allow_none=True)


class VerifyingBodySchema(Shape):
    party = fields.String(required=True)
    name = fields.String(required=True)
    symbol = fields.String(required=True)
    country = fields.String(required=True)
    authorized_on = fields.Date(required=True)
    source = fields.String(required=True)
    revoked_on = fields.Date(required=True, allow_none=True)
    revoked_for = fields.String(required=True)
    certificates = fields.Integer(
        required=True, metadata={"description": "Deactivations in force that it inspected."}
    )


class IncidentSchema(Shape):
    number = fields.String(required=True)
    version = fields.Integer(required=True)
    firearm = fields.String(required=True)
    deactivation = fields.String(required=True, metadata={"description": "Its certificate."})
    body = fields.String(required=True, metadata={"description": "Who verified it, by number."})
    body_name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "The step of custody that raised it."})
    happened_on = fields.Date(required=True)
    raised_at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True, metadata={"description": "Empty while it is open."})
    reason = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
