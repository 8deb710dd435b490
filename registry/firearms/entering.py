"""Firearms that the rules let through go on record, however many, with little more round trips than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from sqlalchemy import Table

from registry.core.many import Columns
from registry.core.work import Work
from registry.firearms import identity, rules
from registry.firearms.queries import Claim
from registry.firearms.rows import COMPONENT, CUSTODY, FIREARM, MARK, Many
from registry.firearms.tables import Component, Custody, Firearm, IdentityConflict, Mark

_FIREARMS = cast(Table, Firearm.__table__)
_CLAIMING = [FIREARM.index(name) for name in ("maker_id", "country_made", "model", "year_made")]
_BELONGINGS = (("components", Component, COMPONENT), ("marks", Mark, MARK), ("custody", Custody, CUSTODY))


def enter(work: Work, parts: Sequence[Many]) -> tuple[list[int], int]:
    """(keys of the new records, in the order of their places; how many conflicts of identity they open).

    A conflict is opened with each record, old or new, that claims the same identity.
    """
    parts = [part for part in parts if part.places]
    keys = work.next_keys(_FIREARMS, sum(len(part.places) for part in parts))
    own = [[keys[place] for place in part.places] for part in parts]
    claims = [claim for mine, part in zip(own, parts, strict=True) for claim in _claims(mine, part)]
    pairs = identity.claimed_twice(work, claims)
    for mine, part in zip(own, parts, strict=True):
        _put(work, mine, part)
    work.session.add_all(
        IdentityConflict(firearm_id=first, other_id=second, opened_at=work.now, version=1)
        for first, second in sorted(pairs)
    )
    work.session.flush()
    return keys, len(pairs)


def _put(work: Work, keys: Sequence[int], part: Many) -> None:
    work.put_rows(_FIREARMS, ("id", *FIREARM), Columns((keys, *part.firearm)))
    for name, table, columns in _BELONGINGS:
        if told := getattr(part, name):
            whose = [keys[n] for n in told[0]]
            work.put_rows(cast(Table, table.__table__), ("firearm_id", *columns), Columns((whose, *told[1:])))


def _claims(keys: Sequence[int], part: Many) -> Iterator[Claim]:
    maker, country, model, year = (part.firearm[n] for n in _CLAIMING)
    for n, serial in part.serials:
        yield rules.Identity(maker[n], country[n], serial, model[n], year[n]), keys[n]
