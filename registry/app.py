"""The only file that knows every room: puts them together into one application."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import click
from flask import Flask, Request, session
from flask.cli import FlaskGroup
from werkzeug.exceptions import BadHost
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter
from werkzeug.wsgi import get_host

from registry.access import glass_queries, sessions
from registry.auditing import keeper
from registry.core import migrate, pulse
from registry.core.actors import Glass
from registry.core.database import Base, Database
from registry.core.errors import RegistryError
from registry.core.journal import triggers
from registry.core.replicas import Primary
from registry.core.settings import Settings
from registry.core.web import api, context, guard, site
from registry.core.web.context import Registry, Visitor
from registry.core.web.counting import Counts
from registry.core.work import Actor, Office
from registry.exchange import commands
from registry.intake import worker as intake_worker
from registry.ledger import log
from registry.rooms import (
    API_ROOMS,
    COMMANDS,
    ENDINGS,
    MESSAGES,
    NAVIGATION,
    OFFERS,
    PAGE_ROOMS,
    SECTIONS,
    VERIFIABLE,
)
from schemas.vocabulary import May


class JournalBrokenError(RegistryError):
    """The database would not write down every change: the service does not start."""


class Site(Flask):
    """Flask without what only coroutines need."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view of ours is a coroutine, and finding that out costs more than calling it."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As Flask's without domains of several names: a host's name is put into ASCII once."""
        if request is None:
            return super().create_url_adapter(None)
        request.host = host = get_host(request.environ, request.trusted_hosts)
        return MapAdapter(
            self.url_map,
            _in_ascii(host.lower()),
            request.root_path,
            "",
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode(errors="replace"),
        )


@lru_cache(maxsize=1024)
def _in_ascii(host: str) -> str:
    """A host as addresses write it; raises BadHost for what is none."""
    name, colon, port = host.partition(":")
    try:
        return f"{name.encode('idna').decode('ascii')}{colon}{port}"
    except UnicodeError as error:
        raise BadHost from error


def create_app(settings: Settings | None = None) -> Flask:
    """The registry as a WSGI application; raises UnguardedError while a route says not who may call it."""
    settings = settings or Settings.from_environment()
    app = Site("registry", static_folder=None)
    context.attach(app, parts_of(settings))
    site.configure_logs()
    if settings.proxies:
        front = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, front, front, front)  # type: ignore[method-assign]
    site.install(app)
    _open_rooms(app, settings)
    guard.refuse_unguarded(app)
    app.extensions["counts"] = Counts(settings.instance, [rule.rule for rule in app.url_map.iter_rules()])
    return app


def parts_of(settings: Settings) -> Registry:
    """A registry's parts on the database of its settings; whoever makes them closes that database."""
    url, replicas = settings.database_url, settings.replica_urls
    database = Primary(url, replicas) if replicas else Database(url)
    return Registry(
        settings,
        database,
        Office(database, settings.state, secret=settings.secret_key, offers=OFFERS, zone=settings.zone),
        _token_actor,
        _cookie_visitor,
        _glass,
        list(NAVIGATION),
        SECTIONS,
    )


def serve(settings: Settings | None = None) -> Flask:
    """The application of a long-lived process.

    It does not start while the journal's triggers are not what they should be, and from then on keeps
    the ledger.
    """
    app = create_app(settings)
    if not _in_a_command():  # commands repair what keeps the service from starting
        begin_to_keep(app.extensions["registry"])
    settle()
    return app


def settle() -> None:
    """Prepare this process for a long life: what it is made of is never looked through for garbage, and what
    it makes seldom: a report of sales makes a hundred thousand objects, of which none is garbage yet.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()  # `wsgi` loads without it


def _in_a_command() -> bool:
    command = click.get_current_context(silent=True)
    return command is not None and isinstance(command.find_root().command, FlaskGroup)


def begin_to_keep(parts: Registry) -> None:
    """Keep the ledger from now on, and send and bring in where no other process does.

    Raises JournalBrokenError.
    """
    with parts.database.reader.connect() as connection:
        wrong = triggers.differences(connection, Base.metadata)
        behind = migrate.unfinished(connection)
    if behind:
        raise JournalBrokenError(
            f"An upgrade was broken off: the rows of {', '.join(behind[:5])} are not in the journal as they"
            " are now. Run `flask --app wsgi setup`: it goes on from there."
        )
    if wrong:
        raise JournalBrokenError(
            f"{len(wrong)} triggers of the journal are missing or not as they should be"
            f" ({', '.join(wrong[:5])}): run `flask --app wsgi setup`. If that was done before, somebody"
            " changed the database; `flask --app wsgi ledger verify` shows what was done."
        )
    keeper.start(parts.office, log.signer(*parts.settings.ledger_key))
    if not parts.settings.production:  # there courier and intake are processes of their own
        commands.keep_delivering(parts, MESSAGES)
        intake_worker.start(parts.office, partial(pulse.beat, parts.settings.instance, "intake"))


def _open_rooms(app: Flask, settings: Settings) -> None:
    published = api.configure(app, settings.authority)
    app.extensions["verifiable"] = VERIFIABLE
    app.extensions["endings"] = ENDINGS
    app.extensions["exchange_kinds"] = MESSAGES
    guard.open_endpoint(app, "api-docs.openapi_json", "the API's description holds no records")
    guard.open_endpoint(app, "web.static", "style sheets and scripts hold no records")
    for room in API_ROOMS:
        published.register_blueprint(room)
    for page in PAGE_ROOMS:
        app.register_blueprint(page)
    for command in COMMANDS:
        app.cli.add_command(command)


def _token_actor(parts: Registry, token: str) -> Actor | None:
    return sessions.token_actor(parts.office, token)


def _glass(parts: Registry, actor: Actor, may: May, number: str) -> Glass | None:
    return glass_queries.opened(parts.office, actor, may, number)


def _cookie_visitor(parts: Registry) -> Visitor | None:
    token = session.get("sign_in")
    if not isinstance(token, str):
        return None
    idle = timedelta(minutes=parts.settings.session_idle_minutes)
    found = sessions.holder(parts.office, token, idle)
    return Visitor(found.actor, found.step or "") if found else None
