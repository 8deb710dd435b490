"""What may be asked or told now, for the pages of licences and shipments."""

from __future__ import annotations

from sqlalchemy import select

from registry.core.work import Work
from registry.exchange import queries as exchange
from registry.licensing import facts_queries, life
from registry.licensing import queries as licences
from registry.licensing import rules as licence_rules
from registry.licensing.tables import ImportLicence, Licence
from registry.notices import acts, queries
from registry.notices.life import WAITS
from registry.notices.views import Askable, NoticeView
from registry.shipments import life as shipment_life
from registry.shipments import queries as shipments
from registry.shipments.tables import Shipment
from schemas.licensing_vocabulary import LicenceKind, LicenceMove
from schemas.notices_vocabulary import Matter
from schemas.requests_vocabulary import Direction
from schemas.shipments_vocabulary import Direction as Way
from schemas.shipments_vocabulary import ShipmentState


def about_licence(work: Work, licence_id: int) -> tuple[Askable, ...]:
    """Whom to ask about the import licence, and whom on the way to notify."""
    row = licences.licence_row(work, licence_id)
    recordable = licences.state_of(work, row) in life.MOVES[LicenceMove.RECORD].after
    if not recordable or LicenceKind(row.kind) not in licence_rules.GOES_ABROAD:
        return ()
    paper = work.session.get(ImportLicence, row.id)
    wanted = [(Matter.LICENCE, paper.country)] if paper else []
    if paper or row.purpose:
        wanted += [(Matter.TRANSIT, one.country) for one in facts_queries.transits_of(work, row.id)]
    return _askable(work, wanted, licence_id=row.id)


def about_shipment(work: Work, shipment_id: int) -> tuple[Askable, ...]:
    """Whom to announce it to, and whom to ask for its receipt."""
    row = shipments.shipment_row(work, shipment_id)
    licence: Licence = shipments.licence_of(work, row)
    if row.direction != Way.OUT or not licence.import_country:
        return ()
    wanted, state = [], ShipmentState(row.state)
    if state in acts.BEFORE_ARRIVAL:
        way = [one.country for one in facts_queries.transits_of(work, licence.id)]
        wanted += [(Matter.EXPORT, code) for code in (licence.import_country, *way)]
    if state in shipment_life.ON_THE_WAY:
        wanted.append((Matter.RECEIPT, licence.import_country))
    return _askable(work, wanted, licence_id=licence.id, shipment_id=row.id)


def _askable(
    work: Work, wanted: list[tuple[Matter, str]], licence_id: int, shipment_id: int | None = None
) -> tuple[Askable, ...]:
    found = []
    for matter, state in wanted:
        if state == work.home:
            continue
        before = queries.newest_about(work, matter, state, licence_id=licence_id, shipment_id=shipment_id)
        waits = before is not None and before.state in WAITS
        number = queries.notice_number(before.id) if before is not None and waits else ""
        found.append(Askable(matter.value, state, number, exchange.is_trusted(work, state)))
    return tuple(found)


def shipments_under(work: Work, found: NoticeView) -> tuple[str, ...]:
    """Numbers of our shipments that theirs may be, where an officer says which."""
    if found.matter != Matter.RECEIPT or found.direction != Direction.IN or not found.licence:
        return ()
    query = select(Shipment.id).where(
        Shipment.licence_id == licences.licence_key(found.licence),
        Shipment.direction == Way.IN.value,
        Shipment.state != ShipmentState.CANCELLED.value,
    )
    return tuple(map(shipments.shipment_number, work.session.scalars(query.order_by(Shipment.id))))
