"""Which form each act on a case has: its words, its fields, its shape, and the act itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any

from flask_babel import lazy_gettext as _

from registry.licensing import act_fields as fields
from registry.licensing import acts, brokering_acts, decision_acts, review_acts, taking_over
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.base import Shape
from schemas.licensing_earlier import TakingOverSchema
from schemas.licensing_vocabulary import LicenceMove
from schemas.vocabulary import May


@dataclass(frozen=True)
class Form:
    """key: in the address; move, other: by which it is allowed in a state; part: what of the case it is
    about.

    act: of unit of work, licence, [part,] what was taken, version. proposes: the answer is a proposal.
    """

    key: str
    move: LicenceMove
    may: May
    title: Any
    lead: Any
    button: Any
    shape: type[Shape]
    act: Callable[..., Any]
    fields: Callable[[LicenceView, str], Sequence[fields.Field]]
    part: bool = False
    danger: bool = False
    proposes: bool = False
    fixed: Mapping[str, str] = _field(default_factory=dict)
    other: LicenceMove | None = None


R, A, D = May.LICENCE_REVIEW, May.LICENCE_APPLY, May.LICENCE_DECIDE
M = LicenceMove
FORMS: Sequence[Form] = (
    Form(
        "answer", M.ANSWER, A, _("Answer"), _("The time to decide begins anew with your answer."),
        _("Send"), told.SaidSchema, acts.answer, fields.text,
    ),
    Form(
        "withdraw", M.WITHDRAW, A, _("Withdraw the application"), _("It ends; another one can be made."),
        _("Withdraw"), told.BecauseSchema, acts.withdraw, fields.why, danger=True,
    ),
    Form(
        "deliver", M.DELIVER, A, _("Report a delivery"),
        _("What went from the exporting to the importing State under this licence (FP 15)."),
        _("Report"), review.DeliveryNewSchema, brokering_acts.deliver, fields.delivery,
    ),
    Form(
        "import-licence", M.CHANGE, A, _("Import licence"),
        _("As the importing State issued it; the authority verifies it there (FP 10(2)(a))."),
        _("Save"), told.ImportToldSchema, acts.tell_import_licence, fields.import_licence,
        other=M.SHOW_DOCUMENTS,
    ),
    Form(
        "end-user", M.CHANGE, A, _("End-user certificate"),
        _("As it was signed; the authority verifies it."),
        _("Save"), told.EndUserToldSchema, acts.tell_end_user, fields.end_user,
        fixed={"no_re_export": "0", "delivery_verification": "0"}, other=M.SHOW_DOCUMENTS,
    ),
    Form(
        "evidence", M.CHANGE, A, _("Add a document"), _("What the application rests on."),
        _("Add"), told.EvidenceNewSchema, acts.add_evidence, fields.evidence,
        other=M.SHOW_DOCUMENTS,
    ),
    Form(
        "authority", M.CHANGE, R, _("Place and conditions"), _("What the authority sets."),
        _("Save"), told.ApplicationSchema, acts.change, fields.authority,
    ),
    Form(
        "ask", M.ASK_INFORMATION, R, _("Ask the applicant"), _("No time to decide runs until the answer."),
        _("Ask"), told.SaidSchema, review_acts.ask_information, fields.text,
    ),
    Form(
        "verify-import", M.RECORD, R, _("Verify the import licence"),
        _("What the importing State confirmed, and how much of each line it allows (FP 10(2)(a))."),
        _("Record"), review.ImportVerifiedSchema, review_acts.verify_import, fields.verify_import,
    ),
    Form(
        "verify-end-user", M.RECORD, R, _("Verify the end-user certificate"),
        _("That it is genuine (FP 10(5))."),
        _("Record"), review.ConfirmedSchema, review_acts.verify_end_user, fields.how,
    ),
    Form(
        "transit", M.RECORD, R, _("State on the way"),
        _("What it was asked, said and was told: in writing, before shipment (FP 10(2)(b), 10(3))."),
        _("Record"), review.TransitChangeSchema, review_acts.record_transit, fields.transit, part=True,
    ),
    Form(
        "assess", M.RECORD, R, _("Assessment"), _("The end user, the end use and the risk of diversion."),
        _("Record"), review.CheckNewSchema, review_acts.assess, fields.assess, part=True,
    ),
    Form(
        "letter", M.RECORD, R, _("Add to the correspondence"), _("A letter to or from a State, or a note."),
        _("Add"), review.LetterNewSchema, review_acts.write_letter, fields.letter,
    ),
    Form(
        "propose", M.PROPOSE, R, _("Propose to issue"),
        _("Others approve before it is issued; two for war material."),
        _("Propose"), told.BecauseSchema, decision_acts.propose_issue, fields.why, proposes=True,
    ),
    Form(
        "take-over", M.TAKE_OVER, R, _("Take the licence over"),
        _("What was used of it before this registry; others approve, and shipments draw on what is left."),
        _("Propose"), TakingOverSchema, taking_over.propose, fields.used_before, proposes=True,
    ),
    Form(
        "amend", M.AMEND, R, _("Propose an amendment"),
        _("Every condition has to hold for the amended licence; others approve."),
        _("Propose"), review.AmendmentSchema, decision_acts.propose_amendment, fields.amend, proposes=True,
    ),
    Form(
        "revoke", M.REVOKE, R, _("Propose to revoke"), _("Somebody else approves; the holder may appeal."),
        _("Propose"), review.AdverseSchema, decision_acts.propose_revocation, fields.against,
        danger=True, proposes=True,
    ),
    Form(
        "give-back", M.GIVE_BACK, R, _("Record its return"),
        _("The licence was given back, or what left for a time is back."),
        _("Record"), review.GivenBackSchema, decision_acts.give_back, fields.give_back,
    ),
    Form(
        "refuse", M.REFUSE, D, _("Refuse"), _("The application ends; the applicant may appeal."),
        _("Refuse"), review.AdverseSchema, decision_acts.refuse, fields.against, danger=True,
    ),
    Form(
        "suspend", M.SUSPEND, D, _("Suspend"), _("Nothing leaves under it until the suspension is lifted."),
        _("Suspend"), review.AdverseSchema, decision_acts.suspend, fields.against, danger=True,
    ),
    Form(
        "lift", M.LIFT, D, _("Lift the suspension"), _("Every condition has to hold today."),
        _("Lift"), told.BecauseSchema, decision_acts.lift, fields.why,
    ),
)  # fmt: skip
