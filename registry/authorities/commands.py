"""Commands of the directory of authorities: many cards from a file, and those that are old."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, TextIO

import click
from flask import current_app
from flask.cli import AppGroup
from marshmallow import ValidationError

from registry.authorities import acts, queries
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from schemas.authorities import CardNew, CardNewSchema, CardsAsked
from schemas.authority_vocabulary import CardStanding
from schemas.paging import MOST

authorities = AppGroup("authorities", help="Cards of other States' authorities.")
LISTS = ("answers", "languages", "links", "public")
COLUMNS = ("state", "authority", "contact", *LISTS[:2], "requirements", *LISTS[2:], "source")


def _parts() -> Registry:
    return current_app.extensions["registry"]  # type: ignore[no-any-return]


@authorities.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
def import_cards(file: TextIO) -> None:
    """Enter the cards in FILE, a CSV with the columns state, authority, contact, answers, languages,
    requirements, links, public and source; lists with spaces between. All of them, or none.
    """
    rows = _rows(file)
    try:
        with _parts().office.begin(OPERATOR) as work:
            entered = acts.enter_all(work, rows)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{entered} entered, {len(rows) - entered} as they were")


def _rows(file: TextIO) -> dict[str, CardNew]:
    """Cards by State; raises ClickException with the line that cannot be read."""
    reader = csv.DictReader(file)
    strange = sorted(set(reader.fieldnames or ()) - set(COLUMNS))
    if strange or "state" not in (reader.fieldnames or ()):
        raise click.ClickException(
            f"The columns are {', '.join(COLUMNS)}; not {', '.join(strange) or 'these'}"
        )
    found: dict[str, CardNew] = {}
    for row in reader:
        code = (row.get("state") or "").strip()
        if code in found:
            raise click.ClickException(f"Line {reader.line_num}: {code} comes twice")
        try:
            found[code] = CardNewSchema().load(_told(row))
        except ValidationError as error:
            raise click.ClickException(f"Line {reader.line_num} ({code}): {error.messages}") from None
    return found


def _told(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """What a line tells; an empty cell tells nothing, and a cell beyond the heading is refused."""
    told = {name or "columns beyond the heading": value for name, value in row.items() if value}
    told.pop("state", None)
    return {name: value.split() if name in LISTS else value for name, value in told.items()}


@authorities.command("old")
def old() -> None:
    """Cards that nobody has checked within the term."""
    with _parts().office.look(OPERATOR) as work:
        page = queries.cards(work, CardsAsked(standing=CardStanding.OLD, limit=MOST))
    for card in page.items:
        click.echo(f"{card.state}  {card.updated_on}  {card.authority or '-'}  ({card.source})")
