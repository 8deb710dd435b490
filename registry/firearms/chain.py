"""Adding a step to a chain of custody: as an act, or as what an act of a higher subject brings about."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.errors import NotFound, Unmet
from registry.core.work import Work
from registry.directory import queries as directory
from registry.firearms import queries, rows, rules
from registry.firearms.tables import Firearm
from schemas.firearms import CustodyNew
from schemas.words import said


def take(
    work: Work, firearm_id: int, told: CustodyNew, from_id: int | None = None, to_id: int | None = None
) -> tuple[int | None, list[Unmet]]:
    """Add a step to a firearm's chain; answers its number, or None with what the chain does not allow.

    from_id, to_id: parties, in place of the numbers in `told`. Whoever calls has asked the policy, and
    need not reach the register itself, as police do not; the firearm is locked until the end of the
    transaction. Raises NotFound.
    """
    row = work.session.get(Firearm, firearm_id, with_for_update=True)
    if row is None:
        raise NotFound(
            said("No firearm has the number %(number)s", number=queries.firearm_number(firearm_id))
        )
    if row.superseded_by is not None:
        stays = queries.firearm_number(row.superseded_by)
        return None, [Unmet(said("This record was superseded by %(number)s", number=stays), "firearm")]
    n = row.steps + 1
    step = rules.Step(told.kind, told.happened_on, n, from_id, to_id, told.country, told.temporary)
    steps = [*queries.steps_of(queries.custody(work.session, row.id)), step]
    if unmet := rules.unmet_for_custody(steps, work.today, row.year_made, work.home):
        return None, unmet
    closed = directory.closed(work.session, (from_id, to_id))
    if closed and (unmet := rules.unmet_for_closed([step], closed)):
        return None, unmet
    append(work, row, steps, told)
    return n, []


def append(work: Work, row: Firearm, steps: Sequence[rules.Step], told: CustodyNew) -> None:
    """Keep the last of these steps, which the rules let through, and tell whoever watches chains."""
    step = steps[-1]
    work.session.add(rows.custody_row(row.id, rows.custody(work, step, told)))
    row.steps = step.n
    row.status, row.holder_id = rules.holder_after(steps)
    row.version += 1
    for watch in work.offers.get("custody", {}).values():
        watch(work, row, step)
    work.session.flush()
