"""What the people of three demonstration States did, and the trace that they play from one to the next.

A pistol of Brazil went to Argentina under an export licence and was sold there; it was found in Portugal.
Portugal asks Brazil, whose machine may answer exact matches; the answer names Argentina, which Portugal's
registry asks by itself; an officer of Argentina releases the answer. In another case Portugal allows that
others are asked for it: Brazil asks Argentina, and its signed answer comes back through Brazil.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from registry.core.errors import RegistryError
from registry.core.numbers import find_registry_number
from registry.core.work import OPERATOR, Actor, Office, Work
from registry.demo import loading, shipments, trading
from registry.directory import acts as directory
from registry.exchange import acts as exchange
from registry.exchange import keysets
from registry.firearms import acts as firearms
from registry.requests import acts, chain_links, queries
from registry.requests.chain import Link
from registry.requests.views import RequestView
from schemas.authority_vocabulary import AnswerKind
from schemas.directory import PartyNew
from schemas.exchange_keys import Card
from schemas.firearms import CustodyNew, FirearmNew, MarkNew
from schemas.requests import PeerRuleNew, RequestNew, RequestsAsked, Step
from schemas.requests_vocabulary import (
    Delegation,
    Direction,
    ForOthers,
    RequestAct,
    RequestState,
    Urgency,
)
from schemas.vocabulary import (
    CustodyKind,
    DocumentKind,
    FirearmAction,
    FirearmType,
    IllicitGround,
    MarkKind,
    PartyKind,
    Role,
)

ASKING, MAKING, TAKING = "PT", "BR", "AR"
CASE, OTHER_CASE = "NUIPC 118/26.0PJLSB", "NUIPC 231/26.4PJLSB"
MODEL, CALIBRE, PREFIX = "PT 92", "9 mm Luger", "TSP"
CAME_AFTER, SOLD_AFTER, BOUGHT_AFTER = timedelta(days=5), timedelta(days=12), timedelta(days=30)
STAFF: Mapping[str, Sequence[loading.Sketch]] = {
    ASKING: (
        ("officer", "Marta Oficial", Role.AUTHORITY_OFFICER),
        ("supervisor", "Rui Supervisor", Role.AUTHORITY_SUPERVISOR),
        ("customs", "Carla Aduaneira", Role.CUSTOMS),
        ("admin", "Joana Administradora", Role.ADMINISTRATOR),
    ),
    MAKING: (
        ("officer", "Inês Oficial", Role.AUTHORITY_OFFICER),
        ("supervisor", "Sérgio Supervisor", Role.AUTHORITY_SUPERVISOR),
        ("customs", "Caio Alfandegário", Role.CUSTOMS),
        ("admin", "Ada Administradora", Role.ADMINISTRATOR),
    ),
    TAKING: (
        ("officer", "Lucía Oficial", Role.AUTHORITY_OFFICER),
        ("supervisor", "Diego Supervisor", Role.AUTHORITY_SUPERVISOR),
        ("customs", "Nicolás Aduanero", Role.CUSTOMS),
        ("admin", "Paula Administradora", Role.ADMINISTRATOR),
    ),
}
LANGUAGES = {"PT": "pt", "BR": "pt", "AR": "es"}
MAKER = "Forjas Taurus S.A.", "Taurus"
IMPORTER = "Armería del Plata S.A."
TO_ARGENTINA = shipments.Sale(
    TAKING, IMPORTER, "Buenos Aires", "Sale to licensed buyers", "ANMaC", "ANMaC 4410", prefix=PREFIX
)


def set_up(office: Office, authority: str, endpoint: str, folder: Path) -> None:
    """People, records and keys of one State; what other States pin goes into the folder."""
    staff = loading.open_accounts(office, OPERATOR, STAFF[office.home], {})
    if office.home == MAKING:
        shipments.load(office, OPERATOR, staff, _maker(office), TO_ARGENTINA)
    if office.home == TAKING:
        _came_and_was_sold(office)
    trading.set_up(office, staff)
    with office.begin(OPERATOR) as work:
        keys, _, _ = exchange.make_root(work)
        exchange.make_keys(work)
        contact, answers = staff["officer"].name, tuple(kind.value for kind in AnswerKind)
        languages = (LANGUAGES[office.home],)
        card = Card(authority, contact, answers, languages, "", "authority answers languages")
        bundle = exchange.publish(work, keys, [endpoint], card=card)
    (folder / f"{office.home}.keys.json").write_text(exchange.text_of(bundle))


def _maker(office: Office) -> str:
    with office.begin(OPERATOR) as work:
        return _party(work, PartyKind.MAKER, MAKING, *MAKER)


def serial(today: date) -> str:
    """The pistol's serial, as it is read where it was found."""
    made = today - shipments.ISSUED_AGO
    return f"{PREFIX}{made:%y}001"


