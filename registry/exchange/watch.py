"""What is looked after beside deliveries: what waits too long, what was held too long, keys that are over."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from registry.core.work import OPERATOR, Office, Work
from registry.exchange import acts, judging, queries, rules
from registry.exchange.tables import ExchangeOut

UNDELIVERED = "undelivered"
AT_ONCE = 5_000


def alert_overdue(office: Office) -> int:
    """Tell people once of what waits for four hours, in one line for each State; how many."""
    with office.look(OPERATOR) as work:
        if not queries.overdue(work, work.now - rules.ALERT_AFTER, 1):
            return 0
    with office.begin(OPERATOR, doing="exchange.overdue") as work:
        late = queries.overdue(work, work.now - rules.ALERT_AFTER, AT_ONCE)
        for peer, rows in groupby(late, key=lambda row: row.peer):
            _alert(work, peer, list(rows))
        return len(late)


def _alert(work: Work, peer: str, rows: Sequence[ExchangeOut]) -> None:
    oldest = rows[0]
    detail = f"{len(rows)} waiting, the oldest ({oldest.type}) since {oldest.made_at:%Y-%m-%d %H:%M} UTC"
    judging.alert(work, peer, UNDELIVERED, f"{detail}: {oldest.problem}", oldest.sha256)
    for row in rows:
        row.alerted_at = work.now


def destroy_old_keys(office: Office) -> int:
    """Private halves of encryption keys go when their time is over, without anybody's doing; how many."""
    with office.look(OPERATOR) as work:
        if not queries.keys_to_destroy(work):
            return 0
    with office.begin(OPERATOR, doing="exchange.keys") as work:
        return acts.destroy_old_keys(work)
