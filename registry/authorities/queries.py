"""Reading the directory of authorities, for authorized users and for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.languages import get_official_languages
from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from registry.access.tables import Account
from registry.authorities import rules
from registry.authorities.regions import REGIONS
from registry.authorities.rules import Parts
from registry.authorities.tables import AuthorityEntry, AuthorityTerm
from registry.core.errors import Forbidden, NotFound
from registry.core.paging import AnySelect, page
from registry.core.work import Work
from registry.directory import countries
from registry.directory.tables import State
from registry.exchange.queries import key_set_in
from registry.exchange.tables import ExchangeKeySet, ExchangeRoot
from schemas.authorities import CardsAsked
from schemas.authority_vocabulary import CardOrigin, CardPart, CardStanding, Region
from schemas.exchange_keys import Card
from schemas.paging import Page
from schemas.vocabulary import May
from schemas.words import said

OPEN = "whoever wants to ask a State has to know whom, how and under which law"
"""Why what is public of a card needs no sign-in."""


@dataclass(frozen=True)
class Difference:
    part: CardPart
    signed: str
    entered: str


@dataclass(frozen=True)
class EntryView:
    """What an officer entered or confirmed; by: their name."""

    n: int
    kind: str
    at: datetime
    by: str
    source: str
    authority: str
    contact: str
    answers: tuple[str, ...]
    languages: tuple[str, ...]
    requirements: str
    links: tuple[str, ...]
    public: tuple[str, ...]


@dataclass(frozen=True)
class CardView:
    """A card as whoever asks may read it; None: not for them, or nothing is known.

    updated_at, by, key_set, expired, differences: for authorized users. version: of the newest entry.
    """

    state: str
    region: Region
    authority: str | None
    contact: str | None
    answers: tuple[str, ...] | None
    languages: tuple[str, ...] | None
    requirements: str | None
    links: tuple[str, ...] | None
    withheld: tuple[CardPart, ...]
    updated_on: date | None
    version: int
    has_node: bool | None = None
    origin: CardOrigin | None = None
    source: str | None = None
    standing: CardStanding | None = None
    updated_at: datetime | None = None
    by: str = ""
    key_set: int = 0
    expired: bool = False
    differences: tuple[Difference, ...] | None = None


@dataclass(frozen=True)
class TermView:
    days: int
    reason: str
    set_at: datetime | None


def is_authorized(work: Work) -> bool:
    """Whether whoever asks reads what is not public."""
    return May.AUTHORITY_READ in work.actor.may


def term(work: Work) -> TermView:
    """After how many days a card is old."""
    row = work.session.scalar(select(AuthorityTerm).order_by(AuthorityTerm.id.desc()).limit(1))
    return TermView(row.days, row.reason, row.set_at) if row else TermView(rules.DAYS, "", None)


def cards(work: Work, asked: CardsAsked) -> Page[CardView]:
    """Cards of today's States; what is public of each where whoever asks is nobody in particular.

    Raises Forbidden where such a one asks for what is not public.
    """
    if (asked.node is not None or asked.standing) and not is_authorized(work):
        raise Forbidden("Whether a State has a node, and how old its card is, is for authorized users")
    days = term(work).days
    query = _joined(work)
    for wanted in _wanted(work, asked, days):
        query = query.where(wanted)
    found = page(work.session, query, asked, {"code": State.code, "name": State.name}, State.code)
    return Page(tuple(_view(work, row, days) for row in found.items), found.next)


_Entry, _Keys = aliased(AuthorityEntry), aliased(ExchangeKeySet)
_NODE = exists().where(ExchangeRoot.state == State.code, ExchangeRoot.trusted_since.is_not(None))


def _joined(work: Work) -> AnySelect:
    """States of today with their newest entry and newest key set."""
    newest = select(func.max(AuthorityEntry.n)).where(AuthorityEntry.state == State.code)
    signed = select(func.max(ExchangeKeySet.version)).where(ExchangeKeySet.state == State.code)
    return (
        select(State.code, _Entry, _Keys, _NODE.label("has_node"), Account.full_name)
        .select_from(State)
        .outerjoin(_Entry, (_Entry.state == State.code) & (_Entry.n == newest.scalar_subquery()))
        .outerjoin(_Keys, (_Keys.state == State.code) & (_Keys.version == signed.scalar_subquery()))
        .outerjoin(Account, Account.id == _Entry.by)
        .where(State.historic.is_(False))
    )


def _updated(work: Work) -> ColumnElement[datetime | None]:
    """When what goes before was updated: of our own State what was entered, of others what they signed."""
    own = func.coalesce(_Entry.at, _Keys.received_at)
    theirs = func.coalesce(_Keys.received_at, _Entry.at)
    return case((State.code == work.home, own), else_=theirs)


def _wanted(work: Work, asked: CardsAsked, days: int) -> Iterable[ColumnElement[bool]]:
    if asked.q:
        start = State.name.istartswith(asked.q, autoescape=True)
        fits = [State.code == asked.q.upper(), start]
        if is_authorized(work):
            fits.append(_Entry.authority.icontains(asked.q, autoescape=True))
        yield or_(*fits)
    if asked.region:
        yield State.code.in_([code for code, region in REGIONS.items() if region is asked.region])
    if asked.node is not None:
        yield _NODE if asked.node else ~_NODE
    updated, oldest = _updated(work), rules.oldest(days, work.now)
    if asked.standing is CardStanding.NONE:
        yield updated.is_(None)
    elif asked.standing is CardStanding.OLD:
        yield updated < oldest
    elif asked.standing is CardStanding.CURRENT:
        yield updated >= oldest


def old_cards(work: Work) -> int:
    """How many cards nobody has checked within the term."""
    days = term(work).days
    query = _joined(work).where(_updated(work) < rules.oldest(days, work.now))
    return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def card(work: Work, code: str) -> CardView:
    """The card of a State; raises NotFound for what is no State of today."""
    if not countries.is_country(code):
        raise NotFound(said("No State of today has the code %(code)s.", code=repr(code[:10])))
    row = work.session.execute(_joined(work).where(State.code == code)).one()
    return _view(work, row, term(work).days)


@dataclass(frozen=True)
class _Found:
    """All that is known of a State's authority. is_home: it is our own State; by: who entered it."""

    code: str
    entry: AuthorityEntry | None
    keys: ExchangeKeySet | None
    has_node: bool
    by: str | None
    is_home: bool

    @property
    def entered(self) -> Parts | None:
        return _entered(self.entry) if self.entry else None

    @property
    def signed(self) -> Parts | None:
        return rules.signed(key_set_in(self.keys.document).card) if self.keys else None

    @property
    def first(self) -> AuthorityEntry | ExchangeKeySet | None:
        """What goes before: of our own State what was entered, of others what they signed."""
        return (self.entry or self.keys) if self.is_home else (self.keys or self.entry)

    @property
    def updated(self) -> datetime | None:
        """When that came here."""
        first = self.first
        return first.at if isinstance(first, AuthorityEntry) else first.received_at if first else None


