"""`flask --app wsgi ledger …`: the operator's and the auditor's side of the ledger."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import BinaryIO

import click
import orjson
from flask import current_app
from flask.cli import AppGroup

from registry.auditing import queries
from registry.core.database import Base
from registry.core.errors import RegistryError
from registry.core.journal import triggers
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from registry.ledger import exports, log, tokens, verifier
from registry.ledger import witnesses as cosigning
from registry.ledger.notes import Signer, VerifierKey

ledger = AppGroup("ledger", help="The ledger: status, verification, proofs, checkpoints, witnesses.")


def _parts() -> tuple[Registry, Signer]:
    parts: Registry = current_app.extensions["registry"]
    return parts, log.signer(*parts.settings.ledger_key)


@ledger.command("status")
def status() -> None:
    """Show how far the log is and is signed. Ends with 1 when something is wrong."""
    parts, key = _parts()
    known = log.status(parts.office)
    click.echo(f"log          {key.key.name}")
    click.echo(f"key          {key.key}")
    click.echo(f"leaves       {known.size:,}, {known.signed:,} of them signed, {known.waiting:,} waiting")
    click.echo(f"signed       {known.signed_at or 'never'}")
    with parts.database.reader.connect() as connection:
        wrong = triggers.differences(connection, Base.metadata)
    click.echo(f"triggers     {'as they should be' if not wrong else 'WRONG: ' + ', '.join(wrong)}")
    try:
        log.require_signed(parts.database, parts.office.clock())
    except RegistryError as error:
        click.echo(f"STALE        {error.message}")
        wrong.append("stale")
    sys.exit(1 if wrong else 0)


@ledger.command("make-key")
def make_key() -> None:
    """Make the key in the PKCS#11 token that REGISTRY_LEDGER_TOKEN names, and print its public half."""
    parts: Registry = current_app.extensions["registry"]
    _, name, uri = parts.settings.ledger_key
    try:
        tokens.make(uri)
        click.echo(str(tokens.signer(name, uri).key))
    except RegistryError as error:
        raise click.ClickException(str(error)) from None


@ledger.command("checkpoint")
def checkpoint() -> None:
    """Sign the log as it is now, and print the newest checkpoint."""
    parts, key = _parts()
    log.keep(parts.office, key, now=True)
    with parts.office.look(OPERATOR) as work:
        newest = queries.checkpoints(work, 1)
    click.echo(newest[0].note if newest else "nothing to sign yet", nl=not newest)


@ledger.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write everything a verifier needs into FILE (a ZIP of JSON lines)."""
    parts, key = _parts()
    with exports.signed(parts.office, key) as connection:
        lines = exports.write(connection, file)
    click.echo(f"{lines:,} lines in {file}; verify with: python verifier.py {file.name} --key '{key.key}'")


@ledger.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--older", multiple=True, type=click.Path(exists=True, path_type=Path), help="Kept checkpoint.")
def verify(file: str | None, older: tuple[Path, ...]) -> None:
    """Verify the database, or an export. Ends with the lowest level that fails."""
    parts, key = _parts()
    started = time.monotonic()
    if file is None:
        click.echo("Reading the ledger and every table …", err=True)
        with exports.signed(parts.office, key) as connection:
            given = exports.collected(connection)
    else:
        given = verifier.read(file)
    click.echo(f"Verifying {len(given['leaves']):,} leaves, {len(given['changes']):,} changes …", err=True)
    report = verifier.verify(given, str(key.key), [path.read_text() for path in older])
    for problem in report.problems:
        click.echo(f"LEVEL {problem.level}  {problem.where}: {problem.message}")
    click.echo("WRONG" if report.problems else "GOOD", nl=False)
    click.echo(
        f": {report.leaves:,} leaves, {report.checkpoints:,} checkpoints, {report.changes:,} changes,"
        f" {report.rows:,} rows, {report.messages:,} messages, {report.redacted:,} REDACTED,"
        f" {len(report.problems):,} problems"
        f" ({time.monotonic() - started:.1f} s)"
    )
    sys.exit(report.status)


@ledger.command("prove")
@click.argument("what")
def prove(what: str) -> None:
    """Print proofs, as JSON: of a leaf's index, or of every change of a record's number."""
    parts, _ = _parts()
    try:
        with parts.office.look(OPERATOR) as work:
            lines = [] if what.isdigit() else queries.history(work, what)
            indexes = [int(what)] if what.isdigit() else [n.leaf for n in lines if n.leaf is not None]
            documents = [queries.proof(work, index) for index in indexes]
    except RegistryError as error:
        raise click.ClickException(str(error)) from None
    click.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())


@ledger.command("witness")
@click.argument("note", type=click.File("rb"))
@click.option("--key", "keys", multiple=True, required=True, help="Verifier key of a witness.")
def witness(note: BinaryIO, keys: tuple[str, ...]) -> None:
    """Take a checkpoint that witnesses have cosigned: their cosignatures are kept with ours."""
    parts, key = _parts()
    try:
        known = [VerifierKey.parse(text) for text in keys]
        kept = cosigning.accept(parts.office, key.key, note.read(), known)
    except RegistryError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{kept} cosignatures kept")
