"""Reading the State's rules for ammunition, and the exceptions from them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.ammunition import tables
from registry.ammunition.law import Rule
from registry.core.database import Prepared
from registry.core.days import day_of
from registry.core.errors import NotFound, Unmet
from registry.core.numbers import registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory.calibres import BY_CODE
from schemas.ammunition_rules import RulesAsked
from schemas.paging import Page
from schemas.vocabulary import Exceeding, MarkingScheme, RuleKind
from schemas.words import said


@dataclass(frozen=True)
class RuleView:
    number: str
    kind: str
    calibre: str | None
    calibre_name: str
    buyer_kind: str
    quantity: int | None
    scheme: str
    exceeding: str
    begins_on: date
    ends_on: date | None
    source: str
    version: int


@dataclass(frozen=True)
class ExceptionView:
    """unmet: what the rules did not allow; sale: the line of the register, None for the lot itself."""

    sale: int | None
    unmet: tuple[Unmet, ...]
    reason: str
    approved_at: datetime


_NAMES = (
    "kind", "begins_on", "source", "quantity", "scheme", "calibre", "buyer_kind", "exceeding", "ends_on",
)  # fmt: skip
_ALL = select(*(getattr(tables.Rule, name) for name in _NAMES)).order_by(tables.Rule.id)
ALL_RULES = Prepared(f"SELECT {', '.join(_NAMES)} FROM ammunition_rule ORDER BY id")  # noqa: S608


def all_rules(session: Session) -> list[Rule]:
    """Every rule that was ever set: the day decides which one counts."""
    return rules_told(session.execute(_ALL))


def rules_told(rows: Iterable[tuple[Any, ...]]) -> list[Rule]:
    """The rules of rows as `ALL_RULES` answers them."""
    return [
        Rule(
            RuleKind(kind),
            day_of(begins_on),
            source,
            quantity,
            MarkingScheme(scheme) if scheme else None,
            calibre,
            buyer_kind,
            Exceeding(exceeding),
            day_of(ends_on) if ends_on else None,
        )
        for kind, begins_on, source, quantity, scheme, calibre, buyer_kind, exceeding, ends_on in rows
    ]


def rules(work: Work, asked: RulesAsked) -> Page[RuleView]:
    """Rules, those that were ended too unless only those in force on a day are asked for."""
    query: AnySelect = select(tables.Rule)
    if asked.kind:
        query = query.where(tables.Rule.kind == asked.kind.value)
    if asked.on:
        ends = tables.Rule.ends_on
        query = query.where(tables.Rule.begins_on <= asked.on, (ends.is_(None)) | (ends >= asked.on))
    sorts = {"kind": tables.Rule.kind, "begins_on": tables.Rule.begins_on}
    found = page(work.session, query, asked, sorts, tables.Rule.id)
    return Page(tuple(_view(row.Rule) for row in found.items), found.next)


def rule(work: Work, rule_id: int) -> RuleView:
    """One rule; raises NotFound."""
    return _view(rule_row(work, rule_id))


def rule_row(work: Work, rule_id: int) -> tables.Rule:
    """The row; raises NotFound."""
    row = work.session.get(tables.Rule, rule_id)
    if row is None:
        raise NotFound(said("No rule has the number %(number)s", number=registry_number("R", rule_id)))
    return row


def _view(row: tables.Rule) -> RuleView:
    known = BY_CODE.get(row.calibre or "")
    return RuleView(
        registry_number("R", row.id),
        row.kind,
        row.calibre,
        known.name if known else row.calibre or "",
        row.buyer_kind,
        row.quantity,
        row.scheme,
        row.exceeding,
        row.begins_on,
        row.ends_on,
        row.source,
        row.version,
    )


def exceptions(session: Session, lot_id: int) -> tuple[ExceptionView, ...]:
    """What of a lot was recorded although a rule does not allow it."""
    query = select(tables.RuleException).where(tables.RuleException.lot_id == lot_id)
    return tuple(
        ExceptionView(
            row.sale_n,
            tuple(Unmet(message, field, article) for field, message, article in json.loads(row.unmet)),
            row.reason,
            row.approved_at,
        )
        for row in session.scalars(query.order_by(tables.RuleException.n))
    )
