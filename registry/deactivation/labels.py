"""What labels of deactivated firearms say: who verified it, and the serial that it keeps (FP 9)."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.errors import Conflict
from registry.core.numbers import find_registry_number
from registry.core.printing.composing import Label, Line
from registry.core.work import Work, allow
from registry.deactivation import queries
from registry.deactivation.views import DeactivationView
from registry.labels.sources import Source
from schemas.label_vocabulary import LabelDesign
from schemas.vocabulary import May
from schemas.words import Language, said


def contents(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Labels of deactivations; raises Conflict for one that nobody verified."""
    allow(work.actor, May.DEACTIVATION_READ)
    return [_label(queries.deactivation(work, find_registry_number("D", n)), say) for n in numbers]


def _label(found: DeactivationView, say: Language) -> Label:
    if found.verified_on is None or found.ended_on is not None:
        raise Conflict(said("%(number)s is not verified.", number=found.number))
    body = found.inspections[-1].body_name if found.inspections else ""
    return Label(
        design=LabelDesign.DEACTIVATION,
        number=found.number,
        heading=say("Deactivated"),
        authority="",
        mark=found.mark or found.number,
        lines=(
            Line("serial", say("Serial"), say.row(*found.firearm_marks) or found.firearm),
            Line("firearm", say("Firearm"), found.firearm_name),
            Line("body", say("Verified by"), body),
            Line("verified_on", say("Verified on"), found.verified_on.isoformat()),
            Line("number", say("Certificate"), found.number),
        ),
        rightwards=say.code == "ar",
    )


def none(work: Work, number: str) -> None:
    """Deactivations are named one by one."""


LABELS = {LabelDesign.DEACTIVATION: Source(contents, none)}
