"""What brokers report: deliveries between other States under their licence (FP 15)."""

from __future__ import annotations

from registry.core.days import day_in
from registry.core.errors import Conflict, refuse_if
from registry.core.work import Work, act
from registry.licensing import brokering, facts_queries, queries, steps
from registry.licensing.tables import BrokeredDelivery, BrokeredLine
from registry.licensing.views import LicenceView
from schemas.licensing_review import DeliveryNew
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.vocabulary import May


@act(May.LICENCE_APPLY)
def deliver(work: Work, licence_id: int, new: DeliveryNew, version: int) -> LicenceView:
    """Report goods that went from one State to another; the licence is counted down.

    It may be told after the licence has ended of what left before. Raises NotFound, Stale, Conflict,
    Refused with every condition that is not met.
    """
    row = steps.locked(work, licence_id, version, LicenceMove.DELIVER)
    if row.state == LicenceState.SUSPENDED:
        raise Conflict("The licence was suspended before it ended: the authority lifts that first")
    told = brokering.DeliveryFacts(new.departed_on, new.arrived_on, new.quantities)
    today = day_in(row.zone, work.now)
    refuse_if(brokering.unmet_for_delivery(queries.facts(work, row), told, today))
    n = len(facts_queries.deliveries_of(work, row.id)) + 1
    work.session.add(
        BrokeredDelivery(
            licence_id=row.id,
            n=n,
            departed_on=new.departed_on,
            arrived_on=new.arrived_on,
            export_licence=new.export_licence,
            proof=new.proof,
            carrier=new.carrier,
            note=new.note,
            told_at=work.now,
            told_by=work.actor.user_id,
        )
    )
    work.session.flush()
    lines = facts_queries.lines_of(work, row.id)
    for line, quantity in zip(lines, new.quantities, strict=True):
        if quantity:
            work.session.add(BrokeredLine(licence_id=row.id, delivery_n=n, line_n=line.n, quantity=quantity))
    work.session.flush()
    for line in lines:
        work.session.refresh(line)
    steps.moved(work, row, LicenceMove.DELIVER, new.note or new.proof)
    used_up = all(line.drawn == line.quantity for line in lines)
    if used_up and queries.state_of(work, row) is LicenceState.ISSUED:
        steps.moved(work, row, LicenceMove.EXHAUST)
    return queries.licence(work, row.id)
