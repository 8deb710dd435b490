"""Identities claimed twice: noticed when a record is made or corrected, settled by a supervisor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from registry.core.work import Work
from registry.firearms import queries, rules
from registry.firearms.tables import Firearm, IdentityConflict
from registry.marks.reading import is_placeholder


def watch(work: Work, rows: Sequence[Firearm]) -> None:
    """Open a conflict with each record that claims the same identity as one of these.

    Under a lock of each identity: of two people who register it at the same moment, the second sees the
    first one's record. Locks are taken in one order, so that two batches never wait for each other.
    """
    work.session.flush()
    claims = _claims(work, rows)
    for claimed in sorted({(c.maker_id, c.country_made, c.key) for c, _ in claims}):
        work.lock("identity:{}:{}:{}".format(*claimed))
    pairs = _pairs(claims, queries.claimants(work.session, {claimed.key for claimed, _ in claims}))
    known = queries.conflict_pairs(work.session, {first for first, _ in pairs})
    work.session.add_all(
        IdentityConflict(firearm_id=first, other_id=second, opened_at=work.now, version=1)
        for first, second in sorted(pairs - known)
    )
    work.session.flush()


def _claims(work: Work, rows: Sequence[Firearm]) -> list[queries.Claim]:
    """What these records claim to be, by each mark of manufacture that is a serial."""
    texts = queries.manufacture_marks(work.session, [row.id for row in rows])
    return [
        (queries.identity_of(row, queries.key_of_mark(text)), row.id)
        for row in rows
        for text in texts.get(row.id, ())
        if not is_placeholder(text)
    ]


def _pairs(claims: Sequence[queries.Claim], others: Sequence[queries.Claim]) -> set[tuple[int, int]]:
    """Records that claim one identity, the lower key first."""
    by_serial = defaultdict(list)
    for other in others:
        by_serial[other[0].maker_id, other[0].country_made, other[0].key].append(other)
    return {
        (min(row_id, other_id), max(row_id, other_id))
        for claimed, row_id in claims
        for other, other_id in by_serial[claimed.maker_id, claimed.country_made, claimed.key]
        if row_id != other_id and rules.same_identity(claimed, other)
    }
