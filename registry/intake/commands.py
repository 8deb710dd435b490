"""Commands of intakes, for files too large to be sent and for workers of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from registry.access.approval_queries import ProposalView
from registry.core import pulse
from registry.core.errors import Invalid, RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.intake import acts, entering, mapping_queries, mappings, queries, undoing, worker
from registry.intake.columns import plain
from registry.intake.kinds import KINDS
from registry.intake.queries import RunView, run_key
from schemas.intake import EnteringNew, IntakesAsked, UndoNew
from schemas.intake_mappings import MappingNew, MappingsAsked
from schemas.intake_vocabulary import IntakeKind, IntakePolicy
from schemas.vocabulary import Purpose

intake = AppGroup("intake", help="Registers kept elsewhere that are brought in.")


def _parts() -> Registry:
    return current_app.extensions["registry"]  # type: ignore[no-any-return]


def _say(found: RunView) -> None:
    click.echo(f"{found.number}  {found.kind}  {found.state}  {found.name}")
    click.echo(
        f"  rows {found.rows:,}: {found.good:,} good ({found.doubted:,} with a doubt), {found.bad:,} wrong,"
        f" {found.known:,} known; {found.entered:,} entered, {found.conflicts:,} identities claimed twice"
    )


@contextmanager
def _acting() -> Iterator[Work]:
    """A change by the operator; a refusal is told in its words."""
    try:
        with _parts().office.begin(OPERATOR, Purpose.REGISTRATION) as work:
            yield work
    except RegistryError as error:
        told = "; ".join(unmet.message for unmet in error.unmet) or error.message
        raise click.ClickException(told) from None


@intake.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all-or-nothing", is_flag=True, help="Enter nothing while one row is wrong.")
@click.option("--received", default=None, help="Records of a closed company (RX-…) that it is a copy of.")
@click.option("--sheet", default="", help="Sheet of a workbook that has several.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in IntakeKind]),
    default="firearms",
    help="What its rows tell of.",
)
@click.option("--mapping", default="", help="Columns as they were remembered under this name.")
def check(
    file: Path, all_or_nothing: bool, received: str | None, sheet: str, kind: str, mapping: str
) -> None:
    """Read FILE and judge every row; nothing goes on record."""
    policy = IntakePolicy.ALL_OR_NOTHING if all_or_nothing else IntakePolicy.GOOD_ROWS
    office = _parts().office
    with file.open("rb") as stream, _acting() as work:
        told = acts.FileTold(file.name[:200], policy, received, sheet, IntakeKind(kind))
        made = acts.hand_in(work, stream, told)
        if mapping:
            made = _taken_up(work, made, mapping)
    worker.run_all(office)
    with office.look(OPERATOR) as work:
        key = run_key(made.number)
        _say(queries.run(work, key))
        for field, value, reason, near, rows in queries.common_faults(
            work, key, KINDS[IntakeKind(kind)].columns.settled
        ):
            click.echo(f"  {rows:,} × {field} {value!r}: {reason} {near and f'({near}?)'}")


def _taken_up(work: Work, made: RunView, name: str) -> RunView:
    """With the columns that are remembered under a name."""
    found = mapping_queries.named(work, made.kind, plain(name))
    if found is None:
        raise Invalid.at("mapping", "No columns of this kind are remembered so.")
    return mappings.take_up(work, run_key(made.number), found.id, made.version)


@intake.command("start")
@click.argument("number")
def start(number: str) -> None:
    """Enter the rows of NUMBER, or go on where it stopped."""
    office = _parts().office
    with _acting() as work:
        acts.start(work, run_key(number), queries.run_row(work, run_key(number)).version)
    worker.run_all(office)
    with office.look(OPERATOR) as work:
        _say(queries.run(work, run_key(number)))


@intake.command("propose")
@click.argument("number")
@click.option("--reason", required=True, help="Why; whoever approves it reads this.")
def propose(number: str, reason: str) -> None:
    """Propose that the rows of NUMBER are entered, where that takes more than one person."""
    _propose(number, lambda work, key, version: entering.propose(work, key, EnteringNew(reason), version))


@intake.command("undo")
@click.argument("number")
@click.option("--reason", required=True, help="Why; the one who approves it reads this.")
def undo(number: str, reason: str) -> None:
    """Propose that all NUMBER entered is taken back; a supervisor approves it."""
    _propose(number, lambda work, key, version: undoing.propose(work, key, UndoNew(reason), version))


def _propose(number: str, act: Callable[[Work, int, int], ProposalView]) -> None:
    with _acting() as work:
        proposed = act(work, run_key(number), queries.run_row(work, run_key(number)).version)
    click.echo(f"Proposal {proposed.id} waits for somebody who approves it.")


@intake.command("remember")
@click.argument("number")
@click.argument("name")
def remember(number: str, name: str) -> None:
    """Remember which column is which in NUMBER, as NAME, for the next file of the same system."""
    with _acting() as work:
        made = mappings.remember(work, MappingNew(number, name))
    click.echo(
        f"Mapping {made.number}: {len(made.mapping)} columns of {made.kind} remembered as {made.name}."
    )


@intake.command("retire-mapping")
@click.argument("mapping", type=int)
def retire_mapping(mapping: int) -> None:
    """Offer the mapping with this number no more."""
    with _acting() as work:
        made = mappings.retire(work, mapping, mapping_queries.mapping_row(work, mapping).version)
    click.echo(f"{made.name} is retired.")


@intake.command("mappings")
def mappings_() -> None:
    """Show which columns are remembered, by number and name."""
    with _parts().office.look(OPERATOR) as work:
        for one in mapping_queries.mappings(work, MappingsAsked(limit=200)).items:
            click.echo(f"{one.number}  {one.kind}  {one.name}  {len(one.mapping)} columns")


@intake.command("list")
def list_() -> None:
    """Show what was handed in, the newest first."""
    with _parts().office.look(OPERATOR) as work:
        for row in queries.runs(work, IntakesAsked(sort="-number", limit=50)).items:
            _say(queries.run(work, run_key(row.number)))


@intake.command("work")
@click.option("--forever", is_flag=True, help="Go on as the worker of this registry.")
def work_(forever: bool) -> None:
    """Judge and enter what waits now; with --forever as a worker of its own."""
    if forever:
        worker.run(
            _parts().office, threading.Event(), partial(pulse.beat, _parts().settings.instance, "intake")
        )
    else:
        worker.run_all(_parts().office)
