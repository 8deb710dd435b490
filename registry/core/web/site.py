"""What every page and answer has: languages, headers, logs, navigation, and the site's own few addresses."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import structlog
from babel import Locale
from flask import Blueprint, Flask, Request, Response, redirect, request, session, url_for
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import text
from werkzeug.wrappers import Response as BaseResponse

from registry.core import migrate
from registry.core.web import context, counting, guard, problems, standby
from registry.core.web.context import registry
from registry.core.web.words import many, spoken
from schemas.vocabulary import May

log = structlog.get_logger()
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
blueprint = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/static/registry"
)
csrf = CSRFProtect()

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Give an application its languages, guard, errors, headers and logs."""
    settings = app.extensions["registry"].settings
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True, "finalize": spoken}
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=settings.max_body,
        SESSION_COOKIE_NAME="__Host-registry" if settings.secure_cookies else "registry",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        BABEL_TRANSLATION_DIRECTORIES=str(blueprint.root_path) + "/translations",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.session_interface = PageSessions()
    Babel(app, locale_selector=language)
    csrf.init_app(app)
    app.request_class = partial(context.Asked, site=app)  # type: ignore[assignment]
    app.before_request(_admit)
    app.after_request(_finish)
    app.context_processor(_words)
    app.add_template_filter(many, "many")
    problems.install(app)
    standby.install(app)
    app.register_blueprint(blueprint)
    app.wsgi_app = _with_headers(app.wsgi_app, settings.secure_cookies)  # type: ignore[assignment, method-assign]


def _with_headers(application: WSGI, secure: bool) -> WSGI:
    """Every answer, also of errors, with the same headers but those it names itself; added last, where it
    costs least.
    """
    extra = list(HEADERS.items())
    if secure:
        extra.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))

    def dressed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            named = dict(headers)
            headers += [one for one in extra if one[0] not in named]
            headers.append(("Request-Id", environ.get(context.REQUEST_ID, "")))
            if "Cache-Control" not in named:
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, *rest)

        return application(environ, start)

    return dressed


def language() -> str:
    """The visitor's choice, else the account's, else what the browser prefers."""
    offered = registry().settings.languages
    chosen = session.get("language") if not context.is_api() else None
    return chosen if chosen in offered else request.accept_languages.best_match(offered) or offered[0]


def _admit() -> None:
    """Who calls, whether they may, and whether a page's form is ours: the API takes no cookies."""
    asked = context.asked()
    guard.check(asked)
    if not asked.is_api:
        csrf.protect()


def _finish(response: Response) -> Response:
    asked = context.asked()
    rule = asked.url_rule.rule if asked.url_rule else counting.UNKNOWN
    asked.site.extensions["counts"].count(rule, response.status_code, time.perf_counter() - asked.started)
    if not asked.parts.settings.testing:
        _log(asked, response)
    return response


