"""What the registry is told from outside: typed settings read from the environment, once."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from registry.core import hosts
from registry.core.errors import RegistryError

MOST_GLASS_MINUTES = 60
SOURCE_ROOT = Path(__file__).resolve().parents[2]


class MisconfiguredError(RegistryError):
    """A setting is missing or makes no sense; the service does not start."""

    code = "misconfigured"
    title = "The registry is not configured correctly"


@dataclass(frozen=True)
class Settings:
    """Every setting, its meaning in README.md under "Settings".

    database_url: SQLAlchemy URL; secret_key: signs cookies; state: ISO 3166-1 alpha-2 code of the State
    whose registry this is; zone: IANA name of the time by which its days end; production: refuses defaults
    that are only safe on one machine; max_body: largest accepted request in bytes; session_minutes,
    session_idle_minutes: life of a sign-in; origin: where browsers find the registry; proxies: how many in
    front of it are trusted.
    break_glass_minutes, break_glass_per_day: how long a record stays open that somebody opened beyond their
    role, at most an hour, and how many one account opens in 24 hours.
    timestamp_url: RFC 3161 service whose time goes into signatures of documents.
    replica_urls: streaming replicas of the database, where people's reads may go.
    postgresql_bin, postgresql_account: folder of PostgreSQL's programs, and whose a server of backups runs as
    when root starts it; backup_url: as whom PostgreSQL is backed up; wal_archive: folder of its log.
    metrics_token: what whoever reads /metrics shows; without one only this machine itself may.
    exchange_private: networks of other States' nodes that are not public; exchange_certificate: PEM file
    shown to them.
    """

    instance: Path
    database_url: str
    secret_key: str
    state: str = "BR"
    zone: str = "America/Sao_Paulo"
    authority: str = "National Firearms Authority"
    languages: tuple[str, ...] = ("en", "pt", "ar")
    production: bool = False
    secure_cookies: bool = False
    max_body: int = 2 * 1024 * 1024
    session_minutes: int = 12 * 60
    session_idle_minutes: int = 15
    origin: str = ""
    proxies: int = 0
    ledger_origin: str = ""
    ledger_token: str = ""
    timestamp_url: str = ""
    exchange_private: tuple[str, ...] = ()
    exchange_certificate: str = ""
    break_glass_minutes: int = 30
    break_glass_per_day: int = 5
    metrics_token: str = ""
    replica_urls: tuple[str, ...] = ()
    backup_url: str = ""
    wal_archive: str = ""
    postgresql_bin: str = ""
    postgresql_account: str = "postgres"
    testing: bool = False

    @property
    def ledger_key(self) -> tuple[Path, str, str]:
        """Folder of the ledger's key, the name of the log it signs, the key's URI where a token holds it."""
        origin = self.ledger_origin or f"firearms-registry.{self.state.lower()}/ledger"
        return self.instance, origin, self.ledger_token

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read REGISTRY_* variables, or the files that they name; raise MisconfiguredError for one that makes
        no sense.
        """
        given = _with_files(os.environ if environment is None else environment)
        production = _flag(given, "REGISTRY_PRODUCTION")
        instance = Path(given.get("REGISTRY_INSTANCE", str(SOURCE_ROOT / "instance"))).resolve()
        return cls(
            instance=instance,
            database_url=_database_url(given, instance),
            secret_key=_secret_key(given, instance, production),
            state=given.get("REGISTRY_STATE", cls.state),
            zone=_zone(given, cls.zone),
            ledger_origin=given.get("REGISTRY_LEDGER_ORIGIN", ""),
            ledger_token=given.get("REGISTRY_LEDGER_TOKEN", ""),
            timestamp_url=_service(given),
            exchange_private=_networks(given),
            exchange_certificate=given.get("REGISTRY_EXCHANGE_CERTIFICATE", ""),
            authority=given.get("REGISTRY_AUTHORITY", cls.authority),
            languages=tuple(given.get("REGISTRY_LANGUAGES", ",".join(cls.languages)).split(",")),
            production=production,
            secure_cookies=_flag(given, "REGISTRY_SECURE_COOKIES", production),
            max_body=_number(given, "REGISTRY_MAX_BODY", cls.max_body),
            session_minutes=_number(given, "REGISTRY_SESSION_MINUTES", cls.session_minutes),
            session_idle_minutes=_number(given, "REGISTRY_SESSION_IDLE_MINUTES", cls.session_idle_minutes),
            break_glass_minutes=_number(
                given, "REGISTRY_BREAK_GLASS_MINUTES", cls.break_glass_minutes, most=MOST_GLASS_MINUTES
            ),
            break_glass_per_day=_number(
                given, "REGISTRY_BREAK_GLASS_PER_DAY", cls.break_glass_per_day, least=0
            ),
            origin=_origin(given),
            proxies=_number(given, "REGISTRY_PROXIES", cls.proxies, least=0),
            metrics_token=_token(given),
            replica_urls=_replica_urls(given),
            backup_url=given.get("REGISTRY_BACKUP_URL", ""),
            wal_archive=given.get("REGISTRY_WAL_ARCHIVE", ""),
            postgresql_bin=given.get("REGISTRY_POSTGRESQL_BIN", ""),
            postgresql_account=given.get("REGISTRY_POSTGRESQL_ACCOUNT", cls.postgresql_account),
        )


