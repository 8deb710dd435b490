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
from registry.upkeep.findings import Finding, good, larger, warning, wrong

LEAST_FREE = 1 << 30
TIGHT_FREE = 5 << 30
WORKERS = {"courier": "exchange deliver --forever", "intake": "intake work --forever"}
BACKUP_EVERY, VERIFY_EVERY = timedelta(hours=26), timedelta(days=8)
GB = 1e9


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
            "settings", "not in production", "Set REGISTRY_PRODUCTION=1 where real records are kept."
        )
    if not settings.origin.startswith("https://"):
        return wrong("settings", "no address with TLS", "Set REGISTRY_ORIGIN to https://…: passkeys need it.")
    if not settings.secure_cookies:
        return wrong("settings", "cookies also without TLS", "Leave REGISTRY_SECURE_COOKIES unset.")
    if not settings.proxies:
        advice = (
            "Set REGISTRY_PROXIES to how many proxies there are, or every visitor has the proxy's address."
        )
        return warning("settings", "production, no proxy", advice)
    return good("settings", "production, behind TLS")


def _keys(settings: Settings) -> Iterator[Finding]:
    folder, name, token = settings.ledger_key
    if not token and not (folder / "ledger.key").is_file():
        advice = "Start the service, which makes one; where there was one, restore it from a backup."
        yield wrong("keys.ledger", "there is none", advice)
        return
    try:
        log.signer(folder, name, token)
        yield good("keys.ledger", "in a token" if token else "in a file of its owner's alone")
    except (RegistryError, OSError, ValueError) as error:
        yield wrong("keys.ledger", str(error)[:200], "See `ledger status`; restore the key from a backup.")
    readable = [path.name for path in folder.glob("secret_key*") if path.stat().st_mode & 0o077]
    if readable:
        yield wrong(
            "keys.secret", f"others can read {', '.join(readable)}", f"chmod 600 {' '.join(readable)}"
        )


def _disks(settings: Settings) -> Finding:
    """The tightest of the disks that the registry writes to."""
    places = {"the instance's folder": settings.instance}
    if settings.database_url.startswith("sqlite"):
        places["the database"] = Path(make_url(settings.database_url).database or "").parent
    if settings.wal_archive:
        places["the archive"] = Path(settings.wal_archive)
    if (kept := record.last(settings.instance)) is not None:
        places["backups"] = Path(kept.folder).parent
    found = good("disk", "nothing to look at")
    for name, path in places.items():
        if path.is_dir():
            found = larger(_disk(name, path), found)
    return found


def _disk(name: str, path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{free / GB:.1f} GB free for {name}"
    advice = "Free or add space: a full disk refuses every change."
    if free < LEAST_FREE:
        return wrong("disk", said, advice)
    return warning("disk", said, advice) if free < TIGHT_FREE else good("disk", said)


def _fonts() -> Finding:
    try:
        fonts.register()
        width = fonts.width("Aa ءآ 中", 10)
    except Exception as error:  # noqa: BLE001 - whatever a broken font file raises
        return wrong(
            "fonts", f"{type(error).__name__}", "Install requirements.txt anew: papers cannot be printed."
        )
    return good("fonts", "Latin, Arabic and Han") if width else wrong("fonts", "empty", "Install them anew.")


def _backup(settings: Settings, now: datetime) -> Finding:
    kept = record.last(settings.instance)
    if kept is None:
        return wrong(
            "backup", "none was ever made", "flask --app wsgi backup FOLDER, every day (docs/backup.md)."
        )
    age, proven = now - kept.made, kept.proven
    said = f"{_ago(age)} old, " + (f"one proven {_ago(now - proven)} ago" if proven else "none ever proven")
    if age > BACKUP_EVERY:
        return wrong("backup", said, "See why the timer did not make one: flask --app wsgi backup FOLDER")
    if proven is None or now - proven > VERIFY_EVERY:
        return warning("backup", said, "flask --app wsgi verify-backup FOLDER, every week.")
    return good("backup", said)


def _ago(age: timedelta) -> str:
    hours = max(0.0, age.total_seconds()) / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


def _worker(settings: Settings, name: str, command: str) -> Finding:
    what, age = f"worker.{name}", pulse.since(settings.instance, name)
    if age is not None and age < pulse.DEAD:
        return good(what, f"at work {age:.0f} s ago")
    advice = (
        f"Start it as a service: flask --app wsgi {command}" if settings.production else "Start the service."
    )
    return wrong(what, "never at work" if age is None else f"not at work for {age:.0f} s", advice)
