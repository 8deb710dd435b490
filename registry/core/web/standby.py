"""Requests of a registry with replicas: what they change is noted; what a replica fails is asked again."""

from __future__ import annotations

import psycopg
import structlog
from flask import Flask, Response, current_app
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.wrappers import Response as BaseResponse

from registry.core.replicas import Primary
from registry.core.web import problems
from registry.core.web.context import asked, registry

log = structlog.get_logger()
COLLIDES = (409, 412)
UNCERTAIN = 503  # of a change: it may have been kept, and whoever made it is told to look for it


def install(app: Flask) -> None:
    """For an application whose database has replicas; any other stays as it is."""
    if not isinstance(app.extensions["registry"].database, Primary):
        return
    app.after_request(_noted)
    for kind in (OperationalError, DBAPIError, psycopg.Error):
        app.register_error_handler(kind, _asked_again)


def _noted(response: Response) -> Response:
    """Before an answer leaves: up to where whoever asked must see ever after.

    That is what they changed or may have changed, and what another changed of which they were told that
    theirs collides with it.
    """
    database, status = registry().database, response.status_code
    may_be_kept = status == UNCERTAIN and asked().method not in ("GET", "HEAD")
    if isinstance(database, Primary) and (database.has_written or status in COLLIDES or may_be_kept):
        caller = asked().caller
        try:
            database.note(caller.user_id if caller else 0)
        except OperationalError as error:  # the change itself is kept
            log.error("not_noted", request_id=asked().id, kind=type(error.orig).__name__)
    return response


def _asked_again(error: Exception) -> BaseResponse:
    """The primary's answer where a replica failed. Nothing is done twice: after a change none is read."""
    calling = asked()
    failed, calling.replica, calling.stays = calling.replica, None, True
    if failed is None or registry().database.has_written:  # type: ignore[attr-defined]
        return problems.broken(error)
    failed.leave()
    log.warning("replica_failed", replica=failed.name, kind=type(error).__name__)
    try:
        return current_app.make_response(current_app.dispatch_request())
    except Exception as other:  # noqa: BLE001 - whatever it is, it is answered as ever
        return current_app.make_response(current_app.handle_user_exception(other))
