"""Filling a registry with demonstration data, and the accounts to try it with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import select

from registry.access import acts as access
from registry.access import approvals, factors, grants, totp, vault
from registry.access.policy import SECOND_FACTOR_ROLES
from registry.access.tables import Account, Totp
from registry.core.errors import Refused
from registry.core.policy import permissions
from registry.core.work import Actor, Office, Work
from registry.demo import (
    authorities,
    catalogue,
    deactivations,
    intakes,
    labels,
    letters,
    lots,
    openings,
    people,
    received,
    recoveries,
    shipments,
    trade,
)
from registry.demo import firearms as guns
from registry.directory.tables import Party
from registry.firearms import acts as firearms
from registry.marks import acts as marks
from schemas.access import AccountNew
from schemas.marks import MarkRuleNew
from schemas.vocabulary import Role

FIREARMS, LOTS, PERSONS = 3000, 50, 400
BATCH = 250
PASSWORD = "marked and traceable"  # noqa: S105 - of a demonstration, printed at its start
APP_SECRET = "MARKEDANDTRACEABLEMARKEDANDTRACE"  # noqa: S105 - as public as the password
INVENTED = MarkRuleNew(
    "Demonstration Arms",
    "BR",
    "'DA'{year}99999",
    source="Invented for the demonstration",
    first_year=1970,
    last_year=2069,
    tells="DA, two digits of the year, five digits.",
)
Sketch = tuple[str, str, Role]
"""An account's login, whose it is, and the role."""
ACCOUNTS: Sequence[Sketch] = (
    ("officer", "Inês Officer", Role.AUTHORITY_OFFICER),
    ("supervisor", "Sérgio Supervisor", Role.AUTHORITY_SUPERVISOR),
    ("police", "Paula Police", Role.POLICE),
    ("customs", "Caio Customs", Role.CUSTOMS),
    ("maker", "Taís Maker", Role.TRADER),
    ("dealer", "Davi Dealer", Role.TRADER),
    ("auditor", "Aline Auditor", Role.AUDITOR),
    ("admin", "Ada Administrator", Role.ADMINISTRATOR),
)
WORKS_FOR = {"maker": "Forjas Taurus", "dealer": "Casa do Caçador"}


def fill_if_empty(
    office: Office, actor: Actor, firearms_count: int | None = None, lots_count: int | None = None
) -> Iterator[str]:
    """Load the demonstration into an empty registry; yields lines for the terminal, the sign-ins last.

    Of the size that `make run` has, where none is told.
    """
    with office.look(actor) as work:
        empty = work.session.scalar(select(Party.id).limit(1)) is None
    if empty:
        firearms_count = FIREARMS if firearms_count is None else firearms_count
        lots_count = LOTS if lots_count is None else lots_count
        yield from load(office, actor, firearms_count, lots_count)
        _open_accounts(office, actor)
        _recover(office, actor)
    with office.look(actor) as work:
        demonstration = (
            work.session.scalar(select(Party.id).where(Party.short_name == "SR/PF/RJ")) is not None
        )
    if demonstration:
        yield from _sign_ins()


def _sign_ins() -> Iterator[str]:
    yield f"Sign in as one of these, with the password: {PASSWORD}"
    for login, _, role in ACCOUNTS:
        second = "  and a code" if role in SECOND_FACTOR_ROLES else ""
        yield f"  {login:<11} {role.value.replace('_', ' ')}{second}"
    yield "A code for one sign-in: .venv/bin/flask --app wsgi access code supervisor"
    yield f"or from an authenticator app with the secret {APP_SECRET}"


def load(
    office: Office, actor: Actor, firearms_count: int, lots_count: int, persons: int = PERSONS
) -> Iterator[str]:
    """Load demonstration data of any size; yields lines about its progress.

    Raises Conflict where the demonstration's parties are registered already.
    """
    with office.begin(actor) as work:
        everyone = people.register(work, persons)
        today, seed = work.today, people.SEED
        marks.add_rule(work, INVENTED)
        authorities.load(work)
    yield f"Loading {firearms_count:,} firearms and {lots_count:,} lots of demonstration data"
    sketched = guns.firearms(firearms_count, everyone, today, seed)
    while batch := list(islice(sketched, BATCH)):
        with office.begin(actor) as work:
            firearms.register_many(work, batch)
    lots.load(office, actor, everyone, lots_count, today)


