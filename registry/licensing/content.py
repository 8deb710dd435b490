"""What licence and documents together show: places, days, countries, final recipient. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.licensing import transit
from registry.licensing.facts import LicenceFacts
from schemas.licensing_vocabulary import LicenceKind, LicenceState
from schemas.words import said, word

MOST_YEARS = 30
"""A last day further from the first is a slip of the pen; no State licenses for longer."""


def unmet_for_content(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(3): what licence and documents together show."""
    told = {
        "export_country": (facts.export_country, said("Name the country of export.")),
        "import_country": (facts.import_country, said("Name the country of import.")),
        "recipient_name": (facts.recipient_name, said("Name the final recipient.")),
        "recipient_address": (facts.recipient_address, said("Give the final recipient's address.")),
        "end_use": (facts.end_use, said("Say what the goods are for.")),
        "starts_on": (facts.starts_on, said("Say from when it is to be valid.")),
        "expires_on": (facts.expires_on, said("Say until when it is to be valid.")),
    }
    unmet = [Unmet(words, field, "FP 10(3)") for field, (value, words) in told.items() if not value]
    return [*unmet, *_countries(facts), *_days(facts, today), *transit.unmet_for_way(facts)]


def _countries(facts: LicenceFacts) -> list[Unmet]:
    """Which of the countries is ours follows from the kind."""
    leaves, enters = facts.export_country, facts.import_country
    if not (leaves and enters):
        return []
    unmet = []
    if leaves == enters:
        unmet.append(Unmet(said("Goods do not go from a country into itself."), "import_country", "FP 10(3)"))
    for kind, country, field in (
        (LicenceKind.EXPORT, leaves, "export_country"),
        (LicenceKind.IMPORT, enters, "import_country"),
    ):
        if facts.kind is kind and country != facts.home:
            unmet.append(Unmet(said("Only %(home)s can license this.", home=facts.home), field, "FP 10(1)"))
    if facts.kind is LicenceKind.TRANSIT and facts.home in (leaves, enters):
        unmet.append(
            Unmet(
                said("Goods in transit neither come from %(home)s nor stay there.", home=facts.home),
                "import_country",
                "FP 10(1)",
            )
        )
    return unmet


def _days(facts: LicenceFacts, today: date) -> list[Unmet]:
    if facts.starts_on is None or facts.expires_on is None:
        return []
    if facts.expires_on < facts.starts_on:
        return [Unmet(said("The last day comes after the first."), "expires_on", "FP 10(3)")]
    if facts.expires_on.year - facts.starts_on.year > MOST_YEARS:
        words = said("It is valid for at most %(years)s years.", years=MOST_YEARS)
        return [Unmet(words, "expires_on", "FP 10(3)")]
    if facts.expires_on < today:
        return [
            Unmet(
                said("Its last day, %(day)s, is over.", day=facts.expires_on.isoformat()),
                "expires_on",
                "FP 10(3)",
            )
        ]
    return []


def unmet_to_issue(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(3): the same with the place of issue, which the authority names."""
    unmet = unmet_for_content(facts, today)
    if not facts.place:
        unmet.append(Unmet(said("Name the place of issue."), "place", "FP 10(3)"))
    return unmet


def unmet_for_balance(facts: LicenceFacts) -> list[Unmet]:
    """FP 10(3): of a licence of before this registry it is said what was used of it before."""
    if not facts.earlier or facts.taken_over:
        return []
    words = said("It is of before this registry: say what was used of it before, and take it over.")
    return [Unmet(words, "lines", "FP 10(3)")]


def unmet_for_force(facts: LicenceFacts, day: date) -> list[Unmet]:
    """It is issued and valid on the day; the last day is still within, until midnight in its own zone."""
    if facts.state is not LicenceState.ISSUED:
        words = said("The licence is %(state)s.", state=word(facts.state))
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
