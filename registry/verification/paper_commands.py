"""Keys that sign papers, at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.verification import acts, key_queries
from registry.verification.tables import PaperKey

papers = AppGroup("papers", help="Keys by which papers are checked without a network.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


def _office() -> Any:
    parts: Registry = current_app.extensions["registry"]
    return parts.office


@contextmanager
def _work() -> Iterator[Work]:
    try:
        with _office().begin(OPERATOR) as work:
            yield work
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


@papers.command("keygen")
@click.option("--from", "serves_from", type=MOMENT, help="From when it signs, UTC; else in two days.")
@click.option("--at-once", is_flag=True, help="It signs from now on, though devices offline do not know it.")
def keygen(serves_from: datetime | None, at_once: bool) -> None:
    """Make a key. It is published at once, and signs two days later: time for devices to learn it."""
    with _work() as work:
        begins = serves_from.replace(tzinfo=UTC) if serves_from else None
        row = acts.make_key(work, work.now.replace(microsecond=0) if at_once else begins)
        click.echo(_line(row))


@papers.command("keys")
def keys() -> None:
    """Every key with the time it serves, the first one first."""
    with _office().look(OPERATOR) as work:
        for row in key_queries.keys(work):
            click.echo(_line(row))


def _line(row: PaperKey) -> str:
    serves = f"{row.kid}  {row.valid_from:%Y-%m-%d %H:%M} to {row.valid_until:%Y-%m-%d %H:%M} UTC"
    return f"{serves}  withdrawn {row.withdrawn_at:%Y-%m-%d %H:%M}" if row.withdrawn_at else serves


@papers.command("withdraw")
@click.argument("kid")
@click.option("--reason", required=True)
def withdraw(kid: str, reason: str) -> None:
    """No longer believe a key that somebody else may have: it signs no more."""
    with _work() as work:
        acts.withdraw_key(work, kid, reason)
    click.echo("Papers that it signed are checked online from now on; print them again.")


@papers.command("endings")
@click.argument("file", type=click.File("wb"))
def endings(file: BinaryIO) -> None:
    """Write the signed list of papers that are no longer good."""
    with _work() as work:
        file.write(key_queries.signed_endings(work, current_app.extensions["endings"]))
