"""Whether somebody may: questions to the policy, which are refused when they cannot be answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from registry.core import policy
from registry.core.actors import Actor
from registry.core.closed import refused_on_failure
from registry.core.errors import ConfirmationNeeded, Forbidden
from schemas.vocabulary import May, Purpose
from schemas.words import said, word


@refused_on_failure
def allow(actor: Actor, may: May) -> None:
    """Raise Forbidden unless the actor may do this."""
    if may not in actor.may:
        raise Forbidden(
            said("The role %(role)s may not do this (%(may)s)", role=word(actor.role.value), may=may.value)
        )


@refused_on_failure
def limited_to(actor: Actor, may: May) -> int | None:
    """The party whose records alone a permission reaches; None where it reaches everyone's.

    What was opened beyond a role is one record, which the guard has compared. 0, which is no party, for
    whoever has the permission for less, or for a party and has none.
    """
    cell = policy.grant(actor.role, may) if may in actor.may else None
    if (cell is not None and cell.scope is policy.Scope.EVERY) or (actor.glass and actor.glass.may is may):
        return None
    return actor.party_id or 0 if cell is not None and cell.scope is policy.Scope.PARTY else 0


@refused_on_failure
def is_limited_to_office(actor: Actor, may: May) -> bool:
    """Whether a permission reaches what is or was at the office where one works, and nothing else."""
    cell = policy.grant(actor.role, may) if may in actor.may else None
    return cell is not None and cell.scope is policy.Scope.OFFICE


@refused_on_failure
def is_own(actor: Actor, may: May) -> bool:
    """Whether a permission reaches only what one asked oneself."""
    cell = policy.grant(actor.role, may) if may in actor.may else None
    return cell is None or cell.scope is not policy.Scope.EVERY


@refused_on_failure
def for_purpose(actor: Actor, may: May, purpose: Purpose | None) -> None:
    """Raise Forbidden unless the actor has a permission for this purpose."""
    allow(actor, may)
    if not policy.serves(actor.role, may, purpose):
        stated = word(purpose.value) if purpose else said("no purpose")
        raise Forbidden(
            said(
                "The role %(role)s may not do this (%(may)s) for %(stated)s",
                role=word(actor.role.value),
                may=may.value,
                stated=stated,
            )
        )


class _Work(Protocol):
    actor: Actor
    purpose: Purpose | None


@refused_on_failure
def shows_persons(work: _Work, unstated: Purpose | None = None) -> bool:
    """Whether natural persons may be named in a work: by permission, and for what it is done.

    unstated: what it is done for where nothing is said.
    """
    if May.PERSON_READ not in work.actor.may:
        return False
    return policy.serves(work.actor.role, May.PERSON_READ, work.purpose or unstated)


@refused_on_failure
def confirmed(actor: Actor, now: datetime, within: timedelta) -> None:
    """Raise ConfirmationNeeded unless the actor showed so lately who they are; a bearer token never does."""
    if actor.proof is None or actor.proof.at < now - within:
        raise ConfirmationNeeded("This needs your password or second factor once more")


def may_of(function: Any) -> May | None:
    """Which permission an act asks for; None when it is not an act."""
    return getattr(function, "may", None)
