"""What a licence asks before it is issued and before something is shipped, with the article of each.

`conditions_to_issue` and `conditions_to_ship` answer every condition that applies, met or not, and for
whom it waits; acts refuse with what is unmet, pages show all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.licensing import content, goods, holders, papers, tracks, transit
from registry.licensing.facts import LicenceFacts
from schemas.licensing_vocabulary import (
    LicenceCondition,
    LicenceKind,
    Whom,
)


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
    return _judged((*TO_ISSUE, *AT_ISSUE), facts, today)


def unmet_for_issue(facts: LicenceFacts, today: date) -> list[Unmet]:
    """What keeps it from being issued: FP 10(2), 10(3), 8, 15 and the State's own rules."""
    return _all(conditions_to_issue(facts, today))


def unmet_to_stand(facts: LicenceFacts, today: date) -> list[Unmet]:
    """What keeps an issued one from being amended or from coming back: what left is held by others now."""
    return _all(_judged(TO_ISSUE, facts, today))


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
    """Simplified procedures are for what is no war material."""
    return facts.kind in GOES_ABROAD and (facts.purpose is None or facts.war_material)


C, W = LicenceCondition, Whom
TO_ISSUE: Sequence[Rule] = (
    Rule(C.CONTENT, "FP 10(3)", W.APPLICANT, _always, content.unmet_to_issue),
    Rule(C.HOLDER, "FP 10(1)", W.APPLICANT, _always, holders.unmet_for_holder),
    Rule(C.EARLIER_RETURNS, "FP 10(6)", W.APPLICANT, _always, holders.unmet_for_returns),
    Rule(C.BROKER, "FP 15(1)", W.APPLICANT, _for_good, holders.unmet_for_brokers),
    Rule(C.GOODS, "FP 10(3)", W.APPLICANT, _always, lambda f, d: goods.unmet_for_lines(f.lines, f.kind)),
    Rule(C.MARKS, "FP 3(e), 8(1)", W.APPLICANT, _always, lambda f, d: goods.unmet_for_marks(f.lines)),
    Rule(
        C.IMPORT_LICENCE,
        "FP 10(2)(a)",
        W.IMPORTING_STATE,
        _needs_import_licence,
        papers.unmet_for_import_licence,
    ),
    Rule(
        C.IMPORT_VALIDITY, "FP 10(2)(a)", W.APPLICANT, _needs_import_licence, papers.unmet_for_import_validity
    ),
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
        papers.unmet_for_export_licence,
    ),
    Rule(
        C.TRANSIT,
        "FP 10(2)(b)",
        W.TRANSIT_STATE,
        lambda f: f.kind in (LicenceKind.EXPORT, LicenceKind.BROKERING) and bool(f.transits),
        transit.unmet_for_answers,
    ),
    Rule(C.EMBARGO, "ITI 6", W.NOBODY, _always, holders.unmet_for_embargo),
    Rule(C.END_USER, "FP 10(3)", W.APPLICANT, _needs_import_licence, papers.unmet_for_end_user),
    Rule(
        C.ASSESSMENT,
        "OSCE Document on SALW, III.A",
        W.OFFICER,
        _needs_import_licence,
        tracks.unmet_for_assessment,
    ),
    Rule(C.TEMPORARY, "FP 10(6)", W.APPLICANT, lambda f: f.purpose is not None, tracks.unmet_for_temporary),
    Rule(
        C.WAR_MATERIAL, "MOSAIC 03.21", W.APPLICANT, lambda f: f.war_material, tracks.unmet_for_war_material
    ),
)
"""In the order of the law."""
AT_ISSUE: Sequence[Rule] = (
    Rule(C.HELD, "FP 10(1)", W.APPLICANT, _always, lambda f, d: goods.unmet_for_held(f.lines)),
)
"""Asked once, since what is shipped is held by others."""
TO_SHIP: Sequence[Rule] = (
    Rule(C.IN_FORCE, "FP 10(1)", W.NOBODY, _always, content.unmet_for_force),
    Rule(C.TAKEN_OVER, "FP 10(3)", W.OFFICER, lambda f: f.earlier, lambda f, d: content.unmet_for_balance(f)),
    Rule(
        C.NAMED_GOODS, "EU 258/2012 art. 8", W.APPLICANT, _always, lambda f, d: goods.unmet_for_names(f.lines)
    ),
    Rule(
        C.TRANSIT_INFORMED,
        "FP 10(3)",
        W.OFFICER,
        lambda f: f.kind in (LicenceKind.EXPORT, LicenceKind.BROKERING) and bool(f.transits),
        transit.unmet_for_information,
    ),
)
