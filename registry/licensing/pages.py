"""Pages of licences: the list, the queue of whoever decides, and one case with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.days import day_in
from registry.core.web import context, guard, sources
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form
from registry.core.web.words import label, options
from registry.core.work import limited_to
from registry.directory.countries import COUNTRIES, country_name
from registry.exchange.rules import state_of
from registry.licensing import case_queries, life, queries
from registry.licensing.assessment import QUESTIONS, asked
from registry.licensing.paper import WRITTEN
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas.licensing_vocabulary import LicenceCondition, LicenceKind, LicenceMove, LicenceState
from schemas.vocabulary import May

blueprint = Blueprint("licensing", __name__, template_folder="templates")
NAVIGATION = (
    NavigationEntry("Licences", "licensing.list", May.LICENCE_READ, 45),
    NavigationEntry("Licence queue", "licensing.queue", May.LICENCE_REVIEW, 46),
)
Answer = Response | str | tuple[str, int]
S = LicenceState
TONES = {
    S.SUBMITTED: "information",
    S.UNDER_REVIEW: "information",
    S.INFORMATION_ASKED: "warning",
    S.AWAITING_APPROVAL: "warning",
    S.ISSUED: "good",
    S.SUSPENDED: "alarm",
    S.REVOKED: "alarm",
    S.REFUSED: "alarm",
    S.EXPIRED: "warning",
}


def country(code: str | None) -> str:
    """A State in the visitor's language, "" for none."""
    return country_name(code, str(get_locale() or "en")) if code else ""


def countries() -> list[tuple[str, str]]:
    """States of today for a choice, by name."""
    return sorted(((code, country(code)) for code in COUNTRIES), key=lambda pair: pair[1])


