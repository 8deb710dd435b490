"""Every kind of register that can be brought in."""

from __future__ import annotations

from collections.abc import Mapping

from registry.intake.firearm_kind import FIREARMS
from registry.intake.kind import Kind
from registry.intake.licence_kind import LICENCES
from registry.intake.lot_kind import LOTS
from registry.intake.package_kind import PACKAGES
from registry.intake.party_kind import PARTIES
from registry.intake.recovery_kind import RECOVERIES
from registry.intake.sale_kind import SALES
from registry.intake.tables import IntakeRun
from schemas.intake_vocabulary import IntakeKind

_ALL = (FIREARMS, PARTIES, LOTS, PACKAGES, SALES, LICENCES, RECOVERIES)
KINDS: Mapping[IntakeKind, Kind] = {kind.code: kind for kind in _ALL}


def of(row: IntakeRun) -> Kind:
    """The kind of register that a file is."""
    return KINDS[IntakeKind(row.kind)]
