"""Setting the State's rules for ammunition, ending them, and letting something pass with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import func, select

from registry.ammunition import law, law_queries, tables
from registry.core.errors import Invalid, Refused, Stale, Unmet, refuse_if
from registry.core.work import Work, act, allow
from registry.directory import queries as directory
from schemas.ammunition_rules import RuleEnd, RuleNew
from schemas.vocabulary import Exceeding, May


@act(May.RULE_SET)
def set_rule(work: Work, new: RuleNew) -> law_queries.RuleView:
    """Set a rule from a day on; raises Invalid, Refused."""
    rule = law.Rule(
        new.kind,
        new.begins_on,
        new.source,
        new.quantity,
        new.scheme,
        directory.calibre_of(new.calibre, "calibre") if new.calibre else None,
        new.buyer_kind.value if new.buyer_kind else "",
        new.exceeding,
        new.ends_on,
    )
    refuse_if(law.unmet_for_rule(rule))
    return law_queries.rule(work, _kept(work, rule))


def _kept(work: Work, rule: law.Rule) -> int:
    row = tables.Rule(
        kind=rule.kind.value,
        calibre=rule.calibre,
        buyer_kind=rule.buyer_kind,
        quantity=rule.quantity,
        scheme=rule.scheme.value if rule.scheme else "",
        exceeding=rule.exceeding.value,
        begins_on=rule.begins_on,
        ends_on=rule.ends_on,
        source=rule.source,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return row.id


@act(May.RULE_SET)
def end_rule(work: Work, rule_id: int, end: RuleEnd, version: int) -> law_queries.RuleView:
    """A rule's last day; raises NotFound, Stale, Invalid. What it judged before stays judged by it."""
    row = law_queries.rule_row(work, rule_id)
    if row.version != version:
        raise Stale
    if end.ends_on < row.begins_on:
        raise Invalid.at("ends_on", "The last day comes after the first.")
    row.ends_on = end.ends_on
    row.version += 1
    work.session.flush()
    return law_queries.rule(work, rule_id)


def judged(work: Work, breaches: Sequence[law.Breach], reason: str) -> list[Unmet]:
    """What must be kept as an exception; raises Refused unless all may pass and a reason is given.

    Raises Forbidden where somebody gives a reason who may not let anything pass.
    """
    unmet = [breach.unmet for breach in breaches]
    if not unmet:
        return []
    if any(breach.exceeding is Exceeding.REFUSED for breach in breaches):
        raise Refused(unmet=unmet)
    if not reason:
        raise Refused(unmet=[*unmet, Unmet("A supervisor may let this pass, with a reason.", "reason")])
    allow(work.actor, May.RULE_SET)
    return unmet


def let_pass(work: Work, lot_id: int, unmet: Sequence[Unmet], reason: str, sale_n: int | None = None) -> None:
    """Keep what was let pass, by whom and why."""
    numbers = select(func.count()).where(tables.RuleException.lot_id == lot_id)
    work.session.add(
        tables.RuleException(
            lot_id=lot_id,
            n=(work.session.scalar(numbers) or 0) + 1,
            sale_n=sale_n,
            unmet=json.dumps([[u.field, u.message, u.article] for u in unmet]),
            reason=reason,
            approved_by=work.actor.user_id,
            approved_at=work.now,
        )
    )
    work.session.flush()
