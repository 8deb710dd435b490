"""Firearms that the rules let through go on record, however many, with little more round trips than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Table

from registry.core.work import Work
from registry.firearms import identity, rules
from registry.firearms.queries import Claim
from registry.firearms.rows import COMPONENT, CUSTODY, FIREARM, MARK, Ready, Values
from registry.firearms.tables import Component, Custody, Firearm, IdentityConflict, Mark

_FIREARMS = cast(Table, Firearm.__table__)
_MAKER, _MODEL, _COUNTRY, _YEAR = map(FIREARM.index, ("maker_id", "model", "country_made", "year_made"))
_BELONGINGS = (("components", Component, COMPONENT), ("marks", Mark, MARK), ("custody", Custody, CUSTODY))


def enter(work: Work, ready: Sequence[Ready]) -> tuple[list[int], int]:
    """(keys of the new records, in their order; how many conflicts of identity they open).

    A conflict is opened with each record, old or new, that claims the same identity.
    """
    keys = work.next_keys(_FIREARMS, len(ready))
    pairs = identity.claimed_twice(work, list(_claims(keys, ready)))
    rows = [(key, *one.firearm) for key, one in zip(keys, ready, strict=True)]
    work.put_rows(_FIREARMS, ("id", *FIREARM), rows)
    for name, table, columns in _BELONGINGS:
        if belongings := list(_with_keys(keys, ready, name)):
            work.put_rows(cast(Table, table.__table__), ("firearm_id", *columns), belongings)
    work.session.add_all(
        IdentityConflict(firearm_id=first, other_id=second, opened_at=work.now, version=1)
        for first, second in sorted(pairs)
    )
    work.session.flush()
    return keys, len(pairs)


def _with_keys(keys: Sequence[int], ready: Sequence[Ready], name: str) -> Iterator[Values]:
    for key, one in zip(keys, ready, strict=True):
        values: tuple[Any, ...]
        for values in getattr(one, name):
            yield key, *values


def _claims(keys: Sequence[int], ready: Sequence[Ready]) -> Iterator[Claim]:
    for key, one in zip(keys, ready, strict=True):
        gun = one.firearm
        for serial in one.serials:
            yield rules.Identity(gun[_MAKER], gun[_COUNTRY], serial, gun[_MODEL], gun[_YEAR]), key
