"""Every kind of register that can be brought in."""

from __future__ import annotations

from collections.abc import Mapping

from registry.intake.firearm_kind import FIREARMS
from registry.intake.kind import Kind
from registry.intake.tables import IntakeRun
from schemas.intake_vocabulary import IntakeKind

KINDS: Mapping[IntakeKind, Kind] = {kind.code: kind for kind in (FIREARMS,)}


def of(row: IntakeRun) -> Kind:
    """The kind of register that a file is."""
    return KINDS[IntakeKind(row.kind)]
