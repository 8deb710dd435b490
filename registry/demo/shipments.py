"""A licence in force and its shipments: one that waits at the port, one whose receipt is overdue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta

from registry.access import approvals
from registry.core.work import Actor, Office, Work
from registry.firearms import acts as firearms
from registry.licensing import acts as licensing
from registry.licensing import decision_acts, law_acts, queries, review_acts
from registry.licensing.assessment import asked
from registry.shipments import acts, clearing, offices
from registry.shipments import queries as shipments
from registry.shipments.queries import shipment_key
from schemas import licensing as told
from schemas import licensing_law as law
from schemas import licensing_review as review
from schemas import shipments as shapes
from schemas.firearms import CustodyNew, FirearmNew, MarkNew
from schemas.licensing_vocabulary import (
    Assessed,
    GoodsKind,
    Intermediary,
    LicenceKind,
    TradeActivity,
    TransitAnswer,
)
from schemas.vocabulary import CustodyKind, FirearmAction, FirearmType, MarkKind

PORT, AIRPORT = "BRSSZ", "BRGRU"
OFFICES = ((PORT, "Customs of Santos", "Santos"), (AIRPORT, "Customs of Guarulhos", "Guarulhos"))
ISSUED_AGO, GONE_AGO = timedelta(days=90), timedelta(days=70)
PISTOLS, GONE, WAITING = 10, 4, 3


@dataclass(frozen=True)
class Sale:
    """Pistols that go abroad: where to, to whom for what, under which papers of that State, through which
    State. prefix: how their serials begin.
    """

    to: str
    recipient: str
    place: str
    end_use: str
    authority: str
    import_licence: str
    transit: str = ""
    prefix: str = "EXP"


TO_PARAGUAY = Sale(
    "PY",
    "Policía Nacional del Paraguay",
    "Asunción",
    "Service arms of the police",
    "DIMABEL",
    "DIMABEL 118",
    transit="AR",
)


def load(
    office: Office, operator: Actor, staff: Mapping[str, Actor], maker: str, sale: Sale = TO_PARAGUAY
) -> None:
    """Everything by the acts of the people whose work it is, on the days on which it was done."""
    officer, supervisor, customs = staff["officer"], staff["supervisor"], staff["customs"]
    with office.begin(supervisor) as work:
        for code, name, place in OFFICES:
            offices.open_office(work, shapes.OfficeNew(code, name, place))
        offices.post(work, shapes.PostNew("customs", PORT))
    then, gone = ago(office, ISSUED_AGO), ago(office, GONE_AGO)
    guns = _pistols(then, operator, maker, sale.prefix)
    key = _issued(then, officer, supervisor, maker, guns, sale)
    first = _announced(gone, officer, key, GONE)
    _cleared(gone, customs, first)
    _announced(office, officer, key, WAITING)


def ago(office: Office, time: timedelta) -> Office:
    """The office as it was some time ago."""
    past = copy(office)
    past.clock = lambda: office.clock() - time
    return past


def _pistols(office: Office, operator: Actor, maker: str, prefix: str) -> list[str]:
    """Pistols in the maker's own hands."""
    with office.begin(operator) as work:
        made_on = work.today - timedelta(days=10)
        new = [_pistol(maker, f"{prefix}{work.today:%y}{n:03d}", made_on) for n in range(1, PISTOLS + 1)]
        return firearms.register_many(work, new)


def _pistol(maker: str, serial: str, made_on: date) -> FirearmNew:
    return FirearmNew(
        type=FirearmType.PISTOL,
        action=FirearmAction.SEMI_AUTOMATIC,
        maker=maker,
        calibre="9 mm Luger",
        country_made="BR",
        model="PT 92",
        year_made=made_on.year,
        marks=(MarkNew(MarkKind.MANUFACTURE, serial),),
        custody=(CustodyNew(CustodyKind.MANUFACTURED, made_on, to_party=maker),),
    )


def _issued(
    office: Office, officer: Actor, supervisor: Actor, maker: str, guns: list[str], sale: Sale
) -> int:
    """An export licence, issued by two."""

    def show(work: Work, key: int) -> None:
        show_papers(work, key, sale, PISTOLS)
        _answers(work, key, sale)

    with office.look(officer) as work:
        new = _application(work, maker, guns, sale)
    return issued(office, officer, supervisor, new, show)