def render(template: str, **given: Any) -> str:
    """A page of this subject."""
    may = context.actor().may
    return render_template(
        f"licensing/{template}.html",
        label=label,
        country=country,
        tones=TONES,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


@blueprint.get("/licences", endpoint="list")
@guard.may(May.LICENCE_READ)
def licences() -> str:
    """Licences that fit."""
    asked_for = load_form(told.LicencesAskedSchema(), request.args)
    with context.look() as work:
        page = queries.licences(work, asked_for)
    return render(
        "list",
        page=page,
        asked=asked_for,
        kinds=options(LicenceKind),
        states=options(LicenceState),
        countries=countries(),
    )


@blueprint.get("/licences/queue")
@guard.may(May.LICENCE_REVIEW)
def queue() -> str:
    """What waits for a decision, the most urgent first, and what should be back."""
    mine = request.args.get("mine") == "1"
    with context.look() as work:
        waiting, away = queries.queue(work, mine), queries.away(work)
    overdue = sum(row.overdue for row in waiting)
    return render("queue", waiting=waiting, away=away, mine=mine, overdue=overdue)


@dataclass(frozen=True)
class Offer:
    """Something that whoever looks may do now. direct: nothing more has to be said."""

    endpoint: str
    text: str
    kind: str = "secondary"
    direct: bool = False


def offers(found: LicenceView, may: frozenset[May]) -> list[Offer]:
    """What whoever looks may do in this state, by the one table of moves."""
    moves = {move: life.MOVES[LicenceMove(move)].may for move in found.moves}
    allowed = {move for move, needs in moves.items() if needs in may or needs is None}
    told_of = {
        LicenceMove.SUBMIT: Offer("licensing.submit", _("Hand in"), "primary", direct=True),
        LicenceMove.TAKE_UP: Offer("licensing.take_up", _("Take up"), "primary", direct=True),
        LicenceMove.ANSWER: Offer("licensing.do_answer", _("Answer"), "primary"),
        LicenceMove.DELIVER: Offer("licensing.do_deliver", _("Report a delivery"), "primary"),
        LicenceMove.PROPOSE: Offer("licensing.do_propose", _("Propose to issue"), "primary"),
        LicenceMove.ASK_INFORMATION: Offer("licensing.do_ask", _("Ask the applicant")),
        LicenceMove.LIFT: Offer("licensing.do_lift", _("Lift the suspension"), "primary"),
        LicenceMove.TAKE_OVER: _taking_over(found),
        LicenceMove.AMEND: Offer("licensing.do_amend", _("Propose an amendment")),
        LicenceMove.GIVE_BACK: Offer("licensing.do_give_back", _("Record its return")),
        LicenceMove.SUSPEND: Offer("licensing.do_suspend", _("Suspend"), "danger"),
        LicenceMove.REVOKE: Offer("licensing.do_revoke", _("Propose to revoke"), "danger"),
        LicenceMove.REFUSE: Offer("licensing.do_refuse", _("Refuse"), "danger"),
        LicenceMove.WITHDRAW: Offer("licensing.do_withdraw", _("Withdraw")),
    }
    by_two = {LicenceMove.AMEND, LicenceMove.REVOKE, LicenceMove.TAKE_OVER}
    proposes = by_two if May.LICENCE_REVIEW in may else set[LicenceMove]()
    fitting = ((allowed | proposes) & set(found.moves)) - _untimely(found)
    return [offer for move, offer in told_of.items() if move in fitting]


def _taking_over(found: LicenceView) -> Offer:
    """The main thing to do with a licence of before; later what was said of it can be said anew."""
    if any(event.move == LicenceMove.TAKE_OVER for event in found.events):
        return Offer("licensing.do_take_over", _("Correct what was used before"))
    return Offer("licensing.do_take_over", _("Take it over"), "primary")


def _untimely(found: LicenceView) -> set[LicenceMove]:
    """What the state allows and would be refused or useless: proposing what lacks something, say."""
    taken_up = {LicenceMove.TAKE_UP} if found.state != S.SUBMITTED and found.officer else set[LicenceMove]()
    lacking = not all(condition.met for condition in found.to_issue)
    return taken_up | ({LicenceMove.PROPOSE} if lacking else set[LicenceMove]())


@blueprint.get("/licences/<number>")
@guard.may(May.LICENCE_READ)
def case(number: str) -> str:
    """One licence: what is unmet and for whom it waits, and all that belongs to it."""
    return case_page(number)


def case_page(number: str, errors: Any = ()) -> str:
    """The page of a case, with what kept somebody from doing something on it."""
    with context.look() as work:
        key = queries.licence_key(number)
        found = queries.licence(work, key)
        proposals = case_queries.proposals(work, found.number)
        parts = [tell(work, key) for tell in work.offers.get("licence_parts", {}).values()]
        came = sources.of(work, licence_id=key)
        unfinished = queries.unmet_to_submit(work, key) if found.state == S.DRAFT else []
    may = context.actor().may
    return render(
        "case",
        found=found,
        errors=errors,
        offers=offers(found, may),
        proposals=proposals,
        others=[part for part in parts if part],
        unfinished=unfinished,
        sources=came,
        waiting=_waiting(found),
        steps=_timeline(found),
        questions=_questions(found),
        editable=_editable(found, may),
        showing=_editable(found, may)
        or (May.LICENCE_REVIEW in may and LicenceMove.SHOW_DOCUMENTS in found.moves),
        on_paper=any(event.move in WRITTEN for event in found.events),
        carries=all(one.met for one in found.to_ship if one.key == LicenceCondition.TAKEN_OVER),
        recording=May.LICENCE_REVIEW in may and LicenceMove.RECORD in found.moves,
        naming=May.LICENCE_APPLY in may and LicenceMove.NAME_GOODS in found.moves,
        internal=limited_to(context.actor(), May.LICENCE_CASE) is None,
    )


def _editable(found: LicenceView, may: frozenset[May]) -> bool:
    """Whether papers and the application may be changed by whoever looks."""
    theirs = found.state != S.UNDER_REVIEW or May.LICENCE_REVIEW in may
    return May.LICENCE_APPLY in may and LicenceMove.CHANGE in found.moves and theirs


def _waiting(found: LicenceView) -> list[tuple[str, list[str]]]:
    """For whom it waits, with what: conditions unmet, an answer, a decision, a second person."""
    groups: dict[str, list[str]] = {}
    for condition in (*found.to_issue, *found.to_ship):
        if not condition.met:
            groups.setdefault(label(condition.waits_for), []).extend(one.message for one in condition.unmet)
    own = {
        S.DRAFT: (_("Applicant"), _("The application is not handed in.")),
        S.SUBMITTED: (_("Officer"), _("Nobody has taken it up.")),
        S.INFORMATION_ASKED: (_("Applicant"), _("The authority has asked something.")),
        S.AWAITING_APPROVAL: (_("Supervisor"), _("It is proposed; others have to approve it.")),
    }
    if not groups and found.state == S.UNDER_REVIEW:
        return [(_("Officer"), [_("Every condition is met: it can be proposed.")])]
    if found.state in own:
        whom, what = own[S(found.state)]
        groups.setdefault(whom, []).insert(0, what)
    return list(groups.items())


def _timeline(found: LicenceView) -> list[dict[str, Any]]:
    """What happened, the newest first."""
    return [
        {
            "date": day_in(found.zone, event.at),
            "title": label(event.move),
            "detail": event.reason or _changed(event.changed),
            "from_name": label(event.before) if event.before != event.after else "",
            "to_name": label(event.after) if event.before != event.after else "",
            "document": country(state_of(event.by)) if event.by < 0 else label(event.role),
            "tone": TONES.get(S(event.after), "neutral") if event.before != event.after else "neutral",
        }
        for event in reversed(found.events)
    ]


def _changed(text: str) -> str:
    return "; ".join(_change(*change) for change in case_queries.changes_of(text))


def _change(name: str, before: str, after: str) -> str:
    said = label(name.replace(".", " "))
    return f"{said}: {before or '–'} → {after}" if after else said


def _questions(found: LicenceView) -> Sequence[tuple[Any, Any]]:
    """Questions of its track with their answers; none where none is asked."""
    given = {check.question: check for check in found.checks}
    if not any(condition.key == "assessment" for condition in (*found.to_issue, *found.to_ship)):
        return [(QUESTIONS[key], check) for key, check in given.items() if key in QUESTIONS]
    return [(question, given.get(question.key)) for question in asked(found.war_material)]
