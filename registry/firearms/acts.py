"""What people do to firearms. Each act checks the rules on the facts as they are inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from registry.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unmet, refuse_if
from registry.core.numbers import parse_registry_number
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.firearms import queries, rules
from registry.firearms.tables import Component, Custody, Firearm, IdentityConflict, Mark
from registry.marks.reading import acceptable_text, fold_key, is_placeholder, normal_form
from schemas.firearms import (
    ComponentNew,
    CustodyNew,
    DecisionNew,
    FirearmChange,
    FirearmNew,
    MarkChange,
    MarkNew,
    micrometres,
)
from schemas.vocabulary import ConflictDecision, MarkKind, May, PartyKind, Role


@act(May.FIREARM_REGISTER)
def register(work: Work, new: FirearmNew) -> queries.FirearmView:
    """Record a firearm with its parts, marks and custody so far.

    Raises Invalid naming a field that is wrong, Refused with the articles that are not met. An identity
    that another record claims is accepted and becomes a conflict for a supervisor.
    """
    return queries.firearm(work, _enter(work, new))


@act(May.FIREARM_REGISTER)
def register_many(work: Work, many: Iterable[FirearmNew]) -> list[str]:
    """As register, each by the same rules; answers the registry numbers. All of them, or none."""
    return [queries.firearm_number(_enter(work, new)) for new in many]


def _enter(work: Work, new: FirearmNew) -> int:
    maker = directory.party_by_number(work, new.maker, "maker")
    if maker.kind == PartyKind.PERSON:
        raise Invalid.at("maker", "A manufacturer is needed here, not a natural person.")
    _own_maker(work, maker, new)
    directory.check_country(work, new.country_made, "country_made", historic_ok=True)
    steps = [_step(work, step, n, f"custody.{n - 1}.") for n, step in enumerate(new.custody, 1)]
    for n, mark in enumerate(new.marks):
        _check_mark(work, mark, len(new.components), f"marks.{n}.")
    facts = _facts(new, maker)
    antique = new.out_of_scope is not None and new.out_of_scope.value == "antique"
    refuse_if(
        [
            *rules.unmet_for_year(new.year_made, work.today),
            *rules.unmet_for_antique(antique, new.year_made),
            *rules.unmet_to_register(facts),
            *_named(rules.unmet_for_custody(steps, work.today, new.year_made, work.home), "custody"),
        ]
    )
    return _entered(work, new, maker, steps)


def _own_maker(work: Work, maker: Party, new: FirearmNew) -> None:
    """Makers and importers report what is theirs."""
    own = work.actor.party_id
    if work.actor.role is not Role.TRADER or maker.id == own:
        return
    first = new.custody[0].to_party if new.custody else None
    if first is None or parse_registry_number("P", first, "custody.0.to_party") != own:
        raise Forbidden("You may register what you made, or what you imported: its first step leads to you")


def _check_mark(work: Work, mark: MarkNew, components: int, path: str) -> None:
    refuse = acceptable_text(mark.text, f"{path}text")
    if refuse:
        raise Invalid(unmet=refuse)
    directory.check_country(work, mark.country, f"{path}country", historic_ok=True)
    if mark.component is not None and mark.component > components:
        raise Invalid.at(f"{path}component", f"There are {components} parts.")
    if mark.marked_on is not None and mark.marked_on > work.today:
        raise Invalid.at(f"{path}marked_on", "This day has not come yet.")
    if mark.year is not None and mark.year > work.today.year:
        raise Invalid.at(f"{path}year", "This year has not come yet.")


def _step(work: Work, new: CustodyNew, n: int, path: str = "") -> rules.Step:
    directory.check_country(work, new.country, f"{path}country", historic_ok=True)
    giver = new.from_party and directory.party_by_number(work, new.from_party, f"{path}from_party").id
    taker = new.to_party and directory.party_by_number(work, new.to_party, f"{path}to_party").id
    return rules.Step(new.kind, new.happened_on, n, giver or None, taker or None, new.country)


def _named(unmet: list[Unmet], place: str = "") -> list[Unmet]:
    """The rules' short names of fields as the shapes call them."""
    names = {"from": "from_party", "to": "to_party"}
    return [replace(u, field=".".join(filter(None, (place, names.get(u.field, u.field))))) for u in unmet]


