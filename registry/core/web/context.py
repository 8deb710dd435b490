"""What a request stands on: the registry's parts, who calls, and units of work for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import ClientDisconnected

from registry.core.actors import Glass
from registry.core.database import Database
from registry.core.errors import SignInNeeded
from registry.core.numbers import new_request_id
from registry.core.replicas import Primary, Replica, reading_at
from registry.core.settings import Settings
from registry.core.work import Actor, Begin, Look, Office, Work
from schemas.vocabulary import May, Purpose, Role


@dataclass(frozen=True)
class Visitor:
    """Whom a cookie names. step: what they have to do before anything else is open to them, "" when nothing.

    While a step is left the actor may do no more than that step needs.
    """

    actor: Actor
    step: str = ""


@dataclass
class Registry:
    """The parts of a running registry; one for each application.

    token_actor, cookie_visitor, glass: given by `access`, which this floor does not know: who holds a token,
    whom a cookie names, whether somebody opened the record with a number beyond their role. navigation:
    entries given by the subjects.
    """

    settings: Settings
    database: Database
    office: Office
    token_actor: Callable[[Registry, str], Actor | None]
    cookie_visitor: Callable[[Registry], Visitor | None]
    glass: Callable[[Registry, Actor, May, str], Glass | None]
    navigation: list[NavigationEntry] = field(default_factory=list)
    sections: Mapping[str, str] = field(default_factory=dict)  # subject to the section its entries stand in


@dataclass(frozen=True)
class NavigationEntry:
    """A page in the navigation, shown to those who may open it. `label` is a message id.

    count: how many things there wait for whoever looks.
    """

    label: str
    endpoint: str
    may: May
    order: int = 50
    count: Callable[[Work], int] | None = None


REQUEST_ID = "registry.request_id"
ANYONE = Actor(0, "anyone", Role.ADMINISTRATOR, frozenset())
"""Whoever reads what is open to all, without a permission."""


class Asked(Request):
    """A request with what every step wants of it, found once.

    site: the application asked, which Flask's own `current_app` finds anew each time; parts: its registry.
    id: of this request, for logs and answers; is_api: whether it speaks JSON: errors are problem
    documents, cookies do not count; started: by the performance counter. replica: where it reads, None for
    the primary; searches: whether it reads as a GET does, though it is none; stays: whether it reads at the
    primary, whatever it is.
    """

    replica: Replica | None = None
    searches = False
    stays = False

    def __init__(self, environ: dict[str, Any], *options: Any, site: Flask, **named: Any) -> None:
        super().__init__(environ, *options, **named)
        self.started = time.perf_counter()
        self.site = site
        self.parts: Registry = site.extensions["registry"]
        self.max_content_length = self.parts.settings.max_body
        self.id = environ[REQUEST_ID] = new_request_id()
        self.is_api = self.path.startswith(("/api/", "/exchange/v1/"))
        self.knows_caller = False
        self.caller: Actor | None = None
        self.knows_visitor = False
        self.visitor: Visitor | None = None
        self._body: bytes | None = None

    def body(self) -> bytes:
        """The bytes sent; raises RequestEntityTooLarge, or ClientDisconnected when they are cut short."""
        if self._body is None:
            self._body = self._read()
        return self._body

    def _read(self) -> bytes:
        told, most = self.environ.get("CONTENT_LENGTH", ""), self.max_content_length
        if not (told.isascii() and told.isdigit()) or most is None or int(told) > most:
            return self.get_data()  # werkzeug's own way, which knows chunks and refuses what is too large
        body: bytes = self.environ["wsgi.input"].read(int(told))
        if len(body) < int(told):
            raise ClientDisconnected
        return body


def asked() -> Asked:
    """The request being answered."""
    return request._get_current_object()  # type: ignore[attr-defined,no-any-return]


def registry() -> Registry:
    """The registry of the current application."""
    return current_app.extensions["registry"]  # type: ignore[no-any-return]


def attach(app: Flask, parts: Registry) -> None:
    """Make these parts the registry of an application."""
    app.extensions["registry"] = parts


def is_api() -> bool:
    """Whether the request speaks JSON."""
    return asked().is_api


def authenticate() -> Actor | None:
    """Who calls: by bearer token on the API, by cookie on pages. Asked once for each request."""
    calling = asked()
    if not calling.knows_caller:
        calling.caller = _token_actor(calling.parts, calling) if calling.is_api else _cookie_actor()
        calling.knows_caller = True
    return calling.caller


def visitor() -> Visitor | None:
    """Whom the cookie of a page names, be their sign-in complete or not. Asked once for each request."""
    calling = asked()
    if not calling.knows_visitor:
        calling.visitor = None if calling.is_api else calling.parts.cookie_visitor(calling.parts)
        calling.knows_visitor = True
    return calling.visitor


def admit(actor: Actor) -> None:
    """Let somebody whose sign-in is not complete act in this request, with what they may."""
    asked().caller = actor


def _cookie_actor() -> Actor | None:
    named = visitor()
    return named.actor if named and not named.step else None


def _token_actor(parts: Registry, calling: Asked) -> Actor | None:
    scheme, _, token = calling.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return parts.token_actor(parts, token) if token and scheme.lower() == "bearer" else None


def actor() -> Actor:
    """Who calls; raises SignInNeeded when nobody is known."""
    known = authenticate()
    if known is None:
        raise SignInNeeded
    return known


def local_path(text: str) -> str:
    """A path on this site to go on to, or the first page for anything else."""
    strange = not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable()
    return "/" if strange else text


def request_id() -> str:
    """The identifier of this request."""
    return asked().id


def begin(purpose: Purpose | None = None, case: str | None = None) -> Begin:
    """A change by whoever calls."""
    return registry().office.begin(actor(), purpose, case, request_id())


def look(purpose: Purpose | None = None, case: str | None = None) -> Look:
    """A read by whoever calls; of what was opened beyond a role, for the purpose that was stated then."""
    who, calling = actor(), asked()
    if who.glass is not None:
        purpose, case = purpose or who.glass.purpose, case or who.glass.case
    return _reading(calling, who).look(who, purpose, case, calling.id)


def search(purpose: Purpose | None = None, case: str | None = None) -> Look:
    """The read that a question begins with which is sent by POST since it is kept: as that of a GET."""
    asked().searches = True
    return look(purpose, case)


def _reading(calling: Asked, who: Actor) -> Office:
    """Where reads of a request go: to a replica, if it only reads and one has what the caller wrote."""
    parts = calling.parts
    if not isinstance(parts.database, Primary):
        return parts.office
    if calling.stays or parts.database.has_written:
        return parts.office
    if calling.replica is None and (calling.searches or calling.method in ("GET", "HEAD")):
        calling.replica = parts.database.nearest(who.user_id)
        calling.stays = calling.replica is None
    return reading_at(parts.office, calling.replica) if calling.replica else parts.office


def look_as_anyone() -> Look:
    """A read by whoever calls, or by nobody in particular; raises SignInNeeded for a bad token."""
    if authenticate() is None and is_api() and asked().headers.get("Authorization"):
        raise SignInNeeded("A valid bearer token is needed, or none")
    who = authenticate() or ANYONE
    calling = asked()
    return _reading(calling, who).look(who, request_id=calling.id)
