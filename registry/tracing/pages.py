"""Pages of tracing."""

from __future__ import annotations

from flask import Blueprint

from registry.core.web.context import NavigationEntry

blueprint = Blueprint("tracing", __name__, template_folder="templates")
NAVIGATION: tuple[NavigationEntry, ...] = ()
