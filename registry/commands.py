"""What the operator does at the command line: set up, load demonstration data, describe the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import current_app

from registry.core import migrate
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
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
    if demo:
        from registry.demo.loading import fill_if_empty

        for line in fill_if_empty(parts.office, OPERATOR):
            click.echo(line)


@click.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document."""
    document: dict[str, Any] = current_app.test_client().get("/api/v1/openapi.json").get_json()
    click.echo(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False))


COMMANDS = (setup, openapi)
