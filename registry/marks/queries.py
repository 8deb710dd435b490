"""Reading what is known of marks: what comes with the registry, and what the authority added."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.directory.countries import COUNTRIES, HISTORIC
from registry.marks import catalogue, symbols
from registry.marks.catalogue import MarkRule
from registry.marks.tables import MarkRuleRow
from registry.marks.understanding import understand
from schemas.marks import ReadingAsked, Understood
from schemas.vocabulary import Symbol
from schemas.words import said


@dataclass(frozen=True)
class RuleView:
    """A pattern of serials; number: None for one that comes with the registry."""

    number: int | None
    maker: str
    country: str
    pattern: str
    model: str
    symbol: str
    first_year: int | None
    last_year: int | None
    tells: str
    source: str
    withdrawn: bool
    version: int


@dataclass(frozen=True)
class SymbolView:
    """A sign with what it can stand for."""

    name: Symbol
    glyphs: str
    meanings: tuple[catalogue.SymbolMeaning, ...]


def rule_views(work: Work) -> list[RuleView]:
    """All patterns, by maker; withdrawn ones too."""
    rows = work.session.scalars(select(MarkRuleRow))
    built_in = (
        RuleView(None, r.maker, r.country, r.pattern, r.model, r.symbol, r.first, r.last, r.tells, r.source,
                 False, 1) for r in catalogue.rules()
    )  # fmt: skip
    found = [*built_in, *map(rule_view, rows)]
    return sorted(found, key=lambda one: (one.maker.casefold(), one.pattern, one.number or 0))


def rule_view(row: MarkRuleRow) -> RuleView:
    """A pattern that the authority added."""
    return RuleView(row.id, row.maker, row.country, row.pattern, row.model, row.symbol, row.first_year,
                    row.last_year, row.tells, row.source, row.withdrawn_at is not None,
                    row.version)  # fmt: skip


def rule_row(work: Work, number: int, *, locked: bool = False) -> MarkRuleRow:
    """A pattern that the authority added; raises NotFound."""
    row = work.session.get(MarkRuleRow, number, with_for_update=True if locked else None)
    if row is None:
        raise NotFound(said("No pattern has the number %(number)s", number=number))
    return row


def rules(work: Work) -> list[MarkRule]:
    """The patterns that count: what the authority added first."""
    rows = work.session.scalars(select(MarkRuleRow).where(MarkRuleRow.withdrawn_at.is_(None)))
    added = [
        MarkRule(row.maker, row.country, row.pattern, row.model, row.symbol, row.first_year, row.last_year,
                 row.tells, row.source) for row in rows
    ]  # fmt: skip
    return [*added, *catalogue.rules()]


def stands(work: Work) -> frozenset[symbols.Stands]:
    """What factory symbols stand for: as the registry knows it, and by the patterns the authority added."""
    chosen = select(MarkRuleRow.symbol, MarkRuleRow.country).where(
        MarkRuleRow.withdrawn_at.is_(None), MarkRuleRow.symbol != ""
    )
    return symbols.BUILT_IN | {(row.symbol, "", row.country) for row in work.session.execute(chosen)}


def symbol_views() -> list[SymbolView]:
    """Every sign with what it can stand for."""
    return [
        SymbolView(
            symbol,
            symbols.GLYPHS.get(symbol, ""),
            tuple(one for one in catalogue.meanings() if one.symbol is symbol),
        )
        for symbol in Symbol
    ]


def understood(work: Work, asked: ReadingAsked) -> Understood:
    """How a mark is understood; raises Invalid for what cannot be searched for."""
    return understand(asked, rules(work), {*COUNTRIES, *HISTORIC}, work.today.year)
