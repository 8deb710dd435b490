"""What the operator does at the command line: set up, load demonstration data, describe the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from registry.ammunition import reference as ammunition
from registry.core import migrate
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.demo import loading
from registry.directory import reference
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
    """Bring the database up to date: migrations and reference data. Safe to run again."""
    parts: Registry = current_app.extensions["registry"]
    migrate.upgrade(parts.settings.database_url)
    with operator_work() as work:
        reference.load(work)
        ammunition.load(work)
    if demo:
        for line in loading.fill_if_empty(parts.office, OPERATOR):
            click.echo(line)


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
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


COMMANDS = (setup, openapi, demonstration)