def _came_and_was_sold(office: Office) -> None:
    with office.begin(OPERATOR) as work:
        came = work.today - shipments.GONE_AGO + CAME_AFTER
        maker = _party(work, PartyKind.MAKER, MAKING, *MAKER)
        importer = _party(work, PartyKind.IMPORTER, TAKING, IMPORTER)
        dealer = _party(work, PartyKind.DEALER, TAKING, "Caza y Tiro Rosario")
        person = PartyNew(
            kind=PartyKind.PERSON,
            country=TAKING,
            full_name="Hernán Acosta",
            birth_date=date(1984, 6, 2),
            document_kind="DNI",
            document_number="30.118.204",
        )
        buyer = directory.register_party(work, person).number
        steps = (
            CustodyNew(
                CustodyKind.IMPORTED,
                came,
                to_party=importer,
                country=MAKING,
                document_kind=DocumentKind.IMPORT_LICENCE,
                document_number=TO_ARGENTINA.import_licence,
            ),
            _sold(came + SOLD_AFTER, importer, dealer, "A-0001-2207"),
            _sold(came + BOUGHT_AFTER, dealer, buyer, "B-0003-0415"),
        )
        firearms.register(
            work,
            FirearmNew(
                type=FirearmType.PISTOL,
                action=FirearmAction.SEMI_AUTOMATIC,
                maker=maker,
                calibre=CALIBRE,
                country_made=MAKING,
                model=MODEL,
                year_made=came.year,
                marks=(MarkNew(MarkKind.MANUFACTURE, serial(work.today)),),
                custody=steps,
            ),
        )


def _party(work: Work, kind: PartyKind, country: str, name: str, short: str = "") -> str:
    return directory.register_party(
        work, PartyNew(kind=kind, country=country, name=name, short_name=short)
    ).number


def _sold(on: date, giver: str, taker: str, invoice: str) -> CustodyNew:
    return CustodyNew(
        CustodyKind.SOLD,
        on,
        from_party=giver,
        to_party=taker,
        document_kind=DocumentKind.INVOICE,
        document_number=invoice,
    )


_AGREED = "Agreed between both"


def meet(office: Office, files: Sequence[Path]) -> None:
    """Trust the other States: their roots are pinned by one and confirmed by another.

    Brazil lets exact matches go to Portugal by themselves, and asks on for it; Portugal asks Argentina
    without a press; an officer of Argentina answers what Brazil asks for others.
    """
    supervisor = person(office, "supervisor")
    for file in files:
        bundle = exchange.bundle_of(file.read_text())
        fingerprint = keysets.fingerprint(bundle.root)
        with office.begin(OPERATOR) as work:
            state = exchange.pin(work, bundle, fingerprint)
        with office.begin(supervisor) as work:
            exchange.confirm(work, state, fingerprint)
    rule = {
        MAKING: (ASKING, PeerRuleNew(True, ask=False, reason=_AGREED, onward=ForOthers.MACHINE)),
        ASKING: (TAKING, PeerRuleNew(False, ask=True, reason=_AGREED)),
        TAKING: (MAKING, PeerRuleNew(False, ask=False, reason=_AGREED, behalf=ForOthers.OFFICER)),
    }.get(office.home)
    if rule is not None:
        with office.begin(supervisor) as work:
            acts.set_rule(work, *rule)


def person(office: Office, login: str) -> Actor:
    """Who holds an account of a State's demonstration."""
    sketch = next(one for one in STAFF[office.home] if one[0] == login)
    with office.begin(OPERATOR) as work:
        return loading.signed_in(work, sketch)


@dataclass(frozen=True)
class Played:
    """The request with which the chain began, and the States that were asked, in their order."""

    number: str
    states: tuple[str, ...]


class NotPlayedError(RegistryError):
    """The trace or the trade did not come to its end in time."""


