"""The registry as the production server runs it, with two more routes to measure against.

`/bench/plain` is the floor: a plain Flask JSON route. `/bench/trace` is the trace of the API, token
checked, without its durable access record.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify

from registry.app import create_app
from registry.core.web import guard
from registry.tracing import api as tracing_api
from schemas.vocabulary import May

app: Flask = create_app()
plain = Flask("plain")


@plain.get("/plain")
def hello() -> Response:
    """What Flask needs for a small JSON answer."""
    return jsonify(status="ok", number=1)


@guard.may(May.TRACE_ASK)
def trace() -> Response:
    """The trace without its record."""
    return tracing_api.answered_without_record()


app.add_url_rule("/api/v1/bench/trace", "bench_trace", trace, methods=["POST"])