def _log(asked: context.Asked, response: Response) -> None:
    """The route's pattern, never the address: numbers and names of people stay out of the logs.

    Written without structlog's chain, which costs a tenth of a trace.
    """
    line = {
        "request_id": asked.id,
        "method": asked.method,
        "route": asked.url_rule.rule if asked.url_rule else "-",
        "status": response.status_code,
        "ms": round((time.perf_counter() - asked.started) * 1000, 2),
        "event": "request",
        "level": "info",
        "timestamp": datetime.now(UTC),
    }
    sys.stderr.buffer.write(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
    sys.stderr.buffer.flush()


_NO_SESSION = NullSession()


class PageSessions(SecureCookieSessionInterface):
    """Cookies are for pages: the API neither reads nor sets them."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """On the API one that is empty and takes nothing."""
        if isinstance(request, context.Asked) and request.is_api:
            return _NO_SESSION
        return super().open_session(app, request)


def configure_logs() -> None:
    """One JSON document a line, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _words() -> dict[str, Any]:
    locale = Locale.parse(language(), sep="-")
    parts = registry()
    visitor = None if context.is_api() else context.authenticate()
    return {
        "authority_name": parts.settings.authority,
        "lang": language(),
        "text_direction": locale.text_direction,
        "languages": [
            (code, Locale.parse(code, sep="-").get_display_name(code)) for code in parts.settings.languages
        ],
        "navigation": _navigation(parts, visitor and visitor.themselves),
        "signed_in": visitor
        and visitor.may
        and {
            "name": visitor.name,
            "role_label": gettext(visitor.role.value.replace("_", " ").capitalize()),
            "sign_out_href": url_for("access.sign_out"),
            "may_see_history": May.HISTORY_READ in visitor.may,
            "may_bring_in": May.INTAKE_RUN in visitor.may,
            "may_see_received": May.RETENTION_READ in visitor.may,
            "may_find": not FINDS.isdisjoint(visitor.may),
        },
    }


FINDS = frozenset({May.FIREARM_READ, May.LOT_READ, May.LICENCE_READ, May.TRACE_ASK, May.TRACE_READ})
"""Whoever may one of these has the box for numbers in the head of each page."""
IN_A_ROW = 9
"""Entries that stand side by side; more are put into sections, those of the present one in a second row."""


def _navigation(parts: context.Registry, visitor: Any) -> list[dict[str, Any]]:
    if visitor is None:
        return []
    shown = sorted((e for e in parts.navigation if e.may in visitor.may), key=lambda e: e.order)
    places = [url_for(entry.endpoint) for entry in shown]
    here = _section(shown, places)
    entries = [
        {"label": gettext(entry.label), "href": place, "current": place == here, "count": count, "within": []}
        for entry, place, count in zip(shown, places, _counts(parts, visitor, shown), strict=True)
    ]
    if len(entries) <= IN_A_ROW:
        return entries
    subjects = [entry.endpoint.partition(".")[0] for entry in shown]
    stand_in = [parts.sections.get(subject, "") for subject in subjects]
    return _in_sections(entries, stand_in, parts.sections.values())


def _in_sections(
    entries: list[dict[str, Any]], sections: list[str], order: Iterable[str]
) -> list[dict[str, Any]]:
    """One entry for each section in their order, leading to its first page; one of a single page is that."""
    found: dict[str, list[dict[str, Any]]] = {section: [] for section in order}
    for entry, section in zip(entries, sections, strict=True):
        found.setdefault(section or entry["label"], []).append(entry)
    return [
        within[0]
        if len(within) == 1
        else {
            "label": gettext(section),
            "href": within[0]["href"],
            "current": any(entry["current"] for entry in within),
            "count": sum(entry["count"] for entry in within),
            "within": within,
        }
        for section, within in found.items()
        if within
    ]


def _counts(parts: context.Registry, visitor: Any, shown: list[context.NavigationEntry]) -> list[int]:
    """How many things wait at each entry, 0 where nothing is counted."""
    if not any(entry.count for entry in shown):
        return [0] * len(shown)
    with parts.office.look(visitor) as work:
        return [entry.count(work) if entry.count else 0 for entry in shown]


def _section(shown: list[context.NavigationEntry], places: list[str]) -> str:
    """Which entry this page lies under: by its address, else the only entry of its subject."""
    above = [place for place in places if f"{request.path}/".startswith(f"{place}/")]
    subject = f"{request.blueprint}."
    own = [place for entry, place in zip(shown, places, strict=True) if entry.endpoint.startswith(subject)]
    return max(above, key=len) if above else own[0] if len(own) == 1 else ""


@blueprint.post("/language")
@guard.public("the choice of a language is everyone's")
def language_choice() -> BaseResponse:
    """Keep a visitor's language in the cookie."""
    code = request.form.get("language", "")
    if code in registry().settings.languages:
        session["language"] = code
    return redirect(context.local_path(request.form.get("next", "/")))


@blueprint.get("/healthz")
@guard.public("a load balancer asks whether the process answers")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@guard.public("a load balancer asks whether the database answers")
def readyz() -> tuple[dict[str, str], int]:
    """The database answers, and which one it is; no upgrade to this version was broken off."""
    database = registry().database
    question = "SELECT sqlite_version()" if database.is_sqlite else "SHOW server_version"
    try:
        with database.reader.connect() as connection:
            version = connection.execute(text(question)).scalar_one()
            behind = migrate.unfinished(connection)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is: not ready
        log.error("not_ready", kind=type(error).__name__)
        return {"status": "database unavailable"}, 503
    if behind:
        log.error("not_ready", tables=behind)
        return {"status": "upgrade unfinished"}, 503
    return {"status": "ready", "engine": database.reader.dialect.name, "version": str(version)}, 200
