"""Bodies of the messages about traces: what one State tells another, beside what every message says.

Case, legal basis and intended use stand in the envelope's `purpose`, restrictions in its `handling`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Code, Codes, Country, Day, Text, Whole, Year
from schemas.requests_vocabulary import (
    FieldTold,
    FieldWanted,
    ForOthers,
    RequestState,
    RestrictionGround,
    Urgency,
    Usefulness,
)
from schemas.vocabulary import (
    CertaintyLevel,
    FirearmType,
    IllicitGround,
    MatchKind,
    Outcome,
    PartyKind,
    Severity,
)

MOST_CANDIDATES, MOST_STEPS = 20, 200
MOST_HOPS, LONGEST_PROOF = 3, 80_000  # of a delegation; characters of a record that goes along
FIRST_STEP = (FieldWanted.MANUFACTURE, FieldWanted.TRANSFERS, FieldWanted.LAST_LAWFUL_STATUS)
"""What is wanted where a request says nothing of it: what names nobody."""


def FieldsWanted() -> Codes:  # noqa: N802 - a field
    """Empty where only that it is on record is to be told."""
    told = {"description": "What is to be told, and nothing else: none for whether it is on record alone."}
    return Codes(FieldWanted, most=len(FieldWanted), load_default=FIRST_STEP, metadata=told)


def Proof() -> Text:  # noqa: N802 - a field
    """A signed record that goes along, "" where there is none."""
    return Text(longest=LONGEST_PROOF, load_default="")


@dataclass(frozen=True, kw_only=True)
class TraceRequest:
    """ITI 18: the firearm, its marks and the circumstances; never anybody's name.

    behalf: the signed record of the question that it goes on from, "" of a State that asks for itself.
    """

    mark: str
    urgency: Urgency = Urgency.ROUTINE
    mark_place: str = ""
    other_marks: str = ""
    photographs: bool = False
    maker: str = ""
    model: str = ""
    calibre: str = ""
    type: FirearmType | None = None
    country: str | None = None
    year: int | None = None
    ground: IllicitGround | None = None
    circumstances: str = ""
    confidentiality: bool = False
    left_on: date | None = None
    document_kind: str = ""
    document_number: str = ""
    fields_wanted: tuple[FieldWanted, ...] = FIRST_STEP
    behalf: str = ""


class TraceRequestSchema(Shape):
    makes = TraceRequest
    mark = Text(required=True, longest=128)
    urgency = Code(Urgency, load_default=Urgency.ROUTINE)
    mark_place = Text(longest=120, load_default="")
    other_marks = Text(longest=400, load_default="")
    photographs = fields.Boolean(load_default=False)
    maker = Text(longest=200, load_default="")
    model = Text(longest=80, load_default="")
    calibre = Text(longest=80, load_default="")
    type = Code(FirearmType, load_default=None, allow_none=True)
    country = Country(load_default=None, allow_none=True)
    year = Year(load_default=None, allow_none=True)
    ground = Code(IllicitGround, load_default=None, allow_none=True)
    circumstances = Text(longest=2000, load_default="")
    confidentiality = fields.Boolean(load_default=False)
    left_on = Day(load_default=None, allow_none=True)
    document_kind = Text(longest=40, load_default="")
    document_number = Text(longest=80, load_default="")
    fields_wanted = FieldsWanted()
    behalf = Proof()


@dataclass(frozen=True)
class Acknowledged:
    """number: under which the asked State keeps it; due_at: until when it means to answer (RFC 3339)."""

    number: str
    due_at: str


class AcknowledgedSchema(Shape):
    makes = Acknowledged
    number = Text(required=True, longest=40)
    due_at = Text(required=True, longest=40)


@dataclass(frozen=True)
class Words:
    """words: to people; missing: names of what a request lacks; until: a new date."""

    words: str
    missing: tuple[str, ...] = ()
    ground: RestrictionGround | None = None
    until: date | None = None


class WordsSchema(Shape):
    makes = Words
    words = Text(required=True, longest=2000)
    missing = fields.List(Text(longest=40), load_default=(), validate=validate.Length(max=40))
    ground = Code(RestrictionGround, load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)


class RestrictedSchema(WordsSchema):
    """A delay or refusal: its ground is one of the four (ITI 22), and its reasons are given (ITI 23)."""

    ground = Code(RestrictionGround, required=True)


@dataclass(frozen=True)
class More:
    """words, and the request as it reads now."""

    words: str
    request: TraceRequest


class MoreSchema(Shape):
    makes = More
    words = Text(required=True, longest=2000)
    request = fields.Nested(TraceRequestSchema, required=True)


@dataclass(frozen=True)
class Feedback:
    outcome: Usefulness
    words: str = ""


class FeedbackSchema(Shape):
    makes = Feedback
    outcome = Code(Usefulness, required=True)
    words = Text(longest=2000, load_default="")


class _Told(Shape):
    """Texts of an answer; empty where they were withheld."""


def _text(longest: int = 400) -> Text:
    return Text(longest=longest, load_default="")


class _ToldDay(fields.String):
    """A day that was told, 2026-11-24; "" where it was withheld."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if text:
            Day().deserialize(text)
        return text


