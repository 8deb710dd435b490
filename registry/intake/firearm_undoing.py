"""Taking firearms out again that an intake brought in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from registry.firearms.queries import firearm_number
from registry.firearms.tables import Component, Correction, Custody, Firearm, IdentityConflict, Mark
from registry.intake.heads import Heads, Mine
from registry.intake.tables import IntakeRow
from schemas.retention_vocabulary import RecordClass

_SIDES = (IdentityConflict.firearm_id, IdentityConflict.other_id)


def _decided(mine: Mine) -> list[Select[Any]]:
    """An identity claimed twice that nobody decided goes with the firearm."""
    decided = [select(side).where(side.in_(mine), IdentityConflict.decision != "") for side in _SIDES]
    return [select(Firearm.superseded_by).where(Firearm.superseded_by.in_(mine)), *decided]


UNDOING = Heads(
    head=Firearm.id,
    line=IntakeRow.firearm_id,
    prefix="F",
    number=firearm_number,
    own=(*_SIDES, *(table.firearm_id for table in (Mark, Component, Custody, Correction))),
    held=RecordClass.FIREARM,
    version=Firearm.version,
    more=_decided,
).undoing()
