"""Applications for tests: complete ones of each kind, made by the acts that people call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.access import approvals
from registry.access.approval_queries import ProposalView
from registry.core.work import Office, Work
from registry.licensing import acts, decision_acts, law_acts, queries, review_acts
from registry.licensing.assessment import asked
from registry.licensing.views import LicenceView
from schemas import licensing as told
from schemas import licensing_law as law
from schemas import licensing_review as review
from schemas.vocabulary import PartyKind, Role
from tests.makers import EVERYTHING, make_party, make_person

Told = dict[str, Any]
YEAR = timedelta(days=365)
PISTOLS: Told = {"goods": "firearm", "hs": "9302", "description": "Pistol 9x19", "quantity": 100}
CARTRIDGES: Told = {"goods": "ammunition", "hs": "9306", "description": "Cartridge 9x19", "quantity": 50_000}
RIFLES: Told = {"goods": "firearm", "hs": "9301", "description": "Rifle 5.56", "quantity": 20}
SERIAL: Told = {"serial": "ABC1", "maker": "Taurus", "country_made": "BR"}


@dataclass(frozen=True)
class Situation:
    """Who asks for what, with which papers. None where a paper is not shown; days count from today.

    transits: what each State said; permits: authorisations of the holder.
    """

    kind: str = "export"
    purpose: str | None = None
    application: Told = field(default_factory=dict)
    lines: tuple[Told, ...] = (PISTOLS,)
    permits: tuple[Told, ...] = ({},)
    import_licence: Told | None = field(default_factory=dict)
    verified: bool = True
    authorised: tuple[int, ...] | None = None
    end_user: Told | None = field(default_factory=dict)
    end_user_verified: bool = True
    transits: Mapping[str, Told] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Told, ...] = ()
    holder: Told = field(default_factory=dict)
    war_material: bool = False


def day(office: Office, days: int) -> date:
    """A day so many days from today, in the registry's own zone."""
    with office.look(EVERYTHING) as work:
        return work.now.date() + timedelta(days=days)


def make(office: Office, one: Situation) -> str:
    """An application under review, in this situation; its number."""
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    with office.begin(EVERYTHING) as work:
        number = _applied(work, one)
    with office.begin(officer) as work:
        _submitted(work, queries.licence_key(number), one)
    complete(office, number, one)
    return number


def complete(office: Office, number: str, one: Situation) -> None:
    """Papers shown and verified, answers of States and of the assessment, by an officer."""
    officer = make_person(office, Role.AUTHORITY_OFFICER)
    for step in (_shown, _verified, _answered, _assessed):
        with office.begin(officer) as work:
            step(work, queries.licence_key(number), one)


def _load(work: Work, shape: Any, **values: Any) -> Any:
    return shape().load({name: _day(work, name, value) for name, value in values.items()})


def _day(work: Work, name: str, value: Any) -> Any:
    """Days as they are written; a number is one so many days from today."""
    if name.endswith(("_on", "_by", "_until")) and isinstance(value, int):
        value = work.today + timedelta(days=value)
    return str(value) if isinstance(value, date) else value


def _applied(work: Work, one: Situation) -> str:
    holder = make_party(work, **{"kind": PartyKind.DEALER, **one.holder})
    for permit in one.permits:
        new = {"activity": one.kind, "document": "TA 1", "authority": "Authority", "war_material": False}
        new |= {"begins_on": -365, "war_material": one.war_material, **permit}
        law_acts.authorise(work, _load(work, law.AuthorisationNewSchema, party=holder.number, **new))
    new = {
        "kind": one.kind,
        "purpose": one.purpose,
        "holder": holder.number,
        "export_country": "DE" if one.kind != "export" else "BR",
        "import_country": "PY" if one.kind != "import" else "BR",
        "recipient_name": "Ministerio del Interior",
        "recipient_address": "Asunción",
        "end_use": "Police",
        "starts_on": work.today,
        "expires_on": work.today + timedelta(days=90),
        "place": "Brasília",
        "lines": list(one.lines),
        "participants": [{"role": "broker", "name": "Broker Ltda", "country": "BR"}],
        "direct": not one.transits,
        "transits": list(one.transits),
    }
    new |= {"return_by": work.today + timedelta(days=60)} if one.purpose else {}
    return acts.draft(work, _load(work, told.LicenceNewSchema, **(new | one.application))).number


