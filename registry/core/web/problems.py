"""Refusals as answers: problem details (RFC 9457) on the API, pages elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from registry.core.errors import (
    ConfirmationNeeded,
    Forbidden,
    Invalid,
    RegistryError,
    SignInNeeded,
    Unavailable,
)
from registry.core.errors import from_validation as from_validation
from registry.core.outages import outage
from registry.core.web.context import asked, is_api, request_id
from registry.core.web.guard import offered_glass

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5  # seconds in which a standby is promoted, or a server begun again
log = structlog.get_logger()


def problem(error: RegistryError) -> Response:
    """A refusal as problem details."""
    body = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "instance": f"urn:request:{request_id()}",
        "errors": [{"field": u.field, "article": u.article, "message": u.message} for u in error.unmet],
    }
    return Response(orjson.dumps(body), error.status, mimetype=MEDIA_TYPE)


def install(app: Flask) -> None:
    """Answer every error of an application in this way."""
    app.register_error_handler(RegistryError, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, from_http)
    for kind in (DBAPIError, OSError):
        app.register_error_handler(kind, broken)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: RegistryError) -> BaseResponse:
    if is_api():
        return problem(error)
    if isinstance(error, SignInNeeded) and request.method == "GET":
        return redirect(url_for("access.sign_in", next=request.full_path.rstrip("?")))
    if isinstance(error, ConfirmationNeeded):
        return redirect(url_for("access.confirm", next=_page_asked()), 303)
    return make_response(
        render_template(
            "kit/error.html",
            error=error,
            status=error.status,
            request_id=request_id(),
            glass=offered_glass(asked()) if isinstance(error, Forbidden) else "",
        ),
        error.status,
    )


def _page_asked() -> str:
    """The page to come back to: this one, or for a form the one it stands on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    referrer = urlsplit(request.referrer or "")
    return referrer.path if referrer.netloc == request.host and referrer.path else "/"


def from_http(error: HTTPException) -> BaseResponse:
    """Werkzeug's and webargs' errors, with their headers (Allow, Retry-After)."""
    found = getattr(error, "data", None) or {}
    messages = found.get("messages") or found.get("errors")
    refusal = from_validation(messages) if messages else RegistryError(error.description or error.name)
    refusal.status = error.code or 500
    if not messages:
        refusal.code, refusal.title = (error.name or "error").lower().replace(" ", "-"), error.name
    answer = _refused(refusal)
    if getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer


def _csrf(error: CSRFError) -> BaseResponse:
    refusal = Invalid(
        "The form was open too long or came from elsewhere. Go back, reload the page and try again."
    )
    refusal.status = 400
    return _refused(refusal)


def broken(error: Exception) -> BaseResponse:
    """The answer to an error of the database's, or of a disk's."""
    refusal = outage(error)
    return _unexpected(error) if refusal is None else _unavailable(refusal, error)


def _unavailable(refusal: Unavailable, error: Exception) -> BaseResponse:
    kind = type(getattr(error, "orig", error)).__name__
    log.error("database_unavailable", request_id=request_id(), kind=kind, code=refusal.code)
    answer = _refused(refusal)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _unexpected(error: Exception) -> BaseResponse:
    if isinstance(error, HTTPException):
        return from_http(error)
    log.exception("unexpected", request_id=request_id(), endpoint=request.endpoint)
    return _refused(RegistryError("This is our fault, and it has been noted. Nothing was changed."))
