"""The doctor: looks at everything that a registry stands on, also where half of it does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.exc import DBAPIError

from registry.core.settings import Settings
from registry.core.work import Office
from registry.upkeep import engine_checks, place_checks, record_checks, replica_checks
from registry.upkeep.findings import Finding, Health, wrong
from schemas.words import said


def examine(office: Office, settings: Settings) -> list[Finding]:
    """Every finding; it raises nothing and changes nothing."""
    found = list(_tried("database", lambda: engine_checks.database(office.database)))
    found += _tried("replicas", lambda: replica_checks.replicas(office.database, settings))
    found += _tried("machine", lambda: place_checks.place(settings, office.clock()))
    if _is_up(found):
        found += _tried("records", lambda: record_checks.records(office))
    return found


def _is_up(found: Iterable[Finding]) -> bool:
    """Whether tables can be read as this version knows them."""
    states = {one.what: one.health for one in found}
    return states.get("database") is Health.GOOD and states.get("migrations") is Health.GOOD


def _tried(what: str, checks: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from checks()
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield wrong(what, said("cannot be looked at: %(why)s", why=why), said("Look at the disk."))
    except DBAPIError as error:
        why = str(error.orig).splitlines()[0][:200] if error.orig else type(error).__name__
        yield wrong(
            what,
            said("does not answer: %(why)s", why=why),
            said("Start the database; look at REGISTRY_DATABASE_URL."),
        )


def worst(found: Iterable[Finding]) -> Health:
    """The worst of all findings."""
    return max((one.health for one in found), key=list(Health).index, default=Health.GOOD)
