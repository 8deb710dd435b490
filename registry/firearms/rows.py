"""Rows from what was told; the rules have been asked before."""

from __future__ import annotations

from registry.core.work import Work
from registry.firearms import queries, rules
from registry.firearms.tables import Component, Custody, Mark
from registry.marks.reading import fold_key
from schemas.firearms import ComponentNew, CustodyNew, MarkNew, micrometres


def component(firearm_id: int, n: int, new: ComponentNew) -> Component:
    """A part, by its place in the list."""
    return Component(firearm_id=firearm_id, n=n, kind=new.kind.value, description=new.description)


def mark(work: Work, firearm_id: int, n: int, new: MarkNew) -> Mark:
    """A mark with the keys it is found by."""
    key = queries.key_of_mark(new.text)
    return Mark(
        firearm_id=firearm_id,
        n=n,
        kind=new.kind.value,
        text=new.text,
        symbols=" ".join(new.symbols),
        key=key,
        folded=fold_key(key),
        component_n=new.component,
        place=new.place,
        technique=new.technique.value,
        height_um=micrometres(new.height_mm),
        depth_um=micrometres(new.depth_mm),
        condition=new.condition.value,
        country=new.country,
        year=new.year,
        marked_on=new.marked_on,
        marked_by=new.marked_by,
        recorded_at=work.now,
    )


def custody(work: Work, firearm_id: int, step: rules.Step, told: CustodyNew) -> Custody:
    """A step of the chain."""
    return Custody(
        firearm_id=firearm_id,
        n=step.n,
        kind=step.kind.value,
        happened_on=step.on,
        from_id=step.from_id,
        to_id=step.to_id,
        place=told.place,
        country=told.country,
        document_kind=told.document_kind.value if told.document_kind else "",
        document_number=told.document_number,
        temporary=told.temporary,
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )
