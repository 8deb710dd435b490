"""Recovery at the command line: what campaigns took, and a day's collection from a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from marshmallow import ValidationError

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from registry.recovery import acts, entry, figures_queries, queries
from registry.recovery.figures import DEFINITIONS, percent
from schemas.figures import FiguresAskedSchema, FiguresSchema
from schemas.recovery import CampaignsAsked

recovery = AppGroup("recovery", help="Campaigns, and a day's collection from a file.")


@recovery.command("campaigns")
def campaigns() -> None:
    """What each campaign and post took, against its target."""
    parts: Registry = current_app.extensions["registry"]
    with parts.office.look(OPERATOR) as work:
        for one in queries.campaigns(work, CampaignsAsked(limit=200)).items:
            target = f" of {one.target:,}" if one.target else ""
            click.echo(
                f"{one.number}  {one.name}: {one.firearms:,}{target} firearms, {one.ammunition:,} rounds"
            )
            for post in one.posts:
                click.echo(f"  {post.n}  {post.name}, {post.place}: {post.firearms:,} firearms")


@recovery.command("figures")
@click.option("--since", default=None, help="First day of the recoveries, 2026-01-01.")
@click.option("--until", default=None, help="Last day.")
@click.option("--json", "as_json", is_flag=True)
def figures(since: str | None, until: str | None, as_json: bool) -> None:
    """SDG indicator 16.4.2: how many recovered firearms have an established origin."""
    parts: Registry = current_app.extensions["registry"]
    try:
        given = {name: day for name, day in (("since", since), ("until", until)) if day}
        asked = FiguresAskedSchema().load(given)
    except ValidationError as error:
        raise click.ClickException(str(error.messages)) from error
    with parts.office.look(OPERATOR) as work:
        found = figures_queries.figures_of(work, asked)
    if as_json:
        click.echo(json.dumps(FiguresSchema().dump(found), indent=1))
        return
    click.echo(f"{found.numerator:,} of {found.denominator:,} firearms: {percent(found.share)}")
    for status, many in found.by_status.items():
        click.echo(f"  {many:>9,}  {status.value.replace('_', ' ')}: {DEFINITIONS[status]}")


@recovery.command("day")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--kind", required=True, help="seized, found, surrendered or collected")
@click.option("--on", required=True, help="The day, 2026-11-24.")
@click.option("--place", required=True)
@click.option("--agency", required=True, help="Number of the public body that keeps the items.")
@click.option("--campaign", default="")
@click.option("--post", default="")
@click.option("--circumstances", default="")
@click.option("--case-number", default="")
def day(file: io.TextIOBase, on: str, **common: str) -> None:
    """Record a day's collection from a CSV file: one line an item, columns as on the page. All or nothing."""
    parts: Registry = current_app.extensions["registry"]
    told = None
    try:
        told = entry.read({**common, "recovered_on": on, **_rows(file)})
        with parts.office.begin(OPERATOR) as work:
            made = acts.record_day(work, told.recoveries)
    except RegistryError as error:
        unmet = told.at_rows(error.unmet) if told else error.unmet
        lines = [f"{one.field}: {one.message}" for one in unmet]
        raise click.ClickException("\n".join([error.message, *lines])) from error
    click.echo(entry.seen(told))
    for number in made:
        click.echo(number)


def _rows(file: Any) -> dict[str, str]:
    """Lines of the file as fields of the form; raises ClickException for other columns or too many lines."""
    reader = csv.DictReader(file)
    unknown = sorted(set(reader.fieldnames or ()) - set(entry.CELLS))
    if unknown or not reader.fieldnames:
        raise click.ClickException(f"Columns are {', '.join(entry.CELLS)}; unknown: {', '.join(unknown)}")
    lines = list(reader)
    if len(lines) > entry.MOST_ROWS:
        raise click.ClickException(f"At most {entry.MOST_ROWS} lines at once.")
    return {
        f"rows-{n}-{name}": value
        for n, line in enumerate(lines)
        for name, value in line.items()
        if name in entry.CELLS and value
    }
