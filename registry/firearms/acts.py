"""What people do to firearms. Each act checks the rules on the facts as they are inside its transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.access import approvals
from registry.core.errors import Conflict, Forbidden, Invalid, Stale, Unmet, refuse_if
from registry.core.work import Work, act, limited_to
from registry.directory import queries as directory
from registry.directory.tables import Party
from registry.firearms import chain, entering, identity, queries, rows, rules, views
from registry.firearms.own import only_own_step
from registry.firearms.tables import Correction, Firearm
from registry.marks.reading import acceptable_text, fold_key, is_placeholder
from schemas.firearms import (
    CustodyNew,
    FirearmChange,
    FirearmNew,
    MarkChange,
    MarkNew,
    MarkText,
)
from schemas.vocabulary import ApprovalKind, CustodyKind, MarkKind, May, PartyKind
from schemas.words import said

LAST_HISTORIC_YEAR = 2003  # Yugoslavia was the last of the historic States to which anything could go
Changed = tuple[str, str, str]
"""A field with its value before and after."""


@act(May.FIREARM_REGISTER)
def register(work: Work, new: FirearmNew) -> views.FirearmView:
    """Record a firearm with its parts, marks and custody so far.

    Raises Invalid naming a field that is wrong, Refused with the articles that are not met. An identity
    that another record claims is accepted and becomes a conflict for a supervisor.
    """
    [key] = _enter(work, [new])
    return queries.firearm(work, key)


@act(May.FIREARM_REGISTER)
def register_many(work: Work, many: Iterable[FirearmNew]) -> list[str]:
    """As register, each by the same rules; answers the registry numbers. All of them, or none."""
    return [queries.firearm_number(key) for key in _enter(work, list(many))]


@act(May.FIREARM_REGISTER)
def register_ready(work: Work, parts: Sequence[rows.Many]) -> tuple[list[int], int]:
    """As register_many, for what was judged by its rules in this transaction, by `ready` or otherwise.

    (keys of the records, by their places; how many conflicts of identity they open).
    """
    return entering.enter(work, parts)


@dataclass(frozen=True)
class _Checked:
    """A registration that the rules let through."""

    new: FirearmNew
    maker: Party
    calibre: str
    steps: Sequence[rules.Step]


def _enter(work: Work, many: Sequence[FirearmNew]) -> list[int]:
    """Checked one by one, written at once: a thousand cost little more round trips than one."""
    keys, _ = entering.enter(work, [rows.many(range(len(many)), ready(work, many))])
    return keys


def ready(work: Work, many: Sequence[FirearmNew]) -> list[rows.Ready]:
    """Firearms as their rows are to be; raises what register would raise."""
    _parties = queries.read_parties(work.session, _parties_named(many))  # held, so that each is read once
    checked = [_checked(work, new) for new in many]
    _refuse_closed(work, [step for one in checked for step in one.steps])
    return [_ready(work, one) for one in checked]


def _refuse_closed(work: Work, steps: Sequence[rules.Step], new_step: int | None = None) -> None:
    """Raise Refused when a company sold or took something after it had closed."""
    parties = {party for step in steps for party in (step.from_id, step.to_id)}
    closed = directory.closed(work.session, parties)
    if closed:
        refuse_if(_placed(rules.unmet_for_closed(steps, closed), new_step))


def _parties_named(many: Iterable[FirearmNew]) -> Iterator[str]:
    for new in many:
        yield new.maker
        for step in new.custody:
            yield from filter(None, (step.from_party, step.to_party))


Whom = Callable[[Work, str, str], int]
"""The internal key of a party: given its number and the field that names it. Raises Invalid."""


def _by_number(work: Work, number: str, field: str) -> int:
    return directory.party_by_number(work, number, field).id


def judge(work: Work, new: FirearmNew, whom: Whom, closed: Mapping[int, date]) -> None:
    """Raise what register would raise, without a record.

    whom: also of parties that are not on record yet; closed: last days of companies that closed.
    """
    checked = _checked(work, new, whom)
    refuse_if(_placed(rules.unmet_for_closed(checked.steps, closed)))


def _checked(work: Work, new: FirearmNew, whom: Whom = _by_number) -> _Checked:
    maker, calibre = _maker(work, new.maker), directory.calibre_of(new.calibre, "calibre")
    directory.check_country(work, new.country_made, "country_made", historic_ok=True)
    steps = [_step(work, step, n, f"custody.{n - 1}.", whom) for n, step in enumerate(new.custody, 1)]
    _only_own(work, maker, steps)
    for n, mark in enumerate(new.marks):
        _check_mark(work, mark, len(new.components), f"marks.{n}.")
    antique = new.out_of_scope is not None and new.out_of_scope.value == "antique"
    refuse_if(
        [
            *rules.unmet_for_year(new.year_made, work.today),
            *rules.unmet_for_antique(antique, new.year_made),
            *rules.unmet_to_register(_facts(new, maker)),
            *_placed(rules.unmet_for_custody(steps, work.today, new.year_made, work.home)),
        ]
    )
    return _Checked(new, maker, calibre, steps)


def _maker(work: Work, number: str) -> Party:
    maker = directory.party_by_number(work, number, "maker")
    if maker.kind == PartyKind.PERSON:
        raise Invalid.at("maker", "A manufacturer is needed here, not a natural person.")
    return maker


def _only_own(work: Work, maker: Party, steps: Sequence[rules.Step]) -> None:
    """Makers and importers report what they made or imported, and what they handed over themselves."""
    own = limited_to(work.actor, May.FIREARM_REGISTER)
    if own is None:
        return
    chain = rules.in_order(steps)
    theirs = maker.id == own or (bool(chain) and chain[0].kind is CustodyKind.IMPORTED)
    if not theirs or any(step.to_id != own for step in chain[:1]):
        raise Forbidden("You may register what you made, or what you imported: its first step leads to you")
    if any(step.from_id != own for step in chain[1:]):
        raise Forbidden("You may record what you hand over yourself; others record the rest")


def _check_mark(work: Work, mark: MarkNew, components: int, path: str) -> None:
    facts = rules.MarkFacts(mark.kind, mark.text, tuple(mark.symbols), condition=mark.condition)
    unreadable = acceptable_text(mark.text, f"{path}text") if mark.text else []
    if wrong := [*rules.unmet_for_mark(facts, path), *unreadable]:
        raise Invalid(unmet=wrong)
    directory.check_country(work, mark.country, f"{path}country", historic_ok=True)
    if mark.component is not None and mark.component > components:
        raise Invalid.at(f"{path}component", said("There are %(count)s parts.", count=components))
    if mark.marked_on is not None and mark.marked_on > work.today:
        raise Invalid.at(f"{path}marked_on", "This day has not come yet.")
    if mark.year is not None and mark.year > work.today.year:
        raise Invalid.at(f"{path}year", "This year has not come yet.")


def _step(work: Work, new: CustodyNew, n: int, path: str = "", whom: Whom = _by_number) -> rules.Step:
    past = new.happened_on.year <= LAST_HISTORIC_YEAR
    directory.check_country(work, new.country, f"{path}country", historic_ok=past)
    giver = new.from_party and whom(work, new.from_party, f"{path}from_party")
    taker = new.to_party and whom(work, new.to_party, f"{path}to_party")
    return rules.Step(new.kind, new.happened_on, n, giver or None, taker or None, new.country, new.temporary)


def _placed(unmet: Sequence[Unmet], new_step: int | None = None) -> list[Unmet]:
    """The rules' step and name as the shapes call them; beside one new step, other steps have no field."""
    return [replace(u, field=_field_of(u.field, new_step)) for u in unmet]


