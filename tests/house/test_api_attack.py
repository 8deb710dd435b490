"""Every operation of the API under generated requests: no fault of ours, and answers as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from schemas.vocabulary import Role
from tests.engines import Sqlite, application
from tests.exchange.world import give_keys
from tests.makers import bearer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/jose")
def as_it_is(_: Any, value: Any) -> bytes:
    """A token is text; whatever else is tried is written as Python would."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def attacked(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One registry for all attacks."""
    folder: Path = tmp_path_factory.mktemp("attacked")
    with sqlite.ready() as url, application(url, folder) as app:
        give_keys(app.extensions["registry"].office)
        yield app


@pytest.fixture(scope="module")
def supervisor(attacked: Flask) -> dict[str, str]:
    return bearer(attacked, Role.AUTHORITY_SUPERVISOR)


@pytest.fixture(scope="module")
def api_description(attacked: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", attacked)


@pytest.mark.timeout(600)  # one attack after the other: longer with each operation
def test_every_operation_withstands_generated_requests(
    api_description: Any, supervisor: dict[str, str]
) -> None:
    attacked = 0
    for found in api_description.get_all_operations():
        _attack(found.ok(), supervisor)
        attacked += 1
    assert attacked > 40


def _attack(operation: Any, headers: dict[str, str]) -> None:
    """A dozen generated requests; a failure names the operation and prints the request."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def attack(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    attack()
