"""Customs offices, and who works where."""

from __future__ import annotations

from sqlalchemy import select

from registry.access.tables import Account
from registry.core.errors import Conflict, Invalid
from registry.core.work import Work, act
from registry.shipments.tables import CustomsOffice, CustomsPost
from registry.shipments.views import OfficeView
from schemas.paging import Page
from schemas.shipments import OfficeNew, PostNew
from schemas.vocabulary import May, Role
from schemas.words import said


def known(work: Work, code: str, field: str) -> CustomsOffice:
    """An office that is open; raises Invalid."""
    row = work.session.get(CustomsOffice, code)
    if row is None or row.closed_on is not None:
        raise Invalid.at(field, said("%(code)s is no customs office.", code=code))
    return row


def offices(work: Work) -> Page[OfficeView]:
    """All open offices; they are few. Who works there is told to those who set it."""
    rows = work.session.scalars(
        select(CustomsOffice).where(CustomsOffice.closed_on.is_(None)).order_by(CustomsOffice.code)
    )
    posts: dict[str, list[str]] = {}
    if May.OFFICE_WRITE in work.actor.may:
        query = select(CustomsPost.office, Account.login).join(Account, Account.id == CustomsPost.account_id)
        for row in work.session.execute(query.order_by(Account.login)):
            posts.setdefault(row.office, []).append(row.login)
    return Page(
        tuple(OfficeView(row.code, row.name, row.place, tuple(posts.get(row.code, ()))) for row in rows)
    )


def office(work: Work, code: str) -> OfficeView:
    """One office; raises Invalid."""
    known(work, code, "code")
    return next(row for row in offices(work).items if row.code == code)


@act(May.OFFICE_WRITE)
def open_office(work: Work, new: OfficeNew) -> OfficeView:
    """Open a customs office; raises Conflict when its code is taken."""
    if work.session.get(CustomsOffice, new.code) is not None:
        raise Conflict(said("%(code)s is on record already", code=new.code))
    work.session.add(
        CustomsOffice(
            code=new.code,
            name=new.name,
            place=new.place,
            recorded_at=work.now,
            recorded_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return office(work, new.code)


@act(May.OFFICE_WRITE)
def post(work: Work, new: PostNew) -> Page[OfficeView]:
    """Say at which office somebody of customs works from now on; raises Invalid."""
    query = select(Account).where(Account.login == new.login.casefold())
    account = work.session.scalar(query)
    if account is None or account.role != Role.CUSTOMS:
        raise Invalid.at("login", "No account of customs has this login.")
    kept = work.session.get(CustomsPost, account.id)
    if new.office is None:
        if kept is not None:
            work.session.delete(kept)
    else:
        known(work, new.office, "office")
        kept = kept or CustomsPost(account_id=account.id)
        kept.office, kept.recorded_at, kept.recorded_by = new.office, work.now, work.actor.user_id
        work.session.add(kept)
    work.session.flush()
    return offices(work)
