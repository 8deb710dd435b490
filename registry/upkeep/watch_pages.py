"""`/metrics`, for the program that watches this registry."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, current_app, request

from registry.core.web import guard
from registry.core.web.context import Registry, registry
from registry.core.web.counting import Counts
from registry.upkeep import metrics

blueprint = Blueprint("upkeep", __name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/metrics")
@guard.public("counts without records, for whoever has the token of the watch, or on this machine")
def measured() -> Response:
    """Prometheus' text; 403 for whoever may not read it."""
    if not _may_watch(registry().settings.metrics_token):
        return Response("Not for you: see REGISTRY_METRICS_TOKEN.\n", 403, mimetype="text/plain")
    parts: Registry = registry()
    counts: Counts = current_app.extensions["counts"]
    return Response(metrics.text(parts.office, parts.settings, counts), content_type=TEXT)


def _may_watch(token: str) -> bool:
    """The token where there is one; else this machine itself, and no proxy on it that speaks for others."""
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"))
    return request.remote_addr in LOOPBACK and not forwarded and not registry().settings.proxies
