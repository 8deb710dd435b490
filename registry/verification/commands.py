"""What the operator does about the signing of documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.verification import certificates, keys
from registry.verification.certificates import Certificate

documents = AppGroup("documents", help="Signing of documents.")
LARGEST_FILE = 64 * 1024


@contextmanager
def _work() -> Iterator[Work]:
    """A change by the operator; a refusal is told without a trace of the stack."""
    try:
        with _parts().office.begin(OPERATOR) as work:
            yield work
    except RegistryError as error:
        unmet = getattr(error, "unmet", ())
        raise click.ClickException("; ".join(str(one.message) for one in unmet) or str(error)) from error


def _parts() -> Registry:
    parts: Registry = current_app.extensions["registry"]
    return parts


@documents.command("keygen")
@click.option("--out", type=click.File("w"), default="-", help="Where the request goes.")
def keygen(out: TextIO) -> None:
    """A new key, and the request (PKCS#10) that the authority's certification authority is to certify."""
    with _work() as work:
        asked = keys.make(work, _parts().settings.authority)
    out.write(asked)


@documents.command("certificate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def certificate(file: Path) -> None:
    """Install the certificate of a key that was made here: PEM, its own first, then those above it."""
    with _work() as work:
        found = keys.certify(work, _read(file).decode("utf-8", "replace"))
    _tell(found)


@documents.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password-file", type=click.File("r"), help="Its first line is the password of the file.")
def bring(file: Path, password_file: TextIO | None) -> None:
    """Install a key with its certificates from a PKCS#12 file."""
    given = password_file.readline().rstrip("\n") if password_file else None
    password = given if given is not None else click.prompt("Password", hide_input=True, default="")
    with _work() as work:
        found = keys.bring(work, *certificates.from_pkcs12(_read(file), password))
    _tell(found)


@documents.command("demonstration")
@click.option("--ca", type=click.File("w"), help="Where the made-up authority's certificate goes.")
def demonstration(ca: TextIO | None) -> None:
    """A key with a certificate of an authority that is made up for it: to try with, nobody trusts it."""
    parts = _parts()
    if parts.settings.production:
        raise click.ClickException("Nobody trusts such a certificate: not in production.")
    with _work() as work:
        found = keys.demonstrate(work, parts.settings.authority)
    _tell(found)
    if ca:
        ca.write(certificates.last(found.pem))


@documents.command("status")
def status() -> None:
    """By which certificates documents are and were signed."""
    with _parts().office.look(OPERATOR) as work:
        known, trouble = keys.known(work), keys.trouble(work)
    click.echo(_STATUS[trouble])
    for one in known:
        _tell(one)


_STATUS = {
    "": "Documents are signed.",
    "none": "Documents are not signed: there is no certificate.",
    "ended": "The certificate has ended: no document is handed out.",
    "ending": "Documents are signed; the certificate ends soon.",
}


def _tell(found: Certificate) -> None:
    click.echo(f"{found.subject}, issued by {found.issuer}, until {found.valid_until:%Y-%m-%d}")
    click.echo(f"SHA-256 {found.shown}")


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST_FILE)
