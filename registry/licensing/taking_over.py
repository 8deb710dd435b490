"""Licences of before this registry, from the day on which their goods are shipped here.

What is missing of one is shown first, by an officer: the import licence, the end-user certificate, what
States on the way said. Then the officer says how much of each line was used before, with the document that
says so, and others approve, as many as of issuing it here. From then on shipments draw on what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order
from registry.access.approval_queries import ProposalView
from registry.core.days import day_in
from registry.core.errors import Conflict, Invalid, Unmet, refuse_if
from registry.core.work import Work, act
from registry.licensing import approving, facts_queries, queries, rules, steps
from registry.licensing.facts import LicenceFacts
from registry.licensing.tables import Evidence, Licence, Line
from registry.licensing.views import LicenceView
from schemas.licensing_earlier import TakingOver, TakingOverSchema
from schemas.licensing_vocabulary import EvidenceKind, LicenceMove
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

M = LicenceMove
BALANCE = "What was used before this registry"
"""The note by which the document of the balance is known among those of the case."""
_SHAPE = TakingOverSchema()


@act(May.LICENCE_REVIEW)
def propose(work: Work, licence_id: int, new: TakingOver, version: int) -> ProposalView:
    """Propose that a licence of before this registry is taken over.

    Raises NotFound, Stale, Invalid, Conflict where it is no such licence, Refused with what it lacks.
    """
    row = steps.locked(work, licence_id, version, M.TAKE_OVER)
    content = {**_SHAPE.dump(new), "war_material": queries.facts(work, row).war_material}
    kind = ApprovalKind.TAKE_OVER_LICENCE
    return approvals.propose(work, kind, queries.licence_number(row.id), content, new.reason)


def _told(content: Content) -> TakingOver:
    new: TakingOver = _SHAPE.take({name: value for name, value in content.items() if name != "war_material"})
    return new


def _judged(work: Work, row: Licence, content: Content) -> tuple[TakingOver, Sequence[Line]]:
    """What is told, and the lines it is of; raises what keeps it from being taken over."""
    new, known = _told(content), queries.facts(work, row)
    if not known.earlier:
        raise Conflict(said("It was issued here: nothing of it was used before."))
    if content["war_material"] is not known.war_material:
        raise Invalid.at("war_material", "It is on the other track now.")
    today, lines = day_in(row.zone, work.now), facts_queries.lines_of(work, row.id)
    refuse_if(_unmet(known, new, today, _announced(work, row.id)))
    return new, lines


def _announced(work: Work, licence_id: int) -> Mapping[int, int]:
    """What of each line is on its way to customs and not drawn yet, by the number of the line."""
    found = Counter[int]()
    for announced in work.offers.get("licence_announced", {}).values():
        found.update(announced(work, licence_id))
    return found


def _unmet(facts: LicenceFacts, new: TakingOver, today: date, announced: Mapping[int, int]) -> list[Unmet]:
    """FP 10(2), 10(3): every condition of issue holds, and what was used is within the licence, beside what
    is announced; less than was said before may be said at any time.
    """
    if len(new.used) != len(facts.lines):
        words = said("A number for each of the %(lines)s lines.", lines=len(facts.lines))
        return [Unmet(words, "used", "FP 10(3)")]
    unmet = [*_days(facts, new, today)]
    lines = tuple(
        replace(line, used_before=used, drawn=line.drawn - line.used_before + used)
        for line, used in zip(facts.lines, new.used, strict=True)
    )
    for n, (line, known) in enumerate(zip(lines, facts.lines, strict=True)):
        waits, left = announced.get(n + 1, 0), line.quantity - (line.drawn - line.used_before)
        if line.used_before > left:
            words = said(
                "%(quantity)s of %(goods)s; %(left)s are left of the licence.",
                quantity=line.used_before,
                goods=line.description,
                left=left,
            )
            unmet.append(Unmet(words, f"used.{n}", "FP 10(3)"))
        elif line.used_before > max(left - waits, known.used_before):
            words = said(
                "%(goods)s: %(announced)s are announced; cancel that first, or say at most %(left)s.",
                goods=line.description,
                announced=waits,
                left=max(left - waits, known.used_before),
            )
            unmet.append(Unmet(words, f"used.{n}", "FP 10(3)"))
    return unmet or rules.unmet_to_stand(replace(facts, lines=lines), today)


def _days(facts: LicenceFacts, new: TakingOver, today: date) -> list[Unmet]:
    if new.issued_on > today:
        return [Unmet(said("This day has not come yet."), "issued_on", "FP 10(3)")]
    if facts.issued_on is not None and new.issued_on < facts.issued_on:
        return [Unmet(said("It was not issued before that day."), "issued_on", "FP 10(3)")]
    return []


def _changes(new: TakingOver, lines: Sequence[Line]) -> list[Change]:
    return [
        change
        for line, used in zip(lines, new.used, strict=True)
        for change in (
            Change("used_before", str(line.used_before), str(used), of=f"{line.n}. {line.description}"),
            Change(
                "left_of_licence",
                str(line.quantity - line.drawn),
                str(line.quantity - line.drawn + line.used_before - used),
                of=f"{line.n}. {line.description}",
            ),
        )
    ]


def _effect(work: Work, subject: str, content: Content) -> Effect:
    row = queries.licence_row(work, queries.licence_key(subject))
    steps.allow_move(work, row, M.TAKE_OVER)
    new, lines = _judged(work, row, content)
    paper = facts_queries.belongings(work, row.id).evidence[0]
    told = [
        Change("licence", "", f"{paper.number}, {paper.issued_by}"),
        Change("document", "", f"{new.number}, {new.issued_by}, {new.issued_on}"),
    ]
    return Effect(str(row.version), [*told, *_changes(new, lines)])


def _carry_out(work: Work, order: Order) -> str:
    return take_over(work, order).number


@act(May.LICENCE_DECIDE)
def take_over(work: Work, order: Order) -> LicenceView:
    """Take a licence of before this registry over, as two or three have agreed: shipments draw on it now.

    Raises NotFound, Stale, Conflict, Forbidden, Refused where a condition fell away meanwhile.
    """
    approvals.require(work, ApprovalKind.TAKE_OVER_LICENCE)
    row = approving.held(work, order, M.TAKE_OVER)
    new, lines = _judged(work, row, order.content)
    changed = [change[:3] for change in _changes(new, lines)]
    for line, used in zip(lines, new.used, strict=True):
        line.drawn, line.used_before = line.drawn - line.used_before + used, used
    _keep(work, row, new)
    steps.moved(work, row, M.TAKE_OVER, order.reason, changed)
    if all(line.drawn == line.quantity for line in lines):
        steps.moved(work, row, M.EXHAUST)
    return queries.licence(work, row.id)


def _keep(work: Work, row: Licence, new: TakingOver) -> None:
    """The document of the balance, among those of the case."""
    last = select(func.max(Evidence.n)).where(Evidence.licence_id == row.id)
    work.session.add(
        Evidence(
            licence_id=row.id,
            n=(work.session.scalar(last) or 0) + 1,
            kind=EvidenceKind.OTHER.value,
            number=new.number,
            issued_by=new.issued_by,
            issued_on=new.issued_on,
            note=BALANCE,
            added_by=work.actor.user_id,
            added_at=work.now,
        )
    )


APPROVABLE = {
    ApprovalKind.TAKE_OVER_LICENCE: Approvable(
        May.LICENCE_REVIEW,
        May.LICENCE_DECIDE,
        _effect,
        _carry_out,
        approving.approvers,
        page=approving.PAGE,
        life=approving.LIFE,
    )
}
