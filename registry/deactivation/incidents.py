"""A deactivated firearm that is recovered, or handed on as if it were live, raises an incident by itself."""

from __future__ import annotations

from registry.core.work import Work
from registry.deactivation import rules
from registry.deactivation.tables import Deactivation, DeactivationIncident
from registry.firearms.rules import Step
from registry.firearms.tables import Firearm


def watch(work: Work, gun: Firearm, step: Step) -> None:
    """Called for each step of custody that is recorded, in its unit of work."""
    if gun.deactivation_id is None or step.kind not in rules.RAISES:
        return
    about = work.session.get_one(Deactivation, gun.deactivation_id)
    if about.verified_on is not None and step.on >= about.verified_on:
        work.session.add(
            DeactivationIncident(
                deactivation_id=about.id,
                custody_n=step.n,
                kind=step.kind.value,
                happened_on=step.on,
                raised_at=work.now,
            )
        )


WATCHERS = {"deactivation": watch}
