"""Commands of licences."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from registry.licensing.picture import svg

licences = AppGroup("licences", help="Licences of export, import, transit and brokering.")


@licences.command("life")
def life() -> None:
    """Print the life of a licence as a picture (docs/licence-life.svg)."""
    click.echo(svg(), nl=False)
