"""Taking over a company's own records when it closes (FP art. 7), and keeping track of where they are."""

from __future__ import annotations

from registry.core.errors import Invalid, Stale, Unmet, refuse_if
from registry.core.work import Work, act
from registry.directory import acts as directory_acts
from registry.directory import queries as directory
from registry.retention import received_queries, rules
from registry.retention.received_queries import ReceivedView
from registry.retention.received_tables import ReceivedRecords, ReceivedStep
from schemas.directory import ClosureNew
from schemas.received import ReceivedMove, ReceivedNew
from schemas.vocabulary import May


@act(May.RECORDS_RECEIVE)
def receive(work: Work, new: ReceivedNew) -> ReceivedView:
    """Record what a company handed over, and where it is kept; raises Invalid, NotFound, Refused."""
    party = directory.party_by_number(work, new.party, "party")
    if party.kind not in directory_acts.COMPANIES:
        raise Invalid.at("party", "Companies hand over their records: a maker, dealer or importer.")
    refuse_if(rules.unmet_to_receive(new, work.today))
    row = ReceivedRecords(
        party_id=party.id,
        closed_on=new.closed_on,
        kind=new.kind.value,
        description=new.description,
        first_on=new.first_on,
        last_on=new.last_on,
        entries=new.entries,
        digest=new.digest,
        giver=new.giver,
        kept_at=new.kept_at,
        received_on=new.received_on,
        received_by=work.actor.user_id,
        received_at=work.now,
        steps=0,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    directory_acts.note_closure(work, party.id, ClosureNew(new.closed_on, "Records handed over"))
    _keep(work, row, ReceivedMove(new.kept_at, new.received_on, str(received_queries.RECEIVED)))
    return received_queries.one(work, row.id)


@act(May.RECORDS_RECEIVE)
def move(work: Work, key: int, new: ReceivedMove, version: int) -> ReceivedView:
    """They go to another place; raises NotFound, Stale, Refused."""
    row = received_queries.row(work, key, locked=True)
    if row.version != version:
        raise Stale
    last = work.session.get_one(ReceivedStep, (key, row.steps))
    unmet = []
    if not last.moved_on <= new.moved_on <= work.today:
        unmet.append(Unmet("Not before the last move, and not in the future.", "moved_on", "FP 7"))
    if new.kept_at == row.kept_at:
        unmet.append(Unmet("They are there already.", "kept_at", "FP 7"))
    refuse_if(unmet)
    row.version += 1
    _keep(work, row, new)
    return received_queries.one(work, key)


def _keep(work: Work, row: ReceivedRecords, new: ReceivedMove) -> None:
    row.steps, row.kept_at = row.steps + 1, new.kept_at
    work.session.add(
        ReceivedStep(
            received_id=row.id,
            n=row.steps,
            kept_at=new.kept_at,
            moved_on=new.moved_on,
            reason=new.reason,
            moved_by=work.actor.user_id,
            moved_at=work.now,
        )
    )
    work.session.flush()
