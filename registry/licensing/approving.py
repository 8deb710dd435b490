"""What two or three people agree on: issuing, amending and revoking a licence.

Each effect is asked when it is proposed and before each approval, with every rule anew: a licence whose
conditions fell away meanwhile cannot be approved.
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.access import approvals
from registry.access.approvable import Approvable, Change, Content, Effect, Order, Place
from registry.core.days import day_in
from registry.core.errors import Forbidden, Invalid, Stale, refuse_if
from registry.core.work import Work, act
from registry.ledger import log
from registry.licensing import amending, life, queries, rules, steps
from registry.licensing.tables import Licence, Line
from registry.licensing.views import LicenceView
from schemas.licensing_review import Amendment, LineQuantity
from schemas.licensing_vocabulary import LicenceMove
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

M = LicenceMove
ORDINARY, WAR_MATERIAL = 1, 2
"""How many people beside the proposer approve."""
LIFE = timedelta(days=7)
"""How long what is proposed may be approved: the decision falls within the working days of the law."""


def approvers(content: Content) -> int:
    """Two beside the proposer for war material."""
    return WAR_MATERIAL if content["war_material"] else ORDINARY


def _row(work: Work, subject: str, *moves: LicenceMove) -> Licence:
    """The licence, in a state that allows one of the moves; raises NotFound, Conflict."""
    row = queries.licence_row(work, queries.licence_key(subject))
    state = queries.state_of(work, row)
    if not any(state in life.MOVES[move].after for move in moves):
        steps.allow_move(work, row, moves[0])
    return row


def held(work: Work, order: Order, move: LicenceMove) -> Licence:
    """The licence of an order, held and as it was proposed; raises Stale, Conflict, Forbidden."""
    row = queries.licence_row(work, queries.licence_key(order.subject), locked=True)
    if str(row.version) != order.version:
        raise Stale
    steps.allow_move(work, row, move)
    if row.created_by in order.approved_by:
        raise Forbidden(said("Whoever wrote the application does not approve it: propose it anew."))
    return row


def _issuing(work: Work, subject: str, content: Content) -> Effect:
    row = _row(work, subject, M.PROPOSE, M.ISSUE)
    known = queries.facts(work, row)
    if content["war_material"] is not known.war_material:
        raise Invalid.at("war_material", "It is on the other track now.")
    refuse_if(rules.unmet_for_issue(known, day_in(row.zone, work.now)))
    told = [
        ("holder", queries.holder_name(work, row)),
        ("export_country", row.export_country),
        ("import_country", row.import_country),
        ("recipient", f"{row.recipient_name}, {row.recipient_address}"),
        ("transits", ", ".join(one.country for one in known.transits)),
        ("starts_on", str(row.starts_on)),
        ("expires_on", str(row.expires_on)),
        *((f"lines.{n}", f"{one.quantity} × {one.description}") for n, one in enumerate(known.lines)),
        ("conditions", row.conditions),
    ]
    changes = [Change(name, "", value or "") for name, value in told if value]
    return Effect(str(row.version), [Change("state", "under_review", "issued", coded=True), *changes])


@act(May.LICENCE_DECIDE)
def issue(work: Work, order: Order) -> LicenceView:
    """Issue a licence, as two or three have agreed.

    Raises Refused when a condition fell away meanwhile, LedgerStaleError while the ledger is not signed.
    """
    approvals.require(work, ApprovalKind.ISSUE_LICENCE)
    log.require_signed(work.database, work.now)
    row = held(work, order, M.ISSUE)
    known, today = queries.facts(work, row), day_in(row.zone, work.now)
    refuse_if(rules.unmet_for_issue(known, today))
    row.issued_on, row.war_material = today, known.war_material
    _set_end(row)
    steps.stop_clock(row)
    steps.moved(work, row, M.ISSUE, order.reason)
    return queries.licence(work, row.id)


def _set_end(row: Licence) -> None:
    if row.expires_on is not None:
        row.ends_at = life.end_of(row.expires_on, row.zone)


def _amendment(content: Content, reason: str = "") -> Amendment:
    def day(name: str) -> date | None:
        return date.fromisoformat(content[name]) if content[name] else None

    return Amendment(
        reason,
        day("expires_on"),
        day("return_by"),
        content["recipient_address"],
        content["conditions"],
        tuple(LineQuantity(line, quantity) for line, quantity in content["quantities"]),
    )


def _amending(work: Work, subject: str, content: Content) -> Effect:
    row, new = _row(work, subject, M.AMEND), _amendment(content)
    known = queries.facts(work, row)
    refuse_if(amending.unmet_to_amend(known, new, day_in(row.zone, work.now)))
    changes = _changes(row, [line.quantity for line in known.lines], new)
    if not changes:
        raise Invalid.at("expires_on", "Nothing would change.")
    return Effect(str(row.version), changes)


def _changes(row: Licence, quantities: list[int], new: Amendment) -> list[Change]:
    plain = [
        Change(name, _text(getattr(row, name)), _text(getattr(new, name)))
        for name in amending.FIELDS
        if getattr(new, name) is not None
    ]
    lines = [
        Change(f"lines.{one.line - 1}.quantity", str(quantities[one.line - 1]), str(one.quantity))
        for one in new.quantities
    ]
    return [change for change in (*plain, *lines) if change.before != change.after]


def _text(value: date | str | None) -> str:
    return "" if value is None else str(value)


@act(May.LICENCE_DECIDE)
def amend(work: Work, order: Order) -> LicenceView:
    """Change an issued licence, as two or three have agreed; what is shipped meanwhile makes it void."""
    approvals.require(work, ApprovalKind.AMEND_LICENCE)
    row, new = held(work, order, M.AMEND), _amendment(order.content)
    known = queries.facts(work, row)
    refuse_if(amending.unmet_to_amend(known, new, day_in(row.zone, work.now)))
    changes = _changes(row, [line.quantity for line in known.lines], new)
    for name in amending.FIELDS:
        if (value := getattr(new, name)) is not None:
            setattr(row, name, value)
    for one in new.quantities:
        work.session.get_one(Line, (row.id, one.line)).quantity = one.quantity
    _set_end(row)
    steps.moved(work, row, M.AMEND, order.reason, [change[:3] for change in changes])
    if all(line.drawn == line.quantity for line in queries.facts(work, row).lines):
        steps.moved(work, row, M.EXHAUST)
    return queries.licence(work, row.id)


def _revoking(work: Work, subject: str, content: Content) -> Effect:
    row = _row(work, subject, M.REVOKE)
    changes = [
        Change("state", queries.state_of(work, row).value, "revoked", coded=True),
        Change("appeal_until", "", content["appeal_until"]),
    ]
    return Effect(str(row.version), changes)


@act(May.LICENCE_DECIDE)
def revoke(work: Work, order: Order) -> LicenceView:
    """Revoke a licence, as two have agreed, with reasons and time to appeal."""
    approvals.require(work, ApprovalKind.REVOKE_LICENCE)
    row = held(work, order, M.REVOKE)
    row.reason, row.appeal_until = order.reason, date.fromisoformat(order.content["appeal_until"])
    steps.moved(work, row, M.REVOKE, order.reason)
    return queries.licence(work, row.id)


PAGE = Place("licensing.case", "number", May.LICENCE_READ)
APPROVABLE = {
    ApprovalKind.ISSUE_LICENCE: Approvable(
        May.LICENCE_REVIEW,
        May.LICENCE_DECIDE,
        _issuing,
        lambda work, order: issue(work, order).number,
        approvers,
        page=PAGE,
        life=LIFE,
    ),
    ApprovalKind.AMEND_LICENCE: Approvable(
        May.LICENCE_REVIEW,
        May.LICENCE_DECIDE,
        _amending,
        lambda work, order: amend(work, order).number,
        approvers,
        page=PAGE,
        life=LIFE,
    ),
    ApprovalKind.REVOKE_LICENCE: Approvable(
        May.LICENCE_REVIEW,
        May.LICENCE_DECIDE,
        _revoking,
        lambda work, order: revoke(work, order).number,
        page=PAGE,
        life=LIFE,
    ),
}
