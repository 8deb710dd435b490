"""What traders may record of firearms: what they hand over, hold and bring in."""

from __future__ import annotations

from registry.core.errors import Forbidden
from registry.core.work import Work, limited_to
from registry.firearms import rules
from registry.firearms.tables import Firearm
from schemas.vocabulary import CustodyKind, May


def only_own_step(work: Work, row: Firearm, step: rules.Step) -> None:
    """Traders record what they hand over, what happens to what they hold, and what they bring in."""
    own = limited_to(work.actor, May.CUSTODY_RECORD)
    held = step.from_id is None and row.holder_id == own
    brought_in = step.kind in (CustodyKind.MANUFACTURED, CustodyKind.IMPORTED) and step.to_id == own
    if own is not None and not (step.from_id == own or held or brought_in):
        raise Forbidden("You may record what you hand over yourself; others record the rest")
