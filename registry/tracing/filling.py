"""Which firearms those traces name that were kept before this had an index of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import select

from registry.core.numbers import key_of
from registry.core.prepared import Prepared
from registry.core.work import Work
from registry.tracing.tables import Trace
from schemas.vocabulary import TraceKind

NAME = "firearms of traces"
AT_ONCE = 2_000

_NAMES = Prepared(
    "INSERT INTO trace_firearm (firearm_id, trace_id)"
    " SELECT CAST(g.a AS BIGINT), CAST(g.b AS BIGINT) FROM {triples} g WHERE 1 = 1 ON CONFLICT DO NOTHING"
)


def firearms_named(work: Work, after: int) -> int | None:
    """Write down whom the traces after a number name; some at a time, as `core.filling.Some`."""
    asked = select(Trace.id, Trace.answer).where(Trace.kind == TraceKind.FIREARM.value, Trace.id > after)
    rows = work.session.execute(asked.order_by(Trace.id).limit(AT_ONCE)).all()
    named = [(str(key), str(trace)) for trace, answer in rows for key in _firearms(answer)]
    work.put(_NAMES, given=orjson.dumps(named).decode())
    return rows[-1].id if len(rows) == AT_ONCE else None


def _firearms(answer: str) -> Iterator[int]:
    found: list[dict[str, Any]] = orjson.loads(answer).get("candidates", [])
    return (key for one in found if (key := key_of("F", one["number"])) is not None)
