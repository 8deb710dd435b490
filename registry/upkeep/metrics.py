"""What Prometheus reads: requests, queues, ledger, exchange, traces, backups. Counts alone, nobody's data.

Labels are routes' rules, States, states of records, processes: closed lists, never what somebody entered.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from registry.core import pulse
from registry.core.settings import Settings
from registry.core.web.counting import BOUNDS, CLASSES, Counts, Route
from registry.core.work import OPERATOR, Office, Work
from registry.exchange import held
from registry.exchange import queries as exchange
from registry.exchange.tables import ExchangeIn, ExchangeOut
from registry.intake.tables import IntakeRun
from registry.ledger import log
from registry.tracing.tables import Trace
from registry.upkeep import record, replica_checks
from registry.upkeep.place_checks import WORKERS
from registry.verification import keys
from schemas.intake_vocabulary import IntakeState

NEWEST = 10_000
"""Traces whose outcomes are told, the newest ones."""
WAITING = (IntakeState.CHECKING, IntakeState.RUNNING, IntakeState.UNDOING)


@dataclass(frozen=True)
class Figure:
    """name: the metric's, without its prefix; of: the State, process, kind and state that it counts."""

    name: str
    of: str
    value: float


class Watch(Collector):
    """All metrics of a registry, read when asked for."""

    def __init__(self, office: Office, settings: Settings, counts: Counts | None = None) -> None:
        self.office, self.settings, self.counts = office, settings, counts

    def collect(self) -> Iterable[Metric]:
        """Every metric; those of the database are left out while it does not answer, and `up` says so."""
        yield from requests(self.counts.read() if self.counts else ())
        yield from self.about_records()

    def about_records(self) -> Iterator[Metric]:
        """All but the requests."""
        yield from _place(self.settings, self.office.clock())
        found: list[Metric] = []
        try:
            found += [*_records(self.office), *_replicas(self.office, self.settings)]
        except DBAPIError:
            found.clear()
        up = "1 while the database answers."
        yield GaugeMetricFamily("registry_database_up", up, value=int(bool(found)))
        yield from found


def figures(office: Office, settings: Settings) -> list[Figure]:
    """The same without the requests, for whoever reads them on a page."""
    watch = Watch(office, settings)
    return [
        Figure(sample.name.removeprefix("registry_"), ", ".join(sample.labels.values()), sample.value)
        for metric in watch.about_records()
        for sample in metric.samples
    ]


def text(office: Office, settings: Settings, counts: Counts) -> bytes:
    """Prometheus' text, format 0.0.4."""
    found = CollectorRegistry(auto_describe=False)
    found.register(Watch(office, settings, counts))
    return generate_latest(found)


def requests(routes: Iterable[Route]) -> Iterator[Metric]:
    """How many requests each route had, with which answers and how fast."""
    answers = CounterMetricFamily("registry_requests", "Requests answered.", labels=("route", "status"))
    latency = HistogramMetricFamily(
        "registry_request_seconds", "Seconds from a request to its answer.", labels=("route",)
    )
    for route in routes:
        for name, count in zip(CLASSES, route.answers, strict=True):
            if count:
                answers.add_metric((route.rule, name), count)
        latency.add_metric((route.rule,), _cumulated(route), route.seconds)
    yield answers
    yield latency


def _cumulated(route: Route) -> list[tuple[str, float]]:
    total, found = 0, []
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), route.buckets, strict=True):
        total += count
        found.append((bound, float(total)))
    return found


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"registry_{name}", about, value=value)


def _place(settings: Settings, now: datetime) -> Iterator[Metric]:
    """The machine: workers, backups, disk."""
    at_work = GaugeMetricFamily("registry_worker_seconds", "Since it was at work.", labels=("worker",))
    for name in WORKERS:
        if (age := pulse.since(settings.instance, name)) is not None:
            at_work.add_metric((name,), age)
    yield at_work
    if (kept := record.last(settings.instance)) is not None:
        yield _gauge("backup_seconds", "Age of the last backup.", (now - kept.made).total_seconds())
        if kept.proven is not None:
            since = (now - kept.proven).total_seconds()
            yield _gauge("backup_proven_seconds", "Since a backup was proven.", since)
    with suppress(OSError):
        free = shutil.disk_usage(settings.instance).free
        yield _gauge("disk_free_bytes", "Free space for the instance's folder.", free)


