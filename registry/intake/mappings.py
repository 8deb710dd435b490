"""Remembering which column is which in the files of a system, and taking that up for the next of them."""

from __future__ import annotations

import json

from registry.core.errors import Conflict, Invalid, Stale
from registry.core.work import Work, act
from registry.intake import acts, kinds, queries
from registry.intake import mapping_queries as remembered
from registry.intake.columns import placed, plain
from registry.intake.mapping_queries import MappingView
from registry.intake.queries import RunView
from registry.intake.tables import IntakeMapping
from schemas.intake import IntakeSetting
from schemas.intake_mappings import MappingName, MappingNew
from schemas.intake_vocabulary import IntakeKind
from schemas.vocabulary import May
from schemas.words import said


@act(May.INTAKE_RUN)
def remember(work: Work, new: MappingNew) -> MappingView:
    """Remember the columns of an intake as they are settled, as those of the system that wrote its file.

    Raises NotFound, Invalid, Conflict where no column is settled or the name is taken.
    """
    row = queries.run_row(work, queries.run_key(new.intake))
    if not json.loads(row.mapping):
        raise Conflict("None of its columns is known")
    made = IntakeMapping(
        kind=row.kind,
        name=new.name,
        key=_free(work, row.kind, new.name),
        mapping=row.mapping,
        saved_by=work.actor.user_id,
        saved_at=work.now,
        version=1,
    )
    work.session.add(made)
    work.session.flush()
    return remembered.mapping_view(work, made)


def _free(work: Work, kind: str, name: str, but: int = 0) -> str:
    """The plain form of a name that no other mapping of this kind has; raises Invalid, Conflict."""
    key = plain(name)[:200]
    if not key:
        raise Invalid.at("name", "There is no letter and no figure in it.")
    work.lock(f"intake_mapping:{kind}:{key}")
    other = remembered.named(work, kind, key)
    if other is not None and other.id != but:
        why = "Columns of this kind are remembered as %(name)s already: choose another name, or retire them."
        raise Conflict(said(why, name=other.name))
    return key


@act(May.INTAKE_RUN)
def rename(work: Work, number: int, new: MappingName, version: int) -> MappingView:
    """Call it otherwise; raises NotFound, Stale, Invalid, Conflict."""
    row = _locked(work, number, version)
    row.key = _free(work, row.kind, new.name, but=row.id)
    row.name = new.name
    return _changed(work, row)


@act(May.INTAKE_RUN)
def retire(work: Work, number: int, version: int) -> MappingView:
    """Offer it no more; its name is free. Raises NotFound, Stale, Conflict."""
    row = _locked(work, number, version)
    row.retired_by, row.retired_at = work.actor.user_id, work.now
    return _changed(work, row)


def _locked(work: Work, number: int, version: int) -> IntakeMapping:
    row = remembered.mapping_row(work, number, locked=True)
    if row.version != version:
        raise Stale
    if row.retired_at is not None:
        raise Conflict("It is retired")
    return row


def _changed(work: Work, row: IntakeMapping) -> MappingView:
    row.version += 1
    work.session.flush()
    return remembered.mapping_view(work, row)


@act(May.INTAKE_RUN)
def take_up(work: Work, run_id: int, number: int, version: int) -> RunView:
    """Settle the columns of an intake as a mapping says, and judge it anew; what stands for every row stays.

    Raises NotFound, Stale, Conflict, Invalid where the file is of another kind or has not all its columns.
    """
    found, row = queries.run(work, run_id), remembered.mapping_row(work, number)
    if row.retired_at is not None:
        raise Invalid.at("mapping", "It is retired")
    if row.kind != found.kind:
        raise Invalid.at("mapping", "It is of another kind of register.")
    mapping = placed(json.loads(row.mapping), found.columns)
    if mapping is None:
        raise Invalid.at("mapping", "The file has not all of its columns.")
    known = kinds.KINDS[IntakeKind(found.kind)].columns.names
    kept = {name: column for name, column in mapping.items() if name in known}
    return acts.settle(work, run_id, IntakeSetting(kept, found.constants), version)
