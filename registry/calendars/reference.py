"""Calendars a new registry begins with; each set-up adds the years that came near meanwhile."""

from __future__ import annotations

from sqlalchemy import select

from registry.calendars import acts, published
from registry.calendars.tables import CalendarYear, WorkingWeek
from registry.core.work import Work

STATES = ("BR", "AR", "PY", "UY", "PT", "ES", "IT", "DE", "AT", "CZ", "ZA", "AE", "US")
"""Brazil, its neighbours, and States from which and to which firearms are often shipped."""
BEFORE, AFTER = 1, 3
"""Years around this one."""


def load(work: Work) -> None:
    """Add what is missing; what an authority has changed stays as it is."""
    years = range(work.today.year - BEFORE, work.today.year + AFTER + 1)
    taken = {(row.state, row.year) for row in work.session.scalars(select(CalendarYear))}
    weeks = set(work.session.scalars(select(WorkingWeek.state)))
    for state in STATES:
        if state not in weeks:
            work.session.add(
                WorkingWeek(
                    state=state,
                    begins_on=published.BEGINS,
                    free_days=published.free_days(state, work.today),
                    source=published.SOURCE,
                    recorded_at=work.now,
                    recorded_by=work.actor.user_id,
                )
            )
        for year in years:
            if (state, year) not in taken:
                acts.take_published(work, state, year)
    work.session.flush()
