"""Establishing the origin of what was recovered otherwise than by a trace."""

from __future__ import annotations

from registry.core.errors import Invalid, Stale
from registry.core.work import Work, act
from registry.recovery import evidence_queries
from registry.recovery.tables import ItemOrigin
from registry.recovery.views import ItemView
from schemas.figures import OriginNew
from schemas.recovery_vocabulary import ItemKind
from schemas.vocabulary import May


@act(May.RECOVERY_RECORD)
def establish(work: Work, item_id: int, new: OriginNew, version: int) -> ItemView:
    """Record what a competent authority established, or correct it, also after the firearm was destroyed.

    Raises NotFound, Stale, Invalid.
    """
    item = evidence_queries.item_row(work, item_id, locked=True)
    if item.version != version:
        raise Stale
    if item.kind != ItemKind.FIREARM:
        raise Invalid.at("origin", "Origins are established of firearms.")
    if new.established_on > work.today:
        raise Invalid.at("established_on", "This day has not come yet.")
    row = work.session.get(ItemOrigin, item_id)
    if row is None:
        row = ItemOrigin(item_id=item_id)
        work.session.add(row)
    row.basis, row.established_on = new.basis.value, new.established_on
    row.origin, row.source = new.origin, new.source
    row.recorded_by, row.recorded_at = work.actor.user_id, work.now
    item.version += 1
    work.session.flush()
    return evidence_queries.item(work, item_id)
