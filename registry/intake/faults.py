"""Keeping what is wrong with rows."""

from __future__ import annotations

import json

from registry.core.work import Work
from registry.intake.kind import Read
from registry.intake.tables import IntakeFault, IntakeRun
from schemas.words import written

MOST_FAULTS = 20_000
"""Rows whose faults are kept of one file; all of them are counted."""


def keep(work: Work, row: IntakeRun, one: Read) -> None:
    """What is wrong with one row: of each fault its cell, also where only an act of the subject named it."""
    columns = json.loads(row.mapping)
    work.session.add_all(
        IntakeFault(
            run_id=row.id,
            line=one.line,
            n=n,
            field=fault.field[:30],
            column=columns.get(fault.field, "")[:200],
            value=fault.value or one.value(fault.field)[:200],
            reason=written(fault.reason),
            suggestion=fault.suggestion[:200],
        )
        for n, fault in enumerate(one.draft.faults, 1)
    )
