"""`flask --app wsgi marks …`: how a mark is understood, patterns of serials, the index made anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from marshmallow import ValidationError

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Office
from registry.marks import acts, index, queries
from schemas.marks import MarkRuleNewSchema, ReadingAskedSchema
from schemas.vocabulary import Symbol

marks = AppGroup("marks", help="Marks: how they are understood, patterns of serials, the index.")


@contextmanager
def _office() -> Iterator[Office]:
    """The office; what it refuses ends the command with the reason."""
    parts: Registry = current_app.extensions["registry"]
    try:
        yield parts.office
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    except ValidationError as error:
        reasons = error.messages_dict.items()
        raise click.ClickException("; ".join(f"{field}: {why[0]}" for field, why in reasons)) from error


@marks.command("rebuild")
def rebuild() -> None:
    """Make the index anew from the marks, while everybody goes on working."""
    with _office() as office:
        click.echo(f"{index.rebuild(office):,} marks")


@marks.command("read")
@click.argument("mark")
@click.option("--maker", default="")
@click.option("--country", default=None, help="Of manufacture, ISO 3166-1 alpha-2.")
def read(**asked: Any) -> None:
    """Say how a MARK is understood, before anything is searched for."""
    with _office() as office, office.look(OPERATOR) as work:
        found = queries.understood(work, ReadingAskedSchema().load(asked))
    click.echo(f"{found.key}  (look-alikes as one: {found.folded}; {found.script or 'no letters'})")
    for one in found.warnings:
        click.echo(f"! {one.severity.value}: {one.text} {one.source}".rstrip())
    for told in found.hypotheses:
        year = told.first_year if told.first_year == told.last_year else None
        what = " ".join(filter(None, (told.maker, told.model, told.country, str(year or ""))))
        click.echo(f"? {what}. {told.tells} ({told.source})")


@marks.command("rules")
def rules() -> None:
    """List the patterns of serials with what they tell and where that is known from."""
    with _office() as office, office.look(OPERATOR) as work:
        for one in queries.rule_views(work):
            withdrawn = "  withdrawn" if one.withdrawn else ""
            sign = f"({one.symbol}) " if one.symbol else ""
            click.echo(f"{one.number or '-':>5}  {one.maker} ({one.country}) {one.model}  {sign}{one.pattern}"
                       f"  {one.tells}  [{one.source}]{withdrawn}")  # fmt: skip


@marks.command("add-rule")
@click.argument("maker")
@click.argument("country")
@click.argument("pattern")
@click.option("--source", required=True, help="Where this is known from.")
@click.option("--model", default="")
@click.option("--symbol", type=click.Choice([symbol.value for symbol in Symbol]), default=None)
@click.option("--first-year", type=int, default=None)
@click.option("--last-year", type=int, default=None)
@click.option("--tells", default="", help="What a serial of this form says, in words.")
def add_rule(**told: Any) -> None:
    """Add a PATTERN of serials of a MAKER in a COUNTRY (9 a digit, A a letter, {year}, <100-999>, 'AB')."""
    with _office() as office:
        new = MarkRuleNewSchema().load(told)
        with office.begin(OPERATOR) as work:
            click.echo(f"Pattern {acts.add_rule(work, new).number} is added.")


@marks.command("withdraw-rule")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@click.option("--reason", required=True)
def withdraw_rule(number: int, reason: str) -> None:
    """Withdraw the pattern of this NUMBER; it stays in the records with the reason."""
    with _office() as office, office.begin(OPERATOR) as work:
        acts.withdraw_rule(work, number, reason[:400], queries.rule_row(work, number).version)
        click.echo(f"Pattern {number} is withdrawn.")
