"""Reading what was opened beyond a role, and asking whether a record is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from registry.access.tables import Account, BreakGlass
from registry.core.actors import Glass
from registry.core.errors import NotFound
from registry.core.journal.tables import LedgerEntry
from registry.core.numbers import key_of, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Actor, Office, Work, is_own
from schemas.break_glass import GlassAsked
from schemas.glass_vocabulary import GlassReason, GlassState
from schemas.paging import Page
from schemas.vocabulary import May, Purpose, Role
from schemas.words import said

KINDS = {"F": May.FIREARM_READ, "L": May.LOT_READ, "LC": May.LICENCE_CASE}
"""Numbers of records that can be opened, and what shows their page."""


@dataclass(frozen=True)
class GlassView:
    """opened_by, ended_by, reviewed_by: names; readings: how often the record was read by this."""

    number: str
    record: str
    reason: GlassReason
    words: str
    purpose: Purpose
    case_number: str
    opener_id: int
    opened_by: str
    role: Role
    opened_at: datetime
    ends_at: datetime
    ended_by: str
    state: GlassState
    finding: str
    review: str
    reviewed_by: str
    reviewed_at: datetime | None
    readings: int


def glass_number(key: int) -> str:
    """The number people see: BG-…."""
    return registry_number("BG", key)


def plain_number(text: str) -> str:
    """A record's number as it is written everywhere; "" for no number of a record that can be opened."""
    for prefix in KINDS:
        key = key_of(prefix, text)
        if key is not None:
            return registry_number(prefix, key)
    return ""


def opened(office: Office, actor: Actor, may: May, number: str) -> Glass | None:
    """What lets the actor read this record now; asked of the database with each request that needs it."""
    record = plain_number(number)
    if not record:
        return None
    with office.look(actor) as work:
        query = (
            select(BreakGlass)
            .where(BreakGlass.opened_by == actor.user_id, BreakGlass.record == record, _runs(work.now))
            .order_by(BreakGlass.id.desc())
        )
        row = work.session.scalars(query.limit(1)).first()
    return Glass(glass_number(row.id), may, Purpose(row.purpose), row.case_number) if row else None


def _runs(now: datetime) -> ColumnElement[bool]:
    return and_(BreakGlass.ended_at.is_(None), BreakGlass.ends_at > now)


def state_of(row: BreakGlass, now: datetime) -> GlassState:
    """Where it stands at a moment."""
    if row.reviewed_at is not None:
        return GlassState.REVIEWED
    return GlassState.OPEN if row.ended_at is None and row.ends_at > now else GlassState.TO_REVIEW


def opened_since(work: Work, moment: datetime) -> int:
    """How many records the actor opened after a moment."""
    mine = BreakGlass.opened_by == work.actor.user_id, BreakGlass.opened_at > moment
    return work.session.scalar(select(func.count()).select_from(BreakGlass).where(*mine)) or 0


def runs_already(work: Work, record: str) -> bool:
    """Whether the actor has the record open."""
    mine = BreakGlass.opened_by == work.actor.user_id, BreakGlass.record == record, _runs(work.now)
    return work.session.scalar(select(BreakGlass.id).where(*mine).limit(1)) is not None


def row_of(work: Work, key: int, *, locked: bool = False) -> BreakGlass:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.get(BreakGlass, key, with_for_update=locked or None, populate_existing=locked)
    own = row is not None and row.opened_by == work.actor.user_id
    if row is None or (is_own(work.actor, May.GLASS_READ) and not own):
        raise NotFound(said("No record has the number %(text)s", text=glass_number(key)))
    return row


def one(work: Work, key: int) -> GlassView:
    """One of them; raises NotFound."""
    return next(_views(work, [row_of(work, key)]))


