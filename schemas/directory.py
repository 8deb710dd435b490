"""Shapes of the directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marshmallow import fields

from schemas.base import Shape
from schemas.fields import Code, Country, Day, Text
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import PartyKind, Purpose


@dataclass(frozen=True)
class PartyNew:
    """name: of a legal person; full_name and what follows: of a natural one."""

    kind: PartyKind
    country: str
    name: str = ""
    short_name: str = ""
    place: str = ""
    identifier: str = ""
    full_name: str = ""
    birth_date: date | None = None
    document_kind: str = ""
    document_number: str = ""
    address: str = ""


class PartyNewSchema(Shape):
    makes = PartyNew
    kind = Code(PartyKind, required=True)
    country = Country(required=True)
    name = Text(longest=200, load_default="")
    short_name = Text(longest=60, load_default="")
    place = Text(longest=120, load_default="")
    identifier = Text(longest=60, load_default="")
    full_name = Text(longest=200, load_default="", load_only=True)
    birth_date = Day(load_default=None, allow_none=True, load_only=True)
    document_kind = Text(longest=40, load_default="", load_only=True)
    document_number = Text(longest=60, load_default="", load_only=True)
    address = Text(longest=400, load_default="", load_only=True)


@dataclass(frozen=True)
class ClosureNew:
    """closed_on: the last day of its business."""

    closed_on: date
    source: str


class ClosureNewSchema(Shape):
    """That a company closed: it sells nothing and takes nothing more from the next day on."""

    makes = ClosureNew
    closed_on = Day(required=True, metadata={"description": "The last day of its business."})
    source = Text(required=True, longest=120, metadata={"description": "The record that says so."})


@dataclass(frozen=True)
class DeathNew:
    died_on: date
    source: str


class DeathNewSchema(Shape):
    """That a natural person died: nothing is sold to them from that day on."""

    makes = DeathNew
    died_on = Day(required=True)
    source = Text(required=True, longest=120, metadata={"description": "The record that says so."})


@dataclass(frozen=True)
class PartyChange:
    """What a legal person may have changed; fields left out stay as they are."""

    reason: str
    name: str | None = None
    short_name: str | None = None
    place: str | None = None
    identifier: str | None = None


class PartyChangeSchema(Shape):
    makes = PartyChange
    reason = Text(required=True, longest=400)
    name = Text(shortest=1, longest=200, load_default=None)
    short_name = Text(longest=60, load_default=None)
    place = Text(longest=120, load_default=None)
    identifier = Text(longest=60, load_default=None)


@dataclass(frozen=True)
class PersonChange:
    """What may be changed of a natural person; fields left out stay as they are."""

    reason: str
    full_name: str | None = None
    birth_date: date | None = None
    document_kind: str | None = None
    document_number: str | None = None
    address: str | None = None


class PersonChangeSchema(Shape):
    makes = PersonChange
    reason = Text(required=True, longest=400, metadata={"description": "Kept; name nobody in it."})
    full_name = Text(shortest=1, longest=200, load_default=None)
    birth_date = Day(load_default=None)
    document_kind = Text(longest=40, load_default=None)
    document_number = Text(longest=60, load_default=None)
    address = Text(longest=400, load_default=None)


class PartySchema(Shape):
    number = fields.String(required=True)
    kind = Code(PartyKind, required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True)
    country = fields.String(required=True)
    place = fields.String(required=True)
    identifier = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)
    closed_on = fields.Date(
        metadata={"description": "Last day of a company's business; told of one party, not in lists."},
        allow_none=True,
    )

    def get_attribute(self, obj: object, attr: str, default: object) -> object:
        """Closed lists are kept as text in the records."""
        value = super().get_attribute(obj, attr, default)
        return PartyKind(value) if attr == "kind" else value


class PersonSchema(Shape):
    number = fields.String(required=True)
    full_name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    document_kind = fields.String(required=True)
    document_number = fields.String(required=True)
    address = fields.String(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True)
class PersonAsked:
    purpose: Purpose


class PersonAskedSchema(Shape):
    """Whoever asks for personal data says why (ITI 15, 17)."""

    makes = PersonAsked
    purpose = Code(Purpose, required=True)


@dataclass(frozen=True, kw_only=True)
class PartiesAsked(PageAsked):
    kind: PartyKind | None = None
    country: str = ""
    q: str = ""


class PartiesAskedSchema(PageAskedSchema):
    makes = PartiesAsked
    kind = Code(PartyKind, load_default=None)
    country = Country(load_default="")
    q = Text(
        longest=200, load_default="", metadata={"description": "Beginning of the name, or a registry number."}
    )


class StateSchema(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    historic = fields.Boolean(required=True)
    version = fields.Integer(required=True)


@dataclass(frozen=True, kw_only=True)
class StatesAsked(PageAsked):
    q: str = ""
    historic: bool | None = None


class StatesAskedSchema(PageAskedSchema):
    makes = StatesAsked
    q = Text(
        longest=120, load_default="", metadata={"description": "Beginning of the English name, or the code."}
    )
    historic = fields.Boolean(load_default=None)


@dataclass(frozen=True, kw_only=True)
class CalibresAsked(PageAsked):
    q: str = ""


class CalibresAskedSchema(PageAskedSchema):
    makes = CalibresAsked
    q = Text(
        longest=80, load_default="", metadata={"description": "A calibre as people write it, such as 9mm."}
    )


class CalibreSchema(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": "pistol, rifle, shotgun or rimfire."})
    aliases = fields.List(fields.String(), required=True)
    confusable_with = fields.List(fields.String(), required=True)
