"""Routes of the API for access."""

from __future__ import annotations

from registry.core.web import api

blueprint = api.blueprint("access", "access")
