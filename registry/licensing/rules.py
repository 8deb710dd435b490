"""What a licence asks before it is issued and before something is shipped, with the article of each.

`conditions_to_issue` and `conditions_to_ship` answer every condition that applies, met or not, and for
whom it waits; acts refuse with what is unmet, pages show all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.licensing import content, goods, transit
from registry.licensing.assessment import asked
from registry.licensing.facts import LicenceFacts
from registry.licensing.law import in_force
from schemas.licensing_vocabulary import (
    Assessed,
    EvidenceKind,
    Intermediary,
    LicenceCondition,
    LicenceKind,
    LicenceState,
    TemporaryPurpose,
    TradeActivity,
    Whom,
)
from schemas.words import said


@dataclass(frozen=True)
class Condition:
    """One condition that applies to a licence. waits_for: who has to do something while it is unmet."""

    key: LicenceCondition
    article: str
    waits_for: Whom
    unmet: tuple[Unmet, ...]

    @property
    def met(self) -> bool:
        """Whether nothing is unmet."""
        return not self.unmet


@dataclass(frozen=True)
class Rule:
    """applies: to which licences; unmet: what is missing on a day."""

    key: LicenceCondition
    article: str
    waits_for: Whom
    applies: Callable[[LicenceFacts], bool]
    unmet: Callable[[LicenceFacts, date], list[Unmet]]


GOES_ABROAD = frozenset({LicenceKind.EXPORT, LicenceKind.TRANSIT, LicenceKind.BROKERING})
"""Kinds whose goods another State must let in."""


def unmet_for_submission(facts: LicenceFacts, today: date) -> list[Unmet]:
    """What an application has to say before anybody looks at it; no document of others is asked yet."""
    return [*content.unmet_for_content(facts, today), *goods.unmet_for_lines(facts.lines, facts.kind)]


def conditions_to_issue(facts: LicenceFacts, today: date) -> list[Condition]:
    """Every condition before issue, in the order of the law."""
    return _judged(TO_ISSUE, facts, today)


def unmet_for_issue(facts: LicenceFacts, today: date) -> list[Unmet]:
    """What keeps it from being issued: FP 10(2), 10(3), 8, 15 and the State's own rules."""
    return _all(conditions_to_issue(facts, today))


def conditions_to_ship(facts: LicenceFacts, departs_on: date) -> list[Condition]:
    """Every condition before something leaves under it on a day: those of issue hold on that day too."""
    return _judged((*TO_SHIP, *TO_ISSUE), facts, departs_on)


def unmet_for_shipment(facts: LicenceFacts, departs_on: date) -> list[Unmet]:
    """What keeps goods from leaving on a day."""
    return _all(conditions_to_ship(facts, departs_on))


def _judged(rules: Iterable[Rule], facts: LicenceFacts, day: date) -> list[Condition]:
    return [
        Condition(rule.key, rule.article, rule.waits_for, tuple(rule.unmet(facts, day)))
        for rule in rules
        if rule.applies(facts)
    ]


def _all(conditions: Sequence[Condition]) -> list[Unmet]:
    return [unmet for condition in conditions for unmet in condition.unmet]


def _always(facts: LicenceFacts) -> bool:
    return True


def _for_good(facts: LicenceFacts) -> bool:
    return facts.purpose is None


def _needs_import_licence(facts: LicenceFacts) -> bool:
    return facts.kind in GOES_ABROAD and facts.purpose is None


def _holder(facts: LicenceFacts, today: date) -> list[Unmet]:
    """The holder is authorised for this kind of trade, in war material where it is some."""
    if facts.holder_died_on is not None:
        words = said("The holder died on %(day)s.", day=facts.holder_died_on.isoformat())
        return [Unmet(words, "holder", "FP 10(1)")]
    if facts.purpose is not None and facts.has(EvidenceKind.POSSESSION_PERMIT, today):
        return []
    activity = TradeActivity(facts.kind.value)
    fitting = [one for one in facts.authorisations if one.activity is activity and in_force(one, today)]
    if not fitting:
        words = said(
            "The holder has no authorisation for %(activity)s in force on %(day)s.",
            activity=activity.value,
            day=today.isoformat(),
        )
        return [Unmet(words, "holder", "FP 10(1)")]
    if facts.war_material and not any(one.war_material for one in fitting):
        return [
            Unmet(
                said("The holder's authorisation does not extend to war material."), "holder", "FP 10(1)"
            )
        ]
    return []


