"""What applicants do: ask for a licence, in steps; answer; show documents; name the goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from registry.core.days import day_in
from registry.core.errors import Forbidden, Invalid, refuse_if
from registry.core.work import Work, act, limited_to
from registry.directory import queries as directory
from registry.licensing import facts_queries, goods_rows, queries, rules, steps, substance, tables
from registry.licensing.tables import Item, Licence, Line, Participant, Transit
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas.licensing_vocabulary import GoodsKind, LetterKind, LicenceMove, LicenceState
from schemas.vocabulary import May
from schemas.words import said

M = LicenceMove
PLAIN = (
    "export_country",
    "import_country",
    "direct",
    "recipient_name",
    "recipient_address",
    "end_use",
    "starts_on",
    "expires_on",
    "return_by",
    "place",
    "conditions",
)


@act(May.LICENCE_APPLY)
def draft(work: Work, new: told.LicenceNew) -> LicenceView:
    """Begin an application; all but its kind may follow later. Raises Invalid, Forbidden."""
    row = Licence(
        kind=new.kind.value,
        purpose=new.purpose.value if new.purpose else "",
        state=LicenceState.DRAFT.value,
        holder_id=_holder(work, new.holder),
        zone=work.zone,
        created_at=work.now,
        created_by=work.actor.user_id,
        version=1,
        direct=False,
        recipient_name="",
        recipient_address="",
        end_use="",
        place="",
        conditions="",
        reason="",
        war_material=False,
    )
    work.session.add(row)
    work.session.flush()
    _apply(work, row, new)
    work.session.flush()
    return queries.licence(work, row.id)


def _holder(work: Work, number: str | None) -> int:
    """Traders ask for their own company; others say for whom."""
    own = limited_to(work.actor, May.LICENCE_APPLY)
    if number is None:
        if own is None:
            raise Invalid.at("holder", "Say who asks for the licence.")
        return own
    party = directory.party_by_number(work, number, "holder")
    if own is not None and party.id != own:
        raise Forbidden("You may ask for your own company")
    return party.id


@act(May.LICENCE_APPLY)
def change(work: Work, licence_id: int, new: told.Application, version: int) -> LicenceView:
    """Say more, or otherwise; what is left out stays. Raises NotFound, Stale, Conflict, Invalid."""
    row = steps.locked(work, licence_id, version, M.CHANGE)
    if limited_to(work.actor, May.LICENCE_APPLY) is not None and row.state == LicenceState.UNDER_REVIEW:
        raise Forbidden("It is under review: the authority asks when it needs more")
    before = substance.of(work, row)
    changed = [*_apply(work, row, new), *substance.fall(work, row, before)]
    if row.state == LicenceState.DRAFT:
        row.version += 1
        work.session.flush()
    else:
        steps.moved(work, row, M.CHANGE, changed=[(name, "", "") for name in changed])
    return queries.licence(work, row.id)


def _apply(work: Work, row: Licence, new: told.Application) -> list[str]:
    """Set what is told; the names of what was told."""
    own = limited_to(work.actor, May.LICENCE_APPLY) is not None
    if own and (new.place is not None or new.conditions is not None):
        raise Forbidden("Place of issue and conditions are the authority's to say")
    for field in ("export_country", "import_country"):
        directory.check_country(work, getattr(new, field), field)
    if new.recipient is not None:
        _recipient(work, row, new.recipient)
    plain = [name for name in PLAIN if getattr(new, name) is not None]
    for name in plain:
        setattr(row, name, getattr(new, name))
    parts: dict[str, Callable[..., None]] = {
        "lines": _set_lines,
        "transits": _set_transits,
        "participants": _set_participants,
    }
    nested = [name for name in parts if getattr(new, name) is not None]
    for name in nested:
        parts[name](work, row, getattr(new, name))
    return [*plain, *nested, *(["recipient"] if new.recipient else [])]


def _recipient(work: Work, row: Licence, number: str) -> None:
    """The directory's entry; its name is taken over unless another is told."""
    party = directory.party_by_number(work, number, "recipient")
    row.recipient_id, row.recipient_name = party.id, party.name
    row.recipient_address = row.recipient_address or party.place


