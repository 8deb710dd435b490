"""Recording what stands on cartridges and packages of a lot beside its code."""

from __future__ import annotations

from dataclasses import replace

from registry.ammunition import markings, queries
from registry.ammunition.marking_tables import LotMarking
from registry.ammunition.tables import Lot
from registry.ammunition.views import LotView
from registry.core.errors import Forbidden, Stale, refuse_if
from registry.core.work import Work, act, limited_to
from registry.directory.queries import check_country
from schemas.ammunition_markings import MarkingNew
from schemas.vocabulary import May


@act(May.LOT_REGISTER)
def record_marking(work: Work, lot_id: int, new: MarkingNew, version: int) -> LotView:
    """What its cartridges and packages bear; a correction gives its reason, the ledger keeps both.

    version: of the lot. Raises NotFound, Stale, Forbidden, Invalid, Refused.
    """
    queries.lot_row(work, lot_id)
    row = work.session.get_one(Lot, lot_id, with_for_update=True, populate_existing=True)
    own = limited_to(work.actor, May.LOT_REGISTER)
    if own not in (None, row.maker_id, queries.first_holder(work.session, row.id)):
        raise Forbidden("Only its maker or importer says what a lot bears")
    if row.version != version:
        raise Stale
    keep(work, row, new)
    row.version += 1
    work.session.flush()
    return queries.lot(work, row.id)


def keep(work: Work, row: Lot, new: MarkingNew, within: str = "") -> None:
    """Write down a marking. within: what stands before the names of its fields in a refusal."""
    check_country(work, new.country_mark, f"{within}country_mark", historic_ok=True)
    check_country(work, new.control_country, f"{within}control_country")
    before = work.session.get(LotMarking, row.id)
    unmet = markings.unmet_for_marking(new, before is not None)
    refuse_if([replace(one, field=f"{within}{one.field}") for one in unmet])
    kept = before or LotMarking(lot_id=row.id)
    headstamp = markings.whole(new)
    kept.headstamp, kept.ring = headstamp, markings.ring(headstamp)
    for name in ("maker_mark", "calibre_mark", "year_mark", "country_mark", "control_mark"):
        setattr(kept, name, getattr(new, name))
    kept.control_country, kept.destination, kept.reason = new.control_country, new.destination, new.reason
    kept.package = " ".join(new.package)
    kept.recorded_at, kept.recorded_by = work.now, work.actor.user_id
    work.session.add(kept)
    work.session.flush()