def _field_of(place: str, new_step: int | None) -> str:
    n, name = place.split(".")
    field = {"from": "from_party", "to": "to_party"}.get(name, name)
    if new_step is None:
        return f"custody.{int(n) - 1}.{field}"
    return field if int(n) == new_step else ""


def _facts(new: FirearmNew, maker: Party) -> rules.FirearmFacts:
    marks = tuple(
        rules.MarkFacts(m.kind, m.text, tuple(m.symbols), m.country, m.year, m.condition) for m in new.marks
    )
    return rules.FirearmFacts(rules.names_a_maker(maker.name), new.country_made, new.year_made, marks)


def _ready(work: Work, one: _Checked) -> rows.Ready:
    new, (status, holder) = one.new, rules.holder_after(one.steps)
    marks = tuple(rows.mark(work, n, mark) for n, mark in enumerate(new.marks, 1))
    parts = tuple(rows.component(n, part) for n, part in enumerate(new.components, 1))
    steps = zip(one.steps, new.custody, strict=True)
    firearm = (
        new.type.value, new.action.value, one.maker.id, new.model, one.calibre, new.calibre,
        new.country_made, new.year_made, new.out_of_scope.value if new.out_of_scope else "", status, holder,
        len(marks), len(parts), len(one.steps), work.now, 1,
    )  # fmt: skip
    made = (mark.text for mark in new.marks if mark.kind is MarkKind.MANUFACTURE)
    serials = tuple(queries.key_of_mark(text) for text in made if not is_placeholder(text))
    custody = tuple(rows.custody(work, step, told) for step, told in steps)
    return rows.Ready(firearm, marks, custody, serials, parts)


@act(May.MARK_RECORD)
def add_mark(work: Work, firearm_id: int, new: MarkNew, version: int) -> views.FirearmView:
    """Record a further mark; raises NotFound, Stale, Forbidden, Invalid."""
    row = _marked_by(work, firearm_id, version)
    _check_mark(work, new, row.components, "")
    row.marks += 1
    work.session.add(rows.mark_row(row.id, rows.mark(work, row.marks, new)))
    row.version += 1
    identity.watch(work, [row])
    return queries.firearm(work, row.id)


