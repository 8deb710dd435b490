"""What runs every day by itself: asking for receipts that do not come."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from registry.shipments import following

shipments = AppGroup("shipments", help="Shipments under licences.")


@shipments.command("remind")
def remind() -> None:
    """Ask for every proof of receipt that is overdue and was not asked for lately."""
    parts: Registry = current_app.extensions["registry"]
    with parts.office.begin(OPERATOR) as work:
        reminded = following.remind_all(work)
    for number in reminded:
        click.echo(number)
    click.echo(f"{len(reminded)} reminded")
