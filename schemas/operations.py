"""Shapes of how a registry is: what the doctor finds, and the figures of the watch."""

from __future__ import annotations

from marshmallow import fields

from schemas.base import Shape


class PartFindingSchema(Shape):
    what = fields.String(required=True, metadata={"description": "Such as `database` or `worker.courier`."})
    health = fields.String(required=True, metadata={"description": "good, warning or wrong."})
    found = fields.String(required=True)
    advice = fields.String(required=True, metadata={"description": "What to do; empty where it is good."})


class FigureSchema(Shape):
    name = fields.String(required=True, metadata={"description": "As at /metrics, without `registry_`."})
    of = fields.String(required=True, metadata={"description": "The State, process or kind it counts."})
    value = fields.Float(required=True)


class OperationsSchema(Shape):
    health = fields.String(required=True, metadata={"description": "The worst of the findings."})
    at = fields.DateTime(required=True)
    findings = fields.List(fields.Nested(PartFindingSchema), required=True)
    figures = fields.List(fields.Nested(FigureSchema), required=True)
