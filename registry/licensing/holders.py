"""Who may trade, who takes part, and with whom nobody may: FP 10(1), 15 and embargoes. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.directory.countries import state
from registry.licensing.facts import LicenceFacts
from registry.licensing.law import in_force
from schemas.licensing_vocabulary import EvidenceKind, Intermediary, LicenceKind, TradeActivity
from schemas.words import said, word


def unmet_for_holder(facts: LicenceFacts, today: date) -> list[Unmet]:
    """The holder is authorised for this kind of trade, in war material where it is some."""
    if facts.holder_died_on is not None:
        words = said("The holder died on %(day)s.", day=facts.holder_died_on.isoformat())
        return [Unmet(words, "holder", "FP 10(1)")]
    if facts.holder_closed_on is not None and today > facts.holder_closed_on:
        words = said("The holder closed on %(day)s.", day=facts.holder_closed_on.isoformat())
        return [Unmet(words, "holder", "FP 10(1)")]
    if facts.purpose is not None and facts.has(EvidenceKind.POSSESSION_PERMIT, today):
        return []
    activity = TradeActivity(facts.kind.value)
    fitting = [one for one in facts.authorisations if one.activity is activity and in_force(one, today)]
    if not fitting:
        words = said(
            "The holder has no authorisation for %(activity)s in force on %(day)s.",
            activity=word(activity),
            day=today.isoformat(),
        )
        return [Unmet(words, "holder", "FP 10(1)")]
    if facts.war_material and not any(one.war_material for one in fitting):
        return [
            Unmet(said("The holder's authorisation does not extend to war material."), "holder", "FP 10(1)")
        ]
    return []


def unmet_for_returns(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(6): whoever has not brought back what left for a time gets nothing more meanwhile."""
    return [
        Unmet(
            said(
                "What left under %(number)s should have been back on %(day)s.",
                number=number,
                day=day.isoformat(),
            ),
            "holder",
            "FP 10(6)",
        )
        for number, day in facts.not_back
    ]


def unmet_for_brokers(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 15: brokers are named on the licence; brokering between others names who brokers."""
    named = [state for role, state in facts.participants if role is Intermediary.BROKER]
    if facts.kind is LicenceKind.BROKERING and not named:
        return [Unmet(said("Name the broker among the intermediaries."), "participants", "FP 15(1)")]
    return []


def unmet_for_embargo(facts: LicenceFacts, today: date) -> list[Unmet]:
    """No State on the way is under an embargo that covers these goods."""
    places = dict.fromkeys(
        (
            facts.import_country,
            facts.export_country,
            *((facts.certificate and [facts.certificate.country]) or ()),
            *(one.country for one in facts.transits),
            *(state for _, state in facts.participants),
        )
    )
    return [
        Unmet(
            said(
                "%(country)s is under an embargo since %(day)s (%(source)s).",
                country=state(embargo.country),
                day=embargo.begins_on.isoformat(),
                source=embargo.source,
            ),
            "embargo",
            "ITI 6",
        )
        for embargo in facts.embargoes
        if embargo.country in places
        and in_force(embargo, today)
        and any(embargo.covers(line.goods, line.is_war_material) for line in facts.lines)
    ]
