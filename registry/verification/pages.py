"""Pages of verification, open to everyone: type or scan the code, read whether the paper is good."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import NotFound, TooMany, Unmet
from registry.core.web import guard
from registry.core.web.context import NavigationEntry, look, registry
from registry.core.web.words import label
from registry.verification import checking, codes, keys, queries, signatures
from schemas.vocabulary import Authenticity, May

blueprint = Blueprint("verification", __name__, template_folder="templates")
Answer = Response | str | tuple[str, int]
NAVIGATION = (NavigationEntry("Signing of documents", "verification.signing", May.DOCUMENT_KEYS, 62),)
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
    """Whether the file sent is one that was printed, byte for byte; nothing of it is kept.

    A signed one begins with what was printed, and one of our signatures covers the whole of it.
    """
    file = request.files.get("file")
    content = file.read() if file else b""
    if hashlib.sha256(content).hexdigest() in found.digests:
        return True
    printed = set(found.digests).intersection(signatures.contents(content))
    return bool(printed and signatures.signed_by(content, found.certificates))


@blueprint.get("/verify/certificates/<fingerprint>.pem")
@guard.public("whoever holds a document may know by which certificate it is signed")
def certificate(fingerprint: str) -> Answer:
    """A certificate that documents were signed by, with those above it."""
    with registry().office.look(checking.ANYONE) as work:
        found = next((one for one in keys.known(work) if one.fingerprint == fingerprint), None)
    if found is None:
        raise NotFound("No document is signed by this certificate.")
    return Response(found.pem, mimetype="application/x-pem-file")


@blueprint.get("/documents/signing")
@guard.may(May.DOCUMENT_KEYS)
def signing() -> Answer:
    """By which certificate documents are signed, and what is wrong with it."""
    with look() as work:
        known, trouble = keys.known(work), keys.trouble(work)
    service = urlsplit(registry().settings.timestamp_url).hostname
    return render_template("verification/signing.html", known=known, trouble=trouble, service=service)
