"""Setting terms and ending them; placing and lifting holds."""

from __future__ import annotations

from datetime import date

from registry.core.erasing import LOCK
from registry.core.errors import Conflict, Invalid, Stale, Unmet, refuse_if
from registry.core.work import Work, act
from registry.retention import queries, rules, tables
from registry.retention.classes import named
from schemas.retention import HoldLift, HoldNew, TermEnd, TermNew
from schemas.vocabulary import May


@act(May.RETENTION_SET)
def set_term(work: Work, new: TermNew) -> queries.TermView:
    """Set a term from a day on; raises Refused."""
    told = rules.Term(new.record_class, new.counted_from, new.years, new.law, new.begins_on, new.ends_on)
    refuse_if(rules.unmet_for_term(told))
    row = tables.Term(
        record_class=new.record_class.value,
        counted_from=new.counted_from.value,
        years=new.years,
        law=new.law,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.term(work, row.id)


@act(May.RETENTION_SET)
def end_term(work: Work, key: int, end: TermEnd, version: int) -> queries.TermView:
    """A term's last day; raises NotFound, Stale, Refused. It is never taken back to a day that is past."""
    row = queries.term_row(work, key, locked=True)
    if row.version != version:
        raise Stale
    refuse_if(_unmet_to_end(row, end.ends_on, work.today))
    row.ends_on = end.ends_on
    row.version += 1
    work.session.flush()
    return queries.term(work, key)


def _unmet_to_end(row: tables.Term, ends_on: date, today: date) -> list[Unmet]:
    if ends_on < row.begins_on:
        return [Unmet("The last day comes after the first.", "ends_on")]
    if ends_on < today:
        return [Unmet("A term ends today or later.", "ends_on")]
    return []


@act(May.HOLD_PLACE)
def place_hold(work: Work, new: HoldNew) -> queries.HoldView:
    """Keep a record, or all records of a case, until this is lifted; raises Invalid, NotFound."""
    work.lock(LOCK)
    record_class, key = named(work.session, new.record) if new.record else (None, None)
    row = tables.Hold(
        record_class=record_class.value if record_class else "",
        record_id=key,
        case_number=new.case_number,
        reason=new.reason,
        ordered_by=new.ordered_by,
        placed_by=work.actor.user_id,
        placed_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    return queries.hold(work, row.id)


@act(May.HOLD_LIFT)
def lift_hold(work: Work, key: int, lift: HoldLift, version: int) -> queries.HoldView:
    """Lift a hold, with the reason; raises NotFound, Stale, Invalid, Conflict where it is lifted already."""
    row = queries.hold_row(work, key, locked=True)
    if row.lifted_at is not None:
        raise Conflict("This hold is lifted already.")
    if row.version != version:
        raise Stale
    if not lift.reason.strip():
        raise Invalid.at("reason", "Say why.")
    row.lifted_for, row.lifted_by, row.lifted_at = lift.reason, work.actor.user_id, work.now
    row.version += 1
    work.session.flush()
    return queries.hold(work, key)
