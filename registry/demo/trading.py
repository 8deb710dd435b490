"""A licence between three demonstration States, by signed messages alone (FP art. 10).

Portugal sends barrels to Argentina through Brazil: Argentina's machine says that its import licence is in
force, Brazil's officer does not object, and both words meet the conditions of Portugal's licence. The
shipment is announced, cleared on both sides, and its receipt confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from registry.access import approvals
from registry.core.work import Actor, Office, Work
from registry.demo import shipments
from registry.directory import acts as directory
from registry.licensing import acts as licensing
from registry.licensing import decision_acts, law_acts, review_acts
from registry.licensing import queries as licences
from registry.licensing.views import LicenceView
from registry.notices import acts as notices
from registry.notices import queries as noticed
from registry.shipments import acts, clearing, offices
from registry.shipments import queries as shipped
from registry.shipments.queries import shipment_key
from schemas import licensing as told
from schemas import licensing_law as law
from schemas import licensing_review as review
from schemas import shipments as shapes
from schemas.directory import PartyNew
from schemas.licensing import LicencesAsked
from schemas.licensing_vocabulary import GoodsKind, Intermediary, LicenceKind, LicenceState, TradeActivity
from schemas.notices import AnswerNew, NoticeNew, NoticesAsked
from schemas.notices_vocabulary import Matter, NoticeAct, NoticeState
from schemas.vocabulary import PartyKind

SENDING, PASSING, TAKING = "PT", "BR", "AR"
BARRELS, WAYBILL = 40, "CSAV 2211-7"
PORTS = {SENDING: ("PTSIE", "Customs of Sines", "Sines"), TAKING: ("ARBUE", "Aduana", "Buenos Aires")}
LIVES = timedelta(days=180)
A_DAY = timedelta(days=1)
"""States on the way are told at least a day before a shipment leaves (FP 10(3)): it is cleared tomorrow."""
Person = Callable[[Office, str], Actor]
Wait = Callable[[Callable[[], bool]], None]


def set_up(office: Office, staff: Mapping[str, Actor]) -> None:
    """Customs offices, and in the State that imports its licence, in force."""
    if office.home not in PORTS:
        return
    with office.begin(staff["supervisor"]) as work:
        code, name, place = PORTS[office.home]
        offices.open_office(work, shapes.OfficeNew(code, name, place))
        offices.post(work, shapes.PostNew("customs", code))
    if office.home == TAKING:
        with office.begin(staff["officer"]) as work:
            new = _import(work, _company(work, PartyKind.IMPORTER, TAKING, "Repuestos Rosario S.R.L."))
        shipments.issued(office, staff["officer"], staff["supervisor"], new, lambda work, key: None)


def _company(work: Work, kind: PartyKind, country: str, name: str) -> str:
    return directory.register_party(work, PartyNew(kind=kind, country=country, name=name)).number


def _line() -> told.LineNew:
    return told.LineNew(GoodsKind.PART, "9305", "Barrel 9 mm Luger", BARRELS)


def _import(work: Work, holder: str) -> told.LicenceNew:
    return told.LicenceNew(
        kind=LicenceKind.IMPORT,
        holder=holder,
        export_country=SENDING,
        import_country=TAKING,
        direct=False,
        transits=(PASSING,),
        recipient_name="Repuestos Rosario S.R.L.",
        recipient_address="Rosario",
        end_use="Repair of sporting arms",
        starts_on=work.today,
        expires_on=work.today + LIVES,
        lines=(_line(),),
        place="Buenos Aires",
    )


def _export(work: Work, holder: str, paper: LicenceView) -> told.LicenceNew:
    return told.LicenceNew(
        kind=LicenceKind.EXPORT,
        holder=holder,
        export_country=SENDING,
        import_country=TAKING,
        direct=False,
        transits=(PASSING,),
        recipient_name=paper.recipient_name,
        recipient_address=paper.recipient_address,
        end_use=paper.end_use,
        starts_on=work.today,
        expires_on=work.today + LIVES,
        lines=(_line(),),
        participants=(told.ParticipantNew(Intermediary.CARRIER, "Linha Atlântica", SENDING),),
        place="Lisboa",
    )


def play(homes: Mapping[str, Office], person: Person, wait: Wait) -> Iterator[str]:
    """From the application to the receipt, a line for each thing that happens. wait: till something is so."""
    pt, br, ar = (homes[code] for code in (SENDING, PASSING, TAKING))
    officer, supervisor = person(pt, "officer"), person(pt, "supervisor")
    paper = _paper(ar, person(ar, "officer"))
    key = _applied(pt, officer, supervisor, paper)
    _ask(pt, officer, Matter.LICENCE, key)
    _ask(pt, officer, Matter.TRANSIT, key, PASSING)
    yield f"Portugal asks Argentina whether its import licence {paper.number} is genuine, and notifies Brazil"
    _no_objection(br, person(br, "officer"), wait)
    wait(lambda: _states(pt, officer, key) == {NoticeState.CONFIRMED})
    yield "Argentina's machine confirms its licence, Brazil's officer does not object, both by signed message"
    _issued(pt, officer, supervisor, key)
    yield f"Both words meet the conditions: Portugal issues {licences.licence_number(key)}"
    shipment = _announced(pt, officer, licences.licence_number(key), PORTS[SENDING][0])
    _cleared(shipments.ago(pt, -A_DAY), person(pt, "customs"), shipment)
    for peer in (PASSING, TAKING):
        _ask(pt, officer, Matter.EXPORT, shipment_key(shipment), peer)
    yield f"Shipment {shipment} leaves, and is announced to Brazil and Argentina"
    came = _announced(ar, person(ar, "officer"), paper.number, PORTS[TAKING][0])
    _cleared(shipments.ago(ar, -A_DAY), person(ar, "customs"), came)
    _ask(pt, officer, Matter.RECEIPT, shipment_key(shipment))
    wait(lambda: NoticeState.CONFIRMED in _receipts(pt, officer, shipment))
    yield f"Argentina's customs have cleared it ({came}), and its machine confirms the receipt"


def _paper(office: Office, officer: Actor) -> LicenceView:
    """The import licence in force."""
    with office.look(officer) as work:
        asked = LicencesAsked(kind=LicenceKind.IMPORT, state=LicenceState.ISSUED)
        row = licences.licences(work, asked).items[0]
        return licences.licence(work, licences.licence_key(row.number))


def _version(work: Work, key: int) -> int:
    return licences.licence_row(work, key).version


def _applied(office: Office, officer: Actor, supervisor: Actor, paper: LicenceView) -> int:
    """An application under review, with the papers as they were shown, of which none is verified yet."""
    with office.begin(supervisor) as work:
        holder = _company(work, PartyKind.MAKER, SENDING, "Canos de Precisão, Lda.")
        since = work.today - timedelta(days=365)
        law_acts.authorise(work, law.AuthorisationNew(holder, TradeActivity.EXPORT, "AL 118", "PSP", since))
    with office.begin(officer) as work:
        key = licences.licence_key(licensing.draft(work, _export(work, holder, paper)).number)
        licensing.submit(work, key, _version(work, key))
        review_acts.take_up(work, key, _version(work, key))
        since, until = paper.issued_on or work.today, paper.expires_on or work.today
        shown = told.ImportTold(paper.number, "ANMaC", TAKING, since, until)
        licensing.tell_import_licence(work, key, shown, _version(work, key))
        use = (paper.recipient_name, paper.recipient_address, "Gerente", paper.end_use)
        assurance = told.EndUserTold("CUF 7", work.today, TAKING, *use)
        licensing.tell_end_user(work, key, assurance, _version(work, key))
        review_acts.verify_end_user(work, key, review.Confirmed("By the embassy"), _version(work, key))
        shipments.assess(work, key)
    return key


def _ask(office: Office, officer: Actor, matter: Matter, key: int, peer: str = "") -> None:
    """Ask or notify another State about a licence or shipment of ours."""
    with office.begin(officer) as work:
        if matter in (Matter.LICENCE, Matter.TRANSIT):
            new = NoticeNew(matter, licence=licences.licence_number(key), state=peer)
            version = _version(work, key)
        else:
            new = NoticeNew(matter, shipment=shipped.shipment_number(key), state=peer)
            version = shipped.shipment(work, key).version
        notices.ask(work, new, version)


def _states(office: Office, officer: Actor, key: int) -> set[NoticeState]:
    """Where the notices about a licence stand."""
    with office.look(officer) as work:
        return {NoticeState(row.state) for row in noticed.of_licence(work, key)}


def _receipts(office: Office, officer: Actor, shipment: str) -> set[NoticeState]:
    with office.look(officer) as work:
        rows = noticed.of_shipment(work, shipment_key(shipment))
    return {NoticeState(row.state) for row in rows if row.matter == Matter.RECEIPT}


def _no_objection(office: Office, officer: Actor, wait: Wait) -> None:
    """The officer of the State on the way, once the notice is there."""
    asked = NoticesAsked(matter=Matter.TRANSIT, state=NoticeState.ASKED)

    def waiting() -> list[int]:
        with office.look(officer) as work:
            return [noticed.notice_key(row.number) for row in noticed.notices(work, asked).items]

    wait(lambda: bool(waiting()))
    (key,) = waiting()
    with office.begin(officer) as work:
        version = noticed.notice(work, key).version
        notices.answer(work, key, AnswerNew(NoticeAct.CONFIRM, valid_until=work.today + LIVES), version)


def _issued(office: Office, officer: Actor, supervisor: Actor, key: int) -> None:
    with office.begin(officer) as work:
        why = told.Because("All conditions are met")
        proposed = decision_acts.propose_issue(work, key, why, _version(work, key))
    with office.begin(supervisor) as work:
        approvals.approve(work, proposed.id, proposed.digest)


def _announced(office: Office, officer: Actor, licence: str, port: str) -> str:
    with office.begin(officer) as work:
        line = shapes.ShippedLine(1, BARRELS)
        new = shapes.ShipmentNew(port, work.today, (line,), "Linha Atlântica", WAYBILL)
        return acts.announce(work, licences.licence_key(licence), new).number


def _cleared(office: Office, customs: Actor, number: str) -> None:
    """All of it counted, and cleared."""
    key = shipment_key(number)
    with office.begin(customs) as work:
        clearing.count(work, key, shapes.PartsCounted(1, BARRELS))
        clearing.clear(work, key, shapes.ClearanceNew(), shipped.shipment(work, key).version)