class CandidateToldSchema(_Told):
    mark = _text(128)
    match = Code(MatchKind, load_default=None, allow_none=True)
    maker = _text()
    model = _text()
    calibre = _text()
    country = _text()
    type = _text()
    year = Whole(least=1300, most=2200, load_default=None, allow_none=True)
    status = _text()


class StepToldSchema(_Told):
    date = _ToldDay(load_default="")
    kind = _text(40)
    from_name = _text()
    to_name = _text()
    place = _text()
    country = _text(2)
    document_kind = _text(40)
    document_number = _text(80)


class NextToldSchema(_Told):
    code = Country(required=True)
    date = _ToldDay(load_default="")
    document_kind = _text(40)
    document_number = _text(80)


class FindingToldSchema(_Told):
    severity = Code(Severity, required=True)
    text = _text(2000)
    article = _text(40)


class FieldToldSchema(_Told):
    """ground: why it is withheld, in full or in part."""

    field = Code(FieldWanted, required=True)
    said = Code(FieldTold, required=True)
    ground = Code(RestrictionGround)


class HolderToldSchema(_Told):
    """Who holds it last, or held it when it left: of what is on record, what was released."""

    kind = Code(PartyKind, required=True)
    name = Text(longest=200, required=True)
    birth_date = _ToldDay(load_default="")
    document_kind = _text(40)
    document_number = _text(60)
    address = _text()


@dataclass(frozen=True, kw_only=True)
class TraceResponse:
    """What the asked State tells. withheld: places that stay with it; ground: why, of the four (ITI 22).

    wanted: of each field that was asked, whether it is told, and else why not. holder: who holds it last,
    once two officers have released that; second_step: whether it goes on from an answer that was told before.
    asks_onward: who decides there whether the next State is asked on behalf of whoever asked.
    """

    outcome: Outcome
    level: CertaintyLevel
    statement: str = ""
    candidates: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    last_holder: str = ""
    next_state: dict[str, Any] | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[dict[str, Any]] = field(default_factory=list)
    withheld: tuple[str, ...] = ()
    ground: RestrictionGround | None = None
    words: str = ""
    by_machine: bool = False
    holder: dict[str, Any] | None = None
    second_step: bool = False
    asks_onward: ForOthers = ForOthers.NEVER


class TraceResponseSchema(Shape):
    makes = TraceResponse
    outcome = Code(Outcome, required=True)
    level = Code(CertaintyLevel, required=True)
    statement = _text(4000)
    candidates = fields.List(
        fields.Nested(CandidateToldSchema), load_default=list, validate=validate.Length(max=MOST_CANDIDATES)
    )
    steps = fields.List(
        fields.Nested(StepToldSchema), load_default=list, validate=validate.Length(max=MOST_STEPS)
    )
    last_holder = _text()
    next_state = fields.Nested(NextToldSchema, load_default=None, allow_none=True)
    findings = fields.List(
        fields.Nested(FindingToldSchema), load_default=list, validate=validate.Length(max=60)
    )
    wanted = fields.List(
        fields.Nested(FieldToldSchema), load_default=list, validate=validate.Length(max=len(FieldWanted))
    )
    withheld = fields.List(Text(longest=80), load_default=(), validate=validate.Length(max=400))
    ground = Code(RestrictionGround, load_default=None, allow_none=True)
    words = Text(longest=2000, load_default="")
    by_machine = fields.Boolean(load_default=False)
    holder = fields.Nested(HolderToldSchema, load_default=None, allow_none=True)
    second_step = fields.Boolean(load_default=False)
    asks_onward = Code(ForOthers, load_default=ForOthers.NEVER)


@dataclass(frozen=True, kw_only=True)
class ToldOnward:
    """What became of a question that was asked on behalf of the receiver.

    hop: how many States from the receiver's own question, 1 for the next; asked_by, state: who asked whom.
    stands: where that question stands; late: whether its time is over. asked: its signed record; record: that
    of what the State answered, "" before; words: of whoever tells.
    """

    hop: int
    asked_by: str
    state: str
    stands: RequestState
    asked: str
    record: str = ""
    late: bool = False
    words: str = ""


class ToldOnwardSchema(Shape):
    makes = ToldOnward
    hop = Whole(least=1, most=MOST_HOPS, required=True)
    asked_by = Country(required=True)
    state = Country(required=True)
    stands = Code(RequestState, required=True)
    asked = Text(required=True, longest=LONGEST_PROOF)
    record = Proof()
    late = fields.Boolean(load_default=False)
    words = Text(longest=2000, load_default="")


@dataclass(frozen=True)
class ConsentAsked:
    """n: under which the asking State keeps it."""

    n: int
    recipient: str
    purpose: str


class ConsentAskedSchema(Shape):
    makes = ConsentAsked
    n = Whole(least=1, most=10_000, required=True)
    recipient = Text(required=True, longest=120)
    purpose = Text(required=True, longest=400)


@dataclass(frozen=True)
class ConsentTold:
    n: int
    granted: bool
    words: str = ""


class ConsentToldSchema(Shape):
    makes = ConsentTold
    n = Whole(least=1, most=10_000, required=True)
    granted = fields.Boolean(required=True)
    words = Text(longest=400, load_default="")
