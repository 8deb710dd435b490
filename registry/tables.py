"""Every table of the registry, for migrations."""

from __future__ import annotations

from registry.access import tables as access
from registry.ammunition import code_tables, marking_tables
from registry.ammunition import tables as ammunition
from registry.authorities import tables as authorities
from registry.calendars import tables as calendars
from registry.core import filling
from registry.core.journal import tables as journal
from registry.core.web import tables as web
from registry.deactivation import tables as deactivation
from registry.directory import tables as directory
from registry.exchange import tables as exchange
from registry.firearms import tables as firearms
from registry.intake import tables as intake
from registry.labels import tables as labels
from registry.licensing import tables as licensing
from registry.marks import tables as marks
from registry.notices import tables as notices
from registry.recovery import disposal_tables as disposal
from registry.recovery import tables as recovery
from registry.requests import tables as requests
from registry.retention import disposal_tables as records_disposal
from registry.retention import received_tables
from registry.retention import tables as retention
from registry.shipments import tables as shipments
from registry.tracing import tables as tracing
from registry.verification import tables as verification

TABLES = (
    journal, web, filling, directory, calendars, access, verification, exchange, authorities, marks, firearms,
    ammunition, code_tables, marking_tables, deactivation, licensing, shipments, notices, tracing, requests,
    recovery, disposal, retention, records_disposal, received_tables, intake,
    labels,
)  # fmt: skip