def listed(work: Work, asked: GlassAsked) -> Page[GlassView]:
    """What was opened, the latest first; police and customs see their own."""
    query: AnySelect = select(BreakGlass)
    if is_own(work.actor, May.GLASS_READ):
        query = query.where(BreakGlass.opened_by == work.actor.user_id)
    if asked.state is not None:
        query = query.where(_in_state(asked.state, work.now))
    found = page(work.session, query, asked, {"number": BreakGlass.id}, BreakGlass.id)
    return Page(tuple(_views(work, [row.BreakGlass for row in found.items])), found.next)


def _in_state(state: GlassState, now: datetime) -> ColumnElement[bool]:
    if state is GlassState.REVIEWED:
        return BreakGlass.reviewed_at.is_not(None)
    over = or_(BreakGlass.ended_at.is_not(None), BreakGlass.ends_at <= now)
    return and_(BreakGlass.reviewed_at.is_(None), over if state is GlassState.TO_REVIEW else ~over)


def unreviewed(work: Work, most: int = 10) -> list[GlassView]:
    """What reviewers are told at once: all that is open or waits, the latest first."""
    query = select(BreakGlass).where(BreakGlass.reviewed_at.is_(None)).order_by(BreakGlass.id.desc())
    return list(_views(work, list(work.session.scalars(query.limit(most)))))


def waiting(work: Work) -> int:
    """How many are not reviewed, for those who review."""
    if May.GLASS_REVIEW not in work.actor.may:
        return 0
    query = select(func.count()).select_from(BreakGlass).where(BreakGlass.reviewed_at.is_(None))
    return work.session.scalar(query) or 0


def _views(work: Work, rows: Sequence[BreakGlass]) -> Iterator[GlassView]:
    names = _names(work, (key for row in rows for key in (row.opened_by, row.ended_by, row.reviewed_by)))
    read = _readings(work, rows) if rows else {}
    for row in rows:
        yield GlassView(
            glass_number(row.id),
            row.record,
            GlassReason(row.reason),
            row.words,
            Purpose(row.purpose),
            row.case_number,
            row.opened_by,
            names[row.opened_by],
            Role(row.role),
            row.opened_at,
            row.ended_at or row.ends_at,
            names.get(row.ended_by, ""),
            state_of(row, work.now),
            row.finding,
            row.review,
            names.get(row.reviewed_by, ""),
            row.reviewed_at,
            read[row.id],
        )


def _names(work: Work, keys: Iterable[int | None]) -> dict[int | None, str]:
    query = select(Account.id, Account.full_name).where(Account.id.in_({key for key in keys if key}))
    return {row.id: row.full_name for row in work.session.execute(query)}


def _readings(work: Work, rows: Sequence[BreakGlass]) -> dict[int, int]:
    """Requests that the ledger says read each record by this: entries of who opened it, from its opening,
    which its case leads to, to the first that came too late.

    The sum keeps SQLite from looking for the opening among all entries of a person instead.
    """
    opening, late, entry = aliased(LedgerEntry), aliased(LedgerEntry), aliased(LedgerEntry)
    begun = _first(
        opening,
        opening.case_number == BreakGlass.case_number,
        opening.actor_id + 0 == BreakGlass.opened_by,
        opening.at >= BreakGlass.opened_at,
    )
    ended = _first(
        late, late.actor_id == BreakGlass.opened_by, late.id >= begun, late.at > BreakGlass.ends_at
    )
    named = case({row.id: f'"break_glass":"{glass_number(row.id)}"' for row in rows}, value=BreakGlass.id)
    requests = select(func.count(entry.request_id.distinct())).where(
        entry.actor_id == BreakGlass.opened_by,
        entry.id >= begun,
        entry.id < func.coalesce(ended, 2**63 - 1),
        entry.note.contains(named),
    )
    query = select(BreakGlass.id, requests.correlate(BreakGlass).scalar_subquery().label("many"))
    asked = query.where(BreakGlass.id.in_([row.id for row in rows]))
    return {row.id: row.many for row in work.session.execute(asked)}


def _first(entry: Any, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first entry of these, for each record that was opened."""
    query: Select[int] = select(entry.id).where(*which).order_by(entry.id).limit(1)
    return query.correlate(BreakGlass).scalar_subquery()
