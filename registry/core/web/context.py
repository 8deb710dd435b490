"""What a request stands on: the registry's parts, who calls, and units of work for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, Request, current_app, g, request

from registry.core.database import Database
from registry.core.errors import SignInNeeded
from registry.core.settings import Settings
from registry.core.work import Actor, Office, Work, new_request_id
from schemas.vocabulary import May, Purpose


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

    token_actor, cookie_visitor: given by `access`, which this floor does not know; pages: entries of the
    navigation, given by the subjects.
    """

    settings: Settings
    database: Database
    office: Office
    token_actor: Callable[[Registry, str], Actor | None]
    cookie_visitor: Callable[[Registry], Visitor | None]
    navigation: list[NavigationEntry] = field(default_factory=list)


@dataclass(frozen=True)
class NavigationEntry:
    """A page in the navigation, shown to those who may open it. `label` is a message id."""

    label: str
    endpoint: str
    may: May
    order: int = 50


def registry() -> Registry:
    """The registry of the current application."""
    return cast(Registry, current_app.extensions["registry"])


def attach(app: Flask, parts: Registry) -> None:
    """Make these parts the registry of an application."""
    app.extensions["registry"] = parts


def is_api(asked: Request | None = None) -> bool:
    """Whether a request speaks JSON: errors are problem documents, cookies do not count."""
    return (asked or request).path.startswith("/api/")


def authenticate() -> Actor | None:
    """Who calls: by bearer token on the API, by cookie on pages. Asked once for each request."""
    if "actor" not in g:
        g.actor = _token_actor() if is_api() else _cookie_actor()
    return cast("Actor | None", g.actor)


def visitor() -> Visitor | None:
    """Whom the cookie of a page names, be their sign-in complete or not. Asked once for each request."""
    if "visitor" not in g:
        g.visitor = None if is_api() else registry().cookie_visitor(registry())
    return cast("Visitor | None", g.visitor)


def admit(actor: Actor) -> None:
    """Let somebody whose sign-in is not complete act in this request, with what they may."""
    g.actor = actor


def _cookie_actor() -> Actor | None:
    named = visitor()
    return named.actor if named and not named.step else None


def _token_actor() -> Actor | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return registry().token_actor(registry(), token) if scheme.lower() == "bearer" and token else None


def actor() -> Actor:
    """Who calls; raises SignInNeeded when nobody is known."""
    known = authenticate()
    if known is None:
        raise SignInNeeded
    return known


def request_id() -> str:
    """The identifier of this request."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    return cast(str, g.request_id)


@contextmanager
def begin(purpose: Purpose | None = None, case: str | None = None, **options: Any) -> Iterator[Work]:
    """A change by whoever calls."""
    with registry().office.begin(actor(), purpose, case, request_id(), **options) as work:
        yield work


@contextmanager
def look(purpose: Purpose | None = None, case: str | None = None) -> Iterator[Work]:
    """A read by whoever calls."""
    with registry().office.look(actor(), purpose, case, request_id()) as work:
        yield work