def _records(office: Office) -> list[Metric]:
    with office.look(OPERATOR) as work:
        return [*_ledger(office), *_exchange(work), *_intake(work), _traces(work), *_certificate(work)]


def _replicas(office: Office, settings: Settings) -> Iterator[Metric]:
    """Nothing where there are none."""
    up = GaugeMetricFamily("registry_replica_up", "1 while it may be read.", labels=("replica",))
    lag = GaugeMetricFamily("registry_replica_lag_seconds", "Behind the primary.", labels=("replica",))
    behind = GaugeMetricFamily("registry_replica_behind_bytes", "Of the log it lacks.", labels=("replica",))
    for one in replica_checks.look(office.database, settings):
        for metric, value in ((up, not one.trouble), (lag, one.lag), (behind, one.behind)):
            if value is not None:
                metric.add_metric((one.name,), float(value))
    if settings.replica_urls:
        yield from (up, lag, behind)


def _ledger(office: Office) -> Iterator[Metric]:
    known, now = log.status(office), office.clock()
    unsigned = known.size - known.signed + known.waiting
    yield _gauge("ledger_leaves", "Leaves of the ledger.", known.size)
    yield _gauge("ledger_unsigned", "Transactions that no checkpoint signs yet.", unsigned)
    lag = (now - known.signed_at).total_seconds() if unsigned and known.signed_at else 0.0
    yield _gauge("ledger_lag_seconds", "Since the last checkpoint, while something is unsigned.", lag)


def _exchange(work: Work) -> Iterator[Metric]:
    """Messages by State: waiting, undeliverable, held; the oldest; how long its keys are good."""
    count = GaugeMetricFamily("registry_exchange_messages", "Messages to a State.", labels=("peer", "state"))
    oldest = GaugeMetricFamily(
        "registry_exchange_oldest_seconds", "Age of the oldest message that waits.", labels=("peer",)
    )
    asked = (
        select(ExchangeOut.peer, ExchangeOut.state, func.count(), func.min(ExchangeOut.made_at))
        .where(ExchangeOut.state.in_(("waiting", "dead")))
        .group_by(ExchangeOut.peer, ExchangeOut.state)
        .order_by(ExchangeOut.peer, ExchangeOut.state)
    )
    for peer, state, number, since in work.session.execute(asked):
        count.add_metric((peer, state), number)
        if state == "waiting":
            oldest.add_metric((peer,), (work.now - since).total_seconds())
    waiting = select(func.count()).select_from(ExchangeIn).where(*held.HELD)
    ends = GaugeMetricFamily("registry_exchange_keys_seconds", "Until a State's keys end.", labels=("peer",))
    for one in exchange.peers(work):
        if one.expires_at is not None:
            ends.add_metric((one.state,), (one.expires_at - work.now).total_seconds())
    yield from (count, oldest, ends)
    yield _gauge("exchange_held", "Messages that wait for another.", work.session.scalar(waiting) or 0)


def _intake(work: Work) -> Iterator[Metric]:
    asked = select(func.count(), func.min(func.coalesce(IntakeRun.started_at, IntakeRun.created_at)))
    number, since = work.session.execute(asked.where(IntakeRun.state.in_(WAITING))).one()
    yield _gauge("intake_waiting", "Intakes being judged or entered.", number)
    age = (work.now - since).total_seconds() if since else 0.0
    yield _gauge("intake_oldest_seconds", "Age of the oldest of them.", age)


def _traces(work: Work) -> Metric:
    found = GaugeMetricFamily(
        "registry_traces_newest", f"The newest {NEWEST} traces.", labels=("kind", "outcome")
    )
    newest = select(Trace.kind, Trace.outcome).order_by(Trace.id.desc()).limit(NEWEST).subquery()
    by = (newest.c.kind, newest.c.outcome)
    counted = select(*by, func.count()).group_by(*by).order_by(*by)
    for kind, outcome, number in work.session.execute(counted):
        found.add_metric((kind, outcome), number)
    return found


def _certificate(work: Work) -> Iterator[Metric]:
    if keys.trouble(work) != "none":
        left = (keys.known(work)[0].valid_until - work.now).total_seconds()
        yield _gauge("certificate_seconds", "Until the certificate of documents ends.", left)
