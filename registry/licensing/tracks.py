"""Ways of a licence: temporary ones simpler, war material stricter; the assessment of both. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.licensing.assessment import asked
from registry.licensing.facts import LicenceFacts
from schemas.licensing_vocabulary import Assessed, EvidenceKind, TemporaryPurpose
from schemas.words import said

EVIDENCE_OF: dict[TemporaryPurpose, tuple[EvidenceKind, ...]] = {
    TemporaryPurpose.HUNTING: (EvidenceKind.INVITATION, EvidenceKind.POSSESSION_PERMIT),
    TemporaryPurpose.SPORT_SHOOTING: (EvidenceKind.INVITATION, EvidenceKind.POSSESSION_PERMIT),
    TemporaryPurpose.EVALUATION: (EvidenceKind.CONTRACT,),
    TemporaryPurpose.EXHIBITION: (EvidenceKind.INVITATION,),
    TemporaryPurpose.REPAIR: (EvidenceKind.REPAIR_ORDER,),
}
"""Any one of these shows that the purpose is lawful and can be verified, FP 10(6)."""


def unmet_for_assessment(facts: LicenceFacts, today: date) -> list[Unmet]:
    """Every question of the track is answered, and no risk is left without a measure."""
    unmet = []
    for question in asked(facts.war_material):
        answer = facts.checks.get(question.key)
        if answer is None:
            words = said("Not assessed: %(asks)s", asks=question.asks)
        elif answer is Assessed.RISK:
            words = said("A risk remains: %(asks)s", asks=question.asks)
        else:
            continue
        unmet.append(Unmet(words, f"checks.{question.key}", question.source))
    return unmet


def unmet_for_temporary(facts: LicenceFacts, today: date) -> list[Unmet]:
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


def unmet_for_war_material(facts: LicenceFacts, today: date) -> list[Unmet]:
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
            Unmet(
                said("The opinion of the authority for foreign affairs is missing."), "evidence", "FP 10(1)"
            )
        )
    return unmet
