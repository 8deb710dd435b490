"""The home page."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("home", __name__, template_folder="templates")
