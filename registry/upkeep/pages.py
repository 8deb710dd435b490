"""The page on which administrators see whether the registry is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import format_timedelta
from flask_babel import lazy_gettext as _

from registry.core.web import guard
from registry.core.web.context import NavigationEntry, registry
from registry.core.web.words import many
from registry.upkeep import operations
from registry.upkeep.findings import Health
from registry.upkeep.metrics import Figure
from schemas.vocabulary import May

blueprint = Blueprint("operations", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Operation", "operations.show", May.OPERATIONS_READ, 75),)
TONES = {Health.GOOD: "good", Health.WARNING: "warning", Health.WRONG: "alarm"}
HEALTHS = {Health.GOOD: _("In order"), Health.WARNING: _("Look at it"), Health.WRONG: _("Does not work")}
OVERALL = {
    Health.GOOD: _("Everything is in order."),
    Health.WARNING: _("Everything works; some of it will not for ever."),
    Health.WRONG: _("Something does not work: see what to do."),
}
NAMES: Mapping[str, Any] = {
    "database_up": _("The database answers"),
    "ledger_leaves": _("Leaves of the ledger"),
    "ledger_unsigned": _("Changes that no checkpoint signs yet"),
    "ledger_lag_seconds": _("Since the last checkpoint, while something is unsigned"),
    "exchange_messages": _("Messages that wait or could not be delivered"),
    "exchange_oldest_seconds": _("The oldest message that waits"),
    "exchange_keys_seconds": _("Until the keys of the State end"),
    "exchange_held": _("Messages that wait for another one"),
    "intake_waiting": _("Files being judged or entered"),
    "intake_oldest_seconds": _("The oldest of these files"),
    "traces_newest": _("Outcomes of the newest traces"),
    "certificate_seconds": _("Until the certificate of documents ends"),
    "worker_seconds": _("Since the process was at work"),
    "backup_seconds": _("Age of the last backup"),
    "backup_proven_seconds": _("Since a backup was proven"),
    "disk_free_bytes": _("Free space of the disk"),
    "replica_up": _("The replica is read"),
    "replica_lag_seconds": _("How far the replica is behind"),
    "replica_behind_bytes": _("What the replica lacks of the log"),
}


@blueprint.get("/operations")
@guard.may(May.OPERATIONS_READ)
def show() -> str:
    """Every part with what to do about it, and the figures."""
    parts = registry()
    found = operations.look(parts.office, parts.settings)
    figures = [(NAMES[one.name], one.of, _value(one)) for one in found.figures if one.name in NAMES]
    return render_template(
        "upkeep/operations.html",
        found=found,
        figures=figures,
        tones=TONES,
        healths=HEALTHS,
        overall=OVERALL[found.health],
    )


def _value(figure: Figure) -> str:
    """As people read it: a time, a size, a number."""
    for unit, said in UNITS.items():
        if figure.name.endswith(unit):
            return str(said(figure.value))
    return many(int(figure.value))


UNITS: Mapping[str, Callable[[float], Any]] = {
    "_seconds": lambda value: format_timedelta(timedelta(seconds=value), threshold=2),
    "_bytes": lambda value: f"{value / 1e9:.1f} GB" if value >= 1e9 else f"{value / 1e6:.1f} MB",
    "_up": lambda value: _("yes") if value else _("no"),
}