def play(offices: Mapping[str, Office], patience: float) -> Iterator[str | Played]:
    """Ask, release where an officer has to, and wait for the answers; a line for each thing that happens.

    Raises NotPlayedError after so many seconds.
    """
    home, begun = offices[ASKING], time.monotonic()
    officer, releasing = person(home, "officer"), person(offices[TAKING], "officer")

    def at() -> str:
        return f"{time.monotonic() - begun:5.1f} s"

    first = _asked(home, officer, CASE)
    yield f"{at()}  Portugal asks Brazil about {first.asked.mark} ({first.number})"
    told: set[str] = set()
    while time.monotonic() - begun < patience:
        waiting = _waiting(offices[TAKING], releasing)
        if waiting is not None:
            yield f"{at()}  Argentina has traced it by machine; its officer reads and releases the answer"
            _release(offices[TAKING], releasing, waiting)
        for link in (links := _links(home, officer, first.id)):
            answered = f"has answered: {link.outcome.replace('_', ' ')}" if link.outcome else "is asked"
            happened = f"{link.state} {answered}"
            if happened not in told:
                told.add(happened)
                yield f"{at()}  {happened}"
        if len(links) > 1 and links[-1].outcome:
            yield Played(first.number, tuple(link.state for link in links))
            return
        time.sleep(0.1)
    raise NotPlayedError(f"The trace did not end within {patience:.0f} seconds")


def play_on_behalf(offices: Mapping[str, Office], patience: float) -> Iterator[str]:
    """Ask in another case and let Brazil ask on for Portugal; a line for each thing that happens.

    Raises NotPlayedError after so many seconds.
    """
    home, begun = offices[ASKING], time.monotonic()
    officer, releasing = person(home, "officer"), person(offices[TAKING], "officer")
    first = _asked(home, officer, OTHER_CASE, Delegation.ALLOWED)
    yield f"Portugal asks Brazil in another case, and allows that others are asked for it ({first.number})"
    while time.monotonic() - begun < patience:
        waiting = _waiting(offices[TAKING], releasing)
        if waiting is not None:
            yield "Brazil asks Argentina on behalf of Portugal; an officer there releases the answer"
            _release(offices[TAKING], releasing, waiting)
        with home.look(officer) as work:
            hops = queries.request(work, first.id).hops
        if hops and hops[0].answer is not None:
            yield "Argentina's signed answer came back through Brazil, and Portugal has verified it"
            return
        time.sleep(0.1)
    raise NotPlayedError(f"What Brazil asks for Portugal did not end within {patience:.0f} seconds")


def play_trade(offices: Mapping[str, Office], patience: float) -> Iterator[str]:
    """A licence by signed messages from its application to the receipt; a line for each thing that happens.

    Raises NotPlayedError where something takes so many seconds.
    """

    def wait(is_so: Callable[[], bool]) -> None:
        begun = time.monotonic()
        while not is_so():
            if time.monotonic() - begun > patience:
                raise NotPlayedError(f"The trade did not go on within {patience:.0f} seconds")
            time.sleep(0.1)

    yield from trading.play(offices, person, wait)


def _links(office: Office, officer: Actor, request_id: int) -> list[Link]:
    with office.look(officer) as work:
        chain = chain_links.whole_chain(work, queries.request_row(work, request_id))
        return [chain_links.link(row) for row in chain]


def _asked(
    office: Office, officer: Actor, case: str, delegation: Delegation = Delegation.NONE
) -> RequestView:
    with office.begin(officer) as work:
        new = RequestNew(
            to=MAKING,
            case_number=case,
            delegation=delegation,
            urgency=Urgency.URGENT,
            mark=serial(work.today),
            mark_place="frame, right side",
            other_marks="none",
            photographs=True,
            maker="Taurus",
            model=MODEL,
            calibre=CALIBRE,
            type=FirearmType.PISTOL,
            country=MAKING,
            year=(work.today - shipments.ISSUED_AGO).year,
            ground=IllicitGround.LAW_OF_THE_STATE,
            legal_basis="Lei n.º 5/2006, art. 86",
            circumstances="Found in a container in the port of Sines.",
            intended_use="Criminal proceedings",
            confidentiality=True,
        )
        drafted = acts.draft(work, new)
        return acts.ask(work, drafted.id, Step(act=RequestAct.SEND), drafted.version)


def _waiting(office: Office, officer: Actor) -> RequestView | None:
    """A request that was traced and waits for an officer."""
    with office.look(officer) as work:
        asked = RequestsAsked(direction=Direction.IN, state=RequestState.ACKNOWLEDGED)
        found = queries.requests(work, asked).items
        return queries.request(work, find_registry_number("RQ", found[0].number)) if found else None


def _release(office: Office, officer: Actor, found: RequestView) -> None:
    with office.begin(officer) as work:
        step = Step(act=RequestAct.ANSWER, caveat="For criminal proceedings only")
        acts.answer(work, found.id, step, found.version)
