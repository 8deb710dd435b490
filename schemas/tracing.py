"""Shapes of questions and answers of a trace. The same answer serves page, API, report and command line.

Structs, since a trace makes dozens: a frozen dataclass takes five times as long to make and to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields
from msgspec import Struct

from schemas.ammunition_vocabulary import CartridgeState
from schemas.base import Shape
from schemas.fields import Code, Codes, Country, Day, Text, Whole, Year
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import (
    CertaintyLevel,
    FindingKind,
    FirearmType,
    MatchKind,
    Outcome,
    Purpose,
    Severity,
    Symbol,
    TraceKind,
)


class Question(Struct, frozen=True):
    """What was read, and why it is asked (ITI 17).

    mark: of a firearm, with ? for one unreadable character and * for any number; or a registry number.
    code: of a cartridge's lot; position: its own number in a serialised lot, counted from 1. headstamp: what
    stands on the base beside the code (maker's mark, calibre, year), words in any order.
    country: of manufacture. symbols: signs of factories beside the mark. state: of a cartridge, as found.
    """

    kind: TraceKind
    purpose: Purpose
    case_number: str
    mark: str = ""
    code: str = ""
    maker: str = ""
    model: str = ""
    country: str | None = None
    calibre: str = ""
    type: FirearmType | None = None
    year: int | None = None
    position: int | None = None
    recovered_on: date | None = None
    recovered_place: str = ""
    symbols: tuple[Symbol, ...] = ()
    state: CartridgeState | None = None
    headstamp: str = ""


class QuestionSchema(Shape):
    makes = Question
    kind = Code(TraceKind, required=True)
    purpose = Code(Purpose, required=True, metadata={"description": "Kept with the search."})
    case_number = Text(required=True, longest=80, metadata={"description": "Kept with the search."})
    mark = Text(
        longest=128,
        load_default="",
        metadata={
            "description": "As read: `?` for one unreadable character, `*` for any number of them, `[5S]` for"
            " one of these, the likelier first, `[5?]` for one that looks like 5 but may be any."
        },
    )
    code = Text(longest=40, load_default="", metadata={"description": "Of a cartridge, such as UZZ18."})
    maker = Text(longest=200, load_default="")
    model = Text(longest=80, load_default="")
    country = Country(load_default=None, allow_none=True, metadata={"description": "Of manufacture."})
    calibre = Text(longest=80, load_default="")
    type = Code(FirearmType, load_default=None, allow_none=True)
    year = Year(load_default=None, allow_none=True)
    position = Whole(
        least=1,
        most=10**9,
        load_default=None,
        allow_none=True,
        metadata={"description": "The cartridge's own number in a serialised lot, counted from 1."},
    )
    recovered_on = Day(load_default=None, allow_none=True)
    recovered_place = Text(longest=120, load_default="")
    symbols = Codes(
        Symbol,
        most=6,
        load_default=(),
        metadata={"description": "Signs beside the mark; in the mark they can be named, as `(star)`."},
    )
    state = Code(
        CartridgeState,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a cartridge, as it was found."},
    )
    headstamp = Text(
        longest=64,
        load_default="",
        metadata={
            "description": "What stands on a cartridge's base beside the code, words in any order, with `?`"
            " and `*` for damage: CBC 9mm 06. Without a code, lots with such a headstamp are told."
        },
    )

    def consistent(self, values: dict[str, Any]) -> None:
        """At least one is needed."""
        wanted = ("mark",) if values["kind"] is TraceKind.FIREARM else ("code", "headstamp")
        if not any(values[name] for name in wanted):
            raise ValidationError("Type what was read.", wanted[0])


class StepFound(Struct, frozen=True):
    """One step of a chain. quantity: cartridges, None for a firearm."""

    date: str
    kind: str
    from_number: str | None
    from_name: str | None
    to_number: str | None
    to_name: str | None
    place: str
    country: str | None
    document_kind: str
    document_number: str
    quantity: int | None = None


class Share(Struct, frozen=True):
    """How many cartridges of a lot someone bought or holds.

    unit: of the holder. near: whether it is where the cartridge was found. excluded: why the cartridge
    found cannot be one of these, "" where it can.
    """

    number: str | None
    name: str
    quantity: int
    kind: str = ""
    date: str | None = None
    document: str = ""
    authorization: str = ""
    unit: str = ""
    near: bool = False
    excluded: str = ""


class Candidate(Struct, frozen=True):
    """A record that fits. agrees, differs: names of what was told and does, or does not, agree with it.

    misread: what must have been misread if this is the firearm; as_well: how many others fit as well.
    """

    number: str
    rank: int
    match: MatchKind
    mark: str
    maker: str
    model: str
    calibre: str
    country: str
    type: str = ""
    year: int | None = None
    agrees: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    status: str = ""
    quantity: int | None = None
    buyers: tuple[Share, ...] = ()
    holders: tuple[Share, ...] = ()
    misread: tuple[str, ...] = ()
    as_well: int = 0
    packages: tuple[str, ...] = ()
    headstamp: str = ""


class Narrowing(Struct, frozen=True):
    """A further observation, and how many of the records that fit it would leave, as is to be expected.

    observation: maker, model, calibre, type, country, year, or character; place: of the character, from 1.
    """

    observation: str
    leaves: int
    of: int
    place: int | None = None


class Finding(Struct, frozen=True):
    """What whoever reads the answer must not overlook."""

    kind: FindingKind
    severity: Severity
    text: str
    article: str = ""


class NextState(Struct, frozen=True):
    """The State to ask next, and under which licence the firearm left for it."""

    code: str
    name: str
    reason: str
    date: str | None = None
    document_kind: str = ""
    document_number: str = ""


class Certainty(Struct, frozen=True):
    """In words for a court: what is certain, what is possible, what is excluded."""

    level: CertaintyLevel
    statement: str
    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """The answer to a trace. steps: of the first candidate, where there is one that stands out."""

    outcome: Outcome
    certainty: Certainty
    candidates: tuple[Candidate, ...] = ()
    steps: tuple[StepFound, ...] = ()
    last_holder: str | None = None
    next_state: NextState | None = None
    findings: tuple[Finding, ...] = ()
    narrowing: tuple[Narrowing, ...] = ()


class StepFoundSchema(Shape):
    date = fields.String(required=True)
    kind = fields.String(required=True)
    from_number = fields.String(required=True, allow_none=True)
    from_name = fields.String(required=True, allow_none=True)
    to_number = fields.String(required=True, allow_none=True)
    to_name = fields.String(required=True, allow_none=True)
    place = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    document_kind = fields.String(required=True)
    document_number = fields.String(required=True)
    quantity = fields.Integer(required=True, allow_none=True)


class ShareSchema(Shape):
    number = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    kind = fields.String(required=True)
    date = fields.String(required=True, allow_none=True)
    document = fields.String(required=True)
    authorization = fields.String(required=True)
    unit = fields.String(required=True)
    near = fields.Boolean(required=True)
    excluded = fields.String(
        required=True, metadata={"description": "Why the cartridge found is none of these."}
    )


class CandidateSchema(Shape):
    number = fields.String(required=True)
    rank = fields.Integer(required=True)
    match = Code(MatchKind, required=True)
    mark = fields.String(required=True)
    maker = fields.String(required=True)
    model = fields.String(required=True)
    calibre = fields.String(required=True)
    country = fields.String(required=True)
    type = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    agrees = fields.List(fields.String(), required=True)
    differs = fields.List(fields.String(), required=True)
    status = fields.String(required=True)
    quantity = fields.Integer(required=True, allow_none=True)
    buyers = fields.List(fields.Nested(ShareSchema), required=True)
    holders = fields.List(fields.Nested(ShareSchema), required=True)
    misread = fields.List(fields.String(), required=True)
    as_well = fields.Integer(required=True, metadata={"description": "How many others fit as well."})
    packages = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Numbers of the packages in which one cartridge was, the smallest first."},
    )
    headstamp = fields.String(
        metadata={"description": "Of a lot, as recorded; told where the question named one."}
    )


class NarrowingSchema(Shape):
    observation = fields.String(required=True)
    leaves = fields.Integer(required=True)
    of = fields.Integer(required=True)
    place = fields.Integer(required=True, allow_none=True)


class FindingSchema(Shape):
    kind = Code(FindingKind, required=True)
    severity = Code(Severity, required=True)
    text = fields.String(required=True)
    article = fields.String(required=True)


class NextStateSchema(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    reason = fields.String(required=True)
    date = fields.String(required=True, allow_none=True)
    document_kind = fields.String(required=True)
    document_number = fields.String(required=True)


class CertaintySchema(Shape):
    level = Code(CertaintyLevel, required=True)
    statement = fields.String(required=True)
    certain = fields.List(fields.String(), required=True)
    possible = fields.List(fields.String(), required=True)
    excluded = fields.List(fields.String(), required=True)


class AnswerSchema(Shape):
    outcome = Code(Outcome, required=True)
    certainty = fields.Nested(CertaintySchema, required=True)
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)
    steps = fields.List(fields.Nested(StepFoundSchema), required=True)
    last_holder = fields.String(required=True, allow_none=True)
    next_state = fields.Nested(NextStateSchema, required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)
    narrowing = fields.List(fields.Nested(NarrowingSchema), required=True)


class TraceSchema(AnswerSchema):
    """An answer with the question it was given to."""

    number = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    question = fields.Nested(QuestionSchema, required=True)


class TraceRowSchema(Shape):
    number = fields.String(required=True)
    kind = Code(TraceKind, required=True)
    read = fields.String(required=True, metadata={"description": "The mark or code as read."})
    outcome = Code(Outcome, required=True)
    purpose = Code(Purpose, required=True)
    case_number = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)


@dataclass(frozen=True, kw_only=True)
class TracesAsked(PageAsked):
    case_number: str = ""
    kind: TraceKind | None = None
    outcome: Outcome | None = None


class TracesAskedSchema(PageAskedSchema):
    makes = TracesAsked
    case_number = Text(longest=80, load_default="")
    kind = Code(TraceKind, load_default=None)
    outcome = Code(Outcome, load_default=None)
