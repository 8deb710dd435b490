"""Papers of other States: import licence, export licence, end-user certificate. Pure."""

from __future__ import annotations

from datetime import date

from registry.core.errors import Unmet
from registry.directory.countries import state
from registry.licensing.facts import LicenceFacts
from schemas.licensing_vocabulary import EvidenceKind
from schemas.words import said, word


def unmet_for_import_licence(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(2)(a): the importing State has issued its licence, and that was verified with it."""
    told = facts.import_licence
    if told is None:
        words = said("The import licence of %(country)s is missing.", country=state(facts.import_country))
        return [Unmet(words, "import_licence", "FP 10(2)(a)")]
    unmet = []
    if told.country != facts.import_country:
        words = said(
            "The import licence is of %(other)s, not of %(country)s.",
            other=state(told.country),
            country=state(facts.import_country),
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
    if told.denied:
        words = said(
            "%(country)s says of the import licence %(number)s: %(standing)s.",
            country=state(told.country),
            number=told.number,
            standing=word(told.denied),
        )
        unmet.append(Unmet(words, "import_licence.denied", "FP 10(2)(a)"))
    elif told.verified_on is None:
        words = said(
            "The import licence %(number)s was not verified with %(country)s.",
            number=told.number,
            country=state(told.country),
        )
        unmet.append(Unmet(words, "import_licence.verified_on", "FP 10(2)(a)"))
    return unmet


def unmet_for_import_validity(facts: LicenceFacts, today: date) -> list[Unmet]:
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


def unmet_for_export_licence(facts: LicenceFacts, today: date) -> list[Unmet]:
    """FP 10(2): what passes through us or is brokered by us has its State's export licence."""
    if facts.has(EvidenceKind.EXPORT_LICENCE, today):
        return []
    words = said("The export licence of %(country)s is missing.", country=state(facts.export_country))
    return [Unmet(words, "evidence", "FP 10(2)")]


def unmet_for_end_user(facts: LicenceFacts, today: date) -> list[Unmet]:
    """The end-user certificate: there, of the right State, not outdated, found to be genuine."""
    told = facts.certificate
    if told is None:
        return [Unmet(said("The end-user certificate is missing."), "end_user", "FP 10(3)")]
    unmet = []
    if told.country != facts.import_country:
        words = said(
            "The end user is in %(other)s, the goods go to %(country)s.",
            other=state(told.country),
            country=state(facts.import_country),
        )
        unmet.append(Unmet(words, "end_user.country", "FP 10(3)"))
    if told.expires_on is not None and told.expires_on < today:
        words = said("The end-user certificate ended on %(day)s.", day=told.expires_on.isoformat())
        unmet.append(Unmet(words, "end_user.expires_on", "FP 10(3)"))
    if told.verified_on is None:
        words = said("Nobody has verified that the end-user certificate is genuine.")
        unmet.append(Unmet(words, "end_user.verified_on", "FP 10(5)"))
    return unmet
