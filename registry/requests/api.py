"""Routes of the API for requests between States."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.requests import acts, queries, sealing
from registry.requests.views import PeerRuleView, RequestRow, RequestView
from schemas import requests as shapes
from schemas.access import NothingSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("requests", "Requests for traces between States (FP art. 12(4); ITI 17-24)")


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


@blueprint.route("/requests", methods=["GET"])
@api.reads(
    blueprint, May.REQUEST_READ, gives=shapes.RequestRowSchema, query=shapes.RequestsAskedSchema, paged=True
)
def requests(work: Work, asked: shapes.RequestsAsked) -> Page[RequestRow]:
    """Requests, by direction, state, State or case."""
    return queries.requests(work, asked)


@blueprint.route("/requests", methods=["POST"])
@api.writes(blueprint, May.REQUEST_WRITE, takes=shapes.RequestNewSchema, gives=shapes.RequestSchema)
def draft(work: Work, new: shapes.RequestNew) -> RequestView:
    """Begin a request to another State."""
    return acts.draft(work, new)


@blueprint.route("/requests/<number>", methods=["GET"])
@api.reads(blueprint, May.REQUEST_READ, gives=shapes.RequestSchema)
def one(work: Work, number: str) -> RequestView:
    """One request with its course, its answer and what can be done now."""
    return queries.request(work, _key(number))


@blueprint.route("/requests/<number>", methods=["PUT"])
@api.writes(
    blueprint,
    May.REQUEST_WRITE,
    takes=shapes.RequestNewSchema,
    gives=shapes.RequestSchema,
    status=200,
    versioned=True,
)
def edit(work: Work, new: shapes.RequestNew, number: str, version: int) -> RequestView:
    """Write a request anew, while it is a draft or more was asked for."""
    return acts.edit(work, _key(number), new, version)


@blueprint.route("/requests/<number>/asking", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=shapes.StepSchema,
    gives=shapes.RequestSchema,
    status=200,
    versioned=True,
)
def ask(work: Work, step: shapes.Step, number: str, version: int) -> RequestView:
    """A step of the asking side: send, give_more, clarify, remind, withdraw, close."""
    return acts.ask(work, _key(number), step, version)


@blueprint.route("/requests/<number>/answering", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_ANSWER,
    takes=shapes.StepSchema,
    gives=shapes.RequestSchema,
    status=200,
    versioned=True,
)
def answer(work: Work, step: shapes.Step, number: str, version: int) -> RequestView:
    """A step of the asked side: ask_more, answer, answer_in_part, delay, refuse."""
    return acts.answer(work, _key(number), step, version)


@blueprint.route("/requests/<number>/next", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=NothingSchema,
    gives=shapes.RequestSchema,
    versioned=True,
    at="/requests/{number}",
)
def follow(work: Work, nothing: Any, number: str, version: int) -> RequestView:
    """Ask the State that an answer names; answers the new request."""
    return acts.follow(work, _key(number), version)


@blueprint.route("/requests/<number>/onward", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=NothingSchema,
    gives=shapes.RequestSchema,
    versioned=True,
    at="/requests/{number}",
)
def ask_onward(work: Work, nothing: Any, number: str, version: int) -> RequestView:
    """Ask the State that our answer names, on behalf of the one that asked us; answers the new request."""
    return acts.ask_onward(work, _key(number), version)


@blueprint.route("/requests/<number>/consents", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=shapes.ConsentNewSchema,
    gives=shapes.RequestSchema,
    versioned=True,
    at="/requests/{number}",
)
def ask_consent(work: Work, new: shapes.ConsentNew, number: str, version: int) -> RequestView:
    """Ask the source whether its answer may go on to somebody else."""
    return acts.ask_consent(work, _key(number), new, version)


@blueprint.route("/requests/<number>/consents/<int(max=9999):n>", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_ANSWER,
    takes=shapes.ConsentReplySchema,
    gives=shapes.RequestSchema,
    status=200,
    versioned=True,
)
def reply_consent(work: Work, reply: shapes.ConsentReply, number: str, n: int, version: int) -> RequestView:
    """As the source, let an answer go on, or not."""
    return acts.reply_consent(work, _key(number), n, reply, version)


@blueprint.route("/requests/<number>/request.pdf", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ)
def request_paper(number: str) -> bytes:
    """The request on paper."""
    with look() as work:
        found = queries.request(work, _key(number))
    return sealing.sealed_request(found)


@blueprint.route("/requests/<number>/answer.pdf", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ)
def answer_paper(number: str) -> bytes:
    """The answer on paper, with what binds its reader."""
    with look() as work:
        found = queries.request(work, _key(number))
    return sealing.sealed_answer(found)


@blueprint.route("/request-rules", methods=["GET"])
@api.reads(blueprint, May.REQUEST_READ, gives=shapes.PeerRuleSchema, query=PageAskedSchema, paged=True)
def rules(work: Work, asked: PageAsked) -> Page[PeerRuleView]:
    """What goes by itself with each State."""
    return Page(queries.peer_rules(work))


@blueprint.route("/request-rules/<state>", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_RULE_SET,
    takes=shapes.PeerRuleNewSchema,
    gives=shapes.PeerRuleSchema,
    status=200,
)
def set_rule(work: Work, new: shapes.PeerRuleNew, state: str) -> PeerRuleView:
    """Say what goes by itself with a State."""
    return acts.set_rule(work, state[:2], new)
