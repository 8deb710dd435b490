"""Reading a chain as a whole, and the signed messages behind a request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.core.errors import NotFound
from registry.core.work import Work
from registry.exchange import evidence, jose
from registry.exchange.evidence import EvidenceView, RecordView
from registry.requests import answer_queries, chain_links, forgetting, hop_queries, queries
from registry.requests.tables import TraceRequestRow
from registry.requests.views import HopView, RequestView
from schemas.requests_vocabulary import Direction
from schemas.words import said


@dataclass(frozen=True)
class LinkView:
    """A State that was asked. summary: as the picture shows it; request: None for whoever may not see it.

    hop: where another State asked it for us, which is told with the request that goes before.
    """

    summary: dict[str, Any]
    request: RequestView | None
    hop: HopView | None = None


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
    rows = chain_links.whole_chain(work, row)
    return ChainView(
        queries.request_number(rows[0].id),
        edition_of(rows),
        tuple(link for one in rows for link in _links(work, one)),
        chain_links.ending(work, rows[-1]),
    )


def _links(work: Work, row: TraceRequestRow) -> Iterator[LinkView]:
    seen = _seen(work, row)
    yield LinkView(chain_links.chain_view(work, row, False), seen)
    for summary, hop in zip(hop_queries.chain_views(work, row), seen.hops if seen else (), strict=False):
        yield LinkView(summary, seen, hop)


def _seen(work: Work, row: TraceRequestRow) -> RequestView | None:
    try:
        return queries.request(work, row.id)
    except NotFound:
        return None


def edition_of(rows: list[TraceRequestRow]) -> str:
    """Which requests a chain has, and as they read now."""
    return jose.digest(",".join(f"{row.id}:{row.version}" for row in rows))[:22]


def signed(work: Work, request_id: int) -> EvidenceView:
    """Everything signed that passed about a request, for a court; raises NotFound where nothing is.

    As in the request itself, nobody reads what was to be kept until a day that is over, nor who was named
    without being one who may read of persons.
    """
    row = queries.request_row(work, request_id)
    found = evidence.of_thread(work, row.peer, row.thread or "")
    if not found.records:
        number = queries.request_number(request_id)
        raise NotFound(said("Nothing signed has passed about %(number)s", number=number))
    work.saw("trace_request", [row.id])  # an answer may name people of another State
    return evidence.without(found, dict(_kept_back(work, row, found.records)))


def _kept_back(work: Work, row: TraceRequestRow, records: Sequence[RecordView]) -> Iterator[tuple[str, str]]:
    """Records that whoever reads this may not read, and why."""
    over = answer_queries.time_is_over(row, work.today)
    told_on = hop_queries.told_on_over(work, row)
    may = answer_queries.may_read_persons(work)
    for one in records:
        theirs = over and one.sender == row.peer and one.type in forgetting.SPOKEN
        day = row.keep_until if theirs else None
        if told_on and one.type == "trace.onward" and one.jws and day is None:
            day = told_on.get(hop_queries.hop_in(one.jws))
        if day is not None:
            yield (
                one.jti,
                said(
                    "It was to be kept until %(day)s. Its digest, its place in the channel and its receipt "
                    "stay.",
                    day=day,
                ),
            )
        elif one.jws and not may and _names_somebody(one):
            yield one.jti, evidence.NAMES_A_PERSON


def _names_somebody(one: RecordView) -> bool:
    told = evidence.body_of(one)
    return one.type == "trace.response" and bool(told.get("holder") or told.get("last_holder"))
