"""`flask --app wsgi ammunition …`: sales and counts from files, what somebody has, codes and artwork."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from registry.ammunition import (
    artwork_queries,
    counting,
    documents,
    package_queries,
    reports,
    sales_acts,
    stock_acts,
    stock_queries,
)
from registry.ammunition.artwork import Captions, Shown
from registry.ammunition.titles import TITLES
from registry.core.errors import Invalid, RegistryError
from registry.core.numbers import key_of
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from schemas.ammunition_codes import ArtworkAsked, RunAsked
from schemas.ammunition_stock import StockAsked
from schemas.paging import MOST
from schemas.vocabulary import PackageLevel, Purpose

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


@ammunition.command("scan")
@click.argument("code")
def scan(code: str) -> None:
    """Say what a scanned CODE says and leads to. Ends with 1 if it leads nowhere, 2 if misread."""
    parts: Registry = current_app.extensions["registry"]
    with _or_exit(), parts.office.look(OPERATOR) as work:
        found = package_queries.scanned(work, code)
    for ai, value in found.elements:
        click.echo(f"({ai}) {value:<22} {TITLES[ai]}")
    for number in filter(None, (found.package, *found.lots)):
        click.echo(number)
    sys.exit(0 if found.package or found.lots else 1)


@ammunition.command("artwork")
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--level", type=click.Choice([level.value for level in PackageLevel]), default="unit_box")
@click.option("--first", type=click.IntRange(min=1), default=1, help="Number of a package within the lot.")
@click.option("--last", type=click.IntRange(min=1), default=None)
@click.option("--buyer", default=None, help="Registry number, where the register has no sale yet.")
@click.option("--small", is_flag=True, help="The smaller design.")
def artwork(
    number: str, file: Path, level: str, first: int, last: int | None, buyer: str | None, small: bool
) -> None:
    """Write what is printed on a package, or on those of a lot, to FILE.pdf, .svg or .zip."""
    parts: Registry = current_app.extensions["registry"]
    with _or_exit():
        with parts.office.look(OPERATOR) as work:
            if lot_id := key_of("L", number):
                asked = RunAsked(buyer, small, PackageLevel(level), first, last)
                found = artwork_queries.of_run(work, lot_id, asked)
            else:
                found = [artwork_queries.of_package(work, number, ArtworkAsked(buyer, small))]
        made = _made(file.suffix, found, small)
        with file.open("wb") as out:
            out.writelines(made)
    click.echo(f"{file}: {len(found)} packages")


def _made(suffix: str, found: list[Shown], small: bool) -> Iterable[bytes]:
    captions = Captions()
    if suffix == ".pdf":
        return [documents.artwork_pdf(found, captions, small)]
    if suffix == ".svg" and len(found) == 1:
        return [documents.artwork_svg(found[0], captions, small).encode()]
    if suffix == ".zip":
        return documents.artwork_archive(found, captions, small)
    raise Invalid.at("file", "A .pdf or .zip file, or .svg for one package.")


@contextmanager
def _or_exit() -> Iterator[None]:
    """A refusal in words, and 2."""
    try:
        yield
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
