"""Makers of test data: each calls the acts that people call, so that tests hold nothing people could not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access import acts as access_acts
from registry.access import approvals, factors, totp
from registry.access.approval_queries import ProposalView
from registry.access.policy import SECOND_FACTOR_ROLES
from registry.access.queries import AccountView
from registry.access.tables import Account, Totp
from registry.core.erasing import row_of, values_of
from registry.core.journal.tables import LedgerPersonal
from registry.core.numbers import parse_registry_number
from registry.core.policy import permissions
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.directory import acts as directory_acts
from registry.directory.queries import PartyView
from schemas.access import AccountNew, TokenNew
from schemas.directory import PartyNew
from schemas.vocabulary import ApprovalKind, May, PartyKind, Role

PASSWORD = "a long walk by the river"  # noqa: S105 - of accounts that live as long as a test
EVERYTHING = Actor(0, "tests", Role.AUTHORITY_SUPERVISOR, frozenset(May))
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of the same accounts
_COUNTER = itertools.count(1)


def make_actor(role: Role = Role.AUTHORITY_OFFICER, party_id: int | None = None, user_id: int = 1) -> Actor:
    """Someone with all that a role may do; `party_id` is the trader they work for."""
    return Actor(user_id, f"A {role.value}", role, permissions(role), party_id)


def make_party(
    work: Work,
    kind: PartyKind = PartyKind.DEALER,
    name: str | None = None,
    country: str = "BR",
    **given: Any,
) -> PartyView:
    """A party; a natural person's name goes into the personal data."""
    name = name or f"Party {next(_COUNTER)}"
    named = {"full_name": name} if kind is PartyKind.PERSON else {"name": name}
    return directory_acts.register_party(work, PartyNew(kind=kind, country=country, **named, **given))


def key_of_party(party: PartyView) -> int:
    """The internal key, such as actors and rows hold."""
    return parse_registry_number("P", party.number)


def make_account(
    office: Office, role: Role = Role.AUTHORITY_OFFICER, login: str | None = None, **given: Any
) -> AccountView:
    """An account with PASSWORD; a trader gets a party of their own unless one is given.

    A role that needs a second factor has an app with APP_SECRET; not with `enrolled=False`.
    """
    login, enrolled = login or f"user{next(_COUNTER)}", given.pop("enrolled", True)
    with office.begin(EVERYTHING) as work:
        if role is Role.TRADER and "party" not in given:
            given["party"] = make_party(work).number
        name = given.pop("full_name", f"Name of {login}")
        opened = open_account(work, AccountNew(login=login, full_name=name, role=role, **given))
        if enrolled and role in SECOND_FACTOR_ROLES:
            factors.give_app(work, opened.id, APP_SECRET)
        return opened


def open_account(work: Work, new: AccountNew) -> AccountView:
    """An account with PASSWORD, as if two had just agreed on it."""
    work.carrying_out = ApprovalKind.OPEN_ACCOUNT
    opened = access_acts.open_account(work, new)
    access_acts.give_password(work, opened.id, PASSWORD)
    work.carrying_out = ""
    return opened


def make_person(office: Office, role: Role = Role.AUTHORITY_SUPERVISOR, **given: Any) -> Actor:
    """Somebody new with an account, who has just confirmed who they are."""
    account = make_account(office, role, **given)
    actor = make_actor(role, user_id=account.id)
    return replace(actor, name=account.full_name, proof=OPERATOR.proof)


def agreed(office: Office, propose: Callable[[Work], ProposalView]) -> ProposalView:
    """What the operator proposes and a supervisor approves; raises what either is refused."""
    with office.begin(EVERYTHING) as work:
        proposed = propose(work)
    with office.begin(make_person(office)) as work:
        return approvals.approve(work, proposed.id, proposed.digest)


def make_token(office: Office, account: AccountView, scopes: Iterable[May] = (), days: int = 1) -> str:
    """A bearer token of an account, as made in a session completed with a second factor."""
    actor = replace(make_actor(Role(account.role), user_id=account.id), proof=OPERATOR.proof)
    with office.begin(actor) as work:
        return access_acts.make_token(work, TokenNew("tests", tuple(scopes), days)).token


def bearer(app: Flask, role: Role = Role.AUTHORITY_OFFICER, **given: Any) -> dict[str, str]:
    """Headers of someone new in a role, for the API."""
    office: Office = app.extensions["registry"].office
    return {"Authorization": f"Bearer {make_token(office, make_account(office, role, **given))}"}


def csrf_token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token of a form on a page, as a browser would send it."""
    text = client.get(path).get_data(as_text=True)
    _, found, rest = text.partition('name="csrf_token" value="')
    assert found, f"{path} has no form"
    return rest.partition('"')[0]


def sign_in(app: Flask, role: Role = Role.AUTHORITY_OFFICER, **given: Any) -> FlaskClient:
    """A browser in which someone new in a role has signed in."""
    account = make_account(app.extensions["registry"].office, role, **given)
    client = app.test_client()
    answer = enter(client, account.login)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client


def enter(client: FlaskClient, login: str, password: str = PASSWORD, **form: str) -> Any:
    """Send the sign-in form, and a code where one is asked for."""
    answer = enter_password(client, login, password, **form)
    if answer.headers.get("Location") != "/sign-in/second-factor":
        return answer
    code = next_code(client.application.extensions["registry"].office, login)
    return post(client, "/sign-in/second-factor", code=code)


def enter_password(client: FlaskClient, login: str, password: str = PASSWORD, **form: str) -> Any:
    """Send the sign-in form, and nothing after it."""
    token = csrf_token(client)
    return client.post("/sign-in", data={"csrf_token": token, "login": login, "password": password, **form})


def next_code(office: Office, login: str) -> str:
    """The earliest code of somebody's app that is still taken."""
    with office.look(EVERYTHING) as work:
        query = select(Totp.last_step).join(Account, Account.id == Totp.account_id)
        last = work.session.scalars(query.where(Account.login == login.casefold())).one()
        soon = work.now + timedelta(seconds=10)  # still taken when it arrives
        return totp.code_at(APP_SECRET, max(totp.step_at(soon) - totp.TOLERANCE, last + 1))


def post(client: FlaskClient, path: str, form_at: str = "", **form: Any) -> Any:
    """Send a form with its token, which is read from the page the form is on."""
    return client.post(path, data={"csrf_token": csrf_token(client, form_at or path), **form})


def in_the_journal(work: Work, record: Any) -> set[str]:
    """What the journal keeps apart of a row, as JSON arrays of one value, but for what is empty."""
    return set(work.session.scalars(values_of(row_of(record), LedgerPersonal.value))) - {"[null]", '[""]'}
