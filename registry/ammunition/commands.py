"""`flask --app wsgi ammunition report FILE`: sales of a dealer from a file, at the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from registry.ammunition import reports, sales_acts
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from schemas.vocabulary import Purpose

ammunition = AppGroup("ammunition", help="Records of ammunition.")


@ammunition.command("report")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def report(file: Path) -> None:
    """Record the sales of a CSV FILE; prints refused lines. Ends with 1 if there are any, 2 if unread."""
    parts: Registry = current_app.extensions["registry"]
    sent = file.read_bytes()
    try:
        lines = reports.lines(reports.read_csv(sent.decode("utf-8", "replace")))
        with parts.office.begin(OPERATOR, Purpose.REGISTRATION) as work:
            found = sales_acts.report_sales(work, file.name[:120], reports.digest(sent), lines)
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    for line in found.outcome:
        for unmet in line.unmet:
            click.echo(f"line {line.line}: {unmet.field}: {unmet.message} {unmet.article}".rstrip())
    click.echo(f"{found.number}: {found.lines - found.refused} recorded, {found.refused} refused")
    sys.exit(1 if found.refused else 0)
