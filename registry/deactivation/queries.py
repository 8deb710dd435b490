"""Reading deactivations, the bodies that verify them, and incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from registry.access import approval_queries
from registry.core.errors import Invalid, NotFound, Unmet
from registry.core.numbers import parse_registry_number, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, limited_to
from registry.deactivation import catalogue, rules, tables
from registry.deactivation.tables import Deactivation, DeactivationIncident, VerifyingBody
from registry.deactivation.views import (
    DeactivationRow,
    DeactivationView,
    IncidentView,
    InspectionView,
    MeasureView,
    PhotographView,
    ResultView,
    VerifyingBodyView,
)
from registry.directory.calibres import BY_CODE
from registry.directory.queries import names, party_number
from registry.directory.tables import Party
from registry.firearms import queries as firearms
from registry.firearms.tables import Firearm, Mark
from schemas.deactivation import DeactivationsAsked, IncidentsAsked
from schemas.deactivation_vocabulary import DeactivationState, EssentialPart
from schemas.paging import Page, PageAsked
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said, word


def deactivation_number(deactivation_id: int) -> str:
    """The number people see, which its certificate bears too: D-…."""
    return registry_number("D", deactivation_id)


def incident_number(incident_id: int) -> str:
    """The number people see: I-…."""
    return registry_number("I", incident_id)


def deactivation_row(work: Work, deactivation_id: int, *, locked: bool = False) -> Deactivation:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.get(Deactivation, deactivation_id, with_for_update=True if locked else None)
    own = limited_to(work.actor, May.DEACTIVATION_READ)
    if row is None or (own is not None and own not in (row.applicant_id, row.done_by_id)):
        number = deactivation_number(deactivation_id)
        raise NotFound(said("No deactivation has the number %(number)s", number=number))
    return row


def deactivation(work: Work, deactivation_id: int) -> DeactivationView:
    """One deactivation with all that belongs to it; raises NotFound."""
    row = deactivation_row(work, deactivation_id)
    gun = work.session.get_one(Firearm, row.firearm_id)
    marks = work.session.scalars(select(Mark).where(Mark.firearm_id == gun.id).order_by(Mark.n)).all()
    inspections = _inspections(work, row)
    known = names(work, [row.done_by_id, gun.maker_id])
    calibre = BY_CODE[gun.calibre].name if gun.calibre in BY_CODE else gun.calibre
    return DeactivationView(
        number=deactivation_number(row.id),
        version=row.version,
        firearm=firearms.firearm_number(gun.id),
        firearm_name=" ".join(filter(None, (known[gun.maker_id].name, gun.model, calibre))),
        firearm_marks=tuple(mark.text for mark in marks if mark.text and mark.n != row.mark_n),
        type=gun.type,
        state=row.state,
        applied_on=row.applied_on,
        done_by=party_number(row.done_by_id),
        done_by_name=known[row.done_by_id].name,
        done_on=row.done_on,
        reason=row.reason,
        parts=tuple(catalogue.parts_of(gun.type)),
        measures=_measures(work, row),
        inspections=inspections,
        photographs=_photographs(work, row),
        mark_form=row.mark_form,
        mark=next((mark.text for mark in marks if mark.n == row.mark_n), ""),
        verified_on=row.verified_on,
        ended_on=row.ended_on,
        ended_for=row.ended_for,
        proposal=waiting_on(work, row),
        unmet=_unmet(work, row, inspections),
    )


def under_way(work: Work, firearm_id: int) -> int | None:
    """The deactivation of a firearm that is neither withdrawn nor annulled."""
    return work.session.scalar(
        select(Deactivation.id).where(Deactivation.firearm_id == firearm_id, tables.UNDER_WAY)
    )


def verified(work: Work, firearm_id: int) -> Deactivation | None:
    """The verified deactivation of a firearm, if it is a deactivated one."""
    return work.session.scalar(
        select(Deactivation).where(
            Deactivation.firearm_id == firearm_id, Deactivation.state == DeactivationState.VERIFIED.value
        )
    )


def waiting_on(work: Work, row: Deactivation) -> int | None:
    """The proposal about it that waits for a second person."""
    kinds = (ApprovalKind.VERIFY_DEACTIVATION, ApprovalKind.ANNUL_DEACTIVATION)
    found = (approval_queries.waiting_on(work, kind, deactivation_number(row.id)) for kind in kinds)
    return next((one for one in found if one is not None), None)


def _unmet(work: Work, row: Deactivation, inspections: Sequence[InspectionView]) -> tuple[Unmet, ...]:
    """What still stands between an application and its certificate, in the order in which it is met."""
    state = DeactivationState(row.state)
    if state is DeactivationState.APPLIED:
        return (Unmet(said("The work is not reported yet."), "", "FP 9(a)"),)
    if state is DeactivationState.WORK_DONE:
        return (Unmet(said("No verifying body has inspected it yet."), "", "FP 9(b)"),)
    if state is DeactivationState.FAILED:
        bad = [word(result.part) for result in inspections[-1].results if not result.passed]
        return (Unmet(said("The inspection failed: %(parts)s.", parts=tuple(bad)), "", "FP 9(a)"),)
    if state is DeactivationState.PASSED:
        body = work.session.get_one(VerifyingBody, row.body_id)
        waits = Unmet(said("Two people have not verified it yet."), "", "FP 9(c)")
        expired = not as_rule(body).authorized_at(work.today)
        gone = said("The body that inspected it is no longer authorized: another one inspects it again.")
        return (*([Unmet(gone, "", "FP 9(b)")] if expired else []), waits)
    return ()


def as_rule(body: VerifyingBody) -> rules.Body:
    """A body as the rules see it."""
    return rules.Body(body.authorized_on, body.revoked_on, body.symbol, body.country)


def _measures(work: Work, row: Deactivation) -> tuple[MeasureView, ...]:
    table = tables.DeactivationMeasure
    query = select(table).where(table.deactivation_id == row.id, table.round == row.rounds).order_by(table.n)
    return tuple(
        MeasureView(one.part, one.measure, catalogue.MEASURES[one.measure].text, one.remark)
        for one in work.session.scalars(query)
    )


def _inspections(work: Work, row: Deactivation) -> tuple[InspectionView, ...]:
    table, found = tables.DeactivationInspection, tables.DeactivationResult
    done = work.session.scalars(select(table).where(table.deactivation_id == row.id).order_by(table.n)).all()
    results: dict[int, list[ResultView]] = {}
    order = {part.value: n for n, part in enumerate(EssentialPart)}
    for one in work.session.scalars(select(found).where(found.deactivation_id == row.id)):
        view = ResultView(one.part, one.inoperable, one.not_removable, one.not_modifiable, one.remark)
        results.setdefault(one.inspection, []).append(view)
    known = names(work, [one.body_id for one in done])
    return tuple(
        InspectionView(
            one.n,
            party_number(one.body_id),
            known[one.body_id].name,
            one.inspector,
            one.inspected_on,
            one.passed,
            tuple(sorted(results.get(one.n, ()), key=lambda view: order[view.part])),
        )
        for one in done
    )


def _photographs(work: Work, row: Deactivation) -> tuple[PhotographView, ...]:
    shown, kept = tables.DeactivationPhotograph, tables.Photograph
    query = (
        select(shown.n, shown.digest, kept.width, kept.height, shown.caption)
        .join(kept, kept.digest == shown.digest)
        .where(shown.deactivation_id == row.id)
        .order_by(shown.n)
    )
    return tuple(
        PhotographView(one.n, one.digest.hex(), one.width, one.height, one.caption)
        for one in work.session.execute(query)
    )


def photograph(work: Work, deactivation_id: int, n: int) -> bytes:
    """The picture, a JPEG; raises NotFound."""
    row = deactivation_row(work, deactivation_id)
    shown = work.session.get(tables.DeactivationPhotograph, (row.id, n)) if n <= row.photographs else None
    if shown is None:
        number = deactivation_number(row.id)
        raise NotFound(said("%(number)s has no photograph %(n)s", number=number, n=n))
    return work.session.get_one(tables.Photograph, shown.digest).content


def deactivations(work: Work, asked: DeactivationsAsked) -> Page[DeactivationRow]:
    """Deactivations that fit; makers and dealers see those of what they held or worked on."""
    query: AnySelect = select(Deactivation).where(*_scope(work), *_filters(asked))
    sorts = {"number": Deactivation.id, "applied_on": Deactivation.applied_on, "state": Deactivation.state}
    found = page(work.session, query, asked, sorts, Deactivation.id)
    rows = [row.Deactivation for row in found.items]
    known = names(work, [key for row in rows for key in (row.done_by_id, row.body_id)])
    return Page(tuple(_row(row, known) for row in rows), found.next)


def _scope(work: Work) -> list[ColumnElement[bool]]:
    own = limited_to(work.actor, May.DEACTIVATION_READ)
    if own is None:
        return []
    return [(Deactivation.applicant_id == own) | (Deactivation.done_by_id == own)]


def _filters(asked: DeactivationsAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.state:
        found.append(Deactivation.state == asked.state.value)
    if asked.firearm:
        found.append(Deactivation.firearm_id == parse_registry_number("F", asked.firearm, "firearm"))
    if asked.body:
        found.append(Deactivation.body_id == parse_registry_number("P", asked.body, "body"))
    return found


def _row(row: Deactivation, known: dict[int, Any]) -> DeactivationRow:
    body = known.get(row.body_id or 0)
    return DeactivationRow(
        deactivation_number(row.id),
        firearms.firearm_number(row.firearm_id),
        row.state,
        row.applied_on,
        known[row.done_by_id].name,
        body.name if body else "",
        row.verified_on,
    )


def bodies(work: Work, asked: PageAsked) -> Page[VerifyingBodyView]:
    """Verifying bodies, with how many deactivations in force each one inspected."""
    query: AnySelect = select(VerifyingBody, Party.name, _certificates()).join(
        Party, Party.id == VerifyingBody.party_id
    )
    sorts = {"symbol": VerifyingBody.symbol, "authorized_on": VerifyingBody.authorized_on}
    found = page(work.session, query, asked, sorts, VerifyingBody.party_id)
    return Page(
        tuple(_body(row.VerifyingBody, row.name, row.certificates) for row in found.items), found.next
    )


def _certificates() -> Any:
    return (
        select(func.count())
        .select_from(Deactivation)
        .where(
            Deactivation.body_id == VerifyingBody.party_id,
            Deactivation.state == DeactivationState.VERIFIED.value,
        )
        .scalar_subquery()
        .label("certificates")
    )


def _body(row: VerifyingBody, name: str, certificates: int) -> VerifyingBodyView:
    return VerifyingBodyView(
        party_number(row.party_id),
        row.version,
        name,
        row.symbol,
        row.country,
        row.authorized_on,
        row.source,
        row.revoked_on,
        row.revoked_for,
        certificates,
    )


def body(work: Work, party_id: int) -> VerifyingBodyView:
    """One verifying body; raises NotFound."""
    query = (
        select(VerifyingBody, Party.name, _certificates())
        .join(Party, Party.id == VerifyingBody.party_id)
        .where(VerifyingBody.party_id == party_id)
    )
    row = work.session.execute(query).one_or_none()
    if row is None:
        number = party_number(party_id)
        raise NotFound(said("%(number)s is no verifying body", number=number))
    return _body(row.VerifyingBody, row.name, row.certificates)


def body_by_number(work: Work, number: str, field: str) -> VerifyingBody:
    """The row of a verifying body; raises Invalid naming the field."""
    row = work.session.get(VerifyingBody, parse_registry_number("P", number, field))
    if row is None:
        raise Invalid.at(field, said("%(number)s is no verifying body.", number=number), "FP 9(b)")
    return row


def incidents(work: Work, asked: IncidentsAsked) -> Page[IncidentView]:
    """What turned up of deactivated firearms; makers and dealers see that of what they held or worked on."""
    query: AnySelect = select(DeactivationIncident, Deactivation).join(
        Deactivation, Deactivation.id == DeactivationIncident.deactivation_id
    )
    query = query.where(*_scope(work))
    if asked.open is not None:
        is_open = DeactivationIncident.outcome == ""
        query = query.where(is_open if asked.open else ~is_open)
    found = page(work.session, query, asked, {"number": DeactivationIncident.id}, DeactivationIncident.id)
    known = names(work, [row.Deactivation.body_id for row in found.items])
    return Page(
        tuple(_incident(row.DeactivationIncident, row.Deactivation, known) for row in found.items), found.next
    )


def incident(work: Work, incident_id: int) -> IncidentView:
    """One incident; raises NotFound."""
    query = (
        select(DeactivationIncident, Deactivation)
        .join(Deactivation, Deactivation.id == DeactivationIncident.deactivation_id)
        .where(DeactivationIncident.id == incident_id, *_scope(work))
    )
    found = work.session.execute(query).one_or_none()
    if found is None:
        raise NotFound(said("No incident has the number %(number)s", number=incident_number(incident_id)))
    row, about = found
    return _incident(row, about, names(work, [about.body_id]))


def _incident(row: DeactivationIncident, about: Deactivation, known: dict[int, Any]) -> IncidentView:
    return IncidentView(
        incident_number(row.id),
        row.version,
        firearms.firearm_number(about.firearm_id),
        deactivation_number(about.id),
        party_number(about.body_id or 0),
        known[about.body_id or 0].name,
        row.kind,
        row.happened_on,
        row.raised_at,
        row.outcome,
        row.reason,
        row.decided_at,
    )