def _open_accounts(office: Office, actor: Actor) -> None:
    with office.begin(actor) as work:
        parties = {login: people.number_of(work, name) for login, name in WORKS_FOR.items()}
    staff = open_accounts(office, actor, ACCOUNTS, parties)
    shipments.load(office, actor, staff, parties["maker"])
    trade.load(office, staff, catalogue.IMPORTERS[0][0])


def open_accounts(
    office: Office, actor: Actor, accounts: Sequence[Sketch], parties: Mapping[str, str]
) -> dict[str, Actor]:
    """Accounts by login, a supervisor and an administrator among them: these two by the operator, who knows
    both; the others proposed by one, approved by the other. parties: for whom a trader works, by login.
    """
    with office.begin(actor) as work:
        staff = {one[0]: _first(work, *one) for one in accounts if one[0] in ("admin", "supervisor")}
    supervisor, admin = staff["supervisor"], staff["admin"]
    for login, name, role in accounts:
        if login in staff:
            continue
        new = AccountNew(login, name, role, parties.get(login), reason="Staff of the demonstration")
        with office.begin(admin) as work:
            proposed = grants.propose_account(work, new)
        with office.begin(supervisor) as work:
            opened = approvals.approve(work, proposed.id, proposed.digest)
        with office.begin(actor) as work:
            _give_ways_in(work, int(opened.result), role)
        staff[login] = Actor(int(opened.result), name, role, permissions(role))
    return staff


def _recover(office: Office, actor: Actor) -> None:
    """What the people of the demonstration collected, seized and handed over to each other."""
    with office.begin(actor) as work:
        known = {account[0]: signed_in(work, account) for account in ACCOUNTS}
    officer, police, customs = known["officer"], known["police"], known["customs"]
    recoveries.load(office, officer, police, "customs", customs)
    recoveries.dispose(office, officer, known["supervisor"], police)
    deactivations.load(office, officer, known["supervisor"])
    openings.load(office, police, known["auditor"])
    received.load(office, officer)
    importer = catalogue.IMPORTERS[0][0]
    intakes.load(office, officer, known["supervisor"], received.FIRST_BOOK, importer)
    labels.load(office, officer, customs)
    letters.load(office, officer)


def signed_in(work: Work, account: Sketch) -> Actor:
    """Whoever holds an account of the demonstration."""
    login, name, role = account
    opened = work.session.scalars(select(Account.id).where(Account.login == login)).one()
    return Actor(opened, name, role, permissions(role), proof=work.actor.proof)


def _first(work: Work, login: str, name: str, role: Role) -> Actor:
    opened = access.open_first(work, AccountNew(login, name, role), PASSWORD)
    _give_ways_in(work, opened.id, role)
    return Actor(opened.id, name, role, permissions(role), proof=work.actor.proof)


def _give_ways_in(work: Work, account_id: int, role: Role) -> None:
    access.give_password(work, account_id, PASSWORD)
    if role in SECOND_FACTOR_ROLES:
        factors.give_app(work, account_id, APP_SECRET)


def next_code(work: Work, account: Account) -> str:
    """A code of a demonstration account that was not used yet.

    Raises Refused where the secret is not the public one: it tells nothing that is not known already.
    """
    app = work.session.get(Totp, account.id)
    if app is None:
        raise Refused(f"{account.login} has no authenticator app: the password is enough")
    if vault.unseal(work, account.id, app.sealed) != APP_SECRET.encode():
        raise Refused(f"{account.login} is no account of the demonstration: only its holder has the codes")
    step = max(totp.step_at(work.now), app.last_step + 1)
    if step > totp.step_at(work.now) + totp.TOLERANCE:
        raise Refused("The codes of this minute are used: ask again in half a minute")
    return totp.code_at(APP_SECRET, step)
