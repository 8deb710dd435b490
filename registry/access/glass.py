"""Opening one record beyond one's role: for a stated reason, for a short time, seen at once and reviewed.

What is opened is reading, and one record; the guard lets it through (`registry.core.web.guard`), and each
reading is a leaf of the ledger that names the opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from registry.access import approval_queries, glass_queries, rules
from registry.access.glass_queries import GlassView
from registry.access.policy import RECENT
from registry.access.tables import BreakGlass
from registry.core.errors import Conflict, Forbidden, Invalid, TooMany
from registry.core.policy import BEHIND_GLASS
from registry.core.settings import Settings
from registry.core.work import Work, act, for_purpose
from schemas.break_glass import GlassNew, GlassReview
from schemas.glass_vocabulary import GlassState
from schemas.vocabulary import May
from schemas.words import said

log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """minutes: for how long a record is opened; per_day: how many one account opens in 24 hours."""

    minutes: int
    per_day: int


def limits_of(settings: Settings) -> Limits:
    """As they are set for a registry."""
    return Limits(settings.break_glass_minutes, settings.break_glass_per_day)


@act(May.GLASS_BREAK, confirmed_within=RECENT)
def break_glass(work: Work, new: GlassNew, limits: Limits) -> GlassView:
    """Open one record; raises Invalid, Forbidden, ConfirmationNeeded, Conflict, TooMany."""
    for_purpose(work.actor, May.GLASS_BREAK, new.purpose)
    record = _openable(work, new.record)
    for field, text in (("words", new.words), ("case_number", new.case_number)):
        if not text.strip():
            raise Invalid.at(field, "Say it: whoever reviews this was not there.")
    work.lock(f"break_glass:{work.actor.user_id}")
    if glass_queries.runs_already(work, record):
        raise Conflict(said("You have %(record)s open already.", record=record))
    if glass_queries.opened_since(work, work.now - timedelta(days=1)) >= limits.per_day:
        raise TooMany(
            said("You opened %(n)s records in 24 hours; ask the authority for more.", n=limits.per_day)
        )
    work.purpose, work.case = new.purpose, new.case_number.strip()
    row = BreakGlass(
        record=record,
        reason=new.reason.value,
        words=new.words.strip(),
        purpose=new.purpose.value,
        case_number=new.case_number.strip(),
        role=work.actor.role.value,
        opened_by=work.actor.user_id,
        opened_at=work.now,
        minutes=limits.minutes,
        ends_at=work.now + timedelta(minutes=limits.minutes),
        finding="",
        review="",
    )
    work.session.add(row)
    work.session.flush()
    return glass_queries.one(work, row.id)


def tell(opened: GlassView, request_id: str) -> None:
    """Into the service's log at once, for whoever watches it at night; no personal data."""
    log.warning("break_glass", request_id=request_id, number=opened.number)


def _openable(work: Work, text: str) -> str:
    record = glass_queries.plain_number(text)
    if not record:
        raise Invalid.at("record", "The number of a firearm, lot or licence.")
    needed = glass_queries.KINDS[record.split("-")[0]]
    if needed in work.actor.may:
        raise Invalid.at("record", "Your role shows this record already.")
    if needed not in BEHIND_GLASS.get(work.actor.role, ()):
        raise Forbidden(said("Your role cannot open %(record)s in any case.", record=record))
    return record


@act(May.GLASS_BREAK)
def end_own(work: Work, key: int) -> GlassView:
    """End what one opened oneself, before its time; raises NotFound, Conflict when it is over."""
    row = glass_queries.row_of(work, key, locked=True)
    if row.opened_by != work.actor.user_id:
        raise Forbidden("Only who opened it ends it here.")
    return _ended(work, row)


@act(May.GLASS_REVIEW)
def end(work: Work, key: int) -> GlassView:
    """End what another opened; raises NotFound, Conflict when it is over."""
    return _ended(work, glass_queries.row_of(work, key, locked=True))


def _ended(work: Work, row: BreakGlass) -> GlassView:
    if glass_queries.state_of(row, work.now) is not GlassState.OPEN:
        raise Conflict("This is over already.")
    row.ended_at, row.ended_by = work.now, work.actor.user_id
    work.session.flush()
    return glass_queries.one(work, row.id)


@act(May.GLASS_REVIEW)
def review(work: Work, key: int, told: GlassReview) -> GlassView:
    """Whether it was justified, by another person than who opened it; raises NotFound, Invalid, Conflict."""
    row = glass_queries.row_of(work, key, locked=True)
    if row.reviewed_at is not None:
        raise Conflict("This is reviewed already.")
    if glass_queries.state_of(row, work.now) is GlassState.OPEN:
        raise Conflict("It is still open: end it before you review it.")
    opener = approval_queries.holder_of(work, row.opened_by)
    if unmet := rules.unmet_for_two([opener], approval_queries.holder(work, work.actor)):
        raise Forbidden(unmet=unmet)
    if not told.words.strip():
        raise Invalid.at("words", "Say why.")
    row.finding, row.review = told.finding.value, told.words.strip()
    row.reviewed_by, row.reviewed_at = work.actor.user_id, work.now
    work.session.flush()
    return glass_queries.one(work, row.id)
