"""What the operator does about the exchange: keys, peers, deliveries."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from flask import current_app
from flask.cli import AppGroup

from registry.core import pulse
from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR, Work
from registry.exchange import (
    acts,
    carrying,
    courier,
    fetching,
    held,
    key_queries,
    keysets,
    own_kinds,
    queries,
    rounds,
    transport,
    watch,
    witnessing,
)
from registry.exchange.kinds import Kinds
from registry.ledger import log
from schemas.exchange import LONGEST_ATTACHMENT
from schemas.exchange_keys import Card

exchange = AppGroup("exchange", help="Messages between States.")
Row = Sequence[object]


@contextmanager
def _work() -> Iterator[Work]:
    """A change by the operator; a refusal is told without a trace of the stack."""
    try:
        with _parts().office.begin(OPERATOR) as work:
            yield work
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def _parts() -> Registry:
    parts: Registry = current_app.extensions["registry"]
    return parts


def network_of(parts: Registry) -> transport.Transport:
    """The network as the settings of a registry allow it."""
    settings = parts.settings
    certificate = Path(settings.exchange_certificate) if settings.exchange_certificate else None
    return transport.Transport(transport.networks(settings.exchange_private), certificate)


def courier_of(parts: Registry, kinds: Kinds) -> courier.Courier:
    """The courier of a registry."""
    return courier.Courier(parts.office, network_of(parts), kinds)


def fetcher_of(parts: Registry) -> fetching.Fetcher:
    """What fetches the files that other States' messages name."""
    return fetching.Fetcher(parts.office, network_of(parts).fetch)


def keep_delivering(parts: Registry, kinds: Kinds) -> threading.Event:
    """Begin to deliver in a thread of this process; setting the event ends it."""
    return rounds.start(courier_of(parts, kinds), daily(parts), fetcher_of(parts))


@exchange.command("keygen")
@click.option("--root", type=click.Path(path_type=Path), help="Make a root: its keys go into this folder.")
def keygen(root: Path | None) -> None:
    """New signing and encryption keys; with --root three keys of the root, to be kept offline, apart."""
    if root is None:
        with _work() as work:
            signing, reading = acts.make_keys(work)
        click.echo(f"Signing key {signing}\nEncryption key {reading}")
        click.echo("They serve once `exchange keyset` has published them.")
        return
    with _work() as work:
        before = _read_keys(root) if queries.trusted(work, work.home) else []
        keys, version, fingerprint = acts.make_root(work, before)
        _write_keys(root / f"v{version}", keys)
    click.echo(f"Fingerprint of our root: {fingerprint}")
    click.echo("Keep each key in another place; two of the three sign.")


