"""`flask --app wsgi export` and `rebuild`: everything out, and into another registry."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.ledger import log
from registry.transfer import exporting, rebuilding


def _parts() -> Registry:
    return current_app.extensions["registry"]  # type: ignore[no-any-return]


def _say(name: str, rows: int) -> None:
    click.echo(f"{rows:>12,}  {name}")


def _refused(error: RegistryError) -> click.ClickException:
    return click.ClickException("; ".join(str(one.message) for one in error.unmet) or error.message)


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(folder: Path) -> None:
    """Write every record into FOLDER: JSON Lines, CSV and a manifest of digests (docs/export.md)."""
    parts = _parts()
    try:
        done = exporting.write(parts.office, log.signer(*parts.settings.ledger_key), folder, _say)
    except RegistryError as error:
        raise _refused(error) from None
    click.echo(f"{done.rows:,} rows of {done.tables} tables; manifest {done.digest}")
    click.echo("It holds personal data and hashed passwords: keep it as you keep a backup.")


@click.command("rebuild")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def rebuild(folder: Path) -> None:
    """Take the export in FOLDER into this registry, which has to be set up and empty."""
    try:
        done = rebuilding.read(_parts().office, folder, _say)
    except RegistryError as error:
        raise _refused(error) from None
    click.echo(f"{done.rows:,} rows of {done.tables} tables; manifest {done.digest}")
    click.echo("Restart the service; secrets open only with the same secret key (docs/export.md).")
