"""What the authority does to what is known of marks."""

from __future__ import annotations

from registry.core.errors import Conflict, Stale
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.marks import grammar, queries
from registry.marks.tables import MarkRuleRow
from schemas.marks import MarkRuleNew
from schemas.vocabulary import May


@act(May.MARK_RULE_WRITE)
def add_rule(work: Work, new: MarkRuleNew) -> queries.RuleView:
    """A further pattern of serials; raises Invalid naming the field that is wrong."""
    grammar.compiled(new.pattern)
    directory.check_country(work, new.country, "country", historic_ok=True)
    row = MarkRuleRow(
        maker=new.maker,
        country=new.country,
        pattern=new.pattern,
        model=new.model,
        symbol=new.symbol.value if new.symbol else "",
        first_year=new.first_year,
        last_year=new.last_year,
        tells=new.tells,
        source=new.source,
        added_by=work.actor.user_id,
        added_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.rule_view(row)


@act(May.MARK_RULE_WRITE)
def withdraw_rule(work: Work, number: int, reason: str, version: int) -> queries.RuleView:
    """A pattern counts no longer, for a reason that is kept; raises NotFound, Stale, Conflict."""
    row = queries.rule_row(work, number, locked=True)
    if row.version != version:
        raise Stale
    if row.withdrawn_at is not None:
        raise Conflict("This pattern was withdrawn already")
    row.withdrawn_by, row.withdrawn_at, row.withdrawn_for = work.actor.user_id, work.now, reason
    row.version += 1
    work.session.flush()
    return queries.rule_view(row)
