"""What takes two people: what waits for whom, and one proposal with exactly what it changes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.access import approval_queries, approvals
from registry.access.approvable import Place, kind_of
from registry.access.approval_queries import ProposalView
from registry.access.pages.room import Answer, blueprint
from registry.core.errors import ConfirmationNeeded, NotFound, RegistryError
from registry.core.web import context, guard
from registry.core.web.forms import load_form
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from schemas import approvals as shapes
from schemas.vocabulary import ApprovalKind, May, ProposalState

TONES = {
    ProposalState.OPEN: "warning",
    ProposalState.APPROVED: "good",
    ProposalState.DECLINED: "alarm",
}


@blueprint.get("/proposals")
@guard.may(May.APPROVAL_READ)
def proposals() -> str:
    """What waits for a second person, and what became of the rest."""
    asked = load_form(shapes.ProposalsAskedSchema(), _asked_for())
    with context.look() as work:
        page = approval_queries.proposals(work, asked)
        waiting = approval_queries.waiting(work)
    return render_template(
        "access/proposals.html",
        page=page,
        asked=asked,
        waiting=waiting,
        decides=May.APPROVAL_DECIDE in context.actor().may,
        kinds=options(ApprovalKind),
        tones=TONES,
        label=label,
    )


def _asked_for() -> dict[str, str]:
    """Where nothing is asked for: what waits for whoever looks, else all that is open."""
    given = request.args.to_dict()
    if {"open", "state", "for_me"} & set(given):
        return given
    first = {"for_me": "true"} if May.APPROVAL_DECIDE in context.actor().may else {"open": "true"}
    return {**first, **given}


@blueprint.get("/proposals/<int:proposal_id>")
@guard.may(May.APPROVAL_READ)
def proposal(proposal_id: int) -> str:
    """One proposal, field by field."""
    return _page(proposal_id)


def _page(proposal_id: int, errors: Any = ()) -> str:
    with context.look() as work:
        found = approval_queries.proposal(work, proposal_id)
        overtaken = approvals.why_overtaken(work, proposal_id)
        page, result = _places(work, found)
    return render_template(
        "access/proposal.html",
        found=found,
        overtaken=overtaken,
        page=page,
        result=result,
        errors=errors,
        typed=request.form,
        tones=TONES,
        label=label,
    )


def _places(work: Work, found: ProposalView) -> tuple[str, str]:
    """Addresses of the record it is about and of what came of it, "" where there is none to open."""
    kind = kind_of(work, found.kind)
    return _address(kind.page, found.subject), _address(kind.result, found.result)


def _address(place: Place | None, key: str) -> str:
    if place is None or not key or place.may not in context.actor().may:
        return ""
    where: dict[str, Any] = {place.parameter: key}
    return url_for(place.endpoint, **where)


@blueprint.post("/proposals/<int:proposal_id>/approve")
@guard.may(May.APPROVAL_DECIDE)
def approve(proposal_id: int) -> Answer:
    """Approve exactly what the page showed."""
    try:
        with context.begin() as work:
            done = approvals.approve(work, proposal_id, request.form.get("digest", ""))
    except (ConfirmationNeeded, NotFound):
        raise
    except approvals.Overtaken as error:
        with context.begin() as work:
            approvals.lapse(work, proposal_id)
        return _page(proposal_id, shown(error)), error.status
    except RegistryError as error:
        return _page(proposal_id, shown(error)), error.status
    if done.state is ProposalState.APPROVED:
        flash(_("Approved and carried out."), "good")
    else:
        flash(_("Approved. It is carried out when one more person has approved it."), "good")
    return redirect(url_for("access.proposal", proposal_id=proposal_id), 303)


@blueprint.post("/proposals/<int:proposal_id>/decline")
@guard.may(May.APPROVAL_DECIDE)
def decline(proposal_id: int) -> Answer:
    """Refuse what another proposed, and say why."""
    try:
        taken = load_form(shapes.DecliningSchema(), {"reason": request.form.get("reason", "")})
        with context.begin() as work:
            approvals.decline(work, proposal_id, taken.reason)
    except NotFound:
        raise
    except RegistryError as error:
        return _page(proposal_id, shown(error)), error.status
    return _decided(proposal_id, _("Declined. Nothing was changed."))


@blueprint.post("/proposals/<int:proposal_id>/withdraw")
@guard.may(May.APPROVAL_PROPOSE)
def withdraw(proposal_id: int) -> Answer:
    """Take back what one proposed oneself."""
    try:
        with context.begin() as work:
            approvals.withdraw(work, proposal_id)
    except NotFound:
        raise
    except RegistryError as error:
        return _page(proposal_id, shown(error)), error.status
    return _decided(proposal_id, _("Withdrawn. Nothing was changed."))


def _decided(proposal_id: int, said: str) -> Response:
    flash(said, "good")
    return redirect(url_for("access.proposal", proposal_id=proposal_id), 303)
