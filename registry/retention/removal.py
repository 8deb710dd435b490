"""Which rows a record consists of, those first that rest on others; counting and removing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from registry.core.erasing import Row
from registry.core.journal.triggers import is_personal
from registry.deactivation import tables as deactivations
from registry.directory.tables import Person, PersonDeath
from registry.firearms import tables as firearms
from registry.licensing import tables as licences
from registry.notices import tables as notices
from registry.recovery import disposal_tables as disposals
from registry.recovery import tables as recoveries
from registry.shipments import tables as shipments
from registry.tracing.tables import Trace
from schemas.retention_vocabulary import RecordClass

Where = ColumnElement[bool]


class Part(NamedTuple):
    """Rows of one table that belong to a record."""

    table: Any
    where: Where


def _firearm(key: int) -> Iterator[Part]:
    mine = select(deactivations.Deactivation.id).where(deactivations.Deactivation.firearm_id == key)
    for part in (
        deactivations.DeactivationResult,
        deactivations.DeactivationInspection,
        deactivations.DeactivationMeasure,
        deactivations.DeactivationPhotograph,
        deactivations.DeactivationIncident,
    ):
        yield Part(part, part.deactivation_id.in_(mine))
    yield Part(deactivations.Deactivation, deactivations.Deactivation.firearm_id == key)
    pair = firearms.IdentityConflict
    yield Part(pair, or_(pair.firearm_id == key, pair.other_id == key))
    for own in (firearms.Mark, firearms.Component, firearms.Custody, firearms.Correction):
        yield Part(own, own.firearm_id == key)
    yield Part(firearms.Firearm, firearms.Firearm.id == key)


def _licence(key: int) -> Iterator[Part]:
    about = select(notices.Notice.id).where(notices.Notice.licence_id == key)
    yield Part(notices.NoticeStep, notices.NoticeStep.notice_id.in_(about))
    yield Part(notices.Notice, notices.Notice.licence_id == key)
    yield Part(shipments.Draw, shipments.Draw.licence_id == key)
    mine = select(shipments.Shipment.id).where(shipments.Shipment.licence_id == key)
    for part in (
        shipments.ShipmentScan,
        shipments.ShipmentLot,
        shipments.ShipmentItem,
        shipments.ShipmentEvent,
        shipments.ShipmentLine,
    ):
        yield Part(part, part.shipment_id.in_(mine))
    yield Part(shipments.Shipment, shipments.Shipment.licence_id == key)
    for own in (
        licences.BrokeredLine,
        licences.BrokeredDelivery,
        licences.Item,
        licences.Check,
        licences.EndUserCertificate,
        licences.Event,
        licences.Evidence,
        licences.ImportLicence,
        licences.Letter,
        licences.Participant,
        licences.Transit,
        licences.Line,
    ):
        yield Part(own, own.licence_id == key)
    yield Part(licences.Licence, licences.Licence.id == key)


def _recovery(key: int) -> Iterator[Part]:
    items = select(recoveries.Item.id).where(recoveries.Item.recovery_id == key)
    for part in (
        disposals.DisposalItem,
        recoveries.HandoverItem,
        recoveries.EvidenceStep,
        recoveries.ItemOrigin,
    ):
        yield Part(part, part.item_id.in_(items))
    yield Part(recoveries.Item, recoveries.Item.recovery_id == key)
    yield Part(recoveries.Recovery, recoveries.Recovery.id == key)


def _trace(key: int) -> Iterator[Part]:
    yield Part(Trace, Trace.id == key)


def _person(key: int) -> Iterator[Part]:
    yield Part(PersonDeath, PersonDeath.party_id == key)
    yield Part(Person, Person.party_id == key)


PARTS: Mapping[RecordClass, Callable[[int], Iterator[Part]]] = {
    RecordClass.FIREARM: _firearm,
    RecordClass.LICENCE: _licence,
    RecordClass.RECOVERY: _recovery,
    RecordClass.TRACE: _trace,
    RecordClass.PERSON: _person,
}
"""Records that can be disposed of. Spans of a lot are for good: what is left of one proves the others."""


def rows_of(session: Session, record_class: RecordClass, key: int) -> int:
    """How many rows of all tables a record consists of."""
    counts = (
        session.scalar(select(func.count()).select_from(part.table).where(part.where))
        for part in PARTS[record_class](key)
    )
    return sum(count or 0 for count in counts)


def remove(session: Session, record_class: RecordClass, keys: Sequence[int]) -> None:
    """Remove all rows of these records, and pictures that nothing else shows."""
    for key in keys:
        for part in PARTS[record_class](key):
            session.execute(delete(part.table).where(part.where).execution_options(synchronize_session=False))
    if record_class is RecordClass.FIREARM:
        shown = exists().where(deactivations.DeactivationPhotograph.digest == deactivations.Photograph.digest)
        session.execute(
            delete(deactivations.Photograph).where(~shown).execution_options(synchronize_session=False)
        )
    session.expire_all()


def personal_rows(session: Session, record_class: RecordClass, keys: Sequence[int]) -> list[Row]:
    """The rows of these records that have personal values: table and key, as the journal names them."""
    found = []
    for key in keys:
        for part in PARTS[record_class](key):
            table = part.table.__table__
            if any(is_personal(column) for column in table.columns):
                columns = tuple(table.primary_key.columns)
                for row in session.execute(select(*columns).where(part.where)):
                    found.append(Row(table.name, tuple(row)))
    return found
