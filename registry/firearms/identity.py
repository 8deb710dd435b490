"""Identities claimed twice: noticed when a record is made or corrected, settled by a supervisor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from registry.core.work import Work
from registry.firearms import queries, rules
from registry.firearms.queries import Claim
from registry.firearms.tables import Firearm, IdentityConflict
from registry.marks.reading import is_placeholder

MOST_LOCKS = 100


def watch(work: Work, rows: Sequence[Firearm]) -> None:
    """Open a conflict with each record that claims the same identity as one of these, which changed."""
    work.session.flush()
    claims = _claims(work, rows)
    pairs = claimed_twice(work, claims)
    known = queries.conflict_pairs(work.session, {first for first, _ in pairs})
    work.session.add_all(
        IdentityConflict(firearm_id=first, other_id=second, opened_at=work.now, version=1)
        for first, second in sorted(pairs - known)
    )
    work.session.flush()


def claimed_twice(work: Work, claims: Sequence[Claim]) -> set[tuple[int, int]]:
    """Pairs of records that claim one identity, the lower key first: of these, and of these and all others.

    Nobody else claims one of them until the end of this transaction: of two people who do so at the same
    moment, the second sees the first one's record.
    """
    if not claims:
        return set()
    _hold(work, {_serial(claimed) for claimed, _ in claims})
    counted = Counter(_serial(claimed) for claimed, _ in claims)
    ours = {key for _, key in claims}
    others = [one for one in queries.claimants(work, {serial[2] for serial in counted}) if one[1] not in ours]
    twice = {_serial(claimed) for claimed, _ in others} | {s for s, count in counted.items() if count > 1}
    doubtful = [one for one in claims if _serial(one[0]) in twice]
    return _pairs(doubtful, [*doubtful, *others])


def _serial(claimed: rules.Identity) -> tuple[int, str, str]:
    return claimed.maker_id, claimed.country_made, claimed.key


def _hold(work: Work, serials: Collection[tuple[int, str, str]]) -> None:
    """A lock of each identity, in one order, so that two batches never wait for each other.

    For many there is one lock of all: the database has room for some thousands only.
    """
    if len(serials) > MOST_LOCKS:
        work.lock("identities")
        return
    work.lock("identities", shared=True)
    for serial in sorted(serials):
        work.lock("identity:{}:{}:{}".format(*serial))


def _claims(work: Work, rows: Sequence[Firearm]) -> list[Claim]:
    """What these records claim to be, by each mark of manufacture that is a serial."""
    texts = queries.manufacture_marks(work.session, [row.id for row in rows])
    return [
        (queries.identity_of(row, queries.key_of_mark(text)), row.id)
        for row in rows
        for text in texts.get(row.id, ())
        if not is_placeholder(text)
    ]


def _pairs(claims: Sequence[Claim], others: Sequence[Claim]) -> set[tuple[int, int]]:
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
