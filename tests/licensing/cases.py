"""About sixty cases: who asks for what, and which condition is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as but
from typing import Any

from registry.core.work import Office
from registry.licensing import law_acts
from schemas import licensing_law as law
from tests.licensing.world import CARTRIDGES, PISTOLS, RIFLES, SERIAL, Situation
from tests.makers import EVERYTHING

TERMS: tuple[dict[str, Any], ...] = (
    {"kind": "longest_stay", "days": 180},
    {"kind": "tacit_consent", "days": 20, "country": "AR"},
    {"kind": "tacit_consent", "days": 20, "country": "BO"},
)
EMBARGOES: tuple[dict[str, Any], ...] = (
    {"country": "KP"},
    {"country": "LY", "war_only": True},
    {"country": "SO", "goods": "ammunition"},
    {"country": "SL", "ends_on": "2010-09-29"},
    {"country": "SS", "begins_on": "2100-01-01"},
)


def set_law(office: Office) -> None:
    """What the authority has on record in every case."""
    with office.begin(EVERYTHING) as work:
        for term in TERMS:
            new = {"begins_on": "2000-01-01", "source": "EU 258/2012 art. 7", **term}
            law_acts.set_term(work, law.TermNewSchema().load(new))
        for embargo in EMBARGOES:
            new = {"begins_on": "2000-01-01", "source": "Security Council", **embargo}
            law_acts.set_embargo(work, law.EmbargoNewSchema().load(new))


@dataclass(frozen=True)
class Case:
    """missing: the conditions that are unmet, each with words that say what."""

    name: str
    situation: Situation
    missing: Mapping[str, str] = field(default_factory=dict)


EXPORT = Situation()
IMPORT = Situation(kind="import")
EXPORT_LICENCE = {"kind": "export_licence"}
TRANSIT = Situation(kind="transit", evidence=(EXPORT_LICENCE,))
BROKERING = Situation(kind="brokering", evidence=(EXPORT_LICENCE,))
OPINION = {"kind": "opinion"}
WAR = Situation(lines=(RIFLES,), war_material=True, evidence=(OPINION,))
INVITATION = {"kind": "invitation"}
HUNT = Situation(purpose="hunting", evidence=(INVITATION,))
NO_OBJECTION = {"answer": "no_objection", "reference": "AR-1", "answered_on": 0}


def asks(base: Situation, **application: Any) -> Situation:
    """The same with something else applied for."""
    return but(base, application=application)


def way(base: Situation, **transits: Any) -> Situation:
    """The same through other States."""
    return but(base, transits=transits)


def user(base: Situation, **certificate: Any) -> Situation:
    """The same with another end-user certificate."""
    return but(base, end_user=certificate)


def line(base: Situation, **changed: Any) -> Situation:
    """The same with its first line otherwise."""
    return but(base, lines=({**base.lines[0], **changed},))


CASES = (
    # Who asks
    Case("export by a dealer, all is there", EXPORT),
    Case("import by a dealer, all is there", IMPORT),
    Case("transit, all is there", TRANSIT),
    Case("brokering, all is there", BROKERING),
    Case("no authorisation", but(EXPORT, permits=()), {"holder": "no authorisation for export"}),
    Case("authorised for import alone", but(EXPORT, permits=({"activity": "import"},)), {"holder": "export"}),
    Case("authorisation ended", but(EXPORT, permits=({"ends_on": -1},)), {"holder": "in force"}),
    Case("authorisation ends today", but(EXPORT, permits=({"ends_on": 0},))),
    Case("authorisation begins tomorrow", but(EXPORT, permits=({"begins_on": 1},)), {"holder": "in force"}),
    Case("brokering without broker", asks(BROKERING, participants=[]), {"broker": "Name the broker"}),
    # FP 10(2)(a)
    Case("no import licence", but(EXPORT, import_licence=None), {"import_licence": "of Paraguay is missing"}),
    Case("import licence not verified", but(EXPORT, verified=False),
         {"import_licence": "not verified with Paraguay", "import_goods": "Not compared"}),
    Case("import licence of another State", but(EXPORT, import_licence={"country": "AR"}),
         {"import_licence": "of Argentina, not of Paraguay"}),
    Case("import licence ended", but(EXPORT, import_licence={"expires_on": -1}),
         {"import_validity": "longer than the import licence"}),
    Case("import licence begins tomorrow", but(EXPORT, import_licence={"issued_on": 1}),
         {"import_validity": "is valid from"}),
    Case("valid longer than the import licence", but(EXPORT, import_licence={"expires_on": 30}),
         {"import_validity": "longer than"}),
    Case("valid as long as the import licence", but(EXPORT, import_licence={"expires_on": 90})),
    Case("more than the import licence allows", but(EXPORT, authorised=(99,)),
         {"import_goods": "the import licence allows 99"}),
    Case("one of two lines is not in it", but(EXPORT, lines=(PISTOLS, CARTRIDGES), authorised=(100, 0)),
         {"import_goods": "Cartridge"}),
    Case("transit without import licence", but(TRANSIT, import_licence=None), {"import_licence": "missing"}),
    Case("brokering without import licence", but(BROKERING, import_licence=None),
         {"import_licence": "missing"}),
    Case("an import needs no other import licence", but(IMPORT, import_licence=None)),
    Case("transit without export licence", but(TRANSIT, evidence=()),
         {"export_licence": "of Germany is missing"}),
    Case("brokering, export licence ended", but(BROKERING, evidence=({**EXPORT_LICENCE, "expires_on": -1},)),
         {"export_licence": "missing"}),
    # FP 10(2)(b)
    Case("a transit State agrees", way(EXPORT, AR=NO_OBJECTION)),
    Case("not asked", way(EXPORT, AR={}), {"transit": "Argentina was not asked"}),
    Case("asked, no answer", way(EXPORT, AR={"answer": "asked", "asked_on": -90}),
         {"transit": "has not answered"}),
    Case("objects", way(EXPORT, AR={"answer": "objection"}), {"transit": "Argentina objects"}),
    Case("agrees without a paper", way(EXPORT, AR={"answer": "no_objection", "answered_on": 0}),
         {"transit": "written notice is needed"}),
    Case("notice ended", way(EXPORT, AR={**NO_OBJECTION, "valid_until": -1}), {"transit": "notice ended"}),
    Case("notice ends today", way(EXPORT, AR={**NO_OBJECTION, "valid_until": 0})),
    Case("one of two agrees", way(EXPORT, AR=NO_OBJECTION, UY={}), {"transit": "Uruguay was not asked"}),
    Case("silence counts", way(EXPORT, AR={"answer": "tacit", "asked_on": -60})),
    Case("silence too short", way(EXPORT, AR={"answer": "tacit", "asked_on": -7}),
         {"transit": "silence counts from"}),
    Case("silence where it is not switched on", way(EXPORT, UY={"answer": "tacit", "asked_on": -90}),
         {"transit": "silence does not count"}),
    Case("silence of whoever was not asked", way(EXPORT, AR={"answer": "tacit"}),
         {"transit": "was not asked is none"}),
    Case("silence where holidays are not known", way(EXPORT, BO={"answer": "tacit", "asked_on": -90}),
         {"transit": "not on record"}),
    Case("agreement for a landlocked State", way(EXPORT, AR={"answer": "landlocked", "reference": "Treaty"})),
    Case("agreement not named", way(EXPORT, AR={"answer": "landlocked"}), {"transit": "name the agreement"}),
    Case("neither end is landlocked",
         but(way(asks(EXPORT, import_country="CL"), AR={"answer": "landlocked", "reference": "Treaty"}),
             import_licence={"country": "CL"}, end_user={"country": "CL"}),
         {"transit": "neither the country of export nor that of import is landlocked"}),
    Case("simplified procedure for good", way(EXPORT, AR={"answer": "simplified", "reference": "1"}),
         {"transit": "temporary transit alone"}),
    # Embargoes
    Case("recipient under an embargo",
         but(asks(EXPORT, import_country="KP"), import_licence={"country": "KP"}, end_user={"country": "KP"}),
         {"embargo": "North Korea is under an embargo"}),
    Case("transit through an embargo", way(EXPORT, KP={**NO_OBJECTION}), {"embargo": "North Korea"}),
    Case("broker under an embargo",
         asks(EXPORT, participants=[{"role": "broker", "name": "B", "country": "KP"}]),
         {"embargo": "North Korea"}),
    Case("import from an embargo", asks(IMPORT, export_country="KP"), {"embargo": "North Korea"}),
    Case("embargo on war material, hunting rifles go", asks(IMPORT, export_country="LY")),
    Case("embargo on war material, war material stays", but(asks(IMPORT, export_country="LY"),
         lines=(RIFLES,),
         war_material=True, evidence=(OPINION,)), {"embargo": "Libya"}),
    Case("embargo on ammunition, pistols go", asks(IMPORT, export_country="SO")),
    Case("embargo on ammunition, cartridges stay", but(asks(IMPORT, export_country="SO"),
         lines=(CARTRIDGES,)),
         {"embargo": "Somalia"}),
    Case("embargo that ended", asks(IMPORT, export_country="SL")),
    Case("embargo that begins later", asks(IMPORT, export_country="SS")),
    # End user and assessment
    Case("no end-user certificate", but(EXPORT, end_user=None), {"end_user": "is missing"}),
    Case("certificate nobody verified", but(EXPORT, end_user_verified=False),
         {"end_user": "Nobody has verified"}),
    Case("certificate ended", user(EXPORT, issued_on=-9, expires_on=-1), {"end_user": "ended on"}),
    Case("end user elsewhere", user(EXPORT, country="AR"), {"end_user": "The end user is in Argentina"}),
    Case("a question is open", but(EXPORT, checks={"diversion_risk": "none"}),
         {"assessment": "Not assessed"}),
    Case("a risk remains", but(EXPORT, checks={"diversion_risk": "risk"}), {"assessment": "A risk remains"}),
    Case("a measure against a risk", but(EXPORT, checks={"diversion_risk": "mitigated"})),
    # Temporary, FP 10(6)
    Case("a hunt, invited", HUNT),
    Case("a hunt without evidence", but(HUNT, evidence=()), {"temporary": "Evidence of the purpose"}),
    Case("a hunt, invitation over", but(HUNT, evidence=({**INVITATION, "issued_on": -9, "expires_on": -1},)),
         {"temporary": "missing or outdated"}),
    Case("a hunter's permit needs no trade", but(HUNT, permits=(),
         evidence=({"kind": "possession_permit"},))),
    Case("no day of return", asks(HUNT, return_by=None), {"temporary": "until when the goods return"}),
    Case("away too long", asks(HUNT, return_by=300), {"temporary": "at most 180"}),
    Case("repair without order", but(HUNT, purpose="repair"), {"temporary": "Evidence of the purpose"}),
    Case("exhibition", but(HUNT, purpose="exhibition")),
    Case("evaluation without contract", but(HUNT, purpose="evaluation"), {"temporary": "Evidence"}),
    Case("simplified transit of a hunter", way(HUNT, AR={"answer": "simplified", "reference": "Res. 1"})),
    # War material
    Case("war material, all is there", WAR),
    Case("war material, ordinary authorisation", but(WAR, permits=({"war_material": False},)),
         {"holder": "does not extend to war material"}),
    Case("war material without opinion", but(WAR, evidence=()), {"war_material": "foreign affairs"}),
    Case("war material, re-export open", user(WAR, no_re_export=False), {"war_material": "re-export"}),
    Case("war material, not certified", user(WAR, certified_by=""), {"war_material": "has not certified"}),
    Case("war material, delivery not verified", user(WAR, delivery_verification=False),
         {"war_material": "verify delivery"}),
    Case("war material, human rights not assessed", but(WAR, checks={"human_rights": "none"}),
         {"assessment": "human rights"}),
    Case("war material is not on the simplified procedure", but(WAR, purpose="evaluation",
         evidence=(OPINION, {"kind": "contract"})),
         {"import_licence": "missing", "end_user": "missing"}),
    # Content and marks
    Case("no place of issue", asks(EXPORT, place=""), {"content": "place of issue"}),
    Case("a serial without its maker", line(EXPORT, items=[{**SERIAL, "maker": ""}]),
         {"marks": "name of the manufacturer is missing"}),
    Case("a serial without its country", line(EXPORT, items=[{"serial": "A1", "maker": "Taurus"}]),
         {"marks": "country of manufacture is missing"}),
    Case("a serial with both", line(EXPORT, items=[SERIAL])),
)  # fmt: skip