def _write_keys(folder: Path, keys: Sequence[Ed25519PrivateKey]) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for number, key in enumerate(keys, 1):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        opened = os.open(folder / f"root-{number}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(pem)


def _read_keys(folder: Path) -> list[Ed25519PrivateKey]:
    """The keys of the newest root in a folder; raises ClickException without two."""
    versions = sorted(
        folder.glob("v*"), key=lambda path: int(path.name[1:]) if path.name[1:].isdigit() else 0
    )
    files = sorted((versions[-1] if versions else folder).glob("root-*.pem"))
    keys = [load_pem_private_key(file.read_bytes(), None) for file in files]
    found = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
    if len(found) < acts.THRESHOLD:
        raise click.ClickException(f"Fewer than {acts.THRESHOLD} keys of the root are in {folder}")
    return found


@exchange.command("keyset")
@click.option("--root", type=click.Path(exists=True, path_type=Path), help="Folder with keys of the root.")
@click.option("--endpoint", "endpoints", multiple=True, help="Where our node answers, https://…")
@click.option("--tls", "pins", multiple=True, help="SHA-256 of our certificate's public key, hexadecimal.")
@click.option("--contact", default="", help="The point of contact, if another than on our card.")
@click.option("--language", "languages", multiple=True, help="Of answers, if others than on our card.")
@click.option("--out", type=click.File("w"), default="-", help="Where the file for other States goes.")
def keyset(
    root: Path | None,
    endpoints: tuple[str, ...],
    pins: tuple[str, ...],
    contact: str,
    languages: tuple[str, ...],
    out: TextIO,
) -> None:
    """Publish our keys, signed by the root, and tell every confirmed State; without --root print them."""
    with _work() as work:
        if root is not None:
            acts.publish(work, _read_keys(root), endpoints, pins, _card(work, contact, languages))
            if carrying.can_sign(work):
                own_kinds.post_keys(work)
            else:
                click.echo("No key of ours signs now: hand this file to each State by other means.", err=True)
        bundle = acts.own_bundle(work)
    out.write(acts.text_of(bundle))


@exchange.command("keys")
def keys() -> None:
    """Our keys, and what becomes of each."""
    with _parts().office.look(OPERATOR) as work:
        rows = [
            (key.kid, key.use, key.stands.value, f"{key.valid_from:%Y-%m-%d}", f"{key.valid_until:%Y-%m-%d}")
            for key in key_queries.own_keys(work)
        ]
    _table(rows)


@exchange.command("revoke")
@click.argument("kids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every signing key: we say nothing until then.")
@click.option("--since", type=click.DateTime(), default=None, help="UTC; now, where nothing is told.")
def revoke(kids: tuple[str, ...], every: bool, since: datetime | None) -> None:
    """Signing keys that are lost or known to others bind us no more; `exchange keyset` tells every State.

    With --all, make a new key first thing: `exchange keygen`, then `exchange keyset --root FOLDER`. The new
    key set needs no key that was known before: other States take it because our root has signed it.
    """
    if bool(kids) == every:
        raise click.UsageError("Name the keys (`exchange keys` lists them), or say --all")
    with _work() as work:
        moment = since.replace(tzinfo=UTC) if since else work.now
        for kid in kids:
            acts.revoke(work, kid, moment)
        count = acts.revoke_all(work, moment) if every else len(kids)
        signs = carrying.can_sign(work)
    click.echo(f"{count} revoked. Tell every State: `exchange keyset --root FOLDER --endpoint …`")
    if not signs:
        click.echo("No key of ours signs now: `exchange keygen` first.")


def _card(work: Work, contact: str, languages: tuple[str, ...]) -> Card:
    """Our card as it was entered in the directory of authorities, else as the settings and options say it."""
    for entered in work.offers.get("card", {}).values():
        card: Card | None = entered(work)
        if card is not None:
            return replace(card, contact=contact or card.contact, languages=languages or card.languages)
    kinds = tuple(sorted(current_app.extensions["exchange_kinds"]))
    return Card(_parts().settings.authority, contact, kinds, languages)


@exchange.command("pin")
@click.argument("file", type=click.File("r"))
@click.option("--fingerprint", default="", help="As the other State's officer reads it out.")
def pin(file: TextIO, fingerprint: str) -> None:
    """Take in another State's root; a second person confirms it on the page of the exchange."""
    try:
        bundle = acts.bundle_of(file.read())
        if not fingerprint:
            click.echo(f"Its fingerprint: {keysets.fingerprint(bundle.root)}")
            fingerprint = click.prompt("The fingerprint that their officer reads out")
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    with _work() as work:
        state = acts.pin(work, bundle, fingerprint)
        trusted = queries.trusted(work, state) is not None
    click.echo(f"{state} is trusted." if trusted else f"{state} waits for a second person.")


@exchange.command("bring")
@click.argument("file", type=click.File("rb"))
def bring(file: BinaryIO) -> None:
    """Take in a signed message that came as FILE, and print its receipt, to be carried back.

    A photograph or paper that such a message names is taken in the same way.
    """
    parts, kinds = _parts(), current_app.extensions["exchange_kinds"]
    try:
        found = carrying.bring(parts.office, kinds, file.read(LONGEST_ATTACHMENT + 1), OPERATOR)
    except RegistryError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found.type} of {found.state}, thread {found.thread}", err=True)
    click.echo(found.receipt)


