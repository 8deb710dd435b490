"""What people do in a deactivation: apply, report the work, photograph, inspect, withdraw."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act, limited_to
from registry.deactivation import queries, rules, tables
from registry.deactivation.catalogue import MEASURES
from registry.deactivation.pictures import Picture
from registry.deactivation.tables import Deactivation
from registry.deactivation.views import DeactivationView, IncidentView
from registry.directory import queries as directory
from registry.firearms import queries as firearms
from registry.firearms.tables import Firearm
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import DeactivationState as State
from schemas.vocabulary import May
from schemas.words import said

MOST_PHOTOGRAPHS = 40


@act(May.DEACTIVATION_RECORD)
def apply(work: Work, new: shapes.DeactivationNew) -> DeactivationView:
    """Apply to have a firearm deactivated; raises Invalid, Refused, Conflict where one is under way.

    Makers and dealers apply for what they hold.
    """
    gun = _firearm(work, new.firearm)
    work.lock(f"deactivation:{gun.id}")
    if limited_to(work.actor, May.DEACTIVATION_RECORD) not in (None, gun.holder_id):
        raise Forbidden("You may apply for what you hold")
    refuse_if(rules.unmet_to_apply(gun.status, new.applied_on, work.today))
    if known := queries.under_way(work, gun.id):
        number = queries.deactivation_number(known)
        raise Conflict(said("It is under way or verified already: %(number)s", number=number))
    row = Deactivation(
        firearm_id=gun.id,
        state=State.APPLIED.value,
        applied_on=new.applied_on,
        applicant_id=gun.holder_id,
        done_by_id=directory.party_by_number(work, new.done_by, "done_by").id,
        reason=new.reason,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    return queries.deactivation(work, row.id)


def _firearm(work: Work, number: str) -> Firearm:
    try:
        gun = firearms.firearm_row(work, parse_registry_number("F", number, "firearm"), locked=True)
    except NotFound as error:
        raise Invalid.at("firearm", error.message) from None
    if gun.superseded_by is not None:
        stays = firearms.firearm_number(gun.superseded_by)
        raise Invalid.at("firearm", said("This record was superseded by %(number)s.", number=stays))
    return gun


@act(May.DEACTIVATION_RECORD)
def report_work(work: Work, deactivation_id: int, new: shapes.WorkNew, version: int) -> DeactivationView:
    """What was done to each essential part; once more after a failed inspection.

    Raises NotFound, Stale, Refused, Forbidden for a maker or dealer who did not do it.
    """
    row = _moved(work, deactivation_id, version, State.WORK_DONE)
    if limited_to(work.actor, May.DEACTIVATION_RECORD) not in (None, row.done_by_id):
        raise Forbidden("Whoever does the work reports it")
    gun = work.session.get_one(Firearm, row.firearm_id)
    told = [one.measure for one in new.measures]
    refuse_if(rules.unmet_for_work(gun.type, told, new.done_on, row.done_on or row.applied_on, work.today))
    row.done_on, row.rounds = new.done_on, row.rounds + 1
    work.session.add_all(
        tables.DeactivationMeasure(
            deactivation_id=row.id,
            round=row.rounds,
            n=n,
            part=MEASURES[one.measure].part.value,
            measure=one.measure,
            remark=one.remark,
        )
        for n, one in enumerate(new.measures, 1)
    )
    work.session.flush()
    return queries.deactivation(work, row.id)


@act(May.DEACTIVATION_RECORD)
def add_photograph(
    work: Work, deactivation_id: int, picture: Picture, caption: str, version: int
) -> DeactivationView:
    """Keep a photograph, by the digest of its picture; raises NotFound, Stale, Conflict when it is over."""
    row = _current(work, deactivation_id, version)
    if not rules.MOVES[State(row.state)]:
        raise Conflict("This deactivation is over")
    if row.photographs >= MOST_PHOTOGRAPHS:
        raise Invalid.at("file", said("At most %(most)s photographs.", most=MOST_PHOTOGRAPHS))
    _keep(work, picture)
    row.photographs, row.version = row.photographs + 1, row.version + 1
    work.session.add(
        tables.DeactivationPhotograph(
            deactivation_id=row.id,
            n=row.photographs,
            digest=picture.digest,
            caption=caption,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return queries.deactivation(work, row.id)


def _keep(work: Work, picture: Picture) -> None:
    work.lock(f"photograph:{picture.digest.hex()}")
    if work.session.get(tables.Photograph, picture.digest) is None:
        work.session.add(
            tables.Photograph(
                digest=picture.digest,
                width=picture.width,
                height=picture.height,
                content=picture.content,
            )
        )


@act(May.DEACTIVATION_INSPECT)
def inspect(work: Work, deactivation_id: int, new: shapes.InspectionNew, version: int) -> DeactivationView:
    """Record an inspection with a result for each essential part; raises NotFound, Stale, Invalid, Refused.

    What has passed may be inspected again, by another body where the first one is no longer authorized.
    """
    row = _current(work, deactivation_id, version)
    body = queries.body_by_number(work, new.body, "body")
    gun = work.session.get_one(Firearm, row.firearm_id)
    results = [
        rules.Result(one.part, one.inoperable, one.not_removable, one.not_modifiable) for one in new.results
    ]
    passed = rules.passes(results)
    if State(row.state) is not State.PASSED:
        refuse_if(rules.unmet_to_move(State(row.state), State.PASSED))
    refuse_if(
        rules.unmet_for_inspection(
            gun.type,
            results,
            queries.as_rule(body),
            body.party_id != row.done_by_id,
            new.inspected_on,
            _first_day(row),
            work.today,
        )
    )
    row.inspections, row.body_id = row.inspections + 1, body.party_id
    row.state, row.version = (State.PASSED if passed else State.FAILED).value, row.version + 1
    _record_inspection(work, row, new, passed)
    work.session.flush()
    return queries.deactivation(work, row.id)


def _first_day(row: Deactivation) -> date:
    return row.done_on or row.applied_on


def _record_inspection(work: Work, row: Deactivation, new: shapes.InspectionNew, passed: bool) -> None:
    work.session.add(
        tables.DeactivationInspection(
            deactivation_id=row.id,
            n=row.inspections,
            round=row.rounds,
            body_id=row.body_id,
            inspector=new.inspector,
            inspected_on=new.inspected_on,
            passed=passed,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.add_all(
        tables.DeactivationResult(
            deactivation_id=row.id,
            inspection=row.inspections,
            part=one.part.value,
            inoperable=one.inoperable,
            not_removable=one.not_removable,
            not_modifiable=one.not_modifiable,
            remark=one.remark,
        )
        for one in new.results
    )


@act(May.DEACTIVATION_RECORD)
def withdraw(work: Work, deactivation_id: int, new: shapes.EndNew, version: int) -> DeactivationView:
    """Withdraw an application that is not verified; raises NotFound, Stale, Refused.

    Forbidden for a maker or dealer who did not apply.
    """
    row = _moved(work, deactivation_id, version, State.WITHDRAWN)
    if limited_to(work.actor, May.DEACTIVATION_RECORD) not in (None, row.applicant_id):
        raise Forbidden("Whoever applied withdraws the application")
    row.ended_on, row.ended_for = work.today, new.reason
    work.session.flush()
    return queries.deactivation(work, row.id)


@act(May.DEACTIVATION_INSPECT)
def decide_incident(work: Work, incident_id: int, new: shapes.IncidentDecision, version: int) -> IncidentView:
    """Say what a deactivated firearm that turned up proved to be; raises NotFound, Stale, Conflict."""
    queries.incident(work, incident_id)
    row = work.session.get_one(tables.DeactivationIncident, incident_id, with_for_update=True)
    if row.version != version:
        raise Stale
    if row.outcome:
        raise Conflict("This incident is decided")
    row.outcome, row.reason, row.decided_by = new.outcome.value, new.reason, work.actor.user_id
    row.decided_at, row.version = work.now, row.version + 1
    work.session.flush()
    return queries.incident(work, incident_id)


def _current(work: Work, deactivation_id: int, version: int) -> Deactivation:
    row = queries.deactivation_row(work, deactivation_id, locked=True)
    if row.version != version:
        raise Stale
    return row


def _moved(work: Work, deactivation_id: int, version: int, to: State) -> Deactivation:
    """The row, locked and in its new state; raises NotFound, Stale, Refused."""
    row = _current(work, deactivation_id, version)
    refuse_if(rules.unmet_to_move(State(row.state), to))
    row.state, row.version = to.value, row.version + 1
    return row
