"""The doctor on the machine: settings, keys in files, disks, fonts, backups, and processes at work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from registry.core import pulse
from registry.core.errors import RegistryError
from registry.core.printing import fonts
from registry.core.settings import Settings
from registry.ledger import log
from registry.upkeep import record
from registry.upkeep.findings import Finding, good, larger, lasting, warning, wrong
from schemas.words import said

LEAST_FREE = 1 << 30
TIGHT_FREE = 5 << 30
WORKERS = {"courier": "exchange deliver --forever", "intake": "intake work --forever"}
BACKUP_EVERY, VERIFY_EVERY = timedelta(hours=26), timedelta(days=8)
GB = 1e9
BACKUP, VERIFY = "flask --app wsgi backup FOLDER", "flask --app wsgi verify-backup FOLDER"


def place(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that is no record."""
    yield _production(settings)
    yield from _keys(settings)
    yield _disks(settings)
    yield _fonts()
    yield _backup(settings, now)
    yield from (_worker(settings, name, command) for name, command in WORKERS.items())


def _production(settings: Settings) -> Finding:
    if not settings.production:
        return warning(
            "settings",
            said("not in production"),
            said("Set REGISTRY_PRODUCTION=1 where real records are kept."),
        )
    if not settings.origin.startswith("https://"):
        return wrong(
            "settings",
            said("no address with TLS"),
            said("Set REGISTRY_ORIGIN to https://…: passkeys need it."),
        )
    if not settings.secure_cookies:
        return wrong(
            "settings", said("cookies also without TLS"), said("Leave REGISTRY_SECURE_COOKIES unset.")
        )
    if not settings.proxies:
        advice = said(
            "Set REGISTRY_PROXIES to how many proxies there are, or every visitor has the proxy's address."
        )
        return warning("settings", said("production, no proxy"), advice)
    return good("settings", said("production, behind TLS"))


def _keys(settings: Settings) -> Iterator[Finding]:
    folder, name, token = settings.ledger_key
    if not token and not (folder / "ledger.key").is_file():
        advice = said("Start the service, which makes one; where there was one, restore it from a backup.")
        yield wrong("keys.ledger", said("there is none"), advice)
        return
    try:
        log.signer(folder, name, token)
        yield good("keys.ledger", said("in a token") if token else said("in a file of its owner's alone"))
    except (RegistryError, OSError, ValueError) as error:
        yield wrong(
            "keys.ledger", str(error)[:200], said("See `ledger status`; restore the key from a backup.")
        )
    readable = [path.name for path in folder.glob("secret_key*") if path.stat().st_mode & 0o077]
    if readable:
        yield wrong(
            "keys.secret",
            said("others can read %(files)s", files=tuple(readable)),
            f"chmod 600 {' '.join(readable)}",
        )


def _disks(settings: Settings) -> Finding:
    """The tightest of the disks that the registry writes to."""
    places = {said("the instance's folder"): settings.instance}
    if settings.database_url.startswith("sqlite"):
        places[said("the database")] = Path(make_url(settings.database_url).database or "").parent
    if settings.wal_archive:
        places[said("the archive")] = Path(settings.wal_archive)
    if (kept := record.last(settings.instance)) is not None:
        places[said("backups")] = Path(kept.folder).parent
    found = good("disk", said("nothing to look at"))
    for name, path in places.items():
        if path.is_dir():
            found = larger(_disk(name, path), found)
    return found


def _disk(name: str, path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    told = said("%(size)s GB free for %(place)s", size=f"{free / GB:.1f}", place=name)
    advice = said("Free or add space: a full disk refuses every change.")
    if free < LEAST_FREE:
        return wrong("disk", told, advice)
    return warning("disk", told, advice) if free < TIGHT_FREE else good("disk", told)


def _fonts() -> Finding:
    try:
        fonts.register()
        width = fonts.width("Aa ءآ 中", 10)
    except Exception as error:  # noqa: BLE001 - whatever a broken font file raises
        return wrong(
            "fonts",
            f"{type(error).__name__}",
            said("Install requirements.txt anew: papers cannot be printed."),
        )
    return (
        good("fonts", said("Latin, Arabic and Han"))
        if width
        else wrong("fonts", said("empty"), said("Install them anew."))
    )


def _backup(settings: Settings, now: datetime) -> Finding:
    kept = record.last(settings.instance)
    if kept is None:
        return wrong(
            "backup",
            said("none was ever made"),
            said("%(command)s, every day (docs/backup.md).", command=BACKUP),
        )
    age, proven = now - kept.made, kept.proven
    told = said("made %(age)s ago, none ever proven", age=lasting(age))
    if proven:
        told = said(
            "made %(age)s ago, one proven %(proven)s ago", age=lasting(age), proven=lasting(now - proven)
        )
    if age > BACKUP_EVERY:
        return wrong("backup", told, said("See why the timer did not make one: %(command)s", command=BACKUP))
    if proven is None or now - proven > VERIFY_EVERY:
        return warning("backup", told, said("%(command)s, every week.", command=VERIFY))
    return good("backup", told)


def _worker(settings: Settings, name: str, command: str) -> Finding:
    what, age = f"worker.{name}", pulse.since(settings.instance, name)
    if age is not None and age < pulse.DEAD:
        return good(what, said("at work %(seconds)s s ago", seconds=f"{age:.0f}"))
    advice = said("Start the service.")
    if settings.production:
        advice = said("Start it as a service: %(command)s", command=f"flask --app wsgi {command}")
    if age is None:
        return wrong(what, said("never at work"), advice)
    return wrong(what, said("not at work for %(seconds)s s", seconds=f"{age:.0f}"), advice)
