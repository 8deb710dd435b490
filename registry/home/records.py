"""Records that a number opens: where their pages are, who may read them, and whether one is there to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from registry.ammunition import package_queries
from registry.ammunition import queries as lots
from registry.core.errors import NotFound
from registry.core.numbers import key_of, registry_number
from registry.core.work import Work
from registry.deactivation import queries as deactivations
from registry.directory import queries as directory
from registry.firearms import queries as firearms
from registry.labels import queries as labels
from registry.licensing import queries as licences
from registry.notices import queries as notices
from registry.recovery import disposal_queries, evidence_queries
from registry.recovery import queries as recoveries
from registry.requests import queries as requests
from registry.retention import disposal_queries as retention
from registry.retention import received_queries
from registry.shipments import queries as shipments
from registry.tracing import queries as tracing
from registry.tracing import scenes
from schemas.vocabulary import May


class Record(NamedTuple):
    """kind: what it is; endpoint: of its page; row: reads it, and raises NotFound for whoever may not."""

    kind: str
    endpoint: str
    may: May
    row: Callable[[Work, int], Any]


def _package(work: Work, key: int) -> Any:
    return package_queries.package(work, registry_number("B", key))


RECORDS: Mapping[str, Record] = {
    "F": Record("firearm", "firearms.show", May.FIREARM_READ, firearms.firearm_row),
    "LC": Record("licence", "licensing.case", May.LICENCE_READ, licences.licence_row),
    "SH": Record("shipment", "shipments.show", May.SHIPMENT_READ, shipments.shipment_row),
    "B": Record("package", "ammunition.package", May.LOT_READ, _package),
    "L": Record("lot", "ammunition.show", May.LOT_READ, lots.lot_row),
    "D": Record("deactivation", "deactivation.show", May.DEACTIVATION_READ, deactivations.deactivation_row),
    "DC": Record("disposal", "recovery.disposal", May.RECOVERY_READ, disposal_queries.row_of),
    "EV": Record("evidence", "recovery.item", May.RECOVERY_READ, evidence_queries.item_row),
    "RV": Record("recovery", "recovery.show", May.RECOVERY_READ, recoveries.recovery_row),
    "P": Record("party", "directory.show", May.DIRECTORY_READ, directory.party),
    "RQ": Record("request", "requests.show", May.REQUEST_READ, requests.request_row),
    "T": Record("trace", "tracing.show", May.TRACE_READ, tracing.trace),
    "Z": Record("scene", "tracing.scene", May.TRACE_READ, scenes.scene),
    "NT": Record("notice", "notices.show", May.NOTICE_READ, notices.notice_row),
    "RC": Record("campaign", "recovery.campaign", May.RECOVERY_READ, recoveries.campaign_row),
    "EH": Record("hand_over", "recovery.handover", May.EVIDENCE_HAND, evidence_queries.handover_row),
    "RX": Record("records_handed_over", "retention.received_one", May.RETENTION_READ, received_queries.row),
    "RD": Record("disposal_of_records", "retention.disposal", May.RETENTION_READ, retention.disposal),
    "LJ": Record("print_job", "labels.show", May.LABEL_PRINT, labels.job_row),
}


def named(number: str) -> tuple[Record, int] | None:
    """The kind of record that a number names, and its key."""
    prefix = number.strip().upper()[: 2 if number.strip()[1:2].isalpha() else 1]
    key = key_of(prefix, number)
    return (RECORDS[prefix], key) if prefix in RECORDS and key is not None else None


def is_seen(work: Work, number: str) -> bool:
    """Whether there is such a record, and whoever asks may see it."""
    found = named(number)
    if found is None or found[0].may not in work.actor.may:
        return False
    try:
        found[0].row(work, found[1])
    except NotFound:
        return False
    return True
