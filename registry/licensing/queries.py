"""Reading licences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from registry.access.tables import Account, Proposal
from registry.core.days import day_in
from registry.core.errors import NotFound, Unmet
from registry.core.numbers import find_registry_number, key_of, parse_registry_number, registry_number
from registry.core.paging import AnySelect, Walk, Way, in_order, page
from registry.core.work import Work, limited_to
from registry.directory.queries import name_key, names, party_number
from registry.directory.tables import Party
from registry.licensing import facts_queries, life, rules
from registry.licensing.facts import LicenceFacts
from registry.licensing.facts_queries import Belongings
from registry.licensing.rules import Condition
from registry.licensing.tables import Licence
from registry.licensing.views import ConditionView, LicenceRow, LicenceView, LineView, TransitView
from schemas.licensing import LicencesAsked
from schemas.licensing_vocabulary import LicenceKind, LicenceState
from schemas.paging import Page
from schemas.vocabulary import ApprovalKind, May, ProposalState
from schemas.words import said

S = LicenceState
PREFIX = "LC"
MOST_QUEUED = 500


def licence_number(licence_id: int) -> str:
    """The number people see: LC-…."""
    return registry_number(PREFIX, licence_id)


def licence_key(number: str) -> int:
    """The key behind a number in an address; raises NotFound."""
    return find_registry_number(PREFIX, number)


def licence_row(work: Work, licence_id: int, *, locked: bool = False) -> Licence:
    """The row, if whoever asks may see it; raises NotFound."""
    row = work.session.get(
        Licence, licence_id, with_for_update=True if locked else None, populate_existing=locked
    )
    if row is None or not _seen_by(work, row):
        raise NotFound(said("No licence has the number %(number)s", number=licence_number(licence_id)))
    return row


def _seen_by(work: Work, row: Licence) -> bool:
    """Traders see their own, customs what was issued; nobody learns that the rest exists."""
    own = limited_to(work.actor, May.LICENCE_READ)
    reached = own is None or row.holder_id == own
    return reached and (May.LICENCE_CASE in work.actor.may or LicenceState(row.state) in life.IN_USE)


def _scope(work: Work) -> list[ColumnElement[bool]]:
    own = limited_to(work.actor, May.LICENCE_READ)
    found: list[ColumnElement[bool]] = [] if own is None else [Licence.holder_id == own]
    if May.LICENCE_CASE not in work.actor.may:
        found.append(Licence.state.in_([state.value for state in life.IN_USE]))
    return found


def state_of(work: Work, row: Licence) -> LicenceState:
    """The state now: what is kept, except that time ends a licence and a proposal waits for a second."""
    return _state(row, work.now, _waiting(work, [row]))


def _state(row: Licence, now: datetime, waiting: dict[str, int]) -> LicenceState:
    proposed = licence_number(row.id) in waiting
    return life.state_at(LicenceState(row.state), row.ends_at, now, proposed)


def _waiting(work: Work, rows: Sequence[Licence] | None = None) -> dict[str, int]:
    """Licences that somebody proposes to issue, with the proposal; of these rows, or of all."""
    query = select(Proposal.subject, Proposal.id).where(
        Proposal.kind == ApprovalKind.ISSUE_LICENCE.value,
        Proposal.state == ProposalState.OPEN.value,
        Proposal.expires_at > work.now,
    )
    if rows is not None:
        query = query.where(Proposal.subject.in_([licence_number(row.id) for row in rows]))
    return {row.subject: row.id for row in work.session.execute(query)}


def holder_name(work: Work, row: Licence) -> str:
    """The name of whoever holds it or asks for it."""
    return names(work, [row.holder_id])[row.holder_id].name


def facts(work: Work, row: Licence) -> LicenceFacts:
    """What the rules look at."""
    own = facts_queries.belongings(work, row.id)
    return facts_queries.facts_of(work, row, state_of(work, row), own)


def unmet_to_submit(work: Work, licence_id: int) -> list[Unmet]:
    """What an application still lacks before it can be handed in."""
    row = licence_row(work, licence_id)
    return rules.unmet_for_submission(facts(work, row), day_in(row.zone, work.now))


def licence(work: Work, licence_id: int) -> LicenceView:
    """One licence with all that belongs to it; raises NotFound."""
    row = licence_row(work, licence_id)
    own = facts_queries.belongings(work, row.id)
    waiting = _waiting(work, [row])
    state = _state(row, work.now, waiting)
    known = facts_queries.facts_of(work, row, state, own)
    today = day_in(row.zone, work.now)
    internal = limited_to(work.actor, May.LICENCE_CASE) is None
    letters = facts_queries.letters_of(work, row.id)
    return LicenceView(
        number=licence_number(row.id),
        version=row.version,
        kind=row.kind,
        purpose=row.purpose,
        state=state.value,
        war_material=known.war_material,
        holder=party_number(row.holder_id),
        holder_name=names(work, [row.holder_id])[row.holder_id].name,
        export_country=row.export_country,
        import_country=row.import_country,
        direct=row.direct,
        recipient=party_number(row.recipient_id) if row.recipient_id else None,
        recipient_name=row.recipient_name,
        recipient_address=row.recipient_address,
        end_use=row.end_use,
        starts_on=row.starts_on,
        expires_on=row.expires_on,
        return_by=row.return_by,
        returned_on=row.returned_on,
        place=row.place,
        issued_on=row.issued_on,
        zone=row.zone,
        ends_at=row.ends_at,
        conditions=row.conditions,
        officer=_officers(work, [row]).get(row.officer_id or 0, "") if internal else "",
        submitted_on=row.submitted_on,
        due_on=row.due_on,
        due_at_most_on=row.due_at_most_on,
        overdue=_is_overdue(row, work),
        reason=row.reason,
        appeal_until=row.appeal_until,
        lines=_lines(own),
        transits=_transits(work, own),
        participants=own.participants,
        import_licence=own.import_licence,
        end_user=own.end_user,
        checks=own.checks if internal else (),
        evidence=own.evidence,
        deliveries=facts_queries.deliveries_of(work, row.id),
        letters=[letter for letter in letters if internal or letter.shown],
        events=facts_queries.events_of(work, row.id),
        moves=_moves(row, state, known),
        to_issue=tuple(ConditionView.of(one, internal) for one in _to_issue(known, state, today)),
        to_ship=tuple(ConditionView.of(one, internal) for one in _to_ship(known, state, today)),
        proposal=waiting.get(licence_number(row.id)),
    )


def _moves(row: Licence, state: LicenceState, known: LicenceFacts) -> tuple[str, ...]:
    suspended = row.state == S.SUSPENDED
    found = life.possible(
        state, known.kind, suspended=suspended, earlier=known.earlier, taken_over=known.taken_over
    )
    return tuple(move.value for move in found)


def _lines(own: Belongings) -> tuple[LineView, ...]:
    return tuple(
        LineView(
            line.n,
            line.goods,
            line.hs,
            line.description,
            line.calibre,
            line.quantity,
            line.authorised,
            line.drawn,
            line.used_before,
            line.war_material,
            tuple(one.view for one in own.named if one.line_n == line.n),
        )
        for line in own.lines
    )


def _transits(work: Work, own: Belongings) -> tuple[TransitView, ...]:
    return tuple(
        TransitView(
            one.country,
            one.answer,
            one.asked_on,
            one.answered_on,
            one.reference,
            one.valid_until,
            facts_queries.informed_on(work, one),
            facts_queries.tacit_from(work, own.terms, one),
            one.message,
            one.message_sha256,
        )
        for one in own.transits
    )


def _officers(work: Work, rows: Sequence[Licence]) -> dict[int, str]:
    ids = {row.officer_id for row in rows if row.officer_id}
    query = select(Account.id, Account.full_name).where(Account.id.in_(ids))
    return {row.id: row.full_name for row in work.session.execute(query)} if ids else {}


def _to_issue(known: LicenceFacts, state: LicenceState, today: date) -> list[Condition]:
    """While it is not decided: what has to be there before it is issued."""
    decided = state not in life.OPEN and state is not S.DRAFT
    return [] if decided else rules.conditions_to_issue(known, today)


def _to_ship(known: LicenceFacts, state: LicenceState, today: date) -> list[Condition]:
    """While it is in use: what has to be there before something leaves today; of brokering nothing does."""
    in_use = state in (S.ISSUED, S.SUSPENDED, S.EXPIRED) and known.kind is not LicenceKind.BROKERING
    return rules.conditions_to_ship(known, today) if in_use else []


def _is_overdue(row: Licence, work: Work) -> bool:
    """Not decided in time, or what left for a time is not back."""
    today = day_in(row.zone, work.now)
    undecided = row.due_on is not None and row.due_on < today
    return undecided or is_away(row, today)


def is_away(row: Licence, today: date) -> bool:
    """Whether what went for a time should be back and is not."""
    issued = LicenceState(row.state) in life.IN_USE and row.state != S.RETURNED
    return issued and row.return_by is not None and row.return_by < today and row.returned_on is None


def licences(work: Work, asked: LicencesAsked) -> Page[LicenceRow]:
    """Licences that fit, with ages and what is overdue."""
    query: AnySelect = select(Licence).where(*_scope(work), *_filters(work, asked))
    if asked.q and key_of(PREFIX, asked.q) is None:
        start = name_key(asked.q)
        query = query.join(Party, Party.id == Licence.holder_id).where(
            Party.name_key >= start, Party.name_key < start + "\U0010ffff"
        )
    sorts = {"number": Licence.id, "kind": Licence.kind, "state": Licence.state, "version": Licence.version}
    found = page(work.session, query, asked, sorts, Licence.id, _walk(work, asked))
    rows = [row.Licence for row in found.items]
    return Page(tuple(_listed(work, rows)), found.next)


def _walk(work: Work, asked: LicencesAsked) -> Walk | None:
    """To a country's and to those of a time, by number; what else is asked for leads to few by an index."""
    few = asked.holder or asked.q or asked.mine or asked.overdue or asked.state or _scope(work)
    if few or asked.sort.removeprefix("-") not in ("", "number"):
        return None
    key = Licence.id
    if asked.country:
        sides = [place == asked.country for place in (Licence.export_country, Licence.import_country)]
        return in_order(asked, [Way(key, key, [side]) for side in sides])
    if asked.temporary:
        return in_order(asked, [Way(key, key, [Licence.kind == asked.kind.value] if asked.kind else [])])
    return None


