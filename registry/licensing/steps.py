"""What every act on a licence begins and ends with: the row as it was read, and the move it makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from registry.calendars.queries import deadline_of
from registry.core.days import day_in
from registry.core.errors import Conflict, Stale
from registry.core.work import Work
from registry.licensing import life, queries
from registry.licensing.law import term
from registry.licensing.law_queries import terms_of
from registry.licensing.tables import Event, Letter, Licence
from schemas.licensing_vocabulary import LetterKind, LicenceMove, LicenceState, TermKind

Changed = Sequence[tuple[str, str, str]]
"""Fields with their values before and after."""


def locked(work: Work, licence_id: int, version: int, move: LicenceMove) -> Licence:
    """The row, held until the end, as it was read and in a state that allows the move.

    Raises NotFound, Stale, Conflict with what the table of states says.
    """
    row = queries.licence_row(work, licence_id, locked=True)
    if row.version != version:
        raise Stale
    allow_move(work, row, move)
    return row


def allow_move(work: Work, row: Licence, move: LicenceMove) -> LicenceState:
    """The state now; raises Conflict when it does not allow the move."""
    state = queries.state_of(work, row)
    if unmet := life.unmet_for_move(move, state):
        raise Conflict(unmet=unmet)
    return state


def moved(work: Work, row: Licence, move: LicenceMove, reason: str = "", changed: Changed = ()) -> None:
    """Make the move: state, version, and an event of what, who, when and why."""
    before = queries.state_of(work, row)
    after = life.state_after(move, before)
    if after is not before:
        row.state = after.value
    row.version += 1
    work.session.add(
        Event(
            licence_id=row.id,
            n=_next(work, Event, row.id),
            move=move.value,
            before=before.value,
            after=after.value,
            reason=reason,
            changed=json.dumps(list(changed), ensure_ascii=False) if changed else "",
            at=work.now,
            by=work.actor.user_id,
            role=work.actor.role.value,
        )
    )
    work.session.flush()
    if move in _FELT:
        for watch in work.offers.get("licences", {}).values():
            watch(work, row.id)


_FELT = frozenset(LicenceMove) - {
    LicenceMove.RECORD,
    LicenceMove.CHANGE,
    LicenceMove.NAME_GOODS,
    LicenceMove.SHIP,
    LicenceMove.SHOW_DOCUMENTS,
    LicenceMove.TAKE_OVER,
}
"""Moves after which other States that rely on it may have to be told."""


def _next(work: Work, table: type[Event] | type[Letter], licence_id: int) -> int:
    query = select(func.max(table.n)).where(table.licence_id == licence_id)
    return (work.session.scalar(query) or 0) + 1


def write(
    work: Work,
    row: Licence,
    kind: LetterKind,
    text: str,
    *,
    shown: bool,
    country: str | None = None,
    due_on: date | None = None,
) -> None:
    """Add to the correspondence."""
    work.session.add(
        Letter(
            licence_id=row.id,
            n=_next(work, Letter, row.id),
            kind=kind.value,
            country=country,
            text=text,
            due_on=due_on,
            shown=shown,
            written_by=work.actor.user_id,
            written_at=work.now,
        )
    )
    work.session.flush()


def due(work: Work, kind: TermKind, since: date) -> date | None:
    """The working day until which something is due, by the term in force; None where none is."""
    found = term(terms_of(work.session), kind, since)
    return deadline_of(work, work.home, since, found.days).day if found else None


def start_clock(work: Work, row: Licence) -> None:
    """The time to decide runs from the day on which all that was asked is there."""
    today = day_in(row.zone, work.now)
    row.due_on = due(work, TermKind.DECISION, today)
    row.due_at_most_on = due(work, TermKind.DECISION_AT_MOST, today)


def stop_clock(row: Licence) -> None:
    """Nothing is due while an answer is awaited, or when it is decided."""
    row.due_on = row.due_at_most_on = None