@act(May.MARK_RECORD)
def change_mark(work: Work, firearm_id: int, n: int, change: MarkChange, version: int) -> views.FirearmView:
    """Record in which condition a mark is found now; raises NotFound, Stale, Invalid.

    What was before stays with the record, and why it was changed.
    """
    row = _marked_by(work, firearm_id, version)
    mark, changed = queries.mark_row(work, row, n), list[Changed]()
    if change.condition != mark.condition:
        changed.append((f"marks.{n - 1}.condition", mark.condition, change.condition.value))
        mark.condition = change.condition.value
    _corrected(work, row, change.reason, changed)
    return queries.firearm(work, row.id)


@act(May.MARK_CORRECT)
def correct_text(work: Work, firearm_id: int, n: int, change: MarkText, version: int) -> None:
    """Another text for a mark that was entered wrongly, as two have agreed.

    Raises Forbidden outside of an approval by two, NotFound, Stale, Conflict, Invalid.
    """
    approvals.require(work, ApprovalKind.CORRECT_MARK)
    row = _locked(work, firearm_id, version)
    mark = queries.mark_row(work, row, n)
    changed = [(f"marks.{n - 1}.text", mark.text, change.text)]
    mark.text, mark.key = change.text, queries.key_of_mark(change.text)
    mark.folded = fold_key(mark.key)
    _corrected(work, row, change.reason, changed)


def _marked_by(work: Work, firearm_id: int, version: int) -> Firearm:
    """The firearm, if whoever asks may say what is on it: traders, while it is in their hands."""
    row = _locked(work, firearm_id, version)
    own = limited_to(work.actor, May.MARK_RECORD)
    in_hand = row.holder_id == own or (not row.status and row.maker_id == own)
    if own is not None and not in_hand:
        raise Forbidden("You may record marks of what you hold")
    return row


@act(May.CUSTODY_RECORD)
def add_custody(work: Work, firearm_id: int, new: CustodyNew, version: int) -> views.FirearmView:
    """Record a step of custody, also a late one between others; Refused when the chain cannot be so."""
    row = _locked(work, firearm_id, version)
    step = _step(work, new, row.steps + 1)
    only_own_step(work, row, step)
    steps = [*queries.steps_of(queries.custody(work.session, row.id)), step]
    refuse_if(_placed(rules.unmet_for_custody(steps, work.today, row.year_made, work.home), step.n))
    _refuse_closed(work, [step], step.n)
    chain.append(work, row, steps, new)
    return queries.firearm(work, row.id)


@act(May.FIREARM_CORRECT)
def correct(work: Work, firearm_id: int, change: FirearmChange, version: int) -> views.FirearmView:
    """Correct what was recorded wrongly, with a reason that stays with the record.

    A corrected maker, State, model or year can bring it into conflict with another record. Raises
    NotFound, Stale, Invalid, Refused.
    """
    row = _locked(work, firearm_id, version)
    steps = queries.steps_of(queries.custody(work.session, row.id))
    before = _correctable(row)
    _apply(work, row, change)
    refuse_if(
        [
            *rules.unmet_for_year(row.year_made, work.today),
            *rules.unmet_for_antique(row.out_of_scope == "antique", row.year_made),
            *(
                replace(unmet, field="year_made")
                for unmet in rules.unmet_for_custody(steps, work.today, row.year_made, work.home)
            ),
        ]
    )
    after = _correctable(row)
    changed = [(field, before[field], after[field]) for field in before if before[field] != after[field]]
    _corrected(work, row, change.reason, changed)
    return queries.firearm(work, row.id)


def _correctable(row: Firearm) -> dict[str, str]:
    return {
        "type": row.type,
        "action": row.action,
        "maker": directory.party_number(row.maker_id),
        "model": row.model,
        "calibre": row.calibre_text,
        "country_made": row.country_made,
        "year_made": str(row.year_made or ""),
    }


def _apply(work: Work, row: Firearm, change: FirearmChange) -> None:
    if change.maker is not None:
        row.maker_id = _maker(work, change.maker).id
    if change.calibre is not None:
        row.calibre = directory.calibre_of(change.calibre, "calibre")
        row.calibre_text = change.calibre
    if change.country_made is not None:
        directory.check_country(work, change.country_made, "country_made", historic_ok=True)
    for field in ("type", "action", "model", "country_made", "year_made"):
        if (value := getattr(change, field)) is not None:
            setattr(row, field, getattr(value, "value", value))


def _corrected(work: Work, row: Firearm, reason: str, changed: Sequence[Changed]) -> None:
    """Keep why and what, under the version it leads to; raises Invalid when nothing changes."""
    if not changed:
        raise Invalid.at("", "Nothing of this differs from what is recorded.")
    row.version += 1
    work.session.add(
        Correction(
            firearm_id=row.id,
            version=row.version,
            reason=reason,
            changed=json.dumps(changed, ensure_ascii=False),
            changed_by=work.actor.user_id,
            changed_at=work.now,
        )
    )
    identity.watch(work, [row])


def _locked(work: Work, firearm_id: int, version: int) -> Firearm:
    row = queries.firearm_row(work, firearm_id, locked=True)
    if row.version != version:
        raise Stale
    if row.superseded_by is not None:
        raise Conflict(
            said("This record was superseded by %(number)s", number=queries.firearm_number(row.superseded_by))
        )
    return row
