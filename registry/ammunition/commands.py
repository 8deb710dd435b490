"""`flask --app wsgi ammunition …`: sales and counts from files, and what somebody has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from registry.ammunition import counting, reports, sales_acts, stock_acts, stock_queries
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from schemas.ammunition_stock import StockAsked
from schemas.paging import MOST
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


@ammunition.command("count")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--party", required=True, help="Whose stock was counted: a party's number.")
@click.option("--on", "counted_on", required=True, help="The day, at its end: 2026-01-31.")
@click.option("--unit", default="", help="One unit of it; left out: all together.")
@click.option("--whole", is_flag=True, help="The whole stock was counted: a lot not named was not there.")
@click.option("--note", default="")
def count(file: Path, **told: Any) -> None:
    """Hold a CSV FILE of lot and number against the book. Ends with 1 if it does not add up, 2 if unread."""
    parts: Registry = current_app.extensions["registry"]
    try:
        lines = counting.read_csv(file.read_bytes().decode("utf-8", "replace"))
        new = counting.taken({**told, "lines": lines})
        with parts.office.begin(OPERATOR, Purpose.REGISTRATION) as work:
            found = stock_acts.count_stock(work, new)
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    for line in found.lines:
        if line.difference:
            click.echo(f"{line.lot}  {line.code}: {line.difference}")
    click.echo(f"{found.number}: {found.lots} lots counted, {found.differing} do not add up")
    sys.exit(1 if found.differing else 0)


@ammunition.command("stock")
@click.argument("party")
def stock(party: str) -> None:
    """Print what a PARTY has, lot by lot."""
    parts: Registry = current_app.extensions["registry"]
    cursor, more = "", True
    try:
        while more:
            with parts.office.look(OPERATOR) as work:
                page = stock_queries.rows(work, StockAsked(party=party, limit=MOST, cursor=cursor))
            for row in page.items:
                packed = ", ".join(f"{count:,} {level.replace('_', ' ')}" for level, count in row.packages)
                words = (
                    row.lot,
                    row.code,
                    row.product,
                    row.unit,
                    f"{row.quantity:,}",
                    packed,
                    row.difference,
                )
                click.echo("  ".join(word for word in words if word))
            cursor = page.next
            more = bool(cursor)
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
