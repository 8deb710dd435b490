"""Who may call a route. Closed by default: a route without a declaration is never answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app

from registry.core import policy
from registry.core.closed import refused_on_failure
from registry.core.errors import Forbidden, RegistryError, SignInNeeded
from registry.core.web.context import Asked, admit, authenticate, visitor
from registry.core.work import Actor, allow, confirmed
from schemas.vocabulary import May

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """may: the permission asked for, None where only a sign-in is needed; public: why anyone may call.

    steps: steps of an unfinished sign-in at which the route is open too; confirmed_within: how lately the
    caller must have shown who they are; most_bytes: of a body, where more than elsewhere is taken.
    """

    may: May | None = None
    public: str = ""
    steps: frozenset[str] = frozenset()
    confirmed_within: timedelta | None = None
    most_bytes: int | None = None


class UnguardedError(RegistryError):
    """A route without a declaration: the service does not start."""


def may(
    permission: May, confirmed_within: timedelta | None = None, most_bytes: int | None = None
) -> Callable[[View], View]:
    """Declare that callers need a permission, how lately they showed who they are, how much they may send."""
    return _declare(Guard(may=permission, confirmed_within=confirmed_within, most_bytes=most_bytes))


def unfinished(*steps: str, confirmed_within: timedelta | None = None) -> Callable[[View], View]:
    """Declare that callers need a sign-in, and that one which still waits at one of these steps will do."""
    return _declare(Guard(steps=frozenset(steps), confirmed_within=confirmed_within))


def signed_in(view: View) -> View:
    """Declare that callers need a sign-in or token, and no more."""
    return _declare(Guard())(view)


def public(reason: str) -> Callable[[View], View]:
    """Declare that anyone may call, and why."""
    return _declare(Guard(public=reason))


def _declare(guard: Guard) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return declare


def open_endpoint(app: Flask, endpoint: str, reason: str) -> None:
    """Declare for a route of a library that anyone may call it, and why."""
    view = app.view_functions[endpoint]

    def opened(**path: Any) -> Any:
        return view(**path)

    app.view_functions[endpoint] = public(reason)(opened)


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The declaration of a route, or None."""
    guard: Guard | None = getattr(app.view_functions[endpoint], "guard", None)
    return guard


def opens(endpoint: str, who: Actor) -> bool:
    """Whether a route is declared open to what somebody may do."""
    guard = guard_of(current_app, endpoint)
    return guard is not None and (guard.may is None or guard.may in who.may)


def check(asked: Asked) -> None:
    """Before each request: find out who calls, and whether the route is open to them."""
    if asked.endpoint is None:
        return
    if "\0" in asked.path:  # nothing is called so, and PostgreSQL cannot be asked for it
        abort(404)
    guard = guard_of(asked.site, asked.endpoint)
    if guard is None:
        raise Forbidden("This address is closed")
    if guard.public:
        return
    actor = authenticate() or _on_the_way(guard)
    if actor is None:
        raise SignInNeeded("A sign-in or a valid bearer token is needed")
    if guard.may is not None:
        if guard.may not in actor.may:
            actor = _through_glass(asked, actor, guard.may)
        allow(actor, guard.may)
    if guard.confirmed_within is not None:
        confirmed(actor, asked.parts.office.clock(), guard.confirmed_within)
    if guard.most_bytes is not None:
        asked.max_content_length = guard.most_bytes


def _through_glass(asked: Asked, actor: Actor, permission: May) -> Actor:
    """Who calls, for this request with a permission to read the one record they opened beyond their role."""
    number = behind_glass(asked, actor, permission)
    opened = asked.parts.glass(asked.parts, actor, permission, number) if number else None
    if opened is None:
        return actor
    through = replace(actor, may=actor.may | {permission}, glass=opened)
    admit(through)
    return through


@refused_on_failure
def behind_glass(asked: Asked, actor: Actor, permission: May) -> str:
    """The number of the record asked for, where somebody in this role could open it; "" where not."""
    reads = asked.method in ("GET", "HEAD") and permission in policy.BEHIND_GLASS.get(actor.role, ())
    number = (asked.view_args or {}).get("number", "") if reads and May.GLASS_BREAK in actor.may else ""
    return str(number)


def offered_glass(asked: Asked) -> str:
    """The number of a record that was refused to whoever calls and that they could open; "" else."""
    guard = guard_of(asked.site, asked.endpoint) if asked.endpoint else None
    actor = asked.caller
    try:
        return behind_glass(asked, actor, guard.may) if guard and guard.may and actor else ""
    except Forbidden:  # the policy could not be asked: nothing is offered
        return ""


def _on_the_way(guard: Guard) -> Actor | None:
    """Somebody whose sign-in waits at a step that this route belongs to."""
    named = visitor()
    if named is None or named.step not in guard.steps:
        return None
    admit(named.actor)
    return named.actor


def refuse_unguarded(app: Flask) -> None:
    """Raise UnguardedError while any route has no declaration, or a permission has no cell in the policy."""
    bare = sorted(rule.endpoint for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is None)
    if bare:
        raise UnguardedError(f"Routes without a declaration of who may call them: {', '.join(bare)}")
    unknown = [may.value for may in May if not policy.TABLE.get(may)]
    if unknown:
        raise UnguardedError(f"Permissions without a cell in the policy: {', '.join(unknown)}")