def _facts(new: FirearmNew, maker: Party) -> rules.FirearmFacts:
    marks = tuple(
        rules.MarkFacts(m.kind, m.text, tuple(m.symbols), m.country, m.year, m.condition) for m in new.marks
    )
    return rules.FirearmFacts(bool(maker.name), new.country_made, new.year_made, marks)


def _entered(work: Work, new: FirearmNew, maker: Party, steps: list[rules.Step]) -> int:
    status, holder = rules.holder_after(steps)
    row = Firearm(
        type=new.type.value,
        action=new.action.value,
        maker_id=maker.id,
        model=new.model,
        calibre=directory.calibre_of(new.calibre, "calibre"),
        calibre_text=new.calibre,
        country_made=new.country_made,
        year_made=new.year_made,
        out_of_scope=new.out_of_scope.value if new.out_of_scope else "",
        status=status,
        holder_id=holder,
        marks=len(new.marks),
        components=len(new.components),
        steps=len(steps),
        created_at=work.now,
        version=1,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(_component(row.id, n, part) for n, part in enumerate(new.components, 1))
    work.session.add_all(_mark(work, row.id, n, mark) for n, mark in enumerate(new.marks, 1))
    work.session.add_all(
        _custody(work, row.id, step, told) for step, told in zip(steps, new.custody, strict=True)
    )
    work.session.flush()
    for mark in new.marks:
        _watch_identity(work, row, mark)
    return row.id


def _component(firearm_id: int, n: int, new: ComponentNew) -> Component:
    return Component(firearm_id=firearm_id, n=n, kind=new.kind.value, description=new.description)


def _mark(work: Work, firearm_id: int, n: int, new: MarkNew) -> Mark:
    key = normal_form(new.text)[:64]
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


def _custody(work: Work, firearm_id: int, step: rules.Step, told: CustodyNew) -> Custody:
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
        recorded_at=work.now,
        recorded_by=work.actor.user_id,
    )


def _watch_identity(work: Work, row: Firearm, mark: MarkNew) -> None:
    """Open a conflict with each record that claims the same identity.

    Under a lock of that identity: of two people who register it at the same moment, the second sees
    the first one's record.
    """
    if mark.kind is not MarkKind.MANUFACTURE or is_placeholder(mark.text):
        return
    key = normal_form(mark.text)[:64]
    work.lock(f"identity:{row.maker_id}:{row.country_made}:{key}")
    identity = rules.Identity(row.maker_id, row.country_made, key, row.model, row.year_made)
    for other in queries.claimants(work.session, identity, row.id):
        first, second = sorted((row.id, other))
        if second not in queries.conflict_partners(work.session, first):
            work.session.add(
                IdentityConflict(firearm_id=first, other_id=second, opened_at=work.now, version=1)
            )
    work.session.flush()


@act(May.MARK_RECORD)
def add_mark(work: Work, firearm_id: int, new: MarkNew, version: int) -> queries.FirearmView:
    """Record a further mark; raises NotFound, Stale, Invalid."""
    row = _locked(work, firearm_id, version)
    _check_mark(work, new, row.components, "")
    row.marks += 1
    work.session.add(_mark(work, row.id, row.marks, new))
    _changed(work, row)
    _watch_identity(work, row, new)
    return queries.firearm(work, row.id)


@act(May.MARK_RECORD)
def change_mark(work: Work, firearm_id: int, n: int, change: MarkChange, version: int) -> queries.FirearmView:
    """Record in which condition a mark is found now; the text as seen stays."""
    row = _locked(work, firearm_id, version)
    mark = work.session.get(Mark, (row.id, n))
    if mark is None:
        raise NotFound(f"{queries.firearm_number(row.id)} has no mark {n}")
    mark.condition = change.condition.value
    _changed(work, row)
    return queries.firearm(work, row.id)


