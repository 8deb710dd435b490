"""Pages of verification, open to everyone: type or scan the code, read whether the paper is good."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from registry.core.errors import NotFound, TooMany, Unmet
from registry.core.web import guard, site
from registry.core.web.context import NavigationEntry, authenticate, look, registry
from registry.core.web.words import label
from registry.verification import checking, codes, keys, queries, signatures
from schemas.verification_vocabulary import PaperKind, PaperRole
from schemas.vocabulary import Authenticity, May

blueprint = Blueprint("verification", __name__, template_folder="templates")
WORDS = (*PaperKind, *PaperRole)
KEPT = (
    "registry.css", "registry.js", "icons.svg", "favicon.svg", "check.js", "papers.js", "cbor.js", "scan.js",
    "camera.js", "zxing/zxing_reader.js", "zxing/zxing_reader.wasm",
)  # fmt: skip
"""Files that the page needs without a network."""
DECODER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'"
)
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
    return _ask()


def _ask(typed: str = "", errors: Sequence[Unmet] = (), **other: Any) -> str:
    return render_template("verification/ask.html", typed=typed, errors=errors, **_offline(), **other)


def _offline() -> dict[str, Any]:
    """What the check without a network needs to know."""
    settings = registry().settings
    present = url_for("api_verification.verification", code="-").removesuffix("-")
    return {
        "state": settings.state,
        "zone": settings.zone,
        "present": present,
        "paper_words": WORDS,
        "label": label,
    }


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
        return _ask(code, errors), error.status
    who = authenticate()
    return render_template(
        "verification/show.html",
        found=found,
        may_clear=who is not None and May.SHIPMENT_CLEAR in who.may,
        **_offline(),
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


@blueprint.get("/verify/offline/<language>")
@guard.public(OPEN)
def offline(language: str) -> Answer:
    """The page as a device keeps it: nobody's, in one language."""
    if language not in registry().settings.languages:
        abort(404)
    return _shell(language)


def _shell(language: str) -> str:
    direction = Locale.parse(language, sep="-").text_direction
    of_nobody: dict[str, Any] = {"signed_in": None, "navigation": (), "languages": ()}
    with force_locale(language.replace("-", "_")):
        return _ask(lang=language, text_direction=direction, **of_nobody)


@blueprint.get("/verify/decoder.js")
@guard.public(OPEN)
def decoder() -> Answer:
    """The worker that reads codes in pictures: it alone, apart from every page, compiles WebAssembly.

    It stands below the page since a browser's kept files are for what lies there.
    """
    answer = site.blueprint.send_static_file("decoder.js")
    answer.headers["Content-Security-Policy"] = DECODER_POLICY
    return answer


@blueprint.get("/verify/worker.js")
@guard.public(OPEN)
def worker() -> Answer:
    """The script by which a browser keeps the page; another one whenever anything of it is another."""
    language = request.args.get("language", "")
    if language not in registry().settings.languages:
        abort(404)
    files = [url_for("web.static", filename=name) for name in KEPT]
    prefix = f"papers-{language}-"
    kept = {
        "prefix": "papers-",
        "name": prefix + hashlib.sha256((_shell(language) + _files_digest()).encode()).hexdigest()[:16],
        "page": url_for("verification.offline", language=language),
        "files": [*files, url_for("verification.decoder")],
        "lists": [url_for("api_verification.paper_keys"), url_for("api_verification.paper_endings")],
    }
    answer = Response(render_template("verification/worker.js", kept=kept), mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/verify"
    return answer


@cache
def _files_digest() -> str:
    folder = Path(site.blueprint.static_folder or "")
    return hashlib.sha256(
        b"".join((folder / name).read_bytes() for name in (*KEPT, "decoder.js"))
    ).hexdigest()