def _version(work: Work, key: int) -> int:
    return queries.licence_row(work, key).version


def _submitted(work: Work, key: int, one: Situation) -> None:
    acts.submit(work, key, _version(work, key))
    review_acts.take_up(work, key, _version(work, key))


def _shown(work: Work, key: int, one: Situation) -> None:
    if one.import_licence is not None and one.kind != "import" and one.purpose is None:
        paper = {"number": "PY-77", "authority": "DIMABEL", "country": "PY"}
        paper |= {"issued_on": work.today - timedelta(days=9), "expires_on": work.today + YEAR}
        new = _load(work, told.ImportToldSchema, **(paper | one.import_licence))
        acts.tell_import_licence(work, key, new, _version(work, key))
    if one.end_user is not None and one.kind != "import" and one.purpose is None:
        paper = {"number": "EUC-1", "issued_on": work.today, "country": "PY", "end_user": "Policía Nacional"}
        paper |= {"address": "Asunción", "signed_by": "The minister", "end_use": "Police"}
        paper |= {"certified_by": "DIMABEL", "no_re_export": True, "delivery_verification": True}
        new = _load(work, told.EndUserToldSchema, **(paper | one.end_user))
        acts.tell_end_user(work, key, new, _version(work, key))
    for paper in one.evidence:
        document = {"number": "1", "issued_by": "Somebody", "issued_on": work.today, **paper}
        acts.add_evidence(work, key, _load(work, told.EvidenceNewSchema, **document), _version(work, key))


def _verified(work: Work, key: int, one: Situation) -> None:
    if queries.licence(work, key).import_licence is not None and one.verified:
        most = one.authorised or tuple(line["quantity"] for line in one.lines)
        review_acts.verify_import(
            work, key, review.ImportVerified("By letter of the authority", most), _version(work, key)
        )
    if queries.licence(work, key).end_user is not None and one.end_user_verified:
        review_acts.verify_end_user(
            work, key, review.Confirmed("By the embassy in Asunción"), _version(work, key)
        )


def _answered(work: Work, key: int, one: Situation) -> None:
    for country, said in one.transits.items():
        change = _load(work, review.TransitChangeSchema, **said)
        review_acts.record_transit(work, key, country, change, _version(work, key))


def _assessed(work: Work, key: int, one: Situation) -> None:
    for question in asked(queries.licence(work, key).war_material):
        answer = one.checks.get(question.key, "clear")
        if answer != "none":
            new = _load(
                work, review.CheckNewSchema, question=question.key, answer=answer, source="File", note="Asked"
            )
            review_acts.assess(work, key, new, _version(work, key))


def read(office: Office, number: str) -> LicenceView:
    """The licence as the authority sees it."""
    with office.look(EVERYTHING) as work:
        return queries.licence(work, queries.licence_key(number))


def propose(office: Office, number: str, reason: str = "All is there") -> ProposalView:
    """Somebody new proposes to issue it."""
    with office.begin(make_person(office, Role.AUTHORITY_OFFICER)) as work:
        key = queries.licence_key(number)
        return decision_acts.propose_issue(work, key, told.Because(reason), _version(work, key))


def approve(office: Office, proposed: ProposalView) -> ProposalView:
    """A supervisor new to it approves."""
    with office.begin(make_person(office)) as work:
        return approvals.approve(work, proposed.id, proposed.digest)


def issue(office: Office, one: Situation | None = None) -> str:
    """An issued licence; its number."""
    number = make(office, one or Situation())
    proposed = propose(office, number)
    for _ in range(proposed.approvers):
        approve(office, proposed)
    return number
