"""Shapes of licences as they are answered."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Shape
from schemas.problems import UnmetSchema


class ConditionSchema(Shape):
    """One condition that applies, met or not, and for whom it waits."""

    key = fields.String(required=True)
    article = fields.String(required=True)
    met = fields.Boolean(required=True)
    waits_for = fields.String(required=True, metadata={"description": "Empty when it is met."})
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)


class ItemSchema(Shape):
    n = fields.Integer(required=True)
    firearm = fields.String(required=True, allow_none=True)
    component = fields.Integer(required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    first = fields.Integer(required=True, allow_none=True)
    last = fields.Integer(required=True, allow_none=True)
    serial = fields.String(required=True)
    maker = fields.String(required=True)
    country_made = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)


class LineSchema(Shape):
    """authorised: what the import licence allows; drawn: shipped already, used_before this registry."""

    n = fields.Integer(required=True)
    goods = fields.String(required=True)
    hs = fields.String(required=True)
    description = fields.String(required=True)
    calibre = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    authorised = fields.Integer(required=True, allow_none=True)
    drawn = fields.Integer(required=True)
    used_before = fields.Integer(required=True)
    war_material = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)


class TransitSchema(Shape):
    country = fields.String(required=True)
    answer = fields.String(required=True)
    asked_on = fields.Date(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    reference = fields.String(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    informed_on = fields.Date(required=True, allow_none=True)
    tacit_from = fields.Date(
        required=True, allow_none=True, metadata={"description": "First day on which silence counts."}
    )
    message = fields.String(required=True, metadata={"description": "Its signed answer; empty for paper."})
    message_sha256 = fields.String(required=True)


class ParticipantSchema(Shape):
    role = fields.String(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    country = fields.String(required=True)


class ImportSchema(Shape):
    number = fields.String(required=True)
    authority = fields.String(required=True)
    country = fields.String(required=True)
    issued_on = fields.Date(required=True)
    expires_on = fields.Date(required=True)
    verified_on = fields.Date(required=True, allow_none=True)
    verified_how = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "Its State's signed answer, if it came."})
    message_sha256 = fields.String(required=True)
    denied = fields.String(
        required=True, metadata={"description": "How it stands there where it is not in force."}
    )


class EndUserSchema(Shape):
    number = fields.String(required=True)
    contract = fields.String(required=True)
    issued_on = fields.Date(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    country = fields.String(required=True)
    end_user = fields.String(required=True)
    address = fields.String(required=True)
    signed_by = fields.String(required=True)
    position = fields.String(required=True)
    end_use = fields.String(required=True)
    certified_by = fields.String(required=True)
    no_re_export = fields.Boolean(required=True)
    delivery_verification = fields.Boolean(required=True)
    verified_on = fields.Date(required=True, allow_none=True)
    verified_how = fields.String(required=True)


class CheckSchema(Shape):
    question = fields.String(required=True)
    answer = fields.String(required=True)
    note = fields.String(required=True)
    source = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True)


class EvidenceSchema(Shape):
    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    issued_by = fields.String(required=True)
    issued_on = fields.Date(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    note = fields.String(required=True)


class LetterSchema(Shape):
    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    written_at = fields.AwareDateTime(required=True)


class EventSchema(Shape):
    n = fields.Integer(required=True)
    move = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    role = fields.String(required=True)


class LicenceRowSchema(Shape):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    purpose = fields.String(required=True)
    state = fields.String(required=True)
    war_material = fields.Boolean(required=True)
    holder = fields.String(required=True)
    holder_name = fields.String(required=True)
    export_country = fields.String(required=True, allow_none=True)
    import_country = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    return_by = fields.Date(required=True, allow_none=True)
    submitted_on = fields.Date(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    age = fields.Integer(required=True, allow_none=True, metadata={"description": "Days since submission."})
    overdue = fields.Boolean(required=True)


class DeliveredSchema(Shape):
    line = fields.Integer(required=True)
    quantity = fields.Integer(required=True)


class DeliverySchema(Shape):
    """Goods that went between two other States under a licence of brokering."""

    n = fields.Integer(required=True)
    departed_on = fields.Date(required=True)
    arrived_on = fields.Date(required=True)
    export_licence = fields.String(required=True)
    proof = fields.String(required=True)
    carrier = fields.String(required=True)
    note = fields.String(required=True)
    told_at = fields.AwareDateTime(required=True)
    lines = fields.List(fields.Nested(DeliveredSchema), required=True)


class LicenceSchema(Shape):
    """A licence with all that belongs to it, what is still unmet, and for whom it waits."""

    number = fields.String(required=True)
    kind = fields.String(required=True)
    purpose = fields.String(required=True)
    state = fields.String(required=True)
    war_material = fields.Boolean(required=True)
    holder = fields.String(required=True)
    holder_name = fields.String(required=True)
    export_country = fields.String(required=True, allow_none=True)
    import_country = fields.String(required=True, allow_none=True)
    direct = fields.Boolean(required=True)
    recipient = fields.String(required=True, allow_none=True)
    recipient_name = fields.String(required=True)
    recipient_address = fields.String(required=True)
    end_use = fields.String(required=True)
    starts_on = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    return_by = fields.Date(required=True, allow_none=True)
    returned_on = fields.Date(required=True, allow_none=True)
    place = fields.String(required=True)
    issued_on = fields.Date(required=True, allow_none=True)
    zone = fields.String(required=True, metadata={"description": "Zone in which its last day ends."})
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    conditions = fields.String(required=True, metadata={"description": "Conditions the authority sets."})
    officer = fields.String(required=True)
    submitted_on = fields.Date(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    due_at_most_on = fields.Date(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    reason = fields.String(required=True)
    appeal_until = fields.Date(required=True, allow_none=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    transits = fields.List(fields.Nested(TransitSchema), required=True)
    participants = fields.List(fields.Nested(ParticipantSchema), required=True)
    import_licence = fields.Nested(ImportSchema, required=True, allow_none=True)
    end_user = fields.Nested(EndUserSchema, required=True, allow_none=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)
    letters = fields.List(fields.Nested(LetterSchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    moves = fields.List(
        fields.String(), required=True, metadata={"description": "What may happen in this state."}
    )
    to_issue = fields.List(fields.Nested(ConditionSchema), required=True)
    to_ship = fields.List(fields.Nested(ConditionSchema), required=True)
    proposal = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Proposal that waits for a second person."}
    )
    version = fields.Integer(required=True)
