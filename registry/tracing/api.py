"""Routes of the API for traces.

Asking is written by hand: the search runs on a connection that cannot write, and only keeping it takes
the writer's turn. It is durable before the answer leaves.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from msgspec.json import Encoder
from msgspec.structs import asdict

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import begin, look, search
from registry.core.work import Work
from registry.tracing import acts, queries
from registry.tracing.completeness import gaps
from registry.tracing.sealing import sealed_report
from schemas import completeness as drafts
from schemas import tracing as shapes
from schemas.paging import Page
from schemas.vocabulary import May, Severity

_json = Encoder(enc_hook=str)  # sentences of rules are strings of a kind of their own
blueprint: Any = api.blueprint("tracing", "Where a firearm or a cartridge came from (FP art. 12(4); ITI)")


@blueprint.route("/traces", methods=["POST"])
@api.takes(blueprint, May.TRACE_ASK, takes=shapes.QuestionSchema, gives=shapes.TraceSchema)
def ask(question: shapes.Question) -> Response:
    """Trace a firearm from its mark, or a cartridge from its code."""
    with search(question.purpose, question.case_number) as work:
        answer = acts.find(work, question)
    with begin(question.purpose, question.case_number) as work:
        return api.once(work, lambda: _answered(work, question, answer, acts.keep(work, question, answer)))


def _answered(work: Work, question: shapes.Question, answer: shapes.Answer, number: str) -> Response:
    document = {"number": number, "asked_at": work.now.isoformat(), "question": question, **members(answer)}
    response = Response(_json.encode(document), 201, mimetype="application/json")
    response.headers["Location"] = f"{api.PREFIX}/traces/{number}"
    return response


def members(answer: shapes.Answer) -> dict[str, Any]:
    """The answer's members, to stand beside its number and question."""
    return asdict(answer)


@blueprint.route("/traces", methods=["GET"])
@api.reads(blueprint, May.TRACE_READ, gives=shapes.TraceRowSchema, query=shapes.TracesAskedSchema, paged=True)
def traces(work: Work, asked: shapes.TracesAsked) -> Page[queries.TraceRow]:
    """Traces asked: one's own or, for authority and auditor, all."""
    return queries.traces(work, asked)


@blueprint.route("/traces/completeness", methods=["POST"])
@api.takes(blueprint, May.TRACE_ASK, takes=drafts.RequestDraftSchema, gives=drafts.GapsSchema, status=200)
def completeness(draft: drafts.RequestDraft) -> Response:
    """What a request to another State still lacks (ITI 18; MOSAIC 05.31); nothing of it is kept."""
    found = gaps(draft)
    complete = all(gap.severity is not Severity.ALARM for gap in found)
    return api.respond(drafts.GapsSchema, {"complete": complete, "items": found}, 200)


@blueprint.route("/traces/<number>", methods=["GET"])
@api.reads(blueprint, May.TRACE_READ, gives=shapes.TraceSchema)
def trace(work: Work, number: str) -> Response:
    """One trace with the answer as it was given."""
    found = queries.trace(work, find_registry_number("T", number))
    return document_of(found)


def document_of(found: queries.TraceView) -> Response:
    """A kept trace as it went over the API."""
    document = {
        "number": found.number,
        "asked_at": found.asked_at,
        "question": found.question,
        **found.answer,
    }
    return Response(orjson.dumps(document), 200, mimetype="application/json")


@blueprint.route("/traces/<number>/report.pdf", methods=["GET"])
@api.prints(blueprint, May.TRACE_READ)
def report(number: str) -> bytes:
    """The report of one trace."""
    with look() as work:
        found = queries.trace(work, find_registry_number("T", number))
    return sealed_report(found)
