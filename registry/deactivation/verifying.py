"""Verification and annulment, which take two people, and the bodies that may verify (FP art. 9(b), (c))."""

from __future__ import annotations

from collections.abc import Callable

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.access.approval_queries import ProposalView
from registry.core.errors import Conflict, Invalid, Stale, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.deactivation import queries, rules
from registry.deactivation.tables import Deactivation, VerifyingBody
from registry.deactivation.views import VerifyingBodyView
from registry.directory import queries as directory
from registry.firearms import acts as firearms
from registry.firearms import queries as firearm_queries
from registry.firearms.tables import Firearm
from registry.verification import issuing
from schemas import deactivation as shapes
from schemas.deactivation_vocabulary import DeactivationState as State
from schemas.deactivation_vocabulary import EssentialPart, MarkForm
from schemas.firearms import MarkNew
from schemas.vocabulary import ApprovalKind, IssuedKind, MarkKind, May
from schemas.words import said


@act(May.DEACTIVATION_PROPOSE)
def propose(work: Work, deactivation_id: int, new: shapes.VerificationNew, version: int) -> ProposalView:
    """Propose that a deactivation is verified; raises NotFound, Stale, Refused, Conflict."""
    _unchanged(work, deactivation_id, version)
    content = {"form": new.form.value, "part": new.part.value if new.part else "", "place": new.place}
    kind = ApprovalKind.VERIFY_DEACTIVATION
    return approvals.propose(work, kind, queries.deactivation_number(deactivation_id), content, new.reason)


@act(May.DEACTIVATION_PROPOSE)
def propose_annulment(work: Work, deactivation_id: int, new: shapes.EndNew, version: int) -> ProposalView:
    """Propose that a verified deactivation is annulled; raises NotFound, Stale, Refused, Conflict."""
    _unchanged(work, deactivation_id, version)
    kind = ApprovalKind.ANNUL_DEACTIVATION
    return approvals.propose(work, kind, queries.deactivation_number(deactivation_id), {}, new.reason)


def _unchanged(work: Work, deactivation_id: int, version: int) -> None:
    if queries.deactivation_row(work, deactivation_id).version != version:
        raise Stale


def _effect_of_verifying(work: Work, subject: str, content: Content) -> Effect:
    row = queries.deactivation_row(work, parse_registry_number("D", subject))
    gun = work.session.get_one(Firearm, row.firearm_id)
    mark = _mark(work, row, content)
    body = directory.names(work, [row.body_id])
    number = firearm_queries.firearm_number(gun.id)
    return Effect(
        f"{row.version}.{gun.version}",
        [
            Change("deactivation", row.state, State.VERIFIED.value, coded=True),
            Change(number, "live", f"deactivated, certificate {queries.deactivation_number(row.id)}"),
            Change("verified by", "", body[row.body_id].name if row.body_id else ""),
            *([Change("mark", "", mark)] if mark else []),
        ],
    )


def _mark(work: Work, row: Deactivation, content: Content) -> str:
    """The mark it will bear; raises Refused for what cannot be verified."""
    form = MarkForm(content["form"])
    body = work.session.get(VerifyingBody, row.body_id) if row.body_id else None
    facts = queries.as_rule(body) if body else None
    refuse_if(rules.unmet_to_verify(State(row.state), facts, form, work.home, work.today))
    return rules.mark_of(form, facts, work.today) if facts else ""


def _verify(work: Work, order: Order) -> str:
    """Certificate, mark and record at once, as two have agreed."""
    approvals.require(work, ApprovalKind.VERIFY_DEACTIVATION)
    row, gun = _locked(work, order)
    mark = _mark(work, row, order.content)
    gun.deactivation_id = row.id
    if mark:
        firearms.add_mark(work, gun.id, _as_recorded(row, mark, order.content), gun.version)
        row.mark_n = gun.marks
    else:
        gun.version += 1
    row.mark_form, row.verified_on = order.content["form"], work.today
    row.proposed_by, row.approved_by = order.proposed_by, order.approved_by[-1]
    row.state, row.version = State.VERIFIED.value, row.version + 1
    work.session.flush()
    number = queries.deactivation_number(row.id)
    issuing.issue(work, IssuedKind.DEACTIVATION_CERTIFICATE, number)
    return number


