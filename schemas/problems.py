"""Shapes of refusals (RFC 9457)."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Shape


class UnmetSchema(Shape):
    """One condition that is not met, or falls short of good practice."""

    field = fields.String(
        required=True, metadata={"description": "Dotted path of the input; empty for the whole."}
    )
    article = fields.String(required=True, metadata={"description": "The law that asks for it, or empty."})
    message = fields.String(required=True)


class ProblemSchema(Shape):
    """Problem details for HTTP APIs."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(
        required=True, metadata={"description": "The request's identifier, for reports."}
    )
    errors = fields.List(fields.Nested(UnmetSchema), required=True)
