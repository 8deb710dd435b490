"""The demonstration's campaigns and evidence, and its print jobs."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from registry.core.work import OPERATOR
from registry.demo import loading
from registry.labels import queries as labels
from registry.recovery import disposal_queries, evidence_queries, queries
from schemas.disposal import DisposalsAsked
from schemas.labels import JobsAsked
from schemas.recovery import CampaignsAsked, HandoversAsked, ItemsAsked
from schemas.recovery_vocabulary import HandoverState
from tests.engines import Sqlite, application


@pytest.mark.parametrize("hour", [1, 13], ids=["yesterday still where the registry is", "the same day"])
def test_campaigns_collect_and_what_was_seized_changed_hands(
    sqlite: Sqlite, tmp_path: Path, hour: int
) -> None:
    now = datetime.now(UTC)
    ahead = datetime.combine(now.date(), time(hour), UTC) - now
    with sqlite.ready() as url, application(url, tmp_path) as app:
        office = app.extensions["registry"].office
        office.clock = lambda: datetime.now(UTC) + ahead
        list(loading.fill_if_empty(office, OPERATOR, 300, 8))
        with office.look(OPERATOR) as work:
            drives = queries.campaigns(work, CampaignsAsked()).items
            items = queries.items(work, ItemsAsked(limit=200)).items
            moved = evidence_queries.handovers(work, HandoversAsked()).items
            ended = disposal_queries.disposals(work, DisposalsAsked()).items
            jobs = labels.jobs(work, JobsAsked(sort="number")).items
            runs = [[run.kind for run in labels.job(work, n + 1).runs] for n in range(len(jobs))]
            torn = labels.contents(work, 1, 3, 3)[0][1]
            issues = [(one.issue, one.latest, one.reason) for one in labels.printings(work, torn)]
            chains = [evidence_queries.item(work, n + 1).chain_is_whole for n in range(len(items))]
    assert [drive.firearms > 10 for drive in drives] == [True, True, False]
    assert any(item.firearm and item.held_for for item in items)
    assert any(item.authority_number for item in items)
    assert {one.state for one in moved} == {HandoverState.SIGNED, HandoverState.OFFERED}
    assert all(chains)
    assert [(one.state, one.count) for one in ended] == [("done", 12), ("proposed", 8)]
    assert [(one.state, one.sent == one.labels) for one in jobs] == [
        ("done", True), ("done", True), ("open", False),
    ]  # fmt: skip
    assert runs == [["first", "reprint"], ["first", "resume"], ["first"]]
    assert issues == [(2, True, "Torn when it was put on"), (1, False, "")]
