"""Routes of the API for access: who one is, one's own tokens, accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from registry.access import acts, grants, proofs, queries
from registry.access.approval_queries import ProposalView
from registry.core.web import api, context
from registry.core.work import Actor, Proof, Work
from schemas import access as shapes
from schemas.approvals import ProposalSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("access", "Who one is, one's own bearer tokens, and accounts")


def shown_by(code: str) -> Actor:
    """Whoever calls, confirmed by a code of the second factor; without one as they are. Raises Invalid."""
    actor, office = context.actor(), context.registry().office
    if not code:
        return actor
    proofs.factor(office, actor, proofs.Answer(code), None, request.remote_addr or "", 0)
    return replace(actor, proof=Proof(0, second_factor=True, at=office.clock()))


@blueprint.route("/me", methods=["GET"])
@api.reads(blueprint, None, gives=shapes.MeSchema)
def me(work: Work) -> queries.Me:
    """Who calls, and what this token allows."""
    return queries.me(work)


@blueprint.route("/tokens", methods=["GET"])
@api.reads(blueprint, May.TOKEN_MANAGE, gives=shapes.TokenSchema, query=PageAskedSchema, paged=True)
def tokens(work: Work, asked: PageAsked) -> Page[queries.TokenView]:
    """One's own tokens, without their text."""
    return queries.tokens(work, asked)


@blueprint.route("/tokens", methods=["POST"])
@api.writes(blueprint, May.TOKEN_MANAGE, takes=shapes.TokenNewSchema, gives=shapes.TokenSchema, secret=True)
def make_token(work: Work, new: shapes.TokenNew) -> queries.TokenView:
    """Make a bearer token for oneself. Its text is in this answer only; no Idempotency-Key."""
    return acts.make_token(work, new)


@blueprint.route("/tokens/<int:token_id>/revoke", methods=["POST"])
@api.writes(blueprint, May.TOKEN_MANAGE, takes=shapes.NothingSchema, gives=shapes.TokenSchema, status=200)
def revoke_token(work: Work, nothing: object, token_id: int) -> queries.TokenView:
    """End one of one's own tokens at once."""
    return acts.revoke_token(work, token_id)


@blueprint.route("/accounts", methods=["GET"])
@api.reads(
    blueprint, May.USER_MANAGE, gives=shapes.AccountSchema, query=shapes.AccountsAskedSchema, paged=True
)
def accounts(work: Work, asked: shapes.AccountsAsked) -> Page[queries.AccountView]:
    """Accounts that fit."""
    return queries.accounts(work, asked)


@blueprint.route("/accounts", methods=["POST"])
@api.writes(blueprint, May.USER_MANAGE, takes=shapes.AccountNewSchema, gives=ProposalSchema, status=202)
def propose_account(work: Work, new: shapes.AccountNew) -> ProposalView:
    """Propose an account; it is open when somebody else has approved it."""
    return grants.propose_account(work, new)


@blueprint.route("/accounts/<int:account_id>", methods=["GET"])
@api.reads(blueprint, May.USER_MANAGE, gives=shapes.AccountSchema)
def account(work: Work, account_id: int) -> queries.AccountView:
    """One account."""
    return queries.account(work, account_id)


@blueprint.route("/accounts/<int:account_id>/role", methods=["POST"])
@api.writes(
    blueprint,
    May.USER_MANAGE,
    takes=shapes.RoleGrantSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_role(work: Work, grant: shapes.RoleGrant, account_id: int, version: int) -> ProposalView:
    """Propose another role for an account, or that a closed one is opened again."""
    return grants.propose_role(work, account_id, grant, version)


@blueprint.route("/accounts/<int:account_id>/close", methods=["POST"])
@api.writes(
    blueprint,
    May.USER_MANAGE,
    takes=shapes.NothingSchema,
    gives=shapes.AccountSchema,
    status=200,
    versioned=True,
)
def close(work: Work, nothing: object, account_id: int, version: int) -> queries.AccountView:
    """Close an account; its sign-ins and tokens end at once."""
    return acts.close(work, account_id, version)
