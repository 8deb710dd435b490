"""Retention at the command line: what would go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from registry.retention import ending, queries
from schemas.retention import PreviewAsked
from schemas.retention_vocabulary import RecordClass, Standing

retention = AppGroup("retention", help="How long records are kept, and what would go.")
DAY = click.DateTime(["%Y-%m-%d"])


@retention.command("preview")
@click.option("--on", type=DAY, help="What would go by this day; today without.")
@click.option("--class", "record_class", type=click.Choice([one.value for one in RecordClass]))
def preview(on: datetime | None, record_class: str | None) -> None:
    """Tell which records' terms are over, why, and what holds those that stay. Changes nothing."""
    parts: Registry = current_app.extensions["registry"]
    day = on.date() if on else parts.office.today
    gone = held = 0
    for one in RecordClass:
        if record_class in (None, one.value):
            for row in _rows(parts, one, day):
                click.echo(line_of(row))
                gone, held = gone + (row.standing is Standing.OVER), held + (row.standing is Standing.HELD)
    click.echo(f"{gone:,} records would go by {day}, {held:,} are held.")


@retention.command("ended")
def told_until() -> None:
    """Tell what other States let us keep until a day that is over. Changes nothing."""
    parts: Registry = current_app.extensions["registry"]
    with parts.office.look(OPERATOR) as work:
        found = ending.ended(work)
    for one in found:
        click.echo(f"{one.number}  {one.peer}  {one.kept_until}  {'held' if one.held else 'over'}")
    click.echo(f"{len(found):,} requests hold what was to be kept until a day that is over.")


def _rows(parts: Registry, record_class: RecordClass, on: date) -> Iterator[queries.StandingView]:
    cursor = "0"
    while cursor:
        with parts.office.look(OPERATOR) as work:
            asked = PreviewAsked(record_class=record_class, on=on, limit=200, cursor=cursor)
            found = queries.preview(work, asked)
        yield from found.items
        cursor = found.next


def line_of(row: queries.StandingView) -> str:
    """One record: number, whether it goes, since when and by which term, what holds it."""
    why = f"{row.law}, {row.years} years from {row.counted}"
    holds = "; ".join(str(hold.reason) for hold in row.holds)
    return f"{row.number}  {row.standing.value}  {row.until}  {why}" + (f"  {holds}" if holds else "")
