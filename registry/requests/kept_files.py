"""Scans of letters that are kept with a request, and who entered them."""

from __future__ import annotations

from sqlalchemy import select

from registry.access.tables import Account
from registry.core.work import Work
from registry.requests.tables import RequestFile
from registry.requests.views import FileView
from schemas.words import said

OPERATOR = said("the operator")


def files(work: Work, request_id: int) -> tuple[FileView, ...]:
    """Scans that were entered with a request, the first one first."""
    asked = (
        select(RequestFile, Account.full_name)
        .outerjoin(Account, Account.id == RequestFile.recorded_by)
        .where(RequestFile.request_id == request_id)
        .order_by(RequestFile.n)
    )
    return tuple(
        FileView(
            row.n,
            row.name,
            row.media,
            row.size,
            row.digest.hex(),
            row.recorded_at,
            by or said("the operator"),
        )
        for row, by in work.session.execute(asked)
    )


def person(work: Work, account: int | None) -> str:
    """The name of an account, "" for none."""
    if account is None:
        return ""
    found = work.session.scalar(select(Account.full_name).where(Account.id == account))
    return found or OPERATOR
