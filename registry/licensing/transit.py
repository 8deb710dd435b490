"""The States on the way: their written answers before shipment, and what they are told before. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.directory.countries import state
from registry.licensing.facts import LicenceFacts, TransitFacts
from schemas.licensing_vocabulary import LicenceKind, TransitAnswer
from schemas.words import said

LANDLOCKED = frozenset({
    "AD", "AF", "AM", "AT", "AZ", "BF", "BI", "BO", "BT", "BW", "BY", "CF", "CH", "CZ", "ET",
    "HU", "KG", "KZ", "LA", "LI", "LS", "LU", "MD", "MK", "ML", "MN", "MW", "NE", "NP", "PY",
    "RS", "RW", "SK", "SM", "SS", "SZ", "TD", "TJ", "TM", "UG", "UZ", "VA", "ZM", "ZW",
})  # fmt: skip
"""States without a coast (United Nations list of landlocked developing countries, and those in Europe)."""


def unmet_for_way(facts: LicenceFacts) -> list[Unmet]:
    """FP 10(3): the transit countries are named, or it is said that there are none."""
    if facts.kind is LicenceKind.IMPORT:
        return []
    if not facts.transits and not facts.direct and facts.kind is not LicenceKind.TRANSIT:
        words = said("Name the transit countries, or say that no other State is passed.")
        return [Unmet(words, "transits", "FP 10(3)")]
    if facts.transits and facts.direct:
        words = said("It cannot be direct and pass through other States.")
        return [Unmet(words, "direct", "FP 10(3)")]
    ends = {facts.export_country, facts.import_country}
    return [
        Unmet(
            said("%(country)s is where it begins or ends, not on the way.", country=state(one.country)),
            f"transits.{n}.country",
            "FP 10(3)",
        )
        for n, one in enumerate(facts.transits)
        if one.country in ends
    ]


def unmet_for_answers(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(2)(b): each transit State has said in writing that it does not object.

    An agreement in favour of a landlocked State is relied on for one State at a time; silence counts only
    where that is switched on for the State, and only after its time.
    """
    return [
        Unmet(words, f"transits.{n}", "FP 10(2)(b)")
        for n, one in enumerate(facts.transits)
        for words in _JUDGES[one.answer](facts, one, today)
    ]


def _not_asked(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    return [said("%(country)s was not asked whether it objects.", country=state(one.country))]


def _asked(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    day = one.asked_on.isoformat() if one.asked_on else "?"
    return [said("%(country)s, asked on %(day)s, has not answered.", country=state(one.country), day=day)]


def _objection(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    return [said("%(country)s objects to the transit.", country=state(one.country))]


def _no_objection(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    if not one.reference or one.answered_on is None:
        return [said("%(country)s: the written notice is needed, with its date.", country=state(one.country))]
    if one.answered_on > today:
        return [said("%(country)s: the notice bears a day to come.", country=state(one.country))]
    if one.valid_until is not None and one.valid_until < today:
        day = one.valid_until.isoformat()
        return [said("%(country)s: the notice ended on %(day)s.", country=state(one.country), day=day)]
    return []


def _tacit(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    if one.asked_on is None:
        return [said("%(country)s: silence of whoever was not asked is none.", country=state(one.country))]
    if one.tacit_from is None:
        return [
            said(
                "%(country)s: silence does not count as consent; ask in writing.", country=state(one.country)
            )
        ]
    if one.unknown_years:
        years = ", ".join(map(str, one.unknown_years))
        return [
            said(
                "%(country)s: holidays of %(years)s are not on record: nobody knows when silence counts.",
                country=state(one.country),
                years=years,
            )
        ]
    if today < one.tacit_from:
        day = one.tacit_from.isoformat()
        return [said("%(country)s: silence counts from %(day)s on.", country=state(one.country), day=day)]
    return []


def _landlocked(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    if not one.reference:
        return [said("%(country)s: name the agreement that is relied on.", country=state(one.country))]
    if not {facts.export_country, facts.import_country} & LANDLOCKED:
        return [
            said(
                "%(country)s: neither the country of export nor that of import is landlocked.",
                country=state(one.country),
            )
        ]
    return []


def _simplified(facts: LicenceFacts, one: TransitFacts, today: date) -> list[str]:
    if facts.purpose is None:
        return [
            said(
                "%(country)s: simplified procedures are for temporary transit alone.",
                country=state(one.country),
            )
        ]
    if not one.reference:
        return [said("%(country)s: name the simplified procedure of that State.", country=state(one.country))]
    return []


_JUDGES = {
    TransitAnswer.NOT_ASKED: _not_asked,
    TransitAnswer.ASKED: _asked,
    TransitAnswer.OBJECTION: _objection,
    TransitAnswer.NO_OBJECTION: _no_objection,
    TransitAnswer.TACIT: _tacit,
    TransitAnswer.LANDLOCKED: _landlocked,
    TransitAnswer.SIMPLIFIED: _simplified,
}


def unmet_for_information(facts: LicenceFacts, departs_on: date) -> list[Unmet]:
    """FP 10(3): transit States get the import licence's information in advance."""
    return [
        Unmet(
            said(
                "%(country)s was not given the import licence's information before.",
                country=state(one.country),
            ),
            f"transits.{n}.informed_on",
            "FP 10(3)",
        )
        for n, one in enumerate(facts.transits)
        if one.informed_on is None or one.informed_on >= departs_on
    ]
