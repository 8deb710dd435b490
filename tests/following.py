"""Whoever makes something over the API and is told where it is, finds it there."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

FOLLOWED: set[str] = set()
"""Routes of this process whose answer's Location was followed once."""


class Following(FlaskClient):
    """A client that follows the Location of the first 201 of each route of the API, as its caller would."""

    def open(self, *args: Any, **given: Any) -> TestResponse:
        """Any request."""
        answer = super().open(*args, **given)
        if answer.status_code == 201 and "Location" in answer.headers:
            self._follow(answer)
        return answer

    def _follow(self, answer: TestResponse) -> None:
        asked = answer.request
        route = self.application.url_map.bind("").match(asked.path, "POST")[0]
        if not asked.path.startswith("/api/") or route in FOLLOWED:
            return
        FOLLOWED.add(route)
        caller = {"Authorization": asked.headers.get("Authorization", "")}
        there = super().open(answer.headers["Location"], headers=caller)
        assert there.status_code == 200, (asked.path, answer.headers["Location"], there.status_code)