def queue(work: Work, mine: bool = False) -> list[LicenceRow]:
    """What waits for a decision, the one due first at the head; those without a day due last.

    mine: only what whoever asks has taken up.
    """
    own = [Licence.officer_id == work.actor.user_id] if mine else []
    states = [S.SUBMITTED.value, S.UNDER_REVIEW.value, S.INFORMATION_ASKED.value]
    query = select(Licence).where(*_scope(work), *own, Licence.state.in_(states))
    order = (Licence.due_on.is_(None), Licence.due_on, Licence.id)
    return _listed(work, work.session.scalars(query.order_by(*order).limit(MOST_QUEUED)).all())


def away(work: Work) -> list[LicenceRow]:
    """What left for a time and should be back, the longest overdue first."""
    query = select(Licence).where(*_scope(work), _away(work)).order_by(Licence.return_by, Licence.id)
    return _listed(work, work.session.scalars(query.limit(MOST_QUEUED)).all())


def _listed(work: Work, rows: Sequence[Licence]) -> list[LicenceRow]:
    known, officers = names(work, [row.holder_id for row in rows]), _officers(work, rows)
    waiting = _waiting(work, rows) if rows else {}
    return [
        LicenceRow(
            licence_number(row.id),
            row.kind,
            row.purpose,
            _state(row, work.now, waiting).value,
            row.war_material,
            party_number(row.holder_id),
            known[row.holder_id].name,
            row.export_country,
            row.import_country,
            row.expires_on,
            row.return_by,
            row.submitted_on,
            row.due_on,
            (day_in(row.zone, work.now) - row.submitted_on).days if row.submitted_on else None,
            _is_overdue(row, work),
            officers.get(row.officer_id or 0, ""),
        )
        for row in rows
    ]


