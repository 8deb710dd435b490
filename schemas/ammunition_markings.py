"""Shapes of what stands on cartridges and packages of a lot beside its code."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from schemas.ammunition_vocabulary import MarkedItem, MarkingStandard
from schemas.base import Shape
from schemas.fields import Code, Codes, Country, Text
from schemas.problems import UnmetSchema


@dataclass(frozen=True)
class MarkingNew:
    """headstamp: all that stands on the base beside the code, read around it; the parts: as they stand there.

    country_mark: the country of manufacture that the cartridge names. control_mark: of a proof house of the
    CIP, and the State it is in. package: what the smallest package bears. reason: why it is corrected.
    """

    headstamp: str = ""
    maker_mark: str = ""
    calibre_mark: str = ""
    year_mark: str = ""
    country_mark: str | None = None
    control_mark: str = ""
    control_country: str | None = None
    package: tuple[MarkedItem, ...] = ()
    destination: str = ""
    reason: str = ""


class MarkingNewSchema(Shape):
    makes = MarkingNew
    headstamp = Text(
        longest=64,
        load_default="",
        metadata={"description": "All that stands on the base, as read around it: CBC 9mm LUGER 06."},
    )
    maker_mark = Text(longest=20, load_default="")
    calibre_mark = Text(longest=30, load_default="")
    year_mark = Text(longest=10, load_default="", metadata={"description": "As it stands there: 06, 2006."})
    country_mark = Country(
        load_default=None,
        allow_none=True,
        metadata={"description": "Country of manufacture, where the cartridge names it."},
    )
    control_mark = Text(
        longest=60, load_default="", metadata={"description": "Inspection mark of a proof house of the CIP."}
    )
    control_country = Country(load_default=None, allow_none=True)
    package = Codes(
        MarkedItem,
        most=len(MarkedItem),
        load_default=(),
        metadata={"description": "What the smallest package bears."},
    )
    destination = Text(
        longest=120, load_default="", metadata={"description": "Where known when it was made."}
    )
    reason = Text(
        longest=400, load_default="", metadata={"description": "Why what was recorded before is corrected."}
    )


class MarkingSchema(Shape):
    headstamp = fields.String(required=True)
    maker_mark = fields.String(required=True)
    calibre_mark = fields.String(required=True)
    year_mark = fields.String(required=True)
    country_mark = fields.String(required=True, allow_none=True)
    control_mark = fields.String(required=True)
    control_country = fields.String(required=True, allow_none=True)
    package = fields.List(Code(MarkedItem), required=True)
    destination = fields.String(required=True)
    reason = fields.String(required=True)
    recorded_at = fields.AwareDateTime(required=True)


class StandardSchema(Shape):
    """Who asks for marks, and what of it this lot lacks."""

    standard = Code(MarkingStandard, required=True)
    source = fields.String(required=True)
    applies = fields.Boolean(
        required=True, metadata={"description": "Whether this registry's State is bound by it."}
    )
    unmet = fields.List(fields.Nested(UnmetSchema), required=True)


class LotNumberSchema(Shape):
    """What a lot number of MIL-STD-1168 says; its month is null where its letter stands for none."""

    maker = fields.String(required=True)
    year = fields.String(required=True)
    month = fields.Integer(required=True, allow_none=True)
    interfix = fields.String(required=True)
    identifier = fields.String(required=True)
    sequence = fields.String(required=True)
    suffix = fields.String(required=True)
    theatre = fields.String(required=True)
