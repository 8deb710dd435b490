"""Reading a chain as a whole, and the signed messages behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import evidence, jose
from registry.exchange.evidence import EvidenceView
from registry.requests import queries
from registry.requests.tables import TraceRequestRow
from registry.requests.views import RequestView
from schemas.requests_vocabulary import Direction
from schemas.words import said


@dataclass(frozen=True)
class LinkView:
    """A State that was asked. summary: as the picture shows it; request: None for whoever may not see it."""

    summary: dict[str, Any]
    request: RequestView | None


@dataclass(frozen=True)
class ChainView:
    """A chain from its first request on. edition: what is new with every step in it; ending: why it ends,
    "" where another State can be asked.
    """

    number: str
    edition: str
    links: tuple[LinkView, ...]
    ending: str


def whole(work: Work, request_id: int) -> ChainView:
    """The chain that a request of ours belongs to; raises NotFound, also for what was not sent."""
    row = queries.request_row(work, request_id)
    if row.direction != Direction.OUT or row.thread is None:
        raise NotFound(said("%(number)s begins no chain", number=queries.request_number(request_id)))
    rows = queries.whole_chain(work, row)
    return ChainView(
        queries.request_number(rows[0].id),
        edition_of(rows),
        tuple(LinkView(queries.chain_view(work, one, False), _seen(work, one)) for one in rows),
        queries.ending(work, rows[-1]),
    )


def _seen(work: Work, row: TraceRequestRow) -> RequestView | None:
    try:
        return queries.request(work, row.id)
    except NotFound:
        return None


def edition_of(rows: list[TraceRequestRow]) -> str:
    """Which requests a chain has, and as they read now."""
    return jose.digest(",".join(f"{row.id}:{row.version}" for row in rows))[:22]


def signed(work: Work, request_id: int) -> EvidenceView:
    """Everything signed that passed about a request, for a court; raises NotFound where nothing is."""
    row = queries.request_row(work, request_id)
    found = evidence.of_thread(work, row.peer, row.thread or "")
    if not found.records:
        number = queries.request_number(request_id)
        raise NotFound(said("Nothing signed has passed about %(number)s", number=number))
    work.saw("trace_request", [row.id])  # an answer may name people of another State
    return found
