"""Events and holds of several records, gathered by their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.core.paging import AnySelect
from registry.retention.rules import Event, Hold
from schemas.retention_vocabulary import CountedFrom, HoldKind
from schemas.words import Said


class Gathered:
    """What several queries found, by record."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.events: dict[int, list[Event]] = defaultdict(list)
        self.holds: dict[int, list[Hold]] = defaultdict(list)

    def dated(self, query: AnySelect, kind: CountedFrom = CountedFrom.LAST_EVENT) -> Gathered:
        """Rows of (key, day, …): every further column is a day too; NULL is none."""
        for key, *days in self._session.execute(query):
            self.events[key] += [Event(kind, day) for day in _days(days)]
        return self

    def held(self, query: AnySelect, kind: HoldKind, reason: Said | str) -> Gathered:
        """Records whose key the query finds are held, each once for a reason."""
        for key in dict.fromkeys(self._session.scalars(query)):
            self.holds[key].append(Hold(kind, reason))
        return self


def _days(values: Iterable[Any]) -> Iterable[date]:
    for value in values:
        if value is not None:
            yield value.date() if isinstance(value, datetime) else value
