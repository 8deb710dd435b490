"""Routes of the API for firearms."""

from __future__ import annotations

from registry.core.web import api

blueprint = api.blueprint("firearms", "firearms")
