"""What our records tell another State: of a licence that it asks about, of what passes it, of what comes.

Nothing else leaves, and no natural person is named by the machine, beside the final recipient whom FP 10(3)
asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from registry.core.days import day_in
from registry.core.numbers import key_of
from registry.core.work import Work
from registry.directory.tables import Party
from registry.licensing import facts_queries
from registry.licensing import queries as licences
from registry.licensing.tables import ImportLicence, Licence, Line
from registry.notices import rules
from registry.shipments import facts_queries as shipment_facts
from registry.shipments import queries as shipments
from registry.shipments.tables import Shipment
from schemas.licensing_vocabulary import GoodsKind, LicenceKind, LicenceState
from schemas.notice_messages import (
    GoodsTold,
    LicenceAsked,
    LicenceTold,
    PaperTold,
    ShipmentTold,
    TransitNotice,
)
from schemas.notices_vocabulary import Standing
from schemas.vocabulary import PartyKind

MOST_NAMES = 1_000
"""Serials and spans in one message, which has 180 KiB."""


def licence_called(work: Work, number: str) -> Licence | None:
    """The licence of ours that was issued under a number; None for none."""
    key = key_of(licences.PREFIX, number)
    row = work.session.get(Licence, key) if key is not None else None
    return row if row is not None and row.issued_on is not None else None


def concerns(work: Work, row: Licence, peer: str) -> bool:
    """Whether a licence of ours names a State: nobody else is told of it."""
    way = {one.country for one in facts_queries.transits_of(work, row.id)}
    return peer in {row.export_country, row.import_country, *way}


def of_licence(work: Work, row: Licence | None, number: str) -> LicenceTold:
    """How a licence of ours stands, and what bears on the export."""
    if row is None:
        return LicenceTold(number=number, standing=Standing.UNKNOWN)
    state = licences.state_of(work, row)
    stands = rules.standing(state, row.starts_on, day_in(row.zone, work.now))
    return LicenceTold(
        number=number,
        standing=stands,
        since=_since(work, row, state, stands),
        kind=LicenceKind(row.kind),
        export_country=row.export_country or "",
        import_country=row.import_country or "",
        issued_on=row.issued_on,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        exporter=_exporters(work, row),
        importer=_company(work, row.holder_id),
        lines=tuple(_line(line, left=line.quantity - line.drawn) for line in _lines(work, row.id)),
    )


def _lines(work: Work, licence_id: int) -> Iterable[Line]:
    return facts_queries.lines_of(work, licence_id)


def _since(work: Work, row: Licence, state: LicenceState, stands: Standing) -> date | None:
    """From when it has not been in force: the day on which it became so, or after its last."""
    if stands in (Standing.IN_FORCE, Standing.NOT_YET_VALID, Standing.UNKNOWN):
        return None
    if stands is Standing.EXPIRED and row.ends_at is not None:
        ends: datetime = row.ends_at
        return ends.astimezone(ZoneInfo(row.zone)).date()
    events = facts_queries.events_of(work, row.id)
    moved = [event.at for event in events if event.before != event.after == state.value]
    return day_in(row.zone, moved[-1]) if moved else None


def _exporters(work: Work, row: Licence) -> str:
    """Who takes part in the State of export."""
    people = facts_queries.participants_of(work, row.id)
    return "; ".join(one.name for one in people if one.country == row.export_country)[:400]


def _company(work: Work, party_id: int) -> str:
    """The name of a company; "" of a natural person."""
    party = work.session.get_one(Party, party_id)
    return "" if party.kind == PartyKind.PERSON else party.name


def _line(line: Line, left: int | None = None) -> GoodsTold:
    return GoodsTold(
        line.n, GoodsKind(line.goods), line.hs, line.description, line.quantity, line.calibre or "", left
    )


def question(work: Work, row: Licence, paper: ImportLicence) -> LicenceAsked:
    """Whether the importing State's licence is as it was shown to us."""
    return LicenceAsked(
        number=paper.number,
        issued_on=paper.issued_on,
        expires_on=paper.expires_on,
        for_licence=licences.licence_number(row.id),
    )


def of_transit(work: Work, row: Licence) -> TransitNotice:
    """What is to pass through other States, as FP 10(3) asks."""
    paper = work.session.get(ImportLicence, row.id)
    return TransitNotice(
        licence=licences.licence_number(row.id),
        kind=LicenceKind(row.kind),
        export_country=row.export_country or "",
        import_country=row.import_country or "",
        transits=tuple(one.country for one in facts_queries.transits_of(work, row.id)),
        exporter=_company(work, row.holder_id),
        recipient=row.recipient_name,
        recipient_address=row.recipient_address,
        end_use=row.end_use,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        lines=tuple(map(_line, _lines(work, row.id))),
        import_licence=PaperTold(paper.number, paper.authority, paper.issued_on, paper.expires_on)
        if paper
        else None,
    )


def of_shipment(work: Work, row: Shipment, licence: Licence) -> ShipmentTold:
    """A shipment of ours, with the serials and spans in it as far as one message holds them."""
    own = shipment_facts.belongings(work, row)
    paper = work.session.get(ImportLicence, licence.id)
    lines, room = [], MOST_NAMES
    for line in own.lines:
        licensed = own.licence_lines[line.line_n]
        called = tuple(item.name for item in own.items if item.line_n == line.line_n)[: min(room, 500)]
        room -= len(called)
        lines.append(
            GoodsTold(
                line.line_n,
                GoodsKind(licensed.goods),
                licensed.hs,
                licensed.description,
                line.quantity,
                licensed.calibre or "",
                None,
                called,
            )
        )
    return ShipmentTold(
        shipment=shipments.shipment_number(row.id),
        licence=licences.licence_number(licence.id),
        import_licence=paper.number if paper else "",
        import_country=licence.import_country or "",
        transits=tuple(one.country for one in facts_queries.transits_of(work, licence.id)),
        carrier=row.carrier,
        waybill=row.waybill,
        seal=row.seal,
        expected_on=row.expected_on,
        departed_on=row.departed_on,
        lines=tuple(lines),
    )
