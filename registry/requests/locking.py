"""In which order requests are locked: the one on whose behalf another is asked before that one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from registry.core.work import Work
from registry.requests.tables import AskedOnward, TraceRequestRow


def asking_first(work: Work, *which: ColumnElement[bool]) -> None:
    """Lock the requests on whose behalf these were asked, before they themselves are: what is done to one
    changes both, and nobody takes them the other way round.
    """
    asked_for = select(AskedOnward.for_id).join(TraceRequestRow, TraceRequestRow.id == AskedOnward.request_id)
    asking = aliased(TraceRequestRow)
    first = select(asking).where(asking.id.in_(asked_for.where(*which))).order_by(asking.id)
    work.session.scalars(first.with_for_update()).all()
