"""Shapes of embargoes, times that the law sets, and authorisations to trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Number, Text, Whole
from schemas.licensing_vocabulary import GoodsKind, TermKind, TradeActivity
from schemas.paging import PageAsked, PageAskedSchema


@dataclass(frozen=True)
class EmbargoNew:
    """goods: left out for all; war_only: war material alone is meant."""

    country: str
    begins_on: date
    source: str
    goods: GoodsKind | None = None
    war_only: bool = False
    ends_on: date | None = None
    note: str = ""


class EmbargoNewSchema(Shape):
    makes = EmbargoNew
    country = Country(required=True)
    begins_on = Day(required=True)
    source = Text(required=True, longest=200, metadata={"description": "Who decided it, and where."})
    goods = Code(GoodsKind, load_default=None, allow_none=True)
    war_only = fields.Boolean(load_default=False)
    ends_on = Day(load_default=None, allow_none=True)
    note = Text(longest=400, load_default="")


class EmbargoSchema(Shape):
    number = fields.String(required=True)
    country = fields.String(required=True)
    goods = fields.String(required=True)
    war_only = fields.Boolean(required=True)
    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    note = fields.String(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class TermNew:
    """country: left out for all States. A tacit consent is switched on by a term of that kind."""

    kind: TermKind
    days: int
    begins_on: date
    source: str
    country: str | None = None
    ends_on: date | None = None


class TermNewSchema(Shape):
    makes = TermNew
    kind = Code(TermKind, required=True)
    days = Whole(required=True, least=1, most=1000)
    begins_on = Day(required=True)
    source = Text(required=True, longest=200)
    country = Country(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)


class TermSchema(Shape):
    number = fields.String(required=True)
    kind = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    days = fields.Integer(required=True)
    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class AuthorisationNew:
    party: str
    activity: TradeActivity
    document: str
    authority: str
    begins_on: date
    war_material: bool = False
    ends_on: date | None = None


class AuthorisationNewSchema(Shape):
    makes = AuthorisationNew
    party = Number("P", required=True)
    activity = Code(TradeActivity, required=True)
    document = Text(required=True, longest=80, metadata={"description": "Number of the authorisation."})
    authority = Text(required=True, longest=200)
    begins_on = Day(required=True)
    war_material = fields.Boolean(load_default=False)
    ends_on = Day(load_default=None, allow_none=True)


class AuthorisationSchema(Shape):
    number = fields.String(required=True)
    party = fields.String(required=True)
    party_name = fields.String(required=True)
    activity = fields.String(required=True)
    war_material = fields.Boolean(required=True)
    document = fields.String(required=True)
    authority = fields.String(required=True)
    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class Ended:
    ends_on: date


class EndedSchema(Shape):
    makes = Ended
    ends_on = Day(required=True, metadata={"description": "The last day it is in force."})


@dataclass(frozen=True, kw_only=True)
class DatedAsked(PageAsked):
    country: str = ""
    party: str = ""
    on: date | None = None


class DatedAskedSchema(PageAskedSchema):
    makes = DatedAsked
    country = Text(longest=2, load_default="")
    party = Text(longest=25, load_default="")
    on = Day(load_default=None, metadata={"description": "Only what is in force on this day."})
