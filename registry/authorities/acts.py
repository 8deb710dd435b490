"""What people do to cards of authorities: enter them, check them, set when they are old."""

from __future__ import annotations

from dataclasses import asdict

from registry.authorities import queries, rules
from registry.authorities.queries import CardView, TermView
from registry.authorities.tables import AuthorityEntry, AuthorityTerm
from registry.core.errors import Conflict, Invalid, Stale
from registry.core.work import Work, act
from registry.directory.queries import check_country
from schemas.authorities import CardNew, CardTermNew, Confirmation
from schemas.authority_vocabulary import EntryKind
from schemas.vocabulary import May
from schemas.words import said

_TEXTS = ("authority", "contact", "answers", "languages", "requirements", "links", "public")


@act(May.DIRECTORY_WRITE)
def enter(work: Work, code: str, new: CardNew, version: int) -> CardView:
    """Enter what is known of a State's authority (FP 13(2)); what was there stays as history.

    version: of the entry that was read, 0 for none. Raises NotFound, Stale, Invalid.
    """
    queries.card(work, code)
    if unmet := rules.unmet_for_languages(new.languages, queries.known_languages()):
        raise Invalid(unmet=unmet)
    before = _as_read(work, code, version)
    _keep(work, code, before, EntryKind.ENTERED, new)
    return queries.card(work, code)


@act(May.DIRECTORY_WRITE)
def confirm(work: Work, code: str, new: Confirmation, version: int) -> CardView:
    """Say that what was entered was checked and is still right. Raises NotFound, Stale, Conflict."""
    queries.card(work, code)
    before = _as_read(work, code, version)
    if before is None:
        raise Conflict(said("Nothing was entered of this State that could be confirmed"))
    row = AuthorityEntry(**{name: getattr(before, name) for name in _TEXTS})
    _add(work, code, before, EntryKind.CONFIRMED, row, new.source)
    return queries.card(work, code)


def _as_read(work: Work, code: str, version: int) -> AuthorityEntry | None:
    """The newest entry, while it is still the one that was read."""
    work.lock(f"authority:{code}")
    row = queries.newest_entry(work, code, locked=True)
    if (row.n if row else 0) != version:
        raise Stale
    return row


def _keep(work: Work, code: str, before: AuthorityEntry | None, kind: EntryKind, new: CardNew) -> None:
    values = asdict(new)
    row = AuthorityEntry(**{name: _text(values[name]) for name in _TEXTS})
    _add(work, code, before, kind, row, new.source)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(str(one) for one in value)


def _add(
    work: Work, code: str, before: AuthorityEntry | None, kind: EntryKind, row: AuthorityEntry, source: str
) -> None:
    row.state, row.n, row.kind, row.source = code, before.n + 1 if before else 1, kind.value, source
    row.at, row.by = work.now, work.actor.user_id
    work.session.add(row)
    work.session.flush()


@act(May.AUTHORITY_TERM_SET)
def set_term(work: Work, new: CardTermNew) -> TermView:
    """Set after how many days without a check a card is old."""
    work.session.add(
        AuthorityTerm(days=new.days, reason=new.reason, set_at=work.now, set_by=work.actor.user_id)
    )
    work.session.flush()
    return queries.term(work)


def enter_all(work: Work, rows: dict[str, CardNew]) -> int:
    """Enter many cards at once; those that say what is on record already are left; how many were entered.

    Raises Invalid naming the State, by its code, whose card is refused.
    """
    entered = 0
    for code, new in rows.items():
        check_country(work, code, code)
        before = queries.newest_entry(work, code)
        values = asdict(new)
        if before and all(_text(values[name]) == getattr(before, name) for name in _TEXTS):
            continue
        try:
            enter(work, code, new, before.n if before else 0)
        except Invalid as error:
            raise Invalid.at(code, str(error)) from None
        entered += 1
    return entered
