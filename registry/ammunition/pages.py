"""Pages of ammunition."""

from __future__ import annotations

from flask import Blueprint

from registry.core.web.context import NavigationEntry

blueprint = Blueprint("ammunition", __name__, template_folder="templates")
NAVIGATION: tuple[NavigationEntry, ...] = ()
