"""What the operator does about accounts: open the first one, help an administrator in again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from registry.access import acts, factors, grants, policy_document, queries, rules, secrets
from registry.access.tables import Account
from registry.core.database import Base
from registry.core.errors import NotFound, RegistryError
from registry.core.work import OPERATOR, Work
from schemas.access import AccountNew
from schemas.vocabulary import Role

access = AppGroup("access", help="Accounts and their ways in.")


@contextmanager
def operator_work() -> Iterator[Work]:
    """A change by the operator; a refusal is told without a trace of the stack."""
    try:
        with current_app.extensions["registry"].office.begin(OPERATOR) as work:
            yield work
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def account_of(work: Work, login: str) -> Account:
    """The account with a login; raises NotFound."""
    found = queries.account_by_login(work.session, login)
    if found is None:
        raise NotFound(f"No account has the login {login}")
    return found


@access.command("open")
@click.argument("login")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--party", help="For traders: registry number of whom they work for.")
@click.option("--reason", default="Opened at the command line", help="Why, for whoever approves it.")
def open_account(login: str, name: str, role: str, party: str | None, reason: str) -> None:
    """Open one of the first two accounts and print its one-time password; propose any other.

    The first two are of an administrator and of a supervisor, or of two of either: from then on somebody
    who signs in approves what is proposed here.
    """
    new, password = AccountNew(login, name, Role(role), party, reason=reason), secrets.new_password()
    with operator_work() as work:
        first = rules.may_bootstrap(queries.approvers_of_roles(work))
        if first:
            acts.open_first(work, new, password)
        else:
            waiting = grants.propose_account(work, new)
    if first:
        click.echo(f"One-time password of {login}: {password}")
        return
    click.echo(f"Proposal {waiting.id} waits for the approval of an administrator or supervisor. After it:")
    click.echo(f'flask --app wsgi access reset-password {login} --reason "first password"')


@access.command("reset-password")
@click.argument("login")
@click.option("--reason", required=True)
def reset_password(login: str, reason: str) -> None:
    """Print a one-time password for somebody who forgot theirs."""
    with operator_work() as work:
        password = acts.reset_password(work, account_of(work, login).id, reason)
    click.echo(f"One-time password of {login}: {password}")


@access.command("reset-factor")
@click.argument("login")
@click.option("--reason", required=True)
def reset_factor(login: str, reason: str) -> None:
    """Take away the second factors of somebody who lost them."""
    with operator_work() as work:
        factors.reset(work, account_of(work, login).id, reason)
    click.echo(f"{login} enrols a new second factor after the next sign-in.")


@access.command("policy")
def policy() -> None:
    """Print who may do what, and by which routes, as docs/policy.md keeps it."""
    click.echo(policy_document.written(current_app, Base.metadata), nl=False)
