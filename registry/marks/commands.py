"""`flask --app wsgi marks rebuild`: the position index made anew from the marks."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.marks import index

marks = AppGroup("marks", help="The index by which damaged marks are found.")


@marks.command("rebuild")
def rebuild() -> None:
    """Make the index anew from the marks, while everybody goes on working."""
    parts: Registry = current_app.extensions["registry"]
    try:
        click.echo(f"{index.rebuild(parts.office):,} marks")
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
