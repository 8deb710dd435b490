"""What the operator does at the command line: set up, load demonstration data, describe the API."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from registry.access.commands import access, account_of
from registry.access.commands import operator_work as access_work
from registry.ammunition import reference as ammunition
from registry.calendars import reference as calendars
from registry.core import filling, migrate
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.demo import loading, playing, states
from registry.directory import reference
from registry.marks import index
from registry.requests import filling as requests
from registry.retention import reference as retention
from registry.tracing import filling as tracing
from registry.verification import acts as verification
from registry.verification import keys
from schemas.vocabulary import Purpose


@contextmanager
def operator_work(purpose: Purpose = Purpose.REGISTRATION) -> Iterator[Work]:
    """A change by the operator."""
    parts: Registry = current_app.extensions["registry"]
    with parts.office.begin(OPERATOR, purpose) as work:
        yield work


@click.command("setup")
@click.option(
    "--demo", is_flag=True, help="Fill an empty registry with demonstration data and print sign-ins."
)
def setup(demo: bool) -> None:
    """Bring the database up to date: migrations, reference data, indexes. Safe to run again."""
    for line in set_up(current_app.extensions["registry"], demo):
        click.echo(line)


def set_up(parts: Registry, demo: bool) -> Iterator[str]:
    """Bring the database of a registry up to date; yields lines for the terminal.

    Within the application's context. Raises ClickException for a demonstration in production.
    """
    if demo and parts.settings.production:
        raise click.ClickException("Everybody knows the passwords of the demonstration: not in production.")
    prepare(parts)
    if demo:
        yield from loading.fill_if_empty(parts.office, OPERATOR)
        _sign_documents(parts)
    index.seal_if_due(parts.office)


def _sign_documents(parts: Registry) -> None:
    """A certificate to try with, where there is none that serves."""
    with operator_work() as work:
        if keys.trouble(work) in ("none", "ended"):
            keys.demonstrate(work, parts.settings.authority)


def prepare(parts: Registry) -> None:
    """Migrations, reference data, and what rows of an earlier version lack."""
    before = migrate.upgrade(parts.settings.database_url)
    with operator_work() as work:
        reference.load(work)
        calendars.load(work)
        ammunition.load(work)
        retention.load(work)
        verification.make_first_key(work)
    knew = not before or before >= requests.SINCE  # whoever goes on serving beside this
    filling.fill(operator_work, requests.NAME, requests.ends_of_keeping, knew)
    filling.fill(operator_work, tracing.NAME, tracing.firearms_named)


@click.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document."""
    document: dict[str, Any] = current_app.test_client().get("/api/v1/openapi.json").get_json()
    click.echo(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False))


demonstration = AppGroup("demo", help="Demonstration data.")


@demonstration.command("load")
@click.option("--firearms", type=click.IntRange(0, 10**7), default=loading.FIREARMS, show_default=True)
@click.option("--lots", type=click.IntRange(0, 10**6), default=loading.LOTS, show_default=True)
def load_demonstration(firearms: int, lots: int) -> None:
    """Load demonstration data of any size into a registry that has none."""
    parts: Registry = current_app.extensions["registry"]
    try:
        for line in loading.load(parts.office, OPERATOR, firearms, lots):
            click.echo(line)
        index.seal_if_due(parts.office)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


@demonstration.command("states")
@click.option(
    "--port", type=click.IntRange(1, 65_533), default=8101, help="The first of three; 8101 without."
)
@click.option("--once", is_flag=True, help="End when the trace is played.")
def demonstrate_states(port: int, once: bool) -> None:
    """Serve three States on this machine and play a trace from one to the next, until Ctrl-C."""
    parts: Registry = current_app.extensions["registry"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends this, ends the three servers

    def stay() -> None:
        if not once:
            click.echo("Ctrl-C ends them")
            threading.Event().wait()

    try:
        for line in states.run(parts.settings.instance / "states", port, parts.office.offers, stay):
            click.echo(line)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


@demonstration.command("state", hidden=True)
@click.argument("address")
def demonstrate_state(address: str) -> None:
    """Set up the State of this process for `demo states`; address: where it will be reached."""
    parts: Registry = current_app.extensions["registry"]
    prepare(parts)
    playing.set_up(parts.office, parts.settings.authority, address, parts.settings.instance.parent)
    _sign_documents(parts)


@demonstration.command("meet", hidden=True)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def meet(files: tuple[Path, ...]) -> None:
    """Trust the other States of `demo states`."""
    parts: Registry = current_app.extensions["registry"]
    playing.meet(parts.office, files)


@access.command("code")
@click.argument("login")
def code(login: str) -> None:
    """Print the next code of a demonstration account, whose secret is public. For no other account."""
    with access_work() as work:
        click.echo(loading.next_code(work, account_of(work, login)))


COMMANDS = (setup, openapi, demonstration)
