"""Shapes of the ledger: its log, the history of records, proofs."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import Role


@dataclass(frozen=True)
class EntriesAsked(PageAsked):
    """Which entries of the log. actor: number of an account; request: of a request, as its answer said."""

    act: str = ""
    actor: int | None = None
    role: Role | None = None
    case_number: str = ""
    request: str = ""


class EntriesAskedSchema(PageAskedSchema):
    makes = EntriesAsked
    act = Text(longest=200, load_default="", metadata={"description": "Such as trace.ask."})
    actor = Whole(least=0, most=2**53, strict=False, load_default=None, allow_none=True)
    role = Code(Role, load_default=None, allow_none=True)
    case_number = Text(longest=80, load_default="")
    request = Text(longest=40, load_default="")


class FieldSchema(Shape):
    name = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class ChangeLineSchema(Shape):
    subject = fields.String(required=True)
    key = fields.String(required=True)
    op = fields.String(required=True, metadata={"description": "I, U, D, or S for stated anew."})
    fields_ = fields.List(fields.Nested(FieldSchema), required=True, data_key="fields", attribute="fields")


class EntryLineSchema(Shape):
    id = fields.Integer(required=True)
    leaf = fields.Integer(required=True, allow_none=True, metadata={"description": "Index in the log."})
    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    role = fields.String(required=True)
    purpose = fields.String(required=True)
    case_number = fields.String(required=True)
    act = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeLineSchema), required=True)


class HistorySchema(Shape):
    number = fields.String(required=True)
    entries = fields.List(fields.Nested(EntryLineSchema), required=True)


class ProofSchema(Shape):
    """RFC 6962 inclusion proof with the signed checkpoint (C2SP) it leads to."""

    leaf_index = fields.Integer(required=True)
    leaf = fields.String(required=True, metadata={"description": "The exact bytes of the leaf."})
    leaf_hash = fields.String(required=True, metadata={"description": "Hexadecimal."})
    tree_size = fields.Integer(required=True)
    inclusion = fields.List(fields.String(), required=True, metadata={"description": "Base64 hashes."})
    checkpoint = fields.String(required=True)


class LedgerStatusSchema(Shape):
    """How far the log is, and how far it is signed."""

    size = fields.Integer(required=True)
    signed = fields.Integer(required=True)
    signed_at = fields.DateTime(required=True, allow_none=True)
    waiting = fields.Integer(required=True)
    checkpoint = fields.String(required=True, metadata={"description": "The newest, as a signed note."})


class VerificationProblemSchema(Shape):
    level = fields.Integer(required=True)
    where = fields.String(required=True)
    message = fields.String(required=True)


class VerificationSchema(Shape):
    """phase: reading, verifying, done, or failed where it ended without a result; count: of all problems."""

    phase = fields.String(required=True)
    done = fields.Integer(required=True, metadata={"description": "Lines, of `total`."})
    total = fields.Integer(required=True)
    started_at = fields.String(required=True)
    started_by = fields.String(required=True)
    ended_at = fields.String()
    leaves = fields.Integer()
    changes = fields.Integer()
    rows = fields.Integer()
    redacted = fields.Integer()
    count = fields.Integer()
    problems = fields.List(fields.Nested(VerificationProblemSchema))