@exchange.command("peers")
def peers() -> None:
    """States with their roots, key sets and channels."""
    with _parts().office.look(OPERATOR) as work:
        rows = [
            (p.state, "trusted" if p.is_trusted else "unconfirmed", f"root {p.root_version}",
             f"keys {p.key_set_version} until {p.expires_at:%Y-%m-%d}" if p.expires_at else "no keys",
             f"sent {p.sent}", f"received {p.received}", f"missing {p.missing}", p.fingerprint)
            for p in queries.peers(work)
        ]  # fmt: skip
    _table(rows)


@exchange.command("deliver")
@click.option("--forever", is_flag=True, help="Go on until the process is ended.")
def deliver(forever: bool) -> None:
    """Send what is due now, and fetch files; with --forever as the courier of this registry."""
    runner, fetcher = courier_of(_parts(), current_app.extensions["exchange_kinds"]), fetcher_of(_parts())
    if forever:
        rounds.run(runner, threading.Event(), daily(_parts()), fetcher)
        return
    tried = 0
    while count := runner.run_once() + fetcher.run_once():
        tried += count
    click.echo(f"{tried} tried")


def daily(parts: Registry) -> list[Callable[[], object]]:
    """What the courier does beside deliveries: its own watch, and what higher floors have due."""
    ours = (
        own_kinds.post_due_statuses,
        partial(witnessing.ask_due, log_key=lambda: str(log.signer(*parts.settings.ledger_key).key)),
        watch.alert_overdue,
        watch.destroy_old_keys,
        held.give_up_due,
    )
    at_work = partial(pulse.beat, parts.settings.instance, "courier")
    offered = parts.office.offers.get("due", {}).values()
    return [at_work, *(partial(due, parts.office) for due in (*ours, *offered))]


@exchange.command("outbox")
@click.option("--state", type=click.Choice(["waiting", "delivered", "dead", "closed"]), default=None)
def outbox(state: str | None) -> None:
    """Our messages, the newest first."""
    with _parts().office.look(OPERATOR) as work:
        rows = [
            (row.jti, row.peer, row.seq, row.type, row.state, f"{row.tries} tries", row.problem)
            for row in queries.outgoing(work, state or "")
        ]
    _table(rows)


@exchange.command("inbox")
def inbox() -> None:
    """Messages that came, the newest first."""
    with _parts().office.look(OPERATOR) as work:
        rows = [
            (row.jti, row.iss, row.seq, row.type, row.state, f"{row.received_at:%Y-%m-%d %H:%M:%S}")
            for row in queries.incoming(work)
        ]
    _table(rows)


@exchange.command("resend")
@click.argument("jti")
def resend(jti: str) -> None:
    """Send a dead letter again; one that has expired anew, once its receiver says that it never came."""
    with _work() as work:
        acts.resend(work, jti)
    click.echo("It is on its way again.")


@exchange.command("status")
@click.option("--post", is_flag=True, help="Also tell every State now how far the channels are here.")
def status(post: bool) -> None:
    """What waits, what is dead, what is missing, and what was refused lately."""
    if post:
        with _work() as work:
            for state in queries.trusted_states(work):
                own_kinds.post_status(work, state)
    with _parts().office.look(OPERATOR) as work:
        rows: list[Row] = [
            (
                p.state,
                f"waiting {p.waiting}",
                f"dead {p.dead}",
                f"missing {p.missing}",
                f"files awaited {p.awaited}",
                f"cosigned {p.cosigned_at:%Y-%m-%d %H:%M}" if p.cosigned_at else "never cosigned",
            )
            for p in queries.peers(work)
            if p.state != work.home
        ]
        rows += [
            (f"{a.at:%Y-%m-%d %H:%M:%S}", a.peer or "-", a.code, a.detail) for a in queries.alerts(work, 20)
        ]
    _table(rows)


def _table(rows: Sequence[Row]) -> None:
    for row in rows:
        click.echo("  ".join(str(cell) for cell in row).rstrip())
