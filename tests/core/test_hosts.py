"""URLs of PostgreSQL, of one server or several."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from registry.core import hosts
from registry.core.replicas import name_of
from registry.core.settings import MisconfiguredError, Settings


def test_several_servers_are_tried_until_one_can_write() -> None:
    url = hosts.as_driven("postgresql://me:p%40s@one:5433,two/registry?sslmode=verify-full")
    found = make_url(url or "")
    assert (found.username, found.password, found.database) == ("me", "p@s", "registry")
    assert (found.query["host"], found.query["port"]) == ("one,two", "5433,5432")
    assert found.query["target_session_attrs"] == "read-write"
    assert found.query["sslmode"] == "verify-full"
    assert hosts.has_several(url or "")
    assert hosts.as_driven(url or "") == url
    patient = hosts.as_driven("postgresql://me@/registry?host=/run/a,/run/b&connect_timeout=60")
    assert make_url(patient or "").query["connect_timeout"] == "60"


@pytest.mark.parametrize("url", ["postgresql://me:a,b@one/registry", "postgresql+psycopg://me@/r?host=/run"])
def test_one_server_is_left_as_it_is(url: str) -> None:
    found = hosts.as_driven(url)
    assert found == "postgresql+psycopg://" + url.partition("://")[2]
    assert not hosts.has_several(found)


def test_other_databases_are_none_of_ours() -> None:
    assert hosts.as_driven("mysql://one/registry") is None


def test_replicas_are_named_without_secrets() -> None:
    given = {"REGISTRY_DATABASE_URL": "postgresql://me@one/registry", "REGISTRY_SECRET_KEY": "k" * 32}
    given["REGISTRY_REPLICA_URLS"] = (
        "postgresql://me:secret@two:5433/registry\npostgresql://me@three/registry"
    )
    found = Settings.from_environment(given).replica_urls
    assert [name_of(url) for url in found] == ["two:5433", "three"]


@pytest.mark.parametrize(
    ("database", "replicas"),
    [
        ("", "postgresql://me@two/registry"),
        ("sqlite:////tmp/registry.db", "postgresql://me@two/registry"),
        ("postgresql://me@one/registry", "sqlite:////tmp/other.db"),
        ("postgresql://me@one/registry", "postgresql://me@two,three/registry"),
    ],
)
def test_replicas_that_cannot_be_are_refused(database: str, replicas: str) -> None:
    given = {"REGISTRY_DATABASE_URL": database, "REGISTRY_SECRET_KEY": "k" * 32}
    with pytest.raises(MisconfiguredError, match="REGISTRY_REPLICA_URLS"):
        Settings.from_environment({**given, "REGISTRY_REPLICA_URLS": replicas})
