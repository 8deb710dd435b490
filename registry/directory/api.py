"""Routes of the API for directory."""

from __future__ import annotations

from registry.core.web import api

blueprint = api.blueprint("directory", "directory")
