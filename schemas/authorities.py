"""Shapes of the directory of authorities: cards of States, and when a card is old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate

from schemas.authority_vocabulary import (
    AnswerKind,
    CardOrigin,
    CardPart,
    CardStanding,
    EntryKind,
    Region,
)
from schemas.base import Shape
from schemas.fields import Code, Codes, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema

LONGEST_REQUIREMENTS = 2000
MOST_LANGUAGES, MOST_LINKS = 20, 6
LANGUAGE = r"\A[a-z]{2,3}\Z"
LINK = r"\Ahttps://[A-Za-z0-9.-]{1,120}(:[0-9]{1,5})?(/[!-~]{0,160})?\Z"
OPEN_PARTS = (CardPart.AUTHORITY, CardPart.ANSWERS, CardPart.LANGUAGES, CardPart.REQUIREMENTS)
"""What everybody reads where nothing else is said: all but the point of contact."""


@dataclass(frozen=True)
class CardNew:
    """A card as an officer enters it. public: what everybody reads; source: what says so."""

    authority: str
    source: str
    contact: str = ""
    answers: tuple[AnswerKind, ...] = ()
    languages: tuple[str, ...] = ()
    requirements: str = ""
    links: tuple[str, ...] = ()
    public: tuple[CardPart, ...] = OPEN_PARTS


class CardNewSchema(Shape):
    makes = CardNew
    authority = Text(required=True, longest=200, metadata={"description": "The national body."})
    source = Text(required=True, longest=400, metadata={"description": "What says so, and of when."})
    contact = Text(
        longest=400,
        load_default="",
        metadata={"description": "National point of contact (FP 13(2)): office, address, telephone, e-mail."},
    )
    answers = Codes(AnswerKind, most=len(AnswerKind), load_default=())
    languages = fields.List(
        fields.String(validate=validate.Regexp(LANGUAGE, error="A code of ISO 639, such as pt.")),
        load_default=(),
        validate=validate.Length(max=MOST_LANGUAGES),
    )
    requirements = Text(
        longest=LONGEST_REQUIREMENTS,
        load_default="",
        metadata={"description": "What its law asks of a request."},
    )
    links = fields.List(
        fields.String(validate=validate.Regexp(LINK, error="An address that begins with https://.")),
        load_default=(),
        validate=validate.Length(max=MOST_LINKS),
        metadata={"description": "Where that law can be read."},
    )
    public = Codes(
        CardPart,
        most=len(CardPart),
        load_default=OPEN_PARTS,
        metadata={"description": "Parts that everybody reads, without sign-in."},
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """What is published of requirements and links is one text of a key set."""
        told = (values.get("requirements", ""), *values.get("links", ()))
        if len(" ".join(told)) > LONGEST_REQUIREMENTS:
            raise ValidationError(
                f"With the links at most {LONGEST_REQUIREMENTS} characters.", "requirements"
            )


@dataclass(frozen=True)
class Confirmation:
    """source: against what the card was checked."""

    source: str


class ConfirmationSchema(Shape):
    """That a card was checked and is still right."""

    makes = Confirmation
    source = Text(required=True, longest=400, metadata={"description": "Against what it was checked."})


@dataclass(frozen=True)
class CardTermNew:
    days: int
    reason: str


class CardTermNewSchema(Shape):
    """After how many days a card that nobody checked is old."""

    makes = CardTermNew
    days = Whole(least=1, most=3650, required=True)
    reason = Text(required=True, longest=400)


class CardTermSchema(Shape):
    days = fields.Integer(required=True)
    reason = fields.String(required=True)
    set_at = fields.AwareDateTime(required=True, allow_none=True)


@dataclass(frozen=True, kw_only=True)
class CardsAsked(PageAsked):
    q: str = ""
    region: Region | None = None
    node: bool | None = None
    standing: CardStanding | None = None


class CardsAskedSchema(PageAskedSchema):
    makes = CardsAsked
    q = Text(
        longest=120,
        load_default="",
        metadata={
            "description": "Beginning of the State's English name, its code, or part of the authority."
        },
    )
    region = Code(Region, load_default=None)
    node = fields.Boolean(
        load_default=None, metadata={"description": "For authorized users: whether it has a registry node."}
    )
    standing = Code(
        CardStanding, load_default=None, metadata={"description": "For authorized users: current, old, none."}
    )


class CardSchema(Shape):
    """A card as whoever asks may read it: a part that is null is for authorized users, or not recorded."""

    state = fields.String(required=True)
    region = Code(Region, required=True)
    authority = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    answers = fields.List(Code(AnswerKind), required=True, allow_none=True)
    languages = fields.List(fields.String(), required=True, allow_none=True)
    requirements = fields.String(required=True, allow_none=True)
    links = fields.List(fields.String(), required=True, allow_none=True)
    updated_on = fields.Date(required=True, allow_none=True)
    withheld = fields.List(
        Code(CardPart), required=True, metadata={"description": "Parts that are for authorized users."}
    )
    has_node = fields.Boolean(required=True, allow_none=True)
    origin = Code(CardOrigin, required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    standing = Code(CardStanding, required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"description": "Of what officers entered; 0: nothing."})


class DifferenceSchema(Shape):
    """A part in which the State's signed card and our officers' entry differ."""

    part = Code(CardPart, required=True)
    signed = fields.String(required=True)
    entered = fields.String(required=True)


class WholeCardSchema(CardSchema):
    differences = fields.List(
        fields.Nested(DifferenceSchema),
        required=True,
        allow_none=True,
        metadata={"description": "For authorized users: where entry and signed key set differ."},
    )


class EntrySchema(Shape):
    """What an officer entered or confirmed."""

    n = fields.Integer(required=True)
    kind = Code(EntryKind, required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    source = fields.String(required=True)
    authority = fields.String(required=True)
    contact = fields.String(required=True)
    answers = fields.List(Code(AnswerKind), required=True)
    languages = fields.List(fields.String(), required=True)
    requirements = fields.String(required=True)
    links = fields.List(fields.String(), required=True)
    public = fields.List(Code(CardPart), required=True)
