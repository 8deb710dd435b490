"""Pages of verification, open to everyone: type or scan the code, read whether the paper is good."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import NotFound, TooMany, Unmet
from registry.core.web import guard
from registry.core.web.context import registry
from registry.core.web.words import label
from registry.verification import checking, codes, queries
from schemas.vocabulary import Authenticity

blueprint = Blueprint("verification", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]
OPEN = "whoever holds a document may ask whether it is genuine"
TONES = {
    Authenticity.CURRENT: "good",
    Authenticity.SUPERSEDED: "warning",
    Authenticity.NOT_IN_FORCE: "warning",
    Authenticity.REVOKED: "alarm",
}


@blueprint.get("/verify")
@guard.public(OPEN)
def ask() -> Answer:
    """Ask for a code."""
    typed = request.args.get("code", "").strip()[:200]
    if typed:
        code = codes.read(typed)
        return redirect(url_for("verification.show", code=codes.shown(code) if code else _harmless(typed)))
    return render_template("verification/ask.html", typed="", errors=())


def _harmless(typed: str) -> str:
    """What was typed, as a part of an address."""
    return "".join(c for c in typed if c.isascii() and (c.isalnum() or c == "-"))[:60] or "-"


@blueprint.route("/verify/<code>", methods=["GET", "POST"])
@guard.public(OPEN)
def show(code: str) -> Answer:
    """Whether a document is genuine and current; with a file, whether that is the very one printed."""
    try:
        found = _verified(code)
    except (NotFound, TooMany) as error:
        errors = [Unmet(_(error.message), "code")]
        return render_template("verification/ask.html", typed=code, errors=errors), error.status
    return render_template(
        "verification/show.html",
        found=found,
        label=label,
        tone=TONES[found.authenticity],
        same=_same(found) if request.method == "POST" else None,
    )


def _verified(code: str) -> queries.Verified:
    verifiable: Any = current_app.extensions["verifiable"]
    return checking.verify(registry().office, code, request.remote_addr or "", verifiable)


def _same(found: queries.Verified) -> bool:
    """Whether the file sent is one that was printed, byte for byte; nothing of it is kept."""
    file = request.files.get("file")
    return file is not None and hashlib.sha256(file.read()).hexdigest() in found.digests
