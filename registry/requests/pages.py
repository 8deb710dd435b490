"""Pages of requests between States: queue and list, draft, one request, review, what goes by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import RegistryError, Unmet
from registry.core.numbers import find_registry_number
from registry.core.policy import purposes
from registry.core.web import context, files, guard
from registry.core.web.context import NavigationEntry
from registry.core.web.forms import load_form, version_seen
from registry.core.web.words import label, options, shown
from registry.core.work import Work
from registry.directory.countries import COUNTRIES, HISTORIC
from registry.exchange.queries import is_trusted
from registry.requests import (
    acts,
    answering,
    chain_links,
    holder_queries,
    life,
    onward,
    queries,
    redaction,
    rules,
    sealing,
)
from registry.requests.showing import TONES, country, form_typed, load_request, step_of, ticked_fields
from registry.requests.views import RequestView
from registry.tracing.queries import trace
from schemas import requests as shapes
from schemas.requests_vocabulary import (
    Direction,
    FieldWanted,
    ForOthers,
    Means,
    Onward,
    RequestAct,
    RequestState,
    RestrictionGround,
    Side,
    Urgency,
    Usefulness,
)
from schemas.vocabulary import FirearmType, IllicitGround, May

blueprint = Blueprint("requests", __name__, template_folder="templates")
NAVIGATION = (NavigationEntry("Requests", "requests.list", May.REQUEST_READ, 12),)
Answer = Response | str | tuple[str, int]


def render(template: str, **given: Any) -> str:
    """A page of this subject, with what all of them use."""
    may = context.actor().may
    return render_template(
        f"requests/{template}.html",
        label=label,
        tones=TONES,
        country_name=country,
        may={permission.name.lower(): permission in may for permission in May},
        **given,
    )


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.get("/requests", endpoint="list")
@guard.may(May.REQUEST_READ)
def requests() -> str:
    """What waits for us, what is due first on top, and all requests."""
    asked = load_form(shapes.RequestsAskedSchema(), {"sort": "-number", **request.args})
    with context.look() as work:
        page = queries.requests(work, asked)
        answers = May.REQUEST_ANSWER in work.actor.may
        waiting, told = (queries.queue(work), queries.told_of(work)) if answers else ((), ())
        holders = holder_queries.waiting(work) if answers else []
        now = work.now
    return render(
        "list",
        page=page,
        asked=asked,
        waiting=waiting,
        told=told,
        holders=[(queries.request_number(key), peer) for key, peer in holders],
        now=now,
        directions=options(Direction),
        states=options(RequestState),
    )


@blueprint.route("/requests/new", methods=["GET", "POST"])
@guard.may(May.REQUEST_WRITE)
def new() -> Answer:
    """Write a request, from a trace or from nothing."""
    if request.method == "GET":
        return _form(_from_trace(request.args.to_dict()), url_for("requests.new"))
    try:
        taken = load_request(shapes.RequestNewSchema())
        with context.begin(taken.purpose, taken.case_number) as work:
            made = acts.draft(work, taken)
    except RegistryError as error:
        return _form(form_typed(), url_for("requests.new"), errors=shown(error)), error.status
    flash(_("The draft is kept as %(number)s.", number=made.number), "good")
    return redirect(url_for("requests.show", number=made.number), 303)


def _from_trace(typed: dict[str, str]) -> dict[str, Any]:
    """What a trace says already: the firearm as it was read, the case, and the State to ask."""
    if not typed.get("trace"):
        return typed
    with context.look() as work:
        found = trace(work, find_registry_number("T", typed["trace"]))
    names = ("mark", "maker", "model", "calibre", "type", "country", "year")
    told = {name: found.question[name] for name in names if found.question.get(name)}
    left = found.answer["next_state"] or {}
    paper = {name: left.get(name) or "" for name in ("document_kind", "document_number")}
    way = {"to": left.get("code") or "", "left_on": left.get("date") or "", **paper}
    return {"case_number": found.case_number, "purpose": found.purpose, **way, **told, **typed}


@blueprint.route("/requests/<number>/edit", methods=["GET", "POST"])
@guard.may(May.REQUEST_WRITE)
def edit(number: str) -> Answer:
    """Write a request anew, while that is possible."""
    action = url_for("requests.edit", number=number)
    with context.look() as work:
        found = queries.request(work, _key(number))
    if request.method == "GET":
        typed = shapes.RequestNewSchema().dump(found.asked)
        return _form(typed, action, found)
    try:
        with context.begin() as work:
            acts.edit(work, _key(number), load_request(shapes.RequestNewSchema()), version_seen())
    except RegistryError as error:
        return _form(form_typed(), action, found, shown(error)), error.status
    flash(_("The request is kept as it reads now."), "good")
    return redirect(url_for("requests.show", number=number), 303)


def _form(typed: Mapping[str, Any], action: str, found: RequestView | None = None, errors: Any = ()) -> str:
    today = sorted(((code, country(code)) for code in COUNTRIES), key=lambda pair: pair[1])
    return render(
        "new",
        typed=typed,
        action=action,
        found=found,
        errors=errors,
        states=today,
        countries=today + [(code, country(code)) for code in HISTORIC],
        types=options(FirearmType),
        grounds=options(IllicitGround),
        urgencies=options(Urgency),
        wanted=options(FieldWanted),
        ticked=ticked_fields(typed),
        purposes=options(purposes(context.actor().role, May.REQUEST_WRITE)),
    )


@blueprint.get("/requests/<number>")
@guard.may(May.REQUEST_READ)
def show(number: str) -> str:
    """One request: what is asked, where it stands, what was told, and what can be done now."""
    return _shown(number)


def _shown(number: str, errors: tuple[Unmet, ...] = (), act: str = "") -> str:
    with context.look() as work:
        found = queries.request(work, _key(number))
        chain = [_link(one) for one in chain_links.chain_views(work, found.id)]
        ending = chain_links.chain_ending(work, found.id)
        followed = chain_links.follower(work, found.id) is not None
        row = queries.request_row(work, found.id)
        next_state = _next(chain_links.told_last(work, row)[0])
        asks_onward = onward.is_for_officer(work, row)
        has_node, next_has_node = (
            is_trusted(work, code) for code in (found.peer, next_state.get("code", ""))
        )
    return render(
        "show",
        found=found,
        chain=chain,
        ending=ending,
        followed=followed,
        has_node=has_node,
        next_has_node=next_has_node,
        next_state=next_state,
        asks_onward=asks_onward,
        attachable=not rules.unmet_to_attach(RequestState(found.state), _side(found), 0),
        editable=life.is_editable(Direction(found.direction), RequestState(found.state), bool(found.means)),
        means=options(Means),
        steps=[step_of(found, event) for event in found.events],
        anew=_anew(found) if found.binding and found.direction == Direction.OUT else {},
        errors=errors,
        tried=act,
        typed=form_typed() if errors else {},
        grounds=options(RestrictionGround),
        outcomes=options(Usefulness),
        asking=[act for act in found.possible if found.direction == Direction.OUT],
        answering=[
            act for act in found.possible if found.direction == Direction.IN and act not in _ON_OTHER_PAGES
        ],
        naming=RequestAct.NAME_HOLDER in found.possible,
        reviewing=found.direction == Direction.IN and any(act in _REVIEWED for act in found.possible),
    )


def _anew(found: RequestView) -> dict[str, str]:
    """What the form of a new request says where the same is asked again."""
    asked = shapes.RequestNewSchema().dump(found.asked)
    return {name: str(value) for name, value in asked.items() if value and isinstance(value, (str, int))}


def _side(found: RequestView) -> Side:
    return Side.ASKING if found.direction == Direction.OUT else Side.ASKED


def _next(told: Mapping[str, Any]) -> dict[str, Any]:
    """The State that an answer names, and how it went there; nothing for none."""
    return dict(told.get("next_state") or {})


_REVIEWED = frozenset({RequestAct.ANSWER, RequestAct.ANSWER_IN_PART})
_ON_OTHER_PAGES = _REVIEWED | {RequestAct.NAME_HOLDER}


def _link(row: Any) -> dict[str, Any]:
    return {**row, "name": country(row["peer"]), "tone": TONES.get(row["state"], "neutral")}


def take_step(number: str, change: Callable[[Work, int, int], RequestView], act: str = "") -> Answer:
    """One step at the version the page was opened with, and the page again."""
    try:
        with context.begin() as work:
            made = change(work, _key(number), version_seen())
    except RegistryError as error:
        return _shown(number, shown(error), act), error.status
    flash(_("This is done."), "good")
    return redirect(url_for("requests.show", number=made.number), 303)


@blueprint.post("/requests/<number>/asking")
@guard.may(May.REQUEST_SEND)
def ask(number: str) -> Answer:
    """A step of the asking side."""

    def change(work: Work, key: int, version: int) -> RequestView:
        return acts.ask(work, key, load_form(shapes.StepSchema(), form_typed()), version)

    return take_step(number, change, request.form.get("act", ""))


@blueprint.post("/requests/<number>/answering")
@guard.may(May.REQUEST_ANSWER)
def answer(number: str) -> Answer:
    """A step of the asked side that is said in words."""

    def change(work: Work, key: int, version: int) -> RequestView:
        return acts.answer(work, key, load_form(shapes.StepSchema(), form_typed()), version)

    return take_step(number, change, request.form.get("act", ""))


@blueprint.post("/requests/<number>/search")
@guard.may(May.REQUEST_ANSWER)
def search(number: str) -> Answer:
    """Search our records anew for what another State asks."""
    return take_step(number, acts.trace_again)


@blueprint.post("/requests/<number>/next")
@guard.may(May.REQUEST_SEND)
def follow(number: str) -> Answer:
    """Ask the State that an answer names."""
    return take_step(number, acts.follow)


@blueprint.post("/requests/<number>/onward")
@guard.may(May.REQUEST_SEND)
def ask_onward(number: str) -> Answer:
    """Ask the State that our answer names, on behalf of the one that asked us."""
    return take_step(number, acts.ask_onward)


@blueprint.post("/requests/<number>/consents")
@guard.may(May.REQUEST_SEND)
def ask_consent(number: str) -> Answer:
    """Ask the source whether its answer may go on."""

    def change(work: Work, key: int, version: int) -> RequestView:
        return acts.ask_consent(work, key, load_form(shapes.ConsentNewSchema(), form_typed()), version)

    return take_step(number, change, "consent")


@blueprint.post("/requests/<number>/consents/<int(max=9999):n>")
@guard.may(May.REQUEST_ANSWER)
def reply_consent(number: str, n: int) -> Answer:
    """As the source, let an answer go on, or not."""

    def change(work: Work, key: int, version: int) -> RequestView:
        reply = load_form(shapes.ConsentReplySchema(), {"granted": "", **form_typed()})
        return acts.reply_consent(work, key, n, reply, version)

    return take_step(number, change, "consent")


@blueprint.route("/requests/<number>/review", methods=["GET", "POST"])
@guard.may(May.REQUEST_ANSWER)
def review(number: str) -> Answer:
    """Look at what our records would tell, withhold place by place, restrict, release."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            step = load_form(shapes.StepSchema(), _released(form_typed()))
            with context.begin() as work:
                acts.answer(work, _key(number), step, version_seen())
            flash(_("The answer is on its way."), "good")
            return redirect(url_for("requests.show", number=number), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.request(work, _key(number))
        told = answering.proposed(work, queries.request_row(work, found.id))
    return render(
        "review",
        found=found,
        told=told,
        leaves=list(redaction.leaves(told)) if told else [],
        typed=form_typed(),
        ticked=set(request.form.values()) if request.method == "POST" else set(),
        errors=errors,
        grounds=options(RestrictionGround),
        onwards=options(Onward),
    ), status


def _released(typed: dict[str, str]) -> dict[str, str]:
    """An answer from which something is withheld is one in part."""
    withheld = any(name.startswith("withheld-") for name in typed)
    return typed | {"act": (RequestAct.ANSWER_IN_PART if withheld else RequestAct.ANSWER).value}


@blueprint.get("/requests/<number>/request.pdf")
@guard.may(May.REQUEST_READ)
def request_paper(number: str) -> Response:
    """The request on paper."""
    with context.look() as work:
        found = queries.request(work, _key(number))
    return files.shown(sealing.sealed_request(found), f"{found.number}.pdf")


@blueprint.get("/requests/<number>/answer.pdf")
@guard.may(May.REQUEST_READ)
def answer_paper(number: str) -> Response:
    """The answer on paper, with what binds its reader."""
    with context.look() as work:
        found = queries.request(work, _key(number))
    return files.shown(sealing.sealed_answer(found), f"{found.number}-answer.pdf")


@blueprint.get("/requests/rules", endpoint="rules")
@guard.may(May.REQUEST_READ)
def peer_rules() -> str:
    """What goes by itself with each State."""
    with context.look() as work:
        found = queries.peer_rules(work)
    return render("rules", rules=found)


@blueprint.route("/requests/rules/<state>", methods=["GET", "POST"])
@guard.may(May.REQUEST_RULE_SET)
def peer_rule(state: str) -> Answer:
    """Say what goes by itself with a State."""
    errors, status = tuple[Unmet, ...](), 200
    if request.method == "POST":
        try:
            taken = load_form(shapes.PeerRuleNewSchema(), form_typed())
            with context.begin() as work:
                acts.set_rule(work, state[:2], taken)
            flash(_("This holds from now on."), "good")
            return redirect(url_for("requests.rules"), 303)
        except RegistryError as error:
            errors, status = shown(error), error.status
    with context.look() as work:
        found = queries.rule_view(state[:2], queries.rule_row(work, state[:2]))
    return render(
        "rule", found=found, typed=form_typed(), errors=errors, for_others=options(ForOthers)
    ), status