def issued(
    office: Office,
    officer: Actor,
    supervisor: Actor,
    new: told.LicenceNew,
    show: Callable[[Work, int], None],
) -> int:
    """A licence of somebody who may trade, issued by two. show: what is shown and verified meanwhile."""
    with office.begin(supervisor) as work:
        since = work.today - timedelta(days=365)
        permit = law.AuthorisationNew(
            new.holder or "", TradeActivity(new.kind.value), "TR 2041", "Army Command", since
        )
        law_acts.authorise(work, permit)
    with office.begin(officer) as work:
        key = queries.licence_key(licensing.draft(work, new).number)
        licensing.submit(work, key, _version(work, key))
        review_acts.take_up(work, key, _version(work, key))
        show(work, key)
    with office.begin(officer) as work:
        why = told.Because("All conditions are met")
        proposed = decision_acts.propose_issue(work, key, why, _version(work, key))
    with office.begin(supervisor) as work:
        approvals.approve(work, proposed.id, proposed.digest)
    return key


def _application(work: Work, maker: str, guns: list[str], sale: Sale) -> told.LicenceNew:
    items = tuple(told.ItemNew(firearm=gun) for gun in guns)
    line = told.LineNew(GoodsKind.FIREARM, "9302", "Pistol PT 92, 9 mm Luger", PISTOLS, items=items)
    return told.LicenceNew(
        kind=LicenceKind.EXPORT,
        holder=maker,
        export_country="BR",
        import_country=sale.to,
        transits=(sale.transit,) if sale.transit else (),
        direct=not sale.transit,
        recipient_name=sale.recipient,
        recipient_address=sale.place,
        end_use=sale.end_use,
        starts_on=work.today,
        expires_on=work.today + timedelta(days=365),
        lines=(line,),
        participants=(told.ParticipantNew(Intermediary.CARRIER, "Transportes do Sul", "BR"),),
        place="Brasília",
    )


def show_papers(work: Work, key: int, sale: Sale, quantity: int) -> None:
    """What the importing State issued, shown and verified."""
    since = work.today - timedelta(days=20)
    paper = told.ImportTold(sale.import_licence, sale.authority, sale.to, since, _later(work, 400))
    licensing.tell_import_licence(work, key, paper, _version(work, key))
    assurance = told.EndUserTold(
        "EUC 31", work.today, sale.to, sale.recipient, sale.place, "Comandante", sale.end_use
    )
    licensing.tell_end_user(work, key, assurance, _version(work, key))
    verified = review.ImportVerified(f"By letter of {sale.authority}", (quantity,))
    review_acts.verify_import(work, key, verified, _version(work, key))
    review_acts.verify_end_user(work, key, review.Confirmed("By the embassy"), _version(work, key))


def _answers(work: Work, key: int, sale: Sale) -> None:
    """What the transit State said and was told, and the assessment."""
    said = review.TransitChange(
        answer=TransitAnswer.NO_OBJECTION,
        asked_on=work.today - timedelta(days=9),
        answered_on=work.today,
        reference="ANMaC 77",
        informed_on=work.today,
    )
    if sale.transit:
        review_acts.record_transit(work, key, sale.transit, said, _version(work, key))
    assess(work, key)


def assess(work: Work, key: int) -> None:
    """Every question of the assessment answered, and no risk found."""
    for question in asked(war_material=False):
        check = review.CheckNew(question.key, Assessed.CLEAR, "Case file", "")
        review_acts.assess(work, key, check, _version(work, key))


def _later(work: Work, days: int) -> date:
    return work.today + timedelta(days=days)


def _version(work: Work, key: int) -> int:
    return queries.licence(work, key).version


def _announced(office: Office, officer: Actor, key: int, quantity: int) -> str:
    with office.begin(officer) as work:
        line = shapes.ShippedLine(1, quantity)
        new = shapes.ShipmentNew(PORT, work.today, (line,), "Transportes do Sul", "MIC 118")
        return acts.announce(work, key, new).number


def _cleared(office: Office, customs: Actor, number: str) -> None:
    """Every piece scanned, and cleared."""
    key = shipment_key(number)
    with office.begin(customs) as work:
        for item in shipments.shipment(work, key).lines[0].items:
            clearing.scan(work, key, shapes.ScanNew(item.firearm or item.name))
        version = shipments.shipment(work, key).version
        clearing.clear(work, key, shapes.ClearanceNew(seal="BR-SSZ-0118"), version)
