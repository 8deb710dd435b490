"""`flask --app wsgi backup`, `restore`, `verify-backup`, `doctor`: what administrators do."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
import orjson
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.ledger import log
from registry.upkeep import backups, doctor, record, restoring
from registry.upkeep.findings import Health
from registry.upkeep.restoring import Proof, Wanted

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NEW = click.Path(file_okay=False, path_type=Path)


class Moment(click.ParamType[datetime]):
    """RFC 3339, with a zone: 2026-11-30T12:00:00Z."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC; refused without a zone, which would be somebody's guess."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2026-11-30T12:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} lacks its zone: write 2026-11-30T12:00:00Z or …+02:00", param, ctx)
        return moment.astimezone(UTC)


def _parts() -> Registry:
    return current_app.extensions["registry"]  # type: ignore[no-any-return]


@click.command("backup")
@click.argument("folder", type=_NEW)
@click.option("--keep", type=click.IntRange(1), help="Afterwards remove all but this many of its backups.")
@click.option("--without-keys", is_flag=True, help="Leave out the secret key and the ledger's.")
@with_appcontext
def backup(folder: Path, keep: int | None, without_keys: bool) -> None:
    """Back up database, files and keys into a new folder within FOLDER (docs/backup.md)."""
    parts, started = _parts(), time.monotonic()
    try:
        key = log.signer(*parts.settings.ledger_key)
        made = backups.make(parts.office, parts.settings, key, folder, with_keys=not without_keys)
        removed = backups.thin(folder, parts.settings.state, keep) if keep else []
    except (RegistryError, DBAPIError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{made.folder}: {made.bytes:,} bytes, {made.held:,} leaves of the ledger and more", nl=False)
    click.echo(f" ({time.monotonic() - started:.1f} s); manifest {made.digest}")
    for name in removed:
        click.echo(f"removed {name}")
    click.echo("It holds personal data" + ("." if without_keys else " and keys: keep it locked away."))


@click.command("restore")
@click.argument("folder", type=_FOLDER)
@click.option("--data", type=_NEW, help="PostgreSQL: the new data directory.")
@click.option(
    "--to", "until", type=Moment(), help="PostgreSQL: a moment; without, as far as the log reaches."
)
@click.option("--wal", type=_FOLDER, help="PostgreSQL: the archive of its log; REGISTRY_WAL_ARCHIVE without.")
@click.option("--key", default="", help="Verifier key of the ledger, as it was noted elsewhere.")
@with_appcontext
def restore(folder: Path, data: Path | None, until: datetime | None, wal: Path | None, key: str) -> None:
    """Put the backup in FOLDER in the place of this registry, which has to have no database yet."""
    settings = _parts().settings
    try:
        wanted = Wanted(folder, wal or _archive(), until, key)
        manifest, lines = restoring.restore(settings, wanted, data)
    except RegistryError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored {folder.name}, made {manifest.made_at}, {manifest.held:,} leaves and more.")
    for line in lines:
        click.echo(line)
    if data is not None:
        click.echo(f"Start PostgreSQL on {data}.")
    click.echo("Then: flask --app wsgi ledger verify, and start the service.")


@click.command("verify-backup")
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--to", "until", type=Moment(), help="PostgreSQL: recover to this moment.")
@click.option("--wal", type=_FOLDER, help="PostgreSQL: the archive of its log; REGISTRY_WAL_ARCHIVE without.")
@click.option("--key", default="", help="Verifier key of the ledger; this registry's own without.")
@click.option("--checkpoint", multiple=True, type=click.File("r"), help="A checkpoint kept elsewhere.")
@click.option("--beside", type=_FOLDER, help="Where the copy is made meanwhile; beside the backup without.")
@click.option("--alone", is_flag=True, help="Compare with no running registry, as where there is none.")
@with_appcontext
def verify_backup(
    folder: Path | None,
    until: datetime | None,
    wal: Path | None,
    key: str,
    checkpoint: tuple[TextIO, ...],
    beside: Path | None,
    alone: bool,
) -> None:
    """Restore FOLDER, or else the last backup that was made here, beside; verify all of it, and say whether
    anything is lost. Ends with 1 when that is not proven.
    """
    parts, started = _parts(), time.monotonic()
    folder = folder or _last(parts)
    wanted = Wanted(folder, wal or _archive(), until, key or ("" if alone else _own_key(parts)))
    older = [file.read() for file in checkpoint]
    try:
        proof = restoring.verify(
            parts.settings, wanted, None if alone else parts.office, older, beside or folder.resolve().parent
        )
    except DBAPIError as error:
        raise click.ClickException(f"{error.orig}; --alone compares with no running registry") from None
    except RegistryError as error:
        raise click.ClickException(str(error)) from None
    for line in _told(proof, len(older)):
        click.echo(line)
    click.echo(f"({time.monotonic() - started:.1f} s)")
    sys.exit(1 if proof.problems else 0)


def _last(parts: Registry) -> Path:
    kept = record.last(parts.settings.instance)
    if kept is None:
        raise click.ClickException("No backup was made here: name its folder.")
    return Path(kept.folder)


def _archive() -> Path | None:
    named = _parts().settings.wal_archive
    return Path(named) if named else None


def _own_key(parts: Registry) -> str:
    """This ledger's verifier key, "" where there is none yet: none is made for this."""
    folder, _, token = parts.settings.ledger_key
    there = bool(token) or (folder / "ledger.key").is_file()
    return str(log.signer(*parts.settings.ledger_key).key) if there else ""


def _told(proof: Proof, older: int) -> list[str]:
    lines = list(proof.problems)
    lines.append(
        f"{proof.leaves:,} leaves, {proof.signed:,} of them under the checkpoint of"
        f" {proof.signed_at or 'nobody'}, {proof.rows:,} rows"
    )
    if not proof.trusted:
        lines.append(
            "The backup is signed by the key that it carries itself: compare that with the one you noted."
        )
    if proof.problems:
        return [*lines, f"NOT PROVEN: {len(proof.problems)} problems"]
    if proof.since:
        lines.append(f"The running registry has written {proof.since:,} leaves since, which are not in it.")
    held = "the last checkpoint" if not older else f"the last checkpoint and {older} kept elsewhere"
    return [*lines, f"GOOD: nothing is lost of what was signed up to {held}."]


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@with_appcontext
def check_everything(as_json: bool) -> None:
    """Look at everything this registry stands on and say what to do. Ends with 1 when something is wrong."""
    parts = _parts()
    found = doctor.examine(parts.office, parts.settings)
    health = doctor.worst(found)
    if as_json:
        told = {"health": health, "at": parts.office.clock(), "findings": found}
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        for one in found:
            click.echo(f"{one.health:<8} {one.what:<20} {one.found}")
            if one.advice:
                click.echo(f"{'':<8} {'':<20} -> {one.advice}")
    sys.exit(1 if health is Health.WRONG else 0)


COMMANDS = (backup, restore, verify_backup, check_everything)
