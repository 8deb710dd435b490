"""Routes of the API for what the authority does with a case."""

from __future__ import annotations

from registry.access.approval_queries import ProposalView
from registry.core.web import api
from registry.core.work import Work
from registry.licensing import decision_acts, review_acts, taking_over
from registry.licensing.api import blueprint
from registry.licensing.queries import licence_key
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas import licensing_review as review
from schemas import licensing_views as shapes
from schemas.access import NothingSchema
from schemas.approvals import ProposalSchema
from schemas.licensing_earlier import TakingOver, TakingOverSchema
from schemas.vocabulary import May


@blueprint.route("/licences/<number>/take-up", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=NothingSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def take_up(work: Work, nothing: object, number: str, version: int) -> LicenceView:
    """Take an application up."""
    return review_acts.take_up(work, licence_key(number), version)


@blueprint.route("/licences/<number>/ask", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=told.SaidSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def ask_information(work: Work, said: told.Said, number: str, version: int) -> LicenceView:
    """Ask the applicant; until the answer no time to decide runs."""
    return review_acts.ask_information(work, licence_key(number), said, version)


@blueprint.route("/licences/<number>/import-licence/verify", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.ImportVerifiedSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def verify_import(work: Work, new: review.ImportVerified, number: str, version: int) -> LicenceView:
    """Record that the importing State confirms its licence (FP 10(2)(a))."""
    return review_acts.verify_import(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/end-user-certificate/verify", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.ConfirmedSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def verify_end_user(work: Work, new: review.Confirmed, number: str, version: int) -> LicenceView:
    """Record that the end-user certificate is genuine."""
    return review_acts.verify_end_user(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/transits/<country>", methods=["PATCH"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.TransitChangeSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def record_transit(
    work: Work, change: review.TransitChange, number: str, country: str, version: int
) -> LicenceView:
    """Record what a State on the way was asked, said or was told (FP 10(2)(b), 10(3))."""
    return review_acts.record_transit(work, licence_key(number), country, change, version)


@blueprint.route("/licences/<number>/checks", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.CheckNewSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def assess(work: Work, new: review.CheckNew, number: str, version: int) -> LicenceView:
    """Answer a question of the end-user and diversion assessment."""
    return review_acts.assess(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/letters", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.LetterNewSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def write_letter(work: Work, new: review.LetterNew, number: str, version: int) -> LicenceView:
    """Keep a letter to or from another State, or a note."""
    return review_acts.write_letter(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/propose", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=told.BecauseSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_issue(work: Work, why: told.Because, number: str, version: int) -> ProposalView:
    """Propose to issue it; others approve under /proposals."""
    return decision_acts.propose_issue(work, licence_key(number), why, version)


@blueprint.route("/licences/<number>/propose-taking-over", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=TakingOverSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_taking_over(work: Work, new: TakingOver, number: str, version: int) -> ProposalView:
    """Propose to take a licence of before this registry over: what was used of it before is said."""
    return taking_over.propose(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/propose-amendment", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.AmendmentSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_amendment(work: Work, new: review.Amendment, number: str, version: int) -> ProposalView:
    """Propose to change an issued licence."""
    return decision_acts.propose_amendment(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/propose-revocation", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.AdverseSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_revocation(work: Work, new: review.Adverse, number: str, version: int) -> ProposalView:
    """Propose to revoke it."""
    return decision_acts.propose_revocation(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/refuse", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_DECIDE,
    takes=review.AdverseSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def refuse(work: Work, new: review.Adverse, number: str, version: int) -> LicenceView:
    """Refuse an application, with reasons and time to appeal."""
    return decision_acts.refuse(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/suspend", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_DECIDE,
    takes=review.AdverseSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def suspend(work: Work, new: review.Adverse, number: str, version: int) -> LicenceView:
    """Suspend a licence at once."""
    return decision_acts.suspend(work, licence_key(number), new, version)


@blueprint.route("/licences/<number>/lift", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_DECIDE,
    takes=told.BecauseSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def lift(work: Work, why: told.Because, number: str, version: int) -> LicenceView:
    """Lift a suspension, when every condition holds."""
    return decision_acts.lift(work, licence_key(number), why, version)


@blueprint.route("/licences/<number>/give-back", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_REVIEW,
    takes=review.GivenBackSchema,
    gives=shapes.LicenceSchema,
    status=200,
    versioned=True,
)
def give_back(work: Work, back: review.GivenBack, number: str, version: int) -> LicenceView:
    """Record that it was given back, or that what left for a time is back."""
    return decision_acts.give_back(work, licence_key(number), back, version)