def _locked(work: Work, order: Order) -> tuple[Deactivation, Firearm]:
    row = queries.deactivation_row(work, parse_registry_number("D", order.subject), locked=True)
    gun = firearm_queries.firearm_row(work, row.firearm_id, locked=True)
    if order.version != f"{row.version}.{gun.version}":
        raise Stale
    return row, gun


def _as_recorded(row: Deactivation, mark: str, content: Content) -> MarkNew:
    country = mark.split()[1]
    part = EssentialPart(content["part"]) if content["part"] else None
    place = ", ".join(filter(None, (part.replace("_", " ") if part else "", content["place"])))
    return MarkNew(
        MarkKind.DEACTIVATION, mark, place=place, country=country, year=int(mark[-4:]), marked_on=row.done_on
    )


def _effect_of_annulling(work: Work, subject: str, content: Content) -> Effect:
    row = queries.deactivation_row(work, parse_registry_number("D", subject))
    refuse_if(rules.unmet_to_move(State(row.state), State.ANNULLED))
    gun = work.session.get_one(Firearm, row.firearm_id)
    return Effect(
        f"{row.version}.{gun.version}",
        [
            Change("deactivation", row.state, State.ANNULLED.value, coded=True),
            Change(f"certificate {queries.deactivation_number(row.id)}", "good", "revoked"),
            Change(firearm_queries.firearm_number(gun.id), "deactivated", "not deactivated"),
        ],
    )


def _annul(work: Work, order: Order) -> str:
    """The certificate is no longer good; what was recorded stays."""
    approvals.require(work, ApprovalKind.ANNUL_DEACTIVATION)
    row, gun = _locked(work, order)
    refuse_if(rules.unmet_to_move(State(row.state), State.ANNULLED))
    row.state, row.version = State.ANNULLED.value, row.version + 1
    row.ended_on, row.ended_for = work.today, order.reason[:400]
    gun.deactivation_id, gun.version = None, gun.version + 1
    work.session.flush()
    number = queries.deactivation_number(row.id)
    issuing.revoke(work, IssuedKind.DEACTIVATION_CERTIFICATE, number, order.reason)
    return number


@act(May.VERIFYING_BODY_SET)
def add_body(work: Work, new: shapes.VerifyingBodyNew) -> VerifyingBodyView:
    """A body that may verify deactivations from a day on; raises Invalid, Conflict."""
    party = directory.party_by_number(work, new.party, "party")
    directory.check_country(work, new.country, "country")
    if work.session.get(VerifyingBody, party.id) is not None:
        raise Conflict(said("%(number)s is a verifying body already", number=new.party))
    work.session.add(
        VerifyingBody(
            party_id=party.id,
            symbol=new.symbol,
            country=new.country,
            authorized_on=new.authorized_on,
            source=new.source,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return queries.body(work, party.id)


@act(May.VERIFYING_BODY_SET)
def revoke_body(work: Work, party_id: int, new: shapes.RevocationNew, version: int) -> VerifyingBodyView:
    """A body that may verify no longer; its certificates stay until each is looked at.

    Raises NotFound, Stale, Invalid, Conflict.
    """
    queries.body(work, party_id)
    row = work.session.get_one(VerifyingBody, party_id, with_for_update=True, populate_existing=True)
    if row.version != version:
        raise Stale
    if row.revoked_on is not None:
        raise Conflict("Its authorization is revoked already")
    if not row.authorized_on <= new.revoked_on <= work.today:
        raise Invalid(unmet=[Unmet("A day since its authorization, until today.", "revoked_on")])
    row.revoked_on, row.revoked_for, row.version = new.revoked_on, new.reason, row.version + 1
    work.session.flush()
    return queries.body(work, party_id)


def _approvable(
    effect: Callable[[Work, str, Content], Effect], carry_out: Callable[[Work, Order], str]
) -> Approvable:
    page = Place("deactivation.show", "number", May.DEACTIVATION_READ)
    return Approvable(May.DEACTIVATION_PROPOSE, May.DEACTIVATION_VERIFY, effect, carry_out, page=page)


APPROVABLE = {
    ApprovalKind.VERIFY_DEACTIVATION: _approvable(_effect_of_verifying, _verify),
    ApprovalKind.ANNUL_DEACTIVATION: _approvable(_effect_of_annulling, _annul),
}