def _set_lines(work: Work, row: Licence, new: Sequence[told.LineNew]) -> None:
    """Lines as told now; those told as before stay compared with the import licence."""
    before = facts_queries.lines_of(work, row.id)
    made = list(goods_rows.lines(work, row, new, before))
    items = [one for one in made if isinstance(one, Item)]
    goods_rows.refuse_twice(items, "lines")
    _replace(work, row, Item)
    _replace(work, row, Line, [one for one in made if isinstance(one, Line)])
    work.session.add_all(items)
    work.session.flush()


def _set_transits(work: Work, row: Licence, new: Sequence[str]) -> None:
    """The way as told now; what a State on it said stays."""
    known = {one.country: one for one in facts_queries.transits_of(work, row.id)}
    kept = [_kept(row, n, code, known.get(code)) for n, code in enumerate(new, 1)]
    for n, code in enumerate(new):
        directory.check_country(work, code, f"transits.{n}")
    _replace(work, row, Transit, kept)


_SAID = (
    "answer", "asked_on", "answered_on", "reference", "valid_until", "informed_on", "asked_message",
    "message", "message_sha256",
)  # fmt: skip


def _kept(row: Licence, n: int, country: str, known: Transit | None) -> Transit:
    empty = {"reference": "", "asked_message": "", "message": "", "message_sha256": ""}
    made = Transit(licence_id=row.id, n=n, country=country, answer="not_asked", **empty)
    for name in _SAID if known else ():
        setattr(made, name, getattr(known, name))
    return made


def _set_participants(work: Work, row: Licence, new: Sequence[told.ParticipantNew]) -> None:
    for n, one in enumerate(new):
        directory.check_country(work, one.country, f"participants.{n}.country")
    rows = [
        Participant(
            licence_id=row.id,
            n=n,
            role=one.role.value,
            name=one.name,
            address=one.address,
            country=one.country,
        )
        for n, one in enumerate(new, 1)
    ]
    _replace(work, row, Participant, rows)


def _replace(work: Work, row: Licence, table: Any, rows: Sequence[Any] = ()) -> None:
    work.session.flush()
    work.session.execute(delete(table).where(table.licence_id == row.id))
    work.session.expire_all()
    work.session.add_all(rows)
    work.session.flush()


@act(May.LICENCE_APPLY)
def submit(work: Work, licence_id: int, version: int) -> LicenceView:
    """Hand it in; raises NotFound, Stale, Conflict, Refused with what the application still lacks."""
    row = steps.locked(work, licence_id, version, M.SUBMIT)
    today = day_in(row.zone, work.now)
    refuse_if(rules.unmet_for_submission(queries.facts(work, row), today))
    row.submitted_on = today
    steps.start_clock(work, row)
    steps.moved(work, row, M.SUBMIT)
    return queries.licence(work, row.id)


@act(May.LICENCE_APPLY)
def withdraw(work: Work, licence_id: int, why: told.Because, version: int) -> LicenceView:
    """Take the application back; raises NotFound, Stale, Conflict."""
    row = steps.locked(work, licence_id, version, M.WITHDRAW)
    steps.stop_clock(row)
    steps.moved(work, row, M.WITHDRAW, why.reason)
    return queries.licence(work, row.id)


@act(May.LICENCE_APPLY)
def answer(work: Work, licence_id: int, answered: told.Said, version: int) -> LicenceView:
    """Answer what was asked: the time to decide begins anew. Raises NotFound, Stale, Conflict."""
    row = steps.locked(work, licence_id, version, M.ANSWER)
    steps.write(work, row, LetterKind.ANSWER, answered.text, shown=True)
    steps.start_clock(work, row)
    steps.moved(work, row, M.ANSWER)
    return queries.licence(work, row.id)


@act(May.LICENCE_APPLY)
def tell_import_licence(work: Work, licence_id: int, new: told.ImportTold, version: int) -> LicenceView:
    """The importing State's licence as shown; it has to be verified (again). Raises as change."""
    row = _telling(work, licence_id, version)
    directory.check_country(work, new.country, "country")
    _told(work, tables.ImportLicence, row, new)
    substance.forget_messages(work.session.get_one(tables.ImportLicence, row.id))
    for line in facts_queries.lines_of(work, row.id):
        line.authorised = None
    return _noted(work, row, "import_licence")


