"""Shapes of scenes: cartridges recovered together, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate
from msgspec import Struct

from schemas.ammunition_vocabulary import CartridgeState
from schemas.base import Shape
from schemas.fields import Code, Day, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.tracing import Certainty, CertaintySchema, Finding, FindingSchema, Share, ShareSchema
from schemas.vocabulary import Outcome, Purpose

MOST_LINES = 500


@dataclass(frozen=True)
class CartridgesFound:
    """Cartridges of a scene that read alike. count: how many. headstamp: what stands beside the code."""

    code: str = ""
    maker: str = ""
    calibre: str = ""
    position: int | None = None
    state: CartridgeState = CartridgeState.CASE
    count: int = 1
    headstamp: str = ""


class CartridgesFoundSchema(Shape):
    makes = CartridgesFound
    code = Text(longest=40, load_default="", metadata={"description": "As read, with ? and * for damage."})
    maker = Text(longest=200, load_default="")
    calibre = Text(longest=80, load_default="")
    position = Whole(least=1, most=10**9, load_default=None, allow_none=True)
    state = Code(CartridgeState, load_default=CartridgeState.CASE)
    count = Whole(least=1, most=100_000, load_default=1)
    headstamp = Text(
        longest=64,
        load_default="",
        metadata={"description": "What stands beside the code, or alone where no code could be read."},
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """At least one is needed."""
        if not values["code"] and not values["headstamp"]:
            raise ValidationError("Type the code or the headstamp that was read.", "code")


@dataclass(frozen=True)
class SceneNew:
    """latitude, longitude: in millionths of a degree."""

    case_number: str
    purpose: Purpose
    found_on: date
    place: str
    lines: list[CartridgesFound]
    latitude: int | None = None
    longitude: int | None = None


class SceneNewSchema(Shape):
    makes = SceneNew
    case_number = Text(required=True, longest=80)
    purpose = Code(Purpose, required=True)
    found_on = Day(required=True)
    place = Text(required=True, longest=120)
    latitude = Whole(
        least=-90_000_000,
        most=90_000_000,
        load_default=None,
        allow_none=True,
        metadata={"description": "In millionths of a degree."},
    )
    longitude = Whole(least=-180_000_000, most=180_000_000, load_default=None, allow_none=True)
    lines = fields.List(
        fields.Nested(CartridgesFoundSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """Both coordinates, or none."""
        if (values.get("latitude") is None) is not (values.get("longitude") is None):
            raise ValidationError("Give both coordinates, or none.", "longitude")


class LineFound(Struct, frozen=True):
    """What became of a line. code: as read, else the headstamp.

    lot: the one it leads to, "" where none or several fit; possible: cartridges.
    """

    n: int
    code: str
    count: int
    outcome: Outcome
    lot: str
    statement: str
    possible: int


class LotSaid(Struct, frozen=True):
    """How far the code of one lot leads by itself."""

    lot: str
    mark: str
    certainty: Certainty


class SceneAnswer(Struct, frozen=True):
    """shared: who may have had cartridges of every lot that was found."""

    certainty: Certainty
    lines: tuple[LineFound, ...]
    shared: tuple[Share, ...]
    findings: tuple[Finding, ...]
    lots: tuple[LotSaid, ...] = ()


class LineFoundSchema(Shape):
    n = fields.Integer(required=True)
    code = fields.String(required=True)
    count = fields.Integer(required=True)
    outcome = Code(Outcome, required=True)
    lot = fields.String(required=True)
    statement = fields.String(required=True)
    possible = fields.Integer(required=True)


class LotSaidSchema(Shape):
    lot = fields.String(required=True)
    mark = fields.String(required=True)
    certainty = fields.Nested(CertaintySchema, required=True)


class SceneAnswerSchema(Shape):
    certainty = fields.Nested(CertaintySchema, required=True)
    lines = fields.List(fields.Nested(LineFoundSchema), required=True)
    shared = fields.List(fields.Nested(ShareSchema), required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    lots = fields.List(
        fields.Nested(LotSaidSchema), metadata={"description": "What each lot's code says by itself."}
    )


class SceneSchema(Shape):
    number = fields.String(required=True)
    case_number = fields.String(required=True)
    purpose = fields.String(required=True)
    found_on = fields.Date(required=True)
    place = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    answer = fields.Nested(SceneAnswerSchema, required=True)


@dataclass(frozen=True, kw_only=True)
class ScenesAsked(PageAsked):
    case_number: str = ""


class ScenesAskedSchema(PageAskedSchema):
    makes = ScenesAsked
    case_number = Text(longest=80, load_default="")