def without_settings() -> dict[str, str]:
    """This process's environment without settings of a registry, for a process that has its own or none."""
    return {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}


BY_FILE = "_FILE"
"""A setting's name with this at its end names a file that holds it: secrets stay out of the environment."""


def _with_files(given: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, each setting that is in a file read from it."""
    found = dict(given)
    for name, path in given.items():
        setting = name.removesuffix(BY_FILE)
        if setting == name or not name.startswith("REGISTRY_"):
            continue
        if given.get(setting):
            raise MisconfiguredError(f"{setting} and {name} are both set: leave one out")
        try:
            found[setting] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MisconfiguredError(f"{name}: {path} cannot be read: {error}") from error
    return found


def _networks(given: Mapping[str, str]) -> tuple[str, ...]:
    names = tuple(
        name.strip() for name in given.get("REGISTRY_EXCHANGE_PRIVATE", "").split(",") if name.strip()
    )
    try:
        return tuple(str(ipaddress.ip_network(name)) for name in names if name)
    except ValueError as error:
        raise MisconfiguredError(f"REGISTRY_EXCHANGE_PRIVATE must name networks: {error}") from None


def _flag(given: Mapping[str, str], name: str, default: bool = False) -> bool:
    text = given.get(name, "")
    if text not in ("", "0", "1"):
        raise MisconfiguredError(f"{name} must be 0 or 1, not {text!r}")
    return text == "1" if text else default


def _number(
    given: Mapping[str, str], name: str, default: int, least: int = 1, most: int | None = None
) -> int:
    text = given.get(name, str(default))
    fits = text.isascii() and text.isdigit() and int(text) >= least and (most is None or int(text) <= most)
    if not fits:
        upper = f" to {most}" if most is not None else ""
        raise MisconfiguredError(f"{name} must be a whole number from {least}{upper}, not {text!r}")
    return int(text)


def _zone(given: Mapping[str, str], default: str) -> str:
    name = given.get("REGISTRY_ZONE", default)
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise MisconfiguredError(f"REGISTRY_ZONE must be such as America/Sao_Paulo, not {name!r}") from error


def _origin(given: Mapping[str, str]) -> str:
    text = given.get("REGISTRY_ORIGIN", "")
    if text and not re.fullmatch(r"https?://[^/?#@\s]+", text):
        raise MisconfiguredError(f"REGISTRY_ORIGIN must be such as https://registry.example, not {text!r}")
    return text


def _token(given: Mapping[str, str]) -> str:
    text = given.get("REGISTRY_METRICS_TOKEN", "")
    if text and len(text) < 20:
        raise MisconfiguredError("REGISTRY_METRICS_TOKEN must have at least 20 characters")
    return text


def _service(given: Mapping[str, str]) -> str:
    text = given.get("REGISTRY_TIMESTAMP_URL", "")
    if text and not re.fullmatch(r"https?://[^/?#@\s]+(/[^\s#]*)?", text):
        raise MisconfiguredError(
            f"REGISTRY_TIMESTAMP_URL must be such as https://time.example/tsa, not {text!r}"
        )
    return text


def _database_url(given: Mapping[str, str], instance: Path) -> str:
    url = given.get("REGISTRY_DATABASE_URL") or f"sqlite:///{instance / 'registry.db'}"
    if url.startswith("sqlite:///"):
        return url
    found = hosts.as_driven(url)
    if found is None:
        raise MisconfiguredError("REGISTRY_DATABASE_URL must begin with sqlite:/// or postgresql://")
    return found


def _replica_urls(given: Mapping[str, str]) -> tuple[str, ...]:
    found = [hosts.as_driven(url) for url in given.get("REGISTRY_REPLICA_URLS", "").split()]
    if found and not given.get("REGISTRY_DATABASE_URL", "").startswith("postgresql"):
        raise MisconfiguredError("REGISTRY_REPLICA_URLS needs PostgreSQL as REGISTRY_DATABASE_URL")
    urls = tuple(url for url in found if url and not hosts.has_several(url))
    if len(urls) < len(found):
        raise MisconfiguredError("REGISTRY_REPLICA_URLS must be such as postgresql://one postgresql://other")
    return urls


def _secret_key(given: Mapping[str, str], instance: Path, production: bool) -> str:
    """From REGISTRY_SECRET_KEY, else a file made on the first start; production wants the variable."""
    key = given.get("REGISTRY_SECRET_KEY", "")
    if key:
        if len(key) < 32:
            raise MisconfiguredError("REGISTRY_SECRET_KEY must have at least 32 characters")
        return key
    if production:
        raise MisconfiguredError("production needs REGISTRY_SECRET_KEY (at least 32 characters)")
    return _kept_secret(instance / "secret_key")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
