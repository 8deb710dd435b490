"""Shapes of marks: how a mark was understood, the symbols, and what is known of makers' serials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from schemas.base import Shape
from schemas.fields import Code, Codes, Country, Text, Year
from schemas.vocabulary import MarkKind, Severity, Symbol


@dataclass(frozen=True, kw_only=True)
class ReadingAsked:
    """A mark as it is being typed, with what else is known."""

    mark: str
    maker: str = ""
    country: str | None = None
    symbols: tuple[Symbol, ...] = ()


class ReadingAskedSchema(Shape):
    makes = ReadingAsked
    mark = Text(required=True, longest=128)
    maker = Text(longest=200, load_default="")
    country = Country(load_default=None)
    symbols = Codes(Symbol, most=6, load_default=(), metadata={"description": "Beside it."})


@dataclass(frozen=True)
class Hypothesis:
    """What a serial of this form tells. years: first and last, None where it says nothing."""

    maker: str
    country: str
    model: str
    first_year: int | None
    last_year: int | None
    tells: str
    source: str


@dataclass(frozen=True)
class Caution:
    """What should be looked at before searching."""

    severity: Severity
    text: str
    source: str = ""


@dataclass(frozen=True)
class Understood:
    """How a mark was understood.

    key, folded: its normal form, and that with look-alikes made one; kind: what it is taken for; script:
    of its letters; symbols: told beside it or by name in it; legible: characters that could be read.
    """

    seen: str
    key: str
    folded: str
    kind: MarkKind | None
    script: str
    legible: int
    symbols: tuple[Symbol, ...]
    hypotheses: tuple[Hypothesis, ...]
    warnings: tuple[Caution, ...]


class HypothesisSchema(Shape):
    maker = fields.String(required=True)
    country = fields.String(required=True)
    model = fields.String(required=True)
    first_year = fields.Integer(required=True, allow_none=True)
    last_year = fields.Integer(required=True, allow_none=True)
    tells = fields.String(required=True)
    source = fields.String(required=True)


class CautionSchema(Shape):
    severity = Code(Severity, required=True)
    text = fields.String(required=True)
    source = fields.String(required=True)


class UnderstoodSchema(Shape):
    seen = fields.String(required=True)
    key = fields.String(required=True)
    folded = fields.String(required=True)
    kind = Code(MarkKind, required=True, allow_none=True)
    script = fields.String(required=True)
    legible = fields.Integer(required=True)
    symbols = fields.List(Code(Symbol), required=True)
    hypotheses = fields.List(fields.Nested(HypothesisSchema), required=True)
    warnings = fields.List(fields.Nested(CautionSchema), required=True)


@dataclass(frozen=True)
class MarkRuleNew:
    """A pattern of serials that the authority knows of. symbol: the sign that stands beside them, if any."""

    maker: str
    country: str
    pattern: str
    source: str
    model: str = ""
    symbol: Symbol | None = None
    first_year: int | None = None
    last_year: int | None = None
    tells: str = ""


class MarkRuleNewSchema(Shape):
    makes = MarkRuleNew
    maker = Text(required=True, longest=120)
    country = Country(required=True)
    pattern = Text(
        required=True,
        longest=80,
        metadata={
            "description": "9 a digit, A a Latin letter, Я a Cyrillic one, ? any letter, {year} or"
            " {year+1960} two digits of the year, <100-999> a number between, 'AB' these characters."
        },
    )
    source = Text(required=True, longest=200)
    model = Text(longest=80, load_default="")
    symbol = Code(Symbol, load_default=None, allow_none=True)
    first_year = Year(load_default=None, allow_none=True)
    last_year = Year(load_default=None, allow_none=True)
    tells = Text(longest=200, load_default="")

    def consistent(self, values: dict[str, Any]) -> None:
        """The first year is not after the last."""
        first, last = values["first_year"], values["last_year"]
        if first is not None and last is not None and first > last:
            raise ValidationError("Not before the first year.", "last_year")


class MarkRuleSchema(Shape):
    """number: None for a pattern that comes with the registry."""

    number = fields.Integer(required=True, allow_none=True)
    maker = fields.String(required=True)
    country = fields.String(required=True)
    pattern = fields.String(required=True)
    model = fields.String(required=True)
    symbol = fields.String(required=True)
    first_year = fields.Integer(required=True, allow_none=True)
    last_year = fields.Integer(required=True, allow_none=True)
    tells = fields.String(required=True)
    source = fields.String(required=True)
    withdrawn = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class MarkRulesSchema(Shape):
    items = fields.List(fields.Nested(MarkRuleSchema), required=True)


@dataclass(frozen=True)
class MarkRuleWithdrawal:
    """Why a pattern no longer counts; it stays in the records."""

    reason: str


class MarkRuleWithdrawalSchema(Shape):
    makes = MarkRuleWithdrawal
    reason = Text(required=True, longest=400)


class MeaningSchema(Shape):
    factory = fields.String(required=True)
    country = fields.String(required=True)
    source = fields.String(required=True)


class SymbolSchema(Shape):
    name = Code(Symbol, required=True)
    glyphs = fields.String(required=True, metadata={"description": "Characters that are read as this sign."})
    meanings = fields.List(fields.Nested(MeaningSchema), required=True)


class SymbolsSchema(Shape):
    items = fields.List(fields.Nested(SymbolSchema), required=True)
