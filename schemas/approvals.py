"""Shapes of proposals that take a second person."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Code, Text
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import ApprovalKind, ProposalState, Role


@dataclass(frozen=True, kw_only=True)
class ProposalsAsked(PageAsked):
    """open: only what can still be decided, or only the rest; for_me: what waits for whoever asks."""

    sort: str = "-id"
    kind: ApprovalKind | None = None
    state: ProposalState | None = None
    open: bool | None = None
    for_me: bool = False


class ProposalsAskedSchema(PageAskedSchema):
    makes = ProposalsAsked
    sort = fields.String(load_default="-id", validate=validate.Length(max=40))
    kind = Code(ApprovalKind, load_default=None)
    state = Code(ProposalState, load_default=None)
    open = fields.Boolean(load_default=None, metadata={"description": "Only what can still be decided."})
    for_me = fields.Boolean(load_default=False, metadata={"description": "Only what waits for you."})


class ChangeSchema(Shape):
    """One field as it is and as it would become; "" where there is nothing.

    of: which of several records, by its number or name; "" where it is the only one.
    """

    field = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    of = fields.String(required=True)


class ApprovalGivenSchema(Shape):
    by = fields.String(required=True)
    role = Code(Role, required=True)
    at = fields.AwareDateTime(required=True)


class ProposalSchema(Shape):
    """digest: SHA-256 of the exact content, which an approval names; result: what came of it."""

    id = fields.Integer(required=True)
    kind = Code(ApprovalKind, required=True)
    subject = fields.String(required=True)
    reason = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    digest = fields.String(required=True)
    proposed_by = fields.String(required=True)
    role = Code(Role, required=True)
    proposed_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    approvers = fields.Integer(required=True, metadata={"description": "How many others approve it."})
    approvals = fields.List(fields.Nested(ApprovalGivenSchema), required=True)
    state = Code(ProposalState, required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True)
    result = fields.String(required=True)
    may_approve = fields.Boolean(required=True)


@dataclass(frozen=True)
class Approval:
    digest: str
    code: str = ""


class ApprovalSchema(Shape):
    """digest: of the content that was read; code: of one's second factor, which a token cannot replace."""

    makes = Approval
    digest = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="64 hexadecimal digits.")
    )
    code = fields.String(load_default="", load_only=True, validate=validate.Length(max=80))


@dataclass(frozen=True)
class Declining:
    reason: str


class DecliningSchema(Shape):
    makes = Declining
    reason = Text(required=True, longest=400)
