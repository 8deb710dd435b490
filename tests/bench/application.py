"""The registry as the production server runs it, with one more route: the trace without its record."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response
from msgspec.json import Encoder

from registry.app import serve
from registry.core.web import api, guard
from registry.core.web.context import look
from registry.tracing import acts
from registry.tracing.api import members
from schemas.tracing import Question, QuestionSchema, TraceSchema
from schemas.vocabulary import May

_json = Encoder(enc_hook=str)
app: Flask = serve()
blueprint: Any = api.blueprint("bench", "benchmark")


@api.takes(blueprint, May.TRACE_ASK, takes=QuestionSchema, gives=TraceSchema)
def trace(question: Question) -> Response:
    """As the trace of the API, token checked, without its durable access record."""
    with look(question.purpose, question.case_number) as work:
        answer = acts.find(work, question)
    return Response(_json.encode(members(answer)), 201, mimetype="application/json")


app.add_url_rule("/api/v1/bench/trace", "bench_trace", trace, methods=["POST"])
guard.refuse_unguarded(app)