def _view(work: Work, row: Any, days: int) -> CardView:
    code, entry, keys, has_node, by = row[:5]
    found = _Found(code, entry, keys, has_node, by, code == work.home)
    entered = found.first is not None and found.first is found.entry
    parts = (found.entered if entered else found.signed) or Parts()
    hidden = rules.withheld(parts, is_authorized(work))
    told = {part.value: getattr(parts, part.value) for part in CardPart if part not in hidden}
    view = CardView(
        state=found.code,
        region=REGIONS[found.code],
        authority=told.get("authority") or None,
        contact=told.get("contact") or None,
        answers=told.get("answers"),
        languages=told.get("languages"),
        requirements=told.get("requirements") or None,
        links=parts.links if "requirements" in told else None,
        withheld=hidden,
        updated_on=found.updated.date() if found.updated else None,
        version=found.entry.n if found.entry else 0,
    )
    return _whole(work, view, found, entered, days) if is_authorized(work) else view


def _whole(work: Work, view: CardView, found: _Found, entered: bool, days: int) -> CardView:
    """With what authorized users read beside it."""
    source, by = "", ""
    if entered and found.entry:
        source, by = found.entry.source, found.by or said("the operator")
    elif found.keys:
        source = said("Key set %(version)s, signed by the State", version=found.keys.version)
    return replace(
        view,
        has_node=bool(found.has_node),
        origin=None if found.first is None else CardOrigin.ENTERED if entered else CardOrigin.SIGNED,
        source=source or None,
        standing=rules.standing(found.updated, days, work.now),
        updated_at=found.updated,
        by=by,
        key_set=found.keys.version if found.keys else 0,
        expired=found.keys is not None and found.keys.expires_at <= work.now,
        differences=_differences(found.signed, found.entered),
    )


def _differences(signed: Parts | None, entered: Parts | None) -> tuple[Difference, ...]:
    if signed is None or entered is None:
        return ()
    return tuple(
        Difference(part, signed.text(part), entered.text(part)) for part in rules.differing(signed, entered)
    )


def _entered(row: AuthorityEntry) -> Parts:
    return Parts(
        row.authority,
        row.contact,
        tuple(row.answers.split()),
        tuple(row.languages.split()),
        row.requirements,
        tuple(row.links.split()),
        frozenset(row.public.split()),
    )


def newest_entry(work: Work, code: str, *, locked: bool = False) -> AuthorityEntry | None:
    """What was entered last of a State."""
    query = select(AuthorityEntry).where(AuthorityEntry.state == code).order_by(AuthorityEntry.n.desc())
    return work.session.scalar((query.with_for_update() if locked else query).limit(1))


def entries(work: Work, code: str) -> tuple[EntryView, ...]:
    """All that was entered of a State, the newest first."""
    query = (
        select(AuthorityEntry, Account.full_name)
        .outerjoin(Account, Account.id == AuthorityEntry.by)
        .where(AuthorityEntry.state == code)
        .order_by(AuthorityEntry.n.desc())
    )
    return tuple(_entry(row, by) for row, by in work.session.execute(query))


def _entry(row: AuthorityEntry, by: str | None) -> EntryView:
    parts = _entered(row)
    return EntryView(
        row.n,
        row.kind,
        row.at,
        by or said("the operator"),
        row.source,
        parts.authority,
        parts.contact,
        parts.answers,
        parts.languages,
        parts.requirements,
        parts.links,
        tuple(part.value for part in CardPart if part.value in parts.public),
    )


def own_card(work: Work) -> Card | None:
    """Our own card as the next key set publishes it; None before anybody entered it."""
    row = newest_entry(work, work.home)
    return rules.published(_entered(row)) if row else None


OWN_CARD = {"authorities": own_card}
"""Offered to the exchange, which publishes it."""


def language_for(work: Work, code: str, ours: tuple[str, ...]) -> str:
    """In which of our languages a paper for a State is printed: by its card, else its official ones."""
    row = work.session.execute(_joined(work).where(State.code == code)).first()
    entry, keys = (row[1], row[2]) if row else (None, None)
    told: tuple[str, ...] = ()
    if keys:
        told = tuple(key_set_in(keys.document).card.languages)
    if not told and entry:
        told = tuple(entry.languages.split())
    return rules.in_common(told or get_official_languages(code, de_facto=True), ours)


def known_languages() -> frozenset[str]:
    """Codes of languages that have a name."""
    return frozenset(str(code) for code in Locale("en").languages if str(code).islower())
