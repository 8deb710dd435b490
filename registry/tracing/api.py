"""Routes of the API for tracing."""

from __future__ import annotations

from registry.core.web import api

blueprint = api.blueprint("tracing", "tracing")