def _filters(work: Work, asked: LicencesAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kind is not None:
        found.append(Licence.kind == asked.kind.value)
    if asked.state is not None:
        found.append(_in_state(work, asked.state))
    if asked.country:
        found.append(or_(Licence.export_country == asked.country, Licence.import_country == asked.country))
    if asked.holder:
        found.append(Licence.holder_id == parse_registry_number("P", asked.holder, "holder"))
    if asked.temporary is not None:
        found.append(Licence.purpose != "" if asked.temporary else Licence.purpose == "")
    if asked.mine:
        found.append(Licence.officer_id == work.actor.user_id)
    if asked.overdue:
        found.append(or_(Licence.due_on < work.today, _away(work)))
    if (number := key_of(PREFIX, asked.q)) is not None:
        found.append(Licence.id == number)
    return found


def _in_state(work: Work, state: LicenceState) -> ColumnElement[bool]:
    """As `life.state_at` says it of one row."""
    over = Licence.ends_at <= work.now
    timed = Licence.state.in_([S.ISSUED.value, S.SUSPENDED.value])
    if state is S.EXPIRED:
        return or_(Licence.state == S.EXPIRED.value, and_(timed, over))
    if state in (S.ISSUED, S.SUSPENDED):
        return and_(Licence.state == state.value, Licence.ends_at > work.now)
    if state in (S.UNDER_REVIEW, S.AWAITING_APPROVAL):
        proposed = Licence.id.in_([key_of(PREFIX, number) for number in _waiting(work)])
        of_two = proposed if state is S.AWAITING_APPROVAL else ~proposed
        return and_(Licence.state == S.UNDER_REVIEW.value, of_two)
    return Licence.state == state.value


def _away(work: Work) -> ColumnElement[bool]:
    states = [state.value for state in life.IN_USE - {S.RETURNED}]
    return and_(
        Licence.purpose != "",
        Licence.return_by < work.today,
        Licence.returned_on.is_(None),
        Licence.state.in_(states),
    )
