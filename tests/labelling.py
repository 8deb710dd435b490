"""Printing labels over the API as a client does: a job, then the file for the printer."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def job(
    client: FlaskClient, headers: dict[str, str], design: str, *numbers: str, **given: Any
) -> TestResponse:
    """A print job of these numbers, or of a list."""
    asked = {"design": design, "numbers": list(numbers), "medium": "roll-100x60", "resolution": 203, **given}
    return client.post("/api/v1/label-jobs", json=asked, headers=headers)


def run(client: FlaskClient, headers: dict[str, str], made: dict[str, Any], **given: Any) -> TestResponse:
    """Send labels of a job to the printer."""
    path = f"/api/v1/label-jobs/{made['number']}"
    return client.post(f"{path}/runs", json={"version": made["version"], **given}, headers=headers)


def printed(client: FlaskClient, headers: dict[str, str], design: str, *numbers: str, **given: Any) -> bytes:
    """The file of a job that is printed at once."""
    made = job(client, headers, design, *numbers, **given)
    assert made.status_code == 201, made.json
    answer = run(client, headers, made.json)
    assert answer.status_code == 200, answer.json
    return answer.data
