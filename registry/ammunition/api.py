"""Routes of the API for ammunition."""

from __future__ import annotations

from registry.core.web import api

blueprint = api.blueprint("ammunition", "ammunition")