@act(May.LICENCE_APPLY)
def tell_end_user(work: Work, licence_id: int, new: told.EndUserTold, version: int) -> LicenceView:
    """The end-user certificate as shown; it has to be verified (again). Raises as change."""
    row = _telling(work, licence_id, version)
    directory.check_country(work, new.country, "country")
    _told(work, tables.EndUserCertificate, row, new)
    return _noted(work, row, "end_user")


def _told(work: Work, table: Any, row: Licence, new: Any) -> None:
    """The row of a document as it is told now, verified by nobody."""
    kept = work.session.get(table, row.id) or table(licence_id=row.id)
    for name, value in vars(new).items():
        setattr(kept, name, value)
    kept.verified_on, kept.verified_by, kept.verified_how = None, None, ""
    work.session.add(kept)


@act(May.LICENCE_APPLY)
def add_evidence(work: Work, licence_id: int, new: told.EvidenceNew, version: int) -> LicenceView:
    """Add a document to the case; raises NotFound, Stale, Conflict, Forbidden."""
    row = _telling(work, licence_id, version)
    if new.issued_on > day_in(row.zone, work.now):
        raise Invalid.at("issued_on", "This day has not come yet.")
    query = select(func.max(tables.Evidence.n)).where(tables.Evidence.licence_id == row.id)
    work.session.add(
        tables.Evidence(
            licence_id=row.id,
            n=(work.session.scalar(query) or 0) + 1,
            kind=new.kind.value,
            number=new.number,
            issued_by=new.issued_by,
            issued_on=new.issued_on,
            expires_on=new.expires_on,
            sha256=new.sha256,
            note=new.note,
            added_by=work.actor.user_id,
            added_at=work.now,
        )
    )
    return _noted(work, row, "evidence")


def _telling(work: Work, licence_id: int, version: int) -> Licence:
    """The row, if documents may be shown now: by applicants while it is theirs to complete, by officers also
    of a licence of before this registry, until others have agreed by them that it is taken over.
    """
    if May.LICENCE_REVIEW in work.actor.may and facts_queries.of_earlier(work, licence_id) == {M.BRING_IN}:
        return steps.locked(work, licence_id, version, M.SHOW_DOCUMENTS)
    row = steps.locked(work, licence_id, version, M.CHANGE)
    if limited_to(work.actor, May.LICENCE_APPLY) is not None and row.state == LicenceState.UNDER_REVIEW:
        raise Forbidden("It is under review: the authority asks when it needs more")
    return row


def _noted(work: Work, row: Licence, what: str) -> LicenceView:
    if row.state == LicenceState.DRAFT:
        row.version += 1
        work.session.flush()
    else:
        move = M.SHOW_DOCUMENTS if row.state == LicenceState.ISSUED else M.CHANGE
        steps.moved(work, row, move, changed=[(what, "", "")])
    return queries.licence(work, row.id)


@act(May.LICENCE_APPLY)
def name_goods(work: Work, licence_id: int, new: told.Goods, version: int) -> LicenceView:
    """Serials or spans of a line of an issued licence, added to those named already.

    Raises NotFound, Stale, Conflict, Invalid, Refused when marks are missing or the line holds fewer.
    """
    row = steps.locked(work, licence_id, version, M.NAME_GOODS)
    line = work.session.get(Line, (row.id, new.line))
    if line is None:
        raise Invalid.at("line", said("There is no line %(line)s.", line=new.line))
    before = [one for one in facts_queries.items_of(work, row.id) if one.line_n == line.n]
    made = goods_rows.items(work, row, line.n, GoodsKind(line.goods), new.items, "items")
    for n, one in enumerate(made, max((one.n for one in before), default=0) + 1):
        one.n = n
    goods_rows.refuse_twice([*facts_queries.items_of(work, row.id), *made], "items")
    work.session.add_all(made)
    known = queries.facts(work, row)
    broken = [
        unmet
        for condition in rules.conditions_to_issue(known, day_in(row.zone, work.now))
        if condition.key in (rules.C.GOODS, rules.C.MARKS)
        for unmet in condition.unmet
    ]
    refuse_if(broken)
    steps.moved(work, row, M.NAME_GOODS, changed=[(f"lines.{line.n - 1}.items", "", str(len(made)))])
    return queries.licence(work, row.id)
