"""Filling a registry with demonstration data, and the accounts to try it with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import select

from registry.access import acts as access
from registry.core.work import Actor, Office
from registry.demo import firearms as guns
from registry.demo import lots, people
from registry.directory.tables import Party
from registry.firearms import acts as firearms
from registry.marks import acts as marks
from schemas.access import AccountNew
from schemas.marks import MarkRuleNew
from schemas.vocabulary import Role

FIREARMS, LOTS, PERSONS = 3000, 50, 400
BATCH = 250
PASSWORD = "marked and traceable"  # noqa: S105 - of a demonstration, printed at its start
INVENTED = MarkRuleNew(
    "Demonstration Arms",
    "BR",
    "'DA'{year}99999",
    source="Invented for the demonstration",
    first_year=1970,
    last_year=2069,
    tells="DA, two digits of the year, five digits.",
)
ACCOUNTS = (
    ("officer", "Inês Officer", Role.AUTHORITY_OFFICER),
    ("supervisor", "Sérgio Supervisor", Role.AUTHORITY_SUPERVISOR),
    ("police", "Paula Police", Role.POLICE),
    ("customs", "Caio Customs", Role.CUSTOMS),
    ("maker", "Taís Maker", Role.TRADER),
    ("dealer", "Davi Dealer", Role.TRADER),
    ("auditor", "Aline Auditor", Role.AUDITOR),
    ("admin", "Ada Administrator", Role.ADMINISTRATOR),
)


def fill_if_empty(office: Office, actor: Actor) -> Iterator[str]:
    """Load the demonstration into an empty registry; yields lines for the terminal, the sign-ins last."""
    with office.look(actor) as work:
        empty = work.session.scalar(select(Party.id).limit(1)) is None
    if empty:
        yield from load(office, actor, FIREARMS, LOTS)
        _open_accounts(office, actor)
    with office.look(actor) as work:
        demonstration = (
            work.session.scalar(select(Party.id).where(Party.short_name == "SR/PF/RJ")) is not None
        )
    if demonstration:
        yield f"Sign in as one of these, with the password: {PASSWORD}"
        yield from (f"  {login:<11} {role.value.replace('_', ' ')}" for login, _, role in ACCOUNTS)


def load(office: Office, actor: Actor, firearms_count: int, lots_count: int) -> Iterator[str]:
    """Load demonstration data of any size; yields lines about its progress.

    Raises Conflict where the demonstration's parties are registered already.
    """
    with office.begin(actor) as work:
        everyone = people.register(work, PERSONS)
        today, seed = work.today, people.SEED
        marks.add_rule(work, INVENTED)
    yield f"Loading {firearms_count:,} firearms and {lots_count:,} lots of demonstration data"
    sketched = guns.firearms(firearms_count, everyone, today, seed)
    while batch := list(islice(sketched, BATCH)):
        with office.begin(actor) as work:
            firearms.register_many(work, batch)
    lots.load(office, actor, everyone, lots_count, today)


def _open_accounts(office: Office, actor: Actor) -> None:
    with office.begin(actor) as work:
        parties = {"maker": "Forjas Taurus", "dealer": "Casa do Caçador"}
        for login, name, role in ACCOUNTS:
            party = people.number_of(work, parties[login]) if login in parties else None
            access.open_account(work, AccountNew(login, name, role, PASSWORD, party))