@act(May.CUSTODY_RECORD)
def add_custody(work: Work, firearm_id: int, new: CustodyNew, version: int) -> queries.FirearmView:
    """Record a step of custody, also a late one between others; Refused when the chain cannot be so."""
    row = _locked(work, firearm_id, version)
    step = _step(work, new, row.steps + 1)
    own = work.actor.party_id
    if work.actor.role is Role.TRADER and own not in (step.from_id, step.to_id):
        raise Forbidden("You may record what you hand over or receive")
    steps = [*queries.steps_of(queries.custody(work.session, row.id)), step]
    refuse_if(_named(rules.unmet_for_custody(steps, work.today, row.year_made, work.home)))
    work.session.add(_custody(work, row.id, step, new))
    row.steps = step.n
    row.status, row.holder_id = rules.holder_after(steps)
    _changed(work, row)
    return queries.firearm(work, row.id)


@act(May.FIREARM_CORRECT)
def correct(work: Work, firearm_id: int, change: FirearmChange, version: int) -> queries.FirearmView:
    """Correct what was recorded wrongly, with a reason; raises NotFound, Stale, Invalid, Refused."""
    row = _locked(work, firearm_id, version)
    year = row.year_made if change.year_made is None else change.year_made
    steps = queries.steps_of(queries.custody(work.session, row.id))
    refuse_if(
        [
            *rules.unmet_for_year(year, work.today),
            *rules.unmet_for_antique(row.out_of_scope == "antique", year),
            *_named(rules.unmet_for_custody(steps, work.today, year, work.home), "custody"),
        ]
    )
    if change.calibre is not None:
        row.calibre = directory.calibre_of(change.calibre, "calibre")
        row.calibre_text = change.calibre
    for field in ("type", "action", "model"):
        if (value := getattr(change, field)) is not None:
            setattr(row, field, str(value))
    row.year_made = year
    _changed(work, row)
    _watch_all(work, row)
    return queries.firearm(work, row.id)


def _watch_all(work: Work, row: Firearm) -> None:
    """A corrected model or year can bring a record into conflict with another."""
    for mark in queries.manufacture_marks(work.session, row.id):
        _watch_identity(work, row, MarkNew(MarkKind.MANUFACTURE, mark))


def _locked(work: Work, firearm_id: int, version: int) -> Firearm:
    row = queries.firearm_row(work, firearm_id, locked=True)
    if row.version != version:
        raise Stale
    if row.superseded_by is not None:
        raise Conflict(f"This record was superseded by {queries.firearm_number(row.superseded_by)}")
    return row


def _changed(work: Work, row: Firearm) -> None:
    row.version += 1
    work.session.flush()


@act(May.CONFLICT_RESOLVE)
def decide(work: Work, conflict_id: int, new: DecisionNew, version: int) -> queries.ConflictView:
    """Settle an identity claimed twice; raises NotFound, Stale, Conflict, Invalid.

    same_firearm: the record that is not kept is superseded; it stays in the records, and traces say so.
    """
    row = work.session.get(IdentityConflict, conflict_id, with_for_update=True)
    if row is None:
        raise NotFound(f"No conflict {conflict_id}")
    if row.version != version:
        raise Stale
    if row.decision:
        raise Conflict("This conflict is decided")
    if new.decision is ConflictDecision.SAME_FIREARM:
        _supersede(work, row, new)
    elif new.keep is not None:
        raise Invalid.at("keep", "Both records stay when both are genuine.")
    row.decision, row.reason, row.decided_by = new.decision.value, new.reason, work.actor.user_id
    row.decided_at, row.version = work.now, row.version + 1
    work.session.flush()
    return queries.conflict(work, conflict_id)


def _supersede(work: Work, row: IdentityConflict, new: DecisionNew) -> None:
    pair = (row.firearm_id, row.other_id)
    kept = parse_registry_number("F", new.keep, "keep") if new.keep else None
    if kept not in pair:
        raise Invalid.at("keep", "Say which of the two records stays.")
    gone = queries.firearm_row(work, pair[0] if kept == pair[1] else pair[1], locked=True)
    gone.superseded_by = kept
    gone.version += 1
