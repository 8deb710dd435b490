"""What the first page offers to each role: its work, in the order in which it comes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.vocabulary import Role


class Entrance(NamedTuple):
    """A page that work begins at. `label` is a message id; values: of its address."""

    label: str
    endpoint: str
    symbol: str
    values: Mapping[str, Any] = MappingProxyType({})


_FIREARM_TRACE = Entrance("Trace a firearm", "tracing.new", "trace")
_CARTRIDGE_TRACE = Entrance("Trace a cartridge", "tracing.new", "cartridge", {"kind": "cartridge"})
_TRACES = Entrance("Traces", "tracing.list", "document")
_REQUESTS = Entrance("Requests of other States", "requests.list", "forward")
_CONFLICTS = Entrance("Conflicts", "firearms.conflicts", "warning")
_QUEUE = Entrance("Licence queue", "licensing.queue", "document")
_LICENCES = Entrance("Licences", "licensing.list", "document")
_FIREARMS = Entrance("Firearms", "firearms.list", "firearm")
_LOTS = Entrance("Lots", "ammunition.list", "box")
_PARTIES = Entrance("Parties", "directory.list", "person")
_STATES = Entrance("States", "directory.states", "place")
_LABELS = Entrance("Print labels", "labels.new", "print")
_RECOVERY = Entrance("Record a recovery", "recovery.enter", "add")
_DEACTIVATIONS = Entrance("Deactivations", "deactivation.list", "seal")
_INTAKE = Entrance("Bring in", "intake.list", "down")
_OPERATION = Entrance("Operation", "operations.show", "information")
_APPROVALS = Entrance("Approvals", "access.proposals", "good")

OF_ROLE: Mapping[Role, tuple[Entrance, ...]] = {
    Role.POLICE: (_FIREARM_TRACE, _CARTRIDGE_TRACE, _RECOVERY, _REQUESTS, _TRACES, _PARTIES, _STATES),
    Role.CUSTOMS: (
        Entrance("Counter", "shipments.counter", "scan"),
        Entrance("Check a paper", "verification.ask", "seal"),
        _LABELS,
        Entrance("Shipments", "shipments.list", "forward"),
        _FIREARM_TRACE,
        _CARTRIDGE_TRACE,
        _FIREARMS,
        _LOTS,
    ),
    Role.AUTHORITY_OFFICER: (
        Entrance("Register a firearm", "firearms.new", "add"),
        _REQUESTS,
        _QUEUE,
        _CONFLICTS,
        _FIREARM_TRACE,
        _CARTRIDGE_TRACE,
        _FIREARMS,
        _LOTS,
        _RECOVERY,
        _DEACTIVATIONS,
        _LABELS,
        _INTAKE,
    ),
    Role.AUTHORITY_SUPERVISOR: (
        _APPROVALS,
        _QUEUE,
        _REQUESTS,
        _CONFLICTS,
        _FIREARM_TRACE,
        _CARTRIDGE_TRACE,
        _FIREARMS,
        _LOTS,
        Entrance("Register a firearm", "firearms.new", "add"),
        Entrance("Disposal", "recovery.disposals", "box"),
        _DEACTIVATIONS,
        _INTAKE,
    ),
    Role.TRADER: (
        Entrance("Register a firearm", "firearms.new", "add"),
        Entrance("Sell at the counter", "ammunition.counter", "cartridge"),
        Entrance("Report sales", "ammunition.reports", "document"),
        Entrance("Apply for a licence", "licensing.new", "add"),
        Entrance("Your firearms", "firearms.list", "firearm"),
        Entrance("Your lots", "ammunition.list", "box"),
        Entrance("Stock", "ammunition.stock", "search"),
        _LABELS,
    ),
    Role.AUDITOR: (
        Entrance("Ledger", "auditing.ledger", "seal"),
        Entrance("Emergency access", "access.opened_records", "alarm"),
        _TRACES,
        _CONFLICTS,
        _FIREARMS,
        Entrance("Sales register", "ammunition.sales", "cartridge"),
        _LICENCES,
        Entrance("Retention", "retention.preview", "document"),
    ),
    Role.ADMINISTRATOR: (
        Entrance("Accounts", "access.accounts", "person"),
        Entrance("Open an account", "access.new_account", "add"),
        _APPROVALS,
        _OPERATION,
        Entrance("Signing of documents", "verification.signing", "seal"),
        _PARTIES,
        _STATES,
    ),
}
"""A test opens each in its role."""
