"""How the registry is, for its administrators: what the doctor finds, with the figures of the watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registry.core.settings import Settings
from registry.core.work import Office
from registry.upkeep import doctor, metrics
from registry.upkeep.findings import Finding, Health
from registry.upkeep.metrics import Figure


@dataclass(frozen=True)
class Operations:
    """health: the worst of the findings."""

    health: Health
    at: datetime
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]


def look(office: Office, settings: Settings) -> Operations:
    """Everything, now; a part that cannot be asked says so in its line."""
    found = doctor.examine(office, settings)
    return Operations(
        doctor.worst(found), office.clock(), tuple(found), tuple(metrics.figures(office, settings))
    )