def _brokers(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 15: brokers are named on the licence; brokering between others names who brokers."""
    named = [state for role, state in facts.participants if role is Intermediary.BROKER]
    if facts.kind is LicenceKind.BROKERING and not named:
        return [Unmet(said("Name the broker among the intermediaries."), "participants", "FP 15(1)")]
    return []


def _import_licence(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(2)(a): the importing State has issued its licence, and that was verified with it."""
    told = facts.import_licence
    if told is None:
        words = said("The import licence of %(country)s is missing.", country=facts.import_country or "?")
        return [Unmet(words, "import_licence", "FP 10(2)(a)")]
    unmet = []
    if told.country != facts.import_country:
        words = said(
            "The import licence is of %(other)s, not of %(country)s.",
            other=told.country,
            country=facts.import_country or "?",
        )
        unmet.append(Unmet(words, "import_licence.country", "FP 10(2)(a)"))
    if not told.number or not told.authority:
        unmet.append(
            Unmet(
                said("Number and authority of the import licence are needed."),
                "import_licence.number",
                "FP 10(2)(a)",
            )
        )
    if told.verified_on is None:
        words = said(
            "The import licence %(number)s was not verified with %(country)s.",
            number=told.number,
            country=told.country,
        )
        unmet.append(Unmet(words, "import_licence.verified_on", "FP 10(2)(a)"))
    return unmet


def _import_validity(facts: LicenceFacts, today: date) -> list[Unmet]:
    """Ours is valid no longer than the import licence, and that one covers the day."""
    told = facts.import_licence
    if told is None:
        return []
    unmet = []
    if not told.issued_on <= today <= told.expires_on:
        words = said(
            "The import licence is valid from %(first)s to %(last)s, not on %(day)s.",
            first=told.issued_on.isoformat(),
            last=told.expires_on.isoformat(),
            day=today.isoformat(),
        )
        unmet.append(Unmet(words, "import_licence.expires_on", "FP 10(2)(a)"))
    if facts.expires_on is not None and facts.expires_on > told.expires_on:
        words = said(
            "Valid until %(day)s, longer than the import licence (%(last)s).",
            day=facts.expires_on.isoformat(),
            last=told.expires_on.isoformat(),
        )
        unmet.append(Unmet(words, "expires_on", "EU 258/2012 art. 7"))
    return unmet


def _export_licence(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(2): what passes through us or is brokered by us has its State's export licence."""
    if facts.has(EvidenceKind.EXPORT_LICENCE, today):
        return []
    words = said("The export licence of %(country)s is missing.", country=facts.export_country or "?")
    return [Unmet(words, "evidence", "FP 10(2)")]


def _embargo(facts: LicenceFacts, today: date) -> list[Unmet]:
    """No State on the way is under an embargo that covers these goods."""
    places = dict.fromkeys(
        (
            facts.import_country,
            facts.export_country,
            *(facts.certificate and [facts.certificate.country] or ()),
            *(one.country for one in facts.transits),
            *(state for _, state in facts.participants),
        )
    )
    return [
        Unmet(
            said(
                "%(country)s is under an embargo since %(day)s (%(source)s).",
                country=embargo.country,
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


def _end_user(facts: LicenceFacts, today: date) -> list[Unmet]:
    """The end-user certificate: there, of the right State, not outdated, found to be genuine."""
    told = facts.certificate
    if told is None:
        return [Unmet(said("The end-user certificate is missing."), "end_user", "FP 10(3)")]
    unmet = []
    if told.country != facts.import_country:
        words = said(
            "The end user is in %(other)s, the goods go to %(country)s.",
            other=told.country,
            country=facts.import_country or "?",
        )
        unmet.append(Unmet(words, "end_user.country", "FP 10(3)"))
    if told.expires_on is not None and told.expires_on < today:
        words = said("The end-user certificate ended on %(day)s.", day=told.expires_on.isoformat())
        unmet.append(Unmet(words, "end_user.expires_on", "FP 10(3)"))
    if told.verified_on is None:
        words = said("Nobody has verified that the end-user certificate is genuine.")
        unmet.append(Unmet(words, "end_user.verified_on", "FP 10(5)"))
    return unmet


def _assessment(facts: LicenceFacts, today: date) -> list[Unmet]:
    """Every question of the track is answered, and no risk is left without a measure."""
    unmet = []
    for question in asked(facts.war_material):
        answer = facts.checks.get(question.key)
        if answer is None:
            words = said("Not assessed: %(asks)s", asks=said(question.asks))
        elif answer is Assessed.RISK:
            words = said("A risk remains: %(asks)s", asks=said(question.asks))
        else:
            continue
        unmet.append(Unmet(words, f"checks.{question.key}", question.source))
    return unmet


EVIDENCE_OF: dict[TemporaryPurpose, tuple[EvidenceKind, ...]] = {
    TemporaryPurpose.HUNTING: (EvidenceKind.INVITATION, EvidenceKind.POSSESSION_PERMIT),
    TemporaryPurpose.SPORT_SHOOTING: (EvidenceKind.INVITATION, EvidenceKind.POSSESSION_PERMIT),
    TemporaryPurpose.EVALUATION: (EvidenceKind.CONTRACT,),
    TemporaryPurpose.EXHIBITION: (EvidenceKind.INVITATION,),
    TemporaryPurpose.REPAIR: (EvidenceKind.REPAIR_ORDER,),
}
"""Any one of these shows that the purpose is lawful and can be verified, FP 10(6)."""


def _temporary(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(6): a lawful purpose that can be verified, and a day of return within what is allowed."""
    unmet = []
    kinds = EVIDENCE_OF[facts.purpose] if facts.purpose else ()
    if not any(facts.has(kind, today) for kind in kinds):
        words = said("Evidence of the purpose is missing or outdated.")
        unmet.append(Unmet(words, "evidence", "FP 10(6)"))
    if facts.return_by is None:
        return [*unmet, Unmet(said("Say until when the goods return."), "return_by", "FP 10(6)")]
    if facts.starts_on is not None and facts.return_by < facts.starts_on:
        unmet.append(Unmet(said("They return after they left."), "return_by", "FP 10(6)"))
    stay = (facts.return_by - facts.starts_on).days if facts.starts_on else 0
    if facts.longest_stay is not None and stay > facts.longest_stay:
        words = said("%(stay)s days away; at most %(most)s.", stay=stay, most=facts.longest_stay)
        unmet.append(Unmet(words, "return_by", "FP 10(6)"))
    return unmet


def _war_material(facts: LicenceFacts, today: date) -> list[Unmet]:
    """The stricter track: assurances of the end user's State, and another authority's opinion."""
    unmet = []
    told = facts.certificate
    if told is not None:
        asked_for = (
            (told.certified_by, "certified_by", said("The end user's State has not certified it.")),
            (told.no_re_export, "no_re_export", said("The undertaking not to re-export is missing.")),
            (
                told.delivery_verification,
                "delivery_verification",
                said("The promise to verify delivery is missing."),
            ),
        )
        unmet += [
            Unmet(words, f"end_user.{name}", "MOSAIC 03.21") for given, name, words in asked_for if not given
        ]
    if not facts.has(EvidenceKind.OPINION, today):
        unmet.append(
            Unmet(said("The opinion of the authority for foreign affairs is missing."), "evidence", "FP 10(1)")
        )
    return unmet


def _in_force(facts: LicenceFacts, day: date) -> list[Unmet]:
    """It is issued and valid on the day; the last day is still within, until midnight in its own zone."""
    if facts.state is not LicenceState.ISSUED:
        words = said("The licence is %(state)s.", state=facts.state.value.replace("_", " "))
        return [Unmet(words, "state", "FP 10(1)")]
    starts, ends = facts.starts_on, facts.expires_on
    if starts is None or ends is None or not starts <= day <= ends:
        words = said(
            "The licence is valid from %(first)s to %(last)s, not on %(day)s.",
            first=starts.isoformat() if starts else "?",
            last=ends.isoformat() if ends else "?",
            day=day.isoformat(),
        )
        return [Unmet(words, "expires_on", "FP 10(3)")]
    return []


C, W = LicenceCondition, Whom
TO_ISSUE: Sequence[Rule] = (
    Rule(C.CONTENT, "FP 10(3)", W.APPLICANT, _always, content.unmet_to_issue),
    Rule(C.HOLDER, "FP 10(1)", W.APPLICANT, _always, _holder),
    Rule(C.BROKER, "FP 15(1)", W.APPLICANT, _for_good, _brokers),
    Rule(C.GOODS, "FP 10(3)", W.APPLICANT, _always, lambda f, d: goods.unmet_for_lines(f.lines, f.kind)),
    Rule(C.MARKS, "FP 3(e), 8(1)", W.APPLICANT, _always, lambda f, d: goods.unmet_for_marks(f.lines)),
    Rule(C.IMPORT_LICENCE, "FP 10(2)(a)", W.IMPORTING_STATE, _needs_import_licence, _import_licence),
    Rule(C.IMPORT_VALIDITY, "FP 10(2)(a)", W.APPLICANT, _needs_import_licence, _import_validity),
    Rule(
        C.IMPORT_GOODS,
        "FP 10(2)(a)",
        W.OFFICER,
        _needs_import_licence,
        lambda f, d: goods.unmet_for_authorised(f.lines) if f.import_licence else [],
    ),
    Rule(
        C.EXPORT_LICENCE,
        "FP 10(2)",
        W.APPLICANT,
        lambda f: f.kind in (LicenceKind.TRANSIT, LicenceKind.BROKERING) and f.purpose is None,
        _export_licence,
    ),
    Rule(
        C.TRANSIT,
        "FP 10(2)(b)",
        W.TRANSIT_STATE,
        lambda f: f.kind in (LicenceKind.EXPORT, LicenceKind.BROKERING) and bool(f.transits),
        transit.unmet_for_answers,
    ),
    Rule(C.EMBARGO, "ITI 6", W.NOBODY, _always, _embargo),
    Rule(C.END_USER, "FP 10(3)", W.APPLICANT, _needs_import_licence, _end_user),
    Rule(C.ASSESSMENT, "OSCE Document on SALW, III.A", W.OFFICER, _needs_import_licence, _assessment),
    Rule(C.TEMPORARY, "FP 10(6)", W.APPLICANT, lambda f: f.purpose is not None, _temporary),
    Rule(C.WAR_MATERIAL, "MOSAIC 03.21", W.APPLICANT, lambda f: f.war_material, _war_material),
)
"""In the order of the law."""
TO_SHIP: Sequence[Rule] = (
    Rule(C.IN_FORCE, "FP 10(1)", W.NOBODY, _always, _in_force),
    Rule(C.NAMED_GOODS, "EU 258/2012 art. 8", W.APPLICANT, _always, lambda f, d: goods.unmet_for_names(f.lines)),
    Rule(
        C.TRANSIT_INFORMED,
        "FP 10(3)",
        W.OFFICER,
        lambda f: f.kind in (LicenceKind.EXPORT, LicenceKind.BROKERING) and bool(f.transits),
        transit.unmet_for_information,
    ),
)
